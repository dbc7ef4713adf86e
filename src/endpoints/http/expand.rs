//! Expanding URI templates (RFC 6570 §3).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use sinew_core::config::endpoint::{Operator, TemplatePart, UriTemplate, Variable};

/// How an operator writes values (RFC 6570 appendix A).
struct Style {
    /// In front of the first value.
    first: &'static str,
    separator: &'static str,
    /// The name of the variable stands before its value.
    named: bool,
    /// What follows the name when the value is empty.
    empty: &'static str,
    keeps_reserved: bool,
}

fn style(operator: Operator) -> Style {
    let style = |first, separator, named, empty, keeps_reserved| Style {
        first,
        separator,
        named,
        empty,
        keeps_reserved,
    };
    match operator {
        Operator::Simple => style("", ",", false, "", false),
        Operator::Reserved => style("", ",", false, "", true),
        Operator::Fragment => style("#", ",", false, "", true),
        Operator::Label => style(".", ".", false, "", false),
        Operator::Path => style("/", "/", false, "", false),
        Operator::Parameter => style(";", ";", true, "", false),
        Operator::Query => style("?", "&", true, "=", false),
        Operator::Continuation => style("&", "&", true, "=", false),
    }
}

/// The template with the values of its variables; one that has no value leaves nothing.
pub(super) fn expand<'v>(template: &UriTemplate, value: impl Fn(&str) -> Option<Cow<'v, str>>) -> String {
    let mut expanded = String::with_capacity(template.text.len() + 32);
    for part in &*template.parts {
        match part {
            TemplatePart::Literal(text) if template.legacy_encoding => expanded.push_str(text),
            TemplatePart::Literal(text) => encode(text, true, &mut expanded),
            TemplatePart::Expression { operator, variables } => {
                let style = style(*operator);
                let defined =
                    variables.iter().filter_map(|variable| Some((variable, value(&variable.name)?)));
                for (number, (variable, value)) in defined.enumerate() {
                    expanded.push_str(if number == 0 { style.first } else { style.separator });
                    write(variable, &value, &style, template.legacy_encoding, &mut expanded);
                }
            }
        }
    }
    if !template.legacy_encoding {
        return expanded;
    }
    let mut encoded = String::with_capacity(expanded.len());
    encode(&expanded, true, &mut encoded);
    encoded
}

fn write(variable: &Variable, value: &str, style: &Style, legacy: bool, expanded: &mut String) {
    let cut = match variable.prefix {
        Some(length) => {
            let end = value.char_indices().nth(usize::from(length)).map_or(value.len(), |(end, _)| end);
            value.get(..end).unwrap_or(value)
        }
        None => value,
    };
    if style.named {
        encode(&variable.name, true, expanded);
        if value.is_empty() {
            expanded.push_str(style.empty);
            return;
        }
        expanded.push('=');
    }
    match legacy {
        true => expanded.push_str(&percent_decode_str(cut).decode_utf8_lossy()),
        false => encode(cut, style.keeps_reserved, expanded),
    }
}

/// Writes text with everything encoded but unreserved characters, or also but reserved ones and what is encoded already
/// (RFC 6570 §3.2.1).
fn encode(text: &str, keeps_reserved: bool, out: &mut String) {
    let bytes = text.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        let is_triplet = || {
            let hexadecimal = |offset: usize| bytes.get(at + offset).is_some_and(u8::is_ascii_hexdigit);
            byte == b'%' && hexadecimal(1) && hexadecimal(2)
        };
        let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let reserved = || b":/?#[]@!$&'()*+,;=".contains(&byte) || is_triplet();
        if unreserved || (keeps_reserved && reserved()) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of RFC 6570 §3.2.
    fn value(name: &str) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match name {
            "var" => "value",
            "hello" => "Hello World!",
            "half" => "50%",
            "path" => "/foo/bar",
            "empty" => "",
            "x" => "1024",
            "y" => "768",
            "who" => "fred",
            "base" => "http://example.com/home/",
            "encoded" => "a%20b%2Fc",
            _ => return None,
        }))
    }

    fn expanded(template: &str) -> String {
        // A literal in front: the first expression of an endpoint's template is another case.
        let template = UriTemplate::parse(&format!("_{template}")).expect(template);
        expand(&template, value).split_off(1)
    }

    /// The examples of RFC 6570 §1.2 and §3.2 that need no lists.
    #[test]
    fn templates_expand_as_the_standard_says() {
        for (template, result) in [
            ("{var}", "value"),
            ("{hello}", "Hello%20World%21"),
            ("{half}", "50%25"),
            ("O{empty}X", "OX"),
            ("O{undef}X", "OX"),
            ("{x,y}", "1024,768"),
            ("{x,hello,y}", "1024,Hello%20World%21,768"),
            ("?{x,empty}", "?1024,"),
            ("?{x,undef}", "?1024"),
            ("{var:3}", "val"),
            ("{var:30}", "value"),
            ("{+var}", "value"),
            ("{+hello}", "Hello%20World!"),
            ("{+half}", "50%25"),
            ("{base}index", "http%3A%2F%2Fexample.com%2Fhome%2Findex"),
            ("{+base}index", "http://example.com/home/index"),
            ("{+path}/here", "/foo/bar/here"),
            ("up{+path}{var}/here", "up/foo/barvalue/here"),
            ("{+path:6}/here", "/foo/b/here"),
            ("{#x,hello,y}", "#1024,Hello%20World!,768"),
            ("{#undef}", ""),
            ("{.who}", ".fred"),
            ("{.half,who}", ".50%25.fred"),
            ("X{.empty}", "X."),
            ("{/var,x}/here", "/value/1024/here"),
            ("{/var,empty}", "/value/"),
            ("{/var:1,var}", "/v/value"),
            ("{;x,y}", ";x=1024;y=768"),
            ("{;x,y,empty}", ";x=1024;y=768;empty"),
            ("{?x,y}", "?x=1024&y=768"),
            ("{?x,y,empty}", "?x=1024&y=768&empty="),
            ("{?var:3}", "?var=val"),
            ("?fixed=yes{&x}", "?fixed=yes&x=1024"),
            ("{&var:3}", "&var=val"),
        ] {
            assert_eq!(expanded(template), result, "{template}");
        }
    }

    #[test]
    fn the_old_encoding_decodes_values_first() {
        let template =
            UriTemplate::parse("legacy-encoding:http://h/{encoded}?q={hello}").expect("a template");
        assert_eq!(expand(&template, value), "http://h/a%20b/c?q=Hello%20World!");
        let template = UriTemplate::parse("http://h/{encoded}").expect("a template");
        assert_eq!(expand(&template, value), "http://h/a%2520b%252Fc");
    }
}
