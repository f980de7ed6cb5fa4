//! What changed between two messages: as a view of its own, and beside the lines that changed.

use super::shown::Subject;
use super::{Change, PayloadView};
use crate::app::Connection;
use crate::payload::diff::{Diff, DiffRow, Form, Mark, Part, Place, Side};
use crate::payload::structure::{NodeId, Structure};
use crate::payload::xml::XmlLines;
use crate::payload::{Document, Kind, Reading};
use crate::store::TopicId;

impl Connection {
    /// The topic on screen, where the diff could be one with the marked message of another topic and is not.
    pub fn marked_elsewhere(&self) -> Option<TopicId> {
        let of = self.wanted(&self.shown_message().filter(|_| self.message.view == PayloadView::Diff)?);
        let other = self.message.marked.filter(|marked| marked.0 != of.topic && Some(*marked) != of.against);
        other.map(|_| of.topic)
    }

    /// Whether the diff on screen is one with the marked message.
    pub fn is_with_marked(&self) -> bool {
        self.shown()
            .is_some_and(|shown| shown.of.against.is_some() && shown.of.against == self.message.marked)
    }
}

/// Compares two messages that were read.
pub(super) fn diff(older: (&Reading, Subject<'_>), newer: (&Reading, Subject<'_>)) -> Diff {
    Diff::between(side(older.0, older.1.bytes), side(newer.0, newer.1.bytes))
}

/// What is compared of a payload that was read.
pub(in crate::app) fn side<'a>(reading: &'a Reading, payload: &'a [u8]) -> Side<'a> {
    let form = match reading.text(payload) {
        Some(text) if reading.is_json() => Form::Json(text),
        Some(text) if reading.kind == Kind::Xml => Form::Xml(text),
        Some(text) => Form::Text(text),
        None => Form::Bytes,
    };
    Side { bytes: reading.bytes(payload), form }
}

/// What is new and what changed in `document`, which is `text` laid out, by line. Without JSON or XML, nothing.
pub(super) fn changes(diff: &Diff, reading: &Reading, text: &str, document: &Document) -> Vec<Change> {
    if reading.is_json() {
        let Ok(structure) = Structure::of_json(text) else { return Vec::new() };
        let lines = lines(&structure);
        // If not, it is not laid out.
        if lines.last == document.lines() {
            return by_line(diff, &structure, |node| lines.of(node));
        }
    } else if reading.kind == Kind::Xml {
        let Ok(structure) = Structure::of_xml(text) else { return Vec::new() };
        let lines = XmlLines::of(&structure);
        if lines.count() == document.lines() {
            return by_line(diff, &structure, |node| Some(lines.line_of(node)));
        }
    }
    Vec::new()
}

/// The changes in the order of their lines; those of one line, such as an element's attributes, in one.
fn by_line(diff: &Diff, structure: &Structure, line_of: impl Fn(NodeId) -> Option<usize>) -> Vec<Change> {
    let mut changes: Vec<Change> =
        diff.rows.iter().filter_map(|row| change(row, structure, &line_of)).collect();
    changes.sort_by_key(|change| change.line);
    changes.dedup_by(|next, first| {
        let is_same = next.line == first.line;
        if is_same {
            first.new = format!("{}, {}", first.new, next.new);
            first.old = match (first.old.take(), next.old.take()) {
                (Some(first), Some(next)) => Some(format!("{first}, {next}")),
                (one, other) => one.or(other),
            };
        }
        is_same
    });
    changes
}

fn change(row: &DiffRow, structure: &Structure, line_of: impl Fn(NodeId) -> Option<usize>) -> Option<Change> {
    if !matches!(row.mark, Mark::Added | Mark::Changed) {
        return None;
    }
    let node = match &row.place {
        Place::Pointer(pointer) => structure.at_pointer(pointer),
        Place::XPath(path) => structure.at_xpath(path),
        Place::Line(..) | Place::Offset(_) => return None,
    };
    let text = |part: &Option<Part>| part.as_ref().map(|part| part.text.clone());
    Some(Change { line: line_of(node.ok().flatten()?)?, old: text(&row.old), new: text(&row.new)? })
}

/// The line on which each node begins when it is laid out.
struct Lines {
    of: Vec<(NodeId, usize)>,
    /// Lines of all.
    last: usize,
}

impl Lines {
    fn of(&self, node: NodeId) -> Option<usize> {
        let at = self.of.binary_search_by_key(&node, |(known, _)| *known).ok()?;
        Some(self.of[at].1)
    }
}

fn lines(structure: &Structure) -> Lines {
    let mut of = Vec::with_capacity(structure.len());
    // Where the open containers that have a closing line of their own end.
    let mut ends: Vec<usize> = Vec::new();
    let mut line = 0;
    for (index, node) in structure.nodes().enumerate() {
        while ends.last().is_some_and(|end| *end <= index) {
            ends.pop();
            line += 1;
        }
        line += usize::from(index > 0);
        of.push((node, line));
        if structure.child_count(node) > 0 {
            ends.push(index + structure.size(node));
        }
    }
    Lines { of, last: line + ends.len() + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::pretty;

    #[test]
    fn each_value_is_known_by_the_line_it_is_laid_out_on() {
        let text = r#"{"a":{"b":[],"c":[1,{"d":2}]},"e":"x","a":3}"#;
        let document = pretty(text).expect("JSON");
        let structure = Structure::of_json(text).expect("JSON");
        let lines = lines(&structure);
        assert_eq!(lines.last, document.lines());
        for (pointer, wanted) in [
            ("", "{"),
            ("/a/b", "    \"b\": [],"),
            ("/a/c/0", "      1,"),
            ("/a/c/1/d", "        \"d\": 2"),
            ("/e", "  \"e\": \"x\","),
        ] {
            let node = structure.at_pointer(pointer).expect("a pointer").expect("a node");
            assert_eq!(document.line(lines.of(node).expect("a line")), wanted);
        }
    }

    #[test]
    fn what_changed_stands_on_its_line() {
        let (old, new) = (r#"{"t":20.1,"gone":1,"h":{"x":1}}"#, r#"{"t":20.4,"h":{"x":1,"y":null}}"#);
        let found = changed_lines(old, new, &pretty(new).expect("JSON"));
        assert_eq!(found, [change(1, Some("20.1"), "20.4"), change(4, None, "null")]);
    }

    #[test]
    fn what_changed_in_xml_stands_on_its_line() {
        let old = "<m><a x='1' y='2'/><!-- one\ntwo --><b>3</b></m>";
        let new = "<m><a x='4' y='5'/><!-- one\ntwo --><b>6</b><c/></m>";
        let document = crate::payload::xml::pretty(new).expect("XML");
        let found = changed_lines(old, new, &document);
        assert_eq!(
            found,
            [change(1, Some("1, 2"), "4, 5"), change(4, Some("3"), "6"), change(5, None, "<c/>")]
        );
        assert_eq!(document.line(4), "  <b>6</b>");
        let as_sent = Document::text(new.to_owned());
        assert_eq!(changed_lines(old, new, &as_sent), [], "its lines are others");
    }

    fn changed_lines(old: &str, new: &str, document: &Document) -> Vec<Change> {
        let diff = Diff::between(Side::of(old.as_bytes()), Side::of(new.as_bytes()));
        let reading = crate::payload::read(new.as_bytes(), &crate::payload::Hints::default());
        changes(&diff, &reading, new, document)
    }

    fn change(line: usize, old: Option<&str>, new: &str) -> Change {
        Change { line, old: old.map(str::to_owned), new: new.to_owned() }
    }
}
