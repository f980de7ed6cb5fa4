//! Profiles of every kind: what is saved is what is read.

use std::collections::BTreeSet;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{BY_HAND, Place};
use crate::config::{PasswordSource, Profile, Safety, SavedFilter, check_name};
use crate::model::{
    DecoderRule, Decoding, Properties, Protocol, ProtocolChoice, Proxy, Publication, QoS, RetainHandling,
    Secret, Subscription, Target, TopicFilter, Transport, Will,
};

/// A profile with everything set. Each of its secrets is `hidden`.
pub(super) fn full() -> Profile {
    let mut target = Target::new("broker.lan", 8084, "me");
    target.transport = Transport::SecureWebSocket;
    target.websocket.headers = vec![("X-Token".into(), "hidden".into())];
    target.tls.ca_file = Some("/ca".into());
    target.tls.cert_file = Some("/cert".into());
    target.tls.key_file = Some("/key".into());
    target.tls.alpn = vec!["mqtt".into()];
    target.tls.server_name = Some("name".into());
    target.tls.insecure = true;
    target.tls.key_log = true;
    let proxy =
        Proxy { host: "proxy".into(), port: 1, user: Some("u".into()), password: Some("hidden".into()) };
    target.proxy = Some(proxy);
    target.user = Some("alice".into());
    target.keep_alive = 5;
    target.clean_session = false;
    target.session_expiry = Some(1);
    target.protocol = ProtocolChoice::Only(Protocol::V5);
    let properties = Properties {
        payload_format: Some(1),
        message_expiry: Some(1),
        content_type: Some("x".into()),
        response_topic: Some("x".into()),
        correlation_data: Some(Bytes::from_static(b"x")),
        subscription_ids: Vec::new(),
        user_properties: vec![("a".into(), "b".into())],
    };
    let publication = Publication {
        topic: "gone".into(),
        payload: Bytes::from_static(b"x"),
        qos: QoS::AtLeastOnce,
        retain: true,
        properties: Some(Box::new(properties)),
    };
    target.will = Some(Will { publication, delay: 1 });
    target.max_packet = Some(Target::LEAST_PACKET);
    target.filters = Profile::everything();
    target.sys = false;
    let mut profile = Profile::new("full", target);
    profile.group = Some("g".into());
    profile.colour = Some("red".into());
    profile.notes = Some("n".into());
    profile.safety = Safety::Confirm;
    profile.public = true;
    profile.excluded = vec![TopicFilter::parse("a").expect("filter")];
    profile.muted = vec![TopicFilter::parse("b").expect("filter")];
    profile.saved_filters = vec![SavedFilter { name: "f".into(), text: "a".into() }];
    profile.pins = vec!["p".into(), "p#/battery".into()];
    profile.quiet = vec!["q".into()];
    profile.browsed = vec![TopicFilter::parse("c/#").expect("filter")];
    let decoding = Decoding::parse("gzip>cbor").expect("decoding");
    profile.decoders = vec![DecoderRule { filter: TopicFilter::parse("c").expect("filter"), decoding }];
    profile.password = PasswordSource::Saved("hidden".into());
    profile.remembered = Some(Protocol::V4);
    profile
}

/// Every key that a file of profiles can have.
pub(in crate::config) fn every_key() -> BTreeSet<String> {
    super::super::write::keys(&full()).into_iter().filter(|key| key != "saved").collect()
}

fn any_filter() -> impl Strategy<Value = TopicFilter> {
    "(\\PC|/|\\+/|\n){1,12}#?".prop_filter_map("no filter", |text| TopicFilter::parse(&text).ok())
}

fn any_subscription() -> impl Strategy<Value = Subscription> {
    let handling =
        prop_oneof![Just(RetainHandling::Always), Just(RetainHandling::IfNew), Just(RetainHandling::Never)];
    (any_filter(), 0..=2u8, any::<bool>(), any::<bool>(), handling, option::of(1..=268_435_455u32)).prop_map(
        |(filter, qos, no_local, retain_as_published, retain_handling, id)| Subscription {
            no_local,
            retain_as_published,
            retain_handling,
            id,
            ..Subscription::new(filter, QoS::from_level(qos).expect("a level"))
        },
    )
}

fn any_decoder() -> impl Strategy<Value = DecoderRule> {
    let decoding = prop_oneof![
        Just("hex".to_owned()),
        Just("base64>gzip>messagepack".to_owned()),
        Just("array:f32be".to_owned()),
        "/[a-z ]{1,9}\\.proto:[a-z.]{1,9}".prop_map(|schema| format!("zstd>protobuf:{schema}")),
    ];
    (any_filter(), decoding).prop_map(|(filter, text)| DecoderRule {
        filter,
        decoding: Decoding::parse(&text).expect("decoding"),
    })
}

fn any_password() -> impl Strategy<Value = PasswordSource> {
    prop_oneof![
        Just(PasswordSource::None),
        Just(PasswordSource::Prompt),
        Just(PasswordSource::Keyring),
        any::<String>().prop_map(|text| PasswordSource::Saved(text.into())),
        any::<String>().prop_map(PasswordSource::Environment),
        any::<String>().prop_map(PasswordSource::Command),
        "/[a-z ]{1,9}".prop_map(|path| PasswordSource::File(path.into())),
    ]
}

fn any_will() -> impl Strategy<Value = Will> {
    let properties = (
        option::of(0..=1u8),
        option::of(any::<u32>()),
        option::of(any::<String>()),
        option::of(vec(any::<u8>(), 0..9)),
        vec(any::<(String, String)>(), 0..3),
    );
    ("[a-z/ ]{1,9}", vec(any::<u8>(), 0..20), 0..=2u8, any::<bool>(), any::<u32>(), properties).prop_map(
        |(topic, payload, qos, retain, delay, (format, expiry, text, correlation, pairs))| {
            let properties = Properties {
                payload_format: format,
                message_expiry: expiry,
                content_type: text.clone(),
                response_topic: text,
                correlation_data: correlation.map(Bytes::from),
                subscription_ids: Vec::new(),
                user_properties: pairs,
            };
            let properties = Some(Box::new(properties)).filter(|given| **given != Properties::default());
            let qos = QoS::from_level(qos).expect("a level");
            Will {
                publication: Publication { topic, payload: payload.into(), qos, retain, properties },
                delay,
            }
        },
    )
}

fn any_target() -> impl Strategy<Value = Target> {
    let way = prop_oneof![
        ("[a-z][a-z0-9.-]{0,20}", 1..=u16::MAX, prop::sample::select(&Transport::ALL[..4])),
        (Just("fe80::1%eth0".to_owned()), 1..=u16::MAX, prop::sample::select(&Transport::ALL[..4])),
        ("/[a-z]{1,9}", Just(0u16), Just(Transport::Unix)),
    ];
    let protocol = prop_oneof![
        Just(ProtocolChoice::Auto),
        Just(ProtocolChoice::Only(Protocol::V4)),
        Just(ProtocolChoice::Only(Protocol::V5))
    ];
    let proxy =
        ("[a-z]{1,9}", 1..=u16::MAX, option::of(any::<String>()), option::of(any::<String>())).prop_map(
            |(host, port, user, password)| Proxy { host, port, user, password: password.map(Secret::new) },
        );
    let file = || option::of("/[a-z ]{1,9}".prop_map(std::path::PathBuf::from));
    (
        (way, "/[a-z/?=&%]{0,9}", vec(("[A-Za-z-]{1,9}", "[a-z0-9]{0,9}"), 0..3)),
        (
            file(),
            file(),
            file(),
            vec(any::<String>(), 0..3),
            option::of(any::<String>()),
            any::<(bool, bool)>(),
        ),
        (option::of(proxy), option::of(any::<String>()), any::<String>(), any::<u16>(), any::<bool>()),
        (
            option::of(any::<u32>()),
            protocol,
            option::of(any_will()),
            option::of(Target::LEAST_PACKET..=u32::MAX),
        ),
        (vec(any_subscription(), 0..6), any::<bool>()),
    )
        .prop_map(
            |(
                (way, path, headers),
                tls,
                (proxy, user, id, keep_alive, clean),
                (expiry, protocol, will, max),
                (filters, sys),
            )| {
                let mut target = Target::new(way.0, way.1, id);
                target.transport = way.2;
                if way.2.is_websocket() {
                    target.websocket.path = path;
                }
                target.websocket.headers =
                    headers.into_iter().map(|(name, value)| (name, value.into())).collect();
                (target.tls.ca_file, target.tls.cert_file, target.tls.key_file) = (tls.0, tls.1, tls.2);
                (target.tls.alpn, target.tls.server_name) = (tls.3, tls.4);
                (target.tls.insecure, target.tls.key_log) = tls.5;
                (target.proxy, target.user, target.keep_alive, target.clean_session) =
                    (proxy, user, keep_alive, clean);
                (target.session_expiry, target.protocol, target.will, target.max_packet) =
                    (expiry, protocol, will, max);
                (target.filters, target.sys) = (filters, sys);
                target
            },
        )
}

fn any_profile() -> impl Strategy<Value = Profile> {
    let name = "\\PC{1,20}".prop_filter("no name", |name| check_name(name).is_ok() && name != "work");
    let remembered = option::of(prop_oneof![Just(Protocol::V4), Just(Protocol::V5)]);
    (
        (name, any_target(), any_password(), remembered),
        (option::of(any::<String>()), option::of("#[0-9a-f]{6}"), option::of(any::<String>())),
        (
            prop::sample::select(&Safety::ALL[..]),
            any::<bool>(),
            vec(any_filter(), 0..3),
            vec(any_filter(), 0..3),
            vec(any_decoder(), 0..3),
        ),
        (
            vec(("\\PC{1,9}", "\\PC{1,9}"), 0..3),
            vec("[a-zA-Z/ \"\\\\ü]{0,20}", 0..4),
            vec("[a-z/]{0,90}", 0..3),
            vec(any_filter(), 0..3),
        ),
    )
        .prop_map(
            |(
                (name, target, password, remembered),
                (group, colour, notes),
                (safety, public, excluded, muted, decoders),
                (saved, pins, quiet, browsed),
            )| {
                let saved = saved.into_iter().map(|(name, text)| SavedFilter { name, text });
                Profile {
                    saved_filters: saved.collect(),
                    pins,
                    quiet,
                    name,
                    group,
                    colour,
                    notes,
                    safety,
                    public,
                    excluded,
                    muted,
                    browsed,
                    decoders,
                    target,
                    password,
                    remembered,
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_saved_is_what_is_read(profile in any_profile()) {
        let place = Place::empty();
        place.load().save(profile.clone(), None).expect("saved");
        let book = place.load();
        prop_assert_eq!(book.faults(), &[]);
        prop_assert_eq!(book.profiles(), &[profile]);
    }

    #[test]
    fn g05_whatever_is_saved_the_rest_of_the_file_stays(first in any_profile(), second in any_profile()) {
        let place = Place::with(BY_HAND);
        let mut book = place.load();
        let work = book.find("work").expect("work").clone();
        book.save(first.clone(), Some("home")).expect("saved");
        // What was found out about one broker is not held of another.
        let moved = second.target.url() != first.target.url();
        let second = Profile { remembered: second.remembered.filter(|_| !moved), ..second };
        book.save(second.clone(), Some(&first.name)).expect("saved");
        let book = place.load();
        prop_assert_eq!(book.profiles(), &[second, work]);
        let text = place.text();
        for kept in ["# my brokers", "# the one in the cellar", "# renewed in May", "wishes = \"kept\"", "# at work", "# the end"] {
            prop_assert!(text.contains(kept), "{kept} is gone from\n{text}");
        }
    }
}
