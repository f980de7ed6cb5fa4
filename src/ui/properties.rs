//! The MQTT 5 properties of the message on screen: whole, in rows above the payload, and what is left of the message's expiry.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Cache;
use super::ink::Ink;
use crate::config::Role;
use crate::model::{Moment, Properties};
use crate::payload::{format, width};

/// Blank columns between two properties in one row.
const BETWEEN: usize = 3;

/// A name with its value, both safe to show.
#[derive(Debug)]
struct Item {
    name: String,
    value: String,
    user: bool,
}

/// A piece of a row: where it begins, in columns, and what it says.
#[derive(Debug, Clone)]
struct Piece {
    at: usize,
    text: String,
    role: Role,
}

/// The properties of one message, laid out for one width.
#[derive(Debug, Default)]
pub(super) struct Shown {
    items: Vec<Item>,
    expiry: Option<u32>,
    columns: usize,
    rows: Vec<Vec<Piece>>,
}

impl Shown {
    /// What is to be shown of `properties`.
    pub(super) fn of(properties: Option<&Properties>, ink: &Ink<'_>) -> Self {
        let Some(properties) = properties else { return Self::default() };
        Self { items: items(properties, ink), expiry: properties.message_expiry, ..Self::default() }
    }

    /// Lays the properties out in rows of `columns`; how many rows there are.
    pub(super) fn arrange(&mut self, columns: usize) -> usize {
        if self.columns != columns {
            self.columns = columns;
            self.rows = flow(&self.items, columns);
        }
        self.rows.len() + usize::from(self.expiry.is_some())
    }

    /// Draws the rows from `first` on; how many there was room for.
    pub(super) fn draw(
        &self,
        first: usize,
        received: Moment,
        ink: &Ink<'_>,
        area: Rect,
        cache: &mut Cache,
        buffer: &mut Buffer,
    ) -> u16 {
        let expiry = self.expiry.map(|seconds| vec![expiry(seconds, received, ink, cache)]);
        let mut used = 0;
        for row in expiry.iter().chain(&self.rows).skip(first).take(usize::from(area.height)) {
            for piece in row {
                let x = area.x + piece.at as u16;
                let room = area.right().saturating_sub(x);
                ink.put(buffer, x, area.y + used, room, &piece.text, ink.style(piece.role));
            }
            used += 1;
        }
        used
    }
}

fn items(properties: &Properties, ink: &Ink<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut add = |name: &str, value: String| items.push(Item { name: name.to_owned(), value, user: false });
    let clean = |text: &str| ink.clean(text).into_owned();
    if let Some(text) = &properties.content_type {
        add("content type", clean(text));
    }
    match properties.payload_format {
        None => {}
        Some(0) => add("payload format", "bytes".into()),
        Some(1) => add("payload format", "UTF-8".into()),
        Some(other) => add("payload format", format!("{other}, which the protocol does not know")),
    }
    if let Some(topic) = &properties.response_topic {
        add("response topic", clean(topic));
    }
    if let Some(data) = &properties.correlation_data {
        add("correlation data", correlation(data, ink));
    }
    if !properties.subscription_ids.is_empty() {
        let ids: Vec<String> = properties.subscription_ids.iter().map(u32::to_string).collect();
        add("subscription id", ids.join(", "));
    }
    for (name, value) in &properties.user_properties {
        items.push(Item { name: format!("{}:", clean(name)), value: clean(value), user: true });
    }
    items
}

/// Text where it can be read as such, else bytes in hex.
pub(super) fn correlation(data: &[u8], ink: &Ink<'_>) -> String {
    match std::str::from_utf8(data) {
        Ok(text) if !text.is_empty() && ink.clean(text) == text => text.to_owned(),
        _ if data.is_empty() => "empty".to_owned(),
        _ => {
            let hex: Vec<String> = data.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{} (hex)", hex.join(" "))
        }
    }
}

/// Short ones side by side, long ones over as many rows as they take.
fn flow(items: &[Item], columns: usize) -> Vec<Vec<Piece>> {
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    let mut at = columns;
    if columns == 0 {
        return rows;
    }
    for item in items {
        let wanted = width(&item.name) + 1 + width(&item.value);
        let begins_row = at + BETWEEN + wanted > columns;
        if begins_row || rows.is_empty() {
            rows.push(Vec::new());
            at = 0;
        } else {
            at += BETWEEN;
        }
        let role = if item.user { Role::ValueKey } else { Role::Muted };
        at = lay(&mut rows, at, &item.name, role, columns);
        at = lay(&mut rows, at + 1, &item.value, Role::Text, columns);
    }
    rows
}

/// Lays a text down from column `at` on, over further rows where it is too long; the column after it.
fn lay(rows: &mut Vec<Vec<Piece>>, mut at: usize, text: &str, role: Role, columns: usize) -> usize {
    let mut piece = Piece { at, text: String::new(), role };
    let mut letter = [0; 4];
    for character in text.chars() {
        let wanted = width(character.encode_utf8(&mut letter));
        if at + wanted > columns {
            let next = Piece { at: 0, text: String::new(), role };
            let full = std::mem::replace(&mut piece, next);
            if let Some(row) = rows.last_mut() {
                row.push(full);
            }
            rows.push(Vec::new());
            at = 0;
        }
        piece.text.push(character);
        at += wanted;
    }
    if let Some(row) = rows.last_mut() {
        row.push(piece);
    }
    at
}

/// What is left of the expiry that the broker gave on delivery (MQTT 5.0, 3.3.2.3.3).
fn expiry(seconds: u32, received: Moment, ink: &Ink<'_>, cache: &mut Cache) -> Piece {
    let whole = Duration::from_secs(u64::from(seconds));
    let passed = ink.shown.since(received);
    let left = whole.saturating_sub(passed);
    if ink.is_live() && !left.is_zero() {
        cache.wake_for_age(ink.now, Duration::from_secs(1));
    }
    let (text, role) = if left.is_zero() {
        let ago = format::lasting(passed.saturating_sub(whole));
        (format!("expired {ago} ago, after {}", format::lasting(whole)), Role::Warning)
    } else {
        let left = format::lasting(Duration::from_secs(left.as_secs_f64().ceil() as u64));
        (format!("expires in {left} of {}", format::lasting(whole)), Role::Muted)
    };
    Piece { at: 0, text, role }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &str, value: &str) -> Item {
        Item { name: name.to_owned(), value: value.to_owned(), user: true }
    }

    fn text(rows: &[Vec<Piece>]) -> Vec<String> {
        let row = |row: &Vec<Piece>| {
            row.iter().fold(String::new(), |line, piece| format!("{line:<0$}{1}", piece.at, piece.text))
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn short_properties_share_a_row_and_long_ones_are_whole() {
        let items = [item("a", "1"), item("b", "2"), item("c", "0123456789012345"), item("d", "3")];
        assert_eq!(text(&flow(&items, 12)), ["a 1   b 2", "c 0123456789", "012345   d 3"]);
        assert_eq!(text(&flow(&items, 40)), ["a 1   b 2   c 0123456789012345   d 3"]);
    }
}
