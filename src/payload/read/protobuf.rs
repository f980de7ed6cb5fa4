//! Protobuf without a schema: fields by number. Wire types say too little to be sure of more: a varint is shown as the unsigned number it
//! is; 32 and 64 bits as a float where that is a plausible one; bytes as text where they are printable, else as a message where they are
//! one, else as bytes. A field that comes more than once is an array, at the place of the first.

use std::collections::HashMap;

use super::fault::Fault;
use super::wire::{Field, Fields, MOST_NESTED, Value, are_fields};
use super::writer::Writer;

/// Writes the message `bytes`; on a fault what is written is of no use.
pub(super) fn render(bytes: &[u8], writer: &mut Writer) -> Result<(), Fault> {
    if bytes.is_empty() {
        return Err(Fault::ends(0));
    }
    message(bytes, writer, 0)
}

/// Recursion ends at [`MOST_NESTED`].
fn message(bytes: &[u8], writer: &mut Writer, depth: usize) -> Result<(), Fault> {
    writer.open('{');
    let fields: Vec<Field<'_>> = Fields::new(bytes).collect::<Result<_, _>>()?;
    unknown_fields(&fields, writer, depth)?;
    writer.close('}');
    Ok(())
}

/// Writes `fields` by number, into an object that is open.
pub(super) fn unknown_fields(fields: &[Field<'_>], writer: &mut Writer, depth: usize) -> Result<(), Fault> {
    let mut order: Vec<(u32, Vec<Value<'_>>)> = Vec::new();
    let mut place: HashMap<u32, usize> = HashMap::new();
    for field in fields {
        let at = *place.entry(field.number).or_insert_with(|| {
            order.push((field.number, Vec::new()));
            order.len() - 1
        });
        order[at].1.push(field.value);
    }
    for (number, values) in order {
        writer.key_of(number);
        if let [one] = values[..] {
            value(one, writer, depth)?;
        } else {
            writer.open('[');
            for one in values {
                value(one, writer, depth)?;
            }
            writer.close(']');
        }
    }
    Ok(())
}

fn value(value: Value<'_>, writer: &mut Writer, depth: usize) -> Result<(), Fault> {
    if writer.is_full() {
        return Err(Fault::too_long(0));
    }
    match value {
        Value::Varint(number) => writer.plain(number),
        Value::Fixed32(bits) => {
            let float = f32::from_bits(bits);
            if is_plausible(f64::from(float)) { writer.float32(float) } else { writer.plain(bits) }
        }
        Value::Fixed64(bits) => {
            let float = f64::from_bits(bits);
            if is_plausible(float) { writer.float(float) } else { writer.plain(bits) }
        }
        Value::Group(fields) if depth < MOST_NESTED => message(fields, writer, depth + 1)?,
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if is_printable(text) => writer.text(text),
            _ if depth < MOST_NESTED && are_fields(bytes) => message(bytes, writer, depth + 1)?,
            Ok(text) => writer.text(text),
            Err(_) => writer.bytes(bytes),
        },
        Value::Group(bytes) => writer.bytes(bytes),
    }
    Ok(())
}

/// What is measured in the world lies in here; small integers, read as floats, do not.
fn is_plausible(float: f64) -> bool {
    float == 0.0 && float.is_sign_positive() || (1e-9..1e15).contains(&float.abs())
}

fn is_printable(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Whether bytes that nobody called Protobuf can hardly be anything else: at least two fields, numbers small and in order as every
/// encoder writes them, no groups, floats that are plausible ones, and a printable text of four characters or more.
pub(super) fn is_likely(bytes: &[u8]) -> bool {
    const LEAST: usize = 8;
    const HIGHEST: u32 = 64;
    if bytes.len() < LEAST {
        return false;
    }
    let (mut last, mut distinct, mut words) = (0, 0, false);
    for field in Fields::new(bytes) {
        let Ok(Field { number, value }) = field else { return false };
        if number < last || number > HIGHEST || matches!(value, Value::Group(_)) {
            return false;
        }
        distinct += u32::from(number > last);
        last = number;
        match value {
            Value::Bytes(bytes) => {
                let text = std::str::from_utf8(bytes).ok().filter(|text| is_printable(text));
                words |= text.is_some_and(|text| text.chars().nth(3).is_some());
            }
            Value::Fixed32(bits) if !is_plausible(f64::from(f32::from_bits(bits))) => return false,
            Value::Fixed64(bits) if !is_plausible(f64::from_bits(bits)) => return false,
            _ => {}
        }
    }
    words && distinct >= 2
}
