//! From a request to its cluster: by host, by tenant, and by aliases of hosts (elastic-load-balancer.md §2.2–§2.4).
//!
//! [`resolve`] does it all, once for each request. The tables it reads are immutable; a new configuration brings new
//! ones. Nothing here knows what a cluster is: the tables hold any value.

mod host;
mod host_table;

mod cluster_table;
mod tenant;
mod tenants;

mod cache;
mod list_file;
mod mapping;

mod resolve;

#[cfg(test)]
mod tests;

pub use cluster_table::{ClusterTable, Overlap, TenantRange};
pub use host::{HostError, RequestHost, host_name};
pub use host_table::{HostTable, HostTableError};
pub use mapping::{MappingFile, MappingSource, UrlMapping};
pub use resolve::{Resolution, ResolutionError, Tables, Tenant, resolve};
pub use tenant::tenant_domain;
pub use tenants::{CachedTenants, DirectoryError, TenantDirectory, TenantFile};
