//! The tasks of the autoscalers (elastic-load-balancer.md §1.11.1).

use super::super::tree::{Block, Property};
use super::config::{Hosts, load_balancer, services};
use super::names::{ROOT, TASK};
use super::properties::{Blocks, block, implied, missing, named, properties, text};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::xml::Element;

/// The domain of the single application of a task that does not say which it is.
const APPLICATION: &str = "application";

/// How many instances the tasks for one application launched when nothing was said.
const MAX_INSTANCES: &str = "5";

/// Whether a task is one of the autoscalers.
pub(super) fn is_autoscaler(task: Element<'_>) -> bool {
    is_autoscaler_class(task.attribute("class").unwrap_or_default().trim())
}

/// Whether the class of a task is one of the autoscalers of any release (elastic-load-balancer.md §1.11.1).
pub fn is_autoscaler_class(class: &str) -> bool {
    class.ends_with("LoadAnalyzerTask") || class.ends_with("Autoscaler")
}

/// What is wrong with a task that names the file of its configuration, instead of holding it.
pub(super) fn elsewhere(task: Element<'_>) -> Option<Diagnostic> {
    let other = property(task, "configuration")?;
    let message =
        format!("the configuration is not here, but in {}", other.attribute("value").unwrap_or_default());
    let diagnostic = Diagnostic::error(codes::BALANCER_DIALECT, message);
    Some(diagnostic.at(other.attribute_location("value")).label("read that file instead"))
}

/// The task as the blocks of `loadbalancer.conf`.
pub(super) fn translate(task: Element<'_>, diagnostics: &mut Diagnostics) -> Block {
    let place = task.name_location().span;
    let mut balancer = block("loadbalancer", place);
    implied(&mut balancer, "enable_autoscaler", "true", place);
    interval(task, &mut balancer, diagnostics);
    let of_services = nested(task, "services");
    let services = match of_services {
        Some(element) => {
            let mut nobody = Block::default();
            let blocks = Blocks { balancer: &mut balancer, service: &mut nobody };
            properties(task, ROOT, &["loadBalancer", "services"], blocks, diagnostics);
            if let Some(element) = nested(task, "loadBalancer") {
                load_balancer(element, &mut balancer, diagnostics);
            }
            services(element, Hosts::None, diagnostics)
        }
        None => one_application(task, &mut balancer, diagnostics),
    };
    implied(&mut balancer, "elasticIP", "${ELASTIC_IP:-}", place);
    Block { blocks: vec![balancer, services], ..Block::default() }
}

/// The tasks without services are about one application, which they do not name.
fn one_application(task: Element<'_>, balancer: &mut Block, diagnostics: &mut Diagnostics) -> Block {
    let place = task.name_location().span;
    let mut defaults = block("defaults", place);
    let blocks = Blocks { balancer, service: &mut defaults };
    properties(task, TASK, &[], blocks, diagnostics);
    implied(&mut defaults, "max_app_instances", MAX_INSTANCES, place);
    if task.attribute("class").is_some_and(|class| class.contains("LoadAverage")) {
        implied(balancer, "signal", "load_average", place);
    } else {
        implied(&mut defaults, "queue_length_per_node", "400", place);
    }
    let (name, place) = match application_domain(task) {
        Some(property) => {
            let location = property.attribute_location("value");
            let name = property.attribute("value").unwrap_or_default().trim();
            let span = location.span;
            (text(name, location, diagnostics).unwrap_or_else(|| APPLICATION.to_owned()), span)
        }
        None => {
            let message = "the task does not name its application";
            diagnostics.push(
                Diagnostic::warning(codes::BALANCER_IGNORED, message)
                    .at(task.name_location())
                    .label(format!("its domain is \"{APPLICATION}\" from now on")),
            );
            (APPLICATION.to_owned(), place)
        }
    };
    let domains = Block { blocks: vec![block(&name, place)], ..block("domains", place) };
    let service = Block { blocks: vec![domains], ..block(&name, place) };
    Block { blocks: vec![defaults, service], ..block("services", place) }
}

/// The domain that the `dynamicLoadbalance` endpoint of the same file balances.
fn application_domain(task: Element<'_>) -> Option<Element<'_>> {
    let mut root = task;
    while let Some(parent) = root.parent() {
        root = parent;
    }
    let (document, source) = (root.document(), root.source());
    let elements = document.descendants(root.node()).filter(|&node| document.is_element(node));
    elements.map(|node| Element::new(source, node)).find(|element| {
        element.local_name() == "property" && element.attribute("name") == Some("applicationDomain")
    })
}

/// The interval of the trigger, in seconds there and in milliseconds here.
fn interval(task: Element<'_>, balancer: &mut Block, diagnostics: &mut Diagnostics) {
    let Some(trigger) = named(task, "trigger").next() else {
        missing("the task has no <trigger>", task.name_location(), "needs a <trigger>", diagnostics);
        return;
    };
    let written = trigger.attribute("interval").unwrap_or_default().trim();
    let location = trigger.attribute_location("interval");
    let milliseconds = written.parse::<u32>().ok().and_then(|seconds| seconds.checked_mul(1000));
    match milliseconds.filter(|&time| time > 0) {
        Some(time) => {
            let (key, value) = ("autoscaler_task_interval".to_owned(), time.to_string());
            balancer.set(Property { key, key_span: location.span, value, value_span: location.span });
        }
        None => diagnostics.push(
            Diagnostic::error(
                codes::BALANCER_VALUE_INVALID,
                "the trigger of an autoscaler needs an interval",
            )
            .at(location)
            .label("expected seconds, as a whole number from 1"),
        ),
    }
}

fn property<'a>(task: Element<'a>, name: &str) -> Option<Element<'a>> {
    named(task, "property").find(|property| property.attribute("name") == Some(name))
}

/// The element inside a property.
fn nested<'a>(task: Element<'a>, name: &'static str) -> Option<Element<'a>> {
    property(task, name).and_then(|property| named(property, name).next())
}
