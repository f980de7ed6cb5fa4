//! One row of the lists in the place of the tree: when, on which topic, and what is in the payload, with the part that was sought lit.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::Ink;
use super::{Cache, glance};
use crate::app::Connection;
use crate::config::Role;
use crate::model::Moment;
use crate::payload::find::Finder;
use crate::payload::{format, sanitise::sanitise_bytes, width};
use crate::store::MessageRef;

const TIME: u16 = 13;
/// Columns of a time without milliseconds, where there is little room.
const SHORT_TIME: u16 = 9;
const SIZE: u16 = 9;
/// Below this width there is no room for milliseconds; from the next on there is some for sizes.
const NARROW: u16 = 60;
const WIDE: u16 = 100;
/// QoS and RETAIN, and the width from which there is room for them.
const MARKS: u16 = 5;
const ROOMY: u16 = 84;

/// What is drawn of a message.
pub(super) struct Row<'a> {
    pub(super) at: Moment,
    pub(super) topic: &'a str,
    /// What was found in the topic, to be lit there.
    pub(super) sought: Option<&'a Finder>,
    /// The message, unless it has given way.
    pub(super) message: Option<MessageRef<'a>>,
    pub(super) content: Content<'a>,
}

/// What stands in the place of the payload.
pub(super) enum Content<'a> {
    /// The payload from its beginning.
    Message(&'a Connection, MessageRef<'a>),
    /// The part of it around what was found.
    Found(&'a [u8], Range<usize>),
    /// Words of our own.
    Words(&'static str),
}

/// Draws a row.
pub(super) fn draw(row: &Row<'_>, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let muted = ink.style(Role::Muted);
    let mut x = area.x + 1;
    let time = ink.time(row.at);
    let columns = if area.width < NARROW { SHORT_TIME } else { TIME };
    let shown = if area.width < NARROW { time.get(..8).unwrap_or(&time) } else { &time };
    ink.put(buffer, x, area.y, columns, shown, muted);
    x += columns;
    let rest = area.right().saturating_sub(x + 1);
    let topic = (rest * 2 / 5).clamp(8, 60).min(rest);
    let path = ink.tail(row.topic, usize::from(topic.saturating_sub(2)));
    ink.put(buffer, x, area.y, topic.saturating_sub(2), &path, ink.style(Role::Text));
    if let Some(found) = row.sought.and_then(|finder| finder.first_in(path.as_bytes())) {
        light(&path, found, Rect { x, height: 1, ..area }, ink, buffer);
    }
    x += topic;
    if area.width >= ROOMY {
        if let Some(message) = row.message {
            ink.put(buffer, x, area.y, 2, &format!("Q{}", message.qos), muted);
            let mark = if message.retain { "R" } else { "" };
            ink.put(buffer, x + 3, area.y, 1, mark, ink.style(Role::Retain));
        }
        x += MARKS;
    }
    if area.width >= WIDE {
        let payload = match &row.content {
            Content::Message(_, message) => Some(message.payload),
            Content::Found(payload, _) => Some(*payload),
            Content::Words(_) => None,
        };
        if let Some(payload) = payload {
            let size = format::bytes(payload.len() as u64);
            ink.put_right(buffer, x, area.y, SIZE - 2, &size, muted);
        }
        x += SIZE;
    }
    let room = area.right().saturating_sub(x + 1);
    let style = ink.fresh(ink.shown.since(row.at), cache);
    match &row.content {
        Content::Words(words) => drop(ink.put(buffer, x, area.y, room, words, ink.style(Role::Faint))),
        Content::Message(_, message) if message.payload.is_empty() => {
            ink.put(buffer, x, area.y, room, "(empty)", ink.style(Role::Faint));
        }
        Content::Message(connection, message) => {
            let text = glance::of(connection, message, room, ink, cache);
            ink.put(buffer, x, area.y, room, &text, style);
        }
        Content::Found(payload, found) => {
            let [before, lit, after] = around(payload, found.clone(), usize::from(room), ink);
            let styles = [style, ink.style(Role::Match), style];
            for (part, style) in [before, lit, after].iter().zip(styles) {
                x += ink.put(buffer, x, area.y, area.right().saturating_sub(x + 1), part, style);
            }
        }
    }
}

/// Lights up a part of a text that stands at the beginning of `area`.
fn light(text: &str, part: Range<usize>, area: Rect, ink: &Ink<'_>, buffer: &mut Buffer) {
    if let (Some(before), Some(lit)) = (text.get(..part.start), text.get(part)) {
        let place = Rect { x: area.x + width(before) as u16, width: width(lit) as u16, ..area };
        buffer.set_style(place.intersection(buffer.area), ink.style(Role::Match));
    }
}

/// What stands before, at and after a place in a payload, made safe and as much of it as fits; about a third of the room is for what
/// stands before.
fn around(payload: &[u8], found: Range<usize>, columns: usize, ink: &Ink<'_>) -> [String; 3] {
    let style = ink.payload_style();
    let start = found.start.min(payload.len());
    let end = found.end.clamp(start, payload.len());
    let ellipsis = ink.glyphs().ellipsis;
    let before_from = boundary(payload, start.saturating_sub(columns));
    let mut before = line_of(&payload[before_from..start]);
    if before_from > 0 {
        before.splice(..0, ellipsis.bytes());
    }
    let before = ink.tail(&sanitise_bytes(&before, style), columns / 3).into_owned();
    let lit_until = boundary(payload, end.min(start + 4 * columns));
    let room = columns.saturating_sub(width(&before));
    let lit = ink.head(&sanitise_bytes(&line_of(&payload[start..lit_until]), style), room);
    let room = room.saturating_sub(width(&lit));
    let after_until = boundary(payload, (end + 4 * columns).min(payload.len()));
    let mut after = line_of(payload.get(end..after_until).unwrap_or_default());
    if after_until < payload.len() {
        after.extend(ellipsis.bytes());
    }
    let after = if room == 0 { String::new() } else { ink.head(&sanitise_bytes(&after, style), room) };
    [before, lit, after]
}

/// The place at or before `at` where no character is cut in two.
fn boundary(bytes: &[u8], at: usize) -> usize {
    let cuts = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    (at.saturating_sub(3)..=at).rev().find(|at| !cuts(at)).unwrap_or(at)
}

/// Bytes with each run of white space as one blank: laid out JSON is mostly that.
fn line_of(bytes: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(bytes.len());
    for byte in bytes {
        if !byte.is_ascii_whitespace() {
            line.push(*byte);
        } else if line.last() != Some(&b' ') {
            line.push(b' ');
        }
    }
    line
}
