//! The values one by one: TLS, way, session, will, subscriptions, manners.

use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::place::Place;
use super::trace::Trace;
use super::{Request, Sources};
use crate::cli::args::{TargetArgs, parse_protocol, parse_proxy};
use crate::cli::environment::Environment;
use crate::config::{Chosen, Profile, Safety, Source};
use crate::model::{
    Protocol, ProtocolChoice, Proxy, Publication, QoS, Subscription, TopicFilter, Transport, Will,
};

/// Certificates and names; nothing where nothing is encrypted.
pub(super) fn tls(
    profile: &mut Profile,
    flags: &TargetArgs,
    environment: &Environment,
    trace: &mut Trace<'_>,
) -> Result<(), String> {
    if !profile.target.transport.is_tls() {
        return Ok(());
    }
    let (flags, tls) = (&flags.tls, &mut profile.target.tls);
    let file = |flag, given: &Option<PathBuf>| Chosen::flag(flag, given.clone().map(Some));
    let variable = |name| environment.chosen(name, |text| Ok(Some(PathBuf::from(text))));
    let shown = |path: &Option<PathBuf>| words(path.as_deref().map(Path::display));
    let choices = [file("--cafile", &flags.cafile), variable("MQTT_TUI_CAFILE")?];
    trace.settle(("CA file", "tls"), &mut tls.ca_file, choices, None, |path| {
        path.as_deref().map_or_else(|| "(the system's)".into(), |path| path.display().to_string())
    });
    // A certificate without its key is of no use: both come from the same place.
    let pair = [variable("MQTT_TUI_CERT")?, variable("MQTT_TUI_KEY")?];
    let [cert, key] = match pair {
        [Some(cert), Some(key)] => [Some(cert), Some(key)],
        [None, None] => [None, None],
        _ => return Err("MQTT_TUI_CERT and MQTT_TUI_KEY go together: set both or none".into()),
    };
    let choices = [file("--cert", &flags.cert), cert];
    trace.settle(("certificate", "tls"), &mut tls.cert_file, choices, None, shown);
    let choices = [file("--key", &flags.key), key];
    trace.settle(("key", "tls"), &mut tls.key_file, choices, None, shown);
    let given = (!flags.tls_alpn.is_empty()).then(|| flags.tls_alpn.clone());
    trace.settle(("ALPN", "tls"), &mut tls.alpn, [Chosen::flag("--tls-alpn", given)], None, |names| {
        words(Some(names.join(", ")).filter(|names| !names.is_empty()))
    });
    let given = Chosen::flag("--server-name", flags.server_name.clone().map(Some));
    trace.settle(("server name", "tls"), &mut tls.server_name, [given], None, |name| {
        name.clone().unwrap_or_else(|| "(the host)".into())
    });
    let verify = |insecure: &bool| if *insecure { "NO (--insecure)" } else { "yes" }.to_owned();
    let given = flags.insecure.then_some(true);
    let given = [Chosen::flag("--insecure", given)];
    trace.settle(("certificate is verified", "tls"), &mut tls.insecure, given, None, verify);
    let given = [Chosen::flag("--tls-keylog", flags.tls_keylog.then_some(true))];
    trace.settle(("session keys are logged", "tls"), &mut tls.key_log, given, None, yes);
    Ok(())
}

/// Proxy, path and headers.
pub(super) fn way(
    profile: &mut Profile,
    flags: &TargetArgs,
    sources: Sources<'_>,
    trace: &mut Trace<'_>,
) -> Result<(), String> {
    let target = &mut profile.target;
    if target.transport != Transport::Unix {
        let given = flags.way.proxy.clone().map(Some);
        let exported = sources.environment.chosen("MQTT_TUI_PROXY", |text| parse_proxy(text).map(Some))?;
        let choices = [Chosen::flag("--proxy", given), exported];
        let weaker = sources.settings.proxy.clone().map(|chosen| chosen.map(Some));
        trace.settle(("proxy", "proxy"), &mut target.proxy, choices, weaker, |proxy| {
            words(proxy.as_ref().map(|Proxy { host, port, .. }| format!("{host}:{port}")))
        });
    }
    if target.transport.is_websocket() {
        // A query may be a token.
        let path = target.websocket.path.split('?').next().unwrap_or_default().to_owned();
        trace.keep("WebSocket path", "url", path);
        let given = (!flags.way.ws_header.is_empty()).then(|| flags.way.ws_header.clone());
        let given = [Chosen::flag("--ws-header", given)];
        let headers = &mut target.websocket.headers;
        trace.settle(("WebSocket headers", "websocket"), headers, given, None, |headers| {
            let names: Vec<String> = headers.iter().map(|(name, _)| format!("{name}: ***")).collect();
            words(Some(names.join(", ")).filter(|names| !names.is_empty()))
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
    let (flags, environment, target) = (&flags.session, sources.environment, &mut profile.target);
    let choices = [
        Chosen::flag("--protocol-version", flags.protocol_version),
        environment.chosen("MQTT_TUI_PROTOCOL", parse_protocol)?,
    ];
    let weaker = sources.settings.protocol.clone();
    trace.settle(("protocol", "protocol"), &mut target.protocol, choices, weaker, |choice| match choice {
        ProtocolChoice::Auto => "auto: MQTT 5, else 3.1.1".into(),
        ProtocolChoice::Only(protocol) => protocol.to_string(),
    });
    let choices = [
        Chosen::flag("--id", flags.client_id.clone()),
        environment.chosen("MQTT_TUI_ID", |text| Ok(text.to_owned()))?,
    ];
    trace.settle(("client id", "client_id"), &mut target.client_id, choices, None, |id| match id.as_str() {
        "" => "(random)".into(),
        id => id.to_owned(),
    });
    let choices = [Chosen::flag("--keepalive", flags.keepalive)];
    let weaker = sources.settings.keep_alive.clone();
    trace.settle(("keep alive", "keep_alive"), &mut target.keep_alive, choices, weaker, |seconds| {
        if *seconds == 0 { "off".into() } else { format!("{seconds} s") }
    });
    const KEEP: &str = "--disable-clean-session";
    let choices = [Chosen::flag(KEEP, flags.keep_session.then_some(false))];
    let clean =
        trace.settle(("session is kept", "session"), &mut target.clean_session, choices, None, |clean| {
            yes(&!*clean)
        });
    // Without an expiry MQTT 5 ends the session with the connection (3.1.2.11.2), and -c would keep nothing.
    let for_ever = clean == Source::Flag(KEEP)
        && target.session_expiry.is_none()
        && target.protocol != ProtocolChoice::Only(Protocol::V4);
    let choices = [
        Chosen::flag("--session-expiry-interval", flags.session_expiry_interval.map(Some)),
        Chosen::flag(KEEP, for_ever.then_some(Some(u32::MAX))),
    ];
    trace.settle(("session expiry", "session"), &mut target.session_expiry, choices, None, |expiry| {
        match expiry {
            None => "at the end of the connection".into(),
            Some(u32::MAX) => "never".into(),
            Some(seconds) => format!("{seconds} s"),
        }
    });
    let choices = [Chosen::flag("--max-packet-size", flags.max_packet_size.map(Some))];
    let weaker = sources.settings.max_packet.clone().map(|chosen| chosen.map(Some));
    trace.settle(("largest packet", "max_packet"), &mut target.max_packet, choices, weaker, |bytes| {
        bytes.map_or_else(|| "what MQTT allows".into(), |bytes| format!("{bytes} bytes"))
    });
    Ok(())
}

/// The last will: the flags make a whole new one.
pub(super) fn will(profile: &mut Profile, flags: &TargetArgs, trace: &mut Trace<'_>) {
    let flags = &flags.will;
    let given = flags.will_topic.clone().map(|topic| {
        let payload = flags.will_payload.as_deref().unwrap_or_default();
        let publication = Publication {
            topic,
            // On Unix the very bytes of the argument.
            payload: Bytes::copy_from_slice(payload.as_encoded_bytes()),
            qos: flags.will_qos.and_then(QoS::from_level).unwrap_or_default(),
            retain: flags.will_retain,
            properties: None,
        };
        Some(Will { publication, delay: 0 })
    });
    let slot = &mut profile.target.will;
    trace.settle(("last will", "will"), slot, [Chosen::flag("--will-topic", given)], None, |will| {
        words(will.as_ref().map(|will| {
            let Publication { topic, payload, qos, retain, .. } = &will.publication;
            let retain = if *retain { ", retained" } else { "" };
            format!("{topic}, {} bytes, QoS {}{retain}", payload.len(), qos.level())
        }))
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
    let (flags, target) = (&request.flags.subscriptions, &mut profile.target);
    let named = [
        ("FILTER", request.filters.to_vec()),
        ("--url", place.topic.clone().into_iter().collect()),
        ("--topic", flags.topics.clone()),
    ];
    let first = named.iter().find(|(_, filters)| !filters.is_empty()).map(|(name, _)| *name);
    let given = first.map(|name| {
        let all = named.iter().flat_map(|(_, filters)| filters);
        let value = all.map(|filter| Subscription::new(filter.clone(), QoS::default())).collect::<Vec<_>>();
        Chosen { value, from: Source::Flag(name) }
    });
    let mut filters = target.filters.clone();
    if let Some(given) = &given {
        filters.clone_from(&given.value);
    }
    for wanted in &mut filters {
        wanted.qos = flags.qos.and_then(QoS::from_level).unwrap_or(wanted.qos);
        wanted.no_local |= flags.no_local;
        wanted.retain_as_published |= flags.retain_as_published;
        wanted.retain_handling = flags.retain_handling().unwrap_or(wanted.retain_handling);
    }
    target.filters = filters;
    let shown = words(
        Some(target.filters.iter().map(subscription_words).collect::<Vec<_>>().join(", "))
            .filter(|text| !text.is_empty()),
    );
    match given {
        Some(given) => trace.note("filters", shown, given.from),
        None => trace.keep("filters", "filters", shown),
    }
    let given = (!flags.filter_out.is_empty()).then(|| flags.filter_out.clone());
    let given = [Chosen::flag("--filter-out", given)];
    trace.settle(("left out", "exclude"), &mut profile.excluded, given, None, |filters| {
        words(
            Some(filters.iter().map(TopicFilter::as_str).collect::<Vec<_>>().join(", "))
                .filter(|text| !text.is_empty()),
        )
    });
    let given = [Chosen::flag("--no-sys", flags.no_sys.then_some(false))];
    let weaker = sources.settings.sys.clone();
    trace.settle(("$SYS/# too", "sys"), &mut target.sys, given, weaker, yes);
}

/// What may be done on the connection.
pub(super) fn manners(profile: &mut Profile, flags: &TargetArgs, trace: &mut Trace<'_>) {
    let given = [Chosen::flag("--safety", flags.safety())];
    trace.settle(("safety", "safety"), &mut profile.safety, given, None, |safety| {
        match safety {
            Safety::Normal => "normal",
            Safety::Confirm => "confirm",
            Safety::ReadOnly => "read-only",
        }
        .to_owned()
    });
}

fn subscription_words(wanted: &Subscription) -> String {
    let mut text = wanted.filter.as_str().to_owned();
    if wanted.qos != QoS::AtMostOnce {
        text.push_str(&format!(" (QoS {})", wanted.qos.level()));
    }
    text
}

fn words(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "(none)".into(), |value| value.to_string())
}

fn yes(value: &bool) -> String {
    if *value { "yes" } else { "no" }.to_owned()
}
