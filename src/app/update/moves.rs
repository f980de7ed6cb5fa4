//! What up, down, a page and the ends mean in a list, in rows.

use crate::app::Command;

/// Rows of a page where the height of the list is not at hand.
pub(super) const PAGE: isize = 10;

/// How many rows down a movement goes, when a page has `page`. The ends are further away than any list is long.
pub(super) fn rows(command: Command, page: isize) -> isize {
    match command {
        Command::Up => -1,
        Command::Down => 1,
        Command::PageUp => -page,
        Command::PageDown => page,
        Command::Top => isize::MIN / 2,
        _ => isize::MAX / 2,
    }
}
