//! The window against the whole merged list, while messages come, the view is held, and one moves about.

use proptest::prelude::*;

use super::*;
use crate::model::{Message, Moment, QoS};
use crate::store::Limits;

#[derive(Debug, Clone)]
enum Act {
    /// So many messages, on topics in turn from a number on.
    Receive(usize, u8),
    Move(isize),
    Hold,
    Release,
    Leave,
    /// The work of so many turns of the loop.
    Work(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1..900_usize, 0..40u8).prop_map(|(count, topic)| Act::Receive(count, topic)),
        6 => prop_oneof![-40..40_isize, Just(isize::MIN / 2), Just(isize::MAX / 2)].prop_map(Act::Move),
        1 => Just(Act::Hold),
        1 => Just(Act::Release),
        1 => Just(Act::Leave),
        3 => (0..4_usize).prop_map(Act::Work),
    ]
}

fn receive(store: &mut Store, browse: &mut Browse, count: usize, first: u8, shown: bool) {
    for number in 0..count {
        let place = store.ingest(&Message {
            topic: format!("{}/{}", ["in", "out", "in"][number % 3], (usize::from(first) + number) % 40),
            payload: "".into(),
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            properties: None,
            received: Moment::default(),
        });
        if shown {
            browse.arrived(place, store);
        }
    }
}

/// The merged list, newest first, made the slow way.
fn merged(store: &Store, browse: &Browse) -> Vec<(Seq, TopicId)> {
    let topics = store.topics().filter(|&topic| browse.contains(store.path(topic)));
    let mut all: Vec<_> =
        topics.flat_map(|topic| store.history(topic).map(move |message| (message.seq, topic))).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

/// What is known of the list is a stretch of it without gaps, and knows where it ends.
fn check(store: &Store, browse: &Browse) -> Result<(), TestCaseError> {
    let all = merged(store, browse);
    let window: Vec<_> = browse.rows_from(0).collect();
    let Some(first) = window.first() else { return Ok(()) };
    let at = all.iter().position(|each| each == first);
    prop_assert!(at.is_some(), "{first:?} is not in the list");
    let at = at.unwrap_or_default();
    prop_assert_eq!(&window[..], &all[at..at + window.len()]);
    prop_assert!(!browse.has_newest || at == 0, "{} newer are missing", at);
    prop_assert!(!browse.has_oldest || at + window.len() == all.len());
    prop_assert!(window.len() <= WINDOW);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn what_is_listed_is_the_merged_list_wherever_one_looks(acts in prop::collection::vec(act(), 1..40)) {
        let mut store = Store::new(Limits::default());
        let mut browse = Browse::default();
        receive(&mut store, &mut browse, 5_000, 0, false);
        prop_assert!(browse.toggle("in", true).is_ok());
        for act in acts {
            match act {
                Act::Receive(count, topic) => receive(&mut store, &mut browse, count, topic, true),
                Act::Move(rows) => {
                    let before = browse.view.selected;
                    let after = browse.step(rows, &store).map(|(seq, _)| seq);
                    if let (Some(before), Some(after)) = (before, after) {
                        let right_way = if rows < 0 { after >= before } else { after <= before };
                        prop_assert!(right_way, "from {before:?} to {after:?} by {rows}");
                    }
                }
                Act::Hold => store.hold(Moment::default()),
                Act::Release => store.release(),
                Act::Leave => {
                    receive(&mut store, &mut browse, 50, 3, false);
                    browse.reopened();
                }
                Act::Work(turns) => (0..turns).for_each(|_| browse.work(&store)),
            }
            browse.arrange(&store, 20);
            check(&store, &browse)?;
        }
        // Once there is nothing left to do, a screen's rows are all there.
        while browse.has_work(&store) {
            browse.work(&store);
            browse.arrange(&store, 20);
        }
        check(&store, &browse)?;
        let all = merged(&store, &browse);
        let shown: Vec<_> = browse.rows_from(browse.view.top).take(20).collect();
        prop_assert_eq!(shown.len(), 20.min(all.len()));
    }
}

#[test]
fn a_mark_is_a_topic_or_a_branch_and_a_branch_takes_in_what_is_below() {
    let mut browse = Browse::default();
    let mark = |text: &str| TopicFilter::parse(text).expect(text);
    assert_eq!(browse.toggle("a/b", false), Ok(Toggled::Added(mark("a/b"))));
    assert_eq!(browse.toggle("a/b/c", true), Ok(Toggled::Added(mark("a/b/c/#"))));
    assert_eq!(browse.toggle("ab", false), Ok(Toggled::Added(mark("ab"))));
    assert_eq!(browse.toggle("a", true), Ok(Toggled::Added(mark("a/#"))));
    assert_eq!(browse.marks(), [mark("ab"), mark("a/#")]);
    assert!(
        browse.contains("a") && browse.contains("a/b/c") && browse.contains("ab") && !browse.contains("b")
    );
    assert!(browse.toggle("a/b", false).is_err_and(|reason| reason.contains("'a/#'")));
    assert_eq!(browse.toggle("a", true), Ok(Toggled::TakenOut(mark("a/#"))));
    assert_eq!(browse.toggle("", true), Ok(Toggled::Added(mark("/#"))), "an empty first level");
    assert!(browse.contains("/x") && !browse.contains("x"));
    assert!(browse.toggle("$share/g/t", false).is_err());
}
