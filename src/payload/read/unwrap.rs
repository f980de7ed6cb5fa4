//! Takes wrappings off: compressions and base64. What comes out is limited, whatever sizes the bytes declare; declared sizes are checked
//! before anything is set aside for them.

use std::error::Error;
use std::io::{self, ErrorKind, Read};

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError, ReadFrameHeaderError};
use ruzstd::decoding::{FrameDecoder as ZstdDecoder, StreamingDecoder};

use super::super::format;
use super::fault::Fault;
use crate::model::Wrapping;

/// How much may come out of a wrapping, and be set aside for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of content; of a larger one the first part is taken.
    pub(super) content: usize,
    /// Bytes of text written for a binary format.
    pub(super) text: usize,
    /// Bytes of the window that Zstandard may ask for.
    pub(super) window: u64,
}

impl Limits {
    /// For a message that somebody looks at.
    pub(super) const WHOLE: Self = Self { content: 64 << 20, text: 64 << 20, window: 64 << 20 };
    /// For one line about a message. The window is that of common levels of compression.
    pub(super) const GLANCE: Self = Self { content: 64 << 10, text: 64 << 10, window: 8 << 20 };
}

/// What a wrapping held.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unwrapped {
    pub(super) bytes: Vec<u8>,
    /// Nothing was left out for the limit.
    pub(super) whole: bool,
    /// Bytes of the payload that follow the wrapping and do not belong to it.
    pub(super) rest: usize,
}

/// The wrapping that the first bytes are the mark of. Two bytes are the mark of zlib: it counts only if the rest bears it out.
pub(super) fn marked(bytes: &[u8]) -> Option<Wrapping> {
    match bytes {
        [0x1f, 0x8b, 8, ..] => Some(Wrapping::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Wrapping::Zstd),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some(Wrapping::Lz4),
        [0xff, 6, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..] => Some(Wrapping::Snappy),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, _, _, _, _, ..] => Some(Wrapping::Zlib),
        _ => None,
    }
}

/// Takes `wrapping` off.
pub(super) fn unwrap(wrapping: Wrapping, bytes: &[u8], limits: Limits) -> Result<Unwrapped, Fault> {
    match wrapping {
        Wrapping::Gzip => gzip(bytes, limits.content),
        Wrapping::Zlib => zlib(bytes, limits.content),
        Wrapping::Zstd => zstd(bytes, limits),
        Wrapping::Lz4 => lz4(bytes, limits.content),
        Wrapping::Snappy => {
            let mut decoder = snap::read::FrameDecoder::new(bytes);
            let mut out = Vec::new();
            let drained = drain(&mut decoder, &mut out, limits.content);
            let whole = drained.map_err(|error| fault(&error, bytes, decoder.get_ref()))?;
            Ok(Unwrapped { bytes: out, whole, rest: 0 })
        }
        Wrapping::SnappyRaw => snappy_block(bytes, limits.content),
        Wrapping::Base64 => base64(bytes, limits.content),
        Wrapping::DataUrl => {
            let url = data_url(bytes).ok_or_else(|| Fault::new(0, "no data: URL in base64"))?;
            base64(url.data, limits.content)
        }
    }
}

/// Reads until the end, or until there is more than `limit`, which is then what stays. Whether the end came.
fn drain(from: &mut impl Read, into: &mut Vec<u8>, limit: usize) -> io::Result<bool> {
    let room = (limit + 1).saturating_sub(into.len());
    from.take(room as u64).read_to_end(into)?;
    let whole = into.len() <= limit;
    into.truncate(limit);
    Ok(whole)
}

/// The fault of a decoder that had `left` of `bytes` before it.
fn fault(error: &io::Error, bytes: &[u8], left: &[u8]) -> Fault {
    match error.kind() {
        ErrorKind::UnexpectedEof => Fault::ends(bytes.len()),
        _ => Fault::new(bytes.len() - left.len(), error.to_string()),
    }
}

/// Members one after the other (RFC 1952, 2.2).
fn gzip(bytes: &[u8], limit: usize) -> Result<Unwrapped, Fault> {
    let (mut rest, mut out) = (bytes, Vec::new());
    loop {
        let mut decoder = flate2::bufread::GzDecoder::new(rest);
        let drained = drain(&mut decoder, &mut out, limit);
        let whole = drained.map_err(|error| fault(&error, bytes, decoder.get_ref()))?;
        rest = decoder.into_inner();
        if !whole || marked(rest) != Some(Wrapping::Gzip) {
            return Ok(Unwrapped { bytes: out, whole, rest: if whole { rest.len() } else { 0 } });
        }
    }
}

fn zlib(bytes: &[u8], limit: usize) -> Result<Unwrapped, Fault> {
    let mut decoder = flate2::bufread::ZlibDecoder::new(bytes);
    let mut out = Vec::new();
    let drained = drain(&mut decoder, &mut out, limit);
    let whole = drained.map_err(|error| fault(&error, bytes, decoder.get_ref()))?;
    let left = decoder.get_ref();
    // The mark is too weak for bytes that fit so badly.
    if whole && !left.is_empty() {
        return Err(Fault::new(bytes.len() - left.len(), "something follows the end"));
    }
    if whole && bytes.len() < 8 {
        return Err(Fault::ends(bytes.len()));
    }
    Ok(Unwrapped { bytes: out, whole, rest: 0 })
}

/// Frames one after the other, some of them to be skipped (RFC 8878, 3.1).
fn zstd(bytes: &[u8], limits: Limits) -> Result<Unwrapped, Fault> {
    let (mut rest, mut out) = (bytes, Vec::new());
    let mut decoder = ZstdDecoder::new();
    decoder.set_max_window_size(limits.window);
    while !rest.is_empty() {
        let start = bytes.len() - rest.len();
        let mut stream = match StreamingDecoder::new_with_decoder(&mut rest, &mut decoder) {
            Ok(stream) => stream,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                rest = rest.get(length as usize..).ok_or_else(|| Fault::ends(bytes.len()))?;
                continue;
            }
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::BadMagicNumber(_))) => {
                return Ok(Unwrapped { bytes: out, whole: true, rest: bytes.len() - start });
            }
            Err(
                FrameDecoderError::WindowSizeTooBig { requested: asked, .. }
                | FrameDecoderError::FrameHeaderError(FrameHeaderError::WindowTooBig { got: asked }),
            ) => {
                let (asked, most) = (format::bytes(asked), format::bytes(limits.window));
                return Err(Fault::new(start, format!("asks for {asked} of memory, more than {most},")));
            }
            Err(error) => return Err(zstd_fault(&error, bytes, start)),
        };
        let drained = drain(&mut stream, &mut out, limits.content);
        let at = bytes.len() - rest.len();
        let whole = drained.map_err(|error| zstd_fault(&error, bytes, at))?;
        if !whole {
            return Ok(Unwrapped { bytes: out, whole, rest: 0 });
        }
        let sums = (decoder.get_checksum_from_data(), decoder.get_calculated_checksum());
        if let (Some(stated), Some(found)) = sums
            && stated != found
        {
            return Err(Fault::new(at, "corrupt: the checksum is another one"));
        }
    }
    Ok(Unwrapped { bytes: out, whole: true, rest: 0 })
}

/// The fault behind `error`, which the decoder wraps several times.
fn zstd_fault(error: &(dyn Error + 'static), bytes: &[u8], at: usize) -> Fault {
    let mut innermost = error;
    loop {
        let wrapped = innermost.downcast_ref::<io::Error>();
        if wrapped.is_some_and(|error| error.kind() == ErrorKind::UnexpectedEof) {
            return Fault::ends(bytes.len());
        }
        let inside = wrapped.and_then(io::Error::get_ref).map(|error| error as &(dyn Error + 'static));
        match inside.or_else(|| innermost.source()) {
            Some(inside) => innermost = inside,
            None => return Fault::new(at, format!("corrupt: {innermost}")),
        }
    }
}

/// Frames one after the other. The decoder takes an end after any block for the end of the content, so ends are looked for first.
fn lz4(bytes: &[u8], limit: usize) -> Result<Unwrapped, Fault> {
    let (mut at, mut out) = (0, Vec::new());
    loop {
        let end = at + lz4_frame(&bytes[at..]).ok_or_else(|| Fault::ends(bytes.len()))?;
        let mut decoder = lz4_flex::frame::FrameDecoder::new(&bytes[at..end]);
        let drained = drain(&mut decoder, &mut out, limit);
        let whole = drained.map_err(|error| fault(&error, &bytes[..end], decoder.get_ref()))?;
        at = end;
        if !whole || marked(&bytes[at..]) != Some(Wrapping::Lz4) {
            return Ok(Unwrapped { bytes: out, whole, rest: if whole { bytes.len() - at } else { 0 } });
        }
    }
}

/// Length of the frame that begins `bytes`; `None` when it does not end.
fn lz4_frame(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(4)?;
    let has = |bit: u8, length: usize| if flags & bit == 0 { 0 } else { length };
    // Mark, flags, block size; size of the content; dictionary; checksum of the header.
    let mut at = 6 + has(0x08, 8) + has(0x01, 4) + 1;
    loop {
        let size: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let size = u32::from_le_bytes(size) & 0x7fff_ffff;
        at += 4;
        if size == 0 {
            let end = at + has(0x04, 4);
            return (end <= bytes.len()).then_some(end);
        }
        at = at.checked_add(size as usize)?.checked_add(has(0x10, 4))?;
    }
}

fn snappy_block(bytes: &[u8], limit: usize) -> Result<Unwrapped, Fault> {
    // Three bytes copy sixty-four at most.
    const MOST_GROWTH: usize = 64;
    let size = snap::raw::decompress_len(bytes).map_err(|error| Fault::new(0, error.to_string()))?;
    if size > bytes.len().saturating_mul(MOST_GROWTH) {
        return Err(Fault::new(
            0,
            format!("declares {}, more than it can hold,", format::bytes(size as u64)),
        ));
    }
    if size > limit {
        return Err(Fault::new(
            0,
            format!("declares {}, more than {},", format::bytes(size as u64), format::bytes(limit as u64)),
        ));
    }
    let out = snap::raw::Decoder::new().decompress_vec(bytes);
    let out = out.map_err(|error| Fault::new(0, error.to_string()))?;
    Ok(Unwrapped { bytes: out, whole: true, rest: 0 })
}

/// Padding or none, for both alphabets.
const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

fn base64(bytes: &[u8], limit: usize) -> Result<Unwrapped, Fault> {
    let written = |byte: &u8| !byte.is_ascii_whitespace();
    let text: Vec<u8> = bytes.iter().copied().filter(written).collect();
    let whole = text.len() / 4 * 3 <= limit;
    let text = if whole { &text[..] } else { &text[..limit / 3 * 4] };
    let engine = if text.iter().any(|byte| matches!(byte, b'-' | b'_')) { &URL_SAFE } else { &STANDARD };
    let out = engine.decode(text).map_err(|error| match error {
        base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => {
            let mut places = (0..bytes.len()).filter(|place| written(&bytes[*place]));
            Fault::new(places.nth(at).unwrap_or(bytes.len()), "no base64")
        }
        _ => Fault::new(bytes.len(), "no base64: ends in the middle"),
    })?;
    Ok(Unwrapped { bytes: out, whole, rest: 0 })
}

/// Whether text may be base64 that nobody announced: 16 characters or more of one alphabet, in fours. Line ends are allowed.
pub(super) fn may_be_base64(bytes: &[u8]) -> bool {
    const LEAST: usize = 16;
    let bytes = bytes.trim_ascii();
    if bytes.len() < LEAST {
        return false;
    }
    let mut count = 0_usize;
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' | b'=' => count += 1,
            b'\r' | b'\n' => {}
            _ => return false,
        }
    }
    count.is_multiple_of(4)
}

/// The parts of a `data:` URL in base64.
pub(super) struct DataUrl<'a> {
    /// Empty when it names none.
    pub(super) media_type: &'a str,
    pub(super) data: &'a [u8],
}

/// Reads `data:image/png;base64,…`.
pub(super) fn data_url(bytes: &[u8]) -> Option<DataUrl<'_>> {
    const LONGEST_HEAD: usize = 256;
    let bytes = bytes.trim_ascii();
    let scheme = bytes.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case(b"data:"))?;
    let head = &bytes[scheme.len()..bytes.len().min(LONGEST_HEAD)];
    let comma = head.iter().position(|byte| *byte == b',')?;
    let head = std::str::from_utf8(&head[..comma]).ok()?;
    let media_type = head.strip_suffix(";base64")?;
    Some(DataUrl { media_type, data: &bytes[scheme.len() + comma + 1..] })
}
