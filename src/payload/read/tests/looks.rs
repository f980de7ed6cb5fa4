//! What bytes are taken for when nobody says: better too little than too much.

use proptest::prelude::*;

use super::*;
use crate::payload::ImageFormat;

fn kind(bytes: &[u8]) -> Kind {
    bare(bytes).kind
}

#[test]
fn maps_with_words_are_recognised_and_short_or_packed_bytes_are_not() {
    let cbor = b"\xa2\x64temp\xfb\x40\x35\x66\x66\x66\x66\x66\x66\x62ok\xf5";
    let messagepack = b"\x82\xa4temp\xcb\x40\x35\x66\x66\x66\x66\x66\x66\xa2ok\xc3";
    assert_eq!((kind(cbor), kind(messagepack)), (Kind::Cbor, Kind::MessagePack));
    assert_eq!(bare(cbor).text.as_deref(), Some(r#"{"temp":21.4,"ok":true}"#));
    assert_eq!(
        (kind(b"\xa2\x61t\x15\x61h\x18\x30"), kind(b"\x82\xa1t\x15\xa1h\x30")),
        (Kind::Cbor, Kind::MessagePack)
    );
    assert_eq!(kind(b"\xa2\x01\xf9\x4d\x60\x02\x18\x30"), Kind::Cbor, "numbers as keys, in order");
    assert_eq!(kind(b"\x81\xa2\x61n\x62in\x61v\x15"), Kind::Cbor, "a list of records");
    assert_eq!(kind(b"\xa3\x62id\x07\x01\x02\x64temp\x15"), Kind::Cbor, "names, and a number among them");
    assert_eq!(kind(b"\x83\x65hello\x01\x02"), Kind::Cbor);
    assert_eq!(kind(b"\x93\xa5hello\x01\x02"), Kind::MessagePack);
    assert_eq!(kind(b"\xd9\xd9\xf7\x82\x01\x02"), Kind::Cbor, "it says so itself");
    for bytes in [
        &b"\xa1\x61\x61\x01"[..],
        b"\x81\xa1\x61",
        b"\x84\x01\x02\x03\x04",
        b"\x94\x01\x02\x03\x04\x05",
        b"\x94\x01\x02\x03\x04",
        b"\xa2\x02\xf9\x4d\x60\x01\x18\x30",
        b"\x92\x25\xcb\xd1\xa1\x90\xc3\x96\xef\xd7\x0f",
        b"\x81\x65\x5b\x70\x22\x73\x66",
        b"\xa5\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a",
        b"\xa5\x5a\x01\x01\0\0\x01\x2c\x08\x5c\x91",
        b"\x82\x01\x02\x03\x04",
        b"\xff\xfe\xfd\xfc\xfb\xfa",
        b"\x08\x96\x01",
        b"\x08\x96\x01\x10\x96\x01\x18\x96\x01",
    ] {
        assert_eq!(kind(bytes), Kind::Binary, "{bytes:02x?}");
        assert_eq!(bare(bytes).text, None);
    }
    assert_eq!(note(&bare(b"ab\xffcd")), "not UTF-8 text: 1 invalid byte, the first at offset 2");
}

#[test]
fn protobuf_is_recognised_only_where_it_can_hardly_be_anything_else() {
    assert_eq!(kind(b"\x0a\x07meter-7\x10\x96\x01\x1d\x33\x33\xa3\x41"), Kind::Protobuf);
    assert_eq!(kind(b"\x0a\x05hello\x10\x05"), Kind::Protobuf, "all of it is UTF-8");
    for text in [
        "\n\x05hello",
        "first line\nsecond\tcolumn",
        "P0P0P0P0P0",
        "\n\n\n\n\n\n\n\n",
        "\x1b[31mred\x1b[0m\x07",
    ] {
        assert_eq!(kind(text.as_bytes()), Kind::Text, "{text:?}");
    }
}

#[test]
fn what_topic_and_content_type_say_is_believed_when_the_bytes_bear_it_out() {
    let announced = |content_type: &str, topic: &str, bytes: &[u8]| {
        read(bytes, &Hints { content_type: Some(content_type), topic, ..Hints::default() })
    };
    assert_eq!(announced("application/cbor", "a", b"\x83\x01\x02\x03").kind, Kind::Cbor);
    assert_eq!(announced("application/msgpack", "a", b"\x93\x01\x02\x03").kind, Kind::MessagePack);
    assert_eq!(announced("application/x-protobuf", "a", b"\x08\x96\x01").kind, Kind::Protobuf);
    let wrong = announced("application/cbor", "a", JSON.as_bytes());
    assert_eq!(wrong.kind, Kind::Json);
    assert!(note(&wrong).starts_with("no cbor as the content type says: "), "{}", note(&wrong));
    let wrapped = wrap::wrap(Wrapping::Gzip, b"\x83\x01\x02\x03");
    assert_eq!(
        announced("application/cbor", "a", &wrapped).chain(),
        format!("gzip › CBOR, 4 B ‹ {} B", wrapped.len())
    );
    let state = announced("", "spBv1.0/STATE/scada", br#"{"online":true,"timestamp":1}"#);
    assert_eq!((state.kind, state.is_json()), (Kind::SparkplugState, true));
    assert_eq!(announced("", "STATE/scada", b"ONLINE").kind, Kind::SparkplugState);
    assert_eq!(announced("", "STATE/scada", JSON.as_bytes()).kind, Kind::Json);
    assert!(note(&announced("", "spBv1.0/g/NDATA/n", b"hello")).starts_with("no Sparkplug B payload"));
}

#[test]
fn base64_counts_only_around_something_recognised() {
    for (payload, chain) in [
        ("eyJ0ZW1wZXJhdHVyZSI6MjEuNH0=", "base64 › JSON, 20 B ‹ 28 B"),
        ("eyJ0ZW1wZXJhdHVyZSI6MjEuNH0", "text, 27 B"),
        ("SGVsbG8gd29ybGQgYW5kIG1vcmU=", "text, 28 B"),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=", "text, 28 B"),
        ("AAAAAAAAAAAAAAAAAAAAAAAA", "text, 24 B"),
        ("temperatureSensor", "text, 17 B"),
        ("DEADBEEFDEADBEEFDEADBEEF", "text, 24 B"),
        ("e30=", "text, 4 B"),
        ("data:application/json;base64,e30=", "data-url › JSON, 2 B ‹ 33 B"),
        ("data:,hello", "text, 11 B"),
    ] {
        assert_eq!(bare(payload.as_bytes()).chain(), chain, "{payload}");
    }
    assert_eq!(told(b"SGVsbG8", "base64").text(b""), Some("Hello"));
    let faulty = told(b"SGVs\r\nbG8g\r\nd2?y", "base64");
    assert!(note(&faulty).contains("no base64 at offset 14"), "{}", note(&faulty));
    assert_eq!(told(b"_-__", "base64>hex").bytes(b""), [0xff, 0xef, 0xff]);
}

#[test]
fn what_the_user_says_counts_before_all_else_and_is_not_silently_dropped() {
    assert_eq!(told(JSON.as_bytes(), "text").kind, Kind::Text);
    assert_eq!(told(JSON.as_bytes(), "hex").text(JSON.as_bytes()), None);
    assert_eq!(told(b"\x01\x00\xff\xff\x07", "array:i16le").text.as_deref(), Some("[1,-1]"));
    assert_eq!(note(&told(b"\x01\x00\xff\xff\x07", "array:i16le")), "1 byte is left over at the end");
    let wrong = told(JSON.as_bytes(), "messagepack");
    assert_eq!(wrong.kind, Kind::Json, "it is read as what it looks like");
    assert!(note(&wrong).starts_with("cannot be taken for messagepack: "), "{}", note(&wrong));
    assert_eq!(
        note(&told(b"{\"a\":}", "json")),
        "cannot be taken for json: expected a value at offset 5; shown as it looks; not valid JSON: expected a value at line 1 column 6"
    );
    assert_eq!(note(&bare(b"{\"a\":}")), "not valid JSON: expected a value at line 1 column 6");
    let deep = format!("{}{}", "[".repeat(600), "]".repeat(600));
    assert_eq!(
        note(&bare(deep.as_bytes())),
        "JSON shown as sent: nested deeper than 512 levels at line 1 column 513"
    );
}

#[test]
fn a_text_that_begins_like_a_picture_is_a_text() {
    assert_eq!(kind(b"GIF89a is the newer of two"), Kind::Text);
    assert_eq!(kind(b"BMW drives by; RIFF"), Kind::Text);
    assert_eq!(kind(b"GIF89a\x80\x02\xe0\x01\0\0\0"), Kind::Image(ImageFormat::Gif, 640, 480));
}

#[test]
fn a09_nul_bytes_do_not_end_a_text() {
    let reading = bare(b"a\0b and more");
    assert_eq!((reading.kind, reading.text(b"a\0b and more")), (Kind::Text, Some("a\0b and more")));
}

proptest! {
    #[test]
    fn a08_any_bytes_on_any_topic_are_no_panic(bytes: Vec<u8>, text: String, content_type: String) {
        for payload in [&bytes[..], text.as_bytes()] {
            for topic in ["a/b", "spBv1.0/g/NDATA/n", "spBv1.0/g/NBIRTH/n", "spBv1.0/STATE/h"] {
                for content_type in [None, Some("application/cbor"), Some(content_type.as_str())] {
                    let reading = read(payload, &Hints { topic, content_type, ..Hints::default() });
                    prop_assert!(!reading.chain().is_empty());
                    prop_assert!(!note(&reading).contains('\n'));
                    let _ = reading.text(payload);
                }
            }
            let mut aliases = SparkplugAliases::default();
            aliases.learn("spBv1.0/g/NBIRTH/n", payload);
        }
    }

    #[test]
    fn printable_text_is_never_taken_for_binary(text in "[ -~]{0,200}") {
        let reading = bare(text.as_bytes());
        if reading.layers.is_empty() {
            let kinds = [Kind::Empty, Kind::Text, Kind::Json, Kind::Number, Kind::Boolean, Kind::Xml];
            prop_assert!(kinds.contains(&reading.kind), "{text:?} is {}", reading.kind);
        }
    }
}

/// Of two million such payloads one is taken for CBOR or MessagePack.
#[test]
fn bytes_by_chance_are_binary() {
    let mut chance = fastrand::Rng::with_seed(7);
    for _ in 0..50_000 {
        let bytes: Vec<u8> = (0..chance.usize(5..32)).map(|_| chance.u8(..)).collect();
        if std::str::from_utf8(&bytes).is_err() {
            assert_eq!(kind(&bytes), Kind::Binary, "{bytes:02x?}");
        }
    }
}
