//! What TLS handshake and CONNACK said of a connection, as lines of the broker screen.

use super::broker::Line;
use super::ink::Ink;
use crate::model::{CertificateFacts, LinkState, Moment, ServerLimits, TlsFacts};
use crate::payload::format;

const DAY: i64 = 24 * 3600;

/// What is known of a link that is connected.
pub(super) fn lines(link: &LinkState, ink: &Ink<'_>) -> Vec<Line> {
    let LinkState::Connected { since, protocol, welcome, session_present } = link else {
        return Vec::new();
    };
    let mut lines = vec![fact("protocol", protocol.to_string())];
    if let Some(reason) = &welcome.fell_back {
        lines.push(fact("why not MQTT 5", ink.clean(reason).into_owned()));
    }
    lines.push(fact("connected since", ink.date(*since)));
    if !welcome.peer.is_empty() {
        lines.push(fact("peer", ink.clean(&welcome.peer).into_owned()));
    }
    lines.push(fact("session", if *session_present { "kept by the broker" } else { "new" }.to_owned()));
    if let Some(tls) = &welcome.tls {
        secured(tls, ink, &mut lines);
    }
    limits(&welcome.limits, ink, &mut lines);
    lines
}

fn fact(label: &str, value: String) -> Line {
    Line::Fact(label.to_owned(), value)
}

fn secured(tls: &TlsFacts, ink: &Ink<'_>, lines: &mut Vec<Line>) {
    lines.push(Line::Blank);
    lines.push(Line::Heading("TLS"));
    lines.push(fact("version", ink.clean(&tls.version).into_owned()));
    lines.push(fact("cipher", ink.clean(&tls.cipher).into_owned()));
    if let Some(protocol) = &tls.alpn {
        lines.push(fact("ALPN", ink.clean(protocol).into_owned()));
    }
    let verified = if tls.verified { "verified" } else { "NOT VERIFIED: insecure" };
    lines.push(fact("certificate", verified.to_owned()));
    let Some(own) = tls.chain.first() else { return };
    lines.push(fact("names", ink.clean(&own.names.join(", ")).into_owned()));
    lines.push(fact("subject", ink.clean(&own.subject).into_owned()));
    lines.push(fact("issuer", ink.clean(&own.issuer).into_owned()));
    lines.push(fact("valid until", validity(own, ink)));
}

/// `2026-12-24 14:03:20, 34 days`.
fn validity(certificate: &CertificateFacts, ink: &Ink<'_>) -> String {
    let end = Moment { mono_us: 0, wall_ms: certificate.not_after.saturating_mul(1000) };
    let left = certificate.not_after.saturating_sub(ink.now.wall_ms / 1000);
    let days = left.unsigned_abs() / DAY.unsigned_abs();
    let unit = if days == 1 { "day" } else { "days" };
    let count = format::grouped(days);
    let words = if left < 0 { format!("expired {count} {unit} ago") } else { format!("{count} {unit} left") };
    format!("{}, {words}", ink.date(end))
}

fn limits(limits: &ServerLimits, ink: &Ink<'_>, lines: &mut Vec<Line>) {
    let available = |there: bool| if there { "available" } else { "not available" }.to_owned();
    let number = |value: u64| format::grouped(value);
    let clean = |text: &String| ink.clean(text).into_owned();
    let said = [
        ("maximum QoS", limits.maximum_qos.map(|qos| qos.to_string())),
        ("retained messages", limits.retain_available.map(available)),
        ("maximum packet", limits.maximum_packet.map(|bytes| format!("{} B", number(bytes.into())))),
        ("receive maximum", limits.receive_maximum.map(|count| number(count.into()))),
        ("topic aliases", limits.topic_alias_maximum.map(|count| number(count.into()))),
        ("keep alive", limits.keep_alive.map(|seconds| format!("{seconds} s, as the broker wants"))),
        ("session expiry", limits.session_expiry.map(expiry)),
        ("client id given", limits.assigned_client_id.as_ref().map(clean)),
        ("wildcards", limits.wildcards_available.map(available)),
        ("subscription ids", limits.subscription_ids_available.map(available)),
        ("shared subscriptions", limits.shared_available.map(available)),
        ("response information", limits.response_information.as_ref().map(clean)),
        ("other server", limits.server_reference.as_ref().map(clean)),
        ("reason", limits.reason.as_ref().map(clean)),
    ];
    let user = limits.user_properties.iter().map(|(name, value)| fact(&clean(name), clean(value)));
    let said: Vec<Line> =
        said.into_iter().filter_map(|(label, value)| Some(fact(label, value?))).chain(user).collect();
    if !said.is_empty() {
        lines.push(Line::Blank);
        lines.push(Line::Heading("As CONNACK said"));
        lines.extend(said);
    }
}

fn expiry(seconds: u32) -> String {
    match seconds {
        0 => "with the connection".to_owned(),
        u32::MAX => "never".to_owned(),
        _ => format::lasting(std::time::Duration::from_secs(seconds.into())),
    }
}
