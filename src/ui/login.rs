//! The prompt for user and password. The password is never drawn, only how many characters it has.

use ratatui::Frame;
use ratatui::layout::Rect;
use tui_input::Input;

use super::ink::{Ink, row_of};
use super::overlay;
use super::publish::one_line_field;
use crate::app::{App, LoginField, layout};
use crate::config::Role;

const LABEL: u16 = 10;

pub(super) fn draw(app: &App, ink: &Ink<'_>, body: Rect, frame: &mut Frame<'_>) {
    let connection = app.connection();
    let Some(login) = &connection.login else { return };
    let area = layout::overlay(body, 64, 10);
    let name = ink.clean(&connection.profile.name).into_owned();
    let inside = overlay(ink, &format!("Log in to {name}"), area, frame.buffer_mut());
    let text = Rect { x: inside.x + 2, width: inside.width.saturating_sub(4), ..inside };
    for (index, line) in ink.wrapped(&login.reason, text.width, 2).iter().enumerate() {
        let row = row_of(text, index);
        ink.put(frame.buffer_mut(), row.x, row.y, row.width, line, ink.style(Role::Warning));
    }
    let hidden = login.password.value().chars().count();
    let dots = Input::new("*".repeat(hidden)).with_cursor(login.password.cursor());
    for (row, label, field, input) in
        [(3, "user", LoginField::User, &login.user), (4, "password", LoginField::Password, &dots)]
    {
        let row = row_of(text, row);
        let focused = login.field == field;
        let style = ink.style(if focused { Role::TitleFocus } else { Role::Muted });
        ink.put(frame.buffer_mut(), row.x, row.y, LABEL, label, style);
        let value = Rect { x: row.x + LABEL, width: row.width.saturating_sub(LABEL), ..row };
        one_line_field(input, ink, value, focused, frame);
    }
    let notes = ["An empty field is not sent. Kept until the tab is", "closed, and written into no file."];
    for (index, note) in notes.iter().enumerate() {
        let row = row_of(text, 6 + index);
        if row.y < inside.bottom() {
            ink.put(frame.buffer_mut(), row.x, row.y, row.width, note, ink.style(Role::Faint));
        }
    }
}
