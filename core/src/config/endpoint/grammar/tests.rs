//! What loads, and what is reported where (endpoints.md §1 to §8, §12).

use std::sync::Arc;
use std::time::Duration;

use crate::config::balancer::{Algorithm, ClusterDefinition};
use crate::config::endpoint::{
    Balanced, EndpointDefinition, EndpointKind, NO_SUCH_CODE, Recipients, ServicesSource, SessionKind,
    StaticAlgorithm, Weights,
};
use crate::config::{MediatorRegistry, NAMESPACE, NoResources, ParseContext, Resources};
use crate::diagnostics::{Diagnostics, Severity, SourceFile};
use crate::xml::{Limits, SourceDocument};

/// The endpoint with this inside, and what is reported: severity, code and the text it points at.
fn parse(inner: &str) -> (Option<EndpointDefinition>, Vec<String>) {
    parse_with(inner, &NoResources)
}

fn parse_with(inner: &str, resources: &dyn Resources) -> (Option<EndpointDefinition>, Vec<String>) {
    let text = match inner.strip_prefix("<endpoint") {
        Some(rest) => format!("<endpoint xmlns=\"{NAMESPACE}\"{rest}"),
        None => format!("<endpoint xmlns=\"{NAMESPACE}\">{inner}</endpoint>"),
    };
    let file = SourceFile::new("e.xml", text);
    let source = SourceDocument::parse(file, &Limits::default()).expect("well-formed");
    let (registry, mut diagnostics) = (MediatorRegistry::default(), Diagnostics::new());
    let mut context = ParseContext::new(&registry, &mut diagnostics).with_resources(resources);
    let definition = super::parse(source.root(), &mut context);
    let reports = diagnostics.iter().map(|found| {
        let place = found.location.as_ref().expect("a place");
        let span = place.span.start as usize..place.span.end as usize;
        let text = place.file.text().get(span).unwrap_or("outside");
        let severity = if found.severity == Severity::Error { "error" } else { "warning" };
        format!("{severity} {} {text}", found.code)
    });
    (definition, reports.collect())
}

fn loaded(inner: &str) -> EndpointKind {
    let (definition, reports) = parse(inner);
    assert_eq!(reports, Vec::<String>::new(), "{inner}");
    definition.unwrap_or_else(|| panic!("{inner} loads")).kind
}

const B1: &str = "<endpoint><address uri=\"http://b1/\"/></endpoint>";

fn weighted(weight: &str) -> String {
    format!(
        "<endpoint><address uri=\"http://b/\"/><property name=\"loadbalance.weight\" value=\"{weight}\"/></endpoint>"
    )
}

fn service(hosts: &[&str], domain: &str) -> String {
    let hosts: String = hosts.iter().map(|host| format!("<host>{host}</host>")).collect();
    format!("<service><hosts>{hosts}</hosts><domain>{domain}</domain></service>")
}

fn service_dynamic(attributes: &str, services: &str) -> String {
    format!(
        "<serviceDynamicLoadbalance {attributes}><loadBalancerConfig><services>{services}</services>\
         </loadBalancerConfig></serviceDynamicLoadbalance>"
    )
}

fn dynamic(handler: &str) -> String {
    format!("<dynamicLoadbalance>{handler}</dynamicLoadbalance>")
}

fn from(configuration: &str) -> String {
    format!("<serviceDynamicLoadbalance configuration=\"{configuration}\"/>")
}

fn tenant_aware(parameters: &str) -> String {
    let class = "org.wso2.carbon.lb.endpoint.endpoint.TenantAwareLoadBalanceEndpoint";
    format!("<class name=\" {class} \">{parameters}</class>")
}

fn parameter(name: &str, value: &str) -> String {
    format!("<parameter name=\"{name}\"> {value} </parameter>")
}

const HANDLER: &str = "class=\"org.apache.synapse.core.axis2.Axis2LoadBalanceMembershipHandler\"";
const DOMAIN: &str = "<property name=\"applicationDomain\" value=\"d1\"/>";

/// Every row that "throws" in the specification: the code, and what it points at.
#[test]
fn what_is_wrong_is_reported_where_it_stands() {
    let weighted_round_robin =
        |children: &str| format!("<loadbalance algorithm=\"WeightedRoundRobin\">{children}</loadbalance>");
    let least_connections =
        |children: &str| format!("<loadbalance algorithm=\"WeightedRRLCAlgorithm\">{children}</loadbalance>");
    let sending = |child: &str| format!("<address uri=\"http://b/\">{child}</address>");
    let http = |attributes: &str, inner: &str| format!("<http {attributes}>{inner}</http>");
    let rows: Vec<(&str, String, &[&str])> = vec![
        ("§1.1", String::new(), &["E0601 endpoint"]),
        ("E19", sending("<timeout><duration>abc</duration></timeout>"), &["E0602 abc"]),
        ("§2.2", sending("<timeout><responseAction>retry</responseAction></timeout>"), &["E0602 retry"]),
        (
            "§2.2",
            sending("<retryConfig><disabledErrorCodes>x</disabledErrorCodes></retryConfig>"),
            &["E0602 x"],
        ),
        ("§2.2", sending("<enableAddressing version=\"draft\"/>"), &["E0302 draft"]),
        (
            "E100",
            format!("{}<property name=\"a\" value=\"b\" scope=\"bogus\"/>", sending("")),
            &["E0302 bogus"],
        ),
        ("E51", weighted_round_robin(&weighted("0")), &["E0602 0"]),
        ("§5.7", weighted_round_robin(&weighted("-1")), &["E0602 -1"]),
        ("§5.7", weighted_round_robin(&weighted("x")), &["E0602 x"]),
        ("§5.7", least_connections(B1), &["E0602 <endpoint>"]),
        (
            "E52",
            format!("<loadbalance policy=\"roundRobin\" algorithm=\"RoundRobin\">{B1}</loadbalance>"),
            &["E0305 policy"],
        ),
        ("§5.1", format!("<loadbalance policy=\"random\">{B1}</loadbalance>"), &["E0302 random"]),
        ("§5.1", format!("<loadbalance algorithm=\"a.b.Best\">{B1}</loadbalance>"), &["E0302 a.b.Best"]),
        ("E53", "<loadbalance/>".to_owned(), &["E0303 loadbalance"]),
        (
            "E53",
            format!("<loadbalance>{B1}<member hostName=\"h\" httpPort=\"1\"/></loadbalance>"),
            &["E0305 member"],
        ),
        ("§5.1", "<loadbalance><member hostName=\"h\"/></loadbalance>".to_owned(), &["E0301 member"]),
        (
            "§5.1",
            "<loadbalance><member hostName=\"h\" httpPort=\"0\"/></loadbalance>".to_owned(),
            &["E0302 0"],
        ),
        (
            "§1.2",
            "<loadbalance><endpoint key=\"a\"/><endpoint key=\"a\"/></loadbalance>".to_owned(),
            &["E0306 a"],
        ),
        ("E78", format!("<session type=\"bogus\"/><loadbalance>{B1}</loadbalance>"), &["E0302 bogus"]),
        ("§6", format!("<session/><loadbalance>{B1}</loadbalance>"), &["E0301 session"]),
        (
            "§6",
            format!(
                "<session type=\"http\"><sessionTimeout>1s</sessionTimeout></session><loadbalance>{B1}</loadbalance>"
            ),
            &["E0602 1s"],
        ),
        (
            "§7.3",
            format!("<session type=\"simpleClientSession\"/>{}", service_dynamic("", &service(&["a"], "d"))),
            &["E0302 simpleClientSession"],
        ),
        ("§5.2", "<failover/>".to_owned(), &["E0303 failover"]),
        ("§5.3", "<recipientlist/>".to_owned(), &["E0303 recipientlist"]),
        (
            "§5.3",
            format!("<recipientlist>{B1}<endpoints value=\"http://b\"/></recipientlist>"),
            &["E0305 endpoint"],
        ),
        ("§4.3", "<wsdl service=\"s\" port=\"p\"/>".to_owned(), &["E0303 wsdl"]),
        ("§4.3", "<wsdl uri=\"a.wsdl\"/>".to_owned(), &["E0301 wsdl", "E0301 wsdl"]),
        (
            "§4.3",
            "<wsdl uri=\"http://h/a.wsdl\" service=\"s\" port=\"p\"/>".to_owned(),
            &["E0704 http://h/a.wsdl"],
        ),
        ("§4.4", http("", ""), &["E0301 http"]),
        ("§4.4", http("uri-template=\"http://b/\" version=\"3\"", ""), &["E0302 3"]),
        ("§4.4", http("uri-template=\"http://b/{\"", ""), &["E0602 http://b/{"]),
        (
            "§4.4",
            http("uri-template=\"http://b/\"", "<authentication><basicAuth/></authentication>"),
            &["E0704 basicAuth"],
        ),
        ("§4.4", http("uri-template=\"http://b/\"", "<authentication/>"), &["E0303 authentication"]),
        ("§7.2", "<dynamicLoadbalance/>".to_owned(), &["E0303 dynamicLoadbalance"]),
        ("§7.2", dynamic(&format!("<membershipHandler {HANDLER}/>")), &["E0303 membershipHandler"]),
        (
            "§7.2",
            dynamic(&format!("<membershipHandler class=\"x.Y\">{DOMAIN}</membershipHandler>")),
            &["E0302 x.Y"],
        ),
        ("§7.3", "<serviceDynamicLoadbalance/>".to_owned(), &["E0303 serviceDynamicLoadbalance"]),
        ("§7.3", service_dynamic("", ""), &["E0904 services"]),
        ("§7.3", service_dynamic("", &service(&[], "d")), &["E0904 hosts"]),
        ("§7.3", service_dynamic("", &service(&["a"], " ")), &["E0904 "]),
        ("§7.3", from("http://h/lb.xml"), &["E0101 http://h/lb.xml"]),
        ("§7.3", from("missing.xml"), &["E0101 missing.xml"]),
        ("§7.3", from("$system:nothing"), &["E0602 $system:nothing"]),
        ("§7.3", service_dynamic("algorithm=\"a.b.Best\"", &service(&["a"], "d")), &["E0302 a.b.Best"]),
        (
            "E82",
            service_dynamic("", &format!("{}{}", service(&["a.x"], "d1"), service(&["b.x", "A.x"], "d2"))),
            &["E0905 b.x</host><host>A.x"],
        ),
        (
            "E94",
            service_dynamic(
                "algorithm=\"org.apache.synapse.endpoints.algorithms.WeightedRoundRobin\"",
                &service(&["a"], "d"),
            ),
            &["E0302 org.apache.synapse.endpoints.algorithms.WeightedRoundRobin"],
        ),
        ("§8.4", "<class/>".to_owned(), &["E0301 class"]),
        (
            "§8.4",
            tenant_aware("<parameter name=\"failover\"/><parameter name=\"failover\"/>"),
            &["E0306 failover"],
        ),
        ("§8.4", "<class name=\"x.Y\"/>".to_owned(), &["E0302 x.Y"]),
        ("§8.4", tenant_aware(&parameter("algorithm", "Best")), &["E0302 Best"]),
        ("§8.4", tenant_aware(&parameter("sessionTimeout", "1s")), &["E0602 1s"]),
        ("§8.4", tenant_aware(&parameter("configuration", "$system:nothing")), &["E0602 $system:nothing"]),
    ];
    for (case, inner, expected) in rows {
        let (_, reports) = parse(&inner);
        let expected: Vec<String> = expected.iter().map(|expected| format!("error {expected}")).collect();
        let errors: Vec<String> = reports.into_iter().filter(|report| report.starts_with("error")).collect();
        let starts = |(found, expected): (&String, &String)| found.starts_with(expected.as_str());
        assert!(
            errors.len() == expected.len() && errors.iter().zip(&expected).all(starts),
            "{case}: {inner}\nfound {errors:?}\nexpected {expected:?}"
        );
    }
}

#[test]
fn what_has_no_effect_is_a_warning() {
    for (case, inner, expected) in [
        ("E33", "<address uri=\"http://b/\" format=\"bogus\"/>".to_owned(), "warning W0301 bogus"),
        ("§4.4", "<http uri-template=\"http://b/\" method=\"brew\"/>".to_owned(), "warning W0301 brew"),
        ("§4.4", "<http uri-template=\"http://b/\" version=\"2.0\"/>".to_owned(), "warning W0301 2.0"),
        (
            "§2.2",
            "<address uri=\"http://b/\"><enableAddressing/></address>".to_owned(),
            "warning W0102 enableAddressing",
        ),
        ("§1.1", "<address uri=\"http://b/\"/><session type=\"http\"/>".to_owned(), "warning W0102 session"),
        ("§5.2", format!("<failover>{B1}<member/></failover>"), "warning W0102 member"),
    ] {
        let (definition, reports) = parse(&inner);
        assert!(definition.is_some(), "{case}");
        assert_eq!(reports, [expected], "{case}");
    }
}

#[test]
fn e18_never_and_negative_codes() {
    let kind = loaded(
        "<address uri=\"http://b/\"><timeout><responseAction>never</responseAction></timeout>\
         <suspendOnFailure><errorCodes>-1</errorCodes></suspendOnFailure>\
         <retryConfig><enabledErrorCodes>101500, 101503</enabledErrorCodes></retryConfig></address>",
    );
    let EndpointKind::Address { sending, .. } = kind else { panic!("an address") };
    assert_eq!(*sending.suspend_on_failure.codes, [NO_SUCH_CODE]);
    assert!(sending.retry.allows(101_503) && !sending.retry.allows(101_504));
}

/// E20: an action without a duration waits 30 s; `never` is no action.
#[test]
fn e20_actions_without_a_duration() {
    for (action, expected) in [("fault", Some(30)), ("discard", Some(30)), ("never", None)] {
        let kind = loaded(&format!(
            "<address uri=\"http://b/\"><timeout><responseAction>{action}</responseAction></timeout></address>"
        ));
        let EndpointKind::Address { sending, .. } = kind else { panic!("an address") };
        assert_eq!(sending.timeout, expected.map(Duration::from_secs), "{action}");
    }
}

#[test]
fn load_balancers_say_how_they_choose() {
    let balanced = |inner: &str| match loaded(inner) {
        EndpointKind::LoadBalance(definition) => definition,
        other => panic!("{other:?}"),
    };
    let algorithm = |inner: &str| match balanced(inner).balanced {
        Balanced::Endpoints { algorithm, .. } => algorithm,
        other => panic!("{other:?}"),
    };
    assert_eq!(algorithm(&format!("<loadbalance>{B1}</loadbalance>")), StaticAlgorithm::RoundRobin);
    let package = "org.apache.synapse.endpoints.algorithms";
    let weighted_children = |name: &str| {
        format!("<loadbalance algorithm=\"{package}.{name}\">{}{B1}</loadbalance>", weighted("2"))
    };
    // A weight that is set nowhere is 1.
    assert_eq!(
        algorithm(&weighted_children("WeightedRoundRobin")),
        StaticAlgorithm::WeightedRoundRobin(vec![2, 1])
    );
    // E99: what the parent has, a child has that does not set it.
    let inherited = format!(
        "{}<property name=\"loadbalance.weight\" value=\"3\"/>",
        weighted_children("WeightedRRLCAlgorithm")
    );
    let weights = |weight, minimum, maximum| Weights { weight, minimum, maximum };
    assert_eq!(
        algorithm(&inherited),
        StaticAlgorithm::WeightedRoundRobinLeastConnections {
            weights: vec![weights(2, 0, 4), weights(3, 1, 5)],
            rounds: 1
        }
    );
    let session = balanced(&format!(
        "<session type=\"soap\"><sessionTimeout>900000</sessionTimeout></session>\
         <loadbalance failover=\"FALSE\" buildMessage=\"true\">{B1}</loadbalance>"
    ));
    let found = session.session.expect("a session");
    assert_eq!((found.kind, found.timeout), (SessionKind::Soap, Some(Duration::from_secs(900))));
    assert!(!session.failover && session.build_message);
    let members =
        balanced("<loadbalance><member hostName=\"h\" httpPort=\"1\" httpsPort=\"2\"/></loadbalance>");
    let Balanced::Members { members, .. } = members.balanced else { panic!("members") };
    assert_eq!(
        members.iter().map(|m| (&*m.host, m.http_port, m.https_port)).collect::<Vec<_>>(),
        [("h", Some(1), Some(2))]
    );
}

#[test]
fn the_other_kinds_are_read_in_full() {
    for (off, dynamic) in [("false", false), ("no", false), ("0", false), ("true", true), ("x", true)] {
        let EndpointKind::Failover(found) = loaded(&format!("<failover dynamic=\"{off}\">{B1}</failover>"))
        else {
            panic!("a failover")
        };
        assert_eq!((found.dynamic, found.children.len()), (dynamic, 1));
    }
    let kind =
        loaded("<recipientlist><endpoints value=\"{get-property('a')}\" max-cache=\"5\"/></recipientlist>");
    let EndpointKind::RecipientList(list) = kind else { panic!("a recipient list") };
    assert!(matches!(list.recipients, Recipients::Computed { max_cache: 5, .. }));

    let kind = loaded(&dynamic(&format!("<membershipHandler {HANDLER}>{DOMAIN}</membershipHandler>")));
    let EndpointKind::DynamicLoadBalance(found) = kind else { panic!("a dynamic load balancer") };
    assert_eq!((&*found.membership.domain, found.failover), ("d1", true));

    let kind = loaded(&service_dynamic("failover=\"true\"", &service(&["A.x", "b.x"], " d1 ")));
    let EndpointKind::ServiceDynamicLoadBalance(found) = kind else { panic!("a service-dynamic one") };
    let ServicesSource::Own(own) = found.services else { panic!("in place") };
    let clusters = own.services.iter().flat_map(|service| &service.clusters);
    let hosts =
        |cluster: &ClusterDefinition| cluster.hosts.iter().map(|host| host.name.to_string()).collect();
    let found: Vec<(String, Vec<String>)> =
        clusters.map(|cluster| (cluster.key.to_string(), hosts(cluster))).collect();
    assert_eq!(found, [("d1".to_owned(), vec!["a.x".to_owned(), "b.x".to_owned()])]);

    for configuration in ["$system:loadbalancer.conf", "$system:loadbalancer.xml", "conf/loadbalancer.conf"] {
        let EndpointKind::ServiceDynamicLoadBalance(found) = loaded(&from(configuration)) else {
            panic!("a service-dynamic one")
        };
        assert!(matches!(found.services, ServicesSource::Deployed { .. }), "{configuration}");
    }
}

/// elastic-load-balancer.md §1.11.3: the parameters are honoured, in either namespace.
#[test]
fn the_tenant_aware_endpoint_has_parameters() {
    let read = |parameters: &str| match loaded(&tenant_aware(parameters)) {
        EndpointKind::TenantAware(found) => found,
        other => panic!("{other:?}"),
    };
    let found = read("");
    assert!(matches!(found.services, ServicesSource::Deployed { .. }));
    assert_eq!((found.algorithm, found.failover, found.session_timeout), (None, None, None));
    for namespace in ["", "<parameter xmlns=\"\""] {
        let parameters = [
            parameter("algorithm", "org.apache.synapse.endpoints.algorithms.WeightedRoundRobin"),
            parameter("configuration", "$system:loadbalancer.conf"),
            parameter("failover", "False"),
            parameter("sessionTimeout", "900000"),
        ];
        let parameters = parameters.concat();
        let found = read(&match namespace {
            "" => parameters,
            start => parameters.replace("<parameter", start),
        });
        assert_eq!(found.algorithm, Some(Algorithm::WeightedRoundRobin));
        assert_eq!((found.failover, found.session_timeout), (Some(false), Some(Duration::from_secs(900))));
    }
    let (found, reports) = parse(&tenant_aware(&parameter("failOver", "true")));
    assert!(found.is_some());
    assert_eq!(reports, ["warning W0301 failOver"]);
}

/// Files that are there, by their paths, and variables.
struct Files;

impl Resources for Files {
    fn read(&self, path: &str) -> Result<Arc<SourceFile>, String> {
        match path {
            "lb.xml" => {
                let services = format!("<services>{}</services>", service(&["${HOST}"], "d1"));
                let text =
                    format!("<loadBalancerConfig xmlns=\"{NAMESPACE}\">{services}</loadBalancerConfig>");
                Ok(SourceFile::new(path, text))
            }
            "file:conf/loadbalancer.conf" => Ok(SourceFile::new(
                path,
                "loadbalancer {\n}\nservices {\ns {\nhosts a.x;\ndomains {\nd2 {\ntenant_range *;\n}\n}\n}\n}\n",
            )),
            _ => Err("it is not there".to_owned()),
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        let known =
            [("HOST", "a.x"), ("lb", "lb.xml"), ("loadbalancer.xml", " file:conf/loadbalancer.conf ")];
        known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }
}

#[test]
fn services_come_from_files_of_either_dialect() {
    for (configuration, domain) in [
        ("lb.xml", "d1"),
        ("$system:lb", "d1"),
        ("$system:loadbalancer.xml", "d2"),
        ("file:conf/loadbalancer.conf", "d2"),
    ] {
        let (definition, reports) = parse_with(&from(configuration), &Files);
        assert_eq!(reports, Vec::<String>::new(), "{configuration}");
        let Some(EndpointKind::ServiceDynamicLoadBalance(found)) = definition.map(|found| found.kind) else {
            panic!("a service-dynamic one")
        };
        let ServicesSource::Own(own) = found.services else { panic!("a file") };
        let clusters = own.clusters().into_values();
        let found: Vec<(String, &str)> =
            clusters.map(|cluster| (cluster.key.to_string(), &*cluster.hosts[0].name)).collect();
        assert_eq!(found, [(domain.to_owned(), "a.x")], "{configuration}");
    }
}

#[test]
fn addresses_come_from_wsdl_documents() {
    let document = |service: &str, port: &str| {
        format!(
            "<wsdl service=\"{service}\" port=\"{port}\">\
             <w:definitions xmlns:w=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:s=\"http://schemas.xmlsoap.org/wsdl/soap/\">\
             <w:service name=\"S\"><w:port name=\"P\"><s:address location=\"http://b:9000/s\"/></w:port></w:service>\
             </w:definitions></wsdl>"
        )
    };
    let EndpointKind::Wsdl(found) = loaded(&document("S", "P")) else { panic!("a wsdl endpoint") };
    assert_eq!(&*found.address.text, "http://b:9000/s");
    assert_eq!(parse(&document("T", "P")).1, ["error E0602 T"]);
    assert_eq!(parse(&document("S", "Q")).1, ["error E0602 Q"]);
}
