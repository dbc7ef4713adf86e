//! Tests of flows: load a folder, send a message in, look at everything that happened.
//!
//! Endpoints are stubs in memory, no port is opened, and nothing leaves the process. The [`Transcript`] renders as
//! stable text, made for `insta::assert_snapshot!`:
//!
//! ```no_run
//! use sinew::testing::{Flows, Reply, Request};
//!
//! let flows = Flows::load("synapse-configs/default").stub("http://127.0.0.1:9000", Reply::ok("hello"));
//! let transcript = flows.send(Request::get("/services/EchoProxy"));
//! assert_eq!(transcript.status, 200);
//! println!("{transcript}");
//! ```

mod flows;
mod recorder;
mod stub;
mod transcript;

pub use flows::{Flows, Request};
pub use stub::Reply;
pub use transcript::{Change, Event, Transcript};
