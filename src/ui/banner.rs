//! The lines under the header while the link has trouble: what happened and when it is tried again; what to do.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Cache;
use super::ink::{Ink, row_of};
use crate::app::{self, App, Banner};
use crate::config::{ProfileBook, Role};
use crate::model::{LinkState, TroubleKind};

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let link = match app::banner(app) {
        None => return,
        Some(Banner::Link(link)) => link,
        Some(Banner::Book(book)) => return draw_book(book, ink, area, buffer),
        Some(Banner::Resting(filters)) => {
            let names: Vec<String> = filters.iter().map(|wanted| format!("'{}'", wanted.filter)).collect();
            let first =
                format!("Given back to this public broker, since no key was pressed: {}", names.join(", "));
            draw_lines(&first, "R subscribes again.", Role::Warning, ink, area, buffer);
            return;
        }
    };
    // What never worked may be wrong in the profile (C21).
    let edit = if app.connection().was_connected() { "" } else { " E edits this connection." };
    let (first, rest) = match link {
        LinkState::Waiting { attempt, trouble, .. } => {
            let left = link.retry_in(ink.now).unwrap_or_default();
            cache.wake_in(ink.now, left.min(Duration::from_millis(u64::from(left.subsec_millis()) + 1)));
            let seconds = left.as_millis().div_ceil(1000);
            let remedy = sentence(&trouble.remedy);
            (
                trouble.cause.clone(),
                format!("Attempt {attempt} in {seconds} s: x tries now, X gives up.{edit} {remedy}"),
            )
        }
        LinkState::Connecting { attempt, step } => {
            (format!("Attempt {attempt}: {step}"), "X gives up.".to_owned())
        }
        LinkState::Stopped { trouble: Some(trouble) } => {
            let offer = match trouble.kind {
                TroubleKind::Login => "L asks for user and password.",
                TroubleKind::TakenOver => "I takes a new random client id; x tries again with this one.",
                TroubleKind::Other => "Press x to try again.",
            };
            (trouble.cause.clone(), format!("{} {offer}{edit}", sentence(&trouble.remedy)))
        }
        LinkState::Stopped { trouble: None } => {
            let happened = match app.connection().gave_up() {
                Some(trouble) => format!("Given up: {trouble}"),
                None => "Disconnected.".to_owned(),
            };
            (happened, format!("Press x to connect again.{edit}"))
        }
        LinkState::Idle | LinkState::Connected { .. } => return,
    };
    draw_lines(&first, &rest, Role::Error, ink, area, buffer);
}

/// What is wrong with the file of the saved connections; the worst first.
fn draw_book(book: &ProfileBook, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let (faults, warnings) = (book.faults(), book.warnings());
    let more = |count: usize| if count > 1 { format!("And {} more. ", count - 1) } else { String::new() };
    if let Some(fault) = faults.first() {
        let rest = "It is not written to until that is mended: what is saved goes to a copy beside it.";
        let rest = format!("{}{rest}", more(faults.len()));
        draw_lines(&fault.to_string(), &rest, Role::Error, ink, area, buffer);
    } else if let Some(reason) = book.sealed() {
        let rest = "What is saved here lasts until the program ends.";
        draw_lines(&format!("connections cannot be saved: {reason}"), rest, Role::Warning, ink, area, buffer);
    } else if let Some(warning) = warnings.first() {
        draw_lines(&warning.to_string(), &more(warnings.len()), Role::Warning, ink, area, buffer);
    }
}

fn draw_lines(first: &str, rest: &str, role: Role, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let rows = usize::from(area.height);
    // What happened comes first; a row is left for what to do.
    let happened = ink.wrapped(&sentence(first), area.width, rows.saturating_sub(1).max(1));
    let to_do = ink.wrapped(rest.trim_start(), area.width, rows.saturating_sub(happened.len()));
    let lines = happened.iter().map(|line| (line, role)).chain(to_do.iter().map(|line| (line, Role::Text)));
    for (index, (line, role)) in lines.enumerate() {
        let row = row_of(area, index);
        ink.put(buffer, row.x, row.y, row.width, line, ink.style(role));
    }
}

/// With a capital at the start and a full stop at the end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    // A host name keeps its letters.
    let capital =
        !text.split(' ').next().is_some_and(|word| word.contains(['.', ':']) || word == "localhost");
    if capital {
        format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
    } else {
        format!("{text}{stop}")
    }
}
