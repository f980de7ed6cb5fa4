//! The broker screen: what the broker says of itself under `$SYS`, and what was measured on this connection beside it.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::Cache;
use super::ink::{Ink, row_of};
use super::{subscriptions, welcome};
use crate::app::{App, Connection};
use crate::config::Role;
use crate::model::{SubscriptionState, TopicFilter};
use crate::payload::format;
use crate::sys::{Averages, Counter, Reading, SysModel};

/// From this width on there are two columns.
const WIDE: u16 = 130;
/// Columns of a label and of a figure.
const LABEL: u16 = 22;
const TOTAL: u16 = 11;

pub(super) enum Line {
    Heading(&'static str),
    Fact(String, String),
    Counter(&'static str, Option<u64>, Option<f64>, Vec<f64>, Unit),
    Averages(&'static str, [Option<f64>; 3], Unit),
    Columns([&'static str; 3]),
    Note(String),
    Blank,
}

#[derive(Clone, Copy)]
pub(super) enum Unit {
    Count,
    Bytes,
}

impl Unit {
    fn total(self, value: u64) -> String {
        match self {
            Self::Count => format::count(value),
            Self::Bytes => format::bytes(value),
        }
    }

    fn rate(self, value: f64, ink: &Ink<'_>) -> String {
        match self {
            Self::Count => ink.rate(value),
            Self::Bytes => ink.byte_rate(value),
        }
    }
}

pub(super) fn draw(app: &App, ink: &Ink<'_>, body: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let connection = app.connection();
    cache.wake_in(ink.now, Duration::from_secs(1));
    let (first, mut second) = (identity(connection, ink), traffic(connection, ink));
    let facts = facts(connection, ink);
    let scroll = connection.broker_scroll;
    if body.width >= WIDE {
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(45), Constraint::Percentage(55)]).areas(body);
        second.push(Line::Blank);
        second.extend(facts);
        cache.measured.broker = (first.len().max(second.len()), usize::from(body.height.saturating_sub(2)));
        column("Broker", &first, scroll, ink, left, buffer);
        column("Traffic", &second, scroll, ink, right, buffer);
    } else {
        let mut lines = second;
        lines.push(Line::Blank);
        lines.extend(first);
        lines.push(Line::Blank);
        lines.extend(facts);
        cache.measured.broker = (lines.len(), usize::from(body.height.saturating_sub(2)));
        column("Broker", &lines, scroll, ink, body, buffer);
    }
}

/// Who the broker is, its clients and what it holds; then its load averages.
fn identity(connection: &Connection, ink: &Ink<'_>) -> Vec<Line> {
    let sys = &connection.sys;
    let mut lines = vec![Line::Heading("Identity")];
    let fact = |label: &str, value: String| Line::Fact(label.to_owned(), value);
    if let Some(version) = &sys.version {
        lines.push(fact("version", ink.clean(&version.value).into_owned()));
    }
    if let Some(uptime) = sys.uptime_at(ink.now) {
        lines.push(fact("uptime", format::lasting(uptime)));
    }
    if sys.is_empty() {
        lines.push(Line::Blank);
        lines.extend(silence(connection, ink).into_iter().map(Line::Note));
        return lines;
    }
    held(sys, &mut lines);
    lines.push(Line::Blank);
    load(sys, &mut lines);
    lines.extend(others(sys, ink));
    lines
}

/// Where this connection leads and as whom, what is subscribed, and what handshake and CONNACK said.
fn facts(connection: &Connection, ink: &Ink<'_>) -> Vec<Line> {
    let fact = |label: &str, value: String| Line::Fact(label.to_owned(), value);
    let mut lines = vec![
        Line::Heading("This connection"),
        fact("address", ink.clean(&connection.address).into_owned()),
        fact("client id", ink.clean(&connection.client_id).into_owned()),
    ];
    for view in connection.subscriptions.list() {
        let label = format!("filter {}", ink.clean(view.wanted.filter.as_str()));
        lines.push(fact(&label, subscriptions::state(view, ink).0));
    }
    lines.extend(welcome::lines(&connection.link, ink));
    lines
}

fn held(sys: &SysModel, lines: &mut Vec<Line>) {
    let mut counts = |heading: &'static str, facts: &[(&str, Option<&Reading<u64>>, Unit)]| {
        if facts.iter().any(|(_, reading, _)| reading.is_some()) {
            lines.push(Line::Blank);
            lines.push(Line::Heading(heading));
        }
        for (label, reading, unit) in facts {
            if let Some(reading) = reading {
                lines.push(Line::Fact((*label).to_owned(), unit.total(reading.value)));
            }
        }
    };
    let clients = &sys.clients;
    counts(
        "Clients",
        &[
            ("connected", clients.connected.as_ref(), Unit::Count),
            ("disconnected, kept", clients.disconnected.as_ref(), Unit::Count),
            ("total", clients.total.as_ref(), Unit::Count),
            ("most at once", clients.maximum.as_ref(), Unit::Count),
            ("expired", clients.expired.as_ref(), Unit::Count),
        ],
    );
    counts(
        "Holds",
        &[
            ("subscriptions", sys.subscriptions.as_ref(), Unit::Count),
            ("shared subscriptions", sys.shared_subscriptions.as_ref(), Unit::Count),
            ("retained messages", sys.retained.as_ref(), Unit::Count),
            ("stored messages", sys.stored.count.as_ref(), Unit::Count),
            ("stored bytes", sys.stored.bytes.as_ref(), Unit::Bytes),
            ("heap in use", sys.heap.current.as_ref(), Unit::Bytes),
            ("heap at most", sys.heap.maximum.as_ref(), Unit::Bytes),
        ],
    );
}

fn load(sys: &SysModel, lines: &mut Vec<Line>) {
    let load = &sys.load;
    let values = |averages: &Averages| averages.each_ref().map(|reading| reading.as_ref().map(|r| r.value));
    let rows = [
        ("packets in", values(&load.messages_received), Unit::Count),
        ("packets out", values(&load.messages_sent), Unit::Count),
        ("publishes in", values(&load.publish_received), Unit::Count),
        ("publishes out", values(&load.publish_sent), Unit::Count),
        ("publishes dropped", values(&load.publish_dropped), Unit::Count),
        ("bytes in", values(&load.bytes_received), Unit::Bytes),
        ("bytes out", values(&load.bytes_sent), Unit::Bytes),
        ("sockets", values(&load.sockets), Unit::Count),
        ("connections", values(&load.connections), Unit::Count),
    ];
    if rows.iter().all(|(_, values, _)| values.iter().all(Option::is_none)) {
        return;
    }
    lines.push(Line::Heading("Load, per minute"));
    lines.push(Line::Columns(["1 min", "5 min", "15 min"]));
    for (label, values, unit) in rows {
        if values.iter().any(Option::is_some) {
            lines.push(Line::Averages(label, values, unit));
        }
    }
}

/// Counters with their rates, then what was measured here, then what has no place in the model.
fn traffic(connection: &Connection, ink: &Ink<'_>) -> Vec<Line> {
    let sys = &connection.sys;
    let mut lines = Vec::new();
    let rows: [(&'static str, &Counter, Unit); 9] = [
        ("packets in", &sys.messages.received, Unit::Count),
        ("packets out", &sys.messages.sent, Unit::Count),
        ("publishes in", &sys.publish.received, Unit::Count),
        ("publishes out", &sys.publish.sent, Unit::Count),
        ("publishes dropped", &sys.publish.dropped, Unit::Count),
        ("payload in", &sys.publish_bytes.received, Unit::Bytes),
        ("payload out", &sys.publish_bytes.sent, Unit::Bytes),
        ("bytes in", &sys.bytes.received, Unit::Bytes),
        ("bytes out", &sys.bytes.sent, Unit::Bytes),
    ];
    if !sys.is_empty() {
        // Pausing holds what is shown of messages; what the broker says of itself goes on.
        let paused = connection.paused.is_some();
        lines.push(Line::Heading(if paused {
            "As the broker counts (not paused)"
        } else {
            "As the broker counts"
        }));
        lines.push(Line::Columns(["total", "rate", ""]));
        for (label, counter, unit) in rows {
            if let Some(total) = counter.reading() {
                let rates = counter.rates().collect();
                lines.push(Line::Counter(label, Some(total.value), counter.rate(), rates, unit));
            }
        }
        lines.push(Line::Blank);
    }
    lines.push(Line::Heading("As measured on this connection"));
    let totals = connection.store.totals();
    let now_us = ink.shown.mono_us;
    let (messages, bytes) = (f64::from(totals.rate_messages(now_us)), f64::from(totals.rate_bytes(now_us)));
    let known = |rate: f64| totals.knows_rates.then_some(rate);
    let (message_rates, byte_rates) = connection.rates.series();
    lines.push(Line::Counter("messages", Some(totals.messages), known(messages), message_rates, Unit::Count));
    lines.push(Line::Counter("payload", Some(totals.bytes), known(bytes), byte_rates, Unit::Bytes));
    lines.push(Line::Counter(
        "$SYS messages",
        Some(connection.store.sys_totals().messages),
        None,
        Vec::new(),
        Unit::Count,
    ));
    let memory = connection.store.memory();
    let (history, index) = (format::bytes(memory.history as u64), format::bytes(memory.index as u64));
    lines.push(Line::Fact("memory".to_owned(), format!("history {history}, topic index {index}")));
    lines
}

/// What the model does not know.
fn others(sys: &SysModel, ink: &Ink<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let others = sys.others();
    if others.len() > 0 {
        lines.push(Line::Blank);
        lines.push(Line::Heading("Other $SYS topics"));
        for (topic, other) in others {
            lines.push(Line::Fact(ink.clean(topic).into_owned(), other.text.clone()));
        }
        if sys.unlisted > 0 {
            lines.push(Line::Note(format!(
                "and messages on further topics: {}",
                format::grouped(sys.unlisted)
            )));
        }
    }
    if sys.rejected > 0 {
        lines.push(Line::Note(format!("{} values could not be read", format::grouped(sys.rejected))));
    }
    lines
}

/// Why there is nothing under `$SYS`.
fn silence(connection: &Connection, ink: &Ink<'_>) -> Vec<String> {
    if !connection.link.is_connected() {
        return vec!["Not connected.".into()];
    }
    let asked = connection.subscriptions.list().iter().find(|view| view.wanted.filter.is_sys());
    match asked.map(|view| &view.state) {
        None => vec![format!("{} is not subscribed to.", TopicFilter::SYS)],
        Some(SubscriptionState::Refused(reason)) => {
            vec![
                format!("The broker refused the filter {}:", TopicFilter::SYS),
                format!("{}.", ink.clean(reason)),
                "What it tells of itself is not for this user.".into(),
            ]
        }
        Some(SubscriptionState::Granted(_)) => vec![
            "This broker has published nothing under $SYS so far.".into(),
            "Some send it once a minute, some never do.".into(),
            "The rates measured here are shown all the same.".into(),
        ],
        Some(_) => vec![format!("{} was asked for; the broker has not answered.", TopicFilter::SYS)],
    }
}

fn column(title: &str, lines: &[Line], scroll: usize, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let block = ink.frame(title, true);
    let inside = block.inner(area);
    block.render(area, buffer);
    let rows = usize::from(inside.height);
    let scroll = scroll.min(lines.len().saturating_sub(rows));
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    for (index, line) in lines.iter().skip(scroll).take(rows).enumerate() {
        draw_line(line, ink, row_of(inside, index), buffer);
    }
    if lines.len() > rows {
        let text = format!(" {} of {} lines ", scroll + rows, lines.len());
        ink.put_right(buffer, inside.x, inside.bottom(), inside.width, &text, ink.style(Role::Muted));
    }
}

fn draw_line(line: &Line, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let (muted, text) = (ink.style(Role::Muted), ink.style(Role::Text));
    let (x, y) = (area.x, area.y);
    match line {
        Line::Blank => {}
        Line::Heading(heading) => drop(ink.put(buffer, x, y, area.width, heading, ink.style(Role::Accent))),
        Line::Note(note) => drop(ink.put(buffer, x, y, area.width, note, muted)),
        Line::Fact(label, value) => {
            let label_columns =
                if crate::payload::width(label) >= usize::from(LABEL) { area.width * 3 / 5 } else { LABEL };
            ink.put(buffer, x, y, label_columns.saturating_sub(1), label, muted);
            ink.put(buffer, x + label_columns, y, area.width.saturating_sub(label_columns), value, text);
        }
        Line::Columns(titles) => {
            for (index, title) in titles.iter().enumerate() {
                figure(ink, area, index, title, ink.style(Role::Faint), buffer);
            }
        }
        Line::Averages(label, values, unit) => {
            ink.put(buffer, x, y, (LABEL - 4).min(area.width), label, muted);
            for (index, value) in values.iter().enumerate() {
                let shown = match (value, unit) {
                    (None, _) => ink.glyphs().dash.to_owned(),
                    (Some(value), Unit::Count) if *value < 1000.0 => format!("{value:.1}"),
                    (Some(value), unit) => unit.total(*value as u64),
                };
                figure(ink, area, index, &shown, text, buffer);
            }
        }
        Line::Counter(label, total, rate, rates, unit) => {
            ink.put(buffer, x, y, LABEL - 4, label, muted);
            let total = total.map_or_else(String::new, |total| unit.total(total));
            figure(ink, area, 0, &total, text, buffer);
            let shown = rate.map_or_else(String::new, |rate| unit.rate(rate, ink));
            figure(ink, area, 1, &shown, text, buffer);
            let start = (LABEL - 4 + 2 * TOTAL + 2).min(area.width);
            sparkline(
                rates,
                ink,
                Rect { x: x + start, width: area.width.saturating_sub(start), ..area },
                buffer,
            );
        }
    }
}

/// A figure of a table, if its column is still on the pane.
fn figure(ink: &Ink<'_>, area: Rect, column: usize, text: &str, style: Style, buffer: &mut Buffer) {
    let start = LABEL - 4 + column as u16 * TOTAL;
    if start + TOTAL <= area.width {
        ink.put_right(buffer, area.x + start, area.y, TOTAL, text, style);
    }
}

/// The newest rates, one column each, scaled to the largest of them.
fn sparkline(rates: &[f64], ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width);
    let shown = &rates[rates.len().saturating_sub(columns)..];
    let most = shown.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return;
    }
    let bars = &ink.glyphs().bars;
    for (index, rate) in shown.iter().enumerate() {
        let step = (rate / most * (bars.len() - 1) as f64).round() as usize;
        let role = if index + 1 == shown.len() { Role::Accent } else { Role::Muted };
        ink.put(buffer, area.x + index as u16, area.y, 1, bars[step.min(bars.len() - 1)], ink.style(role));
    }
}
