//! Whether requests reach the balancer: a main sequence that never sends without an endpoint balances nothing.

use sinew_core::config::{ArtifactKind, Configuration, NAMESPACE};
use sinew_core::diagnostics::{Diagnostic, SourceFile, codes};
use sinew_core::xml::{Element, Limits, SourceDocument};

/// A warning when there are services to balance, and nothing in the configuration leads to them (case 239).
///
/// Sequences that `main` names by key are not looked into; they count as sending.
pub(super) fn unreached(configuration: &Configuration) -> Option<Diagnostic> {
    let balancer = configuration.balancer.as_ref().filter(|balancer| !balancer.services.is_empty())?;
    let mut artifacts = configuration.artifacts.iter();
    let main = artifacts.find(|found| found.kind == ArtifactKind::Sequence && *found.name == *"main")?;
    let named = configuration.artifacts.iter().any(|artifact| {
        ["tlbEndpoint", "TenantAwareLoadBalanceEndpoint"].iter().any(|name| artifact.xml.contains(name))
    });
    let document = SourceDocument::parse(SourceFile::new("main", &*main.xml), &Limits::default()).ok()?;
    if named || sends(document.root()) {
        return None;
    }
    let services = balancer.services.len();
    Some(
        Diagnostic::warning(codes::BALANCER_NOT_REACHED, "nothing in this sequence sends to the balancer")
            .at(main.location.clone())
            .label("has no <send/> without an endpoint")
            .help(format!(
                "the {services} services of loadbalancer.conf get no requests; write <send/> in <in>"
            )),
    )
}

/// Whether something in an element, outside of `<out>`, sends without an endpoint, or may do so elsewhere.
fn sends(element: Element<'_>) -> bool {
    let is = |name| element.is(NAMESPACE, name);
    if is("out") {
        return false;
    }
    let bare_send = is("send") && element.child(NAMESPACE, "endpoint").is_none();
    let elsewhere = is("sequence") && element.attribute("key").is_some() || is("call-template");
    bare_send || elsewhere || element.children().any(sends)
}
