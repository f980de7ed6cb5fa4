//! A filter as it was understood: terms that must all hold, the cheap ones asked first.

use std::ops::Range;

use super::amount::Comparison;
use super::expression::{Expression, TEXT_REACH};
use super::needle::Needle;
use crate::model::TopicFilter;
use crate::store::{Store, TopicId};

/// One thing that is to be so, or not.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) negated: bool,
    pub(super) condition: Condition,
}

/// What can be so of a topic. In the order of what asking costs.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// The topic matches a topic filter.
    Pattern(TopicFilter),
    /// The topic contains a text.
    Word(Needle),
    /// An expression finds something in the topic.
    Expression(Expression),
    /// The broker retains its message, as far as is known.
    Retained,
    /// Messages received on it.
    Count(Comparison),
    /// Seconds since its last message.
    Age(Comparison),
    /// Messages a second at and below it.
    Rate(Comparison),
    /// Bytes of its latest payload.
    Size(Comparison),
    /// QoS of its latest message.
    Qos(Comparison),
    /// Its latest payload contains a text.
    PayloadWord(Needle),
    /// An expression finds something in its latest payload.
    PayloadExpression(Expression),
}

impl Condition {
    /// Place in the order of asking.
    fn rank(&self) -> u8 {
        match self {
            Self::Pattern(_) => 0,
            Self::Word(_) => 1,
            Self::Expression(_) => 2,
            Self::Retained | Self::Count(_) | Self::Age(_) | Self::Rate(_) => 3,
            Self::Size(_) | Self::Qos(_) => 4,
            Self::PayloadWord(_) => 5,
            Self::PayloadExpression(_) => 6,
        }
    }
}

/// Terms that must all hold; never none.
#[derive(Debug, Clone)]
pub(in crate::app) struct Query {
    terms: Vec<Term>,
    /// What stands before a colon in a word as a key would, and is none.
    unknown_key: Option<String>,
}

impl Query {
    pub(super) fn new(mut terms: Vec<Term>, unknown_key: Option<String>) -> Self {
        terms.sort_by_key(|term| term.condition.rank());
        Self { terms, unknown_key }
    }

    /// What was written like a key and is none: its word is sought as text.
    pub(in crate::app) fn unknown_key(&self) -> Option<&str> {
        self.unknown_key.as_deref()
    }

    /// A word that every match must contain and that the store can find all at once: the longest one.
    pub(super) fn leading_word(&self) -> Option<&str> {
        let words = self.terms.iter().filter_map(|term| match &term.condition {
            Condition::Word(needle) if !term.negated && needle.text().is_ascii() => Some(needle.text()),
            _ => None,
        });
        words.max_by_key(|word| word.len())
    }

    /// Whether it is one word and nothing else, negated or not.
    pub(super) fn is_one_term(&self) -> bool {
        self.terms.len() == 1
    }

    /// Whether a message can change what it says of a topic.
    pub(super) fn follows_messages(&self) -> bool {
        self.terms.iter().any(|term| term.condition.rank() >= 3)
    }

    /// Whether time alone can change what it says of a topic.
    pub(super) fn follows_time(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.condition, Condition::Age(_) | Condition::Rate(_)))
    }

    /// What it finds in the text of a topic, to be lit.
    pub(super) fn places(&self, topic: &str) -> Vec<Range<usize>> {
        let places = self.terms.iter().filter(|term| !term.negated).map(|term| match &term.condition {
            Condition::Word(needle) => needle.places(topic),
            Condition::Expression(expression) => expression.places(topic),
            _ => Vec::new(),
        });
        places.flatten().collect()
    }
}

/// Looks at topics at one moment, and counts what that costs: about a nanosecond each.
pub(super) struct Look<'a> {
    store: &'a Store,
    now_us: u64,
    pub(super) spent: usize,
    /// A payload, or a topic, was longer than what was looked at.
    pub(super) cut: bool,
    scratch: Vec<u8>,
}

/// What finding a topic's text and taking it in costs at least.
const TOPIC: usize = 60;
/// What finding its numbers costs.
const NUMBERS: usize = 40;
/// What finding its latest message costs.
const MESSAGE: usize = 250;

impl<'a> Look<'a> {
    pub(super) fn new(store: &'a Store, now_us: u64) -> Self {
        Self { store, now_us, spent: 0, cut: false, scratch: Vec::new() }
    }

    /// Whether all of `query` holds of `topic`.
    pub(super) fn at(&mut self, topic: TopicId, query: &Query) -> bool {
        let path = self.store.path(topic);
        self.spent += TOPIC;
        query.terms.iter().all(|term| self.holds(&term.condition, topic, path) != term.negated)
    }

    fn holds(&mut self, condition: &Condition, topic: TopicId, path: &str) -> bool {
        let store = self.store;
        match condition {
            Condition::Pattern(filter) => {
                self.spent += path.len();
                filter.matches(path)
            }
            Condition::Word(needle) => {
                self.spent += path.len();
                needle.is_in(path, &mut self.scratch)
            }
            Condition::Expression(expression) => {
                expression.is_in(self.head(path.as_bytes(), expression.reach(), expression.weight()))
            }
            Condition::Size(_)
            | Condition::Qos(_)
            | Condition::PayloadWord(_)
            | Condition::PayloadExpression(_) => self.holds_of_message(condition, topic),
            Condition::Retained | Condition::Count(_) | Condition::Age(_) | Condition::Rate(_) => {
                self.spent += NUMBERS;
                let stats = store.stats(topic);
                match condition {
                    Condition::Count(count) => count.holds(stats.own_messages as f64),
                    Condition::Age(age) => stats
                        .own_last_us
                        .is_some_and(|last| age.holds(self.now_us.saturating_sub(last) as f64 / 1e6)),
                    Condition::Rate(rate) => rate.holds(f64::from(store.rate(topic, self.now_us))),
                    _ => stats.retained,
                }
            }
        }
    }

    /// Of a message that gave way nothing is known, so nothing holds.
    fn holds_of_message(&mut self, condition: &Condition, topic: TopicId) -> bool {
        self.spent += MESSAGE;
        let Some(message) = self.store.latest(topic) else { return false };
        match condition {
            Condition::Size(size) => size.holds(message.payload.len() as f64),
            Condition::Qos(qos) => qos.holds(f64::from(message.qos.level())),
            Condition::PayloadWord(needle) => {
                let head = self.head(message.payload, TEXT_REACH, 1);
                needle.is_in_bytes(head, &mut self.scratch)
            }
            Condition::PayloadExpression(expression) => {
                expression.is_in(self.head(message.payload, expression.reach(), expression.weight()))
            }
            _ => false,
        }
    }

    /// As much of a text as is looked at.
    fn head<'p>(&mut self, text: &'p [u8], reach: usize, weight: usize) -> &'p [u8] {
        let head = &text[..text.len().min(reach)];
        self.cut |= head.len() < text.len();
        self.spent += head.len() * weight;
        head
    }
}
