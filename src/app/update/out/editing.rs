//! The payload on screen in the user's editor. What comes back changed opens in the publish pane; nothing is sent.

use bytes::Bytes;

use super::again::refill_with;
use super::{extension, outgoing, publication, secret_variables};
use crate::app::out::{Edit, PayloadForm};
use crate::app::{App, Command, Effect, HeldFrom};
use crate::model::{Moment, Publication, Severity};

pub(super) fn open(app: &mut App, now: Moment) -> Vec<Effect> {
    let Some((message, outgoing)) = outgoing(app.connection()) else { return Vec::new() };
    let outgoing = outgoing.readable();
    let extension = extension(outgoing.bytes());
    let without = secret_variables(app);
    let is_text = std::str::from_utf8(outgoing.bytes()).is_ok();
    let decoded = (outgoing.form() == PayloadForm::Decoded && is_text).then(|| outgoing.bytes().clone());
    if decoded.is_some() {
        let text = "the editor has decoded text to read: changes are not encoded again";
        app.notices.push_here(now, Severity::Warning, text);
    }
    vec![Effect::Edit(Edit { publication: Box::new(publication(message)), extension, decoded, without })]
}

/// The editor has ended.
pub(in crate::app::update) fn edited(
    app: &mut App,
    publication: Publication,
    edited: Result<Bytes, String>,
    now: Moment,
) {
    match edited {
        Err(reason) => app.notices.push_here(now, Severity::Warning, reason),
        Ok(payload) if payload == publication.payload => {
            app.notices.push_here(now, Severity::Info, "nothing was changed in the editor");
        }
        Ok(_) if Command::PublishAgain.check(app) == Err(crate::app::command::READ_ONLY) => {
            let text = "what was changed in the editor goes nowhere: this connection is read-only";
            app.notices.push_here(now, Severity::Warning, text);
        }
        Ok(payload) => {
            let publication = Publication { payload, ..publication };
            refill_with(app, publication, HeldFrom::Editor);
        }
    }
}
