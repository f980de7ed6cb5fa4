//! Travelling in time against the plainest model there is: a store that was given the messages up to that moment and no more.

#![allow(clippy::expect_used, reason = "a failed expectation fails the test")]

use bytes::Bytes;
use mqtt_tui::model::{Message, Moment, QoS};
use mqtt_tui::store::{Limits, Seq, Store, TopicId};
use proptest::prelude::*;

/// What happens to a store.
#[derive(Debug, Clone)]
enum Event {
    Message(Message),
    /// A session ended: retained marks go.
    Forget,
}

fn store(bytes: usize) -> Store {
    Store::new(Limits { bytes, keep_min: 2, max_topics: 100_000 })
}

fn feed(store: &mut Store, events: &[Event]) {
    for event in events {
        match event {
            Event::Message(message) => drop(store.ingest(message)),
            Event::Forget => store.forget_retained(),
        }
    }
}

/// The events up to the message with number `seq`.
fn until(events: &[Event], seq: Seq) -> &[Event] {
    let mut left = seq.number();
    let end = events.iter().position(|event| {
        left -= u64::from(matches!(event, Event::Message(_)));
        left == 0
    });
    &events[..=end.expect("the message was sent")]
}

fn topic() -> impl Strategy<Value = String> {
    let few = vec!["a", "a/b", "b", "busy/one", "busy", "$SYS/uptime", "$SYS", "", "/", "a/b/c/d"];
    let level = prop::sample::select(vec!["a", "b", "c", "", "$SYS"]);
    prop_oneof![
        3 => prop::sample::select(few).prop_map(str::to_owned),
        1 => prop::collection::vec(level, 1..5).prop_map(|levels| levels.join("/")),
    ]
}

fn events(largest: usize, count: usize) -> impl Strategy<Value = Vec<Event>> {
    let payload = prop_oneof![
        1 => Just(vec![]),
        6 => prop::collection::vec(any::<u8>(), 1..40),
        1 => prop::collection::vec(any::<u8>(), 1..=largest),
    ];
    let message =
        (topic(), payload, any::<bool>(), 0..4_000_000_u64).prop_map(|(topic, payload, retain, gap)| {
            Event::Message(Message {
                topic,
                payload: Bytes::from(payload),
                qos: QoS::AtMostOnce,
                retain,
                dup: false,
                properties: None,
                received: Moment { mono_us: gap, wall_ms: 0 },
            })
        });
    let event = prop_oneof![30 => message, 1 => Just(Event::Forget)];
    prop::collection::vec(event, 1..count).prop_map(|mut events| {
        let mut now = 0;
        for event in &mut events {
            if let Event::Message(message) = event {
                now += message.received.mono_us;
                message.received = Moment { mono_us: now, wall_ms: 1_800_000_000_000 + (now / 1_000) as i64 };
            }
        }
        events
    })
}

/// Every node that `store` shows, in order of arrival within each branch.
fn nodes(store: &Store) -> Vec<TopicId> {
    let (mut all, mut open) = (vec![], vec![TopicId::ROOT]);
    while let Some(node) = open.pop() {
        let children: Vec<_> = store.children(node).collect();
        assert_eq!(children.len(), store.child_count(node));
        all.extend(&children);
        open.extend(children);
    }
    all
}

/// Compares every answer; `whole` says that nothing was evicted.
fn check(past: &Store, fresh: &Store, whole: bool) {
    let (shown, expected) = (nodes(past), nodes(fresh));
    assert_eq!(shown, expected, "ids are in order of arrival: the trees are the same");
    for node in shown {
        let path = fresh.path(node);
        assert_eq!(past.path(node), path);
        assert_eq!(past.find(path), Some(node));
        assert_eq!(past.is_topic(node), fresh.is_topic(node));
        let (mut got, mut want) = (past.stats(node), fresh.stats(node));
        assert_eq!(got.messages_below, past.messages_below(node));
        if !whole {
            for (got, want) in [
                (&mut got.last_received_us, &mut want.last_received_us),
                (&mut got.own_last_us, &mut want.own_last_us),
            ] {
                if got.is_none() {
                    *want = None;
                }
            }
        }
        assert_eq!(got, want, "{path:?}");
        check_history(past, fresh, node, whole);
    }
    let topics = |store: &Store| store.topics().collect::<Vec<_>>();
    assert_eq!(topics(past), topics(fresh));
    assert_eq!(past.search_topics("a", false), fresh.search_topics("a", false));
    for (got, want) in [(past.totals(), fresh.totals()), (past.sys_totals(), fresh.sys_totals())] {
        assert_eq!((got.topics, got.messages, got.bytes), (want.topics, want.messages, want.bytes));
        if whole {
            assert_eq!(got.last_received_us, want.last_received_us);
        }
    }
}

fn check_history(past: &Store, fresh: &Store, node: TopicId, whole: bool) {
    let seqs = |store: &Store| store.history(node).map(|message| message.seq).collect::<Vec<_>>();
    let (kept, all) = (seqs(past), seqs(fresh));
    let missing = past.too_large(node).0 > 0;
    if whole {
        assert_eq!(kept, all);
        assert_eq!(past.latest(node), fresh.latest(node));
    } else if !missing {
        assert!(all.starts_with(&kept), "{kept:?} of {all:?}");
    }
    assert_eq!(kept.len(), past.history_len(node));
    if let Some(latest) = past.latest(node) {
        assert_eq!(Some(latest), fresh.latest(node));
    }
    for (index, &seq) in kept.iter().enumerate() {
        assert_eq!(past.index_of(node, seq), index);
        assert_eq!(past.message(node, seq), fresh.message(node, seq));
    }
    let newer = Seq::default();
    assert_eq!(past.older(node, newer), None);
}

/// Goes there, by slices of `slice` messages.
fn go(store: &mut Store, seq: Seq, slice: usize) {
    assert!(store.travel(seq));
    while store.travel_work(slice) {}
    let standing = store.standing().expect("travelling");
    assert_eq!((standing.seq, standing.seeking, standing.surveying), (seq, None, false));
}

/// What a store that can keep everything is after the events up to `seq`.
fn fresh(events: &[Event], seq: Seq) -> Store {
    let mut fresh = store(64 << 20);
    feed(&mut fresh, until(events, seq));
    fresh
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_moment_is_as_it_was(
        events in events(200, 60),
        later in events(200, 20),
        jumps in prop::collection::vec((any::<prop::sample::Index>(), 1..40_usize), 1..12),
    ) {
        let mut travelled = store(64 << 20);
        feed(&mut travelled, &events);
        travelled.hold(Moment { mono_us: 1 << 40, wall_ms: 0 });
        let received = events.iter().filter(|event| matches!(event, Event::Message(_))).count();
        let mut coming = later.chunks(2);
        for (to, slice) in &jumps {
            let Some(span) = travelled.span() else { continue };
            prop_assert!(span.first.0.number() >= 1 && span.last.0.number() <= received as u64);
            let first = span.first.0.number();
            let seq = nth(&travelled, first + to.index(received + 1 - first as usize) as u64);
            go(&mut travelled, seq, *slice);
            check(&travelled, &fresh(&events, seq), true);
            feed(&mut travelled, coming.next().unwrap_or_default());
            check(&travelled, &fresh(&events, seq), true);
        }
        travelled.end_travel();
        let mut expected = store(64 << 20);
        feed(&mut expected, &events);
        check(&travelled, &expected, true);
    }

    #[test]
    fn step_by_step_to_the_oldest_moment_and_back(events in events(100, 50), slice in 1..60_usize) {
        let mut travelled = store(64 << 20);
        feed(&mut travelled, &events);
        travelled.hold(Moment { mono_us: 1 << 40, wall_ms: 0 });
        let mut seqs = vec![];
        let mut at = travelled.span().map(|span| span.last.0);
        while let Some(seq) = at {
            go(&mut travelled, seq, slice);
            check(&travelled, &fresh(&events, seq), true);
            seqs.push(seq);
            at = travelled.message_before(seq, false);
        }
        let user = |event: &&Event| matches!(event, Event::Message(message)
            if message.topic != "$SYS" && !message.topic.starts_with("$SYS/"));
        prop_assert_eq!(seqs.len(), events.iter().filter(user).count(), "each message of the user's topics once");
        for seq in seqs.iter().rev() {
            go(&mut travelled, *seq, slice);
            check(&travelled, &fresh(&events, *seq), true);
            let next = travelled.message_after(*seq, false);
            prop_assert_eq!(next, seqs.iter().rev().find(|other| *other > seq).copied());
        }
    }

    #[test]
    fn what_eviction_left_is_as_it_was_and_what_it_takes_moves_the_traveller(
        events in events(3_000, 250),
        later in events(3_000, 120),
        jumps in prop::collection::vec((any::<prop::sample::Index>(), 1..200_usize), 1..6),
        bytes in 10_000..60_000_usize,
    ) {
        let mut travelled = store(bytes);
        feed(&mut travelled, &events);
        travelled.hold(Moment { mono_us: 1 << 40, wall_ms: 0 });
        let mut coming = later.chunks(later.len().div_ceil(jumps.len()));
        for (to, slice) in &jumps {
            let Some(span) = travelled.span() else { break };
            let (first, last) = (span.first.0.number(), span.last.0.number());
            let seq = nth(&travelled, first + to.index((last - first + 1) as usize) as u64);
            go(&mut travelled, seq, *slice);
            check(&travelled, &fresh(&events, seq), false);
            for event in coming.next().unwrap_or_default() {
                feed(&mut travelled, std::slice::from_ref(event));
                while travelled.travel_work(*slice) {}
                let Some(standing) = travelled.standing() else { break };
                prop_assert!(standing.seq >= seq);
                prop_assert_eq!(standing.pushed, standing.seq > seq);
            }
            if let Some(standing) = travelled.standing() {
                check(&travelled, &fresh(&events, standing.seq), false);
                let newest = until(&events, standing.seq).iter().rev().find_map(|event| match event {
                    Event::Message(message) => Some(message),
                    Event::Forget => None,
                });
                prop_assert_eq!(Some(standing.at), newest.map(|message| message.received));
                prop_assert_eq!(
                    Some(travelled.path(standing.topic)), newest.map(|message| message.topic.as_str()));
            }
        }
    }
}

/// A message number as the store gives it.
fn nth(store: &Store, number: u64) -> Seq {
    let mut at = store.span().expect("has messages").last.0;
    for sys in [false, true] {
        let mut seq = store.message_after(Seq::default(), sys);
        while let Some(found) = seq.filter(|found| found.number() <= number) {
            if found.number() == number {
                at = found;
            }
            seq = store.message_after(found, sys);
        }
    }
    at
}
