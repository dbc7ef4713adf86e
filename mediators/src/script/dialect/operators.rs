//! The operators of E4X: `.@a`, `.*`, `..n`, `.m::n`.

use super::scanner::Scanner;
use super::token::{continues_name, starts_name};
use super::{Edit, Problem};

impl Scanner<'_> {
    /// Reads what stands behind an operand if it is an operator of E4X, and turns it into plain member access.
    pub(super) fn operator(&mut self) -> Result<bool, Problem> {
        let start = self.at;
        if self.rest().starts_with("...") || !self.rest().starts_with('.') {
            return Ok(false);
        }
        let descendants = self.skip("..");
        if !descendants {
            self.skip(".");
        }
        self.skip_white();
        if self.peek() == Some('(') && !descendants {
            return Err(Problem::new(
                start..self.at + 1,
                "filters of XML values, x.(condition), are not supported",
            )
            .help("go through the values with \"for each (var item in …)\" and an \"if\""));
        }
        let attribute = self.skip("@");
        self.skip_white();
        let axis = format!("{}{}", if descendants { ".." } else { "" }, if attribute { "@" } else { "" });
        if attribute && self.skip("[") {
            self.edits.push(Edit { range: start..self.at, text: format!("[\"{axis}\"+(") });
            self.open_attribute_index(start);
            return Ok(true);
        }
        let Some(name) = self.name_or_star() else {
            if descendants || attribute {
                return Err(Problem::new(start..self.at.max(start + 1), "a name must follow here")
                    .help("XML values are asked with x.name, x..name, x.@name, x.* and x.*::name"));
            }
            self.at = start;
            return Ok(false);
        };
        let after_name = self.at;
        self.skip_white();
        let key = if self.skip("::") {
            self.skip_white();
            let Some(local) = self.name_or_star() else {
                return Err(Problem::new(start..self.at, "a name must follow \"::\""));
            };
            match name.as_str() {
                "*" => format!("\"{axis}*::{local}\""),
                namespace => format!("__name(\"{axis}\",{namespace},\"{local}\")"),
            }
        } else {
            self.at = after_name;
            if axis.is_empty() && name != "*" {
                self.at = start;
                return Ok(false);
            }
            format!("\"{axis}{name}\"")
        };
        self.edits.push(Edit { range: start..self.at, text: format!("[{key}]") });
        Ok(true)
    }

    fn name_or_star(&mut self) -> Option<String> {
        if self.skip("*") {
            return Some("*".to_owned());
        }
        let name = self.rest();
        name.chars().next().filter(|&letter| starts_name(letter) && letter != '\\')?;
        let length = name.find(|letter| !continues_name(letter)).unwrap_or(name.len());
        let name = name.get(..length)?.to_owned();
        self.at += length;
        Some(name)
    }
}
