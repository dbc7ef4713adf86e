//! What every provider does alike: one suite of tests that all of them pass.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, interval, timeout};

use super::{
    Iaas, IaasError, Instance, InstanceId, InstanceState, LaunchSpec, LaunchToken, Owner, Patience, Patient,
    Purpose, Template, tags,
};

/// What a provider launches on, as the suite needs it.
pub(super) trait Platform {
    /// Whether instances run one day.
    const RUNS: bool = true;
    /// Whether instances outlive the provider.
    const ADOPTS: bool = true;

    /// The provider, made anew: as after a restart of the balancer. The one before is dropped by then.
    async fn provider(&self) -> Arc<dyn Iaas>;

    /// Providers whose platform answers nothing, or nonsense, each with what is wrong with it.
    async fn broken(&self) -> Vec<(&'static str, Arc<dyn Iaas>)> {
        Vec::new()
    }
}

/// How long anything may take before a test gives up.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Checks everything.
pub(super) async fn check(platform: &impl Platform) {
    launched_instances_are_listed_until_they_ended(platform).await;
    one_token_launches_one_instance(platform).await;
    what_is_not_known_is_not_ended(platform).await;
    owners_see_their_own(platform).await;
    a_restart_loses_nothing(platform).await;
    broken_platforms_are_errors_in_time(platform).await;
}

/// A launch for a cluster, on behalf of an owner that no other test uses.
pub(super) fn spec(owner: &Owner) -> LaunchSpec {
    LaunchSpec {
        purpose: Purpose::new("shop.a.domain", Some("worker")),
        owner: owner.clone(),
        token: LaunchToken::random(),
        template: Template::default(),
    }
}

/// An owner that no other test uses.
pub(super) fn somebody() -> Owner {
    Owner::new(format!("balancers-{}", uuid::Uuid::new_v4())).expect("an owner")
}

/// Lists until something holds.
pub(super) async fn until(
    iaas: &dyn Iaas,
    owner: &Owner,
    what: &str,
    holds: impl Fn(&[Instance]) -> bool,
) -> Vec<Instance> {
    let (mut looks, end) = (interval(Duration::from_millis(20)), Instant::now() + PATIENCE);
    loop {
        looks.tick().await;
        let listed = iaas.list(owner).await.expect("a list");
        if holds(&listed) {
            return listed;
        }
        assert!(Instant::now() < end, "{what}: {listed:#?}");
    }
}

/// Lists until an instance ended.
pub(super) async fn until_gone(iaas: &dyn Iaas, owner: &Owner, id: &InstanceId) {
    until(iaas, owner, "it ends", |listed| {
        listed.iter().filter(|one| one.id == *id).all(|one| one.state == InstanceState::Gone)
    })
    .await;
}

fn ids(instances: &[Instance]) -> Vec<InstanceId> {
    let mut ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id.clone()).collect();
    ids.sort();
    ids
}

async fn launched_instances_are_listed_until_they_ended<P: Platform>(platform: &P) {
    let (iaas, owner) = (platform.provider().await, somebody());
    assert_eq!(iaas.list(&owner).await, Ok(Vec::new()));
    let specs = [spec(&owner), LaunchSpec { purpose: Purpose::new("shop.b.domain", None), ..spec(&owner) }];
    let first = iaas.launch(&specs[0]).await.expect("a launch");
    let second = iaas.launch(&specs[1]).await.expect("a launch");
    assert_ne!(first.id, second.id);
    let runs = if P::RUNS { InstanceState::Running } else { InstanceState::Pending };
    let both_run = |listed: &[Instance]| listed.len() == 2 && listed.iter().all(|one| one.state == runs);
    let listed = until(iaas.as_ref(), &owner, "both run", both_run).await;
    for (launched, spec) in [(&first, &specs[0]), (&second, &specs[1])] {
        let found = listed.iter().find(|one| one.id == launched.id).expect("it is listed");
        for instance in [launched, found] {
            assert_eq!(instance.purpose, spec.purpose);
            assert_eq!(instance.token.as_ref(), Some(&spec.token));
            assert!(instance.launched_at.is_some() && !instance.permanent);
            for (name, value) in spec.tags() {
                assert_eq!(instance.tags.get(&name), Some(&value), "{name}");
            }
        }
    }
    iaas.terminate(&first.id).await.expect("an end");
    until_gone(iaas.as_ref(), &owner, &first.id).await;
    // What ended is ended.
    iaas.terminate(&first.id).await.expect("an end of what ended");
    let listed = iaas.list(&owner).await.expect("a list");
    assert!(listed.iter().any(|one| one.id == second.id && one.state == runs), "{listed:#?}");
    iaas.terminate(&second.id).await.expect("an end");
    until_gone(iaas.as_ref(), &owner, &second.id).await;
}

async fn one_token_launches_one_instance(platform: &impl Platform) {
    let (iaas, owner) = (platform.provider().await, somebody());
    let spec = spec(&owner);
    let all = join_all([iaas.launch(&spec), iaas.launch(&spec), iaas.launch(&spec)]).await;
    let again = iaas.launch(&spec).await.expect("the launch again");
    for one in all {
        assert_eq!(one.expect("a launch").id, again.id);
    }
    let listed = until(iaas.as_ref(), &owner, "it is there", |listed| !listed.is_empty()).await;
    assert_eq!(ids(&listed), std::slice::from_ref(&again.id));
    let other = LaunchSpec { purpose: Purpose::new("another.domain", None), ..spec.clone() };
    assert!(matches!(iaas.launch(&other).await, Err(IaasError::Refused(_))));
    iaas.terminate(&again.id).await.expect("an end");
    until_gone(iaas.as_ref(), &owner, &again.id).await;
    // A late repetition launches nothing.
    assert_eq!(iaas.launch(&spec).await.map(|one| one.id), Ok(again.id.clone()));
    until_gone(iaas.as_ref(), &owner, &again.id).await;
}

async fn what_is_not_known_is_not_ended(platform: &impl Platform) {
    let iaas = platform.provider().await;
    for id in ["i-0123456789abcdef0", "p-nobody"] {
        let id = InstanceId::new(id).expect("an id");
        let answer = iaas.terminate(&id).await;
        assert!(matches!(answer, Err(IaasError::NotFound(_))), "{id}: {answer:?}");
    }
}

async fn owners_see_their_own(platform: &impl Platform) {
    let (iaas, one, other) = (platform.provider().await, somebody(), somebody());
    let first = iaas.launch(&spec(&one)).await.expect("a launch");
    let second = iaas.launch(&spec(&other)).await.expect("a launch");
    for (owner, expected) in [(&one, &first), (&other, &second)] {
        let listed = until(iaas.as_ref(), owner, "it is there", |listed| !listed.is_empty()).await;
        assert_eq!(ids(&listed), std::slice::from_ref(&expected.id));
        assert!(
            listed.iter().all(|one| one.tags.get(tags::OWNER).map(String::as_str) == Some(owner.as_str()))
        );
    }
    for (owner, instance) in [(&one, first), (&other, second)] {
        iaas.terminate(&instance.id).await.expect("an end");
        until_gone(iaas.as_ref(), owner, &instance.id).await;
    }
}

/// Case 209: who lives is found again, with everything that is known of it, and can be ended; who does not is not.
async fn a_restart_loses_nothing<P: Platform>(platform: &P) {
    if !P::ADOPTS {
        return;
    }
    let owner = somebody();
    let iaas = platform.provider().await;
    let specs = [spec(&owner), spec(&owner), spec(&owner)];
    let mut launched = Vec::new();
    for spec in &specs {
        launched.push(iaas.launch(spec).await.expect("a launch"));
    }
    let running = |listed: &[Instance]| {
        listed.iter().filter(|one| one.state == InstanceState::Running).count() == specs.len()
    };
    let before = until(iaas.as_ref(), &owner, "all run", running).await;
    drop(iaas);
    let iaas = platform.provider().await;
    let mut after = iaas.list(&owner).await.expect("a list");
    after.sort_by(|left, right| left.id.cmp(&right.id));
    let mut before = before;
    before.sort_by(|left, right| left.id.cmp(&right.id));
    assert_eq!(after, before);
    // The same launch again is still the same instance.
    assert_eq!(iaas.launch(&specs[0]).await.map(|one| one.id), Ok(launched[0].id.clone()));
    iaas.terminate(&launched[2].id).await.expect("an end");
    until_gone(iaas.as_ref(), &owner, &launched[2].id).await;
    drop(iaas);
    let iaas = platform.provider().await;
    let listed = iaas.list(&owner).await.expect("a list");
    let alive: Vec<Instance> = listed.into_iter().filter(|one| one.state == InstanceState::Running).collect();
    let mut expected = [launched[0].id.clone(), launched[1].id.clone()];
    expected.sort();
    assert_eq!(ids(&alive), expected);
    for id in expected {
        iaas.terminate(&id).await.expect("an end");
        until_gone(iaas.as_ref(), &owner, &id).await;
    }
}

/// Whatever is wrong with a platform, each operation is an error, and in time.
async fn broken_platforms_are_errors_in_time(platform: &impl Platform) {
    let patience = Patience {
        timeout: Duration::from_millis(300),
        attempts: 2,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(2),
    };
    for (what, iaas) in platform.broken().await {
        let iaas = Patient::new(what, iaas, patience);
        let owner = somebody();
        let (spec, id) = (spec(&owner), InstanceId::new("i-1").expect("an id"));
        let all = async {
            let errors = [
                iaas.launch(&spec).await.err(),
                iaas.terminate(&id).await.err(),
                iaas.list(&owner).await.err(),
                iaas.address("203.0.113.5").await.err(),
                iaas.associate("203.0.113.5", &id).await.err(),
                iaas.release("203.0.113.5").await.err(),
            ];
            for (index, error) in errors.into_iter().enumerate() {
                assert!(error.is_some(), "{what}: operation {index}");
            }
        };
        timeout(PATIENCE, all).await.unwrap_or_else(|_| panic!("{what}: not in time"));
    }
}
