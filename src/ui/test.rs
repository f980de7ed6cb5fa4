//! A test of a connection: a line for each step of the way, what was found there, and what to do about it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::ink::{Ink, row_of};
use crate::app::{Test, TestEnd};
use crate::config::Role;
use crate::model::{DoctorLine, Verdict};
use crate::payload::width;

/// Columns before what was found: mark and step.
const BEFORE: u16 = 17;
/// Rows of one text at most.
const TEXT_ROWS: usize = 4;

pub(super) fn draw(test: &Test, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let title = format!("Test of {}", ink.clean(&test.name));
    let block = ink.frame(&title, true);
    let inside = block.inner(area);
    block.render(area, buffer);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let mut rows: Vec<Row> = test.lines.iter().flat_map(|line| rows_of(line, inside.width, ink)).collect();
    rows.push(Row::default());
    let (text, role) = match &test.end {
        None => ("on the way".to_owned(), Role::Muted),
        Some(TestEnd::Sound) => ("Everything that is needed works.".to_owned(), Role::Good),
        Some(TestEnd::Unsound) => ("This connection does not work as it is.".to_owned(), Role::Error),
        Some(TestEnd::NotBegun(reason)) => (format!("Not begun: {reason}"), Role::Error),
    };
    let ending = ink.wrapped(&text, inside.width, TEXT_ROWS);
    rows.extend(ending.into_iter().map(|text| Row { left: (text, ink.style(role)), ..Row::default() }));
    // The newest count: what does not fit goes at the top.
    let hidden = rows.len().saturating_sub(usize::from(inside.height));
    for (index, row) in rows.iter().skip(hidden).enumerate() {
        row.draw(ink, row_of(inside, index), buffer);
    }
    if hidden > 0 {
        let text = format!(" {hidden} lines above ");
        ink.put_right(buffer, inside.x, area.y, inside.width, &text, ink.style(Role::Muted));
    }
}

/// One row: something at the left, something after it, and how long it took at the right.
#[derive(Default)]
struct Row {
    mark: (&'static str, Style),
    left: (String, Style),
    found: (String, Style),
    took: String,
}

impl Row {
    fn draw(&self, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
        let (mark, style) = self.mark;
        ink.put(buffer, area.x, area.y, 2, mark, style);
        let (left, style) = &self.left;
        let has_found = !self.found.0.is_empty();
        let (x, columns) = if has_found { (3, BEFORE - 4) } else { (0, area.width) };
        ink.put(buffer, area.x + x, area.y, columns, left, *style);
        let (found, style) = &self.found;
        ink.put(buffer, area.x + BEFORE, area.y, area.width.saturating_sub(BEFORE), found, *style);
        if !self.took.is_empty() {
            ink.put_right(buffer, area.x, area.y, area.width, &self.took, ink.style(Role::Muted));
        }
    }
}

fn rows_of(line: &DoctorLine, columns: u16, ink: &Ink<'_>) -> Vec<Row> {
    let (mark, role) = match line.verdict {
        Verdict::Good => ("ok", Role::Good),
        Verdict::Doubtful => ("!", Role::Warning),
        Verdict::Bad => ("!!", Role::Error),
        Verdict::Skipped => (ink.glyphs().dash, Role::Faint),
    };
    let took = line.took_words().unwrap_or_default();
    let room = columns.saturating_sub(BEFORE + width(&took) as u16 + 2);
    let text = if line.verdict == Verdict::Skipped { Role::Faint } else { Role::Text };
    let found = ink.wrapped(&line.found, room, TEXT_ROWS);
    let advice = line.advice.iter().flat_map(|advice| ink.wrapped(advice, room, TEXT_ROWS));
    let told = found.into_iter().map(|found| (found, ink.style(text)));
    let told =
        told.chain(advice.map(|advice| (advice, ink.style(Role::Warning).remove_modifier(Modifier::BOLD))));
    let mut rows: Vec<Row> = told.map(|found| Row { found, ..Row::default() }).collect();
    if let Some(first) = rows.first_mut() {
        first.mark = (mark, ink.style(role));
        first.left = (line.step.to_owned(), ink.style(Role::Muted));
        first.took = took;
    }
    rows
}
