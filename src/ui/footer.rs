//! The last line: the few keys that matter here and now, and the latest notice while it is fresh.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Cache;
use super::ink::Ink;
use crate::app::command::TABLE;
use crate::app::{App, Command, Context, News, SHOWN_FOR, banner};
use crate::config::Role;
use crate::model::Severity;
use crate::payload::width;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let mut keys = keys(app, ink);
    let mut room = area.width.saturating_sub(1);
    // A question has the line for its own keys.
    let notice = app.notices.current(ink.now).filter(|_| app.context() != Context::Ask);
    if let Some(notice) = notice {
        cache.wake_in(ink.now, SHOWN_FOR.saturating_sub(ink.now.since(notice.at)));
        let (style, mark) = ink.severity(notice.severity);
        let text = format!("{mark} {}", ink.clean(&notice.text));
        let wanted = u16::try_from(width(&text) + 2).unwrap_or(u16::MAX);
        // What has just been said matters more than a key that is always there.
        let beside = fitting(&keys, room.saturating_sub(wanted), WAYS + FIRST);
        if columns(beside.as_slice()).saturating_add(wanted) <= room {
            keys = beside;
            ink.put(buffer, area.right() - wanted, area.y, wanted, &text, style);
            room -= wanted;
        } else if notice.severity > Severity::Info && banner(app).is_none() {
            // No room for both: what went right or wrong has the line while it is fresh.
            ink.put(buffer, area.x + 1, area.y, room, &text, style);
            return;
        }
    }
    let mut x = area.x + 1;
    for (key, word) in fitting(&keys, room, WAYS) {
        x += ink.put(buffer, x, area.y, area.right().saturating_sub(x), &key, ink.style(Role::Key)) + 1;
        x += ink.put(buffer, x, area.y, area.right().saturating_sub(x), &word, ink.style(Role::Muted)) + 3;
    }
}

/// Keys at the end of the line that lead to every other command: the palette and the help.
const WAYS: usize = 2;

/// Keys that stay on the line when a notice comes, beside the last ones.
const FIRST: usize = 3;

/// A command that works in more contexts than these is no special one of the lists in the place of the tree.
const LIST_CONTEXTS: usize = 4;

/// As many keys as fit, but not less than `least`. The last ones lead to all the others: they stay.
fn fitting(keys: &[(String, String)], room: u16, least: usize) -> Vec<(String, String)> {
    let mut keys = keys.to_vec();
    while columns(&keys) > room && keys.len() > least {
        keys.remove(keys.len() - WAYS - 1);
    }
    keys
}

fn columns(keys: &[(String, String)]) -> u16 {
    keys.iter().map(|(key, word)| (width(key) + width(word) + 4) as u16).sum()
}

/// Key and word of each command that the footer shows in this context and that can run now.
fn keys(app: &App, ink: &Ink<'_>) -> Vec<(String, String)> {
    let context = app.context();
    let mut keys: Vec<_> = TABLE
        .iter()
        .filter(|row| row.contexts.contains(&context) && row.command.check(app).is_ok())
        .filter_map(|row| {
            // A letter is text where text is typed.
            let works = |key: &&&str| !context.takes_text() || key.chars().nth(1).is_some();
            Some((row.command, ink.key(row.keys.iter().find(works)?), row.footer?.to_owned()))
        })
        .collect();
    if context.is_list() {
        // What these lists are for comes before what works elsewhere, too.
        keys.sort_by_key(|(command, ..)| command.row().contexts.len() > LIST_CONTEXTS);
    }
    let goes_on = app.connection().search.report().is_some_and(|report| report.news == News::Stopped);
    if let Some(at) = keys.iter().position(|(command, ..)| *command == Command::StopSearch && goes_on) {
        "go on".clone_into(&mut keys[at].2);
    }
    if app.connection().paused.is_some()
        && let Some(at) = keys.iter().position(|(command, ..)| *command == Command::Pause)
    {
        // The one key that a paused view needs.
        "resume".clone_into(&mut keys[at].2);
        keys[..=at].rotate_right(1);
        let step = |command: Command, word: &str| {
            let row = command.row();
            let fits = row.contexts.contains(&context) && command.check(app).is_ok();
            fits.then(|| row.keys.first().map(|key| (command, ink.key(key), word.to_owned()))).flatten()
        };
        let steps = [step(Command::StepBack, "back"), step(Command::StepForward, "forward")];
        keys.splice(1..1, steps.into_iter().flatten());
    }
    keys.into_iter().map(|(_, key, word)| (key, word)).collect()
}
