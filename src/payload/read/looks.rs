//! What bytes are that nobody has named: by marks, topic and content type, then by structure, so strictly that a wrong guess is rare.

use super::super::format;
use super::super::json::{JsonFault, JsonReason};
use super::super::kind::{Kind, of_text};
use super::cbor::SELF_DESCRIBED;
use super::content_type::form_of;
use super::fault::Fault;
use super::forms::{self, Found, cbor, messagepack};
use super::image::image;
use super::items::Traits;
use super::unwrap::{Limits, Unwrapped, data_url, marked, may_be_base64, unwrap};
use super::{Hints, protobuf, sparkplug};
use crate::model::{Form, Wrapping};

/// Shortest payload taken for CBOR or MessagePack: shorter ones are numbers of a device's own.
const LEAST_BINARY: usize = 5;
/// How far invalid bytes are counted for the note, from the first on.
const COUNT_LIMIT: usize = 1024 * 1024;

/// What bytes look like.
#[derive(Debug)]
pub(super) enum Look {
    /// The innermost layer.
    Found(Found),
    /// A wrapping, its content, and the content type that it names.
    Wrapped(Wrapping, Unwrapped, Option<String>),
}

/// Looks at one layer.
pub(super) fn look(bytes: &[u8], hints: &Hints<'_>, limits: Limits) -> Look {
    if bytes.is_empty() {
        return Look::Found(Found::plain(Kind::Empty));
    }
    let mut note = None;
    if let Some(wrapping) = marked(bytes) {
        match unwrap(wrapping, bytes, limits) {
            Ok(unwrapped) => return Look::Wrapped(wrapping, unwrapped, None),
            // "x^" begins texts as well.
            Err(_) if wrapping == Wrapping::Zlib && bytes[1] == b'^' => {}
            Err(fault) => note = Some(format!("begins like {}: {fault}", wrapping.name())),
        }
    }
    // "GIF89a" begins texts as well; in no picture is there not one zero.
    if let Some(kind) = image(bytes).filter(|_| bytes.contains(&0)) {
        return Look::Found(Found::plain(kind));
    }
    match announced(bytes, hints, limits) {
        Some(Ok(look)) => return look,
        Some(Err(reason)) => note = Some(reason),
        None => {}
    }
    let mut look = match std::str::from_utf8(bytes) {
        Ok(text) => textual(text, hints, limits),
        Err(fault) => Look::Found(binary(bytes, fault.valid_up_to(), limits, note.is_none())),
    };
    if let Look::Found(found) = &mut look
        && let Some(note) = note
    {
        found.note = Some(found.note.take().map_or(note.clone(), |other| format!("{note}; {other}")));
    }
    look
}

/// What topic or content type say; `None` when they say nothing of a binary format.
fn announced(bytes: &[u8], hints: &Hints<'_>, limits: Limits) -> Option<Result<Look, String>> {
    match sparkplug::role(hints.topic) {
        Some(sparkplug::Role::Payload) => {
            if let Some(body) = sparkplug::compressed(bytes)
                && let Some(wrapping) = marked(body)
                && let Ok(unwrapped) = unwrap(wrapping, body, limits)
            {
                return Some(Ok(Look::Wrapped(wrapping, unwrapped, None)));
            }
            let read = forms::sparkplug(bytes, hints, limits).map(Look::Found);
            return Some(read.map_err(|fault| format!("no Sparkplug B payload as the topic says: {fault}")));
        }
        Some(sparkplug::Role::State) => {
            if let Some(found) = forms::state(bytes, hints.topic) {
                return Some(Ok(Look::Found(found)));
            }
        }
        None => {}
    }
    let content_type = hints.content_type?;
    let form = form_of(content_type)?;
    let read = forms::read(&form, bytes, hints, limits).map(Look::Found);
    Some(read.map_err(|fault| format!("no {form} as the content type says: {fault}")))
}

/// Text, or base64 of something that is recognised.
fn textual(text: &str, hints: &Hints<'_>, limits: Limits) -> Look {
    let (kind, fault) = of_text(text);
    if matches!(kind, Kind::Text | Kind::Binary) {
        if let Some(wrapped) = wrapped_in_text(text.as_bytes(), hints, limits) {
            return wrapped;
        }
        if has_controls(text) && protobuf::is_likely(text.as_bytes()) {
            let found = protobuf_found(text.as_bytes(), limits);
            return Look::Found(found.unwrap_or_else(|| Found::plain(kind)));
        }
    }
    let begins_json = text.trim_ascii_start().starts_with(['{', '[']);
    let note = fault.filter(|_| begins_json).map(|fault| json_note(&fault));
    Look::Found(Found { note, ..Found::plain(kind) })
}

fn json_note(fault: &JsonFault) -> String {
    match fault.reason {
        JsonReason::TooDeep => format!("JSON shown as sent: {fault}"),
        _ => format!("not valid JSON: {fault}"),
    }
}

/// Characters that no text has and field numbers are.
fn has_controls(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, 0..=7 | 0x0e..=0x1a))
}

fn wrapped_in_text(bytes: &[u8], hints: &Hints<'_>, limits: Limits) -> Option<Look> {
    if let Some(url) = data_url(bytes) {
        let unwrapped = unwrap(Wrapping::DataUrl, bytes, limits).ok()?;
        let named = (!url.media_type.is_empty()).then(|| url.media_type.to_owned());
        return Some(Look::Wrapped(Wrapping::DataUrl, unwrapped, named));
    }
    if !may_be_base64(bytes) {
        return None;
    }
    let unwrapped = unwrap(Wrapping::Base64, bytes, limits).ok()?;
    is_recognised(&unwrapped.bytes, hints, limits).then_some(Look::Wrapped(Wrapping::Base64, unwrapped, None))
}

/// Whether bytes are something by themselves: words and numbers come out of any base64, and say nothing.
fn is_recognised(bytes: &[u8], hints: &Hints<'_>, limits: Limits) -> bool {
    // These marks are long enough not to come by chance; what they mark is unwrapped once, when the layer is entered.
    if marked(bytes).is_some_and(|wrapping| wrapping != Wrapping::Zlib) {
        return true;
    }
    match look(bytes, &Hints { content_type: None, topic: "", ..*hints }, limits) {
        Look::Wrapped(..) => true,
        Look::Found(found) => match found.kind {
            Kind::Json => {
                bytes.trim_ascii_start().starts_with(b"{") || bytes.trim_ascii_start().starts_with(b"[")
            }
            Kind::Xml | Kind::Image(..) | Kind::Cbor | Kind::MessagePack | Kind::Protobuf => true,
            _ => false,
        },
    }
}

fn binary(bytes: &[u8], valid_up_to: usize, limits: Limits, unnoted: bool) -> Found {
    if bytes.len() >= LEAST_BINARY
        && let Some(found) = structured(bytes, limits)
    {
        return found;
    }
    let note = unnoted.then(|| not_text(bytes, valid_up_to));
    Found { note, ..Found::plain(Kind::Binary) }
}

/// CBOR, MessagePack or Protobuf, when the bytes can hardly be anything else.
fn structured(bytes: &[u8], limits: Limits) -> Option<Found> {
    let plausible = |read: Result<(Found, Traits), Fault>| {
        read.ok().filter(|(_, traits)| traits.are_plausible()).map(|(found, _)| found)
    };
    if bytes.starts_with(SELF_DESCRIBED) {
        return cbor(bytes, limits).ok().map(|(found, _)| found);
    }
    let found = match bytes[0] {
        0x80..=0x9f | 0xdc..=0xdf => {
            plausible(messagepack(bytes, limits)).or_else(|| plausible(cbor(bytes, limits)))
        }
        0xa0..=0xbf => plausible(cbor(bytes, limits)),
        _ => None,
    };
    found.or_else(|| protobuf::is_likely(bytes).then(|| protobuf_found(bytes, limits)).flatten())
}

fn protobuf_found(bytes: &[u8], limits: Limits) -> Option<Found> {
    forms::read(&Form::Protobuf(None), bytes, &Hints::default(), limits).ok()
}

/// Why bytes are no text, in one line; `first` is the offset of the first invalid one.
pub(in crate::payload) fn not_text(bytes: &[u8], first: usize) -> String {
    let looked_at = &bytes[first..bytes.len().min(first + COUNT_LIMIT)];
    let invalid: usize = looked_at.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    let at_least = if first + looked_at.len() < bytes.len() { "at least " } else { "" };
    let (count, noun) = (format::grouped(invalid as u64), if invalid == 1 { "byte" } else { "bytes" });
    format!(
        "not UTF-8 text: {at_least}{count} invalid {noun}, the first at offset {}",
        format::grouped(first as u64)
    )
}
