//! What users rely on, told in single stories; `tests/store_properties.rs` compares everything with a plain model.

#![allow(clippy::float_cmp, reason = "zero and frozen rates are exact")]

use bytes::Bytes;

use super::*;
use crate::model::{Moment, Properties, QoS};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
const SECOND: u64 = 1_000_000;

fn message(topic: &str, payload: &[u8]) -> Message {
    Message {
        topic: topic.to_owned(),
        payload: Bytes::copy_from_slice(payload),
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        properties: None,
        received: Moment { mono_us: 1, wall_ms: 1_800_000_000_000 },
    }
}

fn at(mono_us: u64, topic: &str, payload: &[u8]) -> Message {
    let received = Moment { mono_us, wall_ms: 1_800_000_000_000 };
    Message { received, ..message(topic, payload) }
}

fn retained(topic: &str, payload: &[u8]) -> Message {
    Message { retain: true, ..message(topic, payload) }
}

fn with(bytes: usize) -> Store {
    Store::new(Limits { bytes, ..Limits::default() })
}

fn find(store: &Store, topic: &str) -> TopicId {
    store.find(topic).unwrap_or_else(|| panic!("{topic:?} is known"))
}

fn levels(store: &Store, node: TopicId) -> Vec<&str> {
    store.children(node).map(|child| store.level(child)).collect()
}

#[test]
fn e04_empty_levels_are_nodes_of_their_own_and_every_topic_comes_back_exactly() {
    let mut store = with(MIB);
    let topics = ["a", "/a", "a/", "/", "//", "/a//b", "", "a//", "///", "$SYS", " ", "a /b"];
    for topic in topics {
        let done = store.ingest(&message(topic, topic.as_bytes()));
        assert!(done.new_topic, "{topic:?}");
    }
    for topic in topics {
        let node = find(&store, topic);
        assert_eq!(store.path(node), topic);
        assert_eq!(store.stats(node).own_messages, 1);
        assert_eq!(store.latest(node).unwrap().payload, topic.as_bytes());
    }
    assert_eq!(levels(&store, TopicId::ROOT), ["a", "", "$SYS", " ", "a "]);
    assert_eq!(levels(&store, find(&store, "")), ["a", ""]);
    assert_eq!(levels(&store, find(&store, "/")), ["",]);
    assert_eq!(store.depth(find(&store, "a")), 0);
    assert_eq!(store.depth(find(&store, "///")), 3);
    assert_eq!(store.find("a/b"), None);
}

#[test]
fn e05_composed_and_decomposed_letters_are_different_topics() {
    let mut store = with(MIB);
    for topic in ["caf\u{e9}", "cafe\u{301}", "$SYS/broker/retained messages/count"] {
        assert!(store.ingest(&message(topic, b"1")).new_topic);
        assert_eq!(store.path(find(&store, topic)), topic);
    }
}

#[test]
fn b02_a_busy_topic_never_erases_a_quiet_one() {
    let mut store = with(256 * KIB);
    for number in 0..10_u8 {
        store.ingest(&message("quiet", &[number; 50]));
    }
    for _ in 0..50_000 {
        store.ingest(&message("busy", &[b'x'; 100]));
        assert!(store.memory().history <= 256 * KIB);
    }
    let quiet: Vec<_> = store.history(find(&store, "quiet")).map(|message| message.payload[0]).collect();
    assert_eq!(quiet, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert!(store.history_len(find(&store, "busy")) > 1_000);
    assert!(store.totals().evicted > 40_000);
}

#[test]
fn b02_memory_beside_the_history_does_not_grow_with_messages() {
    let mut store = with(256 * KIB);
    let mut after = |count: usize| {
        for _ in 0..count {
            store.ingest(&message("busy", &[b'x'; 100]));
        }
        store.memory().index
    };
    let early = after(10_000);
    let late = after(200_000);
    assert!(late <= early + KIB, "{early} grew to {late}");
}

#[test]
fn messages_carried_forward_keep_their_place_and_time() {
    let mut store = with(64 * KIB);
    let first = store.ingest(&at(17, "quiet", b"first")).seq.unwrap();
    for number in 0..10_000 {
        store.ingest(&at(1_000 + number, "busy", &[b'x'; 100]));
    }
    let kept = store.latest(find(&store, "quiet")).unwrap();
    assert_eq!((kept.seq, kept.received.mono_us, kept.payload), (first, 17, &b"first"[..]));
    assert_eq!(kept.received.wall_ms, 1_800_000_000_000);
}

#[test]
fn when_not_all_fits_the_last_of_each_topic_outlives_the_ones_before_it() {
    let mut store = with(64 * KIB);
    for round in 0..20_u8 {
        for topic in 0..200 {
            store.ingest(&message(&format!("t/{topic}"), &[round; 60]));
        }
    }
    for topic in 0..200 {
        let node = find(&store, &format!("t/{topic}"));
        assert_eq!(store.latest(node).unwrap().payload, [19; 60], "t/{topic}");
    }
    assert!(store.totals().stored < 200 * 10);
}

#[test]
fn b06_b08_a_large_payload_is_kept_whole_at_the_expense_of_older_ones() {
    let mut store = with(16 * MIB);
    for _ in 0..1_000 {
        store.ingest(&message("small", &[1; 1_000]));
    }
    let large: Vec<u8> = (0..10 * MIB).map(|index| (index * 31 % 251) as u8).collect();
    store.ingest(&message("large", &large));
    assert!(store.latest(find(&store, "large")).unwrap().payload == large);
    assert!(store.memory().history <= 16 * MIB);
    for _ in 0..20 {
        store.ingest(&message("large", &large));
        assert!(store.memory().history <= 16 * MIB);
    }
    assert!(store.latest(find(&store, "large")).unwrap().payload == large);
    assert_eq!(store.latest(find(&store, "small")).unwrap().payload, [1; 1_000]);
}

#[test]
fn b06_a_payload_larger_than_the_history_is_counted_and_said_to_be_missing() {
    let mut store = with(MIB);
    store.ingest(&message("t", b"before"));
    let seq = store.ingest(&message("t", &vec![0; 2 * MIB])).seq;
    let node = find(&store, "t");
    assert!(seq.is_some());
    assert_eq!(store.latest(node), None, "what is shown as latest must be the latest");
    assert_eq!((store.stats(node).own_messages, store.history_len(node)), (2, 1));
    assert_eq!(store.stats(node).bytes_below, 2 * MIB as u64 + 6);
    assert_eq!((store.totals().not_stored, store.totals().stored), (1, 1));
    store.ingest(&message("t", b"after"));
    assert_eq!(store.latest(node).unwrap().payload, b"after");
    assert_eq!((store.stats(node).own_messages, store.history_len(node)), (3, 2));
}

#[test]
fn b10_a_topic_of_as_many_levels_as_fit_is_indexed_and_dropped() {
    let mut store = with(MIB);
    let slashes = "/".repeat(65_535);
    let levels = "a/".repeat(32_767);
    for topic in [&slashes, &levels] {
        for _ in 0..2 {
            store.ingest(&message(topic, b"deep"));
        }
        let node = find(&store, topic);
        assert_eq!(store.stats(node).own_messages, 2);
        assert_eq!(store.latest(node).unwrap().payload, b"deep");
        assert_eq!(store.path(node), topic);
    }
    assert_eq!(store.depth(find(&store, &slashes)), 65_535);
    assert_eq!(store.stats(find(&store, "a/a/a")).messages_below, 2);
    assert_eq!(store.stats(TopicId::ROOT).topics_below, 2);
    assert!(store.memory().index < 20 * MIB, "{}", store.memory().index);
}

#[test]
fn b03_b04_a_flood_of_topics_stops_at_the_cap_and_is_counted() {
    let mut store = Store::new(Limits { bytes: MIB, keep_min: 1, max_topics: 1_000 });
    store.ingest(&message("known/topic", b"1"));
    for index in 0..5_000 {
        store.ingest(&message(&format!("flood/{index}"), b"x"));
        store.ingest(&message(&format!("flood/{index}"), b"x"));
    }
    let totals = store.totals();
    assert_eq!((totals.topics, totals.topics_hidden, totals.messages_hidden), (998, 4_003, 8_006));
    assert_eq!(totals.messages, 10_001, "hidden traffic is traffic");
    let refused = store.ingest(&message("one/more", b"x"));
    assert_eq!(refused, Ingested { topic: None, seq: None, new_topic: false });
    assert_eq!(store.find("one"), None, "nothing half-made is left behind");
    let known = store.ingest(&message("known/topic", b"2"));
    assert!(known.topic.is_some());
    assert!(store.ingest(&message("$SYS/broker/uptime", b"1")).topic.is_some(), "the broker's own still fit");
    for index in 0..200_000 {
        store.ingest(&message(&format!("endless/{index}"), b"x"));
    }
    assert_eq!(store.totals().topics_hidden, 65_536);
    assert!(store.memory().index < 2 * MIB);
}

#[test]
fn c20_a_topic_no_topic_can_be_is_refused_and_counted() {
    let mut store = with(MIB);
    for topic in ["a\0b", "\0", &"x".repeat(65_536), "$SYS/\0"] {
        assert_eq!(store.ingest(&message(topic, b"x")).topic, None);
    }
    assert_eq!((store.totals().malformed, store.sys_totals().malformed), (3, 1));
    assert_eq!(store.totals().messages, 3);
    assert_eq!(store.children(TopicId::ROOT).count(), 0);
    for odd in ["+", "#", "a/+/b"] {
        assert!(store.ingest(&message(odd, b"x")).topic.is_some(), "what came is shown: {odd}");
    }
}

#[test]
fn the_broker_talking_about_itself_leaves_the_users_numbers_alone() {
    let mut store = with(MIB);
    for round in 0..2_000 {
        store.ingest(&at(round * 1_000, "$SYS/broker/load", &[0; 100]));
    }
    store.ingest(&at(2 * SECOND, "home", b"1"));
    let (user, sys) = (store.totals(), store.sys_totals());
    assert_eq!((user.topics, user.messages, user.bytes, user.stored, user.evicted), (1, 1, 1, 1, 0));
    assert_eq!((sys.topics, sys.messages, sys.bytes), (1, 2_000, 200_000));
    assert!(sys.evicted > 0 && sys.history_bytes <= MIB / 16);
    assert_eq!(user.rate_messages(2 * SECOND), 0.0);
    assert!((sys.rate_messages(2 * SECOND) - 1_000.0).abs() < 100.0);
    assert!((sys.rate_bytes(2 * SECOND) - 100_000.0).abs() < 10_000.0);
    assert_eq!(store.stats(TopicId::ROOT).messages_below, 1);
    assert_eq!(store.stats(find(&store, "$SYS")).messages_below, 2_000);
    assert!(store.is_sys(find(&store, "$SYS/broker")));
    store.ingest(&message("$SYSTEM/x", b"1"));
    assert_eq!(store.totals().topics, 2, "$SYSTEM is not $SYS");
}

#[test]
fn a_topic_is_retained_from_a_flagged_message_until_an_empty_one() {
    let mut store = with(MIB);
    store.ingest(&retained("a/b", b"1"));
    store.ingest(&retained("a/c", b"1"));
    store.ingest(&message("a/b", b"2"));
    let below = |store: &Store| store.stats(find(store, "a")).retained_below;
    assert_eq!(below(&store), 2);
    assert!(store.stats(find(&store, "a/b")).retained);
    assert!(!store.stats(find(&store, "a")).retained);
    store.ingest(&retained("a/b", b""));
    assert!(!store.stats(find(&store, "a/b")).retained);
    store.ingest(&message("a/c", b""));
    assert_eq!(below(&store), 0, "brokers hand on a clearing publish without the flag");
    store.ingest(&retained("a/c", b""));
    assert_eq!(below(&store), 0);
}

#[test]
fn rates_add_up_on_the_way_to_the_root() {
    let mut store = with(MIB);
    for step in 0..100 {
        store.ingest(&at(step * SECOND / 10, "a/fast", b"x"));
        if step % 10 == 0 {
            store.ingest(&at(step * SECOND / 10, "a/slow", b"x"));
        }
    }
    let rate = |topic: &str, now| store.rate(find(&store, topic), now);
    let now = 10 * SECOND;
    assert!((rate("a/fast", now) - 10.0).abs() < 1.0);
    assert!((rate("a/slow", now) - 1.0).abs() < 0.1);
    assert!((rate("a", now) - 11.0).abs() < 1.1);
    assert_eq!(rate("a", 20 * SECOND), 0.0);
}

#[test]
fn c26_a_clock_that_goes_back_turns_nothing_back() {
    let mut store = with(MIB);
    store.ingest(&at(10 * SECOND, "t", b"1"));
    let mut back = at(2 * SECOND, "t", b"2");
    back.received.wall_ms = -86_400_000;
    store.ingest(&back);
    let node = find(&store, "t");
    assert_eq!(store.stats(node).last_received_us, Some(10 * SECOND));
    assert_eq!(store.stats(node).own_last_us, Some(10 * SECOND));
    assert_eq!(store.latest(node).unwrap().received, back.received, "the message itself keeps its moment");
    for now in [0, SECOND, 10 * SECOND, 86_400 * SECOND] {
        assert!(store.rate(node, now) >= 0.0);
        assert!(store.totals().rate_bytes(now) >= 0.0);
    }
}

#[test]
fn b11_after_months_ages_gaps_and_moments_are_exact() {
    const DAY: u64 = 86_400 * SECOND;
    let mut store = with(MIB);
    let first = 1_400 * DAY;
    for minute in 0..50 {
        store.ingest(&at(first + minute * 60 * SECOND, "slow/meter", b"1"));
    }
    let (node, last) = (find(&store, "slow/meter"), first + 49 * 60 * SECOND);
    assert_eq!(store.latest(node).unwrap().received.mono_us, last);
    assert_eq!(store.stats(node).own_last_us, Some(last));
    let (silent, usual) = store.silence(node, last + DAY).unwrap();
    assert_eq!((silent.as_secs(), usual.as_secs()), (86_400, 60));
    assert_eq!(store.silence(node, last + 1_000 * DAY), None, "what spoke for an hour is forgotten");
    assert_eq!(store.rate(TopicId::ROOT, last + 1_000 * DAY), 0.0);
    let later = last + 1_000 * DAY;
    store.ingest(&at(later, "slow/meter", b"2"));
    assert_eq!(store.nth_newest(node, 1).unwrap().received.mono_us, last);
    store.hold(Moment { mono_us: later, wall_ms: 0 });
    let before = store.message_before(store.newest_message(false).unwrap(), false).unwrap();
    assert!(store.travel(before));
    while store.travel_work(10) {}
    assert_eq!(store.standing().unwrap().at.mono_us, last);
    assert_eq!(store.stats(TopicId::ROOT).last_received_us, Some(last));
    assert_eq!(store.density(2, first, later), [50, 1]);
}

#[test]
fn a_hold_freezes_rates_retained_marks_and_totals() {
    let mut store = with(MIB);
    for step in 0..50 {
        store.ingest(&at(step * SECOND / 10, "a/b", b"x"));
    }
    store.ingest(&at(5 * SECOND, "$SYS/x", b"1"));
    let node = find(&store, "a/b");
    let now = Moment { mono_us: 5 * SECOND, wall_ms: 0 };
    let rate = store.rate(node, now.mono_us);
    store.hold(now);
    assert_eq!(store.held_since().unwrap().at, now);
    for step in 0..50 {
        store.ingest(&at(6 * SECOND + step, "a/b", b"yy"));
        store.ingest(&Message { retain: true, ..at(6 * SECOND + step, "a/new", b"x") });
        store.ingest(&at(6 * SECOND + step, "$SYS/x", b"1"));
    }
    assert_eq!(store.rate(node, 60 * SECOND), rate);
    assert_eq!(store.totals().rate_messages(60 * SECOND), rate);
    assert_eq!((store.totals().messages, store.totals().bytes, store.totals().topics), (50, 50, 1));
    assert_eq!(store.sys_totals().messages, 1);
    assert_eq!(store.backlog(), 100);
    assert_eq!(store.find("a/new"), None);
    assert_eq!(levels(&store, find(&store, "a")), ["b"]);
    assert_eq!(store.stats(find(&store, "a")).retained_below, 0);
    assert_eq!(store.latest(node).unwrap().payload, b"x");
    assert_eq!(store.history_len(node), 50);
    let new = store.ingest(&at(7 * SECOND, "a/newer", b"x")).topic.unwrap();
    assert!(store.is_new_since_hold(new) && !store.is_new_since_hold(node));
    assert_eq!((store.stats(new), store.latest(new)), (Stats::default(), None));
    store.release();
    assert_eq!((store.totals().messages, store.memory().hold), (151, 0));
    assert_eq!(store.latest(node).unwrap().payload, b"yy");
    assert_eq!(levels(&store, find(&store, "a")), ["b", "new", "newer"]);
}

#[test]
fn b08_what_was_held_and_gave_way_is_none_and_what_was_carried_is_found() {
    let mut store = with(64 * KIB);
    store.ingest(&message("quiet", b"held"));
    store.ingest(&message("busy", b"held"));
    store.hold(Moment::default());
    store.ingest(&message("quiet", b"later"));
    for _ in 0..5_000 {
        store.ingest(&message("busy", &[b'x'; 100]));
    }
    assert_eq!(store.latest(find(&store, "quiet")).unwrap().payload, b"held");
    let busy = find(&store, "busy");
    assert_eq!((store.latest(busy), store.history_len(busy)), (None, 0));
    assert_eq!(store.stats(busy).own_messages, 1);
}

#[test]
fn any_place_in_a_long_history_is_reached() {
    let mut store = with(64 * MIB);
    for number in 0..100_000_u32 {
        store.ingest(&message("long", &number.to_le_bytes()));
        store.ingest(&message("other", b"x"));
    }
    let node = find(&store, "long");
    for index in [0, 1, 127, 128, 129, 5_000, 99_998, 99_999] {
        let row = store.nth_newest(node, index).unwrap();
        assert_eq!(row.payload, (99_999 - index as u32).to_le_bytes());
        assert_eq!(store.index_of(node, row.seq), index);
        assert_eq!(store.message(node, row.seq), Some(row));
        // Messages of the other topic lie between: neighbours are found from their numbers as well.
        let between = Seq(row.seq.0 + 1);
        assert_eq!(store.message(node, between), None);
        assert_eq!(store.older(node, between), Some(row));
        assert_eq!(store.newer(node, Seq(row.seq.0 - 1)), Some(row));
    }
    assert_eq!(store.nth_newest(node, 100_000), None);
    assert_eq!(store.history_from(node, 50_000).len(), 50_000);
}

#[test]
fn any_place_is_reached_when_old_messages_were_carried_forward() {
    let mut store = with(256 * KIB);
    let mut number = 0_u32;
    let mut push = |store: &mut Store, count: usize| {
        for _ in 0..count {
            number += 1;
            store.ingest(&message("bursts", &number.to_le_bytes()));
        }
    };
    push(&mut store, 128);
    for _ in 0..5_000 {
        store.ingest(&message("busy", &[b'x'; 100]));
    }
    let node = find(&store, "bursts");
    assert_eq!(store.history_len(node), 10, "only the protected ones are left, moved elsewhere");
    push(&mut store, 400);
    assert_eq!(store.history_len(node), 410);
    for index in 0..410 {
        let row = store.nth_newest(node, index).unwrap();
        assert_eq!(row.payload, (528 - index as u32).to_le_bytes());
        assert_eq!((store.message(node, row.seq), store.index_of(node, row.seq)), (Some(row), index));
    }
}

#[test]
fn an_idle_store_is_small_and_a_message_costs_little_more_than_itself() {
    let mut store = Store::new(Limits::default());
    assert_eq!(store.memory().history, 0);
    store.ingest(&message("t", &[0; 100]));
    assert!(store.memory().history <= 16 * KIB && store.memory().index < 32 * KIB);
    for _ in 0..100_000 {
        store.ingest(&message("t", &[0; 100]));
    }
    assert!(store.memory().history / 100_000 <= 100 + 40);
}

#[test]
fn properties_come_back_as_they_were() {
    let mut store = with(MIB);
    let properties = Properties {
        message_expiry: Some(60),
        correlation_data: Some(Bytes::from_static(b"\0\xff")),
        user_properties: vec![("k".into(), "1".into()), ("k".into(), String::new())],
        ..Properties::default()
    };
    let given = Message { properties: Some(Box::new(properties.clone())), ..message("t", b"x") };
    store.ingest(&given);
    assert_eq!(store.latest(find(&store, "t")).unwrap().properties(), Some(properties));
    store.ingest(&message("t", b"x"));
    assert_eq!(store.latest(find(&store, "t")).unwrap().properties(), None);
}

#[test]
fn search_finds_topics_not_branches_and_each_once() {
    let mut store = with(MIB);
    for topic in ["House/kitchen/kitchen", "house/hall", "house", "GRÜN/x", "x"] {
        store.ingest(&message(topic, b"x"));
    }
    let found = |needle: &str, ignore_case| -> Vec<&str> {
        store.search_topics(needle, ignore_case).into_iter().map(|topic| store.path(topic)).collect()
    };
    assert_eq!(found("kitchen", false), ["House/kitchen/kitchen"]);
    assert_eq!(found("house", false), ["house/hall", "house"]);
    assert_eq!(found("HOUSE", true), ["House/kitchen/kitchen", "house/hall", "house"]);
    assert_eq!(found("grün", true), ["GRÜN/x"]);
    assert_eq!(found("xhouse", true), Vec::<&str>::new(), "no match across two topics");
    assert_eq!(found("", true).len(), 5);
    assert_eq!(found("\0", false), Vec::<&str>::new());
}

#[test]
fn children_that_arrived_later_are_reached_without_those_before() {
    let mut store = with(MIB);
    for topic in ["a/x", "b", "a/y"] {
        store.ingest(&message(topic, b"x"));
    }
    let (a, x, y) = (find(&store, "a"), find(&store, "a/x"), find(&store, "a/y"));
    let after = |store: &Store, child| store.children_after(a, child).collect::<Vec<_>>();
    assert_eq!((after(&store, x), after(&store, y)), (vec![y], vec![]));
    store.hold(Moment::default());
    store.ingest(&message("a/z", b"x"));
    assert_eq!((after(&store, x), after(&store, y)), (vec![y], vec![]));
    store.release();
    assert_eq!(after(&store, y), vec![find(&store, "a/z")]);
}

#[test]
fn retained_marks_go_with_the_session_and_come_back_with_the_messages() {
    let mut store = Store::new(Limits::default());
    let retained = Message { retain: true, ..message("a/b", b"1") };
    store.ingest(&retained);
    store.ingest(&message("a/c", b"1"));
    let (topic, branch) = (store.find("a/b").expect("topic"), store.find("a").expect("branch"));
    assert!(store.stats(topic).retained);
    store.hold(Moment::default());
    store.forget_retained();
    assert!(store.stats(topic).retained, "held, the mark is as of the hold");
    store.release();
    assert!(!store.stats(topic).retained);
    assert_eq!(store.stats(branch).retained_below, 0);
    store.ingest(&retained);
    assert_eq!((store.stats(topic).retained, store.stats(branch).retained_below), (true, 1));
}

#[test]
fn a_smaller_budget_takes_the_oldest_and_keeps_the_quiet_topics() {
    let mut store = Store::new(Limits { bytes: 32 * MIB, keep_min: 3, ..Limits::default() });
    for number in 0..50 {
        store.ingest(&message(&format!("quiet/{number}"), b"once"));
    }
    for number in 0..60_000_u32 {
        store.ingest(&message("busy", format!("{number:0>400}").as_bytes()));
    }
    let before = store.totals().stored;
    store.set_budget(4 * MIB);
    let totals = store.totals();
    assert!(store.memory().history <= 4 * MIB);
    assert!(
        totals.stored < before && totals.stored * 480 > 2 << 20,
        "{} of {before} are left",
        totals.stored
    );
    for number in 0..50 {
        assert!(store.latest(find(&store, &format!("quiet/{number}"))).is_some(), "quiet/{number} went");
    }
    assert!(store.latest(find(&store, "busy")).is_some_and(|latest| latest.payload.ends_with(b"59999")));
    store.set_budget(32 * MIB);
    assert_eq!(store.totals().stored, totals.stored, "more room takes nothing away");
    store.ingest(&message("busy", b"on it goes"));
    assert_eq!(store.totals().history_budget + store.sys_totals().history_budget, 32 * MIB);
}
