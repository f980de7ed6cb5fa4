//! A few things to choose from, with what each is; those that cannot be chosen say why.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, row_of};
use super::overlay;
use crate::app::{Menu, layout};
use crate::config::Role;
use crate::payload::width;

pub(super) fn draw(menu: &Menu, ink: &Ink<'_>, body: Rect, buffer: &mut Buffer) {
    let (frame, list) = layout::menu(body, menu.items.len());
    let title = ink.clean(&menu.title).into_owned();
    overlay(ink, &title, frame, buffer);
    let names = menu.items.iter().map(|item| width(&ink.clean(&item.text))).max().unwrap_or_default();
    let names = (names as u16).min(list.width / 2);
    let top = menu.top(usize::from(list.height));
    for (index, item) in menu.items.iter().enumerate().skip(top).take(usize::from(list.height)) {
        let row = row_of(list, index - top);
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
}
