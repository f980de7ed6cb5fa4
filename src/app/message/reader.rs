//! Which message is read when: small ones as soon as a frame is arranged, large ones by a job, one at a time. A message that comes while
//! one is being read waits; only the newest of them is read then.

use std::fmt;
use std::sync::Arc;

use super::find::{Finders, Found};
use super::image::Room;
use super::shown::{Subject, prepare};
use super::{Body, Find, PayloadView, RunJq, Shown, Wanted};
use crate::model::ConnectionId;
use crate::payload::find::Searched;
use crate::payload::{Document, OwnedHints, Reading, Style, WrapIndex, format, picture};

/// Bytes up to which a payload is read at once.
const AT_ONCE: usize = 64 * 1024;
/// Bytes up to which two payloads are compared at once.
pub(super) const COMPARED_AT_ONCE: usize = 16 * 1024;
/// Bytes of text up to which rows are counted and text is found at once.
pub(super) const LINES_AT_ONCE: usize = 256 * 1024;

/// What is shown, and what is being read.
#[derive(Debug, Default)]
pub struct Reader {
    /// What the pane is to show.
    pub(super) wanted: Option<Wanted>,
    pub(super) shown: Option<Box<Shown>>,
    pub(super) under_way: Option<Wanted>,
    /// Rows of the document on screen, counted by a job.
    pub(super) wrapped: Option<(Arc<Document>, WrapIndex)>,
    pub(super) counting: bool,
    /// An image is being scaled.
    pub(super) scaling: bool,
}

impl Reader {
    /// What the pane shows, unless it is still being read.
    pub fn shown(&self) -> Option<&Shown> {
        self.shown.as_deref().filter(|shown| Some(&shown.of) == self.wanted.as_ref())
    }

    /// Rows of a large document at a width, once they are counted.
    pub fn wrapped(&self, document: &Arc<Document>, columns: usize, style: Style) -> Option<&WrapIndex> {
        let known = self.wrapped.as_ref().filter(|(known, _)| Arc::ptr_eq(known, document));
        known.map(|(_, index)| index).filter(|index| index.is_for(columns, style))
    }

    /// Whether something is being read.
    pub fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// What was read of the same message before, for another view.
    pub(super) fn reading_for(&self, wanted: &Wanted) -> Option<Reading> {
        let known = self.shown.as_deref().filter(|shown| shown.of.reads_alike(wanted));
        known.map(|shown| shown.reading.clone())
    }
}

/// Whether a payload can be read, and compared with `other`, while a frame waits.
pub(super) fn reads_at_once(payload: &[u8], wanted: &Wanted, other: Option<&[u8]>) -> bool {
    wanted.program.is_none()
        && payload.len() <= AT_ONCE
        && other.is_none_or(|other| payload.len() + other.len() <= COMPARED_AT_ONCE && !may_grow(other))
        && !may_grow(payload)
        && !(matches!(wanted.view, PayloadView::Pretty | PayloadView::Tree) && picture::is_drawn(payload))
        && wanted.decoding.as_ref().is_none_or(|chosen| chosen.decoding.wrappings.is_empty())
}

/// Whether it begins like something compressed, or like base64, in which that may be wrapped.
fn may_grow(payload: &[u8]) -> bool {
    const MAGIC: [&[u8]; 6] =
        [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\xff\x06\x00\x00", b"\x78", b"data:"];
    let in_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    MAGIC.iter().any(|magic| payload.starts_with(magic))
        || payload.first_chunk::<16>().is_some_and(|head| head.iter().all(in_base64))
}

/// A message to be read away from the loop.
#[derive(Clone)]
pub struct ReadJob {
    pub(super) connection: ConnectionId,
    pub(super) wanted: Wanted,
    pub(super) subject: (Arc<[u8]>, OwnedHints),
    pub(super) older: Option<(Arc<[u8]>, OwnedHints)>,
    pub(super) known: Option<Reading>,
    /// Bytes of the payload, of which `subject` may have only the first.
    pub(super) whole: usize,
    /// For an image.
    pub(super) room: Room,
}

impl ReadJob {
    pub(in crate::app) fn perform(self, run: RunJq) -> (ConnectionId, Box<Shown>) {
        let Self { connection, wanted, subject, older, known, whole, room } = self;
        let newer = Subject { bytes: &subject.0, hints: subject.1.as_hints() };
        let older = older.as_ref().map(|(bytes, hints)| Subject { bytes, hints: hints.as_hints() });
        let mut shown = prepare(wanted, newer, older, known, run);
        if subject.0.len() < whole {
            let (first, all) = (format::bytes(subject.0.len() as u64), format::bytes(whole as u64));
            shown.notes.push(format!(
                "first {first} of {all}: too large to be read as a whole; the hex view has all"
            ));
        }
        if let Body::Painting(painting) = &mut shown.body {
            painting.fit(room.cells(shown.notes.len()));
        }
        (connection, Box::new(shown))
    }
}

/// The same message in the same way is the same job.
impl PartialEq for ReadJob {
    fn eq(&self, other: &Self) -> bool {
        (self.connection, &self.wanted) == (other.connection, &other.wanted)
    }
}

impl fmt::Debug for ReadJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadJob")
            .field("wanted", &self.wanted)
            .field("bytes", &self.subject.0.len())
            .finish_non_exhaustive()
    }
}

/// Text to be found in something large.
#[derive(Debug, Clone)]
pub struct FindJob {
    pub(super) connection: ConnectionId,
    text: String,
    finders: Finders,
    of: Wanted,
    searched: Searched,
    within: Option<usize>,
}

impl FindJob {
    pub(super) fn new(
        connection: ConnectionId,
        find: &Find,
        of: Wanted,
        searched: Searched,
        within: Option<usize>,
    ) -> Self {
        Self { connection, text: find.text.clone(), finders: find.finders().clone(), of, searched, within }
    }

    pub(in crate::app) fn perform(self) -> FindDone {
        let matches = self.finders.find(&self.searched);
        let found = Found { matches, within: self.within };
        FindDone { connection: self.connection, text: self.text, of: self.of, found }
    }
}

impl PartialEq for FindJob {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, &self.of) == (&other.text, &other.of)
    }
}

/// Where a text stands in what is shown of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct FindDone {
    pub(in crate::app) connection: ConnectionId,
    pub(in crate::app) text: String,
    pub(in crate::app) of: Wanted,
    pub(in crate::app) found: Found,
}

/// Rows of a large document to be counted.
#[derive(Debug, Clone)]
pub struct WrapJob {
    pub(super) connection: ConnectionId,
    pub(super) document: Arc<Document>,
    pub(super) columns: usize,
    pub(super) style: Style,
}

impl WrapJob {
    pub(in crate::app) fn perform(self) -> (ConnectionId, Arc<Document>, WrapIndex) {
        let index = WrapIndex::of(&self.document, self.columns, self.style);
        (self.connection, self.document, index)
    }
}

impl PartialEq for WrapJob {
    fn eq(&self, other: &Self) -> bool {
        (self.columns, self.style) == (other.columns, other.style)
            && Arc::ptr_eq(&self.document, &other.document)
    }
}
