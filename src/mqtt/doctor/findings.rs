//! The doctor's lines about what a broker said: CONNACK and its limits, SUBACKs, retained messages, the round trip.

use std::time::Duration;

use super::dialogue::{Seen, SubAck, Trip};
use super::way::line;
use crate::model::{DoctorLine, Protocol, QoS, ServerLimits, Target, TopicFilter, Transport, Verdict};
use crate::mqtt::connect::Connected;
use crate::mqtt::explain::{Fault, explain};

/// The line of a CONNACK with success.
pub(super) fn connack(connected: &Connected, target: &Target, took: Duration) -> DoctorLine {
    let mut parts = vec![connected.wire.protocol().to_string()];
    parts.extend(connected.fell_back.as_ref().map(|why| format!("since {why}")));
    parts.extend(limits(&connected.connack.limits));
    let said = line("CONNACK", parts.join(", "), Some(took));
    let peer_is_here = connected.facts.peer.starts_with("127.") || connected.facts.peer.starts_with("[::1]");
    let is_open = matches!(target.transport, Transport::Tcp | Transport::WebSocket) && !peer_is_here;
    if is_open && target.password.is_some() {
        let advice = "the password went over the network as plain text: use mqtts:// or wss://";
        return DoctorLine { verdict: Verdict::Doubtful, advice: Some(advice.into()), ..said };
    }
    said
}

/// What a broker allows, as far as it is not everything.
fn limits(limits: &ServerLimits) -> Vec<String> {
    let no = |available: Option<bool>, what: &str| (available == Some(false)).then(|| format!("no {what}"));
    let qos = limits.maximum_qos.filter(|qos| *qos != QoS::ExactlyOnce);
    [
        qos.map(|qos| format!("QoS up to {}", qos as u8)),
        no(limits.retain_available, "retained messages"),
        no(limits.wildcards_available, "wildcards"),
        no(limits.shared_available, "shared subscriptions"),
        no(limits.subscription_ids_available, "subscription ids"),
        limits.maximum_packet.map(|bytes| format!("packets up to {bytes} bytes")),
        limits.receive_maximum.map(|count| format!("{count} publishes at a time")),
        limits.topic_alias_maximum.filter(|count| *count > 0).map(|count| format!("{count} topic aliases")),
        limits.keep_alive.map(|seconds| format!("keep alive {seconds} s")),
        limits.assigned_client_id.as_ref().map(|id| format!("client id {id}")),
        limits.reason.as_ref().map(|words| format!("it says: {words}")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether a SUBACK grants the subscription.
pub(super) fn is_granted(answer: &SubAck) -> bool {
    !answer.stated.is_failure()
}

/// The line of a subscription. Many brokers refuse `#` and `$SYS/#`, and can be used all the same.
pub(super) fn suback(
    step: &'static str,
    filter: &TopicFilter,
    answer: Result<Option<SubAck>, Fault>,
    target: &Target,
) -> DoctorLine {
    let refused = if step == "SUBACK" { Verdict::Bad } else { Verdict::Doubtful };
    let advice = match filter.as_str() {
        "#" => "this broker does not let everything be seen: subscribe to a narrower filter",
        TopicFilter::SYS => "the broker's own figures stay hidden; everything else works",
        _ => "check the filter and the rights of this user",
    };
    let line = line(step, String::new(), None);
    let doubtful =
        |found: String| DoctorLine { verdict: refused, found, advice: Some(advice.into()), ..line.clone() };
    match answer {
        Ok(Some(answer)) if is_granted(&answer) => {
            // The other steps name their filter themselves.
            let which = if step == "SUBACK" { format!("{filter} ") } else { String::new() };
            DoctorLine { found: format!("{which}granted with QoS {}", answer.stated.code), ..line }
        }
        Ok(Some(answer)) => {
            let words = match answer.protocol {
                Protocol::V5 => answer.stated.words(),
                Protocol::V4 => {
                    format!("{:#04x}, for a reason that MQTT 3.1.1 does not tell", answer.stated.code)
                }
            };
            doubtful(format!("{filter} refused: {words}"))
        }
        Ok(None) => doubtful(format!("no answer to the subscription of {filter}")),
        Err(fault) if fault.is_hang_up() => {
            doubtful(format!("the broker hung up on the subscription of {filter}"))
        }
        Err(fault) => {
            let trouble = explain(&fault, target, 1).trouble;
            DoctorLine { verdict: Verdict::Bad, found: trouble.cause, advice: Some(trouble.remedy), ..line }
        }
    }
}

/// The line of the retained messages.
pub(super) fn retained(seen: Seen) -> DoctorLine {
    let Seen { retained, retained_sys, others } = seen;
    let sys = if retained_sys > 0 { format!(" and {retained_sys} under $") } else { String::new() };
    let traffic = if others > 0 { format!("; {others} others came meanwhile") } else { String::new() };
    let messages = if retained == 1 { "message" } else { "messages" };
    let said = line("retained", format!("{retained} retained {messages}{sys}{traffic}"), None);
    if retained > 0 {
        return said;
    }
    let advice = "nothing is retained that can be seen: the tree stays empty until somebody publishes";
    DoctorLine { advice: Some(advice.into()), ..said }
}

/// The line of the round trip.
pub(super) fn round_trip(trip: Trip, target: &Target) -> DoctorLine {
    let bad = |found: String, advice: &str| DoctorLine {
        verdict: Verdict::Bad,
        advice: Some(advice.to_owned()),
        ..line("round trip", found, None)
    };
    match trip {
        Trip::Back(times) => {
            let milliseconds = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
            let (least, median) = (milliseconds(times.first()), milliseconds(times.get(times.len() / 2)));
            let found =
                format!("{} messages came back: at least {least:.1} ms, median {median:.1} ms", times.len());
            line("round trip", found, None)
        }
        Trip::Refused(packet, stated) => bad(
            format!("{packet} refused: {}", stated.words()),
            "this user may not publish to or read mqtt-tui/doctor/…: ask for the right, or go without",
        ),
        Trip::Missing => bad(
            "what was published did not come back".into(),
            "the broker's access rules may forbid to publish or to read mqtt-tui/doctor/…",
        ),
        Trip::Lost(fault) => {
            let trouble = explain(&fault, target, 1).trouble;
            bad(trouble.cause, &trouble.remedy)
        }
    }
}

/// The line of a step that was not tried because an earlier one failed.
pub(super) fn skipped(step: &'static str) -> DoctorLine {
    DoctorLine { verdict: Verdict::Skipped, ..line(step, "not tried".into(), None) }
}

/// The line of a round trip that was not allowed.
pub(super) fn not_allowed() -> DoctorLine {
    let advice =
        Some("mqtt-tui doctor --publish allows it: five small messages on a random topic".to_owned());
    DoctorLine {
        verdict: Verdict::Skipped,
        advice,
        ..line("round trip", "not allowed to publish".into(), None)
    }
}
