//! The `sinew` command.

use clap::Parser;
use sinew::cli::{Arguments, Exit, execute};

fn main() -> Exit {
    execute(Arguments::parse())
}
