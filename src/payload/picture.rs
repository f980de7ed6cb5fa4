//! Pictures as pixels: what the bytes of an image show, and the same at the size of a pane. Both take their time and are done by jobs
//! of `app`; `ui` draws the pixels as cells. Decoding needs the cargo feature `images`; everything else is there without it.

#[cfg(feature = "images")]
mod decode;

use std::fmt;

#[cfg(feature = "images")]
pub use decode::decode;

#[cfg(not(feature = "images"))]
use super::kind::ImageFormat;

/// Whether this build draws images.
pub const DRAWS: bool = cfg!(feature = "images");

/// Name of the thread that decodes. What an image makes a decoder do there is no fault of this program: a panic ends the thread, and the
/// reader is told.
pub const THREAD: &str = "image decoder";

/// Opacity from which on a pixel is drawn.
const OPAQUE: u8 = 128;

/// Whether `bytes` begin like an image that this build draws.
pub fn is_drawn(bytes: &[u8]) -> bool {
    DRAWS && super::read::image(bytes).is_some()
}

/// Decodes the image.
///
/// # Errors
/// Why it is not drawn: this build draws nothing.
#[cfg(not(feature = "images"))]
pub fn decode(_bytes: &[u8], _format: ImageFormat, _size: (u32, u32)) -> Result<Decoded, String> {
    Err("built without the cargo feature 'images'".to_owned())
}

/// An image that was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Its pixels. Of a large one fewer than it has: more than any terminal shows.
    pub picture: Picture,
    /// What the pixels do not tell, in one line.
    pub note: Option<String>,
}

/// Pixels of red, green, blue and opacity, row by row from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<[u8; 4]>,
}

impl Picture {
    /// A picture of `width` times `height` pixels; `None` when there are none, or not as many as that.
    pub fn new(width: u32, height: u32, pixels: Vec<[u8; 4]>) -> Option<Self> {
        let fits = width as usize * height as usize == pixels.len() && !pixels.is_empty();
        fits.then_some(Self { width, height, pixels })
    }

    /// Width and height in pixels; neither is 0.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Red, green and blue of a pixel; `None` where the picture is transparent or ends.
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width {
            return None;
        }
        let [red, green, blue, opacity] = *self.pixels.get(y as usize * self.width as usize + x as usize)?;
        (opacity >= OPAQUE).then_some([red, green, blue])
    }

    /// Width and height in pixels at which it fills so many pixels' room, its aspect kept. Where it is smaller than that, each of its
    /// pixels becomes a square.
    pub fn fitting(&self, columns: u32, rows: u32) -> (u32, u32) {
        let (columns, rows) = (columns.max(1), rows.max(1));
        let times = (columns / self.width).min(rows / self.height);
        if times > 0 {
            return (self.width * times, self.height * times);
        }
        let (width, height) = (u64::from(self.width), u64::from(self.height));
        let scaled = |side: u64, room: u32, other: u64| {
            let side = (side * u64::from(room) + other / 2) / other;
            (side as u32).max(1)
        };
        if width * u64::from(rows) >= height * u64::from(columns) {
            (columns, scaled(height, columns, width).min(rows))
        } else {
            (scaled(width, rows, height).min(columns), rows)
        }
    }

    /// The same at another size; each pixel is the mean of those it covers.
    #[must_use]
    pub fn scaled(&self, (width, height): (u32, u32)) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let columns: Vec<_> = (0..width).map(|x| covered(x, width, self.width)).collect();
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        for y in 0..height {
            let (top, bottom) = covered(y, height, self.height);
            for (left, right) in &columns {
                let rows = (top..bottom).map(|row| row * self.width as usize);
                let covered = rows.flat_map(|row| &self.pixels[row + left..row + right]);
                pixels.push(mean(covered));
            }
        }
        Self { width, height, pixels }
    }
}

/// Which of `old` pixels the one at `at` covers, when they become `new`.
fn covered(at: u32, new: u32, old: u32) -> (usize, usize) {
    let (at, new, old) = (u64::from(at), u64::from(new), u64::from(old));
    ((at * old / new) as usize, ((at + 1) * old).div_ceil(new) as usize)
}

/// The mean of pixels; a transparent one has no say in the colour.
fn mean<'a>(pixels: impl Iterator<Item = &'a [u8; 4]>) -> [u8; 4] {
    let (mut sums, mut opacities, mut count) = ([0_u64; 3], 0_u64, 0_u64);
    for [red, green, blue, opacity] in pixels {
        let opacity = u64::from(*opacity);
        for (sum, colour) in sums.iter_mut().zip([red, green, blue]) {
            *sum += u64::from(*colour) * opacity;
        }
        opacities += opacity;
        count += 1;
    }
    let [red, green, blue] = sums.map(|sum| (sum / opacities.max(1)) as u8);
    [red, green, blue, (opacities / count.max(1)) as u8]
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}×{})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests;
