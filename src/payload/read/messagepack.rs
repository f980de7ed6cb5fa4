//! MessagePack (the specification of 2017), head by head.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::fault::Fault;
use super::items::{Item, Items};

/// Reads the items of a payload.
pub(super) struct MessagePack<'a> {
    cursor: Cursor<'a>,
}

impl<'a> MessagePack<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(bytes, 0) }
    }

    fn signed(&mut self, width: u64) -> Result<i64, Fault> {
        let unused = 64 - 8 * width as u32;
        Ok((self.cursor.big_endian(width)? << unused) as i64 >> unused)
    }

    fn text(&mut self, length: u64) -> Result<Item<'a>, Fault> {
        let bytes = self.cursor.take(length)?;
        // Before there was a type for bytes they travelled as text.
        Ok(std::str::from_utf8(bytes)
            .map_or(Item::Bytes(Cow::Borrowed(bytes)), |text| Item::Text(Cow::Borrowed(text))))
    }

    fn extension(&mut self, length: u64) -> Result<Item<'a>, Fault> {
        let kind = self.signed(1)? as i8;
        Ok(Item::Extension(kind, self.cursor.take(length)?))
    }
}

impl<'a> Items<'a> for MessagePack<'a> {
    fn next(&mut self) -> Result<Item<'a>, Fault> {
        let at = self.cursor.at();
        let first = self.cursor.byte()?;
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
                let length = self.cursor.big_endian(1 << (first - 0xc4))?;
                Item::Bytes(Cow::Borrowed(self.cursor.take(length)?))
            }
            0xc7..=0xc9 => {
                let length = self.cursor.big_endian(1 << (first - 0xc7))?;
                self.extension(length)?
            }
            0xca => Item::Float(f32::from_bits(self.cursor.big_endian(4)? as u32)),
            0xcb => Item::Double(f64::from_bits(self.cursor.big_endian(8)?)),
            0xcc..=0xcf => Item::Integer(i128::from(self.cursor.big_endian(1 << (first - 0xcc))?)),
            0xd0..=0xd3 => Item::Integer(i128::from(self.signed(1 << (first - 0xd0))?)),
            0xd4..=0xd8 => self.extension(1 << (first - 0xd4))?,
            0xd9..=0xdb => {
                let length = self.cursor.big_endian(1 << (first - 0xd9))?;
                self.text(length)?
            }
            0xdc | 0xdd => Item::Array(Some(self.cursor.big_endian(2 << (first - 0xdc))?)),
            0xde | 0xdf => Item::Map(Some(self.cursor.big_endian(2 << (first - 0xde))?)),
            0xe0..=0xff => Item::Integer(i128::from(first as i8)),
        })
    }

    fn at(&self) -> usize {
        self.cursor.at()
    }

    fn left(&self) -> usize {
        self.cursor.left()
    }
}
