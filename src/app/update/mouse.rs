//! The mouse: a click gives focus and selects, a second click on a branch opens it, the wheel turns what is under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{history, overlay, set_focus};
use crate::app::{App, Command, Effect, Overlay, Pane, Screen, layout};
use crate::model::Moment;

/// Rows turned by one notch of the wheel.
const NOTCH: isize = 3;

pub(super) fn on_mouse(app: &mut App, event: MouseEvent, now: Moment) -> Vec<Effect> {
    let at = Position::new(event.column, event.row);
    let turn = match event.kind {
        MouseEventKind::ScrollUp => -NOTCH,
        MouseEventKind::ScrollDown => NOTCH,
        MouseEventKind::Down(MouseButton::Left) => {
            click(app, at);
            return Vec::new();
        }
        _ => return Vec::new(),
    };
    if !matches!(app.overlay, Overlay::None) {
        let command = if turn < 0 { Command::Up } else { Command::Down };
        (0..NOTCH).for_each(|_| overlay::movement(app, command));
        return Vec::new();
    }
    wheel(app, at, turn, now);
    Vec::new()
}

fn inside(area: Option<Rect>, at: Position) -> Option<Rect> {
    area.filter(|area| area.contains(at))
}

fn wheel(app: &mut App, at: Position, rows: isize, now: Moment) {
    let areas = layout::areas(app);
    if app.screen == Screen::Broker {
        app.broker_scroll = app.broker_scroll.saturating_add_signed(rows);
    } else if inside(areas.topics, at).is_some() {
        let connection = app.connection_mut();
        let shown = connection.shown_moment(now);
        connection.tree.scroll(rows, &connection.store, shown.mono_us);
    } else if inside(areas.message, at).is_some() {
        app.connection_mut().message.scroll_by(rows);
    } else if inside(areas.history, at).is_some() {
        history::step(app, rows);
    }
}

fn click(app: &mut App, at: Position) {
    if !matches!(app.overlay, Overlay::None) {
        app.overlay = Overlay::None;
        return;
    }
    let areas = layout::areas(app);
    if [areas.topics, areas.message, areas.history].into_iter().any(|area| inside(area, at).is_some()) {
        // The keys go where the click went; the filter stays as typed.
        app.filter_input = None;
    }
    if let Some(topics) = inside(areas.topics, at) {
        click_topics(app, topics, at);
    } else if inside(areas.message, at).is_some() {
        set_focus(app, Pane::Message);
    } else if let Some(area) = inside(areas.history, at) {
        set_focus(app, Pane::History);
        if at.y > area.y {
            history::select_row(app, usize::from(at.y - area.y - 1));
        }
    }
}

fn click_topics(app: &mut App, topics: Rect, at: Position) {
    set_focus(app, Pane::Topics);
    let top = layout::tree_top(app, topics);
    if at.y < top {
        return;
    }
    let connection = app.connection_mut();
    let before = connection.tree.selected();
    let row = usize::from(at.y - top);
    let Some(drawn) = connection.tree.rows().get(row).copied() else { return };
    let node = connection.tree.select_row(row);
    // Before the mark: the frame, the cursor bar, the indentation.
    let name = layout::tree_columns(topics.width.saturating_sub(2)).name;
    let mark = topics.x + 2 + layout::tree_indent(name, drawn.depth).mark;
    let on_mark = at.x >= mark && at.x <= mark + 1;
    if drawn.branch && (on_mark || node == before) {
        connection.tree.set_open(drawn.node, !drawn.open);
    }
}
