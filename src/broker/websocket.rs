//! The server's half of a WebSocket handshake, and the stream of bytes behind it: MQTT packets may share binary frames or be
//! split over them (MQTT 5.0, 6). The listener calls it.

use async_tungstenite::tokio::{TokioAdapter, accept_hdr_async_with_config};
use async_tungstenite::tungstenite::Error;
use async_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use async_tungstenite::tungstenite::http::header::{CONNECTION, CONTENT_TYPE, SEC_WEBSOCKET_PROTOCOL};
use async_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use async_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use ws_stream_tungstenite::WsStream;

use super::options::WEB_SOCKET_PATH;
use super::packet::MAX_PACKET;

/// The subprotocol of both MQTT versions (MQTT 5.0, 6.0).
const SUBPROTOCOL: &str = "mqtt";

/// Answers the request on `stream`. When there is no WebSocket, returns what is still to be said before it is closed.
pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin + Send>(
    stream: &mut S,
) -> Result<WsStream<TokioAdapter<&mut S>>, String> {
    // A client may put a whole packet into one frame.
    let config =
        WebSocketConfig::default().max_message_size(Some(MAX_PACKET)).max_frame_size(Some(MAX_PACKET));
    match accept_hdr_async_with_config(stream, agree, Some(config)).await {
        Ok(socket) => Ok(WsStream::new(socket)),
        Err(Error::Http(_)) => Err(String::new()),
        // Not even an upgrade was asked for: the library leaves such clients without an answer.
        Err(_) => {
            let text = format!("This is MQTT over WebSocket on {WEB_SOCKET_PATH}: ask for an upgrade.\n");
            let head = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close";
            Err(format!("{head}\r\nContent-Length: {}\r\n\r\n{text}", text.len()))
        }
    }
}

#[expect(clippy::result_large_err, reason = "the library wants it so")]
fn agree(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let path = request.uri().path();
    if path != WEB_SOCKET_PATH {
        let text = format!("There is nothing here: MQTT is on {WEB_SOCKET_PATH}.\n");
        return Err(refusal(StatusCode::NOT_FOUND, text));
    }
    let offers = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL);
    let is_offered = offers
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|list| list.split(',').any(|name| name.trim() == SUBPROTOCOL));
    if !is_offered {
        let text = format!("The client must offer the WebSocket subprotocol \"{SUBPROTOCOL}\".\n");
        return Err(refusal(StatusCode::BAD_REQUEST, text));
    }
    response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    Ok(response)
}

fn refusal(status: StatusCode, text: String) -> ErrorResponse {
    let mut response = ErrorResponse::new(Some(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
