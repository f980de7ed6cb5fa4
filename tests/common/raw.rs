//! A client in raw bytes, for what a well-behaved client never sends.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::PATIENCE;

/// A packet as it came: the first byte, and what follows the remaining length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) first: u8,
    pub(crate) body: Vec<u8>,
}

impl Frame {
    /// The topic of a PUBLISH.
    pub(crate) fn topic(&self) -> &str {
        assert_eq!(self.first >> 4, 3, "no PUBLISH: {self:?}");
        let length = usize::from(u16::from_be_bytes([self.body[0], self.body[1]]));
        std::str::from_utf8(&self.body[2..2 + length]).unwrap()
    }

    /// The packet id of a PUBLISH with QoS 1 or 2.
    pub(crate) fn pkid(&self) -> u16 {
        let at = 2 + self.topic().len();
        u16::from_be_bytes([self.body[at], self.body[at + 1]])
    }
}

/// A stream that sends and reads packets without caring for the rules.
pub(crate) struct Raw<S = TcpStream> {
    pub(crate) socket: S,
}

impl Raw {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self { socket: TcpStream::connect(address).await.unwrap() }
    }

    /// Sends CONNECT with keep alive off, and reads CONNACK. Level 4 or 5; with level 5, `expiry` is the session's.
    pub(crate) async fn connect(
        address: SocketAddr,
        level: u8,
        id: &str,
        clean: bool,
        expiry: u8,
    ) -> (Self, Frame) {
        let mut raw = Self::open(address).await;
        raw.send(&connect(level, id, clean, 0, expiry)).await;
        let connack = raw.read().await.expect("a CONNACK");
        (raw, connack)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Raw<S> {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.unwrap();
        self.socket.flush().await.unwrap();
    }

    /// The next packet; `None` when the broker closed the connection.
    pub(crate) async fn read(&mut self) -> Option<Frame> {
        timeout(PATIENCE, self.read_frame()).await.expect("a packet or the end of the connection")
    }

    async fn read_frame(&mut self) -> Option<Frame> {
        let first = self.socket.read_u8().await.ok()?;
        let (mut length, mut shift) = (0, 0);
        loop {
            let byte = self.socket.read_u8().await.ok()?;
            length |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body).await.ok()?;
        Some(Frame { first, body })
    }

    /// All packets until the broker closes the connection.
    pub(crate) async fn rest(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(frame) = self.read().await {
            frames.push(frame);
        }
        frames
    }

    /// Everything the broker has for this client by now: the packets before the second of two PINGRESPs, since answers may
    /// overtake messages that were handed over together with them.
    pub(crate) async fn until_pong(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        for _ in 0..2 {
            self.send(&[0xC0, 0]).await;
            loop {
                let frame = self.read().await.expect("PINGRESP");
                if frame.first == 0xD0 {
                    break;
                }
                frames.push(frame);
            }
        }
        frames
    }
}

/// A packet with its remaining length.
pub(crate) fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut length = body.len();
    while length >= 128 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(body);
    bytes
}

/// Text with its length.
pub(crate) fn text(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u16).to_be_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// A CONNECT without will and login.
pub(crate) fn connect(level: u8, id: &str, clean: bool, keep_alive: u8, expiry: u8) -> Vec<u8> {
    let mut body = text("MQTT");
    body.extend([level, u8::from(clean) << 1, 0, keep_alive]);
    if level == 5 {
        body.extend([5, 17, 0, 0, 0, expiry]);
    }
    body.extend(text(id));
    packet(0x10, &body)
}

/// A SUBSCRIBE to one filter with packet id 1. `options` as on the wire; with level 5 there are no properties.
pub(crate) fn subscribe(level: u8, filter: &str, options: u8) -> Vec<u8> {
    let mut body = vec![0, 1];
    if level == 5 {
        body.push(0);
    }
    body.extend(text(filter));
    body.push(options);
    packet(0x82, &body)
}

/// A PUBLISH; `pkid` 0 for QoS 0. With level 5 there are no properties.
pub(crate) fn publish(level: u8, topic: &str, payload: &[u8], pkid: u16, flags: u8) -> Vec<u8> {
    let mut body = text(topic);
    if pkid > 0 {
        body.extend(pkid.to_be_bytes());
    }
    if level == 5 {
        body.push(0);
    }
    body.extend_from_slice(payload);
    packet(0x30 | flags, &body)
}
