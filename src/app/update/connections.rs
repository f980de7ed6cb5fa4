//! The connections screen: moving, looking for one, opening, writing, deleting.

use ratatui::layout::{Position, Rect};
use tui_input::Input;

use super::{form, moves, test};
use crate::app::{App, Ask, Choice, Command, Context, Credentials, DEMO, Effect, ListLine, Then, places};
use crate::config::{Profile, ProfileBook, check_name};
use crate::model::{ConnectionId, Moment, Severity, Target, Transport};

pub(super) fn run(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::FilterProfiles => app.list.filter_input = Some(Input::new(app.list.filter.clone())),
        Command::OpenProfile => return open(app, false),
        Command::OpenAnother => return open(app, true),
        Command::NewProfile => form::open(app, fresh(), None, None),
        Command::EditProfile => edit(app),
        Command::EditConnection => {
            if let Some(connection) = app.connections().get(app.active()) {
                let (profile, id) = (connection.profile.clone(), connection.id);
                app.select_in_front();
                edit_open(app, profile, id);
            }
        }
        Command::DuplicateProfile => duplicate(app),
        Command::TestProfile => return test::begin(app),
        Command::ReadProfiles => return vec![Effect::ReadProfiles(true)],
        _ => delete(app),
    }
    Vec::new()
}

/// The file of the profiles was read again; what was changed in it is told, and to who asked that nothing was.
pub(super) fn read_again(app: &mut App, book: ProfileBook, asked: bool, now: Moment) {
    let path = book.path().map(|path| path.display().to_string()).unwrap_or_default();
    let news = if app.book == book { "holds nothing new" } else { "was changed, and is read again" };
    if asked || app.book != book {
        app.notices.push(now, Severity::Info, format!("{path} {news}"));
    }
    app.book = book;
}

/// A connection of which nothing is said yet.
fn fresh() -> Profile {
    let target =
        Target { filters: Profile::everything(), ..Target::new("", Transport::Tcp.default_port(), "") };
    Profile::new("", target)
}

fn edit(app: &mut App) {
    match app.choice() {
        Some(Choice::New) | None => form::open(app, fresh(), None, None),
        Some(Choice::Demo) => {}
        Some(choice) => {
            let Some(profile) = app.profile_of(&choice).cloned() else { return };
            match app.opened(&choice).first().map(|connection| connection.id) {
                Some(id) => edit_open(app, profile, id),
                None => edit_closed(app, profile),
            }
        }
    }
}

/// Opens the form on what is saved, or on what is open and could be.
fn edit_open(app: &mut App, profile: Profile, id: ConnectionId) {
    let saved = app.book.find(&profile.name).cloned();
    let of = saved.as_ref().map(|saved| saved.name.clone());
    let profile = saved.unwrap_or_else(|| {
        let mut profile = nameable(profile);
        profile.name = free_name(app, &profile.name, 1);
        let typed = app.connection_by_id(id).and_then(|open| open.credentials.clone());
        if let Some(Credentials { user, password }) = typed {
            (profile.target.user, profile.target.password) = (user, password);
        }
        profile
    });
    form::open(app, profile, of, Some(id));
}

/// `base` with the least number behind it, from `first` on, that makes it a name nobody has; 1 stands for none.
fn free_name(app: &App, base: &str, first: u16) -> String {
    let numbered = |number| if number == 1 { base.to_owned() } else { format!("{base} {number}") };
    (first..u16::MAX).map(numbered).find(|name| !app.is_saved(name)).unwrap_or_default()
}

fn edit_closed(app: &mut App, profile: Profile) {
    let of = app.is_saved(&profile.name).then(|| profile.name.clone());
    form::open(app, profile, of, None);
}

/// With a name that it can be saved under, and without the log of session keys that was asked for one run (D16).
fn nameable(mut profile: Profile) -> Profile {
    profile.target.tls.key_log = false;
    if check_name(&profile.name).is_err() {
        profile.name.clone_from(&profile.target.host);
    }
    if check_name(&profile.name).is_err() {
        profile.name.clear();
    }
    profile
}

/// A new connection like the selected one.
fn duplicate(app: &mut App) {
    let Some(profile) = app.chosen_profile().cloned() else { return };
    let in_file = app.is_saved(&profile.name);
    let mut profile = if in_file { profile } else { nameable(profile) };
    let base = nameable(profile.clone()).name;
    profile.name = free_name(app, &base, 2);
    form::open(app, profile, None, None);
    if let Some(form) = &mut app.form {
        form.secrets_confirmed = in_file;
    }
}

fn delete(app: &mut App) {
    let Some(profile) = app.chosen_saved() else { return };
    let name = profile.name.clone();
    let mut lines = vec![profile.target.url(), "It is taken out of the file.".to_owned()];
    if app.choice().is_some_and(|choice| !app.opened(&choice).is_empty()) {
        lines.push("Its tab stays open.".to_owned());
    }
    let removed = Then::Perform(vec![Effect::RemoveProfile(name.clone())]);
    app.ask(Ask::new(format!("Delete {name}?"), lines, "Delete", removed));
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
        Choice::New => {
            form::open(app, fresh(), None, None);
            Vec::new()
        }
        Choice::Demo => match app.demo.clone() {
            Some(target) => app.open(demo(*target)),
            None if app.list.awaits_demo => Vec::new(),
            None => {
                app.list.awaits_demo = true;
                vec![Effect::StartDemo]
            }
        },
        named => match app.profile_of(named).cloned() {
            Some(profile) => {
                let profile = with_defaults(app, profile);
                app.open(profile)
            }
            None => Vec::new(),
        },
    }
}

/// The profile with what the settings say, and what it subscribes to, where it says nothing itself.
pub(super) fn with_defaults(app: &App, mut profile: Profile) -> Profile {
    if app.means_all(&profile) {
        profile.target.filters = Profile::everything();
    }
    let name = profile.name.clone();
    app.defaults.fill(&mut profile, |key| app.book.source(&name, key).is_some());
    profile
}

/// A connection to the bundled broker.
fn demo(target: Target) -> Profile {
    Profile::new(DEMO, target)
}

/// The bundled broker runs: its tab comes in front, unless the user went on to something else meanwhile.
pub(super) fn demo_runs(app: &mut App, target: Box<Target>, now: Moment) -> Vec<Effect> {
    app.demo = Some(target.clone());
    app.list.awaits_demo = false;
    if app.context() == Context::Connections {
        return app.open(demo(*target));
    }
    app.notices.push(now, Severity::Info, "the demo runs: its tab is the last one");
    app.open_behind(demo(*target))
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
    let wanted = at.saturating_add_signed(moves::rows(command, moves::PAGE));
    app.list.selected =
        choices.get(wanted.min(choices.len().saturating_sub(1))).map(|choice| (*choice).clone());
}

/// One step back: the test, the whole list, then the connection in front.
pub(super) fn back(app: &mut App) -> Vec<Effect> {
    if app.list.test.is_some() {
        return test::leave(app);
    }
    if app.list.filter.is_empty() {
        app.list.called = false;
    } else {
        clear_filter(app);
    }
    Vec::new()
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

/// A click on a line selects it, a second one opens it; in the form it goes to the field.
pub(super) fn click(app: &mut App, body: Rect, at: Position) -> Vec<Effect> {
    let areas = places::connections_areas(app, body);
    if let Some(area) = areas.form.filter(|area| area.contains(at)) {
        form::click(app, area, at);
        return Vec::new();
    }
    let Some(rows) = areas.list.map(|list| places::list_rows(app, list)).filter(|rows| rows.contains(at))
    else {
        return Vec::new();
    };
    if app.form.is_some() {
        // What is being written is not left by a click.
        return Vec::new();
    }
    let index = app.list.top + usize::from(at.y - rows.y);
    let Some(ListLine::Choice(choice)) = app.list().into_iter().nth(index) else { return Vec::new() };
    app.list.filter_input = None;
    if app.choice().as_ref() == Some(&choice) {
        return open(app, false);
    }
    app.list.selected = Some(choice);
    Vec::new()
}

/// The wheel moves in the list, or through the fields of the form.
pub(super) fn wheel(app: &mut App, body: Rect, at: Position, rows: isize) {
    let areas = places::connections_areas(app, body);
    match &mut app.form {
        Some(form) if areas.form.is_some_and(|area| area.contains(at)) => form.page(rows),
        Some(_) => {}
        None => {
            (0..rows.abs()).for_each(|_| movement(app, if rows < 0 { Command::Up } else { Command::Down }));
        }
    }
}
