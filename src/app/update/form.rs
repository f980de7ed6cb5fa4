//! The form: moving between fields, changing them, saving.

use crossterm::event::KeyEvent;

use crate::app::{App, Command, Effect};
use crate::model::Moment;

pub(super) fn run(app: &mut App, command: Command, _now: Moment) -> Vec<Effect> {
    if command == Command::CloseForm {
        app.form = None;
    }
    Vec::new()
}

/// Keys that are no command: what is typed into the focused field.
pub(super) fn on_key(_app: &mut App, _key: KeyEvent) {}

/// Pasted text goes into the focused field; the reason when it does not.
pub(super) fn on_paste(_app: &mut App, _text: &str) -> Result<(), String> {
    Ok(())
}
