//! MessagePack (the specification of 2017), head by head. Lengths are checked against the bytes there are before anything is taken.

use std::borrow::Cow;

use super::fault::Fault;
use super::items::{Item, Items};

/// Reads the items of a payload.
pub(super) struct MessagePack<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> MessagePack<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        let end = usize::try_from(length).ok().and_then(|length| self.at.checked_add(length));
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| Fault::ends(self.bytes.len()))?;
        self.at += taken.len();
        Ok(taken)
    }

    /// A big endian number of so many bytes.
    fn unsigned(&mut self, width: u64) -> Result<u64, Fault> {
        Ok(self.take(width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn signed(&mut self, width: u64) -> Result<i64, Fault> {
        let unused = 64 - 8 * width as u32;
        Ok((self.unsigned(width)? << unused) as i64 >> unused)
    }

    fn text(&mut self, length: u64) -> Result<Item<'a>, Fault> {
        let bytes = self.take(length)?;
        // Before there was a type for bytes they travelled as text.
        Ok(std::str::from_utf8(bytes)
            .map_or(Item::Bytes(Cow::Borrowed(bytes)), |text| Item::Text(Cow::Borrowed(text))))
    }

    fn extension(&mut self, length: u64) -> Result<Item<'a>, Fault> {
        let kind = self.signed(1)? as i8;
        Ok(Item::Extension(kind, self.take(length)?))
    }
}

impl<'a> Items<'a> for MessagePack<'a> {
    fn next(&mut self) -> Result<Item<'a>, Fault> {
        let at = self.at;
        let first = self.take(1)?[0];
        Ok(match first {
            0..=0x7f => Item::Integer(i128::from(first)),
            0x80..=0x8f => Item::Map(Some(u64::from(first & 15))),
            0x90..=0x9f => Item::Array(Some(u64::from(first & 15))),
            0xa0..=0xbf => self.text(u64::from(first & 31))?,
            0xc0 => Item::Word("null"),
            0xc1 => return Err(Fault::new(at, "the byte that is never used, c1")),
            0xc2 => Item::Word("false"),
            0xc3 => Item::Word("true"),
            0xc4..=0xc6 => {
                let length = self.unsigned(1 << (first - 0xc4))?;
                Item::Bytes(Cow::Borrowed(self.take(length)?))
            }
            0xc7..=0xc9 => {
                let length = self.unsigned(1 << (first - 0xc7))?;
                self.extension(length)?
            }
            0xca => Item::Float(f32::from_bits(self.unsigned(4)? as u32)),
            0xcb => Item::Double(f64::from_bits(self.unsigned(8)?)),
            0xcc..=0xcf => Item::Integer(i128::from(self.unsigned(1 << (first - 0xcc))?)),
            0xd0..=0xd3 => Item::Integer(i128::from(self.signed(1 << (first - 0xd0))?)),
            0xd4..=0xd8 => self.extension(1 << (first - 0xd4))?,
            0xd9..=0xdb => {
                let length = self.unsigned(1 << (first - 0xd9))?;
                self.text(length)?
            }
            0xdc | 0xdd => Item::Array(Some(self.unsigned(2 << (first - 0xdc))?)),
            0xde | 0xdf => Item::Map(Some(self.unsigned(2 << (first - 0xde))?)),
            0xe0..=0xff => Item::Integer(i128::from(first as i8)),
        })
    }

    fn at(&self) -> usize {
        self.at
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }
}
