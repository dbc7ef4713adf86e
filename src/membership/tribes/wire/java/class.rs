//! Descriptors of classes: what a stream says of them, which is all that is known of them.

use super::Value;

/// The number of a class within one stream, in the order of their appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassIndex(pub(super) usize);

/// What a stream says of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name; empty for a proxy.
    pub name: String,
    /// Its `serialVersionUID`.
    pub version: i64,
    /// How its objects are written.
    pub flags: u8,
    /// Its fields, in the order of their values.
    pub fields: Vec<Field>,
    /// The interfaces of a proxy class; `None` for others.
    pub interfaces: Option<Vec<String>>,
    /// What else was said.
    pub annotations: Vec<Value>,
    /// The class above it.
    pub parent: Option<ClassIndex>,
}

/// A field of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The letter of its type.
    pub kind: u8,
    /// Its name.
    pub name: String,
    /// For objects and arrays the type's name, a string.
    pub type_name: Option<Value>,
}

/// The class writes further data after its fields.
pub(super) const WRITE_METHOD: u8 = 0x01;
/// Its fields are written.
pub(super) const SERIALIZABLE: u8 = 0x02;
/// It writes all its data itself.
pub(super) const EXTERNALIZABLE: u8 = 0x04;
/// What an externalizable class writes is cut into blocks.
pub(super) const BLOCK_DATA: u8 = 0x08;

impl Class {
    /// A class whose fields are written.
    pub(in super::super) fn serializable(name: &str, version: i64) -> Self {
        Self {
            name: name.to_owned(),
            version,
            flags: SERIALIZABLE,
            fields: Vec::new(),
            interfaces: None,
            annotations: Vec::new(),
            parent: None,
        }
    }

    /// A class that writes all its data itself.
    pub(in super::super) fn externalizable(name: &str, version: i64) -> Self {
        Self { flags: EXTERNALIZABLE | BLOCK_DATA, ..Self::serializable(name, version) }
    }

    /// The same class with a field that is an object or an array.
    pub(in super::super) fn with_field(mut self, kind: u8, name: &str, type_name: &str) -> Self {
        let type_name = Some(Value::Text(type_name.to_owned()));
        self.fields.push(Field { kind, name: name.to_owned(), type_name });
        self
    }

    /// The same class below another.
    pub(in super::super) fn below(mut self, parent: ClassIndex) -> Self {
        self.parent = Some(parent);
        self
    }

    /// Whether it writes all its data itself, cut into blocks.
    pub fn is_externalizable(&self) -> bool {
        self.flags & EXTERNALIZABLE != 0
    }

    pub(super) fn is_serializable(&self) -> bool {
        self.flags & SERIALIZABLE != 0
    }
}
