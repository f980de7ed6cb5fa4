//! MQTTX's export as JSON: one connection, or a list of them; collections hold connections of their own.

use std::path::PathBuf;

use bytes::Bytes;
use serde_json::Value;

use super::super::Profile;
use super::super::fault::{FileFault, Origin};
use super::json::{self, Fields};
use super::{Import, UNVERIFIED, is_made_up};
use crate::model::{
    Properties, Protocol, ProtocolChoice, Publication, QoS, RetainHandling, Target, Transport, Will,
};

/// How deep collections are followed.
const DEEPEST: usize = 16;

pub(super) fn read(origin: Origin<'_>, import: &mut Import) -> Result<(), FileFault> {
    let document = json::parse(origin)?;
    match &document {
        Value::Array(list) => list.iter().for_each(|value| entry(Fields(value), None, 0, import)),
        one => entry(Fields(one), None, 0, import),
    }
    Ok(())
}

fn entry(fields: Fields<'_>, group: Option<&str>, depth: usize, import: &mut Import) {
    if fields.flag("isCollection") != Some(true) {
        return connection(fields, group, import);
    }
    if depth == DEEPEST {
        return import.note(fields.text("name"), "left out: it lies too deep in collections");
    }
    for child in fields.list("children") {
        entry(Fields(child), Some(fields.text("name")), depth + 1, import);
    }
}

fn connection(fields: Fields<'_>, group: Option<&str>, import: &mut Import) {
    let host = fields.text("host");
    let name = if fields.text("name").is_empty() { host } else { fields.text("name") };
    if host.is_empty() {
        return import.note(name, "left out: it has no host");
    }
    let ssl = fields.flag("ssl").unwrap_or_default();
    let transport = match (fields.text("protocol"), ssl) {
        ("mqtt" | "", false) => Transport::Tcp,
        ("mqtts", _) | ("mqtt" | "", true) => Transport::Tls,
        ("ws", false) => Transport::WebSocket,
        ("wss", _) | ("ws", true) => Transport::SecureWebSocket,
        (other, _) => return import.note(name, format!("left out: '{other}' is no way to a broker")),
    };
    let port = fields.number("port").filter(|port| *port > 0).unwrap_or(transport.default_port());
    let id = fields.text("clientId");
    let mut target = Target::new(host, port, if is_made_up(id, "mqttx_") { "" } else { id });
    target.transport = transport;
    if !fields.text("path").is_empty() {
        target.websocket.path = format!("/{}", fields.text("path").trim_start_matches('/'));
    }
    target.user = Some(fields.text("username").to_owned()).filter(|user| !user.is_empty());
    target.keep_alive = fields.number("keepalive").unwrap_or(Target::KEEP_ALIVE);
    target.clean_session = fields.flag("clean").unwrap_or(true);
    if fields.text("mqttVersion").starts_with("3.1") {
        target.protocol = ProtocolChoice::Only(Protocol::V4);
    }
    let properties = fields.below("properties");
    target.session_expiry =
        properties.number("sessionExpiryInterval").or_else(|| fields.number("sessionExpiryInterval"));
    target.max_packet = properties.number("maximumPacketSize").filter(|bytes| *bytes > 0);
    tls(fields, name, &mut target, import);
    target.sys = false;
    for wanted in fields.list("subscriptions") {
        subscription(Fields(wanted), name, &mut target, import);
    }
    target.will = will(fields.below("will"), name, import);
    for (key, what) in [
        ("authenticationMethod", "enhanced authentication"),
        ("userProperties", "user properties of CONNECT"),
    ] {
        let given = properties.0.get(key);
        if given.is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty()) || is_filled(value))
        {
            import.note(name, format!("{what} cannot be set here and is left out"));
        }
    }
    if fields.list("messages").next().is_some() {
        import.note(name, "the messages in the export are not taken over");
    }
    let mut profile = Profile::new(name, target);
    profile.group = group.filter(|group| !group.is_empty()).map(str::to_owned);
    profile.password = import.password(name, fields.text("password"));
    import.push(name, profile);
}

fn is_filled(value: &Value) -> bool {
    value.as_object().is_some_and(|object| !object.is_empty())
}

fn tls(fields: Fields<'_>, name: &str, target: &mut Target, import: &mut Import) {
    if !target.transport.is_tls() {
        return;
    }
    if fields.flag("rejectUnauthorized") == Some(false) {
        import.note(name, UNVERIFIED);
    }
    // Files left over from another choice are in the export as well.
    if fields.text("certType") != "self" {
        return;
    }
    let path = |key: &str| Some(PathBuf::from(fields.text(key))).filter(|path| !path.as_os_str().is_empty());
    target.tls.ca_file = path("ca");
    target.tls.cert_file = path("cert");
    target.tls.key_file = path("key");
}

fn subscription(wanted: Fields<'_>, name: &str, target: &mut Target, import: &mut Import) {
    let qos = wanted.number("qos").and_then(QoS::from_level).unwrap_or_default();
    let filter = wanted.text("topic");
    if wanted.flag("disabled") == Some(true) {
        return import.note(name, format!("the filter '{filter}' was disabled and is left out"));
    }
    let Some(index) = import.subscribe(name, target, filter, qos) else { return };
    let Some(subscription) = target.filters.get_mut(index) else { return };
    subscription.no_local = wanted.flag("nl").unwrap_or_default();
    subscription.retain_as_published = wanted.flag("rap").unwrap_or_default();
    subscription.retain_handling = match wanted.number::<u8>("rh") {
        Some(1) => RetainHandling::IfNew,
        Some(2) => RetainHandling::Never,
        _ => RetainHandling::Always,
    };
    let id = wanted.number("subscriptionIdentifier");
    subscription.id = id.filter(|id| (1..=268_435_455).contains(id));
}

fn will(fields: Fields<'_>, name: &str, import: &mut Import) -> Option<Will> {
    let topic = fields.text("lastWillTopic");
    if !import.accepts_will(name, topic) {
        return None;
    }
    let given = fields.below("properties");
    let text = |key: &str| Some(given.text(key).to_owned()).filter(|text| !text.is_empty());
    let properties = Properties {
        payload_format: given.flag("payloadFormatIndicator").filter(|format| *format).map(u8::from),
        message_expiry: given.number("messageExpiryInterval"),
        content_type: text("contentType"),
        response_topic: text("responseTopic"),
        correlation_data: text("correlationData").map(Bytes::from),
        ..Properties::default()
    };
    let publication = Publication {
        topic: topic.to_owned(),
        payload: Bytes::from(fields.text("lastWillPayload").to_owned()),
        qos: fields.number("lastWillQos").and_then(QoS::from_level).unwrap_or_default(),
        retain: fields.flag("lastWillRetain").unwrap_or_default(),
        properties: Some(Box::new(properties)).filter(|given| **given != Properties::default()),
    };
    Some(Will { publication, delay: given.number("willDelayInterval").unwrap_or_default() })
}
