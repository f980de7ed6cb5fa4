//! The last line: the few keys that matter here and now, and the latest notice while it is fresh.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Cache;
use super::ink::Ink;
use crate::app::command::TABLE;
use crate::app::{App, SHOWN_FOR};
use crate::config::Role;
use crate::payload::width;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let keys = keys(app, ink);
    let keys_width: usize = keys.iter().map(|(key, word)| width(key) + width(word) + 4).sum();
    let mut keys_end = area.right();
    if let Some(notice) = app.notices.current(ink.now) {
        cache.wake_in(ink.now, SHOWN_FOR.saturating_sub(ink.now.since(notice.at)));
        let (style, mark) = ink.severity(notice.severity);
        let text = format!("{mark} {}", ink.clean(&notice.text));
        let wanted = width(&text) as u16 + 2;
        // Side by side when there is room; else the notice has the line while it is fresh.
        let beside = keys_width + usize::from(wanted) <= usize::from(area.width);
        let x = if beside { area.right() - wanted } else { area.x + 1 };
        ink.put(buffer, x, area.y, area.right().saturating_sub(x + 1), &text, style);
        if !beside {
            return;
        }
        keys_end = x;
    }
    let mut x = area.x + 1;
    for (key, word) in keys {
        let needed = (width(&key) + width(&word) + 1) as u16;
        if x + needed > keys_end {
            break;
        }
        x += ink.put(buffer, x, area.y, needed, &key, ink.style(Role::Key)) + 1;
        x += ink.put(buffer, x, area.y, needed, &word, ink.style(Role::Muted)) + 3;
    }
}

/// Key and word of each command that the footer shows in this context and that can run now. The way to all the others comes first
/// to be kept, since the rest is cut from the right.
fn keys(app: &App, ink: &Ink<'_>) -> Vec<(String, String)> {
    let context = app.context();
    TABLE
        .iter()
        .filter(|row| row.contexts.contains(&context) && row.command.check(app).is_ok())
        .filter_map(|row| Some((ink.key(row.keys.first()?), row.footer?.to_owned())))
        .collect()
}
