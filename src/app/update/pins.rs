//! Pinning and muting topics and branches; both are kept in the profile when it is a saved one.

use super::keeping;
use crate::app::pins::{MOST_PATHS, is_at_or_below};
use crate::app::{App, Command, Effect};
use crate::config::Profile;
use crate::model::{Moment, Severity};

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    let path = if command == Command::TogglePin {
        app.connection().pin_in_hand()
    } else {
        app.connection().selected_path().map(str::to_owned)
    };
    let Some(path) = path else { return Vec::new() };
    let profile = &mut app.connection_mut().profile;
    let list = if command == Command::TogglePin { &mut profile.pins } else { &mut profile.quiet };
    if let Some(at) = list.iter().position(|known| *known == path) {
        list.remove(at);
        return keep(app, now);
    }
    let above = list.iter().find(|branch| is_at_or_below(&path, branch));
    let refusal = match above.filter(|_| command == Command::ToggleMute) {
        Some(branch) => Some(format!("{branch} is muted with all below it: unmute it there")),
        None if list.len() >= MOST_PATHS => Some(format!("at most {MOST_PATHS} are pinned or muted at once")),
        None => None,
    };
    if let Some(refusal) = refusal {
        app.notices.push_here(now, Severity::Warning, refusal);
        return Vec::new();
    }
    list.push(path);
    keep(app, now)
}

/// Keeps what changed in saved filters, pins and what is muted; where that lasts for this run only, it is said.
pub(super) fn keep(app: &mut App, now: Moment) -> Vec<Effect> {
    let effects = write(app);
    if effects.is_empty() {
        let text = "for this run: the connection is not saved (E saves it)";
        app.notices.push(now, Severity::Info, text);
    }
    effects
}

/// Has what changed in saved filters, pins, what is muted and the browse set count wherever this profile is open, and writes it into the
/// profile when that is a saved one. All of it, whatever changed: an earlier change may not have come back from the file yet.
pub(super) fn write(app: &mut App) -> Vec<Effect> {
    let own = app.connection().profile.clone();
    let adopt = |profile: &mut Profile| {
        profile.saved_filters.clone_from(&own.saved_filters);
        profile.pins.clone_from(&own.pins);
        profile.quiet.clone_from(&own.quiet);
        profile.browsed.clone_from(&own.browsed);
    };
    for connection in app.connections.iter_mut().filter(|open| open.profile.name == own.name) {
        adopt(&mut connection.profile);
        connection.browse.adopt(&own.browsed);
    }
    keeping::change(app, adopt)
}
