//! Tests of patience and of addresses, with a provider that fails as it is told.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::*;

/// Answers with these results, the last one again and again; each call takes some time.
#[derive(Debug, Default)]
struct Scripted {
    script: Mutex<Vec<Result<(), IaasError>>>,
    takes: Duration,
    calls: Mutex<Vec<(&'static str, Instant)>>,
}

impl Scripted {
    fn new(script: &[Result<(), IaasError>]) -> Arc<Self> {
        Arc::new(Self { script: Mutex::new(script.to_vec()), ..Self::default() })
    }

    fn answer(&self, call: &'static str) -> Answer<'_, ()> {
        self.calls.lock().expect("a lock").push((call, Instant::now()));
        let mut script = self.script.lock().expect("a lock");
        let answer = if script.len() > 1 { script.remove(0) } else { script[0].clone() };
        Box::pin(async move {
            tokio::time::sleep(self.takes).await;
            answer
        })
    }

    fn calls(&self, of: &str) -> Vec<Instant> {
        let calls = self.calls.lock().expect("a lock");
        calls.iter().filter(|(call, _)| *call == of).map(|(_, at)| *at).collect()
    }
}

impl Iaas for Scripted {
    fn launch<'a>(&'a self, _: &'a LaunchSpec) -> Answer<'a, Instance> {
        Box::pin(async { Err(IaasError::Unsupported("launch")) })
    }

    fn terminate<'a>(&'a self, _: &'a InstanceId) -> Answer<'a, ()> {
        self.calls.lock().expect("a lock").push(("terminate", Instant::now()));
        Box::pin(async { Ok(()) })
    }

    fn list<'a>(&'a self, _: &'a Owner) -> Answer<'a, Vec<Instance>> {
        let answer = self.answer("list");
        Box::pin(async move { answer.await.map(|()| Vec::new()) })
    }

    fn associate<'a>(&'a self, _: &'a str, _: &'a InstanceId) -> Answer<'a, ()> {
        self.answer("associate")
    }
}

const PATIENCE: Patience = Patience {
    timeout: Duration::from_secs(3),
    attempts: 4,
    first_pause: Duration::from_secs(1),
    longest_pause: Duration::from_secs(10),
};

fn transient() -> Result<(), IaasError> {
    Err(IaasError::Transient("error 500".to_owned()))
}

fn throttled(seconds: u64) -> Result<(), IaasError> {
    Err(IaasError::Throttled { after: Some(Duration::from_secs(seconds)), reason: "slow down".to_owned() })
}

fn owner() -> Owner {
    Owner::new("balancers").expect("an owner")
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again_and_nothing_else() {
    let refused = || Err(IaasError::Refused("no".to_owned()));
    for (script, calls, good) in [
        (vec![Ok(())], 1, true),
        (vec![transient(), Ok(())], 2, true),
        (vec![transient(), transient(), throttled(2), Ok(())], 4, true),
        (vec![transient()], 4, false),
        (vec![refused()], 1, false),
        (vec![transient(), refused()], 2, false),
        (vec![Err(IaasError::NotFound("it".to_owned()))], 1, false),
        (vec![Err(IaasError::Unsupported("do it"))], 1, false),
        // It wants more than the longest pause: the caller decides.
        (vec![throttled(11), Ok(())], 1, false),
    ] {
        let inner = Scripted::new(&script);
        let answer = Patient::new("cloud", inner.clone(), PATIENCE).list(&owner()).await;
        assert_eq!((inner.calls("list").len(), answer.is_ok()), (calls, good), "{script:?}");
    }
}

/// The pauses at least double up to the longest, and chance adds at most what is left to it.
#[tokio::test(start_paused = true)]
async fn pauses_grow() {
    let inner = Scripted::new(&[transient()]);
    let patience = Patience { attempts: 7, ..PATIENCE };
    assert!(Patient::new("cloud", inner.clone(), patience).list(&owner()).await.is_err());
    let calls = inner.calls("list");
    let pauses: Vec<Duration> = calls.windows(2).map(|two| two[1] - two[0]).collect();
    for (pause, base) in pauses.iter().zip([1, 2, 4, 8, 10, 10]) {
        let base = Duration::from_secs(base);
        // Timers have a resolution of a millisecond.
        let most = base.mul_f64(1.5).min(PATIENCE.longest_pause) + Duration::from_millis(2);
        assert!((base..=most).contains(pause), "{pauses:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_throttled_is_left_alone_for_as_long_as_it_wants() {
    let inner = Scripted::new(&[throttled(9), Ok(())]);
    Patient::new("cloud", inner.clone(), PATIENCE).list(&owner()).await.expect("a list");
    let calls = inner.calls("list");
    assert!(calls[1] - calls[0] >= Duration::from_secs(9));
}

#[tokio::test(start_paused = true)]
async fn calls_end_in_time() {
    let inner =
        Arc::new(Scripted { script: Mutex::new(vec![Ok(())]), takes: Duration::MAX, ..Scripted::default() });
    let began = Instant::now();
    let answer = Patient::new("cloud", inner, Patience { attempts: 2, ..PATIENCE }).list(&owner()).await;
    assert_eq!(answer, Err(IaasError::Transient("no answer within 3 s".to_owned())));
    let took = began.elapsed();
    assert!((Duration::from_secs(7)..Duration::from_secs(8)).contains(&took), "{took:?}");
}

/// Case 210: eleven failures, and the instance is kept; twelve, and it is ended.
#[tokio::test(start_paused = true)]
async fn case_210_an_address_is_given_within_twelve_attempts() {
    for (failures, kept) in [(0, true), (11, true), (12, false)] {
        let script: Vec<_> = std::iter::repeat_n(transient(), failures).chain([Ok(())]).collect();
        let iaas = Scripted::new(&script);
        let id = InstanceId::new("i-1").expect("an id");
        let began = Instant::now();
        assert_eq!(give_address(iaas.as_ref(), "203.0.113.5", &id).await.is_ok(), kept, "{failures}");
        assert_eq!(iaas.calls("terminate").is_empty(), kept, "{failures}");
        let pauses = u64::try_from(failures.min(11)).expect("a number");
        assert_eq!(began.elapsed().as_secs(), pauses * 5, "{failures}");
    }
}

/// §4.10: any value but `false`.
#[test]
fn tags_make_instances_permanent() {
    for (value, expected) in
        [(None, false), (Some("true"), true), (Some(""), true), (Some("0"), true), (Some("False"), false)]
    {
        let tags = value.map(|value| (tags::AVOID_TERMINATION.to_owned(), value.to_owned()));
        assert_eq!(is_permanent(&tags.into_iter().collect()), expected, "{value:?}");
    }
}

#[test]
fn ids_owners_and_tokens_are_checked() {
    assert!(InstanceId::new("").is_err() && InstanceId::new("a b").is_err() && InstanceId::new("é").is_err());
    assert!(LaunchToken::new("a".repeat(64)).is_ok() && LaunchToken::new("a".repeat(65)).is_err());
    assert!(Owner::new("a".repeat(255)).is_ok() && Owner::new("a".repeat(256)).is_err());
    assert_ne!(LaunchToken::random(), LaunchToken::random());
    assert_eq!(Purpose::new("d", Some("__$default")), Purpose::new("d", None));
    assert_eq!(Purpose::new("d", Some("s")).to_string(), "d/s");
}

/// Settings become providers in their order; one that cannot be used is named.
#[tokio::test]
async fn providers_are_opened() {
    use crate::settings::{Sources, load};
    use sinew_core::diagnostics::SourceFile;
    let directory = tempfile::tempdir().expect("a directory");
    let settings = |state: &str| {
        let text = format!(
            "[[iaas]]\nname = \"trial\"\nkind = \"dry_run\"\nscale_up_order = 3\nmax_instances = 2\n\
             [[iaas]]\nname = \"local\"\n[iaas.process]\ncommand = [\"sleep\"]\nports = \"20000-20001\"\n\
             state_directory = \"{state}\"\n"
        );
        let sources = Sources { file: Some(SourceFile::new("sinew.toml", text)), ..Sources::default() };
        load(&sources).expect("settings").settings.providers
    };
    let providers =
        open(&settings(&directory.path().join("state").display().to_string())).expect("providers");
    let seen: Vec<_> = providers
        .iter()
        .map(|one| (one.name.as_ref(), one.scale_up_order, one.scale_down_order, one.max_instances))
        .collect();
    assert_eq!(seen, [("trial", 3, 1, Some(2)), ("local", 1, 1, None)]);
    for provider in &providers {
        assert_eq!(provider.iaas.list(&owner()).await, Ok(Vec::new()));
    }
    let error = open(&settings("/proc/state")).expect_err("no directory").to_string();
    assert!(error.starts_with("the provider `local`: refused: /proc/state"), "{error}");
}
