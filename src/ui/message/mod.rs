//! The message pane: what came with the message, and its payload in the chosen view. Only visible lines are laid out.
//!
//! ```text
//! mod.rs       ╭ topic ─────────────────── view ╮
//! facts.rs     │ time  QoS  chain               │
//!              │ what the reader has to know    │
//! properties   │ MQTT 5 properties              │
//! document.rs, tree.rs, hex.rs, diff.rs, image.rs: the payload
//!              ╰ path or what is found ── lines ╯
//! ```

mod diff;
mod document;
mod facts;
mod hex;
mod image;
mod node;
mod tree;

use std::ops::Range;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::ink::{Ink, row_of};
use super::{Cache, properties};
use crate::app::{App, Body, Connection, Left, Painting, Pane, PayloadView, Shown};
use crate::config::Role;
use crate::model::ConnectionId;
use crate::payload::find::Finder;
use crate::payload::structure::Structure;
use crate::payload::{Content, Document, Prepared, WrapIndex, format};
use crate::store::{MessageRef, Seq, TopicId};
use document::Lines;

/// What is kept of the message on screen.
#[derive(Debug, Default)]
pub(super) struct Kept {
    of: Option<(ConnectionId, TopicId, Seq)>,
    properties: properties::Shown,
    /// Rows of a short document, counted once for a width.
    wrapped: Option<(Arc<Document>, Arc<WrapIndex>)>,
}

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let connection = app.connection();
    let focused = connection.focus == Pane::Message && !connection.publish.open;
    let topic = connection.tree.selected().map(|id| connection.store.path(id));
    let title = topic.map_or("Message".into(), |topic| ink.clean(topic).into_owned());
    let title = if title.is_empty() { ink.glyphs().empty_level.to_owned() } else { title };
    let view = view_title(connection, ink);
    let room = usize::from(area.width).saturating_sub(view.width() + 6);
    let in_frame = ink.tail(&title, room);
    // An image was scaled for the room without it.
    let is_image = connection.shown().is_some_and(|shown| matches!(shown.body, Body::Painting(_)));
    let is_cut = in_frame != title && !is_image;
    let block = ink.frame(&in_frame, focused).title(view);
    let inside = block.inner(area);
    block.render(area, buffer);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let whole = if is_cut { draw_topic(connection, ink, &title, inside, buffer) } else { 0 };
    let inside = Rect { y: inside.y + whole, height: inside.height - whole, ..inside };
    cache.measured.message = (0, usize::from(inside.height));
    cache.measured.message_cut = false;
    match (connection.tree.selected(), connection.shown_message()) {
        (_, Some(message)) => draw_message(connection, ink, &message, inside, focused, cache, buffer),
        (Some(node), None) => node::draw(connection, ink, node, inside, buffer),
        (None, None) => {
            let text = "Select a topic to read its messages.";
            ink.put(buffer, inside.x, inside.y, inside.width, text, ink.style(Role::Muted));
        }
    }
}

/// The whole topic below a title that has no room for it; rows used.
fn draw_topic(connection: &Connection, ink: &Ink<'_>, topic: &str, area: Rect, buffer: &mut Buffer) -> u16 {
    let most = if connection.zoomed { area.height.saturating_sub(1) } else { area.height / 3 };
    let lines = ink.wrapped_whole(topic, area.width, usize::from(most));
    for (index, line) in lines.iter().take(usize::from(most)).enumerate() {
        let row = row_of(area, index);
        ink.put(buffer, row.x, row.y, row.width, line, ink.style(Role::Muted));
    }
    (lines.len() as u16).min(most)
}

fn view_title(connection: &Connection, ink: &Ink<'_>) -> Line<'static> {
    let wrap = if connection.wraps() { ", wrapped" } else { "" };
    let with = match connection.message.view {
        PayloadView::Diff if connection.is_with_marked() => " with marked",
        _ => "",
    };
    let view = format!(" {}{with}{wrap} ", connection.message.view.label());
    let view = Span::styled(view, ink.style(Role::Muted));
    let (Some(seq), Some(topic)) = (connection.message.at, connection.tree.selected()) else {
        return Line::from(view).right_aligned();
    };
    let newer = connection.store.index_of(topic, seq) as u64;
    if newer == 0 {
        return Line::from(view).right_aligned();
    }
    // Beside a list the message is the list's, and Esc leaves the list.
    let back = if connection.left == Left::Tree { ": Esc for the latest" } else { "" };
    let older = format!(" older message, {} newer{back} ", format::grouped(newer));
    Line::from(vec![Span::styled(older, ink.style(Role::Warning)), view]).right_aligned()
}

fn draw_message(
    connection: &Connection,
    ink: &Ink<'_>,
    message: &MessageRef<'_>,
    area: Rect,
    focused: bool,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let key = (connection.id, message.topic, message.seq);
    if cache.message.of != Some(key) {
        cache.message.of = Some(key);
        cache.message.properties = properties::Shown::of(message.properties().as_ref(), ink);
    }
    facts::draw(ink, message, connection.shown(), row_of(area, 0), buffer);
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let used = facts::notes(connection, ink, message, below, buffer);
    let body = Rect { y: below.y + used, height: below.height - used, ..below };
    draw_body(connection, ink, message, body, focused, cache, buffer);
}

/// What of the payload is drawn.
enum Drawn<'a> {
    Nothing(&'a str),
    Lines(Lines<'a>),
    Hex(&'a [u8]),
    Tree(&'a Structure),
    Diff(diff::Lines<'a>),
    Painting(&'a Painting),
}

/// Properties and payload, which scroll as one.
fn draw_body(
    connection: &Connection,
    ink: &Ink<'_>,
    message: &MessageRef<'_>,
    area: Rect,
    focused: bool,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let Some(shown) = connection.shown() else {
        return draw_first_lines(ink, message, area, buffer);
    };
    let before = cache.message.properties.arrange(usize::from(area.width));
    cache.measured.message_lines = Some((usize::from(area.width), document::style(ink)));
    let drawn = drawn(connection, ink, message, shown, area.width, cache);
    let payload_lines = match &drawn {
        Drawn::Nothing(_) => 1,
        Drawn::Lines(lines) => lines.count(),
        Drawn::Hex(bytes) => hex::lines(bytes.len(), area.width),
        Drawn::Tree(structure) => structure.row_count(connection.message.folding.open()),
        Drawn::Diff(lines) => lines.count(),
        Drawn::Painting(painting) => image::lines(painting, connection.message.room),
    };
    let (lines, height) = (before + payload_lines, usize::from(area.height));
    cache.measured.message = (lines, height);
    cache.measured.message_above = before;
    let first = connection.message.scroll().row.min(lines.saturating_sub(height));
    let first = match (&drawn, connection.message.folding.at()) {
        // What is selected stays on screen, whatever became of the pane's height.
        (Drawn::Tree(structure), Some(at)) => {
            let row = before + structure.row_of(connection.message.folding.open(), at);
            first.clamp((row + 1).saturating_sub(height), row)
        }
        (Drawn::Diff(diff), _) if let Some(row) = connection.message.reveal => {
            let row = before + diff.line_of(row);
            if (first..first + height).contains(&row) { first } else { row.saturating_sub(height / 3) }
        }
        _ => first,
    };
    cache.measured.message_rows = Some((area.y, first));
    let properties = std::mem::take(&mut cache.message.properties);
    let used = properties.draw(first, message.received, ink, area, cache, buffer);
    cache.message.properties = properties;
    let body = Rect { y: area.y + used, height: area.height - used, ..area };
    let first_of_payload = first.saturating_sub(before);
    match drawn {
        Drawn::Nothing(text) => {
            let lines = ink.wrapped(text, body.width, usize::from(body.height));
            for (index, line) in lines.iter().enumerate() {
                ink.put(buffer, body.x, body.y + index as u16, body.width, line, ink.style(Role::Muted));
            }
        }
        Drawn::Lines(lines) => {
            cache.measured.message_cut = lines.draw(connection, ink, first_of_payload, body, buffer);
        }
        Drawn::Hex(bytes) => {
            let found = connection.message.find.as_ref().map_or(&[][..], |find| find.in_bytes(&shown.of));
            hex::draw(ink, bytes, first_of_payload, found, body, buffer);
        }
        Drawn::Tree(structure) => {
            tree::draw(connection, ink, structure, first_of_payload, body, focused, buffer);
        }
        Drawn::Diff(lines) => lines.draw(ink, first_of_payload, finder(connection), body, buffer),
        Drawn::Painting(painting) => {
            image::draw(ink, painting, connection.message.room, first_of_payload, body, buffer);
        }
    }
    let right = if lines > height {
        format!(" {} of {} lines ", format::grouped((first + height) as u64), format::grouped(lines as u64))
    } else {
        String::new()
    };
    draw_bottom(connection, ink, area, &right, buffer);
}

fn drawn<'a>(
    connection: &'a Connection,
    ink: &Ink<'_>,
    message: &'a MessageRef<'_>,
    shown: &'a Shown,
    columns: u16,
    cache: &mut Cache,
) -> Drawn<'a> {
    match &shown.body {
        Body::Nothing(text) => Drawn::Nothing(text),
        Body::Document(document) => Drawn::Lines(Lines::new(connection, ink, document, columns, cache)),
        Body::Tree(structure) => Drawn::Tree(structure),
        Body::Diff(diff) => Drawn::Diff(diff::Lines::new(diff, ink, columns)),
        Body::Painting(painting) => Drawn::Painting(painting),
        Body::Hex => Drawn::Hex(message.payload),
        Body::HexInside => Drawn::Hex(shown.reading.bytes(message.payload)),
    }
}

/// The beginning of a payload as sent, while it is being read.
fn draw_first_lines(ink: &Ink<'_>, message: &MessageRef<'_>, area: Rect, buffer: &mut Buffer) {
    const HEAD: usize = 16 * 1024;
    // A small one is there before the eye has seen that it was not.
    if message.payload.len() <= facts::QUICK {
        return;
    }
    let head = &message.payload[..HEAD.min(message.payload.len())];
    let Content::Document(document) = Prepared::as_sent(head).content else { return };
    let (columns, height) = (usize::from(area.width), usize::from(area.height));
    let rows = crate::payload::slice(&document, 0, 0, columns, height, document::style(ink), &[]);
    for (index, row) in rows.iter().enumerate() {
        document::draw_row(ink, row, row_of(area, index), buffer);
    }
}

/// The lower border: the selected path or what is looked for on the left, `right` on the right.
fn draw_bottom(connection: &Connection, ink: &Ink<'_>, area: Rect, right: &str, buffer: &mut Buffer) {
    ink.put_right(buffer, area.x, area.bottom(), area.width, right, ink.style(Role::Muted));
    let room = area.width.saturating_sub(crate::payload::width(right) as u16);
    let find = connection.message.find.as_ref();
    let found = find.map(|find| format!("{}: {}", ink.clean(&find.text), find.summary()));
    // The whole document needs no name.
    let below_root =
        connection.selected_node().is_some_and(|(structure, node)| structure.parent(node).is_some());
    let field = connection
        .selected_field()
        .filter(|_| below_root)
        .map(|field| ink.clean(&field.to_string()).into_owned());
    let parts: Vec<String> = found.into_iter().chain(field).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return;
    }
    let left = format!(" {} ", parts.join("  "));
    ink.put(buffer, area.x, area.bottom(), room, &left, ink.style(Role::Muted));
}

/// What lights the text that is looked for.
fn finder(connection: &Connection) -> Option<&Finder> {
    connection.message.find.as_ref().map(crate::app::Find::finder)
}

/// `text` cut where what is looked for begins and ends, each part with whether it is that.
fn lit<'a>(text: &'a str, finder: Option<&Finder>) -> Vec<(&'a str, bool)> {
    let (mut parts, mut at) = (Vec::new(), 0);
    for range in finder.into_iter().flat_map(|finder| finder.all_in(text)) {
        parts.extend([(&text[at..range.start], false), (&text[range.clone()], true)]);
        at = range.end;
    }
    parts.push((&text[at..], false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

/// The byte at which a text of one line begins to be drawn so that `place` is on screen, after about a third of `room` columns.
fn start_for(text: &str, place: &Range<usize>, room: usize) -> usize {
    if crate::payload::width(&text[..place.end]) <= room {
        return 0;
    }
    let before = text[..place.start].char_indices().rev().take(room / 3);
    before.last().map_or(place.start, |(at, _)| at)
}
