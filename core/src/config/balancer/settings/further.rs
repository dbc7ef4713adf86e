//! Keys that name things instead of setting them: they are read where clusters and members are made.

use super::{Key, Scope};

/// A row of the tables.
const fn key(
    name: &'static str,
    scopes: &'static [Scope],
    expected: &'static str,
    documentation: &'static [&'static str],
) -> Key {
    Key { name, scopes, expected, default: "", documentation }
}

/// Where a cluster is found.
pub(in super::super) const CLUSTER_KEYS: &[Key] = &[
    key(
        "hosts",
        &[Scope::Service, Scope::Domain],
        "host names, separated by commas",
        &[
            "The host names of the service. Those of a domain take the place of the service's, for that domain.",
        ],
    ),
    key(
        "url_suffix",
        &[Scope::Service, Scope::Domain],
        "host names, separated by commas, as many as hosts",
        &["The internal name of each host, for url mapping. It must stand below `hosts`."],
    ),
    key(
        "tenant_range",
        &[Scope::Service, Scope::Domain],
        "`*`, or ids and ranges such as 1-100,205",
        &["The tenants that the cluster serves; `*` is all that no other cluster of the host serves."],
    ),
    key(
        "sub_domain",
        Scope::SERVICES,
        "the name of a sub-domain",
        &["The part of the domain that the cluster is. `__$default` is the part without a name."],
    ),
    key(
        "domain",
        &[Scope::Domain],
        "the name of a domain",
        &["The name of the domain, when it is not that of the block."],
    ),
    key(
        "serviceName",
        &[Scope::Service, Scope::Domain],
        "the name of a service",
        &["The name of the service, when it is not that of the block."],
    ),
];

/// What is said of a member. Other keys are kept as its properties.
pub(in super::super) const MEMBER_KEYS: &[Key] = &[
    key("host", MEMBER, "a host name or address", &["The member's host name or address; it must be given."]),
    key(
        "httpPort",
        MEMBER,
        "a port from 1 to 65535",
        &["Its port for HTTP; without one it gets no HTTP requests."],
    ),
    key(
        "httpsPort",
        MEMBER,
        "a port from 1 to 65535",
        &["Its port for HTTPS; without one it gets no HTTPS requests."],
    ),
    key(
        "remoteHost",
        MEMBER,
        "a host name or address",
        &["The address to send to, when that of `host` does not lead there."],
    ),
    key(
        "port.mapping.PORT",
        MEMBER,
        "a port from 1 to 65535",
        &["Its port for requests that came in for PORT. `portMapping.mapping.PORT` is the same."],
    ),
    key(
        "sub_domain",
        MEMBER,
        "the name of a sub-domain",
        &["The part of the domain it belongs to, when it is not that of the block around it."],
    ),
    key(
        "weight",
        MEMBER,
        "a whole number from 1",
        &["How much of the load it gets, beside others; 1 is usual."],
    ),
    key(
        "permanent",
        MEMBER,
        "`on` or `off`, `true` or `false`",
        &["Whether it is never ended by scaling down."],
    ),
    key(
        "isActive",
        MEMBER,
        "`on` or `off`, `true` or `false`",
        &["Whether it gets requests; it does, if not said."],
    ),
    key("zone", MEMBER, "text", &["Where it runs, such as an availability zone."]),
];

const MEMBER: &[Scope] = &[Scope::Member];
