//! Fields as users type them: `/a/b`, `.a.b[0]`, `temperature`, `[3]`, `xpath:/a/@b`, `value`, `size`, `gap`.

use std::fmt;
use std::str::FromStr;

use super::Field;
use crate::payload::json;
use crate::payload::structure::{PathFault, Structure, token_text, tokens_of};

/// Why a text names no field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Character, from 1.
    pub column: usize,
    /// What is wrong there, and what may stand there instead.
    pub reason: String,
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at column {}", self.reason, self.column)
    }
}

impl std::error::Error for FieldFault {}

impl From<PathFault> for FieldFault {
    fn from(fault: PathFault) -> Self {
        Self { column: fault.column, reason: fault.reason.to_owned() }
    }
}

impl FromStr for Field {
    type Err = FieldFault;

    fn from_str(text: &str) -> Result<Self, FieldFault> {
        Self::parse(text)
    }
}

impl Field {
    /// The field that `text` names:
    ///
    /// | typed | is |
    /// |---|---|
    /// | `value`, `.` or nothing | the whole payload |
    /// | `/lights/0/on` | JSON pointer |
    /// | `.lights[0]."odd key"` | the same in jq's way |
    /// | `temperature` | a key of the outermost object |
    /// | `xpath:/meter/reading[2]/@unit` | XPath |
    /// | `[3]` | the fourth number of a list |
    /// | `size`, `gap` | bytes of the payload, seconds since the message before |
    pub fn parse(text: &str) -> Result<Self, FieldFault> {
        let trimmed = text.trim();
        match trimmed {
            "" | "." | "value" => return Ok(Self::Whole),
            "size" => return Ok(Self::Size),
            "gap" => return Ok(Self::Gap),
            _ => {}
        }
        if let Some(path) = trimmed.strip_prefix("xpath:") {
            return Structure::check_xpath(path).map(|()| Self::XPath(path.to_owned())).map_err(|fault| {
                FieldFault { column: fault.column + "xpath:".len(), reason: fault.reason.to_owned() }
            });
        }
        match trimmed.as_bytes().first() {
            Some(b'/') => {
                tokens_of(trimmed)?;
                Ok(Self::Pointer(trimmed.to_owned()))
            }
            Some(b'.') => pointer_of_jq(trimmed).map(Self::Pointer),
            Some(b'[') => item(trimmed),
            _ => Ok(Self::Pointer(token_text(trimmed, 1))),
        }
    }
}

fn item(text: &str) -> Result<Field, FieldFault> {
    let digits = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    digits.and_then(|digits| digits.trim().parse().ok()).map(Field::Item).ok_or_else(|| FieldFault {
        column: 2,
        reason: "a place in a list is written '[0]', '[1]', …".to_owned(),
    })
}

/// A plain jq path (keys and places, nothing else) as JSON pointer.
fn pointer_of_jq(path: &str) -> Result<String, FieldFault> {
    let mut pointer = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (step, left) = jq_step(rest).ok_or_else(|| FieldFault {
            column: 1 + path[..path.len() - rest.len()].chars().count(),
            reason: "expected '.key', '.\"odd key\"' or '[0]'; a whole jq program goes into the jq line"
                .to_owned(),
        })?;
        pointer.push_str(&step);
        rest = left;
    }
    Ok(pointer)
}

/// The first step of a jq path as a token of a pointer, and what follows it.
fn jq_step(path: &str) -> Option<(String, &str)> {
    let dotted = path.strip_prefix('.');
    let rest = dotted.unwrap_or(path);
    if rest.starts_with('"') {
        dotted?;
        let end = closing_quote(rest)?;
        return Some((token_text(&json::unquote(&rest[..end]), 1), &rest[end..]));
    }
    if let Some(inner) = rest.strip_prefix('[') {
        let end = if inner.starts_with('"') { closing_quote(inner)? } else { inner.find(']')? };
        let (inside, left) = inner.split_at(end);
        let left = left.strip_prefix(']')?;
        if inside.starts_with('"') {
            return Some((token_text(&json::unquote(inside), 1), left));
        }
        let item: usize = inside.trim().parse().ok()?;
        return Some((format!("/{item}"), left));
    }
    dotted?;
    let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '-'));
    let (key, left) = rest.split_at(end.unwrap_or(rest.len()));
    (!key.is_empty()).then(|| (token_text(key, 1), left))
}

/// Length of the JSON string at the start of `text`, quotes included.
fn closing_quote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}
