//! What every pane draws with: styles by role, frames, marks, and the door through which text from the wire comes.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType};

use super::glyphs::{ASCII, Glyphs, UNICODE};
use super::{Appearance, Cache};
use crate::app::key_label;
use crate::config::{Role, Theme};
use crate::model::{Moment, Severity};
use crate::payload::sanitise::sanitise_with;
use crate::payload::{self, chop, fit, fit_left, format, width, wrap};
use crate::store::{Store, TopicId};

/// How long something new stays bright.
const FADE: Duration = Duration::from_secs(2);
const FADE_STEPS: u32 = 8;

/// Theme, terminal and time of this frame.
pub(super) struct Ink<'a> {
    pub(super) theme: &'a Theme,
    pub(super) appearance: &'a Appearance,
    pub(super) now: Moment,
    /// The moment that is shown: now, or when the view was paused.
    pub(super) shown: Moment,
}

const ASCII_BORDER: border::Set<'_> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl Ink<'_> {
    /// The style of a role.
    pub(super) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Whether time passes on screen.
    pub(super) fn is_live(&self) -> bool {
        self.shown == self.now
    }

    pub(super) fn glyphs(&self) -> &'static Glyphs {
        if self.appearance.look.ascii { &ASCII } else { &UNICODE }
    }

    /// How payload printers are to write.
    pub(super) fn payload_style(&self) -> payload::Style {
        payload::Style { ascii: self.appearance.look.ascii, ..payload::Style::LINE }
    }

    /// Text from the wire, made safe for one line.
    pub(super) fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        sanitise_with(text, self.payload_style())
    }

    /// The frame of a pane; `title` must be clean.
    pub(super) fn frame<'t>(&self, title: &'t str, focused: bool) -> Block<'t> {
        let (border, role) =
            if focused { (Role::BorderFocus, Role::TitleFocus) } else { (Role::Border, Role::Title) };
        let block = Block::bordered().border_style(self.style(border));
        let block = if self.appearance.look.ascii {
            block.border_set(ASCII_BORDER)
        } else {
            block.border_type(BorderType::Rounded)
        };
        if title.is_empty() {
            block
        } else {
            block.title(Line::styled(format!(" {title} "), self.style(role)))
        }
    }

    /// A key of the command table as it is shown here.
    pub(super) fn key(&self, key: &str) -> String {
        let glyphs = self.glyphs();
        match key {
            "up" => glyphs.up.into(),
            "down" => glyphs.down.into(),
            "left" => glyphs.left.into(),
            "right" => glyphs.right.into(),
            other => key_label(other),
        }
    }

    /// Style and mark of a severity.
    pub(super) fn severity(&self, severity: Severity) -> (Style, &'static str) {
        match severity {
            Severity::Info => (self.style(Role::Muted), "i"),
            Severity::Success => (self.style(Role::Good), "ok"),
            Severity::Warning => (self.style(Role::Warning), "!"),
            Severity::Error => (self.style(Role::Error), "!!"),
        }
    }

    /// Style of something that changed `age` ago: bright at first, then fading into `Text`. Says when it fades further.
    pub(super) fn fresh(&self, age: Duration, cache: &mut Cache) -> Style {
        let text = self.style(Role::Text);
        if age >= FADE {
            return text;
        }
        let fresh = self.style(Role::Fresh);
        let mut fades_in = |span: Duration| {
            if self.is_live() {
                cache.wake_in(self.now, span);
            }
        };
        let step_length = FADE / FADE_STEPS;
        let step = (age.as_micros() / step_length.as_micros().max(1)) as u32;
        if let (Some(Color::Rgb(r1, g1, b1)), Some(Color::Rgb(r2, g2, b2))) = (fresh.fg, text.fg) {
            fades_in((step_length * (step + 1)).saturating_sub(age));
            let mix = |from: u8, to: u8| {
                let (from, to, step) = (u32::from(from), u32::from(to), step.saturating_sub(1));
                ((from * (FADE_STEPS - step) + to * step) / FADE_STEPS) as u8
            };
            fresh.fg(Color::Rgb(mix(r1, r2), mix(g1, g2), mix(b1, b2)))
        } else {
            // Without shades: bright, then plain colour, then text.
            let bright = FADE / 3;
            fades_in(if age < bright { bright } else { FADE }.saturating_sub(age));
            if age < bright {
                fresh.add_modifier(Modifier::BOLD)
            } else {
                fresh.remove_modifier(Modifier::BOLD)
            }
        }
    }

    /// `14:03:20.114` in the user's time zone.
    pub(super) fn time(&self, moment: Moment) -> String {
        self.stamp(moment, "%H:%M:%S%.3f")
    }

    /// `14:03:20` in the user's time zone.
    pub(super) fn second(&self, moment: Moment) -> String {
        self.stamp(moment, "%H:%M:%S")
    }

    /// `2026-11-20` in the user's time zone.
    pub(super) fn day(&self, moment: Moment) -> String {
        self.stamp(moment, "%Y-%m-%d")
    }

    /// `20 14:03` in the user's time zone: the day of the month and the time.
    pub(super) fn day_and_minute(&self, moment: Moment) -> String {
        self.stamp(moment, "%d %H:%M")
    }

    /// `2026-11-20 14:03:20` in the user's time zone.
    pub(super) fn date(&self, moment: Moment) -> String {
        self.stamp(moment, "%Y-%m-%d %H:%M:%S")
    }

    /// A moment in the user's time zone, in the format of `strftime`.
    pub(super) fn stamp(&self, moment: Moment, format: &str) -> String {
        match Timestamp::from_millisecond(moment.wall_ms) {
            Ok(stamp) => stamp.to_zoned(self.appearance.zone.clone()).strftime(format).to_string(),
            Err(_) => self.glyphs().dash.to_owned(),
        }
    }

    /// Writes `text` from the left of a cell of `columns`, cut with an ellipsis; returns the columns used. Whatever is written passes
    /// the sanitiser here once more.
    pub(super) fn put(
        &self,
        buffer: &mut Buffer,
        x: u16,
        y: u16,
        columns: u16,
        text: &str,
        style: Style,
    ) -> u16 {
        // A pane without a row of its own has nothing to show.
        if columns == 0 || y >= buffer.area.bottom() {
            return 0;
        }
        let (text, _) = fit(text, usize::from(columns), self.payload_style());
        buffer.set_stringn(x, y, &text, usize::from(columns), style).0 - x
    }

    /// Like [`Ink::put`], from the right.
    pub(super) fn put_right(
        &self,
        buffer: &mut Buffer,
        x: u16,
        y: u16,
        columns: u16,
        text: &str,
        style: Style,
    ) {
        if columns == 0 || y >= buffer.area.bottom() {
            return;
        }
        let (text, _) = fit(text, usize::from(columns), self.payload_style());
        let used = width(&text) as u16;
        buffer.set_stringn(x + columns.saturating_sub(used), y, &text, usize::from(columns), style);
    }

    /// The beginning of `text` in `columns`.
    pub(super) fn head(&self, text: &str, columns: usize) -> String {
        fit(text, columns, self.payload_style()).0.into_owned()
    }

    /// The end of `text` in `columns`: for topics, whose end tells them apart.
    pub(super) fn tail<'t>(&self, text: &'t str, columns: usize) -> Cow<'t, str> {
        fit_left(text, columns, self.payload_style()).0
    }

    /// `text` made safe and broken between words into at most `rows` lines of `columns`; what does not fit ends with an ellipsis.
    pub(super) fn wrapped(&self, text: &str, columns: u16, rows: usize) -> Vec<String> {
        // Cut where it is drawn.
        wrap(&self.clean(text), usize::from(columns), rows)
    }

    /// Like [`Ink::wrapped`]; words that are wider than a line go on in the next.
    pub(super) fn wrapped_whole(&self, text: &str, columns: u16, rows: usize) -> Vec<String> {
        wrap(&chop(&self.clean(text), usize::from(columns)), usize::from(columns), rows)
    }

    /// Marks a row as selected; `focused` when its pane has the keys.
    pub(super) fn select(&self, buffer: &mut Buffer, area: Rect, focused: bool) {
        let style = self.style(if focused { Role::Selection } else { Role::SelectionIdle });
        if style.add_modifier.contains(Modifier::REVERSED) {
            // Reversed, each role's colour would become a background of its own.
            buffer.set_style(area, Style::new().fg(Color::Reset).remove_modifier(Modifier::DIM));
        }
        buffer.set_style(area, style);
        if focused {
            self.put(buffer, area.x, area.y, 1, self.glyphs().cursor, self.style(Role::Accent));
        }
    }

    /// Messages per second at or below a topic: a dash for none, a mark where it is not known.
    pub(super) fn rate_of(&self, store: &Store, node: TopicId) -> String {
        if store.knows_rate(node) {
            self.rate(f64::from(store.rate(node, self.shown.mono_us)))
        } else {
            self.glyphs().unknown.to_owned()
        }
    }

    /// Messages per second, a dash for none.
    pub(super) fn rate(&self, per_second: f64) -> String {
        self.dashed(format::rate(per_second))
    }

    /// Bytes per second, a dash for none.
    pub(super) fn byte_rate(&self, per_second: f64) -> String {
        self.dashed(format::byte_rate(per_second))
    }

    fn dashed(&self, text: String) -> String {
        if text == format::NO_RATE { self.glyphs().dash.to_owned() } else { text }
    }
}

/// One row of an area.
pub(super) fn row_of(area: Rect, row: usize) -> Rect {
    Rect { y: area.y + row as u16, height: 1, ..area }
}
