//! Writing a stream.

use super::class::WRITE_METHOD;
use super::reader::{
    ARRAY, BLOCK, CLASS, CLASS_DESCRIPTOR, CONSTANT, END, FIRST_HANDLE, HEADER, LONG_BLOCK, LONG_TEXT, NULL,
    OBJECT, PROXY, REFERENCE, TEXT,
};
use super::{Class, ClassIndex, Object, Tree, Value, text};

/// The bytes of a tree. Of a tree that was read they are the ones it was read from.
pub fn write(tree: &Tree) -> Vec<u8> {
    let numbers = vec![None; tree.classes.len()];
    let mut writer = Writer { tree, bytes: HEADER.to_vec(), numbers, next: FIRST_HANDLE };
    writer.value(&tree.root);
    writer.bytes
}

struct Writer<'a> {
    tree: &'a Tree,
    bytes: Vec<u8>,
    /// The numbers of the classes that were written.
    numbers: Vec<Option<u32>>,
    next: u32,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.bytes.push(NULL),
            Value::Reference(number) => self.reference(FIRST_HANDLE.saturating_add(*number)),
            Value::Text(text) => self.text(text),
            Value::Object(object) => self.object(object),
            Value::Array { class, elements } => {
                self.bytes.push(ARRAY);
                self.class(Some(*class));
                self.number();
                self.count(elements.len());
                elements.iter().for_each(|element| self.value(element));
            }
            Value::Class(class) => {
                self.bytes.push(CLASS);
                self.class(*class);
                self.number();
            }
            Value::Constant { class, name } => {
                self.bytes.push(CONSTANT);
                self.class(Some(*class));
                self.number();
                self.value(name);
            }
            Value::Block(block) => self.block(block),
            Value::Primitive(primitive) => self.bytes.extend(primitive.bytes()),
        }
    }

    fn object(&mut self, object: &Object) {
        self.bytes.push(OBJECT);
        self.class(Some(object.class));
        self.number();
        for part in &object.parts {
            part.fields.iter().chain(&part.contents).for_each(|value| self.value(value));
            let ends = |class: &Class| class.is_externalizable() || class.flags & WRITE_METHOD != 0;
            if self.tree.class(part.class).is_some_and(ends) {
                self.bytes.push(END);
            }
        }
    }

    fn class(&mut self, index: Option<ClassIndex>) {
        let found = index.and_then(|index| Some((index, self.tree.class(index)?)));
        let Some((index, class)) = found else { return self.bytes.push(NULL) };
        if let Some(Some(number)) = self.numbers.get(index.0) {
            return self.reference(*number);
        }
        match &class.interfaces {
            None => {
                self.bytes.push(CLASS_DESCRIPTOR);
                self.short_text(&class.name);
                self.bytes.extend(class.version.to_be_bytes());
                self.number_class(index);
                self.bytes.push(class.flags);
                let count = u16::try_from(class.fields.len()).expect("a class of some fields");
                self.bytes.extend(count.to_be_bytes());
                for field in &class.fields {
                    self.bytes.push(field.kind);
                    self.short_text(&field.name);
                    field.type_name.iter().for_each(|name| self.value(name));
                }
            }
            Some(interfaces) => {
                self.bytes.push(PROXY);
                self.number_class(index);
                self.count(interfaces.len());
                interfaces.iter().for_each(|name| self.short_text(name));
            }
        }
        class.annotations.iter().for_each(|value| self.value(value));
        self.bytes.push(END);
        self.class(class.parent);
    }

    fn text(&mut self, content: &str) {
        self.number();
        let bytes = text::encode(content);
        match u16::try_from(bytes.len()) {
            Ok(length) => {
                self.bytes.push(TEXT);
                self.bytes.extend(length.to_be_bytes());
            }
            Err(_) => {
                self.bytes.push(LONG_TEXT);
                self.bytes.extend((bytes.len() as u64).to_be_bytes());
            }
        }
        self.bytes.extend(bytes);
    }

    fn short_text(&mut self, content: &str) {
        let bytes = text::encode(content);
        let length = u16::try_from(bytes.len()).expect("a name, which was read with a length of two bytes");
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(bytes);
    }

    fn block(&mut self, block: &[u8]) {
        match u8::try_from(block.len()) {
            Ok(length) => self.bytes.extend([BLOCK, length]),
            Err(_) => {
                self.bytes.push(LONG_BLOCK);
                self.count(block.len());
            }
        }
        self.bytes.extend(block);
    }

    fn reference(&mut self, number: u32) {
        self.bytes.push(REFERENCE);
        self.bytes.extend(number.to_be_bytes());
    }

    fn number(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    fn number_class(&mut self, index: ClassIndex) {
        if let Some(place) = self.numbers.get_mut(index.0) {
            *place = Some(self.next);
        }
        self.number();
    }

    fn count(&mut self, count: usize) {
        let count = i32::try_from(count).expect("arrays and blocks of less than two gibibytes");
        self.bytes.extend(count.to_be_bytes());
    }
}
