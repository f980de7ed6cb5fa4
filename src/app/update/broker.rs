//! The broker screen: scrolling, when it does not fit.

use crate::app::{App, Command};

pub(super) fn movement(app: &mut App, command: Command) {
    let scroll = &mut app.connection_mut().broker_scroll;
    *scroll = match command {
        Command::Up => scroll.saturating_sub(1),
        Command::Down => *scroll + 1,
        Command::PageUp => scroll.saturating_sub(10),
        Command::PageDown => *scroll + 10,
        Command::Top => 0,
        _ => usize::MAX / 2,
    };
}
