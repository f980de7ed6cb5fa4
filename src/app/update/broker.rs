//! The broker screen: scrolling, when it does not fit.

use super::moves;
use crate::app::{App, Command};

pub(super) fn movement(app: &mut App, command: Command) {
    let scroll = &mut app.connection_mut().broker_scroll;
    *scroll = scroll.saturating_add_signed(moves::rows(command, moves::PAGE));
}
