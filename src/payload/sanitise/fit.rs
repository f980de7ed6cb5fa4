//! Columns: how many a text takes, and cutting it to as many as there are. Called wherever a row is laid out.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::hidden::{is_simple, simple_width};
use super::{Style, pieces, sanitise_with};

/// Columns that `text` takes on screen, counted cluster by cluster as ratatui's buffer does. Control characters count
/// nothing there, so sanitise first.
pub fn width(text: &str) -> usize {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.len();
    }
    if text.chars().all(is_simple) {
        return text.chars().map(simple_width).sum();
    }
    text.graphemes(true).map(cluster_width).sum()
}

fn cluster_width(cluster: &str) -> usize {
    if cluster.contains(char::is_control) {
        return 0;
    }
    // ratatui counts the halfwidth sound marks apart, as terminals give them a cell of their own.
    let sound_marks = cluster.chars().filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}')).count();
    cluster.width() + if cluster.len() == 1 { 0 } else { sound_marks }
}

/// `text` sanitised and, when it is wider than `columns`, cut at a cluster and ended with an ellipsis. The flag says
/// whether it was cut. Looks only at as much of the text as fits.
pub fn fit(text: &str, columns: usize, style: Style) -> (Cow<'_, str>, bool) {
    if text.len() <= columns && text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return (Cow::Borrowed(text), false);
    }
    let mut row =
        Fitted { out: String::with_capacity(text.len().min(4 * columns)), used: 0, keep: 0, columns };
    if !pieces(text, style).all(|piece| row.push(piece.as_str())) {
        row.out.truncate(row.keep);
        if columns > 0 {
            row.out.push_str(style.ellipsis());
        }
        return (Cow::Owned(row.out), true);
    }
    (if row.out == text { Cow::Borrowed(text) } else { Cow::Owned(row.out) }, false)
}

/// A row being filled.
struct Fitted {
    out: String,
    used: usize,
    /// Where to cut so that the ellipsis has its column.
    keep: usize,
    columns: usize,
}

impl Fitted {
    /// Adds as much of `text` as fits; `false` if that is not all.
    fn push(&mut self, text: &str) -> bool {
        if !text.is_ascii() {
            return text.graphemes(true).all(|cluster| self.push_part(cluster, cluster_width(cluster)));
        }
        // One byte is one column. The last is added apart, as it may have to give way to the ellipsis.
        let (start, last) = text.split_at(text.len().min(self.columns - self.used).saturating_sub(1));
        self.push_part(start, start.len());
        self.push_part(&last[..last.len().min(1)], 1) && last.len() <= 1
    }

    fn push_part(&mut self, part: &str, width: usize) -> bool {
        if self.used + width > self.columns {
            return false;
        }
        self.out.push_str(part);
        self.used += width;
        if self.used < self.columns {
            self.keep = self.out.len();
        }
        true
    }
}

/// A clean text broken between words into at most `rows` lines of `columns`. The last line, and a word that is too wide, are longer
/// where it does not fit.
pub fn wrap(clean: &str, columns: usize, rows: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in clean.split(' ') {
        let last = lines.len() >= rows;
        match lines.last_mut() {
            Some(line) if last || width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A clean text with words that are wider than `columns` in pieces that are not, for [`wrap`].
pub fn chop(clean: &str, columns: usize) -> Cow<'_, str> {
    if columns == 0 || clean.split(' ').all(|word| width(word) <= columns) {
        return clean.into();
    }
    let mut chopped = String::with_capacity(clean.len() + 8);
    let mut used = 0;
    for cluster in clean.graphemes(true) {
        let wide = cluster_width(cluster);
        if cluster == " " {
            used = 0;
        } else if used + wide > columns {
            chopped.push(' ');
            used = wide;
        } else {
            used += wide;
        }
        chopped.push_str(cluster);
    }
    chopped.into()
}

/// Like [`fit`], but keeps the end and starts with the ellipsis: for topics, whose last levels tell most.
pub fn fit_left(text: &str, columns: usize, style: Style) -> (Cow<'_, str>, bool) {
    let clean = sanitise_with(text, style);
    let total = width(&clean);
    if total <= columns {
        return (clean, false);
    }
    if columns == 0 {
        return (Cow::Borrowed(""), true);
    }
    let mut over = total - (columns - 1);
    let mut start = 0;
    for cluster in clean.graphemes(true) {
        if over == 0 {
            break;
        }
        over = over.saturating_sub(cluster_width(cluster));
        start += cluster.len();
    }
    (Cow::Owned(format!("{}{}", style.ellipsis(), &clean[start..])), true)
}
