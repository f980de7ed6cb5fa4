//! A picture of the screen as text that a snapshot can hold: its letters, and its styles.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

/// The picture as text, each line without the blanks at its end.
pub(crate) fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer.cell((x, y)).map_or(" ", |cell| cell.symbol());
            line.push_str(symbol);
            x += (symbol.width() as u16).max(1);
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// The picture as styles: one letter per cell, and what each letter means.
pub(crate) fn styles(buffer: &Buffer) -> String {
    let mut legend: Vec<Style> = Vec::new();
    let mut out = String::new();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let style = buffer.cell((x, y)).map(ratatui::buffer::Cell::style).unwrap_or_default();
            let index = legend.iter().position(|known| *known == style).unwrap_or_else(|| {
                legend.push(style);
                legend.len() - 1
            });
            out.push(char::from(if index < 26 { b'a' + index as u8 } else { b'A' + (index - 26) as u8 }));
        }
        out.push('\n');
    }
    for (index, style) in legend.iter().enumerate() {
        let letter = char::from(if index < 26 { b'a' + index as u8 } else { b'A' + (index - 26) as u8 });
        let colour =
            |colour: Option<Color>| colour.map_or_else(|| "-".to_owned(), |colour| colour.to_string());
        let modifiers = if style.add_modifier == Modifier::empty() {
            String::new()
        } else {
            format!(" {:?}", style.add_modifier)
        };
        let _ = writeln!(out, "{letter} {} on {}{modifiers}", colour(style.fg), colour(style.bg));
    }
    out
}
