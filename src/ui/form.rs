//! The form of a connection: one field a row under the headings of their sections, what is wrong with one right below it.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use ratatui_textarea::{CursorMove, TextArea};
use tui_input::Input;

use super::ink::{Ink, row_of};
use super::publish::{editor, one_line_field};
use crate::app::places::{self, FORM_LABEL};
use crate::app::{Form, FormField, FormRow, Kind};
use crate::config::{Role, shown_colour};

pub(super) fn draw(form: &Form, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let title = match &form.of {
        Some(name) => ink.clean(name).into_owned(),
        None => "New connection".to_owned(),
    };
    ink.frame(&title, true).render(area, frame.buffer_mut());
    let inside = places::form_rows(area);
    let rows = form.rows();
    for (index, row) in rows.iter().skip(form.top).take(usize::from(inside.height)).enumerate() {
        let at = row_of(inside, index);
        match row {
            FormRow::Blank => {}
            FormRow::Heading(name) => {
                ink.put(frame.buffer_mut(), at.x, at.y, at.width, name, ink.style(Role::Accent));
            }
            FormRow::Field(field, line) => {
                // An editor is drawn once, over all of its rows that are on the screen.
                if *line == 0 || index == 0 {
                    let left = inside.height - index as u16;
                    let height = (form.height(*field) - line).min(left);
                    draw_field(form, *field, ink, Rect { height, ..at }, frame);
                }
            }
            FormRow::Hint(field, line) => {
                remark(ink, at, &form.hint_lines(*field), *line, Role::Faint, frame.buffer_mut());
            }
            FormRow::AtFault(field) => {
                remark(ink, at, &[form.text_at_fault(*field)], 0, Role::Text, frame.buffer_mut());
            }
            FormRow::Fault(field, line) => {
                remark(ink, at, &form.fault_lines(*field), *line, Role::Error, frame.buffer_mut());
            }
        }
    }
    let last = Rect { y: inside.bottom(), height: 1, ..inside };
    draw_end(form, ink, last, frame.buffer_mut());
    if rows.len() > usize::from(inside.height) {
        let shown = (form.top + usize::from(inside.height)).min(rows.len());
        let text = format!(" {shown} of {} lines ", rows.len());
        ink.put_right(
            frame.buffer_mut(),
            area.x,
            area.bottom() - 1,
            area.width - 2,
            &text,
            ink.style(Role::Muted),
        );
    }
}

/// The line under the rows: why saving failed, or what saving waits for.
fn draw_end(form: &Form, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let faults = form.fields().filter(|field| form.fault(*field).is_some()).count();
    let (text, role) = if let Some(refusal) = &form.refusal {
        (refusal.clone(), Role::Error)
    } else if form.saving.is_some() {
        ("saving".to_owned(), Role::Muted)
    } else if form.tried && faults > 0 {
        let noun = if faults == 1 { "field needs" } else { "fields need" };
        (format!("not saved: {faults} {noun} another look"), Role::Error)
    } else if form.is_changed() {
        ("changed, not saved".to_owned(), Role::Muted)
    } else {
        return;
    };
    ink.put(buffer, area.x, area.y, area.width, &text, ink.style(role));
}

fn value_of(area: Rect) -> Rect {
    Rect { x: area.x + FORM_LABEL, width: area.width.saturating_sub(FORM_LABEL), ..area }
}

/// One of some lines, below the value of a field.
fn remark(ink: &Ink<'_>, area: Rect, lines: &[String], line: u16, role: Role, buffer: &mut Buffer) {
    let (area, text) = (value_of(area), lines.get(usize::from(line)).map_or("", String::as_str));
    ink.put(buffer, area.x, area.y, area.width, text, ink.style(role));
}

fn draw_field(form: &Form, field: FormField, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let focused = form.focus == field;
    let label = ink.style(if focused { Role::TitleFocus } else { Role::Muted });
    if focused {
        let cursor = ink.style(Role::Accent);
        ink.put(frame.buffer_mut(), area.x - 1, area.y, 1, ink.glyphs().cursor, cursor);
    }
    ink.put(frame.buffer_mut(), area.x + 1, area.y, FORM_LABEL - 2, form.label(field), label);
    let value = value_of(area);
    match field.row().kind {
        Kind::Line => draw_line(form, field, ink, value, frame),
        Kind::Lines => {
            if let Some(area) = form.lines(field) {
                if field == FormField::Filters && area.is_empty() && !focused {
                    ink.put(frame.buffer_mut(), value.x, value.y, value.width, "#", ink.style(Role::Faint));
                    return;
                }
                if field == FormField::Headers {
                    editor(&masked(area), ink, value, focused, frame);
                } else {
                    editor(area, ink, value, focused, frame);
                }
            }
        }
        Kind::Choice(_) => draw_choice(form, field, ink, value, frame.buffer_mut()),
        Kind::Toggle => {
            let (sign, role) = match (form.is_on(field), field) {
                (true, FormField::Insecure) => ("[x] any certificate is accepted", Role::Error),
                (true, _) => ("[x]", Role::Text),
                (false, _) => ("[ ]", Role::Muted),
            };
            ink.put(frame.buffer_mut(), value.x, value.y, value.width, sign, ink.style(role));
        }
    }
}

fn draw_line(form: &Form, field: FormField, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let Some(input) = form.line(field) else { return };
    let focused = form.focus == field;
    if form.is_masked(field) {
        let hidden = "*".repeat(input.value().chars().count());
        return one_line_field(&Input::new(hidden).with_cursor(input.cursor()), ink, area, focused, frame);
    }
    if input.value().is_empty()
        && let Some(usual) = usual(form, field)
    {
        let x = area.x + u16::from(focused);
        ink.put(frame.buffer_mut(), x, area.y, area.width.saturating_sub(1), &usual, ink.style(Role::Faint));
    }
    one_line_field(input, ink, area, focused, frame);
    if field == FormField::Colour
        && let Some(colour) = shown_colour(input.value().trim(), ink.appearance.look.colours)
    {
        let x = area.x + crate::payload::width(input.value()) as u16 + 2;
        ink.put(
            frame.buffer_mut(),
            x,
            area.y,
            area.right().saturating_sub(x),
            ink.glyphs().bars[7],
            Style::new().fg(colour),
        );
    }
}

/// What an empty field stands for.
fn usual(form: &Form, field: FormField) -> Option<String> {
    match field {
        FormField::Port => Some(form.transport().default_port().to_string()),
        FormField::ClientId => Some("a new one each time".to_owned()),
        FormField::User | FormField::ProxyHost | FormField::WillTopic => Some("none".to_owned()),
        _ => None,
    }
}

/// The words of a choice with the chosen one in brackets; where they do not all fit, the chosen one between arrows.
fn draw_choice(form: &Form, field: FormField, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let Kind::Choice(words) = field.row().kind else { return };
    let chosen = form.chosen(field);
    let bold = ink.style(Role::Text).add_modifier(Modifier::BOLD);
    let Some(areas) = places::choice_areas(field, area) else {
        let word = words.get(chosen).copied().unwrap_or_default();
        let text = format!("{} {word} {}", ink.glyphs().more_left, ink.glyphs().more_right);
        ink.put(buffer, area.x, area.y, area.width, &text, bold);
        return;
    };
    let mut right = area.x;
    for (index, (word, area)) in areas.into_iter().enumerate() {
        right = area.right();
        let (text, style) = if index == chosen {
            (format!("[{word}]"), bold)
        } else {
            (format!(" {word} "), ink.style(Role::Muted))
        };
        ink.put(buffer, area.x, area.y, area.width, &text, style);
    }
    if let Some(aside) = form.aside(field) {
        let x = right + 2;
        ink.put(buffer, x, area.y, area.right().saturating_sub(x), &aside, ink.style(Role::Faint));
    }
}

/// Headers without their values, which may be tokens; the cursor stands where it stood.
fn masked(area: &TextArea<'static>) -> TextArea<'static> {
    let hide = |line: &String| match line.split_once(':') {
        Some((name, value)) => {
            format!("{name}:{}", value.chars().map(|c| if c == ' ' { ' ' } else { '*' }).collect::<String>())
        }
        None => line.clone(),
    };
    let mut hidden = TextArea::new(area.lines().iter().map(hide).collect());
    let cursor = area.cursor();
    hidden.move_cursor(CursorMove::Jump(cursor.0 as u16, cursor.1 as u16));
    hidden
}
