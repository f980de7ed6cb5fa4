//! The wire format of Protobuf: fields with a number and one of five types (protobuf.dev, "Encoding"). Nothing is copied.

use super::cursor::Cursor;
use super::fault::Fault;

/// Groups within groups; Protobuf itself refuses messages nested deeper than 100.
pub(super) const MOST_NESTED: usize = 64;
/// Largest number of a field.
const LAST_FIELD: u64 = (1 << 29) - 1;

/// What a field holds, as it lies on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    /// Text, bytes, a message or packed numbers.
    Bytes(&'a [u8]),
    /// The fields of a group, without its end.
    Group(&'a [u8]),
    Fixed32(u32),
}

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) number: u32,
    pub(super) value: Value<'a>,
}

/// The fields of a message in the order sent. Ends after a fault.
pub(super) struct Fields<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(bytes, 0) }
    }

    /// Offset of the next field.
    pub(super) fn at(&self) -> usize {
        self.cursor.at()
    }

    fn varint(&mut self) -> Result<u64, Fault> {
        let start = self.cursor.at();
        let mut value = 0_u64;
        for index in 0..10 {
            let byte = self.cursor.byte()?;
            if index == 9 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Fault::new(start, "a number of more than 64 bits"))
    }

    /// Number and wire type.
    fn tag(&mut self) -> Result<(u32, u8), Fault> {
        let at = self.cursor.at();
        let tag = self.varint()?;
        let number = tag >> 3;
        if number == 0 || number > LAST_FIELD {
            return Err(Fault::new(at, format!("no field can have the number {number}")));
        }
        Ok((number as u32, (tag & 7) as u8))
    }

    fn field(&mut self) -> Result<Field<'a>, Fault> {
        let at = self.cursor.at();
        let (number, wire_type) = self.tag()?;
        let value = match wire_type {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(self.cursor.little_endian(8)?),
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.cursor.take(length)?)
            }
            3 => Value::Group(self.group(number)?),
            4 => return Err(Fault::new(at, "the end of a group that was not begun")),
            5 => Value::Fixed32(self.cursor.little_endian(4)? as u32),
            _ => return Err(Fault::new(at, format!("there is no wire type {wire_type}"))),
        };
        Ok(Field { number, value })
    }

    /// The bytes up to the end of the group that has just begun.
    fn group(&mut self, number: u32) -> Result<&'a [u8], Fault> {
        let start = self.cursor.at();
        let mut open = vec![number];
        while let Some(innermost) = open.last() {
            let at = self.cursor.at();
            let (number, wire_type) = self.tag()?;
            match wire_type {
                0 => drop(self.varint()?),
                1 => drop(self.cursor.take(8)?),
                2 => {
                    let length = self.varint()?;
                    self.cursor.take(length)?;
                }
                3 if open.len() == MOST_NESTED => return Err(Fault::new(at, "groups nested too deep")),
                3 => open.push(number),
                4 if number == *innermost => {
                    open.pop();
                    if open.is_empty() {
                        return Ok(self.cursor.between(start, at));
                    }
                }
                5 => drop(self.cursor.take(4)?),
                _ => return Err(Fault::new(at, format!("wire type {wire_type} in a group"))),
            }
        }
        Err(Fault::ends(self.cursor.at()))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.left() == 0 {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.cursor.skip_rest();
        }
        Some(field)
    }
}

/// Whether all of `bytes` are fields. Looks at this message only, not into messages within: linear however deep they nest.
pub(super) fn are_fields(bytes: &[u8]) -> bool {
    !bytes.is_empty() && Fields::new(bytes).all(|field| field.is_ok())
}
