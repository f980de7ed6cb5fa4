//! The store against a plain model: the same messages into a `BTreeMap`, then every answer compared.

#![allow(clippy::expect_used, reason = "a failed expectation fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use mqtt_tui::model::{Message, Moment, Properties, QoS};
use mqtt_tui::store::{Limits, Seq, Store, TopicId};
use proptest::prelude::*;

/// What a model remembers of one message.
#[derive(Debug, Clone)]
struct Kept {
    seq: Seq,
    message: Message,
}

/// The plain model: every message of every topic, for ever.
#[derive(Debug, Clone, Default)]
struct Model {
    topics: BTreeMap<String, Vec<Kept>>,
    order: Vec<String>,
}

impl Model {
    fn ingest(&mut self, store: &mut Store, message: &Message) {
        let done = store.ingest(message);
        let (topic, seq) = (done.topic.expect("within the cap"), done.seq.expect("within the cap"));
        assert_eq!(store_path(store, topic), message.topic);
        let known = self.topics.entry(message.topic.clone()).or_default();
        assert_eq!(done.new_topic, known.is_empty());
        if known.is_empty() {
            self.order.push(message.topic.clone());
        }
        known.push(Kept { seq, message: message.clone() });
    }

    /// Topics at or below `path`.
    fn below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a String, &'a Vec<Kept>)> {
        self.topics.iter().filter(move |(topic, _)| {
            topic.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// The path as the store tells it, put together again from levels: both must agree.
fn store_path(store: &Store, node: TopicId) -> String {
    let mut levels = vec![];
    let mut at = node;
    while let Some(parent) = store.parent(at) {
        levels.push(store.level(at));
        at = parent;
    }
    assert_eq!(at, TopicId::ROOT);
    levels.reverse();
    assert_eq!(store.depth(node), levels.len().saturating_sub(1));
    let path = levels.join("/");
    assert_eq!(path, store.path(node));
    path
}

fn retained(kept: &[Kept]) -> bool {
    kept.iter()
        .fold(false, |before, Kept { message, .. }| !message.payload.is_empty() && (before || message.retain))
}

/// Every branch of `topic`, itself included.
fn branches(topic: &str) -> impl Iterator<Item = &str> {
    topic.match_indices('/').map(|(at, _)| &topic[..at]).chain([topic])
}

/// Compares all counters, the shape of the tree and the messages that are still stored.
fn check(store: &Store, model: &Model, keep_min: usize) {
    let mut nodes = BTreeSet::new();
    for topic in model.topics.keys() {
        nodes.extend(branches(topic).map(str::to_owned));
    }
    for path in &nodes {
        let node = store.find(path).expect("every branch is found");
        let stats = store.stats(node);
        let below: Vec<_> = model.below(path).collect();
        let messages = || below.iter().flat_map(|(_, kept)| kept.iter());
        assert_eq!(stats.messages_below, messages().count() as u64, "{path:?}");
        assert_eq!(stats.bytes_below, messages().map(|kept| kept.message.payload.len() as u64).sum::<u64>());
        assert_eq!(stats.topics_below as usize, below.len(), "{path:?}");
        assert_eq!(stats.last_received_us, messages().map(|kept| kept.message.received.mono_us).max());
        assert_eq!(stats.retained_below as usize, below.iter().filter(|(_, kept)| retained(kept)).count());
        assert_eq!(store.is_topic(node), model.topics.contains_key(path));
        let own = model.topics.get(path).map_or(&[][..], Vec::as_slice);
        assert_eq!(stats.own_messages as usize, own.len());
        assert_eq!(stats.own_last_us, own.iter().map(|kept| kept.message.received.mono_us).max());
        assert_eq!(stats.retained, retained(own));
        check_history(store, node, own, keep_min);
    }
    check_shape(store, &nodes);
    check_totals(store, model);
}

/// What is stored of a topic is its newest messages, without gaps, unchanged, however they are reached.
fn check_history(store: &Store, node: TopicId, own: &[Kept], keep_min: usize) {
    let stored: Vec<_> = store.history(node).collect();
    assert_eq!(stored.len(), store.history_len(node));
    assert!(stored.len() >= own.len().min(keep_min), "{} of {} kept", stored.len(), own.len());
    for (index, (got, kept)) in stored.iter().zip(own.iter().rev()).enumerate() {
        let message = &kept.message;
        assert_eq!((got.seq, got.topic, got.payload), (kept.seq, node, &message.payload[..]));
        assert_eq!((got.qos, got.retain, got.dup), (message.qos, message.retain, message.dup));
        assert_eq!(got.received, message.received);
        assert_eq!(got.properties(), message.properties.as_deref().cloned());
        assert_eq!(store.nth_newest(node, index), Some(*got));
        assert_eq!(store.message(node, kept.seq), Some(*got));
        assert_eq!(store.index_of(node, kept.seq), index);
        assert_eq!(store.older(node, kept.seq), stored.get(index + 1).copied());
        assert_eq!(store.newer(node, kept.seq), index.checked_sub(1).map(|newer| stored[newer]));
    }
    for gone in own.iter().rev().skip(stored.len()) {
        assert_eq!(store.message(node, gone.seq), None);
        assert_eq!(store.newer(node, gone.seq), stored.last().copied());
        assert_eq!(store.older(node, gone.seq), None);
    }
    assert_eq!(store.latest(node), stored.first().copied());
    assert_eq!(store.nth_newest(node, stored.len()), None);
}

/// Walking the tree from the root meets every branch once, children counted right.
fn check_shape(store: &Store, nodes: &BTreeSet<String>) {
    let mut met = 0;
    let mut open = vec![TopicId::ROOT];
    while let Some(node) = open.pop() {
        let children: Vec<_> = store.children(node).collect();
        assert_eq!(children.len(), store.child_count(node));
        for &child in &children {
            assert_eq!(store.parent(child), Some(node));
            assert!(nodes.contains(&store_path(store, child)));
        }
        met += children.len();
        open.extend(children);
    }
    assert_eq!(met, nodes.len());
}

fn check_totals(store: &Store, model: &Model) {
    let sys = |topic: &str| topic == "$SYS" || topic.starts_with("$SYS/");
    for (totals, of_sys) in [(store.totals(), false), (store.sys_totals(), true)] {
        let mine: Vec<_> = model.topics.iter().filter(|(topic, _)| sys(topic) == of_sys).collect();
        let messages: u64 = mine.iter().map(|(_, kept)| kept.len() as u64).sum();
        assert_eq!(totals.topics, mine.len() as u64);
        assert_eq!(totals.messages, messages);
        assert_eq!(totals.stored + totals.evicted + totals.not_stored, messages);
        assert!(totals.history_bytes <= totals.history_budget);
    }
    let memory = store.memory();
    assert_eq!(memory.history, store.totals().history_bytes + store.sys_totals().history_bytes);
    assert!(memory.history <= store.limits().bytes);
    let order: Vec<_> = store.topics().map(|topic| store.path(topic).to_owned()).collect();
    assert_eq!(order, model.order);
}

fn level() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[abc]",
        2 => Just(String::new()),
        1 => Just("$SYS".to_owned()),
        1 => Just("é".to_owned()),
        1 => Just("e\u{301}".to_owned()),
        1 => Just("retained messages".to_owned()),
        1 => "\\PC{0,3}",
    ]
}

fn topic() -> impl Strategy<Value = String> {
    prop::collection::vec(level(), 1..5).prop_map(|levels| levels.join("/"))
}

fn properties() -> impl Strategy<Value = Option<Box<Properties>>> {
    let text = || prop::option::of("\\PC{0,8}");
    let found = (
        prop::option::of(any::<u8>()),
        prop::option::of(any::<u32>()),
        text(),
        text(),
        prop::option::of(prop::collection::vec(any::<u8>(), 0..8).prop_map(Bytes::from)),
        prop::collection::vec(any::<u32>(), 0..3),
        prop::collection::vec(("\\PC{0,5}", "\\PC{0,5}"), 0..3),
    )
        .prop_map(|(format, expiry, content, response, correlation, ids, user)| {
            Box::new(Properties {
                payload_format: format,
                message_expiry: expiry,
                content_type: content,
                response_topic: response,
                correlation_data: correlation,
                subscription_ids: ids,
                user_properties: user,
            })
        });
    prop_oneof![3 => Just(None), 1 => found.prop_map(Some)]
}

fn message(topic: impl Strategy<Value = String>, largest: usize) -> impl Strategy<Value = Message> {
    let payload = prop_oneof![
        1 => Just(vec![]),
        6 => prop::collection::vec(any::<u8>(), 1..40),
        1 => prop::collection::vec(any::<u8>(), 1..=largest),
    ];
    (
        topic,
        payload,
        0..3u8,
        any::<bool>(),
        any::<bool>(),
        properties(),
        0..1_u64 << 40,
        -9e15 as i64..9e13 as i64,
    )
        .prop_map(|(topic, payload, qos, retain, dup, properties, mono_us, wall_ms)| Message {
            topic,
            payload: Bytes::from(payload),
            qos: QoS::from_level(qos).expect("0, 1 or 2"),
            retain,
            dup,
            properties,
            received: Moment { mono_us, wall_ms: wall_ms / 128 },
        })
}

/// Under a budget too small for some messages: what is stored is unchanged, in order, and the latest is the latest.
fn check_what_is_left(store: &Store, model: &Model) {
    for (topic, own) in &model.topics {
        let node = store.find(topic).expect("known");
        let seqs: Vec<_> = store.history(node).map(|message| message.seq).collect();
        assert!(seqs.is_sorted_by(|newer, older| newer > older));
        assert_eq!(seqs.len(), store.history_len(node));
        for message in store.history(node) {
            let kept = own.iter().find(|kept| kept.seq == message.seq).expect("was ingested");
            assert!(message.payload == &kept.message.payload[..], "{topic}: a payload was changed");
        }
        if let Some(latest) = store.latest(node) {
            assert_eq!(Some(latest.seq), own.last().map(|kept| kept.seq));
        }
    }
}

/// One of few topics, so that chains grow.
fn few_topics() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "a/b", "b", "busy/one", "busy", "$SYS/uptime", "$SYS"])
        .prop_map(str::to_owned)
}

fn small(bytes: usize, keep_min: usize) -> Store {
    Store::new(Limits { bytes, keep_min, max_topics: 100_000 })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn e04_e05_counters_equal_the_sum_over_the_subtree(messages in prop::collection::vec(message(topic(), 200), 0..120)) {
        let mut store = small(1 << 20, 10);
        let mut model = Model::default();
        for message in &messages {
            model.ingest(&mut store, message);
        }
        check(&store, &model, usize::MAX);
    }

    #[test]
    fn b02_b08_the_newest_messages_of_every_topic_survive_under_a_budget_that_holds(
        messages in prop::collection::vec(message(few_topics(), 300), 0..1_500),
        keep_min in 1..6_usize,
        bytes in 60_000..200_000_usize,
    ) {
        let mut store = small(bytes, keep_min);
        let mut model = Model::default();
        for message in &messages {
            model.ingest(&mut store, message);
            let memory = store.memory();
            prop_assert!(memory.history <= bytes, "{} of {bytes}", memory.history);
        }
        // $SYS has a sixteenth: all of its protected messages may not fit.
        let sys_fits = bytes / 16 > 12 * 350 * keep_min;
        check(&store, &model, if sys_fits { keep_min } else { 0 });
        for topic in ["a", "a/b", "b", "busy/one", "busy"] {
            let Some(own) = model.topics.get(topic) else { continue };
            let node = store.find(topic).expect("known");
            prop_assert!(store.history_len(node) >= own.len().min(keep_min));
        }
    }

    #[test]
    fn any_budget_holds_and_history_has_no_gaps(
        messages in prop::collection::vec(message(few_topics(), 5_000), 0..400),
        keep_min in 0..12_usize,
        bytes in 0..40_000_usize,
    ) {
        let mut store = small(bytes, keep_min);
        let mut model = Model::default();
        for message in &messages {
            model.ingest(&mut store, message);
            prop_assert!(store.memory().history <= bytes);
        }
        check_what_is_left(&store, &model);
    }

    #[test]
    fn a_budget_that_changes_holds_at_once_and_the_newest_survive_where_they_fit(
        steps in prop::collection::vec((prop::collection::vec(message(few_topics(), 300), 0..300), 60_000..2_000_000_usize), 1..8),
        keep_min in 1..4_usize,
    ) {
        let mut store = small(200_000, keep_min);
        let mut model = Model::default();
        for (messages, bytes) in &steps {
            store.set_budget(*bytes);
            prop_assert_eq!(store.limits().bytes, *bytes);
            prop_assert!(store.memory().history <= *bytes, "{} of {bytes}", store.memory().history);
            for message in messages {
                model.ingest(&mut store, message);
                prop_assert!(store.memory().history <= *bytes);
            }
            check(&store, &model, 0);
            for topic in ["a", "a/b", "b", "busy/one", "busy"] {
                let Some(own) = model.topics.get(topic) else { continue };
                let node = store.find(topic).expect("known");
                prop_assert!(store.history_len(node) >= own.len().min(keep_min), "{topic}");
            }
        }
    }

    #[test]
    fn any_change_of_the_budget_leaves_a_history_without_gaps(
        steps in prop::collection::vec((prop::collection::vec(message(few_topics(), 5_000), 0..60), 0..60_000_usize), 1..10),
        keep_min in 0..12_usize,
    ) {
        let mut store = small(40_000, keep_min);
        let mut model = Model::default();
        for (messages, bytes) in &steps {
            store.set_budget(*bytes);
            prop_assert!(store.memory().history <= *bytes);
            for message in messages {
                model.ingest(&mut store, message);
                prop_assert!(store.memory().history <= *bytes);
            }
            check_what_is_left(&store, &model);
        }
    }

    #[test]
    fn search_finds_what_a_naive_search_finds(
        topics in prop::collection::vec(topic(), 0..60),
        needle in prop_oneof![level(), "[abc/]{1,2}", "[ABC]", "É", "(E|e)\u{301}", "\\PC{1,2}"],
    ) {
        let mut store = small(1 << 16, 1);
        let mut model = Model::default();
        for topic in &topics {
            model.ingest(&mut store, &plain(topic, "x", 1));
        }
        let found = |ignore| -> Vec<String> {
            store.search_topics(&needle, ignore).iter().map(|&topic| store.path(topic).to_owned()).collect()
        };
        let naive = |test: &dyn Fn(&str) -> bool| -> Vec<String> {
            model.order.iter().filter(|topic| test(topic)).cloned().collect()
        };
        prop_assert_eq!(found(false), naive(&|topic| topic.contains(&needle)));
        let expected = if needle.is_ascii() {
            naive(&|topic| topic.to_ascii_lowercase().contains(&needle.to_ascii_lowercase()))
        } else {
            naive(&|topic| topic.to_lowercase().contains(&needle.to_lowercase()))
        };
        prop_assert_eq!(found(true), expected);
    }

    #[test]
    fn a_hold_shows_the_world_as_it_was_whatever_comes(
        before in prop::collection::vec(message(topic(), 200), 0..60),
        after in prop::collection::vec(message(topic(), 200), 0..60),
    ) {
        let mut store = small(1 << 20, 10);
        let mut model = Model::default();
        for message in &before {
            model.ingest(&mut store, message);
        }
        let now = Moment { mono_us: 1 << 40, wall_ms: 0 };
        store.hold(now);
        let world = model.clone();
        let rates: Vec<_> = store.topics().map(|topic| store.rate(topic, now.mono_us)).collect();
        let user = before.len() as u64 - store.sys_totals().messages;
        for message in &after {
            store.ingest(message);
            model.topics.entry(message.topic.clone()).or_default();
        }
        prop_assert_eq!(store.totals().messages, user);
        check_held(&store, &world);
        let later: Vec<_> = store.topics().map(|topic| store.rate(topic, now.mono_us + 5_000_000)).collect();
        prop_assert_eq!(rates, later);
        let user_after = after.iter().filter(|message| !(message.topic == "$SYS" || message.topic.starts_with("$SYS/")));
        prop_assert_eq!(store.backlog(), user_after.count() as u64);
        store.release();
        prop_assert_eq!(store.backlog(), 0);
        prop_assert_eq!(store.topics().len(), model.topics.len());
    }

    #[test]
    fn under_a_hold_messages_may_give_way_but_none_is_mistaken_for_another(
        before in prop::collection::vec(message(few_topics(), 300), 0..400),
        after in prop::collection::vec(message(few_topics(), 300), 0..1_200),
        keep_min in 0..6_usize,
    ) {
        let mut store = small(40_000, keep_min);
        let mut model = Model::default();
        for message in &before {
            model.ingest(&mut store, message);
        }
        store.hold(Moment::default());
        let shown: BTreeMap<_, Vec<_>> = model.topics.keys().map(|topic| {
            let node = store.find(topic).expect("known");
            (topic, store.history(node).map(|message| message.seq).collect())
        }).collect();
        for message in &after {
            store.ingest(message);
        }
        for (topic, seqs) in shown {
            let node = store.find(topic).expect("known");
            let now: Vec<_> = store.history(node).map(|message| message.seq).collect();
            prop_assert!(seqs.starts_with(&now), "{seqs:?} became {now:?}");
            prop_assert_eq!(now.len(), store.history_len(node));
            prop_assert_eq!(store.latest(node).map(|message| message.seq), now.first().copied());
            for (index, &seq) in now.iter().enumerate() {
                prop_assert_eq!(store.message(node, seq).map(|message| message.seq), Some(seq));
                prop_assert_eq!(store.index_of(node, seq), index);
            }
        }
    }
}

/// Like [`check`], without what goes on under a hold.
fn check_held(store: &Store, world: &Model) {
    let mut nodes = BTreeSet::new();
    for topic in world.topics.keys() {
        nodes.extend(branches(topic).map(str::to_owned));
    }
    for path in &nodes {
        let node = store.find(path).expect("was there at the hold");
        let stats = store.stats(node);
        let below: Vec<_> = world.below(path).collect();
        assert_eq!(stats.messages_below, below.iter().map(|(_, kept)| kept.len() as u64).sum::<u64>());
        assert_eq!(stats.topics_below as usize, below.len());
        assert_eq!(stats.retained_below as usize, below.iter().filter(|(_, kept)| retained(kept)).count());
        let own = world.topics.get(path).map_or(&[][..], Vec::as_slice);
        assert_eq!(store.is_topic(node), !own.is_empty());
        check_history(store, node, own, usize::MAX);
    }
    check_shape(store, &nodes);
    let order: Vec<_> = store.topics().map(|topic| store.path(topic).to_owned()).collect();
    assert_eq!(order, world.order);
    let found: Vec<_> =
        store.search_topics("a", false).iter().map(|&topic| store.path(topic).to_owned()).collect();
    let naive: Vec<_> = world.order.iter().filter(|topic| topic.contains('a')).cloned().collect();
    assert_eq!(found, naive);
}

fn plain(topic: &str, payload: &str, mono_us: u64) -> Message {
    Message {
        topic: topic.to_owned(),
        payload: Bytes::copy_from_slice(payload.as_bytes()),
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        properties: None,
        received: Moment { mono_us, wall_ms: 0 },
    }
}
