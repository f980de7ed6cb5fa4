//! The jq program through which the payloads of a topic are seen.

use super::super::prompt;
use crate::app::{App, PayloadView, Purpose};
use crate::payload::jq::Program;

/// Asks for a program; the present one can be changed.
pub(super) fn ask(app: &mut App) {
    let connection = app.connection();
    let topic = connection.tree.selected().map(|topic| connection.store.path(topic));
    let program = topic.and_then(|topic| connection.message.programs.of(topic));
    prompt::open(app, Purpose::Jq, program.as_deref().unwrap_or_default());
}

/// Filters by what was typed from here on; by nothing when nothing was.
pub(in crate::app::update) fn accept(app: &mut App, text: &str) -> Result<(), String> {
    let text = text.trim();
    if !text.is_empty() {
        Program::compile(text).map_err(|fault| fault.to_string())?;
    }
    let connection = app.connection_mut();
    let Some(topic) = connection.tree.selected() else { return Ok(()) };
    connection.message.programs.set(connection.store.path(topic), text);
    if !text.is_empty() && !connection.message.view.is_filtered() {
        connection.message.view = PayloadView::Pretty;
    }
    Ok(())
}
