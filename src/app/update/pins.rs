//! Pinning and muting topics and branches; both are kept in the profile when it is a saved one.

use crate::app::pins::{MOST_PATHS, is_at_or_below};
use crate::app::{App, Command, Effect};
use crate::model::{Moment, Severity};

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    let Some(path) = app.connection().selected_path().map(str::to_owned) else { return Vec::new() };
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

/// Has what changed in saved filters, pins and what is muted count wherever this profile is open, and writes it into the profile when that
/// is a saved one.
pub(super) fn keep(app: &mut App, now: Moment) -> Vec<Effect> {
    let own = &app.connection().profile;
    let name = own.name.clone();
    let lists = (own.saved_filters.clone(), own.pins.clone(), own.quiet.clone());
    for connection in app.connections.iter_mut().filter(|open| open.profile.name == name) {
        let profile = &mut connection.profile;
        (profile.saved_filters, profile.pins, profile.quiet) = lists.clone();
    }
    let Some(mut profile) = app.saved_profile().cloned() else {
        let text = "for this run: the connection is not saved (E saves it)";
        app.notices.push(now, Severity::Info, text);
        return Vec::new();
    };
    (profile.saved_filters, profile.pins, profile.quiet) = lists;
    vec![Effect::SaveProfile(Box::new(profile), Some(name), app.next_save())]
}
