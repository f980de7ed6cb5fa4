//! The ways to a broker: from a [`Target`] to an open stream of bytes, each step told and each failure a [`Fault`] of its own.
//! The session and the doctor call it; MQTT begins where it ends.
//!
//! ```text
//!  files read ─▶ resolve ─▶ TCP (families side by side) ─▶ proxy ─▶ TLS ─▶ WebSocket ─▶ Box<dyn Stream>
//!                           Unix socket ───────────────────────────────────────────────▶
//! ```
//!
//! All of it happens before one deadline, and dropping the future closes whatever is open.

mod address;
mod certificate;
mod files;
mod greeting;
mod proxy;
mod status_line;
#[cfg(test)]
mod tests;
mod tls;
mod unix;
mod verifier;
mod websocket;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::explain::{Fault, TlsFault, TransportFault};
use super::timing::Timing;
use crate::model::{Target, TlsFacts, TlsOptions, Transport};

pub(in crate::mqtt) use greeting::foreign;

/// An open way to a broker: whatever is written comes out at its end.
pub(in crate::mqtt) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

/// A way that is open, and what was found on it.
pub(in crate::mqtt) struct Opened {
    /// Carries MQTT packets as they are.
    pub stream: Box<dyn Stream>,
    /// What was found.
    pub facts: Facts,
}

/// What was found on the way. Names come from the peer: sanitise before showing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::mqtt) struct Facts {
    /// Who answered: `127.0.0.1:1883`, or the path of a Unix socket. Behind a proxy, the proxy.
    pub peer: String,
    /// The addresses of the name, in the order they are tried.
    pub dns: Vec<IpAddr>,
    /// How long resolving took; `None` when there was no name to resolve.
    pub dns_took: Option<Duration>,
    /// How long it took until somebody accepted.
    pub tcp_took: Duration,
    /// How long the proxy took to connect.
    pub proxy_took: Option<Duration>,
    /// What TLS agreed on.
    pub tls: Option<TlsFacts>,
    /// How long the TLS handshake took.
    pub tls_took: Option<Duration>,
    /// The server asked for a client certificate and there was none to give.
    pub owes_certificate: bool,
    /// How long the WebSocket handshake took.
    pub websocket_took: Option<Duration>,
}

impl Facts {
    /// What the end of the stream before CONNACK means when the way there explains it: an alert of TLS (D07: with TLS 1.3 the
    /// refusal of a client certificate comes after the handshake), or the silent close of a server that wanted a certificate.
    /// `None` for `error` is the plain end of the stream. `None` when the way explains nothing.
    pub(in crate::mqtt) fn late_fault(&self, error: Option<&io::Error>) -> Option<Fault> {
        let said = error.and_then(|error| tls::late_fault(error, self.owes_certificate));
        let silent = self.owes_certificate.then_some(TlsFault::ClientCertificateWanted { said: false });
        said.or(silent).map(Fault::from)
    }
}

/// A step that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mqtt) enum Passed {
    /// The name has addresses.
    Resolve,
    /// Somebody accepted the connection.
    Connect,
    /// The proxy connected.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// The WebSocket handshake.
    WebSocket,
}

/// Hears how an opening goes.
pub(in crate::mqtt) trait Watcher: Sync {
    /// A step begins; its words for the screen, such as "resolving broker.lan".
    fn begins(&self, step: String);

    /// A step is done; all that is known by then.
    fn passed(&self, _step: Passed, _facts: &Facts) {}
}

/// The session shows the words alone.
impl Watcher for watch::Sender<String> {
    fn begins(&self, step: String) {
        self.send_if_modified(|shown| {
            let changed = *shown != step;
            *shown = step;
            changed
        });
    }
}

/// Nobody looks.
impl Watcher for () {
    fn begins(&self, _step: String) {}
}

/// What an attempt begins with, in words.
pub(in crate::mqtt) fn first_step(target: &Target) -> String {
    if target.transport == Transport::Unix {
        return connecting_to(&target.host);
    }
    let (host, address) = match &target.proxy {
        Some(proxy) => (&proxy.host, proxy.address()),
        None => (&target.host, target.address()),
    };
    match host.parse::<IpAddr>() {
        Ok(_) => connecting_to(&address),
        Err(_) => format!("resolving {host}"),
    }
}

/// Opens the way to `target` before `deadline`. Each step is told to `watcher`. Cancel-safe.
pub(in crate::mqtt) async fn open(
    target: &Target,
    timing: &Timing,
    deadline: Instant,
    watcher: &dyn Watcher,
) -> Result<Opened, Fault> {
    let mut facts = Facts::default();
    // What is wrong with files, names and headers is found before anything is connected.
    let tls = if target.transport.is_tls() { Some(tls::prepare(target, deadline).await?) } else { None };
    let request = if target.transport.is_websocket() { Some(websocket::request(target)?) } else { None };
    let mut stream: Box<dyn Stream> = if target.transport == Transport::Unix {
        watcher.begins(connecting_to(&target.host));
        let stream = unix::connect(&target.host, &mut facts).await?;
        watcher.passed(Passed::Connect, &facts);
        stream
    } else {
        Box::new(open_tcp(target, timing, deadline, watcher, &mut facts).await?)
    };
    if let Some(tls) = tls {
        watcher.begins(format!("TLS with {}", tls.name()));
        stream = tls.handshake(stream, deadline, &mut facts).await?;
        watcher.passed(Passed::Tls, &facts);
    }
    if let Some(request) = request {
        // A query may hold a token.
        watcher.begins(format!("WebSocket {}", request.uri().path()));
        stream = websocket::open(request, stream, deadline, &mut facts).await?;
        watcher.passed(Passed::WebSocket, &facts);
    }
    Ok(Opened { stream, facts })
}

/// The TCP connection, through the proxy if there is one; then the proxy resolves the broker's name.
async fn open_tcp(
    target: &Target,
    timing: &Timing,
    deadline: Instant,
    watcher: &dyn Watcher,
    facts: &mut Facts,
) -> Result<TcpStream, TransportFault> {
    let (host, port) = match &target.proxy {
        Some(proxy) => (&proxy.host, proxy.port),
        None => (&target.host, target.port),
    };
    let at = match &target.proxy {
        Some(proxy) => format!("the proxy {}", proxy.address()),
        None => target.address(),
    };
    let addresses = address::resolve(host, port, deadline, watcher, facts).await?;
    watcher.passed(Passed::Resolve, facts);
    let mut stream = address::connect(&addresses, &at, timing, deadline, watcher, facts).await?;
    watcher.passed(Passed::Connect, facts);
    if let Some(proxy) = &target.proxy {
        watcher.begins(format!("asking {at} for {}", target.address()));
        proxy::ask(&mut stream, proxy, target, deadline, facts).await?;
        watcher.passed(Passed::Proxy, facts);
    }
    Ok(stream)
}

fn connecting_to(address: &str) -> String {
    format!("connecting to {address}")
}

/// `Network is unreachable (os error 101)` without the number.
pub(in crate::mqtt) fn system_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// How long the question whether a port speaks TLS may take.
const TLS_PROBE: Duration = Duration::from_secs(2);

/// Whether the port of `target` speaks TLS, found out by a handshake of its own that trusts anybody and sends nothing: some
/// servers hang up on plain MQTT without the alert that would tell (D04).
pub(in crate::mqtt) async fn speaks_tls(target: &Target, timing: &Timing, deadline: Instant) -> bool {
    let tls = TlsOptions { insecure: true, ..TlsOptions::default() };
    let probe = Target { transport: Transport::Tls, tls, ..target.clone() };
    let deadline = deadline.min(Instant::now() + TLS_PROBE);
    match open(&probe, timing, deadline, &()).await {
        Ok(_) => true,
        Err(Fault::Transport(TransportFault::Tls(fault))) => fault.is_from_tls(),
        Err(_) => false,
    }
}
