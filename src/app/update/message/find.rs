//! Finding text in the payload: lights what matches while it is typed, and goes to the next place.

use super::super::prompt;
use crate::app::{App, Find, Purpose};

/// Asks what to look for.
pub(super) fn ask(app: &mut App) {
    let text = app.connection().message.find.as_ref().map(|find| find.text.clone());
    prompt::open(app, Purpose::Find, text.unwrap_or_default());
}

/// Looks for what is typed so far; what was found.
pub(in crate::app::update) fn follow(app: &mut App, text: &str) -> Option<Result<String, String>> {
    let connection = app.connection_mut();
    if text.is_empty() {
        connection.message.find = None;
        return None;
    }
    if !connection.can_look() {
        return Some(Err("there is nothing on screen to be looked through".to_owned()));
    }
    match Find::new(text) {
        Ok(find) => connection.message.find = Some(find),
        Err(fault) => return Some(Err(fault.to_string())),
    }
    connection.look();
    connection.go_to_found(0);
    connection.message.find.as_ref().map(|find| Ok(find.summary()))
}

/// Keeps what is typed.
pub(in crate::app::update) fn accept(app: &mut App, text: &str) -> Result<(), String> {
    // What was followed key by key stays where it is; only what was pasted or kept from before is new.
    if app.connection().message.find.as_ref().is_some_and(|find| find.text == text) {
        return Ok(());
    }
    match follow(app, text) {
        Some(Err(fault)) => Err(fault),
        _ => Ok(()),
    }
}

/// Forgets what was looked for.
pub(in crate::app::update) fn forget(app: &mut App) {
    app.connection_mut().message.find = None;
}

/// Goes to the next place, or the one before.
pub(super) fn step(app: &mut App, steps: isize) {
    app.connection_mut().go_to_found(steps);
}
