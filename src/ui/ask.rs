//! A question over everything else: what would be done, to what, and the two buttons.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::ink::{Ink, row_of};
use super::overlay;
use crate::app::{Ask, layout};
use crate::config::Role;
use crate::payload::width;

/// Lines at most of one of the things that would happen.
const MOST_LINES: usize = 3;

pub(super) fn draw(ask: &Ask, ink: &Ink<'_>, body: Rect, buffer: &mut Buffer) {
    let areas = layout::ask_areas(body, ask);
    let title = ink.clean(&ask.title).into_owned();
    overlay(ink, &title, areas.frame, buffer);
    let lines = ask.lines.iter().flat_map(|line| ink.wrapped(line, areas.text.width, MOST_LINES));
    for (index, line) in lines.take(usize::from(areas.text.height)).enumerate() {
        let row = row_of(areas.text, index);
        ink.put(buffer, row.x, row.y, row.width, &line, ink.style(Role::Text));
    }
    let buttons = [("No", "n", !ask.chosen), (ask.yes, "y", ask.chosen)];
    for ((word, key, chosen), area) in buttons.into_iter().zip(areas.buttons) {
        let text = format!("{word}  {key}");
        let blank = usize::from(area.width).saturating_sub(width(&text)) / 2;
        let text = format!("{:blank$}{text:<1$}", "", usize::from(area.width) - blank);
        let style = if chosen {
            ink.style(Role::Accent).add_modifier(Modifier::REVERSED)
        } else {
            ink.style(Role::Key)
        };
        ink.put(buffer, area.x, area.y, area.width, &text, style);
    }
}
