use std::collections::BTreeSet;

use proptest::prelude::*;

use super::query::Look;
use super::{Filter, LANGUAGE, Query, READY};
use crate::app::TreeView;
use crate::model::{Message, Moment, QoS};
use crate::store::{Limits, Store, TopicId};

fn query(text: &str) -> Query {
    Query::parse(text)
        .unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
        .unwrap_or_else(|| panic!("{text}: nothing"))
}

fn message(topic: &str, at_us: u64) -> Message {
    Message {
        topic: topic.to_owned(),
        payload: "x".into(),
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        properties: None,
        received: Moment { mono_us: at_us, wall_ms: 0 },
    }
}

fn receive(store: &mut Store, topics: &[&str]) {
    for topic in topics {
        store.ingest(&message(topic, 0));
    }
}

/// Topics that `text` finds in a store, at a moment, each asked by itself.
fn asked(text: &str, store: &Store, now_us: u64) -> BTreeSet<String> {
    let query = query(text);
    let topics = store.topics().filter(|id| Look::new(store, now_us).at(*id, &query));
    topics.map(|id| store.path(id).to_owned()).collect()
}

/// Topics that a filter holds to match.
fn matching(filter: &Filter, store: &Store) -> BTreeSet<String> {
    let topics = store.topics().filter(|id| filter.is_match(*id));
    topics.map(|id| store.path(id).to_owned()).collect()
}

/// A store with a house in it, and the moment ten seconds after the last message.
fn house() -> (Store, u64) {
    let mut store = Store::new(Limits::default());
    let mut now = 0;
    for (topic, payload, qos, retain) in [
        ("home/kitchen/climate", r#"{"temperature":20.4}"#, 0, true),
        ("home/office/climate", r#"{"temperature":19.0}"#, 1, false),
        ("home/kitchen/door", "open", 0, false),
        ("home/office", "two words", 2, true),
        ("/leading", "", 0, false),
        ("Ärger/Über", "Grüße", 0, false),
        ("aa:bb", "x", 0, false),
        ("$SYS/broker/uptime", "7 seconds", 0, false),
    ] {
        now += 60_000_000;
        let qos = QoS::from_level(qos).expect("a level");
        store.ingest(&Message { payload: payload.to_owned().into(), qos, retain, ..message(topic, now) });
    }
    for _ in 0..20 {
        now += 500_000;
        store.ingest(&message("home/kitchen/power", now));
    }
    store.ingest(&Message { payload: vec![b'z'; 2_000].into(), ..message("home/blob", now) });
    (store, now)
}

#[test]
fn every_term_of_the_language_means_what_it_says() {
    let (store, now_us) = house();
    for (text, expected) in [
        ("kitchen", "home/kitchen/climate home/kitchen/door home/kitchen/power"),
        ("KITCHEN CLIM", "home/kitchen/climate"),
        ("kitchen !climate !POWER", "home/kitchen/door"),
        ("!!door", "home/kitchen/door"),
        ("n/d", "home/kitchen/door"),
        ("über", "Ärger/Über"),
        ("+/+/climate", "home/kitchen/climate home/office/climate"),
        ("home/+", "home/blob home/office"),
        ("home/# !home/+/+", "home/blob home/office"),
        ("$SYS/#", "$SYS/broker/uptime"),
        ("!# !a", "$SYS/broker/uptime"),
        ("+/+ !home/#", "/leading Ärger/Über"),
        ("/^home.office$/", "home/office"),
        ("/kitchen/d/", "home/kitchen/door"),
        ("/KITCHEN/ /or$/", "home/kitchen/door"),
        ("!/[a-z]/ ", ""),
        ("\"/leading\"", "/leading"),
        ("\"aa:b\"", "aa:bb"),
        ("aa:bb", "aa:bb"),
        ("payload:OPEN", "home/kitchen/door"),
        ("payload:\"two words\"", "home/office"),
        ("payload:two", "home/office"),
        ("payload:grüSSe", ""),
        ("payload:grüße", "Ärger/Über"),
        (r"payload:/ture.:(19|21)\./", "home/office/climate"),
        ("!payload:/./ home", ""),
        ("retained:", "home/kitchen/climate home/office"),
        ("retained:yes climate", "home/kitchen/climate"),
        ("!retained: climate", "home/office/climate"),
        ("retained:no climate", "home/office/climate"),
        ("!retained:no climate", "home/kitchen/climate"),
        ("age:<1s", "home/blob home/kitchen/power"),
        ("age:<=1.5m age:>1s", "$SYS/broker/uptime aa:bb"),
        ("age:>6m30s", "fault"),
        ("rate:>1.5", "home/kitchen/power"),
        ("rate:<0.1 blob", "home/blob"),
        ("size:>1k", "home/blob"),
        ("size:0", "/leading"),
        ("size:=4", "home/kitchen/door"),
        ("qos:1", "home/office/climate"),
        ("qos:>0", "home/office home/office/climate"),
        ("count:>10", "home/kitchen/power"),
        ("count:20", "home/kitchen/power"),
        ("Count:>=0.02k", "home/kitchen/power"),
    ] {
        if expected == "fault" {
            assert!(Query::parse(text).is_err(), "{text}");
            continue;
        }
        let found: Vec<String> = asked(text, &store, now_us).into_iter().collect();
        assert_eq!(found.join(" "), expected, "{text}");
        let filter = Filter::new(text, query(text), &store, now_us);
        assert_eq!(matching(&filter, &store).into_iter().collect::<Vec<_>>().join(" "), expected, "{text}");
    }
    for nothing in ["", " ", "\t  "] {
        assert!(Query::parse(nothing).expect("no fault").is_none());
    }
}

#[test]
fn e15_what_is_wrong_is_told_with_its_column_and_what_is_allowed() {
    for (text, at, word) in [
        ("ü a+", 3, "'+' must be a whole level: home/+/climate"),
        ("home/#/x", 5, "'#' must be the last level"),
        ("x #y", 2, "'#' must be a whole level"),
        ("/open", 0, "ends with a slash: /open/"),
        ("a /", 2, "ends with a slash"),
        ("//", 0, "ends with a slash"),
        ("ö /(a/", 3, "unclosed group"),
        ("x /a(b*/ y", 4, "unclosed group"),
        (r"/\w{2000}/", 1, "too large"),
        ("\"two", 0, "the quote is not closed"),
        ("\"two\"x", 5, "comes a space"),
        ("!", 1, "after !"),
        ("a ! b", 3, "after !"),
        ("age:10s", 4, "age:<10s"),
        ("x age:", 6, "age:<10s"),
        ("age:<10x", 4, "< or >"),
        ("rate:5", 5, "rate:>5"),
        ("rate:>fast", 5, "messages a second"),
        ("size:>big", 5, "size:>1k"),
        ("qos:one", 4, "qos:1"),
        ("count:", 6, "count:>100"),
        ("retained:maybe", 9, "yes or no"),
        ("payload:", 8, "payload:on"),
        ("payload:/x", 8, "ends with a slash"),
        ("payload:/[/", 9, "unclosed character class"),
        ("payload:\"x", 8, "not closed"),
    ] {
        let fault = Query::parse(text).expect_err(text);
        assert_eq!(fault.at, at, "{text}: {}", fault.reason);
        assert!(fault.reason.contains(word), "{text}: {}", fault.reason);
    }
    let many = "a ".repeat(65);
    assert_eq!(Query::parse(&many).expect_err("too many").at, 128);
}

#[test]
fn every_example_of_the_language_can_be_typed() {
    for (examples, meaning) in LANGUAGE {
        for text in [examples].into_iter().chain(meaning.split(['"', ' ']).filter(|word| word.contains(":/")))
        {
            query(text.trim_end_matches([',', ';']));
        }
    }
    for (_, text) in READY {
        query(text);
    }
}

#[test]
fn topics_that_come_and_match_appear_in_their_place_each_once() {
    let mut store = Store::new(Limits::default());
    receive(&mut store, &["a/x/1", "b/x/1", "c/hit", "d/x"]);
    let mut tree = TreeView::default();
    let mut rows = |store: &Store| {
        tree.set_filter("hit", store, 0);
        tree.arrange(store, 20, 0);
        tree.rows().iter().map(|row| store.path(row.node).to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(rows(&store), "c c/hit");
    // Below branches that were there and did not match, in a new branch, and beside a match.
    receive(&mut store, &["b/x/hit", "e/hit", "c/a/hit", "d/miss"]);
    let expected = "b b/x b/x/hit c c/a c/a/hit c/hit e e/hit";
    assert_eq!(rows(&store), expected);
    receive(&mut store, &["b/x/hit"]);
    assert_eq!(rows(&store), expected);
    receive(&mut store, &["a/hit"]);
    assert_eq!(rows(&store), format!("a a/hit {expected}"));
}

/// What happens to a store and to the filters on it.
#[derive(Debug, Clone)]
enum Event {
    Message {
        topic: usize,
        payload: usize,
        qos: u8,
        retain: bool,
    },
    Wait(u64),
    Second,
    Frame(Option<usize>),
    Hold,
    /// So many messages back from the hold, or part of the way.
    Travel(usize, bool),
    Release,
    NewSession,
}

const TOPICS: [&str; 9] = ["a", "a/b", "a/b/c", "a/bc", "b", "b/a", "ab/a", "Ü/a", "$SYS/a"];
const PAYLOADS: [&str; 5] = ["", "on", "off", "on and on", "ÄÖ"];
const TEXTS: [&str; 14] = [
    "a",
    "b !c",
    "a b",
    "ü",
    "a/#",
    "/b/ !a/b",
    "payload:on",
    "a payload:/^o/",
    "retained:",
    "age:<5s",
    "b age:>3s",
    "rate:>0.4",
    "size:>2 !retained:",
    "count:>2 qos:<2",
];

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (0..TOPICS.len(), 0..PAYLOADS.len(), 0..3u8, any::<bool>())
            .prop_map(|(topic, payload, qos, retain)| Event::Message { topic, payload, qos, retain }),
        3 => (1..4_000_000u64).prop_map(Event::Wait),
        2 => Just(Event::Second),
        3 => prop::option::of(0..TOPICS.len()).prop_map(Event::Frame),
        1 => Just(Event::Hold),
        2 => (0..12usize, any::<bool>()).prop_map(|(back, arrives)| Event::Travel(back, arrives)),
        1 => Just(Event::Release),
        1 => Just(Event::NewSession),
    ]
}

/// The tree, and the moment.
struct World {
    store: Store,
    tree: TreeView,
    now: Moment,
}

impl World {
    fn shown_us(&self) -> u64 {
        let travelled = self.store.standing().map(|standing| standing.at.mono_us);
        let held = self.store.held_since().map(|held| held.at.mono_us);
        travelled.or(held).unwrap_or(self.now.mono_us)
    }

    fn frame(&mut self) {
        self.tree.arrange(&self.store, 30, self.shown_us());
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Message { topic, payload, qos, retain } => {
                let message = Message {
                    payload: PAYLOADS[*payload].into(),
                    qos: QoS::from_level(*qos).expect("a level"),
                    retain: *retain,
                    ..message(TOPICS[*topic], self.now.mono_us)
                };
                if let Some(topic) = self.store.ingest(&message).topic {
                    self.tree.touch(topic);
                }
            }
            Event::Wait(span) => self.now = self.now.plus(std::time::Duration::from_micros(*span)),
            Event::Second => self.tree.tick(self.now.mono_us),
            Event::Frame(topic) => {
                let node = topic.and_then(|topic| self.store.find(TOPICS[topic]));
                if let Some(row) =
                    node.and_then(|node| self.tree.rows().iter().position(|row| row.node == node))
                {
                    self.tree.select_row(row);
                }
                self.frame();
            }
            Event::Hold => self.store.hold(self.now),
            Event::Travel(back, arrives) => {
                let mut to = self.store.newest_message(false);
                for _ in 0..*back {
                    to = to.and_then(|to| self.store.message_before(to, false)).or(to);
                }
                let sets_out = to.is_some_and(|to| self.store.travel(to));
                while sets_out && self.store.travel_work(1) && *arrives {}
            }
            Event::Release => self.store.release(),
            Event::NewSession => {
                self.store.forget_retained();
                self.tree.doubt_filter();
            }
        }
        if self.tree.has_work() {
            self.tree.work(&self.store);
        }
    }

    /// What is on screen when everything has been done that was to be done.
    fn settled(&mut self) -> BTreeSet<String> {
        for _ in 0..3 {
            self.tree.tick(self.now.mono_us);
            self.frame();
            while self.tree.has_work() {
                self.tree.work(&self.store);
            }
        }
        self.frame();
        let rows = self.tree.rows();
        let unique: BTreeSet<TopicId> = rows.iter().map(|row| row.node).collect();
        assert_eq!(unique.len(), rows.len(), "no row stands there twice");
        let matched = rows.iter().filter(|row| row.matched);
        matched.map(|row| self.store.path(row.node).to_owned()).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn b03_in_slices_or_at_once_the_same_topics_match(
        events in prop::collection::vec(any_event(), 0..40),
        text in prop::sample::select(&TEXTS[..]),
        cost in 1..1_000usize,
    ) {
        let mut world = World { store: Store::new(Limits::default()), tree: TreeView::default(), now: Moment::default() };
        for event in &events {
            world.happen(event);
        }
        let now_us = world.shown_us();
        let mut filter = Filter::beginning(text, query(text), &world.store, now_us, 0);
        let mut slices = 0;
        while filter.has_work() {
            filter.work(&world.store, cost);
            slices += 1;
            prop_assert!(slices < 100, "it comes to an end");
        }
        prop_assert_eq!(matching(&filter, &world.store), asked(text, &world.store, now_us));
        prop_assert_eq!(filter.progress(), None);
    }

    #[test]
    fn b03_whatever_happens_the_tree_shows_what_a_new_filter_finds(
        before in prop::collection::vec(any_event(), 0..20),
        text in prop::sample::select(&TEXTS[..]),
        after in prop::collection::vec(any_event(), 0..40),
    ) {
        let mut world = World { store: Store::new(Limits::default()), tree: TreeView::default(), now: Moment::default() };
        for event in &before {
            world.happen(event);
        }
        let now_us = world.shown_us();
        world.tree.set_filter(text, &world.store, now_us);
        for event in &after {
            world.happen(event);
        }
        let found = world.settled();
        prop_assert_eq!(&found, &asked(text, &world.store, world.shown_us()));
        prop_assert_eq!(world.tree.filter_matches(), Some(found.len()));
        // What is there beside leads to a match, or is under the cursor.
        let leads = |path: &str| found.iter().any(|topic| crate::app::pins::is_at_or_below(topic, path));
        for row in world.tree.rows() {
            let path = world.store.path(row.node);
            let cursor = world.tree.selected() == Some(row.node);
            let above_cursor = world.tree.selected().is_some_and(|at| crate::app::pins::is_at_or_below(world.store.path(at), path));
            prop_assert!(leads(path) || cursor || above_cursor, "{}", path);
            prop_assert_eq!(row.stale, cursor && !leads(path));
        }
    }
}
