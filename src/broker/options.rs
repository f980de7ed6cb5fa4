//! How the broker is told to run: where it listens, over what, who may log in. `Broker::start` reads it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::misbehaviour::Misbehaviour;
use super::tls::ServerTls;
use crate::model::{Secret, Transport};

/// What a listener speaks below MQTT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListenerKind {
    /// MQTT over TCP.
    Tcp,
    /// MQTT over TLS.
    Tls,
    /// MQTT in binary frames of a WebSocket on [`WEB_SOCKET_PATH`] (MQTT 5.0, 6).
    WebSocket,
    /// The same over TLS.
    SecureWebSocket,
}

/// The path on which a WebSocket is accepted.
pub const WEB_SOCKET_PATH: &str = "/mqtt";

impl ListenerKind {
    /// The same as clients name it.
    pub fn transport(self) -> Transport {
        match self {
            Self::Tcp => Transport::Tcp,
            Self::Tls => Transport::Tls,
            Self::WebSocket => Transport::WebSocket,
            Self::SecureWebSocket => Transport::SecureWebSocket,
        }
    }
}

/// One network address the broker listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Listener {
    /// What it speaks.
    pub kind: ListenerKind,
    /// Where; port 0 takes any free one.
    pub address: SocketAddr,
}

impl Listener {
    /// One on any free port of 127.0.0.1.
    pub fn local(kind: ListenerKind) -> Self {
        Self { kind, address: (Ipv4Addr::LOCALHOST, 0).into() }
    }

    /// What a client is to be given: `mqtts://127.0.0.1:8883`, `ws://127.0.0.1:8083/mqtt`. A broker on every interface is
    /// named by its loopback address.
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                Ipv4Addr::LOCALHOST.into()
            } else {
                Ipv6Addr::LOCALHOST.into()
            });
        }
        let transport = self.kind.transport();
        let path = if transport.is_websocket() { WEB_SOCKET_PATH } else { "" };
        format!("{}://{address}{path}", transport.scheme())
    }
}

/// How the broker runs.
#[derive(Debug, Clone)]
pub struct BrokerOptions {
    /// Address of the plain TCP listener, which is always there. Anything but loopback deserves [`exposure_warning`].
    pub bind: IpAddr,
    /// Port of the plain TCP listener; 0 takes any free one.
    pub port: u16,
    /// Further listeners. Those over TLS need [`Self::tls`].
    pub listeners: Vec<Listener>,
    /// Path of a Unix socket to listen on as well. One left behind by a broker that died is replaced.
    pub unix: Option<PathBuf>,
    /// Certificate and demands of the listeners over TLS.
    pub tls: Option<ServerTls>,
    /// How often changed `$SYS` values are published; zero turns `$SYS` off.
    pub sys_interval: Duration,
    /// Bytes of live messages that may wait for one client, topics and payloads. What exceeds it is dropped and counted.
    /// Retained messages sent because of a subscription do not count: they are fetched as the client takes them.
    pub queue_bytes: usize,
    /// User names and passwords that may log in; `None` lets anybody in.
    pub users: Option<Vec<(String, Secret)>>,
    /// What to do wrong, for tests.
    pub misbehaviour: Misbehaviour,
}

impl Default for BrokerOptions {
    fn default() -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 1883,
            listeners: Vec::new(),
            unix: None,
            tls: None,
            sys_interval: Duration::from_secs(10),
            queue_bytes: 64 << 20,
            users: None,
            misbehaviour: Misbehaviour::default(),
        }
    }
}

/// What to tell a user about a listener that can be reached from other machines. `is_open` when anybody may log in.
pub fn exposure_warning(listener: &Listener, is_open: bool) -> Option<String> {
    let Listener { kind, address } = *listener;
    (!address.ip().is_loopback()).then(|| {
        let place = if address.ip().is_unspecified() {
            format!("every network interface (port {})", address.port())
        } else {
            address.to_string()
        };
        let bare = if kind.transport().is_tls() { "" } else { ", without encryption" };
        let who = if is_open { "anyone who can reach this machine" } else { "whoever may log in" };
        format!(
            "the test broker listens on {place} for {}://{bare}: {who} can read and publish everything on it",
            kind.transport().scheme()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g13_every_listener_that_is_exposed_is_warned_of() {
        let listener = |kind, address: &str| Listener { kind, address: address.parse().unwrap() };
        assert_eq!(exposure_warning(&Listener::local(ListenerKind::Tcp), true), None);
        assert_eq!(exposure_warning(&listener(ListenerKind::Tls, "[::1]:8883"), true), None);
        let everywhere = exposure_warning(&listener(ListenerKind::Tcp, "0.0.0.0:1883"), true).unwrap();
        assert!(everywhere.contains("every network interface (port 1883)"), "{everywhere}");
        assert!(everywhere.contains("without encryption: anyone"), "{everywhere}");
        let encrypted = exposure_warning(&listener(ListenerKind::Tls, "192.168.1.7:8883"), false).unwrap();
        assert!(encrypted.contains("192.168.1.7:8883 for mqtts://: whoever may log in"), "{encrypted}");
    }

    #[test]
    fn a_listener_is_named_as_a_client_would_reach_it() {
        for (kind, address, url) in [
            (ListenerKind::Tcp, "127.0.0.1:1883", "mqtt://127.0.0.1:1883"),
            (ListenerKind::Tls, "[::]:8883", "mqtts://[::1]:8883"),
            (ListenerKind::WebSocket, "0.0.0.0:8083", "ws://127.0.0.1:8083/mqtt"),
            (ListenerKind::SecureWebSocket, "10.0.0.7:8084", "wss://10.0.0.7:8084/mqtt"),
        ] {
            assert_eq!(Listener { kind, address: address.parse().unwrap() }.url(), url);
        }
    }
}
