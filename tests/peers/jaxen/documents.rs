//! Small documents with everything that expressions can tell apart.
//!
//! Left out is what XPath leaves open, or a DOM cannot show: the order of attributes (they are written in the order of
//! their names, which is the order a DOM keeps them in).

use super::random::Random;

/// Texts that are numbers, nearly numbers, words and blanks, in one, two, three and four bytes a letter.
const TEXTS: [&str; 24] = [
    "1",
    "2",
    "12",
    "007",
    "-3.5",
    ".5",
    "5.",
    "-",
    "1.2.3",
    "- 1",
    " 7 ",
    "abc",
    "ABC",
    "a b",
    " x ",
    "true",
    "\u{e9}t\u{e9}",
    "\u{20ac}5",
    "\u{1d11e}b",
    "en",
    "en-GB",
    "  ",
    "a-b-c",
    "xyx",
];

const ELEMENTS: [&str; 6] = ["a", "a", "b", "c", "p:a", "q:b"];

/// A well-formed document.
pub(crate) fn document(random: &mut Random) -> String {
    let mut xml = String::new();
    if random.once_in(4) {
        xml.push_str("<!--before--><?t before?>");
    }
    let mut left = 4 + random.below(14);
    let declarations = " xmlns:p=\"urn:p\" xmlns:q=\"urn:q\"";
    element(random, &mut xml, &mut left, 0, declarations);
    if random.once_in(4) {
        xml.push_str("<!--after-->");
    }
    xml
}

fn element(random: &mut Random, xml: &mut String, left: &mut usize, depth: usize, declarations: &str) {
    *left = left.saturating_sub(1);
    let name = random.choose(&ELEMENTS);
    xml.push_str(&format!("<{name}{declarations}"));
    if random.once_in(10) && depth > 0 {
        xml.push_str(random.choose(&[" xmlns=\"urn:p\"", " xmlns=\"\"", " xmlns:p=\"urn:other\""]));
    }
    for attribute in ["p:x", "x", "xml:lang", "y"] {
        if random.once_in(4) {
            let value = random.choose(&TEXTS);
            xml.push_str(&format!(" {attribute}=\"{value}\""));
        }
    }
    xml.push('>');
    let mut after_text = false;
    while *left > 0 && depth < 6 && !random.once_in(4) {
        match random.below(8) {
            0..=3 => {
                element(random, xml, left, depth + 1, "");
                after_text = false;
            }
            4 | 5 if !after_text => {
                let text = random.choose(&TEXTS);
                match random.once_in(5) {
                    true => xml.push_str(&format!("<![CDATA[{text}]]>")),
                    false => xml.push_str(text),
                }
                after_text = true;
                *left -= 1;
            }
            6 => {
                xml.push_str("<!--c-->");
                after_text = false;
                *left -= 1;
            }
            7 => {
                xml.push_str(random.choose(&["<?t 1?>", "<?u two?>"]));
                after_text = false;
                *left -= 1;
            }
            _ => {}
        }
    }
    xml.push_str(&format!("</{name}>"));
}
