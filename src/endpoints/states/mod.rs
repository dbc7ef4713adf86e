//! What is known of endpoints while they run: whether each can be sent to, what was counted, whose turn it is
//! (endpoints.md §3, §9). It outlives redeployments that leave a definition alone.

mod registry;
mod state;
mod turn;
mod view;

pub use registry::{EndpointPlace, EndpointStates, Identity};
pub use state::EndpointState;
pub use turn::Turn;
pub use view::{EndpointStatistics, EndpointView};
