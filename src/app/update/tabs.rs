//! Tabs: which is in front, opening the list, closing.

use crossterm::event::{KeyCode, KeyEvent};

use crate::app::{App, Command, Effect};

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
        _ => return app.subject().map_or_else(Vec::new, |id| app.close(id)),
    }
    Vec::new()
}

/// Alt and a digit: the tab with that number, if there is one.
pub(super) fn go_to(app: &mut App, key: KeyEvent) {
    if let KeyCode::Char(digit @ '1'..='9') = key.code {
        app.show_tab(digit as usize - '1' as usize);
    }
}
