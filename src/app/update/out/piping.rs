//! The payload on screen through a shell command, and what came out of it.

use crossterm::event::KeyCode;
use tui_input::Input;

use super::super::{moves, prompt};
use super::{outgoing, secret_variables};
use crate::app::out::{Pipe, PipeEnd, Piped};
use crate::app::{App, Command, Effect, Overlay, Prompt, Purpose};

pub(super) fn open(app: &mut App) {
    let Some((_, outgoing)) = outgoing(app.connection()) else { return };
    app.out.outgoing = Some(outgoing.readable());
    app.out.recalled = 0;
    prompt::open(app, Purpose::Pipe, "");
}

/// Runs what was typed.
pub(in crate::app::update) fn pipe_through(app: &mut App, command: &str) -> Result<Vec<Effect>, String> {
    if command.trim().is_empty() {
        return Err("type a command; Esc leaves it".to_owned());
    }
    let Some(outgoing) = app.out.outgoing.take() else { return Ok(Vec::new()) };
    let id = app.out.next_id();
    app.out.remember(command);
    app.overlay = Overlay::Output(Box::new(Piped::begun(id, command, outgoing.form())));
    let without = secret_variables(app);
    Ok(vec![Effect::Pipe(Pipe {
        id,
        command: command.to_owned(),
        payload: outgoing.bytes().clone(),
        without,
    })])
}

/// Up and Down bring back what was typed before.
pub(in crate::app::update) fn recall(app: &mut App, key: KeyCode) {
    let known = app.out.commands.len();
    let recalled = match key {
        KeyCode::Up => (app.out.recalled + 1).min(known),
        KeyCode::Down => app.out.recalled.saturating_sub(1),
        _ => return,
    };
    let text = known.checked_sub(recalled).and_then(|at| app.out.commands.get(at));
    let text = text.cloned().unwrap_or_default();
    app.out.recalled = recalled;
    if let Overlay::Prompt(Prompt { purpose: Purpose::Pipe, input, .. }) = &mut app.overlay {
        *input = Input::new(text);
    }
}

/// The command has ended; nobody may be looking any more.
pub(in crate::app::update) fn ended(app: &mut App, id: u64, end: PipeEnd) {
    if let Some(piped) = app.overlay.output().filter(|piped| piped.id == id) {
        piped.ended(end);
    }
}

/// Copies what the command printed to standard output, byte for byte.
pub(in crate::app::update) fn copy_output(app: &App) -> Vec<Effect> {
    match &app.overlay {
        Overlay::Output(piped) => match &piped.end {
            Some(end) => vec![Effect::Copy { what: "output", bytes: end.output.to_vec() }],
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

pub(in crate::app::update) fn movement(piped: &mut Piped, command: Command) {
    piped.scroll = piped.scroll.saturating_add_signed(moves::rows(command, moves::PAGE));
}
