//! TARGET as typed: `host`, `host:port`, `[::1]:1883`, `::1`, `mqtt://user:password@host:port`.

use std::net::Ipv6Addr;

/// What a target names. Absent parts come from flags and defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Named {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
}

/// Parses a target. The error never quotes a password.
pub(super) fn parse(text: &str) -> Result<Named, String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("mqtt", text));
    match scheme {
        "mqtt" | "tcp" => {}
        "mqtts" | "ssl" | "tls" | "ws" | "wss" | "unix" => {
            return Err(format!(
                "{scheme}:// is not supported by this version: it speaks plain MQTT over TCP (mqtt://)"
            ));
        }
        other => return Err(format!("'{other}://' is no MQTT address: use mqtt://host:port")),
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (login, place) = match rest.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, rest),
    };
    if place.contains('/') {
        return Err(format!(
            "'{place}' has a path: filters follow the target, as in: connect {} 'home/#'",
            head(place)
        ));
    }
    let (user, password) = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
        Some((user, "")) => (Some(decode(user)?), None),
        Some((user, password)) => (Some(decode(user)?), Some(decode(password)?)),
        None => (None, None),
    };
    let (host, port) = host_and_port(place)?;
    Ok(Named { host, port, user, password })
}

fn head(place: &str) -> &str {
    place.split('/').next().unwrap_or(place)
}

fn host_and_port(place: &str) -> Result<(String, Option<u16>), String> {
    if let Some(rest) = place.strip_prefix('[') {
        let (address, port) =
            rest.split_once(']').ok_or_else(|| format!("'{place}' lacks the closing ']'"))?;
        let port = match port.strip_prefix(':') {
            Some(port) => Some(parse_port(port)?),
            None if port.is_empty() => None,
            None => return Err(format!("'{place}': after ']' comes ':' and the port")),
        };
        return Ok((address.to_owned(), port));
    }
    let address = place.split('%').next().unwrap_or(place);
    if address.parse::<Ipv6Addr>().is_ok() {
        return Ok((place.to_owned(), None));
    }
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, Some(parse_port(port)?)),
        None => (place, None),
    };
    if host.is_empty() {
        return Err("the target has no host".to_owned());
    }
    if host.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control()) {
        return Err(format!(
            "'{host}' is no host name (an IPv6 address with a port needs brackets: [::1]:1883)"
        ));
    }
    Ok((host.to_owned(), port))
}

fn parse_port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(format!("'{text}' is no port: use 1 to 65535")),
    }
}

/// Percent-decodes a part of a URL; `+` stays `+` (RFC 3986).
fn decode(text: &str) -> Result<String, String> {
    let wrong = || "the user name or password in the URL is not percent-encoded UTF-8".to_owned();
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c22_hosts_ports_and_ipv6_addresses() {
        for (text, host, port) in [
            ("localhost", "localhost", None),
            ("localhost:1884", "localhost", Some(1884)),
            ("mqtt://localhost:1884", "localhost", Some(1884)),
            ("mqtt://localhost/", "localhost", None),
            ("[::1]:1883", "::1", Some(1883)),
            ("[::1]", "::1", None),
            ("::1", "::1", None),
            ("fe80::1%eth0", "fe80::1%eth0", None),
            ("mqtt://[fe80::1%eth0]:1", "fe80::1%eth0", Some(1)),
        ] {
            let named = Named { host: host.to_owned(), port, ..Named::default() };
            assert_eq!(parse(text), Ok(named), "{text}");
        }
    }

    #[test]
    fn d13_user_and_password_are_percent_decoded() {
        let named = parse("mqtt://b%40b:p%40ss:w+rd@host").expect("valid");
        assert_eq!(named.user.as_deref(), Some("b@b"));
        assert_eq!(named.password.as_deref(), Some("p@ss:w+rd"));
        assert_eq!(named.host, "host");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (text, words) in [
            ("", "no host"),
            (":1883", "no host"),
            ("two words", "no host name"),
            ("\u{1b}]0;title\u{7}", "no host name"),
            ("host:0", "1 to 65535"),
            ("host:70000", "1 to 65535"),
            ("host:abc", "1 to 65535"),
            ("[::1", "']'"),
            ("http://host", "mqtt://"),
            ("wss://host", "not supported"),
            ("mqtt://host/home/#", "filters follow"),
            ("mqtt://u:secret@host:x", "1 to 65535"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
