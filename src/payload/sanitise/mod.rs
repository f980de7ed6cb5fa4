//! The one sanitiser: text from the wire in, text that cannot act on the terminal, hide or reorder itself out.
//! Called for everything that is shown: payloads, topics, user properties, reasons, client ids, errors.
//!
//! | in the text | shown |
//! |---|---|
//! | C0 controls, DEL | control pictures: `␛`, `␀`, `␍`, `␡` |
//! | TAB | `␉` on one line, spaces to the next stop in a view |
//! | C1 controls, bidi controls, zero-width, fillers, tags, line separators, noncharacters, private use | `⟨U+202E⟩` |
//! | the fifth and later marks on one base, marks without a base | `⟨+9996 marks⟩`, `⟨U+0301⟩` |
//! | regional indicators, which are a flag in pairs | `⟨NL⟩`, `⟨N⟩` |
//! | a byte that is not UTF-8 | `⟨xFF⟩` |
//!
//! Emoji joined by ZWJ are shown one by one: terminals disagree on how many columns the joined one takes, and a frame that is drawn
//! by another count than the terminal's falls apart. So it is with flags, of which nothing but the letters is sure. Variation selectors stay with their emoji. Spaces of other widths and unassigned code points are shown as they are.
//! A literal `⟨` or `␛` is not escaped, so that sanitising twice changes nothing: placeholders are a [`Piece`] of their own,
//! the screen styles them apart, and the hex view settles doubt.

mod fit;
mod hidden;

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

pub use fit::{chop, fit, fit_left, width, wrap};
use hidden::{is_hidden, is_keycap_base, is_pictographic, is_simple, regional};

/// Marks shown on one base before the rest is only counted.
const MAX_MARKS: usize = 4;
/// Visible code points in one cluster; more is no writing system but an attempt to overlap cells.
const MAX_BASES: usize = 8;
/// No piece is longer, so that a caller who needs 80 columns never pays for a line of 5 MB.
const MAX_RUN: usize = 256;
/// How far ahead a cluster's end is looked for.
const CLUSTER_WINDOW: usize = 1024;

/// How sanitised text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Write ASCII only, for terminals without UTF-8: `^[`, `<U+00E9>`.
    pub ascii: bool,
    /// Columns between tab stops; 0 shows a TAB as a picture.
    pub tab: usize,
}

impl Style {
    /// For one-line places: a TAB is shown as `␉`.
    pub const LINE: Self = Self { ascii: false, tab: 0 };
    /// For payload views: a TAB moves to the next multiple of four columns.
    pub const VIEW: Self = Self { ascii: false, tab: 4 };

    /// The same, in ASCII or not.
    #[must_use]
    pub const fn ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }

    /// What stands for text cut off.
    pub const fn ellipsis(self) -> &'static str {
        if self.ascii { "~" } else { "…" }
    }

    fn code_point(self, c: char) -> Cow<'static, str> {
        let code = u32::from(c);
        Cow::Owned(if self.ascii { format!("<U+{code:04X}>") } else { format!("⟨U+{code:04X}⟩") })
    }

    fn byte(self, byte: u8) -> Cow<'static, str> {
        Cow::Owned(if self.ascii { format!("<x{byte:02X}>") } else { format!("⟨x{byte:02X}⟩") })
    }

    fn marks(count: usize) -> Cow<'static, str> {
        Cow::Owned(format!("⟨+{count} marks⟩"))
    }

    fn control(self, c: char) -> Cow<'static, str> {
        let code = u32::from(c) & 0x7f;
        let shown = if self.ascii {
            return Cow::Owned(format!("^{}", char::from((code ^ 0x40) as u8)));
        } else if code == 0x7f {
            '␡'
        } else {
            char::from_u32(0x2400 + code).unwrap_or('␀')
        };
        Cow::Owned(shown.to_string())
    }
}

/// A part of sanitised text. Safe to show as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As in the text: a run of at most 256 printable ASCII characters, or one grapheme cluster.
    Text(&'a str),
    /// Stands for something that must not be shown as it is.
    Placeholder(Cow<'static, str>),
}

impl Piece<'_> {
    /// What to show.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Placeholder(text) => text,
        }
    }

    /// Columns it takes on screen.
    pub fn width(&self) -> usize {
        width(self.as_str())
    }
}

/// The pieces of a text, in order. Each is found only when asked for.
#[derive(Debug, Clone)]
pub struct Pieces<'a> {
    rest: &'a str,
    style: Style,
    /// Columns passed, for tab stops.
    column: usize,
    /// The rest continues a cluster that grew too large: its next character stands alone.
    severed: bool,
}

/// Cuts `text` into pieces that are safe to show.
pub fn pieces(text: &str, style: Style) -> Pieces<'_> {
    Pieces { rest: text, style, column: 0, severed: false }
}

impl<'a> Pieces<'a> {
    /// The text not yet handed out.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    /// Length of the run of printable ASCII at the start that no combining mark can attach to.
    fn plain_run(&self) -> usize {
        let bytes = self.rest.as_bytes();
        let limit = bytes.len().min(MAX_RUN);
        let run = bytes[..limit].iter().take_while(|b| (0x20..0x7f).contains(*b)).count();
        let attaches = !self.style.ascii && bytes.get(run).is_some_and(|b| *b >= 0x80);
        run - usize::from(attaches && run > 0)
    }

    fn placeholder(&mut self, c: char) -> Piece<'a> {
        self.take(c.len_utf8());
        let code = u32::from(c);
        if c == '\t' && self.style.tab > 0 {
            const BLANK: &str = "                ";
            let columns = self.style.tab - self.column % self.style.tab;
            return Piece::Text(&BLANK[..columns.min(BLANK.len())]);
        }
        Piece::Placeholder(if code < 0x20 || code == 0x7f {
            self.style.control(c)
        } else {
            self.style.code_point(c)
        })
    }

    /// The next part of a text that does not start with plain ASCII.
    fn unusual(&mut self, first: char) -> Piece<'a> {
        let severed = std::mem::take(&mut self.severed);
        if severed || self.style.ascii || is_hidden(first) {
            return self.placeholder(first);
        }
        if regional(first).is_some() {
            let letters: String = self.rest.chars().map_while(regional).take(2).collect();
            self.take(letters.len() * first.len_utf8());
            return Piece::Placeholder(Cow::Owned(format!("⟨{letters}⟩")));
        }
        let after = self.rest[first.len_utf8()..].chars().next();
        if is_simple(first) && after.is_none_or(is_simple) {
            return Piece::Text(self.take(first.len_utf8()));
        }
        let window = prefix(self.rest, CLUSTER_WINDOW);
        let cluster = window.graphemes(true).next().unwrap_or(window);
        let (length, severed) = showable(cluster);
        if width(&cluster[..length]) > 0 {
            self.severed = severed;
            return Piece::Text(self.take(length));
        }
        let marks = cluster.chars().take_while(|c| is_mark(*c)).count();
        if marks <= MAX_MARKS {
            return self.placeholder(first);
        }
        self.take(cluster.chars().take(marks).map(char::len_utf8).sum());
        Piece::Placeholder(Style::marks(marks))
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let first = self.rest.chars().next()?;
        let piece = match self.plain_run() {
            0 => self.unusual(first),
            run => {
                self.severed = false;
                Piece::Text(self.take(run))
            }
        };
        if self.style.tab > 0 {
            self.column += piece.width();
        }
        Some(piece)
    }
}

/// The start of `text`: at most `bytes` bytes, up to a character's end.
pub fn prefix(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn is_mark(c: char) -> bool {
    !is_hidden(c) && c.width() == Some(0)
}

/// How many bytes of `cluster` may be shown as they are, and whether it was cut for having too many visible parts.
fn showable(cluster: &str) -> (usize, bool) {
    let (mut marks, mut bases) = (0, 0);
    let mut previous = '\0';
    let mut chars = cluster.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        match c {
            '\u{fe0e}' | '\u{fe0f}' => {
                let keycap = is_keycap_base(previous) && next == Some('\u{20e3}');
                if !is_pictographic(previous) && !keycap {
                    return (at, false);
                }
            }
            c if is_hidden(c) => return (at, false),
            c if is_mark(c) => {
                marks += 1;
                if marks > MAX_MARKS {
                    return (at, false);
                }
            }
            _ => {
                (marks, bases) = (0, bases + 1);
                if bases > MAX_BASES {
                    return (at, true);
                }
            }
        }
        previous = c;
    }
    (cluster.len(), false)
}

/// Whether `text` can be shown as it is on one line.
pub fn is_clean(text: &str) -> bool {
    pieces(text, Style::LINE).all(|piece| matches!(piece, Piece::Text(_)))
}

/// `text` made safe to show on one line. Borrowed when there is nothing to replace.
pub fn sanitise(text: &str) -> Cow<'_, str> {
    sanitise_with(text, Style::LINE)
}

/// `text` made safe to show in the given style. Borrowed when there is nothing to replace.
pub fn sanitise_with(text: &str, style: Style) -> Cow<'_, str> {
    let mut all = pieces(text, style);
    loop {
        let shown = text.len() - all.rest().len();
        match all.next() {
            None => return Cow::Borrowed(text),
            // An expanded TAB is a text piece too, but not one of this text.
            Some(Piece::Text(part)) if text[shown..].starts_with(part) => {}
            Some(piece) => {
                let mut out = String::with_capacity(text.len() + 16);
                out.push_str(&text[..shown]);
                out.push_str(piece.as_str());
                out.extend(all.map(|piece| match piece {
                    Piece::Text(part) => Cow::Borrowed(part),
                    Piece::Placeholder(part) => part,
                }));
                return Cow::Owned(out);
            }
        }
    }
}

/// Bytes made safe to show: UTF-8 as [`sanitise_with`], every other byte as a placeholder.
pub fn sanitise_bytes(bytes: &[u8], style: Style) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return sanitise_with(text, style);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        out.push_str(&sanitise_with(chunk.valid(), style));
        out.extend(chunk.invalid().iter().map(|byte| style.byte(*byte)));
    }
    Cow::Owned(out)
}

/// Bytes as text with only the invalid ones replaced: for a [`super::Document`], whose lines are sanitised when shown.
pub fn lossy(bytes: &[u8], style: Style) -> String {
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|byte| style.byte(*byte)));
    }
    out
}

#[cfg(test)]
mod tests;
