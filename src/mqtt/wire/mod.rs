//! The seam to the MQTT codec (rumqttc): packets of either protocol version over a stream that `transport` opened. Driven by
//! `connect` (until CONNACK) and `live` (after). It keeps no state of MQTT but the bytes under way.
//!
//! ```text
//!  stream ──▶ frame (cuts, steps over what is too large) ──▶ decode ──▶ Incoming
//!  stream ◀── bytes to be written ◀── encode ◀── publish, subscribe, acknowledge, …
//! ```
//!
//! Reading and writing go on side by side in [`Wire::turn`], which may be dropped at any time: a peer that takes nothing does
//! not keep us from reading, and the other way round. Each read takes all that is there, up to a buffer full.

mod decode;
mod encode;
mod frame;
mod packet;
mod properties;
#[cfg(test)]
mod tests;

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite as _, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

pub(super) use encode::{Answer, TooLarge};
use frame::Frames;
pub(super) use packet::{Ack, Answers, ConnAck, Delivery, Incoming, SkipReason, Skipped};

use super::MAX_PACKET;
use super::explain::Fault;
use super::transport::{Stream, system_words};
use crate::model::{Moment, Protocol, Publication, Subscription, Target, TopicFilter};

/// Bytes read at a time.
const READ_SIZE: usize = 64 << 10;
/// Bytes that wait to be written while more requests are taken.
const WRITE_ROOM: usize = 64 << 10;
/// Bytes that wait to be written, beside requests, while still reading: a peer that sends without end must take its
/// acknowledgements.
const WRITE_MOST: usize = 1 << 20;

/// What a turn of the wire did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Something was written.
    Wrote,
    /// Something was read; `full` when there may be more at once.
    Read { full: bool },
}

/// The end of the stream.
#[derive(Debug)]
pub(super) enum Lost {
    /// The peer closed it.
    Closed,
    /// It broke.
    Broken(io::Error),
}

impl From<&Lost> for Fault {
    fn from(lost: &Lost) -> Self {
        match lost {
            Lost::Closed => Self::Closed,
            Lost::Broken(error) => Self::Broken(system_words(error)),
        }
    }
}

/// One connection, speaking one version.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    protocol: Protocol,
    frames: Frames,
    /// To be written.
    outbound: BytesMut,
    /// Nothing is read while this much waits.
    most: usize,
    /// Bytes that were ever to be written, and those that left.
    queued: u64,
    left: u64,
    /// When something was last handed over, and when the peer last took something, or had taken everything.
    handed: Instant,
    taken: Instant,
    /// When the peer last made room for what had to wait for it. Unlike being handed a small packet, this takes a peer that lives.
    made_room: Option<Instant>,
    /// The stream took nothing more when last asked.
    full: bool,
    /// Writing failed. What was received before can still be read.
    broken: Option<Lost>,
    /// Largest packet the broker accepts.
    limit: usize,
}

impl Wire {
    /// Speaks `protocol` over `stream`; packets over `max_packet` bytes are stepped over.
    pub(super) fn new(stream: Box<dyn Stream>, protocol: Protocol, max_packet: Option<u32>) -> Self {
        let now = Instant::now();
        Self {
            stream,
            protocol,
            frames: Frames::new(max_packet),
            outbound: BytesMut::new(),
            most: WRITE_MOST,
            queued: 0,
            left: 0,
            handed: now,
            taken: now,
            made_room: None,
            full: false,
            broken: None,
            limit: MAX_PACKET,
        }
    }

    /// The version it speaks.
    pub(super) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The broker takes no larger packets than this.
    pub(super) fn limit_packets(&mut self, maximum: u32) {
        self.limit = MAX_PACKET.min(maximum as usize);
    }

    /// What was read and not taken yet.
    pub(super) fn peek(&self) -> &[u8] {
        self.frames.peek()
    }

    /// Takes the next packet of those that were read.
    pub(super) fn take(&mut self, now: Moment) -> Result<Option<Incoming>, Fault> {
        self.frames.next(self.protocol, now)
    }

    /// Waits until something was read or written. Reads only if `reading`. Cancel-safe.
    pub(super) async fn turn(&mut self, reading: bool) -> Result<Turn, Lost> {
        poll_fn(|context| self.poll_turn(context, reading)).await
    }

    fn poll_turn(&mut self, context: &mut Context<'_>, reading: bool) -> Poll<Result<Turn, Lost>> {
        let wrote = self.poll_write(context);
        if reading && self.outbound.len() < self.most {
            let room = self.frames.room();
            let most = room.capacity() - room.len();
            if let Poll::Ready(read) = pin!(self.stream.read_buf(room)).poll(context) {
                return Poll::Ready(match read {
                    Ok(0) => Err(Lost::Closed),
                    Ok(read) => Ok(Turn::Read { full: read == most }),
                    // A TLS peer that closes without a word.
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Lost::Closed),
                    Err(error) => Err(Lost::Broken(error)),
                });
            }
            if let Some(lost) = self.broken.take() {
                return Poll::Ready(Err(lost));
            }
        }
        if wrote { Poll::Ready(Ok(Turn::Wrote)) } else { Poll::Pending }
    }

    /// Writes what the stream takes; whether something left.
    fn poll_write(&mut self, context: &mut Context<'_>) -> bool {
        if self.left == self.queued || self.broken.is_some() {
            return false;
        }
        let before = self.left;
        if let Err(error) = self.try_write(context) {
            self.broken = Some(Lost::Broken(error));
            self.outbound = BytesMut::new();
        }
        if self.outbound.is_empty() {
            self.most = WRITE_MOST;
            if self.outbound.capacity() > WRITE_MOST {
                // A large publish must not keep its room for ever.
                self.outbound = BytesMut::new();
            }
        }
        self.left > before
    }

    fn try_write(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        while !self.outbound.is_empty() {
            match Pin::new(&mut self.stream).poll_write(context, &self.outbound)? {
                Poll::Pending => {
                    self.full = true;
                    break;
                }
                Poll::Ready(0) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(bytes) => {
                    self.outbound.advance(bytes);
                    self.took();
                }
            }
        }
        if Pin::new(&mut self.stream).poll_flush(context)?.is_ready() {
            self.left = self.queued - self.outbound.len() as u64;
        }
        Ok(())
    }

    /// The stream took something.
    fn took(&mut self) {
        self.taken = Instant::now();
        if std::mem::take(&mut self.full) {
            self.made_room = Some(self.taken);
        }
    }

    /// Whether more requests may be handed over.
    pub(super) fn has_room(&self) -> bool {
        self.outbound.len() < WRITE_ROOM
    }

    /// Bytes handed over since the connection began. What was handed over so far has left once [`Wire::left`] is there.
    pub(super) fn queued(&self) -> u64 {
        self.queued
    }

    /// Bytes that left.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// When something was last handed over.
    pub(super) fn handed(&self) -> Instant {
        self.handed
    }

    /// Since when the peer takes nothing although something waits.
    pub(super) fn stalled(&self) -> Option<Instant> {
        (self.left < self.queued).then_some(self.taken)
    }

    /// When the peer last made room for something that waited: a sign of life.
    pub(super) fn made_room(&self) -> Option<Instant> {
        self.made_room
    }

    /// What the peer took when is void: this machine or program slept.
    pub(super) fn woke(&mut self) {
        self.taken = Instant::now();
    }

    /// Hands over CONNECT.
    pub(super) fn connect(&mut self, target: &Target) -> Result<(), TooLarge> {
        self.hand(|wire, out| encode::connect(out, wire.protocol, target))
    }

    /// Hands over PUBLISH under packet id `id`; 0 with QoS 0.
    pub(super) fn publish(&mut self, publication: &Publication, id: u16, dup: bool) -> Result<(), TooLarge> {
        self.hand(|wire, out| encode::publish(out, wire.protocol, publication, id, dup, wire.limit))
    }

    /// Hands over SUBSCRIBE. All have the same subscription id, sent if `with_id`.
    pub(super) fn subscribe(
        &mut self,
        id: u16,
        wanted: &[Subscription],
        with_id: bool,
    ) -> Result<(), TooLarge> {
        self.hand(|wire, out| encode::subscribe(out, wire.protocol, id, wanted, with_id, wire.limit))
    }

    /// Hands over UNSUBSCRIBE.
    pub(super) fn unsubscribe(&mut self, id: u16, filter: &TopicFilter) -> Result<(), TooLarge> {
        self.hand(|wire, out| encode::unsubscribe(out, wire.protocol, id, filter.as_str()))
    }

    /// Hands over an acknowledgement.
    pub(super) fn acknowledge(&mut self, answer: Answer, id: u16) {
        self.put(|out| encode::acknowledge(out, answer, id));
    }

    /// Hands over PINGREQ.
    pub(super) fn ping(&mut self) {
        self.put(encode::ping);
    }

    /// Hands over DISCONNECT.
    pub(super) fn disconnect(&mut self) {
        self.put(encode::disconnect);
    }

    fn put(&mut self, write: impl FnOnce(&mut BytesMut)) {
        let before = self.outbound.len();
        write(&mut self.outbound);
        self.count(before);
    }

    fn hand(
        &mut self,
        write: impl FnOnce(&Self, &mut BytesMut) -> Result<(), TooLarge>,
    ) -> Result<(), TooLarge> {
        let mut out = std::mem::take(&mut self.outbound);
        let before = out.len();
        let handed = write(self, &mut out);
        self.outbound = out;
        self.count(before);
        // However large a request is, the peer is heard while it takes it.
        self.most = self.outbound.len() + WRITE_MOST;
        handed
    }

    fn count(&mut self, before: usize) {
        let bytes = self.outbound.len() - before;
        if bytes == 0 {
            return;
        }
        self.handed = Instant::now();
        if self.left == self.queued {
            self.taken = self.handed;
        }
        self.queued += bytes as u64;
    }

    /// Closes the stream in order, once everything has left. Waits until `until` for the peer to close its side: closing with
    /// something unread would take DISCONNECT back from a peer that has not read it yet.
    pub(super) async fn finish(mut self, until: Instant) {
        let closing = async {
            let mut unread = [0; 4096];
            if self.stream.shutdown().await.is_ok() {
                while matches!(self.stream.read(&mut unread).await, Ok(1..)) {}
            }
        };
        // Best effort: the connection is over either way.
        let _ = timeout_at(until, closing).await;
    }
}
