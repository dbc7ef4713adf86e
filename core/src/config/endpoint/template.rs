//! Endpoints made from templates (endpoints.md §8.3, configuration.md §6.7).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{EndpointDefinition, OwnedElement, grammar};
use crate::config::{MediatorRegistry, ParseContext, ResourceKey};
use crate::diagnostics::{Diagnostics, Location};
use crate::xml::{Document, Element, NodeId, NodeKind, SourceDocument};

/// `<endpoint template="…">`: what the template is filled with.
#[derive(Clone, Debug)]
pub struct TemplateInstance {
    /// The template.
    pub template: ResourceKey,
    /// The value of `$uri`.
    pub uri: Option<Arc<str>>,
    /// The other parameters, each with the place of its name.
    pub parameters: Vec<(Arc<str>, Arc<str>, Location)>,
}

impl TemplateInstance {
    /// The endpoint that the template makes of this instance. Every attribute value and every text that is `$parameter`
    /// as a whole becomes the value of that parameter; anything else stays as it is (case C98). What is wrong is
    /// reported where it stands in the template.
    pub fn expand(
        &self,
        name: Option<&str>,
        template: &OwnedElement,
    ) -> (Option<EndpointDefinition>, Diagnostics) {
        let mut values: BTreeMap<&str, &str> = BTreeMap::new();
        values.extend(name.map(|name| ("name", name)));
        values.extend(self.uri.as_deref().map(|uri| ("uri", uri)));
        values.extend(self.parameters.iter().map(|(name, value, _)| (&**name, &**value)));
        let element = template.element();
        let mut document = element.document().clone();
        fill(&mut document, element.node(), &values);
        let source = std::sync::Arc::new(SourceDocument { file: element.source().file.clone(), document });
        let mut diagnostics = Diagnostics::new();
        let registry = MediatorRegistry::default();
        let mut context = ParseContext::new(&registry, &mut diagnostics);
        let definition = grammar::parse(Element::new(&source, element.node()), &mut context);
        (definition, diagnostics)
    }
}

fn fill(document: &mut Document, root: NodeId, values: &BTreeMap<&str, &str>) {
    let value_of = |text: &str| values.get(text.trim().strip_prefix('$')?).map(|value| (*value).to_owned());
    let nodes: Vec<NodeId> = document.descendants(root).chain([root]).collect();
    for node in nodes {
        match document.kind(node) {
            NodeKind::Text => {
                if let Some(value) = value_of(document.text(node)) {
                    document.set_text(node, &value);
                }
            }
            NodeKind::Element => {
                let filled = |attribute: crate::xml::Attribute<'_>| {
                    let value = value_of(attribute.value).filter(|_| attribute.namespace.is_empty())?;
                    Some((attribute.local.to_owned(), value))
                };
                let changes: Vec<(String, String)> = document.attributes(node).filter_map(filled).collect();
                for (name, value) in changes {
                    document.set_attribute(node, "", &name, "", &value);
                }
            }
            _ => {}
        }
    }
}
