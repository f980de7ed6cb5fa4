//! Filters of the tree that have a name: listing, using, saving and deleting them.

use tui_input::Input;

use super::{menu, pins, prompt, set_focus};
use crate::app::filter::READY;
use crate::app::{App, Effect, MenuItem, Pane, Pick, Purpose};
use crate::config::SavedFilter;
use crate::model::{Moment, Severity};

/// Longest name, in characters.
const LONGEST_NAME: usize = 60;
/// Filters saved in one profile at most.
const MOST: usize = 200;

/// Lists the filters that are there anyway and those that were saved.
pub(super) fn open(app: &mut App) {
    let item = |name: &str, text: &str| MenuItem {
        text: name.to_owned(),
        detail: text.to_owned(),
        pick: Ok(Pick::UseFilter(text.to_owned())),
    };
    let saved = &app.connection().profile.saved_filters;
    let mut items: Vec<_> = saved.iter().map(|saved| item(&saved.name, &saved.text)).collect();
    items.extend(READY.map(|(name, text)| item(name, text)));
    if !saved.is_empty() {
        let detail = "of those that were saved".to_owned();
        items.push(MenuItem { text: "delete one…".to_owned(), detail, pick: Ok(Pick::DeleteFilters) });
    }
    menu::open(app, "Saved filters", items);
}

/// Lists the saved filters, to delete one.
pub(super) fn choose_to_delete(app: &mut App) {
    let item = |saved: &SavedFilter| MenuItem {
        text: saved.name.clone(),
        detail: saved.text.clone(),
        pick: Ok(Pick::DeleteFilter(saved.name.clone())),
    };
    let items = app.connection().profile.saved_filters.iter().map(item).collect();
    menu::open(app, "Delete which filter?", items);
}

/// Filters the tree by what was saved; a text with a fault is laid open to be mended.
pub(super) fn apply(app: &mut App, text: &str, now: Moment) {
    set_focus(app, Pane::Topics);
    let connection = app.connection_mut();
    let now_us = connection.shown_moment(now).mono_us;
    connection.tree.set_filter(text, &connection.store, now_us);
    connection.filter_input = connection.tree.filter_fault().map(|_| Input::new(text.to_owned()));
}

/// Takes a saved filter away.
pub(super) fn delete(app: &mut App, name: &str, now: Moment) -> Vec<Effect> {
    app.connection_mut().profile.saved_filters.retain(|saved| saved.name != name);
    pins::keep(app, now)
}

/// Asks for a name for the filter at work.
pub(super) fn ask_name(app: &mut App) {
    let connection = app.connection();
    let text = connection.tree.filter_text();
    let known = connection.profile.saved_filters.iter().find(|saved| saved.text == text);
    let name = known.map(|known| known.name.clone()).unwrap_or_default();
    prompt::open(app, Purpose::NameFilter, name);
}

/// Saves the filter at work under a name; one of that name is replaced.
pub(super) fn save(app: &mut App, name: &str, now: Moment) -> Result<Vec<Effect>, String> {
    let name = name.trim();
    if name.is_empty() {
        return Err("a filter needs a name".to_owned());
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(format!("a name has at most {LONGEST_NAME} characters"));
    }
    if READY.iter().any(|(ready, _)| *ready == name) {
        return Err(format!("{name} is there anyway: choose another name"));
    }
    let connection = app.connection_mut();
    let saved = SavedFilter { name: name.to_owned(), text: connection.tree.filter_text().to_owned() };
    let filters = &mut connection.profile.saved_filters;
    if let Some(known) = filters.iter_mut().find(|known| known.name == saved.name) {
        let before = std::mem::replace(known, saved).text;
        app.notices.push(now, Severity::Info, format!("{name} was before: {before}"));
    } else if filters.len() >= MOST {
        return Err(format!("at most {MOST} filters are saved: f deletes one"));
    } else {
        filters.push(saved);
    }
    Ok(pins::keep(app, now))
}
