//! The mouse: a click gives focus and selects, a second click on a branch opens it, the wheel turns what is under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{
    browse, chart, connections, history, message, overdue, overlay, run, search, set_focus, subscriptions,
    tabs, topics, travel,
};
use crate::app::{
    App, Command, Context, Effect, Field, Left, OVERDUE_LINES, Overlay, Pane, Right, SEARCH_LINES, Screen,
    layout, scrubber,
};
use crate::model::{Moment, QoS};

/// Rows turned by one notch of the wheel.
const NOTCH: isize = 3;

pub(super) fn on_mouse(app: &mut App, event: MouseEvent, now: Moment) -> Vec<Effect> {
    app.last_input = now;
    let at = Position::new(event.column, event.row);
    let turn = match event.kind {
        MouseEventKind::ScrollUp => -NOTCH,
        MouseEventKind::ScrollDown => NOTCH,
        MouseEventKind::Down(MouseButton::Left) => {
            app.connection_mut().travel.scrubbing = false;
            return click(app, at, now);
        }
        MouseEventKind::Drag(MouseButton::Left) => {
            scrub(app, at);
            return Vec::new();
        }
        MouseEventKind::Up(MouseButton::Left) => {
            app.connection_mut().travel.scrubbing = false;
            return Vec::new();
        }
        _ => return Vec::new(),
    };
    if !matches!(app.overlay, Overlay::None) {
        let command = if turn < 0 { Command::Up } else { Command::Down };
        (0..NOTCH).for_each(|_| overlay::movement(app, command));
        return Vec::new();
    }
    match app.context() {
        Context::Subscriptions => {
            let command = if turn < 0 { Command::Up } else { Command::Down };
            subscriptions::movement(app, command);
        }
        Context::SubscriptionEntry | Context::Login => {}
        _ => wheel(app, at, turn, now),
    }
    Vec::new()
}

fn inside(area: Option<Rect>, at: Position) -> Option<Rect> {
    area.filter(|area| area.contains(at))
}

fn wheel(app: &mut App, at: Position, rows: isize, now: Moment) {
    let areas = layout::areas(app);
    if app.screen() == Screen::Connections {
        connections::wheel(app, areas.body, at, rows);
    } else if app.screen() == Screen::Broker {
        let scroll = &mut app.connection_mut().broker_scroll;
        *scroll = scroll.saturating_add_signed(rows);
    } else if let Some(topics) = inside(areas.topics, at) {
        if pin_row(app, topics, at).is_some() {
            return app.connection_mut().tree.scroll_pins(rows);
        }
        let connection = app.connection_mut();
        let shown = connection.shown_moment(now);
        match connection.left {
            Left::Search => search::step(connection, rows),
            Left::Browse => browse::step(connection, rows),
            Left::Overdue => overdue::step(connection, rows),
            Left::Tree => connection.tree.scroll(rows, &connection.store, shown.mono_us),
        }
    } else if inside(areas.message, at).is_some() && app.connection().right == Right::Chart {
        chart::wheel(app, at, rows < 0, now);
    } else if inside(areas.message, at).is_some() {
        message::scroll(app, rows);
    } else if inside(areas.history, at).is_some() {
        history::step(app, rows);
    }
}

fn click(app: &mut App, at: Position, now: Moment) -> Vec<Effect> {
    let areas = layout::areas(app);
    if let Overlay::Palette(palette) = &mut app.overlay {
        let (frame, list) = layout::palette(areas.body);
        if list.contains(at) {
            palette.selected = palette.top(usize::from(list.height)) + usize::from(at.y - list.y);
            return run(app, Command::RunSelected, now);
        }
        if frame.contains(at) {
            return Vec::new();
        }
    }
    if let Overlay::Menu(menu) = &mut app.overlay {
        let (frame, list) = layout::menu(areas.body, menu.items.len());
        if list.contains(at) {
            let row = menu.top(usize::from(list.height)) + usize::from(at.y - list.y);
            let shown = menu.shown();
            let Some(index) = shown.get(row.min(shown.len().saturating_sub(1))) else { return Vec::new() };
            menu.selected = *index;
            return run(app, Command::ChooseItem, now);
        }
        if frame.contains(at) {
            return Vec::new();
        }
    }
    if matches!(app.overlay, Overlay::Prompt(_) | Overlay::Output(_)) {
        // What is typed is not lost by a stray click, nor what a command printed.
        return Vec::new();
    }
    if matches!(app.overlay, Overlay::Ask(_)) {
        // Beside the buttons a click answers nothing.
        return click_ask(app, areas.body, at, now);
    }
    if !matches!(app.overlay, Overlay::None) {
        return overlay::close(app);
    }
    if let Some(line) = inside(areas.tabs, at) {
        tabs::click(app, line, at);
        return Vec::new();
    }
    if app.screen() == Screen::Connections {
        return connections::click(app, areas.body, at);
    }
    match app.context() {
        Context::Subscriptions | Context::SubscriptionEntry => {
            click_subscriptions(app, areas.body, at);
            return Vec::new();
        }
        // What is typed into the prompt is not lost by a stray click.
        Context::Login => return Vec::new(),
        _ => {}
    }
    if let Some(pane) = inside(areas.publish, at) {
        return click_publish(app, pane, at, now);
    }
    if let Some(topics) = inside(areas.topics, at) {
        match app.connection().left {
            Left::Search | Left::Browse | Left::Overdue => click_list(app, topics, at),
            Left::Tree => click_topics(app, topics, at, now),
        }
    } else if inside(areas.message, at).is_some() {
        set_focus(app, Pane::Message);
        if app.connection().right == Right::Chart {
            chart::click(app, at, now);
        } else {
            message::click(app, at.y);
        }
    } else if let Some(area) = inside(areas.history, at) {
        set_focus(app, Pane::History);
        if at.y > area.y {
            history::select_row(app, usize::from(at.y - area.y - 1));
        }
    }
    if [areas.topics, areas.message, areas.history].into_iter().any(|area| inside(area, at).is_some()) {
        // The keys go where the click went; the filter stays as it is at work.
        close_filter(app, areas.topics);
    }
    Vec::new()
}

/// Ends the typing of the filter. Its lines go, and the selected row stays on its line of the screen.
fn close_filter(app: &mut App, topics: Option<Rect>) {
    let top = |app: &App| topics.map_or(0, |topics| layout::tree_top(app, topics));
    let before = top(app);
    app.connection_mut().filter_input = None;
    let risen = before.saturating_sub(top(app));
    app.connection_mut().tree.lower(usize::from(risen));
}

fn click_ask(app: &mut App, body: Rect, at: Position, now: Moment) -> Vec<Effect> {
    let Overlay::Ask(ask) = &app.overlay else { return Vec::new() };
    let [no, yes] = layout::ask_areas(body, ask).buttons;
    if no.contains(at) {
        return run(app, Command::AnswerNo, now);
    }
    if yes.contains(at) {
        return run(app, Command::AnswerYes, now);
    }
    Vec::new()
}

/// A click on a row selects it; beside the pane it closes the pane, unless something is being typed.
fn click_subscriptions(app: &mut App, body: Rect, at: Position) {
    let connection = app.connection_mut();
    let Some(pane) = &mut connection.subscribing else { return };
    let rows = pane.rows(&connection.subscriptions);
    let areas = layout::subscriptions_areas(body, rows, pane.entry.is_some());
    if pane.entry.is_some() {
        return;
    }
    if areas.list.contains(at) {
        let row = pane.top(&connection.subscriptions, usize::from(areas.list.height))
            + usize::from(at.y - areas.list.y);
        if row < rows {
            pane.selected = row;
        }
    } else if !areas.frame.contains(at) {
        connection.subscribing = None;
    }
}

/// A click into a field gives it the keys; on a QoS, the retain mark or the button it does what it says.
fn click_publish(app: &mut App, pane: Rect, at: Position, now: Moment) -> Vec<Effect> {
    let publish = &mut app.connection_mut().publish;
    let areas = layout::publish_areas(pane, publish.sent().len(), publish.written.open);
    if areas.topic.contains(at) {
        publish.field = Field::Topic;
    } else if areas.payload.contains(at) {
        publish.field = Field::Payload;
    } else if let Some(place) = areas.properties.and_then(|all| all.iter().position(|area| area.contains(at)))
    {
        publish.field = Field::Payload.stepped(1 + place as isize, true);
    } else if let Some(level) = areas.qos.iter().position(|area| area.contains(at)) {
        publish.field = Field::Qos;
        publish.qos = QoS::from_level(level as u8).unwrap_or_default();
    } else if areas.retain.contains(at) {
        publish.field = Field::Retain;
        publish.retain = !publish.retain;
    } else if areas.send.contains(at) {
        publish.field = Field::Send;
        return run(app, Command::SendPublish, now);
    }
    Vec::new()
}

/// The row of the pins at a place.
fn pin_row(app: &App, topics: Rect, at: Position) -> Option<usize> {
    let row = at.y.checked_sub(layout::pins_top(app, topics))?;
    let in_tree = app.connection().left == Left::Tree;
    (in_tree && row < layout::pin_rows(app, topics)).then_some(usize::from(row))
}

/// A click on a pin selects it, a second one goes to its topic in the tree.
fn click_pin(app: &mut App, row: usize, now: Moment) {
    let tree = &mut app.connection_mut().tree;
    let before = tree.pins().selected();
    let pin = tree.select_pin_row(row);
    if let Some(node) = tree.selected().filter(|_| pin.is_some() && pin == before) {
        topics::go_to(app, node, now);
    }
}

/// A click on a row of a list shows its message; a click above the rows of the search goes into its entry.
fn click_list(app: &mut App, pane: Rect, at: Position) {
    set_focus(app, Pane::Topics);
    let connection = app.connection_mut();
    let searching = connection.left == Left::Search;
    let lines = match connection.left {
        Left::Search => SEARCH_LINES,
        Left::Overdue => OVERDUE_LINES,
        Left::Tree | Left::Browse => 0,
    };
    let Some(row) = at.y.checked_sub(pane.y + 1 + lines).map(usize::from) else {
        if searching && !connection.search.typing {
            search::edit(&mut connection.search, false);
        }
        return;
    };
    connection.search.typing = false;
    if searching {
        search::select(connection, connection.search.view.top + row);
    } else if connection.left == Left::Overdue {
        let rows = usize::from(pane.height.saturating_sub(2 + lines));
        if row < rows {
            overdue::select(connection, connection.overdue.view.top + row);
        }
    } else {
        browse::select(connection, connection.browse.view.top + row);
    }
}

/// The scrubber follows the mouse while it is held, wherever the mouse goes.
fn scrub(app: &mut App, at: Position) {
    let topics = layout::areas(app).topics.filter(|_| app.connection().travel.scrubbing);
    let Some(areas) = topics.and_then(|topics| scrubber(app, topics)) else { return };
    let column = at.x.clamp(areas.bar.x, areas.bar.right().saturating_sub(1)) - areas.bar.x;
    travel::scrub(app, column, areas.bar.width);
}

fn click_topics(app: &mut App, topics: Rect, at: Position, now: Moment) {
    if scrubber(app, topics).is_some_and(|areas| areas.all.contains(at)) {
        app.connection_mut().travel.scrubbing = true;
        scrub(app, at);
        return;
    }
    set_focus(app, Pane::Topics);
    if let Some(row) = pin_row(app, topics, at) {
        return click_pin(app, row, now);
    }
    let top = layout::tree_top(app, topics);
    if at.y < top {
        return;
    }
    let connection = app.connection_mut();
    let before = connection.tree.cursor();
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
