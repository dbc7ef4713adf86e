//! What differs from the defaults, and what of that has no effect yet.

use super::super::{GivenSetting, read};
use super::{Known, clean, cluster, places};
use crate::diagnostics::{SourceFile, codes};

/// `key value line:column` of each.
fn lines(given: &[GivenSetting]) -> Vec<String> {
    let line = |setting: &GivenSetting| {
        let position = setting.place.position();
        format!("{} {} {}:{}", setting.key, setting.value, position.line, position.column)
    };
    given.iter().map(line).collect()
}

/// The innermost value counts, also when it is the default; the balancer's own keys stay with it.
#[test]
fn what_a_cluster_is_given() {
    let configuration = clean(
        "loadbalancer {\n size_of_cache 9; sticky off; algorithm random; instance_type big;\n}\nservices {\n defaults {\n\
         max_app_instances 7; min_app_instances 1;\n }\n s {\n hosts h.test; connect_timeout 5;\n domains {\n\
         d { tenant_range *; sticky strict; algorithm p2c;\n slow_start 0; }\n } } }",
    );
    assert_eq!(lines(&configuration.balancer.given), ["instance_type big 2:63", "size_of_cache 9 2:16"]);
    let given = &cluster(&configuration, "d").given;
    assert_eq!(lines(given), ["algorithm p2c 11:46", "connect_timeout 5 9:32", "max_app_instances 7 6:19"]);
}

/// Every key without effect is reported where it is set, and nowhere when it has its default.
#[test]
fn keys_without_effect_say_so() {
    let reported = |text: &str| {
        let found = read(&SourceFile::new("lb.conf", text), &Known::default()).1.into_vec();
        places(&found.into_iter().filter(|diagnostic| diagnostic.code == codes::NO_EFFECT_YET).collect())
    };
    let balancer = |key: &str| format!("loadbalancer {{\n {key};\n}}\nservices {{}}");
    for key in [
        "autoscaler_service_epr https://127.0.0.1:9443/services/AutoscalerService",
        "group_mgt_agent org.example.Agent",
        "mb_server_url localhost:5672",
        "tls_verify off",
        "use_embedded_autoscaler false",
    ] {
        assert_eq!(reported(&balancer(key)), ["W0908 2:2"], "{key}");
    }
    for key in
        ["admission_delay 0", "elasticIP 192.0.2.1", "enable_autoscaler true", "tls_verify on", "instances 3"]
    {
        assert_eq!(reported(&balancer(key)), [""; 0], "{key}");
    }
    let clusters = "services { s { hosts a.test,b.test;\nurl_suffix c.test,d.test;\n domains {\n\
                    d { tenant_range 1;\n tls_verify off; }\n e { tenant_range 2; tls_verify on; } } } }";
    assert_eq!(reported(clusters), ["W0908 2:1", "W0908 5:2"], "once for all who inherit it");
}
