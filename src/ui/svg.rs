//! A screen as an SVG picture, for the README and for bug reports. Every cell stands where the terminal would put it.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

const CELL_WIDTH: f64 = 8.4;
const CELL_HEIGHT: f64 = 18.0;
const BASELINE: f64 = 13.5;
const MARGIN: f64 = 12.0;

/// Colours for what a theme leaves to the terminal.
#[derive(Debug, Clone, Copy)]
pub struct Ground {
    /// Default text colour, `#rrggbb`.
    pub text: &'static str,
    /// Default background, `#rrggbb`.
    pub background: &'static str,
}

/// Light grey on near-black.
pub const DARK: Ground = Ground { text: "#d0d4da", background: "#16181d" };

/// The picture of `buffer`.
pub fn picture(buffer: &Buffer, ground: Ground, title: &str) -> String {
    let area = buffer.area;
    let width = f64::from(area.width) * CELL_WIDTH + 2.0 * MARGIN;
    let height = f64::from(area.height) * CELL_HEIGHT + 2.0 * MARGIN;
    let background =
        buffer.cell((0, 0)).map_or(ground.background.into(), |cell| hex(cell.bg, ground.background));
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.1} {height:.1}\" role=\"img\" xml:space=\"preserve\">\n<title>{}</title>\n<style>text{{font-family:ui-monospace,'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace;font-size:14px;white-space:pre}}</style>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{background}\"/>\n",
        escape(title)
    );
    for y in 0..area.height {
        row(buffer, y, ground, &background, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

/// A run of neighbouring cells that look the same.
struct Run {
    start: u16,
    columns: u16,
    text: String,
    cell: Cell,
}

fn row(buffer: &Buffer, y: u16, ground: Ground, background: &str, svg: &mut String) {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0;
    while x < buffer.area.width {
        let Some(cell) = buffer.cell((x, y)) else { break };
        let columns = crate::payload::width(cell.symbol()).max(1) as u16;
        match runs.last_mut() {
            Some(run)
                if same_look(&run.cell, cell)
                    && columns == 1
                    && run.columns as usize == run.text.chars().count()
                    && is_frame(&run.text) == is_frame(cell.symbol()) =>
            {
                run.text.push_str(cell.symbol());
                run.columns += 1;
            }
            _ => runs.push(Run { start: x, columns, text: cell.symbol().to_owned(), cell: cell.clone() }),
        }
        x += columns;
    }
    for run in &runs {
        draw_run(run, y, ground, background, svg);
    }
}

fn same_look(a: &Cell, b: &Cell) -> bool {
    (a.fg, a.bg, a.modifier) == (b.fg, b.bg, b.modifier)
}

fn draw_run(run: &Run, y: u16, ground: Ground, background: &str, svg: &mut String) {
    let (mut fg, mut bg) = (hex(run.cell.fg, ground.text), hex(run.cell.bg, ground.background));
    if run.cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut fg, &mut bg);
    }
    let left = MARGIN + f64::from(run.start) * CELL_WIDTH;
    let top = MARGIN + f64::from(y) * CELL_HEIGHT;
    let width = f64::from(run.columns) * CELL_WIDTH;
    if bg != background {
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{CELL_HEIGHT}\" fill=\"{bg}\"/>"
        );
    }
    if run.text.trim().is_empty() {
        return;
    }
    if let Some(path) = frame_path(&run.text, left, top) {
        let _ = writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{fg}\"/>");
        return;
    }
    let mut look = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::DIM, " opacity=\"0.65\""),
    ] {
        if run.cell.modifier.contains(modifier) {
            look.push_str(attribute);
        }
    }
    let baseline = top + BASELINE;
    let text = escape(&run.text);
    let _ = writeln!(
        svg,
        "<text x=\"{left:.1}\" y=\"{baseline:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{fg}\"{look}>{text}</text>"
    );
}

/// Frame characters are drawn as lines: fonts leave gaps between them.
fn is_frame(text: &str) -> bool {
    text.chars().all(|letter| "│─╭╮╰╯".contains(letter))
}

/// The lines of a run of frame characters; `None` for any other text.
fn frame_path(text: &str, left: f64, top: f64) -> Option<String> {
    if !is_frame(text) {
        return None;
    }
    let mut path = String::new();
    for (index, letter) in text.chars().enumerate() {
        let (x0, y0) = (left + index as f64 * CELL_WIDTH, top);
        let (x, y) = (x0 + CELL_WIDTH / 2.0, y0 + CELL_HEIGHT / 2.0);
        let (x1, y1) = (x0 + CELL_WIDTH, y0 + CELL_HEIGHT);
        let _ = match letter {
            '│' => write!(path, "M{x:.1} {y0:.1}V{y1:.1}"),
            '─' => write!(path, "M{x0:.1} {y:.1}H{x1:.1}"),
            '╭' => write!(path, "M{x1:.1} {y:.1}Q{x:.1} {y:.1} {x:.1} {y1:.1}"),
            '╮' => write!(path, "M{x0:.1} {y:.1}Q{x:.1} {y:.1} {x:.1} {y1:.1}"),
            '╰' => write!(path, "M{x:.1} {y0:.1}Q{x:.1} {y:.1} {x1:.1} {y:.1}"),
            _ => write!(path, "M{x:.1} {y0:.1}Q{x:.1} {y:.1} {x0:.1} {y:.1}"),
        };
    }
    Some(path)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A colour as `#rrggbb`; the terminal's own sixteen in a common rendering.
fn hex(colour: Color, default: &str) -> String {
    let named = match colour {
        Color::Rgb(r, g, b) => return format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Reset | Color::Indexed(_) => default,
        Color::Black => "#1c1f26",
        Color::Red => "#e06c75",
        Color::Green => "#8cc570",
        Color::Yellow => "#e0b96a",
        Color::Blue => "#61afef",
        Color::Magenta => "#c678dd",
        Color::Cyan => "#56b6c2",
        Color::Gray => "#abb2bf",
        Color::DarkGray => "#5c6370",
        Color::LightRed => "#ff8a90",
        Color::LightGreen => "#b3e39b",
        Color::LightYellow => "#f5d88f",
        Color::LightBlue => "#8fcaff",
        Color::LightMagenta => "#e0a1f3",
        Color::LightCyan => "#86dbe6",
        Color::White => "#ffffff",
    };
    named.to_owned()
}
