//! MQTT Explorer's `settings.json`: an object of connections under `ConnectionManager_connections`, or that object alone.

use serde_json::Value;

use super::super::Profile;
use super::super::fault::{FileFault, Origin};
use super::json::{self, Fields};
use super::{Import, UNVERIFIED, is_made_up};
use crate::model::{QoS, Target, Transport};

pub(super) fn read(origin: Origin<'_>, import: &mut Import) -> Result<(), FileFault> {
    let document = json::parse(origin)?;
    let connections = document.get("ConnectionManager_connections").unwrap_or(&document);
    let connections: Vec<&Value> = match connections {
        Value::Object(by_id) => by_id.values().filter(|value| value.is_object()).collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    let mut connections: Vec<Fields<'_>> = connections.into_iter().map(Fields).collect();
    connections.sort_by_key(|fields| fields.number::<u64>("order"));
    for fields in connections {
        connection(fields, import);
    }
    Ok(())
}

fn connection(fields: Fields<'_>, import: &mut Import) {
    let host = fields.text("host");
    let name = if fields.text("name").is_empty() { host } else { fields.text("name") };
    if host.is_empty() {
        return import.note(name, "left out: it has no host");
    }
    let encrypted = fields.flag("encryption").unwrap_or_default();
    let transport = match (fields.text("protocol"), encrypted) {
        ("ws", false) => Transport::WebSocket,
        ("ws", true) => Transport::SecureWebSocket,
        ("mqtt" | "", false) => Transport::Tcp,
        ("mqtt" | "", true) => Transport::Tls,
        (other, _) => return import.note(name, format!("left out: '{other}' is no way to a broker")),
    };
    let port = fields.number("port").filter(|port| *port > 0).unwrap_or(transport.default_port());
    let id = fields.text("clientId");
    let mut target = Target::new(host, port, if is_made_up(id, "mqtt-explorer-") { "" } else { id });
    target.transport = transport;
    target.websocket.path = format!("/{}", fields.text("basePath").trim_start_matches('/'));
    target.user = Some(fields.text("username").to_owned()).filter(|user| !user.is_empty());
    target.sys = false;
    for wanted in fields.list("subscriptions") {
        // Older versions write the filter alone.
        let filter = wanted.as_str().unwrap_or_else(|| Fields(wanted).text("topic"));
        let qos = Fields(wanted).number("qos").and_then(QoS::from_level).unwrap_or_default();
        import.subscribe(name, &mut target, filter, qos);
    }
    if encrypted && fields.flag("certValidation") == Some(false) {
        import.note(name, UNVERIFIED);
    }
    for (key, setting) in
        [("selfSignedCertificate", "ca"), ("clientCertificate", "cert"), ("clientKey", "key")]
    {
        if fields.0.get(key).is_some_and(Value::is_object) {
            let file = fields.below(key).text("name");
            let how = format!(
                "the file {file} was kept inside MQTT Explorer: name it as '{setting}' in its tls table"
            );
            import.note(name, how);
        }
    }
    let mut profile = Profile::new(name, target);
    profile.password = import.password(name, fields.text("password"));
    import.push(name, profile);
}
