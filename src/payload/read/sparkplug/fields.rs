//! Fields of Sparkplug's schema as the types they have there, and the parts that are nothing but such fields.

use super::super::fault::Fault;
use super::super::protobuf::by_number;
use super::super::wire::{Field, Fields, Value};
use super::super::writer::Writer;

/// Checks that `bytes` are fields to their end, so that those of one number may be asked for by [`of`].
pub(super) fn check(bytes: &[u8]) -> Result<(), Fault> {
    Fields::new(bytes).try_for_each(|field| field.map(drop))
}

/// The fields with this number among those that were checked.
pub(super) fn of(bytes: &[u8], wanted: u32) -> impl Iterator<Item = Field<'_>> {
    Fields::new(bytes).map_while(Result::ok).filter(move |field| field.number == wanted)
}

pub(super) fn wrong(field: Field<'_>) -> Fault {
    Fault::new(0, format!("field {} is of another type than Sparkplug's in the message", field.number))
}

pub(super) fn number(field: Field<'_>) -> Result<u64, Fault> {
    match field.value {
        Value::Varint(number) => Ok(number),
        _ => Err(wrong(field)),
    }
}

pub(super) fn flag(field: Field<'_>) -> Result<bool, Fault> {
    number(field).map(|number| number != 0)
}

pub(super) fn bytes(field: Field<'_>) -> Result<&[u8], Fault> {
    match field.value {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(wrong(field)),
    }
}

pub(super) fn text(field: Field<'_>) -> Result<&str, Fault> {
    std::str::from_utf8(bytes(field)?)
        .map_err(|_| Fault::new(0, format!("field {} is no UTF-8 text in the message", field.number)))
}

/// `MetaData`: what the bytes of a value are.
pub(super) fn metadata(bytes: &[u8], writer: &mut Writer) -> Result<(), Fault> {
    writer.open('{');
    for field in Fields::new(bytes) {
        let field = field?;
        let key = match field.number {
            1 => "is_multi_part",
            2 => "content_type",
            3 => "size",
            4 => "seq",
            5 => "file_name",
            6 => "file_type",
            7 => "md5",
            8 => "description",
            _ => continue,
        };
        writer.key(key);
        match field.number {
            1 => writer.plain(flag(field)?),
            3 | 4 => writer.plain(number(field)?),
            _ => writer.text(text(field)?),
        }
    }
    by_number(bytes, |number| number > 8, writer, 0)?;
    writer.close('}');
    Ok(())
}
