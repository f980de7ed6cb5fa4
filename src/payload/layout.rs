//! Screen rows of a document: sanitised, coloured by role, cut or wrapped to the width. Lays out only the lines on screen;
//! the cost grows with what is shown and with how far into a long line it starts. Called by the message pane.

use std::borrow::Cow;
use std::ops::ControlFlow;

use unicode_segmentation::UnicodeSegmentation;

use super::document::Document;
use super::find::Match;
use super::sanitise::{Piece, Style, pieces, width};
use super::tokens::Role;

mod index;

pub use index::{WrapIndex, column_of, row_of};

/// A place in a wrapped document: a screen row of a line. Ordered from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Line, from 0.
    pub line: usize,
    /// Row within the line, from 0.
    pub row: usize,
}

/// A stretch of one row with one look. Safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<'a> {
    /// For the colour.
    pub role: Role,
    /// What to show.
    pub text: Cow<'a, str>,
    /// Stands for something that must not be shown as it is: to be styled apart.
    pub placeholder: bool,
    /// Part of what was looked for.
    pub lit: bool,
}

/// One screen row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// Which line, and which row of it.
    pub at: Position,
    /// From left to right.
    pub spans: Vec<Span<'a>>,
    /// Text of this line goes on right of the row; never set when wrapped.
    pub cut: bool,
}

impl Row<'_> {
    /// The row's text without looks.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| &*span.text).collect()
    }

    /// Columns the row takes.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|span| width(&span.text)).sum()
    }
}

/// Wrapped rows from `from` on, at most `height` of them, with the matches `lit` (in the order of the text). A width of 0 counts as 1.
pub fn rows<'a>(
    document: &'a Document,
    from: Position,
    width: usize,
    height: usize,
    style: Style,
    lit: &[Match],
) -> Vec<Row<'a>> {
    let mut out: Vec<Row<'_>> = Vec::with_capacity(height.min(500));
    let mut skip = from.row;
    for line in from.line..document.lines() {
        if out.len() >= height {
            break;
        }
        out.push(Row::new(line, skip));
        let room = height - out.len();
        wrap(document, line, width, style, on_line(lit, line), |row, part| {
            if row < skip {
                return ControlFlow::Continue(());
            }
            if row > skip + room {
                return ControlFlow::Break(());
            }
            if out.last().is_some_and(|last| last.at.row < row) {
                out.push(Row::new(line, row));
            }
            if let Some(last) = out.last_mut() {
                last.push(part);
            }
            ControlFlow::Continue(())
        });
        skip = 0;
    }
    out
}

/// Unwrapped rows: `height` lines from `first_line` on, each from column `from_column` and at most `width` columns wide, with the
/// matches `lit`. Of a wide character cut by the left edge, a space is shown.
pub fn slice<'a>(
    document: &'a Document,
    first_line: usize,
    from_column: usize,
    width: usize,
    height: usize,
    style: Style,
    lit: &[Match],
) -> Vec<Row<'a>> {
    let last = first_line.saturating_add(height).min(document.lines());
    (first_line..last)
        .map(|line| {
            let mut row = Row::new(line, 0);
            let mut column = 0;
            let _ = parts(document, line, style, 1, on_line(lit, line), |part| {
                let (start, end) = (column, column + part.width);
                column = end;
                if end <= from_column {
                    return ControlFlow::Continue(());
                }
                row.push_visible(part, start, from_column, from_column.saturating_add(width));
                if row.cut { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            row
        })
        .collect()
}

/// How many rows line `line` takes when wrapped; at least 1.
pub fn row_count(document: &Document, line: usize, width: usize, style: Style) -> usize {
    let mut count = 1;
    wrap(document, line, width, style, &[], |row, _| {
        count = row + 1;
        ControlFlow::Continue(())
    });
    count
}

/// The matches on one line, of all in the order of the text.
fn on_line(lit: &[Match], line: usize) -> &[Match] {
    let begin = lit.partition_point(|place| place.line < line);
    let end = begin + lit[begin..].partition_point(|place| place.line == line);
    &lit[begin..end]
}

/// A part of a line that is shown whole or not at all in a row, unless it is an ASCII run.
struct Part<'a> {
    role: Role,
    text: Cow<'a, str>,
    width: usize,
    placeholder: bool,
    lit: bool,
    /// ASCII, so that one byte is one column and it may be cut anywhere.
    run: bool,
}

impl Part<'_> {
    /// The columns from `start` to `end` of a run.
    fn cut(&self, start: usize, end: usize) -> Self {
        let text = match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[start..end]),
            Cow::Owned(text) => Cow::Owned(text[start..end].to_owned()),
        };
        Self { text, width: end - start, ..*self }
    }
}

impl<'a> Row<'a> {
    fn new(line: usize, row: usize) -> Self {
        Self { at: Position { line, row }, spans: Vec::new(), cut: false }
    }

    fn push(&mut self, part: Part<'a>) {
        if let Some(last) = self.spans.last_mut()
            && last.role == part.role
            && last.placeholder == part.placeholder
            && last.lit == part.lit
        {
            last.text.to_mut().push_str(&part.text);
            return;
        }
        let Part { role, text, placeholder, lit, .. } = part;
        self.spans.push(Span { role, text, placeholder, lit });
    }

    /// Pushes what of `part`, which starts at column `start`, lies between columns `left` and `right`.
    fn push_visible(&mut self, part: Part<'a>, start: usize, left: usize, right: usize) {
        let end = start + part.width;
        self.cut |= end > right;
        if part.run {
            let (from, to) = (left.saturating_sub(start), part.width.min(right.saturating_sub(start)));
            if from < to {
                self.push(part.cut(from, to));
            }
        } else if start < left {
            let blank = " ".repeat(end.min(right) - left);
            self.push(Part { text: Cow::Owned(blank), placeholder: false, ..part });
        } else if end <= right {
            self.push(part);
        }
    }
}

/// Cuts one line into rows of `width` columns and hands each part to `visit` with its row.
fn wrap<'a>(
    document: &'a Document,
    line: usize,
    width: usize,
    style: Style,
    lit: &[Match],
    mut visit: impl FnMut(usize, Part<'a>) -> ControlFlow<()>,
) {
    let width = width.max(1);
    let (mut row, mut column) = (0, 0);
    let _ = parts(document, line, style, width, lit, |part| {
        if !part.run {
            if column > 0 && column + part.width > width {
                (row, column) = (row + 1, 0);
            }
            column += part.width;
            return visit(row, part);
        }
        let mut done = 0;
        while done < part.width {
            if column >= width {
                (row, column) = (row + 1, 0);
            }
            let take = (width - column).min(part.width - done);
            visit(row, part.cut(done, done + take))?;
            column += take;
            done += take;
        }
        ControlFlow::Continue(())
    });
}

/// Hands the parts of one line to `visit`, left to right. A placeholder wider than `width` is handed out character by
/// character.
fn parts<'a>(
    document: &'a Document,
    line: usize,
    style: Style,
    limit: usize,
    lit: &[Match],
    mut visit: impl FnMut(Part<'a>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut at = 0;
    for (role, token) in document.tokens(line) {
        let mut rest = token;
        while !rest.is_empty() {
            let (length, lit) = stretch(lit, at, rest);
            let (stretch, after) = rest.split_at(length);
            (rest, at) = (after, at + length);
            stretch_parts(role, stretch, lit, style, limit, &mut visit)?;
        }
    }
    ControlFlow::Continue(())
}

/// How much of `text`, which begins at byte `at` of its line, is of one look, and whether it is lit.
fn stretch(lit: &[Match], at: usize, text: &str) -> (usize, bool) {
    let Some(next) = lit.get(lit.partition_point(|place| place.range.end <= at)) else {
        return (text.len(), false);
    };
    let is_lit = next.range.start <= at;
    let length = if is_lit { next.range.end - at } else { next.range.start - at };
    // Matches lie between characters of the line they were found on.
    if length < text.len() && text.is_char_boundary(length) { (length, is_lit) } else { (text.len(), is_lit) }
}

fn stretch_parts<'a>(
    role: Role,
    text: &'a str,
    lit: bool,
    style: Style,
    limit: usize,
    visit: &mut impl FnMut(Part<'a>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for piece in pieces(text, style) {
        let columns = piece.width();
        let (text, placeholder) = match piece {
            Piece::Text(text) => (Cow::Borrowed(text), false),
            Piece::Placeholder(text) => (text, true),
        };
        let run = text.is_ascii();
        if placeholder && !run && columns > limit {
            for cluster in text.graphemes(true) {
                let text = Cow::Owned(cluster.to_owned());
                visit(Part { role, text, width: width(cluster), placeholder, lit, run })?;
            }
        } else {
            visit(Part { role, text, width: columns, placeholder, lit, run })?;
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests;
