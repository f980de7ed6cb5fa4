//! The message on screen into the publish pane: exact payload, QoS, retain, properties. Nothing is sent without the key for it.

use super::{publication, shown};
use crate::app::{App, Ask, HeldFrom, Then};
use crate::model::Publication;

pub(super) fn open(app: &mut App) {
    let Some(message) = shown(app.connection()) else { return };
    refill_with(app, publication(message), HeldFrom::Received);
}

/// Fills the pane; asks first where that would cost what was typed and never sent.
pub(super) fn refill_with(app: &mut App, publication: Publication, from: HeldFrom) {
    if !app.connection().publish.has_draft() {
        return refill(app, publication, from);
    }
    let lines = vec![
        format!("to {}", app.connection().publish.topic.value()),
        "What was typed there was never sent.".to_owned(),
    ];
    let then = Then::Refill(Box::new(publication), from);
    app.ask(Ask::new("Give up the message being written?", lines, "Give up", then));
}

/// Opens the pane with this message in it.
pub(in crate::app::update) fn refill(app: &mut App, publication: Publication, from: HeldFrom) {
    let connection = app.connection_mut();
    let selected = connection.tree.selected();
    connection.publish.refill(publication, from);
    connection.publish.opened_on = selected;
}
