//! Messages as people see them.

use super::reading;
use crate::diagnostics::render;

fn rendered(text: &str) -> String {
    reading(text).1.iter().map(|diagnostic| render(diagnostic, false) + "\n\n").collect()
}

#[test]
fn mistakes_are_explained() {
    insta::assert_snapshot!(rendered(
        "loadbalancer {
    instances two;
    fail_ovr true;
    algorithm Fastest;
    size_of_cache 100
    session_timeout ${TIMEOUT};
}
services {
    shop {
        hosts shop.example.org, store.example.org;
        domains {
            shop.a.domain { tenant_range 1-100; min_app_instances 9; }
            shop.b.domain { tenant_range 50-200; }
        }
    }
    esb {
        hosts esb.example.org, shop.example.org;
        domain {
            esb.domain { tenant_range *; }
        }
        domains {
            esb.domain { tenant_range 5-1; }
        }
    }
"
    ));
}

#[test]
fn another_dialect_is_explained() {
    insta::assert_snapshot!(rendered("loadbalancer {\n    algorithm: round-robin;\n}\n"));
}

#[test]
fn mistakes_in_xml_are_explained_in_its_words() {
    insta::assert_snapshot!(rendered(
        r#"<loadBalancerConfig>
  <services>
    <service>
      <hosts><host>shop.example.org</host></hosts>
      <domain>shop.domain</domain>
      <property name="maxAppInstances" value="none"/>
      <property name="queueLength" value="4"/>
    </service>
  </services>
</loadBalancerConfig>"#
    ));
}
