//! Changes of a saved profile. The file is written after the frame, and what is known of it comes back later still: a change that is made
//! meanwhile begins with what is being written, so that no change undoes another.

use crate::app::{App, Effect, SaveId};
use crate::config::Profile;

impl App {
    /// Notes that a profile is being written. Of each profile the latest counts: it has what came before.
    pub(super) fn note_saving(&mut self, id: SaveId, profile: &Profile) {
        self.being_saved.retain(|(_, other)| other.name != profile.name);
        self.being_saved.push((id, profile.clone()));
    }

    /// A profile was written, or was not.
    pub(super) fn note_saved(&mut self, id: Option<SaveId>) {
        self.being_saved.retain(|(other, _)| Some(*other) != id);
    }
}

/// Has the profile of the connection in front written with a change, when it is a saved one.
pub(super) fn change(app: &mut App, change: impl FnOnce(&mut Profile)) -> Vec<Effect> {
    let Some(saved) = app.saved_profile() else { return Vec::new() };
    let being_saved = app.being_saved.iter().map(|(_, profile)| profile);
    let mut profile = being_saved.rev().find(|other| other.name == saved.name).unwrap_or(saved).clone();
    change(&mut profile);
    let id = app.next_save();
    app.note_saving(id, &profile);
    let name = profile.name.clone();
    vec![Effect::SaveProfile(Box::new(profile), Some(name), id)]
}
