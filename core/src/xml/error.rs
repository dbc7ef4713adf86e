//! Why a text is not a document.

use thiserror::Error;

/// Why a text was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind}")]
pub struct XmlError {
    /// What is wrong.
    pub kind: XmlErrorKind,
    /// The byte offset in the decoded text.
    pub offset: u32,
}

/// What is wrong with a text that should be XML (XML 1.0, fifth edition, and Namespaces in XML 1.0).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum XmlErrorKind {
    /// A document type declaration, refused everywhere: hardening.md §2 row 15.
    #[error("a DOCTYPE is not allowed")]
    Doctype,
    /// More elements open at once than [`Limits::depth`](super::Limits::depth).
    #[error("elements are nested more than {0} deep")]
    TooDeep(usize),
    /// More attributes and declarations than [`Limits::attributes`](super::Limits::attributes).
    #[error("an element has more than {0} attributes")]
    TooManyAttributes(usize),
    /// A name longer than [`Limits::name_length`](super::Limits::name_length).
    #[error("a name is longer than {0} bytes")]
    NameTooLong(usize),
    /// More nodes than [`Limits::nodes`](super::Limits::nodes).
    #[error("the document has more than {0} nodes")]
    TooManyNodes(usize),
    /// More input than [`Limits::input`](super::Limits::input).
    #[error("the document is larger than {0} bytes")]
    TooLarge(usize),

    /// The encoding's name is not known.
    #[error("encoding \"{0}\" is not known")]
    UnknownEncoding(String),
    /// Bytes that mean nothing in the document's encoding.
    #[error("the bytes are not valid {0}")]
    NotDecodable(&'static str),

    /// No root element.
    #[error("the document has no root element")]
    Empty,
    /// A second element beside the root.
    #[error("a second root element <{0}>")]
    SecondRoot(String),
    /// Text before or after the root element.
    #[error("text outside the root element")]
    TextOutsideRoot,
    /// A character that XML forbids, written out or by reference.
    #[error("character U+{0:04X} is not allowed in XML")]
    ForbiddenCharacter(u32),
    /// Something that is not a name, or a qualified name with a misplaced colon.
    #[error("\"{0}\" is not a valid name")]
    InvalidName(String),
    /// An entity reference other than the five predefined ones.
    #[error("entity \"&{0};\" is not defined")]
    UndefinedEntity(String),
    /// A character reference that is not one.
    #[error("\"&{0};\" is not a character reference")]
    InvalidCharacterReference(String),
    /// An ampersand that starts no reference.
    #[error("\"&\" does not start a reference; write \"&amp;\"")]
    BareAmpersand,
    /// The end of a CDATA section where there is none.
    #[error("\"]]>\" is not allowed in text")]
    CdataEndInText,
    /// Two hyphens in a comment, or one before its end.
    #[error("\"--\" is not allowed inside a comment")]
    HyphensInComment,
    /// A processing instruction named `xml` anywhere but at the start, or in another case.
    #[error("the target \"{0}\" is reserved")]
    ReservedTarget(String),
    /// A malformed XML declaration.
    #[error("the XML declaration is malformed")]
    InvalidDeclaration,
    /// A processing instruction without space after its target.
    #[error("a processing instruction needs a space after its target")]
    MalformedInstruction,

    /// An attribute that does not follow the grammar.
    #[error("malformed attribute: {0} expected")]
    MalformedAttribute(&'static str),
    /// An attribute value with a literal `<`.
    #[error("\"<\" is not allowed in an attribute value; write \"&lt;\"")]
    LessThanInAttribute,
    /// Two attributes of one element with the same name.
    #[error("attribute \"{0}\" appears twice")]
    DuplicateAttribute(String),
    /// A prefix without a declaration in scope.
    #[error("prefix \"{0}\" is not bound to a namespace")]
    UnboundPrefix(String),
    /// A declaration of a reserved prefix or namespace, or one that unbinds a prefix.
    #[error("the namespace declaration \"{0}\" is not allowed")]
    ReservedNamespace(String),

    /// An end tag with another name than its start tag.
    #[error("expected </{expected}>, found </{found}>")]
    MismatchedEnd {
        /// The name of the innermost open element.
        expected: String,
        /// The name found.
        found: String,
    },
    /// An end tag without a start tag.
    #[error("</{0}> closes nothing")]
    UnexpectedEnd(String),
    /// An element without an end tag.
    #[error("<{0}> is never closed")]
    Unclosed(String),
    /// Markup that does not follow the grammar.
    #[error("malformed markup: {0}")]
    Syntax(String),
}

impl XmlErrorKind {
    /// Whether the document exceeds a limit rather than being wrong.
    pub fn is_limit(&self) -> bool {
        use XmlErrorKind::{NameTooLong, TooDeep, TooLarge, TooManyAttributes, TooManyNodes};
        matches!(self, TooDeep(_) | TooManyAttributes(_) | NameTooLong(_) | TooManyNodes(_) | TooLarge(_))
    }
}
