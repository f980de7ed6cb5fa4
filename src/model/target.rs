//! Where to connect, by which way and as whom. What a profile keeps, what the command line builds, what a session is given.

use std::fmt;
use std::path::PathBuf;

use super::{Protocol, Publication, QoS, TopicFilter};

/// Text that must not be seen: `Debug` hides it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the wire and for files the user asked for.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// The way to the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Transport {
    /// Plain TCP.
    #[default]
    Tcp,
    /// TLS over TCP.
    Tls,
    /// WebSocket over TCP.
    WebSocket,
    /// WebSocket over TLS.
    SecureWebSocket,
    /// A Unix socket; the target's host is its path.
    Unix,
}

impl Transport {
    /// All of them, in the order a form offers them.
    pub const ALL: [Self; 5] = [Self::Tcp, Self::Tls, Self::WebSocket, Self::SecureWebSocket, Self::Unix];

    /// The scheme of its URLs: `mqtt`, `mqtts`, `ws`, `wss`, `unix`.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Tcp => "mqtt",
            Self::Tls => "mqtts",
            Self::WebSocket => "ws",
            Self::SecureWebSocket => "wss",
            Self::Unix => "unix",
        }
    }

    /// The transport of a URL scheme, the other usual names (`tcp`, `ssl`, `tls`) included.
    pub fn from_scheme(scheme: &str) -> Option<Self> {
        match scheme.to_ascii_lowercase().as_str() {
            "mqtt" | "tcp" => Some(Self::Tcp),
            "mqtts" | "ssl" | "tls" => Some(Self::Tls),
            "ws" => Some(Self::WebSocket),
            "wss" => Some(Self::SecureWebSocket),
            "unix" => Some(Self::Unix),
            _ => None,
        }
    }

    /// The port when none is given; 0 where there are no ports.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Tcp => 1883,
            Self::Tls => 8883,
            Self::WebSocket => 80,
            Self::SecureWebSocket => 443,
            Self::Unix => 0,
        }
    }

    /// Whether it is encrypted.
    pub fn is_tls(self) -> bool {
        matches!(self, Self::Tls | Self::SecureWebSocket)
    }

    /// Whether it is a WebSocket.
    pub fn is_websocket(self) -> bool {
        matches!(self, Self::WebSocket | Self::SecureWebSocket)
    }
}

/// What a WebSocket needs beside host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSocketOptions {
    /// Path and query, from the slash on.
    pub path: String,
    /// Headers of the request beside the usual ones. Values may be tokens.
    pub headers: Vec<(String, Secret)>,
}

impl Default for WebSocketOptions {
    fn default() -> Self {
        Self { path: "/mqtt".into(), headers: Vec::new() }
    }
}

/// How TLS is done. Files are read at each attempt, so that a renewed certificate is found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsOptions {
    /// PEM file of the authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// PEM file of the client's certificate and its chain.
    pub cert_file: Option<PathBuf>,
    /// PEM file of the client's key: PKCS#8, SEC1 or PKCS#1.
    pub key_file: Option<PathBuf>,
    /// Application protocols to offer.
    pub alpn: Vec<String>,
    /// Name to ask for and to verify instead of the host.
    pub server_name: Option<String>,
    /// Accept any certificate. Never without the badge.
    pub insecure: bool,
    /// Append session keys to the file named by `SSLKEYLOGFILE`.
    pub key_log: bool,
}

/// An HTTP proxy to go through with CONNECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User name, if it wants one.
    pub user: Option<String>,
    /// Password, if it wants one.
    pub password: Option<Secret>,
}

impl Proxy {
    /// `host:port`, with brackets around an IPv6 address. Holds no secrets.
    pub fn address(&self) -> String {
        host_and_port(&self.host, self.port)
    }
}

fn host_and_port(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Which protocol versions may be spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProtocolChoice {
    /// MQTT 5 first; 3.1.1 when the broker does not speak it.
    #[default]
    Auto,
    /// This one only.
    Only(Protocol),
}

/// The message the broker publishes when the client goes without DISCONNECT.
#[derive(Debug, Clone, PartialEq)]
pub struct Will {
    /// Topic, payload, QoS, retain, MQTT 5 properties.
    pub publication: Publication,
    /// Seconds the broker waits before it publishes it (MQTT 5.0, 3.1.3.2.2).
    pub delay: u32,
}

/// When retained messages are sent for a subscription (MQTT 5.0, 3.8.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum RetainHandling {
    /// At every SUBSCRIBE.
    #[default]
    Always = 0,
    /// Only when the subscription is new.
    IfNew = 1,
    /// Never.
    Never = 2,
}

/// One subscription as wanted. The options beside QoS exist in MQTT 5 only; with 3.1.1 they are not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// What to subscribe to.
    pub filter: TopicFilter,
    /// QoS asked for; the broker may grant less.
    pub qos: QoS,
    /// Do not send back what this client published.
    pub no_local: bool,
    /// Leave the RETAIN flag as the publisher set it.
    pub retain_as_published: bool,
    /// When retained messages are sent.
    pub retain_handling: RetainHandling,
    /// Subscription identifier, 1 to 268,435,455.
    pub id: Option<u32>,
}

impl Subscription {
    /// A subscription without options.
    pub fn new(filter: TopicFilter, qos: QoS) -> Self {
        Self {
            filter,
            qos,
            no_local: false,
            retain_as_published: false,
            retain_handling: RetainHandling::default(),
            id: None,
        }
    }
}

/// Where to connect and as whom.
#[derive(Clone, PartialEq)]
pub struct Target {
    /// The way there.
    pub transport: Transport,
    /// Host name or address, IPv6 without brackets; the path of a Unix socket.
    pub host: String,
    /// TCP port; 0 for a Unix socket.
    pub port: u16,
    /// Used by the WebSocket transports.
    pub websocket: WebSocketOptions,
    /// Used by the TLS transports.
    pub tls: TlsOptions,
    /// Go through this proxy.
    pub proxy: Option<Proxy>,
    /// User name, if any.
    pub user: Option<String>,
    /// Password, if any.
    pub password: Option<Secret>,
    /// Client id sent in CONNECT.
    pub client_id: String,
    /// Keep alive in seconds; 0 is off.
    pub keep_alive: u16,
    /// Clean session (3.1.1) or clean start (5).
    pub clean_session: bool,
    /// Seconds the broker keeps the session after the connection (MQTT 5); `u32::MAX` is for ever. Unless said, a session that is to
    /// be kept is kept for ever, and another one not at all.
    pub session_expiry: Option<u32>,
    /// Protocol versions to speak.
    pub protocol: ProtocolChoice,
    /// Last will; none unless asked for.
    pub will: Option<Will>,
    /// Largest packet to accept, in bytes; announced to the broker with MQTT 5.
    pub max_packet: Option<u32>,
    /// What to subscribe to on every connection.
    pub filters: Vec<Subscription>,
    /// Also subscribe to `$SYS/#`, in a SUBSCRIBE of its own.
    pub sys: bool,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("url", &self.url())
            .field("user", &self.user)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// Keep alive in seconds unless told otherwise.
    pub const KEEP_ALIVE: u16 = 30;
    /// Least bytes of the largest packet to accept: anything less would keep out the answers to our own requests.
    pub const LEAST_PACKET: u32 = 16;

    /// A target as it is when only the place is named: plain TCP, nobody logs in, no filter but `$SYS/#` is asked for, MQTT 5 or
    /// else 3.1.1, nothing is kept at the broker.
    pub fn new(host: impl Into<String>, port: u16, client_id: impl Into<String>) -> Self {
        Self {
            transport: Transport::default(),
            host: host.into(),
            port,
            websocket: WebSocketOptions::default(),
            tls: TlsOptions::default(),
            proxy: None,
            user: None,
            password: None,
            client_id: client_id.into(),
            keep_alive: Self::KEEP_ALIVE,
            clean_session: true,
            session_expiry: None,
            protocol: ProtocolChoice::default(),
            will: None,
            max_packet: None,
            filters: Vec::new(),
            sys: true,
        }
    }

    /// Seconds the broker is asked to keep the session after the connection, as [`Target::session_expiry`] has it; `None` when the
    /// session ends with it. MQTT 5 would end one that is to be kept together with the connection unless it is told otherwise
    /// (3.1.2.11.2), so that it is asked to keep it for ever, as `mosquitto_sub -c` does. MQTT 3.1.1 knows no expiry.
    pub fn effective_expiry(&self) -> Option<u32> {
        let for_ever = (!self.clean_session).then_some(u32::MAX);
        match self.protocol {
            ProtocolChoice::Only(Protocol::V4) => for_ever,
            _ => self.session_expiry.or(for_ever),
        }
    }

    /// `host:port`, with brackets around an IPv6 address; the path of a Unix socket. Holds no secrets.
    pub fn address(&self) -> String {
        match self.transport {
            Transport::Unix => self.host.clone(),
            _ => host_and_port(&self.host, self.port),
        }
    }

    /// Scheme and address, and the path of a WebSocket: `wss://broker.lan:8084/mqtt`. Holds no user and no secrets.
    pub fn url(&self) -> String {
        let path = if self.transport.is_websocket() { self.websocket.path.as_str() } else { "" };
        let path = path.split('?').next().unwrap_or_default();
        format!("{}://{}{path}", self.transport.scheme(), self.address())
    }
}

/// Bytes of the largest packet as people write it: in bytes, or with `k` or `M`. `256M` is what MQTT allows at most, 268,435,455 bytes
/// behind the fixed header (MQTT 5.0, 1.5.5). `None` for what is no number.
pub fn packet_size(text: &str) -> Option<u32> {
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1 << 10),
        None => match text.strip_suffix(['m', 'M']) {
            Some(digits) => (digits, 1 << 20),
            None => (text, 1),
        },
    };
    let bytes = digits.parse::<u32>().ok()?.checked_mul(unit)?;
    Some(if bytes == 256 << 20 { bytes - 1 } else { bytes })
}
