//! The autoscaler: what is the same for all clusters.

use crate::settings::key::section;
use crate::settings::value::{ClusterName, Word};

section! {
    /// Launching and ending instances. What each cluster wants, and `enable_autoscaler`, stand in `loadbalancer.conf`; where
    /// instances are launched, in `[[iaas]]`.
    pub struct Autoscaler {
        /// On whose behalf instances are launched: they are tagged with it, and only those are found again and ended. The balancers of
        /// a group have the same; others that use the same provider another one. After a change, what was launched before is
        /// nobody's.
        pub owner: Word = "sinew",
        /// The cluster that balancers are launched for, where `instances` of `loadbalancer.conf` asks for several.
        pub balancers: ClusterName = "wso2.carbon.lb.domain",
        /// The name that the provider has for the instance that this balancer runs on. `elasticIP` needs it. Without it the
        /// environment variable `instance_id` says it.
        pub instance: Option<Word> = "",
    }
}
