//! Where each pane stands. Pure arithmetic from the terminal's size and what is open; the screen draws by it, the mouse is
//! understood by it.
//!
//! ```text
//!  wide (from 120 columns)                       medium (from 96): below the tree, side by side
//!  header ─────────────────────────────────      narrow: below the tree, one of them
//!  banner (when the link has trouble)            header ───────────────
//!  ╭ topics ─────────╮╭ message ───────────╮     ╭ topics ────────────╮
//!  │                 ││                    │     │                    │
//!  │                 │├ history / publish ─┤     ├ message or history ┤
//!  ╰─────────────────╯╰────────────────────╯     ╰──── or publish ────╯
//!  footer ─────────────────────────────────      footer ──────────────
//! ```

use ratatui::layout::{Constraint, Layout, Rect};

use super::{App, Pane, Screen};

/// Below this the program only says that the terminal is too small.
pub const MIN_COLUMNS: u16 = 40;
/// See [`MIN_COLUMNS`].
pub const MIN_ROWS: u16 = 10;
/// From this width on, message and history stand beside the tree.
const WIDE: u16 = 120;
/// From this width on, message and history stand side by side below the tree.
const MEDIUM: u16 = 96;
/// Rows the publish pane wants, frame included.
const PUBLISH_ROWS: u16 = 16;

/// Areas of everything on screen; absent panes are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// First line.
    pub header: Rect,
    /// What is wrong with the link, when something is.
    pub banner: Option<Rect>,
    /// Between header and footer.
    pub body: Rect,
    /// Topic tree, frame included.
    pub topics: Option<Rect>,
    /// Message pane, frame included.
    pub message: Option<Rect>,
    /// History pane, frame included.
    pub history: Option<Rect>,
    /// Publish pane, frame included.
    pub publish: Option<Rect>,
    /// Last line.
    pub footer: Rect,
}

/// Whether the terminal is too small to show anything.
pub fn too_small(columns: u16, rows: u16) -> bool {
    columns < MIN_COLUMNS || rows < MIN_ROWS
}

/// The areas for the app as it stands.
pub fn areas(app: &App) -> Areas {
    let screen = Rect::new(0, 0, app.size.0, app.size.1);
    if too_small(screen.width, screen.height) {
        return Areas::default();
    }
    let banner_rows = if super::banner(app).is_some() { 2 } else { 0 };
    let [header, banner, body, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(banner_rows),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(screen);
    let mut areas = Areas { header, body, footer, ..Areas::default() };
    areas.banner = (banner_rows > 0).then_some(banner);
    if app.screen == Screen::Explorer {
        explorer(app, &mut areas);
    } else if app.connection().publish.open {
        let publish_rows = PUBLISH_ROWS.min(body.height / 2);
        let [rest, publish] =
            Layout::vertical([Constraint::Min(1), Constraint::Length(publish_rows)]).areas(body);
        areas.body = rest;
        areas.publish = Some(publish);
    }
    areas
}

fn explorer(app: &App, areas: &mut Areas) {
    let body = areas.body;
    let publishing = app.connection().publish.open;
    if body.width >= WIDE {
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(54), Constraint::Percentage(46)]).areas(body);
        let lower_rows = if publishing { PUBLISH_ROWS.min(body.height * 2 / 3) } else { body.height * 2 / 5 };
        let [message, lower] =
            Layout::vertical([Constraint::Min(3), Constraint::Length(lower_rows)]).areas(right);
        areas.topics = Some(left);
        areas.message = Some(message);
        *(if publishing { &mut areas.publish } else { &mut areas.history }) = Some(lower);
        return;
    }
    let lower_rows = if publishing { 14.min(body.height * 2 / 3) } else { body.height * 9 / 20 };
    let [topics, lower] = Layout::vertical([Constraint::Min(3), Constraint::Length(lower_rows)]).areas(body);
    areas.topics = Some(topics);
    if body.width >= MEDIUM {
        let [message, other] =
            Layout::horizontal([Constraint::Percentage(50), Constraint::Percentage(50)]).areas(lower);
        areas.message = Some(message);
        *(if publishing { &mut areas.publish } else { &mut areas.history }) = Some(other);
    } else if publishing {
        areas.publish = Some(lower);
    } else if app.lower_pane == Pane::History {
        areas.history = Some(lower);
    } else {
        areas.message = Some(lower);
    }
}

/// Rows of topics that fit into the tree pane: without frame, column titles and the filter line.
pub fn tree_rows(app: &App, areas: &Areas) -> usize {
    let Some(topics) = areas.topics else { return 0 };
    let filter = u16::from(app.filter_shown());
    usize::from(topics.height.saturating_sub(3 + filter))
}

/// First screen line of the tree's rows.
pub fn tree_top(app: &App, topics: Rect) -> u16 {
    topics.y + 2 + u16::from(app.filter_shown())
}

/// Rows of messages that fit into the history pane.
pub fn history_rows(areas: &Areas) -> usize {
    areas.history.map_or(0, |area| usize::from(area.height.saturating_sub(2)))
}
