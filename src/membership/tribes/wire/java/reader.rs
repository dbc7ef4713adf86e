//! Reading a stream, within limits.

use super::super::WireError;
use super::super::cursor::Cursor;
use super::class::{BLOCK_DATA, EXTERNALIZABLE, SERIALIZABLE, WRITE_METHOD};
use super::tree::Primitive;
use super::{Class, ClassIndex, Field, Object, Part, Tree, Value, text};

/// Objects within objects, and classes above classes (membership-wire.md §8.1).
const DEEPEST: usize = 32;
/// Classes, strings, objects and arrays in one stream.
const MOST_HANDLES: usize = 10_000;
/// Values in one stream, those included that take no number. Keeps what a frame becomes in memory within some megabytes.
const MOST_VALUES: usize = 65_536;
/// Elements of an array.
const LONGEST_ARRAY: usize = 4096;
/// Bytes of a string or block.
const LONGEST_TEXT: usize = 65_536;

pub(super) const HEADER: &[u8] = &[0xac, 0xed, 0, 5];
pub(super) const FIRST_HANDLE: u32 = 0x7e_0000;

pub(super) const NULL: u8 = 0x70;
pub(super) const REFERENCE: u8 = 0x71;
pub(super) const CLASS_DESCRIPTOR: u8 = 0x72;
pub(super) const OBJECT: u8 = 0x73;
pub(super) const TEXT: u8 = 0x74;
pub(super) const ARRAY: u8 = 0x75;
pub(super) const CLASS: u8 = 0x76;
pub(super) const BLOCK: u8 = 0x77;
pub(super) const END: u8 = 0x78;
pub(super) const LONG_BLOCK: u8 = 0x7a;
pub(super) const LONG_TEXT: u8 = 0x7c;
pub(super) const PROXY: u8 = 0x7d;
pub(super) const CONSTANT: u8 = 0x7e;

/// Reads a stream with one object, and says how many bytes it took; what follows is left alone.
///
/// # Errors
/// It is no such stream, or one beyond the limits.
pub fn read(data: &[u8]) -> Result<(Tree, usize), WireError> {
    let mut cursor = Cursor::new(data);
    cursor.expect(HEADER, "object stream")?;
    let mut reader = Reader { cursor, classes: Vec::new(), handles: Vec::new(), values: 0 };
    let root = reader.value(0)?;
    let offset = reader.cursor.offset();
    // Every descriptor is complete when the value that it belongs to is.
    let classes = reader.classes.into_iter().collect::<Option<_>>();
    let classes = classes.ok_or(WireError::Unexpected { offset, part: "end of a class" })?;
    Ok((Tree { classes, root }, offset))
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    /// `None` while a descriptor is being read.
    classes: Vec<Option<Class>>,
    /// What has a number that can be referred to.
    handles: Vec<Handle>,
    values: usize,
}

#[derive(Clone, Copy)]
enum Handle {
    Class(ClassIndex),
    Other,
}

impl Reader<'_> {
    /// A value where an object may stand.
    fn value(&mut self, depth: usize) -> Result<Value, WireError> {
        let offset = self.cursor.offset();
        match self.cursor.u8("an object")? {
            NULL => self.count().map(|()| Value::Null),
            REFERENCE => {
                self.count()?;
                let (number, _) = self.reference()?;
                Ok(Value::Reference(number))
            }
            TEXT => {
                self.number(Handle::Other)?;
                self.short_text().map(Value::Text)
            }
            LONG_TEXT => {
                self.number(Handle::Other)?;
                self.long_text().map(Value::Text)
            }
            OBJECT => self.object(deeper(depth, offset)?).map(Value::Object),
            ARRAY => self.array(deeper(depth, offset)?),
            CLASS => {
                let class = self.class(deeper(depth, offset)?)?;
                self.number(Handle::Other)?;
                Ok(Value::Class(class))
            }
            CONSTANT => {
                let depth = deeper(depth, offset)?;
                let class = self.some_class(depth)?;
                self.number(Handle::Other)?;
                let name = Box::new(self.text_value()?);
                Ok(Value::Constant { class, name })
            }
            token => Err(WireError::Token { offset, token }),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Object, WireError> {
        let class = self.some_class(depth)?;
        self.number(Handle::Other)?;
        let offset = self.cursor.offset();
        let mut line = self.line(class)?;
        let flags = |class: ClassIndex| self.described(class).map_or(0, |class| class.flags);
        if flags(class) & EXTERNALIZABLE != 0 {
            if flags(class) & BLOCK_DATA == 0 {
                // Only the class itself knows where such data ends.
                return Err(WireError::Value {
                    offset,
                    part: "the flags of a class",
                    value: EXTERNALIZABLE.into(),
                });
            }
            let contents = self.contents(depth)?;
            return Ok(Object { class, parts: vec![Part { class, fields: Vec::new(), contents }] });
        }
        line.retain(|class| self.described(*class).is_some_and(Class::is_serializable));
        let mut parts = Vec::new();
        for class in line.into_iter().rev() {
            self.count()?;
            let (kinds, writes): (Vec<u8>, bool) =
                self.described(class).map_or_else(Default::default, |class| {
                    (class.fields.iter().map(|field| field.kind).collect(), class.flags & WRITE_METHOD != 0)
                });
            let fields = kinds.into_iter().map(|kind| self.field(kind, depth)).collect::<Result<_, _>>()?;
            let contents = if writes { self.contents(depth)? } else { Vec::new() };
            parts.push(Part { class, fields, contents });
        }
        Ok(Object { class, parts })
    }

    fn array(&mut self, depth: usize) -> Result<Value, WireError> {
        let class = self.some_class(depth)?;
        self.number(Handle::Other)?;
        let offset = self.cursor.offset();
        let count = self.cursor.length(LONGEST_ARRAY, "an array")?;
        let kind = self.described(class).and_then(|class| class.name.as_bytes().get(1).copied());
        let kind = kind.ok_or(WireError::Unexpected { offset, part: "class of an array" })?;
        let elements = (0..count).map(|_| self.field(kind, depth)).collect::<Result<_, _>>()?;
        Ok(Value::Array { class, elements })
    }

    /// A value of a field or an element.
    fn field(&mut self, kind: u8, depth: usize) -> Result<Value, WireError> {
        let length = match kind {
            b'B' | b'Z' => 1,
            b'C' | b'S' => 2,
            b'F' | b'I' => 4,
            b'D' | b'J' => 8,
            b'L' | b'[' => return self.value(depth),
            other => {
                let offset = self.cursor.offset();
                return Err(WireError::Value { offset, part: "the type of a field", value: other.into() });
            }
        };
        self.count()?;
        let read = self.cursor.take(length, "a primitive value")?;
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(read).for_each(|(to, from)| *to = *from);
        // One of the lengths above.
        Ok(Value::Primitive(Primitive { bytes, length: length as u8 }))
    }

    /// Blocks and objects up to the end mark.
    fn contents(&mut self, depth: usize) -> Result<Vec<Value>, WireError> {
        let mut contents = Vec::new();
        loop {
            match self.cursor.rest().first() {
                Some(&END) => {
                    self.cursor.u8("an end mark")?;
                    return Ok(contents);
                }
                Some(&BLOCK) => {
                    self.count()?;
                    self.cursor.u8("a block")?;
                    let length = self.cursor.u8("a block")?;
                    contents.push(Value::Block(self.cursor.take(length.into(), "a block")?.to_vec()));
                }
                Some(&LONG_BLOCK) => {
                    self.count()?;
                    self.cursor.u8("a block")?;
                    contents.push(Value::Block(self.cursor.prefixed(LONGEST_TEXT, "a block")?.to_vec()));
                }
                _ => contents.push(self.value(depth)?),
            }
        }
    }

    fn some_class(&mut self, depth: usize) -> Result<ClassIndex, WireError> {
        let offset = self.cursor.offset();
        self.class(depth)?.ok_or(WireError::Token { offset, token: NULL })
    }

    /// A descriptor, a reference to one, or none.
    fn class(&mut self, depth: usize) -> Result<Option<ClassIndex>, WireError> {
        let offset = self.cursor.offset();
        match self.cursor.u8("a class")? {
            NULL => Ok(None),
            REFERENCE => match self.reference()? {
                // One that is not complete would be above itself.
                (_, Handle::Class(class)) if self.described(class).is_some() => Ok(Some(class)),
                _ => Err(WireError::Unexpected { offset, part: "reference to a class" }),
            },
            CLASS_DESCRIPTOR => {
                let depth = deeper(depth, offset)?;
                let name = self.short_text()?;
                let version = self.cursor.i64("the version of a class")?;
                let index = self.begin_class()?;
                let flags = self.flags()?;
                let count = self.cursor.u16("the number of fields")?;
                let fields = (0..count).map(|_| self.field_of_class()).collect::<Result<_, _>>()?;
                let annotations = self.contents(depth)?;
                let parent = self.class(depth)?;
                let class = Class { name, version, flags, fields, interfaces: None, annotations, parent };
                Ok(Some(self.end_class(index, class)))
            }
            PROXY => {
                let depth = deeper(depth, offset)?;
                let index = self.begin_class()?;
                let count = self.cursor.length(DEEPEST, "the interfaces of a proxy")?;
                let interfaces = (0..count).map(|_| self.short_text()).collect::<Result<_, _>>()?;
                let annotations = self.contents(depth)?;
                let parent = self.class(depth)?;
                let class = Class::serializable("", 0);
                let class = Class { interfaces: Some(interfaces), annotations, parent, ..class };
                Ok(Some(self.end_class(index, class)))
            }
            token => Err(WireError::Token { offset, token }),
        }
    }

    fn flags(&mut self) -> Result<u8, WireError> {
        let offset = self.cursor.offset();
        let flags = self.cursor.u8("the flags of a class")?;
        match flags & SERIALIZABLE != 0 && flags & EXTERNALIZABLE != 0 {
            true => Err(WireError::Value { offset, part: "the flags of a class", value: flags.into() }),
            false => Ok(flags),
        }
    }

    fn begin_class(&mut self) -> Result<ClassIndex, WireError> {
        let index = ClassIndex(self.classes.len());
        self.number(Handle::Class(index))?;
        self.classes.push(None);
        Ok(index)
    }

    fn end_class(&mut self, index: ClassIndex, class: Class) -> ClassIndex {
        if let Some(place) = self.classes.get_mut(index.0) {
            *place = Some(class);
        }
        index
    }

    fn field_of_class(&mut self) -> Result<Field, WireError> {
        self.count()?;
        let kind = self.cursor.u8("the type of a field")?;
        let name = self.short_text()?;
        let type_name = matches!(kind, b'L' | b'[').then(|| self.text_value()).transpose()?;
        Ok(Field { kind, name, type_name })
    }

    /// A string, or a reference to one.
    fn text_value(&mut self) -> Result<Value, WireError> {
        let offset = self.cursor.offset();
        match self.value(DEEPEST)? {
            value @ (Value::Text(_) | Value::Reference(_)) => Ok(value),
            _ => Err(WireError::Unexpected { offset, part: "string" }),
        }
    }

    fn short_text(&mut self) -> Result<String, WireError> {
        let offset = self.cursor.offset();
        let length = self.cursor.u16("a string")?;
        self.text(length.into(), offset)
    }

    fn long_text(&mut self) -> Result<String, WireError> {
        let offset = self.cursor.offset();
        let wrong = |length: i64| WireError::Length { offset, part: "a string", length };
        let length = self.cursor.i64("a string")?;
        let fits = usize::try_from(length).ok().filter(|&length| length <= LONGEST_TEXT);
        self.text(fits.ok_or(wrong(length))?, offset)
    }

    fn text(&mut self, length: usize, offset: usize) -> Result<String, WireError> {
        let bytes = self.cursor.take(length, "a string")?;
        text::decode(bytes).ok_or(WireError::Unexpected { offset, part: "string" })
    }

    fn reference(&mut self) -> Result<(u32, Handle), WireError> {
        let offset = self.cursor.offset();
        let number = self.cursor.u32("a reference")?;
        let found = number
            .checked_sub(FIRST_HANDLE)
            .and_then(|number| Some((number, *self.handles.get(usize::try_from(number).ok()?)?)));
        found.ok_or(WireError::Value { offset, part: "a reference", value: number.into() })
    }

    /// Gives the next number.
    fn number(&mut self, handle: Handle) -> Result<(), WireError> {
        self.count()?;
        if self.handles.len() >= MOST_HANDLES {
            return Err(WireError::TooMany { offset: self.cursor.offset() });
        }
        self.handles.push(handle);
        Ok(())
    }

    fn count(&mut self) -> Result<(), WireError> {
        self.values = self.values.saturating_add(1);
        if self.values > MOST_VALUES {
            return Err(WireError::TooMany { offset: self.cursor.offset() });
        }
        Ok(())
    }

    fn described(&self, class: ClassIndex) -> Option<&Class> {
        self.classes.get(class.0)?.as_ref()
    }

    /// A class and those above it.
    fn line(&self, class: ClassIndex) -> Result<Vec<ClassIndex>, WireError> {
        let mut line = vec![class];
        let mut parent = self.described(class).and_then(|class| class.parent);
        while let Some(class) = parent {
            if line.len() >= DEEPEST {
                return Err(WireError::TooDeep { offset: self.cursor.offset() });
            }
            line.push(class);
            parent = self.described(class).and_then(|class| class.parent);
        }
        Ok(line)
    }
}

fn deeper(depth: usize, offset: usize) -> Result<usize, WireError> {
    if depth < DEEPEST { Ok(depth + 1) } else { Err(WireError::TooDeep { offset }) }
}
