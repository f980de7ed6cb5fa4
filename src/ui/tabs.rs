//! The line of tabs: number, state, name in its colour, what came in since it was last looked at, and a mark for trouble.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::ink::Ink;
use crate::app::{App, Connection, Screen, places};
use crate::config::{Role, shown_colour};
use crate::model::LinkState;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let (tabs, more_left, more_right) = places::tabs(app, area);
    let faint = ink.style(Role::Faint);
    if more_left {
        ink.put(buffer, area.x, area.y, 1, ink.glyphs().more_left, faint);
    }
    if more_right {
        ink.put(buffer, area.right() - 1, area.y, 1, ink.glyphs().more_right, faint);
    }
    for tab in tabs {
        let Some(connection) = app.connections().get(tab.index) else { continue };
        let in_front = tab.index == app.active() && app.screen() != Screen::Connections;
        let mut x = tab.area.x + 1;
        let mut put = |text: &str, style: Style| {
            x += ink.put(buffer, x, tab.area.y, tab.area.right().saturating_sub(x), text, style) + 1;
        };
        put(&(tab.index + 1).to_string(), ink.style(if in_front { Role::Text } else { Role::Faint }));
        let (mark, role) = state(connection, ink);
        put(mark, ink.style(role));
        let name = colour(connection, ink);
        put(&tab.name, if in_front { name.add_modifier(Modifier::BOLD) } else { name });
        if !tab.unseen.is_empty() {
            put(&tab.unseen, ink.style(Role::Muted));
        }
        if connection.is_troubled() {
            put("!", ink.style(Role::Error));
        }
        if in_front {
            let style = ink.style(Role::Selection);
            if style.add_modifier.contains(Modifier::REVERSED) {
                // Reversed, each colour would become a background of its own.
                buffer.set_style(tab.area, ink.style(Role::Text).remove_modifier(Modifier::DIM));
            }
            buffer.set_style(tab.area, style);
        }
    }
}

/// Mark of a connection's state, and the role it is drawn in.
pub(super) fn state(connection: &Connection, ink: &Ink<'_>) -> (&'static str, Role) {
    let glyphs = ink.glyphs();
    match &connection.link {
        LinkState::Connected { .. } => (glyphs.connected, Role::Good),
        LinkState::Idle | LinkState::Connecting { .. } => (glyphs.pending, Role::Warning),
        LinkState::Waiting { .. } | LinkState::Stopped { trouble: Some(_) } => (glyphs.offline, Role::Error),
        LinkState::Stopped { trouble: None } => (glyphs.offline, Role::Muted),
    }
}

/// The colour of a connection: the one its profile says, else one of the theme's, in turn.
pub(super) fn colour(connection: &Connection, ink: &Ink<'_>) -> Style {
    const TURN: [Role; 5] =
        [Role::Accent, Role::Retain, Role::ValueNumber, Role::ValueString, Role::ValueKey];
    let named = connection.profile.colour.as_deref();
    if let Some(colour) = named.and_then(|name| shown_colour(name, ink.appearance.look.colours)) {
        return Style::new().fg(colour);
    }
    let style = ink.style(TURN[connection.id.0 as usize % TURN.len()]);
    // The hue alone: a background would look like a selection.
    Style::new().fg(style.fg.unwrap_or_default()).add_modifier(style.add_modifier & Modifier::BOLD)
}
