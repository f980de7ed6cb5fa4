//! Where the parts of the tab line, the connections screen and the form stand. Drawing and the mouse share it.
//!
//! ```text
//!  1 ● home   2 ● garage +124   3 ○ cloud !          tabs, when there are two or more
//! ╭ Connections ─────────────╮╭ home ─────────────╮   wide; else one below the other
//! │                          ││ details, or form  │   and the form in place of both
//! ╰──────────────────────────╯╰───────────────────╯
//! ```

use ratatui::layout::{Constraint, Layout, Rect};

use super::form::{Form, FormField, FormRow, Kind};
use super::{App, Connection, ListLine};
use crate::payload::{format, sanitise, width};

/// From this width on, list and details stand side by side.
const SIDE_BY_SIDE: u16 = 100;
/// Rows of the details below the list.
const DETAIL_ROWS: u16 = 11;
/// Widest name in a tab where there is no room for all of them in full.
const TAB_NAME: usize = 20;
/// Widest name in any tab.
const TAB_NAME_IN_FULL: usize = 60;
/// Columns of a tab beside its name: number, marks, what is new.
const TAB_REST: usize = 14;
/// Columns of the labels in the form.
pub const FORM_LABEL: u16 = 15;
/// Widest form: beyond, the eye loses the line.
const FORM_COLUMNS: u16 = 110;

/// One tab as it stands on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Position among the connections.
    pub index: usize,
    /// Its place.
    pub area: Rect,
    /// The name, as much of it as fits.
    pub name: String,
    /// What came in since it was last looked at: `+124`, or nothing.
    pub unseen: String,
}

/// The tabs that fit on the line, the one in front among them; whether there are more on the left and on the right.
pub fn tabs(app: &App, area: Rect) -> (Vec<Tab>, bool, bool) {
    let all_with = |name: usize| -> Vec<Tab> {
        app.connections().iter().enumerate().map(|(index, open)| tab(app, index, open, name)).collect()
    };
    let columns = |tabs: &[Tab]| tabs.iter().map(|tab| tab.area.width).sum::<u16>();
    // A column at either end for the mark that there are more.
    let room = area.width.saturating_sub(2);
    let share = usize::from(room) / app.connections().len().max(1);
    let names = [TAB_NAME_IN_FULL, share.saturating_sub(TAB_REST)];
    let fitting = names.into_iter().filter(|name| *name > TAB_NAME).map(all_with);
    let fitting = fitting.into_iter().find(|tabs| columns(tabs) <= room);
    let all = fitting.unwrap_or_else(|| all_with(TAB_NAME));
    let mut first = 0;
    while first < app.active() && columns(&all[first..=app.active()]) > room {
        first += 1;
    }
    let mut x = area.x + 1;
    let mut shown = Vec::new();
    for tab in all.iter().skip(first) {
        if x + tab.area.width > area.x + 1 + room && !shown.is_empty() {
            break;
        }
        let width = tab.area.width.min((area.x + 1 + room).saturating_sub(x));
        shown.push(Tab { area: Rect { x, y: area.y, width, height: 1 }, ..tab.clone() });
        x += width;
    }
    let more_right = first + shown.len() < all.len();
    (shown, first > 0, more_right)
}

/// A tab with its width; number, mark of the state, name, what is new, mark of trouble, and blanks around.
fn tab(app: &App, index: usize, connection: &Connection, most: usize) -> Tab {
    let clean = sanitise(&connection.title);
    let mut name: String = clean.chars().take(most).collect();
    if width(&clean) > width(&name) {
        name.pop();
        name.push('…');
    }
    let unseen = match app.unseen(index) {
        0 => String::new(),
        count => format!("+{}", format::count(count)),
    };
    let number = (index + 1).to_string().len();
    let mut columns = 1 + number + 1 + 1 + 1 + width(&name) + 1;
    if !unseen.is_empty() {
        columns += unseen.len() + 1;
    }
    if connection.is_troubled() {
        columns += 2;
    }
    Tab { index, area: Rect::new(0, 0, columns as u16, 1), name, unseen }
}

/// Areas of the connections screen, frames included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionsAreas {
    /// The list; absent while the form needs its place.
    pub list: Option<Rect>,
    /// What is known of the selected one, or its test.
    pub details: Option<Rect>,
    /// The form, in place of the details or of everything.
    pub form: Option<Rect>,
}

/// Areas of the connections screen in `body`.
pub fn connections_areas(app: &App, body: Rect) -> ConnectionsAreas {
    let writing = app.form.is_some();
    if body.width >= SIDE_BY_SIDE {
        let left = if writing {
            body.width.saturating_sub(FORM_COLUMNS).max(body.width * 2 / 5)
        } else {
            body.width * 11 / 20
        };
        let [list, right] = Layout::horizontal([Constraint::Length(left), Constraint::Min(1)]).areas(body);
        let (details, form) = if writing { (None, Some(right)) } else { (Some(right), None) };
        return ConnectionsAreas { list: Some(list), details, form };
    }
    if writing {
        return ConnectionsAreas { list: None, details: None, form: Some(body) };
    }
    if app.shown_test().is_some() {
        return ConnectionsAreas { list: None, details: Some(body), form: None };
    }
    let rows = DETAIL_ROWS.min(body.height * 9 / 20);
    let [list, details] = Layout::vertical([Constraint::Min(3), Constraint::Length(rows)]).areas(body);
    ConnectionsAreas { list: Some(list), details: Some(details), form: None }
}

/// The rows of the list in its pane: without frame and the line of the filter.
pub fn list_rows(app: &App, list: Rect) -> Rect {
    let filter = u16::from(app.filter_shown());
    Rect {
        x: list.x + 1,
        y: list.y + 1 + filter,
        width: list.width.saturating_sub(2),
        height: list.height.saturating_sub(2 + filter),
    }
}

/// The rows of the form in its pane: without frame, margins and the line of remarks at the end.
pub fn form_rows(form: Rect) -> Rect {
    Rect {
        x: form.x + 2,
        y: form.y + 1,
        width: form.width.saturating_sub(4),
        height: form.height.saturating_sub(3),
    }
}

/// Where the words of a choice stand in `area`, if all fit; the chosen one has brackets, so each has room for them.
pub fn choice_areas(field: FormField, area: Rect) -> Option<Vec<(&'static str, Rect)>> {
    let Kind::Choice(words) = field.row().kind else { return None };
    let mut x = area.x;
    let mut areas = Vec::with_capacity(words.len());
    for word in words {
        let columns = word.len() as u16 + 2;
        areas.push((*word, Rect { x, width: columns, height: 1, ..area }));
        x += columns;
    }
    (x <= area.right()).then_some(areas)
}

/// The field on a row of the screen, and the row of the form.
pub fn form_row(form: &Form, rows: Rect, y: u16) -> Option<FormRow> {
    let index = form.top + usize::from(y.checked_sub(rows.y)?);
    form.rows().into_iter().nth(index)
}

/// Brings list and form up to date with what fits on the screen.
pub(super) fn arrange(app: &mut App, body: Rect) {
    let areas = connections_areas(app, body);
    if let Some(list) = areas.list {
        let rows = usize::from(list_rows(app, list).height);
        let lines = app.list();
        let choice = app.choice();
        let is_selected =
            |line: &ListLine| matches!(line, ListLine::Choice(of) if Some(of) == choice.as_ref());
        let at = lines.iter().position(is_selected).unwrap_or(0);
        // With the heading above it, as far as there is one.
        let first = if at <= 1 { 0 } else { at };
        let top = app.list.top.min(first).max((at + 1).saturating_sub(rows));
        app.list.top = top.min(lines.len().saturating_sub(rows));
    }
    if let (Some(area), Some(form)) = (areas.form, &mut app.form) {
        let rows = form_rows(area);
        form.arrange(usize::from(rows.height), rows.width.saturating_sub(FORM_LABEL));
    }
}
