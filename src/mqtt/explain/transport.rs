//! The rows of the table that speak of the way to the broker: resolver, TCP, proxy, TLS, WebSocket, Unix socket.

use crate::model::Target;

/// What kept the way to the broker from being opened. `at` is the place as the user wrote it, or the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) enum TransportFault {
    /// The name could not be resolved; the resolver's words.
    Resolve { host: String, words: String },
    /// The resolver gave no answer in time.
    ResolveTimeout { host: String },
    /// The port refused the TCP connection.
    Refused { at: String },
    /// The TCP connection failed otherwise; the system's words.
    Unreachable { at: String, words: String },
    /// No answer to the TCP connection.
    ConnectTimeout { at: String },
    /// Plain MQTT was sent to a port that answers with TLS records.
    SpeaksTls,
}

impl TransportFault {
    /// How much the fault tells about the host, to choose among those of several addresses.
    pub(in crate::mqtt) fn weight(&self) -> u8 {
        match self {
            Self::ConnectTimeout { .. } => 0,
            Self::Unreachable { .. } => 1,
            _ => 2,
        }
    }

    /// Whether trying again makes sense, the cause, and the remedy.
    pub(super) fn explain(&self, target: &Target) -> (bool, String, String) {
        match self {
            Self::Resolve { host, words } => (
                true,
                format!("cannot find host {host}: {words}"),
                "check the spelling of the host name, and the DNS server or network of this machine".into(),
            ),
            Self::ResolveTimeout { host } => (
                true,
                format!("no answer to the DNS query for {host}"),
                "check the network and DNS server of this machine, or use an IP address".into(),
            ),
            Self::Refused { at } => (
                true,
                format!("Connection refused by {at}"),
                "is a broker listening there? Check host and port (1883 is usual without TLS)".into(),
            ),
            Self::Unreachable { at, words } => {
                (true, format!("cannot reach {at}: {words}"), "check host, network, VPN and firewall".into())
            }
            Self::ConnectTimeout { at } => (
                true,
                format!("no answer from {at}: the TCP connection timed out"),
                "check host and port; a firewall may be dropping the packets".into(),
            ),
            Self::SpeaksTls => (
                true,
                format!("{} speaks TLS, and plain MQTT was sent to it", target.address()),
                "use mqtts:// for this port, or try port 1883".into(),
            ),
        }
    }
}
