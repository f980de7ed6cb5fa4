//! The parts of one line of XML, for colour. A line may begin within a comment or a tag: the document knows in which.

use std::ops::ControlFlow;

use crate::payload::number;
use crate::payload::tokens::Role;

/// Within what a line begins, or goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::payload) enum Inside {
    /// Text between tags.
    Content,
    /// The name of a tag.
    Name,
    /// A tag, after its name.
    Tag,
    /// An attribute's value, in quotes like this.
    Value(u8),
    /// `<!-- … -->`.
    Comment,
    /// `<![CDATA[ … ]]>`.
    CData,
    /// `<? … ?>`.
    Instruction,
    /// `<! … >`, with so many `<` open within.
    Declaration(u16),
}

impl Inside {
    /// What goes on after `line`.
    pub(super) fn after(self, line: &str) -> Self {
        let (mut inside, mut rest) = (self, line);
        while !rest.is_empty() {
            let (_, length) = part(rest, &mut inside);
            rest = &rest[length..];
        }
        inside
    }
}

/// Role and length, at least 1, of the first part of `rest`, which is not empty.
pub(in crate::payload) fn part(rest: &str, inside: &mut Inside) -> (Role, usize) {
    match *inside {
        Inside::Content => content(rest, inside),
        Inside::Name => {
            *inside = Inside::Tag;
            let length = run(rest, |byte| !b" \t\r\n/>".contains(&byte));
            if length > 0 { (Role::Key, length) } else { tag(rest, inside) }
        }
        Inside::Tag => tag(rest, inside),
        Inside::Value(quote) => (Role::String, until(rest, &[quote], inside, Inside::Tag)),
        Inside::Comment => (Role::Comment, until(rest, b"-->", inside, Inside::Content)),
        Inside::Instruction => (Role::Comment, until(rest, b"?>", inside, Inside::Content)),
        Inside::CData => cdata(rest, inside),
        Inside::Declaration(open) => (Role::Comment, declaration(rest, open, inside)),
    }
}

/// Text up to the next tag, or what opens there.
fn content(rest: &str, inside: &mut Inside) -> (Role, usize) {
    const OPENING: [(&str, Inside, Role); 6] = [
        ("<!--", Inside::Comment, Role::Comment),
        ("<![CDATA[", Inside::CData, Role::Punctuation),
        ("<?", Inside::Instruction, Role::Comment),
        ("<!", Inside::Declaration(0), Role::Comment),
        ("</", Inside::Name, Role::Punctuation),
        ("<", Inside::Name, Role::Punctuation),
    ];
    if let Some((opening, within, role)) = OPENING.iter().find(|(opening, ..)| rest.starts_with(opening)) {
        *inside = *within;
        return (*role, opening.len());
    }
    let blank = run(rest, |byte| b" \t\r".contains(&byte));
    if blank > 0 {
        return (Role::Plain, blank);
    }
    let length = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
    (text_role(&rest[..length]), length)
}

fn text_role(text: &str) -> Role {
    match text.trim_ascii() {
        "true" | "false" => Role::Boolean,
        text if number(text.as_bytes()).is_some() => Role::Number,
        _ => Role::String,
    }
}

/// A part of a tag after its name.
fn tag(rest: &str, inside: &mut Inside) -> (Role, usize) {
    let first = rest.as_bytes()[0];
    match first {
        b' ' | b'\t' | b'\r' => (Role::Plain, run(rest, |byte| b" \t\r".contains(&byte))),
        b'>' => {
            *inside = Inside::Content;
            (Role::Punctuation, 1)
        }
        b'/' | b'=' => (Role::Punctuation, 1),
        b'"' | b'\'' => {
            *inside = Inside::Value(first);
            (Role::String, 1 + until(&rest[1..], &[first], inside, Inside::Tag))
        }
        _ => (Role::Key, run(rest, |byte| !b" \t\r/>='\"".contains(&byte))),
    }
}

fn cdata(rest: &str, inside: &mut Inside) -> (Role, usize) {
    match memchr::memmem::find(rest.as_bytes(), b"]]>") {
        Some(0) => {
            *inside = Inside::Content;
            (Role::Punctuation, 3)
        }
        Some(length) => (Role::String, length),
        None => (Role::String, rest.len()),
    }
}

/// Up to the `>` that ends a declaration.
fn declaration(rest: &str, open: u16, inside: &mut Inside) -> usize {
    let mut open = open;
    let end = memchr::memchr2_iter(b'<', b'>', rest.as_bytes()).try_for_each(|at| {
        match (rest.as_bytes()[at], open) {
            (b'<', _) => open = open.saturating_add(1),
            (_, 0) => return ControlFlow::Break(at + 1),
            _ => open -= 1,
        }
        ControlFlow::Continue(())
    });
    *inside = Inside::Declaration(open);
    match end {
        ControlFlow::Break(length) => {
            *inside = Inside::Content;
            length
        }
        ControlFlow::Continue(()) => rest.len(),
    }
}

/// The length up to the end of `mark`, after which `next` goes on; all of it when there is none.
fn until(rest: &str, mark: &[u8], inside: &mut Inside, next: Inside) -> usize {
    match memchr::memmem::find(rest.as_bytes(), mark) {
        Some(at) => {
            *inside = next;
            at + mark.len()
        }
        None => rest.len(),
    }
}

fn run(rest: &str, belongs: impl Fn(u8) -> bool) -> usize {
    rest.bytes().position(|byte| !belongs(byte)).unwrap_or(rest.len())
}
