//! XML laid out, lossless: each tag that is not within text stands on a line of its own, indented. The text is only ever cut between two
//! nodes, where whitespace alone stands; what lies between two cuts is shown as sent. Called by `view`, and by the message pane for the
//! lines that changed.

mod tokens;

use super::Document;
use super::document::Writer;
use super::structure::{Name, NodeId, NodeKind, Structure, XmlFault};
pub(super) use tokens::{Inside, part};

/// What XML takes for blank (XML 1.0, 2.3).
const WHITESPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// Lays out `text` with one tag a line, indented by two columns a level. An element with text among its children stays as sent, as
/// does one that says `xml:space="preserve"`. Takes about 3.5 ms a MB.
pub fn pretty(text: &str) -> Result<Document, XmlFault> {
    let structure = Structure::of_xml(text)?;
    let mut writer = Writer::new(text.len());
    let mut within = Vec::new();
    for (index, piece) in pieces(&structure).iter().enumerate() {
        if index > 0 {
            writer.new_line(piece.depth);
        }
        push(&mut writer, &mut within, piece.text(&structure));
        if writer.is_full() {
            return Err(XmlFault::too_wide(text, piece.start));
        }
    }
    Ok(writer.finish_xml(within))
}

/// Writes a piece line by line, and notes within what each of its further lines begins.
fn push(writer: &mut Writer, within: &mut Vec<(u32, Inside)>, piece: &str) {
    let (mut inside, mut rest) = (Inside::Content, piece);
    while let Some((line, after)) = rest.split_once('\n') {
        writer.push_str(line);
        writer.new_line(0);
        inside = inside.after(line);
        within.extend((inside != Inside::Content).then_some((writer.line(), inside)));
        rest = after;
    }
    writer.push_str(rest);
}

/// A part of the text that is laid out as it is.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Bytes of the text, those between this piece and the next excepted.
    start: usize,
    end: usize,
    /// Levels that it is indented by.
    depth: usize,
}

impl Piece {
    fn text(self, structure: &Structure) -> &str {
        &structure.text()[self.start..self.end]
    }
}

/// An element whose children stand on lines of their own.
struct Open {
    /// The node after the last one below it.
    after: usize,
    depth: usize,
    /// Where its last child so far ends.
    last_child_end: usize,
}

/// The text cut up: together, the pieces are the whole but for whitespace.
fn pieces(structure: &Structure) -> Vec<Piece> {
    let mut cuts = Cuts { structure, pieces: Vec::new(), start: 0, depth: 0 };
    let mut open: Vec<Open> = Vec::new();
    let mut index = 0;
    while let Some(node) = structure.nth(index) {
        close(&mut open, index, &mut cuts);
        let kind = structure.kind(node);
        let (size, range) = (structure.size(node), structure.value_range(node));
        if matches!(kind, NodeKind::Document | NodeKind::Attribute) {
            index += 1;
            continue;
        }
        let depth = structure.depth(node) - 1;
        cuts.cut(range.start, depth);
        if let Some(above) = open.last_mut() {
            above.last_child_end = range.end;
        }
        if has_lines(structure, node) {
            open.push(Open { after: index + size, depth, last_child_end: range.start });
            index += 1;
        } else {
            index += size;
        }
    }
    close(&mut open, usize::MAX, &mut cuts);
    cuts.cut(structure.text().len(), 0);
    cuts.pieces
}

/// Puts the end tags of what ends before node `index` on lines of their own.
fn close(open: &mut Vec<Open>, index: usize, cuts: &mut Cuts<'_>) {
    while let Some(ended) = open.pop_if(|open| open.after <= index) {
        cuts.cut(ended.last_child_end, ended.depth);
    }
}

struct Cuts<'a> {
    structure: &'a Structure,
    pieces: Vec<Piece>,
    /// Where the piece that is still open begins, and how deep.
    start: usize,
    depth: usize,
}

impl Cuts<'_> {
    /// Ends the piece before byte `at`, and begins one there. A byte order mark stays with what follows it.
    fn cut(&mut self, at: usize, depth: usize) {
        let piece = &self.structure.text()[self.start..at];
        let begins = piece.len() - piece.trim_start_matches(WHITESPACE).len();
        let piece = piece.trim_matches(WHITESPACE);
        if self.pieces.is_empty() && piece.trim_start_matches('\u{feff}').is_empty() {
            return;
        }
        if !piece.is_empty() {
            let start = self.start + begins;
            self.pieces.push(Piece { start, end: start + piece.len(), depth: self.depth });
        }
        (self.start, self.depth) = (at, depth);
    }
}

/// Whether the children of a node stand on lines of their own: it has some, and whitespace between them says nothing.
fn has_lines(structure: &Structure, node: NodeId) -> bool {
    let mut below = false;
    for child in structure.children(node) {
        match structure.kind(child) {
            NodeKind::Text => return false,
            NodeKind::Attribute => {
                let is_space = structure.name(child) == Name::Tag("xml:space");
                if is_space && structure.value(child) == "preserve" {
                    return false;
                }
            }
            _ => below = true,
        }
    }
    below
}

/// On which line of the laid-out text each byte of the text stands.
#[derive(Debug)]
pub struct XmlLines<'a> {
    structure: &'a Structure,
    /// Pieces in their order, each with its first line.
    pieces: Vec<(Piece, usize)>,
}

impl<'a> XmlLines<'a> {
    /// The lines that [`pretty`] makes of the same text.
    pub fn of(structure: &'a Structure) -> Self {
        let mut line = 0;
        let with_line = |piece: Piece| {
            let first = line;
            line += 1 + line_feeds(piece.text(structure));
            (piece, first)
        };
        Self { structure, pieces: pieces(structure).into_iter().map(with_line).collect() }
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.pieces.last().map_or(1, |(piece, line)| line + 1 + line_feeds(piece.text(self.structure)))
    }

    /// The line on which a node begins, or the value of an attribute.
    pub fn line_of(&self, node: NodeId) -> usize {
        let at = self.structure.value_range(node).start;
        let index = self.pieces.partition_point(|(piece, _)| piece.start <= at);
        let Some((piece, line)) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return 0;
        };
        line + line_feeds(&self.structure.text()[piece.start..at])
    }
}

fn line_feeds(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

#[cfg(test)]
mod tests;
