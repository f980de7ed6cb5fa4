//! One line about a message of any kind, for rows of the tree and the history.

use super::super::format;
use super::super::kind::{Kind, preview_kind};
use super::super::preview::preview;
use super::super::sanitise::{Style, fit, width};
use super::unwrap::{Limits, marked};
use super::{Hints, Reading, image, read_within, sparkplug};

/// Longest payload that is read for a row; of a longer one only marks are looked at.
const READ_BYTES: usize = 4096;
/// Shortest text that may hide something that is to be read.
const LEAST_TEXT: usize = 16;

/// One line of at most `columns` columns that tells what a payload holds, read as [`super::read`] does where it is small, with the name
/// of its kind where it is not plain text or JSON: `CBOR {"temperature":20.4}`, `JPEG 640×480`. Costs some microseconds for what has
/// to be decoded: keep the result for a message that is drawn again and again.
pub fn glance(bytes: &[u8], hints: &Hints<'_>, columns: usize, style: Style) -> String {
    let told = hints.rule.is_some_and(|rule| !rule.is_auto());
    let announced = hints.content_type.is_some() || sparkplug::role(hints.topic).is_some();
    if bytes.len() > READ_BYTES {
        return from_marks(bytes, columns, style);
    }
    if !told && !announced {
        let kind = preview_kind(bytes);
        let is_plain = match kind {
            Kind::Binary => bytes.is_empty(),
            Kind::Text => bytes.len() < LEAST_TEXT || bytes.contains(&b' ') && !has_controls(bytes),
            _ => true,
        };
        if is_plain {
            return preview(bytes, kind, columns, style);
        }
    }
    let reading = read_within(bytes, hints, Limits::GLANCE);
    from_reading(&reading, bytes, columns, style)
}

fn has_controls(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, 0..=7 | 0x0e..=0x1a))
}

/// The kind by the first bytes; what is plain as [`preview`] has it.
fn from_marks(bytes: &[u8], columns: usize, style: Style) -> String {
    let size = || format::bytes(bytes.len() as u64);
    let line = match (marked(bytes), image::image(bytes)) {
        (_, Some(kind)) => format!("{kind}, {}", size()),
        (Some(wrapping), None) if preview_kind(bytes) == Kind::Binary => {
            format!("{}, {}", wrapping.name(), size())
        }
        _ => return preview(bytes, preview_kind(bytes), columns, style),
    };
    fitted(&line, columns, style)
}

fn from_reading(reading: &Reading, bytes: &[u8], columns: usize, style: Style) -> String {
    let mut mark = String::new();
    for layer in &reading.layers {
        mark.push_str(layer.wrapping.name());
        mark.push(' ');
    }
    let inner = reading.bytes(bytes);
    match reading.kind {
        Kind::Image(..) => {
            mark.push_str(&reading.kind.to_string());
            return fitted(&mark, columns, style);
        }
        Kind::Cbor | Kind::MessagePack | Kind::Protobuf | Kind::Array(_) => {
            mark.push_str(reading.kind.name());
            mark.push(' ');
        }
        Kind::SparkplugB => mark.push_str("Sparkplug "),
        _ => {}
    }
    let room = columns.saturating_sub(width(&mark));
    if room == 0 && !mark.is_empty() {
        return fitted(&mark, columns, style);
    }
    let line = match &reading.text {
        Some(text) => preview(text.as_bytes(), Kind::Json, room, style),
        None => preview(inner, reading.kind, room, style),
    };
    format!("{mark}{line}")
}

fn fitted(line: &str, columns: usize, style: Style) -> String {
    let line = if style.ascii { line.replace('×', "x") } else { line.to_owned() };
    fit(&line, columns, style).0.into_owned()
}
