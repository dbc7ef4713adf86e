//! Tests of resolution: the numbered cases of elastic-load-balancer.md §9.2 and §9.3, and properties.

mod cases;
mod directories;
mod hosts;
mod ranges;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderValue;
use sinew_core::diagnostics::{Diagnostics, SourceFile, render_short};
use tokio::time::Instant;

use super::*;

/// The configuration F1 of elastic-load-balancer.md §9.0 with its tenants and its alias; clusters are their names.
struct Fixture {
    hosts: HostTable<ClusterTable<&'static str>>,
    tenants: TenantFile,
    mapping: UrlMapping,
}

impl Fixture {
    fn f1() -> Self {
        let shop = ClusterTable::new([
            (only([1..=100]), "shop.a.domain"),
            (only([101..=200]), "shop.b.domain/worker"),
            (TenantRange::others(), "shop.c.domain"),
        ]);
        let shop = shop.expect("no overlap");
        let esb = ClusterTable::new([(TenantRange::others(), "esb.domain")]).expect("no overlap");
        let mut hosts = HostTable::new();
        for (host, clusters) in
            [("shop.example.org", &shop), ("store.example.org", &shop), ("esb.example.org", &esb)]
        {
            hosts.insert(host, clusters.clone()).expect(host);
        }
        let mapping = read("url-mapping.conf", "www.acme.test shop.example.org;", MappingFile::parse);
        Self {
            hosts,
            tenants: read("tenants.conf", "acme 7; beta 150; gamma 900;", TenantFile::parse),
            mapping: UrlMapping::new(Arc::new(mapping), 2),
        }
    }

    /// The cluster, or the code of the error and its text.
    fn cluster(&self, host: &str, target: &str) -> Result<&'static str, (u32, String)> {
        self.resolve(Some(host), target)
            .map(|resolution| resolution.cluster)
            .map_err(|error| (error.code().0, error.to_string()))
    }

    fn resolve(
        &self,
        host: Option<&str>,
        target: &str,
    ) -> Result<Resolution<'static, &'static str>, ResolutionError> {
        let tables = Tables { hosts: &self.hosts, tenants: &self.tenants, mapping: Some(&self.mapping) };
        let host = host.map(|host| HeaderValue::from_str(host).expect("a header value"));
        let resolution = resolve(host.as_ref(), target, &tables, Instant::now())?;
        Ok(Resolution {
            host: resolution.host.into_owned(),
            mapped_from: resolution.mapped_from.map(RequestHost::into_owned),
            cluster: resolution.cluster,
            tenant: resolution.tenant,
        })
    }
}

fn only<const N: usize>(ranges: [std::ops::RangeInclusive<u32>; N]) -> TenantRange {
    TenantRange::only(ranges)
}

/// Reads a file without mistakes.
fn read<T>(name: &str, text: &str, parse: fn(&Arc<SourceFile>, &mut Diagnostics) -> T) -> T {
    let (value, problems) = read_with_problems(name, text, parse);
    assert_eq!(problems, [""; 0]);
    value
}

fn read_with_problems<T>(
    name: &str,
    text: &str,
    parse: fn(&Arc<SourceFile>, &mut Diagnostics) -> T,
) -> (T, Vec<String>) {
    let mut diagnostics = Diagnostics::new();
    let value = parse(&SourceFile::new(name, text), &mut diagnostics);
    diagnostics.sort();
    (value, diagnostics.iter().map(render_short).collect())
}

/// A source that counts how often it is asked.
#[derive(Default)]
struct Counting {
    asked: AtomicUsize,
    known: Vec<&'static str>,
}

impl Counting {
    fn knowing(known: &[&'static str]) -> Arc<Self> {
        Arc::new(Self { asked: AtomicUsize::new(0), known: known.to_vec() })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn knows(&self, name: &str) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.known.contains(&name)
    }
}

impl MappingSource for Counting {
    fn actual_host(&self, alias: &str) -> Option<Arc<str>> {
        self.knows(alias).then(|| "shop.example.org".into())
    }
}

impl TenantDirectory for Counting {
    fn tenant(&self, domain: &str, _now: Instant) -> Result<Option<u32>, DirectoryError> {
        match domain {
            "down" => {
                self.asked.fetch_add(1, Ordering::Relaxed);
                Err(DirectoryError("no answer".to_owned()))
            }
            _ => Ok(self.knows(domain).then_some(7)),
        }
    }
}
