//! Properties: whatever comes, the table stays within its bound, nothing that is over is found, nothing forged binds, and
//! no bytes panic.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use tokio::time::Instant;

use super::support::request;
use crate::balancing::affinity::identification::{
    LONGEST_ID, learned_cookies, remove_session_cookies, session_cookies,
};
use crate::balancing::affinity::{Affinity, AffinityCookie, SessionTable, Standing, Sticky, Window};

#[derive(Clone, Debug)]
enum Step {
    Bind { id: u8, target: u8, seconds: u64 },
    Use { id: u8, seconds: u64 },
    Remove { id: u8 },
    Leave { target: u8 },
    Wait { seconds: u64 },
    Sweep,
}

fn step() -> impl Strategy<Value = Step> {
    let (id, target, seconds) = (0..6_u8, 0..3_u8, 0..20_u64);
    prop_oneof![
        (id.clone(), target.clone(), seconds.clone()).prop_map(|(id, target, seconds)| Step::Bind {
            id,
            target,
            seconds
        }),
        (id.clone(), seconds.clone()).prop_map(|(id, seconds)| Step::Use { id, seconds }),
        id.prop_map(|id| Step::Remove { id }),
        target.prop_map(|target| Step::Leave { target }),
        seconds.prop_map(|seconds| Step::Wait { seconds }),
        Just(Step::Sweep),
    ]
}

fn header_value() -> impl Strategy<Value = HeaderValue> {
    let letters = prop_oneof![any::<u8>(), prop::sample::select(b";=, \"/-0:\xff".to_vec()),];
    let words = prop::sample::select(vec![
        "JSESSIONID=",
        "PHPSESSID",
        "; Path=",
        "; Max-Age=",
        "; Expires=",
        "Thu, 01-Jan-1970 00:00:00 GMT",
        ";",
    ]);
    let parts =
        prop_oneof![prop::collection::vec(letters, 0..8), words.prop_map(|word| word.as_bytes().to_vec()),];
    prop::collection::vec(parts, 0..8)
        .prop_map(|parts| parts.concat())
        .prop_filter_map("no header value", |bytes| HeaderValue::from_bytes(&bytes).ok())
}

fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(future)
}

proptest! {
    /// Against a map that forgets what is over at once.
    #[test]
    fn what_is_found_is_what_was_bound_and_is_not_over(steps in prop::collection::vec(step(), 0..60)) {
        let (scope, start): (Arc<str>, _) = ("s".into(), Instant::now());
        let table: SessionTable<u8> = SessionTable::new(1000, start);
        let mut model: HashMap<u8, (u8, u64)> = HashMap::new();
        let mut clock = 0;
        let window = |seconds| Window::after_use(Duration::from_secs(seconds));
        for step in steps {
            let now = start + Duration::from_secs(clock);
            match step {
                Step::Bind { id, target, seconds } => {
                    table.bind(&scope, &id.to_string(), "/", target, window(seconds), now);
                    model.insert(id, (target, clock + seconds));
                }
                Step::Use { id, seconds } => {
                    model.retain(|_, (_, last)| *last >= clock);
                    let found = table.find("s", &id.to_string(), now);
                    let expected = model.get_mut(&id);
                    prop_assert_eq!(found.as_deref().map(|session| *session.target()), expected.as_deref().map(|known| known.0));
                    if let (Some(session), Some(known)) = (found, expected) {
                        table.renew(&session, window(seconds), now);
                        known.1 = clock + seconds;
                    }
                }
                Step::Remove { id } => {
                    table.remove("s", &id.to_string());
                    model.remove(&id);
                }
                Step::Leave { target } => {
                    run(table.retain(|session| *session.target() != target));
                    model.retain(|_, known| known.0 != target);
                }
                Step::Wait { seconds } => clock += seconds,
                Step::Sweep => run(table.sweep(now)),
            }
        }
        let now = start + Duration::from_secs(clock);
        model.retain(|_, (_, last)| *last >= clock);
        prop_assert_eq!(table.records(now).count(), model.len());
        run(table.sweep(now));
        prop_assert_eq!(table.statistics().size, u64::try_from(model.len()).expect("a size"));
    }

    #[test]
    fn the_table_stays_within_its_bound(most in 0..50_u64, ids in prop::collection::vec("[a-z]{1,3}", 0..400)) {
        let now = Instant::now();
        let table: SessionTable<u8> = SessionTable::new(most, now);
        for id in &ids {
            table.bind(&"s".into(), id, "/", 1, Window::after_use(Duration::from_secs(60)), now);
        }
        let statistics = table.statistics();
        prop_assert!(statistics.size <= most);
        prop_assert!(u64::try_from(table.records(now).count()).expect("a size") <= most);
    }

    /// Whatever a client sends, it gets to a member only by an id that a member handed out.
    #[test]
    fn forged_ids_never_bind(lines in prop::collection::vec(header_value(), 0..4)) {
        let now = Instant::now();
        let affinity = Affinity {
            table: Arc::new(SessionTable::new(1000, now)),
            scope: "s".into(),
            window: Window::after_use(Duration::from_secs(60)),
            sticky: Sticky::Strict,
        };
        affinity.start("JSESSIONID=known-to-nobody", &"C1", now);
        let headers: HeaderMap = lines.into_iter().map(|line| (COOKIE, line)).collect();
        let choice = affinity.choose(session_cookies(&headers), now, |_| Some(Standing::Ready));
        prop_assert!(choice.target().is_none());
        affinity.learn(choice.session(), [], &"C2", now);
        prop_assert_eq!(affinity.table.statistics().size, 1);
    }

    #[test]
    fn forged_routes_never_bind(value in "[0-9a-f]{16}|\\PC{0,20}") {
        let cookie = AffinityCookie::new("LB", Some(b"s3cret")).expect("a cookie");
        let routes = cookie.routes("c", (0..50).map(|member| (member.to_string(), member)));
        let value: String = value.chars().filter(|letter| !letter.is_control()).collect();
        let choice = routes.choose(&request(&[&format!("LB={value}")]), Sticky::Strict, Instant::now(), |_| Some(Standing::Ready));
        prop_assert!(choice.member.is_none());
    }

    #[test]
    fn no_bytes_panic(lines in prop::collection::vec(header_value(), 0..4)) {
        let cookies: HeaderMap = lines.iter().map(|line| (COOKIE, line.clone())).collect();
        for id in session_cookies(&cookies) {
            prop_assert!(id.len() <= LONGEST_ID && id.contains('='));
        }
        let mut without = cookies.clone();
        remove_session_cookies(&mut without);
        prop_assert_eq!(session_cookies(&without).count(), 0);

        let set_cookies: HeaderMap = lines.into_iter().map(|line| (SET_COOKIE, line)).collect();
        for learned in learned_cookies(&set_cookies, SystemTime::now()) {
            prop_assert!(learned.id.len() <= LONGEST_ID && learned.path.starts_with('/'));
        }
    }

    /// What a member hands out is recognised when the client sends it back.
    #[test]
    fn what_is_learned_is_recognised(line in header_value()) {
        let set_cookie = HeaderMap::from_iter([(SET_COOKIE, line)]);
        for learned in learned_cookies(&set_cookie, SystemTime::now()).filter(|learned| !learned.ended) {
            let sent_back = request(&[&learned.id]);
            prop_assert_eq!(session_cookies(&sent_back).collect::<Vec<_>>(), [&*learned.id]);
        }
    }
}
