//! Endpoints that are switched, and reloads that are wished for.

use std::sync::Mutex;

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::availability::Availability;
use crate::deployment::Outcome;

/// Endpoints by name.
#[derive(Debug, Default)]
struct Stub(Mutex<Vec<(String, Availability)>>);

impl EndpointControl for Stub {
    fn list(&self) -> Vec<EndpointView> {
        let now = Instant::now();
        let view = |(name, availability): &(String, Availability)| EndpointView {
            name: name.clone(),
            availability: availability.view(now),
        };
        self.0.lock().expect("a list").iter().map(view).collect()
    }

    fn switch(&self, name: &str, on: bool) -> Result<(), NoSuchEndpoint> {
        let endpoints = self.0.lock().expect("a list");
        let (_, availability) = endpoints.iter().find(|(known, _)| known == name).ok_or(NoSuchEndpoint)?;
        if on {
            availability.switch_on()
        } else {
            availability.switch_off()
        }
        Ok(())
    }
}

#[test]
fn endpoints_are_listed_and_switched() {
    let running = Running::start(Some("secret"));
    let read = || running.get("/endpoints", &["Authorization: Bearer secret"]).json();
    assert_eq!(read(), json!({ "schema": 1, "endpoints": [] }));
    assert_eq!(running.change("POST", "/endpoints/stock/off", "").status, 404);
    let stub = Stub::default();
    for name in ["a b/c", "stock"] {
        stub.0.lock().expect("a list").push((name.to_owned(), Availability::default()));
    }
    running.state.control_endpoints(Arc::new(stub));
    insta::assert_json_snapshot!(Plain(read()));
    let page = include_str!("../../../docs/admin.md");
    for field in read()["endpoints"][0].as_object().expect("an object").keys() {
        assert!(page.contains(&format!("`{field}`")), "docs/admin.md does not explain `{field}`");
    }
    for (name, index) in [("stock", 1), ("a%20b%2Fc", 0)] {
        for (position, state) in [("off", "off"), ("off", "off"), ("on", "active")] {
            let answer = running.change("POST", &format!("/endpoints/{name}/{position}"), "");
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert_eq!(answer.json()["endpoint"]["availability"]["state"], state);
            assert_eq!(read()["endpoints"][index]["availability"]["state"], state);
        }
    }
    let answer = running.change("POST", "/endpoints/stok/off", "");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["error"], "there is no endpoint stok; did you mean stock?");
    assert_eq!(running.change("POST", "/endpoints/stock/maybe", "").status, 404);
}

#[test]
fn a_reload_is_answered_by_who_can_do_it() {
    let rows = [
        (Ok(None), Ok(()), "unchanged", json!([])),
        (Ok(Some(Outcome::Deployed)), Ok(()), "deployed", json!([])),
        (Ok(Some(Outcome::Partly)), Ok(()), "partly", json!([])),
        (Ok(Some(Outcome::HeldBack)), Err("no key".to_owned()), "held_back", json!(["no key"])),
        (Err("no folder".to_owned()), Ok(()), "failed", json!(["no folder"])),
    ];
    let running = Running::start(Some("secret"));
    let nobody = running.change("POST", "/api/v1/reload", "");
    assert_eq!(nobody.status, 503);
    let mut reloads = running.state.reloads();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for (deployment, certificates, outcome, problems) in rows {
        let answer = std::thread::scope(|scope| {
            let asking = scope.spawn(|| running.change("POST", "/api/v1/reload", ""));
            let wish = runtime.block_on(reloads.next());
            wish.answer(ReloadReport { deployment, certificates });
            asking.join().expect("an answer")
        });
        let expected =
            json!({ "schema": 1, "outcome": outcome, "revision": 0, "errors": 0, "problems": problems });
        assert_eq!((answer.status, answer.json()), (200, expected));
    }
    drop(reloads);
    assert_eq!(running.change("POST", "/api/v1/reload", "").status, 503);
}
