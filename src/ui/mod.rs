//! What the screen shows: `view(&App, …, frame)`, one file per pane. Reads the state, draws, and changes nothing but its cache.
//!
//! ```text
//! header.rs    ● name · address · protocol            topics  msg/s  B/s  history   screens
//! tabs.rs      1 ● home   2 ● garage +124              when there are two connections or more
//! banner.rs    what is wrong with the link, and what to do
//! topics.rs    ╭ Topics ────────╮╭ topic ─────────╮   message.rs
//!              │                ││                │
//!              │                │├ History ───────┤   history.rs, or publish.rs in its place
//!              ╰────────────────╯╰────────────────╯
//! footer.rs    the few keys that matter here and now      the latest notice
//! ```
//! `broker.rs` is the second screen, `connections.rs` with `form.rs` the one that lists them all; `subscriptions.rs`, `login.rs`, `help.rs`, `palette.rs`, `notices.rs`, `ask.rs` lie over whatever
//! is there.
//! Every text from the wire passes the sanitiser through [`Ink`]; every style comes from a theme's role.

mod ask;
mod banner;
mod broker;
mod browse;
mod chart;
mod connections;
mod details;
mod empty;
mod footer;
mod form;
mod found;
mod glance;
mod glyphs;
mod header;
mod help;
mod history;
mod ink;
mod login;
mod menu;
mod message;
mod notices;
mod output;
mod overdue;
mod palette;
mod prompt;
mod properties;
mod publish;
mod scrubber;
mod search;
mod subscriptions;
pub mod svg;
mod tabs;
mod test;
mod topics;
mod welcome;

use std::time::Duration;

use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, Clear, Widget};

use crate::app::{App, Left, Measured, Overlay, Right, Screen, layout};
use crate::config::{Look, Role, Theme};
use crate::model::Moment;
use ink::Ink;

/// How things are shown, beside the theme.
#[derive(Debug, Clone)]
pub struct Appearance {
    /// What the terminal can show.
    pub look: Look,
    /// Time zone of the stamps on screen.
    pub zone: TimeZone,
}

/// What is kept between frames. May be dropped at any time: it is made anew.
#[derive(Debug, Default)]
pub struct Cache {
    /// When the picture changes by itself (ages, fading, a countdown), in monotonic microseconds.
    pub next_change_us: Option<u64>,
    /// What drawing found out for the state.
    pub measured: Measured,
    glances: glance::Glances,
    message: message::Kept,
    output: output::Counted,
}

impl Cache {
    /// The picture changes by itself `span` after `now`. Changes that come close together share a frame.
    fn wake_in(&mut self, now: Moment, span: Duration) {
        self.wake_on_grid(now, span, Duration::from_millis(250));
    }

    /// An age changes `span` after `now`. Forty rows would otherwise each change at a moment of their own: they change together, on
    /// the full second.
    fn wake_for_age(&mut self, now: Moment, span: Duration) {
        self.wake_on_grid(now, span, Duration::from_secs(1));
    }

    fn wake_on_grid(&mut self, now: Moment, span: Duration, grid: Duration) {
        let at = now.plus(span).mono_us.next_multiple_of(grid.as_micros() as u64);
        self.next_change_us = Some(self.next_change_us.map_or(at, |known| known.min(at)));
    }
}

/// Draws everything.
pub fn view(
    app: &App,
    theme: &Theme,
    appearance: &Appearance,
    now: Moment,
    cache: &mut Cache,
    frame: &mut Frame<'_>,
) {
    cache.next_change_us = None;
    let ink = Ink { theme, appearance, now, shown: app.connection().shown_moment(now) };
    let area = frame.area();
    let ground = Style::new().bg(theme.background);
    frame.buffer_mut().set_style(area, ground.patch(theme.style(Role::Text)));
    if layout::too_small(area.width, area.height) {
        too_small(&ink, area, frame);
        return;
    }
    let areas = layout::areas(app);
    header::draw(app, &ink, areas.header, cache, frame.buffer_mut());
    if let Some(area) = areas.tabs {
        tabs::draw(app, &ink, area, frame.buffer_mut());
    }
    if let Some(area) = areas.banner {
        banner::draw(app, &ink, area, cache, frame.buffer_mut());
    }
    match app.screen() {
        Screen::Explorer => {
            if let Some(area) = areas.topics {
                match app.connection().left {
                    Left::Tree => topics::draw(app, &ink, area, cache, frame),
                    Left::Search => search::draw(app, &ink, area, cache, frame),
                    Left::Browse => browse::draw(app, &ink, area, cache, frame),
                    Left::Overdue => overdue::draw(app, &ink, area, cache, frame),
                }
            }
            if let Some(area) = areas.message {
                match app.connection().right {
                    Right::Message => message::draw(app, &ink, area, cache, frame.buffer_mut()),
                    Right::Chart => chart::draw(app, &ink, area, cache, frame),
                }
            }
            if let Some(area) = areas.history {
                history::draw(app, &ink, area, cache, frame.buffer_mut());
            }
        }
        Screen::Broker => broker::draw(app, &ink, areas.body, cache, frame.buffer_mut()),
        Screen::Connections => connections::draw(app, &ink, areas.body, cache, frame),
    }
    if let Some(area) = areas.publish {
        publish::draw(app, &ink, area, frame);
    }
    if app.screen() != Screen::Connections {
        subscriptions::draw(app, &ink, areas.body, cache, frame);
        login::draw(app, &ink, areas.body, frame);
    }
    footer::draw(app, &ink, areas.footer, cache, frame.buffer_mut());
    match &app.overlay {
        Overlay::None => {}
        Overlay::Help(shown) => {
            help::draw(shown.of, shown.scroll, &ink, areas.body, cache, frame.buffer_mut());
        }
        Overlay::Palette(palette) => palette::draw(app, palette, &ink, areas.body, frame),
        Overlay::Ask(ask) => ask::draw(ask, &ink, areas.body, frame.buffer_mut()),
        Overlay::Prompt(prompt) => prompt::draw(prompt, app.out.outgoing.as_ref(), &ink, areas.body, frame),
        Overlay::Output(piped) => output::draw(piped, &ink, areas.body, cache, frame.buffer_mut()),
        Overlay::Menu(menu) => menu::draw(menu, &ink, areas.body, frame),
        Overlay::Notices => notices::draw(app, &ink, areas.body, cache, frame.buffer_mut()),
    }
}

fn too_small(ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let lines = [
        format!("{} x {} is too small.", area.width, area.height),
        format!("{} x {} will do.", layout::MIN_COLUMNS, layout::MIN_ROWS),
        "q quits".to_owned(),
    ];
    for (row, line) in lines.iter().enumerate().take(usize::from(area.height)) {
        let style = ink.style(if row == 0 { Role::Warning } else { Role::Text });
        frame.buffer_mut().set_stringn(area.x, area.y + row as u16, line, usize::from(area.width), style);
    }
}

/// Says in the lower border how much of a list that does not fit is seen.
fn seen(ink: &Ink<'_>, text: &str, list: Rect, buffer: &mut ratatui::buffer::Buffer) {
    let width = list.width.saturating_sub(1);
    ink.put_right(buffer, list.x, list.bottom(), width, text, ink.style(Role::Muted));
}

/// Clears `area`, frames it and returns its inside.
fn overlay(ink: &Ink<'_>, title: &str, area: Rect, buffer: &mut ratatui::buffer::Buffer) -> Rect {
    Clear.render(area, buffer);
    buffer.set_style(area, Style::new().bg(ink.theme.background).patch(ink.style(Role::Text)));
    let block: Block<'_> = ink.frame(title, true);
    let inside = block.inner(area);
    block.render(area, buffer);
    inside
}
