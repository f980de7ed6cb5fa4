//! Messages of the browse set, in the place of the tree.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::Cache;
use super::ink::Ink;
use crate::app::{App, Pane};

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, _cache: &mut Cache, frame: &mut Frame<'_>) {
    let focused = app.connection().focus == Pane::Topics && !app.connection().publish.open;
    ink.frame("Browse set", focused).render(area, frame.buffer_mut());
}
