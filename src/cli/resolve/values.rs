//! The values one by one: TLS, way, session, will, subscriptions, safety.

use std::path::PathBuf;

use bytes::Bytes;

use super::place::Place;
use super::trace::Trace;
use super::{Request, Sources};
use crate::cli::args::{SessionArgs, TargetArgs, parse_protocol};
use crate::cli::environment::Environment;
use crate::config::{Chosen, Profile, Source, environment_proxy, proxy_url};
use crate::model::{
    ProtocolChoice, Proxy, Publication, QoS, Subscription, Target, TopicFilter, Transport, Will,
};

/// Certificates and names; nothing where nothing is encrypted.
pub(super) fn tls(
    profile: &mut Profile,
    flags: &TargetArgs,
    environment: &Environment,
    trace: &mut Trace<'_>,
) -> Result<(), String> {
    const TABLE: &str = "tls";
    if !profile.target.transport.is_tls() {
        return Ok(());
    }
    let (flags, tls) = (&flags.tls, &mut profile.target.tls);
    let file = |flag, given: &Option<PathBuf>| Chosen::flag(flag, given.clone().map(Some));
    let variable = |name| environment.chosen(name, |text| Ok(Some(PathBuf::from(text))));
    let path = |otherwise: &'static str| {
        move |path: &Option<PathBuf>| {
            path.as_deref().map_or_else(|| otherwise.to_owned(), |path| path.display().to_string())
        }
    };
    let given = [file("--cafile", &flags.cafile), variable("MQTT_TUI_CAFILE")?];
    trace.settle_part(("CA file", TABLE), &mut tls.ca_file, &None, given, path("(the system's)"));
    let (cert, key) = (variable("MQTT_TUI_CERT")?, variable("MQTT_TUI_KEY")?);
    if cert.is_some() != key.is_some() {
        return Err("MQTT_TUI_CERT and MQTT_TUI_KEY go together: set both or none".into());
    }
    let given = [file("--cert", &flags.cert), cert];
    trace.settle_part(("certificate", TABLE), &mut tls.cert_file, &None, given, path("(none)"));
    let given = [file("--key", &flags.key), key];
    trace.settle_part(("key", TABLE), &mut tls.key_file, &None, given, path("(none)"));
    let given = [Chosen::flag("--tls-alpn", some(&flags.tls_alpn))];
    trace.settle_part(("ALPN", TABLE), &mut tls.alpn, &Vec::new(), given, |names| list(names));
    let given = [Chosen::flag("--server-name", flags.server_name.clone().map(Some))];
    trace.settle_part(("server name", TABLE), &mut tls.server_name, &None, given, |name| {
        name.clone().unwrap_or_else(|| "(the host)".into())
    });
    let given = [Chosen::flag("--insecure", flags.insecure.then_some(true))];
    trace.settle_part(("insecure", TABLE), &mut tls.insecure, &false, given, |insecure| {
        if *insecure { "YES: certificates are not verified" } else { "no" }.to_owned()
    });
    let given = [Chosen::flag("--tls-keylog", flags.tls_keylog.then_some(true))];
    trace.settle_part(("key log", TABLE), &mut tls.key_log, &false, given, yes);
    Ok(())
}

/// Proxy and headers.
pub(super) fn way(
    profile: &mut Profile,
    flags: &TargetArgs,
    sources: Sources<'_>,
    trace: &mut Trace<'_>,
) -> Result<(), String> {
    let target = &mut profile.target;
    if target.transport != Transport::Unix {
        let exported = sources.environment.chosen("MQTT_TUI_PROXY", |text| proxy_url(text).map(Some))?;
        let given = [Chosen::flag("--proxy", flags.way.proxy.clone().map(Some)), exported];
        let set = sources.settings.proxy.clone().map(|chosen| chosen.map(Some));
        // What is wrong with a variable that has no say is no fault.
        let has_say = set.is_none() && given.iter().all(Option::is_none);
        let read = || environment_proxy(target, |name| sources.environment.proxy(name));
        let usual = if has_say { read()? } else { None };
        let usual = usual
            .map(|proxy| Chosen { value: Some(proxy), from: Source::Variable("HTTPS_PROXY and the like") });
        let weaker = set.or(usual);
        trace.settle(("proxy", "proxy"), &mut target.proxy, given, weaker, |proxy| {
            proxy.as_ref().map_or_else(none, |Proxy { host, port, .. }| format!("{host}:{port}"))
        });
    }
    if target.transport.is_websocket() {
        let given = [Chosen::flag("--ws-header", some(&flags.way.ws_header))];
        let headers = &mut target.websocket.headers;
        trace.settle(("WebSocket headers", "websocket"), headers, given, None, |headers| {
            list(headers.iter().map(|(name, _)| format!("{name}: ***")))
        });
    }
    Ok(())
}

/// What CONNECT says.
pub(super) fn session(
    profile: &mut Profile,
    flags: &TargetArgs,
    sources: Sources<'_>,
    trace: &mut Trace<'_>,
) -> Result<(), String> {
    let (flags, environment, settings) = (&flags.session, sources.environment, sources.settings);
    let exported = environment.chosen("MQTT_TUI_PROTOCOL", parse_protocol)?;
    let given = Chosen::flag("--protocol-version", flags.protocol_version).or(exported);
    if given.is_some() {
        // Who says what to try means it to be tried.
        profile.remembered = None;
    }
    let (target, remembered) = (&mut profile.target, profile.remembered);
    let weaker = settings.protocol.clone();
    trace.settle(("protocol", "protocol"), &mut target.protocol, [given], weaker, |choice| {
        match (choice, remembered) {
            (ProtocolChoice::Only(protocol), _) => protocol.to_string(),
            (ProtocolChoice::Auto, Some(protocol)) => format!("auto: {protocol}, as remembered"),
            (ProtocolChoice::Auto, None) => "auto: MQTT 5, else 3.1.1".into(),
        }
    });
    let exported = environment.chosen("MQTT_TUI_ID", |text| Ok(text.to_owned()))?;
    let given = [Chosen::flag("--id", flags.client_id.clone()), exported];
    trace.settle(("client id", "client_id"), &mut target.client_id, given, None, |id| match id.as_str() {
        "" => "(random)".into(),
        id => id.to_owned(),
    });
    let given = [Chosen::flag("--keepalive", flags.keepalive)];
    let weaker = settings.keep_alive.clone();
    trace.settle(
        ("keep alive", "keep_alive"),
        &mut target.keep_alive,
        given,
        weaker,
        |seconds| match seconds {
            0 => "off".into(),
            seconds => format!("{seconds} s"),
        },
    );
    kept_session(profile, flags, trace);
    let given = [Chosen::flag("--max-packet-size", flags.max_packet_size.map(Some))];
    let weaker = settings.max_packet.clone().map(|chosen| chosen.map(Some));
    trace.settle(("largest packet", "max_packet"), &mut profile.target.max_packet, given, weaker, |bytes| {
        bytes.map_or_else(|| "what MQTT allows".into(), |bytes| format!("{bytes} bytes"))
    });
    Ok(())
}

fn kept_session(profile: &mut Profile, flags: &SessionArgs, trace: &mut Trace<'_>) {
    const TABLE: &str = "session";
    let target = &mut profile.target;
    let given = [Chosen::flag("--disable-clean-session", flags.keep_session.then_some(false))];
    let show = |clean: &bool| yes(&!*clean);
    trace.settle_part(("session is kept", TABLE), &mut target.clean_session, &true, given, show);
    let given = [Chosen::flag("--session-expiry-interval", flags.session_expiry_interval.map(Some))];
    let mut expiry = target.session_expiry;
    trace.settle_part(("session expiry", TABLE), &mut expiry, &None, given, |expiry| {
        match (Target { session_expiry: *expiry, ..target.clone() }).effective_expiry() {
            None => "at the end of the connection".into(),
            Some(u32::MAX) => "never".into(),
            Some(seconds) => format!("{seconds} s"),
        }
    });
    target.session_expiry = expiry;
}

/// The last will: the flags make a whole new one.
pub(super) fn will(profile: &mut Profile, flags: &TargetArgs, trace: &mut Trace<'_>) {
    let flags = &flags.will;
    let given = flags.topic.clone().map(|topic| {
        let payload = flags.payload.as_deref().unwrap_or_default();
        let publication = Publication {
            topic,
            // On Unix the very bytes of the argument.
            payload: Bytes::copy_from_slice(payload.as_encoded_bytes()),
            qos: flags.qos.and_then(QoS::from_level).unwrap_or_default(),
            retain: flags.retain,
            properties: None,
        };
        Some(Will { publication, delay: 0 })
    });
    let slot = &mut profile.target.will;
    trace.settle(("last will", "will"), slot, [Chosen::flag("--will-topic", given)], None, |will| {
        will.as_ref().map_or_else(none, |will| {
            let Publication { topic, payload, qos, retain, .. } = &will.publication;
            let retain = if *retain { ", retained" } else { "" };
            format!("{topic}, {} bytes, QoS {}{retain}", payload.len(), qos.level())
        })
    });
}

/// Filters with their options. Filters on the command line take the place of those of the profile; options go to all.
pub(super) fn subscriptions(
    profile: &mut Profile,
    request: &Request<'_>,
    place: &Place,
    sources: Sources<'_>,
    trace: &mut Trace<'_>,
) {
    let flags = &request.flags.subscriptions;
    let filters = &mut profile.target.filters;
    let all = [
        ("FILTER", request.filters),
        ("--url", place.topic.as_slice()),
        ("--topic", flags.topics.as_slice()),
    ];
    let named = all.iter().find(|(_, named)| !named.is_empty()).map(|(flag, _)| {
        let named = all.iter().flat_map(|(_, named)| *named);
        let value = named.map(|filter| Subscription::new(filter.clone(), QoS::default())).collect();
        Chosen { value, from: Source::Flag(flag) }
    });
    let own = Chosen::file(filters.clone(), trace.in_profile("filters"));
    let chosen: Chosen<Vec<Subscription>> = Chosen::first([named, own], filters.clone());
    *filters = chosen.value;
    for wanted in filters.iter_mut() {
        wanted.qos = flags.qos.and_then(QoS::from_level).unwrap_or(wanted.qos);
        wanted.no_local |= flags.no_local;
        wanted.retain_as_published |= flags.retain_as_published;
        wanted.retain_handling = flags.retain_handling().unwrap_or(wanted.retain_handling);
    }
    trace.note("filters", list(filters.iter().map(subscription)), chosen.from);
    let given = [Chosen::flag("--filter-out", some(&flags.filter_out))];
    trace.settle(("left out", "exclude"), &mut profile.excluded, given, None, |filters| {
        list(filters.iter().map(TopicFilter::as_str))
    });
    let given = [Chosen::flag("--no-sys", flags.no_sys.then_some(false))];
    let weaker = sources.settings.sys.clone();
    trace.settle(("$SYS/# too", "sys"), &mut profile.target.sys, given, weaker, yes);
}

/// What may be done on the connection.
pub(super) fn safety(profile: &mut Profile, flags: &TargetArgs, trace: &mut Trace<'_>) {
    let given = [Chosen::flag("--safety", flags.safety())];
    trace.settle(("safety", "safety"), &mut profile.safety, given, None, |safety| safety.name().to_owned());
}

fn subscription(wanted: &Subscription) -> String {
    match wanted.qos {
        QoS::AtMostOnce => wanted.filter.as_str().to_owned(),
        qos => format!("{} (QoS {})", wanted.filter.as_str(), qos.level()),
    }
}

/// What a flag that may be given more than once says, if it was given.
fn some<T: Clone>(given: &[T]) -> Option<Vec<T>> {
    (!given.is_empty()).then(|| given.to_vec())
}

fn list(items: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut text = String::new();
    for item in items {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(item.as_ref());
    }
    if text.is_empty() { none() } else { text }
}

fn none() -> String {
    "(none)".into()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it shows what a slot holds")]
fn yes(value: &bool) -> String {
    if *value { "yes" } else { "no" }.to_owned()
}
