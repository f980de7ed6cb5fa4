//! What is sought, as typed: the way of searching, the place, and the text made into something that can look at a message.

use crate::app::filter::expression_weight;
use crate::model::TopicFilter;
use crate::payload::find::{FindFault, Finder};
use crate::payload::jq::Program;
use crate::store::{Store, TopicId};

/// How a text is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// As it is typed, blanks included; capitals count when there is one.
    #[default]
    Text,
    /// As a regular expression.
    Regex,
    /// As a condition in jq that the payload has to fulfil.
    Jq,
}

impl Mode {
    /// The next in turn.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Text => Self::Regex,
            Self::Regex => Self::Jq,
            Self::Jq => Self::Text,
        }
    }

    /// As shown beside the text.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Regex => "regex",
            Self::Jq => "jq",
        }
    }

    /// What may be typed.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Text => "text as it stands in a topic or payload · topic:kitchen 21.5 · payload:on",
            Self::Regex => r#"a regular expression: "temp\w*":\s*-\d · topic:kitchen alarm|fault"#,
            Self::Jq => ".temperature > 21 · any(.lights[]; .on) · topic:kitchen .humidity == null",
        }
    }
}

/// What narrows a search to topics in which the word behind it is found.
const TOPIC: &str = "topic:";

/// Where to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// All topics but those of `$SYS`.
    #[default]
    Everything,
    /// `$SYS`, too.
    WithSys,
    /// At and below the topic that was selected when the search was opened.
    Below(TopicId),
    /// In the browse set.
    Browsed,
}

impl Scope {
    /// Whether messages of `$SYS` are looked at.
    pub(super) fn has_sys(self, store: &Store) -> bool {
        match self {
            Self::Everything => false,
            Self::Below(node) => store.is_sys(node),
            Self::WithSys | Self::Browsed => true,
        }
    }
}

/// What has to be found in a message.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// Nothing: the topic is enough.
    Anything,
    /// This, in the payload or, if it may be, in the topic.
    Found(Finder, InTopics),
    /// The payload fulfils this jq program.
    Condition(String),
}

/// Whether topics are looked at as well as payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InTopics {
    Too,
    Not,
}

/// What narrows a search to some topics.
#[derive(Debug, Clone)]
pub(super) enum TopicWord {
    /// This is found in the topic.
    Found(Finder),
    /// The topic matches this.
    Matches(TopicFilter),
}

impl TopicWord {
    /// Whether a topic is one of them.
    pub(super) fn admits(&self, topic: &str) -> bool {
        match self {
            Self::Found(finder) => finder.is_in(topic.as_bytes()),
            Self::Matches(filter) => filter.matches(topic),
        }
    }

    /// What is found in a topic, to be lit.
    pub(super) fn finder(&self) -> Option<&Finder> {
        match self {
            Self::Found(finder) => Some(finder),
            Self::Matches(_) => None,
        }
    }
}

/// A text that can be sought.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) mode: Mode,
    /// Only in topics where this is found.
    pub(super) topic: Option<TopicWord>,
    pub(super) wanted: Wanted,
    /// It may take so long that payloads are looked at by a worker.
    pub(super) is_heavy: bool,
}

/// Nanoseconds a byte that an expression may take at worst to be tried between two keys.
const LIGHT: usize = 60;

impl Query {
    /// Takes `text` for what it is in this mode; nothing when there is nothing to be sought. A fault is told in one line.
    pub(super) fn parse(mode: Mode, text: &str) -> Result<Option<Self>, String> {
        // A part that ends `after` bytes before the end; its faults are told by their column in the whole.
        let finder = |part: &str, after: usize| -> Result<Finder, String> {
            let found = if mode == Mode::Regex { Finder::regex(part) } else { Finder::text(part) };
            let before = &text[..text.len() - after - part.len()];
            found.map_err(|FindFault { column, reason }| told(column, reason, before))
        };
        let (word, rest) = topic_word(text);
        let word = word.filter(|word| !word.is_empty());
        let topic = match word {
            // No topic holds these: it can only be meant as a topic filter, as in the filter of the tree.
            Some(word) if mode != Mode::Regex && word.contains(['+', '#']) => {
                let filter = TopicFilter::parse(word);
                Some(TopicWord::Matches(filter.map_err(|fault| {
                    let column = word.get(..fault.at).unwrap_or(word).chars().count() + 1;
                    told(Some(column), fault.reason.to_string(), TOPIC)
                })?))
            }
            Some(word) => Some(TopicWord::Found(finder(word, text.len() - TOPIC.len() - word.len())?)),
            None => None,
        };
        let (rest, in_topics) = match rest.strip_prefix("payload:") {
            Some(rest) if mode != Mode::Jq => (rest, InTopics::Not),
            _ => (rest, InTopics::Too),
        };
        let wanted = match mode {
            _ if rest.is_empty() || mode == Mode::Jq && rest.trim().is_empty() => Wanted::Anything,
            Mode::Text | Mode::Regex => Wanted::Found(finder(rest, 0)?, in_topics),
            Mode::Jq => {
                let compiled = Program::compile(rest);
                let before = &text[..text.len() - rest.len()];
                compiled.map_err(|fault| told(Some(fault.column), fault.message, before))?;
                Wanted::Condition(rest.to_owned())
            }
        };
        let nothing = topic.is_none() && matches!(wanted, Wanted::Anything);
        let is_heavy = match mode {
            Mode::Text => false,
            Mode::Regex => expression_weight(rest) > LIGHT,
            Mode::Jq => true,
        };
        Ok((!nothing).then_some(Self { mode, topic, wanted, is_heavy }))
    }

    /// Whether a capital in what is typed makes capitals count.
    pub(super) fn counts_capitals(&self) -> bool {
        let wanted = match &self.wanted {
            Wanted::Found(finder, _) => Some(finder),
            Wanted::Anything | Wanted::Condition(_) => None,
        };
        let topic = self.topic.as_ref().and_then(TopicWord::finder);
        [wanted, topic].into_iter().flatten().any(Finder::counts_capitals)
    }
}

/// The word after `topic:` at the beginning, and what follows it.
fn topic_word(text: &str) -> (Option<&str>, &str) {
    match text.strip_prefix(TOPIC) {
        Some(rest) => {
            let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            (Some(word), rest)
        }
        None => (None, text),
    }
}

/// A fault with its column in the whole text, of which `before` stands before the part that is at fault.
fn told(column: Option<usize>, reason: String, before: &str) -> String {
    let before = before.chars().count();
    FindFault { column: column.map(|column| column + before), reason }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(mode: Mode, text: &str, topic: &str, payload: &str) -> bool {
        let query = Query::parse(mode, text).expect(text).expect(text);
        query.topic.is_none_or(|word| word.admits(topic))
            && match query.wanted {
                Wanted::Anything => true,
                Wanted::Found(finder, in_topics) => {
                    finder.is_in(payload.as_bytes())
                        || in_topics == InTopics::Too && finder.is_in(topic.as_bytes())
                }
                Wanted::Condition(_) => panic!("not jq"),
            }
    }

    #[test]
    fn a_text_is_sought_as_it_stands_and_a_prefix_narrows_it() {
        for (text, topic, payload, found) in [
            ("21.5", "a", r#"{"t":21.5}"#, true),
            ("21.5", "a", "2105", false),
            ("kitchen", "home/Kitchen", "", true),
            ("Kitchen", "home/kitchen", "", false),
            (r#""on": true"#, "a", r#"{"on": true}"#, true),
            ("topic:kitchen 21", "home/kitchen", "21", true),
            ("topic:kitchen 21", "home/hall", "21", false),
            ("topic:kitchen", "home/kitchen", "", true),
            ("payload:kitchen", "home/kitchen", "21", false),
            ("topic:hall payload:kitchen", "hall", "in the kitchen", true),
            ("a topic:b", "x", "a topic:b", true),
            ("topic:plant/+/press/status run", "plant/line1/press/status", "run", true),
            ("topic:plant/+/press/status", "plant/line1/oven/status", "run", false),
            ("topic:plant/#", "plant/line1/oven/status", "run", true),
            ("topic:plant/#", "house/plant/x", "run", false),
        ] {
            assert_eq!(finds(Mode::Text, text, topic, payload), found, "{text} in {topic} {payload}");
        }
        assert!(finds(Mode::Regex, r"topic:^home/ \d+\.\d", "home/x", "21.5"));
    }

    #[test]
    fn nothing_to_seek_is_no_fault() {
        for mode in [Mode::Text, Mode::Regex, Mode::Jq] {
            for text in ["", "topic:", "topic: "] {
                assert!(Query::parse(mode, text).expect(text).is_none(), "{text}");
            }
        }
    }

    #[test]
    fn e15_a_fault_is_told_with_its_column_in_what_was_typed() {
        let fault = |text: &str| Query::parse(Mode::Regex, text).expect_err(text);
        assert_eq!(fault("a(b"), "unclosed group at column 2");
        assert_eq!(fault("topic:x payload:a(b"), "unclosed group at column 18");
        assert_eq!(fault("topic:( a"), "unclosed group at column 7");
        let fault = Query::parse(Mode::Jq, "topic:x .a |").expect_err("a fault");
        assert!(fault.ends_with("at column 13"), "{fault}");
    }
}
