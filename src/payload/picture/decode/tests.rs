use image::codecs::gif::GifEncoder;
use image::{Frame, Rgba, RgbaImage};

use super::*;
use crate::payload::{Hints, Kind, read};

const FORMATS: [(ImageFormat, image::ImageFormat); 5] = [
    (ImageFormat::Png, image::ImageFormat::Png),
    (ImageFormat::Jpeg, image::ImageFormat::Jpeg),
    (ImageFormat::Gif, image::ImageFormat::Gif),
    (ImageFormat::WebP, image::ImageFormat::WebP),
    (ImageFormat::Bmp, image::ImageFormat::Bmp),
];

/// Red, green, blue and white quarters.
fn quarters(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| match (x * 2 < width, y * 2 < height) {
        (true, true) => Rgba([255, 0, 0, 255]),
        (false, true) => Rgba([0, 255, 0, 255]),
        (true, false) => Rgba([0, 0, 255, 255]),
        (false, false) => Rgba([255, 255, 255, 255]),
    })
}

fn encoded(image: &RgbaImage, format: image::ImageFormat) -> Vec<u8> {
    let image = DynamicImage::from(image.clone());
    // Neither JPEG nor every BMP has room for opacity.
    let image = if format == image::ImageFormat::Jpeg { image.into_rgb8().into() } else { image };
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).expect("encoded");
    out.into_inner()
}

/// Decodes with the size that is read from the header, as the pane does.
fn decode_as_read(bytes: &[u8]) -> Result<Decoded, String> {
    let Kind::Image(format, width, height) = read(bytes, &Hints::default()).kind else {
        return Err("no image".to_owned());
    };
    decode(bytes, format, (width, height))
}

#[test]
fn every_format_is_decoded() {
    for (format, encoder) in FORMATS {
        let bytes = encoded(&quarters(64, 32), encoder);
        let decoded = decode_as_read(&bytes).expect("decoded");
        let picture = decoded.picture;
        assert_eq!((picture.size(), decoded.note), ((64, 32), None), "{format:?}");
        let corners =
            [(4, 4), (60, 4), (4, 28), (60, 28)].map(|(x, y)| picture.pixel(x, y).expect("a pixel"));
        let expected = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255_u8]];
        for (corner, expected) in corners.iter().zip(expected) {
            let near = corner.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 16);
            assert!(near, "{format:?}: {corner:?} is not {expected:?}");
        }
    }
}

#[test]
fn b09_an_image_that_says_it_is_huge_is_not_decoded() {
    let mut bytes = encoded(&quarters(8, 8), image::ImageFormat::Png);
    bytes[16..24].copy_from_slice(&[60_000_u32.to_be_bytes(), 60_000_u32.to_be_bytes()].concat());
    let mut checksum = flate2::Crc::new();
    checksum.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
    assert_eq!(decode_as_read(&bytes), Err("14 GB of pixels, more than 64 MB".to_owned()));
    let largest = decode(&bytes, ImageFormat::Png, (u32::MAX, u32::MAX)).expect_err("a reason");
    assert!(largest.ends_with("of pixels, more than 64 MB"), "{largest}");
    let told_otherwise = decode(&bytes, ImageFormat::Png, (8, 8));
    assert_eq!(told_otherwise, Err("more than 64 MB of pixels".to_owned()));
}

#[test]
fn b09_an_image_cut_anywhere_is_drawn_with_a_note_or_not_drawn() {
    for (format, encoder) in FORMATS {
        let bytes = encoded(&quarters(40, 24), encoder);
        for end in (0..bytes.len() - 2).step_by(1 + bytes.len() / 97) {
            match decode_as_read(&bytes[..end]) {
                Err(reason) => {
                    let is_told = !reason.is_empty() && reason != "its decoder failed";
                    assert!(is_told && !reason.contains('\n'), "{format:?}: {reason:?}");
                }
                // What is missing may be no more than the end mark.
                Ok(decoded) => assert!(
                    decoded.note.is_some() || end * 10 > bytes.len() * 9,
                    "{format:?} of {end} bytes of {}",
                    bytes.len()
                ),
            }
        }
    }
}

#[test]
fn b09_what_is_wrong_with_an_image_is_told_in_its_decoder_s_words() {
    let mut bytes = encoded(&quarters(40, 24), image::ImageFormat::Png);
    bytes[45] ^= 0xff;
    let reason = decode_as_read(&bytes).expect_err("a reason");
    assert!(reason.starts_with("damaged: ") && !reason.contains("Format error"), "{reason}");
}

#[test]
fn b09_a_damaged_image_does_no_harm() {
    for (_, encoder) in FORMATS {
        let bytes = encoded(&quarters(40, 24), encoder);
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 211) {
            for flip in [0xff, 1 << (at % 8)] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                if let Ok(decoded) = decode_as_read(&damaged) {
                    let (width, height) = decoded.picture.size();
                    assert!(width <= KEPT && height <= KEPT);
                }
            }
        }
    }
}

#[test]
fn b09_a_decoder_that_panics_is_a_reason() {
    let outcome = contained(|| -> Result<(), String> { std::panic::panic_any("asked to by a test") });
    assert_eq!(outcome, Err("its decoder failed".to_owned()));
}

#[test]
fn of_an_animation_the_first_frame_is_drawn_and_that_is_said() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    let frames = [quarters(8, 8), RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 255]))];
    encoder.encode_frames(frames.map(Frame::new)).expect("encoded");
    drop(encoder);
    let decoded = decode_as_read(&bytes).expect("decoded");
    assert_eq!(decoded.note.as_deref(), Some("animated: its first frame is drawn"));
    assert_eq!(decoded.picture.pixel(0, 0), Some([255, 0, 0]));
}

#[test]
fn of_a_large_image_no_more_is_kept_than_a_terminal_shows() {
    let bytes = encoded(&quarters(3000, 12), image::ImageFormat::Png);
    let picture = decode_as_read(&bytes).expect("decoded").picture;
    assert_eq!((picture.size(), picture.pixel(1, 0)), ((1024, 4), Some([255, 0, 0])));
}

#[test]
fn an_image_stands_the_way_up_that_its_camera_noted() {
    let mut bytes = encoded(&quarters(64, 32), image::ImageFormat::Jpeg);
    // APP1 with one entry of TIFF: orientation (0x0112), a short, 6: turned by 90 degrees (Exif 2.3, 4.6.4).
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = (exif.len() as u16 + 2).to_be_bytes();
    bytes.splice(2..2, [&[0xff, 0xe1][..], &length, exif].concat());
    let picture = decode_as_read(&bytes).expect("decoded").picture;
    assert_eq!(picture.size(), (32, 64));
    let [red, green, blue] = picture.pixel(4, 4).expect("a pixel");
    assert!(blue > 240 && red < 16 && green < 16, "the lower left quarter is on top");
}

#[test]
fn what_is_transparent_stays_so() {
    let mut image = quarters(2, 2);
    image.put_pixel(1, 1, Rgba([9, 9, 9, 0]));
    let picture = decode_as_read(&encoded(&image, image::ImageFormat::Png)).expect("decoded").picture;
    assert_eq!((picture.pixel(0, 0), picture.pixel(1, 1)), (Some([255, 0, 0]), None));
}
