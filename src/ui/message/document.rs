//! Lines of text: laid-out JSON and XML, text as sent. Only the lines on screen are laid out; what was found is lit, and what changed since the
//! message before stands at the right edge.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::Cache;
use super::super::ink::{Ink, row_of};
use crate::app::{Change, Connection};
use crate::config::Role;
use crate::payload::{self, Document, Row, WrapIndex, rows, slice, width};

const TAB: usize = 4;
/// Bytes of text whose rows are counted while a frame waits; those of longer ones are counted by a job.
const COUNTED_AT_ONCE: usize = 256 * 1024;
/// Blank columns between a line and what it was before.
const BEFORE_CHANGE: usize = 2;

/// How the lines are written.
pub(super) fn style(ink: &Ink<'_>) -> payload::Style {
    payload::Style { tab: TAB, ..ink.payload_style() }
}

/// A document in a pane of some width.
pub(super) struct Lines<'a> {
    document: &'a Arc<Document>,
    index: Option<WrapIndexRef<'a>>,
    columns: usize,
    style: payload::Style,
}

/// Counted for this frame, by a job, or kept from the last frame.
enum WrapIndexRef<'a> {
    Kept(Arc<WrapIndex>),
    Counted(&'a WrapIndex),
}

impl WrapIndexRef<'_> {
    fn get(&self) -> &WrapIndex {
        match self {
            Self::Kept(index) => index,
            Self::Counted(index) => index,
        }
    }
}

impl<'a> Lines<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        ink: &Ink<'_>,
        document: &'a Arc<Document>,
        columns: u16,
        cache: &mut Cache,
    ) -> Self {
        let (columns, style) = (usize::from(columns), style(ink));
        let wraps = connection.wraps() && columns > 0;
        let index = wraps.then(|| index(connection, document, columns, style, cache)).flatten();
        Self { document, index, columns, style }
    }

    /// Lines, or rows where they are wrapped.
    pub(super) fn count(&self) -> usize {
        self.index.as_ref().map_or(self.document.lines(), |index| index.get().rows())
    }

    /// Draws from line or row `first` on; whether some line goes on to the right.
    pub(super) fn draw(
        &self,
        connection: &Connection,
        ink: &Ink<'_>,
        first: usize,
        area: Rect,
        buffer: &mut Buffer,
    ) -> bool {
        let height = usize::from(area.height);
        let found = connection.message.find.as_ref().zip(connection.shown());
        let found = found.map_or(&[][..], |(find, shown)| find.in_lines(&shown.of));
        let drawn = if let Some(index) = &self.index {
            rows(self.document, index.get().position(first), self.columns, height, self.style, found)
        } else {
            let column = connection.message.scroll().column;
            slice(self.document, first, column, self.columns, height, self.style, found)
        };
        let changes = connection.shown().map_or(&[][..], |shown| &shown.changes);
        for (index, row) in drawn.iter().enumerate() {
            let area = row_of(area, index);
            draw_row(ink, row, area, buffer);
            if row.at.row == 0
                && let Ok(at) = changes.binary_search_by_key(&row.at.line, |change| change.line)
            {
                draw_change(ink, &changes[at], row.width(), area, buffer);
            }
        }
        drawn.iter().any(|row| row.cut)
    }
}

/// Where the rows begin: counted by a job for a large document, else here, once for each width.
fn index<'a>(
    connection: &'a Connection,
    document: &Arc<Document>,
    columns: usize,
    style: payload::Style,
    cache: &mut Cache,
) -> Option<WrapIndexRef<'a>> {
    if let Some(index) = connection.message.reader.wrapped(document, columns, style) {
        return Some(WrapIndexRef::Counted(index));
    }
    if document.as_str().len() > COUNTED_AT_ONCE {
        return None;
    }
    let kept = cache.message.wrapped.as_ref();
    let kept = kept.filter(|(known, index)| Arc::ptr_eq(known, document) && index.is_for(columns, style));
    let index = match kept {
        Some((_, index)) => Arc::clone(index),
        None => Arc::new(WrapIndex::of(document, columns, style)),
    };
    cache.message.wrapped = Some((Arc::clone(document), Arc::clone(&index)));
    Some(WrapIndexRef::Kept(index))
}

pub(super) fn draw_row(ink: &Ink<'_>, row: &Row<'_>, area: Rect, buffer: &mut Buffer) {
    let mut x = area.x;
    for span in &row.spans {
        let mut style = ink.style(if span.placeholder { Role::Placeholder } else { role_of(span.role) });
        if span.lit {
            style = style.patch(ink.style(Role::Match));
        }
        let room = usize::from(area.right().saturating_sub(x));
        x = buffer.set_stringn(x, area.y, &span.text, room, style).0;
    }
    if row.cut && area.width > 0 {
        ink.put(buffer, area.right() - 1, area.y, 1, ink.glyphs().more_right, ink.style(Role::Warning));
    }
}

/// What the value on a line was before, at the right edge where there is room; at least that it changed.
fn draw_change(ink: &Ink<'_>, change: &Change, used: usize, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width).saturating_sub(used + BEFORE_CHANGE);
    let (mark, role) = if change.old.is_some() { ("~", Role::Changed) } else { ("+", Role::Added) };
    let arrow = ink.glyphs().becomes;
    let long = match &change.old {
        Some(old) => format!("{} {arrow} {}", ink.clean(old), ink.clean(&change.new)),
        None => "+ new".to_owned(),
    };
    let short = change.old.as_ref().map(|old| format!("{mark} {}", ink.clean(old)));
    let text = [Some(long), short, Some(mark.to_owned())]
        .into_iter()
        .flatten()
        .find(|text| width(text) <= room.max(1))
        .unwrap_or_default();
    if room > 0 {
        ink.put_right(buffer, area.x, area.y, area.width, &text, ink.style(role));
    }
}

fn role_of(role: payload::Role) -> Role {
    match role {
        payload::Role::Key => Role::ValueKey,
        payload::Role::String => Role::ValueString,
        payload::Role::Number => Role::ValueNumber,
        payload::Role::Boolean => Role::ValueBoolean,
        payload::Role::Null => Role::ValueNull,
        payload::Role::Punctuation => Role::ValuePunctuation,
        payload::Role::Comment => Role::Faint,
        payload::Role::Plain => Role::Text,
    }
}
