//! A Protobuf message by its schema as JSON text: fields by name in the order of the schema, 64-bit numbers as digits, enum values by
//! name. A scalar that is at its default is not on the wire where presence is implicit; it is shown, since that is its value.

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value,
};

use super::fault::Fault;
use super::protobuf::by_number;
use super::wire::Fields;
use super::writer::Writer;

/// Writes `bytes` as a message of `schema`; on a fault what is written is of no use. Messages nest 100 deep at most, as the decoder of
/// the Protobuf library has it.
pub(super) fn render(bytes: &[u8], schema: &MessageDescriptor, writer: &mut Writer) -> Result<(), Fault> {
    let decoded = DynamicMessage::decode(schema.clone(), bytes);
    // The library tells no place: what is no Protobuf at all is told with one by the reader of the wire.
    let decoded = decoded.map_err(|error| {
        let place = Fields::new(bytes).find_map(Result::err);
        place.unwrap_or_else(|| Fault::new(0, format!("{error} in the message")))
    })?;
    message(&decoded, writer)
}

fn message(decoded: &DynamicMessage, writer: &mut Writer) -> Result<(), Fault> {
    if writer.is_full() {
        return Err(Fault::too_long(0));
    }
    writer.open('{');
    let schema = decoded.descriptor();
    let declared = schema.descriptor_proto().field.iter();
    for field in declared.filter_map(|field| schema.get_field(field.number().unsigned_abs())) {
        let implicit = !field.supports_presence() && !field.is_list() && !field.is_map();
        if decoded.has_field(&field) || implicit {
            writer.key(field.name());
            value(&decoded.get_field(&field), &field, writer)?;
        }
    }
    for (extension, content) in decoded.extensions() {
        writer.key(&format!("[{}]", extension.full_name()));
        scalar(content, &extension.kind(), writer)?;
    }
    let mut unknown = Vec::new();
    for field in decoded.unknown_fields() {
        field.encode(&mut unknown);
    }
    by_number(&unknown, |_| true, writer, 0)?;
    writer.close('}');
    Ok(())
}

fn value(content: &Value, field: &FieldDescriptor, writer: &mut Writer) -> Result<(), Fault> {
    match content {
        Value::Map(map) => {
            let kind = match field.kind() {
                Kind::Message(entry) => entry.map_entry_value_field().kind(),
                other => other,
            };
            // The wire has no order for them; this one stays the same from message to message.
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            writer.open('{');
            for (key, content) in entries {
                map_key(key, writer);
                scalar(content, &kind, writer)?;
            }
            writer.close('}');
            Ok(())
        }
        other => scalar(other, &field.kind(), writer),
    }
}

fn map_key(key: &MapKey, writer: &mut Writer) {
    match key {
        MapKey::Bool(key) => writer.key_of(key),
        MapKey::I32(key) => writer.key_of(key),
        MapKey::I64(key) => writer.key_of(key),
        MapKey::U32(key) => writer.key_of(key),
        MapKey::U64(key) => writer.key_of(key),
        MapKey::String(key) => writer.key(key),
    }
}

/// A value that is no map; an element of a list among them.
fn scalar(content: &Value, kind: &Kind, writer: &mut Writer) -> Result<(), Fault> {
    match content {
        Value::Bool(value) => writer.plain(value),
        Value::I32(value) => writer.plain(value),
        Value::I64(value) => writer.plain(value),
        Value::U32(value) => writer.plain(value),
        Value::U64(value) => writer.plain(value),
        Value::F32(value) => writer.float32(*value),
        Value::F64(value) => writer.float(*value),
        Value::String(value) => writer.text(value),
        Value::Bytes(value) => writer.bytes(value),
        Value::EnumNumber(number) => {
            let named = match kind {
                Kind::Enum(descriptor) => descriptor.get_value(*number),
                _ => None,
            };
            match named {
                Some(value) => writer.text(value.name()),
                None => writer.plain(number),
            }
        }
        Value::Message(value) => message(value, writer)?,
        Value::List(values) => {
            writer.open('[');
            for value in values {
                if writer.is_full() {
                    return Err(Fault::too_long(0));
                }
                scalar(value, kind, writer)?;
            }
            writer.close(']');
        }
        // A map is the value of a field, and `value` has seen to it.
        Value::Map(_) => writer.plain("null"),
    }
    Ok(())
}
