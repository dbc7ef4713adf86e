//! The source of clusters that the settings name.

use std::sync::Arc;

use http::HeaderValue;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::start::StartError;
use crate::deployment::Changer;
use crate::settings::Topology as TopologySettings;
use crate::telemetry::metrics::TopologyCounts;
use crate::topology::{HttpTopology, TopologyFile, follow as follow_source};
use crate::transport::http::client::HttpClient;

/// A source that is followed, until this is dropped.
pub(super) struct Following(AbortHandle);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Follows the file or the address, if there is one.
pub(super) fn follow(
    settings: &TopologySettings,
    runtime: &Handle,
    client: HttpClient,
    changer: Changer,
    counts: Arc<TopologyCounts>,
) -> Result<Option<Following>, StartError> {
    if let Some(file) = &settings.file {
        let source = TopologyFile::new(file.clone(), settings.rescan.get());
        let task = runtime.spawn(follow_source(source, changer, counts));
        return Ok(Some(Following(task.abort_handle())));
    }
    let Some(url) = &settings.url else { return Ok(None) };
    let token = settings.token.as_ref().map(|reference| reference.resolve()).transpose()?;
    let authorization = token.map(|token| {
        let text = format!("Bearer {}", String::from_utf8_lossy(token.expose()));
        HeaderValue::from_str(&text).map_err(std::io::Error::other)
    });
    let authorization = authorization.transpose()?;
    let source = HttpTopology::new(client, url.uri(), authorization.as_ref(), settings.wait.get());
    // Loading has refused what is no address.
    let source = source.map_err(std::io::Error::other)?;
    let task = runtime.spawn(follow_source(source, changer, counts));
    Ok(Some(Following(task.abort_handle())))
}
