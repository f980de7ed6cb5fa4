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
    by_number(bytes, |_| true, writer, depth)?;
    writer.close('}');
    Ok(())
}

/// Writes those of the fields `bytes` whose number is `wanted`, by number, into an object that is open. Of each field only its place is
/// kept meanwhile: two bytes may be one.
pub(super) fn by_number(
    bytes: &[u8],
    wanted: impl Fn(u32) -> bool,
    writer: &mut Writer,
    depth: usize,
) -> Result<(), Fault> {
    let mut order: Vec<(u32, u32)> = Vec::new();
    let mut place: HashMap<u32, u32> = HashMap::new();
    let mut fields = Fields::new(bytes);
    loop {
        let at = u32::try_from(fields.at()).map_err(|_| Fault::too_long(bytes.len()))?;
        let Some(field) = fields.next() else { break };
        let number = field?.number;
        if wanted(number) {
            let next = place.len() as u32;
            order.push((*place.entry(number).or_insert(next), at));
        }
    }
    order.sort_unstable();
    for alike in order.chunk_by(|(one, _), (other, _)| one == other) {
        let fields = alike.iter().filter_map(|(_, at)| Fields::new(&bytes[*at as usize..]).next());
        for (index, field) in fields.enumerate() {
            let Field { number, value: content } = field?;
            if index == 0 {
                writer.key_of(number);
            }
            if index == 0 && alike.len() > 1 {
                writer.open('[');
            }
            value(content, writer, depth)?;
        }
        if alike.len() > 1 {
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
