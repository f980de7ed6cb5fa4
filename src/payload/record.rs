//! One message as a line of text that other programs read: a JSON object, or a row of CSV. Nothing is lost: what is no UTF-8 is
//! written as base64 and says so. For exports, for copies of a whole message, and for files of captured traffic.
//!
//! Fields of the JSON object, in this order:
//!
//! | field | value |
//! |---|---|
//! | `topic` | text |
//! | `payload`, `payload_encoding` | text and `"utf-8"`, or base64 (RFC 4648, 4) and `"base64"` |
//! | `qos`, `retain`, `dup` | of this delivery: 0 to 2, true or false |
//! | `received` | RFC 3339 in UTC, to the millisecond |
//! | `properties` | MQTT 5 (5.0, 3.3.2.3), only when there are any; each only when it is there |
//!
//! Properties go by the names of the specification: `payload_format_indicator`, `message_expiry_interval`, `content_type`,
//! `response_topic`, `correlation_data` with `correlation_data_encoding`, `subscription_identifiers`, and `user_properties` as
//! pairs in the order sent.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;

use crate::model::{Message, Moment, Properties};

/// The first row of CSV: what stands in each column. Properties are one JSON object, as in the JSON lines.
pub const CSV_HEADER: &str = "received,topic,qos,retain,dup,payload_encoding,payload,properties\n";

/// Bytes as text, and how.
struct Encoded<'a> {
    text: Cow<'a, str>,
    encoding: &'static str,
}

impl<'a> Encoded<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self { text: Cow::Borrowed(text), encoding: "utf-8" },
            Err(_) => Self { text: Cow::Owned(STANDARD.encode(bytes)), encoding: "base64" },
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    topic: &'a str,
    payload: &'a str,
    payload_encoding: &'static str,
    qos: u8,
    retain: bool,
    dup: bool,
    received: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<PropertiesLine<'a>>,
}

#[derive(Serialize)]
struct PropertiesLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_format_indicator: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_expiry_interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_topic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_data: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_data_encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "<[u32]>::is_empty")]
    subscription_identifiers: &'a [u32],
    #[serde(skip_serializing_if = "<[(String, String)]>::is_empty")]
    user_properties: &'a [(String, String)],
}

impl<'a> PropertiesLine<'a> {
    fn of(properties: &'a Properties) -> Self {
        let correlation = properties.correlation_data.as_deref().map(Encoded::of);
        Self {
            payload_format_indicator: properties.payload_format,
            message_expiry_interval: properties.message_expiry,
            content_type: properties.content_type.as_deref(),
            response_topic: properties.response_topic.as_deref(),
            correlation_data_encoding: correlation.as_ref().map(|data| data.encoding),
            correlation_data: correlation.map(|data| data.text),
            subscription_identifiers: &properties.subscription_ids,
            user_properties: &properties.user_properties,
        }
    }
}

/// `message` as one line of JSON, with the line feed. Always valid JSON.
pub fn json_line(message: &Message) -> String {
    let payload = Encoded::of(&message.payload);
    let line = Line {
        topic: &message.topic,
        payload: &payload.text,
        payload_encoding: payload.encoding,
        qos: message.qos.level(),
        retain: message.retain,
        dup: message.dup,
        received: stamp(message.received),
        properties: message.properties.as_deref().map(PropertiesLine::of),
    };
    json(&line) + "\n"
}

/// `message` as one row of CSV (RFC 4180, with a line feed at its end) under [`CSV_HEADER`].
pub fn csv_row(message: &Message) -> String {
    let payload = Encoded::of(&message.payload);
    let properties = message.properties.as_deref().map(|properties| json(&PropertiesLine::of(properties)));
    let cells = [
        stamp(message.received).into(),
        quoted(&message.topic),
        message.qos.to_string().into(),
        message.retain.to_string().into(),
        message.dup.to_string().into(),
        payload.encoding.into(),
        quoted(&payload.text),
        quoted(properties.as_deref().unwrap_or_default()),
    ];
    cells.join(",") + "\n"
}

/// One cell of CSV: in quotes where it has to be.
pub fn quoted(cell: &str) -> Cow<'_, str> {
    let needs_quotes = cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ');
    if needs_quotes { format!("\"{}\"", cell.replace('"', "\"\"")).into() } else { cell.into() }
}

/// Whether a spreadsheet would run a cell of text as a formula. Numbers with a sign are none.
pub fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err()
}

/// How many cells of [`csv_row`] a spreadsheet would run as a formula.
pub fn formulas(message: &Message) -> usize {
    [message.topic.as_str(), &Encoded::of(&message.payload).text]
        .iter()
        .filter(|cell| is_formula(cell))
        .count()
}

/// `2026-11-20T14:03:20.114Z`; a moment that no calendar knows is the beginning of 1970.
pub fn stamp(moment: Moment) -> String {
    let stamp = Timestamp::from_millisecond(moment.wall_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{stamp:.3}")
}

/// Texts, numbers and lists of them, which can always be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::QoS;

    fn message(topic: &str, payload: &[u8]) -> Message {
        Message {
            topic: topic.into(),
            payload: Bytes::copy_from_slice(payload),
            qos: QoS::AtLeastOnce,
            retain: true,
            dup: false,
            properties: None,
            // 2026-11-20 14:03:20.114 UTC.
            received: Moment { mono_us: 0, wall_ms: 1_795_183_400_114 },
        }
    }

    #[test]
    fn a_line_has_its_fields_in_the_documented_order() {
        assert_eq!(
            json_line(&message("a/\"b\"\n", b"{\"t\":1}")),
            concat!(
                r#"{"topic":"a/\"b\"\n","payload":"{\"t\":1}","payload_encoding":"utf-8","qos":1,"#,
                r#""retain":true,"dup":false,"received":"2026-11-20T14:03:20.114Z"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a16_bytes_that_are_no_text_are_base64_and_say_so() {
        let line = json_line(&message("a", b"\x00\xff"));
        assert!(line.contains(r#""payload":"AP8=","payload_encoding":"base64""#), "{line}");
        let line = json_line(&message("a", b"\x00"));
        assert!(line.contains(r#""payload":"\u0000","payload_encoding":"utf-8""#), "{line}");
    }

    #[test]
    fn properties_go_by_the_names_of_the_specification() {
        let properties = Properties {
            payload_format: Some(1),
            message_expiry: Some(60),
            content_type: Some("text/plain".into()),
            response_topic: Some("answers".into()),
            correlation_data: Some(Bytes::from_static(b"\xff")),
            subscription_ids: vec![7],
            user_properties: vec![("b".into(), "1".into()), ("b".into(), "2".into())],
        };
        let line = json_line(&Message { properties: Some(Box::new(properties)), ..message("a", b"") });
        let (_, properties) = line.split_once(r#""properties":"#).expect("properties");
        assert_eq!(
            properties,
            concat!(
                r#"{"payload_format_indicator":1,"message_expiry_interval":60,"content_type":"text/plain","#,
                r#""response_topic":"answers","correlation_data":"/w==","correlation_data_encoding":"base64","#,
                r#""subscription_identifiers":[7],"user_properties":[["b","1"],["b","2"]]}}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_cell_is_quoted_where_it_has_to_be() {
        assert_eq!(
            csv_row(&message("a,b", b"say \"hi\"\r\nthere")),
            "2026-11-20T14:03:20.114Z,\"a,b\",1,true,false,utf-8,\"say \"\"hi\"\"\r\nthere\",\n"
        );
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted(" edge"), "\" edge\"");
    }

    #[test]
    fn a_moment_beyond_all_calendars_is_still_written() {
        let line =
            json_line(&Message { received: Moment { mono_us: 0, wall_ms: i64::MAX }, ..message("a", b"") });
        assert!(line.contains("1970-01-01T00:00:00.000Z"), "{line}");
    }
}
