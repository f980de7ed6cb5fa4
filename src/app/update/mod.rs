//! Every change of state goes through here: an action comes in, effects go out. One file per area.

mod ask;
mod broker;
mod browse;
mod chart;
mod connections;
mod dispatch;
mod done;
mod filters;
mod form;
mod history;
mod keeping;
mod lists;
mod login;
mod menu;
mod message;
mod mouse;
mod moves;
mod out;
mod overdue;
mod overlay;
mod pins;
mod prompt;
mod publish;
mod quit;
mod search;
mod session;
mod subscriptions;
mod tabs;
mod test;
mod topics;
mod travel;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{Action, App, Command, Context, Effect, Overlay, Pane, Screen, command_for, layout};
use crate::model::{Moment, Severity};

use dispatch::run_now;
pub(super) use login::begin;
pub(super) use out::work_on_export;
pub use session::ingest;
pub(super) use travel::tell as tell_travel;

/// Bytes of a one-line field: longer than the longest topic, so that too long a topic can be told why.
const MAX_LINE_BYTES: usize = 128 * 1024;

/// Takes in one action.
pub fn update(app: &mut App, action: Action, now: Moment) -> Vec<Effect> {
    let before = app.in_front();
    let mut effects = react(app, action, now);
    let after = app.in_front();
    if after != before {
        app.notices.leave();
    }
    if after.1 == Screen::Connections && before.1 != after.1 && app.book.path().is_some() {
        // Other instances and editors write the file, too.
        effects.push(Effect::ReadProfiles(false));
    }
    effects
}

fn react(app: &mut App, action: Action, now: Moment) -> Vec<Effect> {
    match action {
        Action::Key(key) => on_key(app, key, now),
        Action::Paste(text) => {
            on_paste(app, &text, now);
            Vec::new()
        }
        Action::Mouse(event) => mouse::on_mouse(app, event, now),
        Action::Resize(columns, rows) => {
            app.size = (columns, rows);
            Vec::new()
        }
        Action::Run(command) => run(app, command, now),
        Action::Session(id, event) => session::on_event(app, id, event, now).into_iter().collect(),
        Action::Done(done) => done::on_done(app, done, now),
        Action::Tick => {
            for connection in &mut app.connections {
                connection.sample_rates(now);
            }
            app.connection_mut().tree.tick(now.mono_us);
            overdue::tick(app, now);
            subscriptions::rest(app, now)
        }
    }
}

fn on_key(app: &mut App, key: KeyEvent, now: Moment) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    app.last_input = now;
    app.notices.pressed(now);
    // From the first key on nothing moves by itself: what is on screen is being read.
    app.connection_mut().tree.stand_still();
    if layout::too_small(app.size.0, app.size.1) && key.code == KeyCode::Char('q') {
        // That is what such a screen promises, whatever lies under it.
        return run(app, Command::QuitNow, now);
    }
    let context = app.context();
    match command_for(context, key) {
        Some(Command::GoToTab) => {
            tabs::go_to(app, key);
            return Vec::new();
        }
        Some(command) => return run(app, command, now),
        None => {}
    }
    match context {
        Context::Publish => publish::on_key(app, key, now),
        Context::Login => login::on_key(app, key),
        Context::SubscriptionEntry => subscriptions::on_key(app, key),
        Context::SearchEntry => {
            search::on_key(app, key, now);
            Vec::new()
        }
        Context::Filter => {
            if let Some(input) = app.filter_input() {
                input.handle_event(&Event::Key(key));
                apply_filter(app, now);
            }
            Vec::new()
        }
        Context::Form => {
            form::on_key(app, key);
            Vec::new()
        }
        Context::Prompt => {
            prompt::on_key(app, key);
            Vec::new()
        }
        Context::MenuFind => {
            menu::on_key(app, key);
            Vec::new()
        }
        Context::Palette => {
            if let Overlay::Palette(palette) = &mut app.overlay {
                palette.input.handle_event(&Event::Key(key));
                palette.selected = 0;
            }
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Pasted text goes to the focused field only, without control characters; elsewhere it does nothing.
fn on_paste(app: &mut App, text: &str, now: Moment) {
    app.last_input = now;
    let mut refusal = None;
    match app.context() {
        Context::Publish => publish::on_paste(app, text),
        Context::Login => refusal = login::on_paste(app, text).err(),
        Context::SubscriptionEntry => refusal = subscriptions::on_paste(app, text).err(),
        Context::SearchEntry => refusal = search::on_paste(app, text, now).err(),
        Context::Filter => {
            if let Some(input) = app.filter_input() {
                refusal = insert(input, text).err();
                apply_filter(app, now);
            }
        }
        Context::Prompt => refusal = prompt::on_paste(app, text).err(),
        Context::MenuFind => refusal = menu::on_paste(app, text).err(),
        Context::Form => refusal = form::on_paste(app, text).err(),
        Context::Palette => {
            if let Overlay::Palette(palette) = &mut app.overlay {
                refusal = insert(&mut palette.input, text).err();
                palette.selected = 0;
            }
        }
        _ => {}
    }
    if let Some(refusal) = refusal {
        app.notices.push_here(now, Severity::Warning, refusal);
    }
}

/// Inserts `text` at the cursor of a one-line field, without control characters: all of it, or none with the reason.
fn insert(input: &mut Input, text: &str) -> Result<(), String> {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    if input.value().len() + clean.len() > MAX_LINE_BYTES {
        return Err(format!("not pasted: a line holds at most {} KiB", MAX_LINE_BYTES / 1024));
    }
    // At once: letter by letter takes the square of the length.
    let (before, after): (usize, usize) = (input.cursor(), clean.chars().count());
    let mut value: String = input.value().chars().take(before).collect();
    value.push_str(&clean);
    value.extend(input.value().chars().skip(before));
    *input = Input::new(value).with_cursor(before + after);
    Ok(())
}

/// Brings the tree or list in line with its filter as typed.
fn apply_filter(app: &mut App, now: Moment) {
    match app.screen() {
        Screen::Connections => connections::apply_filter(app),
        _ => topics::apply_filter(app, now),
    }
}

fn clear_filter(app: &mut App) {
    match app.screen() {
        Screen::Connections => connections::clear_filter(app),
        _ => topics::clear_filter(app),
    }
}

/// Runs a command if it can run now; otherwise says why not. On a connection marked so it may ask first.
pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    if let Some(refusal) = command.refusal(app) {
        app.notices.push_here(now, Severity::Warning, refusal);
        return Vec::new();
    }
    if let Some(question) = ask::confirmation(app, command) {
        app.ask(question);
        return Vec::new();
    }
    run_now(app, command, now)
}

fn next_theme(app: &mut App, now: Moment) {
    let count = app.settings.themes.len().max(1);
    app.theme = (app.theme + 1) % count;
    if let Some(name) = app.settings.themes.get(app.theme) {
        app.notices.push(now, Severity::Info, format!("theme: {name}"));
    }
}

fn show(app: &mut App, screen: Screen) -> Vec<Effect> {
    app.list.called = false;
    app.connection_mut().screen = screen;
    Vec::new()
}

fn focus(app: &mut App, steps: usize) -> Vec<Effect> {
    const ORDER: [Pane; 3] = [Pane::Topics, Pane::Message, Pane::History];
    let at = ORDER.iter().position(|pane| *pane == app.connection().focus).unwrap_or(0);
    set_focus(app, ORDER[(at + steps) % ORDER.len()]);
    Vec::new()
}

/// Gives the keys to a pane; on a narrow terminal it comes on screen.
fn set_focus(app: &mut App, pane: Pane) {
    let connection = app.connection_mut();
    connection.focus = pane;
    if pane != Pane::Topics {
        connection.lower_pane = pane;
    }
}

/// Has the message on screen where there is room for one pane beside the tree, or for one alone: what a key does to the payload is to be
/// seen.
fn reveal_message(app: &mut App) {
    if layout::areas(app).message.is_some() || app.connection().publish.open {
        return;
    }
    let connection = app.connection_mut();
    connection.lower_pane = Pane::Message;
    if connection.zoomed || connection.focus == Pane::History {
        connection.focus = Pane::Message;
    }
}

/// The pane that has the keys takes the whole screen, or goes back to its place.
fn zoom(app: &mut App) -> Vec<Effect> {
    let zoomed = &mut app.connection_mut().zoomed;
    *zoomed = !*zoomed;
    Vec::new()
}

fn copy(app: &App, command: Command) -> Vec<Effect> {
    let connection = app.connection();
    if command == Command::CopyTopic {
        let topic = connection.tree.selected().map(|id| connection.store.path(id).to_string());
        return topic
            .map_or_else(Vec::new, |topic| vec![Effect::Copy { what: "topic", bytes: topic.into_bytes() }]);
    }
    let payload = connection.shown_message().map(|message| message.payload.to_vec());
    payload.map_or_else(Vec::new, |bytes| vec![Effect::Copy { what: "payload", bytes }])
}

/// One step back: close what lies on top, else the filter, else go to the tree. Never quits.
fn back(app: &mut App) -> Vec<Effect> {
    if !matches!(app.overlay, Overlay::None) {
        return overlay::close(app);
    }
    if app.screen() == Screen::Connections {
        return connections::back(app);
    } else if login::cancel(app) || subscriptions::back(app) {
        // It lay over the publish pane.
    } else if app.connection().publish.open {
        app.connection_mut().publish.open = false;
    } else if app.screen() != Screen::Explorer {
        app.connection_mut().screen = Screen::Explorer;
    } else if app.connection().zoomed {
        app.connection_mut().zoomed = false;
    } else if app.connection().focus != Pane::Topics {
        app.connection_mut().focus = Pane::Topics;
    } else if !app.connection().tree.filter_text().is_empty() {
        topics::clear_filter(app);
    } else if app.connection().message.at.is_some() {
        let message = &mut app.connection_mut().message;
        message.at = None;
        message.reset();
    }
    Vec::new()
}
