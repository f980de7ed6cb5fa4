//! What takes rows of the tree's pane before the tree: the filter, the pins.
//!
//! ```text
//! ╭ Topics ─────────────────╮
//! │ / filter      3 matches │   while one is typed or at work
//! │ what may be typed       │   while one is typed
//! │ topic    value      age │
//! │ home/kitchen/door open  │   pins, at most a third of the pane
//! │ ─────────────── 1-3/7 ─ │
//! │ ▾ home                  │
//! ```

use ratatui::layout::Rect;

use crate::app::App;

/// Rows inside a pane below which there is room for the tree alone.
const ROOM: u16 = 7;

/// Rows of the filter: its line, and while it is typed a line for what may be typed or is wrong.
pub fn filter_rows(app: &App, topics: Rect) -> u16 {
    let typing = app.connection().filter_input.is_some() && topics.height.saturating_sub(2) >= ROOM;
    u16::from(app.filter_shown()) + u16::from(typing)
}

/// Rows of the pins.
pub fn pin_rows(app: &App, topics: Rect) -> u16 {
    let inside = topics.height.saturating_sub(2);
    if inside < ROOM {
        return 0;
    }
    let pins = u16::try_from(app.connection().profile.pins.len()).unwrap_or(u16::MAX);
    pins.min(inside / 3)
}

/// First screen line of the pins.
pub fn pins_top(app: &App, topics: Rect) -> u16 {
    topics.y + 2 + filter_rows(app, topics)
}

/// Rows above the tree beside the frame and the titles of the columns: the filter, the pins and the rule below them.
pub(super) fn above_tree(app: &App, topics: Rect) -> u16 {
    let pins = pin_rows(app, topics);
    filter_rows(app, topics) + pins + u16::from(pins > 0)
}
