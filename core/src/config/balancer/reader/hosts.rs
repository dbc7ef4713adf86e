//! Lists of host names, and the internal names that belong to them.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::settings::{CLUSTER_KEYS, items};
use super::super::tree::{Block, Property};
use super::super::{Host, Place, UrlSuffix};
use super::Reader;
use crate::diagnostics::{Location, Span, codes};

impl<'a> Reader<'a> {
    /// The hosts that a block gives, each once: in lower case, without a final dot (W12).
    pub(super) fn hosts(&mut self, block: &'a Block) -> Option<Arc<[Host]>> {
        let property = block.property("hosts")?;
        let text = self.expanded(property);
        let mut seen = HashSet::new();
        let mut hosts = Vec::new();
        for item in items(&text) {
            let name = item.strip_suffix('.').unwrap_or(item).to_lowercase();
            let place = Place(self.item_location(property, &text, item));
            if !name.is_empty() && seen.insert(name.clone()) {
                hosts.push(Host { name: name.into(), place, layer: self.layer });
            }
        }
        Some(hosts.into())
    }

    /// Pairs of hosts and the items of `url_suffix`. There must be as many of each, and `hosts` must stand before
    /// (elastic-load-balancer.md §1.6); those of a domain without hosts go with the service's.
    pub(super) fn url_suffixes(
        &mut self,
        block: &'a Block,
        hosts: Option<&[Host]>,
    ) -> Option<Arc<[UrlSuffix]>> {
        let property = block.property("url_suffix")?;
        let text = self.expanded(property);
        let suffixes: Vec<&str> = items(&text).collect();
        let (hosts, span) = (hosts.unwrap_or_default(), property.value_span);
        let after = |hosts: &Property| hosts.key_span.start > property.key_span.start;
        let message = match () {
            () if block.property("hosts").is_some_and(after) => {
                "url_suffix stands above the hosts it belongs to; it is ignored".to_owned()
            }
            () if hosts.len() != suffixes.len() => {
                let (left, right) = (suffixes.len(), hosts.len());
                format!("url_suffix has {left} names for {right} hosts; it is ignored")
            }
            () => {
                let pair = |(host, suffix): (&Host, &str)| UrlSuffix {
                    host: host.name.clone(),
                    suffix: suffix.to_lowercase().into(),
                };
                let pairs = hosts.iter().zip(suffixes).map(pair).collect();
                if let Some(key) = CLUSTER_KEYS.iter().find(|key| key.name == property.key) {
                    self.perhaps_without_effect(property, key);
                }
                return Some(pairs);
            }
        };
        self.warning(codes::BALANCER_VALUE_IGNORED, span, message, "one name for each host, below them");
        None
    }

    /// Where an item of a list stands, or the whole list, when the file writes it differently.
    fn item_location(&self, property: &Property, text: &str, item: &str) -> Location {
        let Span { start, end } = property.value_span;
        let offset = (item.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
        let written = self.tree.written(start as usize..end as usize);
        let span = match offset.and_then(|offset| u32::try_from(offset).ok()) {
            Some(offset) if written == Some(text) => {
                let first = start.saturating_add(offset);
                let length = u32::try_from(item.len()).unwrap_or(u32::MAX);
                Span::new(first, first.saturating_add(length))
            }
            _ => property.value_span,
        };
        self.tree.locate(span)
    }
}
