//! Passes over every stored message, against what the histories of all topics say: with messages coming and giving way between
//! two pieces, and while the view is held.

#![allow(clippy::expect_used, reason = "a failed expectation fails the test")]

use std::collections::BTreeSet;

use bytes::Bytes;
use mqtt_tui::model::{Message, Moment, QoS};
use mqtt_tui::store::{Limits, Scanned, Seq, Store};
use proptest::prelude::*;

/// One of few topics, the first ones busy, and a size.
fn arrivals(largest: usize, most: usize) -> impl Strategy<Value = Vec<(u8, usize)>> {
    let topic = prop_oneof![8 => 0..2u8, 1 => 2..40u8, 1 => 40..44u8];
    let size = prop_oneof![10 => 0..60_usize, 1 => 0..largest];
    prop::collection::vec((topic, size), 0..most)
}

fn receive(store: &mut Store, arrivals: &[(u8, usize)]) {
    for &(topic, size) in arrivals {
        let prefix = if topic < 40 { "plant" } else { "$SYS" };
        store.ingest(&Message {
            topic: format!("{prefix}/{topic}"),
            payload: Bytes::from(vec![topic; size]),
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            properties: None,
            received: Moment::default(),
        });
    }
}

/// What the histories of all topics hold, read topic by topic.
fn stored(store: &Store, with_sys: bool) -> BTreeSet<Seq> {
    let topics = store.topics().filter(|&topic| with_sys || !store.is_sys(topic));
    topics.flat_map(|topic| store.history(topic).map(|message| message.seq)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_pass_meets_every_message_that_is_stored_all_the_while_each_once(
        before in arrivals(3_000, 600),
        between in prop::collection::vec(arrivals(3_000, 40), 0..60),
        piece in 1..6_000_usize,
        budget in 8_000..120_000_usize,
        keep_min in 0..12_usize,
        with_sys in any::<bool>(),
        held in any::<bool>(),
    ) {
        let mut store = Store::new(Limits { bytes: budget, keep_min, max_topics: 1_000 });
        receive(&mut store, &before);
        let at_first = stored(&store, with_sys);
        let upto = store.last_seq();
        if held {
            store.hold(Moment::default());
        }
        let mut scan = store.scan(upto, with_sys);
        let (mut met, mut twice) = (BTreeSet::new(), Vec::new());
        let mut between = between.into_iter();
        let ended = loop {
            let (_, state) = store.scan_on(&mut scan, piece, |message| {
                assert!(message.payload.iter().all(|byte| store.path(message.topic).ends_with(&format!("/{byte}"))));
                if !met.insert(message.seq) {
                    twice.push(message.seq);
                }
            });
            if state != Scanned::More {
                break state;
            }
            receive(&mut store, &between.next().unwrap_or_default());
        };
        prop_assert_eq!(twice, Vec::new());
        prop_assert!(met.is_subset(&at_first), "{:?} were not stored", met.difference(&at_first));
        if ended == Scanned::All {
            store.release();
            let all_the_while: BTreeSet<_> = at_first.intersection(&stored(&store, with_sys)).copied().collect();
            prop_assert!(met.is_superset(&all_the_while), "{:?} were missed", all_the_while.difference(&met));
        }
    }

    #[test]
    fn a_pass_that_nothing_disturbs_meets_exactly_what_is_stored(
        arrivals in arrivals(8_000, 800),
        piece in 1..60_000_usize,
        budget in 0..200_000_usize,
        with_sys in any::<bool>(),
    ) {
        let mut store = Store::new(Limits { bytes: budget, keep_min: 3, max_topics: 1_000 });
        receive(&mut store, &arrivals);
        let mut scan = store.scan(store.last_seq(), with_sys);
        let (mut met, mut bytes) = (Vec::new(), 0);
        loop {
            let (looked, state) = store.scan_on(&mut scan, piece, |message| met.push(message.seq));
            bytes += looked;
            match state {
                Scanned::More => {}
                Scanned::All => break,
                Scanned::Overtaken => prop_assert!(false, "nothing came"),
            }
        }
        prop_assert_eq!(bytes, store.scan_bytes(with_sys));
        let count = met.len();
        let met: BTreeSet<_> = met.into_iter().collect();
        prop_assert_eq!(met.len(), count, "one was met twice");
        prop_assert_eq!(met, stored(&store, with_sys));
    }
}

#[test]
fn a_pass_ends_however_fast_messages_come() {
    let mut store = Store::new(Limits { bytes: 20_000, keep_min: 2, max_topics: 100 });
    receive(&mut store, &vec![(0, 50); 400]);
    let mut scan = store.scan(store.last_seq(), false);
    let mut pieces = 0;
    while store.scan_on(&mut scan, 1, |_| {}).1 == Scanned::More {
        receive(&mut store, &vec![(1, 50); 100]);
        pieces += 1;
    }
    assert!(pieces < 30, "{pieces} pieces");
}
