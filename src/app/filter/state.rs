//! A filter at work: which topics match, and which branches lead to them. The first slice is tested at once, the rest piece by piece;
//! topics that come or get messages are tested as they come, what time changes once a second.

use std::ops::Range;

use super::keep::Keep;
use super::query::{Look, Query};
use super::sweep::Sweep;
use super::touched::Touched;
use crate::app::node_set::NodeSet;
use crate::store::{Held, Seq, Store, TopicId};

/// What the first slice may cost, in the measure of [`Look`]: some fifteen milliseconds.
const FIRST: usize = 15_000_000;
/// What a later piece may cost: some four milliseconds.
pub(in crate::app) const PIECE: usize = 4_000_000;

/// What finding a topic by a word costs.
const FINDING: usize = 20;
/// What taking in a topic costs that is known to match.
const ACCEPTING: usize = 40;

/// Which moment reading shows when it is not the present: the hold, the newest message that is known, the moment in monotonic
/// microseconds when that is before the hold, and whether ages and rates of it are still being looked for.
type ShownMoment = (Held, Seq, Option<u64>, bool);

fn shown_moment(store: &Store) -> Option<ShownMoment> {
    let standing = store.standing();
    let surveying = standing.is_some_and(|standing| standing.surveying || standing.seeking.is_some());
    store.held_since().map(|held| {
        let at_us = standing.map(|standing| standing.at.mono_us);
        (held, store.shown_until(), at_us, surveying)
    })
}

/// A filter at work.
#[derive(Debug)]
pub(in crate::app) struct Filter {
    text: String,
    query: Query,
    matching: NodeSet,
    matches: usize,
    keep: Keep,
    /// Nodes that came to be kept or ceased to be, once for each time.
    changed: Vec<TopicId>,
    /// Topics that contain the leading word, to be looked at when there are other terms.
    found: Vec<TopicId>,
    /// Those of them that were looked at.
    looked_at: usize,
    /// Topics of the store that were tested, in the order of their first message.
    tested: usize,
    /// Topics of the store when the search began.
    goal: usize,
    touched: Touched,
    /// There is more to be tested than a frame had time for.
    behind: bool,
    sweep: Sweep,
    /// The selected node stays, whatever becomes of it.
    cursor: Option<TopicId>,
    shown: Option<ShownMoment>,
    now_us: u64,
    cut: bool,
}

impl Filter {
    /// Filters the topics of `store` by `query`, as `text` says it, at a moment in monotonic microseconds; the first slice of them at
    /// once.
    pub(in crate::app) fn new(text: &str, query: Query, store: &Store, now_us: u64) -> Self {
        Self::beginning(text, query, store, now_us, FIRST)
    }

    /// See [`Filter::new`]; the first slice costs `first`.
    pub(super) fn beginning(text: &str, query: Query, store: &Store, now_us: u64, first: usize) -> Self {
        let mut filter = Self {
            text: text.to_owned(),
            query,
            matching: NodeSet::default(),
            matches: 0,
            keep: Keep::default(),
            changed: Vec::new(),
            found: Vec::new(),
            looked_at: 0,
            tested: 0,
            goal: store.topics().len(),
            touched: Touched::default(),
            behind: false,
            sweep: Sweep::default(),
            cursor: None,
            shown: shown_moment(store),
            now_us,
            cut: false,
        };
        if let Some(word) = filter.query.leading_word() {
            filter.found = store.search_topics(word, true);
            filter.tested = filter.goal;
        }
        // Finding the word all over the text has taken its part of the first slice.
        let finding = filter.found.len() * FINDING;
        filter.search(store, first.saturating_sub(finding).max(first.min(PIECE)));
        // The tree is laid out anew for a new filter.
        filter.changed.clear();
        filter
    }

    /// Keeps a topic that matches and the branches that lead to it.
    fn accept(&mut self, id: TopicId, store: &Store) {
        if self.matching.insert(id) {
            self.matches += 1;
            self.keep.hold(id, store, |node| self.changed.push(node));
        }
    }

    /// Lets a topic go that does not match, if it did.
    fn reject(&mut self, id: TopicId, store: &Store) {
        if self.matching.contains(id) {
            self.matching.remove(id);
            self.matches -= 1;
            self.keep.release(id, store, |node| self.changed.push(node));
        }
    }

    fn test(&mut self, id: TopicId, look: &mut Look<'_>, store: &Store) {
        if store.is_topic(id) && look.at(id, &self.query) {
            self.accept(id, store);
        } else {
            self.reject(id, store);
        }
    }

    /// Tests one topic out of turn.
    pub(in crate::app) fn test_now(&mut self, id: TopicId, store: &Store) {
        let mut look = Look::new(store, self.now_us);
        self.test(id, &mut look, store);
        self.cut |= look.cut;
    }

    /// Tests topics that were not tested yet, for about `cost`; what it cost.
    fn search(&mut self, store: &Store, cost: usize) -> usize {
        let mut look = Look::new(store, self.now_us);
        while look.spent < cost
            && let Some(&id) = self.found.get(self.looked_at)
        {
            self.looked_at += 1;
            if self.query.is_one_term() && store.is_topic(id) {
                // The word that it was found by is all that is asked for.
                look.spent += ACCEPTING;
                self.accept(id, store);
            } else {
                self.test(id, &mut look, store);
            }
        }
        if self.looked_at == self.found.len() {
            (self.found, self.looked_at) = (Vec::new(), 0);
        }
        let mut topics = store.topics_from(self.tested);
        while look.spent < cost
            && let Some(id) = topics.next()
        {
            self.tested += 1;
            self.test(id, &mut look, store);
        }
        self.cut |= look.cut;
        look.spent
    }

    /// Tests topics again that got messages, for about `cost`.
    fn take_touched(&mut self, store: &Store, cost: usize) -> usize {
        if self.touched.take_lost() {
            self.sweep.begin();
        }
        let mut look = Look::new(store, self.now_us);
        while look.spent < cost
            && let Some(id) = self.touched.pop()
        {
            self.test(id, &mut look, store);
        }
        self.cut |= look.cut;
        look.spent
    }

    /// Goes on with testing all topics again, for about `cost`.
    fn sweep(&mut self, store: &Store, cost: usize) {
        let Some(mut at) = self.sweep.next() else { return };
        let mut look = Look::new(store, self.now_us);
        let mut topics = store.topics_from(at);
        while look.spent < cost
            && let Some(id) = topics.next()
        {
            at += 1;
            self.test(id, &mut look, store);
        }
        self.cut |= look.cut;
        self.sweep.came_to(at, store.topics().len(), look.spent);
    }

    /// Does a piece of the work that waits, of about `cost`.
    pub(in crate::app) fn work(&mut self, store: &Store, cost: usize) {
        // A hold may begin between two frames: what is tested in it is tested again when it ends.
        self.follow_hold(store);
        let mut spent = self.search(store, cost);
        if spent < cost {
            spent += self.take_touched(store, cost - spent);
        }
        if spent < cost {
            self.sweep(store, cost - spent);
        }
        self.behind = !self.touched.is_empty() || self.tested < store.topics().len();
    }

    /// Whether a piece of work waits.
    pub(in crate::app) fn has_work(&self) -> bool {
        self.is_searching() || self.behind || self.sweep.next().is_some()
    }

    /// Whether topics that were there at the beginning are still to be tested.
    pub(in crate::app) fn is_searching(&self) -> bool {
        self.looked_at < self.found.len() || self.tested < self.goal
    }

    /// How far the search is, in per cent, while it goes on.
    pub(in crate::app) fn progress(&self) -> Option<usize> {
        let (done, all) =
            if self.found.is_empty() { (self.tested, self.goal) } else { (self.looked_at, self.found.len()) };
        self.is_searching().then(|| done * 100 / all.max(1))
    }

    /// Before a frame: keeps what is on screen true, and takes in what came since, as far as a frame has time for. `rows` are on screen,
    /// `cursor` stays even if it does not match any more.
    pub(in crate::app) fn follow(
        &mut self,
        store: &Store,
        cursor: Option<TopicId>,
        rows: impl Iterator<Item = TopicId>,
        now_us: u64,
    ) {
        self.now_us = now_us;
        self.follow_hold(store);
        self.move_cursor(cursor, store);
        if self.query.follows_messages() {
            for id in rows {
                self.test_now(id, store);
            }
        }
        let spent = if self.is_searching() { 0 } else { self.search(store, PIECE) };
        if spent < PIECE {
            self.take_touched(store, PIECE - spent);
        }
        self.behind = !self.touched.is_empty() || self.tested < store.topics().len();
    }

    /// When another moment is shown, what came after it matches no more, and what depends on messages is tested again.
    fn follow_hold(&mut self, store: &Store) {
        let shown = shown_moment(store);
        if shown == self.shown {
            return;
        }
        self.shown = shown;
        if let Some((held, _, at_us, _)) = shown {
            self.now_us = at_us.unwrap_or(held.at.mono_us);
        }
        let topics = store.topics().len();
        if topics < self.tested {
            for id in self.matching.to_vec() {
                if !store.is_topic(id) {
                    self.reject(id, store);
                }
            }
            self.tested = topics;
        }
        self.goal = self.goal.min(topics);
        if self.query.follows_messages() {
            self.sweep.begin();
        }
    }

    /// The node under the cursor stays until the cursor leaves it.
    fn move_cursor(&mut self, cursor: Option<TopicId>, store: &Store) {
        if cursor == self.cursor {
            return;
        }
        if let Some(before) = self.cursor.take() {
            self.keep.release(before, store, |node| self.changed.push(node));
        }
        if let Some(node) = cursor.filter(|node| self.keep.contains(*node)) {
            self.keep.hold(node, store, |_| {});
            self.cursor = Some(node);
        }
    }

    /// A message came on `topic`.
    pub(in crate::app) fn touch(&mut self, topic: TopicId) {
        // What is held does not change.
        if self.query.follows_messages() && self.shown.is_none() {
            self.touched.push(topic);
        }
    }

    /// A second went by.
    pub(in crate::app) fn tick(&mut self, now_us: u64) {
        if self.query.follows_time() && self.shown.is_none() {
            self.now_us = now_us;
            self.sweep.go_on();
        }
    }

    /// Something changed that no message tells of.
    pub(in crate::app) fn doubt(&mut self) {
        if self.query.follows_messages() {
            self.sweep.begin();
        }
    }

    /// Nodes that came to be kept or ceased to be since the last question, once for each time.
    pub(in crate::app) fn take_changed(&mut self) -> Vec<TopicId> {
        std::mem::take(&mut self.changed)
    }

    /// What was written like a key and is none.
    pub(in crate::app) fn unknown_key(&self) -> Option<&str> {
        self.query.unknown_key()
    }

    pub(in crate::app) fn text(&self) -> &str {
        &self.text
    }

    pub(in crate::app) fn matches(&self) -> usize {
        self.matches
    }

    /// Whether some payload was longer than what was looked at.
    pub(in crate::app) fn is_cut(&self) -> bool {
        self.cut
    }

    pub(in crate::app) fn is_match(&self, id: TopicId) -> bool {
        self.matching.contains(id)
    }

    /// Whether `id` is there only because the cursor is on it.
    pub(in crate::app) fn is_stale(&self, id: TopicId) -> bool {
        self.cursor == Some(id) && self.keep.holders(id) == 1
    }

    pub(in crate::app) fn keep(&self) -> &Keep {
        &self.keep
    }

    /// What it finds in the text of a topic, to be lit.
    pub(in crate::app) fn places(&self, topic: &str) -> Vec<Range<usize>> {
        self.query.places(topic)
    }
}
