//! Getting from a host name to CONNACK: resolve, then try each address with its own share of the time. Called by the task
//! for every attempt.
//!
//! The library opens the socket and waits for CONNACK in one go, so from outside a dead address and a slow broker look the
//! same. When an address has said nothing for a second, a bare TCP connection to it tells the two apart: a dead one is left
//! for the next address, a slow one is waited for (and what a server of another kind says on its own can be quoted).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use super::explain::Fault;
use super::timing::Timing;
use super::wire::{Wire, WireEvent};
use crate::model::{Clock, MAX_TOPIC_BYTES, Protocol, ProtocolChoice, Secret, Target};

/// Addresses tried in one attempt at most.
const MAX_ADDRESSES: usize = 6;
/// Bytes of a foreign server's greeting that are worth quoting.
const GREETING_BYTES: usize = 64;

/// Checks what can be known to be wrong before any connection (C23, D14, D15).
pub(super) fn check(target: &Target) -> Result<(), Fault> {
    let long = |text: Option<&str>| text.is_some_and(|text| text.len() > MAX_TOPIC_BYTES);
    let (cause, remedy) = if target.protocol == ProtocolChoice::Only(Protocol::V5) {
        ("this version of mqtt-tui speaks MQTT 3.1.1 only", "choose MQTT 3.1.1 for this connection")
    } else if target.host.is_empty() {
        ("the host name is empty", "give a host name or address")
    } else if target.port == 0 {
        ("port 0 cannot be connected to", "give a port from 1 to 65535; MQTT is usually on 1883")
    } else if target.client_id.len() > MAX_TOPIC_BYTES {
        (
            "the client id is longer than 65,535 bytes",
            "choose a shorter one; up to 23 letters and digits always work",
        )
    } else if target.client_id.is_empty() && !target.clean_session {
        ("an empty client id needs a clean session", "give a client id, or do not keep the session")
    } else if target.password.as_ref().is_some_and(|p| !p.is_empty())
        && target.user.as_ref().is_none_or(String::is_empty)
    {
        ("MQTT 3.1.1 does not allow a password without a user name", "give the user name too")
    } else if long(target.user.as_deref()) || long(target.password.as_ref().map(Secret::expose)) {
        ("user name and password hold at most 65,535 bytes each", "check that the right text was given")
    } else {
        return Ok(());
    };
    Err(Fault::BadTarget(cause, remedy))
}

/// What an attempt begins with: an address needs no resolving.
pub(super) fn first_step(target: &Target) -> String {
    match target.host.parse::<IpAddr>() {
        Ok(ip) => connecting_to(SocketAddr::new(ip, target.port)),
        Err(_) => format!("resolving {}", target.host),
    }
}

fn connecting_to(address: SocketAddr) -> String {
    format!("connecting to {address}")
}

/// Connects `wire` to `target`; whether the broker kept our session. Tells each step through `step`.
pub(super) async fn establish(
    wire: &mut Wire,
    target: &Target,
    timing: &Timing,
    clock: &Clock,
    step: &watch::Sender<String>,
) -> Result<bool, Fault> {
    let deadline = Instant::now() + timing.connect;
    let addresses = resolve(target, deadline).await?;
    first_answer(wire, &addresses, deadline, timing, clock, step).await
}

/// Tries the addresses in turn until one of them answers.
async fn first_answer(
    wire: &mut Wire,
    addresses: &[SocketAddr],
    deadline: Instant,
    timing: &Timing,
    clock: &Clock,
    step: &watch::Sender<String>,
) -> Result<bool, Fault> {
    let mut telling: Option<Fault> = None;
    for (index, address) in addresses.iter().enumerate() {
        let left = addresses.len() - index;
        let now = Instant::now();
        let share = deadline.saturating_duration_since(now) / u32::try_from(left).unwrap_or(1);
        let attempt = Attempt { address: *address, until: now + share, others_left: left > 1 };
        match attempt.run(wire, timing, clock, step).await {
            Ok(session_present) => return Ok(session_present),
            Err(fault) if fault.is_answer() => return Err(fault),
            Err(fault) => {
                if telling.as_ref().is_none_or(|other| fault.weight() >= other.weight()) {
                    telling = Some(fault);
                }
            }
        }
    }
    Err(telling.unwrap_or_else(|| Fault::Resolve("the name has no address".into())))
}

async fn resolve(target: &Target, deadline: Instant) -> Result<Vec<SocketAddr>, Fault> {
    let found = timeout_at(deadline, tokio::net::lookup_host((target.host.as_str(), target.port)))
        .await
        .map_err(|_| Fault::ResolveTimeout)?
        .map_err(|error| Fault::Resolve(resolver_words(&error)))?;
    Ok(alternate(found.collect()))
}

/// `failed to lookup address information: Name or service not known` says it twice.
fn resolver_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.rsplit(": ").next().unwrap_or(&text).to_lowercase()
}

/// The resolver's order, but the two address families take turns, so that one dead family costs one address's time (C04).
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

/// One try at one address.
struct Attempt {
    address: SocketAddr,
    until: Instant,
    others_left: bool,
}

/// What a bare TCP connection found.
enum Look {
    /// Somebody accepts; what was said unasked.
    Accepted(Option<String>),
    /// No answer.
    Nobody,
    /// An answer, and the library will get the same.
    Error,
}

impl Attempt {
    async fn run(
        &self,
        wire: &mut Wire,
        timing: &Timing,
        clock: &Clock,
        step: &watch::Sender<String>,
    ) -> Result<bool, Fault> {
        tell(step, connecting_to(self.address));
        wire.aim(self.address);
        let mut batch = Vec::new();
        let answer = {
            let connecting = wire.poll(clock, &mut batch);
            let looking = look(self.address, timing.look_after, timing.look_for);
            tokio::pin!(connecting, looking);
            let mut accepted = None;
            let mut looked = false;
            loop {
                tokio::select! {
                    biased;
                    answer = &mut connecting => break answer,
                    seen = &mut looking, if !looked => {
                        looked = true;
                        match seen {
                            Look::Accepted(greeting) => {
                                tell(step, "waiting for CONNACK".into());
                                accepted = Some(greeting);
                            }
                            Look::Nobody if self.others_left => break Err(Fault::ConnectTimeout),
                            Look::Nobody | Look::Error => {}
                        }
                    }
                    () = sleep_until(self.until) => {
                        break Err(accepted.map_or(Fault::ConnectTimeout, Fault::NoConnack));
                    }
                }
            }
        };
        answer?;
        let session = batch.iter().find_map(|event| match event {
            WireEvent::Connected { session_present } => Some(*session_present),
            _ => None,
        });
        session.ok_or(Fault::NotMqtt(None))
    }
}

fn tell(step: &watch::Sender<String>, text: String) {
    step.send_if_modified(|step| {
        let changed = *step != text;
        *step = text;
        changed
    });
}

async fn look(address: SocketAddr, after: Duration, within: Duration) -> Look {
    sleep(after).await;
    match timeout(within, TcpStream::connect(address)).await {
        Err(_) => Look::Nobody,
        Ok(Err(_)) => Look::Error,
        Ok(Ok(mut stream)) => {
            let mut greeting = [0; GREETING_BYTES];
            let said = timeout(within, stream.read(&mut greeting)).await;
            let heard = said.ok().and_then(Result::ok).unwrap_or(0);
            Look::Accepted(first_line(&greeting[..heard]))
        }
    }
}

/// The first line, when it is plain text.
fn first_line(bytes: &[u8]) -> Option<String> {
    let line = bytes.split(|b| matches!(b, b'\r' | b'\n')).next()?;
    let is_text = line.iter().all(|b| (0x20..0x7f).contains(b));
    (line.len() >= 3 && is_text).then(|| String::from_utf8_lossy(line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::tests::{Fake, black_hole, impatient, target};

    fn cause(change: impl Fn(&mut Target)) -> Option<&'static str> {
        let mut target = target(1883);
        change(&mut target);
        check(&target).err().map(|fault| match fault {
            Fault::BadTarget(cause, _) => cause,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn c23_d14_d15_targets_that_cannot_work_are_refused_before_connecting() {
        assert_eq!(cause(|_| ()), None);
        assert_eq!(cause(|t| t.keep_alive = 0), None);
        assert_eq!(cause(|t| t.keep_alive = 65_535), None);
        assert_eq!(cause(|t| t.user = Some("bob".into())), None);
        assert!(cause(|t| t.password = Some("x".into())).is_some());
        assert!(cause(|t| t.user = Some("x".repeat(65_536))).is_some());
        assert!(cause(|t| t.client_id = "x".repeat(65_536)).is_some());
        assert!(cause(|t| t.protocol = ProtocolChoice::Only(Protocol::V5)).is_some());
        assert!(cause(|t| t.port = 0).is_some());
        assert!(
            cause(|t| {
                t.client_id.clear();
                t.clean_session = false;
            })
            .is_some()
        );
    }

    #[test]
    fn c04_address_families_take_turns_in_the_resolvers_order() {
        let parse = |texts: &[&str]| texts.iter().map(|t| t.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let turns = alternate(parse(&["[::1]:1", "[::2]:1", "[::3]:1", "10.0.0.1:1", "10.0.0.1:1"]));
        assert_eq!(turns, parse(&["[::1]:1", "10.0.0.1:1", "[::2]:1", "[::3]:1"]));
        assert_eq!(alternate(Vec::new()), Vec::new());
        let many: Vec<SocketAddr> = (1..=20).map(|n| SocketAddr::from(([10, 0, 0, n], 1))).collect();
        assert_eq!(alternate(many).len(), MAX_ADDRESSES);
    }

    #[tokio::test]
    async fn c03_c04_a_dead_address_is_left_for_a_live_one_and_named_when_alone() {
        let (_hole, dead) = black_hole().await;
        let broker = Fake::bind().await;
        let live = SocketAddr::from(([127, 0, 0, 1], broker.port));
        let serve = tokio::spawn(async move { broker.welcome().await });
        let (timing, clock) = (impatient(), Clock::start());
        let (step, _steps) = watch::channel(String::new());
        let mut wire = Wire::new(&target(live.port()), &timing);
        let soon = || Instant::now() + timing.connect;
        let answer = first_answer(&mut wire, &[dead, live], soon(), &timing, &clock, &step).await;
        assert_eq!(answer, Ok(false));
        serve.await.unwrap();

        let mut wire = Wire::new(&target(dead.port()), &timing);
        let answer = first_answer(&mut wire, &[dead], soon(), &timing, &clock, &step).await;
        assert_eq!(answer, Err(Fault::ConnectTimeout));
    }

    #[test]
    fn c06_only_plain_text_is_quoted() {
        assert_eq!(first_line(b"SSH-2.0-x\r\nmore").as_deref(), Some("SSH-2.0-x"));
        assert_eq!(first_line(b"\x1b]52;c;x\x07"), None);
        assert_eq!(first_line(b""), None);
    }
}
