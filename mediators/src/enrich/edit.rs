//! Changing a payload's tree.

use sinew_core::xml::{AttributeId, Document, NodeId};

use super::parts::Part;
use super::target::Action;

/// Puts parts at an element. Returns false when something could not be put: beside a root element there is no room, in
/// its place there is room for one.
///
/// Parts keep their order, unlike in the original, which turned them round (case 139).
pub(super) fn at_element(document: &mut Document, target: NodeId, parts: &[Part], action: Action) -> bool {
    let is_root = document.parent(target) == Some(document.document_node());
    match action {
        Action::Child => {
            for part in parts {
                let copy = part.copy_into(document);
                document.append_child(target, copy);
            }
            true
        }
        Action::Sibling if is_root => parts.is_empty(),
        Action::Sibling => {
            let mut after = target;
            for part in parts {
                let copy = part.copy_into(document);
                document.insert_after(after, copy);
                after = copy;
            }
            true
        }
        Action::Replace => replace_element(document, target, parts, is_root),
        Action::Remove => false,
    }
}

/// Elements take the target's place; without any, the first text becomes its content.
fn replace_element(document: &mut Document, target: NodeId, parts: &[Part], is_root: bool) -> bool {
    let elements: Vec<&Part> = parts.iter().filter(|part| matches!(part, Part::Element(_))).collect();
    if elements.is_empty() {
        if let Some(text) = parts.first() {
            document.set_text(target, &text.text());
        }
        return true;
    }
    let room = if is_root { 1 } else { elements.len() };
    for part in elements.iter().take(room) {
        let copy = part.copy_into(document);
        document.insert_before(target, copy);
    }
    document.detach(target);
    elements.len() <= room
}

/// Puts the first part at a text: a text becomes all that its element says, an element stands in the text's place.
pub(super) fn at_text(document: &mut Document, target: NodeId, parts: &[Part]) {
    match (parts.first(), document.parent(target)) {
        (Some(Part::Text(text)), Some(parent)) => document.set_text(parent, text),
        (Some(element @ Part::Element(_)), _) => {
            let copy = element.copy_into(document);
            document.replace(target, copy);
        }
        _ => {}
    }
}

/// Gives an attribute the text of the first part.
pub(super) fn at_attribute(document: &mut Document, target: AttributeId, parts: &[Part]) {
    let Some(part) = parts.first() else { return };
    let element = document.attribute_owner(target);
    let attribute = document.attribute_by_id(target);
    let (local, namespace) = (attribute.local.to_owned(), attribute.namespace.to_owned());
    document.set_attribute(element, "", &local, &namespace, &part.text());
}

/// Cuts elements loose, but none that holds the target.
pub(super) fn detach_originals(document: &mut Document, originals: &[NodeId], target: Option<NodeId>) {
    for &original in originals {
        let holds_target = target
            .is_some_and(|target| target == original || document.ancestors(target).any(|up| up == original));
        if !holds_target {
            document.detach(original);
        }
    }
}
