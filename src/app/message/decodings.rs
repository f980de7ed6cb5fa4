//! What payloads are taken for against their looks: chosen once, for a topic, for a filter, or by a rule of the profile.

use crate::model::{DecoderRule, Decoding, TopicFilter, rule_for};
use crate::store::{Seq, TopicId};

/// Choices that are kept; the oldest goes when there are more.
const MOST: usize = 200;

/// Who chose a decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    /// The user, on screen.
    You,
    /// A rule of the profile or the settings.
    Rule,
}

/// What a payload is to be taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// What for.
    pub decoding: Decoding,
    /// By whom.
    pub by: ChosenBy,
}

/// What was chosen on screen.
#[derive(Debug, Clone, Default)]
pub struct Decodings {
    /// For one message.
    once: Option<(TopicId, Seq, Decoding)>,
    /// For topics and filters, the newest first.
    rules: Vec<DecoderRule>,
    /// Rules of the settings, for every connection; those of its profile come before.
    pub(in crate::app) defaults: Vec<DecoderRule>,
}

impl Decodings {
    /// What the message is to be taken for, if anything is said of it. What was chosen on screen comes before `rules`, which come in
    /// their order.
    pub fn of<'a>(
        &self,
        topic: (TopicId, &str),
        seq: Seq,
        rules: impl IntoIterator<Item = &'a DecoderRule>,
    ) -> Option<Chosen> {
        let once = self.once.as_ref().filter(|once| (once.0, once.1) == (topic.0, seq));
        let own = once.map(|once| &once.2).or_else(|| rule_for(&self.rules, topic.1));
        if let Some(decoding) = own {
            return Some(Chosen { decoding: decoding.clone(), by: ChosenBy::You });
        }
        rule_for(rules, topic.1).map(|decoding| Chosen { decoding: decoding.clone(), by: ChosenBy::Rule })
    }

    /// What messages of a topic are to be taken for by what was chosen on screen, then by `rules`, then by the settings.
    pub(in crate::app) fn of_topic<'a>(
        &'a self,
        topic: &str,
        rules: &'a [DecoderRule],
    ) -> Option<&'a Decoding> {
        rule_for(self.rules.iter().chain(rules).chain(&self.defaults), topic)
    }

    /// Takes one message for something.
    pub(in crate::app) fn choose_once(&mut self, topic: TopicId, seq: Seq, decoding: Decoding) {
        self.once = Some((topic, seq, decoding));
    }

    /// Takes the messages of a filter for something, or for what they look like again.
    pub(in crate::app) fn choose(&mut self, filter: TopicFilter, decoding: Decoding) {
        self.once = None;
        self.rules.retain(|rule| rule.filter != filter);
        self.rules.insert(0, DecoderRule { filter, decoding });
        self.rules.truncate(MOST);
    }

    /// Whether something was chosen for this message alone.
    pub(in crate::app) fn is_once(&self, topic: TopicId, seq: Seq) -> bool {
        self.once.as_ref().is_some_and(|once| (once.0, once.1) == (topic, seq))
    }

    /// Forgets what was chosen for a filter.
    pub(in crate::app) fn forget(&mut self, filter: &TopicFilter) {
        self.once = None;
        self.rules.retain(|rule| rule.filter != *filter);
    }

    /// What was chosen for topics and filters, the newest first.
    pub fn rules(&self) -> &[DecoderRule] {
        &self.rules
    }

    /// The schemas that it takes.
    pub(in crate::app) fn decodings(&self) -> impl Iterator<Item = &Decoding> {
        let once = self.once.iter().map(|once| &once.2);
        once.chain(self.rules.iter().chain(&self.defaults).map(|rule| &rule.decoding))
    }
}
