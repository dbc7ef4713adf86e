//! The endpoints as the admin interface shows and switches them.

use crate::admin::{EndpointControl, EndpointView, NoSuchEndpoint};
use crate::endpoints::EndpointStates;

impl EndpointControl for EndpointStates {
    fn list(&self) -> Vec<EndpointView> {
        let endpoints = EndpointStates::list(self).into_iter();
        endpoints
            .map(|found| EndpointView { name: found.name.to_string(), availability: found.availability })
            .collect()
    }

    fn switch(&self, name: &str, on: bool) -> Result<(), NoSuchEndpoint> {
        let known = if on { self.switch_on(name) } else { self.switch_off(name) };
        known.then_some(()).ok_or(NoSuchEndpoint)
    }
}
