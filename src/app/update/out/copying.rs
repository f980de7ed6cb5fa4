//! "Copy as…": a menu of what can be copied of the message on screen, each with what it would be.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::menu;
use super::publication;
use crate::app::out::commands::{Place, mosquitto_pub, mosquitto_sub, own_pub};
use crate::app::out::{CopyWhat, Copying, export_message};
use crate::app::{App, Connection, Effect, MenuItem, Pick};
use crate::config::PasswordSource;
use crate::model::{LinkState, Message, Moment, ProtocolChoice, Severity};
use crate::payload::{format, record};
use crate::store::TopicId;

/// Bytes of a payload from which the menu shows what would be copied.
const PREVIEW: usize = 120;

pub(super) fn open(app: &mut App) {
    let connection = app.connection();
    let Some(topic) = connection.tree.selected() else { return };
    let message = connection.shown_message().map(|message| message.seq);
    let mut items = Vec::new();
    if let Some(shown) = connection.shown_message() {
        let size = format::bytes(shown.payload.len() as u64);
        let head = &shown.payload[..shown.payload.len().min(PREVIEW)];
        let of_message = |what| Pick::Copy(Copying { what, topic, message });
        let mut add = |text: &str, detail: String, what| {
            items.push(MenuItem { text: text.to_owned(), detail, pick: Ok(of_message(what)) });
        };
        let text = String::from_utf8_lossy(head);
        add("payload", format!("{size}  {text}"), CopyWhat::Payload);
        add("payload as hex", hex(head), CopyWhat::Hex);
        add("payload as base64", STANDARD.encode(head), CopyWhat::Base64);
        add("message as JSON", "one line, with topic, time and properties".to_owned(), CopyWhat::Json);
    }
    let path = connection.store.path(topic).to_owned();
    let of_topic = |what| Copying { what, topic, message };
    items.push(MenuItem {
        text: "topic".to_owned(),
        detail: path,
        pick: Ok(Pick::Copy(of_topic(CopyWhat::Topic))),
    });
    let commands = [
        ("mosquitto_pub", CopyWhat::MosquittoPub),
        ("mqtt-tui pub", CopyWhat::OwnPub),
        ("mosquitto_sub", CopyWhat::MosquittoSub),
    ];
    for (text, what) in commands {
        if message.is_none() && what != CopyWhat::MosquittoSub {
            continue;
        }
        // What it would publish is above: the way there is what differs.
        let (detail, pick) = match command(app, topic, None, what) {
            Ok(line) => (line, Ok(Pick::Copy(of_topic(what)))),
            Err(reason) => (String::new(), Err(reason)),
        };
        items.push(MenuItem { text: text.to_owned(), detail, pick });
    }
    menu::open(app, "Copy", items);
}

/// Copies what was chosen, of the message that was on screen then.
pub(in crate::app::update) fn picked(app: &mut App, copying: Copying, now: Moment) -> Vec<Effect> {
    let connection = app.connection();
    let Copying { what, topic, message } = copying;
    if what == CopyWhat::Topic {
        return copy("topic", connection.store.path(topic).to_owned().into_bytes());
    }
    let message = message.and_then(|seq| export_message(&connection.store, topic, seq));
    if message.is_none() && what != CopyWhat::MosquittoSub {
        let text = "not copied: the message gave way to newer ones meanwhile";
        app.notices.push_here(now, Severity::Warning, text);
        return Vec::new();
    }
    let payload = message.as_ref().map(|message| message.payload.clone()).unwrap_or_default();
    match what {
        CopyWhat::Payload | CopyWhat::Topic => copy("payload", payload.to_vec()),
        CopyWhat::Hex => copy("hex", hex(&payload).into_bytes()),
        CopyWhat::Base64 => copy("base64", STANDARD.encode(&payload).into_bytes()),
        CopyWhat::Json => {
            let line = message.as_ref().map(record::json_line).unwrap_or_default();
            copy("message as JSON", line.trim_end().as_bytes().to_vec())
        }
        CopyWhat::MosquittoPub | CopyWhat::MosquittoSub | CopyWhat::OwnPub => {
            match command(app, topic, message, what) {
                Ok(line) => copy(named(app.connection(), what), line.into_bytes()),
                Err(reason) => {
                    app.notices.push_here(now, Severity::Warning, format!("not copied: {reason}"));
                    Vec::new()
                }
            }
        }
    }
}

fn copy(what: &'static str, bytes: Vec<u8>) -> Vec<Effect> {
    vec![Effect::Copy { what, bytes }]
}

/// What the notice calls a command: what is left out of it is said.
fn named(connection: &Connection, what: CopyWhat) -> &'static str {
    match what {
        _ if !has_password(connection) => "command",
        CopyWhat::OwnPub if connection.profile.password != PasswordSource::None => "command",
        CopyWhat::OwnPub => "command without the password (set MQTT_TUI_PASSWORD)",
        _ => "command without the password (set MQTT_PASSWORD)",
    }
}

/// The command; without a message only as far as it is about the broker and the topic.
fn command(app: &App, topic: TopicId, message: Option<Message>, what: CopyWhat) -> Result<String, String> {
    let connection = app.connection();
    let path = connection.store.path(topic);
    let target = connection.target();
    let place = Place {
        target: &target,
        with_password: has_password(connection),
        protocol: match (&connection.link, target.protocol) {
            (LinkState::Connected { protocol, .. }, _) => Some(*protocol),
            (_, ProtocolChoice::Only(protocol)) => Some(protocol),
            (_, ProtocolChoice::Auto) => None,
        },
        profile: saved_alike(app),
    };
    if what == CopyWhat::MosquittoSub {
        let below = !connection.store.is_topic(topic);
        return mosquitto_sub(&place, &if below { format!("{path}/#") } else { path.to_owned() });
    }
    let head_only = message.is_none();
    let publication = match message {
        Some(message) => publication(message),
        None => crate::model::Publication {
            topic: path.to_owned(),
            payload: bytes::Bytes::from_static(b"x"),
            qos: crate::model::QoS::default(),
            retain: false,
            properties: None,
        },
    };
    let write = if what == CopyWhat::OwnPub { own_pub } else { mosquitto_pub };
    let line = write(&place, &publication)?;
    Ok(if head_only { line.trim_end_matches(" -m x").to_owned() } else { line })
}

fn has_password(connection: &Connection) -> bool {
    connection.target().password.is_some() || connection.profile.password != PasswordSource::None
}

/// Name of the saved profile that leads to this very broker as this very user.
fn saved_alike(app: &App) -> Option<&str> {
    let saved = app.saved_profile()?;
    let open = &app.connection().profile;
    let user = app.connection().target().user;
    let alike = saved.target.url() == open.target.url()
        && saved.target.tls == open.target.tls
        && saved.target.proxy == open.target.proxy
        && saved.target.websocket == open.target.websocket
        && saved.target.user == user
        && saved.password == open.password;
    alike.then_some(saved.name.as_str())
}

/// Two digits a byte, nothing between.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
