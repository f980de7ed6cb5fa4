//! The subscriptions pane: each filter with the QoS wanted and granted, what the broker made of it, how much came for it; what the
//! selected one means in words, or the filter that is being typed.

use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::ink::{Ink, row_of};
use super::publish::one_line_field;
use super::{Cache, overlay};
use crate::app::layout::{self, SubscriptionsAreas};
use crate::app::subscriptions::{
    Choice, Entry, EntryFault, EntryField, EntryPurpose, ExcludedView, SubscriptionView, SubscriptionsPane,
    Traffic,
};
use crate::app::{App, Connection};
use crate::config::Role;
use crate::model::{QoS, RetainHandling, SubscriptionState};
use crate::payload::{format, width};

const MARK: u16 = 7;
const QOS: u16 = 5;
const MESSAGES: u16 = 9;
const RATE: u16 = 9;
/// Columns of the labels in the entry.
const LABEL: u16 = 10;

/// What became of a subscription, in words, and how good that is.
pub(super) fn state(view: &SubscriptionView, ink: &Ink<'_>) -> (String, Role) {
    match &view.state {
        SubscriptionState::Requested(_) => ("asked for, no answer yet".to_owned(), Role::Muted),
        SubscriptionState::Granted(qos) => (format!("granted at QoS {qos}"), Role::Good),
        SubscriptionState::Refused(reason) => (format!("refused: {}", ink.clean(reason)), Role::Warning),
        SubscriptionState::Unanswered => ("the broker did not answer".to_owned(), Role::Warning),
        SubscriptionState::Removed => ("being removed".to_owned(), Role::Muted),
    }
}

pub(super) fn draw(app: &App, ink: &Ink<'_>, body: Rect, cache: &mut Cache, frame: &mut Frame<'_>) {
    let connection = app.connection();
    let Some(pane) = &connection.subscribing else { return };
    // Rates sink by themselves.
    cache.wake_in(ink.now, Duration::from_secs(1));
    let rows = pane.rows(&connection.subscriptions);
    let areas = layout::subscriptions_areas(body, rows, pane.entry.is_some());
    let name = ink.clean(&connection.profile.name).into_owned();
    overlay(ink, &format!("Subscriptions of {name}"), areas.frame, frame.buffer_mut());
    let buffer = frame.buffer_mut();
    titles(ink, areas.titles, buffer);
    list(connection, pane, ink, areas, buffer);
    let hidden = connection.subscriptions.hidden();
    if hidden > 0 {
        let text = format!(" {} messages muted or excluded ", format::grouped(hidden));
        let bottom = areas.frame.bottom() - 1;
        let room = areas.frame.width.saturating_sub(2);
        ink.put_right(buffer, areas.frame.x + 1, bottom, room, &text, ink.style(Role::Muted));
    }
    match &pane.entry {
        Some(entry) => draw_entry(entry, ink, areas.detail, frame),
        None => describe(connection, pane, ink, areas.detail, buffer),
    }
}

/// Widths of filter and state: what the other columns leave.
fn flexible(area: Rect) -> (u16, u16) {
    let rest = area.width.saturating_sub(2 + MARK + QOS + MESSAGES + RATE);
    let filter = rest * 3 / 5;
    (filter, rest - filter)
}

fn titles(ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let style = ink.style(Role::Faint);
    let (filter, state) = flexible(area);
    let mut x = area.x + 1;
    for (columns, text) in [(filter, "filter"), (MARK, ""), (QOS, "QoS"), (state, "state")] {
        ink.put(buffer, x, area.y, columns, text, style);
        x += columns;
    }
    ink.put_right(buffer, x, area.y, MESSAGES, "messages", style);
    ink.put_right(buffer, x + MESSAGES, area.y, RATE, "rate", style);
}

fn list(
    connection: &Connection,
    pane: &SubscriptionsPane,
    ink: &Ink<'_>,
    areas: SubscriptionsAreas,
    buffer: &mut Buffer,
) {
    let subscriptions = &connection.subscriptions;
    let rows = usize::from(areas.list.height);
    let count = pane.rows(subscriptions);
    let selected = pane.selected.min(count.saturating_sub(1));
    let top = pane.top(subscriptions, rows);
    let subscribed = subscriptions.list().iter().map(|view| subscribed_row(view, connection, ink));
    let excluded = subscriptions.excluded().iter().map(|view| excluded_row(view, ink));
    let offered = pane.offers.iter().map(|filter| ListRow {
        filter: ink.clean(filter.as_str()).into_owned(),
        state: "seen so far".to_owned(),
        ..ListRow::default()
    });
    for (index, row) in subscribed.chain(excluded).chain(offered).enumerate().skip(top).take(rows) {
        let area = row_of(areas.list, index - top);
        draw_row(&row, ink, area, buffer);
        if index == selected {
            ink.select(buffer, area, pane.entry.is_none());
        }
    }
    if count > rows {
        let text = format!(" {} of {count} ", selected + 1);
        let y = areas.frame.bottom() - 1;
        ink.put(buffer, areas.frame.x + 2, y, areas.frame.width / 2, &text, ink.style(Role::Muted));
    }
}

#[derive(Default)]
struct ListRow {
    filter: String,
    mark: &'static str,
    qos: String,
    state: String,
    role: Option<Role>,
    traffic: Option<(String, String)>,
}

fn traffic(traffic: &Traffic, ink: &Ink<'_>) -> (String, String) {
    (format::count(traffic.messages), ink.rate(traffic.rate()))
}

fn subscribed_row(view: &SubscriptionView, connection: &Connection, ink: &Ink<'_>) -> ListRow {
    let qos = match view.state {
        SubscriptionState::Granted(granted) if granted != view.wanted.qos => {
            format!("{}{}{granted}", view.wanted.qos, ink.glyphs().right)
        }
        _ => view.wanted.qos.to_string(),
    };
    let offline = !connection.link.is_connected();
    let (state, role) = match &view.state {
        SubscriptionState::Granted(_) | SubscriptionState::Requested(_) if offline => {
            ("once connected".to_owned(), Role::Muted)
        }
        // The column before says at which QoS; the lines below say it in full.
        SubscriptionState::Granted(_) => ("granted".to_owned(), Role::Good),
        SubscriptionState::Requested(_) => ("asked for".to_owned(), Role::Muted),
        _ => state(view, ink),
    };
    ListRow {
        filter: ink.clean(view.wanted.filter.as_str()).into_owned(),
        mark: if view.muted { "muted" } else { "" },
        qos,
        state,
        role: Some(role),
        traffic: Some(traffic(&view.traffic, ink)),
    }
}

fn excluded_row(view: &ExcludedView, ink: &Ink<'_>) -> ListRow {
    ListRow {
        filter: ink.clean(view.filter.as_str()).into_owned(),
        state: "excluded".to_owned(),
        traffic: Some(traffic(&view.traffic, ink)),
        ..ListRow::default()
    }
}

fn draw_row(row: &ListRow, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let (filter, state) = flexible(area);
    let mut x = area.x + 1;
    ink.put(buffer, x, area.y, filter.saturating_sub(1), &row.filter, ink.style(Role::Text));
    x += filter;
    ink.put(buffer, x, area.y, MARK, row.mark, ink.style(Role::Warning));
    x += MARK;
    ink.put(buffer, x, area.y, QOS, &row.qos, ink.style(Role::Text));
    x += QOS;
    ink.put(
        buffer,
        x,
        area.y,
        state.saturating_sub(1),
        &row.state,
        ink.style(row.role.unwrap_or(Role::Muted)),
    );
    x += state;
    if let Some((messages, rate)) = &row.traffic {
        ink.put_right(buffer, x, area.y, MESSAGES, messages, ink.style(Role::Muted));
        ink.put_right(buffer, x + MESSAGES, area.y, RATE, rate, ink.style(Role::Muted));
    }
}

/// The selected row in words, and what can be done.
fn describe(
    connection: &Connection,
    pane: &SubscriptionsPane,
    ink: &Ink<'_>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let text = match pane.choice(&connection.subscriptions) {
        None => "Nothing is subscribed to: a adds a filter.".to_owned(),
        Some(Choice::Excluded(_)) => {
            "Excluded: messages that match are received and counted, and neither shown nor \
             kept, whatever is subscribed to. d ends that for messages from then on."
                .to_owned()
        }
        Some(Choice::Offered(_)) => {
            "Seen so far on this connection. The broker refused a wider filter; this one it may \
             grant: Enter, then Enter again, subscribes to it."
                .to_owned()
        }
        Some(Choice::Subscribed(filter)) => connection
            .subscriptions
            .find(&filter)
            .map_or_else(String::new, |view| in_words(view, connection.subscriptions.list(), ink)),
    };
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    for (index, line) in ink.wrapped(&text, area.width, usize::from(area.height)).iter().enumerate() {
        let row = row_of(area, index);
        ink.put(buffer, row.x, row.y, row.width, line, ink.style(Role::Muted));
    }
}

fn in_words(view: &SubscriptionView, all: &[SubscriptionView], ink: &Ink<'_>) -> String {
    let wanted = &view.wanted;
    let mut words = vec![format!("QoS {} asked for; {}.", wanted.qos, state(view, ink).0)];
    if wanted.no_local {
        words.push("No local: what this client publishes is not sent back.".into());
    }
    if wanted.retain_as_published {
        words.push("Retain as published: the flag stays as the publisher set it.".into());
    }
    match wanted.retain_handling {
        RetainHandling::Always => {}
        RetainHandling::IfNew => words.push("Retained messages only when the subscription is new.".into()),
        RetainHandling::Never => words.push("Retained messages are not sent.".into()),
    }
    if let Some(id) = wanted.id {
        words.push(format!("Subscription id {id}."));
    }
    let granted = |view: &SubscriptionView| matches!(view.state, SubscriptionState::Granted(_));
    let twin = all.iter().find(|other| {
        let other_filter = &other.wanted.filter;
        *other_filter != wanted.filter
            && granted(other)
            && granted(view)
            && other_filter.overlaps(&wanted.filter)
    });
    if let Some(twin) = twin {
        let twin = ink.clean(twin.wanted.filter.as_str());
        words.push(format!("It overlaps '{twin}': many brokers send what matches both twice."));
    }
    words.push(
        if view.muted {
            "Muted: still subscribed, but what comes for this filter is only counted, neither shown nor kept, until m is pressed again."
        } else {
            "m mutes the whole filter for a while; x excludes single topics of it for good. Both only count what comes."
        }
        .to_owned(),
    );
    words.join(" ")
}

fn draw_entry(entry: &Entry, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let heading = match &entry.purpose {
        EntryPurpose::Subscribe => "Subscribe to".to_owned(),
        EntryPurpose::Change(filter) => format!("Change {}", ink.clean(filter.as_str())),
        EntryPurpose::Exclude => "Exclude: count what matches, and neither show nor keep it".to_owned(),
    };
    ink.put(frame.buffer_mut(), area.x, area.y, area.width, &heading, ink.style(Role::Accent));
    label(ink, "filter", entry.field == EntryField::Filter, row_of(area, 1), frame);
    let field = value_of(row_of(area, 1));
    one_line_field(&entry.filter, ink, field, entry.field == EntryField::Filter, frame);
    draw_fault(entry, ink, area, frame);
    if entry.purpose == EntryPurpose::Exclude {
        return;
    }
    label(ink, "QoS", entry.field == EntryField::Qos, row_of(area, 3), frame);
    let qos = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];
    choices(ink, &qos.map(|qos| (qos.to_string(), qos == entry.qos)), value_of(row_of(area, 3)), frame);
    let options = row_of(area, 4);
    label(ink, "MQTT 5", false, options, frame);
    let mut x = value_of(options).x;
    for (field, text, on) in [
        (EntryField::NoLocal, "no local", entry.no_local),
        (EntryField::RetainAsPublished, "retain as published", entry.retain_as_published),
    ] {
        let style = ink.style(if entry.field == field { Role::TitleFocus } else { Role::Text });
        let text = format!("[{}] {text}", if on { "x" } else { " " });
        x += ink.put(frame.buffer_mut(), x, options.y, options.right().saturating_sub(x), &text, style) + 3;
    }
    label(ink, "retained", entry.field == EntryField::RetainHandling, row_of(area, 5), frame);
    let handling = [
        (RetainHandling::Always, "at every SUBSCRIBE"),
        (RetainHandling::IfNew, "only when new"),
        (RetainHandling::Never, "never"),
    ];
    let handling = handling.map(|(value, text)| (text.to_owned(), value == entry.retain_handling));
    choices(ink, &handling, value_of(row_of(area, 5)), frame);
    label(ink, "id", entry.field == EntryField::Id, row_of(area, 6), frame);
    let id = value_of(row_of(area, 6));
    one_line_field(&entry.id, ink, id, entry.field == EntryField::Id, frame);
    if entry.id.value().is_empty() && entry.field != EntryField::Id {
        ink.put(frame.buffer_mut(), id.x, id.y, id.width, "none", ink.style(Role::Faint));
    }
}

fn value_of(area: Rect) -> Rect {
    Rect { x: area.x + LABEL, width: area.width.saturating_sub(LABEL), ..area }
}

fn label(ink: &Ink<'_>, text: &str, focused: bool, area: Rect, frame: &mut Frame<'_>) {
    let style = ink.style(if focused { Role::TitleFocus } else { Role::Muted });
    ink.put(frame.buffer_mut(), area.x, area.y, LABEL - 1, text, style);
}

/// The chosen one in brackets.
fn choices(ink: &Ink<'_>, choices: &[(String, bool)], area: Rect, frame: &mut Frame<'_>) {
    let mut x = area.x;
    for (text, chosen) in choices {
        let (text, style) = if *chosen {
            (format!("[{text}]"), ink.style(Role::Text).add_modifier(Modifier::BOLD))
        } else {
            (format!(" {text} "), ink.style(Role::Muted))
        };
        x += ink.put(frame.buffer_mut(), x, area.y, area.right().saturating_sub(x), &text, style) + 1;
    }
}

/// What is wrong, with a caret under the place in the filter (E03).
fn draw_fault(entry: &Entry, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let Some(fault) = entry.fault() else { return };
    let line = value_of(row_of(area, 2));
    let style: Style = ink.style(Role::Error);
    let (column, reason) = match fault {
        EntryFault::Filter(_) if entry.filter.value().is_empty() && !entry.tried => return,
        EntryFault::Filter(fault) => (caret(entry, fault.at, ink, line.width), fault.reason),
        EntryFault::SharedNoLocal => (None, "a shared subscription cannot be 'no local'"),
        EntryFault::Id => (None, "the id is a number from 1 to 268,435,455"),
    };
    let buffer = frame.buffer_mut();
    let Some(column) = column else {
        ink.put(buffer, line.x, line.y, line.width, reason, style);
        return;
    };
    let x = line.x + column;
    ink.put(buffer, x, line.y, 1, "^", style);
    // Beside the caret where there is room, else before it.
    let room = line.right().saturating_sub(x + 2);
    if width(reason) <= usize::from(room) {
        ink.put(buffer, x + 2, line.y, room, reason, style);
    } else {
        ink.put_right(buffer, line.x, line.y, column.saturating_sub(1), reason, style);
    }
}

/// Column of the byte `at` in the filter's field, if it is on screen: the field scrolls with the cursor.
fn caret(entry: &Entry, at: usize, ink: &Ink<'_>, columns: u16) -> Option<u16> {
    let text = entry.filter.value();
    let columns_of = |text: &str| width(&ink.clean(text));
    let before: String = text.chars().take(entry.filter.cursor()).collect();
    let scrolled = columns_of(&before).saturating_sub(usize::from(columns).saturating_sub(1));
    let column = columns_of(text.get(..at).unwrap_or(text)).checked_sub(scrolled)?;
    u16::try_from(column).ok().filter(|column| *column < columns)
}
