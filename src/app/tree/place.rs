//! Where the rows on screen stand among all visible ones, as far as it is worth counting.

use crate::app::walk::Walk;
use crate::store::TopicId;

/// Rows counted at most to tell where the screen stands: counting a million with every frame would cost more than drawing.
const COUNTED: usize = 2_000;

/// Where the rows on screen stand among all visible ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Rows above the screen, if they could be counted.
    pub above: Option<usize>,
    /// Visible rows in all, if they could be counted; else there are more than were.
    pub all: Result<usize, usize>,
}

/// Counts visible rows from the first one on, as far as it is worth it.
pub(super) fn place(walk: &mut Walk<'_>, top: TopicId) -> Option<Place> {
    let mut cursor = walk.first()?;
    let (mut above, mut count) = (None, 0);
    loop {
        if cursor.node() == top {
            above = Some(count);
        }
        count += 1;
        if !walk.next(&mut cursor) {
            return Some(Place { above, all: Ok(count) });
        }
        if count == COUNTED {
            return Some(Place { above, all: Err(count) });
        }
    }
}
