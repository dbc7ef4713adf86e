//! Why a program could not be run to its end.

/// The reason, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure(Box<str>);

impl Failure {
    pub(crate) fn new(reason: impl Into<Box<str>>) -> Self {
        Self(reason.into())
    }

    pub(crate) fn into_reason(self) -> String {
        self.0.into_string()
    }
}
