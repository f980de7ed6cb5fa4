//! What is known of the connection that is selected in the list.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::ink::{Ink, row_of};
use crate::app::{App, Choice, Connection, DEMO};
use crate::config::{PasswordSource, Profile, Role, Safety};
use crate::model::{LinkState, Protocol, ProtocolChoice, QoS, TopicFilter};
use crate::payload::format;

/// Columns of a label.
const LABEL: u16 = 14;
/// Lines of a value at most.
const VALUE_ROWS: usize = 4;

enum Line {
    Blank,
    Text(String, Role),
    Fact(&'static str, String, Role),
}

pub(super) fn draw(app: &App, choice: &Choice, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let open = app.opened(choice);
    let profile = app.profile_of(choice).or(open.first().map(|connection| &connection.profile));
    let title = match (choice, profile) {
        (Choice::New, _) => "New connection".to_owned(),
        (Choice::Demo, _) => DEMO.to_owned(),
        (_, profile) => profile.map_or_else(String::new, |profile| ink.clean(&profile.name).into_owned()),
    };
    let block = ink.frame(&title, false);
    let inside = block.inner(area);
    block.render(area, buffer);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let mut lines = Vec::new();
    for connection in &open {
        lines.push(state(connection, ink));
    }
    match (choice, profile) {
        (Choice::Demo, _) => lines.extend(demo()),
        (Choice::New, _) => lines.extend(fresh()),
        (_, Some(profile)) => facts(app, profile, ink, &mut lines),
        (_, None) => {}
    }
    put(&lines, ink, inside, buffer);
}

fn put(lines: &[Line], ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let mut row = 0;
    let rows = usize::from(area.height);
    let mut lines_of = |text: &str, columns: u16, x: u16, style: Style, row: &mut usize, most: usize| {
        for line in ink.wrapped(text, columns, most) {
            if *row < rows {
                let at = row_of(area, *row);
                ink.put(buffer, at.x + x, at.y, columns, &line, style);
            }
            *row += 1;
        }
    };
    for line in lines {
        if row >= rows {
            break;
        }
        match line {
            Line::Blank => row += 1,
            Line::Text(text, role) => lines_of(text, area.width, 0, ink.style(*role), &mut row, 12),
            Line::Fact(label, value, role) => {
                let mut first = row;
                lines_of(label, LABEL - 1, 0, ink.style(Role::Muted), &mut first, 1);
                let columns = area.width.saturating_sub(LABEL);
                lines_of(value, columns, LABEL, ink.style(*role), &mut row, VALUE_ROWS);
            }
        }
    }
}

/// How an open connection stands.
fn state(connection: &Connection, ink: &Ink<'_>) -> Line {
    let (text, role) = match &connection.link {
        LinkState::Connected { since, protocol, .. } => {
            let totals = connection.store.totals();
            let messages = format::grouped(totals.messages);
            (format!("connected since {}, {protocol}, {messages} messages", ink.date(*since)), Role::Good)
        }
        LinkState::Idle => ("connecting".to_owned(), Role::Warning),
        LinkState::Connecting { attempt, step } => {
            (format!("connecting, attempt {attempt}: {step}"), Role::Warning)
        }
        LinkState::Waiting { trouble, .. } => (format!("tries again: {}", trouble.cause), Role::Error),
        LinkState::Stopped { trouble: Some(trouble) } => (format!("stopped: {}", trouble.cause), Role::Error),
        LinkState::Stopped { trouble: None } => ("disconnected".to_owned(), Role::Muted),
    };
    Line::Fact("state", text, role)
}

fn demo() -> [Line; 3] {
    let text = |text: &str, role| Line::Text(text.to_owned(), role);
    [
        text(
            "Starts a broker inside this program, on a free port of this machine only, and a made-up fleet that talks to it: \
             a house, a plant, lorries, meters, and some devices that send what nobody should.",
            Role::Text,
        ),
        Line::Blank,
        text("Nothing to set up, no network needed, nothing to break.", Role::Muted),
    ]
}

fn fresh() -> [Line; 3] {
    let text = |text: &str, role| Line::Text(text.to_owned(), role);
    [
        text(
            "Describe a broker of your own: TCP, TLS, WebSocket or a Unix socket, with or without a login.",
            Role::Text,
        ),
        Line::Blank,
        text("What is saved is found by its name from the shell, too: mqtt-tui connect NAME", Role::Muted),
    ]
}

fn facts(app: &App, profile: &Profile, ink: &Ink<'_>, lines: &mut Vec<Line>) {
    let target = &profile.target;
    let fact = |label: &'static str, value: String| Line::Fact(label, value, Role::Text);
    lines.push(fact("broker", target.url()));
    if let Some(proxy) = &target.proxy {
        lines.push(fact("proxy", format!("{}:{}", proxy.host, proxy.port)));
    }
    lines.push(fact("login", login(profile)));
    if target.tls.insecure {
        lines.push(Line::Fact("TLS", "insecure: any certificate is accepted".to_owned(), Role::Error));
    } else if target.transport.is_tls() {
        let trusted = target.tls.ca_file.as_ref().map(|path| path.display().to_string());
        let own = if target.tls.cert_file.is_some() { ", with a certificate of our own" } else { "" };
        lines.push(fact(
            "TLS",
            format!("trusts {}{own}", trusted.unwrap_or("the system's authorities".into())),
        ));
    }
    lines.push(fact("filters", filters(app, profile)));
    lines.push(fact("protocol", protocol(profile)));
    if !target.client_id.is_empty() && app.is_saved(&profile.name) {
        lines.push(fact("client id", target.client_id.clone()));
    }
    if !target.clean_session {
        lines.push(fact("session", "kept by the broker while away".to_owned()));
    }
    if let Some(will) = &target.will {
        lines.push(fact("last will", will.publication.topic.clone()));
    }
    match profile.safety {
        Safety::Normal => {}
        Safety::Confirm => {
            lines.push(Line::Fact("safety", "asks before anything is changed".to_owned(), Role::Warning));
        }
        Safety::ReadOnly => {
            lines.push(Line::Fact("safety", "read-only: nothing is changed".to_owned(), Role::Warning));
        }
    }
    if profile.public {
        lines.push(fact("public", "wide subscriptions end when nobody looks".to_owned()));
    }
    if !app.is_saved(&profile.name) {
        lines.push(Line::Fact("saved", "no; e looks at it and saves it".to_owned(), Role::Muted));
    }
    if let Some(notes) = &profile.notes {
        lines.push(Line::Blank);
        lines.extend(notes.lines().map(|line| Line::Text(ink.clean(line).into_owned(), Role::Muted)));
    }
}

fn login(profile: &Profile) -> String {
    let password = match &profile.password {
        PasswordSource::None if profile.target.password.is_some() => ", password known for this run",
        PasswordSource::None => "",
        PasswordSource::Prompt => ", password asked for each time",
        PasswordSource::Saved(_) => ", password saved",
        PasswordSource::Environment(_) => ", password from a variable",
        PasswordSource::File(_) => ", password from a file",
        PasswordSource::Command(_) => ", password from a command",
        PasswordSource::Keyring => ", password from the keyring",
    };
    match &profile.target.user {
        Some(user) => format!("{user}{password}"),
        None if password.is_empty() => "none".to_owned(),
        None => password.trim_start_matches(", ").to_owned(),
    }
}

fn filters(app: &App, profile: &Profile) -> String {
    let mut parts: Vec<String> = profile
        .target
        .filters
        .iter()
        .map(|wanted| match wanted.qos {
            QoS::AtMostOnce => wanted.filter.as_str().to_owned(),
            qos => format!("{} (QoS {qos})", wanted.filter),
        })
        .collect();
    if app.means_all(profile) {
        parts.push("#".to_owned());
    }
    if profile.target.sys {
        parts.push(TopicFilter::SYS.to_owned());
    }
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn protocol(profile: &Profile) -> String {
    match (profile.target.protocol, profile.remembered) {
        (ProtocolChoice::Only(protocol), _) => format!("{protocol} only"),
        (ProtocolChoice::Auto, Some(protocol)) => format!("{protocol}, as it was found to speak"),
        (ProtocolChoice::Auto, None) => format!("{}, or else {}", Protocol::V5, Protocol::V4),
    }
}
