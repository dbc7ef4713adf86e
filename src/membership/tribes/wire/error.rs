//! Why bytes are not what a Tribes node sends.

/// What is wrong, and at which byte of the data that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The data ends too early.
    #[error("byte {offset}: the data ends within {part}")]
    Truncated {
        /// Where the part begins that is cut.
        offset: usize,
        /// Which part it is.
        part: &'static str,
    },
    /// Bytes that are always the same are others.
    #[error("byte {offset}: this is no {part}")]
    Unexpected {
        /// Where they are.
        offset: usize,
        /// What should be there.
        part: &'static str,
    },
    /// A length or count beyond its limit, or one that disagrees with the data around it.
    #[error("byte {offset}: the length {length} of {part} cannot be")]
    Length {
        /// Where the length is.
        offset: usize,
        /// What it is the length of.
        part: &'static str,
        /// The length as it was read.
        length: i64,
    },
    /// A number that its field cannot have.
    #[error("byte {offset}: {part} cannot be {value}")]
    Value {
        /// Where the number is.
        offset: usize,
        /// The field.
        part: &'static str,
        /// The number.
        value: i64,
    },
    /// Something follows what should be the end.
    #[error("byte {offset}: there is more than {part}")]
    Excess {
        /// Where the excess begins.
        offset: usize,
        /// What should have ended.
        part: &'static str,
    },
    /// Objects within objects, or classes above classes, beyond the limit.
    #[error("byte {offset}: objects are nested too deep")]
    TooDeep {
        /// Where the limit was passed.
        offset: usize,
    },
    /// More objects or values than the limit.
    #[error("byte {offset}: there are too many objects")]
    TooMany {
        /// Where the limit was passed.
        offset: usize,
    },
    /// A part of Java's object streams that no Tribes node sends.
    #[error("byte {offset}: the token {token:#04x} is not understood here")]
    Token {
        /// Where it is.
        offset: usize,
        /// The byte.
        token: u8,
    },
}

impl WireError {
    /// The byte at which the data stops making sense.
    pub fn offset(&self) -> usize {
        match *self {
            Self::Truncated { offset, .. }
            | Self::Unexpected { offset, .. }
            | Self::Length { offset, .. }
            | Self::Value { offset, .. }
            | Self::Excess { offset, .. }
            | Self::TooDeep { offset }
            | Self::TooMany { offset }
            | Self::Token { offset, .. } => offset,
        }
    }
}
