//! An image as cells: two pixels in each, the upper one by a half block in the colour of the text, the lower one by the background. Nothing
//! of the image's bytes reaches the terminal, so that it is drawn alike over SSH, in tmux and in any terminal. The graphics of some
//! terminals (sixel, kitty) would show more, but must be asked for by queries whose answers come between the keys.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::super::ink::Ink;
use crate::app::{PIXELS_A_ROW, Painting};
use crate::config::{Colours, ThemeKind, reduced};

/// Letters from the darkest to the lightest, where there are no colours.
const RAMP: &[u8] = b" .:-=+*#%@";

type Pixel = [u8; 3];

/// Rows of cells.
pub(super) fn lines(painting: &Painting, room: (u16, u16)) -> usize {
    painting.size(room).1.div_ceil(PIXELS_A_ROW) as usize
}

/// Draws from row `first` on.
pub(super) fn draw(
    ink: &Ink<'_>,
    painting: &Painting,
    room: (u16, u16),
    first: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let size = painting.size(room);
    let rows = area.rows().zip((first as u32..).map(|row| row * PIXELS_A_ROW));
    for (row, y) in rows.take_while(|(_, y)| *y < size.1) {
        for (place, x) in row.columns().zip(0..size.0) {
            let [upper, lower] = [y, y + 1].map(|y| painting.pixel((x, y), size));
            if let Some(cell) = buffer.cell_mut(place) {
                draw_cell(ink, upper, lower, cell);
            }
        }
    }
}

fn draw_cell(ink: &Ink<'_>, upper: Option<Pixel>, lower: Option<Pixel>, cell: &mut Cell) {
    let look = ink.appearance.look;
    if look.ascii || look.colours == Colours::None {
        if let Some(pixel) = mean(upper, lower) {
            draw_whole(ink, pixel, cell);
        }
        return;
    }
    let colour = |pixel: Pixel| colour(ink, pixel);
    match (upper.map(colour), lower.map(colour)) {
        (Some(upper), Some(lower)) if upper == lower => cell.set_char(' ').set_bg(lower),
        (Some(upper), Some(lower)) => cell.set_char('▀').set_fg(upper).set_bg(lower),
        (Some(upper), None) => cell.set_char('▀').set_fg(upper),
        (None, Some(lower)) => cell.set_char('▄').set_fg(lower),
        (None, None) => cell,
    };
}

/// One pixel in the whole cell, for terminals without half blocks or without colours.
fn draw_whole(ink: &Ink<'_>, pixel: Pixel, cell: &mut Cell) {
    if ink.appearance.look.colours == Colours::None {
        cell.set_char(letter(pixel, ink.theme.kind == ThemeKind::Light));
    } else {
        cell.set_char(' ').set_bg(colour(ink, pixel));
    }
}

fn colour(ink: &Ink<'_>, [red, green, blue]: Pixel) -> Color {
    reduced(Color::Rgb(red, green, blue), ink.appearance.look.colours)
}

fn mean(upper: Option<Pixel>, lower: Option<Pixel>) -> Option<Pixel> {
    match (upper, lower) {
        (Some(upper), Some(lower)) => {
            Some(std::array::from_fn(|channel| upper[channel].midpoint(lower[channel])))
        }
        (one, other) => one.or(other),
    }
}

/// The letter as light as the pixel on a dark ground, as dark on a light one.
fn letter([red, green, blue]: Pixel, on_light: bool) -> char {
    // Rec. 709 luma: what each colour adds to how light a pixel looks.
    let light = (2126 * u32::from(red) + 7152 * u32::from(green) + 722 * u32::from(blue)) / 10_000;
    let step = light as usize * (RAMP.len() - 1) / 255;
    char::from(RAMP[if on_light { RAMP.len() - 1 - step } else { step }])
}
