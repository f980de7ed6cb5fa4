//! The bundled MQTT broker: 3.1.1 and 5 over TCP, TLS, WebSocket and Unix sockets, for tests, for `mqtt-tui broker` and for
//! the demo.
//!
//! ```text
//!  listeners ▶ connection (one task a socket) ── Command, bounded ──▶ hub (one task owns sessions, retained, $SYS)
//!                  ▲                                                   │
//!                  └────────── at most two batches under way ──────────┘
//! ```
//! Nothing is shared and nothing is locked: connections turn bytes into packets and back, the hub decides. A slow hub
//! slows its publishers through TCP; a slow subscriber fills its own queue, whose overflow is dropped and counted.

mod certificates;
mod command;
mod connection;
mod decode;
pub mod demo;
mod encode;
mod error;
pub mod fleet;
mod greeting;
mod hub;
mod inflight;
mod listener;
mod local;
mod misbehaviour;
mod options;
mod packet;
mod presence;
mod retained;
mod routing;
mod session;
mod subscriptions;
mod sys;
mod tls;
#[cfg(unix)]
mod unix;
mod websocket;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use listener::{Layers, Socket};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::model::Clock;

pub use certificates::{Authority, CertificateOptions, Certificates, Identity, KeyForm, Usage};
pub use error::BrokerError;
pub use local::{Local, LocalOptions};
pub use misbehaviour::{Announced, ConnackFault, Farewell, Misbehaviour};
pub use options::{BrokerOptions, Listener, ListenerKind, WEB_SOCKET_PATH, exposure_warning};
pub use tls::{ServerTls, TlsError};

/// Commands that may wait for the hub; beyond that, connections wait.
const COMMANDS: usize = 64;

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
    listeners: Vec<Listener>,
    commands: mpsc::Sender<command::Command>,
    misbehaviour: watch::Sender<Misbehaviour>,
    clock: Clock,
    tasks: Vec<JoinHandle<()>>,
    running: DropGuard,
}

impl Broker {
    /// Listens and serves until stopped or dropped. Needs a tokio runtime. Fails when an address cannot be bound or the
    /// certificates cannot be used; then nothing runs.
    pub async fn start(options: BrokerOptions) -> Result<Self, BrokerError> {
        let plain = Listener { kind: ListenerKind::Tcp, address: (options.bind, options.port).into() };
        let mut doors = Vec::new();
        let mut listeners = Vec::new();
        let tls = acceptor(&options)?;
        for wanted in std::iter::once(plain).chain(options.listeners) {
            let (socket, address) = bind(wanted.address).await?;
            listeners.push(Listener { address, ..wanted });
            let web_socket = wanted.kind.transport().is_websocket();
            let tls = tls.clone().filter(|_| wanted.kind.transport().is_tls());
            doors.push((socket, Layers { tls, web_socket }));
        }
        if let Some(path) = &options.unix {
            doors.push((bind_unix(path)?, Layers::NONE));
        }
        let stop = CancellationToken::new();
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let (misbehaviour, faults) = watch::channel(options.misbehaviour);
        let hub = hub::Hub::new(options.sys_interval, options.queue_bytes, faults.clone());
        let mut tasks = vec![tokio::spawn(hub::run(hub, inbox, stop.clone()))];
        let door = connection::Door {
            commands: commands.clone(),
            users: options.users.map(Arc::new),
            misbehaviour: faults,
            stop: stop.clone(),
        };
        let room = Arc::new(Semaphore::new(listener::MAX_CONNECTIONS));
        for (socket, layers) in doors {
            tasks.push(tokio::spawn(listener::run(socket, layers, Arc::clone(&room), door.clone())));
        }
        Ok(Self {
            address: listeners[0].address,
            listeners,
            commands,
            misbehaviour,
            clock: Clock::start(),
            tasks,
            running: stop.drop_guard(),
        })
    }

    /// Where it listens for plain MQTT, with the port it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, with the ports it got: plain TCP first, then the others in the order they were asked for.
    pub fn listeners(&self) -> &[Listener] {
        &self.listeners
    }

    /// Where the first listener of that kind listens; `None` when there is none.
    pub fn address_of(&self, kind: ListenerKind) -> Option<SocketAddr> {
        self.listeners.iter().find(|listener| listener.kind == kind).map(|listener| listener.address)
    }

    /// Connects a client inside this process, subscribed to its filters when this returns. Fails when the broker stopped.
    pub async fn attach(&self, options: LocalOptions) -> Result<Local, BrokerError> {
        Local::attach(self.commands.clone(), self.clock, options).await
    }

    /// Replaces what the broker does wrong, from now on; `Misbehaviour::default()` ends it.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) {
        self.misbehaviour.send_replace(misbehaviour);
    }

    /// Ends the connection of every client that came over the network, after a DISCONNECT for those that speak MQTT 5.
    /// Their wills are published. Fails when the broker stopped.
    pub async fn dismiss(&self, farewell: Farewell) -> Result<(), BrokerError> {
        self.commands.send(command::Command::Dismiss(farewell)).await.map_err(|_| BrokerError::Stopped)
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
        for task in self.tasks {
            // One that ended early has nothing left to stop.
            let _ = task.await;
        }
    }
}

async fn bind(wanted: SocketAddr) -> Result<(Socket, SocketAddr), BrokerError> {
    let failed = |source| BrokerError::Listen { address: wanted, source };
    let socket = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    Ok((Socket::Tcp(socket), address))
}

fn bind_unix(path: &Path) -> Result<Socket, BrokerError> {
    #[cfg(unix)]
    let socket = unix::Socket::bind(path).map(Socket::Unix);
    #[cfg(not(unix))]
    let socket = Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "this system has no Unix sockets"));
    socket.map_err(|source| BrokerError::Unix { path: path.to_path_buf(), source })
}

/// What does the TLS handshakes, when there is a listener that needs it.
fn acceptor(options: &BrokerOptions) -> Result<Option<TlsAcceptor>, BrokerError> {
    if !options.listeners.iter().any(|listener| listener.kind.transport().is_tls()) {
        return Ok(None);
    }
    let without = || TlsError::Pem { wanted: "certificate for the listeners over TLS", path: None };
    let tls = options.tls.as_ref().ok_or_else(without).map_err(BrokerError::Tls)?;
    let config = tls::server_config(tls).map_err(BrokerError::Tls)?;
    Ok(Some(Arc::new(config).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn g13_a_busy_port_is_explained() {
        let broker = Broker::start(BrokerOptions { port: 0, ..BrokerOptions::default() }).await.unwrap();
        let address = broker.address();
        assert!(address.ip().is_loopback(), "the default is loopback");
        let again = BrokerOptions { port: address.port(), ..BrokerOptions::default() };
        let text = Broker::start(again).await.unwrap_err().to_string();
        assert!(text.contains(&address.to_string()) && text.contains("choose another"), "{text}");
        broker.stop().await;
    }
}
