//! CBOR, MessagePack and Protobuf as JSON text: nothing lost, nothing made up.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex"))
        .collect()
}

fn text_of(payload: &[u8], rule: &str) -> String {
    let reading = told(payload, rule);
    let text = reading.text.as_deref().unwrap_or_else(|| panic!("{payload:02x?}: {}", note(&reading)));
    assert_eq!(super::super::super::json::check(text), Ok(()), "{text}");
    text.to_owned()
}

#[test]
fn cbor_is_written_as_its_diagnostic_notation_has_it() {
    // RFC 8949, appendix A.
    for (payload, text) in [
        ("1bffffffffffffffff", "18446744073709551615"),
        ("3bffffffffffffffff", "-18446744073709551616"),
        ("c249010000000000000000", "18446744073709551616"),
        ("c349010000000000000000", "-18446744073709551617"),
        ("f90000", "0.0"),
        ("f98000", "-0.0"),
        ("f93c00", "1.0"),
        ("f93e00", "1.5"),
        ("f97bff", "65504.0"),
        ("f90001", "5.960464477539063e-8"),
        ("f90400", "6.103515625e-5"),
        ("f92e66", "0.0999755859375"),
        ("fa47c35000", "100000.0"),
        ("fa3dcccccd", "0.1"),
        ("fb3ff199999999999a", "1.1"),
        ("fb7e37e43c8800759c", "1e300"),
        ("f97e00", "\"NaN\""),
        ("f9fc00", "\"-Infinity\""),
        ("f4", "false"),
        ("f6", "null"),
        ("f7", "{\"@simple\":23}"),
        ("f8ff", "{\"@simple\":255}"),
        ("c074323031332d30332d32315432303a30343a30305a", "{\"@tag\":0,\"value\":\"2013-03-21T20:04:00Z\"}"),
        ("d74401020304", "{\"@tag\":23,\"value\":\"h'01020304'\"}"),
        ("4401020304", "\"h'01020304'\""),
        ("62225c", "\"\\\"\\\\\""),
        ("a201020304", "{\"1\":2,\"3\":4}"),
        ("a26161016162820203", "{\"a\":1,\"b\":[2,3]}"),
        ("a2616101616102", "{\"a\":1,\"a\":2}"),
        ("a1820102820304", "{\"[1,2]\":[3,4]}"),
        ("a14101f5", "{\"h'01'\":true}"),
        ("5f42010243030405ff", "\"h'0102030405'\""),
        ("7f657374726561646d696e67ff", "\"streaming\""),
        ("9f018202039f0405ffff", "[1,[2,3],[4,5]]"),
        ("bf61610161629f0203ffff", "{\"a\":1,\"b\":[2,3]}"),
        ("80", "[]"),
        ("d9d9f7a0", "{}"),
    ] {
        assert_eq!(text_of(&hex(payload), "cbor"), text, "{payload}");
    }
    assert!(note(&told(&hex("f97e00"), "cbor")).contains("NaN and infinities"));
}

#[test]
fn messagepack_is_written_with_every_type_it_has() {
    for (payload, text) in [
        ("7f", "127"),
        ("e0", "-32"),
        ("cfffffffffffffffff", "18446744073709551615"),
        ("d38000000000000000", "-9223372036854775808"),
        ("d0ff", "-1"),
        ("ca3dcccccd", "0.1"),
        ("c0", "null"),
        ("c403010203", "\"h'010203'\""),
        ("a2c328", "\"h'c328'\""),
        ("d4010a", "{\"@ext\":1,\"value\":\"h'0a'\"}"),
        ("d6ff5a4af6a5", "{\"@ext\":-1,\"time\":\"2018-01-02T03:04:05Z\",\"value\":\"h'5a4af6a5'\"}"),
        (
            "d7ff000000045a4af6a5",
            "{\"@ext\":-1,\"time\":\"2018-01-02T03:04:05.000000001Z\",\"value\":\"h'000000045a4af6a5'\"}",
        ),
        ("c70cffffffffff0000000000000000", "{\"@ext\":-1,\"value\":\"h'ffffffff0000000000000000'\"}"),
        ("82a161c3a16193c20102", "{\"a\":true,\"a\":[false,1,2]}"),
        ("dc0001c0", "[null]"),
        ("df00000001a16180", "{\"a\":{}}"),
        ("d903616263", "\"abc\""),
    ] {
        assert_eq!(text_of(&hex(payload), "messagepack"), text, "{payload}");
    }
}

#[test]
fn protobuf_without_a_schema_is_written_by_number() {
    // 1: 150, 2: "text", 3: { 1: "in" }, 4 thrice, 5: 20.4f, 6: 1e100, 7: bytes, 8: group { 1: 1 }, 9: fixed32 7
    let payload = hex(
        "089601 120474657874 1a040a02696e 2001 2002 2003 2d3333a341 317dc39425ad49b254 3a02fffe 43080144 4d07000000",
    );
    let text = text_of(&payload, "protobuf");
    assert_eq!(
        text,
        r#"{"1":150,"2":"text","3":{"1":"in"},"4":[1,2,3],"5":20.4,"6":6103021453049119613,"7":"h'fffe'","8":{"1":1},"9":7}"#
    );
    assert!(note(&told(&payload, "protobuf")).contains("no schema"));
}

#[test]
fn b09_lengths_that_lie_are_refused_with_their_place() {
    for (payload, rule, words) in [
        ("9affffffff01", "cbor", "4294967295 items announced, 1 bytes left at offset 0"),
        ("bbffffffffffffffff", "cbor", "18446744073709551615 items announced, 0 bytes left"),
        ("5bffffffffffffffff00", "cbor", "ends in the middle at offset 10"),
        ("7affffffff61", "cbor", "ends in the middle"),
        ("820102ff", "cbor", "1 bytes follow the value at offset 3"),
        ("ff", "cbor", "a break with nothing to end"),
        ("bf01ff", "cbor", "a break with nothing to end at offset 2"),
        ("7f420102ff", "cbor", "a chunk of another type"),
        ("1c", "cbor", "a reserved length"),
        ("61ff", "cbor", "a text that is not UTF-8"),
        ("ddffffffff01", "messagepack", "4294967295 items announced"),
        ("c6ffffffff01", "messagepack", "ends in the middle at offset 6"),
        ("c1", "messagepack", "never used"),
        ("0affffffff0f01", "protobuf", "ends in the middle at offset 7"),
        ("08ffffffffffffffffffff01", "protobuf", "a number of more than 64 bits at offset 1"),
        ("0001", "protobuf", "no field can have the number 0"),
        ("0b0801", "protobuf", "ends in the middle"),
        ("0e", "protobuf", "no wire type 6"),
        ("0c", "protobuf", "the end of a group"),
    ] {
        let payload = hex(payload);
        let reading = told(&payload, rule);
        assert!(note(&reading).contains(words), "{payload:02x?}: {}", note(&reading));
        assert_eq!(reading.text, None, "{payload:02x?}");
    }
}

#[test]
fn b09_what_is_cut_anywhere_is_not_shown_in_part() {
    for (payload, rule) in [
        (hex("a26474656d70fb403566666666666663726177420102"), "cbor"),
        (hex("82a474656d70cb4035666666666666a3726177c4020102"), "messagepack"),
    ] {
        assert!(told(&payload, rule).text.is_some());
        for cut in 0..payload.len() {
            assert_eq!(told(&payload[..cut], rule).text, None, "{rule} cut at {cut}");
        }
    }
}

#[test]
fn b09_nests_of_100_000_levels_are_refused_and_no_stack_is_used_up() {
    let deep = 100_000;
    for (byte, rule) in [
        (0x81, "cbor"),
        (0xc1, "cbor"),
        (0x9f, "cbor"),
        (0xbf, "cbor"),
        (0xa1, "cbor"),
        (0x91, "messagepack"),
        (0x81, "messagepack"),
    ] {
        let reading = told(&vec![byte; deep], rule);
        assert!(note(&reading).contains("nested deeper than 512 levels"), "{byte:02x}: {}", note(&reading));
    }
    // Protobuf: messages within messages are shown down to a depth, groups are refused.
    let mut nest = vec![8, 1];
    while nest.len() < deep {
        let mut length = Vec::new();
        let mut left = nest.len();
        while left > 0x7f {
            length.push(left as u8 | 0x80);
            left >>= 7;
        }
        length.push(left as u8);
        nest.splice(0..0, length);
        nest.insert(0, 0x0a);
    }
    let reading = told(&nest, "protobuf");
    let text = reading.text.as_deref().expect("shown");
    assert!(text.starts_with(&"{\"1\":".repeat(64)), "{}", &text[..400]);
    assert!(note(&told(&vec![0x0b; deep], "protobuf")).contains("groups nested too deep"));
    // As deep as is shown is as deep as JSON is laid out.
    let mut fits = vec![0x81; 512];
    fits.push(0x01);
    let text = text_of(&fits, "cbor");
    assert!(crate::payload::pretty(&text).is_ok());
}

#[test]
fn b09_text_that_grows_is_cut_off_by_refusing() {
    // Tags take 18 characters for each byte.
    let mut tags = Vec::new();
    for _ in 0..8_000 {
        tags.extend([0xc1; 500]);
        tags.push(0);
    }
    let mut payload = vec![0x9f];
    payload.extend(tags);
    payload.push(0xff);
    let reading = told(&payload, "cbor");
    assert!(note(&reading).contains("too long as text"), "{}", note(&reading));
}

/// The value that JSON text stands for: what [`cbor_value`] makes, seen by another library.
fn from_cbor(value: &ciborium::Value) -> Json {
    use ciborium::Value;
    let key = |key: &Value| match from_cbor(key) {
        Json::String(text) => text,
        other => other.to_string(),
    };
    match value {
        Value::Integer(integer) => serde_json::from_str(&i128::from(*integer).to_string()).expect("digits"),
        Value::Bytes(bytes) => Json::String(format!("h'{}'", hex_of(bytes))),
        Value::Float(float) => serde_json::from_str(&format!("{float:?}")).expect("a number"),
        Value::Text(text) => Json::String(text.clone()),
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Null => Json::Null,
        Value::Tag(tag, value) => serde_json::json!({ "@tag": tag, "value": from_cbor(value) }),
        Value::Array(items) => Json::Array(items.iter().map(from_cbor).collect()),
        Value::Map(pairs) => {
            Json::Object(pairs.iter().map(|(name, value)| (key(name), from_cbor(value))).collect())
        }
        other => panic!("{other:?}"),
    }
}

fn hex_of(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Keys that another reader writes in the same way.
fn cbor_key() -> impl Strategy<Value = ciborium::Value> {
    use ciborium::Value;
    prop_oneof![
        any::<String>().prop_map(Value::Text),
        any::<i64>().prop_map(Value::from),
        any::<Vec<u8>>().prop_map(Value::Bytes),
        any::<bool>().prop_map(Value::Bool),
        prop::collection::vec(any::<u64>().prop_map(Value::from), 0..3).prop_map(Value::Array),
    ]
}

fn cbor_value() -> impl Strategy<Value = ciborium::Value> {
    use ciborium::Value;
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // What fits into fewer bits is sent so, and shown with fewer digits.
        prop::num::f64::NORMAL
            .prop_filter("64 bits", |value| f64::from(*value as f32).to_bits() != value.to_bits())
            .prop_map(Value::Float),
        any::<String>().prop_map(Value::Text),
        any::<Vec<u8>>().prop_map(Value::Bytes),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((cbor_key(), inner.clone()), 0..6).prop_map(Value::Map),
            (10..1000_u64, inner).prop_map(|(tag, value)| Value::Tag(tag, Box::new(value))),
        ]
    })
}

fn from_messagepack(value: &rmpv::Value) -> Json {
    use rmpv::Value;
    match value {
        Value::Nil => Json::Null,
        Value::Boolean(flag) => Json::Bool(*flag),
        Value::Integer(integer) => serde_json::from_str(&integer.to_string()).expect("digits"),
        Value::F32(float) => serde_json::from_str(&format!("{float:?}")).expect("a number"),
        Value::F64(float) => serde_json::from_str(&format!("{float:?}")).expect("a number"),
        Value::String(text) => Json::String(text.as_str().expect("UTF-8").to_owned()),
        Value::Binary(bytes) => Json::String(format!("h'{}'", hex_of(bytes))),
        Value::Array(items) => Json::Array(items.iter().map(from_messagepack).collect()),
        Value::Map(pairs) => Json::Object(
            pairs
                .iter()
                .map(|(key, value)| (key.as_str().expect("text").to_owned(), from_messagepack(value)))
                .collect(),
        ),
        Value::Ext(kind, bytes) => {
            serde_json::json!({ "@ext": kind, "value": format!("h'{}'", hex_of(bytes)) })
        }
    }
}

fn messagepack_value() -> impl Strategy<Value = rmpv::Value> {
    use rmpv::Value;
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::F64),
        prop::num::f32::NORMAL.prop_map(Value::F32),
        any::<String>().prop_map(Value::from),
        any::<Vec<u8>>().prop_map(Value::Binary),
        any::<bool>().prop_map(Value::Boolean),
        (0..=i8::MAX, any::<Vec<u8>>()).prop_map(|(kind, bytes)| Value::Ext(kind, bytes)),
        Just(Value::Nil),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::Array),
            prop::collection::vec((any::<String>().prop_map(Value::from), inner), 0..20).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #[test]
    fn cbor_says_what_it_says_to_another_reader(value in cbor_value()) {
        let mut payload = Vec::new();
        ciborium::into_writer(&value, &mut payload).expect("memory");
        let text = text_of(&payload, "cbor");
        prop_assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), from_cbor(&value));
    }

    #[test]
    fn messagepack_says_what_it_says_to_another_reader(value in messagepack_value()) {
        let mut payload = Vec::new();
        rmpv::encode::write_value(&mut payload, &value).expect("memory");
        let text = text_of(&payload, "messagepack");
        prop_assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), from_messagepack(&value));
    }

    #[test]
    fn a08_any_bytes_told_to_be_anything_are_no_panic_and_text_is_json(bytes: Vec<u8>, rule in 0..Decoding::CHOICES.len()) {
        let rule = match Decoding::CHOICES[rule].0 {
            "protobuf:" => "protobuf:none.proto:None",
            "array:" => "array:f32be",
            rule => rule,
        };
        let reading = told(&bytes, rule);
        if let Some(text) = &reading.text {
            prop_assert_eq!(super::super::super::json::check(text), Ok(()));
        }
        if rule == "sparkplug" {
            // A wire that is nearly right goes deeper.
            let mut payload = vec![0x12, bytes.len().min(127) as u8];
            payload.extend(&bytes[..bytes.len().min(127)]);
            let _ = told(&payload, rule).text.map(|text| super::super::super::json::check(&text).expect("JSON"));
        }
    }
}
