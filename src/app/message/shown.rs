//! What the pane shows of one message: made once by `prepare`, which is pure and may take its time, so that a job can do it.

use std::sync::Arc;

use super::PayloadView;
use super::decodings::Chosen;
use super::filtered::{RunJq, filter};
use super::image::{Painting, paint};
use crate::payload::diff::Diff;
use crate::payload::structure::Structure;
use crate::payload::{Content, Document, Hints, Kind, Prepared, Reading, VIEW_LIMIT, read};
use crate::store::{Seq, TopicId};

/// What is said where there are no bytes.
const EMPTY: &str = "empty payload (published with retain, it deletes the retained message)";

/// Everything that decides what is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The message.
    pub topic: TopicId,
    /// See `topic`.
    pub seq: Seq,
    /// How it is shown.
    pub view: PayloadView,
    /// The message it is compared with.
    pub against: Option<(TopicId, Seq)>,
    /// What its payload is to be taken for.
    pub decoding: Option<Chosen>,
    /// The jq program that filters it.
    pub program: Option<Arc<str>>,
    /// Which schemas were at hand, counted up with each change.
    pub schemas: u32,
}

impl Wanted {
    /// Whether it is the same of another message of the topic.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        let of = (other.seq, other.against);
        Self { seq: of.0, against: of.1, ..self.clone() } == *other
    }

    /// Whether the payload is read in the same way, whatever is shown of it.
    pub(super) fn reads_alike(&self, other: &Self) -> bool {
        (self.topic, self.seq, self.schemas) == (other.topic, other.seq, other.schemas)
            && self.decoding == other.decoding
    }
}

/// What of a message is shown.
#[derive(Debug, Clone)]
pub enum Body {
    /// Nothing to show; why, in a line.
    Nothing(String),
    /// Lines.
    Document(Arc<Document>),
    /// Branches.
    Tree(Arc<Structure>),
    /// What changed since another message.
    Diff(Arc<Diff>),
    /// An image.
    Painting(Painting),
    /// The bytes as received.
    Hex,
    /// The bytes inside of all layers.
    HexInside,
}

/// A value that is not what it was in the message before, for the line it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Line of the document, from 0.
    pub line: usize,
    /// What it was; `None` for a value that was not there.
    pub old: Option<String>,
    /// What it is.
    pub new: String,
}

/// A message ready to be shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What decided it.
    pub of: Wanted,
    /// The payload with everything around it taken off.
    pub reading: Reading,
    /// What is shown.
    pub body: Body,
    /// What the reader has to know, one line each. May hold text from the wire.
    pub notes: Vec<String>,
    /// What changed since the message before, by line, in the order of the lines.
    pub changes: Vec<Change>,
    /// How the jq program ended.
    pub end: String,
    /// Why the jq program did not come to its end.
    pub fault: Option<String>,
    /// What the jq program put out, as JSON, a value a line.
    pub result: Option<Arc<str>>,
}

/// What was made of the same message in the same way is the same.
impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of
    }
}

impl Shown {
    /// Whether there are branches to be shown as a tree.
    pub fn has_tree(&self) -> bool {
        self.of.program.is_some() || self.has_branches()
    }

    /// Whether the payload itself has branches.
    fn has_branches(&self) -> bool {
        self.reading.is_json() || self.reading.kind == Kind::Xml
    }

    /// The lines, where lines are shown.
    pub fn document(&self) -> Option<&Arc<Document>> {
        match &self.body {
            Body::Document(document) => Some(document),
            _ => None,
        }
    }

    /// The branches, where they are shown.
    pub fn structure(&self) -> Option<&Structure> {
        match &self.body {
            Body::Tree(structure) => Some(structure),
            _ => None,
        }
    }
}

/// A message's bytes and what is known beside them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) hints: Hints<'a>,
}

/// Reads the message and makes what is shown of it. `known` is an earlier reading of the same bytes with the same hints.
pub(super) fn prepare(
    of: Wanted,
    subject: Subject<'_>,
    older: Option<Subject<'_>>,
    known: Option<Reading>,
    run: RunJq,
) -> Shown {
    let reading = known.unwrap_or_else(|| read(subject.bytes, &subject.hints));
    let mut shown = Shown {
        of,
        reading,
        body: Body::Hex,
        notes: Vec::new(),
        changes: Vec::new(),
        end: String::new(),
        fault: None,
        result: None,
    };
    match shown.of.view {
        PayloadView::Hex if subject.bytes.is_empty() => shown.body = Body::Nothing(EMPTY.to_owned()),
        PayloadView::Hex => shown.body = Body::Hex,
        PayloadView::HexInside if shown.reading.bytes(subject.bytes).is_empty() => {
            shown.body = Body::Nothing("nothing is inside of it".to_owned());
        }
        PayloadView::HexInside => shown.body = Body::HexInside,
        _ if let Some(program) = shown.of.program.clone() => filter(&mut shown, subject, &program, run),
        PayloadView::Pretty => pretty(&mut shown, subject),
        PayloadView::Tree => tree(&mut shown, subject),
        PayloadView::Raw => lay_out(&mut shown, Prepared::as_sent(subject.bytes)),
        PayloadView::Diff => {}
    }
    if let Some(older) = older {
        compare(&mut shown, subject, older);
    } else if shown.of.view == PayloadView::Diff {
        shown.body = Body::Nothing(match shown.of.against {
            Some(_) => "the message to compare with was evicted: m marks another".to_owned(),
            None => {
                "no earlier message of this topic in the history, and no other is marked with m".to_owned()
            }
        });
    }
    shown
}

/// What changed since `older`: all of it in the diff view, beside its lines in the pretty one.
fn compare(shown: &mut Shown, subject: Subject<'_>, older: Subject<'_>) {
    let before = read(older.bytes, &older.hints);
    let diff = || super::compare::diff((&before, older), (&shown.reading, subject));
    match (&shown.body, shown.of.view) {
        (_, PayloadView::Diff) => shown.body = Body::Diff(Arc::new(diff())),
        (Body::Document(document), _) if shown.has_branches() && shown.of.program.is_none() => {
            let text = shown.reading.text(subject.bytes).unwrap_or_default();
            shown.changes = super::compare::changes(&diff(), &shown.reading, text, document);
        }
        _ => {}
    }
}

pub(super) fn lay_out(shown: &mut Shown, prepared: Prepared) {
    shown.body = match prepared.content {
        Content::Empty => Body::Nothing(EMPTY.to_owned()),
        Content::Document(document) => Body::Document(Arc::new(document)),
        Content::Hex => Body::HexInside,
    };
    shown.notes.extend(prepared.note);
}

fn pretty(shown: &mut Shown, subject: Subject<'_>) {
    lay_out(shown, Prepared::of(&shown.reading, subject.bytes));
    paint(shown, subject.bytes);
}

fn tree(shown: &mut Shown, subject: Subject<'_>) {
    match structure_of(&shown.reading, subject.bytes) {
        Ok(structure) => {
            shown.notes.extend(shown.reading.note.clone());
            shown.body = Body::Tree(Arc::new(structure));
        }
        Err(reason) => {
            pretty(shown, subject);
            shown.notes.push(reason);
        }
    }
}

/// The branches of what was read; or why there are none.
fn structure_of(reading: &Reading, payload: &[u8]) -> Result<Structure, String> {
    let text = reading.text(payload).filter(|_| reading.is_json() || reading.kind == Kind::Xml);
    let Some(text) = text else { return Err(format!("no tree: {} has no branches", reading.kind)) };
    if text.len() > 4 * VIEW_LIMIT {
        return Err("no tree: more than 64 MB of text".to_owned());
    }
    let text: Arc<str> = reading.text.clone().unwrap_or_else(|| Arc::from(text));
    if reading.is_json() {
        Structure::of_json(text).map_err(|fault| format!("no tree: {fault}"))
    } else {
        Structure::of_xml(text).map_err(|fault| format!("no tree: {fault}"))
    }
}
