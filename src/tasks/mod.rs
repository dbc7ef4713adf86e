//! Tasks: what runs by the clock (configuration.md §6.6).
//!
//! A [`Task`] is what the compiler makes of a definition: a [`Trigger`] says when, the [`Work`] that its [`TaskClass`] made
//! says what. The [`Scheduler`] follows the deployed tasks and runs them, on a runtime that serves no requests:
//!
//! - a task never runs beside itself. A run that is due while the last one goes on is skipped and counted
//!   (configuration.md R12);
//! - a task whose definition changed begins anew, with all its runs before it (case C82); one that did not goes on;
//! - nothing runs before [`Scheduler::open`], and nothing begins after [`Scheduler::close`].
//!
//! Messages that tasks make are mediated by somebody who can ([`Inject`]); this module knows no services.

mod cron;
mod trigger;

mod class;
mod inject;
mod task;

mod classes;

mod clock;
mod live;
mod schedule;
mod scheduler;
mod view;

#[cfg(test)]
mod tests;

pub use class::{Building, Need, TaskClass, TaskClasses, is_of_the_scheduler};
pub use classes::AutoscalerTask;
pub use clock::{Clock, SystemClock};
pub use cron::{Cron, CronError};
pub use inject::{Door, Inject, InjectFuture, Injection};
pub use scheduler::{MayRun, Refusal, Scheduler};
pub use task::{RunContext, RunFuture, Task, TaskError, Work};
pub use trigger::Trigger;
pub use view::{LastRun, TaskState, TaskView};
