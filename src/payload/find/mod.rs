//! Finding text in what is shown or kept: smart-case words or a regular expression. The engine takes time in proportion to
//! the text, whatever the expression (`(a+)+$` too). Called by the message pane for what it shows and by the search for
//! payloads.

mod places;

use std::fmt;
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

pub use places::{Match, Matches, Place, Places, Searched};

/// Bytes that a compiled expression may take: `a{1000}{1000}` asks for more and is refused.
const COMPILED_LIMIT: usize = 1024 * 1024;

/// Why a text is no regular expression, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindFault {
    /// Character in the expression, from 1; `None` when the whole of it is at fault.
    pub column: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for FindFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "{} at column {column}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for FindFault {}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Finder {
    wanted: Regex,
    counts_capitals: bool,
}

impl Finder {
    /// Looks for `text` as it stands; capitals count only when it has one.
    pub fn text(text: &str) -> Result<Self, FindFault> {
        Self::build(&regex::escape(text), !text.chars().any(char::is_uppercase))
    }

    /// Looks for a regular expression; capitals count only when it has one, the letters after a backslash not counted.
    pub fn regex(expression: &str) -> Result<Self, FindFault> {
        let mut escaped = false;
        let capital = expression.chars().any(|letter| {
            let counts = !escaped && letter.is_uppercase();
            escaped = !escaped && letter == '\\';
            counts
        });
        Self::build(expression, !capital)
    }

    /// Looks for bytes written as `0x1f8b`, with blanks between them or not; half a byte at the end stands for all that begin so. `None`
    /// for what is not written so.
    pub fn bytes(text: &str) -> Option<Self> {
        let digits: String = text.strip_prefix("0x")?.split_ascii_whitespace().collect();
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let byte = |pair: &str| match pair.len() {
            2 => format!(r"\x{pair}"),
            _ => format!(r"[\x{pair}0-\x{pair}f]"),
        };
        let places = (0..digits.len()).step_by(2);
        let expression: String = places.map(|at| byte(&digits[at..digits.len().min(at + 2)])).collect();
        Self::build(&format!("(?-u){expression}"), false).ok()
    }

    fn build(expression: &str, ignore_case: bool) -> Result<Self, FindFault> {
        RegexBuilder::new(expression)
            .case_insensitive(ignore_case)
            .multi_line(true)
            .size_limit(COMPILED_LIMIT)
            .build()
            .map(|wanted| Self { wanted, counts_capitals: !ignore_case })
            .map_err(|fault| fault_of(expression, &fault))
    }

    /// Whether capitals count, since it has one.
    pub fn counts_capitals(&self) -> bool {
        self.counts_capitals
    }

    /// Whether it occurs in `bytes`, which need not be text.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.wanted.is_match(bytes)
    }

    /// The first place in `bytes`.
    pub fn first_in(&self, bytes: &[u8]) -> Option<Range<usize>> {
        self.wanted.find(bytes).map(|found| found.range())
    }

    /// Every place in `text`, as ranges between characters.
    pub fn all_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let between =
            |range: &Range<usize>| text.is_char_boundary(range.start) && text.is_char_boundary(range.end);
        self.wanted.find_iter(text.as_bytes()).map(|found| found.range()).filter(between)
    }
}

/// The engine's account of a fault, as one line with a column.
fn fault_of(expression: &str, fault: &regex::Error) -> FindFault {
    let regex::Error::Syntax(account) = fault else {
        return FindFault { column: None, reason: "the expression is too large".to_owned() };
    };
    // The account draws the expression with carets under the fault and ends in "error: what is wrong".
    let reason = account.rsplit_once("error: ").map_or(account.as_str(), |(_, reason)| reason).trim();
    let drawn = account.lines().find(|line| line.trim_start().starts_with('^'));
    let indent =
        account.lines().find_map(|line| line.find(expression.lines().next()?).filter(|_| !line.is_empty()));
    let column = drawn.and_then(|line| Some(1 + line.find('^')?.checked_sub(indent?)?));
    FindFault { column, reason: reason.lines().next().unwrap_or_default().to_owned() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::payload::Document;
    use crate::payload::diff::Diff;
    use crate::payload::structure::Structure;

    fn find(finder: &Finder, text: &str, most: usize) -> Matches {
        finder.find(&Searched::Lines(Arc::new(Document::text(text.to_owned()))), most)
    }

    fn places(finder: &Finder, text: &str, most: usize) -> (Vec<(usize, Range<usize>)>, bool) {
        let found = find(finder, text, most);
        let Places::Lines(places) = found.places else { panic!("no lines") };
        (places.into_iter().map(|place| (place.line, place.range)).collect(), found.more)
    }

    fn nodes(finder: &Finder, structure: &Arc<Structure>) -> Vec<String> {
        let Places::Nodes(nodes) = finder.find(&Searched::Nodes(Arc::clone(structure)), 9).places else {
            panic!("no nodes")
        };
        let path = |id| if structure.is_xml() { structure.xpath_of(id) } else { structure.pointer_of(id) };
        nodes.into_iter().map(path).collect()
    }

    fn bytes(finder: &Finder, bytes: &[u8]) -> Vec<Range<usize>> {
        match finder.find(&Searched::Bytes(Arc::from(bytes)), 9).places {
            Places::Bytes(places) => places,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_and_values_of_nodes_are_found_but_not_what_is_only_below_them() {
        let json =
            Arc::new(Structure::of_json(r#"{"lamp":{"on":true,"lamps":["Lamp","x"]}}"#).expect("JSON"));
        let finder = Finder::text("lamp").expect("text");
        assert_eq!(nodes(&finder, &json), ["/lamp", "/lamp/lamps", "/lamp/lamps/0"]);
        let xml = "<m lamp='1'><a>a &amp; lamp</a><lamp/><!-- lamp --></m>";
        let xml = Arc::new(Structure::of_xml(xml).expect("XML"));
        assert_eq!(nodes(&finder, &xml), ["/m/@lamp", "/m/a/text()", "/m/lamp", "/m/comment()"]);
        assert_eq!(nodes(&Finder::text("a & l").expect("text"), &xml), ["/m/a/text()"], "as it is shown");
    }

    #[test]
    fn bytes_are_found_as_text_and_by_their_digits() {
        let payload = b"\x1f\x8b\0Lamp\x1f\x80\xff\xfflamp";
        assert_eq!(bytes(&Finder::text("lamp").expect("text"), payload), [3..7, 11..15]);
        let digits = |text: &str| bytes(&Finder::bytes(text).expect(text), payload);
        assert_eq!((digits("0x1f8b").len(), digits("0x1f8b")[0].clone()), (1, 0..2));
        assert_eq!(digits("0x1F 8"), [0..2, 7..9]);
        assert_eq!(digits("0xff"), [9..10, 10..11]);
        assert!(["", "0x", "1f8b", "0x1g", "0x é"].iter().all(|text| Finder::bytes(text).is_none()));
    }

    #[test]
    fn differences_are_found_by_place_and_by_both_values() {
        let side = |text| crate::payload::diff::Side::of(text);
        let diff = Diff::between(side(br#"{"a":"old","b":1,"c":2}"#), side(br#"{"a":"new","b":3,"c":4}"#));
        let diff = Searched::Rows(Arc::new(diff));
        for (text, rows) in
            [("old", vec![0]), ("new", vec![0]), ("c", vec![2]), ("2", vec![2]), ("x", vec![])]
        {
            let found = Finder::text(text).expect(text).find(&diff, 9);
            assert_eq!(found.places, Places::Rows(rows), "{text}");
        }
    }

    #[test]
    fn places_know_what_stands_before() {
        let places = Places::Bytes(vec![3..7, 11..15]);
        assert_eq!([0, 3, 4, 20].map(|at| places.before(&Place::Bytes(at..at))), [0, 0, 1, 2]);
        assert_eq!((places.get(1), places.get(2)), (Some(Place::Bytes(11..15)), None));
        assert_eq!(places.before(&Place::Row(1)), 0);
    }

    #[test]
    fn words_are_found_with_line_and_place_and_capitals_count_when_typed() {
        let text = "Kitchen\nthe kitchen, KITCHEN";
        let any = Finder::text("kitchen").expect("text");
        assert_eq!(places(&any, text, 10), (vec![(0, 0..7), (1, 4..11), (1, 13..20)], false));
        let exact = Finder::text("KITCHEN").expect("text");
        assert_eq!(places(&exact, text, 10), (vec![(1, 13..20)], false));
        assert_eq!(places(&any, text, 2).0.len(), 2);
        assert!(places(&any, text, 2).1);
        assert_eq!(places(&Finder::text("a.b(").expect("text"), "aXb( a.b(", 9).0, [(0, 5..9)]);
    }

    #[test]
    fn regular_expressions_see_lines_and_bytes() {
        let finder = Finder::regex(r"^\d+$").expect("regex");
        assert_eq!(places(&finder, "12\nx1\n345", 9).0, [(0, 0..2), (2, 0..3)]);
        assert!(Finder::regex(r"\S\W").expect("regex").is_in(b"\xffa!"));
        assert_eq!(places(&Finder::regex("É").expect("regex"), "é É", 9).0, [(0, 3..5)]);
        assert_eq!(places(&Finder::regex("x*").expect("regex"), "axxb", 9).0, [(0, 1..3)], "nothing empty");
    }

    #[test]
    fn e15_a_catastrophic_expression_takes_no_longer_than_another() {
        let finder = Finder::regex("(a+)+$").expect("regex");
        assert!(!finder.is_in(format!("{}b", "a".repeat(200_000)).as_bytes()));
        let fault = Finder::regex("a{1000}{1000}{1000}").expect_err("too large");
        assert_eq!(fault.to_string(), "the expression is too large");
    }

    #[test]
    fn e15_an_invalid_expression_is_told_in_one_line_with_its_column() {
        for (expression, told) in [
            ("a(b", "unclosed group at column 2"),
            ("[z-a]", "invalid character class range, the start must be <= the end at column 2"),
            ("*", "repetition operator missing expression at column 1"),
            ("é(", "unclosed group at column 2"),
            (r"a\Q", "unrecognized escape sequence at column 2"),
        ] {
            assert_eq!(Finder::regex(expression).expect_err(expression).to_string(), told);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_found_where_it_stands(before in any::<String>(), wanted in "[^\\n]{1,8}", after in any::<String>()) {
            let text = format!("{before}{wanted}{after}");
            let finder = Finder::text(&wanted).expect("a text");
            prop_assert!(finder.is_in(text.as_bytes()));
            let first = finder.first_in(text.as_bytes()).expect("it is there");
            prop_assert!(first.start <= before.len());
            for range in finder.all_in(&text) {
                prop_assert_eq!(text[range].chars().count(), wanted.chars().count());
            }
        }

        #[test]
        fn any_expression_works_or_is_told_in_one_line(expression in any::<String>(), text in any::<String>()) {
            match Finder::regex(&expression) {
                Ok(finder) => {
                    find(&finder, &text, 10);
                }
                Err(fault) => {
                    prop_assert!(!fault.to_string().contains('\n') && !fault.reason.is_empty());
                    prop_assert!(fault.column.is_none_or(|column| column <= expression.chars().count() + 1));
                }
            }
        }
    }
}
