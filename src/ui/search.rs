//! What a search found, in the place of the tree: what is sought and where, what came of it so far, and the messages.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::found::{Content, Row};
use super::ink::{Ink, row_of};
use super::{Cache, found};
use crate::app::{
    App, Connection, FoundPlace, Hit, MAX_LISTED, News, Pane, Report, SEARCH_LINES, Search, Stage,
};
use crate::config::Role;
use crate::payload::{format, width};

/// Bytes of a decoded payload in which what was found is looked for again, to be lit.
const LIT: usize = 16 << 10;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, frame: &mut Frame<'_>) {
    let connection = app.connection();
    let search = &connection.search;
    let focused = connection.focus == Pane::Topics && !connection.publish.open;
    let place = ink.clean(&connection.search_place()).into_owned();
    let place = ink.tail(&place, usize::from(area.width / 2)).into_owned();
    let place = Line::styled(format!(" {place} "), ink.style(Role::Muted)).right_aligned();
    let block = ink.frame("Search", focused).title(place);
    let inside = block.inner(area);
    block.render(area, frame.buffer_mut());
    entry(connection, ink, row_of(inside, 0), focused, frame);
    if inside.height > 1 {
        told(connection, ink, row_of(inside, 1), frame.buffer_mut());
    }
    let rows =
        Rect { y: inside.y + SEARCH_LINES, height: inside.height.saturating_sub(SEARCH_LINES), ..inside };
    for (index, hit) in search.hits_from(search.view.top).take(usize::from(rows.height)).enumerate() {
        let line = row_of(rows, index);
        draw_hit(connection, hit, ink, line, cache, frame.buffer_mut());
        if search.view.selected == Some(hit.seq) && !search.typing {
            ink.select(frame.buffer_mut(), line, focused);
        }
    }
    if let Some(report) = search.report() {
        remarks(search, &report, ink, area, frame.buffer_mut());
    }
}

/// `text  kitchen`, with the way of searching in front.
fn entry(connection: &Connection, ink: &Ink<'_>, area: Rect, focused: bool, frame: &mut Frame<'_>) {
    let search = &connection.search;
    let mode = search.mode.label();
    let used = ink.put(frame.buffer_mut(), area.x + 1, area.y, 6, mode, ink.style(Role::Key)) + 2;
    let field = Rect { x: area.x + 1 + used, width: area.width.saturating_sub(used + 2), ..area };
    if search.typing {
        super::publish::one_line_field(&search.input, ink, field, focused && !search.replaced, frame);
        if search.replaced {
            let columns = width(&ink.clean(search.input.value())) as u16;
            let text = Rect { width: columns.min(field.width), ..field };
            frame.buffer_mut().set_style(text, ink.style(Role::Selection));
        }
    } else {
        ink.put(
            frame.buffer_mut(),
            field.x,
            field.y,
            field.width,
            search.input.value(),
            ink.style(Role::Match),
        );
    }
}

/// What is wrong with the text, what may be typed, or what came of it.
fn told(connection: &Connection, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let search = &connection.search;
    let (text, role) = match (&search.fault, search.report()) {
        (Some(fault), _) => (fault.clone(), Role::Error),
        (None, Some(report)) => (outcome(&report, ink), Role::Muted),
        (None, None) => (search.mode.hint().to_owned(), Role::Muted),
    };
    ink.put(buffer, area.x + 1, area.y, area.width.saturating_sub(2), &text, ink.style(role));
}

/// `1,204 found in 212 MB, 0.3 s`, or how far it has come.
fn outcome(report: &Report, ink: &Ink<'_>) -> String {
    let figures = report.figures;
    let dot = ink.glyphs().dot;
    let least = if report.at_least { "at least " } else { "" };
    let capitals = if report.found == 0 && report.counts_capitals { " with these capitals" } else { "" };
    let found = format!("{least}{} found{capitals}", format::grouped(report.found));
    let share = figures.bytes * 100 / figures.all_bytes.max(1);
    match report.stage {
        Stage::Running => {
            let seconds = ink.now.since(report.begun).as_secs_f64().max(0.001);
            let speed = format::byte_rate(figures.bytes as f64 / seconds);
            format!(
                "searching{} {share} % {dot} {found} {dot} {speed} {dot} Ctrl-K stops",
                ink.glyphs().ellipsis
            )
        }
        Stage::Stopped => format!("stopped at {share} % {dot} {found} in {}", format::bytes(figures.bytes)),
        Stage::Complete => {
            let took = report.took.map_or_else(String::new, |took| match took.as_millis() {
                span @ ..100 => format!(", {span} ms"),
                _ => format!(", {:.1} s", took.as_secs_f64()),
            });
            let messages = format::messages(figures.messages);
            let news = match report.later {
                Some(0) => news(report.news, ink),
                None => format!(" {dot} later ones are not counted"),
                Some(1) => format!(" {dot} 1 later than the moment shown"),
                Some(later) => format!(" {dot} {} later than the moment shown", format::grouped(later)),
            };
            format!("{found} in {messages}, {}{took}{news}", format::bytes(figures.all_bytes))
        }
    }
}

/// What becomes of new messages.
fn news(news: News, ink: &Ink<'_>) -> String {
    let dot = ink.glyphs().dot;
    match news {
        News::Live => format!(" {dot} live"),
        News::Stopped => format!(" {dot} no new ones: Ctrl-K goes on"),
        News::Held => String::new(),
    }
}

/// What was not looked at as it should be, on the lower border.
fn remarks(search: &Search, report: &Report, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let figures = report.figures;
    let mut said = Vec::new();
    if report.found > report.listed as u64 && report.listed == MAX_LISTED {
        said.push(format!("the newest {} are listed", format::grouped(MAX_LISTED as u64)));
    }
    let counts = [
        (figures.unfit, "no JSON, or the condition failed"),
        (figures.too_large, "too large to be searched whole"),
        (figures.undecoded, "too large to be decoded: raw bytes searched"),
        (figures.passed_over, "came too fast and were not searched"),
    ];
    let counted = counts.into_iter().filter(|(count, _)| *count > 0);
    said.extend(counted.map(|(count, what)| format!("{} {what}", format::grouped(count))));
    if let Some((field, count)) = search.found_without() {
        let count = format::grouped(count);
        said.insert(0, format!("{count} without {field}, which is below all: add and {field} != null"));
    }
    if said.is_empty() || area.height < 2 {
        return;
    }
    let text = format!(" {} ", said.join(&format!(" {} ", ink.glyphs().dot)));
    let width = area.width.saturating_sub(4);
    ink.put_right(buffer, area.x + 2, area.bottom() - 1, width, &text, ink.style(Role::Warning));
}

fn draw_hit(
    connection: &Connection,
    hit: &Hit,
    ink: &Ink<'_>,
    area: Rect,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let store = &connection.store;
    let topic = store.path(hit.topic);
    let message = store.message(hit.topic, hit.seq);
    let sought = connection.search.finder().filter(|_| hit.place == FoundPlace::Topic);
    let draw = |content, cache, buffer| {
        found::draw(&Row { at: hit.at, topic, sought, message, content }, ink, area, cache, buffer);
    };
    let Some(message) = message else {
        return draw(Content::Words("evicted: gave way to newer messages"), cache, buffer);
    };
    match hit.place {
        FoundPlace::Topic => draw(Content::Message(connection, message), cache, buffer),
        FoundPlace::Payload(start, length) => {
            let start = start as usize;
            draw(Content::Found(message.payload, start..start + length as usize), cache, buffer);
        }
        FoundPlace::Decoded => {
            // With each frame: of much content the beginning is enough.
            let reading = connection.read_small(&message);
            let text = reading.text(message.payload).unwrap_or_default().as_bytes();
            let text = &text[..text.len().min(LIT)];
            let place = connection.search.finder().and_then(|finder| finder.first_in(text));
            match place {
                Some(place) => draw(Content::Found(text, place), cache, buffer),
                None => draw(Content::Message(connection, message), cache, buffer),
            }
        }
    }
}
