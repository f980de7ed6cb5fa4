//! Values of flags: each parser says what is wrong and what may stand there. What may be secret is not quoted.

use std::convert::Infallible;

use crate::config;
use crate::model::{Address, Protocol, ProtocolChoice, Secret, TopicFilter, check_topic, packet_size};
use crate::payload::sanitise::sanitise;
use crate::payload::width;

/// Headers that the handshake sets itself (RFC 6455, 4.1; MQTT 5.0, 6.0).
const OWN_HEADERS: &[&str] = &[
    "host",
    "connection",
    "upgrade",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-protocol",
    "sec-websocket-extensions",
    "content-length",
    "transfer-encoding",
];

/// A filter; when it is none, the reason with a caret under the place.
pub(in crate::cli) fn parse_filter(text: &str) -> Result<TopicFilter, String> {
    const CARET_UP_TO: usize = 100;
    TopicFilter::parse(text).map_err(|fault| match text.get(..fault.at) {
        Some(before) if !text.is_empty() && text.len() <= CARET_UP_TO => {
            let column = width(&sanitise(before));
            format!("{}\n\n  {}\n  {:column$}^", fault.reason, sanitise(text), "")
        }
        _ => fault.to_string(),
    })
}

/// A topic that can be published to.
pub(super) fn parse_topic(text: &str) -> Result<String, String> {
    check_topic(text).map(|()| text.to_owned()).map_err(|fault| fault.to_string())
}

/// A TCP port. The error does not quote what stands there: it may be a password, which is `-P`.
pub(super) fn parse_port(text: &str) -> Result<u16, String> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| "a port is a number from 1 to 65535; a password is given with -P".to_owned())
}

/// A text that must not be seen.
#[expect(clippy::unnecessary_wraps, reason = "it stands as a value parser")]
pub(super) fn parse_secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

/// The largest packet to accept. MQTT allows 268,435,455 bytes behind the fixed header (MQTT 5.0, 1.5.5).
pub(super) fn parse_packet_size(text: &str) -> Result<u32, String> {
    const RANGE: std::ops::RangeInclusive<u32> = 1 << 10..=(256 << 20) - 1;
    match packet_size(text) {
        Some(bytes) if RANGE.contains(&bytes) => Ok(bytes),
        _ => Err("use 1k to 256M, in bytes or with k or M".to_owned()),
    }
}

/// A protocol version, by the names `mosquitto_sub` gives it and by shorter ones.
pub(in crate::cli) fn parse_protocol(text: &str) -> Result<ProtocolChoice, String> {
    match text.to_ascii_lowercase().as_str() {
        "auto" => Ok(ProtocolChoice::Auto),
        "mqttv5" | "5" | "5.0" => Ok(ProtocolChoice::Only(Protocol::V5)),
        "mqttv311" | "311" | "3.1.1" => Ok(ProtocolChoice::Only(Protocol::V4)),
        "mqttv31" | "31" | "3.1" => Err("MQTT 3.1 is not spoken: use auto, 5 or 311".to_owned()),
        _ => Err("use auto, mqttv5 (or 5), mqttv311 (or 311, 3.1.1)".to_owned()),
    }
}

/// Seconds the broker keeps the session; the largest number is for ever (MQTT 5.0, 3.1.2.11.2).
pub(super) fn parse_expiry(text: &str) -> Result<u32, String> {
    match text {
        "-1" | "∞" => Ok(u32::MAX),
        _ => text
            .parse()
            .map_err(|_| "use 0 to 4294967294 seconds; -1, 4294967295 or ∞ is for ever".to_owned()),
    }
}

/// A header of the WebSocket request that the handshake does not set itself.
pub(super) fn parse_header(text: &str) -> Result<(String, Secret), String> {
    let (name, value) = config::parse_header(text)?;
    if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(format!("{name} is set by the WebSocket handshake itself"));
    }
    Ok((name, value))
}

/// A protocol to offer by ALPN (RFC 7301, 3.1).
pub(super) fn parse_protocol_name(text: &str) -> Result<String, String> {
    if (1..=255).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("a protocol name has 1 to 255 bytes, as in mqtt".to_owned())
    }
}

/// A name for SNI and for the check of the certificate.
pub(super) fn parse_server_name(text: &str) -> Result<String, String> {
    match Address::parse(text) {
        Ok(Address { transport: None, port: None, user: None, password: None, host, .. }) => Ok(host),
        _ => Err("use a host name or an address, without port".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_has_at_most_what_mqtt_allows() {
        assert_eq!(parse_packet_size("64k"), Ok(65_536));
        assert_eq!(parse_packet_size("256M"), Ok(268_435_455));
        assert_eq!(parse_packet_size("268435455"), Ok(268_435_455));
        for wrong in ["", "0", "1023", "257M", "1G", "much"] {
            assert!(parse_packet_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_session_may_be_kept_for_ever() {
        assert_eq!(parse_expiry("0"), Ok(0));
        assert_eq!(parse_expiry("4294967294"), Ok(4_294_967_294));
        for for_ever in ["-1", "∞", "4294967295"] {
            assert_eq!(parse_expiry(for_ever), Ok(u32::MAX));
        }
        for wrong in ["-2", "4294967296", "1h", ""] {
            assert!(parse_expiry(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn protocol_versions_have_the_names_mosquitto_gives_them() {
        for (names, choice) in [
            (&["auto", "AUTO"][..], ProtocolChoice::Auto),
            (&["5", "mqttv5", "5.0"], ProtocolChoice::Only(Protocol::V5)),
            (&["311", "mqttv311", "3.1.1"], ProtocolChoice::Only(Protocol::V4)),
        ] {
            for name in names {
                assert_eq!(parse_protocol(name), Ok(choice), "{name}");
            }
        }
        assert!(parse_protocol("mqttv31").is_err_and(|fault| fault.contains("MQTT 3.1 ")));
        assert!(parse_protocol("4").is_err());
    }

    #[test]
    fn headers_cannot_smuggle_and_are_not_quoted() {
        let (name, value) = parse_header("Authorization: Bearer a b").expect("valid");
        assert_eq!((name.as_str(), value.expose()), ("Authorization", "Bearer a b"));
        assert_eq!(parse_header("X-Empty:").map(|(_, value)| value.is_empty()), Ok(true));
        for wrong in
            ["secret", "Two words: secret", ": secret", "Host: secret", "X: secret\r\nY: z", "X: secreté"]
        {
            let fault = parse_header(wrong).expect_err(wrong);
            assert!(!fault.contains("secret"), "{fault}");
        }
    }
}
