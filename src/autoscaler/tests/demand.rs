//! Requests that count (elastic-load-balancer.md §9.7 cases 161 to 164, §9.8 cases 194 and 195, §9.13).

use super::super::{Demand, Published, of_all};
use super::*;

const EXPIRY: Duration = Duration::from_secs(60);

fn milliseconds(number: u64) -> Duration {
    Duration::from_millis(number)
}

/// What a tick samples.
fn sample(demand: &mut Demand, now: Duration) -> u64 {
    demand.expire(now, EXPIRY);
    demand.total()
}

#[test]
fn case_161_a_request_that_hangs_is_counted_once() {
    let mut demand = Demand::default();
    assert_eq!(sample(&mut demand, seconds(120)), 0);
    let hung = demand.arrive(milliseconds(120_001));
    assert_eq!(sample(&mut demand, seconds(180)), 1);
    assert_eq!(sample(&mut demand, seconds(240)), 0);
    demand.end(hung);
    assert_eq!(demand.total(), 0, "its end comes too late to be counted twice");
}

#[test]
fn case_162_a_request_at_the_tick_is_never_counted() {
    let mut demand = Demand::default();
    assert_eq!(sample(&mut demand, seconds(120)), 0);
    let _hung = demand.arrive(seconds(120));
    assert_eq!(sample(&mut demand, seconds(180)), 0);
}

#[test]
fn cases_163_and_164_only_what_nobody_was_there_for_stays() {
    let mut demand = Demand::default();
    let (refused, broken) = (demand.arrive(seconds(130)), demand.arrive(seconds(130)));
    assert_eq!((demand.in_flight(), demand.refused()), (2, 0));
    demand.refuse(refused);
    demand.end(broken);
    assert_eq!((demand.in_flight(), demand.refused(), demand.total()), (0, 1, 1));
    assert_eq!(sample(&mut demand, milliseconds(189_999)), 1);
    assert_eq!(sample(&mut demand, seconds(190)), 0);
    assert_eq!((demand.take_arrivals(), demand.take_arrivals()), (2, 0));
}

#[test]
fn a_clock_that_goes_back_loses_nothing() {
    let mut demand = Demand::default();
    let (first, second) = (demand.arrive(seconds(10)), demand.arrive(seconds(5)));
    assert_eq!(sample(&mut demand, seconds(66)), 2, "the second counts from the first's arrival");
    demand.end(second);
    demand.end(first);
    assert_eq!(demand.total(), 0);
}

#[test]
fn cases_194_and_195_balancers_add_up_while_they_speak() {
    let (_, cluster) = cluster_with("shop.a.domain", "rounds_to_average 1;");
    let peer = |age| [Published { demand: 150, age: seconds(age) }];
    assert_eq!(of_all(100, peer(10), seconds(60)), 250);
    assert_eq!(of_all(100, peer(119), seconds(60)), 250);
    assert_eq!(of_all(100, peer(120), seconds(60)), 100);
    let together =
        decision(&cluster, seconds(60), counts(1, 0, 0), &samples(&[of_all(100, peer(10), seconds(60))]));
    assert_eq!(together.verdict, Verdict::Launch(1), "neither alone is above 210");
}

/// Ticks at 120, 180 and 240 s of a cluster without members, by the seconds at which requests are refused.
fn from_zero(keys: &str, refused_at: &[u64]) -> Vec<Verdict> {
    let mut scene = Scene::new("shop.c.domain", &format!("min_app_instances 0; {keys}"));
    let mut demand = Demand::default();
    let mut verdicts = Vec::new();
    for now in [120, 180, 240] {
        for &at in refused_at.iter().filter(|&&at| at > now - 60 && at <= now) {
            let token = demand.arrive(seconds(at));
            demand.refuse(token);
        }
        scene.now = seconds(now);
        let in_flight = sample(&mut demand, seconds(now));
        verdicts.push(scene.tick(in_flight).scaling.verdict);
    }
    verdicts
}

#[test]
fn cases_247_to_250_scale_from_zero() {
    use Verdict::{Hold, Launch};
    assert_eq!(from_zero("", &[130]), [Hold, Hold, Hold], "247");
    assert_eq!(from_zero("", &[130, 130])[..2], [Hold, Launch(1)], "248");
    assert_eq!(from_zero("", &[130, 190]), [Hold, Hold, Launch(1)], "249");
    assert_eq!(from_zero("scale_from_zero_eager true;", &[130])[..2], [Hold, Launch(1)], "250");
}
