//! The form: moving between fields, changing them, saving.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};
use ratatui_textarea::{CursorMove, TextArea};
use tui_input::backend::crossterm::EventHandler;

use super::connections::with_defaults;
use super::insert;
use crate::app::{
    AfterSaving, App, Ask, Choice, Command, Connection, Effect, Form, FormField, FormRow, Kind,
    MAX_EDITOR_BYTES, MAX_EDITOR_LINES, SaveId, Then,
    places::{self, FORM_LABEL},
};
use crate::config::Profile;
use crate::model::{ConnectionId, Moment, Severity};

/// Rows turned by a page.
const PAGE: isize = 8;

/// Opens the form on `profile`; `of` is the name under which it is in the file, `connection` the open one that it describes.
pub(super) fn open(app: &mut App, profile: Profile, of: Option<String>, connection: Option<ConnectionId>) {
    let others = app.profiles().iter().map(|other| other.name.clone());
    let others = others.filter(|name| Some(name) != of.as_ref()).collect();
    let in_file = of.is_some();
    let mut form = Form::new(profile, of, others);
    form.secrets_confirmed = in_file;
    form.connection = connection;
    app.form = Some(Box::new(form));
    app.list.called = true;
    app.list.filter_input = None;
}

pub(super) fn run(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::SaveProfile => return save(app, AfterSaving::List),
        Command::SaveAndConnect => return save(app, AfterSaving::Connect),
        Command::CloseForm => close(app),
        _ => {
            let steps = if command == Command::NextFormField { 1 } else { -1 };
            if let Some(form) = &mut app.form {
                form.step(steps);
            }
        }
    }
    Vec::new()
}

/// Leaves the form; asks first when something would be lost.
fn close(app: &mut App) {
    if app.form.as_ref().is_some_and(|form| form.is_changed()) {
        let lines = vec!["What was changed has not been saved.".to_owned()];
        app.ask(Ask::new("Leave without saving?", lines, "Leave", Then::LeaveForm));
    } else {
        app.form = None;
    }
}

/// Saves what the form says, or shows what is wrong with it.
pub(super) fn save(app: &mut App, then: AfterSaving) -> Vec<Effect> {
    let Some(form) = &mut app.form else { return Vec::new() };
    if form.saving.is_some() {
        return Vec::new();
    }
    form.tried = true;
    form.refusal = None;
    let profile = match form.profile() {
        Ok(profile) => profile,
        Err((field, _)) => {
            form.focus = field;
            return Vec::new();
        }
    };
    if form.asks_for_insecure() {
        let lines = vec![
            "Whoever stands between you and the broker can read and change everything,".to_owned(),
            "the password included. Naming the broker's authority is the safe way.".to_owned(),
        ];
        let then = Then::SaveInsecure(then);
        app.ask(Ask::new("Accept any certificate from now on?", lines, "Save", then));
        return Vec::new();
    }
    let mut lines = form.unasked_secrets(&profile);
    if !lines.is_empty() {
        lines.push("Whoever can read the file can read them. No leads back to the form.".to_owned());
        let then = Then::SaveSecrets(then);
        app.ask(Ask::new("Write these to the file, too?", lines, "Save", then));
        return Vec::new();
    }
    let of = form.of.clone();
    let id = app.next_save();
    if let Some(form) = &mut app.form {
        form.saving = Some((id, then));
    }
    app.note_saving(id, &profile);
    vec![Effect::SaveProfile(Box::new(profile), of, id)]
}

/// The profiles were changed, or were not and why.
pub(super) fn saved(
    app: &mut App,
    severity: Severity,
    text: String,
    id: Option<SaveId>,
    now: Moment,
) -> Vec<Effect> {
    let form = app.form.as_mut().filter(|form| form.saving.map(|(id, _)| id) == id);
    let then = form.and_then(|form| form.saving.take()).map(|(_, then)| then);
    if let (Some(form), Some(_), Severity::Error) = (&mut app.form, then, severity) {
        form.refusal = Some(text);
        return Vec::new();
    }
    if !text.is_empty() {
        app.notices.push(now, severity, text);
    }
    // Otherwise it was deleted or remembered, or nobody waits for it.
    let (Some(then), Some(form)) = (then, then.and_then(|_| app.form.take())) else { return Vec::new() };
    let name = form.text(FormField::Name);
    app.list.selected = Some(Choice::Saved(name.clone()));
    follow(app, &form, &name, then, now)
}

/// What saving leads to: the connection that was opened from the profile learns of it, or one is opened.
fn follow(app: &mut App, form: &Form, name: &str, then: AfterSaving, now: Moment) -> Vec<Effect> {
    let Some(profile) = app.book.find(name).cloned() else { return Vec::new() };
    let profile = with_defaults(app, profile);
    let is_open = |open: &Connection| match form.connection {
        Some(id) => open.id == id,
        None => form.of.as_ref() == Some(&open.profile.name),
    };
    let Some(index) = app.connections.iter().position(is_open) else {
        return if then == AfterSaving::Connect { app.open(profile) } else { Vec::new() };
    };
    let id = app.connections[index].id;
    for other in app
        .connections
        .iter_mut()
        .filter(|open| open.id != id && form.of.as_ref() == Some(&open.profile.name))
    {
        // Another tab of the same profile: it takes what changed when it is connected again.
        other.adopt(profile.clone(), form.safety_before());
    }
    let safety = profile.safety;
    let connection = &mut app.connections[index];
    let differs = connection.adopt(profile, form.safety_before());
    if connection.profile.safety != safety {
        let kept = connection.profile.safety.name();
        let text = format!("{} was opened {kept} and stays so until its tab is closed", connection.title);
        app.notices.push(now, Severity::Info, text);
    }
    match then {
        AfterSaving::Connect => {
            app.show_tab(index);
            if let Some(address) = app.connections[index].next_address() {
                let text = format!("{name} leads to {address} now: its tree and history begin anew");
                app.notices.push(now, Severity::Info, text);
            }
            if differs || !app.connections[index].link.is_connected() {
                app.connect_again(id)
            } else {
                Vec::new()
            }
        }
        AfterSaving::List if differs => {
            let tree = match app.connections[index].next_address() {
                Some(address) => format!("Its tree and history begin anew then, with {address}."),
                None => "Its tree stays either way.".to_owned(),
            };
            let lines = vec![format!("{name} is open, and goes on as it was until then."), tree];
            let again = Then::ConnectAgain(id);
            app.ask(Ask::new("Connect again with the changes now?", lines, "Reconnect", again));
            Vec::new()
        }
        AfterSaving::List => Vec::new(),
    }
}

/// Keys that are no command: what is typed into the focused field.
pub(super) fn on_key(app: &mut App, key: KeyEvent) {
    let Some(form) = app.form.as_mut().filter(|form| form.saving.is_none()) else { return };
    form.refusal = None;
    match key.code {
        KeyCode::PageDown => return form.page(PAGE),
        KeyCode::PageUp => return form.page(-PAGE),
        _ => {}
    }
    let field = form.focus;
    match field.row().kind {
        Kind::Line => match key.code {
            KeyCode::Up => form.step(-1),
            KeyCode::Down | KeyCode::Enter => form.step(1),
            _ => {
                if let Some(input) = form.line_mut(field) {
                    input.handle_event(&Event::Key(key));
                }
            }
        },
        Kind::Choice(words) => {
            let (at, count) = (form.chosen(field), words.len());
            match key.code {
                KeyCode::Up => form.step(-1),
                KeyCode::Down | KeyCode::Enter => form.step(1),
                KeyCode::Left => form.choose(field, (at + count - 1) % count),
                KeyCode::Right | KeyCode::Char(' ') => form.choose(field, (at + 1) % count),
                _ => {}
            }
        }
        Kind::Toggle => match key.code {
            KeyCode::Up => form.step(-1),
            KeyCode::Down | KeyCode::Enter => form.step(1),
            KeyCode::Char(' ') | KeyCode::Left | KeyCode::Right => form.toggle(field),
            _ => {}
        },
        Kind::Lines => on_key_in_lines(form, field, key),
    }
}

fn on_key_in_lines(form: &mut Form, field: FormField, key: KeyEvent) {
    let Some(area) = form.lines_mut(field) else { return };
    let row = area.cursor().0;
    match key.code {
        KeyCode::Up if row == 0 => form.step(-1),
        KeyCode::Down if row + 1 >= area.lines().len() => form.step(1),
        KeyCode::Char(_) | KeyCode::Enter
            if !has_room(area.lines(), 1, usize::from(key.code == KeyCode::Enter)) =>
        {
            form.refusal = Some(too_long());
        }
        // Control characters have no place here, and a tab goes on to the next field.
        KeyCode::Char(_) if key.modifiers.contains(KeyModifiers::ALT) => {}
        KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => clear_line(area),
        _ => drop(area.input(key)),
    }
}

/// What Ctrl-U does in a field of one line; the editor itself would undo.
fn clear_line(area: &mut TextArea<'static>) {
    area.cancel_selection();
    area.move_cursor(CursorMove::End);
    if area.cursor().1 > 0 {
        area.delete_line_by_head();
    }
}

/// Pasted text goes into the focused field, without control characters; the reason when it does not.
pub(super) fn on_paste(app: &mut App, text: &str) -> Result<(), String> {
    let Some(form) = app.form.as_mut().filter(|form| form.saving.is_none()) else { return Ok(()) };
    form.refusal = None;
    let field = form.focus;
    if field == FormField::Host && form.take_address(text.trim())? {
        return Ok(());
    }
    if let Some(input) = form.line_mut(field) {
        return insert(input, text);
    }
    if let Some(area) = form.lines_mut(field) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let clean: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
        let lines = clean.matches('\n').count();
        if !has_room(area.lines(), clean.len(), lines) {
            return Err(too_long());
        }
        area.insert_str(clean);
    }
    Ok(())
}

fn has_room(lines: &[String], more_bytes: usize, more_lines: usize) -> bool {
    let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
    bytes + more_bytes <= MAX_EDITOR_BYTES && lines.len() + more_lines <= MAX_EDITOR_LINES
}

fn too_long() -> String {
    format!("a field holds at most {} KiB and {MAX_EDITOR_LINES} lines", MAX_EDITOR_BYTES / 1024)
}

/// A click goes to the field it hits; on a word it chooses that, on a mark it switches it.
pub(super) fn click(app: &mut App, area: Rect, at: Position) {
    let rows = places::form_rows(area);
    let Some(form) = app.form.as_mut().filter(|form| form.saving.is_none() && rows.contains(at)) else {
        return;
    };
    let Some(FormRow::Field(field, _)) = places::form_row(form, rows, at.y) else { return };
    let before = form.focus;
    form.focus = field;
    let value =
        Rect { x: rows.x + FORM_LABEL, y: at.y, width: rows.width.saturating_sub(FORM_LABEL), height: 1 };
    if at.x < value.x {
        return;
    }
    match field.row().kind {
        Kind::Choice(words) => match places::choice_areas(field, value) {
            Some(areas) => {
                if let Some(index) = areas.iter().position(|(_, word)| word.contains(at)) {
                    form.choose(field, index);
                }
            }
            None if before == field => form.choose(field, (form.chosen(field) + 1) % words.len()),
            None => {}
        },
        Kind::Toggle if at.x < value.x + 3 => form.toggle(field),
        _ => {}
    }
}
