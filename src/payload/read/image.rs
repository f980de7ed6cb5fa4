//! Pictures by their header: format, width and height. Nothing is decoded.

use super::super::kind::{ImageFormat, Kind};

/// The picture that `bytes` begin, when its header is whole.
pub(in crate::payload) fn image(bytes: &[u8]) -> Option<Kind> {
    let (format, (width, height)) = match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => (ImageFormat::Png, png(bytes)?),
        [0xff, 0xd8, 0xff, ..] => (ImageFormat::Jpeg, jpeg(bytes)?),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => {
            (ImageFormat::Gif, (little(bytes, 6, 2)?, little(bytes, 8, 2)?))
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => (ImageFormat::WebP, webp(bytes)?),
        [b'B', b'M', ..] => (ImageFormat::Bmp, bmp(bytes)?),
        _ => return None,
    };
    Some(Kind::Image(format, width, height))
}

type Size = (u32, u32);

fn big(bytes: &[u8], at: usize, width: usize) -> Option<u32> {
    Some(bytes.get(at..at + width)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, width: usize) -> Option<u32> {
    Some(bytes.get(at..at + width)?.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

/// The IHDR chunk comes first (W3C PNG, 11.2.1).
fn png(bytes: &[u8]) -> Option<Size> {
    (bytes.get(12..16)? == b"IHDR").then_some((big(bytes, 16, 4)?, big(bytes, 20, 4)?))
}

/// The frame header comes after other segments (ITU-T T.81, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<Size> {
    let mut at = 2;
    loop {
        let marker = match bytes.get(at..at + 2)? {
            // Fill bytes may stand before a marker.
            [0xff, 0xff] => {
                at += 1;
                continue;
            }
            [0xff, marker] => *marker,
            _ => return None,
        };
        match marker {
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf => return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?)),
            // The scan begins, or the end: there was no frame.
            0xd9 | 0xda => return None,
            // Markers without a segment.
            0x01 | 0xd0..=0xd8 => {
                at += 2;
                continue;
            }
            _ => {}
        }
        let length = big(bytes, at + 2, 2)? as usize;
        at += 2 + length.max(2);
    }
}

/// One of three chunks comes first (RFC 9649, 2.5 to 2.7).
fn webp(bytes: &[u8]) -> Option<Size> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff)),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        _ => None,
    }
}

/// `BM` may begin a text as well: the header's size says that it is one.
fn bmp(bytes: &[u8]) -> Option<Size> {
    match little(bytes, 14, 4)? {
        12 => Some((little(bytes, 18, 2)?, little(bytes, 20, 2)?)),
        // The height is negative where the first row is the top one.
        40 | 52 | 56 | 64 | 108 | 124 => {
            Some((little(bytes, 18, 4)?, (little(bytes, 22, 4)? as i32).unsigned_abs()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_tells_its_size_in_its_header() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02";
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x03x\xff\xc0\0\x11\x08\x01\xe0\x02\x80\x03";
        let webp = b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0";
        let bmp = b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x80\x02\0\0\x20\xfe\xff\xff";
        for (bytes, format) in [
            (&png[..], ImageFormat::Png),
            (jpeg, ImageFormat::Jpeg),
            (b"GIF89a\x80\x02\xe0\x01\0", ImageFormat::Gif),
            (webp, ImageFormat::WebP),
            (bmp, ImageFormat::Bmp),
        ] {
            assert_eq!(image(bytes), Some(Kind::Image(format, 640, 480)), "{format:?}");
            for cut in 0..bytes.len() {
                // A header that is cut is no picture that could be shown, and no panic.
                let _ = image(&bytes[..cut]);
            }
        }
        assert_eq!(image(b"BMW drives by at the end"), None);
        assert_eq!(image(b"\xff\xd8\xff\xd9"), None);
        assert_eq!(Kind::Image(ImageFormat::Jpeg, 640, 480).to_string(), "JPEG 640×480");
    }
}
