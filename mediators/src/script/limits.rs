//! What a script may use (hardening.md §2 row 19).

use std::time::Duration;

/// How long a script may run for one message. It is looked at between the steps of a script and inside regular
/// expressions, not inside other functions of the engine.
pub(super) const DEADLINE: Duration = Duration::from_secs(1);

/// Bytes that the scripts of one thread may use in the engine, and that the XML values of one run may use besides.
pub(super) const MEMORY: usize = 8 * 1024 * 1024;

/// Bytes of stack for a script's calls.
pub(super) const STACK: usize = 256 * 1024;

/// Threads for scripts that may take long: as many as cores, at least 2 and at most so many.
pub(super) const THREADS: usize = 8;

/// How many such scripts may wait for a thread; one more is a fault.
pub(super) const WAITING: usize = 256;

/// How deep literals and templates may stand inside each other in a script, and how deep the statement may be that gives
/// a script its value.
pub(super) const NESTING: usize = 64;
