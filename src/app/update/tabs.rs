//! Tabs: which is in front, opening the list, closing.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};

use crate::app::{App, Ask, Command, Effect, Then, places};
use crate::model::ConnectionId;
use crate::payload::format;

pub(super) fn run(app: &mut App, command: Command) -> Vec<Effect> {
    let count = app.connections().len();
    match command {
        Command::ShowConnections => {
            app.list.called = !app.list.called || count == 0;
            if app.list.called {
                app.select_in_front();
            }
        }
        Command::NextTab => app.show_tab((app.active() + 1) % count.max(1)),
        Command::PreviousTab => app.show_tab((app.active() + count.max(1) - 1) % count.max(1)),
        _ => return app.subject().map_or_else(Vec::new, |id| close(app, id)),
    }
    Vec::new()
}

/// Closes a tab; asks first when something received or written there would be lost.
fn close(app: &mut App, id: ConnectionId) -> Vec<Effect> {
    let Some(connection) = app.connection_by_id(id) else { return Vec::new() };
    let unsettled = connection.publish.unsettled();
    let received = connection.received();
    if unsettled == 0 && received == 0 {
        return app.close(id);
    }
    let mut lines = Vec::new();
    if received > 0 {
        let messages = format::messages(received);
        lines.push(format!("What was received here ({messages}) is forgotten."));
    }
    if unsettled > 0 {
        let messages = if unsettled == 1 { "1 message has" } else { &format!("{unsettled} messages have") };
        lines.push(format!("{messages} not been sent or acknowledged yet."));
    }
    let title = format!("Close {}?", connection.title);
    app.ask(Ask::new(title, lines, "Close", Then::CloseTab(id)));
    Vec::new()
}

/// Alt and a digit: the tab with that number, if there is one.
pub(super) fn go_to(app: &mut App, key: KeyEvent) {
    if let KeyCode::Char(digit @ '1'..='9') = key.code {
        app.show_tab(digit as usize - '1' as usize);
    }
}

/// A click on the line of tabs.
pub(super) fn click(app: &mut App, line: Rect, at: Position) {
    let (tabs, ..) = places::tabs(app, line);
    if let Some(tab) = tabs.iter().find(|tab| tab.area.contains(at)) {
        app.show_tab(tab.index);
    }
}
