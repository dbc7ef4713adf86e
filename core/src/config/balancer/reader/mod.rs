//! The tree to the typed configuration, with everything that is wrong reported where it stands.

mod hosts;
mod inheritance;
mod layers;
mod members;
mod overlaps;
mod policy;
mod properties;
mod repeats;
mod services;

use std::collections::HashSet;

use super::settings::{SWITCH, Scope};
use super::tree::{Block, Tree};
use super::{BalancerConfiguration, Layer, ServiceDefinition, Variables};
use crate::diagnostics::{Diagnostic, Diagnostics, Span, codes, nearest};

pub(super) use inheritance::Inheritance;
pub(super) use overlaps::check;

/// Reads a tree. What is wrong is left out of the configuration, which is of use only when nothing is.
pub(super) fn read_tree(
    tree: &Tree,
    variables: &dyn Variables,
    diagnostics: &mut Diagnostics,
) -> BalancerConfiguration {
    let mut reader = Reader {
        tree,
        layer: Layer::Static,
        variables,
        diagnostics,
        strict: true,
        inheritance: Inheritance::default(),
        reported: HashSet::new(),
    };
    let configuration = reader.configuration();
    check(&configuration.services, diagnostics);
    configuration
}

/// Reads the `services` of a tree that stands above a file, whose defaults hold where the tree gives nothing. What is wrong with
/// them beside the services of other trees, [`check`] says.
pub(super) fn read_services(
    tree: &Tree,
    layer: Layer,
    inheritance: &Inheritance,
    variables: &dyn Variables,
    diagnostics: &mut Diagnostics,
) -> Vec<ServiceDefinition> {
    let inheritance = inheritance.clone();
    let reported = HashSet::new();
    let mut reader = Reader { tree, layer, variables, diagnostics, strict: true, inheritance, reported };
    reader.listed_services()
}

/// What reading a tree needs.
struct Reader<'a> {
    tree: &'a Tree,
    /// Who says what it says.
    layer: Layer,
    variables: &'a dyn Variables,
    diagnostics: &'a mut Diagnostics,
    /// Whether an unknown key is an error.
    strict: bool,
    /// What the blocks around services give.
    inheritance: Inheritance,
    /// The places of what several clusters inherit and only one shall report.
    reported: HashSet<Span>,
}

impl<'a> Reader<'a> {
    fn configuration(&mut self) -> BalancerConfiguration {
        let root = &self.tree.root;
        let balancer = root.block("loadbalancer");
        if let Some(block) = balancer {
            let strict = block.property("strict").map(|property| (SWITCH.read)(&property.value));
            self.strict = !matches!(strict, Some(Ok(false)));
            self.inheritance.balancer = self.layers(block, Scope::Balancer).into();
            self.no_blocks_but(block, &[]);
        }
        let services = self.listed_services();
        let balancer = self.inheritance.balancer.balancer_settings();
        if !balancer.process.use_embedded_autoscaler && balancer.process.autoscaler_service_epr.is_none() {
            let property =
                root.block("loadbalancer").and_then(|block| block.property("use_embedded_autoscaler"));
            let span = property.map_or(Span::point(0), |property| property.value_span);
            self.error(
                codes::BALANCER_VALUE_MISSING,
                span,
                "the autoscaler is not embedded, but there is no \"autoscaler_service_epr\"",
                "the address of the remote one must be given",
            );
        }
        BalancerConfiguration { balancer, services, inheritance: self.inheritance.clone() }
    }

    /// The services, and what has no meaning beside them.
    fn listed_services(&mut self) -> Vec<ServiceDefinition> {
        let root = &self.tree.root;
        for property in &root.properties {
            self.ignored(property.key_span, &format!("\"{}\" stands outside of every block", property.key));
        }
        let known: &[&str] = match self.layer {
            Layer::Static => &["loadbalancer", "services"],
            Layer::RunTime | Layer::Topology => &["services"],
        };
        let used = known.iter().filter_map(|name| root.block(name));
        let used: Vec<*const Block> = used.map(std::ptr::from_ref).collect();
        for block in root.blocks.iter().filter(|block| !used.contains(&std::ptr::from_ref(*block))) {
            self.ignored_block(block, known);
        }
        match root.block("services") {
            Some(block) => self.services(block),
            None => {
                self.error(
                    codes::BALANCER_VALUE_MISSING,
                    Span::point(0),
                    "there is no block \"services\"",
                    "",
                );
                Vec::new()
            }
        }
    }

    /// Reports every block inside another that has none of these names.
    fn no_blocks_but(&mut self, block: &'a Block, known: &[&str]) {
        let mut seen: Vec<&str> = Vec::new();
        for inside in &block.blocks {
            match known.contains(&&*inside.name) && !seen.contains(&&*inside.name) {
                true => seen.push(&inside.name),
                false => self.ignored_block(inside, known),
            }
        }
    }

    fn ignored_block(&mut self, block: &Block, known: &[&str]) {
        if block.name.is_empty() {
            // The scanner has reported it.
            return;
        }
        let message = match known.contains(&&*block.name) {
            true => format!("there is a block \"{}\" already; this one is ignored", block.name),
            false => format!("the block \"{}\" has no meaning here; it is ignored", block.name),
        };
        let near = nearest(&block.name, known.iter().copied()).filter(|near| *near != block.name);
        let diagnostic = Diagnostic::warning(codes::BALANCER_IGNORED, message);
        let diagnostic = match near {
            Some(near) => diagnostic.help(format!("a block with a similar name exists: \"{near}\"")),
            None => diagnostic,
        };
        self.push(diagnostic, block.name_span, "ignored");
    }

    fn ignored(&mut self, span: Span, message: &str) {
        let message = format!("{message}; it is ignored");
        self.push(Diagnostic::warning(codes::BALANCER_IGNORED, message), span, "ignored");
    }

    fn error(&mut self, code: crate::diagnostics::Code, span: Span, message: impl Into<String>, label: &str) {
        self.push(Diagnostic::error(code, message), span, label);
    }

    fn warning(
        &mut self,
        code: crate::diagnostics::Code,
        span: Span,
        message: impl Into<String>,
        label: &str,
    ) {
        self.push(Diagnostic::warning(code, message), span, label);
    }

    fn push(&mut self, diagnostic: Diagnostic, span: Span, label: &str) {
        self.diagnostics.push(diagnostic.at(self.tree.locate(span)).label(label));
    }
}
