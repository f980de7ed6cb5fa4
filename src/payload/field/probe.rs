//! The number at a field, found by reading the text up to it and no further: charts ask a million messages.

use super::Field;
use crate::payload::json::{
    self,
    reader::{Event, Reader},
};
use crate::payload::structure::{PathFault, Structure, Token, tokens_of};

/// A field made ready to be looked for in many messages.
#[derive(Debug, Clone)]
pub struct Probe {
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    Whole,
    Pointer(Vec<Token>),
    XPath(String),
    Item(usize),
    /// Not in the text at all.
    Outside,
}

impl Probe {
    /// Fails when the field's path is none.
    pub fn new(field: &Field) -> Result<Self, PathFault> {
        let way = match field {
            Field::Whole => Way::Whole,
            Field::Pointer(pointer) => match tokens_of(pointer)? {
                tokens if tokens.is_empty() => Way::Whole,
                tokens => Way::Pointer(tokens),
            },
            Field::XPath(path) => {
                Structure::check_xpath(path)?;
                Way::XPath(path.clone())
            }
            Field::Item(item) => Way::Item(*item),
            Field::Size | Field::Gap => Way::Outside,
        };
        Ok(Self { way })
    }

    /// The number at the field in a text form: `None` when nothing is there, or no number, or one too large for an `f64`.
    /// What follows the field in the text is not read, and so not checked either.
    pub fn number(&self, text: &str) -> Option<f64> {
        match &self.way {
            Way::Whole => number_of(text.trim_ascii()),
            Way::Pointer(tokens) => number_of(scalar_at(text, tokens)?),
            Way::XPath(path) => {
                let structure = Structure::of_xml(text).ok()?;
                let node = structure.at_xpath(path).ok()??;
                number_of(structure.content(node)?.trim_ascii())
            }
            Way::Item(item) if text.trim_ascii_start().starts_with('[') => {
                number_of(scalar_at(text, &[Token { name: String::new(), item: Some(*item), nth: 1 }])?)
            }
            Way::Item(item) => number_of(listed(text, *item)?),
            Way::Outside => None,
        }
    }
}

/// The value at `field` in a text form, as a reader would say it: of a string what it says, of an object or a list its text. `None` when
/// nothing is there.
pub fn value_in(text: &str, field: &Field) -> Option<String> {
    let at_pointer = |pointer: &str| {
        let structure = Structure::of_json(text).ok()?;
        let node = structure.at_pointer(pointer).ok()??;
        Some(structure.plain_value(node).into_owned())
    };
    match field {
        Field::Whole => Some(text.to_owned()),
        Field::Pointer(pointer) => at_pointer(pointer),
        Field::XPath(path) => {
            let structure = Structure::of_xml(text).ok()?;
            let node = structure.at_xpath(path).ok()??;
            structure.content(node).map(|content| content.trim().to_owned())
        }
        Field::Item(item) if text.trim_ascii_start().starts_with('[') => at_pointer(&format!("/{item}")),
        Field::Item(item) => listed(text, *item).map(str::to_owned),
        Field::Size | Field::Gap => None,
    }
}

/// The number at `field` in a text form; see [`Probe`], which is faster over many texts.
pub fn number_in(text: &str, field: &Field) -> Option<f64> {
    Probe::new(field).ok()?.number(text)
}

/// The number that a value as written stands for: a number, one in quotes, `true` and `ON` as 1, `false` and `OFF` as 0.
pub(super) fn number_of(raw: &str) -> Option<f64> {
    match raw.as_bytes().first()? {
        b'"' => word_number(&json::unquote(raw)),
        b'-' | b'0'..=b'9' => raw.parse().ok().filter(|value: &f64| value.is_finite()),
        _ => word_number(raw),
    }
}

/// The number that a word stands for: a plain number with blanks around it or not, `true` and `on` as 1, `false` and `off`
/// as 0, in any case of letters.
pub fn word_number(text: &str) -> Option<f64> {
    let word = text.trim();
    let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
    match word.as_bytes().first()? {
        b't' | b'T' => is("true").then_some(1.0),
        b'f' | b'F' => is("false").then_some(0.0),
        b'o' | b'O' if is("on") => Some(1.0),
        b'o' | b'O' => is("off").then_some(0.0),
        _ => crate::payload::number(word.as_bytes()),
    }
}

/// The scalar value at a pointer, as written.
fn scalar_at<'a>(text: &'a str, tokens: &[Token]) -> Option<&'a str> {
    let mut reader = Reader::new(text);
    for token in tokens {
        match reader.next().ok()?? {
            Event::Open('{') => reach_key(&mut reader, text, token)?,
            Event::Open(_) if token.nth == 1 => {
                for _ in 0..token.item? {
                    skip_value(&mut reader)?;
                }
            }
            _ => return None,
        }
    }
    match reader.next().ok()?? {
        Event::Scalar(range) => text.get(range),
        _ => None,
    }
}

/// Reads on to the value of the key that `token` names.
fn reach_key(reader: &mut Reader<'_>, text: &str, token: &Token) -> Option<()> {
    let mut seen = 0;
    loop {
        let Event::Key(range) = reader.next().ok()?? else { return None };
        if is_key(text.get(range)?, &token.name) {
            seen += 1;
            if seen == token.nth {
                return Some(());
            }
        }
        skip_value(reader)?;
    }
}

fn is_key(raw: &str, name: &str) -> bool {
    let inner = raw.as_bytes().get(1..raw.len() - 1).unwrap_or_default();
    inner == name.as_bytes() || (inner.contains(&b'\\') && json::unquote(raw) == name)
}

/// Reads over one value. `None` where there is none.
fn skip_value(reader: &mut Reader<'_>) -> Option<()> {
    let mut depth = 0_usize;
    loop {
        match reader.next().ok()?? {
            Event::Open(_) => depth += 1,
            Event::Close(_) => depth = depth.checked_sub(1)?,
            Event::Key(_) => continue,
            Event::Scalar(_) => {}
        }
        if depth == 0 {
            return Some(());
        }
    }
}

/// The n-th word of a list with commas, semicolons or blanks between.
fn listed(text: &str, item: usize) -> Option<&str> {
    let separated = text.contains([',', ';']);
    let parts =
        |letter: char| if separated { matches!(letter, ',' | ';') } else { letter.is_ascii_whitespace() };
    text.trim_ascii().split(parts).map(str::trim_ascii).filter(|part| separated || !part.is_empty()).nth(item)
}
