//! The rows of the table that speak of the way to the broker: resolver, TCP, proxy, Unix socket; TLS and WebSocket have files of
//! their own.

use super::tls::TlsFault;
use super::websocket::WebSocketFault;
use crate::model::{Target, Transport};

/// Whether to try again, the cause, and the remedy.
pub(super) type Row = (bool, String, String);

/// What kept the way to the broker from being opened, by the part of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) enum TransportFault {
    Tcp(TcpFault),
    Proxy(ProxyFault),
    Socket(SocketFault),
    Tls(TlsFault),
    WebSocket(WebSocketFault),
}

/// What kept a TCP connection from being opened. `at` is the place as the user wrote it, or the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) enum TcpFault {
    /// The name could not be resolved; the resolver's words.
    Resolve { host: String, words: String },
    /// The resolver gave no answer in time.
    ResolveTimeout { host: String },
    /// The port refused the connection.
    Refused { at: String },
    /// The connection failed otherwise; the system's words.
    Unreachable { at: String, words: String },
    /// No answer to the connection.
    Timeout { at: String },
}

/// What went wrong at the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) enum ProxyFault {
    /// It answered CONNECT with this status.
    Status { at: String, status: u16, reason: String },
    /// It did not answer CONNECT in time.
    Timeout { at: String },
    /// It answered no HTTP, or hung up; what happened.
    NotHttp { at: String, words: String },
}

/// What kept a Unix socket from being opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) enum SocketFault {
    /// There is no such file.
    Missing,
    /// This user may not open it.
    Denied,
    /// The path leads to something else.
    NotASocket,
    /// Nobody listens on it.
    Unused,
    /// It cannot be opened otherwise; the system's words.
    Other { words: String },
    /// This system has no Unix sockets.
    #[cfg_attr(unix, expect(dead_code, reason = "made where there are none"))]
    Unsupported,
}

impl TransportFault {
    /// Looks the fault up. What cannot become better by itself is not tried again.
    pub(super) fn explain(&self, target: &Target) -> Row {
        match self {
            Self::Tcp(fault) => fault.explain(target),
            Self::Proxy(fault) => fault.explain(),
            Self::Socket(fault) => fault.explain(&target.host),
            Self::Tls(fault) => fault.explain(target),
            Self::WebSocket(fault) => fault.explain(target),
        }
    }
}

impl TcpFault {
    /// How much the fault tells about the host, to choose among those of several addresses.
    pub(in crate::mqtt) fn weight(&self) -> u8 {
        match self {
            Self::Timeout { .. } => 0,
            Self::Unreachable { .. } => 1,
            _ => 2,
        }
    }

    fn explain(&self, target: &Target) -> Row {
        match self {
            Self::Resolve { host, words } => {
                let remedy = match host.split_once('%') {
                    Some((_, zone)) => format!("is '{zone}' a network interface of this machine?"),
                    None => {
                        "check the spelling of the host name, and the DNS server or network of this machine"
                            .into()
                    }
                };
                (true, format!("cannot find host {host}: {words}"), remedy)
            }
            Self::ResolveTimeout { host } => (
                true,
                format!("no answer to the DNS query for {host}"),
                "check the network and DNS server of this machine, or use an IP address".into(),
            ),
            Self::Refused { at } => {
                let remedy = if *at == target.address() {
                    format!("is a broker listening there? Check host and port ({})", usual_port(target))
                } else {
                    "is the proxy running? Check its host and port".into()
                };
                (true, format!("Connection refused by {at}"), remedy)
            }
            Self::Unreachable { at, words } => {
                (true, format!("cannot reach {at}: {words}"), "check host, network, VPN and firewall".into())
            }
            Self::Timeout { at } => (
                true,
                format!("no answer from {at}: the TCP connection timed out"),
                "check host and port; a firewall may be dropping the packets".into(),
            ),
        }
    }
}

impl ProxyFault {
    fn explain(&self) -> Row {
        match self {
            Self::Status { at, status, reason } => {
                let (retry, remedy) = match status {
                    401 | 407 => (false, "it wants a user and a password: check both"),
                    403 | 405 => {
                        (false, "it does not allow this: ask whoever runs it to allow this host and port")
                    }
                    400..500 => (false, "is this an HTTP proxy that allows CONNECT?"),
                    502..=504 => (true, "it cannot reach the broker: check host and port of the broker"),
                    _ => (true, "its own log tells why"),
                };
                (retry, format!("{at} refused to connect: {status} {reason}"), remedy.into())
            }
            Self::Timeout { at } => (
                true,
                format!("{at} accepted the connection but did not answer CONNECT in time"),
                "is this an HTTP proxy, and can it reach the broker?".into(),
            ),
            Self::NotHttp { at, words } => {
                (true, format!("{at} is no HTTP proxy: {words}"), "check host and port of the proxy".into())
            }
        }
    }
}

impl SocketFault {
    fn explain(&self, path: &str) -> Row {
        match self {
            Self::Missing => (
                true,
                format!("there is no Unix socket {path}"),
                "check the path, and whether the broker runs".into(),
            ),
            Self::Denied => (
                false,
                format!("permission denied to open the Unix socket {path}"),
                "the user must be allowed to write to the socket and to enter its folders".into(),
            ),
            Self::NotASocket => {
                (false, format!("{path} is not a socket"), "give the path of the broker's Unix socket".into())
            }
            Self::Unused => (
                true,
                format!("nobody listens on the Unix socket {path}"),
                "start the broker: the socket was left behind by one that has ended".into(),
            ),
            Self::Other { words } => {
                (true, format!("cannot open the Unix socket {path}: {words}"), "check the path".into())
            }
            Self::Unsupported => (
                false,
                "this system has no Unix sockets that mqtt-tui could use".into(),
                "connect by host and port".into(),
            ),
        }
    }
}

pub(super) fn usual_port(target: &Target) -> &'static str {
    match target.transport {
        Transport::Tls => "8883 is usual with TLS",
        Transport::WebSocket => "8080, 8083 and 9001 are usual for WebSocket",
        Transport::SecureWebSocket => "443, 8081 and 8084 are usual for secure WebSocket",
        Transport::Tcp | Transport::Unix => "1883 is usual without TLS",
    }
}

impl From<TcpFault> for TransportFault {
    fn from(fault: TcpFault) -> Self {
        Self::Tcp(fault)
    }
}

impl From<ProxyFault> for TransportFault {
    fn from(fault: ProxyFault) -> Self {
        Self::Proxy(fault)
    }
}

impl From<SocketFault> for TransportFault {
    fn from(fault: SocketFault) -> Self {
        Self::Socket(fault)
    }
}

impl From<TlsFault> for TransportFault {
    fn from(fault: TlsFault) -> Self {
        Self::Tls(fault)
    }
}

impl From<WebSocketFault> for TransportFault {
    fn from(fault: WebSocketFault) -> Self {
        Self::WebSocket(fault)
    }
}
