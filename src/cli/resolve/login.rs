//! Who logs in, and with what. A password goes only where it was meant to go: one that belongs to another user is left at home.

use super::Sources;
use super::place::{self, Place};
use super::trace::Trace;
use crate::cli::args::TargetArgs;
use crate::cli::environment::Environment;
use crate::config::{Chosen, PasswordSource, Profile, Source};
use crate::model::Secret;

/// A password that was typed, or the place to get it from.
#[derive(Clone)]
enum Login {
    Typed(Secret),
    From(PasswordSource),
}

/// Settles user name and password.
pub(super) fn settle(
    profile: &mut Profile,
    flags: &TargetArgs,
    sources: Sources<'_>,
    place: &Place,
    trace: &mut Trace<'_>,
    notices: &mut Vec<String>,
) -> Result<(), String> {
    let environment = sources.environment;
    let is_meant = place::is_meant_by_environment(&profile.target.host, sources);
    let own_user = profile.target.user.clone();
    let in_address = |value: &Option<String>| {
        value.clone().map(|value| Chosen { value: Some(value), from: place.from.clone() })
    };
    let from_environment = environment.chosen("MQTT_TUI_USER", |text| Ok(Some(text.to_owned())))?;
    let exported = passwords_exported(environment)?;
    if !is_meant && (from_environment.is_some() || exported.is_some()) {
        notices.push("user and password of the environment belong to MQTT_TUI_HOST and are not sent".into());
    }
    let (from_environment, exported) = (from_environment.filter(|_| is_meant), exported.filter(|_| is_meant));
    let users = [
        Chosen::flag("--user", flags.login.user.clone().map(Some)),
        in_address(&place.address.user),
        from_environment.clone(),
    ];
    trace.settle(("user", "user"), &mut profile.target.user, users, None, |user| {
        user.clone().unwrap_or_else(|| "(none)".into())
    });
    let user = profile.target.user.as_deref();

    let own = Chosen::file(Login::From(profile.password.clone()), own_place(profile, trace));
    let own = own.filter(|_| {
        let meant = own_user.as_deref() == user || own_user.is_none();
        if !meant {
            notices.push(format!(
                "the password of the profile '{}' belongs to another user and is not sent",
                profile.name
            ));
        }
        meant
    });
    let exported = exported.filter(|_| {
        let meant = from_environment.as_ref().is_none_or(|owner| owner.value.as_deref() == user);
        if !meant {
            notices.push("the password in the environment belongs to MQTT_TUI_USER and is not sent".into());
        }
        meant
    });
    let typed = place
        .address
        .password
        .clone()
        .map(|password| Chosen { value: Login::Typed(password), from: place.from.clone() });
    let chosen =
        Chosen::first([password_flag(flags), typed, exported, own], Login::From(PasswordSource::None));
    if own_place(profile, trace).is_some()
        && let Source::Variable(name) = chosen.from
    {
        notices.push(format!("the password comes from {name}, not from the profile '{}'", profile.name));
    }
    if chosen.from == Source::Flag("--password") {
        notices.push(
            "other users of this machine can see -P: use --password-file, MQTT_TUI_PASSWORD or a profile"
                .into(),
        );
    }
    trace.note("password", words(&chosen.value), chosen.from);
    (profile.target.password, profile.password) = match chosen.value {
        Login::Typed(password) => (Some(password), PasswordSource::None),
        Login::From(source) => (None, source),
    };
    Ok(())
}

/// Where the profile names its password: in a key of its own, or in the URL.
fn own_place(profile: &Profile, trace: &Trace<'_>) -> Option<Source> {
    if profile.password == PasswordSource::None {
        return None;
    }
    // A profile of the copy beside a broken file is known without its lines.
    let place = trace.in_profile("password").or_else(|| trace.in_profile("url"));
    Some(place.unwrap_or(Source::Default))
}

fn password_flag(flags: &TargetArgs) -> Option<Chosen<Login>> {
    let login = &flags.login;
    let file = login.password_file.clone().map(PasswordSource::File);
    let command = login.password_command.clone().map(PasswordSource::Command);
    Chosen::flag("--password", login.password.clone().map(Login::Typed))
        .or_else(|| Chosen::flag("--password-file", file.map(Login::From)))
        .or_else(|| Chosen::flag("--password-command", command.map(Login::From)))
}

/// The variable is named, not read: it is looked at when the session begins, and may be saved by its name.
fn passwords_exported(environment: &Environment) -> Result<Option<Chosen<Login>>, String> {
    let from = |source| Ok(Login::From(source));
    let word = environment
        .chosen("MQTT_TUI_PASSWORD", |_| from(PasswordSource::Environment("MQTT_TUI_PASSWORD".into())))?;
    let file =
        environment.chosen("MQTT_TUI_PASSWORD_FILE", |path| from(PasswordSource::File(path.into())))?;
    Ok(word.or(file))
}

/// Where the password comes from, never the password.
fn words(login: &Login) -> String {
    match login {
        Login::Typed(_) | Login::From(PasswordSource::Saved(_)) => "***".into(),
        Login::From(PasswordSource::None) => "(none)".into(),
        Login::From(PasswordSource::Prompt) => "asked for".into(),
        Login::From(PasswordSource::Environment(name)) => format!("the variable {name}"),
        Login::From(PasswordSource::File(path)) => format!("the file {}", path.display()),
        Login::From(PasswordSource::Command(_)) => "the output of a command".into(),
        Login::From(PasswordSource::Keyring) => "the keyring".into(),
    }
}
