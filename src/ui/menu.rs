//! A few things to choose from, with what each is; those that cannot be chosen say why.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::ink::{Ink, row_of};
use super::publish::one_line_field;
use super::{overlay, seen};
use crate::app::{Menu, layout};
use crate::config::Role;
use crate::payload::width;

pub(super) fn draw(menu: &Menu, ink: &Ink<'_>, body: Rect, screen: &mut Frame<'_>) {
    let buffer = screen.buffer_mut();
    let (frame, list) = layout::menu(body, menu.items.len());
    let title = ink.clean(&menu.title).into_owned();
    overlay(ink, &title, frame, buffer);
    let names = menu.items.iter().map(|item| width(&ink.clean(&item.text))).max().unwrap_or_default();
    let names = (names as u16).min(list.width / 2);
    let top = menu.top(usize::from(list.height));
    let shown = menu.shown();
    if shown.is_empty() {
        ink.put(buffer, list.x + 1, list.y, list.width, "Nothing here is called so.", ink.style(Role::Muted));
    }
    if shown.len() > usize::from(list.height) {
        let text = format!(" {} of {} ", menu.place(&shown) + 1, shown.len());
        seen(ink, &text, list, buffer);
    }
    for (place, &index) in shown.iter().enumerate().skip(top).take(usize::from(list.height)) {
        let item = &menu.items[index];
        let row = row_of(list, place - top);
        let role = if item.pick.is_ok() { Role::Text } else { Role::Faint };
        ink.put(buffer, row.x + 1, row.y, names, &ink.clean(&item.text), ink.style(role));
        let (detail, role) = match &item.pick {
            Ok(_) => (&item.detail, Role::Muted),
            Err(reason) => (reason, Role::Warning),
        };
        let x = row.x + names + 3;
        ink.put(buffer, x, row.y, row.right().saturating_sub(x + 1), &ink.clean(detail), ink.style(role));
        if index == menu.selected {
            ink.select(buffer, row, true);
        }
    }
    if let Some(input) = &menu.finding {
        // On the border: no item gives way to it.
        let field = Rect { x: frame.x + 5, y: list.bottom(), width: list.width / 2, height: 1 };
        ink.put(buffer, frame.x + 1, field.y, 4, " / ", ink.style(Role::Key));
        let typed = width(input.value()).min(usize::from(field.width)) as u16 + 1;
        let blank = " ".repeat(usize::from(typed + 1).min(usize::from(field.width)));
        ink.put(buffer, field.x - 1, field.y, field.width, &blank, ink.style(Role::Text));
        one_line_field(
            input,
            ink,
            Rect { x: field.x - 1, width: typed.min(field.width), ..field },
            true,
            screen,
        );
    }
}
