//! What connections and in-process clients say to the hub.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::Stats;
use super::misbehaviour::Farewell;
use super::packet::{Connect, Inbound, Outgoing};
use crate::model::{Publication, TopicFilter};

/// Room for the batches under way and a last one with DISCONNECT.
const BATCHES: usize = 3;

/// Names one connection, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LinkId(u64);

impl LinkId {
    pub(super) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What connections and in-process clients tell the hub.
#[derive(Debug)]
pub(super) enum Command {
    /// A socket was accepted.
    Accepted,
    /// A client wants in.
    Attach(Box<Attach>),
    /// A client sent packets; `bytes` were read from its socket for them.
    Packets { link: LinkId, packets: Vec<Inbound>, bytes: usize },
    /// A batch went out, in so many bytes.
    Written { link: LinkId, bytes: usize },
    /// A connection ended without DISCONNECT.
    Closed { link: LinkId, end: End },
    /// An in-process client publishes.
    LocalPublish { link: LinkId, publication: Publication },
    /// All clients of the network are to go.
    Dismiss(Farewell),
    /// Somebody wants the counters.
    Stats(oneshot::Sender<Stats>),
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The client is gone: its will is due.
    Lost,
    /// An in-process client left in order: no will.
    Left,
    /// It broke the rules (MQTT 5 reason code): it is told, its will is due.
    Fault(u8),
}

/// A client that wants in, its login accepted.
#[derive(Debug)]
pub(super) struct Attach {
    pub(super) link: LinkId,
    pub(super) connect: Connect,
    pub(super) batches: mpsc::Sender<Vec<Outgoing>>,
    pub(super) closing: CancellationToken,
    /// The subscriptions of an in-process client.
    pub(super) local: Option<Vec<TopicFilter>>,
}

impl Attach {
    /// With the receiver of everything the hub sends to it.
    pub(super) fn new(
        connect: Connect,
        closing: CancellationToken,
        local: Option<Vec<TopicFilter>>,
    ) -> (Self, mpsc::Receiver<Vec<Outgoing>>) {
        let (batches, taken) = mpsc::channel(BATCHES);
        (Self { link: LinkId::next(), connect, batches, closing, local }, taken)
    }
}
