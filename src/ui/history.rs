//! The history pane: messages of the topic, newest first: time, gap since the one before, QoS, retain, size, what changed in it, and
//! where there is room its beginning.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::ink::{Ink, row_of};
use super::{Cache, glance};
use crate::app::{App, Connection, HistoryColumns, HistoryRow, Pane, RowChange};
use crate::config::Role;
use crate::payload::{format, width};
use crate::store::{MessageRef, Seq, TopicId};

/// Columns of a gap and of a size, without the blanks after them.
const GAP: u16 = 8;
const SIZE: u16 = 7;
/// Before what is odd.
const ODD: &str = "!";

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let connection = app.connection();
    let focused = connection.focus == Pane::History && !connection.publish.open;
    let Some(topic) = connection.tree.selected().filter(|id| connection.store.is_topic(*id)) else {
        let block = ink.frame("History", focused);
        let inside = block.inner(area);
        block.render(area, buffer);
        let text = "Select a topic with messages to see its history.";
        ink.put(buffer, inside.x + 1, inside.y, inside.width.saturating_sub(1), text, ink.style(Role::Muted));
        return;
    };
    let summary = summary(connection, ink, topic, usize::from(area.width).saturating_sub(13));
    let block = ink.frame("History", focused).title(summary.right_aligned());
    let inside = block.inner(area);
    block.render(area, buffer);
    let rows = connection.history.rows();
    if rows.is_empty() {
        draw_empty(connection, ink, inside, buffer);
    }
    let pane = Rows { connection, ink, topic, columns: HistoryColumns::of(area.width) };
    let shown = connection.shown_message().map(|message| message.seq);
    let stretch = shown.and_then(|seq| connection.history.selection(topic, seq));
    let mut any_away = false;
    for (index, row) in rows.iter().enumerate().take(usize::from(inside.height)) {
        let line = row_of(inside, index);
        let Some(message) = connection.store.message(topic, row.seq) else { continue };
        any_away |= pane.draw(row, &message, line, cache, buffer);
        if shown == Some(row.seq) {
            ink.select(buffer, line, focused);
        }
        if stretch.is_some_and(|(first, last)| (first..=last).contains(&row.seq)) {
            ink.put(buffer, line.x, line.y, 1, ink.glyphs().marker, ink.style(Role::Accent));
        }
    }
    if any_away {
        let text = " away: not connected, messages may be missing ";
        let width = area.width.saturating_sub(2);
        ink.put_right(buffer, area.x + 1, area.bottom() - 1, width, text, ink.style(Role::Warning));
    }
    draw_filter(connection, ink, area, buffer);
}

/// Why nothing is listed.
fn draw_empty(connection: &Connection, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let text = match connection.history.listed() {
        Some(listed) if listed.unknown > 0 => "Looking through the history of this topic.",
        Some(_) if connection.history.criteria().filter.is_some() => {
            "No message of this topic fits the filter: Esc clears it, / changes it."
        }
        _ => "All messages of this topic gave way.",
    };
    for (index, line) in ink.wrapped(text, area.width.saturating_sub(2), 3).iter().enumerate() {
        let row = row_of(area, index);
        ink.put(buffer, row.x + 1, row.y, row.width.saturating_sub(2), line, ink.style(Role::Muted));
    }
}

/// The filter, in the lower edge of the frame.
fn draw_filter(connection: &Connection, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let criteria = connection.history.criteria();
    let Some(filter) = &criteria.filter else { return };
    let text = format!(" / {} ", ink.clean(filter.text()));
    let room = area.width.saturating_sub(4) / 2;
    ink.put(buffer, area.x + 2, area.bottom() - 1, room, &text, ink.style(Role::Match));
}

/// `3 of 1,204 kept · 12 evicted, oldest 14:01:02`, or `214 of 1,204 changed`; in a narrow pane as much of it as fits into `columns`.
fn summary(connection: &Connection, ink: &Ink<'_>, topic: TopicId, columns: usize) -> Line<'static> {
    let (store, dot) = (&connection.store, ink.glyphs().dot);
    let kept = store.history_len(topic);
    let gone = store.stats(topic).own_messages.saturating_sub(kept as u64);
    let number = |count: usize| format::grouped(count as u64);
    let first = match connection.history.listed() {
        Some(listed) => {
            let criteria = connection.history.criteria();
            let what = match (criteria.only_changes, criteria.filter.is_some()) {
                (true, true) => "changed and fit",
                (true, false) => "changed",
                (false, _) => "fit",
            };
            let so_far = if listed.unknown > 0 {
                format!(", {} looked at", number(kept - listed.unknown.min(kept)))
            } else {
                String::new()
            };
            let aside = if listed.clocks_aside { ", clocks aside" } else { "" };
            let cut = if listed.cut { format!(" {dot} long ones in part") } else { String::new() };
            format!("{} of {} {what}{aside}{so_far}{cut}", number(listed.found), number(kept))
        }
        None => match connection.message.at {
            Some(seq) => format!("{} of {} kept", number(store.index_of(topic, seq) + 1), number(kept)),
            None => format!("{} kept", number(kept)),
        },
    };
    let oldest = kept.checked_sub(1).and_then(|last| store.nth_newest(topic, last)).filter(|_| gone > 0);
    let oldest =
        oldest.map_or_else(String::new, |oldest| format!(", oldest {}", ink.second(oldest.received)));
    let evicted = format!("{first} {dot} {} evicted", format::grouped(gone));
    let wordings = [format!("{evicted}{oldest}"), evicted, first];
    let text = wordings.iter().find(|text| width(text) + 2 <= columns).unwrap_or(&wordings[2]);
    Line::styled(format!(" {text} "), ink.style(if gone > 0 { Role::Warning } else { Role::Muted }))
}

/// What all rows have in common.
struct Rows<'a> {
    connection: &'a Connection,
    ink: &'a Ink<'a>,
    topic: TopicId,
    columns: HistoryColumns,
}

impl Rows<'_> {
    /// Draws a row; whether the connection was down before its message.
    fn draw(
        &self,
        row: &HistoryRow,
        message: &MessageRef<'_>,
        area: Rect,
        cache: &mut Cache,
        buffer: &mut Buffer,
    ) -> bool {
        let (ink, columns) = (self.ink, self.columns);
        let muted = ink.style(Role::Muted);
        let mut x = area.x + 1;
        ink.put(buffer, x, area.y, columns.time, &ink.time(message.received), muted);
        x += columns.time;
        // Of rows that are far apart because others are not listed, too, the gap is the one that is seen.
        let stored = |seq: Seq| self.connection.store.message(self.topic, seq);
        let below = row.listed_before.and_then(stored);
        let gap = below.map(|below| message.received.since(below.received));
        let before = below.or_else(|| row.older.and_then(stored));
        let away = before.map(|before| self.connection.away(before.received, message.received));
        let away = away.filter(|away| !away.is_zero());
        let marked = self.connection.message.marked == Some((self.topic, row.seq));
        let (text, role) = match away {
            _ if marked => ("marked".to_owned(), Role::Accent),
            Some(away) => (format!("away {}", format::age(away)), Role::Warning),
            None => (gap.map_or_else(String::new, format::gap), Role::Faint),
        };
        ink.put_right(buffer, x, area.y, GAP, &text, ink.style(role));
        x += columns.gap;
        self.draw_flags(message, x, area.y, buffer);
        x += columns.flags;
        let size = format::bytes(message.payload.len() as u64);
        ink.put_right(buffer, x, area.y, SIZE, &size, muted);
        x += columns.size;
        let rest = Rect { x, width: area.right().saturating_sub(x + 1), ..area };
        self.draw_content(row, message, rest, cache, buffer);
        away.is_some()
    }

    fn draw_flags(&self, message: &MessageRef<'_>, mut x: u16, y: u16, buffer: &mut Buffer) {
        let ink = self.ink;
        x += ink.put(buffer, x, y, 2, &format!("Q{}", message.qos), ink.style(Role::Muted)) + 1;
        if message.retain {
            x += ink.put(buffer, x, y, 1, "R", ink.style(Role::Retain));
        }
        if message.dup {
            ink.put(buffer, x, y, 1, "D", ink.style(Role::Warning));
        }
    }

    /// What is odd, what changed, and the payload, as there is room.
    fn draw_content(
        &self,
        row: &HistoryRow,
        message: &MessageRef<'_>,
        area: Rect,
        cache: &mut Cache,
        buffer: &mut Buffer,
    ) {
        if area.width <= 3 {
            return;
        }
        let (ink, wide) = (self.ink, self.columns.preview > 0);
        let sought = self.connection.history.criteria().filter.as_ref();
        let seeks_text = sought.is_some_and(|filter| filter.sought().next().is_some());
        let (words, is_same) = match &row.change {
            RowChange::Words(words) => (words.as_str(), false),
            RowChange::Same(words) => (words.as_str(), true),
            RowChange::Pending | RowChange::First => ("", false),
        };
        let is_told = row.change != RowChange::First && (wide || !seeks_text);
        let text = if is_told { ink.clean(words) } else { Cow::Borrowed("") };
        let mut rest = area;
        let share = if wide { self.columns.of_odd() + 2 } else { area.width };
        if let Some(odd) = self.odd(row.seq, usize::from(share), width(&text)) {
            let used = ink.put(buffer, rest.x, rest.y, rest.width, &odd, ink.style(Role::Warning));
            let used = if odd == ODD { used + 1 } else { used + 2 };
            rest = Rect { x: rest.x + used, width: rest.width.saturating_sub(used), ..rest };
        }
        if !is_told {
            self.draw_payload(message, rest, true, cache, buffer);
            return;
        }
        let style = if is_same {
            ink.style(Role::Faint)
        } else {
            ink.fresh(ink.shown.since(message.received), cache)
        };
        let drawn = self.put_sought(&text, rest, style, buffer);
        if wide {
            // What is odd may need more than its share.
            let x = (area.x + self.columns.change).max(rest.x + drawn) + 2;
            let rest = Rect { x, width: area.right().saturating_sub(x), ..area };
            self.draw_payload(message, rest, false, cache, buffer);
        }
    }

    fn draw_payload(
        &self,
        message: &MessageRef<'_>,
        area: Rect,
        alone: bool,
        cache: &mut Cache,
        buffer: &mut Buffer,
    ) {
        let ink = self.ink;
        if message.payload.is_empty() {
            ink.put(buffer, area.x, area.y, area.width, "(empty)", ink.style(Role::Faint));
            return;
        }
        let text = glance::of(self.connection, message, area.width, ink, cache);
        let style =
            if alone { ink.fresh(ink.shown.since(message.received), cache) } else { ink.style(Role::Muted) };
        self.put_sought(&text, area, style, buffer);
    }

    /// Writes `text`, with what the filter looks for lit up; columns used.
    fn put_sought(&self, text: &str, area: Rect, style: ratatui::style::Style, buffer: &mut Buffer) -> u16 {
        let used = self.ink.put(buffer, area.x, area.y, area.width, text, style);
        let Some(filter) = &self.connection.history.criteria().filter else { return used };
        for range in filter.sought().flat_map(|finder| finder.all_in(text)) {
            let (before, lit) = (width(&text[..range.start]) as u16, width(&text[range]) as u16);
            if before < used {
                let place = Rect::new(area.x + before, area.y, lit.min(used - before), 1);
                buffer.set_style(place, self.ink.style(Role::Match));
            }
        }
        used
    }

    /// `! new key /error, +1`, made safe, as fully as `columns` allow beside the `taken` ones of the change; in the end a mark alone:
    /// then the change begins with what is odd.
    fn odd(&self, seq: Seq, columns: usize, taken: usize) -> Option<String> {
        let oddities = self.connection.oddities(self.topic, seq);
        let first = oddities.first()?;
        let more = match oddities.len() {
            1 => String::new(),
            count => format!(", +{}", count - 1),
        };
        let line = |text: String| format!("{ODD} {}{more}", self.ink.clean(&text));
        let fits = |line: &String| width(line) + 2 + taken <= columns;
        let lines = [line(first.to_string()), line(first.brief())];
        Some(lines.into_iter().find(fits).unwrap_or_else(|| ODD.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_for_both_only_where_there_is_room_for_both() {
        for width in 10..240 {
            let columns = HistoryColumns::of(width);
            let before = columns.time + columns.gap + columns.flags + columns.size;
            let gap = if columns.preview > 0 { 2 } else { 0 };
            assert_eq!(columns.change + gap + columns.preview, width.saturating_sub(4 + before), "{width}");
        }
        assert_eq!(HistoryColumns::of(80).preview, 0);
        assert!(HistoryColumns::of(160).preview > 40);
    }
}
