//! The tree that a stream is read into.

use super::{Class, ClassIndex, Field};

/// One object with the classes that its stream names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The classes, in the order of their appearance.
    pub classes: Vec<Class>,
    /// The object.
    pub root: Value,
}

/// Whatever can stand in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// No object.
    Null,
    /// The object, string or class with this number, which came before.
    Reference(u32),
    /// A string.
    Text(String),
    /// An object.
    Object(Object),
    /// An array.
    Array {
        /// Its class.
        class: ClassIndex,
        /// Its elements.
        elements: Vec<Value>,
    },
    /// A class as an object.
    Class(Option<ClassIndex>),
    /// A constant of an enum.
    Constant {
        /// The enum.
        class: ClassIndex,
        /// The name of the constant: a string, or a reference to one.
        name: Box<Value>,
    },
    /// Bytes among what a class writes itself.
    Block(Vec<u8>),
    /// A primitive value, as its bytes.
    Primitive(Primitive),
}

/// The bytes of a primitive value; from one to eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Primitive {
    pub(super) bytes: [u8; 8],
    pub(super) length: u8,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its class.
    pub class: ClassIndex,
    /// Its data by class, the topmost first. Of a class that writes its data itself there is one part.
    pub parts: Vec<Part>,
}

/// What one class says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The class.
    pub class: ClassIndex,
    /// The values of its fields.
    pub fields: Vec<Value>,
    /// What it writes beyond them, or instead.
    pub contents: Vec<Value>,
}

impl Primitive {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl Tree {
    /// A class by its number.
    pub fn class(&self, index: ClassIndex) -> Option<&Class> {
        self.classes.get(index.0)
    }

    /// The name of an object's class.
    pub fn class_name(&self, object: &Object) -> &str {
        self.class(object.class).map_or("", |class| &class.name)
    }

    /// The value of an object's field, whichever of its classes has it.
    pub fn field<'a>(&'a self, object: &'a Object, name: &str) -> Option<&'a Value> {
        object.parts.iter().rev().find_map(|part| {
            let fields: &[Field] = &self.class(part.class)?.fields;
            fields.iter().zip(&part.fields).find(|(field, _)| field.name == name).map(|(_, value)| value)
        })
    }

    /// Adds a class, unless one of that name is there.
    pub(in super::super) fn add_class(&mut self, class: Class) -> ClassIndex {
        let known = self.classes.iter().position(|known| known.name == class.name);
        ClassIndex(known.unwrap_or_else(|| {
            self.classes.push(class);
            self.classes.len() - 1
        }))
    }
}

impl Object {
    /// The bytes at the front of what the object's class wrote itself, and the values after them.
    pub fn written(&self) -> (Vec<u8>, &[Value]) {
        let contents: &[Value] = self.parts.first().map_or(&[], |part| &part.contents);
        let mut bytes = Vec::new();
        let mut rest = contents;
        // Java cuts what a class writes into blocks; together they are what it wrote (§8.4).
        while let [Value::Block(block), others @ ..] = rest {
            bytes.extend(block);
            rest = others;
        }
        (bytes, rest)
    }
}
