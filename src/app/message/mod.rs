//! State of the message pane: which message of the topic, in which view, read how far, scrolled to where. What is shown of it is made
//! once for each message: small ones at once when a frame is arranged, large ones by a job.

mod arrange;
mod compare;
mod decodings;
mod filtered;
mod find;
mod finding;
mod folding;
mod image;
mod programs;
mod reader;
mod schemas;
mod shown;

pub(super) use compare::side;
pub use decodings::{Chosen, ChosenBy, Decodings};
pub use filtered::{RunJq, run_within};
pub use find::Find;
pub use folding::Folding;
pub use image::{NOTES, PIXELS_A_ROW, Painting, ScaleJob};
pub use programs::Programs;
pub use reader::{FindDone, FindJob, ReadJob, Reader, WrapJob};
pub use schemas::SchemaShelf;
pub use shown::{Body, Change, Shown, Wanted};

use crate::payload::{self, Document};
use crate::store::{Seq, TopicId};

/// How the payload is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PayloadView {
    /// By its kind: JSON laid out and coloured, text as text, binary as hex.
    #[default]
    Pretty,
    /// JSON and XML as branches that can be folded.
    Tree,
    /// As sent, as text.
    Raw,
    /// Bytes as sent, in hex beside ASCII.
    Hex,
    /// Bytes inside of everything that was taken off, in hex beside ASCII.
    HexInside,
    /// What changed since another message.
    Diff,
}

impl PayloadView {
    /// All of them, in turn.
    pub const ALL: [Self; 6] = [Self::Pretty, Self::Tree, Self::Raw, Self::Hex, Self::HexInside, Self::Diff];

    /// As shown in the pane's title.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Tree => "tree",
            Self::Raw => "raw",
            Self::Hex => "hex",
            Self::HexInside => "hex inside",
            Self::Diff => "diff",
        }
    }

    /// The next in turn that `shown` has something for.
    #[must_use]
    pub(super) fn next(self, shown: Option<&Shown>) -> Self {
        let at = self as usize;
        let views = (1..=Self::ALL.len()).map(|step| Self::ALL[(at + step) % Self::ALL.len()]);
        let has = |view: &Self| match view {
            Self::Tree => shown.is_none_or(Shown::has_tree),
            Self::HexInside => shown.is_some_and(|shown| shown.reading.inner.is_some()),
            _ => true,
        };
        views.into_iter().find(has).unwrap_or_default()
    }

    /// Whether long lines can go on in the next row.
    pub(super) fn wraps(self) -> bool {
        matches!(self, Self::Pretty | Self::Raw)
    }

    /// Whether it shows what a jq program makes of the payload, where there is one.
    pub fn is_filtered(self) -> bool {
        matches!(self, Self::Pretty | Self::Tree)
    }
}

/// How far a view is scrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scroll {
    /// First line on screen. May point past the end after a shorter message came: the pane shows its last lines then.
    pub row: usize,
    /// First column on screen, where lines are not wrapped.
    pub column: usize,
}

/// State of the message pane.
#[derive(Debug, Default)]
pub struct MessageView {
    /// The message looked at; `None` follows the latest.
    pub at: Option<Seq>,
    /// The message that stays while the latest is being read.
    pub(super) held: Option<Seq>,
    /// The node that was selected when last arranged: what is looked at belongs to it.
    pub(super) of: Option<TopicId>,
    /// How the payload is shown.
    pub view: PayloadView,
    /// The view to go back to from the diff.
    pub(super) before_diff: PayloadView,
    pub(super) scrolls: [Scroll; PayloadView::ALL.len()],
    /// Long lines go on in the next row.
    pub wrap: bool,
    /// Lines of the payload and of the pane when last drawn, for paging and for the end.
    pub lines: usize,
    /// See `lines`.
    pub height: usize,
    /// Some line went on to the right of the pane when last drawn.
    pub cut: bool,
    /// How the payload was drawn last: columns and style.
    pub drawn: Option<(usize, payload::Style)>,
    /// Rows above the payload when last drawn: properties.
    pub above: usize,
    /// Row of the screen on which the first line on screen stands, and which line that is.
    pub rows: Option<(u16, usize)>,
    /// Columns and rows inside of the pane.
    pub(super) inside: (u16, u16),
    /// Columns and rows for an image.
    pub room: (u16, u16),
    /// What is shown, and what is being read.
    pub reader: Reader,
    /// What payloads are taken for against their looks.
    pub decodings: Decodings,
    /// The schemas at hand to take them for Protobuf.
    pub schemas: SchemaShelf,
    /// The jq programs that payloads are filtered by.
    pub programs: Programs,
    /// What is open and selected in the tree view.
    pub folding: Folding,
    /// What is looked for in the payload.
    pub find: Option<Find>,
    /// The difference that is to be brought on screen when drawn next.
    pub reveal: Option<usize>,
    /// The message that others of its topic are compared with, and those of another topic where that is asked for.
    pub marked: Option<(TopicId, Seq)>,
    /// The topic whose messages are to be compared with the marked one of another topic.
    pub(super) with_marked: Option<TopicId>,
}

impl MessageView {
    /// To the top of another topic's message.
    pub fn reset(&mut self) {
        self.scrolls = Default::default();
        self.held = None;
    }

    /// How far the view is scrolled.
    pub fn scroll(&self) -> Scroll {
        self.scrolls[self.view as usize]
    }

    /// See [`MessageView::scroll`].
    pub(super) fn scroll_mut(&mut self) -> &mut Scroll {
        &mut self.scrolls[self.view as usize]
    }

    /// The first line of `document` on screen.
    pub(super) fn first_line(&self, document: &std::sync::Arc<Document>) -> usize {
        let row = self.scroll().row.saturating_sub(self.above);
        let index = self.drawn.and_then(|(columns, style)| self.reader.wrapped(document, columns, style));
        index.filter(|_| self.wrap).map_or(row, |index| index.position(row).line)
    }

    /// Scrolls by `rows`, never past the last line.
    pub fn scroll_by(&mut self, rows: isize) {
        let last = self.lines.saturating_sub(self.height.max(1));
        let scroll = self.scroll_mut();
        scroll.row = scroll.row.min(last).saturating_add_signed(rows).min(last);
    }

    /// Scrolls so that `row` is on screen, a third down the pane where it was not.
    pub(super) fn scroll_to(&mut self, row: usize) {
        let height = self.height.max(1);
        let scroll = self.scroll_mut();
        if !(scroll.row..scroll.row + height).contains(&row) {
            scroll.row = row.saturating_sub(height / 3);
        }
    }

    /// Scrolls so that the node selected in the tree view is on screen.
    pub(super) fn see_selected(&mut self) {
        let Some(structure) = self.reader.shown().and_then(Shown::structure) else { return };
        let Some(at) = self.folding.at() else { return };
        let row = self.above + structure.row_of(self.folding.open(), at);
        let (height, scroll) = (self.height.max(1), self.scroll_mut());
        scroll.row = scroll.row.clamp((row + 1).saturating_sub(height), row);
    }
}
