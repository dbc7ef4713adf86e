//! What stands in brackets.

use super::lexer::Lexer;
use super::parser::Parser;
use super::tree::{Select, Slice};
use crate::expression::jsonpath::Problem;

impl Parser<'_> {
    /// A bracket, which is known to be next, up to its end.
    pub(super) fn bracket(&mut self) -> Result<Select, Problem> {
        let start = self.lexer.at();
        self.lexer.eat("[");
        self.lexer.blanks();
        let select = match self.lexer.peek() {
            Some('\'' | '"') => self.names()?,
            Some('*') => {
                self.lexer.take();
                Select::All
            }
            Some('?') => self.filter()?,
            Some('(') => self.index_by_length()?,
            Some('0'..='9' | '-' | ':') => self.indexes()?,
            Some(']') => {
                self.lexer.take();
                let problem = Problem::new(self.lexer.since(start), "nothing is in these brackets");
                return Err(problem.help("all members are [*]"));
            }
            Some(_) => {
                let problem = self.lexer.expected("a name in quotes, an index, a slice, * or ?(…)");
                return Err(problem.help("a name in brackets is written in quotes: ['name']"));
            }
            None => return Err(unclosed(start)),
        };
        self.lexer.blanks();
        match self.lexer.peek() {
            Some(']') => {
                self.lexer.take();
                Ok(select)
            }
            Some(',') => {
                let at = self.lexer.at();
                Err(Problem::new(at..at + 1, "only names can be listed with names, and indexes with indexes"))
            }
            Some(_) => Err(self.lexer.expected("the closing bracket")),
            None => Err(unclosed(start)),
        }
    }

    /// `'a','b'`.
    fn names(&mut self) -> Result<Select, Problem> {
        let mut names = Vec::new();
        loop {
            self.lexer.blanks();
            if !matches!(self.lexer.peek(), Some('\'' | '"')) {
                return Err(self.lexer.expected("a name in quotes"));
            }
            names.push(self.quoted()?.into_boxed_str());
            self.lexer.blanks();
            if !self.lexer.eat(",") {
                break;
            }
        }
        Ok(match <[_; 1]>::try_from(names) {
            Ok([name]) => Select::Name(name),
            Err(names) => Select::Names(names),
        })
    }

    /// `1`, `0,1`, `1:`, `1:2:3`.
    fn indexes(&mut self) -> Result<Select, Problem> {
        let first = self.lexer.integer()?;
        self.lexer.blanks();
        if self.lexer.next_is(":") {
            return self.slice(first);
        }
        let Some(first) = first else { return Err(self.lexer.expected("an index")) };
        let mut indexes = vec![first];
        while self.lexer.eat(",") {
            self.lexer.blanks();
            match self.lexer.integer()? {
                Some(index) => indexes.push(index),
                None if self.lexer.next_is(":") => return Err(no_list_of_slices(&self.lexer)),
                None => return Err(self.lexer.expected("an index")),
            }
            self.lexer.blanks();
            if self.lexer.next_is(":") {
                return Err(no_list_of_slices(&self.lexer));
            }
        }
        Ok(if indexes.len() == 1 { Select::Index(first) } else { Select::Indexes(indexes) })
    }

    fn slice(&mut self, start: Option<i64>) -> Result<Select, Problem> {
        self.lexer.eat(":");
        self.lexer.blanks();
        let end = self.lexer.integer()?;
        self.lexer.blanks();
        let mut step = 1;
        if self.lexer.eat(":") {
            self.lexer.blanks();
            let at = self.lexer.at();
            step = self.lexer.integer()?.unwrap_or(1);
            if step == 0 {
                return Err(Problem::new(self.lexer.since(at), "a slice cannot have steps of 0"));
            }
            self.lexer.blanks();
        }
        if self.lexer.next_is(",") {
            return Err(no_list_of_slices(&self.lexer));
        }
        Ok(Select::Slice(Slice { start, end, step }))
    }

    /// `(@.length-1)`: Goessner's way to write the index -1.
    fn index_by_length(&mut self) -> Result<Select, Problem> {
        let start = self.lexer.at();
        let mut read = |symbol: &str| {
            self.lexer.blanks();
            self.lexer.eat(symbol)
        };
        if read("(") && read("@") && read(".") && read("length") && read("-") {
            self.lexer.blanks();
            if let Some(back) = self.lexer.integer()?.filter(|back| *back > 0) {
                self.lexer.blanks();
                if self.lexer.eat(")") {
                    return Ok(Select::Index(-back));
                }
            }
        }
        let problem =
            Problem::new(self.lexer.since(start), "only (@.length-1), (@.length-2) … can be computed here");
        Err(problem.help("a filter is written [?(…)]"))
    }

    /// `?(…)`.
    fn filter(&mut self) -> Result<Select, Problem> {
        self.lexer.eat("?");
        self.lexer.blanks();
        let start = self.lexer.at();
        if !self.lexer.eat("(") {
            return Err(self.lexer.expected("a parenthesis").help("a filter is written [?(@.price < 10)]"));
        }
        let condition = self.nested(Parser::condition)?;
        self.close_parenthesis(start)?;
        Ok(Select::Filter(Box::new(condition)))
    }

    /// The end of the parenthesis that was opened at `start`.
    pub(super) fn close_parenthesis(&mut self, start: usize) -> Result<(), Problem> {
        self.lexer.blanks();
        if self.lexer.eat(")") {
            return Ok(());
        }
        match self.lexer.peek() {
            Some(_) => Err(self.lexer.expected("&&, || or the closing parenthesis")),
            None => Err(Problem::new(start..start + 1, "this parenthesis is never closed")),
        }
    }
}

fn unclosed(start: usize) -> Problem {
    Problem::new(start..start + 1, "this bracket is never closed")
}

fn no_list_of_slices(lexer: &Lexer<'_>) -> Problem {
    let at = lexer.at();
    Problem::new(at..at + 1, "a slice cannot stand in a list")
}
