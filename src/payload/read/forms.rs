//! Reads bytes as one form: what the user says they are, or what they turned out to be.

use prost_reflect::MessageDescriptor;

use super::super::kind::{Kind, of_text};
use super::cbor::Cbor;
use super::fault::Fault;
use super::items::{Traits, render};
use super::messagepack::MessagePack;
use super::unwrap::Limits;
use super::writer::Writer;
use super::{Hints, array, protobuf, schema_json, sparkplug};
use crate::model::{Form, SchemaName};

/// What bytes are, with their text where they are binary.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) text: Option<String>,
    pub(super) note: Option<String>,
}

impl Found {
    /// Bytes that are shown as they are.
    pub(super) fn plain(kind: Kind) -> Self {
        Self { kind, text: None, note: None }
    }

    fn written(kind: Kind, writer: Writer, note: Option<String>) -> Self {
        let not_finite = writer.not_finite.then(|| "NaN and infinities are written as text".to_owned());
        let note = match (note, not_finite) {
            (Some(note), Some(other)) => Some(format!("{note}; {other}")),
            (note, other) => note.or(other),
        };
        Self { kind, text: Some(writer.finish()), note }
    }
}

/// Reads `bytes` as `form`, or says why they are not that.
pub(super) fn read(form: &Form, bytes: &[u8], hints: &Hints<'_>, limits: Limits) -> Result<Found, Fault> {
    match form {
        Form::Auto | Form::Hex => Ok(Found::plain(Kind::Binary)),
        Form::Text => Ok(Found::plain(Kind::Text)),
        Form::Json => json(bytes),
        Form::Xml => utf8(bytes).map(|_| Found::plain(Kind::Xml)),
        Form::Cbor => cbor(bytes, limits).map(|(found, _)| found),
        Form::MessagePack => messagepack(bytes, limits).map(|(found, _)| found),
        Form::Protobuf(None) => {
            let mut writer = Writer::new(limits.text);
            protobuf::render(bytes, &mut writer)?;
            let note = "no schema: fields are shown by number, as what they look like".to_owned();
            Ok(Found::written(Kind::Protobuf, writer, Some(note)))
        }
        Form::Protobuf(Some(schema)) => by_schema(bytes, schema, hints, limits),
        Form::Sparkplug => sparkplug(bytes, hints, limits),
        Form::Array(element) => {
            let mut writer = Writer::new(limits.text);
            let rest = array::render(bytes, *element, &mut writer);
            let rest = rest.ok_or_else(|| Fault::too_long(bytes.len()))?;
            let bytes = if rest == 1 { "byte is" } else { "bytes are" };
            let note = (rest > 0).then(|| format!("{rest} {bytes} left over at the end"));
            Ok(Found::written(Kind::Array(*element), writer, note))
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| Fault::new(error.valid_up_to(), "no UTF-8 text"))
}

fn json(bytes: &[u8]) -> Result<Found, Fault> {
    match super::super::json::check(utf8(bytes)?) {
        Ok(()) => Ok(Found::plain(Kind::Json)),
        Err(fault) => Err(Fault::new(fault.offset, fault.reason.to_string())),
    }
}

/// CBOR, and what speaks for it.
pub(super) fn cbor(bytes: &[u8], limits: Limits) -> Result<(Found, Traits), Fault> {
    let mut writer = Writer::new(limits.text);
    let traits = render(&mut Cbor::new(bytes), &mut writer)?;
    Ok((Found::written(Kind::Cbor, writer, None), traits))
}

/// MessagePack, and what speaks for it.
pub(super) fn messagepack(bytes: &[u8], limits: Limits) -> Result<(Found, Traits), Fault> {
    let mut writer = Writer::new(limits.text);
    let traits = render(&mut MessagePack::new(bytes), &mut writer)?;
    Ok((Found::written(Kind::MessagePack, writer, None), traits))
}

/// Most bytes that are read by a schema: the library builds the whole message, and two bytes may be a message with all its fields.
const LARGEST_BY_SCHEMA: usize = 8 << 20;

/// The schema of this form at hand, or why there is none.
fn schema<'a>(name: &SchemaName, hints: &Hints<'a>) -> Result<&'a MessageDescriptor, String> {
    let unloaded = || Err(format!("{name} is not loaded"));
    hints.schemas.map_or_else(unloaded, |schemas| schemas.message(name))
}

/// Why there is no schema of this form, where it needs one.
pub(super) fn schema_fault(form: &Form, hints: &Hints<'_>) -> Option<String> {
    let Form::Protobuf(Some(name)) = form else { return None };
    schema(name, hints).err()
}

fn by_schema(bytes: &[u8], name: &SchemaName, hints: &Hints<'_>, limits: Limits) -> Result<Found, Fault> {
    let message = schema(name, hints).and_then(|message| {
        let fits = bytes.len() <= LARGEST_BY_SCHEMA;
        fits.then_some(message).ok_or_else(|| "the payload is larger than 8 MiB".to_owned())
    });
    let message = match message {
        Ok(message) => message,
        // Not the payload's fault: its fields can still be told by number.
        Err(reason) => {
            let found = read(&Form::Protobuf(None), bytes, hints, limits)?;
            return Ok(Found { note: Some(format!("shown without its schema: {reason}")), ..found });
        }
    };
    let mut writer = Writer::new(limits.text);
    schema_json::render(bytes, message, &mut writer)?;
    Ok(Found::written(Kind::Protobuf, writer, None))
}

/// A Sparkplug B payload of the topic at hand.
pub(super) fn sparkplug(bytes: &[u8], hints: &Hints<'_>, limits: Limits) -> Result<Found, Fault> {
    let mut writer = Writer::new(limits.text);
    let seen = sparkplug::render(bytes, hints.topic, hints.aliases, &mut writer)?;
    let note = match seen.unnamed {
        0 => None,
        1 => Some("1 metric has a number and no name: its birth was not seen".to_owned()),
        n => Some(format!("{n} metrics have numbers and no names: their births were not seen")),
    };
    Ok(Found::written(Kind::SparkplugB, writer, note))
}

/// The state of a Sparkplug host: JSON (3.0) or one of two words (2.2).
pub(super) fn state(bytes: &[u8], topic: &str) -> Option<Found> {
    let text = std::str::from_utf8(bytes).ok()?;
    if matches!(text, "ONLINE" | "OFFLINE") {
        return Some(Found::plain(Kind::SparkplugState));
    }
    let is_object = topic.starts_with(sparkplug::NAMESPACE)
        && text.trim_ascii_start().starts_with('{')
        && of_text(text) == (Kind::Json, None);
    is_object.then(|| Found { text: Some(text.to_owned()), ..Found::plain(Kind::SparkplugState) })
}
