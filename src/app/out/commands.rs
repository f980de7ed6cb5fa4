//! What is on screen as a command line: `mosquitto_pub`, `mosquitto_sub` and `mqtt-tui pub` with everything it takes to reach the same
//! broker, except the password and the client id: the one is a secret, and the other would end this very connection.

use std::path::Path;

use super::shell::{word, writer};
use crate::model::{Properties, Protocol, Publication, Target, Transport};

/// Longest payload that is written as an argument, in bytes: systems allow about 128 KiB.
const ARGUMENT: usize = 64 << 10;

/// The variable that stands for the password in commands of mosquitto.
pub const PASSWORD_VARIABLE: &str = "MQTT_PASSWORD";

/// The broker as a command needs it.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// The way there.
    pub target: &'a Target,
    /// A password is needed.
    pub with_password: bool,
    /// The version spoken, where it is known.
    pub protocol: Option<Protocol>,
    /// The saved profile that says the same.
    pub profile: Option<&'a str>,
}

/// The words of a command, growing.
struct Words(Vec<String>);

impl Words {
    fn new(program: &str) -> Self {
        Self(vec![program.to_owned()])
    }

    /// Adds words that need no quotes.
    fn plain(&mut self, words: &[&str]) {
        self.0.extend(words.iter().map(ToString::to_string));
    }

    /// Adds a flag with its value.
    fn flag(&mut self, flag: &str, value: &[u8]) -> Result<(), String> {
        let value = word(value).ok_or_else(|| format!("{flag} holds a NUL, which no command line can"))?;
        self.0.extend([flag.to_owned(), value]);
        Ok(())
    }

    fn path(&mut self, flag: &str, path: &Path) -> Result<(), String> {
        self.flag(flag, path.as_os_str().as_encoded_bytes())
    }

    fn line(self) -> String {
        self.0.join(" ")
    }
}

/// `mosquitto_pub` that publishes the same; or why it cannot.
pub fn mosquitto_pub(place: &Place<'_>, publication: &Publication) -> Result<String, String> {
    let mut words = Words::new("mosquitto_pub");
    mosquitto_place(&mut words, place)?;
    words.flag("-t", taken(&publication.topic)?)?;
    message_flags(&mut words, publication);
    if let Some(properties) = publication.properties.as_deref().filter(|_| is_v5(place)) {
        let texts = [&properties.content_type, &properties.response_topic].into_iter().flatten();
        let pairs = properties.user_properties.iter().flat_map(|(name, value)| [name, value]);
        texts.chain(pairs).try_for_each(|text| taken(text).map(drop))?;
        for (name, values) in named(properties) {
            words.plain(&["-D", "publish"]);
            words.flag(name, &values[0])?;
            for value in &values[1..] {
                words.0.push(word(value).ok_or("a property holds a NUL, which no command line can")?);
            }
        }
    }
    Ok(with_payload(words, &publication.payload))
}

/// `mosquitto_sub` to `filter`; or why it cannot.
pub fn mosquitto_sub(place: &Place<'_>, filter: &str) -> Result<String, String> {
    let mut words = Words::new("mosquitto_sub");
    mosquitto_place(&mut words, place)?;
    words.flag("-t", taken(filter)?)?;
    words.plain(&["-v"]);
    Ok(words.line())
}

/// `mqtt-tui pub` that publishes the same; or why it cannot.
pub fn own_pub(place: &Place<'_>, publication: &Publication) -> Result<String, String> {
    let mut words = Words::new("mqtt-tui");
    words.plain(&["pub"]);
    own_place(&mut words, place)?;
    words.flag("-t", publication.topic.as_bytes())?;
    message_flags(&mut words, publication);
    if let Some(properties) = publication.properties.as_deref().filter(|_| is_v5(place)) {
        for (name, values) in named(properties) {
            words.flag(&format!("--{name}"), &values[0])?;
            for value in &values[1..] {
                words.0.push(word(value).ok_or("a property holds a NUL, which no command line can")?);
            }
        }
    }
    Ok(with_payload(words, &publication.payload))
}

/// Text that mosquitto's programs take: MQTT allows them to refuse control characters and what is no character (MQTT 5.0, 1.5.4), and
/// they do.
fn taken(text: &str) -> Result<&[u8], String> {
    let none =
        |c: char| c.is_control() || matches!(c, '\u{fdd0}'..='\u{fdef}') || (c as u32) & 0xfffe == 0xfffe;
    if text.contains(none) {
        return Err("mosquitto's programs take no text with control characters".into());
    }
    Ok(text.as_bytes())
}

fn is_v5(place: &Place<'_>) -> bool {
    place.protocol != Some(Protocol::V4)
}

/// QoS and retain, where they are not what goes without saying.
fn message_flags(words: &mut Words, publication: &Publication) {
    if publication.qos.level() > 0 {
        words.plain(&["-q", &publication.qos.to_string()]);
    }
    if publication.retain {
        words.plain(&["-r"]);
    }
}

/// The payload as an argument, or by a pipe where no argument can hold it.
fn with_payload(mut words: Words, payload: &[u8]) -> String {
    if payload.is_empty() {
        words.plain(&["-n"]);
        return words.line();
    }
    let as_text = payload.len() <= ARGUMENT && std::str::from_utf8(payload).is_ok();
    if let Some(argument) = word(payload).filter(|_| as_text) {
        words.0.extend(["-m".to_owned(), argument]);
        return words.line();
    }
    words.plain(&["-s"]);
    format!("{} | {}", writer(payload), words.line())
}

/// Properties that a client may send, by their names in the specification (5.0, 2.2.2.2), with one value or two.
fn named(properties: &Properties) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let mut named: Vec<(&'static str, Vec<Vec<u8>>)> = Vec::new();
    let mut add = |name, value: Option<Vec<u8>>| named.extend(value.map(|value| (name, vec![value])));
    add("payload-format-indicator", properties.payload_format.map(|value| value.to_string().into()));
    add("message-expiry-interval", properties.message_expiry.map(|value| value.to_string().into()));
    add("content-type", properties.content_type.clone().map(Into::into));
    add("response-topic", properties.response_topic.clone().map(Into::into));
    add("correlation-data", properties.correlation_data.as_ref().map(|data| data.to_vec()));
    let pair = |(name, value): &(String, String)| vec![name.clone().into(), value.clone().into()];
    named.extend(properties.user_properties.iter().map(|user| ("user-property", pair(user))));
    named
}

/// Host, port, login, TLS and version as mosquitto's programs have them.
fn mosquitto_place(words: &mut Words, place: &Place<'_>) -> Result<(), String> {
    let target = place.target;
    if target.transport.is_websocket() {
        return Err("mosquitto's programs speak no WebSocket".into());
    }
    if target.proxy.is_some() {
        return Err("mosquitto's programs go through no HTTP proxy".into());
    }
    if target.transport == Transport::Unix {
        words.flag("--unix", target.host.as_bytes())?;
    } else {
        words.flag("-h", target.host.as_bytes())?;
        words.plain(&["-p", &target.port.to_string()]);
    }
    if let Some(user) = &target.user {
        words.flag("-u", user.as_bytes())?;
        if place.with_password {
            words.plain(&["-P", &format!("\"${PASSWORD_VARIABLE}\"")]);
        }
    }
    if target.transport.is_tls() {
        let tls = &target.tls;
        if tls.server_name.is_some() {
            return Err("mosquitto's programs cannot ask for another name than the host's".into());
        }
        match &tls.ca_file {
            Some(file) => words.path("--cafile", file)?,
            None => words.plain(&["--tls-use-os-certs"]),
        }
        own_and_mosquitto_tls(words, target)?;
    }
    match place.protocol {
        Some(Protocol::V5) | None => words.plain(&["-V", "mqttv5"]),
        Some(Protocol::V4) => words.plain(&["-V", "mqttv311"]),
    }
    Ok(())
}

/// The flags of TLS that both know by the same names.
fn own_and_mosquitto_tls(words: &mut Words, target: &Target) -> Result<(), String> {
    if let Some(file) = &target.tls.cert_file {
        words.path("--cert", file)?;
    }
    if let Some(file) = &target.tls.key_file {
        words.path("--key", file)?;
    }
    for protocol in &target.tls.alpn {
        words.flag("--tls-alpn", protocol.as_bytes())?;
    }
    if target.tls.insecure {
        words.plain(&["--insecure"]);
    }
    Ok(())
}

/// The profile's name, or all that makes the way to the broker. Headers and the login of a proxy may be secrets: they are left out.
fn own_place(words: &mut Words, place: &Place<'_>) -> Result<(), String> {
    if let Some(profile) = place.profile {
        words.0.push(word(profile.as_bytes()).ok_or("the profile's name holds a NUL")?);
        return Ok(());
    }
    let target = place.target;
    if !target.websocket.headers.is_empty() && target.transport.is_websocket() {
        return Err("its WebSocket headers may be secrets: save the connection, then copy again".into());
    }
    if target.websocket.path.contains('?') && target.transport.is_websocket() {
        return Err("its WebSocket path may hold a secret: save the connection, then copy again".into());
    }
    if target.transport == Transport::Unix {
        words.flag("--unix", target.host.as_bytes())?;
    } else {
        words.0.push(word(target.url().as_bytes()).ok_or("the address holds a NUL")?);
    }
    if let Some(proxy) = &target.proxy {
        words.flag("--proxy", format!("http://{}", proxy.address()).as_bytes())?;
    }
    if let Some(user) = &target.user {
        words.flag("-u", user.as_bytes())?;
    }
    if target.transport.is_tls() {
        if let Some(file) = &target.tls.ca_file {
            words.path("--cafile", file)?;
        }
        if let Some(name) = &target.tls.server_name {
            words.flag("--server-name", name.as_bytes())?;
        }
        own_and_mosquitto_tls(words, target)?;
    }
    match place.protocol {
        Some(Protocol::V5) => words.plain(&["-V", "5"]),
        Some(Protocol::V4) => words.plain(&["-V", "311"]),
        None => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::{QoS, Secret};

    fn publication(payload: &'static [u8]) -> Publication {
        Publication {
            topic: "home/it's".into(),
            payload: Bytes::from_static(payload),
            qos: QoS::AtLeastOnce,
            retain: true,
            properties: None,
        }
    }

    fn place(target: &Target) -> Place<'_> {
        Place {
            target,
            with_password: target.password.is_some(),
            protocol: Some(Protocol::V5),
            profile: None,
        }
    }

    #[test]
    fn a_publish_is_spelled_out_for_both_programs() {
        let target = Target::new("broker.lan", 1883, "me");
        assert_eq!(
            mosquitto_pub(&place(&target), &publication(b"21.5")).as_deref(),
            Ok(r"mosquitto_pub -h broker.lan -p 1883 -V mqttv5 -t 'home/it'\''s' -q 1 -r -m 21.5")
        );
        assert_eq!(
            own_pub(&place(&target), &publication(b"21.5")).as_deref(),
            Ok(r"mqtt-tui pub mqtt://broker.lan:1883 -V 5 -t 'home/it'\''s' -q 1 -r -m 21.5")
        );
        let named = Place { profile: Some("home"), ..place(&target) };
        let command = own_pub(&named, &publication(b"")).expect("a command");
        assert_eq!(command, r"mqtt-tui pub home -t 'home/it'\''s' -q 1 -r -n");
        assert_eq!(
            mosquitto_sub(&place(&target), "home/#").as_deref(),
            Ok("mosquitto_sub -h broker.lan -p 1883 -V mqttv5 -t 'home/#' -v")
        );
    }

    #[test]
    fn a_payload_that_no_argument_can_hold_comes_through_a_pipe() {
        let target = Target::new("broker.lan", 1883, "me");
        let command = mosquitto_pub(&place(&target), &publication(b"\0\xff")).expect("a command");
        assert!(command.starts_with(r"printf '\000\377' | mosquitto_pub "), "{command}");
        assert!(command.ends_with(" -r -s"), "{command}");
    }

    #[test]
    fn d10_no_command_holds_the_password_or_the_client_id() {
        let mut target = Target::new("broker.lan", 8883, "this-very-id");
        target.transport = Transport::Tls;
        (target.user, target.password) = (Some("bob".into()), Some(Secret::new("hunter2")));
        target.tls.ca_file = Some("/etc/my ca.pem".into());
        target.tls.alpn = vec!["mqtt".into()];
        let theirs = mosquitto_pub(&place(&target), &publication(b"x")).expect("a command");
        assert!(
            theirs.contains(r#"-u bob -P "$MQTT_PASSWORD" --cafile '/etc/my ca.pem' --tls-alpn mqtt"#),
            "{theirs}"
        );
        let ours = own_pub(&place(&target), &publication(b"x")).expect("a command");
        assert!(ours.contains("mqtts://broker.lan:8883 -u bob --cafile '/etc/my ca.pem'"), "{ours}");
        for command in [theirs, ours] {
            assert!(!command.contains("hunter2") && !command.contains("this-very-id"), "{command}");
        }
    }

    #[test]
    fn what_mosquitto_cannot_do_is_said() {
        let mut target = Target::new("broker.lan", 80, "");
        let fault = mosquitto_sub(&place(&target), "a\nb").expect_err("a line feed");
        assert!(fault.contains("control characters"), "{fault}");
        target.transport = Transport::WebSocket;
        let fault = mosquitto_sub(&place(&target), "a").expect_err("no WebSocket");
        assert!(fault.contains("WebSocket"), "{fault}");
        target.websocket.headers = vec![("Authorization".into(), Secret::new("hunter2"))];
        let fault = own_pub(&place(&target), &publication(b"x")).expect_err("a secret");
        assert!(fault.contains("headers") && !fault.contains("hunter2"), "{fault}");
    }

    #[test]
    fn properties_go_with_the_message_where_the_version_has_them() {
        let target = Target::new("h", 1883, "");
        let properties = Properties {
            message_expiry: Some(5),
            content_type: Some("a b".into()),
            correlation_data: Some(Bytes::from_static(b"\xff")),
            user_properties: vec![("k".into(), "-v".into())],
            subscription_ids: vec![1],
            ..Properties::default()
        };
        let publication = Publication { properties: Some(Box::new(properties)), ..publication(b"x") };
        let command = mosquitto_pub(&place(&target), &publication).expect("a command");
        assert!(
            command.contains(
                r#"-D publish message-expiry-interval 5 -D publish content-type 'a b' -D publish correlation-data "$(printf '\377')" -D publish user-property k '-v' -m x"#
            ),
            "{command}"
        );
        let ours = own_pub(&place(&target), &publication).expect("a command");
        assert!(ours.contains("--message-expiry-interval 5 --content-type 'a b'"), "{ours}");
        assert!(ours.contains("--user-property k '-v' -m x"), "{ours}");
        let old = Place { protocol: Some(Protocol::V4), ..place(&target) };
        let command = mosquitto_pub(&old, &publication).expect("a command");
        assert!(command.contains("-V mqttv311") && !command.contains("-D"), "{command}");
    }
}
