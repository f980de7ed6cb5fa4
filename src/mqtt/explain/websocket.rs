//! Rows of the table: what can go wrong with a WebSocket (RFC 6455; MQTT 5.0, 6).

use super::transport::Row;
use crate::model::{Target, Transport};

/// What kept the WebSocket from being opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) enum WebSocketFault {
    /// A header of the request cannot be sent.
    BadHeader { name: String },
    /// The path cannot be sent.
    BadPath { path: String },
    /// The request was answered with this status; where a redirection leads.
    Status { status: u16, reason: String, location: Option<String> },
    /// The request was answered with no HTTP, or by hanging up, which may pass; what happened.
    NotHttp { words: String, hung_up: bool },
    /// The server opened the WebSocket, but not for MQTT.
    NoSubprotocol,
    /// The request was not answered in time.
    Timeout,
}

impl WebSocketFault {
    pub(super) fn explain(&self, target: &Target) -> Row {
        let at = target.address();
        // A query may hold a token.
        let path = target.websocket.path.split('?').next().unwrap_or_default();
        match self {
            Self::BadHeader { name } => (
                false,
                format!("the WebSocket header '{name}' cannot be sent"),
                "names are letters, digits and hyphens; values are one line of visible ASCII".into(),
            ),
            Self::BadPath { path } => (
                false,
                format!("the WebSocket path '{path}' cannot be sent"),
                "give a path like /mqtt; other characters are percent-encoded".into(),
            ),
            Self::Status { status, reason, location } => {
                let cause = format!(
                    "{at}: the server answered {status} {reason} to {path}, without opening a WebSocket"
                );
                let (retry, remedy) = status_remedy(*status, location.as_deref());
                (retry, cause, remedy)
            }
            Self::NotHttp { words, hung_up } => {
                let other = if target.transport == Transport::SecureWebSocket {
                    "mqtts://"
                } else {
                    "wss:// or mqtt://"
                };
                (
                    *hung_up,
                    format!("{at} is no WebSocket server: {words}"),
                    format!("check the port; try {other}"),
                )
            }
            Self::NoSubprotocol => (
                false,
                format!(
                    "{at} opened a WebSocket at {path}, but not for MQTT: it did not agree to the subprotocol 'mqtt'"
                ),
                "check the path: /mqtt is usual, and / or /ws with some brokers".into(),
            ),
            Self::Timeout => (
                true,
                format!("{at} accepted the connection but did not answer the WebSocket request in time"),
                "check the port: a port for plain MQTT or TLS waits silently like this".into(),
            ),
        }
    }
}

fn status_remedy(status: u16, location: Option<&str>) -> (bool, String) {
    match (status, location) {
        (300..400, Some(place)) => (false, format!("it redirects to {place}: connect there")),
        (401, _) => {
            (false, "it wants a login before MQTT: give the header it expects (Authorization)".into())
        }
        (403, _) => {
            (false, "it does not allow this client: check headers and whether this address is allowed".into())
        }
        (404, _) => (false, "check the path: /mqtt is usual, and / or /ws with some brokers".into()),
        (400 | 405 | 426 | 200..300, _) => {
            (false, "that is a web page, not a broker: check port and path (/mqtt is usual)".into())
        }
        (408 | 429 | 500.., _) => (true, "the server or what is behind it is not ready".into()),
        _ => (false, "check port and path (/mqtt is usual)".into()),
    }
}
