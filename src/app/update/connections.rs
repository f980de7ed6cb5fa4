//! The connections screen: moving, looking for one, opening, writing, deleting.

use tui_input::Input;

use crate::app::{App, Choice, Command, DEMO, Effect, ListLine};
use crate::config::Profile;
use crate::model::{Moment, Target};

pub(super) fn run(app: &mut App, command: Command, _now: Moment) -> Vec<Effect> {
    match command {
        Command::FilterProfiles => app.list.filter_input = Some(Input::new(app.list.filter.clone())),
        Command::OpenProfile => return open(app, false),
        Command::OpenAnother => return open(app, true),
        _ => {}
    }
    Vec::new()
}

/// Goes to the tab of the selected connection, or opens one.
fn open(app: &mut App, another: bool) -> Vec<Effect> {
    let Some(choice) = app.choice() else { return Vec::new() };
    let open = app.opened(&choice).first().map(|connection| connection.id);
    if let Some(id) = open.filter(|_| !another)
        && let Some(index) = app.connections().iter().position(|connection| connection.id == id)
    {
        app.show_tab(index);
        return Vec::new();
    }
    match &choice {
        Choice::New => Vec::new(),
        Choice::Demo => match app.demo.clone() {
            Some(target) => app.open(demo(*target)),
            None => vec![Effect::StartDemo],
        },
        named => match app.profile_of(named).cloned() {
            Some(profile) => app.open(profile),
            None => Vec::new(),
        },
    }
}

/// A connection to the bundled broker.
fn demo(target: Target) -> Profile {
    Profile::new(DEMO, target)
}

pub(super) fn demo_runs(app: &mut App, target: Box<Target>) -> Vec<Effect> {
    app.demo = Some(target.clone());
    app.open(demo(*target))
}

pub(super) fn movement(app: &mut App, command: Command) {
    let lines = app.list();
    let choices: Vec<&Choice> = lines
        .iter()
        .filter_map(|line| match line {
            ListLine::Choice(choice) => Some(choice),
            _ => None,
        })
        .collect();
    let selected = app.choice();
    let at = choices.iter().position(|choice| Some(*choice) == selected.as_ref()).unwrap_or(0);
    let wanted = match command {
        Command::Up => at.saturating_sub(1),
        Command::Down => at + 1,
        Command::PageUp => at.saturating_sub(10),
        Command::PageDown => at + 10,
        Command::Top => 0,
        _ => usize::MAX,
    };
    app.list.selected =
        choices.get(wanted.min(choices.len().saturating_sub(1))).map(|choice| (*choice).clone());
}

/// Brings the list in line with the filter as typed.
pub(super) fn apply_filter(app: &mut App) {
    if let Some(input) = &app.list.filter_input {
        input.value().trim().clone_into(&mut app.list.filter);
    }
}

pub(super) fn clear_filter(app: &mut App) {
    app.list.filter_input = None;
    app.list.filter.clear();
}
