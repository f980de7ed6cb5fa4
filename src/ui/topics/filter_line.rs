//! The filter above the tree: what is typed or at work, how many topics it found, and while it is typed what may be typed or is wrong.

use std::fmt::Write as _;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::{App, FILTER_HELP, TreeView};
use crate::config::Role;
use crate::payload::{format, width};
use crate::ui::ink::{Ink, row_of};
use crate::ui::publish::one_line_field;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    if area.height == 0 {
        return;
    }
    let connection = app.connection();
    let tree = &connection.tree;
    let line = row_of(area, 0);
    let fault = tree.filter_fault().filter(|_| connection.filter_input.is_some());
    let fault = fault.map(|fault| format!("column {}: {}", fault.at + 1, fault.reason));
    let told = match &fault {
        // Without a line of its own it takes the place of the count.
        Some(fault) if area.height == 1 => ink.head(fault, usize::from(line.width / 2)),
        _ => found(tree, ink),
    };
    let quiet = tree.filter_matches() != Some(0) && (fault.is_none() || area.height > 1);
    let style = ink.style(if quiet { Role::Muted } else { Role::Warning });
    ink.put_right(frame.buffer_mut(), line.x, line.y, line.width.saturating_sub(1), &told, style);
    ink.put(frame.buffer_mut(), line.x + 1, line.y, 2, "/", ink.style(Role::Key));
    let field = Rect { x: line.x + 3, width: line.width.saturating_sub(width(&told) as u16 + 5), ..line };
    if let Some(input) = &connection.filter_input {
        one_line_field(input, ink, field, true, frame);
    } else {
        let text = ink.clean(tree.filter_text()).into_owned();
        ink.put(frame.buffer_mut(), field.x, field.y, field.width, &text, ink.style(Role::Match));
    }
    if area.height > 1 {
        let below = row_of(area, 1);
        let hint = tree.filter_hint();
        let (text, role) = match (&fault, &hint) {
            (Some(fault), _) => (fault.as_str(), Role::Error),
            (None, Some(hint)) => (hint.as_str(), Role::Warning),
            (None, None) => (FILTER_HELP, Role::Faint),
        };
        let columns = below.width.saturating_sub(4);
        ink.put(frame.buffer_mut(), below.x + 3, below.y, columns, text, ink.style(role));
    }
}

/// `3 matches`, and what is to be known of the count.
fn found(tree: &TreeView, ink: &Ink<'_>) -> String {
    let Some(count) = tree.filter_matches() else { return String::new() };
    let dot = ink.glyphs().dot;
    let mut told = match count {
        1 => "1 match".to_owned(),
        count => format!("{} matches", format::grouped(count as u64)),
    };
    if tree.filter_spares_selected() {
        told.push_str(" + the selected");
    }
    if let Some(percent) = tree.filter_progress() {
        let _ = write!(told, " {dot} searching{} {percent} %", ink.glyphs().ellipsis);
    }
    if tree.filter_is_cut() {
        let _ = write!(told, " {dot} long texts in part");
    }
    told
}
