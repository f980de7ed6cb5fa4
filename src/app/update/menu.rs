//! Menus: moving in one, and what choosing does. Each pick has its owner.

use crossterm::event::{Event, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{chart, filters, insert, message, moves, out, run as run_command};
use crate::app::{App, Command, Effect, Menu, MenuItem, Overlay, Pick};
use crate::model::{Moment, Severity};

/// Lays a menu over the screen; without items there is nothing to choose.
pub(super) fn open(app: &mut App, title: impl Into<String>, items: Vec<MenuItem>) {
    if !items.is_empty() {
        app.overlay = Overlay::Menu(Menu::new(title, items));
    }
}

pub(super) fn movement(menu: &mut Menu, command: Command) {
    let shown = menu.shown();
    let last = shown.len().saturating_sub(1);
    let step = moves::rows(command, moves::PAGE);
    let place = menu.place(&shown).saturating_add_signed(step).min(last);
    menu.selected = shown.get(place).copied().unwrap_or(menu.selected);
}

/// Begins to find an item as one types, or ends it: all are shown again.
pub(super) fn find(app: &mut App, begin: bool) {
    if let Overlay::Menu(menu) = &mut app.overlay {
        menu.finding = begin.then(Input::default);
    }
}

pub(super) fn on_key(app: &mut App, key: KeyEvent) {
    if let Overlay::Menu(menu) = &mut app.overlay
        && let Some(input) = &mut menu.finding
    {
        input.handle_event(&Event::Key(key));
        menu.narrow();
    }
}

pub(super) fn on_paste(app: &mut App, text: &str) -> Result<(), String> {
    if let Overlay::Menu(menu) = &mut app.overlay
        && let Some(input) = &mut menu.finding
    {
        insert(input, text)?;
        menu.narrow();
    }
    Ok(())
}

/// Does what the selected item says; one that cannot be chosen says why, and the menu stays.
pub(super) fn choose(app: &mut App, now: Moment) -> Vec<Effect> {
    let Overlay::Menu(menu) = &app.overlay else { return Vec::new() };
    let Some(item) = menu.items.get(menu.selected).filter(|_| !menu.shown().is_empty()) else {
        return Vec::new();
    };
    match item.pick.clone() {
        Ok(pick) => {
            app.overlay = Overlay::None;
            picked(app, pick, now)
        }
        Err(reason) => {
            app.notices.push_here(now, Severity::Warning, reason);
            Vec::new()
        }
    }
}

fn picked(app: &mut App, pick: Pick, now: Moment) -> Vec<Effect> {
    match pick {
        Pick::Run(command) => run_command(app, command, now),
        Pick::UseFilter(text) => {
            filters::apply(app, &text, now);
            Vec::new()
        }
        Pick::DeleteFilters => {
            filters::choose_to_delete(app);
            Vec::new()
        }
        Pick::DeleteFilter(name) => filters::delete(app, &name, now),
        Pick::CopyBytes(what, bytes) => vec![Effect::Copy { what, bytes: bytes.to_vec() }],
        Pick::Copy(copying) => out::picked_copy(app, copying, now),
        Pick::Export(of) => {
            out::picked_export(app, of);
            Vec::new()
        }
        Pick::StopExport => out::stop_export(app, now),
        Pick::GoOn => Vec::new(),
        Pick::TakeFor(text) => {
            message::decode::take_for(app, &text);
            Vec::new()
        }
        Pick::Decode(decoding, place) => message::decode::decide(app, decoding, place, now),
        Pick::ChartField(topic, field) => {
            chart::add(app, topic, field, now);
            Vec::new()
        }
    }
}
