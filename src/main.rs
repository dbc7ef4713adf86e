//! The `sinew` command.

use clap::Parser;
use sinew::cli::{Arguments, Exit, execute};

/// Gives the memory of idle connections back to the system, which the C library's allocator keeps.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> Exit {
    execute(Arguments::parse())
}
