//! The first line: which connection, how it stands, how much comes in, how full the history is, which screen.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Cache;
use super::ink::Ink;
use crate::app::{App, Connection, Screen};
use crate::config::{Role, Safety};
use crate::model::{LinkState, PublishState};
use crate::payload::{format, width};

/// A piece of the header; pieces with a low rank give way first when the line is too short.
struct Piece {
    rank: u8,
    text: String,
    style: Style,
}

/// What may be done here is left out last.
const SAFETY: u8 = 20;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let (mut left, mut right) = match app.screen() {
        Screen::Connections => (program(app, ink), Vec::new()),
        _ => (connection(app, ink), figures(app, ink, cache)),
    };
    let room = usize::from(area.width).saturating_sub(2);
    let length = |pieces: &[Piece]| pieces.iter().map(|piece| width(&piece.text) + 2).sum::<usize>();
    let named = screens(app, ink, true);
    // Where there are no figures, the names stay and the rest gives way.
    let fits = right.is_empty() || length(&left) + length(&right) + length(&named) <= room;
    right.extend(if fits { named } else { screens(app, ink, false) });
    while length(&left) + length(&right) > room {
        let lowest = left.iter().chain(&right).map(|piece| piece.rank).min().unwrap_or(u8::MAX);
        if lowest == u8::MAX {
            break;
        }
        left.retain(|piece| piece.rank != lowest);
        right.retain(|piece| piece.rank != lowest);
    }
    let mut x = area.x + 1;
    for piece in &left {
        x += ink.put(buffer, x, area.y, area.right().saturating_sub(x), &piece.text, piece.style) + 1;
    }
    let mut x = area.right().saturating_sub(length(&right) as u16).max(x);
    for piece in &right {
        x += ink.put(buffer, x, area.y, area.right().saturating_sub(x), &piece.text, piece.style) + 2;
    }
}

fn connection(app: &App, ink: &Ink<'_>) -> Vec<Piece> {
    let connection = app.connection();
    let glyphs = ink.glyphs();
    let (mark, role, protocol) = match &connection.link {
        LinkState::Connected { protocol, .. } => (glyphs.connected, Role::Good, protocol.to_string()),
        LinkState::Idle | LinkState::Connecting { .. } => {
            (glyphs.pending, Role::Warning, "connecting".to_owned())
        }
        LinkState::Waiting { .. } => (glyphs.offline, Role::Error, "not connected".to_owned()),
        LinkState::Stopped { .. } => (glyphs.offline, Role::Error, "disconnected".to_owned()),
    };
    let muted = ink.style(Role::Muted);
    let mut pieces = vec![
        Piece { rank: u8::MAX, text: mark.to_owned(), style: ink.style(role) },
        Piece {
            rank: 9,
            // However long it is, something of it stays.
            text: ink.head(&connection.title, usize::from(app.size.0) * 2 / 5),
            style: super::tabs::colour(connection, ink),
        },
    ];
    if connection.address.trim_start_matches("mqtt://") != connection.profile.name {
        let text = format!("{} {}", glyphs.dot, ink.clean(&connection.address));
        pieces.push(Piece { rank: 3, text, style: muted });
    }
    let (rank, style) = if connection.link.is_connected() { (2, muted) } else { (u8::MAX, ink.style(role)) };
    pieces.push(Piece { rank, text: format!("{} {protocol}", glyphs.dot), style });
    let insecure = target_is_insecure(connection);
    if let LinkState::Connected { welcome, .. } = &connection.link
        && welcome.tls.is_some()
        && !insecure
    {
        pieces.push(Piece { rank: 6, text: format!("{} TLS", glyphs.dot), style: ink.style(Role::Good) });
    }
    if insecure {
        let style = ink.style(Role::Error).add_modifier(Modifier::REVERSED | Modifier::BOLD);
        pieces.push(Piece { rank: u8::MAX, text: " INSECURE ".to_owned(), style });
    }
    if connection.profile.safety == Safety::Confirm && !app.is_read_only() {
        pieces.push(Piece { rank: SAFETY, text: format!("{} asks first", glyphs.dot), style: muted });
    }
    if app.is_read_only() {
        pieces.push(Piece {
            rank: SAFETY,
            text: format!("{} read-only", glyphs.dot),
            style: ink.style(Role::Warning),
        });
    }
    pieces
}

/// What stands in place of a connection on the screen that lists them all.
fn program(app: &App, ink: &Ink<'_>) -> Vec<Piece> {
    let dot = ink.glyphs().dot;
    let mut pieces =
        vec![Piece { rank: u8::MAX, text: "mqtt-tui".to_owned(), style: ink.style(Role::Accent) }];
    let (saved, open) = (app.profiles().len(), app.connections().len());
    for (count, word) in [(saved, "saved"), (open, "open")] {
        if count > 0 {
            let text = format!("{dot} {} {word}", format::grouped(count as u64));
            pieces.push(Piece { rank: 3, text, style: ink.style(Role::Muted) });
        }
    }
    if let Some(path) = app.book.path() {
        let text = format!("{dot} {}", ink.clean(&path.display().to_string()));
        pieces.push(Piece { rank: 2, text, style: ink.style(Role::Faint) });
    }
    pieces
}

/// Whether TLS accepts any certificate here: the badge stays as long as that may be (D05).
fn target_is_insecure(connection: &Connection) -> bool {
    let target = &connection.profile.target;
    let unverified = match &connection.link {
        LinkState::Connected { welcome, .. } => welcome.tls.as_ref().is_some_and(|tls| !tls.verified),
        _ => false,
    };
    unverified || (target.transport.is_tls() && target.tls.insecure)
}

fn figures(app: &App, ink: &Ink<'_>, cache: &mut Cache) -> Vec<Piece> {
    let connection = app.connection();
    let totals = connection.store.totals();
    let (muted, text, warning) = (ink.style(Role::Muted), ink.style(Role::Text), ink.style(Role::Warning));
    let rate = totals.rate_messages(ink.shown.mono_us);
    let byte_rate = totals.rate_bytes(ink.shown.mono_us);
    let mut pieces = Vec::new();
    if connection.paused.is_some() {
        let text = paused(app, ink, cache);
        let style = warning.add_modifier(Modifier::REVERSED);
        pieces.push(Piece { rank: u8::MAX, text: format!(" {text} "), style });
    } else if rate > 0.0 {
        // Rates sink by themselves when nothing comes any more.
        cache.wake_in(ink.now, Duration::from_secs(1));
    }
    if connection.behind {
        pieces.push(Piece { rank: 10, text: "behind".to_owned(), style: warning });
    }
    let queued = connection.publish.sent().filter(|sent| sent.state == PublishState::Queued).count();
    if queued > 0 {
        pieces.push(Piece { rank: 10, text: format!("{queued} queued"), style: warning });
    }
    let refused = connection.subscriptions.refused();
    if refused > 0 {
        let noun = if refused == 1 { "filter" } else { "filters" };
        pieces.push(Piece { rank: 10, text: format!("{refused} {noun} refused"), style: warning });
    }
    let not_shown = connection.subscriptions.hidden();
    if not_shown > 0 {
        let text = format!("{} muted", format::count(not_shown));
        pieces.push(Piece { rank: 8, text, style: warning });
    }
    if totals.malformed > 0 {
        let text = format!("{} with impossible topics", format::count(totals.malformed));
        pieces.push(Piece { rank: 10, text, style: warning });
    }
    let hidden = totals.topics_hidden;
    if hidden > 0 {
        pieces.push(Piece {
            rank: 10,
            text: format!("+{} topics hidden", format::count(hidden)),
            style: warning,
        });
    }
    let topics = match totals.topics {
        1 => "1 topic".to_owned(),
        count => format!("{} topics", format::grouped(count)),
    };
    pieces.push(Piece { rank: 4, text: topics, style: text });
    if totals.knows_rates {
        pieces.push(Piece { rank: 9, text: per_second(rate, "msg"), style: text });
        pieces.push(Piece { rank: 5, text: ink.byte_rate(f64::from(byte_rate)), style: text });
    } else {
        pieces.push(Piece { rank: 9, text: format!("{} msg/s", ink.glyphs().unknown), style: muted });
    }
    let sys = connection.store.sys_totals();
    let used = totals.history_bytes + sys.history_bytes;
    let budget = totals.history_budget + sys.history_budget;
    let memory = format!("history {}", format::of_budget(used as u64, budget as u64));
    let style = if totals.evicted > 0 { warning } else { muted };
    pieces.push(Piece { rank: 7, text: memory, style });
    if totals.evicted > 0 {
        pieces.push(Piece {
            rank: 6,
            text: format!("{} evicted", format::count(totals.evicted)),
            style: warning,
        });
    }
    if totals.not_stored > 0 {
        let text = format!("{} too large to keep", format::count(totals.not_stored));
        pieces.push(Piece { rank: 10, text, style: warning });
    }
    pieces
}

/// That the view is paused, at which moment when that is another one, and how much came since.
fn paused(app: &App, ink: &Ink<'_>, cache: &mut Cache) -> String {
    /// From this width on there is room for more than the time.
    const WIDE: u16 = 140;
    let store = &app.connection().store;
    let since = format::count(store.backlog());
    let Some(standing) = store.standing() else { return format!("PAUSED +{since}") };
    if app.size.0 < WIDE {
        return format!("PAUSED {} +{since}", ink.second(standing.at));
    }
    let ago = ink.now.since(standing.at);
    cache.wake_for_age(ink.now, format::next_change(ago));
    format!("PAUSED at {}, {} ago, +{since} since", ink.time(standing.at), format::age(ago))
}

pub(super) fn per_second(rate: f32, unit: &str) -> String {
    let text = format::rate(f64::from(rate));
    match text.strip_suffix("/s") {
        Some(number) => format!("{number} {unit}/s"),
        None => format!("0 {unit}/s"),
    }
}

/// The screens with their keys: by name, or by key alone where there is no room.
fn screens(app: &App, ink: &Ink<'_>, names: bool) -> Vec<Piece> {
    let connected = !app.connections().is_empty();
    [
        (Screen::Explorer, "1", "Explorer"),
        (Screen::Broker, "2", "Broker"),
        (Screen::Connections, "C", "Connections"),
    ]
    .into_iter()
    .filter(|(screen, ..)| connected || *screen == Screen::Connections)
    .map(|(screen, key, name)| {
        let style = if screen == app.screen() { ink.style(Role::Accent) } else { ink.style(Role::Muted) };
        let text = if names { format!("{key} {name}") } else { key.to_owned() };
        Piece { rank: if names { 6 } else { 3 }, text, style }
    })
    .collect()
}
