//! The doctor's lines about the way to the broker: what was found at each step, or why it failed.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::model::{CertificateFacts, DoctorLine, Target, TlsFacts, Transport, Verdict};
use crate::mqtt::explain::{Advice, Fault, TcpFault, TransportFault};
use crate::mqtt::transport::{Facts, Passed};

/// A certificate that ends sooner than this is worth a word, in days.
const SOON: i64 = 21;
const SECONDS_A_DAY: i64 = 86_400;
/// Names of a certificate, and addresses, that a line lists.
const LISTED: usize = 4;

/// The steps of the way to `target`, in order.
pub(super) fn steps(target: &Target) -> Vec<&'static str> {
    let mut steps = match target.transport {
        Transport::Unix => vec!["socket"],
        _ => vec!["DNS", "TCP"],
    };
    if target.proxy.is_some() && target.transport != Transport::Unix {
        steps.push("proxy");
    }
    if target.transport.is_tls() {
        steps.push("TLS");
    }
    if target.transport.is_websocket() {
        steps.push("WebSocket");
    }
    steps
}

/// The line of a step that is done. `now` is in seconds since 1970.
pub(super) fn passed(step: Passed, facts: &Facts, target: &Target, now: i64) -> DoctorLine {
    match step {
        Passed::Resolve => resolved(facts, target),
        Passed::Connect if target.transport == Transport::Unix => {
            line("socket", format!("connected to {}", facts.peer), Some(facts.tcp_took))
        }
        Passed::Connect => line("TCP", format!("connected to {}", facts.peer), Some(facts.tcp_took)),
        Passed::Proxy => line("proxy", format!("it connected to {}", target.address()), facts.proxy_took),
        Passed::Tls => {
            let (verdict, found, advice) = tls(facts.tls.as_ref(), now);
            DoctorLine { verdict, advice, ..line("TLS", found, facts.tls_took) }
        }
        Passed::WebSocket => {
            let path = target.websocket.path.split('?').next().unwrap_or_default();
            line("WebSocket", format!("open at {path}, subprotocol mqtt"), facts.websocket_took)
        }
    }
}

/// The line of the step that failed with `fault`.
pub(super) fn failed(fault: &Fault, advice: Advice, target: &Target) -> DoctorLine {
    let step = match fault {
        Fault::Transport(TransportFault::Tcp(TcpFault::Resolve { .. } | TcpFault::ResolveTimeout { .. })) => {
            "DNS"
        }
        Fault::Transport(TransportFault::Tcp(_)) => "TCP",
        Fault::Transport(TransportFault::Proxy(_)) => "proxy",
        Fault::Transport(TransportFault::Socket(_)) => "socket",
        Fault::Transport(TransportFault::Tls(_)) if target.transport.is_tls() => "TLS",
        Fault::Transport(TransportFault::WebSocket(_)) => "WebSocket",
        _ => "CONNACK",
    };
    let trouble = advice.trouble;
    DoctorLine { verdict: Verdict::Bad, advice: Some(trouble.remedy), ..line(step, trouble.cause, None) }
}

/// A good line without advice.
pub(super) fn line(step: &'static str, found: String, took: Option<std::time::Duration>) -> DoctorLine {
    DoctorLine { step, verdict: Verdict::Good, found, advice: None, took }
}

fn resolved(facts: &Facts, target: &Target) -> DoctorLine {
    let host = target.proxy.as_ref().map_or(&target.host, |proxy| &proxy.host);
    if facts.dns.is_empty() {
        return line("DNS", format!("{host} is an address: nothing to resolve"), None);
    }
    let listed: Vec<String> = facts.dns.iter().take(LISTED).map(IpAddr::to_string).collect();
    let more = more(facts.dns.len());
    let whose = if target.proxy.is_some() { " (the proxy)" } else { "" };
    line("DNS", format!("{host}{whose} is {}{more}", listed.join(", ")), facts.dns_took)
}

fn more(count: usize) -> String {
    if count > LISTED { format!(" and {} more", count - LISTED) } else { String::new() }
}

fn tls(facts: Option<&TlsFacts>, now: i64) -> (Verdict, String, Option<String>) {
    let nothing = (Verdict::Doubtful, "nothing is known of the handshake".into(), None);
    let Some(facts) = facts else { return nothing };
    let mut parts = vec![facts.version.clone(), facts.cipher.clone()];
    parts.extend(facts.alpn.as_ref().map(|protocol| format!("ALPN {protocol}")));
    let mut verdict = (Verdict::Good, None);
    if let Some(own) = facts.chain.first() {
        let (words, days) = certificate(own, now);
        parts.push(words);
        parts.push(format!("issued by {}", chain(&facts.chain)));
        if days < SOON {
            verdict = (Verdict::Doubtful, Some("renew the certificate at the broker in time".to_owned()));
        }
    }
    if !facts.verified {
        parts.push("not verified".into());
        verdict = (
            Verdict::Doubtful,
            Some(
                "anybody can read and change this connection: use --cafile FILE instead of --insecure".into(),
            ),
        );
    }
    (verdict.0, parts.join(", "), verdict.1)
}

/// Names and end of a certificate, and the days that are left.
fn certificate(own: &CertificateFacts, now: i64) -> (String, i64) {
    let listed: Vec<&str> = own.names.iter().take(LISTED).map(String::as_str).collect();
    let names =
        if listed.is_empty() { own.subject.clone() } else { listed.join(", ") + &more(own.names.len()) };
    let days = (own.not_after - now).div_euclid(SECONDS_A_DAY);
    let date = Timestamp::from_second(own.not_after)
        .map_or_else(|_| "an unknown date".to_owned(), |time| time.strftime("%Y-%m-%d").to_string());
    let expires = match days {
        ..0 => format!("expired on {date}"),
        0 => format!("expires today, {date}"),
        1 => format!("expires tomorrow, {date}"),
        days => format!("expires on {date}, in {days} days"),
    };
    (format!("certificate for {names}, {expires}"), days)
}

/// The issuers up the chain.
fn chain(chain: &[CertificateFacts]) -> String {
    let issuers: Vec<&str> =
        chain.iter().take(LISTED).map(|certificate| certificate.issuer.as_str()).collect();
    let mut issuers: Vec<&str> = issuers;
    issuers.dedup();
    issuers.join(" ← ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// 2026-01-01.
    const NOW: i64 = 1_767_225_600;

    fn facts(days: i64, verified: bool) -> Facts {
        let own = CertificateFacts {
            subject: "CN=broker.lan".into(),
            issuer: "CN=Inter CA".into(),
            names: vec!["broker.lan".into()],
            not_before: 0,
            not_after: NOW + days * SECONDS_A_DAY,
        };
        let inter = CertificateFacts { issuer: "CN=Root CA".into(), ..CertificateFacts::default() };
        let tls = TlsFacts {
            version: "TLS 1.3".into(),
            cipher: "TLS13_AES_256_GCM_SHA384".into(),
            alpn: Some("mqtt".into()),
            verified,
            chain: vec![own, inter],
        };
        let tls_took = Some(Duration::from_millis(12));
        Facts { tls: Some(tls), tls_took, peer: "10.0.0.7:8883".into(), ..Facts::default() }
    }

    fn target(transport: Transport) -> Target {
        Target { transport, ..Target::new("broker.lan", 8883, "tester") }
    }

    #[test]
    fn the_tls_line_says_version_chain_names_days_and_alpn() {
        let line = passed(Passed::Tls, &facts(90, true), &target(Transport::Tls), NOW);
        assert_eq!(
            line.found,
            "TLS 1.3, TLS13_AES_256_GCM_SHA384, ALPN mqtt, certificate for broker.lan, \
             expires on 2026-04-01, in 90 days, issued by CN=Inter CA ← CN=Root CA"
        );
        assert_eq!((line.verdict, line.advice), (Verdict::Good, None));
    }

    #[test]
    fn a_certificate_that_ends_soon_or_is_not_verified_deserves_attention() {
        for (days, verified, words) in
            [(20, true, "in 20 days"), (0, true, "today"), (90, false, "not verified")]
        {
            let line = passed(Passed::Tls, &facts(days, verified), &target(Transport::Tls), NOW);
            assert_eq!(line.verdict, Verdict::Doubtful, "{line:?}");
            assert!(line.found.contains(words) && line.advice.is_some(), "{line:?}");
        }
    }

    #[test]
    fn the_steps_are_those_of_the_transport() {
        assert_eq!(steps(&target(Transport::Tcp)), ["DNS", "TCP"]);
        assert_eq!(steps(&target(Transport::SecureWebSocket)), ["DNS", "TCP", "TLS", "WebSocket"]);
        assert_eq!(steps(&target(Transport::Unix)), ["socket"]);
    }

    #[test]
    fn an_address_needs_no_resolving_and_many_addresses_are_counted() {
        let alone = passed(Passed::Resolve, &Facts::default(), &target(Transport::Tcp), NOW);
        assert_eq!(alone.found, "broker.lan is an address: nothing to resolve");
        let dns = (1..=6).map(|n| IpAddr::from([10, 0, 0, n])).collect();
        let many = Facts { dns, dns_took: Some(Duration::from_millis(3)), ..Facts::default() };
        let many = passed(Passed::Resolve, &many, &target(Transport::Tcp), NOW);
        assert_eq!(many.found, "broker.lan is 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4 and 2 more");
    }
}
