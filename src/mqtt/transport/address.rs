//! From a host name to an open TCP connection: resolve, then try the addresses side by side (RFC 8305), so that a dead family
//! or address costs a quarter of a second and not the whole attempt (C04).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::{Facts, Watcher, connecting_to, system_words};
use crate::mqtt::explain::TcpFault;
use crate::mqtt::timing::Timing;

/// Addresses tried in one attempt at most.
const MAX_ADDRESSES: usize = 6;

/// The addresses of `host` in the order to try them. Takes at most seven tenths of the time to `deadline`: a resolver that
/// asks a dead server first answers after five seconds, and then there must be time left to connect.
pub(super) async fn resolve(
    host: &str,
    port: u16,
    deadline: Instant,
    watcher: &dyn Watcher,
    facts: &mut Facts,
) -> Result<Vec<SocketAddr>, TcpFault> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    watcher.begins(format!("resolving {host}"));
    let began = Instant::now();
    let share = deadline.saturating_duration_since(began) * 7 / 10;
    let found = timeout_at(began + share, tokio::net::lookup_host((host, port)))
        .await
        .map_err(|_| TcpFault::ResolveTimeout { host: host.to_owned() })?
        .map_err(|error| TcpFault::Resolve { host: host.to_owned(), words: resolver_words(&error) })?;
    let addresses = alternate(found.collect());
    if addresses.is_empty() {
        return Err(TcpFault::Resolve { host: host.to_owned(), words: "it has no address".into() });
    }
    // What looks like a name may be an address with a zone (`fe80::1%eth0`), which only the resolver can read.
    if !host.contains('%') {
        facts.dns = addresses.iter().map(SocketAddr::ip).collect();
        facts.dns_took = Some(began.elapsed());
    }
    Ok(addresses)
}

/// `failed to lookup address information: Name or service not known` says it twice.
fn resolver_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.rsplit(": ").next().unwrap_or(&text).to_lowercase()
}

/// The resolver's order, but the two address families take turns.
fn alternate(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v4 = found.first().is_some_and(SocketAddr::is_ipv4);
    let (first, second): (Vec<_>, Vec<_>) = found.into_iter().partition(|a| a.is_ipv4() == first_is_v4);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut turns = Vec::new();
    loop {
        let pair = [first.next(), second.next()];
        if pair == [None, None] || turns.len() >= MAX_ADDRESSES {
            break;
        }
        for address in pair.into_iter().flatten() {
            if !turns.contains(&address) {
                turns.push(address);
            }
        }
    }
    turns.truncate(MAX_ADDRESSES);
    turns
}

/// Connects to the first of `addresses` that accepts. The next one is tried when one fails, or has not answered for a while; the
/// earlier ones go on meanwhile. `at` is what the user calls the place.
pub(super) async fn connect(
    addresses: &[SocketAddr],
    at: &str,
    timing: &Timing,
    deadline: Instant,
    watcher: &dyn Watcher,
    facts: &mut Facts,
) -> Result<TcpStream, TcpFault> {
    let began = Instant::now();
    let mut waiting = addresses.iter().copied();
    let mut tries = JoinSet::new();
    let mut telling = TcpFault::Timeout { at: at.to_owned() };
    loop {
        if let Some(address) = waiting.next() {
            watcher.begins(connecting_to(&address.to_string()));
            tries.spawn(async move { (address, TcpStream::connect(address).await) });
        } else if tries.is_empty() {
            return Err(telling);
        }
        // One that fails lets the next one go at once; one that only hangs, after a while.
        let patience = if waiting.len() > 0 { timing.next_address } else { Duration::MAX };
        tokio::select! {
            biased;
            Some(Ok((address, result))) = tries.join_next() => match result {
                Ok(stream) => {
                    stream.set_nodelay(true).map_err(|error| fault(at, &error))?;
                    facts.peer = address.to_string();
                    facts.tcp_took = began.elapsed();
                    return Ok(stream);
                }
                Err(error) => {
                    let fault = fault(at, &error);
                    if fault.weight() >= telling.weight() {
                        telling = fault;
                    }
                }
            },
            () = sleep_until(deadline) => return Err(telling),
            () = sleep(patience) => {}
        }
    }
}

fn fault(at: &str, error: &io::Error) -> TcpFault {
    let at = at.to_owned();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => TcpFault::Refused { at },
        io::ErrorKind::TimedOut => TcpFault::Timeout { at },
        _ => TcpFault::Unreachable { at, words: system_words(error) },
    }
}
