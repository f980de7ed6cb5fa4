//! The parts of one line of laid-out JSON or XML, for colour. Called by `layout` for the lines on screen.

use super::xml::{self, Inside};

/// What a part of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// An object's key, with its quotes; the name of an element or attribute.
    Key,
    /// A string or an attribute's value, with its quotes; text between tags.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// Brackets, commas, colons, equals signs.
    Punctuation,
    /// Comments, instructions and declarations of XML.
    Comment,
    /// Spaces, and everything in a text that is neither JSON nor XML.
    Plain,
}

/// Iterator over the parts of a line. Together they are the line.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    rest: &'a str,
    grammar: Grammar,
}

#[derive(Debug, Clone, Copy)]
enum Grammar {
    Plain,
    Json,
    Xml(Inside),
}

/// The parts of one line written by [`super::pretty`].
pub fn tokens(line: &str) -> Tokens<'_> {
    Tokens { rest: line, grammar: Grammar::Json }
}

/// The line as one plain part.
pub(super) fn plain(line: &str) -> Tokens<'_> {
    Tokens { rest: line, grammar: Grammar::Plain }
}

/// The parts of one line of XML that begins within something.
pub(super) fn xml_tokens(line: &str, inside: Inside) -> Tokens<'_> {
    Tokens { rest: line, grammar: Grammar::Xml(inside) }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Role, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (role, length) = match &mut self.grammar {
            Grammar::Plain => (Role::Plain, self.rest.len()),
            Grammar::Json => json_part(self.rest.as_bytes()),
            Grammar::Xml(inside) => xml::part(self.rest, inside),
        };
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some((role, token))
    }
}

/// Role and length of the first part of `bytes`, which are not empty.
fn json_part(bytes: &[u8]) -> (Role, usize) {
    match bytes[0] {
        b' ' => (Role::Plain, run(bytes, |b| b == b' ')),
        b'"' => {
            let length = string_length(bytes);
            let role = if bytes.get(length) == Some(&b':') { Role::Key } else { Role::String };
            (role, length)
        }
        b'{' | b'}' | b'[' | b']' | b',' | b':' => (Role::Punctuation, 1),
        b'-' | b'0'..=b'9' => (Role::Number, run(bytes, |b| !matches!(b, b',' | b' ' | b']' | b'}'))),
        b't' | b'f' => (Role::Boolean, run(bytes, |b| b.is_ascii_lowercase())),
        b'n' => (Role::Null, run(bytes, |b| b.is_ascii_lowercase())),
        _ => (Role::Plain, bytes.len()),
    }
}

fn run(bytes: &[u8], inside: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| inside(**b)).count()
}

/// Length of the string that starts `bytes`, quotes included; all of `bytes` if it does not end.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_into_parts_with_roles() {
        let line = r#"  "a \" b\\": [-1.5e3, "x: y", true, null, {}],"#;
        let parts: Vec<_> = tokens(line).filter(|(role, _)| *role != Role::Plain).collect();
        assert_eq!(parts[0], (Role::Key, r#""a \" b\\""#));
        let roles: Vec<_> = parts.iter().map(|(role, _)| *role).filter(|r| *r != Role::Punctuation).collect();
        assert_eq!(roles, [Role::Key, Role::Number, Role::String, Role::Boolean, Role::Null]);
        assert_eq!(tokens(line).map(|(_, part)| part).collect::<String>(), line);
    }
}
