//! The book of subscriptions by itself: what goes into which SUBSCRIBE, and which filter is blamed for a hang-up.

use tokio::time::Instant;

use super::*;
use crate::model::ServerLimits;
use crate::mqtt::subscriptions::{Ask, Subscriptions};
use crate::mqtt::wire::Answers;

fn subscriptions(filters: &[&str], sys: bool) -> Subscriptions {
    let mut target = target(1883);
    target.filters = filters.iter().map(|text| Subscription::new(filter(text), QoS::AtMostOnce)).collect();
    target.sys = sys;
    Subscriptions::new(&target)
}

/// The filters of the next SUBSCRIBE, noted as sent under `id`.
fn ask(subscriptions: &mut Subscriptions, id: u16) -> Vec<String> {
    ask_at(subscriptions, id, Instant::now())
}

fn ask_at(subscriptions: &mut Subscriptions, id: u16, at: Instant) -> Vec<String> {
    match subscriptions.next() {
        Some(Ask::Subscribe(filters)) => {
            let texts = filters.iter().map(|wanted| wanted.filter.to_string()).collect();
            subscriptions.sent_subscribe(id, filters, at, STABLE);
            texts
        }
        other => {
            assert_eq!(other, None);
            Vec::new()
        }
    }
}

/// Answers SUBSCRIBE `id` with these codes.
fn suback(subscriptions: &mut Subscriptions, id: u16, codes: &[u8]) -> Vec<SessionEvent> {
    subscriptions.suback(&Answers { id, codes: codes.to_vec(), text: None }, Protocol::V4, Instant::now())
}

fn connected(subscriptions: &mut Subscriptions, kept: bool) {
    subscriptions.connected(kept, &ServerLimits::default());
}

fn refused(events: &[SessionEvent]) -> Vec<String> {
    events
        .iter()
        .filter_map(|event| match event {
            SessionEvent::Subscription(filter, SubscriptionState::Refused(_)) => Some(filter.to_string()),
            _ => None,
        })
        .collect()
}

const BLAME: Duration = Duration::from_secs(3);
const STABLE: Duration = Duration::from_secs(10);

#[test]
fn many_filters_share_few_requests_and_sys_waits_for_their_answer() {
    let names: Vec<String> = (0..150).map(|n| format!("a/{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut subscriptions = subscriptions(&names, true);
    assert_eq!(ask(&mut subscriptions, 1).len(), 100);
    assert_eq!(ask(&mut subscriptions, 2).len(), 50);
    assert!(ask(&mut subscriptions, 3).is_empty());
    suback(&mut subscriptions, 1, &[0; 100]);
    assert!(ask(&mut subscriptions, 3).is_empty());
    suback(&mut subscriptions, 2, &[0; 50]);
    assert_eq!(ask(&mut subscriptions, 3), ["$SYS/#"]);
}

#[test]
fn long_filters_stay_within_the_bytes_of_one_request() {
    let long = "x".repeat(40_000);
    let texts = [format!("a/{long}"), format!("b/{long}")];
    let mut subscriptions = subscriptions(&[&texts[0], &texts[1]], false);
    assert_eq!(ask(&mut subscriptions, 1).len(), 1);
    assert_eq!(ask(&mut subscriptions, 2).len(), 1);
}

#[test]
fn c15_a_drop_over_sys_leaves_sys_out_at_once() {
    let mut subscriptions = subscriptions(&["#"], true);
    ask(&mut subscriptions, 1);
    suback(&mut subscriptions, 1, &[0]);
    assert_eq!(ask(&mut subscriptions, 2), ["$SYS/#"]);
    let events = subscriptions.dropped(Instant::now(), BLAME).unwrap();
    assert_eq!(refused(&events), ["$SYS/#"]);
    subscriptions.disconnected(false);
    connected(&mut subscriptions, false);
    assert_eq!(ask(&mut subscriptions, 1), ["#"]);
    suback(&mut subscriptions, 1, &[0]);
    assert!(ask(&mut subscriptions, 2).is_empty());
}

#[test]
fn c15_one_bad_filter_among_many_is_found_with_two_drops() {
    let mut subscriptions = subscriptions(&["a", "bad", "c"], false);
    assert_eq!(ask(&mut subscriptions, 1).len(), 3);
    assert!(refused(&subscriptions.dropped(Instant::now(), BLAME).unwrap()).is_empty());
    subscriptions.disconnected(false);
    connected(&mut subscriptions, false);
    assert_eq!(ask(&mut subscriptions, 1), ["a"]);
    assert!(ask(&mut subscriptions, 2).is_empty(), "one at a time");
    suback(&mut subscriptions, 1, &[0]);
    assert_eq!(ask(&mut subscriptions, 2), ["bad"]);
    let events = subscriptions.dropped(Instant::now(), BLAME).unwrap();
    assert_eq!(refused(&events), ["bad", "c"], "the budget of two drops is used up");
    subscriptions.forgive();
    subscriptions.disconnected(false);
    connected(&mut subscriptions, false);
    assert_eq!(ask(&mut subscriptions, 1).len(), 3, "the user asked for a fresh start");
}

#[test]
fn c15_a_drop_before_a_long_calm_does_not_count_against_a_later_filter() {
    let later = |calm: Duration| {
        let mut subscriptions = subscriptions(&["#"], true);
        ask(&mut subscriptions, 1);
        suback(&mut subscriptions, 1, &[0]);
        assert_eq!(ask(&mut subscriptions, 2), ["$SYS/#"]);
        assert_eq!(refused(&subscriptions.dropped(Instant::now(), BLAME).unwrap()), ["$SYS/#"]);
        subscriptions.disconnected(false);
        connected(&mut subscriptions, false);
        ask(&mut subscriptions, 1);
        suback(&mut subscriptions, 1, &[0]);
        subscriptions.add(Subscription::new(filter("later"), QoS::AtMostOnce));
        let at = Instant::now() + calm;
        assert_eq!(ask_at(&mut subscriptions, 2, at), ["later"]);
        (refused(&subscriptions.dropped(at, BLAME).unwrap()), subscriptions)
    };
    assert_eq!(later(Duration::ZERO).0, ["later"], "the second drop in a row");
    let (refused_later, mut subscriptions) = later(STABLE);
    assert!(refused_later.is_empty(), "{refused_later:?}");
    // If it was the filter all the same, the next drop tells.
    subscriptions.disconnected(false);
    connected(&mut subscriptions, false);
    assert_eq!(ask(&mut subscriptions, 1), ["#"]);
    suback(&mut subscriptions, 1, &[0]);
    assert_eq!(ask(&mut subscriptions, 2), ["later"]);
    assert_eq!(refused(&subscriptions.dropped(Instant::now(), BLAME).unwrap()), ["later"]);
}

#[test]
fn c15_a_drop_long_after_or_without_subscribe_blames_nothing() {
    let mut subscriptions = subscriptions(&["#"], false);
    assert_eq!(subscriptions.dropped(Instant::now(), BLAME), None);
    ask(&mut subscriptions, 1);
    assert_eq!(subscriptions.dropped(Instant::now() + Duration::from_secs(4), BLAME), None);
    suback(&mut subscriptions, 1, &[0]);
    subscriptions.disconnected(false);
    connected(&mut subscriptions, false);
    ask(&mut subscriptions, 1);
    assert_eq!(subscriptions.dropped(Instant::now(), BLAME), None, "it was granted before");
}

#[test]
fn c16_denied_and_unmentioned_filters_are_both_refused() {
    let mut subscriptions = subscriptions(&["#", "a", "b"], false);
    ask(&mut subscriptions, 1);
    let events = suback(&mut subscriptions, 1, &[0x80, 1]);
    assert_eq!(refused(&events), ["#", "b"]);
}

#[test]
fn a_kept_session_asks_only_for_what_it_does_not_have() {
    let mut subscriptions = subscriptions(&["a", "b"], false);
    ask(&mut subscriptions, 1);
    suback(&mut subscriptions, 1, &[0; 2]);
    subscriptions.disconnected(true);
    assert_eq!(subscriptions.remove(filter("b"), false, true), None);
    subscriptions.add(Subscription::new(filter("c"), QoS::AtLeastOnce));
    connected(&mut subscriptions, true);
    assert_eq!(subscriptions.next(), Some(Ask::Unsubscribe(filter("b"))));
    assert_eq!(ask(&mut subscriptions, 2), ["c"]);
}
