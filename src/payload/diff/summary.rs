//! What changed, in one line: `temperature 20.1 → 20.4, humidity 47 → 48, +2`.

use super::{By, Diff, DiffRow, EMPTY, Mark, Part, Place, Side, Verdict};
use crate::payload::format;
use crate::payload::sanitise::width;

/// Characters that one value of a summary takes at most.
const VALUE_LENGTH: usize = 24;
/// Changes that are looked at for what fits.
const TRIED: usize = 64;

/// What changed from `older` to `newer`, in one line of about `columns` columns; see [`Diff::summary`].
pub fn summary(older: Side<'_>, newer: Side<'_>, columns: usize) -> String {
    Diff::between(older, newer).summary(columns, None)
}

/// How much a change says, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// It was asked for.
    Wanted,
    /// A state, a key that came or went, another type.
    State,
    Number,
    /// Text that has to be cut: names of things, sentences.
    Long,
    /// Time passed.
    Clock,
}

impl Diff {
    /// The changes in one line: as many as fit into `columns`, then `+N` for the rest; `same`; `same but Time` when only clocks went on
    /// ([`DiffRow::is_clock`]); `same content, other bytes`; for bytes the sizes. The one at the JSON pointer `wanted` comes first, then
    /// states, numbers, long texts, and clocks; what does not fit gives way to what does. One change is said even when it does not fit.
    /// Not sanitised: it quotes the payload.
    pub fn summary(&self, columns: usize, wanted: Option<&str>) -> String {
        match (self.verdict, self.by) {
            (Verdict::Same, _) => "same".to_owned(),
            (Verdict::SameContent, _) => "same content, other bytes".to_owned(),
            (Verdict::Differs, By::Byte) => self.sizes_line(),
            (Verdict::Differs, By::Line) if self.is_one_line() => self.pieces(columns, wanted),
            (Verdict::Differs, By::Line) => self.lines_line(),
            (Verdict::Differs, By::Field) if wanted.is_none() && self.is_only_clocks() => {
                self.clocks_line(columns)
            }
            (Verdict::Differs, By::Field) => self.pieces(columns, wanted),
        }
    }

    /// Whether there are differences, and all of them only tell that time passed.
    pub fn is_only_clocks(&self) -> bool {
        self.more == 0 && !self.rows.is_empty() && self.rows.iter().all(DiffRow::is_clock)
    }

    fn is_one_line(&self) -> bool {
        matches!(
            self.rows.as_slice(),
            [DiffRow { mark: Mark::Changed, place: Place::Line(Some(0), Some(0)), .. }]
        )
    }

    fn pieces(&self, columns: usize, wanted: Option<&str>) -> String {
        let mut rows: Vec<(Weight, &DiffRow)> =
            self.rows.iter().map(|row| (weight(row, wanted), row)).collect();
        rows.sort_by_key(|(weight, _)| *weight);
        let mut line = Line { text: String::new(), columns, left: rows.len() + self.more };
        for (at, (_, row)) in rows.iter().take(TRIED).enumerate() {
            // Nothing is so short that it fits into less.
            if at > 0 && line.room() < 3 {
                break;
            }
            let wordings = wordings(row);
            let is_said = wordings.iter().any(|piece| line.push(piece));
            // The most telling one gives way to the number of the others only, not to one of them that is shorter.
            if at == 0
                && !is_said
                && wordings.iter().any(|piece| line.push_within(columns.saturating_sub(2), piece))
            {
                break;
            }
        }
        if line.text.is_empty()
            && let Some(piece) = rows.first().and_then(|(_, row)| wordings(row).pop())
        {
            line.push_within(usize::MAX, &piece);
        }
        line.closed()
    }

    /// `same but Time, Uptime`.
    fn clocks_line(&self, columns: usize) -> String {
        let mut line =
            Line { text: String::new(), columns: columns.saturating_sub(9), left: self.rows.len() };
        for row in self.rows.iter().take(TRIED) {
            if !line.push(&row.label)
                && let Some(label) = last_step(row)
            {
                line.push(&label);
            }
        }
        if line.text.is_empty() {
            return "same but clocks".to_owned();
        }
        format!("same but {}", line.closed())
    }

    /// `3 lines changed, 1 added, 2 removed`.
    fn lines_line(&self) -> String {
        let count = |mark| self.rows.iter().filter(|row| row.mark == mark).count();
        let mut line = String::new();
        let counts = [
            ("changed", count(Mark::Changed) + self.more),
            ("added", count(Mark::Added)),
            ("removed", count(Mark::Removed)),
        ];
        for (what, number) in counts.into_iter().filter(|(_, number)| *number > 0) {
            let lines = match (line.is_empty(), number) {
                (false, _) => "",
                (true, 1) => "line ",
                (true, _) => "lines ",
            };
            let comma = if line.is_empty() { "" } else { ", " };
            line.extend([comma, &format::grouped(number as u64), " ", lines, what]);
        }
        line
    }

    /// `1,204 → 1,310 B`, or where bytes differ when there are as many.
    fn sizes_line(&self) -> String {
        let (old, new) = self.sizes;
        if old != new {
            return format!("{} → {} B", format::grouped(old as u64), format::grouped(new as u64));
        }
        let first = self.rows.first().map(|row| row.place.clone());
        match first {
            Some(Place::Offset(offset)) => {
                format!(
                    "{} B, other bytes from offset {}",
                    format::grouped(new as u64),
                    format::grouped(offset as u64)
                )
            }
            _ => format!("{} B, other bytes", format::grouped(new as u64)),
        }
    }
}

/// Pieces with commas between, as many as fit.
struct Line {
    text: String,
    columns: usize,
    /// Pieces that are not in it.
    left: usize,
}

impl Line {
    /// Columns for the next piece, when it is not the last one.
    fn room(&self) -> usize {
        let comma = if self.text.is_empty() { 0 } else { 2 };
        let left = self.left.saturating_sub(1);
        let rest = if left == 0 { 0 } else { 4 + left.ilog10() as usize };
        self.columns.saturating_sub(width(&self.text) + comma + rest)
    }

    /// Adds a piece if it fits.
    fn push(&mut self, piece: &str) -> bool {
        self.push_within(self.room(), piece)
    }

    /// Adds a piece of at most so many columns.
    fn push_within(&mut self, columns: usize, piece: &str) -> bool {
        if width(piece) > columns {
            return false;
        }
        if !self.text.is_empty() {
            self.text.push_str(", ");
        }
        self.text.push_str(piece);
        self.left -= 1;
        true
    }

    fn closed(mut self) -> String {
        if self.left > 0 {
            self.text.extend([", +", &self.left.to_string()]);
        }
        self.text
    }
}

fn weight(row: &DiffRow, wanted: Option<&str>) -> Weight {
    if let Place::Pointer(pointer) = &row.place
        && wanted == Some(pointer)
    {
        return Weight::Wanted;
    }
    let (Mark::Changed, Some(old), Some(new)) = (row.mark, &row.old, &row.new) else { return Weight::State };
    let is_number = |part: &Part| part.text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if row.is_clock() {
        Weight::Clock
    } else if is_number(old) && is_number(new) {
        Weight::Number
    } else if old.text.len().min(new.text.len()) > VALUE_LENGTH {
        Weight::Long
    } else {
        Weight::State
    }
}

/// A change in words, and where its path is long in fewer.
fn wordings(row: &DiffRow) -> Vec<String> {
    let brief = last_step(row).map(|label| piece(row, &label));
    std::iter::once(piece(row, &row.label)).chain(brief).collect()
}

/// The end of a path, for where its beginning would take the room of the values: `…pressure_bar` for `hydraulics.pressure_bar`.
fn last_step(row: &DiffRow) -> Option<String> {
    let Place::Pointer(pointer) = &row.place else { return None };
    let (_, last) = pointer.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    let before = row.label.strip_suffix(&last)?;
    (!before.is_empty()).then(|| format!("…{last}"))
}

fn piece(row: &DiffRow, label: &str) -> String {
    let space = if label.is_empty() { "" } else { " " };
    match (row.mark, &row.old, &row.new) {
        (Mark::Added, _, Some(new)) if label.is_empty() => format!("+ {}", value(new)),
        (Mark::Removed, Some(old), _) if label.is_empty() => format!("− {}", value(old)),
        (Mark::Added, ..) => format!("+ {label}"),
        (Mark::Removed, ..) => format!("− {label}"),
        (_, Some(old), Some(new)) => {
            let said = |part: &Part| if part.text.is_empty() { EMPTY.to_owned() } else { value(part) };
            format!("{label}{space}{} → {}", said(old), said(new))
        }
        _ => label.to_owned(),
    }
}

/// A value, cut to what a summary has room for. Of a long one the part that differs is more telling than its start. A string that
/// begins as a word and is none of JSON's own goes without quotes.
fn value(part: &Part) -> String {
    let text = part.text.as_str();
    if text.len() <= VALUE_LENGTH && part.skipped == 0 {
        let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let is_word = |word: &&str| {
            word.starts_with(char::is_alphabetic)
                && !word.contains([',', '\\', '→'])
                && !matches!(*word, "true" | "false" | "null")
        };
        return bare.filter(is_word).unwrap_or(text).to_owned();
    }
    let start = match part.emphasis.first() {
        Some(first) if first.start > VALUE_LENGTH / 2 => first.start,
        _ => 0,
    };
    let mut rest = text.get(start..).unwrap_or_default().chars();
    let kept: String = rest.by_ref().take(VALUE_LENGTH).collect();
    let before = if start + part.skipped > 0 { "…" } else { "" };
    let after = if rest.next().is_some() || part.cut { "…" } else { "" };
    format!("{before}{kept}{after}")
}
