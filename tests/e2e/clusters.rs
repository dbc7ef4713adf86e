//! `sinew check` and `sinew show` about `loadbalancer.conf`.

use std::path::Path;

use tempfile::TempDir;

use crate::support::{NS, sinew, write};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = sinew(arguments).env_remove("LOADBALANCER_CONF").output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A balancer with something of everything that `show` prints.
const GOOD: &str = "loadbalancer {
    size_of_cache 100;
    session_timeout 90000;
}
services {
    defaults {
        max_app_instances 5;
    }
    shop {
        hosts shop.example.org, store.example.org;
        connect_timeout 2000;
        domains {
            shop.a.domain {
                tenant_range 1-100,205;
                connect_timeout 30000;
                members {
                    one { host 10.0.1.1; httpPort 9763; httpsPort 9443; }
                    two {
                        host 10.0.1.2; remoteHost 203.0.113.5; httpPort 9763; port.mapping.8280 9000; weight 3;
                        permanent on; isActive false; zone east; rack 7;
                    }
                }
            }
            shop.b.domain {
                tenant_range *;
                sub_domain worker;
                algorithm least_requests;
            }
        }
    }
}
";

fn folder(balancer: &str) -> (TempDir, String) {
    let folder = TempDir::new().expect("a folder");
    write(folder.path(), "sequences/a.xml", &format!("<sequence {NS} name=\"a\"><drop/></sequence>"));
    write(folder.path(), "loadbalancer.conf", balancer);
    let path = folder.path().display().to_string();
    (folder, path)
}

#[test]
fn check_covers_the_balancer() {
    let wrong = GOOD
        .replace("max_app_instances 5;", "max_app_instance 5;")
        .replace("connect_timeout 2000;", "connect_timeout soon; tls_verify off;");
    let (_folder, path) = folder(&wrong);
    let (code, text, _) = run(&["check", &path]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text.replace(&path, "configs"));
}

/// A file of the balancer by itself, by name, by ending and by root element; warnings alone are well.
#[test]
fn check_takes_single_files_of_the_balancer() {
    let (folder, path) = folder(GOOD);
    write(folder.path(), "other.conf", "services {\n  s { domains { d { max_app_instances 0; } } }\n}");
    write(folder.path(), "tenants.conf", "acme seven;\n");
    let old = "<!-- 1.x -->\n<loadBalancerConfig xmlns=\"http://ws.apache.org/ns/synapse\">\n<loadBalancer/><services>\
               <service><hosts><host>a.test</host></hosts><domain>d</domain></service></services>\n\
               </loadBalancerConfig>";
    write(folder.path(), "old.xml", old);
    write(folder.path(), "wrong.xml", &old.replace("<domain>d</domain>", ""));
    for (file, code, expected) in [
        ("loadbalancer.conf", 0, "0 errors, 0 warnings"),
        ("other.conf", 1, "other.conf:2:39: error[E0903]"),
        ("tenants.conf", 1, "tenants.conf:1:6: error[E0803]"),
        ("old.xml", 0, "0 errors, 0 warnings"),
        ("wrong.xml", 1, "wrong.xml:3:"),
    ] {
        let (found, text, _) = run(&["check", "--format", "short", &format!("{path}/{file}")]);
        assert_eq!(found, Some(code), "{file}: {text}");
        assert!(text.contains(expected), "{file}: {text}");
    }
}

#[test]
fn check_takes_the_balancer_from_elsewhere() {
    let (elsewhere, path) = folder(&GOOD.replace("size_of_cache", "size_of_cash"));
    let (_folder, inside) = folder(GOOD);
    let file = elsewhere.path().join("loadbalancer.conf").display().to_string();
    for arguments in [vec!["check", &inside], vec!["check", &path]] {
        let (code, text, _) =
            run(&[&arguments[..], &["--loadbalancer-conf", &file, "--format", "short"]].concat());
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(&format!("{file}:2:5: error[E0902]")), "{text}");
    }
    let by_environment = sinew(&["check", &inside]).env("LOADBALANCER_CONF", &file).output();
    assert_eq!(by_environment.expect("the program runs").status.code(), Some(1));
    let (code, text, _) = run(&["check", &inside, "--loadbalancer-conf", "/nowhere/at-all.conf"]);
    assert_eq!(code, Some(74));
    assert!(text.contains("/nowhere/at-all.conf"), "{text}");
}

#[test]
fn show_clusters() {
    let (folder, path) = folder(GOOD);
    let (code, text, _) = run(&["show", "clusters", "--dir", &path]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(text.replace(&path, "configs"));
    let (code, json, _) = run(&["show", "clusters", "shop.a.domain", "--dir", &path, "--format", "json"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!("show_clusters_for_programs", json.replace(&path, "configs"));
    let (code, text, _) = run(&["show", "clusters", "shop.b.domain/worker", "--dir", &path]);
    assert_eq!(code, Some(0));
    assert!(text.starts_with(&format!("shop.b.domain/worker  {path}/loadbalancer.conf:24:13\n")), "{text}");
    let (code, _, text) = run(&["show", "clusters", "shop.b.domain", "--dir", &path]);
    assert_eq!(code, Some(1), "another cluster than that of the sub-domain");
    assert!(text.contains("there is no cluster \"shop.b.domain\""), "{text}");
    let elsewhere = Path::new(&path).join("loadbalancer.conf").display().to_string();
    let empty = TempDir::new().expect("a folder");
    let empty_path = empty.path().display().to_string();
    let (code, text, _) = run(&["show", "clusters", "--dir", &empty_path, "--loadbalancer-conf", &elsewhere]);
    assert_eq!(code, Some(0));
    assert!(text.contains("shop.b.domain/worker"), "{text}");
    let (code, _, text) = run(&["show", "clusters", "--dir", &empty_path]);
    assert_eq!(code, Some(1));
    assert!(text.contains("there is no loadbalancer.conf"), "{text}");
    drop(folder);
}

#[test]
fn show_prints_the_files_of_the_balancer() {
    let (folder, path) = folder(GOOD);
    write(folder.path(), "tenants.conf", "acme 7;\n");
    for word in ["balancer", "loadbalancer"] {
        let (code, text, _) = run(&["show", word, "--dir", &path]);
        assert_eq!(
            (code, text),
            (Some(0), format!("balancer\n  loadbalancer.conf  {path}/loadbalancer.conf:1:1\n"))
        );
    }
    let (code, text, _) = run(&["show", "balancer", "loadbalancer.conf", "--dir", &path]);
    assert_eq!((code, text), (Some(0), format!("# {path}/loadbalancer.conf:1:1\n{GOOD}")));
    let (_, text, _) = run(&["show", "tenants", "--dir", &path, "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (&value["artifacts"][0]["kind"], &value["artifacts"][0]["text"]),
        (&"tenants".into(), &"acme 7;\n".into())
    );
}
