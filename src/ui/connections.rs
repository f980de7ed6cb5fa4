//! The connections screen: every saved and open connection by group, and what is known of the selected one.

use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::ink::{Ink, row_of};
use super::publish::one_line_field;
use super::{Cache, details, form, tabs, test};
use crate::app::{App, Choice, Connection, DEMO, ListLine, places};
use crate::config::{Profile, Role, Safety, shown_colour};
use crate::model::LinkState;
use crate::payload::{sanitise, width};

/// Columns that a name has at least, with the blanks behind it.
const LEAST_NAME: u16 = 12;

pub(super) fn draw(app: &App, ink: &Ink<'_>, body: Rect, cache: &mut Cache, frame: &mut Frame<'_>) {
    let areas = places::connections_areas(app, body);
    if app.connections().iter().any(|connection| connection.link.is_connected()) {
        // Rates and times of what is open.
        cache.wake_in(ink.now, Duration::from_secs(1));
    }
    if let Some(area) = areas.list {
        list(app, ink, area, frame);
    }
    if let (Some(area), Some(test)) = (areas.details, app.shown_test()) {
        test::draw(test, ink, area, frame.buffer_mut());
    } else if let (Some(area), Some(choice)) = (areas.details, app.choice()) {
        details::draw(app, &choice, ink, area, frame.buffer_mut());
    } else if let Some(area) = areas.details {
        ink.frame("", false).render(area, frame.buffer_mut());
    }
    if let (Some(area), Some(form)) = (areas.form, &app.form) {
        form::draw(form, ink, area, frame);
    }
}

fn list(app: &App, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let focused = app.form.is_none();
    ink.frame("Connections", focused).render(area, frame.buffer_mut());
    if app.filter_shown() {
        filter(
            app,
            ink,
            Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: 1 },
            frame,
        );
    }
    let rows = places::list_rows(app, area);
    let lines = app.list();
    let buffer = frame.buffer_mut();
    if lines.is_empty() {
        let text = "No connection holds this.";
        ink.put(buffer, rows.x + 1, rows.y, rows.width.saturating_sub(2), text, ink.style(Role::Muted));
    }
    let selected = app.choice();
    let names = name_columns(app, &lines, rows.width);
    for (index, line) in lines.iter().skip(app.list.top).take(usize::from(rows.height)).enumerate() {
        let row = row_of(rows, index);
        match line {
            ListLine::Blank => {}
            ListLine::Heading(name) => {
                let name = ink.clean(name);
                ink.put(buffer, row.x + 1, row.y, row.width.saturating_sub(1), &name, ink.style(Role::Muted));
            }
            ListLine::Choice(choice) => {
                draw_choice(app, choice, ink, row, names, buffer);
                if Some(choice) == selected.as_ref() {
                    ink.select(buffer, row, focused);
                }
            }
        }
    }
    if lines.len() > usize::from(rows.height) {
        let last = (app.list.top + usize::from(rows.height)).min(lines.len());
        let text = format!(" {last} of {} lines ", lines.len());
        let width = rows.width.saturating_sub(1);
        ink.put_right(buffer, rows.x, rows.bottom(), width, &text, ink.style(Role::Muted));
    }
}

fn filter(app: &App, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    ink.put(frame.buffer_mut(), area.x + 1, area.y, 1, "/", ink.style(Role::Key));
    let field = Rect { x: area.x + 3, width: area.width.saturating_sub(4), ..area };
    if let Some(input) = &app.list.filter_input {
        return one_line_field(input, ink, field, true, frame);
    }
    let text = ink.clean(&app.list.filter).into_owned();
    ink.put(frame.buffer_mut(), field.x, field.y, field.width, &text, ink.style(Role::Match));
}

/// Columns of the names: as many as the longest needs, and no more than leave room for where they lead.
fn name_columns(app: &App, lines: &[ListLine], columns: u16) -> u16 {
    let name = |line: &ListLine| match line {
        ListLine::Choice(Choice::Saved(name) | Choice::Ready(name)) => width(&sanitise(name)),
        ListLine::Choice(Choice::Open(id)) => {
            let open = app.connections().iter().find(|open| open.id == *id);
            open.map_or(0, |open| width(&sanitise(&open.profile.name)))
        }
        _ => 0,
    };
    let longest = lines.iter().map(name).max().unwrap_or_default();
    let most = (columns * 3 / 5).max(LEAST_NAME);
    u16::try_from(longest + 2).unwrap_or(most).clamp((columns * 3 / 10).clamp(LEAST_NAME, 28).min(most), most)
}

/// A line of the list: mark, name in its columns, where it leads, how it stands.
fn draw_choice(app: &App, choice: &Choice, ink: &Ink<'_>, row: Rect, names: u16, buffer: &mut Buffer) {
    let open = app.opened(choice);
    let first = open.first().copied();
    let (mark, style) = match (first, choice) {
        (Some(connection), _) => {
            let (mark, role) = tabs::state(connection, ink);
            (mark, ink.style(role))
        }
        (None, Choice::New) => ("+", ink.style(Role::Key)),
        (None, _) => (" ", Style::new()),
    };
    ink.put(buffer, row.x + 1, row.y, 1, mark, style);
    let profile = app.profile_of(choice).or(first.map(|connection| &connection.profile));
    let name = match (choice, profile) {
        (Choice::New, _) => "New connection".to_owned(),
        (Choice::Demo, _) => DEMO.to_owned(),
        (_, Some(profile)) => ink.clean(&profile.name).into_owned(),
        (_, None) => return,
    };
    let right = standing(&open, profile, ink);
    let right_columns: usize = right.iter().map(|(text, _)| width(text) + 2).sum();
    let mut x = row.right().saturating_sub(1);
    for (text, style) in right.iter().rev() {
        let columns = width(text) as u16;
        x = x.saturating_sub(columns);
        ink.put(buffer, x, row.y, columns, text, *style);
        x = x.saturating_sub(2);
    }
    let left = row.x + 3;
    let room = row.width.saturating_sub(4 + right_columns as u16);
    let name_columns = names.min(room);
    ink.put(buffer, left, row.y, name_columns.saturating_sub(2), &name, name_style(first, profile, ink));
    let (start, rest) = (left + name_columns, room.saturating_sub(name_columns));
    let place = match (choice, profile) {
        (Choice::Demo, _) => "the bundled broker with a busy fleet".to_owned(),
        (Choice::New, _) | (_, None) => String::new(),
        (_, Some(profile)) => ink.clean(&profile.target.url()).into_owned(),
    };
    let used = ink.put(buffer, start, row.y, rest, &place, ink.style(Role::Muted)) + 2;
    let note = profile.and_then(|profile| profile.notes.as_deref()).and_then(|notes| notes.lines().next());
    if let Some(note) = note.filter(|_| rest > used + 12) {
        let note = ink.clean(note);
        ink.put(buffer, start + used, row.y, rest - used, &note, ink.style(Role::Faint));
    }
}

fn name_style(open: Option<&Connection>, profile: Option<&Profile>, ink: &Ink<'_>) -> Style {
    if let Some(connection) = open {
        return tabs::colour(connection, ink);
    }
    let named = profile.and_then(|profile| profile.colour.as_deref());
    match named.and_then(|name| shown_colour(name, ink.appearance.look.colours)) {
        Some(colour) => Style::new().fg(colour),
        None => ink.style(Role::Text),
    }
}

/// How a connection stands, and what is to be minded about it; for the right end of its line.
fn standing(open: &[&Connection], profile: Option<&Profile>, ink: &Ink<'_>) -> Vec<(String, Style)> {
    let mut parts = Vec::new();
    match profile.map(|profile| profile.safety) {
        Some(Safety::ReadOnly) => parts.push(("read-only".to_owned(), ink.style(Role::Warning))),
        Some(Safety::Confirm) => parts.push(("confirm".to_owned(), ink.style(Role::Warning))),
        _ => {}
    }
    if profile.is_some_and(|profile| profile.target.tls.insecure) {
        parts.push(("insecure".to_owned(), ink.style(Role::Error)));
    }
    if let Some(connection) = open.first() {
        parts.push(in_words(connection, ink));
    }
    if open.len() > 1 {
        parts.push((format!("{} tabs", open.len()), ink.style(Role::Muted)));
    }
    parts
}

/// The state of the link in a word, or what comes in.
fn in_words(connection: &Connection, ink: &Ink<'_>) -> (String, Style) {
    let (text, role) = match &connection.link {
        LinkState::Connected { .. } => {
            let rate = connection.store.totals().rate_messages(connection.shown_moment(ink.now).mono_us);
            return (super::header::per_second(rate, "msg"), ink.style(Role::Text));
        }
        LinkState::Idle | LinkState::Connecting { .. } => ("connecting", Role::Warning),
        LinkState::Waiting { .. } => ("trying again", Role::Error),
        LinkState::Stopped { trouble: Some(_) } => ("stopped", Role::Error),
        LinkState::Stopped { trouble: None } => ("disconnected", Role::Muted),
    };
    (text.to_owned(), ink.style(role))
}
