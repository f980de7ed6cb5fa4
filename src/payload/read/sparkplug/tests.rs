use super::super::{Hints, Reading, read};
use super::*;
use crate::payload::Kind;

/// A varint field.
fn number(field: u64, value: u64) -> Vec<u8> {
    let mut out = varint(field << 3);
    out.extend(varint(value));
    out
}

/// A field of bytes, text or a message.
fn bytes(field: u64, content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut out = varint(field << 3 | 2);
    out.extend(varint(content.as_ref().len() as u64));
    out.extend(content.as_ref());
    out
}

fn double(field: u64, value: f64) -> Vec<u8> {
    let mut out = varint(field << 3 | 1);
    out.extend(value.to_le_bytes());
    out
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn metric(parts: &[Vec<u8>]) -> Vec<u8> {
    bytes(2, parts.concat())
}

fn shown(topic: &str, payload: &[u8], aliases: &SparkplugAliases) -> Reading {
    read(payload, &Hints { topic, aliases: Some(aliases), ..Hints::default() })
}

fn text(payload: &[u8]) -> String {
    let reading = shown("spBv1.0/g/NBIRTH/n", payload, &SparkplugAliases::default());
    assert_eq!(reading.kind, Kind::SparkplugB, "{:?}", reading.note);
    reading.text.expect("text").to_string()
}

#[test]
fn values_have_the_type_that_the_metric_says() {
    for (datatype, value, expected) in [
        (1, number(10, 0xff), r#"-1,"type":"Int8""#),
        (1, number(10, 0xffff_ffff), r#"-1,"type":"Int8""#),
        (1, number(10, 0x1ff), r#"511,"type":"Int8""#),
        (2, number(10, 0xffff), r#"-1,"type":"Int16""#),
        (3, number(10, 0xffff_ffff), r#"-1,"type":"Int32""#),
        (4, number(11, u64::MAX), r#"-1,"type":"Int64""#),
        (8, number(11, u64::MAX), r#"18446744073709551615,"type":"UInt64""#),
        (10, double(13, 20.4), r#"20.4,"type":"Double""#),
        (11, number(14, 1), r#"true,"type":"Boolean""#),
        (12, bytes(15, "text"), r#""text","type":"String""#),
        (17, bytes(16, [1, 0xff]), r#""h'01ff'","type":"Bytes""#),
        (23, bytes(16, [0xff, 0xff, 1, 0]), r#"[-1,1],"type":"Int16Array""#),
        (32, bytes(16, [3, 0, 0, 0, 0b1010_0000]), r#"[true,false,true],"type":"BooleanArray""#),
        (33, bytes(16, "ab\0c\0"), r#"["ab","c"],"type":"StringArray""#),
        (99, number(10, 7), r#"7,"type":99"#),
        (3, [number(7, 1), number(10, 7)].concat(), r#"null,"type":"Int32""#),
    ] {
        let payload = [metric(&[bytes(1, "m"), number(4, datatype), value]), number(3, 0)].concat();
        assert_eq!(text(&payload), format!(r#"{{"metrics":{{"m":{{"value":{expected}}}}},"seq":0}}"#));
    }
}

#[test]
fn tables_structures_and_properties_are_shown_whole() {
    let table = [
        number(1, 2),
        bytes(2, "name"),
        bytes(2, "count"),
        number(3, 12),
        number(3, 3),
        bytes(4, [bytes(1, bytes(6, "a")), bytes(1, number(1, 0xffff_ffff))].concat()),
    ]
    .concat();
    let template = [
        bytes(2, [bytes(1, "inner"), number(4, 3), number(10, 5)].concat()),
        bytes(3, [bytes(1, "p"), number(2, 3), number(3, 0xffff_ffff)].concat()),
        bytes(4, "Motor"),
        number(5, 1),
    ]
    .concat();
    let properties = [
        bytes(1, "unit"),
        bytes(1, "range"),
        bytes(2, [number(1, 12), bytes(8, "°C")].concat()),
        bytes(
            2,
            bytes(9, [bytes(1, "low"), bytes(2, [number(1, 3), number(3, 0xffff_ffff)].concat())].concat()),
        ),
    ]
    .concat();
    let payload = [
        number(1, 1_700_000_000_000),
        metric(&[bytes(1, "t"), number(4, 16), bytes(17, table)]),
        metric(&[bytes(1, "s"), number(4, 19), bytes(18, template), bytes(9, properties)]),
    ]
    .concat();
    assert_eq!(
        text(&payload),
        concat!(
            r#"{"metrics":{"t":{"value":{"columns":["name","count"],"types":["String","Int32"],"rows":[["a",-1]]},"type":"DataSet"},"#,
            r#""s":{"value":{"metrics":{"inner":{"value":5,"type":"Int32"}},"template_ref":"Motor","is_definition":true,"#,
            r#""parameters":{"p":-1}},"type":"Template","properties":{"unit":"°C","range":{"low":-1}}}},"timestamp":1700000000000}"#
        )
    );
}

#[test]
fn names_come_from_births_and_end_with_the_next_birth_of_the_node() {
    let born = |name, alias| metric(&[bytes(1, name), number(2, alias), number(4, 3)]);
    let data = |alias| metric(&[number(2, alias), number(10, 0xffff_ffff)]);
    let mut aliases = SparkplugAliases::default();
    let unknown = shown("spBv1.0/g/NDATA/n", &data(1), &aliases);
    assert_eq!(unknown.text.as_deref(), Some(r#"{"metrics":{"alias 1":{"value":4294967295,"alias":1}}}"#));
    assert!(unknown.note.is_some_and(|note| note.contains("1 metric has a number and no name")));

    aliases.learn("spBv1.0/g/NBIRTH/n", &[born("speed", 1)].concat());
    aliases.learn("spBv1.0/g/DBIRTH/n/d", &[born("torque", 2)].concat());
    aliases.learn("spBv1.0/g/NDATA/n", &born("not a birth", 3));
    let speed = r#"{"metrics":{"speed":{"value":-1,"type":"Int32","alias":1}}}"#;
    assert_eq!(shown("spBv1.0/g/NDATA/n", &data(1), &aliases).text.as_deref(), Some(speed));
    let torque = r#"{"metrics":{"torque":{"value":-1,"type":"Int32","alias":2}}}"#;
    let known = shown("spBv1.0/g/DDATA/n/d", &data(2), &aliases.of_topic("spBv1.0/g/DDATA/n/d"));
    assert_eq!((known.text.as_deref(), known.note), (Some(torque), None));
    assert!(shown("spBv1.0/g/NDATA/n", &data(3), &aliases).note.is_some());
    assert!(shown("spBv1.0/g/NDATA/other", &data(1), &aliases).note.is_some());
    // A metric by name, whose type only the birth told.
    let named = metric(&[bytes(1, "torque"), number(10, 0xffff_ffff)]);
    let shown_named = shown("spBv1.0/g/DDATA/n/d", &named, &aliases);
    assert_eq!(shown_named.text.as_deref(), Some(r#"{"metrics":{"torque":{"value":-1,"type":"Int32"}}}"#));

    aliases.learn("spBv1.0/g/NBIRTH/n", &born("pressure", 2));
    assert!(shown("spBv1.0/g/NDATA/n", &data(1), &aliases).note.is_some(), "alias 1 has ended");
    let renamed = shown("spBv1.0/g/NDATA/n", &data(2), &aliases);
    assert!(renamed.text.is_some_and(|text| text.contains("pressure")));
}

#[test]
fn a_message_from_before_a_birth_keeps_the_names_it_was_sent_with() {
    let born = |name, alias| metric(&[bytes(1, name), number(2, alias), number(4, 3)]);
    let birth = |at, metrics: &[Vec<u8>]| [number(1, at), metrics.concat()].concat();
    let data = |at, alias| [number(1, at), metric(&[number(2, alias), number(10, 7)])].concat();
    let name = |topic: &str, payload: &[u8], aliases: &SparkplugAliases| {
        let text = shown(topic, payload, &aliases.of_topic(topic)).text.expect("Sparkplug");
        text.split('"').nth(3).map(str::to_owned).expect("a metric")
    };
    let node = "spBv1.0/g/NDATA/n";
    let mut aliases = SparkplugAliases::default();
    aliases.learn("spBv1.0/g/NBIRTH/n", &birth(1_000, &[born("speed", 1), born("torque", 2)]));
    assert_eq!(name(node, &data(500, 1), &aliases), "speed", "no other name was ever heard");
    // After a change of the device program the same numbers mean other metrics.
    aliases.learn("spBv1.0/g/NBIRTH/n", &birth(2_000, &[born("torque", 1), born("speed", 2)]));
    assert_eq!(name(node, &data(1_999, 1), &aliases), "speed");
    assert_eq!(name(node, &data(2_000, 1), &aliases), "torque");
    let stored = [number(1, 1_999), metric(&[number(2, 1), number(5, 1), number(10, 7)])].concat();
    assert_eq!(name(node, &stored, &aliases), "torque", "sent after the birth, measured before");
    // A device that is born again alone.
    let device = "spBv1.0/g/DDATA/n/d";
    aliases.learn("spBv1.0/g/DBIRTH/n/d", &birth(2_100, &[born("level", 9)]));
    aliases.learn("spBv1.0/g/DBIRTH/n/d", &birth(2_200, &[born("level", 9)]));
    assert_eq!(name(device, &data(2_150, 9), &aliases), "level", "said twice");
    aliases.learn("spBv1.0/g/DBIRTH/n/d", &birth(2_300, &[born("pressure", 9)]));
    assert_eq!(name(device, &data(2_300, 9), &aliases), "pressure");
    assert_eq!(name(device, &data(2_150, 9), &aliases), "alias 9", "better no name than a wrong one");
    // Two births later nobody remembers; a birth without a time leaves nothing to tell by.
    aliases.learn("spBv1.0/g/NBIRTH/n", &birth(3_000, &[born("speed", 2)]));
    assert_eq!(name(node, &data(2_500, 1), &aliases), "torque");
    assert_eq!(name(node, &data(1_500, 1), &aliases), "alias 1");
    aliases.learn("spBv1.0/g/NBIRTH/n", &born("speed", 5));
    assert_eq!(name(node, &data(2_500, 1), &aliases), "alias 1");
}

#[test]
fn a_compressed_birth_gives_names_too() {
    use std::io::Write;
    let birth = metric(&[bytes(1, "speed"), number(2, 1), number(4, 3)]);
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&birth).expect("memory");
    let body = encoder.finish().expect("memory");
    let mut aliases = SparkplugAliases::default();
    aliases.learn("spBv1.0/g/NBIRTH/n", &[bytes(4, "SPBV1.0_COMPRESSED"), bytes(5, body)].concat());
    let data = metric(&[number(2, 1), number(10, 7)]);
    let speed = r#"{"metrics":{"speed":{"value":7,"type":"Int32","alias":1}}}"#;
    assert_eq!(shown("spBv1.0/g/NDATA/n", &data, &aliases).text.as_deref(), Some(speed));
}

#[test]
fn a_compressed_payload_is_one_layer_further_in() {
    use std::io::Write;
    let inner = metric(&[bytes(1, "m"), number(4, 3), number(10, 7)]);
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&inner).expect("memory");
    let body = encoder.finish().expect("memory");
    let payload = [bytes(4, "SPBV1.0_COMPRESSED"), bytes(5, body)].concat();
    let reading = shown("spBv1.0/g/NDATA/n", &payload, &SparkplugAliases::default());
    assert_eq!(reading.chain(), format!("zlib › Sparkplug B, {} B ‹ {} B", inner.len(), payload.len()));
    assert_eq!(reading.text.as_deref(), Some(r#"{"metrics":{"m":{"value":7,"type":"Int32"}}}"#));
}

#[test]
fn b09_births_without_end_are_bounded_and_what_is_dropped_is_counted() {
    let mut aliases = SparkplugAliases::default();
    for node in 0..5 {
        let birth: Vec<u8> = (0..50_000_u64)
            .flat_map(|alias| metric(&[bytes(1, format!("m{alias}")), number(2, alias), number(4, 3)]))
            .collect();
        aliases.learn(&format!("spBv1.0/g/NBIRTH/{node}"), &birth);
    }
    assert_eq!(aliases.dropped(), 50_000);
    let long = "x".repeat(1 << 20);
    let mut aliases = SparkplugAliases::default();
    for alias in 0..40 {
        let name = format!("{long}{alias}");
        aliases.learn("spBv1.0/g/DBIRTH/n/d", &metric(&[bytes(1, name), number(2, alias), number(4, 3)]));
    }
    assert!(aliases.dropped() >= 8, "{}", aliases.dropped());
    aliases.learn("spBv1.0/g/NBIRTH/n", &[]);
    let before = aliases.dropped();
    aliases.learn("spBv1.0/g/NBIRTH/n", &metric(&[bytes(1, "short"), number(2, 1), number(4, 3)]));
    assert_eq!(aliases.dropped(), before, "a birth makes room again");
}

#[test]
fn b09_nests_within_metrics_are_refused() {
    let mut template = number(5, 1);
    for _ in 0..100 {
        template = bytes(2, [bytes(1, "m"), bytes(18, template)].concat());
    }
    let payload = metric(&[bytes(1, "m"), bytes(18, template)]);
    let reading = shown("spBv1.0/g/NBIRTH/n", &payload, &SparkplugAliases::default());
    assert!(reading.note.is_some_and(|note| note.contains("nested deeper than 32")));
    let mut set = [bytes(1, "p"), bytes(2, number(3, 1))].concat();
    for _ in 0..5_000 {
        set = [bytes(1, "p"), bytes(2, bytes(9, set))].concat();
    }
    let payload = metric(&[bytes(1, "m"), bytes(9, set)]);
    let reading = shown("spBv1.0/g/NBIRTH/n", &payload, &SparkplugAliases::default());
    assert!(reading.note.is_some_and(|note| note.contains("nested deeper than 32")));
}

/// Any nine characters that begin with `1` are a field of Protobuf, and nothing of Sparkplug's.
#[test]
fn a_word_on_a_topic_of_sparkplug_stays_a_word() {
    for word in ["123456789", "9abcdefgh", "1x1y1z1a1"] {
        let reading = shown("spBv1.0/g/NCMD/n", word.as_bytes(), &SparkplugAliases::default());
        assert_eq!(reading.text(word.as_bytes()), Some(word), "{reading:?}");
        assert!(reading.note.is_some_and(|note| note.starts_with("no Sparkplug B payload")));
    }
}

#[test]
fn b09_a_payload_cut_anywhere_is_not_shown_in_part() {
    let payload = [number(1, 5), metric(&[bytes(1, "m"), number(4, 10), double(13, 20.4)])].concat();
    for cut in 0..payload.len() {
        let reading = shown("spBv1.0/g/NBIRTH/n", &payload[..cut], &SparkplugAliases::default());
        // A cut between fields leaves a payload that is whole.
        assert_eq!(reading.text.is_some(), cut == 2, "cut at {cut}");
    }
}
