//! The bundled MQTT broker: 3.1.1 and 5 on one TCP port, for tests, for `mqtt-tui broker` and for the demo.
//!
//! ```text
//!  listener ─▶ connection (one task a socket) ── Command, bounded ──▶ hub (one task owns sessions, retained, $SYS)
//!                  ▲                                                   │
//!                  └────────── at most two batches under way ──────────┘
//! ```
//! Nothing is shared and nothing is locked: connections turn bytes into packets and back, the hub decides. A slow hub
//! slows its publishers through TCP; a slow subscriber fills its own queue, whose overflow is dropped and counted.

mod command;
mod connection;
mod decode;
pub mod demo;
mod encode;
pub mod fleet;
mod greeting;
mod hub;
mod inflight;
mod listener;
mod local;
mod misbehaviour;
mod packet;
mod presence;
mod retained;
mod routing;
mod session;
mod subscriptions;
mod sys;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::model::{Clock, TopicFault};

pub use local::{Local, LocalOptions};
pub use misbehaviour::{ConnackFault, Misbehaviour};

/// Commands that may wait for the hub; beyond that, connections wait.
const COMMANDS: usize = 64;

/// How the broker runs.
#[derive(Debug, Clone)]
pub struct BrokerOptions {
    /// Address to listen on. Anything but loopback deserves [`exposure_warning`].
    pub bind: IpAddr,
    /// TCP port; 0 takes any free one.
    pub port: u16,
    /// How often changed `$SYS` values are published; zero turns `$SYS` off.
    pub sys_interval: Duration,
    /// Bytes of live messages that may wait for one client, topics and payloads. What exceeds it is dropped and counted.
    /// Retained messages sent because of a subscription do not count: they are fetched as the client takes them.
    pub queue_bytes: usize,
    /// User names and passwords that may log in; `None` lets anybody in.
    pub users: Option<Vec<(String, String)>>,
    /// What to do wrong, for tests.
    pub misbehaviour: Misbehaviour,
}

impl Default for BrokerOptions {
    fn default() -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 1883,
            sys_interval: Duration::from_secs(10),
            queue_bytes: 64 << 20,
            users: None,
            misbehaviour: Misbehaviour::default(),
        }
    }
}

/// Why the broker cannot do what was asked.
#[derive(Debug)]
pub enum BrokerError {
    /// The address cannot be listened on.
    Listen {
        /// Where it tried to listen.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The broker was stopped.
    Stopped,
    /// The topic of a publication is not one.
    Topic(TopicFault),
}

impl fmt::Display for BrokerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, source } => {
                write!(f, "cannot listen on {address}: {source}; ")?;
                f.write_str(match source.kind() {
                    io::ErrorKind::AddrInUse => {
                        "another program uses that port: stop it, or choose another (0 takes any)"
                    }
                    io::ErrorKind::PermissionDenied => {
                        "ports below 1024 need more rights: choose a higher one"
                    }
                    io::ErrorKind::AddrNotAvailable => {
                        "no network interface here has that address: 127.0.0.1 always works"
                    }
                    _ => "choose another address or port",
                })
            }
            Self::Stopped => f.write_str("the bundled broker was stopped"),
            Self::Topic(fault) => write!(f, "cannot publish: {fault}"),
        }
    }
}

impl std::error::Error for BrokerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } => Some(source),
            Self::Topic(fault) => Some(fault),
            Self::Stopped => None,
        }
    }
}

/// What to tell a user who binds the broker to `bind`, when it can be reached from other machines.
pub fn exposure_warning(bind: IpAddr) -> Option<String> {
    (!bind.is_loopback()).then(|| {
        let place = if bind.is_unspecified() { "every network interface".to_owned() } else { bind.to_string() };
        format!(
            "the test broker listens on {place}, without encryption: anyone who can reach this machine can read and publish everything on it"
        )
    })
}

/// Counters since the broker started. In-process clients are counted like any other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Clients connected now.
    pub clients_connected: usize,
    /// Clients connected now and sessions kept for clients that are away.
    pub clients_total: usize,
    /// Subscriptions of all sessions, shared ones included.
    pub subscriptions: usize,
    /// Retained messages, `$SYS` included.
    pub retained: usize,
    /// Control packets received.
    pub packets_received: u64,
    /// Control packets sent.
    pub packets_sent: u64,
    /// SUBSCRIBE packets received; counted when their subscriptions are in force.
    pub subscribes_received: u64,
    /// PUBLISH packets received.
    pub publishes_received: u64,
    /// PUBLISH packets sent.
    pub publishes_sent: u64,
    /// Messages dropped because a client's queue was full or the message was larger than it accepts.
    pub publishes_dropped: u64,
    /// Payload bytes received in PUBLISH packets.
    pub payload_bytes_received: u64,
    /// Payload bytes sent in PUBLISH packets.
    pub payload_bytes_sent: u64,
    /// Bytes read from sockets.
    pub bytes_received: u64,
    /// Bytes written to sockets.
    pub bytes_sent: u64,
}

/// A running broker. Dropping it stops it too, without waiting for the goodbyes.
#[derive(Debug)]
pub struct Broker {
    address: SocketAddr,
    commands: mpsc::Sender<command::Command>,
    misbehaviour: watch::Sender<Misbehaviour>,
    clock: Clock,
    hub: JoinHandle<()>,
    listener: JoinHandle<()>,
    running: DropGuard,
}

impl Broker {
    /// Listens and serves until stopped or dropped. Needs a tokio runtime. Fails when the address cannot be bound.
    pub async fn start(options: BrokerOptions) -> Result<Self, BrokerError> {
        let wanted = SocketAddr::new(options.bind, options.port);
        let failed = |source| BrokerError::Listen { address: wanted, source };
        let socket = TcpListener::bind(wanted).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let stop = CancellationToken::new();
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let (misbehaviour, faults) = watch::channel(options.misbehaviour);
        let hub = hub::Hub::new(options.sys_interval, options.queue_bytes, faults.clone());
        let hub = tokio::spawn(hub::run(hub, inbox, stop.clone()));
        let door = connection::Door {
            commands: commands.clone(),
            users: options.users.map(Arc::new),
            misbehaviour: faults,
            stop: stop.clone(),
        };
        let listener = tokio::spawn(listener::run(socket, door));
        Ok(Self {
            address,
            commands,
            misbehaviour,
            clock: Clock::start(),
            hub,
            listener,
            running: stop.drop_guard(),
        })
    }

    /// Where it listens, with the port it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connects a client inside this process, subscribed to its filters when this returns. Fails when the broker stopped.
    pub async fn attach(&self, options: LocalOptions) -> Result<Local, BrokerError> {
        Local::attach(self.commands.clone(), self.clock, options).await
    }

    /// Replaces what the broker does wrong, from now on; `Misbehaviour::default()` ends it.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.misbehaviour.send_replace(misbehaviour);
    }

    /// The counters now. Fails when the broker stopped.
    pub async fn stats(&self) -> Result<Stats, BrokerError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command::Command::Stats(reply)).await.map_err(|_| BrokerError::Stopped)?;
        answer.await.map_err(|_| BrokerError::Stopped)
    }

    /// Stops: MQTT 5 clients are told (DISCONNECT 0x8B), all connections are closed, no will is published.
    pub async fn stop(self) {
        drop(self.running);
        // A task that ended early has nothing left to stop.
        let _ = self.hub.await;
        let _ = self.listener.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn g13_a_busy_port_and_an_exposed_address_are_explained() {
        let broker = Broker::start(BrokerOptions { port: 0, ..BrokerOptions::default() }).await.unwrap();
        let address = broker.address();
        assert!(address.ip().is_loopback(), "the default is loopback");
        let again = BrokerOptions { port: address.port(), ..BrokerOptions::default() };
        let text = Broker::start(again).await.unwrap_err().to_string();
        assert!(text.contains(&address.to_string()) && text.contains("choose another"), "{text}");
        broker.stop().await;
        assert_eq!(exposure_warning(IpAddr::V4(Ipv4Addr::LOCALHOST)), None);
        assert!(
            exposure_warning(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).unwrap().contains("every network interface")
        );
        assert!(exposure_warning("192.168.1.7".parse().unwrap()).unwrap().contains("192.168.1.7"));
    }
}
