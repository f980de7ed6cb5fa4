//! What changed, in one line: `temperature 20.1 → 20.4, humidity 47 → 48, +2`.

use super::{By, Diff, DiffRow, EMPTY, Mark, Part, Place, Side, Verdict};
use crate::payload::format;
use crate::payload::sanitise::width;

/// Characters that one value of a summary takes at most.
const VALUE_LENGTH: usize = 24;

/// What changed from `older` to `newer`, in one line of about `columns` columns; see [`Diff::summary`].
pub fn summary(older: Side<'_>, newer: Side<'_>, columns: usize) -> String {
    Diff::between(older, newer).summary(columns)
}

impl Diff {
    /// The changes in one line: as many as fit into `columns`, then `+N` for the rest; `same`; `same content, other bytes`;
    /// for bytes the sizes. The first change is said even when it does not fit. Not sanitised: it quotes the payload.
    pub fn summary(&self, columns: usize) -> String {
        match (self.verdict, self.by) {
            (Verdict::Same, _) => "same".to_owned(),
            (Verdict::SameContent, _) => "same content, other bytes".to_owned(),
            (Verdict::Differs, By::Byte) => self.sizes_line(),
            (Verdict::Differs, By::Line) if self.is_one_line() => self.pieces(columns),
            (Verdict::Differs, By::Line) => self.lines_line(),
            (Verdict::Differs, By::Field) => self.pieces(columns),
        }
    }

    fn is_one_line(&self) -> bool {
        matches!(
            self.rows.as_slice(),
            [DiffRow { mark: Mark::Changed, place: Place::Line(Some(0), Some(0)), .. }]
        )
    }

    fn pieces(&self, columns: usize) -> String {
        let total = self.rows.len() + self.more;
        let mut line = String::new();
        for (at, row) in self.rows.iter().enumerate() {
            let left = total - at - 1;
            let comma = if at == 0 { "" } else { ", " };
            let rest = if left == 0 { 0 } else { 4 + left.ilog10() as usize };
            let fits = |piece: &String| width(&line) + width(piece) + comma.len() + rest <= columns;
            let full = piece(row, &row.label);
            let brief = || Some(piece(row, &last_step(row)?));
            let fitting = Some(full).filter(fits).or_else(|| brief().filter(|piece| at == 0 || fits(piece)));
            let piece = match fitting {
                Some(piece) => piece,
                None if at == 0 => piece(row, &row.label),
                None => {
                    line.extend([", +", &(left + 1).to_string()]);
                    break;
                }
            };
            line.push_str(comma);
            line.push_str(&piece);
        }
        line
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

/// A value, cut to what a summary has room for. Of a long one the part that differs is more telling than its start.
fn value(part: &Part) -> String {
    let text = part.text.as_str();
    if text.len() <= VALUE_LENGTH && part.skipped == 0 {
        return text.to_owned();
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
