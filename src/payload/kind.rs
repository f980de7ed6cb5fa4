//! What a payload is, from its bytes alone. Called for each message whose kind is shown.

use std::fmt;

use super::json::{self, JsonFault, JsonReason};
use crate::model::Element;

/// Longest payload taken for a plain number.
const NUMBER_LIMIT: usize = 64;
/// How much of a large payload [`preview_kind`] looks at.
const GUESS_BYTES: usize = 512;

/// What a payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// No bytes: with the retain flag it deletes a retained message.
    Empty,
    /// One JSON value (RFC 8259), or one nested too deep to be checked. Plain numbers and `true`, `false` have kinds of their own.
    Json,
    /// A plain decimal number such as `20.4`, with whitespace around it or not.
    Number,
    /// `true` or `false`. Not `ON`, `open` or `1`: which words mean what is the device's own affair.
    Boolean,
    /// UTF-8 text.
    Text,
    /// UTF-8 text that starts with a tag and ends with one. Not checked further.
    Xml,
    /// CBOR (RFC 8949).
    Cbor,
    /// MessagePack.
    MessagePack,
    /// Protobuf fields, with a schema or without.
    Protobuf,
    /// A Sparkplug B payload.
    SparkplugB,
    /// What a Sparkplug host says of itself: `ONLINE`, `OFFLINE` (2.2) or JSON (3.0).
    SparkplugState,
    /// A picture; width and height in pixels, as its header says.
    Image(ImageFormat, u32, u32),
    /// Numbers side by side, by the user's word only.
    Array(Element),
    /// Not UTF-8, or mostly control characters.
    Binary,
}

/// File formats of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ImageFormat {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
    /// Windows bitmap.
    Bmp,
}

impl ImageFormat {
    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Gif => "GIF",
            Self::WebP => "WebP",
            Self::Bmp => "BMP",
        }
    }
}

impl Kind {
    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Json => "JSON",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::Xml => "XML",
            Self::Cbor => "CBOR",
            Self::MessagePack => "MessagePack",
            Self::Protobuf => "Protobuf",
            Self::SparkplugB => "Sparkplug B",
            Self::SparkplugState => "Sparkplug STATE",
            Self::Image(format, ..) => format.name(),
            Self::Array(_) => "array",
            Self::Binary => "binary",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(format, width, height) => write!(f, "{} {width}×{height}", format.name()),
            Self::Array(element) => write!(f, "array of {element}"),
            kind => f.write_str(kind.name()),
        }
    }
}

/// The kind of a whole payload, as far as it is text: binary formats are told apart by [`super::read`]. Reads it at most twice: once for
/// UTF-8, once for JSON.
pub fn detect(bytes: &[u8]) -> Kind {
    if bytes.is_empty() {
        return Kind::Empty;
    }
    std::str::from_utf8(bytes).map_or(Kind::Binary, |text| of_text(text).0)
}

/// The kind of a text, and why it is no JSON or none that can be laid out, where it looks like JSON.
pub(super) fn of_text(text: &str) -> (Kind, Option<JsonFault>) {
    match guess(text) {
        Kind::Json => match json::check(text) {
            Ok(()) => (Kind::Json, None),
            Err(fault) if fault.reason == JsonReason::TooDeep => (Kind::Json, Some(fault)),
            Err(fault) => (text_or_binary(text.as_bytes()), Some(fault)),
        },
        Kind::Xml if text.trim_ascii_end().ends_with('>') => (Kind::Xml, None),
        Kind::Xml => (text_or_binary(text.as_bytes()), None),
        kind => (kind, None),
    }
}

/// What the first 512 bytes look like: for previews of large payloads, where [`detect`] would cost a scan of the whole.
/// May call JSON or XML what turns out not to be.
pub fn preview_kind(bytes: &[u8]) -> Kind {
    if bytes.len() <= GUESS_BYTES {
        return detect(bytes);
    }
    let head = &bytes[..GUESS_BYTES];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character cut by the end of the head is no fault.
        Err(fault) if fault.error_len().is_none() => {
            std::str::from_utf8(&head[..fault.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return Kind::Binary,
    };
    // Only what brackets begin is worth calling JSON unseen: a long text may well begin with a quote or a digit. And what has a fault
    // in its beginning is none: `[12:30:45] the door opens`.
    let may_be_json = || match json::check(text) {
        _ if !text.trim_ascii_start().starts_with(['{', '[']) => false,
        Ok(()) => true,
        Err(fault) => matches!(fault.reason, JsonReason::Ends | JsonReason::TooDeep),
    };
    match guess(text) {
        Kind::Json if !may_be_json() => text_or_binary(text.as_bytes()),
        Kind::Number | Kind::Boolean => Kind::Text,
        kind => kind,
    }
}

/// The value of a payload that is a plain number: an optional sign, digits, a fraction, an exponent, whitespace around.
/// `None` when it is anything else, or too large for an `f64`.
pub fn number(bytes: &[u8]) -> Option<f64> {
    let trimmed = bytes.trim_ascii();
    if trimmed.len() > NUMBER_LIMIT || bytes.len() > 2 * NUMBER_LIMIT {
        return None;
    }
    let digits = trimmed.iter().any(u8::is_ascii_digit);
    let legal = trimmed.iter().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    if !digits || !legal {
        return None;
    }
    let value: f64 = std::str::from_utf8(trimmed).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// The kind by the first character; JSON and XML still to be confirmed.
fn guess(text: &str) -> Kind {
    let trimmed = text.trim_ascii_start().as_bytes();
    match trimmed.first() {
        Some(b'+' | b'-' | b'.' | b'0'..=b'9') if number(text.as_bytes()).is_some() => Kind::Number,
        Some(b't' | b'f') if matches!(trimmed.trim_ascii_end(), b"true" | b"false") => Kind::Boolean,
        Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b'n') => Kind::Json,
        Some(b'<') if matches!(trimmed.get(1), Some(b'?' | b'!' | b'a'..=b'z' | b'A'..=b'Z' | b'_')) => {
            Kind::Xml
        }
        _ => text_or_binary(text.as_bytes()),
    }
}

/// Text may hold a few control characters; when they are more than a third it is a number or structure in binary.
/// TAB, LF, CR, FF, BS and ESC occur in text and terminal output and are not counted.
fn text_or_binary(bytes: &[u8]) -> Kind {
    let head = &bytes[..bytes.len().min(4096)];
    let controls =
        head.iter().filter(|b| matches!(b, 0..=7 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)).count();
    if controls * 3 > head.len() { Kind::Binary } else { Kind::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_recognised() {
        for (payload, kind) in [
            (&b""[..], Kind::Empty),
            (b"{}", Kind::Json),
            (b" [1, 2]\n", Kind::Json),
            (b"\"quoted\"", Kind::Json),
            (b"null", Kind::Json),
            (b"20.4", Kind::Number),
            (b" -1e3\r\n", Kind::Number),
            (b"+.5", Kind::Number),
            (b"0042", Kind::Number),
            (b"true", Kind::Boolean),
            (b"false\n", Kind::Boolean),
            (b"ON", Kind::Text),
            (b"True", Kind::Text),
            (b"nan", Kind::Text),
            (b"inf", Kind::Text),
            (b"-", Kind::Text),
            (b"1e999", Kind::Json),
            (b"192.168.0.1", Kind::Text),
            (b"2026-11-20", Kind::Text),
            (b"12 seconds", Kind::Text),
            (b"{\"a\":1", Kind::Text),
            (b"{\"a\":1} x", Kind::Text),
            (b"<a><b/></a>\n", Kind::Xml),
            (b"<?xml version='1.0'?><a/>", Kind::Xml),
            (b"< 5 degrees", Kind::Text),
            (b"<unknown", Kind::Text),
            ("grüße".as_bytes(), Kind::Text),
            (b"\xff\xfe", Kind::Binary),
            (b"a\0b", Kind::Text),
            (b"\0\0\x01\x2c", Kind::Binary),
            (b"   ", Kind::Text),
        ] {
            assert_eq!(detect(payload), kind, "{}", payload.escape_ascii());
        }
    }

    #[test]
    fn a_large_payload_is_judged_by_its_beginning() {
        let json = format!("{{\"text\":\"{}\"", "é".repeat(1000));
        assert_eq!(preview_kind(json.as_bytes()), Kind::Json);
        assert_eq!(detect(json.as_bytes()), Kind::Text, "it has no end");
        let mut binary = vec![b'a'; 100];
        binary.extend([0xff; 1000]);
        assert_eq!(preview_kind(&binary), Kind::Binary);
        assert_eq!(preview_kind(&[b'7'; 1000]), Kind::Text);
        assert_eq!(preview_kind(b"20.4"), Kind::Number);
        let logged = format!("[12:30:45] kitchen: {}", "the door opens ".repeat(50));
        assert_eq!(preview_kind(logged.as_bytes()), Kind::Text, "a preview would take its blanks away");
        assert_eq!(preview_kind("[".repeat(5_000).as_bytes()), Kind::Json);
        for cut in 400..GUESS_BYTES {
            let long = format!(
                "[{}1.5e-7,{{\"key\":[true,\"\\u00e9\"]}},{}]",
                "9".repeat(cut - 1),
                "7,".repeat(600)
            );
            assert_eq!(preview_kind(long.as_bytes()), Kind::Json, "{cut}");
        }
    }

    #[test]
    fn numbers_have_values() {
        assert_eq!(number(b" 20.4\n"), Some(20.4));
        assert_eq!(number(b"1e999"), None);
        assert_eq!(number(b"1-2"), None);
        assert_eq!(number(&[b'1'; 65]), None);
    }
}
