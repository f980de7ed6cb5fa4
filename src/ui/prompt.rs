//! One line that a command asks for, just above the footer: what for, the line, and what may be typed or is wrong with it.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::ink::{Ink, row_of};
use super::overlay;
use super::publish::one_line_field;
use crate::app::out::Outgoing;
use crate::app::{Prompt, Purpose, layout};
use crate::config::Role;

pub(super) fn draw(
    prompt: &Prompt,
    outgoing: Option<&Outgoing>,
    ink: &Ink<'_>,
    body: Rect,
    frame: &mut Frame<'_>,
) {
    let area = layout::prompt(body);
    let takes_form = matches!(prompt.purpose, Purpose::SaveTo | Purpose::Pipe);
    let forms =
        outgoing.filter(|_| takes_form).and_then(|outgoing| Some((outgoing.form(), outgoing.next()?)));
    let title = match forms {
        Some((form, _)) => prompt.purpose.title().replace("payload", form.label()),
        None => prompt.purpose.title().to_owned(),
    };
    let inside = overlay(ink, &title, area, frame.buffer_mut());
    let line = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    one_line_field(&prompt.input, ink, row_of(line, 0), true, frame);
    let hint = match forms {
        Some((_, next)) => format!("{}: {} · {}", ink.key("ctrl-t"), next.label(), prompt.purpose.hint()),
        None => prompt.purpose.hint().to_owned(),
    };
    let (text, role) = match &prompt.remark {
        None => (hint.as_str(), Role::Muted),
        Some(Ok(text)) => (text.as_str(), Role::Muted),
        Some(Err(fault)) => (fault.as_str(), Role::Error),
    };
    if inside.height > 1 {
        let row = row_of(line, 1);
        ink.put(frame.buffer_mut(), row.x, row.y, row.width, text, ink.style(role));
    }
}
