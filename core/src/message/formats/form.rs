//! Forms: `a=1&b=x%20y` to a tree and back (message-and-expressions.md §4.2, §5.2).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use super::super::names::{element_name, key};
use super::FormatError;
use super::charset::{Charset, Unmappable, decode};
use crate::xml::{Document, NodeId};

/// The element around the fields of a form.
pub(super) const WRAPPER: &str = "xformValues";

/// How many fields a form may have (hardening.md §2 row 16): each is an element with a text.
const FIELDS: usize = 100_000;

/// Bytes of names as elements: what is escaped in them grows.
const NAMES: usize = 16 * 1024 * 1024;

/// What stays as it is: `application/x-www-form-urlencoded` of Java, but for the blank, which is `%20`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*');

/// Fields as a tree: an element for each, in the order they came, inside `<xformValues>`.
///
/// # Errors
/// A charset nobody knows, bytes that are not of it, or too many fields.
pub(super) fn read(bytes: &[u8], charset: Option<&str>) -> Result<Document, FormatError> {
    let mut document = Document::new();
    let wrapper = document.create_element("", WRAPPER, "");
    document.append_child(document.document_node(), wrapper);
    let fields = bytes.split(|&byte| byte == b'&').filter(|field| !field.is_empty());
    let mut names = 0;
    for (number, field) in fields.enumerate() {
        if number >= FIELDS || names > NAMES {
            return Err(FormatError::TooManyFields(FIELDS));
        }
        let mut parts = field.splitn(2, |&byte| byte == b'=');
        let name = decoded(parts.next().unwrap_or_default(), charset)?;
        let value = decoded(parts.next().unwrap_or_default(), charset)?;
        let name = element_name(&name);
        names += name.len();
        let element = document.create_element("", &name, "");
        document.set_text(element, &value);
        document.append_child(wrapper, element);
    }
    Ok(document)
}

fn decoded(text: &[u8], charset: Option<&str>) -> Result<String, FormatError> {
    let blanks: Cow<'_, [u8]> = match text.contains(&b'+') {
        true => text.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect(),
        false => Cow::Borrowed(text),
    };
    let bytes: Cow<'_, [u8]> = percent_decode(&blanks).into();
    decode(&bytes, charset).map(Cow::into_owned)
}

/// The children of an element as fields; what they contain besides text is left out.
pub(super) fn write(document: &Document, element: NodeId, charset: &Charset) -> String {
    let mut form = String::new();
    for child in document.child_elements(element) {
        let name = document.name(child).map_or("", |name| name.local);
        if !form.is_empty() {
            form.push('&');
        }
        push(&key(name), charset, &mut form);
        form.push('=');
        push(&document.string_value(child), charset, &mut form);
    }
    form
}

fn push(text: &str, charset: &Charset, form: &mut String) {
    let bytes = charset.encode(text.to_owned(), Unmappable::Text);
    form.extend(percent_encode(&bytes, ESCAPED));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(form: &str, charset: Option<&str>) -> String {
        read(form.as_bytes(), charset).expect(form).to_xml()
    }

    #[test]
    fn case_036_fields_become_elements_in_order() {
        assert_eq!(tree("a=1&a=2&b=x%20y", None), "<xformValues><a>1</a><a>2</a><b>x y</b></xformValues>");
        assert_eq!(tree("&&a&=&b=x+y=z", None), "<xformValues><a/><_x_/><b>x y=z</b></xformValues>");
        assert_eq!(tree("a=%E9", Some("latin1")), "<xformValues><a>\u{e9}</a></xformValues>");
        assert_eq!(tree("a=%zz", None), "<xformValues><a>%zz</a></xformValues>");
    }

    #[test]
    fn case_038_names_that_are_none_come_back() {
        assert_eq!(
            tree("1k=v&$z=w", None),
            "<xformValues><_JsonReader_PD_1k>v</_JsonReader_PD_1k><_JsonReader_PS_z>w</_JsonReader_PS_z></xformValues>"
        );
        for form in ["1k=v&%24z=w", "a=1&a=2&b=x%20y", "a%5B0%5D=%C3%A9&x.y-z_*=%26", "="] {
            let document = read(form.as_bytes(), None).expect(form);
            let root = document.root_element().expect("a wrapper");
            assert_eq!(write(&document, root, &Charset::UTF_8), form);
        }
    }

    #[test]
    fn forms_that_cannot_be_read_are_refused() {
        assert!(read(b"a=%FF", None).is_err());
        assert!(read(b"a=1", Some("nonsense")).is_err());
        let many = "a&".repeat(FIELDS + 1);
        assert!(matches!(read(many.as_bytes(), None), Err(FormatError::TooManyFields(_))));
    }
}
