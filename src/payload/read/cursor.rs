//! Bytes read from front to end. A length is checked against the bytes there are before anything is taken. Called by the readers of CBOR,
//! MessagePack and Protobuf.

use super::fault::Fault;

/// Bytes, and how far they were read.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Reads from byte `at` on.
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Offset of the next byte.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Bytes that were not read.
    pub(super) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// Goes to byte `at`, back or on.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Leaves out what was not read.
    pub(super) fn skip_rest(&mut self) {
        self.at = self.bytes.len();
    }

    /// The bytes from `start` up to `end`, which were read.
    pub(super) fn between(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The next `length` bytes.
    pub(super) fn take(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        let end = usize::try_from(length).ok().and_then(|length| self.at.checked_add(length));
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| Fault::ends(self.bytes.len()))?;
        self.at += taken.len();
        Ok(taken)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        let byte = *self.bytes.get(self.at).ok_or_else(|| Fault::ends(self.bytes.len()))?;
        self.at += 1;
        Ok(byte)
    }

    /// A number of so many bytes, at most 8, the most significant first.
    pub(super) fn big_endian(&mut self, width: u64) -> Result<u64, Fault> {
        Ok(self.take(width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// A number of so many bytes, at most 8, the least significant first.
    pub(super) fn little_endian(&mut self, width: u64) -> Result<u64, Fault> {
        Ok(self.take(width)?.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_past_the_end() {
        let mut cursor = Cursor::new(&[1, 2, 3, 4, 5], 0);
        assert_eq!((cursor.big_endian(2), cursor.little_endian(2)), (Ok(0x0102), Ok(0x0403)));
        for length in [2, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(cursor.take(length), Err(Fault::ends(5)));
        }
        assert_eq!((cursor.at(), cursor.left(), cursor.byte()), (4, 1, Ok(5)));
        assert_eq!(cursor.byte(), Err(Fault::ends(5)));
        cursor.go_to(usize::MAX);
        assert_eq!((cursor.take(1), cursor.left()), (Err(Fault::ends(5)), 0));
    }
}
