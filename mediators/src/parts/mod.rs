//! Parts that several mediators are made of.

mod action;
mod address;
mod boolean;
mod conditions;
mod content;
mod markup;
mod pattern;
mod recipient;
mod sequences;
mod source;
mod target;
mod transport_header;

pub(crate) use action::removes;
pub(crate) use address::{Address, Fragment, parse_port};
pub(crate) use boolean::yes_or_no;
pub(crate) use conditions::Condition;
pub(crate) use content::{
    declare_a_body, declare_media_type, envelope_version, replace_content, replace_envelope, soap_body,
};
pub(crate) use markup::{document_of, element_document, selected_element};
pub(crate) use pattern::{FullMatch, partial_match};
pub(crate) use recipient::recipient;
pub(crate) use sequences::{found, ignore_other_children};
pub(crate) use source::{expression_ignored, value_or_expression, written_key};
pub(crate) use target::{CompiledTarget, Target};
pub(crate) use transport_header::{
    HeaderSource, computed_header_value, set_header, written_header_name, written_header_value,
};
