//! The help: every command that can be used where it was called, then those that work everywhere. From the command table.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, row_of};
use super::{Cache, overlay, seen};
use crate::app::command::{Row, TABLE};
use crate::app::{Context, FILTER_LANGUAGE, layout};
use crate::config::Role;
use crate::payload::width;

enum Line {
    Heading(&'static str),
    Command(&'static Row),
    /// A term of the tree's filter and what it means.
    Term(&'static str, &'static str),
    Blank,
}

/// Marks of the tree that are no words.
const MARKS: [(&str, &str); 3] = [
    ("R", "the broker retains a message of this topic"),
    ("rate –", "next to nothing came in the seconds before"),
    ("rate ?", "not known: in the past, where messages before it were evicted"),
];

fn lines(context: Context) -> Vec<Line> {
    let here = TABLE.iter().filter(|row| row.contexts.contains(&context));
    // What works nearly everywhere is told apart from what belongs to this pane.
    let (general, own): (Vec<_>, Vec<_>) = here.partition(|row| row.contexts.len() > 4);
    let mut lines = vec![Line::Heading(context.title())];
    lines.extend(own.into_iter().map(Line::Command));
    if context == Context::Filter {
        lines.push(Line::Blank);
        lines.push(Line::Heading("What may be typed to filter the tree"));
        lines.extend(FILTER_LANGUAGE.map(|(term, meaning)| Line::Term(term, meaning)));
    }
    if context == Context::Topics {
        lines.push(Line::Blank);
        lines.push(Line::Heading("What marks and rates in the tree mean"));
        lines.extend(MARKS.map(|(mark, meaning)| Line::Term(mark, meaning)));
    }
    lines.push(Line::Blank);
    lines.push(Line::Heading("Everywhere"));
    lines.extend(general.into_iter().map(Line::Command));
    lines
}

pub(super) fn draw(
    context: Context,
    scroll: usize,
    ink: &Ink<'_>,
    body: Rect,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let lines = lines(context);
    let keys = |command: &Row| command.keys.iter().map(|key| ink.key(key)).collect::<Vec<_>>().join("  ");
    // As wide as what is told, where the screen is.
    let (first, second) = lines.iter().fold((0, 0), |(first, second), line| {
        let (what, meaning) = match line {
            Line::Command(command) => (width(&keys(command)), width(command.title)),
            Line::Term(term, meaning) => (width(term), width(meaning)),
            Line::Heading(_) | Line::Blank => (0, 0),
        };
        (first.max(what as u16), second.max(meaning as u16))
    });
    let columns = (first + second + 7).clamp(78, body.width.max(78));
    let first = first.min((columns / 3).max(18));
    let inside = overlay(ink, "Help", layout::overlay(body, columns, lines.len() as u16 + 2), buffer);
    cache.measured.help = (lines.len(), usize::from(inside.height));
    let scroll = scroll.min(lines.len().saturating_sub(usize::from(inside.height)));
    for (index, line) in lines.iter().skip(scroll).take(usize::from(inside.height)).enumerate() {
        let row = row_of(inside, index);
        match line {
            Line::Blank => {}
            Line::Heading(text) => {
                ink.put(buffer, row.x + 1, row.y, row.width.saturating_sub(1), text, ink.style(Role::Accent));
            }
            Line::Command(command) => {
                pair(ink, row, first, &keys(command), command.title, buffer);
            }
            Line::Term(term, meaning) => pair(ink, row, first, term, meaning, buffer),
        }
    }
    if lines.len() > usize::from(inside.height) {
        let text = format!(" {} of {} lines ", scroll + usize::from(inside.height), lines.len());
        seen(ink, &text, inside, buffer);
    }
}

/// What is pressed or typed, and what it means.
fn pair(ink: &Ink<'_>, row: Rect, columns: u16, what: &str, meaning: &str, buffer: &mut Buffer) {
    ink.put(buffer, row.x + 2, row.y, columns, what, ink.style(Role::Key));
    let x = row.x + columns + 3;
    ink.put(buffer, x, row.y, row.right().saturating_sub(x + 1), meaning, ink.style(Role::Text));
}
