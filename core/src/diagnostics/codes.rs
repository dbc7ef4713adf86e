//! The stable codes of diagnostics, in one ordered table.
//!
//! Ranges: E01 reading and XML, E02 names and references, E03 artifact grammar, E04 mediators,
//! E05 expressions, E06 endpoints, E07 not supported yet, E08 settings and files, E09 loadbalancer.conf and what came
//! before it; warnings W01 to W05 and W09 likewise.
//! A code never changes its meaning and is never used again for something else.

use std::fmt;

/// A stable code such as `E0207`, which people can look up and tests can expect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// The code as it is printed.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The one-line title of this code in [`ALL`].
    pub fn title(self) -> &'static str {
        ALL.iter().find(|(code, _)| *code == self).map_or("", |(_, title)| title)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// Declares one constant per line, documented by its title, and the table [`ALL`].
macro_rules! codes {
    ($($name:ident $code:literal $title:literal)*) => {
        $(#[doc = concat!("`", $code, "`: ", $title, ".")]
        pub const $name: Code = Code($code);)*

        /// Every code with its one-line title, in order.
        pub const ALL: &[(Code, &str)] = &[$(($name, $title)),*];
    };
}

codes! {
    FILE_UNREADABLE "E0101" "file unreadable"
    XML_MALFORMED "E0102" "XML not well-formed"
    DOCTYPE_REFUSED "E0103" "DOCTYPE refused"
    LIMIT_EXCEEDED "E0104" "limit exceeded"
    ROOT_ELEMENT "E0105" "wrong root element"
    WRONG_NAMESPACE "E0106" "wrong namespace"

    DUPLICATE_NAME "E0201" "duplicate name"
    NAME_MISSING "E0202" "name missing"
    SEQUENCE_CYCLE "E0203" "sequence cycle"
    ENDPOINT_CYCLE "E0204" "endpoint cycle"
    SEQUENCE_NOT_DEFINED "E0207" "sequence not defined"
    ENDPOINT_NOT_DEFINED "E0208" "endpoint not defined"
    LOCAL_ENTRY_NOT_DEFINED "E0209" "local entry not defined"
    TEMPLATE_NOT_DEFINED "E0210" "template not defined"
    PROXY_NOT_DEFINED "E0211" "proxy service not defined"

    ATTRIBUTE_MISSING "E0301" "required attribute missing"
    ATTRIBUTE_INVALID "E0302" "attribute value invalid"
    CHILD_MISSING "E0303" "required child missing"
    UNKNOWN_ELEMENT "E0304" "unknown element"
    ATTRIBUTES_CONFLICT "E0305" "conflicting attributes"
    ELEMENT_REPEATED "E0306" "repeated element"
    TASK_CLASS_UNKNOWN "E0307" "unknown task class"
    CRON_INVALID "E0308" "cron expression invalid"

    UNKNOWN_MEDIATOR "E0401" "unknown mediator"
    MEDIATOR_VALUE_INVALID "E0402" "mediator value invalid"
    MEDIATOR_VALUE_MISSING "E0403" "mediator attribute missing"

    EXPRESSION_SYNTAX "E0501" "expression syntax"
    UNKNOWN_FUNCTION "E0502" "unknown function"
    UNKNOWN_VARIABLE "E0503" "unknown variable"
    UNBOUND_PREFIX "E0504" "unbound prefix"

    ENDPOINT_KIND_MISSING "E0601" "endpoint kind missing"
    ENDPOINT_VALUE_INVALID "E0602" "endpoint value invalid"

    MEDIATOR_NOT_SUPPORTED "E0701" "not supported yet (mediator)"
    ARTIFACT_NOT_SUPPORTED "E0702" "not supported yet (artifact)"
    EXPRESSION_NOT_SUPPORTED "E0703" "not supported yet (expression)"
    ENDPOINT_NOT_SUPPORTED "E0704" "not supported yet (endpoint)"

    DIRECTORY_MISSING "E0801" "directory missing"
    SETTINGS_INVALID "E0802" "settings invalid"
    LIST_ENTRY_INVALID "E0803" "list entry invalid"
    TRACE_INVALID "E0804" "traffic trace invalid"

    BALANCER_SYNTAX "E0901" "syntax of loadbalancer.conf"
    BALANCER_UNKNOWN_KEY "E0902" "unknown key of loadbalancer.conf"
    BALANCER_VALUE_INVALID "E0903" "value of loadbalancer.conf invalid"
    BALANCER_VALUE_MISSING "E0904" "block or key of loadbalancer.conf missing"
    HOST_DUPLICATE "E0905" "host of two services"
    TENANTS_OVERLAP "E0906" "tenants of two clusters"
    BALANCER_DIALECT "E0907" "dialect of loadbalancer.conf not read"

    UNKNOWN_ATTRIBUTE "W0101" "unknown attribute"
    IGNORED_ELEMENT "W0102" "ignored element"
    FILE_NAME_DIFFERS "W0103" "file name differs from artifact name"
    FILE_IGNORED "W0104" "file ignored"

    RESOLVED_AT_RUN_TIME "W0201" "reference resolved at run time only"

    VALUE_IGNORED "W0301" "value ignored"
    TASK_IDLE "W0302" "task does nothing"

    NEVER_REACHED "W0401" "never reached"

    SUSPICIOUS_EXPRESSION "W0501" "suspicious expression"

    BLOCK_NOT_CLOSED "W0901" "block not closed"
    KEY_REPEATED "W0902" "key repeated"
    BALANCER_IGNORED "W0903" "block or key ignored"
    BALANCER_VALUE_IGNORED "W0904" "value of loadbalancer.conf ignored"
    VARIABLE_UNRESOLVED "W0905" "variable without a value"
    CLUSTER_REPEATED "W0906" "cluster defined twice"
    LIMITS_CONTRADICT "W0907" "limits contradict"
    NO_EFFECT_YET "W0908" "key without effect yet"
    BALANCER_NOT_REACHED "W0909" "balancer not reached"
}
