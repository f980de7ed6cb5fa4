//! "Copy as…": a menu of what can be copied of the message on screen, each with what it would be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::super::menu;
use super::publication;
use crate::app::out::commands::{Place, mosquitto_pub, mosquitto_sub, own_pub};
use crate::app::out::{CopyWhat, Copying, export_message};
use crate::app::{App, Connection, Effect, MenuItem, Pick};
use crate::config::PasswordSource;
use crate::model::{LinkState, Message, Moment, ProtocolChoice, Severity};
use crate::payload::{format, record};
use crate::store::{MessageRef, TopicId};

/// Bytes of a payload from which the menu shows what would be copied.
const PREVIEW: usize = 120;
/// Bytes of the largest payload that is written in another form, here and now.
const LARGEST: usize = 4 << 20;

pub(super) fn open(app: &mut App) {
    let connection = app.connection();
    let Some(topic) = connection.tree.selected() else { return };
    let message = connection.shown_message().map(|message| message.seq);
    let copying = |what| Pick::Copy(Copying { what, topic, message });
    let mut items = Vec::new();
    if let Some(shown) = connection.shown_message() {
        let head = &shown.payload[..shown.payload.len().min(PREVIEW)];
        let size = format::bytes(shown.payload.len() as u64);
        let text = String::from_utf8_lossy(head);
        items.push(item("payload", format!("{size}  {text}"), copying(CopyWhat::Payload)));
        items.extend(inside(connection, &shown));
        let json = "one line, with topic, time and properties".to_owned();
        for (text, detail, what) in [
            ("payload as hex", hex(head), CopyWhat::Hex),
            ("payload as base64", STANDARD.encode(head), CopyWhat::Base64),
            ("message as JSON", json, CopyWhat::Json),
        ] {
            let pick = fits(&shown, copying(what));
            items.push(MenuItem { pick, ..item(text, detail, copying(what)) });
        }
    }
    items.push(item("topic", connection.store.path(topic).to_owned(), copying(CopyWhat::Topic)));
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
        items.push(match command(app, topic, None, what) {
            Ok(line) if what == CopyWhat::MosquittoSub => item(text, line, copying(what)),
            Ok(line) => {
                let pick =
                    connection.shown_message().map_or(Ok(copying(what)), |shown| fits(&shown, copying(what)));
                MenuItem { pick, ..item(text, line, copying(what)) }
            }
            Err(reason) => MenuItem { pick: Err(reason), ..item(text, String::new(), copying(what)) },
        });
    }
    menu::open(app, "Copy", items);
}

/// The pick, unless writing the payload in another form would take too long.
fn fits(message: &MessageRef<'_>, pick: Pick) -> Result<Pick, String> {
    if message.payload.len() <= LARGEST {
        return Ok(pick);
    }
    let most = format::bytes(LARGEST as u64);
    Err(format!("only up to {most} are written so: W saves the payload to a file"))
}

fn item(text: &str, detail: String, pick: Pick) -> MenuItem {
    MenuItem { text: text.to_owned(), detail, pick: Ok(pick) }
}

/// What the message pane made of the payload: what is inside of it, and the value and the path of the selected branch.
fn inside(connection: &Connection, message: &MessageRef<'_>) -> Vec<MenuItem> {
    let mut items = Vec::new();
    let Some(shown) = connection.shown().filter(|shown| shown.of.seq == message.seq) else { return items };
    let reading = &shown.reading;
    if let Some(bytes) = connection.decoded(message.seq, message.payload) {
        items.push(item("decoded payload", reading.chain(), Pick::CopyBytes("decoded payload", bytes)));
    }
    if let Some(result) = connection.jq_result(message.seq) {
        let head = result.chars().take(PREVIEW).collect();
        let pick = Pick::CopyBytes("jq result", Bytes::copy_from_slice(result.as_bytes()));
        items.push(item("jq result", head, pick));
    }
    if let Some((structure, node)) = connection.selected_node() {
        let mut add = |text: &str, what, value: String| {
            items.push(item(
                text,
                value.chars().take(PREVIEW).collect(),
                Pick::CopyBytes(what, value.into()),
            ));
        };
        add("value", "value", structure.plain_value(node).into_owned());
        if structure.is_xml() {
            add("path as XPath", "XPath", structure.xpath_of(node));
            if let Some(item) = items.last_mut().filter(|_| structure.is_namespace(node)) {
                // XPath 1.0, 5.3: no attribute corresponds to it.
                item.pick =
                    Err("in XPath a namespace declaration is no attribute: no path leads to it".to_owned());
            }
        } else {
            add("path as JSON pointer", "JSON pointer", structure.pointer_of(node));
            add("path for jq", "path for jq", structure.jq_of(node));
        }
    }
    items
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
            payload: Bytes::from_static(b"x"),
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
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
