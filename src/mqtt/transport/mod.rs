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
mod greeting;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Instant;

use super::explain::Fault;
use super::timing::Timing;
use crate::model::{Target, TlsFacts, Transport};

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
    pub(in crate::mqtt) fn late_fault(&self, _error: Option<&io::Error>) -> Option<Fault> {
        None
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

/// What an attempt begins with, in words.
pub(in crate::mqtt) fn first_step(target: &Target) -> String {
    if target.transport == Transport::Unix {
        return connecting_to(&target.host);
    }
    match target.host.parse::<IpAddr>() {
        Ok(_) => connecting_to(&target.address()),
        Err(_) => format!("resolving {}", target.host),
    }
}

/// Opens the way to `target` before `deadline`. Each step is told through `step`, in words. Cancel-safe.
pub(in crate::mqtt) async fn open(
    target: &Target,
    timing: &Timing,
    deadline: Instant,
    step: &watch::Sender<String>,
) -> Result<Opened, Fault> {
    open_watched(target, timing, deadline, step, &mut |_, _| ()).await
}

/// As [`open`]; `passed` hears of each step that is done, with all that is known by then.
pub(in crate::mqtt) async fn open_watched(
    target: &Target,
    timing: &Timing,
    deadline: Instant,
    step: &watch::Sender<String>,
    passed: &mut (dyn FnMut(Passed, &Facts) + Send),
) -> Result<Opened, Fault> {
    let mut facts = Facts::default();
    let addresses = address::resolve(&target.host, target.port, deadline, step, &mut facts).await?;
    passed(Passed::Resolve, &facts);
    let connected =
        address::connect(&addresses, &target.address(), timing, deadline, step, &mut facts).await?;
    passed(Passed::Connect, &facts);
    Ok(Opened { stream: Box::new(connected), facts })
}

fn connecting_to(address: &str) -> String {
    format!("connecting to {address}")
}

fn tell(step: &watch::Sender<String>, text: String) {
    step.send_if_modified(|step| {
        let changed = *step != text;
        *step = text;
        changed
    });
}
