//! The address of a broker as text: `host`, `host:port`, `[::1]:1883`, and URLs with their login and path. Profiles, settings and
//! imports read theirs here.

use std::net::Ipv6Addr;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::model::{Secret, Target, Transport};

/// What an address names. Absent parts come from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The way there; TCP when there is no scheme.
    pub transport: Transport,
    /// Host name or address, IPv6 without brackets; the path of a Unix socket.
    pub host: String,
    /// TCP port.
    pub port: Option<u16>,
    /// From the slash after the host on, query included and not decoded; none when there is nothing but that slash, unless the
    /// transport is a WebSocket.
    pub path: Option<String>,
    /// User name, percent-decoded.
    pub user: Option<String>,
    /// Password, percent-decoded.
    pub password: Option<Secret>,
}

impl Address {
    /// Parses an address. `+` stays `+` (RFC 3986), and a password may hold `:`. The error never quotes a login.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (transport, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (transport_of(scheme)?, rest),
            None => (Transport::Tcp, text),
        };
        if transport == Transport::Unix {
            return unix(rest);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, authority),
        };
        let (user, password) = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
            Some((user, password)) => (decode(user)?, decode(password)?),
            None => (None, None),
        };
        let (host, port) = host_and_port(place)?;
        let path = match path {
            "" => None,
            "/" if !transport.is_websocket() => None,
            path if path.starts_with('/') => Some(path.to_owned()),
            query => Some(format!("/{query}")),
        };
        Ok(Self { transport, host, port, path, user, password: password.map(Secret::new) })
    }

    /// Sets way, host, port and path of `target`, the usual port and path where none is named. The login is left alone.
    pub fn apply(&self, target: &mut Target) {
        target.transport = self.transport;
        target.host.clone_from(&self.host);
        target.port = self.port.unwrap_or(self.transport.default_port());
        if self.transport.is_websocket()
            && let Some(path) = &self.path
        {
            target.websocket.path.clone_from(path);
        }
    }
}

/// What a path of a Unix socket cannot hold in a URL.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#');

/// The URL that [`Address::parse`] reads back: unlike [`Target::url`] with the query of a WebSocket, so not for the screen.
pub(super) fn full_url(target: &Target) -> String {
    let (scheme, address) = (target.transport.scheme(), target.address());
    match target.transport {
        Transport::Unix => format!("{scheme}://{}", utf8_percent_encode(&address, PATH)),
        transport if transport.is_websocket() => format!("{scheme}://{address}{}", target.websocket.path),
        _ => format!("{scheme}://{address}"),
    }
}

fn transport_of(scheme: &str) -> Result<Transport, String> {
    Transport::from_scheme(scheme).ok_or_else(|| {
        format!("'{scheme}://' is no MQTT address: use mqtt://, mqtts://, ws://, wss:// or unix://")
    })
}

fn unix(path: &str) -> Result<Address, String> {
    let host = decode(path)?.unwrap_or_default();
    if !host.starts_with('/') || host.contains('\0') {
        return Err("a Unix socket is named by its whole path: unix:///run/mosquitto.sock".into());
    }
    Ok(Address { transport: Transport::Unix, host, port: None, path: None, user: None, password: None })
}

fn host_and_port(place: &str) -> Result<(String, Option<u16>), String> {
    if let Some(rest) = place.strip_prefix('[') {
        let (address, port) =
            rest.split_once(']').ok_or_else(|| format!("'{place}' lacks the closing ']'"))?;
        if !is_ipv6(address) {
            return Err(format!("'{address}' is no IPv6 address"));
        }
        return match port.strip_prefix(':') {
            Some(port) => Ok((address.to_owned(), Some(parse_port(port)?))),
            None if port.is_empty() => Ok((address.to_owned(), None)),
            None => Err(format!("'{place}': after ']' comes ':' and the port")),
        };
    }
    if is_ipv6(place) {
        return Ok((place.to_owned(), None));
    }
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, Some(parse_port(port)?)),
        None => (place, None),
    };
    if host.is_empty() {
        return Err("there is no host in the address".into());
    }
    if host.contains(|c: char| ":[]%\\".contains(c) || c.is_whitespace() || c.is_control()) {
        return Err(format!(
            "'{host}' is no host name (an IPv6 address with a port needs brackets: [::1]:1883)"
        ));
    }
    Ok((host.to_owned(), port))
}

/// Whether it is an IPv6 address, with or without a zone: `fe80::1%eth0`.
fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    let zone_fits = zone.is_none_or(|zone| {
        !zone.is_empty() && zone.chars().all(|c| c.is_ascii_alphanumeric() || "._-~".contains(c))
    });
    zone_fits && address.parse::<Ipv6Addr>().is_ok()
}

fn parse_port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err("the port is a number from 1 to 65535".into()),
    }
}

fn decode(text: &str) -> Result<Option<String>, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| "the address is not percent-encoded UTF-8")?;
    Ok(Some(decoded.into_owned()).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c22_hosts_ports_paths_and_ipv6_addresses() {
        use Transport::{SecureWebSocket, Tcp, Tls, Unix, WebSocket};
        for (text, transport, host, port, path) in [
            ("localhost", Tcp, "localhost", None, None),
            ("localhost:1884", Tcp, "localhost", Some(1884), None),
            ("mqtt://localhost/", Tcp, "localhost", None, None),
            ("mqtt://host/home/#", Tcp, "host", None, Some("/home/#")),
            ("mqtts://host:8883", Tls, "host", Some(8883), None),
            ("ssl://host", Tls, "host", None, None),
            ("ws://host/", WebSocket, "host", None, Some("/")),
            ("wss://host/mqtt?token=a/b", SecureWebSocket, "host", None, Some("/mqtt?token=a/b")),
            ("ws://host?x", WebSocket, "host", None, Some("/?x")),
            ("[::1]:1883", Tcp, "::1", Some(1883), None),
            ("::1", Tcp, "::1", None, None),
            ("fe80::1%eth0", Tcp, "fe80::1%eth0", None, None),
            ("mqtt://[fe80::1%eth0]:1", Tcp, "fe80::1%eth0", Some(1), None),
            ("unix:///run/a%20b.sock", Unix, "/run/a b.sock", None, None),
        ] {
            let address = Address::parse(text).expect(text);
            let found =
                (address.transport, address.host.as_str(), address.port, address.path.as_deref());
            assert_eq!(found, (transport, host, port, path), "{text}");
        }
    }

    #[test]
    fn d13_user_and_password_are_percent_decoded() {
        let address = Address::parse("mqtt://b%40b:p%40ss:w+rd@host").expect("valid");
        assert_eq!(address.user.as_deref(), Some("b@b"));
        assert_eq!(address.password.as_ref().map(Secret::expose), Some("p@ss:w+rd"));
        assert_eq!(address.host, "host");
    }

    #[test]
    fn d10_what_is_wrong_is_said_without_the_login() {
        for text in [
            "",
            ":1883",
            "two words",
            "host:0",
            "host:70000",
            "[::1",
            "[x]:1",
            "http://bob:hidden@host",
            "unix://relative",
            "mqtt://bob:hidden@host:x",
            "mqtt://bob:hidden@",
            "mqtt://bob:hidden%ff@host",
            "mqtt://bob:hidden@ho st",
        ] {
            let error = Address::parse(text).expect_err(text);
            assert!(!error.contains("hidden") && !error.contains("bob"), "{error}");
        }
    }
}
