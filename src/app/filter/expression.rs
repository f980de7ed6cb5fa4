//! A regular expression of the filter: linear in what it looks at, small, and of known weight, so that no expression and no payload can
//! hold up a key (E15).

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

/// What expressions of a compiled size, in bytes, may cost.
#[derive(Debug)]
struct Size {
    most: usize,
    /// Nanoseconds that a byte may take at worst, when each leads to a state of its own; mostly it is one or two. An expression whose
    /// cost is overrated is only looked for in smaller pieces.
    weight: usize,
    /// Bytes of a text that are looked at: some tens of milliseconds at worst.
    reach: usize,
}

/// The sizes that are accepted.
const SIZES: [Size; 4] = [
    Size { most: 4 << 10, weight: 60, reach: 64 << 10 },
    Size { most: 16 << 10, weight: 250, reach: 32 << 10 },
    Size { most: 64 << 10, weight: 1_000, reach: 8 << 10 },
    Size { most: 256 << 10, weight: 4_000, reach: 2 << 10 },
];
/// Nanoseconds that a byte may take with an expression that none of the sizes is enough for.
const HEAVIEST: usize = 16_000;

/// Nanoseconds that a byte may take at worst with this expression, whoever compiles it.
pub(in crate::app) fn weight(text: &str) -> usize {
    Expression::parse(text).map_or(HEAVIEST, |expression| expression.weight())
}

/// Bytes that may be kept of what an expression has seen, so that it need not be worked out again.
const MEMORY: usize = 4 << 20;
/// Places lit in one topic at most.
const LIT: usize = 16;

/// A regular expression.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    regex: Regex,
    size: &'static Size,
}

impl Expression {
    /// Compiles `text`, case ignored. The error has the offset of the fault in characters, where it is known.
    pub(super) fn parse(text: &str) -> Result<Self, (usize, String)> {
        for size in &SIZES {
            let built = RegexBuilder::new(text)
                .case_insensitive(true)
                .size_limit(size.most)
                .dfa_size_limit(MEMORY)
                .build();
            match built {
                Ok(regex) => return Ok(Self { regex, size }),
                Err(regex::Error::Syntax(told)) => return Err(syntax(&told)),
                // The next size may do.
                Err(_) => {}
            }
        }
        Err((0, "this expression is too large: fewer or smaller repetitions".to_owned()))
    }

    /// Whether it finds something in `bytes`, which are no more than its reach.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        self.regex.is_match(bytes)
    }

    /// Nanoseconds that a byte may take.
    pub(super) fn weight(&self) -> usize {
        self.size.weight
    }

    /// Bytes of a text that it looks at.
    pub(super) fn reach(&self) -> usize {
        self.size.reach
    }

    /// What it finds in `topic`.
    pub(super) fn places(&self, topic: &str) -> Vec<Range<usize>> {
        let head = &topic.as_bytes()[..topic.len().min(self.reach())];
        let found = self.regex.find_iter(head).take(LIT);
        found.map(|found| found.range()).filter(|range| !range.is_empty()).collect()
    }
}

/// Bytes of a payload that a plain text is sought in.
pub(super) const TEXT_REACH: usize = 64 << 10;

/// What the library says of a wrong expression, in short: it draws the expression, indented by four, with a caret below.
fn syntax(told: &str) -> (usize, String) {
    let at = told.lines().find_map(|line| line.trim_start().starts_with('^').then(|| line.find('^'))?);
    let reason = told.lines().rev().find_map(|line| line.strip_prefix("error: "));
    let reason = reason.unwrap_or("it cannot be read");
    (at.map_or(0, |at| at.saturating_sub(4)), format!("no regular expression: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e15_a_wrong_expression_is_told_with_its_place() {
        for (text, at, word) in [
            ("a(b", 1, "unclosed group"),
            ("a)b", 1, "unopened group"),
            ("ab**[", 4, "unclosed character class"),
            ("*a", 0, "repetition operator missing expression"),
            ("x{5,1}", 1, "invalid repetition count"),
            ("(?=x)", 0, "look-ahead"),
        ] {
            let (found, reason) = Expression::parse(text).expect_err(text);
            assert_eq!(found, at, "{text}: {reason}");
            assert!(reason.contains(word), "{text}: {reason}");
        }
    }

    #[test]
    fn e15_expressions_that_grow_without_measure_are_refused() {
        for text in ["(a{1000}){1000}", r"\w{1000}", r"(\pL{50}){50}"] {
            let (_, reason) = Expression::parse(text).expect_err(text);
            assert!(reason.contains("too large"), "{text}: {reason}");
        }
        // Well known for hanging engines that go back.
        let text = format!("{}b", "a".repeat(60_000));
        assert!(!Expression::parse("^(a+)+$").expect("small").is_in(text.as_bytes()));
    }
}
