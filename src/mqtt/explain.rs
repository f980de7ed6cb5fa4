//! Every way a connection can fail, and for each the cause and the remedy in words, and whether trying again makes sense.
//! One table: the task looks a fault up here and nowhere else.

mod certificate;
mod tls;
mod transport;
mod websocket;

use std::time::Duration;

pub(in crate::mqtt) use certificate::{CertificateFault, CertificateProblem};
pub(in crate::mqtt) use tls::TlsFault;
pub(in crate::mqtt) use transport::{ProxyFault, SocketFault, TcpFault, TransportFault};
pub(in crate::mqtt) use websocket::WebSocketFault;

use crate::model::{Target, Trouble, TroubleKind};

/// What ended a connection or kept it from coming about. Free of the MQTT library's types.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// The way to the broker did not come about.
    Transport(TransportFault),
    /// The name could not be resolved; the resolver's words.
    Resolve(String),
    /// The resolver gave no answer in time.
    ResolveTimeout,
    /// The port refused the TCP connection.
    Refused,
    /// The TCP connection failed otherwise; the system's words.
    Unreachable(String),
    /// No answer to the TCP connection.
    ConnectTimeout,
    /// TCP was accepted, then nothing; what the server said on its own, if anything.
    NoConnack(Option<String>),
    /// The first thing that came was not a CONNACK; what it looks like, if known.
    NotMqtt(Option<String>),
    /// The server closed the connection instead of sending CONNACK.
    ClosedBeforeConnack,
    /// CONNACK with a return code other than 0 (MQTT 3.1.1, 3.2.2.3).
    Connack(u8),
    /// The broker closed the connection.
    Closed,
    /// The connection broke; the system's words.
    Broken(String),
    /// Nothing came for this long, although the keep alive asked for an answer. The live link fills in how long.
    Silent(Duration),
    /// The broker stopped reading what we send.
    Stalled,
    /// The broker broke the protocol: packet kind if known, and what was wrong.
    Malformed(Option<&'static str>, String),
    /// A topic that is not UTF-8: the client cannot skip it with MQTT 3.1.1.
    TopicNotUtf8,
    /// A packet of this many bytes, above our limit.
    TooLarge(usize),
    /// An acknowledgement for a packet id that waits for none.
    Unsolicited(u16),
    /// Closed twice in a short time with nothing to explain it.
    TakenOver,
    /// The target cannot be used as it is; what is wrong, and what to do.
    BadTarget(&'static str, &'static str),
}

impl<F: Into<TransportFault>> From<F> for Fault {
    fn from(fault: F) -> Self {
        Self::Transport(fault.into())
    }
}

impl Fault {
    /// The broker itself answered: another address of the same host would answer the same.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self, Self::Connack(_))
    }

    /// How much the fault tells about the host, to choose among those of several addresses.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::ConnectTimeout => 0,
            Self::Unreachable(_) => 1,
            Self::Refused => 2,
            _ => 3,
        }
    }

    /// The peer ended the connection without a word.
    pub(super) fn is_hang_up(&self) -> bool {
        matches!(self, Self::Closed | Self::Broken(_))
    }

    /// A malformed packet the same connection would bring again at once.
    pub(super) fn is_protocol_error(&self) -> bool {
        matches!(self, Self::Malformed(..) | Self::TopicNotUtf8 | Self::TooLarge(_) | Self::Unsolicited(_))
    }
}

/// What to tell the user, and whether to try again without being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Advice {
    pub trouble: Trouble,
    pub retry: bool,
}

/// Looks up `fault`. `times` counts how often the very same fault came in a row, 1 for the first.
#[allow(clippy::too_many_lines, reason = "one flat table, a row a fault, is easier to check than several")]
pub(super) fn explain(fault: &Fault, target: &Target, times: u32) -> Advice {
    let at = target.address();
    let (retry, cause, remedy): (bool, String, String) = match fault {
        Fault::Transport(fault) => fault.explain(target),
        Fault::Resolve(words) => (
            true,
            format!("cannot find host {}: {words}", target.host),
            "check the spelling of the host name, and the DNS server or network of this machine".into(),
        ),
        Fault::ResolveTimeout => (
            true,
            format!("no answer to the DNS query for {}", target.host),
            "check the network and DNS server of this machine, or use an IP address".into(),
        ),
        Fault::Refused => (
            true,
            format!("Connection refused by {at}"),
            "is a broker listening there? Check host and port (1883 is usual without TLS)".into(),
        ),
        Fault::Unreachable(words) => (
            true,
            format!("cannot reach {at}: {words}"),
            "check host, network, VPN and firewall".into(),
        ),
        Fault::ConnectTimeout => (
            true,
            format!("no answer from {at}: the TCP connection timed out"),
            "check host and port; a firewall may be dropping the packets".into(),
        ),
        Fault::NoConnack(None) => (
            true,
            format!("{at}: server accepted TCP but did not speak MQTT (no CONNACK in time)"),
            "is this the MQTT port? A TLS or WebSocket port waits silently like this, and so does a hung broker".into(),
        ),
        Fault::NoConnack(Some(greeting)) => (
            true,
            format!("{at} is not an MQTT broker: it says '{greeting}'"),
            "check the port: MQTT is usually on 1883".into(),
        ),
        Fault::NotMqtt(Some(saw)) => (
            true,
            format!("{at} is not an MQTT broker: it answered CONNECT with {saw}"),
            "check the port: MQTT is usually on 1883".into(),
        ),
        Fault::NotMqtt(None) => (
            true,
            format!("{at}: server accepted TCP but did not speak MQTT (its answer is no CONNACK)"),
            "is this the MQTT port? TLS, WebSocket and web servers answer like this".into(),
        ),
        Fault::ClosedBeforeConnack => (
            true,
            format!("{at} closed the connection without answering CONNECT"),
            "the port may want TLS, or the broker refuses this client or this protocol version without a word".into(),
        ),
        Fault::Connack(code) => connack(*code, target),
        Fault::Closed => (
            true,
            format!("{at} closed the connection"),
            "the broker's log tells why; trying again".into(),
        ),
        Fault::Broken(words) => (
            true,
            format!("the connection to {at} broke: {words}"),
            "the broker or the network went away; trying again".into(),
        ),
        Fault::Silent(span) => (
            true,
            format!("nothing from {at} for {} s although the keep alive is {} s", span.as_secs(), target.keep_alive),
            "the broker hangs or the network is gone; trying again".into(),
        ),
        Fault::Stalled => (
            true,
            format!("{at} stopped taking what was sent"),
            "the broker hangs or the network is gone; trying again".into(),
        ),
        Fault::Malformed(kind, what) => (
            true,
            format!("{at} broke the MQTT protocol: {}{what}{}", packet(*kind), repeated(times)),
            "this is a fault of the broker or of a proxy in between; a narrower filter may avoid the packet".into(),
        ),
        Fault::TopicNotUtf8 => (
            true,
            format!("{at} sent a message whose topic is not UTF-8{}", repeated(times)),
            "MQTT 3.1.1 leaves no way to skip it: narrow the filter, or delete that retained message at the broker".into(),
        ),
        Fault::TooLarge(bytes) => (
            times < 2,
            format!("message of {bytes} bytes on this subscription exceeds the packet limit"),
            "narrow the filter so that this message is not delivered".into(),
        ),
        Fault::Unsolicited(id) => (
            true,
            format!("{at} acknowledged packet {id}, which waits for nothing{}", repeated(times)),
            "with a kept session, QoS 2 subscriptions can end up here: use QoS 0 or 1, or a clean session".into(),
        ),
        Fault::TakenOver => (
            false,
            format!("another client uses id '{}': {at} closed the connection twice in a row", target.client_id),
            "choose another client id (a random one never collides), then reconnect".into(),
        ),
        Fault::BadTarget(cause, remedy) => (false, (*cause).into(), (*remedy).into()),
    };
    let kind = match fault {
        Fault::Connack(4 | 5) => TroubleKind::Login,
        Fault::TakenOver => TroubleKind::TakenOver,
        _ => TroubleKind::Other,
    };
    Advice { trouble: Trouble { cause, remedy, kind }, retry }
}

/// CONNACK return codes of MQTT 3.1.1, table 3.1. Only 3 may pass by itself.
fn connack(code: u8, target: &Target) -> (bool, String, String) {
    let at = target.address();
    let (retry, cause, remedy) = match code {
        1 => (
            false,
            format!("{at} does not accept MQTT 3.1.1 (CONNACK 1)"),
            "this broker speaks another protocol version".to_owned(),
        ),
        2 => (
            false,
            format!("{at} rejected the client id '{}' (CONNACK 2)", target.client_id),
            "choose another client id; some brokers accept only letters and digits, or at most 23 of them"
                .into(),
        ),
        3 => (
            true,
            format!("{at} is unavailable at present (CONNACK 3)"),
            "the broker is up but not ready; trying again".into(),
        ),
        4 | 5 => (
            false,
            format!("{at}: bad user/password or not allowed (CONNACK {code})"),
            "check user and password, and whether the broker allows this client; then reconnect".into(),
        ),
        _ => (
            false,
            format!("{at} refused the connection with CONNACK {code}, which MQTT 3.1.1 does not define"),
            "ask the broker's documentation what this number means".into(),
        ),
    };
    (retry, cause, remedy)
}

fn packet(kind: Option<&'static str>) -> String {
    kind.map(|kind| format!("{kind}: ")).unwrap_or_default()
}

fn repeated(times: u32) -> String {
    if times > 1 { format!(" ({times} times in a row)") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::tests::target;

    fn advice(fault: &Fault) -> Advice {
        explain(fault, &target(1883), 1)
    }

    #[test]
    fn c01_c02_c03_c05_connecting_faults_each_have_their_own_words_and_are_retried() {
        for (fault, words) in [
            (Fault::Refused, "Connection refused by 127.0.0.1:1883"),
            (Fault::Resolve("no such host".into()), "cannot find host 127.0.0.1: no such host"),
            (Fault::ConnectTimeout, "the TCP connection timed out"),
            (Fault::NoConnack(None), "server accepted TCP but did not speak MQTT"),
        ] {
            let advice = advice(&fault);
            assert!(advice.trouble.cause.contains(words), "{advice:?}");
            assert!(advice.retry, "{advice:?}");
        }
        assert!(advice(&Fault::Refused).trouble.remedy.starts_with("is a broker listening there?"));
    }

    #[test]
    fn c06_what_another_server_says_is_quoted() {
        assert!(
            advice(&Fault::NoConnack(Some("SSH-2.0-OpenSSH_9".into())))
                .trouble
                .cause
                .contains("SSH-2.0-OpenSSH_9")
        );
        assert!(advice(&Fault::NotMqtt(Some("HTTP".into()))).trouble.cause.contains("not an MQTT broker"));
    }

    #[test]
    fn c12_c13_only_connack_3_is_retried_and_unknown_numbers_are_shown() {
        for (code, retry, words) in [
            (1, false, "does not accept MQTT 3.1.1"),
            (2, false, "rejected the client id 'tester'"),
            (3, true, "unavailable"),
            (4, false, "bad user/password or not allowed"),
            (5, false, "bad user/password or not allowed"),
            (77, false, "CONNACK 77"),
        ] {
            let advice = advice(&Fault::Connack(code));
            assert_eq!(advice.retry, retry, "{code}");
            assert!(advice.trouble.cause.contains(words), "{advice:?}");
        }
    }

    #[test]
    fn b07_an_oversize_message_stops_the_session_the_second_time() {
        let (first, second) = (
            explain(&Fault::TooLarge(9_000), &target(1883), 1),
            explain(&Fault::TooLarge(9_000), &target(1883), 2),
        );
        assert!(first.retry && !second.retry);
        assert!(second.trouble.cause.contains("9000 bytes"));
        assert!(second.trouble.remedy.contains("narrow the filter"));
    }

    #[test]
    fn d10_no_explanation_holds_the_password() {
        let mut target = target(1883);
        target.user = Some("bob".into());
        target.password = Some("hunter2".into());
        for fault in [Fault::Connack(5), Fault::Closed, Fault::TakenOver, Fault::NoConnack(None)] {
            assert!(!format!("{:?}", explain(&fault, &target, 1)).contains("hunter2"));
        }
    }
}
