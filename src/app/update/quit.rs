//! Leaving the program: at once, unless something is lost by it that is not there again in a moment.

use std::time::Duration;

use crate::app::{App, Ask, Command, Connection, Effect, Then};
use crate::model::Moment;
use crate::payload::format;

/// A history that took no longer than this is soon there again.
const SHORT: Duration = Duration::from_secs(600);

pub(super) fn run(app: &mut App, now: Moment) -> Vec<Effect> {
    let mut lines: Vec<String> =
        app.connections().iter().flat_map(|connection| losses(connection, now)).collect();
    let export = app.out.export.as_ref();
    lines.extend(
        export.map(|export| format!("{} is still being written: nothing of it is left.", export.path)),
    );
    if lines.is_empty() {
        return vec![Effect::Quit];
    }
    lines.push("Ctrl-C quits without a question.".to_owned());
    app.ask(Ask::new("Quit?", lines, "Quit", Then::Run(Command::QuitNow)));
    Vec::new()
}

/// What would be lost of a connection, a line each.
fn losses(connection: &Connection, now: Moment) -> Vec<String> {
    let name = &connection.title;
    let mut lines = Vec::new();
    let kept = connection.store.span().map(|span| now.since(span.first.1)).filter(|kept| *kept > SHORT);
    if let Some(kept) = kept {
        let received = format::messages(connection.received());
        lines.push(format!("{name}: {received} received, the oldest {} ago: forgotten.", format::age(kept)));
    }
    let unsettled = connection.publish.unsettled();
    if unsettled > 0 {
        lines.push(format!("{name}: {unsettled} published, not sent or acknowledged yet."));
    }
    if connection.publish.has_draft() {
        lines.push(format!("{name}: a message was written and never sent."));
    }
    lines
}
