//! Which messages of a topic the history lists: those that changed something, those that a filter lets through, or all.

use super::changes::Difference;
use crate::app::Connection;
use crate::app::filter::expression_weight;
use crate::model::QoS;
use crate::payload::find::Finder;
use crate::store::MessageRef;

/// Terms of one filter at most.
const MOST_TERMS: usize = 64;

/// Bytes of a payload that a text is looked for in.
const LARGEST_SOUGHT: usize = 16 * 1024 * 1024;
/// Nanoseconds that an expression may take with one payload at worst, and the bytes that any of them looks at.
const AT_WORST: usize = 50_000_000;
const LEAST: usize = 4 * 1024;

/// Which messages are listed.
#[derive(Debug, Clone, Default)]
pub struct Criteria {
    /// Only those in which more changed since the message before than clocks.
    pub only_changes: bool,
    /// Only those that fit.
    pub filter: Option<HistoryFilter>,
}

impl Criteria {
    /// Bytes of a payload that are looked at.
    pub(super) fn reach(&self) -> usize {
        self.filter.as_ref().map_or(usize::MAX, HistoryFilter::reach)
    }

    /// Whether every message is listed.
    pub fn is_open(&self) -> bool {
        !self.only_changes && self.filter.is_none()
    }

    /// Whether `message` is listed; `older` is the one before it on its topic.
    pub(super) fn admit(
        &self,
        connection: &Connection,
        message: &MessageRef<'_>,
        older: Option<&MessageRef<'_>>,
    ) -> Admission {
        if self.filter.as_ref().is_some_and(|filter| !filter.fits(connection, message)) {
            return Admission::LeftOut;
        }
        let older = older.filter(|_| self.only_changes);
        match older.map(|older| connection.difference(older, message)) {
            None | Some(Difference::Content) => Admission::Listed,
            Some(Difference::Clocks) => Admission::ClocksOnly,
            Some(Difference::None) => Admission::LeftOut,
        }
    }
}

/// Whether a message is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// It is.
    Listed,
    /// It is not: only time passed in it.
    ClocksOnly,
    /// It is not.
    LeftOut,
}

/// A filter as typed: terms with spaces between, all of which must hold.
#[derive(Debug, Clone)]
pub struct HistoryFilter {
    text: String,
    terms: Vec<Term>,
}

#[derive(Debug, Clone)]
struct Term {
    negated: bool,
    wanted: Wanted,
}

#[derive(Debug, Clone)]
enum Wanted {
    /// The second: bytes of a payload that it is looked for in.
    Found(Finder, usize),
    Qos(QoS),
    Retain,
    Dup,
}

impl HistoryFilter {
    /// Reads a filter: words, `"quoted words"`, `/expression/`, `qos:1`, `retain`, `dup`; `!` before a term turns it round. `None` when it
    /// says nothing. A fault is told in one line.
    pub(in crate::app) fn parse(text: &str) -> Result<Option<Self>, String> {
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            if terms.len() == MOST_TERMS {
                return Err(format!("a filter has at most {MOST_TERMS} terms"));
            }
            let bare = rest.trim_start_matches('!');
            let negated = (rest.len() - bare.len()) % 2 == 1;
            let (wanted, after) = term(bare)?;
            terms.push(Term { negated, wanted });
            rest = after.trim_start();
        }
        Ok((!terms.is_empty()).then(|| Self { text: text.to_owned(), terms }))
    }

    /// As typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Texts that a message must have, to be lit where they are drawn.
    pub fn sought(&self) -> impl Iterator<Item = &Finder> {
        self.terms.iter().filter(|term| !term.negated).filter_map(|term| match &term.wanted {
            Wanted::Found(finder, _) => Some(finder),
            _ => None,
        })
    }

    /// Bytes of a payload that are looked at.
    pub(super) fn reach(&self) -> usize {
        let reaches = self.terms.iter().filter_map(|term| match term.wanted {
            Wanted::Found(_, reach) => Some(reach),
            _ => None,
        });
        reaches.min().unwrap_or(usize::MAX)
    }

    fn fits(&self, connection: &Connection, message: &MessageRef<'_>) -> bool {
        // What stands in the header is looked at first: it costs nothing.
        let (texts, flags): (Vec<&Term>, Vec<&Term>) =
            self.terms.iter().partition(|term| matches!(term.wanted, Wanted::Found(..)));
        let holds = |term: &&Term| {
            term.negated
                != match &term.wanted {
                    Wanted::Found(finder, reach) => connection.payload_has(message, finder, *reach),
                    Wanted::Qos(qos) => message.qos == *qos,
                    Wanted::Retain => message.retain,
                    Wanted::Dup => message.dup,
                }
        };
        flags.iter().all(holds) && texts.iter().all(holds)
    }
}

/// The term at the beginning of `text`, and what follows it.
fn term(text: &str) -> Result<(Wanted, &str), String> {
    if text.is_empty() || text.starts_with(char::is_whitespace) {
        return Err("after ! stands what is not to hold: !retain".to_owned());
    }
    if let Some(rest) = text.strip_prefix('/') {
        let (expression, after) = ended(rest, '/')
            .ok_or("a regular expression ends with a slash: /alarm|fault/. \"/a\" looks for that text")?;
        let finder = Finder::regex(expression).map_err(|fault| fault.to_string())?;
        return Ok((Wanted::Found(finder, (AT_WORST / expression_weight(expression)).max(LEAST)), after));
    }
    if let Some(rest) = text.strip_prefix('"') {
        let (quoted, after) = ended(rest, '"').ok_or("the quote has no end: \"two words\"")?;
        return Ok((Wanted::Found(found(quoted)?, LARGEST_SOUGHT), after));
    }
    let (word, after) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    let wanted = match word.to_ascii_lowercase().as_str() {
        "retain" | "retained" => Wanted::Retain,
        "dup" => Wanted::Dup,
        other => match other.strip_prefix("qos:") {
            Some(level) => Wanted::Qos(qos(level)?),
            None => Wanted::Found(found(word)?, LARGEST_SOUGHT),
        },
    };
    Ok((wanted, after))
}

/// What stands before the `end` that is followed by a space or by nothing, and what follows.
fn ended(text: &str, end: char) -> Option<(&str, &str)> {
    let ends = |(at, _): &(usize, &str)| {
        text.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    };
    let (at, _) = text.match_indices(end).find(ends)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn found(text: &str) -> Result<Finder, String> {
    Finder::text(text).map_err(|fault| fault.to_string())
}

fn qos(level: &str) -> Result<QoS, String> {
    let level = level.parse().ok().and_then(QoS::from_level);
    level.ok_or_else(|| "the QoS is qos:0, qos:1 or qos:2".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_terms_with_spaces_between() {
        let kinds = |text: &str| {
            let filter = HistoryFilter::parse(text).expect(text);
            let name = |term: &Term| {
                let not = if term.negated { "!" } else { "" };
                let kind = match &term.wanted {
                    Wanted::Found(..) => "text".to_owned(),
                    Wanted::Qos(qos) => format!("qos{qos}"),
                    Wanted::Retain => "retain".to_owned(),
                    Wanted::Dup => "dup".to_owned(),
                };
                format!("{not}{kind}")
            };
            filter.map_or_else(String::new, |filter| {
                filter.terms.iter().map(name).collect::<Vec<_>>().join(" ")
            })
        };
        assert_eq!(kinds("alarm qos:1 !retain Dup"), "text qos1 !retain dup");
        assert_eq!(kinds("\"two words\" /a b/ !!x"), "text text text");
        assert_eq!(kinds("/home/lamp/ \"retain\" retainer"), "text text text");
        assert_eq!(kinds("  "), "");
    }

    #[test]
    fn what_is_wrong_with_a_filter_is_said_in_a_line() {
        for (text, told) in [
            ("!", "after ! stands what is not to hold: !retain"),
            ("qos:3", "the QoS is qos:0, qos:1 or qos:2"),
            ("\"two words", "the quote has no end: \"two words\""),
            ("/a(b/", "unclosed group at column 2"),
        ] {
            assert_eq!(HistoryFilter::parse(text).expect_err(text), told);
        }
        assert!(HistoryFilter::parse("/alarm").expect_err("open").contains("ends with a slash"));
    }
}
