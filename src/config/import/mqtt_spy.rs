//! mqtt-spy's XML configuration: `ConnectionV2` elements below `Connectivity`, and groups that refer to them. Passwords and the payload of
//! the last will are base64 there.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::fault::{FileFault, Origin};
use super::super::{PasswordSource, Profile};
use super::Import;
use crate::model::{Address, Protocol, ProtocolChoice, Publication, QoS, Target, Transport, Will};

/// How deep elements are followed: the configuration has five levels.
const DEEPEST: usize = 64;

/// An element with its attributes, text and children; names without their prefix.
#[derive(Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of a child; empty when there is none.
    fn text(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.trim())
    }

    fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

pub(super) fn read(origin: Origin<'_>, import: &mut Import) -> Result<(), FileFault> {
    let root = parse(origin)?;
    if root.name != "MqttSpyConfiguration" {
        let reason = match root.name.as_str() {
            "root" => "this may be of MQTTX: export it as JSON there".to_owned(),
            _ => "this is XML, but no configuration of mqtt-spy".to_owned(),
        };
        return Err(origin.fault(Some(0..0), reason));
    }
    let groups: Vec<&Element> = root.all("ConnectionGroups").collect();
    for connection in root.all("Connectivity").flat_map(|all| all.all("ConnectionV2")) {
        let group = groups.iter().find(|group| {
            let mut members = group.all("Connections").chain(group.all("Subgroups"));
            members.any(|member| member.text("Reference") == connection.text("ID"))
        });
        // The group that holds everything has a name of its own.
        let group =
            group.map(|group| group.text("Name")).filter(|name| !matches!(*name, "" | "All connections"));
        read_connection(connection, group, import);
    }
    let older = root.all("Connectivity").flat_map(|all| all.all("Connection")).count();
    if older > 0 {
        import.notes.push(format!("{older} connections in the form of mqtt-spy before 0.1.0 are left out"));
    }
    Ok(())
}

fn parse(origin: Origin<'_>) -> Result<Element, FileFault> {
    let mut reader = Reader::from_str(origin.text);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or_default();
        let wrong = |reason: &str| origin.fault(Some(at..at), reason);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(fault) => {
                let at = usize::try_from(reader.error_position()).unwrap_or_default();
                return Err(origin.fault(Some(at..at), format!("this is not XML: {fault}")));
            }
        };
        let Some(top) = open.last_mut() else { return Err(wrong("an element ends that was not begun")) };
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(wrong("elements lie too deep in each other"));
                }
                open.push(element(&start).ok_or_else(|| wrong("an attribute cannot be read"))?);
            }
            Event::Empty(start) => {
                top.children.push(element(&start).ok_or_else(|| wrong("an attribute cannot be read"))?);
            }
            Event::End(_) => {
                let (Some(done), Some(parent)) = (open.pop(), open.last_mut()) else {
                    return Err(wrong("an element ends that was not begun"));
                };
                parent.children.push(done);
            }
            Event::Text(text) => {
                let text = text.decode().map_err(|_| wrong("this is not UTF-8 text"))?;
                top.text.push_str(&text);
            }
            Event::CData(text) => {
                let text = text.decode().map_err(|_| wrong("this is not UTF-8 text"))?;
                top.text.push_str(&text);
            }
            Event::GeneralRef(name) => {
                let resolved = match name.resolve_char_ref() {
                    Ok(Some(letter)) => Some(letter),
                    _ => name.decode().ok().and_then(|name| entity(&name)),
                };
                let letter = resolved.ok_or_else(|| wrong("an unknown entity"))?;
                top.text.push(letter);
            }
            Event::Eof => {
                let root = open.pop().filter(|_| open.is_empty()).and_then(|mut root| root.children.pop());
                return root.ok_or_else(|| wrong("the file ends in the middle: was it cut?"));
            }
            _ => {}
        }
    }
}

/// The five that XML knows by itself; a file that defines its own is not read.
fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let local = |name: &[u8]| std::str::from_utf8(name).ok().map(str::to_owned);
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        attributes.push((local(attribute.key.local_name().as_ref())?, value.into_owned()));
    }
    Some(Element { name: local(start.local_name().as_ref())?, attributes, ..Element::default() })
}

fn read_connection(from: &Element, group: Option<&str>, import: &mut Import) {
    let servers: Vec<&str> = from.all("ServerURI").map(|server| server.text.trim()).collect();
    let server = servers.first().copied().unwrap_or_default();
    let name = if from.text("Name").is_empty() { server } else { from.text("Name") };
    let address = match Address::parse(server) {
        Ok(address) => address,
        Err(reason) => return import.note(name, format!("left out: {reason}")),
    };
    if servers.len() > 1 {
        import.note(name, format!("of its {} addresses the first is taken over", servers.len()));
    }
    let mode = from.child("SSL").map_or("", |settings| settings.text("Mode"));
    let tls = !matches!(mode, "" | "DISABLED") || address.transport.is_some_and(Transport::is_tls);
    let websocket =
        from.text("WebSocket") == "true" || address.transport.is_some_and(Transport::is_websocket);
    let transport = match (websocket, tls) {
        (false, false) => Transport::Tcp,
        (false, true) => Transport::Tls,
        (true, false) => Transport::WebSocket,
        (true, true) => Transport::SecureWebSocket,
    };
    // mqtt-spy uses MQTT's own ports where none is named.
    let port = address.port.unwrap_or(if tls { 8883 } else { 1883 });
    let mut target = Target::new(address.host, port, from.text("ClientID"));
    target.transport = transport;
    if let Some(path) = address.path {
        target.websocket.path = path;
    }
    target.keep_alive = from.text("KeepAliveInterval").parse().unwrap_or(Target::KEEP_ALIVE);
    target.clean_session = from.text("CleanSession") != "false";
    match from.text("Protocol") {
        "MQTT 3.1.1" => target.protocol = ProtocolChoice::Only(Protocol::V4),
        "MQTT 3.1" => import.note(name, "MQTT 3.1 is not spoken here: the version is tried out"),
        _ => {}
    }
    if let Some(settings) = from.child("SSL") {
        read_tls(settings, mode, name, &mut target, import);
    }
    target.sys = false;
    for wanted in from.all("Subscription") {
        let qos = wanted.attribute("qos").parse().ok().and_then(QoS::from_level).unwrap_or_default();
        import.subscribe(name, &mut target, wanted.attribute("topic"), qos);
    }
    target.will = from.child("LastWillAndTestament").and_then(|will| read_will(will, name, import));
    let mut profile = Profile::new(name, target);
    profile.group = group.map(str::to_owned);
    profile.password = read_login(from, name, &mut profile.target, import);
    let scripts = ["PublicationScripts", "SearchScripts", "BackgroundScript", "Formatter"];
    if scripts.iter().any(|script| from.child(script).is_some()) {
        import.note(name, "its scripts and formatters are not taken over");
    }
    import.push(name, profile);
}

fn read_login(from: &Element, name: &str, target: &mut Target, import: &mut Import) -> PasswordSource {
    let Some(login) = from.child("UserCredentials") else { return PasswordSource::None };
    target.user = Some(login.text("Username").to_owned()).filter(|user| !user.is_empty());
    let asked = from.child("UserAuthentication").is_some_and(|asked| asked.text("AskForPassword") == "true");
    if asked {
        return PasswordSource::Prompt;
    }
    let decoded = BASE64.decode(login.text("Password")).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(password) = decoded {
        return import.password(name, &password);
    }
    import.note(name, "its password cannot be read and will be asked for");
    PasswordSource::Prompt
}

fn read_tls(settings: &Element, mode: &str, name: &str, target: &mut Target, import: &mut Import) {
    let path =
        |key: &str| Some(PathBuf::from(settings.text(key))).filter(|path| !path.as_os_str().is_empty());
    match mode {
        "SERVER_ONLY" => target.tls.ca_file = path("CertificateAuthorityFile"),
        "SERVER_AND_CLIENT" => {
            target.tls.ca_file = path("CertificateAuthorityFile");
            target.tls.cert_file = path("ClientCertificateFile");
            target.tls.key_file = path("ClientKeyFile");
            if !settings.text("ClientKeyPassword").is_empty() {
                import.note(
                    name,
                    "its key has a password: take the password off with openssl, keys are read without one",
                );
            }
        }
        "SERVER_KEYSTORE" | "SERVER_AND_CLIENT_KEYSTORES" => {
            import.note(
                name,
                "its Java keystores are not read: export PEM files and name them in its tls table",
            );
        }
        "PROPERTIES" => import.note(name, "TLS was set by Java properties: name PEM files in its tls table"),
        _ => {}
    }
}

fn read_will(will: &Element, name: &str, import: &mut Import) -> Option<Will> {
    let topic = will.attribute("topic");
    if !import.accepts_will(name, topic) {
        return None;
    }
    let text = will.text.trim();
    let Ok(payload) = BASE64.decode(text) else {
        import.note(name, "its last will is left out: the payload is not base64");
        return None;
    };
    let publication = Publication {
        topic: topic.to_owned(),
        payload: Bytes::from(payload),
        qos: will.attribute("qos").parse().ok().and_then(QoS::from_level).unwrap_or_default(),
        retain: will.attribute("retained") == "true",
        properties: None,
    };
    Some(Will { publication, delay: 0 })
}
