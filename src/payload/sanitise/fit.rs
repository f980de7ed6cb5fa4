//! Columns: how many a text takes, and cutting it to as many as there are. Called wherever a row is laid out.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Piece, Style, pieces, sanitise_with};

/// Columns that `text` takes on screen, counted cluster by cluster as ratatui's buffer does. Control characters count
/// nothing there, so sanitise first.
pub fn width(text: &str) -> usize {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.len();
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
    let mut out = String::new();
    // Where to cut and put the ellipsis, should the text turn out too wide.
    let (mut used, mut keep) = (0, 0);
    for piece in pieces(text, style) {
        for (part, part_width) in parts(&piece) {
            if used + part_width > columns {
                out.truncate(keep);
                if columns > 0 {
                    out.push_str(style.ellipsis());
                }
                return (Cow::Owned(out), true);
            }
            out.push_str(part);
            used += part_width;
            if used < columns {
                keep = out.len();
            }
        }
    }
    (if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }, false)
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

/// The smallest parts a piece may be cut into, each with its width: the characters of an ASCII run or a placeholder, or
/// the one cluster.
fn parts<'a>(piece: &'a Piece<'_>) -> impl Iterator<Item = (&'a str, usize)> {
    piece.as_str().graphemes(true).map(|part| (part, cluster_width(part)))
}
