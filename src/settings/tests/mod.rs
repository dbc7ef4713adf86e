//! Tests of settings.

mod diagnostics;
mod discovery;
mod kubernetes;
mod loading;
mod members;
mod providers;
mod reference;
mod secrets;
mod values;

use sinew_core::diagnostics::{Diagnostics, SourceFile, render};

use super::{Loaded, Override, Sources, load};

/// Sources with the text of a file called `sinew.toml` only.
fn file(text: &str) -> Sources {
    Sources { file: Some(SourceFile::new("sinew.toml", text)), ..Sources::default() }
}

impl Sources {
    fn variable(mut self, name: &str, value: &str) -> Sources {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn set(mut self, text: &str) -> Sources {
        self.flags.push(Override::parse(text).expect("the flag has a value"));
        self
    }

    fn loaded(&self) -> Loaded {
        load(self).unwrap_or_else(|problems| panic!("{}", rendered(&problems)))
    }

    fn problems(&self) -> String {
        match load(self) {
            Ok(loaded) => rendered(&loaded.warnings),
            Err(problems) => rendered(&problems),
        }
    }
}

/// As a terminal shows them.
fn rendered(problems: &Diagnostics) -> String {
    problems.iter().map(|problem| render(problem, false) + "\n").collect()
}
