//! The session against scripted brokers that speak raw bytes, one file a theme; here the helpers.

mod connecting;
mod falling_back;
mod limits;
mod living;
mod packing;
mod publishing;
mod reasons;
mod sleeping;
mod subscribing;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::Session;
use super::timing::Timing;
use crate::model::{
    Clock, ConnectionId, LinkState, Message, Protocol, ProtocolChoice, Publication, PublishId, PublishState,
    QoS, SessionEvent, SessionId, SessionRequest, Subscription, SubscriptionState, Target, TopicFilter,
    Trouble, Welcome,
};

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A target on loopback that speaks MQTT 3.1.1 and subscribes to nothing.
pub(super) fn target(port: u16) -> Target {
    let protocol = ProtocolChoice::Only(Protocol::V4);
    Target { sys: false, protocol, ..Target::new("127.0.0.1", port, "tester") }
}

/// The same with MQTT 5.
fn target_v5(port: u16) -> Target {
    Target { protocol: ProtocolChoice::Only(Protocol::V5), ..target(port) }
}

/// A filter known to be valid.
pub(super) fn filter(text: &str) -> TopicFilter {
    TopicFilter::parse(text).unwrap()
}

/// Waiting times short enough for tests.
pub(super) fn quick() -> Timing {
    Timing {
        fall_back: Duration::from_millis(300),
        retry_first: Duration::from_millis(20),
        retry_most: Duration::from_millis(100),
        silence_grace: Duration::from_millis(100),
        ..Timing::default()
    }
}

/// As [`quick`], for tests in which the broker does not answer.
pub(super) fn impatient() -> Timing {
    Timing { connect: Duration::from_secs(2), suback: Duration::from_millis(300), ..quick() }
}

/// A listener that accepts no more: connecting to it hangs, as to an address that drops packets.
pub(super) async fn black_hole() -> (Vec<TcpStream>, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = socket.local_addr().unwrap();
    let listener = socket.listen(1).unwrap();
    let mut fillers = Vec::new();
    while let Ok(filler) = timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
        fillers.push(filler.unwrap());
    }
    std::mem::forget(listener);
    (fillers, address)
}

/// The first byte of a TLS connection (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 0x16;

/// A broker whose every byte the test decides.
pub(super) struct Fake {
    listener: TcpListener,
    pub(super) port: u16,
}

impl Fake {
    pub(super) async fn bind() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { listener, port }
    }

    /// The next connection, before its CONNECT.
    async fn accept(&self) -> Peer {
        loop {
            let (stream, _) =
                timeout(PATIENCE, self.listener.accept()).await.expect("nobody connects").unwrap();
            let mut first = [0];
            let _ = timeout(PATIENCE, stream.peek(&mut first)).await.expect("nobody speaks");
            // The question whether this port speaks TLS, which it does not.
            if first != [TLS_HANDSHAKE] {
                return Peer { stream };
            }
        }
    }

    /// The next connection, welcomed with a CONNACK for a new session.
    pub(super) async fn welcome(&self) -> Peer {
        let mut peer = self.accept().await;
        peer.connack(0, 0).await;
        peer
    }

    /// The same with MQTT 5; CONNACK has these properties.
    async fn welcome_v5(&self, properties: &[u8]) -> Peer {
        let mut peer = self.accept().await;
        peer.connack_v5(0, 0, properties).await;
        peer
    }
}

/// The broker's end of one connection.
pub(super) struct Peer {
    stream: TcpStream,
}

impl Peer {
    /// The next packet: first byte and body. `None` at the end of the stream.
    async fn packet(&mut self) -> Option<(u8, Vec<u8>)> {
        timeout(PATIENCE, async {
            let first = self.stream.read_u8().await.ok()?;
            let (mut length, mut shift) = (0usize, 0);
            loop {
                let byte = self.stream.read_u8().await.ok()?;
                length |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).await.ok()?;
            Some((first, body))
        })
        .await
        .expect("no packet came")
    }

    /// The next packet that is not PINGREQ (which is answered); it must be of `kind`.
    async fn expect(&mut self, kind: u8) -> Vec<u8> {
        loop {
            let (first, body) = self.packet().await.expect("the client closed");
            if first == 0xc0 {
                self.send(&[0xd0, 0]).await;
                continue;
            }
            assert_eq!(first & 0xf0, kind, "packet {first:#04x} {body:?}");
            return body;
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Takes CONNECT and answers; the body of CONNECT.
    async fn connack(&mut self, session_present: u8, code: u8) -> Vec<u8> {
        let connect = self.expect(0x10).await;
        self.send(&[0x20, 2, session_present, code]).await;
        connect
    }

    /// Takes CONNECT of MQTT 5 and answers with `code` and these properties; the body of CONNECT.
    async fn connack_v5(&mut self, session_present: u8, code: u8, properties: &[u8]) -> Vec<u8> {
        let connect = self.expect(0x10).await;
        assert_eq!(connect[6], 5, "the protocol level");
        let mut packet =
            vec![0x20, 3 + properties.len() as u8, session_present, code, properties.len() as u8];
        packet.extend_from_slice(properties);
        self.send(&packet).await;
        connect
    }

    /// Takes SUBSCRIBE and answers it with `codes`; the filters.
    async fn suback(&mut self, codes: &[u8]) -> Vec<String> {
        let body = self.expect(0x80).await;
        let mut suback = vec![0x90, 2 + codes.len() as u8, body[0], body[1]];
        suback.extend_from_slice(codes);
        self.send(&suback).await;
        subscribe_filters(&body)
    }

    /// Takes SUBSCRIBE and hangs up.
    async fn hang_up_on_subscribe(mut self) -> Vec<String> {
        subscribe_filters(&self.expect(0x80).await)
    }

    /// Takes PUBLISH with QoS 1 or 2; packet id, first byte and payload.
    async fn publish(&mut self) -> (u16, u8, Vec<u8>) {
        let (first, body) = self.packet().await.expect("the client closed");
        assert_eq!(first & 0xf0, 0x30, "packet {first:#04x}");
        let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
        let rest = &body[2 + topic..];
        if first & 0x06 == 0 {
            return (0, first, rest.to_vec());
        }
        (u16::from_be_bytes([rest[0], rest[1]]), first, rest[2..].to_vec())
    }

    async fn ack(&mut self, kind: u8, id: u16) {
        let [high, low] = id.to_be_bytes();
        self.send(&[kind, 2, high, low]).await;
    }
}

fn subscribe_filters(body: &[u8]) -> Vec<String> {
    let (mut rest, mut filters) = (&body[2..], Vec::new());
    while !rest.is_empty() {
        let length = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
        filters.push(String::from_utf8(rest[2..2 + length].to_vec()).unwrap());
        rest = &rest[3 + length..];
    }
    filters
}

/// A PUBLISH packet with QoS 0.
fn publish_packet(topic: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut length = 2 + topic.len() + payload.len();
    let mut packet = vec![0x30];
    loop {
        let byte = (length % 128) as u8;
        length /= 128;
        packet.push(if length > 0 { byte | 0x80 } else { byte });
        if length == 0 {
            break;
        }
    }
    packet.extend_from_slice(&(topic.len() as u16).to_be_bytes());
    packet.extend_from_slice(topic);
    packet.extend_from_slice(payload);
    packet
}

/// A session and what it told so far.
struct Client {
    session: Session,
    events: mpsc::Receiver<(SessionId, SessionEvent)>,
    seen: Vec<SessionEvent>,
}

impl Client {
    fn start(target: Target) -> Self {
        Self::start_with(target, quick(), 1024)
    }

    fn start_with(target: Target, timing: Timing, room: usize) -> Self {
        let (tx, events) = mpsc::channel(room);
        let id = SessionId { connection: ConnectionId(1), start: 1 };
        let session = Session::start_with(id, target, Clock::start(), tx, timing);
        Self { session, events, seen: Vec::new() }
    }

    /// Takes events until `wanted` picks something from one.
    async fn until<T>(&mut self, mut wanted: impl FnMut(&SessionEvent) -> Option<T>) -> T {
        loop {
            match timeout(PATIENCE, self.events.recv()).await {
                Ok(Some((_, event))) => {
                    let found = wanted(&event);
                    self.seen.push(event);
                    if let Some(found) = found {
                        return found;
                    }
                }
                ended => panic!("{ended:?} after {:#?}", self.seen),
            }
        }
    }

    async fn connected(&mut self) {
        self.until(|event| matches!(event, SessionEvent::Link(LinkState::Connected { .. })).then_some(()))
            .await;
    }

    /// What the next connection turned out to be.
    async fn welcome(&mut self) -> (Protocol, Welcome) {
        self.until(|event| match event {
            SessionEvent::Link(LinkState::Connected { protocol, welcome, .. }) => {
                Some((*protocol, (**welcome).clone()))
            }
            _ => None,
        })
        .await
    }

    async fn waiting(&mut self) -> Trouble {
        self.until(|event| match event {
            SessionEvent::Link(LinkState::Waiting { trouble, .. }) => Some(trouble.clone()),
            _ => None,
        })
        .await
    }

    async fn stopped(&mut self) -> Option<Trouble> {
        self.until(|event| match event {
            SessionEvent::Link(LinkState::Stopped { trouble }) => Some(trouble.clone()),
            _ => None,
        })
        .await
    }

    async fn message(&mut self) -> Message {
        self.until(|event| match event {
            SessionEvent::Message(message) => Some(message.clone()),
            _ => None,
        })
        .await
    }

    async fn notice(&mut self, words: &str) {
        self.until(|event| {
            matches!(event, SessionEvent::Notice(_, text) if text.contains(words)).then_some(())
        })
        .await;
    }

    async fn subscription(&mut self, text: &str, wanted: impl Fn(&SubscriptionState) -> bool) {
        self.until(|event| {
            matches!(event, SessionEvent::Subscription(filter, state) if filter.as_str() == text && wanted(state))
                .then_some(())
        })
        .await;
    }

    /// The next state of publish `id`.
    async fn published(&mut self, id: u64) -> PublishState {
        self.until(|event| match event {
            SessionEvent::Publish(PublishId(which), state) if *which == id => Some(state.clone()),
            _ => None,
        })
        .await
    }

    fn publish(&self, id: u64, qos: QoS) {
        let publication = Publication {
            topic: "t".into(),
            payload: Bytes::from(id.to_string()),
            qos,
            retain: false,
            properties: None,
        };
        self.session.request(SessionRequest::Publish(PublishId(id), publication)).unwrap();
    }

    fn ask(&self, request: SessionRequest) {
        self.session.request(request).unwrap();
    }
}
