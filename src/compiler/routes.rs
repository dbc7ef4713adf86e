//! From a path to a proxy service (configuration.md §7).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use memchr::{memchr_iter, memchr2};

use super::ProxyService;

/// The path under which proxy services live.
const SERVICES: &str = "/services/";

/// How many path segments a service's name may span (configuration.md §7.2).
const NAME_SEGMENTS: usize = 10;

/// Which path leads to which proxy service.
#[derive(Default)]
pub struct Routes {
    by_name: HashMap<Arc<str>, Arc<ProxyService>, RandomState>,
    by_path: HashMap<Box<str>, Arc<ProxyService>, RandomState>,
}

/// A proxy service found for a path.
pub struct Route<'a> {
    /// The service.
    pub proxy: &'a Arc<ProxyService>,
    /// How many bytes of the path name it.
    pub length: usize,
}

impl Routes {
    /// No routes, with room for so many services.
    pub fn with_room(services: usize) -> Self {
        let by_name = HashMap::with_capacity_and_hasher(services, RandomState::default());
        Self { by_name, ..Self::default() }
    }

    /// Adds a service under its name.
    pub fn add(&mut self, proxy: Arc<ProxyService>) {
        self.by_name.insert(proxy.name.clone(), proxy);
    }

    /// Adds a service under a path of its own (parameter `ServiceURI`); returns the service that has the path already.
    pub fn add_path(&mut self, path: &str, proxy: Arc<ProxyService>) -> Option<Arc<ProxyService>> {
        let path = path.trim_matches('/');
        if let Some(taken) = self.by_path.get(path) {
            return Some(taken.clone());
        }
        self.by_path.insert(path.into(), proxy);
        None
    }

    /// The service for a path without query: `/services/<name>` first, then the paths of their own. Names may contain
    /// slashes; the shortest that exists wins.
    pub fn find(&self, path: &str) -> Option<Route<'_>> {
        if let Some(rest) = path.strip_prefix(SERVICES) {
            let ends = memchr_iter(b'/', rest.as_bytes()).chain([rest.len()]).take(NAME_SEGMENTS);
            for end in ends.filter(|&end| end > 0) {
                let name = percent_encoding::percent_decode_str(&rest[..end]).decode_utf8_lossy();
                if let Some(proxy) = self.by_name.get(&*name) {
                    return Some(Route { proxy, length: SERVICES.len() + end });
                }
            }
        }
        if self.by_path.is_empty() {
            return None;
        }
        let proxy = self.by_path.get(path.trim_matches('/'))?;
        Some(Route { proxy, length: path.len() })
    }

    /// The service with a name.
    pub fn named(&self, name: &str) -> Option<&Arc<ProxyService>> {
        self.by_name.get(name)
    }

    /// Every service, in the order of the names.
    pub fn proxies(&self) -> Vec<&Arc<ProxyService>> {
        let mut all: Vec<_> = self.by_name.values().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }
}

/// A path without `.` and `..` segments, plain or percent-encoded, so that what is matched is what is forwarded
/// (hardening.md §1.1, RFC 3986 §5.2.4). `None` when there is nothing to change.
pub fn normalized(path: &str) -> Option<String> {
    // What can begin a dot segment is rare, and quickly found to be missing.
    memchr2(b'.', b'%', path.as_bytes())?;
    let dots = |segment: &str| match segment.len() {
        1..=6 if segment.starts_with(['.', '%']) => decoded_dots(segment),
        _ => None,
    };
    if !path.split('/').any(|segment| dots(segment).is_some()) {
        return None;
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut trailing = false;
    for segment in path.split('/').skip(1) {
        trailing = false;
        match dots(segment) {
            Some(1) => trailing = true,
            Some(_) => {
                kept.pop();
                trailing = true;
            }
            None => kept.push(segment),
        }
    }
    let mut joined = format!("/{}", kept.join("/"));
    if trailing && !joined.ends_with('/') {
        joined.push('/');
    }
    Some(joined)
}

/// 1 for `.`, 2 for `..`, however they are written.
fn decoded_dots(segment: &str) -> Option<usize> {
    let decoded: Cow<'_, str> = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
    match &*decoded {
        "." => Some(1),
        ".." => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_segments_are_removed() {
        for (path, expected) in [
            ("/services/Echo", None),
            ("/a/.hidden/b..c", None),
            ("/services/Echo/../Admin", Some("/services/Admin")),
            ("/a/%2e%2E/b", Some("/b")),
            ("/a/.%2e/b", Some("/b")),
            ("/../../etc", Some("/etc")),
            ("/a/./b", Some("/a/b")),
            ("/a/b/..", Some("/a/")),
            ("/..", Some("/")),
        ] {
            assert_eq!(normalized(path).as_deref(), expected, "{path}");
        }
    }
}
