//! Values of Sparkplug by their datatype (6.4.16): signed numbers come as two's complement in unsigned fields.

use super::super::fault::Fault;
use super::super::wire::{Field, Fields, Value};
use super::super::writer::Writer;
use super::super::{array, protobuf};
use super::MOST_NESTED;
use super::fields::{bytes, check, flag, number, of, text, wrong};
use crate::model::Element;

/// The code of a datatype.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Datatype(pub(super) u64);

const NAMES: [&str; 35] = [
    "Unknown",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float",
    "Double",
    "Boolean",
    "String",
    "DateTime",
    "Text",
    "UUID",
    "DataSet",
    "Bytes",
    "File",
    "Template",
    "PropertySet",
    "PropertySetList",
    "Int8Array",
    "Int16Array",
    "Int32Array",
    "Int64Array",
    "UInt8Array",
    "UInt16Array",
    "UInt32Array",
    "UInt64Array",
    "FloatArray",
    "DoubleArray",
    "BooleanArray",
    "StringArray",
    "DateTimeArray",
];

impl Datatype {
    pub(super) fn name(self) -> Option<&'static str> {
        NAMES.get(usize::try_from(self.0).ok()?).copied()
    }

    fn element(self) -> Option<Element> {
        Element::from_name(match self.name()? {
            "Int8Array" => "i8",
            "Int16Array" => "i16",
            "Int32Array" => "i32",
            "Int64Array" => "i64",
            "UInt8Array" => "u8",
            "UInt16Array" => "u16",
            "UInt32Array" => "u32",
            "UInt64Array" | "DateTimeArray" => "u64",
            "FloatArray" => "f32",
            "DoubleArray" => "f64",
            _ => return None,
        })
    }
}

/// A plain value by its place among int, long, float, double, boolean and string.
pub(super) fn plain(
    place: u32,
    value: Value<'_>,
    datatype: Option<Datatype>,
    writer: &mut Writer,
) -> Result<(), Fault> {
    match (place, value) {
        (0 | 1, Value::Varint(bits)) => integer(bits, datatype, writer),
        (2, Value::Fixed32(bits)) => writer.float32(f32::from_bits(bits)),
        (3, Value::Fixed64(bits)) => writer.float(f64::from_bits(bits)),
        (4, Value::Varint(bits)) => writer.plain(bits != 0),
        (5, Value::Bytes(_)) => writer.text(text(Field { number: place, value })?),
        _ => return Err(wrong(Field { number: place, value })),
    }
    Ok(())
}

fn integer(bits: u64, datatype: Option<Datatype>, writer: &mut Writer) {
    let width = match datatype.map(|datatype| datatype.0) {
        Some(1) => 8,
        Some(2) => 16,
        Some(3) => 32,
        Some(4) => 64,
        _ => return writer.plain(bits),
    };
    // Senders fill the field up with ones or not: what fits neither way is shown as it came.
    let signed = (bits << (64 - width)) as i64 >> (64 - width);
    let fits = width == 64 || bits >> width == 0 || bits == signed as u64 || bits == u64::from(signed as u32);
    if fits { writer.plain(signed) } else { writer.plain(bits) }
}

/// Bytes, or an array packed in them (6.4.16).
pub(super) fn packed(bytes: &[u8], datatype: Option<Datatype>, writer: &mut Writer) {
    let element = datatype.and_then(Datatype::element);
    if let Some(element) = element.filter(|element| bytes.len().is_multiple_of(element.width())) {
        // A text that grows too long is noticed at the next metric.
        let _ = array::render(bytes, element, writer);
        return;
    }
    match datatype.and_then(Datatype::name) {
        Some("BooleanArray") if bytes.len() >= 4 => booleans(bytes, writer),
        Some("StringArray") if bytes.last() == Some(&0) && std::str::from_utf8(bytes).is_ok() => {
            writer.open('[');
            for text in String::from_utf8_lossy(&bytes[..bytes.len() - 1]).split('\0') {
                writer.text(text);
            }
            writer.close(']');
        }
        _ => writer.bytes(bytes),
    }
}

/// A count of four bytes, then bits, the most significant first.
fn booleans(bytes: &[u8], writer: &mut Writer) {
    let (count, bits) = bytes.split_at(4);
    let count = count.iter().rev().fold(0_usize, |count, byte| count << 8 | usize::from(*byte));
    if count.div_ceil(8) != bits.len() {
        return writer.bytes(bytes);
    }
    writer.open('[');
    for index in 0..count {
        if writer.is_full() {
            break;
        }
        writer.plain(bits[index / 8] & 0x80 >> (index % 8) != 0);
    }
    writer.close(']');
}

/// A table: names and types of columns, rows of values (6.4.17).
pub(super) fn data_set(table: &[u8], writer: &mut Writer) -> Result<(), Fault> {
    check(table)?;
    let mut types = Vec::new();
    for field in of(table, 3) {
        match field.value {
            Value::Varint(code) => types.push(Datatype(code)),
            // Numbers of one field may come packed.
            Value::Bytes(packed) => types.extend(packed.iter().map(|code| Datatype(u64::from(*code)))),
            _ => return Err(wrong(field)),
        }
    }
    writer.open('{');
    writer.key("columns");
    writer.open('[');
    for field in of(table, 2) {
        writer.text(text(field)?);
    }
    writer.close(']');
    writer.key("types");
    writer.open('[');
    for datatype in &types {
        match datatype.name() {
            Some(name) => writer.text(name),
            None => writer.plain(datatype.0),
        }
    }
    writer.close(']');
    writer.key("rows");
    writer.open('[');
    for field in of(table, 4) {
        if writer.is_full() {
            return Err(Fault::too_long(0));
        }
        row(bytes(field)?, &types, writer)?;
    }
    writer.close(']');
    writer.close('}');
    Ok(())
}

fn row(elements: &[u8], types: &[Datatype], writer: &mut Writer) -> Result<(), Fault> {
    writer.open('[');
    let elements = Fields::new(elements).filter(|field| !matches!(field, Ok(field) if field.number != 1));
    for (index, element) in elements.enumerate() {
        match Fields::new(bytes(element?)?).next() {
            Some(value) => {
                let Field { number, value } = value?;
                plain(number.wrapping_sub(1), value, types.get(index).copied(), writer)?;
            }
            None => writer.plain("null"),
        }
    }
    writer.close(']');
    Ok(())
}

/// A parameter of a template: name, datatype, value.
pub(super) fn parameter(parameter: &[u8], writer: &mut Writer) -> Result<(), Fault> {
    let (mut name, mut datatype, mut found) = ("", None, None);
    for field in Fields::new(parameter) {
        let field = field?;
        match field.number {
            1 => name = text(field)?,
            2 => datatype = Some(Datatype(number(field)?)),
            3..=8 => found = Some(field),
            _ => {}
        }
    }
    writer.key(name);
    let Some(field) = found else {
        writer.plain("null");
        return Ok(());
    };
    plain(field.number - 3, field.value, datatype, writer)
}

/// Names and values side by side (6.4.14).
pub(super) fn property_set(set: &[u8], writer: &mut Writer, depth: usize) -> Result<(), Fault> {
    if depth > MOST_NESTED {
        return Err(Fault::new(0, format!("property sets nested deeper than {MOST_NESTED}")));
    }
    check(set)?;
    let mut keys = of(set, 1);
    writer.open('{');
    for field in of(set, 2) {
        if writer.is_full() {
            return Err(Fault::too_long(0));
        }
        match keys.next() {
            Some(key) => writer.key(text(key)?),
            None => writer.key(""),
        }
        property(bytes(field)?, writer, depth)?;
    }
    writer.close('}');
    Ok(())
}

fn property(value: &[u8], writer: &mut Writer, depth: usize) -> Result<(), Fault> {
    let (mut datatype, mut null, mut found) = (None, false, None);
    for field in Fields::new(value) {
        let field = field?;
        match field.number {
            1 => datatype = Some(Datatype(number(field)?)),
            2 => null = flag(field)?,
            _ => found = Some(field),
        }
    }
    match found {
        Some(field) if !null => match (field.number, field.value) {
            (9, Value::Bytes(set)) => property_set(set, writer, depth + 1),
            (10, Value::Bytes(list)) => {
                writer.open('[');
                for set in Fields::new(list) {
                    property_set(bytes(set?)?, writer, depth + 1)?;
                }
                writer.close(']');
                Ok(())
            }
            (place @ 3..=8, value) => plain(place - 3, value, datatype, writer),
            // An extension: by number.
            _ => {
                writer.open('{');
                protobuf::by_number(value, |number| number == field.number, writer, depth)?;
                writer.close('}');
                Ok(())
            }
        },
        _ => {
            writer.plain("null");
            Ok(())
        }
    }
}
