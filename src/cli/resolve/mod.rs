//! From flags, environment, profiles and settings to the one profile to connect with. Pure: what they say is handed in, and each
//! value keeps where it came from, for `config check`.

mod login;
mod look;
mod place;
mod rules;
#[cfg(test)]
mod tests;
mod trace;
mod values;

use super::args::TargetArgs;
use super::environment::Environment;
use crate::config::{Profile, ProfileBook, SettingsFile};
use crate::model::TopicFilter;

pub(super) use look::{LookChoice, look};
pub(super) use trace::Effective;

/// What the command line says.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) target: Option<&'a str>,
    pub(super) filters: &'a [TopicFilter],
    pub(super) flags: &'a TargetArgs,
}

/// Whatever else has a say.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) environment: &'a Environment,
    pub(super) book: &'a ProfileBook,
    pub(super) settings: &'a SettingsFile,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Resolved {
    /// A saved profile with what was said beside it, or one made for the occasion, named after the address. The client id is empty
    /// when nobody named one.
    pub(super) profile: Profile,
    /// Whether the profile is a saved one.
    pub(super) saved: bool,
    /// Sentences that the user should read.
    pub(super) notices: Vec<String>,
    /// Each value with where it came from.
    pub(super) values: Vec<Effective>,
}

/// What of it is to be saved: what flags and target say, and the place, whoever named it. What else the environment and the settings
/// say holds here and today; they have their say again whenever the profile is used.
pub(super) fn resolve_to_save(request: Request<'_>, sources: Sources<'_>) -> Result<Resolved, String> {
    let environment = sources.environment.of_place();
    let settings = SettingsFile::default();
    resolve(request, Sources { environment: &environment, settings: &settings, ..sources })
        .map_err(|fault| format!("what is saved must stand without the environment and config.toml: {fault}"))
}

/// Finds out what is meant. The error says which flag, variable or file is wrong and what may stand there; it holds no secret.
pub(super) fn resolve(request: Request<'_>, sources: Sources<'_>) -> Result<Resolved, String> {
    let place = place::find(request, sources)?;
    rules::before(request.flags, &place)?;
    let mut trace = trace::Trace::new(sources.book, place.base.as_ref().map(|base| base.name.clone()));
    let mut notices = place.notices.clone();
    let mut profile = place.profile(&request, &sources, &mut trace, &mut notices)?;
    values::tls(&mut profile, request.flags, sources.environment, &mut trace)?;
    values::way(&mut profile, request.flags, sources, &mut trace)?;
    login::settle(&mut profile, request.flags, sources, &place, &mut trace, &mut notices)?;
    values::session(&mut profile, request.flags, sources, &mut trace)?;
    values::will(&mut profile, request.flags, &mut trace);
    values::subscriptions(&mut profile, &request, &place, sources, &mut trace);
    values::safety(&mut profile, request.flags, &mut trace);
    rules::after(&profile, request.flags, sources.environment)?;
    if !trace.begins_with_profile() {
        profile.name = profile.target.address();
    }
    Ok(Resolved { profile, saved: trace.begins_with_profile(), notices, values: trace.values })
}
