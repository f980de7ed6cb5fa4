//! CBOR (RFC 8949), head by head.

use std::borrow::Cow;
use std::fmt::Write;

use super::cursor::Cursor;
use super::fault::Fault;
use super::items::{Item, Items};

/// Marks CBOR as such in its first bytes (RFC 8949, 3.4.6).
pub(super) const SELF_DESCRIBED: &[u8] = &[0xd9, 0xd9, 0xf7];
/// Longest big integer written as digits; longer ones stay tagged bytes.
const BIG_BYTES: usize = 128;

/// Reads the items of a payload.
pub(super) struct Cbor<'a> {
    cursor: Cursor<'a>,
}

/// The argument of a head: a number, or none for "until a break".
struct Head {
    major: u8,
    info: u8,
    argument: Option<u64>,
}

impl<'a> Cbor<'a> {
    /// The mark of self-described CBOR is passed over.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let start = if bytes.starts_with(SELF_DESCRIBED) { SELF_DESCRIBED.len() } else { 0 };
        Self { cursor: Cursor::new(bytes, start) }
    }

    fn head(&mut self) -> Result<Head, Fault> {
        let at = self.cursor.at();
        let first = self.cursor.byte()?;
        let (major, info) = (first >> 5, first & 31);
        let argument = match info {
            0..24 => Some(u64::from(info)),
            24..28 => Some(self.cursor.big_endian(1 << (info - 24))?),
            31 if matches!(major, 2..=5 | 7) => None,
            _ => return Err(Fault::new(at, "a reserved length")),
        };
        Ok(Head { major, info, argument })
    }

    /// The content of a byte or text string, whole or in chunks.
    fn string(&mut self, head: &Head) -> Result<Cow<'a, [u8]>, Fault> {
        if let Some(length) = head.argument {
            return self.cursor.take(length).map(Cow::Borrowed);
        }
        let mut whole = Vec::new();
        loop {
            let at = self.cursor.at();
            let chunk = self.head()?;
            match chunk.argument {
                None if chunk.major == 7 => return Ok(Cow::Owned(whole)),
                Some(length) if chunk.major == head.major => {
                    whole.extend_from_slice(self.cursor.take(length)?);
                }
                _ => return Err(Fault::new(at, "a chunk of another type in a string")),
            }
        }
    }

    /// The digits of the big integer whose tag was just read (RFC 8949, 3.4.3); `None`, and nothing is taken, when it is no byte string
    /// of a reasonable length.
    fn big(&mut self, negative: bool) -> Option<String> {
        let start = self.cursor.at();
        let head = self.head().ok();
        let bytes =
            head.filter(|head| head.major == 2).and_then(|head| self.cursor.take(head.argument?).ok());
        let Some(bytes) = bytes.filter(|bytes| bytes.len() <= BIG_BYTES) else {
            self.cursor.go_to(start);
            return None;
        };
        Some(digits(bytes, negative))
    }
}

impl<'a> Items<'a> for Cbor<'a> {
    fn next(&mut self) -> Result<Item<'a>, Fault> {
        let at = self.cursor.at();
        let head = self.head()?;
        let argument = head.argument.unwrap_or_default();
        Ok(match head.major {
            0 => Item::Integer(i128::from(argument)),
            1 => Item::Integer(-1 - i128::from(argument)),
            2 => Item::Bytes(self.string(&head)?),
            3 => Item::Text(text(self.string(&head)?, at)?),
            4 => Item::Array(head.argument),
            5 => Item::Map(head.argument),
            6 if matches!(argument, 2 | 3) => {
                self.big(argument == 3).map_or(Item::Tag(argument), Item::Digits)
            }
            6 => Item::Tag(argument),
            _ => match head.info {
                20 => Item::Word("false"),
                21 => Item::Word("true"),
                22 => Item::Word("null"),
                24 if argument < 32 => return Err(Fault::new(at, "a reserved simple value")),
                25 => Item::Double(half(argument as u16)),
                26 => Item::Float(f32::from_bits(argument as u32)),
                27 => Item::Double(f64::from_bits(argument)),
                31 => Item::Break,
                _ => Item::Simple(argument as u8),
            },
        })
    }

    fn at(&self) -> usize {
        self.cursor.at()
    }

    fn left(&self) -> usize {
        self.cursor.left()
    }
}

fn text(bytes: Cow<'_, [u8]>, at: usize) -> Result<Cow<'_, str>, Fault> {
    let text = match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    };
    text.ok_or_else(|| Fault::new(at, "a text that is not UTF-8"))
}

/// A float of 16 bits (RFC 8949, appendix D).
fn half(bits: u16) -> f64 {
    let exponent = i32::from(bits >> 10 & 31);
    let mantissa = f64::from(bits & 0x3ff);
    let value = match exponent {
        0 => mantissa * 2f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (mantissa + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { value } else { -value }
}

/// A big integer in digits: the bytes big endian, or -1 minus that.
fn digits(bytes: &[u8], negative: bool) -> String {
    const BASE: u64 = 1_000_000_000;
    // Nine digits each, the least significant first.
    let mut parts = vec![0_u64];
    let mut add = |factor: u64, summand: u64| {
        let mut carry = summand;
        for part in &mut parts {
            let value = *part * factor + carry;
            *part = value % BASE;
            carry = value / BASE;
        }
        if carry > 0 {
            parts.push(carry);
        }
    };
    for byte in bytes {
        add(256, u64::from(*byte));
    }
    if negative {
        add(1, 1);
    }
    let mut out = if negative { "-".to_owned() } else { String::new() };
    let last = parts.pop().unwrap_or_default();
    out.push_str(&last.to_string());
    for part in parts.iter().rev() {
        // Writing to a String cannot fail.
        let _ = write!(out, "{part:09}");
    }
    out
}
