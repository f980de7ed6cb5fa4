//! The chart, in the place of the message.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::Cache;
use super::ink::Ink;
use crate::app::{App, Pane};

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, _cache: &mut Cache, frame: &mut Frame<'_>) {
    let focused = app.connection().focus == Pane::Message && !app.connection().publish.open;
    ink.frame("Chart", focused).render(area, frame.buffer_mut());
}
