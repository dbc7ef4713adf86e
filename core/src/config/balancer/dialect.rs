//! The dialects of `loadbalancer.conf` (elastic-load-balancer.md §1.10): 2.1 is brought into the form of 2.0.5, and that of
//! the products after it is recognised, so that one message says what is wrong with the whole file.

use std::collections::HashSet;
use std::sync::Arc;

use super::tree::{Block, Property, Scanned, Tree, scan};
use crate::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, codes};

/// Blocks in a domain's block of 2.1, each a sub-domain of that name.
const SUB_DOMAINS: [&str; 2] = ["mgt", "worker"];

/// Reads the text of any dialect but XML. There is no tree when the file is in a dialect that is not read.
pub(super) fn read_text(file: &Arc<SourceFile>) -> (Option<Tree>, Diagnostics) {
    let Scanned { mut tree, mut diagnostics, first_key } = scan(file);
    if let Some((span, has_value)) = first_key
        && let Some(key) = tree.written(span.start as usize..span.end as usize)
        && is_of_later_products(key, has_value)
    {
        let diagnostic = Diagnostic::error(
            codes::BALANCER_DIALECT,
            "this is the dialect of 4.x, \"key: value;\", which is not read",
        )
        .at(Location::new(Arc::clone(file), span))
        .label("keys end with ':' there")
        .help("2.0.0 to 2.0.5 and 2.1, with \"key value;\", and the XML of 1.x are read");
        return (None, diagnostic.into());
    }
    for services in tree.root.blocks.iter_mut().filter(|block| block.name == "services") {
        for service in &mut services.blocks {
            for domains in service.blocks.iter_mut().filter(|block| block.name == "domains") {
                let found = std::mem::take(&mut domains.blocks);
                domains.blocks =
                    found.into_iter().flat_map(|domain| clusters(domain, file, &mut diagnostics)).collect();
            }
        }
    }
    (Some(tree), diagnostics)
}

/// Whether a key is one of the dialect that writes `key: value;`, or `key:value;`, which leaves the key without a value.
fn is_of_later_products(key: &str, has_value: bool) -> bool {
    let is_name = |name: &str| {
        let letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        !name.is_empty() && name.chars().all(letter)
    };
    key.split_once(':').is_some_and(|(name, rest)| is_name(name) && (rest.is_empty() || !has_value))
}

/// A domain's block as one block for each of its clusters.
fn clusters(mut domain: Block, file: &Arc<SourceFile>, diagnostics: &mut Diagnostics) -> Vec<Block> {
    let mut sub_domains: Vec<Block> = Vec::new();
    for block in std::mem::take(&mut domain.blocks) {
        let known = SUB_DOMAINS.contains(&&*block.name);
        match known && sub_domains.iter().all(|other| other.name != block.name) {
            true => sub_domains.push(block),
            false => domain.blocks.push(block),
        }
    }
    if sub_domains.is_empty() {
        return vec![domain];
    }
    if let Some(members) = domain.block("members") {
        diagnostics.push(
            Diagnostic::error(
                codes::BALANCER_VALUE_INVALID,
                "members beside \"mgt\" or \"worker\" belong to neither",
            )
            .at(Location::new(Arc::clone(file), members.name_span))
            .label("put them into one of these blocks"),
        );
    }
    let mut inside: Vec<Block> = sub_domains.iter().map(|block| sub_domain(&domain, block)).collect();
    // With hosts of its own the domain is a cluster, too.
    if domain.property("hosts").is_some() {
        inside.insert(0, domain);
    } else if let Some(first) = inside.first_mut() {
        // What has no meaning is still to be reported.
        first.blocks.extend(domain.blocks.into_iter().filter(|block| block.name != "members"));
    }
    inside
}

/// The block of one sub-domain: what it gives, and what the domain gives around it.
fn sub_domain(domain: &Block, inner: &Block) -> Block {
    let given: HashSet<&str> = inner.properties.iter().map(|property| &*property.key).collect();
    let inherited = domain.properties.iter().filter(|property| match &*property.key {
        "sub_domain" => false,
        // Internal names belong to the hosts beside them.
        "url_suffix" if given.contains("hosts") => false,
        key => !given.contains(key),
    });
    let own = inner.properties.iter().filter(|property| property.key != "sub_domain");
    let name = Property {
        key: "sub_domain".to_owned(),
        key_span: inner.name_span,
        value: inner.name.clone(),
        value_span: inner.name_span,
    };
    Block {
        name: domain.name.clone(),
        name_span: inner.name_span,
        properties: inherited.chain(own).cloned().chain([name]).collect(),
        blocks: inner.blocks.clone(),
    }
}
