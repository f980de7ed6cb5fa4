//! One line that a command asks for, just above the footer: what for, the line, and what may be typed or is wrong with it.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::ink::{Ink, row_of};
use super::overlay;
use super::publish::one_line_field;
use crate::app::out::Outgoing;
use crate::app::{Prompt, Purpose, layout};
use crate::config::Role;
use crate::payload::width;

/// Rows of what is wrong, at most.
const FAULT_ROWS: usize = 4;

pub(super) fn draw(
    prompt: &Prompt,
    outgoing: Option<&Outgoing>,
    ink: &Ink<'_>,
    body: Rect,
    frame: &mut Frame<'_>,
) {
    let takes_form = matches!(prompt.purpose, Purpose::SaveTo | Purpose::Pipe);
    let forms =
        outgoing.filter(|_| takes_form).and_then(|outgoing| Some((outgoing.form(), outgoing.next()?)));
    let title = match forms {
        Some((form, _)) => prompt.purpose.title().replace("payload", form.label()),
        None => prompt.purpose.title().to_owned(),
    };
    let hint = match forms {
        Some((_, next)) => format!("{}: {} · {}", ink.key("ctrl-t"), next.label(), prompt.purpose.hint()),
        None => prompt.purpose.hint().to_owned(),
    };
    let (text, role) = match &prompt.remark {
        None => (hint.as_str(), Role::Muted),
        Some(Ok(text)) => (text.as_str(), Role::Muted),
        Some(Err(fault)) => (fault.as_str(), Role::Error),
    };
    let columns = layout::prompt(body, 1).width.saturating_sub(4);
    // What is wrong is told whole, however long a path in it is.
    let lines = ink.wrapped_whole(text, columns, if role == Role::Error { FAULT_ROWS } else { 1 });
    let area = layout::prompt(body, lines.len() as u16);
    let inside = overlay(ink, &title, area, frame.buffer_mut());
    let line = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    one_line_field(&prompt.input, ink, row_of(line, 0), true, frame);
    if let Some(proposal) = prompt.proposal.and_then(|at| prompt.input.value().get(..at)) {
        // As text that is selected: typing takes its place.
        let (value, before) = (width(prompt.input.value()) as u16, width(proposal) as u16);
        if value < line.width {
            let area = Rect { x: line.x + before, width: value - before, ..row_of(line, 0) };
            frame.buffer_mut().set_style(area, ink.style(Role::Selection));
        }
    }
    for (index, text) in lines.iter().enumerate().take(usize::from(inside.height.saturating_sub(1))) {
        let row = row_of(line, index + 1);
        ink.put(frame.buffer_mut(), row.x, row.y, row.width, text, ink.style(role));
    }
}
