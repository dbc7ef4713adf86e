//! What the end-to-end tests are written with: the program, a client, a back end.

#![allow(dead_code, unused_imports, reason = "each test binary uses what it needs")]

mod back_end;
mod client;
pub(crate) mod corpus;
pub(crate) mod load;
mod member;
pub(crate) mod moto;
mod program;

pub(crate) use back_end::BackEnd;
pub(crate) use client::{Answer, Connection};
pub(crate) use member::Member;
pub(crate) use program::{Program, sinew, sinew_within};

use std::path::Path;

/// The namespace declaration of every artifact.
pub(crate) const NS: &str = "xmlns=\"http://ws.apache.org/ns/synapse\"";

/// Writes one file of a configuration folder by renaming it into place.
pub(crate) fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    let aside = path.with_extension("tmp");
    std::fs::write(&aside, text).expect("a file");
    std::fs::rename(aside, path).expect("a rename");
}

/// A main sequence that forwards everything.
pub(crate) fn forward_all(address: &str) -> String {
    format!(
        "<sequence {NS} name=\"main\"><in><send><endpoint><address uri=\"{address}\"/></endpoint></send></in>\
         <out><send/></out></sequence>"
    )
}
