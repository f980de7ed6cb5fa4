//! Two lines under the header while the link has trouble: what happened and when it is tried again; what to do.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Cache;
use super::ink::Ink;
use crate::app::{self, App};
use crate::config::Role;
use crate::model::LinkState;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let Some(link) = app::banner(app) else { return };
    let (first, second) = match link {
        LinkState::Waiting { attempt, trouble, .. } => {
            let left = link.retry_in(ink.now).unwrap_or_default();
            cache.wake_in(ink.now, left.min(Duration::from_millis(u64::from(left.subsec_millis()) + 1)));
            let seconds = left.as_millis().div_ceil(1000);
            (
                trouble.cause.clone(),
                format!(
                    "Attempt {attempt} in {seconds} s, x tries now {} {}",
                    ink.glyphs().dot,
                    trouble.remedy
                ),
            )
        }
        LinkState::Connecting { attempt, step } => (format!("Attempt {attempt}: {step}"), String::new()),
        LinkState::Stopped { trouble: Some(trouble) } => {
            (trouble.cause.clone(), format!("{} Press x to try again.", trouble.remedy))
        }
        LinkState::Stopped { trouble: None } => {
            ("Disconnected.".to_owned(), "Press x to connect again.".to_owned())
        }
        LinkState::Idle | LinkState::Connected { .. } => return,
    };
    let width = area.width.saturating_sub(2);
    ink.put(buffer, area.x + 1, area.y, width, &ink.clean(&first), ink.style(Role::Error));
    ink.put(buffer, area.x + 1, area.y + 1, width, &ink.clean(&second), ink.style(Role::Text));
}
