//! The client's half of a WebSocket handshake, and the stream of bytes behind it: MQTT packets may share binary frames or be
//! split over them (MQTT 5.0, 6).

use async_tungstenite::tokio::client_async_with_config;
use async_tungstenite::tungstenite::Error;
use async_tungstenite::tungstenite::error::{ProtocolError, SubProtocolError};
use async_tungstenite::tungstenite::handshake::client::{Request, generate_key};
use async_tungstenite::tungstenite::http::header::{
    AUTHORIZATION, CONNECTION, HOST, LOCATION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use async_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Response, Uri};
use async_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio::time::{Instant, timeout_at};
use ws_stream_tungstenite::WsStream;

use super::{Facts, Stream, system_words};
use crate::model::{Target, Transport};
use crate::mqtt::MAX_PACKET;
use crate::mqtt::explain::WebSocketFault;

/// The subprotocol of both MQTT versions (MQTT 5.0, 6.0).
const SUBPROTOCOL: &str = "mqtt";

/// The request that opens the WebSocket of `target`. Whatever cannot be sent is found here, before anything is connected.
pub(super) fn request(target: &Target) -> Result<Request, WebSocketFault> {
    let options = &target.websocket;
    let slash = if options.path.starts_with('/') { "" } else { "/" };
    let scheme = if target.transport == Transport::SecureWebSocket { "wss" } else { "ws" };
    let uri = format!("{scheme}://{}{slash}{}", target.address(), options.path);
    let without_query = options.path.split('?').next().unwrap_or_default().to_owned();
    let bad_path = || WebSocketFault::BadPath { path: without_query.clone() };
    let uri: Uri = uri.parse().map_err(|_| bad_path())?;
    let mut request = Request::new(());
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    let host = HeaderValue::from_str(&target.address()).map_err(|_| bad_path())?;
    headers.insert(HOST, host);
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    let own: Vec<HeaderName> = [CONNECTION, UPGRADE, SEC_WEBSOCKET_VERSION, SEC_WEBSOCKET_KEY].into();
    for (name, value) in &options.headers {
        let bad = || WebSocketFault::BadHeader { name: name.clone() };
        let header: HeaderName = name.trim().parse().map_err(|_| bad())?;
        let mut value = HeaderValue::from_str(value.expose().trim()).map_err(|_| bad())?;
        // The library refuses to write what is not visible ASCII, and these make the handshake what it is.
        if value.to_str().is_err() || own.contains(&header) {
            return Err(bad());
        }
        value.set_sensitive(header == AUTHORIZATION);
        headers.insert(header, value);
    }
    let key = HeaderValue::from_str(&generate_key()).map_err(|_| bad_path())?;
    headers.insert(SEC_WEBSOCKET_KEY, key);
    Ok(request)
}

/// Opens the WebSocket on `stream` before `deadline`.
pub(super) async fn open(
    request: Request,
    stream: Box<dyn Stream>,
    deadline: Instant,
    facts: &mut Facts,
) -> Result<Box<dyn Stream>, WebSocketFault> {
    let began = Instant::now();
    // One frame may hold the largest packet.
    let config =
        WebSocketConfig::default().max_message_size(Some(MAX_PACKET)).max_frame_size(Some(MAX_PACKET));
    let opened = timeout_at(deadline, client_async_with_config(request, stream, Some(config)))
        .await
        .map_err(|_| WebSocketFault::Timeout)?;
    let (socket, _) = opened.map_err(|error| fault(&error))?;
    facts.websocket_took = Some(began.elapsed());
    Ok(Box::new(WsStream::new(socket)))
}

fn fault(error: &Error) -> WebSocketFault {
    let not_http = |words: &str| WebSocketFault::NotHttp { words: words.to_owned() };
    match error {
        Error::Http(response) => status_fault(response),
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(
            SubProtocolError::NoSubProtocol | SubProtocolError::InvalidSubProtocol,
        )) => WebSocketFault::NoSubprotocol,
        Error::Protocol(ProtocolError::HttparseError(_) | ProtocolError::WrongHttpVersion) => {
            not_http("it answers with something else than HTTP")
        }
        Error::Protocol(ProtocolError::HandshakeIncomplete) => not_http("it hung up without an answer"),
        Error::Protocol(other) => not_http(&other.to_string().to_lowercase()),
        Error::Io(error) => not_http(&system_words(error)),
        other => not_http(&other.to_string()),
    }
}

fn status_fault(response: &Response<Option<Vec<u8>>>) -> WebSocketFault {
    let status = response.status();
    let location = response.headers().get(LOCATION).and_then(|place| place.to_str().ok());
    WebSocketFault::Status {
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or_default().to_owned(),
        location: location.map(|place| place.chars().take(200).collect()),
    }
}
