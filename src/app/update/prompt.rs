//! Lines that a command asks for: each purpose has its owner, who takes what was typed or says what is wrong with it.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{chart, filters, history, insert, message, out};
use crate::app::{App, Command, Effect, Overlay, Prompt, Purpose};
use crate::model::Moment;

/// Asks for a line that begins with `text`.
pub(super) fn open(app: &mut App, purpose: Purpose, text: impl Into<String>) {
    app.overlay = Overlay::Prompt(Prompt::new(purpose, text));
}

/// Asks for a line that begins with `text` and a proposal, which the first text that is typed replaces.
pub(super) fn propose(app: &mut App, purpose: Purpose, text: &str, proposal: &str) {
    let prompt = Prompt::new(purpose, format!("{text}{proposal}"));
    app.overlay = Overlay::Prompt(Prompt { proposal: Some(text.len()), ..prompt });
}

/// Takes a proposal away when text comes in its place; with any other key it is the user's.
fn settle(prompt: &mut Prompt, is_text: bool) {
    if let Some(kept) = prompt.proposal.take().filter(|_| is_text) {
        let kept = prompt.input.value().get(..kept).unwrap_or_default().to_owned();
        prompt.input = Input::new(kept);
    }
}

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    let Overlay::Prompt(prompt) = std::mem::take(&mut app.overlay) else { return Vec::new() };
    if command != Command::AcceptPrompt {
        dropped(app, prompt.purpose);
        return Vec::new();
    }
    match accepted(app, prompt.purpose, prompt.input.value(), now) {
        Ok(effects) => effects,
        Err(fault) => {
            // What was typed stays to be mended.
            app.overlay = Overlay::Prompt(Prompt { remark: Some(Err(fault)), ..prompt });
            Vec::new()
        }
    }
}

pub(super) fn on_key(app: &mut App, key: KeyEvent) {
    let Overlay::Prompt(prompt) = &mut app.overlay else { return };
    if prompt.purpose == Purpose::Pipe && matches!(key.code, KeyCode::Up | KeyCode::Down) {
        return out::recall(app, key.code);
    }
    let before = prompt.input.value().to_owned();
    let is_text = matches!(key.code, KeyCode::Char(_)) && (key.modifiers - KeyModifiers::SHIFT).is_empty();
    settle(prompt, is_text);
    prompt.input.handle_event(&Event::Key(key));
    if prompt.input.value() != before {
        changed(app);
    }
}

pub(super) fn on_paste(app: &mut App, text: &str) -> Result<(), String> {
    let Overlay::Prompt(prompt) = &mut app.overlay else { return Ok(()) };
    settle(prompt, true);
    insert(&mut prompt.input, text)?;
    changed(app);
    Ok(())
}

/// Another text: what was said of the one before is no longer true, and a live one counts at once.
fn changed(app: &mut App) {
    let Overlay::Prompt(prompt) = &mut app.overlay else { return };
    prompt.remark = None;
    if !prompt.purpose.is_live() {
        return;
    }
    let (purpose, text) = (prompt.purpose, prompt.input.value().to_owned());
    let remark = followed(app, purpose, &text);
    if let Overlay::Prompt(prompt) = &mut app.overlay {
        prompt.remark = remark;
    }
}

/// Has `text` count while it is being typed; what is to be said of it.
fn followed(app: &mut App, purpose: Purpose, text: &str) -> Option<Result<String, String>> {
    match purpose {
        Purpose::Find => message::find::follow(app, text),
        Purpose::FilterHistory => history::follow(app, text),
        _ => None,
    }
}

/// Takes what was typed; or says what is wrong with it.
fn accepted(app: &mut App, purpose: Purpose, text: &str, now: Moment) -> Result<Vec<Effect>, String> {
    match purpose {
        Purpose::NameFilter => filters::save(app, text, now),
        Purpose::TravelTo => super::travel::to_typed(app, text, now),
        Purpose::Find => message::find::accept(app, text).map(|()| Vec::new()),
        Purpose::Jq => message::jq::accept(app, text).map(|()| Vec::new()),
        Purpose::DecodeAs => message::decode::typed(app, text, now),
        Purpose::FilterHistory => history::accept(app, text).map(|()| Vec::new()),
        Purpose::JumpToTime => history::jump(app, text, now),
        Purpose::ChartField => chart::typed(app, text).map(|()| Vec::new()),
        Purpose::SaveTo => out::save_to(app, text),
        Purpose::ExportTo => out::export_to(app, text),
        Purpose::Pipe => out::pipe_through(app, text),
    }
}

/// Nothing is wanted: a live one takes back what it did.
fn dropped(app: &mut App, purpose: Purpose) {
    match purpose {
        Purpose::Find => message::find::forget(app),
        Purpose::FilterHistory => history::forget_filter(app),
        _ => {}
    }
    out::dropped(app, purpose);
}
