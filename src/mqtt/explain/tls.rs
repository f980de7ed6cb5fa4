//! Rows of the table: what can go wrong with TLS beside the server's certificate, which has a file of its own.

use std::path::PathBuf;

use super::certificate::CertificateFault;
use super::transport::Row;
use crate::model::{Target, Transport};

/// What kept TLS from coming about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) enum TlsFault {
    /// A file with certificates or a key is not what it should be.
    File { option: &'static str, path: PathBuf, what: String, remedy: String },
    /// TLS cannot ask for a server of this name.
    BadName { name: String },
    /// The system has no authorities to trust.
    NothingTrusted,
    /// The handshake was not done in time.
    Timeout,
    /// The answer to the handshake was no TLS, or the end of the connection.
    NotTls { hung_up: bool },
    /// Plain MQTT was sent to a port that answers with TLS records.
    PortSpeaksTls,
    /// The server's certificate is not good.
    Certificate(Box<CertificateFault>),
    /// The server wants a client certificate; `said` when it said so, else it only asked for one and hung up.
    ClientCertificateWanted { said: bool },
    /// The server does not accept the client certificate.
    ClientCertificateRefused { why: &'static str },
    /// The server speaks none of the application protocols offered.
    NoAlpn,
    /// The server does not know the name asked for.
    NameUnknown,
    /// The server speaks older versions of TLS only.
    Version,
    /// It failed otherwise; the library's or the system's words.
    Other { words: String },
}

impl TlsFault {
    /// Whether only a server that speaks TLS can have caused it.
    pub(in crate::mqtt) fn is_from_tls(&self) -> bool {
        matches!(
            self,
            Self::PortSpeaksTls
                | Self::Certificate(_)
                | Self::ClientCertificateWanted { said: true }
                | Self::ClientCertificateRefused { .. }
                | Self::NoAlpn
                | Self::NameUnknown
                | Self::Version
        )
    }

    #[allow(clippy::too_many_lines, reason = "one flat table, a row a fault")]
    pub(super) fn explain(&self, target: &Target) -> Row {
        let at = target.address();
        let is_websocket = target.transport.is_websocket();
        let plain = if is_websocket { "ws://" } else { "mqtt://" };
        match self {
            Self::File { option, path, what, remedy } => {
                (false, format!("{option} {}: the file {what}", path.display()), remedy.clone())
            }
            Self::BadName { name } => (
                false,
                format!("'{name}' is no name that TLS can ask for"),
                "give a host name of letters, digits and hyphens, or an address".into(),
            ),
            Self::NothingTrusted => (
                false,
                "this system has no authorities to trust".into(),
                "install its certificates (the package is usually called ca-certificates), or use --cafile FILE".into(),
            ),
            Self::Timeout => (
                true,
                format!("{at} accepted TCP but did not finish the TLS handshake in time"),
                format!("the broker hangs, or that port does not speak TLS: try {plain}"),
            ),
            Self::NotTls { hung_up: false } => {
                (true, format!("{at}: that port does not speak TLS"), try_instead(plain, target))
            }
            Self::NotTls { hung_up: true } => (
                true,
                format!("{at} hung up on the TLS handshake: that port does not speak TLS, or refuses this client"),
                try_instead(plain, target),
            ),
            Self::PortSpeaksTls => {
                let secure = if is_websocket { "wss://" } else { "mqtts://" };
                (false, format!("{at}: that port speaks TLS"), try_instead(secure, target))
            }
            Self::Certificate(fault) => fault.explain(target),
            Self::ClientCertificateWanted { said } => (
                !said,
                format!("{at} wants a client certificate"),
                "name yours with --cert FILE and --key FILE; whoever runs the broker issues them".into(),
            ),
            Self::ClientCertificateRefused { why } => (
                false,
                format!("{at} does not accept the client certificate: {why}"),
                "use a certificate that the broker's authority issued, and check its dates".into(),
            ),
            Self::NoAlpn => (
                false,
                format!("{at} speaks none of the application protocols offered: {}", target.tls.alpn.join(", ")),
                "check --tls-alpn; most brokers want none, AWS IoT wants 'mqtt' on port 443".into(),
            ),
            Self::NameUnknown => (
                false,
                format!("{at} does not know the name that TLS asked for"),
                "connect by the name the broker's certificate is for".into(),
            ),
            Self::Version => (
                false,
                format!("{at} speaks neither TLS 1.2 nor TLS 1.3"),
                "older versions are broken and not spoken here: update the broker".into(),
            ),
            Self::Other { words } => (
                true,
                format!("the TLS handshake with {at} failed: {words}"),
                "the broker's log may tell more".into(),
            ),
        }
    }
}

/// What to try when TLS meets a port without it, or the reverse.
fn try_instead(scheme: &str, target: &Target) -> String {
    let usual = match target.transport {
        Transport::Tls => 8883,
        Transport::WebSocket => 8080,
        Transport::SecureWebSocket => 8084,
        Transport::Tcp | Transport::Unix => 1883,
    };
    if target.port == usual { format!("try {scheme}") } else { format!("try {scheme} or port {usual}") }
}
