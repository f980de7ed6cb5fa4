//! One line that tells what a payload holds, for the rows of the topic tree and the history. Looks at the first bytes
//! only, whatever the payload's size: it runs for every visible row of every frame.

use std::fmt::Write;

use super::format;
use super::kind::Kind;
use super::sanitise::{Style, fit, sanitise_bytes};

/// How much of a payload is read, at most.
const HEAD_BYTES: usize = 2048;

/// At most `columns` columns about `bytes`: JSON without whitespace between its tokens, the lines of a text joined by `␊`,
/// size and first bytes of binary, nothing for an empty payload. Ends with an ellipsis when there is more.
pub fn preview(bytes: &[u8], kind: Kind, columns: usize, style: Style) -> String {
    let style = Style { tab: 0, ..style };
    let want = columns.saturating_mul(4).saturating_add(64).min(HEAD_BYTES);
    let line = match kind {
        Kind::Empty => return String::new(),
        Kind::Json => compact_json(&bytes[..boundary(bytes, HEAD_BYTES)], want),
        Kind::Number | Kind::Boolean => head(bytes.trim_ascii(), want),
        Kind::Text | Kind::Xml | Kind::SparkplugState => head(bytes.trim_ascii_end(), want),
        // Binary formats that nobody decoded.
        _ => binary(bytes, columns),
    };
    let whole = line.read_all && bytes.len() <= HEAD_BYTES;
    let shown = sanitise_bytes(&line.bytes, style);
    let (fitted, cut) = fit(&shown, columns, style);
    if whole || cut || columns == 0 {
        return fitted.into_owned();
    }
    fit(&format!("{shown}{}", style.ellipsis()), columns, style).0.into_owned()
}

struct Head {
    bytes: Vec<u8>,
    /// Nothing was left out.
    read_all: bool,
}

/// Where to cut `bytes` so that at most `want` are left and no character is cut in two: it would look like invalid UTF-8.
fn boundary(bytes: &[u8], want: usize) -> usize {
    let mut end = want.min(bytes.len());
    while end < bytes.len() && end > want.saturating_sub(3) && bytes[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    end
}

/// The first bytes, up to a character's end.
fn head(bytes: &[u8], want: usize) -> Head {
    let end = boundary(bytes, want);
    Head { bytes: bytes[..end].to_vec(), read_all: end == bytes.len() }
}

/// The first bytes without whitespace outside strings.
fn compact_json(bytes: &[u8], want: usize) -> Head {
    let (mut in_string, mut escaped) = (false, false);
    let mut out = Vec::with_capacity(want.min(bytes.len()));
    for byte in bytes {
        if in_string {
            in_string = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            in_string = *byte == b'"';
        }
        out.push(*byte);
        if out.len() > want + 3 {
            return Head { read_all: false, ..head(&out, want) };
        }
    }
    let whole = out.len();
    head(&out, whole)
}

/// `binary, 1,204 B  1f 8b 08 00`.
fn binary(bytes: &[u8], columns: usize) -> Head {
    let mut out = format!("binary, {} B ", format::grouped(bytes.len() as u64));
    let room = columns.saturating_sub(out.len()) / 3 + 1;
    for byte in bytes.iter().take(room) {
        // Writing to a String cannot fail.
        let _ = write!(out, " {byte:02x}");
    }
    Head { bytes: out.into_bytes(), read_all: room >= bytes.len() }
}

#[cfg(test)]
mod tests;
