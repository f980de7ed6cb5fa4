//! State of the message pane: which message of the topic, in which view, scrolled to where.

use crate::store::{Seq, TopicId};

/// How the payload is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PayloadView {
    /// By its kind: JSON laid out and coloured, text as text, binary as hex.
    #[default]
    Pretty,
    /// As text, whatever it is.
    Text,
    /// Bytes in hex beside ASCII.
    Hex,
}

impl PayloadView {
    /// The next in turn.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Pretty => Self::Text,
            Self::Text => Self::Hex,
            Self::Hex => Self::Pretty,
        }
    }

    /// As shown in the pane's title.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Text => "text",
            Self::Hex => "hex",
        }
    }
}

/// State of the message pane.
#[derive(Debug, Default)]
pub struct MessageView {
    /// The message looked at; `None` follows the latest.
    pub at: Option<Seq>,
    /// The node that was selected when last arranged: what is looked at belongs to it.
    pub(super) of: Option<TopicId>,
    /// How the payload is shown.
    pub view: PayloadView,
    /// First line on screen. May point past the end after a shorter message came: the pane shows its last lines then.
    pub scroll: usize,
    /// First column on screen, when lines are not wrapped.
    pub column: usize,
    /// Long lines go on in the next row.
    pub wrap: bool,
    /// Lines of the payload and of the pane when last drawn, for paging and for the end.
    pub lines: usize,
    /// See `lines`.
    pub height: usize,
    /// Some line went on to the right of the pane when last drawn.
    pub cut: bool,
}

impl MessageView {
    /// To the top of another message.
    pub fn reset(&mut self) {
        self.scroll = 0;
        self.column = 0;
    }

    /// Scrolls by `rows`, never past the last line.
    pub fn scroll_by(&mut self, rows: isize) {
        let last = self.lines.saturating_sub(self.height.max(1));
        self.scroll = self.scroll.min(last).saturating_add_signed(rows).min(last);
    }
}
