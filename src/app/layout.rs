//! Where each pane stands. Pure arithmetic from the terminal's size and what is open; the screen draws by it, the mouse is
//! understood by it.
//!
//! ```text
//!  wide (from 120 columns)                       medium (from 96): below the tree, side by side
//!  header ─────────────────────────────────      narrow: below the tree, one of them
//!  tabs (when there are two or more)
//!  banner (when the link has trouble)            header ───────────────
//!  ╭ topics ─────────╮╭ message ───────────╮     ╭ topics ────────────╮
//!  │                 ││                    │     │                    │
//!  │                 │├ history / publish ─┤     ├ message or history ┤
//!  ╰─────────────────╯╰────────────────────╯     ╰──── or publish ────╯
//!  footer ─────────────────────────────────      footer ──────────────
//! ```

use ratatui::layout::{Constraint, Layout, Margin, Rect};

mod above_tree;

use super::{App, Ask, Pane, Screen};
use above_tree::above_tree;
pub use above_tree::{filter_rows, pin_rows, pins_top};

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
    /// The tabs, when there are two or more.
    pub tabs: Option<Rect>,
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
    let banner_rows = match super::banner(app) {
        Some(_) if screen.width < 100 && screen.height >= 20 => 4,
        Some(_) if screen.width < 160 => 3,
        Some(_) => 2,
        None => 0,
    };
    let several = app.connections().len() > 1;
    let [header, tabs, banner, body, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(u16::from(several)),
        Constraint::Length(banner_rows),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(screen);
    let mut areas = Areas { header, body, footer, ..Areas::default() };
    areas.tabs = several.then_some(tabs);
    areas.banner = (banner_rows > 0).then_some(banner);
    if app.screen() == Screen::Explorer {
        explorer(app, &mut areas);
    } else if app.screen() == Screen::Broker && app.connection().publish.open {
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
    if app.connection().zoomed && !publishing {
        let pane = match app.connection().focus {
            Pane::Topics => &mut areas.topics,
            Pane::Message => &mut areas.message,
            Pane::History => &mut areas.history,
        };
        *pane = Some(body);
        return;
    }
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
    } else if app.connection().lower_pane == Pane::History {
        areas.history = Some(lower);
    } else {
        areas.message = Some(lower);
    }
}

/// Rows of topics that fit into the tree pane: without frame, column titles, what stands above the tree, and the scrubber.
pub fn tree_rows(app: &App, areas: &Areas) -> usize {
    let Some(topics) = areas.topics else { return 0 };
    let beside = 3 + above_tree(app, topics) + super::scrubber_rows(app, topics);
    usize::from(topics.height.saturating_sub(beside))
}

/// First screen line of the tree's rows.
pub fn tree_top(app: &App, topics: Rect) -> u16 {
    topics.y + 2 + above_tree(app, topics)
}

/// Rows of a list in the place of the tree that has `lines` of its own above them.
pub fn found_rows(areas: &Areas, lines: u16) -> usize {
    areas.topics.map_or(0, |area| usize::from(area.height.saturating_sub(2 + lines)))
}

/// Columns of the tree's number cells.
pub const TREE_MESSAGES: u16 = 7;
/// See [`TREE_MESSAGES`].
pub const TREE_AGE: u16 = 5;
/// Columns of the retain mark between level and value.
pub const TREE_FLAG: u16 = 2;
const TREE_RATE: u16 = 8;

/// Widths of the tree's columns; 0 is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeColumns {
    /// Indentation, mark and level.
    pub name: u16,
    /// Preview of the value.
    pub value: u16,
    /// Messages a second.
    pub rate: u16,
}

/// The columns of a tree `width` wide, frame not counted. The value gives way first, then the rate.
pub fn tree_columns(width: u16) -> TreeColumns {
    let rate = if width >= 44 { TREE_RATE } else { 0 };
    let rest = width.saturating_sub(1 + TREE_FLAG + TREE_MESSAGES + rate + TREE_AGE + 1);
    if rest < 34 {
        return TreeColumns { name: rest, value: 0, rate };
    }
    let name = (rest * 46 / 100).max(20);
    TreeColumns { name, value: rest - name, rate }
}

/// How far a row of the tree is moved to the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeIndent {
    /// Columns left blank.
    pub columns: u16,
    /// The depth, where it is too deep to be shown by blanks alone.
    pub depth: Option<usize>,
    /// Columns before the mark that opens and closes.
    pub mark: u16,
}

/// The indentation of a row at `depth` in a name column `name` wide. A topic may have tens of thousands of levels: beyond
/// half the column the depth is a number.
pub fn tree_indent(name: u16, depth: usize) -> TreeIndent {
    let most = usize::from(name / 4).max(1);
    let columns = (depth.min(most) * 2) as u16;
    if depth <= most {
        return TreeIndent { columns, depth: None, mark: columns };
    }
    // An ellipsis before the number, a blank after it.
    let digits = depth.ilog10() as u16 + 1;
    TreeIndent { columns, depth: Some(depth), mark: columns + digits + 2 }
}

/// Rows of messages that fit into the history pane.
pub fn history_rows(areas: &Areas) -> usize {
    areas.history.map_or(0, |area| usize::from(area.height.saturating_sub(2)))
}

/// Columns of the labels in the publish pane.
pub const PUBLISH_LABEL: u16 = 9;

/// Areas of the publish pane's parts: drawing and the mouse share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishAreas {
    /// Line of the topic, label included.
    pub topic: Rect,
    /// Lines of the payload, label included.
    pub payload: Rect,
    /// Lines of the MQTT 5 properties, when they are on screen: content type, expiry, response topic, correlation data, user properties.
    pub properties: Option<[Rect; 5]>,
    /// Line of QoS, retain and send.
    pub options: Rect,
    /// QoS 0, 1 and 2.
    pub qos: [Rect; 3],
    /// "retain" and its mark.
    pub retain: Rect,
    /// The send button.
    pub send: Rect,
    /// Line for what is wrong or unexpected.
    pub remark: Rect,
    /// Lines of what was sent.
    pub sent: Rect,
}

/// Rows of the MQTT 5 properties.
const PROPERTY_ROWS: u16 = 4;

/// Two fields in each of the first rows, the user properties in the rest.
fn property_areas(area: Rect) -> [Rect; 5] {
    let row = |row: u16, rows: u16| {
        Rect { y: (area.y + row).min(area.bottom()), height: rows, ..area }.intersection(area)
    };
    let halves = |row: Rect| {
        let left = row.width / 2;
        [Rect { width: left, ..row }, Rect { x: row.x + left, width: row.width - left, ..row }]
    };
    let [content_type, expiry] = halves(row(0, 1));
    let [response_topic, correlation] = halves(row(1, 1));
    [content_type, expiry, response_topic, correlation, row(2, 2)]
}

/// Areas in a publish pane, frame included, that has `sent` messages to list, and shows the properties or not.
pub fn publish_areas(pane: Rect, sent: usize, with_properties: bool) -> PublishAreas {
    let inside = Rect {
        x: pane.x + 2,
        y: pane.y + 1,
        width: pane.width.saturating_sub(4),
        height: pane.height.saturating_sub(2),
    };
    let most = if inside.height >= 12 { 4 } else { 2 };
    let listed = (sent as u16).min(if with_properties { most / 2 } else { most });
    let rows = if with_properties { PROPERTY_ROWS } else { 0 };
    let [topic, payload, properties, options, remark, sent] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(rows),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(listed),
    ])
    .areas(inside);
    let part = |from: u16, columns: u16| {
        let x = (options.x + PUBLISH_LABEL + from).min(options.right());
        Rect { x, width: columns.min(options.right() - x), ..options }
    };
    PublishAreas {
        topic,
        payload,
        properties: with_properties.then(|| property_areas(properties)),
        options,
        qos: [part(0, 3), part(3, 3), part(6, 3)],
        retain: part(12, 10),
        send: part(25, 14),
        remark,
        sent,
    }
}

/// A frame of `columns` by `rows` in the middle of `body`, as far as it fits.
pub fn overlay(body: Rect, columns: u16, rows: u16) -> Rect {
    // A few columns left over would show nothing but the borders below.
    let width = if body.width < columns + 8 { body.width } else { columns };
    let height = rows.min(body.height);
    Rect::new(body.x + (body.width - width) / 2, body.y + (body.height - height) / 2, width, height)
}

/// Columns of an overlay with texts of some length: more where the screen has them.
fn roomy(body: Rect) -> u16 {
    (body.width * 3 / 4).clamp(84, 120)
}

/// The palette's frame, and in it the area of its list.
pub fn palette(body: Rect) -> (Rect, Rect) {
    let frame = overlay(body, roomy(body), 24);
    let list = Rect {
        x: frame.x + 1,
        y: frame.y + 3,
        width: frame.width.saturating_sub(2),
        height: frame.height.saturating_sub(4),
    };
    (frame, list)
}

/// The frame of a line that is asked for: just above the footer.
pub fn prompt(body: Rect, rows: u16) -> Rect {
    let height = (3 + rows).min(body.height);
    let width = body.width.min(100);
    Rect { x: body.x + (body.width - width) / 2, y: body.bottom() - height, width, height }
}

/// A menu's frame, and in it the area of its items.
pub fn menu(body: Rect, items: usize) -> (Rect, Rect) {
    let rows = u16::try_from(items).unwrap_or(u16::MAX).clamp(1, 20);
    let frame = overlay(body, roomy(body), rows + 2);
    let list = frame.inner(Margin::new(1, 1));
    (frame, list)
}

/// Columns of a question.
const ASK_COLUMNS: u16 = 64;

/// Parts of a question: drawing and the mouse share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskAreas {
    /// The frame.
    pub frame: Rect,
    /// What would happen.
    pub text: Rect,
    /// No and yes.
    pub buttons: [Rect; 2],
}

/// Areas of a question. Its lines are broken where they are drawn: there is room for each of them twice.
pub fn ask_areas(body: Rect, ask: &Ask) -> AskAreas {
    let lines = u16::try_from(ask.lines.len()).unwrap_or(u16::MAX).saturating_mul(2);
    let frame = overlay(body, ASK_COLUMNS, lines.saturating_add(6));
    let inside = Rect { x: frame.x + 3, width: frame.width.saturating_sub(6), ..frame };
    let y = frame.bottom().saturating_sub(3).max(frame.y + 1);
    let text = Rect { y: frame.y + 2, height: y.saturating_sub(frame.y + 3), ..inside };
    let yes = Rect { x: inside.x + ASK_BUTTON + 2, y, width: ASK_BUTTON, height: 1 };
    let no = Rect { x: inside.x, ..yes };
    AskAreas { frame, text, buttons: [no, yes] }
}

/// Columns of a button.
const ASK_BUTTON: u16 = 16;

/// Parts of the subscriptions pane: drawing and the mouse share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionsAreas {
    /// The frame.
    pub frame: Rect,
    /// The line of the column titles.
    pub titles: Rect,
    /// The rows that can be selected.
    pub list: Rect,
    /// What is said of the selected row, or the entry that is being typed.
    pub detail: Rect,
}

/// Areas of the subscriptions pane with `rows` to choose from; the entry needs more lines than a description.
pub fn subscriptions_areas(body: Rect, rows: usize, typing: bool) -> SubscriptionsAreas {
    let detail = if typing { 7 } else { 4 };
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX).clamp(6, 24).saturating_add(detail + 4);
    let frame = overlay(body, 112, wanted);
    let inside = Rect {
        x: frame.x + 1,
        y: frame.y + 1,
        width: frame.width.saturating_sub(2),
        height: frame.height.saturating_sub(2),
    };
    let [titles, list, _, detail] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
        Constraint::Length(detail),
    ])
    .areas(inside);
    SubscriptionsAreas { frame, titles, list, detail }
}
