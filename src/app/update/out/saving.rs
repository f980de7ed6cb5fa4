//! A payload into a file whose name is asked for.

use super::super::prompt;
use super::{ask_again, ask_to_replace, extension, file_name, outgoing};
use crate::app::out::Save;
use crate::app::{App, Effect, Purpose, Then};
use crate::model::{Moment, Severity};
use crate::payload::format;

pub(super) fn open(app: &mut App) {
    let Some((message, outgoing)) = outgoing(app.connection()) else { return };
    let name = file_name(&message.topic, Some(message.received), extension(outgoing.bytes()));
    app.out.outgoing = Some(outgoing);
    prompt::open(app, Purpose::SaveTo, name);
}

/// Takes the name that was typed.
pub(in crate::app::update) fn save_to(app: &mut App, path: &str) -> Result<Vec<Effect>, String> {
    check_path(path)?;
    // It stays until the file is written: another name may be needed.
    let Some(outgoing) = &app.out.outgoing else { return Ok(Vec::new()) };
    let bytes = outgoing.bytes().clone();
    app.out.asked = app.last_input;
    Ok(vec![Effect::Save(Save { path: path.to_owned(), bytes, replace: false })])
}

/// What can be seen to be no name of a file without looking at the disk.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    match path {
        "" => Err("type the name of a file; Esc leaves it".to_owned()),
        _ if path.ends_with('/') || path.ends_with(std::path::MAIN_SEPARATOR) => {
            Err("that is a folder: add the name of a file".to_owned())
        }
        _ => Ok(()),
    }
}

/// It was not written.
pub(in crate::app::update) fn not_saved(app: &mut App, save: &Save, reason: String, now: Moment) {
    if !ask_again(app, Purpose::SaveTo, &save.path, &reason) {
        app.notices.push(now, Severity::Error, reason);
    }
}

/// A file is there already.
pub(in crate::app::update) fn exists(app: &mut App, save: Save, now: Moment) {
    let (path, by) = (save.path.clone(), format::bytes(save.bytes.len() as u64));
    let then = Then::Perform(vec![Effect::Save(Save { replace: true, ..save })]);
    ask_to_replace(app, &path, &by, then, now);
}
