//! Tests of what all schemes share.

pub(super) mod announcement;
