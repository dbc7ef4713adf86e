//! What is to be done about instances.

use std::sync::Arc;

use serde::Serialize;

use super::record::{InstanceName, LaunchId};

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A provider is to be asked for an instance; [`super::Event::Launched`] or [`super::Event::Refused`] answers.
    Launch {
        /// The launch, whose number makes asking twice harmless.
        launch: LaunchId,
    },
    /// A provider is to be asked to end an instance; [`super::Event::Ended`] or [`super::Event::NotEnded`] answers. The
    /// member, if there is one, is drained first.
    Terminate {
        /// The launch it comes from.
        launch: LaunchId,
        /// The instance.
        instance: InstanceName,
        /// The member that it is.
        member: Option<Arc<str>>,
        /// Why.
        why: Termination,
    },
    /// Somebody has to look.
    Alarm {
        /// The launch it is about.
        launch: LaunchId,
        /// The instance, if it has a name.
        instance: Option<InstanceName>,
        /// What is wrong.
        alarm: Alarm,
    },
}

/// Why an instance is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Termination {
    /// There are too many.
    ScaleDown,
    /// It did not join in time (cases 172 and 173).
    NeverJoined,
    /// It was ended before, and is still a member (case 178).
    NeverLeft,
    /// It was not ended at the first try, or nobody said so (case 174).
    Again,
    /// Its launch was given up before the provider answered.
    Unasked,
}

/// What somebody has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// Its provider would not end it, three times (case 174).
    CannotEnd,
    /// It was ended, and is still a member (case 178).
    StillMember,
    /// It is no member any more, and its provider does not say that it is gone.
    LeftBehind,
    /// It was found running after a restart, and did not join.
    NotJoined,
    /// The provider never answered its launch.
    Unanswered,
}
