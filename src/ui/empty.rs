//! An empty tree says why it is empty: what was asked for and granted, what the broker may hide, what to try.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Cache;
use super::ink::{Ink, row_of};
use super::subscriptions;
use crate::app::{App, Connection, FILTER_HELP};
use crate::config::Role;
use crate::model::{LinkState, SubscriptionState};
use crate::payload::format;
use crate::store::TopicId;
use crate::sys::Family;

/// Retained messages are there by then, if there are any.
const PATIENCE: Duration = Duration::from_secs(5);
/// Lines of one sentence at most.
const MOST_LINES: usize = 4;

type Line = (Role, String);

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let area = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(3),
        height: area.height.saturating_sub(1),
    };
    let mut row = 0;
    for (role, text) in lines(app.connection(), ink, cache) {
        // Names of filters stand in from the margin, and so does what wraps.
        let (indent, text) = match text.strip_prefix("  ") {
            Some(text) => (2, text),
            None => (0, text.as_str()),
        };
        for line in ink.wrapped(text, area.width.saturating_sub(indent), MOST_LINES) {
            if row == usize::from(area.height) {
                return;
            }
            let place = row_of(area, row);
            ink.put(
                buffer,
                place.x + indent,
                place.y,
                place.width.saturating_sub(indent),
                &line,
                ink.style(role),
            );
            row += 1;
        }
    }
}

fn lines(connection: &Connection, ink: &Ink<'_>, cache: &mut Cache) -> Vec<Line> {
    let line = |role: Role, text: &str| (role, text.to_owned());
    if connection.tree.filter_matches() == Some(0) && connection.store.child_count(TopicId::ROOT) > 0 {
        if connection.tree.filter_progress().is_some() {
            return vec![line(Role::Muted, "Nothing found so far.")];
        }
        return vec![
            line(Role::Text, "No topic matches this filter."),
            line(Role::Muted, "Esc clears the filter; topics that come and match appear by themselves."),
            connection
                .tree
                .filter_hint()
                .map_or_else(|| line(Role::Muted, FILTER_HELP), |hint| (Role::Warning, hint)),
        ];
    }
    match &connection.link {
        LinkState::Connected { .. } => {}
        LinkState::Connecting { step, .. } => {
            return vec![(Role::Text, format!("Connecting: {}", ink.clean(step)))];
        }
        _ => return vec![line(Role::Text, "Not connected: topics appear here once messages come.")],
    }
    let waited = connection.answered.map(|answered| ink.now.since(answered));
    let mut lines = match waited {
        Some(waited) if waited >= PATIENCE => vec![line(Role::Accent, "Why is it empty?")],
        waited => {
            if let Some(waited) = waited {
                cache.wake_in(ink.now, PATIENCE.saturating_sub(waited));
            }
            let nothing = if asks_for_nothing(connection) {
                "Connected, but nothing is subscribed to: press s."
            } else if connection.subscriptions.hidden() > 0 {
                "Connected. No message is shown yet."
            } else {
                "Connected. No message has come yet."
            };
            let mut lines = vec![line(Role::Text, nothing)];
            lines.extend(filters(connection, ink, false));
            lines.extend(wildcard_hint(connection));
            lines.push(line(Role::Muted, "p publishes a message."));
            return lines;
        }
    };
    lines.extend(filters(connection, ink, true));
    lines.extend(reasons(connection));
    lines
}

/// Each filter with what became of it; `$SYS` only while it says nothing.
fn filters(connection: &Connection, ink: &Ink<'_>, waited: bool) -> Vec<Line> {
    let sys_speaks = connection.store.sys_totals().messages > 0;
    let views = connection.subscriptions.list().iter();
    let views = views.filter(|view| !(sys_speaks && view.wanted.filter.as_str().starts_with("$SYS")));
    let told = views.map(|view| {
        let (state, role) = subscriptions::state(view, ink);
        let (role, what) = match &view.state {
            SubscriptionState::Granted(_) => (Role::Muted, came(view.traffic.messages, waited)),
            _ => (role, String::new()),
        };
        (role, format!("  {}  {state}{what}", ink.clean(view.wanted.filter.as_str())))
    });
    told.collect()
}

/// What came for a granted filter although nothing is in the tree.
fn came(messages: u64, waited: bool) -> String {
    match messages {
        0 if waited => ": nothing retained, nothing sent since".to_owned(),
        0 => ": nothing retained, nothing sent so far".to_owned(),
        1 => ": 1 message came and is not shown".to_owned(),
        messages => format!(": {} messages came and are not shown", format::grouped(messages)),
    }
}

/// What else may be behind it, and what to try.
fn reasons(connection: &Connection) -> Vec<Line> {
    let mut lines = Vec::new();
    let subscriptions = &connection.subscriptions;
    let user_filters =
        subscriptions.list().iter().filter(|view| !view.wanted.filter.as_str().starts_with('$'));
    let refused = user_filters.clone().any(|view| matches!(view.state, SubscriptionState::Refused(_)));
    let hidden = subscriptions.hidden();
    if hidden > 0 {
        let count = format::grouped(hidden);
        lines.push((
            Role::Warning,
            format!("{count} messages came and match a muted or excluded filter: press s."),
        ));
    }
    if user_filters.count() == 0 {
        lines.push((Role::Warning, "No filter is subscribed to: press s to add one.".to_owned()));
    }
    if refused {
        let text = "Press s to subscribe to a narrower filter. EMQX's default rules deny '#' to everybody; the first \
                    level by name, as in home/#, is allowed.";
        lines.push((Role::Warning, text.to_owned()));
    }
    lines.push((Role::Text, "Try: p publishes a test message, s subscribes to something else.".to_owned()));
    if let Some(hint) = access_hint(connection) {
        lines.push((Role::Muted, hint.to_owned()));
    }
    lines.extend(wildcard_hint(connection));
    lines
}

/// No filter for the user's topics is left that the broker has not refused.
fn asks_for_nothing(connection: &Connection) -> bool {
    let refused = |state: &SubscriptionState| matches!(state, SubscriptionState::Refused(_));
    let mut views = connection.subscriptions.list().iter();
    views.all(|view| view.wanted.filter.as_str().starts_with('$') || refused(&view.state))
}

/// What a filter that begins with a wildcard leaves out, where there is one.
fn wildcard_hint(connection: &Connection) -> Option<Line> {
    let mut views = connection.subscriptions.list().iter();
    views
        .any(|view| view.wanted.filter.pattern().starts_with(['#', '+']))
        .then(|| (Role::Muted, "'#' does not include topics that start with $.".to_owned()))
}

/// How this kind of broker keeps messages from a user whose filter it granted.
fn access_hint(connection: &Connection) -> Option<&'static str> {
    let host = connection.profile.target.host.as_str();
    if host.ends_with(".amazonaws.com") {
        return Some(
            "AWS IoT: the policy must allow iot:Subscribe for the filter and iot:Receive for the topics.",
        );
    }
    if host.ends_with(".azure-devices.net") {
        return Some(
            "Azure IoT Hub: a device may subscribe to its own devices/{id}/messages/devicebound/# only.",
        );
    }
    if host.ends_with(".hivemq.cloud") {
        return Some("HiveMQ Cloud: the permissions of the credentials decide which topics may be read.");
    }
    match connection.sys.family {
        Family::Bundled => None,
        Family::Mosquitto => {
            Some("mosquitto grants a filter and then sends only what its ACL lets this user read.")
        }
        _ => Some("Some brokers grant a filter and then send only what their ACL lets this user read."),
    }
}
