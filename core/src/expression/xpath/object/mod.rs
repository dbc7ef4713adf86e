//! What expressions yield, and how one kind becomes another.

mod number;
mod value;

pub(super) use number::{number_of_text, number_text, round};
pub use value::Object;
pub(crate) use value::property_text;
pub(super) use value::{boolean_text, numeric};
