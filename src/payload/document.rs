//! A payload as lines of text, with an index so that any line is found at once. Made by the printers, laid out by
//! `layout`, one row at a time.

use super::sanitise::{Style, lossy};
use super::tokens::{Tokens, plain, tokens, xml_tokens};
use super::xml::Inside;

/// Laid-out text may be this many times as long as the payload, so that `[[[[1,1,1…` cannot ask for gigabytes of spaces.
const MAX_GROWTH: usize = 8;
const GROWTH_FLOOR: usize = 1024 * 1024;
/// Columns of a level.
const INDENT: usize = 2;

/// Text cut into lines. Not sanitised: rows are, when they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    text: String,
    /// Byte offset of each line; never empty, the first is 0.
    line_starts: Vec<u32>,
    grammar: Grammar,
}

/// What the roles of a line's parts are found by.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Grammar {
    /// None are.
    Plain,
    /// As the pretty printer wrote it.
    Json,
    /// The lines that do not begin between two tags, in their order.
    Xml(Vec<(u32, Inside)>),
}

impl Document {
    /// Plain text: a line ends at each LF, and what follows the last LF is a line even when empty. At most 4 GiB; a caller
    /// cuts long before that ([`super::VIEW_LIMIT`]) and says so.
    pub fn text(text: String) -> Self {
        let mut line_starts = vec![0];
        line_starts
            .extend(memchr::memchr_iter(b'\n', text.as_bytes()).map_while(|at| u32::try_from(at + 1).ok()));
        Self { text, line_starts, grammar: Grammar::Plain }
    }

    /// Documents one after the other, each beginning on a line of its own. Has roles where the first has.
    pub fn joined(documents: impl IntoIterator<Item = Self>) -> Self {
        let mut documents = documents.into_iter();
        let Some(mut all) = documents.next() else { return Self::text(String::new()) };
        for next in documents {
            all.text.push('\n');
            let Ok(before) = u32::try_from(all.text.len()) else { break };
            all.text.push_str(&next.text);
            all.line_starts.extend(next.line_starts.iter().map_while(|start| before.checked_add(*start)));
        }
        all
    }

    /// Bytes as plain text, those that are not UTF-8 as placeholders.
    pub fn lossy(bytes: &[u8], style: Style) -> Self {
        Self::text(lossy(bytes, style))
    }

    /// Number of lines, at least 1.
    pub fn lines(&self) -> usize {
        self.line_starts.len()
    }

    /// Line `n`, from 0, without its LF; empty past the end.
    pub fn line(&self, n: usize) -> &str {
        let Some(start) = self.line_starts.get(n) else { return "" };
        let end = self.line_starts.get(n + 1).map_or(self.text.len(), |next| *next as usize - 1);
        &self.text[*start as usize..end]
    }

    /// The parts of line `n` with the role of each.
    pub fn tokens(&self, n: usize) -> Tokens<'_> {
        match &self.grammar {
            Grammar::Plain => plain(self.line(n)),
            Grammar::Json => tokens(self.line(n)),
            Grammar::Xml(within) => {
                let at = within.binary_search_by_key(&n, |(line, _)| *line as usize);
                xml_tokens(self.line(n), at.map_or(Inside::Content, |at| within[at].1))
            }
        }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Bytes of memory it takes.
    pub fn memory(&self) -> usize {
        self.text.capacity() + self.line_starts.capacity() * size_of::<u32>()
    }
}

/// A document while it is laid out.
pub(super) struct Writer {
    text: String,
    line_starts: Vec<u32>,
    limit: usize,
}

impl Writer {
    /// For a payload of `length` bytes.
    pub(super) fn new(length: usize) -> Self {
        let limit = length.saturating_mul(MAX_GROWTH).max(GROWTH_FLOOR).min(u32::MAX as usize / 2);
        Self { text: String::with_capacity(length + length / 2), line_starts: vec![0], limit }
    }

    pub(super) fn push(&mut self, letter: char) {
        self.text.push(letter);
    }

    /// Text without a line feed.
    pub(super) fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Begins a line, indented by so many levels.
    pub(super) fn new_line(&mut self, depth: usize) {
        const BLANK: &str = "                                                                ";
        self.text.push('\n');
        self.line_starts.push(self.text.len() as u32);
        let mut columns = depth * INDENT;
        while columns > 0 {
            let part = columns.min(BLANK.len());
            self.text.push_str(&BLANK[..part]);
            columns -= part;
        }
    }

    /// The line that is being written, from 0.
    pub(super) fn line(&self) -> u32 {
        self.line_starts.len() as u32 - 1
    }

    /// Whether it has become many times as long as the payload.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() > self.limit
    }

    /// As JSON.
    pub(super) fn finish_json(self) -> Document {
        Document { text: self.text, line_starts: self.line_starts, grammar: Grammar::Json }
    }

    /// As XML; `within` are the lines that do not begin between two tags.
    pub(super) fn finish_xml(self, within: Vec<(u32, Inside)>) -> Document {
        Document { text: self.text, line_starts: self.line_starts, grammar: Grammar::Xml(within) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_number() {
        let document = Document::text("first\n\nthird\r\n".to_owned());
        assert_eq!(document.lines(), 4);
        assert_eq!((0..5).map(|n| document.line(n)).collect::<Vec<_>>(), ["first", "", "third\r", "", ""]);
        assert_eq!(Document::text(String::new()).lines(), 1);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_marked_and_the_rest_is_kept() {
        let document = Document::lossy(b"a\xffb\nc\xc3", Style::VIEW);
        assert_eq!(document.line(0), "a⟨xFF⟩b");
        assert_eq!(document.line(1), "c⟨xC3⟩");
    }
}
