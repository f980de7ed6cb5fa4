//! The place of a broker as people write it: `host`, `host:port`, `[::1]:1883`, `::1`, a path, or a URL. Read by the command
//! line, by profiles and by the form.

use std::net::Ipv6Addr;

use super::{Secret, Transport};

/// What an address says. What it leaves out is up to whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// The way there; none when there is no scheme.
    pub transport: Option<Transport>,
    /// Host name or address, IPv6 without brackets; the path of a Unix socket.
    pub host: String,
    /// TCP port.
    pub port: Option<u16>,
    /// User name, percent-decoded.
    pub user: Option<String>,
    /// Password, percent-decoded.
    pub password: Option<Secret>,
    /// Path and query of a WebSocket, from the slash on, as typed.
    pub path: Option<String>,
}

/// What a login with a `/`, `?`, `#` or `@` of its own makes of a URL.
const LOGIN_UNREADABLE: &str = "user name and password of the URL cannot be told from its path: \
                                write '/' as %2F, '?' as %3F, '#' as %23, '@' as %40";

impl Address {
    /// Reads an address. A text that begins with `/` or `unix:` is the path of a Unix socket, taken as it is. In URLs, `unix://`
    /// included, path of a socket, user name and password are percent-decoded and `+` stays `+` (RFC 3986). The error never quotes
    /// user name or password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (address, path) = read(text)?;
        match path {
            None => Ok(address),
            Some(path) if address.transport.is_some_and(Transport::is_websocket) => {
                Ok(Self { path: Some(websocket_path(&path)?), ..address })
            }
            Some(path) if path == "/" => Ok(address),
            Some(path) if path.contains('@') => Err(LOGIN_UNREADABLE.to_owned()),
            Some(_) => Err(format!(
                "only ws:// and wss:// have a path: filters follow the target, as in: \
                 mqtt-tui connect {} 'home/#'",
                address.host
            )),
        }
    }

    /// Reads a URL in the manner of mosquitto's `-L`: `mqtt(s)://[user[:password]@]host[:port]/topic`. Gives the topic apart; it is
    /// percent-decoded like the login.
    pub fn parse_with_topic(text: &str) -> Result<(Self, String), String> {
        const FORM: &str = "mqtt(s)://[user[:password]@]host[:port]/topic";
        let (address, path) = read(text)?;
        if !matches!(address.transport, Some(Transport::Tcp | Transport::Tls)) {
            return Err(format!("it takes {FORM}; other addresses are given as TARGET"));
        }
        match path.as_deref().map(|path| &path[1..]) {
            None | Some("") => Err(format!("the URL names no topic: {FORM}")),
            // `read` splits at the first of '/', '?' and '#', so that a topic is preceded by a slash.
            Some(_) if path.as_deref().is_some_and(|path| !path.starts_with('/')) => {
                Err(LOGIN_UNREADABLE.to_owned())
            }
            Some(topic) => Ok((address, decode(topic, "the topic")?)),
        }
    }
}

/// The address without its path, and the path from its first `/`, `?` or `#` on.
fn read(text: &str) -> Result<(Address, Option<String>), String> {
    if let Some(path) = socket_path(text)? {
        let transport = Some(Transport::Unix);
        return Ok((Address { transport, host: path, ..Address::default() }, None));
    }
    let (transport, rest) = match text.split_once("://") {
        None => (None, text),
        Some((scheme, rest)) => match Transport::from_scheme(scheme) {
            Some(transport) => (Some(transport), rest),
            None => return Err(unknown_scheme(scheme)),
        },
    };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => (&rest[..at], Some(&rest[at..])),
        None => (rest, None),
    };
    let (login, place) = match authority.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, authority),
    };
    let (host, port) = match host_and_port(place) {
        Ok(found) => found,
        // What was read as the host may be half a password.
        Err(_) if path.is_some_and(|path| path.contains('@')) => return Err(LOGIN_UNREADABLE.to_owned()),
        Err(fault) => return Err(fault),
    };
    let (user, password) = read_login(login)?;
    Ok((Address { transport, host, port, user, password, path: None }, path.map(str::to_owned)))
}

/// The path of a Unix socket, if that is what `text` names.
fn socket_path(text: &str) -> Result<Option<String>, String> {
    let path = match text.strip_prefix("unix:") {
        None if text.starts_with('/') => text.to_owned(),
        None => return Ok(None),
        Some(rest) => match rest.strip_prefix("//") {
            Some(path) if !path.is_empty() && !path.starts_with('/') => {
                return Err(format!(
                    "'unix://{path}' names a host: write unix:///{path} (from the root) or unix:{path}"
                ));
            }
            Some(path) => decode(path, "the path")?,
            None => rest.to_owned(),
        },
    };
    if path.is_empty() {
        return Err("'unix:' lacks the path of the socket, as in unix:///run/mosquitto.sock".to_owned());
    }
    if path.contains('\0') {
        return Err("a path cannot hold the NUL character".to_owned());
    }
    Ok(Some(path))
}

fn unknown_scheme(scheme: &str) -> String {
    let known = "use mqtt://, mqtts://, ws://, wss:// or unix://";
    match scheme.to_ascii_lowercase().as_str() {
        "http" => format!("http:// is no MQTT address: for MQTT over WebSocket write ws://; else {known}"),
        "https" => format!("https:// is no MQTT address: for MQTT over WebSocket write wss://; else {known}"),
        // What stands before `://` may be anything, a login included.
        _ => format!("the address has an unknown scheme: {known}"),
    }
}

fn host_and_port(place: &str) -> Result<(String, Option<u16>), String> {
    if let Some(rest) = place.strip_prefix('[') {
        let (inner, port) = rest.split_once(']').ok_or_else(|| format!("'{place}' lacks the closing ']'"))?;
        // RFC 6874 writes the mark before a zone as %25; people write it as %.
        let address = inner.replacen("%25", "%", 1);
        if !is_ipv6(&address) {
            return Err(format!("'{inner}' is no IPv6 address, and only these stand in brackets"));
        }
        let port = match port.strip_prefix(':') {
            Some(port) => Some(read_port(port)?),
            None if port.is_empty() => None,
            None => return Err(format!("'{place}': after ']' comes ':' and the port")),
        };
        return Ok((address, port));
    }
    if is_ipv6(place) {
        return Ok((place.to_owned(), None));
    }
    let (host, port) = match place.rsplit_once(':') {
        Some((host, _)) if host.contains(':') => {
            return Err(
                "too many ':' for a host and its port; an IPv6 address with a port needs brackets, as in \
                        [::1]:1883, and a login ends with '@'"
                    .to_owned(),
            );
        }
        Some((host, port)) => (host, Some(read_port(port)?)),
        None => (place, None),
    };
    if host.is_empty() {
        return Err("the address has no host".to_owned());
    }
    let unfit = |c: char| c.is_whitespace() || c.is_control() || "[]\\\"'<>^`{|}%,;=()".contains(c);
    if host.contains(unfit) {
        return Err(format!("'{host}' is no host name"));
    }
    Ok((host.to_owned(), port))
}

/// Whether `text` is an IPv6 address, with or without a zone (`%eth0`).
fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').unwrap_or((text, "0"));
    let zone_fits = !zone.is_empty() && zone.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    address.parse::<Ipv6Addr>().is_ok() && zone_fits
}

fn read_port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        // Not quoted: without the '@' behind it a password stands here.
        _ => Err("what follows ':' is no port: use 1 to 65535".to_owned()),
    }
}

fn read_login(login: Option<&str>) -> Result<(Option<String>, Option<Secret>), String> {
    let Some(login) = login else { return Ok((None, None)) };
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let part = |text: &str, what: &str| match text {
        "" => Ok(None),
        text => decode(text, what).map(Some),
    };
    Ok((part(user, "the user name")?, part(password, "the password")?.map(Secret::new)))
}

/// Percent-decodes a part of a URL; `+` stays `+` (RFC 3986). An MQTT string is UTF-8 without NUL (MQTT 5.0, 1.5.4).
fn decode(text: &str, what: &str) -> Result<String, String> {
    let decoded = percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| format!("{what} in the URL is not percent-encoded UTF-8"))?;
    if decoded.contains('\0') {
        return Err(format!("{what} in the URL holds the NUL character"));
    }
    Ok(decoded.into_owned())
}

fn websocket_path(path: &str) -> Result<String, String> {
    if path.contains('#') {
        return Err("a WebSocket URL has no '#': write it as %23".to_owned());
    }
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(
            "the path of a WebSocket URL holds ASCII without spaces: percent-encode the rest".to_owned()
        );
    }
    // `ws://host?query` has the path `/` (RFC 6455, 3).
    Ok(if path.starts_with('?') { format!("/{path}") } else { path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(address: &Address) -> Option<&str> {
        address.password.as_ref().map(Secret::expose)
    }

    #[test]
    fn c22_hosts_ports_and_ipv6_addresses() {
        for (text, host, port) in [
            ("localhost", "localhost", None),
            ("localhost:1884", "localhost", Some(1884)),
            ("büro.example", "büro.example", None),
            ("my_broker-1.lan", "my_broker-1.lan", None),
            ("[::1]:1883", "::1", Some(1883)),
            ("[::1]", "::1", None),
            ("::1", "::1", None),
            ("fe80::1%eth0", "fe80::1%eth0", None),
            ("[fe80::1%eth0]:1", "fe80::1%eth0", Some(1)),
            ("[fe80::1%25eth0]:1", "fe80::1%eth0", Some(1)),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.1", None),
            ("10.0.0.1:65535", "10.0.0.1", Some(65535)),
        ] {
            let expected = Address { host: host.to_owned(), port, ..Address::default() };
            assert_eq!(Address::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn every_scheme_names_its_transport() {
        for (text, transport, host, port) in [
            ("mqtt://h", Transport::Tcp, "h", None),
            ("tcp://h:1", Transport::Tcp, "h", Some(1)),
            ("mqtts://h/", Transport::Tls, "h", None),
            ("ssl://h", Transport::Tls, "h", None),
            ("TLS://[::1]:8883", Transport::Tls, "::1", Some(8883)),
            ("unix:///run/x.sock", Transport::Unix, "/run/x.sock", None),
            ("unix:x.sock", Transport::Unix, "x.sock", None),
            ("unix:/run/a b%20", Transport::Unix, "/run/a b%20", None),
            ("unix:///run/a%20b", Transport::Unix, "/run/a b", None),
            ("/run/x.sock", Transport::Unix, "/run/x.sock", None),
        ] {
            let expected =
                Address { transport: Some(transport), host: host.to_owned(), port, ..Address::default() };
            assert_eq!(Address::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_websocket_keeps_its_path_and_query_as_typed() {
        for (text, path) in [
            ("ws://h", None),
            ("ws://h/", Some("/")),
            ("wss://h:8084/mqtt?token=a%20b&x=@y", Some("/mqtt?token=a%20b&x=@y")),
            ("ws://u:p@h?x=1", Some("/?x=1")),
        ] {
            let address = Address::parse(text).expect(text);
            assert_eq!(address.path.as_deref(), path, "{text}");
            assert_eq!(address.host, "h", "{text}");
        }
    }

    #[test]
    fn d13_user_and_password_are_percent_decoded() {
        for (text, user, password) in [
            ("mqtt://b%40b:p%40ss:w+rd@host", Some("b@b"), Some("p@ss:w+rd")),
            ("bob:secret@host", Some("bob"), Some("secret")),
            ("mqtts://bob@host", Some("bob"), None),
            ("mqtt://bob:@host", Some("bob"), None),
            ("mqtt://:token@host", None, Some("token")),
            ("mqtt://a@b:c@d@host", Some("a@b"), Some("c@d")),
            ("mqtt://bob:100%@host", Some("bob"), Some("100%")),
            ("mqtt://%C3%A9:%2F%3F%23@host", Some("é"), Some("/?#")),
        ] {
            let address = Address::parse(text).expect(text);
            assert_eq!((address.user.as_deref(), secret(&address)), (user, password), "{text}");
            assert_eq!(address.host, "host", "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (text, words) in [
            ("", "no host"),
            (":1883", "no host"),
            ("mqtt://", "no host"),
            ("two words", "no host name"),
            ("\u{1b}]0;title\u{7}", "no host name"),
            ("host:0", "1 to 65535"),
            ("host:70000", "1 to 65535"),
            ("host:abc", "1 to 65535"),
            ("host:", "1 to 65535"),
            ("a:b:1", "brackets"),
            ("[::1", "']'"),
            ("[::1]1883", "after ']'"),
            ("[host]:1", "no IPv6 address"),
            ("fe80::1%", "brackets"),
            ("http://host", "ws://"),
            ("https://host", "wss://"),
            ("gopher://host", "unknown scheme"),
            ("mqtt://host/home/#", "filters follow"),
            ("host/home", "filters follow"),
            ("mqtt://host#x", "filters follow"),
            ("ws://host/a b", "percent-encode"),
            ("ws://host/\r\nX: y", "percent-encode"),
            ("ws://host/é", "percent-encode"),
            ("ws://host/a#b", "%23"),
            ("unix:", "lacks the path"),
            ("unix://", "lacks the path"),
            ("unix://run/x", "unix:///run/x"),
            ("mqtt://u:%ff@host", "UTF-8"),
            ("mqtt://u%00:x@host", "NUL"),
            ("mqtt://u:secret@host:x", "1 to 65535"),
            ("mqtt://u:secret", "1 to 65535"),
            ("u:sec:secret", "login"),
            ("mqtt://u:12/secret", "filters follow"),
            ("mqtt://u:secret@host/home", "filters follow"),
            ("mqtt://u:sec/secret@host", "%2F"),
            ("mqtt://u:12/secret@host", "%2F"),
            ("mqtt://u:12#secret@host", "%23"),
            ("ws://u:secret/x@host", "%2F"),
            ("u:secret@h:x://host", "unknown scheme"),
        ] {
            let error = Address::parse(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_url_with_a_topic_is_read_as_mosquitto_does_but_decoded() {
        let (address, topic) =
            Address::parse_with_topic("mqtts://bob:p%40ss@h:1/home/%2B/temp/#").expect("valid");
        assert_eq!((address.host.as_str(), address.port, topic.as_str()), ("h", Some(1), "home/+/temp/#"));
        assert_eq!((address.transport, secret(&address)), (Some(Transport::Tls), Some("p@ss")));
        for (text, words) in [
            ("mqtt://h", "no topic"),
            ("mqtt://h/", "no topic"),
            ("h/topic", "mqtt(s)://"),
            ("ws://h/topic", "TARGET"),
            ("mqtt://h#x", "%23"),
            ("mqtt://h/%ff", "UTF-8"),
        ] {
            let error = Address::parse_with_topic(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
