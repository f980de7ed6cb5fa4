//! The diff view: one line for each difference where old and new fit beside each other, else one for each of them. Each line begins with
//! a mark, so that it reads without colours.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::ink::{Ink, row_of};
use super::{lit, start_for};
use crate::config::Role;
use crate::payload::diff::{By, Diff, DiffRow, EMPTY, Mark, Part, Place, Verdict};
use crate::payload::find::Finder;
use crate::payload::sanitise::prefix;
use crate::payload::{format, width};

/// Columns of the mark and the blank after it.
const MARK: u16 = 2;

/// One line of the view.
#[derive(Debug, Clone, Copy)]
enum DiffLine {
    /// What was found, in a word.
    Verdict,
    /// How it was compared, when there is something to say of it.
    Note,
    /// Old and new beside each other, or the only one there is.
    Whole(usize),
    /// The old one of two.
    Old(usize),
    /// The new one of two.
    New(usize),
    /// Differences that are not listed.
    More,
}

/// A diff laid out for a width.
pub(super) struct Lines<'a> {
    diff: &'a Diff,
    lines: Vec<DiffLine>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(diff: &'a Diff, ink: &Ink<'_>, columns: u16) -> Self {
        let mut lines = vec![DiffLine::Verdict];
        if diff.note.is_some() {
            lines.push(DiffLine::Note);
        }
        let columns = usize::from(columns.saturating_sub(MARK));
        for (index, row) in diff.rows.iter().enumerate() {
            if row.mark == Mark::Changed && wanted(row, ink) > columns {
                lines.extend([DiffLine::Old(index), DiffLine::New(index)]);
            } else {
                lines.push(DiffLine::Whole(index));
            }
        }
        if diff.more > 0 {
            lines.push(DiffLine::More);
        }
        Self { diff, lines }
    }

    pub(super) fn count(&self) -> usize {
        self.lines.len()
    }

    /// The line on which difference `row` stands, or its old value.
    pub(super) fn line_of(&self, row: usize) -> usize {
        let is_it = |line: &DiffLine| matches!(line, DiffLine::Whole(at) | DiffLine::Old(at) if *at == row);
        self.lines.iter().position(is_it).unwrap_or(0)
    }

    /// Draws from line `first` on. While something is looked for, that is lit, and nothing else.
    pub(super) fn draw(
        &self,
        ink: &Ink<'_>,
        first: usize,
        finder: Option<&Finder>,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        for (index, line) in self.lines.iter().skip(first).take(usize::from(area.height)).enumerate() {
            let row = row_of(area, index);
            let mut pen = Pen { ink, finder, x: row.x, row, buffer: &mut *buffer };
            match line {
                DiffLine::Verdict => pen.put(&verdict(self.diff), Role::Muted),
                DiffLine::Note => pen.put(self.diff.note.unwrap_or_default(), Role::Warning),
                DiffLine::More => {
                    let more = format::grouped(self.diff.more as u64);
                    pen.put(&format!("and {more} differences more, not listed"), Role::Warning);
                }
                DiffLine::Whole(index) => pen.whole(&self.diff.rows[*index]),
                DiffLine::Old(index) => pen.half(&self.diff.rows[*index], Mark::Removed),
                DiffLine::New(index) => pen.half(&self.diff.rows[*index], Mark::Added),
            }
        }
    }
}

/// What was found, in a word.
fn verdict(diff: &Diff) -> String {
    let (old, new) = (format::bytes(diff.sizes.0 as u64), format::bytes(diff.sizes.1 as u64));
    match diff.verdict {
        Verdict::Same => format!("same, byte for byte ({new})"),
        Verdict::SameContent => format!("same content, other bytes ({old}, then {new})"),
        Verdict::Differs => {
            let by = match diff.by {
                By::Field => "by field",
                By::Line => "by line",
                By::Byte => "by byte",
            };
            let count = diff.rows.iter().filter(|row| row.mark != Mark::Same).count() + diff.more;
            let noun = if count == 1 { "difference" } else { "differences" };
            format!("{} {noun}, compared {by}", format::grouped(count as u64))
        }
    }
}

/// Columns that a changed row takes on one line.
fn wanted(row: &DiffRow, ink: &Ink<'_>) -> usize {
    let part = |part: &Option<Part>| part.as_ref().map_or(0, |part| width(&ink.clean(&part.text)));
    width(&ink.clean(&label(row))) + 2 + part(&row.old) + 2 + width(ink.glyphs().becomes) + part(&row.new)
}

/// Where it is, as shown.
fn label(row: &DiffRow) -> String {
    match &row.place {
        Place::Offset(offset) => format!("{offset:08x}"),
        Place::Line(..) => String::new(),
        Place::Pointer(_) | Place::XPath(_) => row.label.clone(),
    }
}

fn mark_of(mark: Mark) -> (&'static str, Role) {
    match mark {
        Mark::Added => ("+", Role::Added),
        Mark::Removed => ("-", Role::Removed),
        Mark::Changed => ("~", Role::Changed),
        Mark::Same => (" ", Role::Faint),
    }
}

/// Writes one line from left to right.
struct Pen<'a, 'b> {
    ink: &'a Ink<'b>,
    finder: Option<&'a Finder>,
    x: u16,
    row: Rect,
    buffer: &'a mut Buffer,
}

impl Pen<'_, '_> {
    fn put(&mut self, text: &str, role: Role) {
        let room = self.row.right().saturating_sub(self.x);
        let text = self.ink.clean(text);
        self.x += self.ink.put(self.buffer, self.x, self.row.y, room, &text, self.ink.style(role));
    }

    /// A value from byte `from` on, with what sets it apart from the other one lit.
    fn part(&mut self, part: Option<&Part>, role: Role, lights: bool, from: usize) {
        let Some(part) = part else { return };
        if part.text.is_empty() {
            return self.put(EMPTY, Role::Faint);
        }
        if from + part.skipped > 0 {
            self.put(self.ink.glyphs().ellipsis, Role::Warning);
        }
        let lights = lights && self.finder.is_none();
        let mut at = from;
        for range in part.emphasis.iter().filter(|range| lights && range.start >= from) {
            let Range { start, end } = range.clone();
            self.value(part.text.get(at..start).unwrap_or_default(), role);
            self.lit(part.text.get(start..end).unwrap_or_default(), role);
            at = end;
        }
        self.value(part.text.get(at..).unwrap_or_default(), role);
        if part.cut {
            self.put(self.ink.glyphs().ellipsis, Role::Warning);
        }
    }

    /// Text of a payload, with what is looked for lit.
    fn value(&mut self, text: &str, role: Role) {
        for (part, is_lit) in lit(text, self.finder) {
            if is_lit { self.lit(part, role) } else { self.put(part, role) }
        }
    }

    fn lit(&mut self, text: &str, role: Role) {
        let room = self.row.right().saturating_sub(self.x);
        let style = self.ink.style(role).patch(self.ink.style(Role::Match));
        self.x += self.ink.put(self.buffer, self.x, self.row.y, room, &self.ink.clean(text), style);
    }

    fn begin(&mut self, row: &DiffRow, mark: Mark) -> Role {
        let (sign, role) = mark_of(mark);
        self.put(sign, role);
        self.x = (self.row.x + MARK).min(self.row.right());
        let label = label(row);
        if !label.is_empty() {
            let role = if mark == Mark::Same { Role::Faint } else { Role::ValueKey };
            if row.label.is_empty() {
                self.put(&label, role);
            } else {
                self.value(&label, role);
            }
            self.x = (self.x + 2).min(self.row.right());
        }
        role
    }

    /// Old and new, or the only one of them.
    fn whole(&mut self, row: &DiffRow) {
        let role = self.begin(row, row.mark);
        if row.mark == Mark::Changed {
            self.part(row.old.as_ref(), Role::Muted, false, 0);
            self.put(&format!(" {} ", self.ink.glyphs().becomes), Role::Faint);
            self.part(row.new.as_ref(), role, true, 0);
        } else if let Some(part) = row.new.as_ref().or(row.old.as_ref()).filter(|part| !part.text.is_empty())
        {
            self.part(Some(part), role, true, self.start(row, part));
        }
    }

    /// One of two.
    fn half(&mut self, row: &DiffRow, mark: Mark) {
        let role = self.begin(row, mark);
        if let Some(part) = if mark == Mark::Removed { &row.old } else { &row.new } {
            self.part(Some(part), role, true, self.start(row, part));
        }
    }

    /// The byte from which a value is drawn so that what counts is seen: what is looked for, else where old and new begin to differ.
    fn start(&self, row: &DiffRow, part: &Part) -> usize {
        let found = self.finder.and_then(|finder| finder.all_in(&part.text).next());
        let room = usize::from(self.row.right().saturating_sub(self.x));
        let place = found.or_else(|| {
            let (old, new) = row.old.as_ref().zip(row.new.as_ref())?;
            let same = old.text.bytes().zip(new.text.bytes()).take_while(|(a, b)| a == b).count();
            let at = prefix(&part.text, same).len();
            Some(at..prefix(&part.text, at + room / 4).len().max(at))
        });
        place.map_or(0, |place| start_for(&part.text, &place, room))
    }
}
