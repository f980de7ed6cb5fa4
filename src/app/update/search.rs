//! Searching everything: typing, moving in what was found, and the pieces of work.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{insert, moves};
use crate::app::{Answer, App, Command, Connection, Effect, Job, Left, Mode, Scope, Search};
use crate::model::{Moment, Severity};

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    let connection = app.connection_mut();
    match command {
        Command::OpenSearch => open(connection, now),
        Command::EditSearch => edit(&mut connection.search, false),
        Command::RunSearch => return accept(app, now),
        Command::NextSearchMode => {
            connection.search.mode = connection.search.mode.next();
            changed(connection, now);
        }
        Command::NextSearchScope => {
            let text = next_scope(connection, now);
            app.notices.push_here(now, Severity::Info, text);
        }
        _ => {
            let (search, world) = connection.search_in();
            search.stop(world, now);
        }
    }
    Vec::new()
}

/// The entry, always: letters that are typed must never be taken for commands. The last text stands in it.
fn open(connection: &mut Connection, now: Moment) {
    let was_open = connection.left == Left::Search;
    connection.open_list(Left::Search);
    edit(&mut connection.search, true);
    if was_open {
        return;
    }
    let below = connection.selected_in_tree();
    let (search, world) = connection.search_in();
    search.below = below;
    search.reopened(world, now);
}

/// Into the entry, to type another text or to change the one there.
pub(super) fn edit(search: &mut Search, replaced: bool) {
    search.typing = true;
    search.replaced = replaced && !search.input.value().is_empty();
    if replaced {
        search.input = Input::new(search.input.value().to_owned());
    }
}

/// Searches for what is typed and goes into the list.
fn accept(app: &mut App, now: Moment) -> Vec<Effect> {
    let connection = app.connection_mut();
    let (search, world) = connection.search_in();
    // Text and expressions were sought with each key; again only where it was stopped, or new messages were passed over.
    if search.is_sought() || search.begin(world, now) {
        search.remember();
        search.go_on(world, now);
        into_list(connection);
    } else if search.fault.is_none() {
        let text = "nothing to search for: type a text, an expression or a condition";
        app.notices.push_here(now, Severity::Warning, text.to_owned());
    }
    Vec::new()
}

/// Into the list, at the row that was marked in it, or at the first, as soon as there is one.
fn into_list(connection: &mut Connection) {
    connection.search.typing = false;
    connection.search.awaits = true;
    connection.settle_in_list();
}

/// What is sought has changed: it is sought at once, but for a condition, which takes long.
fn changed(connection: &mut Connection, now: Moment) {
    let (search, world) = connection.search_in();
    search.fault = None;
    search.view.selected = None;
    if search.mode != Mode::Jq {
        search.begin(world, now);
    }
}

/// Searches somewhere else; where.
fn next_scope(connection: &mut Connection, now: Moment) -> String {
    let below = connection.search.below;
    let next = match (connection.search.scope, below) {
        (Scope::Everything, _) => Scope::WithSys,
        (Scope::WithSys, Some(node)) => Scope::Below(node),
        (Scope::WithSys | Scope::Below(_), _) if !connection.browse.marks().is_empty() => Scope::Browsed,
        _ => Scope::Everything,
    };
    connection.search.scope = next;
    changed(connection, now);
    format!("searching {}", connection.search_place())
}

pub(super) fn on_key(app: &mut App, key: KeyEvent, now: Moment) {
    let connection = app.connection_mut();
    let before = connection.search.input.value().to_owned();
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    if std::mem::take(&mut connection.search.replaced) && plain && matches!(key.code, KeyCode::Char(_)) {
        connection.search.input.reset();
    }
    connection.search.input.handle_event(&Event::Key(key));
    if connection.search.input.value() != before {
        changed(connection, now);
    }
}

pub(super) fn on_paste(app: &mut App, text: &str, now: Moment) -> Result<(), String> {
    let connection = app.connection_mut();
    let search = &mut connection.search;
    let mut input = if search.replaced { Input::default() } else { search.input.clone() };
    insert(&mut input, text)?;
    (search.input, search.replaced) = (input, false);
    changed(connection, now);
    Ok(())
}

/// A condition was asked of some messages: the next ones, unless that search is over.
pub(super) fn answered(app: &mut App, answer: Answer) -> Vec<Effect> {
    let Some(connection) = app.connection_by_id(answer.connection) else { return Vec::new() };
    connection.search.answered(answer).map(Job::Ask).map(Effect::Job).into_iter().collect()
}

/// In the list, another message; in the entry, another text: earlier ones upwards, and below the latest the list.
pub(super) fn movement(app: &mut App, command: Command, now: Moment) {
    let connection = app.connection_mut();
    if connection.search.typing {
        match command {
            Command::Up if connection.search.recall(true) => changed(connection, now),
            Command::Down if connection.search.recall(false) => changed(connection, now),
            Command::Down | Command::PageDown if connection.search.rows() > 0 => {
                into_list(connection);
            }
            _ => {}
        }
        return;
    }
    let page = connection.search.view.height.saturating_sub(1).max(1) as isize;
    step(connection, moves::rows(command, page));
}

/// Moves in the list by `rows`.
pub(super) fn step(connection: &mut Connection, rows: isize) {
    let search = &mut connection.search;
    let (all, index) = (search.rows(), search.selected_index());
    if let Some(at) = search.view.step(all, index, rows) {
        select(connection, at);
    }
}

/// Selects the row at `index` of the list: its message is shown beside it.
pub(super) fn select(connection: &mut Connection, index: usize) {
    connection.select_found(index);
}
