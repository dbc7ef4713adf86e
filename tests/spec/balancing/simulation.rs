//! Members that behave at random: every exchange ends with an answer, and nothing that may have been executed is sent
//! again.

use std::time::Duration;

use proptest::prelude::*;
use sinew::testing::{Event, Reply, Request, Transcript};
use tokio::time::advance;

use super::{Fixture, called};

const MEMBERS: usize = 4;

/// What a member does, and whether it has then seen the request.
#[derive(Clone, Copy, Debug)]
enum Behaviour {
    Answers,
    Refuses,
    Closes,
    NeverAnswers,
}

impl Behaviour {
    fn reply(self, member: usize) -> Reply {
        match self {
            Behaviour::Answers => Reply::ok(&format!("m{member}")),
            Behaviour::Refuses => Reply::refused(),
            Behaviour::Closes => Reply::closed(),
            Behaviour::NeverAnswers => Reply::timed_out(),
        }
    }
}

fn behaviour() -> impl Strategy<Value = Behaviour> {
    prop::sample::select(vec![
        Behaviour::Answers,
        Behaviour::Answers,
        Behaviour::Refuses,
        Behaviour::Closes,
        Behaviour::NeverAnswers,
    ])
}

/// One request after a pause: its method, and what a session cookie would bind it to.
fn request() -> impl Strategy<Value = (bool, Option<usize>, u64)> {
    (any::<bool>(), prop::option::of(0..MEMBERS), 0..12_000u64)
}

/// How often a member saw the request: calls that were not refused.
fn seen(transcript: &Transcript) -> usize {
    let calls = transcript
        .events
        .iter()
        .filter(|event| matches!(event, Event::Call { answer, .. } if answer != "connection refused"));
    calls.count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_exchange_is_lost(
        members in prop::collection::vec(prop::collection::vec(behaviour(), 1..8), MEMBERS),
        requests in prop::collection::vec(request(), 1..20),
    ) {
        let blocks: Vec<String> =
            (0..MEMBERS).map(|member| format!("m{member} {{ host 10.0.9.{member}; httpPort 80; }}")).collect();
        let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
        let mut flows = Fixture { shop_c: &blocks, ..Fixture::default() }.load();
        for (member, behaviours) in members.iter().enumerate() {
            for behaviour in behaviours {
                flows = flows.stub(&format!("http://10.0.9.{member}:80"), behaviour.reply(member));
            }
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            for (post, session, pause) in requests {
                advance(Duration::from_millis(pause)).await;
                let request = if post { Request::post("/x", "text/plain", "body") } else { Request::get("/x") };
                let request = request.header("Host", "shop.example.org");
                let request = match session {
                    Some(member) => request.header("Cookie", &format!("JSESSIONID=m{member}")),
                    None => request,
                };
                let transcript = flows.exchange(request).await;
                let mut asked = called(&transcript);
                let calls = asked.len();
                asked.sort_unstable();
                asked.dedup();
                prop_assert_eq!(asked.len(), calls, "each member once: {}", transcript);
                prop_assert!(calls <= MEMBERS);
                prop_assert!(matches!(transcript.status, 200 | 502 | 503 | 504), "{}", transcript);
                if transcript.status == 200 {
                    prop_assert!(transcript.body.starts_with('m'), "{}", transcript);
                }
                if post {
                    prop_assert!(seen(&transcript) <= 1, "a POST is seen once: {}", transcript);
                }
            }
            Ok(())
        })?;
    }
}
