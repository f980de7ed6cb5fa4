//! The language of the filter: terms with spaces between, all of which must hold. `word`, `"quoted words"`, `a/+/b`, `/expression/`,
//! `key:value`; `!` before a term turns it round.

use super::amount::{BYTES, Comparison, NUMBER, RATE, TIME, Units};
use super::expression::Expression;
use super::needle::Needle;
use super::query::{Condition, Query, Term};
use crate::model::TopicFilter;

/// The language on one line.
pub const HELP: &str = "words  \"two words\"  a/+/b  /regex/  !not  age:<10s  rate:>5  retained:  payload:text  payload:/regex/  size:>1k  qos:1  count:>100";

/// The language term by term: what is written, and what it means.
pub const LANGUAGE: [(&str, &str); 11] = [
    ("home lamp", "terms with spaces between must all hold; case is ignored"),
    ("lamp  \"two words\"", "the topic contains it"),
    ("home/+/climate", "the topic matches a topic filter, # as well"),
    ("/^home.*[12]$/", "a regular expression finds something in the topic"),
    ("!lamp  !retained:", "turns a term round"),
    ("payload:on", "the latest payload contains it; payload:\"two words\", payload:/o[nf]/"),
    ("retained:", "a retained message is known; retained:no"),
    ("age:<10s  age:>5m", "time since the last message, in ms, s, m, h or d"),
    ("rate:>5", "messages a second at and below the topic"),
    ("size:>1k  qos:1", "bytes and QoS of the latest message"),
    ("count:>100", "messages received on the topic"),
];

/// Terms of one filter at most.
const MOST_TERMS: usize = 64;

/// What is wrong with a filter, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterFault {
    /// The character at fault, from 0.
    pub at: usize,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// A fault at a byte of the text.
type Wrong = (usize, String);

impl Query {
    /// Reads a filter; `None` when it says nothing.
    pub(in crate::app) fn parse(text: &str) -> Result<Option<Self>, FilterFault> {
        let mut reader = Reader { text, at: 0, unknown_key: None };
        let mut terms = Vec::new();
        loop {
            reader.skip_space();
            if reader.rest().is_empty() {
                let unknown = reader.unknown_key.map(str::to_owned);
                return Ok((!terms.is_empty()).then(|| Self::new(terms, unknown)));
            }
            let term = if terms.len() < MOST_TERMS {
                reader.term()
            } else {
                Err((reader.at, format!("a filter has at most {MOST_TERMS} terms")))
            };
            match term {
                Ok(term) => terms.push(term),
                Err((at, reason)) => {
                    let before = text.get(..at).unwrap_or(text);
                    return Err(FilterFault { at: before.chars().count(), reason });
                }
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    unknown_key: Option<&'a str>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn term(&mut self) -> Result<Term, Wrong> {
        let mut negated = false;
        while self.rest().starts_with('!') {
            self.at += 1;
            negated = !negated;
        }
        let (condition, turned) = self.condition()?;
        Ok(Term { negated: negated != turned, condition })
    }

    /// A condition, and whether it is meant the other way round.
    fn condition(&mut self) -> Result<(Condition, bool), Wrong> {
        let begin = self.at;
        let rest = self.rest();
        if rest.is_empty() || rest.starts_with(char::is_whitespace) {
            return Err((begin, "after ! stands what is not to hold: !retained:".into()));
        }
        if rest.starts_with('"') {
            return Ok((Condition::Word(Needle::new(self.quoted()?)), false));
        }
        if rest.starts_with('/') {
            return Ok((Condition::Expression(self.expression()?), false));
        }
        if let Some((key, _)) = rest.split_once(':')
            && let Some(key) = KEYS.iter().find(|known| known.name.eq_ignore_ascii_case(key))
        {
            self.at += key.name.len() + 1;
            return self.value(key);
        }
        let word = self.word();
        if word.contains(['+', '#']) {
            // No topic holds these: it can only be meant as a topic filter.
            let filter = TopicFilter::parse(word);
            return match filter {
                Ok(filter) => Ok((Condition::Pattern(filter), false)),
                Err(fault) => Err((begin + fault.at, format!("{}: home/+/climate, home/#", fault.reason))),
            };
        }
        self.unknown_key = self.unknown_key.or_else(|| like_a_key(word));
        Ok((Condition::Word(Needle::new(word)), false))
    }

    /// What comes after `key:`.
    fn value(&mut self, key: &Key) -> Result<(Condition, bool), Wrong> {
        let begin = self.at;
        let wrong = || Err((begin, format!("{}: {}", key.name, key.wanted)));
        match key.meaning {
            Meaning::Payload if self.rest().starts_with('/') => {
                Ok((Condition::PayloadExpression(self.expression()?), false))
            }
            Meaning::Payload => {
                let quoted = self.rest().starts_with('"');
                let text = if quoted { self.quoted()? } else { self.word() };
                if text.is_empty() {
                    return wrong();
                }
                Ok((Condition::PayloadWord(Needle::new(text)), false))
            }
            Meaning::Retained => match self.word() {
                "" | "yes" => Ok((Condition::Retained, false)),
                "no" => Ok((Condition::Retained, true)),
                _ => wrong(),
            },
            Meaning::Amount { units, exact, make } => match Comparison::parse(self.word(), units) {
                Some(comparison) if exact || comparison.has_direction() => Ok((make(comparison), false)),
                _ => wrong(),
            },
        }
    }

    /// Up to the next space.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let word = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    /// Up to the next quote.
    fn quoted(&mut self) -> Result<&'a str, Wrong> {
        let begin = self.at;
        let inner = &self.rest()[1..];
        let Some(end) = inner.find('"') else {
            return Err((begin, "the quote is not closed: \"two words\"".into()));
        };
        self.at += end + 2;
        if !self.rest().is_empty() && !self.rest().starts_with(char::is_whitespace) {
            return Err((self.at, "after the closing quote comes a space".into()));
        }
        Ok(&inner[..end])
    }

    /// Up to the next slash that ends a term: slashes within are part of the expression.
    fn expression(&mut self) -> Result<Expression, Wrong> {
        let begin = self.at;
        let inner = &self.rest()[1..];
        let closes = |at: usize| {
            let after = &inner[at + 1..];
            after.is_empty() || after.starts_with(char::is_whitespace)
        };
        let end = inner.match_indices('/').map(|(at, _)| at).find(|at| closes(*at));
        let Some(end) = end.filter(|end| *end > 0) else {
            let text = inner.split_whitespace().next().unwrap_or("home");
            return Err((
                begin,
                format!("a regular expression ends with a slash: /{text}/; as plain text: \"/{text}\""),
            ));
        };
        self.at += end + 2;
        let text = &inner[..end];
        Expression::parse(text).map_err(|(at, reason)| {
            let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
            (begin + 1 + at, reason)
        })
    }
}

/// What stands before the colon of a word as a key does: letters, and more of them than of a byte in an address.
fn like_a_key(word: &str) -> Option<&str> {
    let (key, _) = word.split_once(':')?;
    (key.len() > 2 && key.bytes().all(|letter| letter.is_ascii_alphabetic())).then_some(key)
}

/// Says of a word that looks like a key that it is none.
pub(in crate::app) fn no_key(key: &str) -> String {
    let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    format!("no key is called {key}, it is searched as text; keys: {}", keys.join(", "))
}

enum Meaning {
    Payload,
    Retained,
    /// A comparison; where an exact figure makes sense, without a sign as well.
    Amount {
        units: Units,
        exact: bool,
        make: fn(Comparison) -> Condition,
    },
}

/// A key with what may stand behind it.
struct Key {
    name: &'static str,
    wanted: &'static str,
    meaning: Meaning,
}

const KEYS: [Key; 7] = [
    Key {
        name: "payload",
        wanted: "takes a text, or an expression: payload:on, payload:\"two words\", payload:/o[nf]/",
        meaning: Meaning::Payload,
    },
    Key { name: "retained", wanted: "takes yes or no, or nothing for yes", meaning: Meaning::Retained },
    Key {
        name: "age",
        wanted: "takes < or > and a time: age:<10s, age:>5m",
        meaning: Meaning::Amount { units: TIME, exact: false, make: Condition::Age },
    },
    Key {
        name: "rate",
        wanted: "takes < or > and messages a second: rate:>5, rate:<0.5",
        meaning: Meaning::Amount { units: RATE, exact: false, make: Condition::Rate },
    },
    Key {
        name: "size",
        wanted: "takes bytes, with < or > or without: size:>1k, size:0",
        meaning: Meaning::Amount { units: BYTES, exact: true, make: Condition::Size },
    },
    Key {
        name: "qos",
        wanted: "takes a level, with < or > or without: qos:1, qos:>0",
        meaning: Meaning::Amount { units: NUMBER, exact: true, make: Condition::Qos },
    },
    Key {
        name: "count",
        wanted: "takes messages, with < or > or without: count:>100, count:1",
        meaning: Meaning::Amount { units: NUMBER, exact: true, make: Condition::Count },
    },
];
