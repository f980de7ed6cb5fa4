//! Nodes of an XML text, from quick-xml's events. Nothing is fetched, no DTD is read and no entity of one is replaced.

use std::borrow::Cow;
use std::fmt;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::{Builder, NO_NAME, Node, NodeKind};
use crate::payload::json::MAX_DEPTH;
use crate::payload::sanitise::prefix;

/// Why and where a text is no XML document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlFault {
    /// Byte offset.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for XmlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.reason, self.line, self.column)
    }
}

impl std::error::Error for XmlFault {}

impl XmlFault {
    fn at(text: &str, offset: usize, reason: impl Into<String>) -> Self {
        let before = prefix(text, offset);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = 1 + memchr::memchr_iter(b'\n', before.as_bytes()).count();
        let column = 1 + before[line_start..].chars().count();
        Self { offset, line, column, reason: reason.into() }
    }

    /// Laid out, it would be many times as long as it is.
    pub(in crate::payload) fn too_wide(text: &str, offset: usize) -> Self {
        Self::at(text, offset, TOO_WIDE)
    }

    /// Whether it may be XML all the same, but more of it than is taken apart.
    pub(in crate::payload) fn is_limit(&self) -> bool {
        [TOO_DEEP, TOO_MANY, TOO_WIDE].contains(&self.reason.as_str())
    }
}

/// Whether this may name something in XML 1.0 (2.3), as far as ASCII goes: what the reader lets through may be half of a tag.
fn is_name(name: &[u8]) -> bool {
    let mut bytes = name.iter();
    let begins = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..);
    bytes.next().is_some_and(begins)
        && bytes.all(|byte| begins(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

const TOO_DEEP: &str = "nested deeper than 512 levels";
const TOO_MANY: &str = "more than 4,000,000 nodes";
const TOO_WIDE: &str = "more than 8 times as long when laid out";
const NOT_NAMED: (u32, u32) = (0, NO_NAME);

/// The nodes of an XML document, in the order of the text.
pub(super) fn nodes(text: &str) -> Result<Vec<Node>, XmlFault> {
    let mut walk = Walk { text, builder: Builder::new(text), rooted: false };
    walk.builder.open(NodeKind::Document, NOT_NAMED, 0);
    // The reader leaves byte order marks out and does not count them.
    let document = text.trim_start_matches('\u{feff}');
    let marks = text.len() - document.len();
    let mut reader = Reader::from_str(document);
    loop {
        let start = marks + position(&reader);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(fault) => {
                let offset = usize::try_from(reader.error_position()).map_or(start, |at| marks + at);
                return Err(XmlFault::at(text, offset, fault.to_string()));
            }
        };
        if matches!(event, Event::Eof) {
            return walk.finish();
        }
        walk.take(&event, start, marks + position(&reader))
            .map_err(|reason| XmlFault::at(text, start, reason))?;
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

struct Walk<'a> {
    text: &'a str,
    builder: Builder,
    /// The root element was seen.
    rooted: bool,
}

impl Walk<'_> {
    fn take(&mut self, event: &Event<'_>, start: usize, end: usize) -> Result<(), &'static str> {
        match event {
            Event::Start(tag) => self.element(tag, start),
            Event::Empty(tag) => {
                self.element(tag, start)?;
                self.builder.close(end);
                Ok(())
            }
            Event::End(_) => {
                self.builder.close(end);
                Ok(())
            }
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => self.characters(start, end),
            Event::Comment(_) => self.leaf(NodeKind::Comment, start, end),
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) => self.leaf(NodeKind::Instruction, start, end),
            Event::Eof => Ok(()),
        }
    }

    fn element(&mut self, tag: &BytesStart<'_>, start: usize) -> Result<(), &'static str> {
        let outermost = self.builder.open.len() == 1;
        if outermost && self.rooted {
            return Err("a second element beside the root");
        }
        if self.builder.open.len() >= MAX_DEPTH {
            return Err(TOO_DEEP);
        }
        if !is_name(tag.name().as_ref()) {
            return Err("no name after '<'");
        }
        self.rooted = true;
        let name = self.within(tag.name().as_ref());
        self.builder.open(NodeKind::Element, name, start).ok_or(TOO_MANY)?;
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.ok().filter(|attribute| is_name(attribute.key.as_ref()));
            let attribute = attribute.ok_or("an attribute is not written name=\"value\"")?;
            let (name, value) = (self.within(attribute.key.as_ref()), self.within(&attribute.value));
            let value = (value.0 as usize, value.1 as usize);
            self.builder.add(NodeKind::Attribute, name, value).ok_or(TOO_MANY)?;
        }
        Ok(())
    }

    /// Where a part of the text, borrowed from it, stands in it.
    fn within(&self, part: &[u8]) -> (u32, u32) {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let end = (start + part.len()).min(self.text.len());
        (start.min(end) as u32, end as u32)
    }

    /// Text, CDATA and references side by side are one node.
    fn characters(&mut self, start: usize, end: usize) -> Result<(), &'static str> {
        let open = self.builder.innermost().map_or(NodeKind::Document, |node| node.kind);
        if let Some(last) = self.builder.nodes.last_mut()
            && last.kind == NodeKind::Text
            && last.value.1 as usize == start
        {
            last.value.1 = end as u32;
            return Ok(());
        }
        match self.text.get(start..end) {
            Some(text) if text.bytes().all(|byte| b" \t\r\n".contains(&byte)) => Ok(()),
            _ if open == NodeKind::Document => Err("text outside of the root element"),
            _ => self.leaf(NodeKind::Text, start, end),
        }
    }

    fn leaf(&mut self, kind: NodeKind, start: usize, end: usize) -> Result<(), &'static str> {
        self.builder.add(kind, NOT_NAMED, (start, end)).map(|_| ()).ok_or(TOO_MANY)
    }

    fn finish(mut self) -> Result<Vec<Node>, XmlFault> {
        if self.builder.open.len() > 1 {
            let name = self
                .builder
                .innermost()
                .map_or("", |node| &self.text[node.name.0 as usize..node.name.1 as usize]);
            return Err(XmlFault::at(self.text, self.text.len(), format!("ends before </{name}>")));
        }
        if !self.rooted {
            return Err(XmlFault::at(self.text, self.text.len(), "no element"));
        }
        self.builder.close(self.text.len());
        Ok(self.builder.finish())
    }
}

/// What XML text or an attribute's value stands for: CDATA without its brackets, the five entities of XML and numbered
/// characters replaced, whitespace around it left out. Other entities stay as they are written.
pub fn xml_text(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim_ascii();
    if !raw.contains(['&', '<']) {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '<']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = cdata(rest).or_else(|| reference(rest));
        let (length, part) = taken.unwrap_or((1, Cow::Borrowed(&rest[..1])));
        text.push_str(&part);
        rest = &rest[length..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// A CDATA section at the start of `rest`: its length and content.
fn cdata(rest: &str) -> Option<(usize, Cow<'_, str>)> {
    let inner = rest.strip_prefix("<![CDATA[")?;
    let end = inner.find("]]>")?;
    Some((rest.len() - inner.len() + end + 3, Cow::Borrowed(&inner[..end])))
}

/// A reference at the start of `rest`: its length and the character it stands for.
fn reference(rest: &str) -> Option<(usize, Cow<'_, str>)> {
    let end = rest.as_bytes().iter().take(12).position(|byte| *byte == b';')?;
    let text = quick_xml::escape::unescape(&rest[..=end]).ok()?;
    Some((end + 1, Cow::Owned(text.into_owned())))
}
