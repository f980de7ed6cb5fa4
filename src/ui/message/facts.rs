//! The lines above a payload: when and how it came, what it turned out to be, what the reader has to know.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::ink::{Ink, row_of};
use crate::app::{Body, ChosenBy, Connection, NOTES, Shown};
use crate::config::Role;
use crate::payload::{format, width};
use crate::store::MessageRef;

/// `14:03:20.114   QoS 1   retained   DUP   gzip › JSON, 1.2 KB ‹ 310 B`.
pub(super) fn draw(
    ink: &Ink<'_>,
    message: &MessageRef<'_>,
    shown: Option<&Shown>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let (text, muted) = (ink.style(Role::Text), ink.style(Role::Muted));
    let mut facts: Vec<(String, Style)> =
        vec![(ink.time(message.received), text), (format!("QoS {}", message.qos), muted)];
    if message.retain {
        facts.push(("retained".into(), ink.style(Role::Retain)));
    }
    if message.dup {
        facts.push(("DUP".into(), ink.style(Role::Warning)));
    }
    let size = format::bytes(message.payload.len() as u64);
    let chosen = shown.filter(|shown| !shown.reading.refused).and_then(|shown| shown.of.decoding.as_ref());
    let chosen = chosen.map_or("", |chosen| match chosen.by {
        ChosenBy::You => " (your choice)",
        ChosenBy::Rule => " (by a rule)",
    });
    match shown {
        None => facts.push((size, muted)),
        Some(shown) if shown.reading.layers.is_empty() => {
            facts.push((size, muted));
            facts.push((format!("{}{chosen}", shown.reading.kind), muted));
        }
        Some(shown) => facts.push((format!("{}{chosen}", shown.reading.chain()), muted)),
    }
    let mut x = area.x;
    for (fact, style) in facts {
        let room = area.right().saturating_sub(x);
        let fact = ink.clean(&fact);
        if width(&fact) > usize::from(room) {
            break;
        }
        x += ink.put(buffer, x, area.y, room, &fact, style) + 3;
    }
}

/// What the reader has to know, below the facts; rows used.
pub(super) fn notes(
    connection: &Connection,
    ink: &Ink<'_>,
    message: &MessageRef<'_>,
    area: Rect,
    buffer: &mut Buffer,
) -> u16 {
    let mut notes: Vec<(String, Role)> = Vec::new();
    match connection.shown() {
        Some(shown) => {
            if let Some(program) = &shown.of.program {
                let end = if shown.end.is_empty() {
                    String::new()
                } else {
                    format!("   {}; y copies the payload as sent", shown.end)
                };
                notes.push((format!("jq {program}{end}"), Role::Accent));
            }
            notes.extend(shown.fault.iter().map(|fault| (fault.clone(), Role::Error)));
            notes.extend(since(connection, ink, shown));
            notes.extend(odd(connection, message));
            notes.extend(shown.notes.iter().map(|note| (note.clone(), Role::Warning)));
        }
        None if message.payload.len() > QUICK => {
            let size = format::bytes(message.payload.len() as u64);
            notes.push((format!("reading {size}{}", ink.glyphs().ellipsis), Role::Muted));
        }
        None => {}
    }
    let (room, most) = match usize::from(area.height.saturating_sub(1)) {
        // An image was scaled for one row of each.
        room if connection.shown().is_some_and(|shown| matches!(shown.body, Body::Painting(_))) => {
            (room.min(NOTES), 1)
        }
        room if connection.zoomed => (room, room),
        room => (room.min(usize::from(area.height / 2).max(NOTES)), NOTES),
    };
    let mut used = 0;
    for (index, (note, role)) in notes.iter().enumerate().take(room) {
        // A row is left for each of the others.
        let rows = most.min((room - used).saturating_sub(notes.len() - 1 - index)).max(1);
        let note = if connection.zoomed { note.into() } else { with_short_paths(note, ink, area.width) };
        for line in ink.wrapped_whole(&note, area.width, rows).iter().take(room - used) {
            let row = row_of(area, used);
            ink.put(buffer, row.x, row.y, row.width, line, ink.style(*role));
            used += 1;
        }
    }
    used as u16
}

/// Paths that would take half a row and more, without their middle: their ends tell most.
fn with_short_paths<'a>(note: &'a str, ink: &Ink<'_>, columns: u16) -> Cow<'a, str> {
    let most = usize::from(columns / 2);
    if width(note) <= usize::from(columns) {
        return note.into();
    }
    let short = |word: &'a str| -> Cow<'a, str> {
        let Some(name) = word.rfind('/').map(|at| &word[at..]) else { return word.into() };
        let room = most.saturating_sub(width(name));
        if width(word) <= most || room < 2 {
            return word.into();
        }
        format!("{}{name}", ink.head(word, room)).into()
    };
    note.split(' ').map(short).collect::<Vec<_>>().join(" ").into()
}

/// Which message a diff compares with.
fn since(connection: &Connection, ink: &Ink<'_>, shown: &Shown) -> Option<(String, Role)> {
    let Body::Diff(_) = &shown.body else { return None };
    let (topic, seq) = shown.of.against?;
    let other = connection.store.message(topic, seq)?;
    let time = ink.time(other.received);
    let mut text = if connection.message.marked == Some((topic, seq)) {
        format!("diff with the marked message of {time}")
    } else {
        format!("diff with the message before, of {time}")
    };
    if topic != shown.of.topic {
        text = format!("{text} on {}", connection.store.path(topic));
    }
    if connection.marked_elsewhere().is_some() {
        text = format!("{text}; {} once more: with the marked one", ink.key("D"));
    }
    Some((text, Role::Muted))
}

/// What is odd about the message, by what its topic's messages were like before.
fn odd(connection: &Connection, message: &MessageRef<'_>) -> Option<(String, Role)> {
    let oddities = connection.oddities(message.topic, message.seq);
    let words: Vec<String> = oddities.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| (format!("! {}", words.join("; ")), Role::Warning))
}

/// Bytes that are read sooner than a word about it could be read.
pub(super) const QUICK: usize = 64 * 1024;
