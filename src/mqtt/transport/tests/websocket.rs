//! The WebSocket handshake (C24).

use async_tungstenite::tokio::accept_hdr_async;
use async_tungstenite::tungstenite::handshake::server::{Request, Response};
use async_tungstenite::tungstenite::http::HeaderValue;
use tokio::sync::mpsc;
use ws_stream_tungstenite::WsStream;

use super::*;

/// A WebSocket server that echoes and tells the requests it got; it answers with `subprotocol`.
async fn websocket_server(subprotocol: Option<&'static str>) -> (u16, mpsc::Receiver<Request>) {
    let (heard, requests) = mpsc::channel(8);
    let serve = move |stream| {
        let heard = heard.clone();
        async move {
            #[expect(clippy::result_large_err, reason = "the library wants it so")]
            let answer = |request: &Request, mut response: Response| {
                heard.try_send(request.clone()).unwrap();
                if let Some(name) = subprotocol {
                    response.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(name));
                }
                Ok(response)
            };
            if let Ok(socket) = accept_hdr_async(stream, answer).await {
                echo(WsStream::new(socket)).await;
            }
        }
    };
    (server(serve).await.0, requests)
}

#[tokio::test]
async fn c24_a_websocket_opens_at_its_path_with_its_headers() {
    let (port, mut requests) = websocket_server(Some("mqtt")).await;
    let mut target = target(Transport::WebSocket, port);
    target.websocket.path = "/broker/mqtt?token=t".into();
    target.websocket.headers = vec![("X-Api-Key".into(), "k".into()), ("host".into(), "other.lan".into())];
    let mut opened = opening(&target).await.unwrap();
    echoes(&mut *opened.stream).await;
    assert!(opened.facts.websocket_took.is_some());
    let request = requests.recv().await.unwrap();
    assert_eq!(request.uri().to_string(), "/broker/mqtt?token=t");
    let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-api-key"), "k");
    assert_eq!(header("host"), "other.lan");
    assert_eq!(header("sec-websocket-protocol"), "mqtt");
}

#[tokio::test]
async fn c24_an_answer_without_the_subprotocol_is_explained() {
    for subprotocol in [None, Some("chat")] {
        let (port, _requests) = websocket_server(subprotocol).await;
        let (trouble, retry) = trouble(&target(Transport::WebSocket, port)).await;
        assert!(!retry && trouble.cause.contains("did not agree to the subprotocol 'mqtt'"), "{trouble:?}");
    }
}

#[tokio::test]
async fn c24_each_status_is_said_in_words_with_the_path_but_without_its_query() {
    for (answer, words, remedy, retry) in [
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "the server answered 404 Not Found to /mqtt",
            "check the path",
            false,
        ),
        ("HTTP/1.1 401 Unauthorized\r\n\r\n", "401 Unauthorized", "login", false),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "403 Forbidden", "does not allow", false),
        ("HTTP/1.1 302 Found\r\nLocation: https://x.lan/\r\n\r\n", "302 Found", "https://x.lan/", false),
        ("HTTP/1.1 200 OK\r\n\r\nhi", "200 OK", "web page", false),
        // HTTP/1.0 knows no WebSocket, and small web servers still speak it.
        (
            "HTTP/1.0 200 OK\r\nServer: x\r\n\r\n<html>",
            "answered 200 OK to /mqtt, without opening",
            "path",
            false,
        ),
        ("HTTP/1.0 404 File not found\r\n\r\n", "answered 404 Not Found to /mqtt", "check the path", false),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", "502 Bad Gateway", "not ready", true),
    ] {
        let mut target = target(Transport::WebSocket, answering(answer).await);
        target.websocket.path = "/mqtt?token=hunter2".into();
        let (trouble, again) = trouble(&target).await;
        assert!(trouble.cause.contains(words), "{trouble:?}");
        assert!(trouble.remedy.contains(remedy), "{trouble:?}");
        assert!(!format!("{trouble:?}").contains("hunter2"), "{trouble:?}");
        assert_eq!(again, retry, "{answer}");
    }
}

#[tokio::test]
async fn c24_a_server_without_http_is_said_to_be_one() {
    for (answer, again) in
        [("SSH-2.0-OpenSSH_9.6\r\n", false), ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}F", false), ("", true)]
    {
        let (trouble, retry) = trouble(&target(Transport::WebSocket, answering(answer).await)).await;
        assert_eq!(retry, again, "{answer:?}");
        assert!(trouble.cause.contains("is no WebSocket server"), "{answer:?}: {trouble:?}");
    }
}

#[tokio::test]
async fn headers_and_paths_that_cannot_be_sent_are_refused_before_connecting() {
    for (name, value) in [("bad name", "x"), ("X", "two\nlines"), ("Upgrade", "x"), ("X", "ü")] {
        let mut target = target(Transport::WebSocket, 1);
        target.websocket.headers = vec![(name.into(), value.into())];
        let (trouble, retry) = trouble(&target).await;
        assert!(!retry && trouble.cause.contains(&format!("'{name}'")), "{trouble:?}");
    }
    let mut target = target(Transport::WebSocket, 1);
    target.websocket.path = "/a b".into();
    let (trouble, retry) = trouble(&target).await;
    assert!(!retry && trouble.cause.contains("'/a b'"), "{trouble:?}");
}

#[tokio::test]
async fn a_frame_larger_than_any_packet_ends_the_stream() {
    let (port, _server) = server(|mut stream| async move {
        let request = head(&mut stream).await;
        let key = request.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
        let accept = async_tungstenite::tungstenite::handshake::derive_accept_key(key.as_bytes());
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
        // A binary frame that claims 2^62 bytes.
        stream.write_all(&[0x82, 127, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]).await.unwrap();
        echo(stream).await;
    })
    .await;
    let mut opened = opening(&target(Transport::WebSocket, port)).await.unwrap();
    let mut bytes = [0; 16];
    let end = timeout(PATIENCE, opened.stream.read(&mut bytes)).await.expect("an end");
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
}
