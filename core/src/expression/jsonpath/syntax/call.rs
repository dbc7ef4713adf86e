//! Calls of functions at the end of a path.

use super::lexer::Within;
use super::parser::Parser;
use super::tree::{Call, FUNCTIONS, Function, Term};
use crate::diagnostics::nearest;
use crate::expression::jsonpath::Problem;

impl Parser<'_> {
    /// The arguments of `name` and what follows the call.
    pub(super) fn call(
        &mut self,
        name: &str,
        start: usize,
        within: Within,
        collects: bool,
    ) -> Result<Call, Problem> {
        let Some(&(_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
            return Err(unknown(name, start));
        };
        let open = self.lexer.at();
        let arguments = self.arguments(open)?;
        let range = self.lexer.since(start);
        match (function, arguments.len()) {
            (Function::Keys | Function::First | Function::Last, 1..) => {
                return Err(Problem::new(range, format!("{name}() takes no argument")));
            }
            (Function::Length, 2..) => {
                return Err(Problem::new(range, format!("{name}() takes at most one argument")));
            }
            (Function::Index, 0 | 2..) => {
                return Err(
                    Problem::new(range, "index() takes one argument").help("the last element is index(-1)")
                );
            }
            _ => {}
        }
        let then = self.path(within, false)?;
        Ok(Call { function, arguments, collects, then })
    }

    fn arguments(&mut self, open: usize) -> Result<Vec<Term>, Problem> {
        self.lexer.eat("(");
        self.lexer.blanks();
        let mut arguments = Vec::new();
        if self.lexer.eat(")") {
            return Ok(arguments);
        }
        loop {
            self.lexer.blanks();
            arguments.push(match self.lexer.peek() {
                Some('$' | '@') => Term::Path(self.reference(Within::Arguments)?),
                Some(_) => Term::Literal(self.literal("an argument")?),
                None => return Err(Problem::new(open..open + 1, "this parenthesis is never closed")),
            });
            self.lexer.blanks();
            if self.lexer.eat(")") {
                return Ok(arguments);
            }
            if !self.lexer.eat(",") {
                return Err(match self.lexer.peek() {
                    Some(_) => self.lexer.expected("a comma or the closing parenthesis"),
                    None => Problem::new(open..open + 1, "this parenthesis is never closed"),
                });
            }
        }
    }
}

fn unknown(name: &str, start: usize) -> Problem {
    let problem = Problem::new(start..start + name.len(), format!("there is no function {name}()"));
    match nearest(name, FUNCTIONS.iter().map(|(known, _)| *known)) {
        Some(known) => problem.help(format!("did you mean {known}()?")),
        None => problem,
    }
}
