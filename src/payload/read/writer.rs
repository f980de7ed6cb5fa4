//! Writes JSON text, token by token, into one string with a limit. What JSON cannot say is said in text: bytes as `h'1f8b'` (as CBOR's
//! diagnostic notation does), NaN and the infinities by name.

use std::fmt::{Display, Write};

/// JSON text being written, without whitespace.
pub(super) struct Writer {
    out: String,
    limit: usize,
    /// A float was NaN or infinite.
    pub(super) not_finite: bool,
}

impl Writer {
    /// A writer that counts as full after `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { out: String::new(), limit, not_finite: false }
    }

    /// Whether there is more than there may be. Asked for each token, so what is written past the limit is at most one token.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() > self.limit
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// A comma, unless nothing stands before. All that ends with these bytes was written by this file: strings end with their quote.
    pub(super) fn separate(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':' | b',')) {
            self.out.push(',');
        }
    }

    /// Opens an array or object with its bracket.
    pub(super) fn open(&mut self, bracket: char) {
        self.separate();
        self.out.push(bracket);
    }

    /// Closes it.
    pub(super) fn close(&mut self, bracket: char) {
        self.out.push(bracket);
    }

    pub(super) fn key(&mut self, key: &str) {
        self.text(key);
        self.out.push(':');
    }

    /// A key from a number or the like.
    pub(super) fn key_of(&mut self, key: impl Display) {
        self.separate();
        let start = self.out.len();
        // Writing to a String cannot fail.
        let _ = write!(self.out, "{key}");
        self.end_key(start);
    }

    /// Begins a key that is no text: what is written from here to [`Writer::end_key`] becomes text.
    pub(super) fn begin_key(&mut self) -> usize {
        self.separate();
        self.out.len()
    }

    /// Makes what was written since [`Writer::begin_key`] a key.
    pub(super) fn end_key(&mut self, start: usize) {
        if self.out.as_bytes().get(start) != Some(&b'"') {
            let raw = self.out.split_off(start);
            self.quote(&raw);
        }
        self.out.push(':');
    }

    pub(super) fn text(&mut self, text: &str) {
        self.separate();
        self.quote(text);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.separate();
        self.out.reserve(bytes.len().min(self.limit) * 2 + 5);
        self.out.push_str("\"h'");
        // One token alone may be longer than all that may be written.
        for byte in &bytes[..bytes.len().min(self.limit)] {
            self.out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            self.out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        self.out.push_str("'\"");
    }

    /// A number or word, written as it displays.
    pub(super) fn plain(&mut self, value: impl Display) {
        self.separate();
        let _ = write!(self.out, "{value}");
    }

    /// Shortest text that reads back as the same `f64`.
    pub(super) fn float(&mut self, value: f64) {
        if self.finite(value) {
            let _ = write!(self.out, "{value:?}");
        }
    }

    /// Shortest text that reads back as the same `f32`.
    pub(super) fn float32(&mut self, value: f32) {
        if self.finite(f64::from(value)) {
            let _ = write!(self.out, "{value:?}");
        }
    }

    /// Writes what is no number by name.
    fn finite(&mut self, value: f64) -> bool {
        self.separate();
        if !value.is_finite() {
            self.not_finite = true;
            let name = if value.is_nan() {
                "NaN"
            } else if value > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            };
            self.quote(name);
        }
        value.is_finite()
    }

    fn quote(&mut self, text: &str) {
        self.out.push('"');
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
            self.out.push_str(&rest[..at]);
            match rest.as_bytes()[at] {
                b'"' => self.out.push_str("\\\""),
                b'\\' => self.out.push_str("\\\\"),
                b'\n' => self.out.push_str("\\n"),
                b'\r' => self.out.push_str("\\r"),
                b'\t' => self.out.push_str("\\t"),
                control => {
                    let _ = write!(self.out, "\\u{control:04x}");
                }
            }
            rest = &rest[at + 1..];
        }
        self.out.push_str(rest);
        self.out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_cannot_say_is_said_in_text() {
        let mut writer = Writer::new(1000);
        writer.open('{');
        writer.key("a\"\\\n\u{1}é");
        writer.bytes(&[0x1f, 0x8b]);
        writer.key_of(-7);
        writer.open('[');
        writer.float(20.0);
        writer.float(1e300);
        writer.float(-0.0);
        writer.float32(0.1);
        writer.float(f64::NEG_INFINITY);
        writer.plain(u64::MAX);
        writer.close(']');
        let start = writer.begin_key();
        writer.open('[');
        writer.text("x");
        writer.close(']');
        writer.end_key(start);
        writer.plain("null");
        writer.close('}');
        assert!(writer.not_finite);
        let expected = r#"{"a\"\\\n\u0001é":"h'1f8b'","-7":[20.0,1e300,-0.0,0.1,"-Infinity",18446744073709551615],"[\"x\"]":null}"#;
        assert_eq!(writer.finish(), expected);
    }
}
