//! Exit codes (operations.md §3.4).

use std::process::{ExitCode, Termination};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: all is well.
    Ok,
    /// 1: what was asked about is not well.
    NotOk,
    /// 2: the command was used wrongly; clap uses it too.
    Usage,
    /// 69: the running process is not reachable.
    Unavailable,
    /// 70: an error inside Sinew.
    Internal,
    /// 74: files cannot be read or written.
    Files,
    /// 75: it cannot be done now, but may be later, as when a port is taken.
    Temporary,
    /// 78: the configuration or the settings are wrong.
    Configuration,
    /// 130: interrupted a second time, before the drain ended.
    Interrupted,
    /// 143: terminated a second time, before the drain ended.
    Terminated,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Ok => 0,
            Exit::NotOk => 1,
            Exit::Usage => 2,
            Exit::Unavailable => 69,
            Exit::Internal => 70,
            Exit::Files => 74,
            Exit::Temporary => 75,
            Exit::Configuration => 78,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}
