//! Decodes images, with the `image` crate and decoders in Rust alone. What an image declares is checked before anything is decoded.

use std::error::Error;
use std::io::{self, Cursor};
use std::thread;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageError, ImageResult, Limits};

use super::super::format;
use super::super::kind::ImageFormat;
use super::{Decoded, Picture, THREAD};

/// Bytes that the pixels of an image may take.
const MOST: u64 = 64_000_000;
/// Bytes of a pixel, as it is drawn.
const PIXEL: u64 = 4;
/// Pixels kept of an image, across and down: more than a terminal has cells.
const KEPT: u32 = 1024;

/// Decodes an image that says that it has this format and size. Takes about 10 ms a megapixel.
///
/// # Errors
/// Why it is not drawn: too large, cut off, damaged.
pub fn decode(bytes: &[u8], format: ImageFormat, (width, height): (u32, u32)) -> Result<Decoded, String> {
    let size = (u64::from(width) * u64::from(height)).saturating_mul(PIXEL);
    if size > MOST {
        let (size, most) = (format::bytes(size), format::bytes(MOST));
        return Err(format!("{size} of pixels, more than {most}"));
    }
    contained(|| decoded(bytes, format).map_err(|fault| reason(&fault)))
}

/// Decodes on a thread of its own: decoders are large, read what anybody may send, and now and then one panics.
fn contained<T: Send>(decode: impl FnOnce() -> Result<T, String> + Send) -> Result<T, String> {
    thread::scope(|scope| {
        let decoder = thread::Builder::new().name(THREAD.to_owned()).spawn_scoped(scope, decode);
        let decoder = decoder.map_err(|fault| format!("no thread for its decoder: {fault}"))?;
        decoder.join().unwrap_or_else(|_| Err("its decoder failed".to_owned()))
    })
}

fn decoded(bytes: &[u8], format: ImageFormat) -> ImageResult<Decoded> {
    const FIRST: &str = "animated: its first frame is drawn";
    const CUT: &str = "cut off: what is missing is not drawn as it was";
    let source = Cursor::new(bytes);
    let (image, note) = match format {
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(source, limits())?;
            let note = decoder.is_apng()?.then_some(FIRST);
            (pixels(decoder)?, note)
        }
        ImageFormat::Jpeg => (pixels(JpegDecoder::new(source)?)?, is_cut(bytes).then_some(CUT)),
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(source)?;
            decoder.set_limits(limits())?;
            let mut frames = decoder.into_frames();
            let first = frames.next().ok_or_else(|| ended(io::ErrorKind::UnexpectedEof))??;
            let note = matches!(frames.next(), Some(Ok(_))).then_some(FIRST);
            (reduced(first.into_buffer().into()), note)
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(source)?;
            let note = decoder.has_animation().then_some(FIRST);
            (pixels(decoder)?, note)
        }
        ImageFormat::Bmp => (pixels(BmpDecoder::new(source)?)?, None),
    };
    let image = image.into_rgba8();
    let ((width, height), pixels) = (image.dimensions(), image.as_raw().as_chunks().0.to_vec());
    let picture = Picture::new(width, height, pixels).ok_or_else(|| ended(io::ErrorKind::InvalidData))?;
    Ok(Decoded { picture, note: note.map(str::to_owned) })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    // The pixels, and as much again to make them.
    limits.max_alloc = Some(2 * MOST);
    limits
}

fn ended(kind: io::ErrorKind) -> ImageError {
    ImageError::IoError(kind.into())
}

/// All pixels of a still image, the way up that its camera noted.
fn pixels(mut decoder: impl ImageDecoder) -> ImageResult<DynamicImage> {
    if decoder.total_bytes() > MOST {
        let kind = image::error::LimitErrorKind::InsufficientMemory;
        return Err(ImageError::Limits(image::error::LimitError::from_kind(kind)));
    }
    decoder.set_limits(limits())?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = reduced(DynamicImage::from_decoder(decoder)?);
    image.apply_orientation(orientation);
    Ok(image)
}

fn reduced(image: DynamicImage) -> DynamicImage {
    if image.width() > KEPT || image.height() > KEPT { image.thumbnail(KEPT, KEPT) } else { image }
}

/// Whether a JPEG has no end after its last scan. Its decoder fills what is missing and says nothing.
fn is_cut(bytes: &[u8]) -> bool {
    let (scan, end) = (memchr::memmem::rfind(bytes, b"\xff\xda"), memchr::memmem::rfind(bytes, b"\xff\xd9"));
    end < scan
}

fn reason(fault: &ImageError) -> String {
    match fault {
        ImageError::Limits(_) => format!("more than {} of pixels", format::bytes(MOST)),
        ImageError::IoError(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => {
            "it ends too early".to_owned()
        }
        fault => {
            // The decoder's own words, without those of the layer above it.
            let words = fault.source().map_or_else(|| fault.to_string(), ToString::to_string);
            format!("damaged: {}", words.trim())
        }
    }
}

#[cfg(test)]
mod tests;
