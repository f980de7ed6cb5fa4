//! From a target to CONNACK: opens the way, sends CONNECT, and understands the answer. MQTT 5 comes first and 3.1.1 once after
//! it, unless the target says otherwise. Called by the task for every attempt, and by the doctor.
//!
//! A broker that does not speak MQTT 5 says so with a CONNACK of either version, or closes the connection, or says nothing at
//! all. It is held to speak 3.1.1 only once 3.1.1 has worked.

use tokio::time::{Instant, timeout_at};

use super::explain::{Fault, TlsFault};
use super::timing::Timing;
use super::transport::{self, Facts, Opened, Watcher, foreign};
use super::wire::{ConnAck, Incoming, Lost, Wire};
use crate::model::{
    Clock, MAX_TOPIC_BYTES, Protocol, ProtocolChoice, Secret, Target, Transport, check_topic,
};

/// A text or payload in CONNECT holds so many bytes (MQTT 5.0, 1.5.4).
const MAX_FIELD: usize = MAX_TOPIC_BYTES;

/// An open connection, CONNACK included.
pub(super) struct Connected {
    pub wire: Wire,
    pub connack: ConnAck,
    /// What was found on the way.
    pub facts: Facts,
    /// Why 3.1.1 is spoken although 5 was tried first.
    pub fell_back: Option<FellBack>,
}

/// Why 3.1.1 is spoken although 5 was tried first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FellBack {
    /// In words.
    pub why: String,
    /// The broker answered as only one without MQTT 5 does. Silence and a hang-up have other causes too.
    pub stated: bool,
}

/// Checks what can be known to be wrong before any connection (C23, D14, D15).
pub(super) fn check(target: &Target) -> Result<(), Fault> {
    let long = |text: Option<&str>| text.is_some_and(|text| text.len() > MAX_FIELD);
    let only_v4 = target.protocol == ProtocolChoice::Only(Protocol::V4);
    let will = target.will.as_ref().map(|will| &will.publication);
    let (cause, remedy) = if target.host.is_empty() {
        ("the host name is empty", "give a host name or address")
    } else if target.port == 0 && target.transport != Transport::Unix {
        ("port 0 cannot be connected to", "give a port from 1 to 65535; MQTT is usually on 1883")
    } else if target.client_id.len() > MAX_FIELD {
        (
            "the client id is longer than 65,535 bytes",
            "choose a shorter one; up to 23 letters and digits always work",
        )
    } else if only_v4 && needs_client_id(target) {
        ("an empty client id needs a clean session", "give a client id, or do not keep the session")
    } else if only_v4 && has_password_alone(target) {
        ("MQTT 3.1.1 does not allow a password without a user name", "give the user name too, or use MQTT 5")
    } else if long(target.user.as_deref()) || long(target.password.as_ref().map(Secret::expose)) {
        ("user name and password hold at most 65,535 bytes each", "check that the right text was given")
    } else if will.is_some_and(|will| check_topic(&will.topic).is_err()) {
        ("the topic of the last will is not valid", "give a topic without + and #, of 1 to 65,535 bytes")
    } else if will.is_some_and(|will| will.payload.len() > MAX_FIELD) {
        ("the payload of the last will holds at most 65,535 bytes", "choose a shorter one")
    } else if target.max_packet.is_some_and(|limit| limit < Target::LEAST_PACKET) {
        (
            "the largest packet to accept is below 16 bytes",
            "give a limit that lets CONNACK and SUBACK through",
        )
    } else {
        return Ok(());
    };
    Err(Fault::BadTarget(cause, remedy))
}

/// MQTT 3.1.1 has no password without a user name (3.1.2.9).
fn has_password_alone(target: &Target) -> bool {
    target.password.as_ref().is_some_and(|password| !password.is_empty())
        && target.user.as_ref().is_none_or(String::is_empty)
}

/// MQTT 3.1.1 keeps no session for a nameless client (3.1.3.1).
fn needs_client_id(target: &Target) -> bool {
    target.client_id.is_empty() && !target.clean_session
}

/// The versions to speak, in order; `worked` did before.
pub(super) fn versions(target: &Target, worked: Option<Protocol>) -> &'static [Protocol] {
    match (target.protocol, worked) {
        (ProtocolChoice::Only(Protocol::V4), _) | (ProtocolChoice::Auto, Some(Protocol::V4)) => {
            &[Protocol::V4]
        }
        (ProtocolChoice::Only(Protocol::V5), _) | (ProtocolChoice::Auto, Some(Protocol::V5)) => {
            &[Protocol::V5]
        }
        // What the target asks for is beyond 3.1.1.
        (ProtocolChoice::Auto, None) if needs_client_id(target) || has_password_alone(target) => {
            &[Protocol::V5]
        }
        (ProtocolChoice::Auto, None) => &[Protocol::V5, Protocol::V4],
    }
}

/// Connects to `target`, speaking the first of `versions` that the broker knows. Tells each step to `watcher`. Cancel-safe.
///
/// `unanswered` counts the attempts so far that ended in a hang-up on CONNECT. A server that goes on so is spared what the
/// first of them found out: whether the port speaks TLS is asked once, and every second attempt is left at one connection.
pub(super) async fn establish(
    target: &Target,
    versions: &[Protocol],
    timing: &Timing,
    clock: &Clock,
    watcher: &dyn Watcher,
    unanswered: u32,
) -> Result<Connected, Fault> {
    let deadline = Instant::now() + timing.connect;
    let thorough = unanswered.is_multiple_of(2);
    match negotiate(target, versions, timing, clock, watcher, thorough, deadline).await {
        Err(Fault::ClosedBeforeConnack)
            if unanswered == 0
                && target.transport == Transport::Tcp
                && transport::speaks_tls(target, timing, deadline).await =>
        {
            Err(TlsFault::PortSpeaksTls.into())
        }
        result => result,
    }
}

async fn negotiate(
    target: &Target,
    versions: &[Protocol],
    timing: &Timing,
    clock: &Clock,
    watcher: &dyn Watcher,
    thorough: bool,
    deadline: Instant,
) -> Result<Connected, Fault> {
    let attempt = |protocol, last| Attempt { target, timing, clock, watcher, protocol, last, deadline };
    let (first, second) = match versions {
        [first, second, ..] => (*first, Some(*second)),
        [only] => (*only, None),
        [] => {
            return Err(Fault::BadTarget("there is no protocol version to speak", "choose MQTT 5 or 3.1.1"));
        }
    };
    let first = attempt(first, second.is_none());
    // Only what comes after CONNECT may be an answer to it.
    let opened = first.open().await?;
    let fault = match first.speak(opened).await {
        Ok(connected) => return Ok(connected),
        Err(fault) if fault.is_unanswered() && !thorough => return Err(fault),
        Err(fault) => fault,
    };
    let (Some(second), Some(why)) = (second, reason_to_fall_back(&fault, timing)) else { return Err(fault) };
    let second = attempt(second, true);
    let mut connected = second.speak(second.open().await?).await?;
    connected.fell_back = Some(FellBack { why, stated: !fault.is_unanswered() && fault != Fault::NoConnack });
    Ok(connected)
}

/// Why the answer to MQTT 5 calls for another version; `None` when it does not.
fn reason_to_fall_back(fault: &Fault, timing: &Timing) -> Option<String> {
    match fault {
        Fault::Connack(_, stated) if matches!(stated.code, 0x01 | 0x84) => {
            Some(format!("the broker does not accept MQTT 5 (CONNACK {:#04x})", stated.code))
        }
        Fault::AnsweredAsV4 => Some("the broker answered MQTT 5 as 3.1.1 does".into()),
        fault if fault.is_unanswered() => {
            Some("the broker closed the connection without answering CONNECT of MQTT 5".into())
        }
        Fault::NoConnack => Some(format!(
            "the broker gave no answer to CONNECT of MQTT 5 within {} s",
            timing.fall_back.as_secs_f32()
        )),
        _ => None,
    }
}

/// One try with one version.
struct Attempt<'a> {
    target: &'a Target,
    timing: &'a Timing,
    clock: &'a Clock,
    watcher: &'a dyn Watcher,
    protocol: Protocol,
    /// No other version comes after it.
    last: bool,
    deadline: Instant,
}

impl Attempt<'_> {
    async fn open(&self) -> Result<Opened, Fault> {
        transport::open(self.target, self.timing, self.deadline, self.watcher).await
    }

    /// Sends CONNECT and waits for its answer.
    async fn speak(&self, opened: Opened) -> Result<Connected, Fault> {
        self.watcher.begins(format!("waiting for CONNACK ({})", self.protocol));
        let until =
            if self.last { self.deadline } else { self.deadline.min(Instant::now() + self.timing.fall_back) };
        let mut wire = Wire::new(opened.stream, self.protocol, self.target.max_packet);
        wire.connect(self.target).map_err(|_| {
            Fault::BadTarget("client id, login and last will do not fit into CONNECT", "choose shorter ones")
        })?;
        let facts = opened.facts;
        let answer = match timeout_at(until, self.answer(&mut wire, &facts)).await {
            Ok(answer) => answer,
            Err(_) => Err(match wire.peek() {
                [] => {
                    // Should the broker get to this CONNECT after all, it is not to publish the last will over it.
                    wire.leave(self.timing.leave).await;
                    return Err(Fault::NoConnack);
                }
                first => foreign(first).unwrap_or(Fault::NotMqtt(None)),
            }),
        };
        let connack = answer?;
        if let Some(maximum) = connack.limits.maximum_packet {
            wire.limit_packets(maximum);
        }
        Ok(Connected { wire, connack, facts, fell_back: None })
    }

    /// Waits for CONNACK, and for nothing else.
    async fn answer(&self, wire: &mut Wire, facts: &Facts) -> Result<ConnAck, Fault> {
        loop {
            if let [first, ..] = *wire.peek()
                && first != CONNACK
            {
                return Err(stranger(wire).await);
            }
            if let Some(Incoming::ConnAck(connack)) = wire.take(self.clock.now())? {
                return self.judge(*connack);
            }
            if let Err(lost) = wire.turn(true).await {
                return Err(before_connack(&lost, facts));
            }
        }
    }

    fn judge(&self, connack: ConnAck) -> Result<ConnAck, Fault> {
        let stated = connack.stated();
        match (self.protocol, connack.bare, connack.code) {
            (Protocol::V5, true, 0) => Err(Fault::AnsweredAsV4),
            (Protocol::V4, _, 0) | (Protocol::V5, false, 0) => Ok(connack),
            // A 3.1.1 broker that says no means the codes of 3.1.1; 1 is about the version that was asked for.
            (Protocol::V5, true, 2..=5) => Err(Fault::Connack(Protocol::V4, stated)),
            (protocol, _, _) => Err(Fault::Connack(protocol, stated)),
        }
    }
}

/// The first byte of CONNACK.
const CONNACK: u8 = 0x20;
/// Bytes by which a stranger is known.
const ENOUGH: usize = 16;
/// Time it gets for them.
const STRANGER_SPEAKS: std::time::Duration = std::time::Duration::from_millis(200);

/// Something else than a broker answered: what it is, by its first bytes (C06).
async fn stranger(wire: &mut Wire) -> Fault {
    let until = Instant::now() + STRANGER_SPEAKS;
    while wire.peek().len() < ENOUGH && matches!(timeout_at(until, wire.turn(true)).await, Ok(Ok(_))) {}
    foreign(wire.peek()).unwrap_or(Fault::NotMqtt(None))
}

/// The stream ended before CONNACK.
fn before_connack(lost: &Lost, facts: &Facts) -> Fault {
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
    match lost {
        Lost::Closed => facts.late_fault(None).unwrap_or(Fault::ClosedBeforeConnack),
        Lost::Broken(error) => facts.late_fault(Some(error)).unwrap_or_else(|| match error.kind() {
            ConnectionReset | BrokenPipe => Fault::ClosedBeforeConnack,
            _ => Fault::from(lost),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Publication, QoS, Will};
    use crate::mqtt::tests::target;

    fn cause(change: impl Fn(&mut Target)) -> Option<&'static str> {
        let mut target = target(1883);
        change(&mut target);
        check(&target).err().map(|fault| match fault {
            Fault::BadTarget(cause, _) => cause,
            other => panic!("{other:?}"),
        })
    }

    fn will(topic: &str, bytes: usize) -> Will {
        let publication = Publication {
            topic: topic.into(),
            payload: vec![0; bytes].into(),
            qos: QoS::AtMostOnce,
            retain: false,
            properties: None,
        };
        Will { publication, delay: 0 }
    }

    #[test]
    fn c23_d14_d15_targets_that_cannot_work_are_refused_before_connecting() {
        assert_eq!(cause(|_| ()), None);
        assert_eq!(cause(|t| t.keep_alive = 0), None);
        assert_eq!(cause(|t| t.keep_alive = 65_535), None);
        assert_eq!(cause(|t| t.user = Some("bob".into())), None);
        assert_eq!(cause(|t| t.will = Some(will("a", 65_535))), None);
        assert!(cause(|t| t.user = Some("x".repeat(65_536))).is_some());
        assert!(cause(|t| t.client_id = "x".repeat(65_536)).is_some());
        assert!(cause(|t| t.port = 0).is_some());
        assert!(cause(|t| t.will = Some(will("a/#", 0))).is_some());
        assert!(cause(|t| t.will = Some(will("a", 65_536))).is_some());
        assert!(cause(|t| t.max_packet = Some(15)).is_some());
    }

    #[test]
    fn d14_what_only_mqtt_5_allows_is_refused_with_3_1_1_and_not_tried_with_it() {
        for change in [(|t: &mut Target| t.password = Some("x".into())) as fn(&mut Target), |t| {
            t.client_id.clear();
            t.clean_session = false;
        }] {
            assert!(cause(change).is_some());
            let with = |protocol| {
                let mut target = target(1883);
                change(&mut target);
                target.protocol = protocol;
                target
            };
            for choice in [ProtocolChoice::Auto, ProtocolChoice::Only(Protocol::V5)] {
                assert_eq!(check(&with(choice)), Ok(()));
                assert_eq!(versions(&with(choice), None), [Protocol::V5]);
            }
        }
    }

    #[test]
    fn c13_mqtt_5_comes_first_and_what_worked_is_remembered() {
        let target = |protocol| Target { protocol, ..target(1883) };
        let auto = target(ProtocolChoice::Auto);
        assert_eq!(versions(&auto, None), [Protocol::V5, Protocol::V4]);
        assert_eq!(versions(&auto, Some(Protocol::V4)), [Protocol::V4]);
        assert_eq!(versions(&auto, Some(Protocol::V5)), [Protocol::V5]);
        for pinned in [Protocol::V4, Protocol::V5] {
            assert_eq!(versions(&target(ProtocolChoice::Only(pinned)), None), [pinned]);
        }
    }
}
