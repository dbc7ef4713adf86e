//! `<autoscaleIn/>`: the request counts as demand for the cluster that it goes to (mediators.md §11).
//!
//! It is counted by the balancer when that has found the cluster, with the host that it finds it by: one resolution for both
//! (elastic-load-balancer.md W11). It counts until [`autoscaleOut`](super::autoscale_out), or until the exchange ends in
//! whatever way; one that was refused because its cluster had no member counts until `message_expiry_time` (W23).
//!
//! Where `enable_autoscaler` is on, each `<in>` of the main sequence begins with one. Does nothing to responses, and does not
//! read the payload. What 1.x names as `configuration` is read where the autoscaler is configured.

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, ParseContext};
use sinew_core::mediation::{Action, Counting, Exchange, Fault, Flow, Mediate};
use sinew_core::xml::Element;

use crate::parts::ignore_other_children;

/// The `autoscaleIn` mediator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AutoscaleIn;

impl MediatorConfig for AutoscaleIn {
    const ELEMENT: &'static str = "autoscaleIn";
    const TYPE: &'static str = "AutoscaleIn";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        attributes.optional("configuration");
        attributes.finish(context);
        ignore_other_children(element, &[], context);
        Some(Self)
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        Action::Mediate(Box::new(*self))
    }
}

impl Mediate for AutoscaleIn {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        if !exchange.message.is_response() && matches!(exchange.counting, Counting::Off) {
            exchange.counting = Counting::Wanted;
        }
        Ok(Flow::Continue)
    }

    fn only_stops(&self) -> bool {
        // It does not touch the message.
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use sinew_core::mediation::{CountedRequest, Counting, RequestCounter};
    use sinew_core::message::Message;

    use crate::testing::{Compiled, Outcome, soap_request, soap_response};

    /// The sum of the tickets that ended.
    #[derive(Default)]
    struct Ended(AtomicU64);

    impl RequestCounter for Ended {
        fn end(&self, ticket: u64) {
            self.0.fetch_add(ticket, Ordering::Relaxed);
        }
    }

    fn run(mediators: &str, message: Message) -> Counting {
        Compiled::new(mediators, &[]).run(message).exchange.counting
    }

    #[test]
    fn requests_shall_count_and_responses_not() {
        let asked = |mediators: &str| matches!(run(mediators, soap_request("")), Counting::Wanted);
        assert!(asked("<autoscaleIn/>"));
        assert!(asked("<autoscaleIn configuration='$system:loadbalancer.xml'/>"), "as in 1.x");
        assert!(!asked("<autoscaleIn/><autoscaleOut/>"));
        assert!(matches!(run("<autoscaleIn/>", soap_response("")), Counting::Off));
    }

    #[test]
    fn what_counts_ends_with_autoscale_out_or_with_the_exchange() {
        let ended = Arc::new(Ended::default());
        let count = || ended.0.load(Ordering::Relaxed);
        let counted = |mediators: &str| -> Outcome {
            let compiled = Compiled::new(mediators, &[]);
            let mut outcome = compiled.run(soap_request(""));
            outcome.exchange.counting = Counting::On(CountedRequest::new(ended.clone(), 7));
            compiled.again(outcome)
        };
        let outcome = counted("<autoscaleIn/>");
        assert!(matches!(outcome.exchange.counting, Counting::On(_)), "it counts once");
        assert_eq!(count(), 0);
        drop(outcome);
        assert_eq!(count(), 7);
        let outcome = counted("<autoscaleOut/>");
        assert_eq!(count(), 14);
        drop(outcome);
        assert_eq!(count(), 14);
    }

    #[test]
    fn who_was_refused_stays_counted() {
        let ended = Arc::new(Ended::default());
        CountedRequest::new(ended.clone(), 7).stay();
        assert_eq!(ended.0.load(Ordering::Relaxed), 0);
    }
}
