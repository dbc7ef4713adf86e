//! Folders for tests: files in, flows out.

use std::fs;
use std::path::Path;

use sinew::testing::{Event, Flows, Transcript};
use tempfile::TempDir;

/// The start of every artifact.
pub(crate) const NS: &str = "xmlns=\"http://ws.apache.org/ns/synapse\"";

/// The address of the back end in these tests.
pub(crate) const BACK_END: &str = "http://127.0.0.1:9000";

/// Makes a configuration folder from paths and contents.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

/// Writes one file of a folder; the word `NS` in a tag becomes the namespace declaration.
pub(crate) fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    let declared = [" NS ", " NS/", " NS>"]
        .iter()
        .fold(text.to_owned(), |text, place| text.replace(place, &place.replace("NS", NS)));
    fs::write(path, declared).expect("a file");
}

/// The flows of a folder, whatever is wrong in it.
pub(crate) fn flows(files: &[(&str, &str)]) -> Flows {
    Flows::try_load(folder(files).path()).expect("a readable folder")
}

/// The codes of the errors in a folder.
pub(crate) fn errors(files: &[(&str, &str)]) -> Vec<String> {
    let flows = flows(files);
    let errors = flows.status().diagnostics.iter().filter(|d| d.severity.is_error());
    errors.map(|diagnostic| diagnostic.code.to_string()).collect()
}

/// A proxy service with these mediators as its in-sequence.
pub(crate) fn proxy(name: &str, mediators: &str) -> String {
    format!("<proxy NS name=\"{name}\"><target><inSequence>{mediators}</inSequence></target></proxy>")
}

/// A proxy service that only forwards to an address.
pub(crate) fn forward(name: &str, address: &str) -> String {
    format!(
        "<proxy NS name=\"{name}\"><target><endpoint><address uri=\"{address}\"/></endpoint></target></proxy>"
    )
}

/// Mediators that answer with a header of their own, so that a test can see who answered.
pub(crate) fn answer(name: &str) -> String {
    format!(
        "<property name=\"X-Answer\" value=\"{name}\" scope=\"transport\"/>\
         <property name=\"RESPONSE\" value=\"true\"/><header name=\"To\" action=\"remove\"/><send/>"
    )
}

/// The value of a header in a transcript's answer.
pub(crate) fn header<'t>(transcript: &'t sinew::testing::Transcript, name: &str) -> Option<&'t str> {
    let prefix = format!("{name}: ");
    transcript.headers.iter().find_map(|line| line.strip_prefix(&prefix))
}

/// The addresses that a request was sent to, in their order.
pub(crate) fn called(transcript: &Transcript) -> Vec<&str> {
    let calls = transcript.events.iter().filter_map(|event| match event {
        Event::Call { address, .. } => Some(address.as_str()),
        _ => None,
    });
    calls.collect()
}

/// The headers of the last request that was sent.
pub(crate) fn sent(transcript: &Transcript) -> Vec<String> {
    let last = transcript.events.iter().rev().find_map(|event| match event {
        Event::Call { headers, .. } => Some(headers.clone()),
        _ => None,
    });
    last.unwrap_or_default()
}
