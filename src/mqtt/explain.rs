//! Every way a connection can fail, and for each the cause and the remedy in words, and whether trying again makes sense.
//! One table: the task looks a fault up here and nowhere else.

mod certificate;
mod login;
mod reasons;
mod tls;
mod transport;
mod websocket;

use std::time::Duration;

pub(in crate::mqtt) use certificate::{CertificateFault, CertificateProblem};
pub(in crate::mqtt) use reasons::Stated;
pub(in crate::mqtt) use tls::TlsFault;
pub(in crate::mqtt) use transport::{ProxyFault, SocketFault, TcpFault, TransportFault};
pub(in crate::mqtt) use websocket::WebSocketFault;

use crate::model::{Protocol, Target, Transport, Trouble, TroubleKind};

/// What ended a connection or kept it from coming about. Free of the MQTT library's types.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// The way to the broker did not come about.
    Transport(TransportFault),
    /// The way was open, then nothing came.
    NoConnack,
    /// The first thing that came was not a CONNACK; what it looks like, if known.
    NotMqtt(Option<String>),
    /// A web server answered CONNECT; its first line.
    WebServer(String),
    /// CONNECT of MQTT 5 was accepted with a CONNACK of 3.1.1.
    AnsweredAsV4,
    /// The server closed the connection instead of sending CONNACK.
    ClosedBeforeConnack,
    /// CONNACK of this version with a code other than 0.
    Connack(Protocol, Stated),
    /// DISCONNECT from the broker, which only MQTT 5 has.
    Disconnected(Stated),
    /// The broker closed the connection.
    Closed,
    /// The connection broke; the system's words.
    Broken(String),
    /// Nothing came for `span`, although the keep alive asked for an answer.
    Silent { span: Duration, keep_alive: Duration },
    /// After a sleep of this machine or program the broker did not answer.
    Asleep,
    /// The broker stopped reading what we send.
    Stalled,
    /// The broker broke the protocol: packet kind if known, and what was wrong.
    Malformed(Option<&'static str>, String),
    /// A packet that is no PUBLISH, of this many bytes, above our limit.
    TooLarge(Option<&'static str>, usize),
    /// An acknowledgement of this kind for a packet id that waits for none.
    Unsolicited(&'static str, u16),
    /// Another client with the same id came twice in a short time, or seems to have.
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
    /// The peer ended the connection without a word.
    pub(super) fn is_hang_up(&self) -> bool {
        matches!(self, Self::Closed | Self::Broken(_))
    }

    /// The peer hung up on CONNECT without a word. One that asked for a certificate there was none of may have minded that, or
    /// CONNECT like any other.
    pub(super) fn is_unanswered(&self) -> bool {
        matches!(
            self,
            Self::ClosedBeforeConnack
                | Self::Transport(TransportFault::Tls(TlsFault::ClientCertificateWanted { said: false }))
        )
    }

    /// A malformed packet the same connection would bring again at once.
    pub(super) fn is_protocol_error(&self) -> bool {
        matches!(self, Self::Malformed(..) | Self::TooLarge(..) | Self::Unsolicited(..))
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
        Fault::NoConnack => (
            true,
            format!("{at}: server accepted TCP but did not speak MQTT (no CONNACK in time)"),
            "is this the MQTT port? A TLS or WebSocket port waits silently like this, and so does a hung broker".into(),
        ),
        // Another kind of server is not going to be a broker in a second.
        Fault::NotMqtt(Some(saw)) => (
            false,
            format!("{at} is not an MQTT broker: it answered CONNECT with {saw}"),
            format!("check the port: {}", transport::usual_port(target)),
        ),
        Fault::WebServer(line) => (
            false,
            format!("{at} is not an MQTT broker: it answered CONNECT with '{line}', as a web server does"),
            format!("{}check the port: {}", web_scheme(target.transport), transport::usual_port(target)),
        ),
        Fault::NotMqtt(None) => (
            true,
            format!("{at}: server accepted TCP but did not speak MQTT (its answer is no CONNACK)"),
            "is this the MQTT port? TLS, WebSocket and web servers answer like this".into(),
        ),
        Fault::AnsweredAsV4 => (
            false,
            format!("{at} answered MQTT 5 as MQTT 3.1.1 does"),
            "choose MQTT 3.1.1 for this connection".into(),
        ),
        Fault::ClosedBeforeConnack => (
            true,
            format!("{at} closed the connection without answering CONNECT"),
            "the port may want TLS, or the broker refuses this client or this protocol version without a word".into(),
        ),
        Fault::Connack(Protocol::V4, stated) => connack_v4(stated.code, target),
        Fault::Connack(Protocol::V5, stated) => connack_v5(stated, target),
        Fault::Disconnected(stated) => disconnected(stated, target, times),
        Fault::Closed => (
            true,
            format!("{at} closed the connection"),
            "the broker's log tells why".into(),
        ),
        Fault::Broken(words) => (
            true,
            format!("the connection to {at} broke: {words}"),
            "the broker or the network went away".into(),
        ),
        Fault::Silent { span, keep_alive } => (
            true,
            format!("nothing from {at} for {} s although the keep alive is {} s", span.as_secs(), keep_alive.as_secs()),
            "the broker hangs or the network is gone".into(),
        ),
        Fault::Asleep => (
            true,
            format!("{at} did not answer after a sleep of this machine or program"),
            "the connection did not survive it".into(),
        ),
        Fault::Stalled => (
            true,
            format!("{at} stopped taking what was sent"),
            "the broker hangs or the network is gone".into(),
        ),
        Fault::Malformed(kind, what) => (
            true,
            format!("{at} broke the MQTT protocol: {}{what}{}", packet(*kind), repeated(times)),
            "this is a fault of the broker or of a proxy in between; a narrower filter may avoid the packet".into(),
        ),
        Fault::TooLarge(kind, bytes) => (
            true,
            format!("{at} sent a packet of {bytes} bytes, which exceeds the packet limit: {}{}", kind.unwrap_or("unknown"), repeated(times)),
            "raise --max-packet-size for this connection".into(),
        ),
        Fault::Unsolicited(kind, id) => (
            true,
            format!("{at} acknowledged packet {id}, which waits for nothing ({kind}){}", repeated(times)),
            "this is a fault of the broker or of a proxy in between".into(),
        ),
        Fault::TakenOver => (
            false,
            format!("another client uses id '{}': {at} ended the connection twice in a row", target.client_id),
            "choose another client id (a random one never collides)".into(),
        ),
        Fault::BadTarget(cause, remedy) => (false, (*cause).into(), (*remedy).into()),
    };
    let kind = match fault {
        Fault::Connack(Protocol::V4, Stated { code: 4 | 5, .. })
        | Fault::Connack(Protocol::V5, Stated { code: 0x86 | 0x87 | 0x8C, .. }) => TroubleKind::Login,
        Fault::TakenOver => TroubleKind::TakenOver,
        _ => TroubleKind::Other,
    };
    let refused = match fault {
        Fault::Connack(_, stated) => Some(stated.code),
        _ => None,
    };
    Advice { trouble: Trouble { cause, remedy, kind, refused }, retry }
}

/// CONNACK return codes of MQTT 3.1.1, table 3.1. Only 3 may pass by itself.
fn connack_v4(code: u8, target: &Target) -> (bool, String, String) {
    let at = target.address();
    let (retry, cause, remedy) = match code {
        1 => (
            false,
            format!("{at} does not accept MQTT 3.1.1 (CONNACK 1)"),
            "choose MQTT 5 (-V 5) or auto, which tries both".to_owned(),
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
            "the broker is up but not ready".into(),
        ),
        4 | 5 => {
            (false, format!("{at}: bad user/password or not allowed (CONNACK {code})"), login::remedy(target))
        }
        _ => (
            false,
            format!("{at} refused the connection with CONNACK {code}, which MQTT 3.1.1 does not define"),
            "ask the broker's documentation what this number means".into(),
        ),
    };
    (retry, cause, remedy)
}

/// CONNACK of MQTT 5 (3.2.2.2). What passes by itself is tried again; a refused login never is (C12, C13).
fn connack_v5(stated: &Stated, target: &Target) -> (bool, String, String) {
    let at = target.address();
    let code = stated.code;
    let retry = matches!(code, 0x88 | 0x89 | 0x8B | 0x97 | 0x9F);
    let cause = match code {
        // 1 is what a 3.1.1 broker says, in its own form of CONNACK.
        0x01 | 0x84 => {
            let cause = stated.with_text(format!("{at} does not accept MQTT 5 (CONNACK {code:#04x})"));
            return (false, cause, "choose MQTT 3.1.1 (-V 311) or auto, which tries both".into());
        }
        0x85 => format!("{at} rejected the client id '{}' (CONNACK 0x85)", target.client_id),
        0x86 | 0x87 | 0x8C => {
            let name = reasons::reason(code).map_or("", |row| row.name);
            let cause = format!("{at}: bad user/password or not allowed (CONNACK {code:#04x}, {name})");
            // Nothing was published or subscribed to yet: no topic is at fault.
            let remedy = if code == 0x8C { remedy(stated) } else { login::remedy(target) };
            return (false, stated.with_text(cause), remedy);
        }
        _ if reasons::reason(code).is_none() => {
            format!("{at} refused the connection with CONNACK {code:#04x}, which MQTT 5 does not define")
        }
        _ => return (retry, format!("{at} refused the connection: {}", stated.words()), remedy(stated)),
    };
    (retry, stated.with_text(cause), remedy(stated))
}

/// DISCONNECT of MQTT 5 (3.14.2.1).
fn disconnected(stated: &Stated, target: &Target, times: u32) -> (bool, String, String) {
    let cause = format!("{} ended the connection: {}{}", target.address(), stated.words(), repeated(times));
    (!is_elsewhere(stated.code), cause, remedy(stated))
}

/// Use another server, or server moved: here is nothing more to be had (C14).
fn is_elsewhere(code: u8) -> bool {
    matches!(code, 0x9C | 0x9D)
}

fn remedy(stated: &Stated) -> String {
    match &stated.server {
        Some(server) if is_elsewhere(stated.code) => format!("connect to {server} instead"),
        _ => reasons::advice(stated.code).to_owned(),
    }
}

/// What a web server may be asked for instead of plain MQTT.
fn web_scheme(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "try ws:// if it carries MQTT over WebSocket, or ",
        Transport::Tls => "try wss:// if it carries MQTT over WebSocket, or ",
        _ => "",
    }
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

    fn connack(protocol: Protocol, code: u8) -> Advice {
        advice(&Fault::Connack(protocol, Stated::code(code)))
    }

    #[test]
    fn c05_c06_a_server_that_does_not_speak_mqtt_is_described() {
        assert!(advice(&Fault::NoConnack).trouble.cause.contains("accepted TCP but did not speak MQTT"));
        assert!(advice(&Fault::NotMqtt(Some("'SSH'".into()))).trouble.cause.contains("not an MQTT broker"));
    }

    #[test]
    fn c06_another_kind_of_server_is_not_tried_again_and_a_web_server_may_speak_websocket() {
        let web = Fault::WebServer("HTTP/1.1 400 Bad Request".into());
        for (transport, scheme) in [(Transport::Tcp, "ws://"), (Transport::Tls, "wss://")] {
            let target = Target { transport, ..target(1883) };
            let advice = explain(&web, &target, 1);
            assert!(
                !advice.retry && advice.trouble.remedy.starts_with(&format!("try {scheme} ")),
                "{advice:?}"
            );
        }
        assert!(!advice(&Fault::NotMqtt(Some("'SSH-2.0-x', as an SSH server does".into()))).retry);
        assert!(advice(&Fault::NotMqtt(None)).retry, "noise may pass");
    }

    #[test]
    fn c13_the_version_that_was_refused_is_named_and_the_other_one_offered() {
        for (protocol, code, cause, remedy) in [
            (Protocol::V5, 0x84, "does not accept MQTT 5 (", "-V 311"),
            (Protocol::V5, 1, "does not accept MQTT 5 (CONNACK 0x01)", "-V 311"),
            (Protocol::V4, 1, "does not accept MQTT 3.1.1", "-V 5"),
        ] {
            let Advice { trouble, retry } = connack(protocol, code);
            assert!(
                !retry && trouble.cause.contains(cause) && trouble.remedy.contains(remedy),
                "{trouble:?}"
            );
            assert!(trouble.remedy.contains("auto, which tries both"), "{trouble:?}");
        }
    }

    #[test]
    fn c12_a_refused_login_says_what_was_not_sent_and_blames_no_topic() {
        for (protocol, code) in [(Protocol::V4, 5), (Protocol::V5, 0x86), (Protocol::V5, 0x87)] {
            for (user, password, words) in [
                (None, None, "no user name and no password were sent"),
                (Some("bob"), None, "no password was sent"),
                (None, Some("x"), "no user name was sent"),
                (Some("bob"), Some("x"), "check user and password"),
            ] {
                let user = user.map(str::to_owned);
                let target = Target { user, password: password.map(Into::into), ..target(1883) };
                let fault = Fault::Connack(protocol, Stated::code(code));
                let remedy = explain(&fault, &target, 1).trouble.remedy;
                assert!(remedy.contains(words) && remedy.contains("allows this client"), "{remedy}");
                assert!(!remedy.contains("topic"), "{remedy}");
            }
        }
    }

    #[test]
    fn no_remedy_promises_another_attempt_which_a_single_look_never_makes() {
        let faults =
            [Fault::Closed, Fault::Asleep, Fault::Stalled, Fault::TakenOver, Fault::Broken("x".into())];
        let refusals = (0..=0xA2).flat_map(|code| {
            [Protocol::V4, Protocol::V5].map(|protocol| Fault::Connack(protocol, Stated::code(code)))
        });
        for fault in faults.into_iter().chain(refusals) {
            let remedy = advice(&fault).trouble.remedy;
            assert!(!remedy.contains("trying again") && !remedy.contains("then reconnect"), "{remedy}");
        }
    }

    #[test]
    fn c12_c13_of_the_return_codes_only_3_is_retried_and_unknown_numbers_are_shown() {
        for (code, retry, words) in [
            (1, false, "does not accept MQTT 3.1.1"),
            (2, false, "rejected the client id 'tester'"),
            (3, true, "unavailable"),
            (4, false, "bad user/password or not allowed"),
            (5, false, "bad user/password or not allowed"),
            (77, false, "CONNACK 77"),
        ] {
            let advice = connack(Protocol::V4, code);
            assert_eq!(advice.retry, retry, "{code}");
            assert!(advice.trouble.cause.contains(words), "{advice:?}");
            assert_eq!(advice.trouble.kind == TroubleKind::Login, matches!(code, 4 | 5));
        }
    }

    #[test]
    fn c12_c13_c14_of_the_reason_codes_only_those_that_pass_are_retried() {
        for (code, retry, words) in [
            (0x80, false, "Unspecified error (0x80)"),
            (0x84, false, "does not accept MQTT 5"),
            (0x85, false, "rejected the client id 'tester'"),
            (0x86, false, "bad user/password or not allowed (CONNACK 0x86, Bad user name or password)"),
            (0x87, false, "bad user/password or not allowed (CONNACK 0x87, Not authorized)"),
            (0x88, true, "Server unavailable (0x88)"),
            (0x89, true, "Server busy (0x89)"),
            (0x8A, false, "Banned (0x8a)"),
            (0x8C, false, "Bad authentication method"),
            (0x9C, false, "Use another server (0x9c)"),
            (0x9F, true, "Connection rate exceeded (0x9f)"),
            (0xEE, false, "CONNACK 0xee"),
        ] {
            let advice = connack(Protocol::V5, code);
            assert_eq!(advice.retry, retry, "{code:#x}");
            assert!(advice.trouble.cause.contains(words), "{advice:?}");
            assert!(!advice.trouble.remedy.is_empty());
            assert_eq!(advice.trouble.kind == TroubleKind::Login, matches!(code, 0x86 | 0x87 | 0x8C));
        }
    }

    #[test]
    fn c14_a_broker_that_moved_says_where_to_and_is_not_tried_again() {
        let moved = Stated { code: 0x9D, text: Some("bye".into()), server: Some("new.lan:1883".into()) };
        for fault in [Fault::Connack(Protocol::V5, moved.clone()), Fault::Disconnected(moved)] {
            let advice = advice(&fault);
            assert!(!advice.retry);
            assert!(advice.trouble.cause.ends_with("Server moved (0x9d): bye"), "{advice:?}");
            assert_eq!(advice.trouble.remedy, "connect to new.lan:1883 instead");
        }
        let down = advice(&Fault::Disconnected(Stated::code(0x8B)));
        assert!(down.retry && down.trouble.cause.contains("Server shutting down (0x8b)"));
    }

    #[test]
    fn d10_no_explanation_holds_the_password() {
        let mut target = target(1883);
        target.user = Some("bob".into());
        target.password = Some("hunter2".into());
        let refused = |protocol, code| Fault::Connack(protocol, Stated::code(code));
        for fault in [refused(Protocol::V4, 5), refused(Protocol::V5, 0x86), Fault::Closed, Fault::TakenOver]
        {
            assert!(!format!("{:?}", explain(&fault, &target, 1)).contains("hunter2"));
        }
    }
}
