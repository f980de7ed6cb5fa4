//! Which topics a search is about: judged once for each topic, not for each of its messages.

use super::query::{InTopics, Query, Scope, Wanted};
use super::world::World;
use crate::store::{Store, TopicId};

/// What a topic means for its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not judged yet.
    Unknown,
    /// They are not looked at.
    Outside,
    /// They are looked at.
    Inside,
    /// They are looked at, and a rule says how they are read.
    Ruled,
    /// They are found by the topic alone.
    Named,
}

impl Verdict {
    /// Judges a topic.
    pub(super) fn of(topic: TopicId, query: &Query, scope: Scope, world: World<'_>) -> Self {
        let path = world.store.path(topic);
        let inside = match scope {
            Scope::Everything => !world.store.is_sys(topic),
            Scope::WithSys => true,
            Scope::Below(node) => is_below(world.store, topic, node),
            Scope::Browsed => world.browse.contains(path),
        };
        let named = |finder: &crate::payload::find::Finder| finder.is_in(path.as_bytes());
        if !inside || !query.topic.as_ref().is_none_or(|word| word.admits(path)) {
            return Self::Outside;
        }
        match &query.wanted {
            Wanted::Found(finder, InTopics::Too) if named(finder) => Self::Named,
            Wanted::Found(..) | Wanted::Condition(_) if world.is_ruled(path) => Self::Ruled,
            _ => Self::Inside,
        }
    }
}

/// Whether `topic` is `node` or below it.
fn is_below(store: &Store, topic: TopicId, node: TopicId) -> bool {
    let mut at = Some(topic);
    while let Some(id) = at {
        if id == node {
            return true;
        }
        at = store.parent(id);
    }
    false
}

/// The verdicts so far. A million topics are a megabyte.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    table: Vec<Verdict>,
}

impl Verdicts {
    /// The verdict on a topic; `judge` is asked the first time.
    pub(super) fn of(&mut self, topic: TopicId, judge: impl FnOnce() -> Verdict) -> Verdict {
        let index = topic.index();
        match self.table.get(index) {
            Some(Verdict::Unknown) | None => {
                if index >= self.table.len() {
                    self.table.resize(index + 1, Verdict::Unknown);
                }
                let verdict = judge();
                self.table[index] = verdict;
                verdict
            }
            Some(known) => *known,
        }
    }
}
