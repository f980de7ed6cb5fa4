//! `mqtt-tui profile`: the saved connections from the shell.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgAction, Args, Subcommand};
use serde_json::{Value, json};

use super::args::{PROFILE, TargetArgs, parse_filter};
use super::environment::Environment;
use super::import::{self, ImportArgs};
use super::known::Known;
use super::resolve::{self, Request, Resolved, Sources};
use super::{USAGE, output, print_help, similar};
use crate::config::{
    Consent, PasswordSource, Profile, ProfileBook, SettingsFile, check_colour, profile_text,
};
use crate::model::{Severity, TopicFilter, Transport};

/// Exit code when something is not there, or a file is broken.
pub(super) const FAILED: u8 = 1;

#[derive(Debug, Subcommand)]
pub(super) enum ProfileCommand {
    /// List the saved connections
    List(ListArgs),
    /// Print a profile as it stands in the file, secrets as ***
    Show {
        /// Name of the profile
        name: String,
    },
    /// Save a connection under a name
    Add(Box<AddArgs>),
    /// Remove a profile
    Remove {
        /// Name of the profile
        name: String,
    },
    /// Take over the connections of MQTT Explorer, MQTTX, mqtt-spy or mosquitto
    Import(ImportArgs),
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// `profile add`: flags as of `connect`. Neither the environment nor the settings have a say in what is saved.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(super) struct AddArgs {
    /// Name of the profile; `connect NAME` uses it
    // -h alone is a call for help.
    #[arg(required_unless_present = "host")]
    name: Option<String>,
    /// What `connect` takes; the name of a profile starts from a copy, its own name changes it
    target: Option<String>,
    /// Filters to subscribe to [default: #]
    #[arg(value_parser = parse_filter)]
    filters: Vec<TopicFilter>,
    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
    #[command(flatten)]
    flags: TargetArgs,
    /// Group to list it under
    #[arg(long, help_heading = PROFILE)]
    group: Option<String>,
    /// Colour of its tab: a name such as `green`, or #rrggbb
    #[arg(long, help_heading = PROFILE)]
    colour: Option<String>,
    /// What is to be remembered about it
    #[arg(long, value_name = "TEXT", help_heading = PROFILE)]
    notes: Option<String>,
    /// A public broker: the wide subscription is given back when nobody looks
    #[arg(long, help_heading = PROFILE)]
    public: bool,
}

pub(super) fn run(command: &ProfileCommand) -> ExitCode {
    if let ProfileCommand::Add(args) = command
        && args.flags.asks_for_help()
    {
        return print_help(&["profile", "add"]);
    }
    let mut known = match Known::load() {
        Ok(known) => known,
        Err(fault) => return output::fail(USAGE, &fault),
    };
    let broken = known.book.faults().len();
    for fault in known.book.faults().iter().chain(known.book.warnings()) {
        output::warn(&fault.to_string());
    }
    known.book.notices().iter().for_each(|notice| output::warn(notice));
    let code = match command {
        ProfileCommand::List(args) => output::print(&if args.json {
            json_list(known.book.profiles())
        } else {
            table(known.book.profiles())
        }),
        ProfileCommand::Show { name } => match known.book.find(name) {
            Some(profile) => output::print(&output::clean(&profile_text(profile, true))),
            None => output::fail(FAILED, &missing(&known.book, name)),
        },
        ProfileCommand::Add(args) => add(args, &mut known.book),
        ProfileCommand::Import(args) => import::run(args, &mut known.book),
        ProfileCommand::Remove { name } => remove(name, &mut known.book),
    };
    if broken > 0 && code == ExitCode::SUCCESS { ExitCode::from(FAILED) } else { code }
}

fn missing(book: &ProfileBook, name: &str) -> String {
    let names = book.profiles().iter().map(|profile| profile.name.as_str());
    let hint = match similar::nearest(name, names) {
        Some(near) => format!("did you mean '{near}'?"),
        None => "`mqtt-tui profile list` lists them".to_owned(),
    };
    format!("there is no profile '{name}': {hint}")
}

fn add(args: &AddArgs, book: &mut ProfileBook) -> ExitCode {
    let Some(name) = &args.name else {
        return output::fail(USAGE, "which name is it to have? mqtt-tui profile add NAME -h HOST");
    };
    let request = Request { target: args.target.as_deref(), filters: &args.filters, flags: &args.flags };
    let (environment, settings) = (Environment::default(), SettingsFile::default());
    let sources = Sources { environment: &environment, book, settings: &settings };
    let saved = resolve::resolve(request, sources).and_then(|mut resolved| {
        if let Some(colour) = &args.colour {
            check_colour(colour).map_err(|fault| format!("--colour: {fault}"))?;
            resolved.profile.colour = Some(colour.clone());
        }
        let profile = &mut resolved.profile;
        profile.group = args.group.clone().or(profile.group.take());
        profile.notes = args.notes.clone().or(profile.notes.take());
        profile.public |= args.public;
        resolved.notices.iter().for_each(|notice| output::warn(notice));
        save(book, &mut resolved, name, args.flags.save_password)
    });
    match saved {
        Ok(lines) => {
            let failed = lines.iter().any(|(severity, _)| *severity == Severity::Error);
            for (severity, line) in lines {
                if severity == Severity::Success {
                    output::print(&format!("{}\n", output::clean(&line)));
                } else {
                    output::warn(&line);
                }
            }
            ExitCode::from(if failed { FAILED } else { 0 })
        }
        Err(fault) => output::fail(USAGE, &fault),
    }
}

fn remove(name: &str, book: &mut ProfileBook) -> ExitCode {
    if book.find(name).is_none() {
        return output::fail(FAILED, &missing(book, name));
    }
    match book.remove(name) {
        Ok(crate::config::Kept::File(path)) => {
            output::print(&output::clean(&format!("removed '{name}' from {}\n", path.display())))
        }
        Ok(kept) => output::fail(FAILED, &format!("'{name}' is not removed: {kept}")),
        Err(fault) => output::fail(FAILED, &fault),
    }
}

/// Saves what was resolved under `name`, which it has from then on. A profile of that name is replaced only when it is the one
/// that everything began with. Returns what to tell the user.
pub(super) fn save(
    book: &mut ProfileBook,
    resolved: &mut Resolved,
    name: &str,
    with_password: bool,
) -> Result<Vec<(Severity, String)>, String> {
    let replacing = (resolved.saved && resolved.profile.name == name).then_some(name);
    if replacing.is_none() && book.find(name).is_some() {
        return Err(format!(
            "there is a profile '{name}' already: choose another name, or change that one with \
             `mqtt-tui profile add {name} {name}` and flags"
        ));
    }
    name.clone_into(&mut resolved.profile.name);
    let profile = &mut resolved.profile;
    rooted(profile)?;
    // `--insecure` is for the occasion: a profile that never verifies is written by hand, or confirmed on screen.
    let consent = Consent { password: with_password, insecure: false };
    let (to_save, mut left_out) = profile.clone().for_saving(consent);
    let kept = book.save(to_save, replacing)?;
    let severity = match kept {
        crate::config::Kept::File(_) => Severity::Success,
        crate::config::Kept::Copy { .. } | crate::config::Kept::Memory { .. } => Severity::Error,
    };
    let told = (severity, format!("profile '{name}': {kept}"));
    if profile.password == PasswordSource::Keyring && replacing.is_none() {
        left_out.push(format!("its password is looked for in the keyring under '{name}': keep one there"));
    }
    let left_out =
        left_out.into_iter().map(|sentence| (Severity::Warning, format!("profile '{name}': {sentence}")));
    Ok(std::iter::once(told).chain(left_out).collect())
}

/// Makes every path whole: in a file a relative one would mean another place.
pub(super) fn rooted(profile: &mut Profile) -> Result<(), String> {
    let root = |path: &Path| -> Result<PathBuf, String> {
        std::path::absolute(path).map_err(|fault| format!("{}: {fault}", path.display()))
    };
    let target = &mut profile.target;
    if target.transport == Transport::Unix {
        let path = root(Path::new(&target.host))?;
        target.host =
            path.into_os_string().into_string().map_err(|_| "the path of the socket is not UTF-8")?;
    }
    let files = [&mut target.tls.ca_file, &mut target.tls.cert_file, &mut target.tls.key_file];
    for path in files.into_iter().flatten() {
        *path = root(path)?;
    }
    if let PasswordSource::File(path) = &mut profile.password {
        *path = root(path)?;
    }
    Ok(())
}

/// Group, name, address, user and safety, in columns.
fn table(profiles: &[Profile]) -> String {
    if profiles.is_empty() {
        return "no profiles yet: mqtt-tui profile add NAME TARGET\n".to_owned();
    }
    let mut rows = vec![["NAME", "GROUP", "ADDRESS", "USER", "SAFETY"].map(str::to_owned)];
    rows.extend(profiles.iter().map(|profile| {
        let target = &profile.target;
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let safety = profile.safety.name().to_owned();
        [profile.name.clone(), or_dash(&profile.group), target.url(), or_dash(&target.user), safety]
    }));
    output::columns(&rows)
}

/// The same and a little more, for programs. No secrets.
fn json_list(profiles: &[Profile]) -> String {
    let list: Vec<Value> = profiles
        .iter()
        .map(|profile| {
            let target = &profile.target;
            let filters: Vec<&str> = target.filters.iter().map(|wanted| wanted.filter.as_str()).collect();
            json!({
                "name": profile.name,
                "group": profile.group,
                "url": target.url(),
                "user": target.user,
                "client_id": Some(&target.client_id).filter(|id| !id.is_empty()),
                "filters": filters,
                "safety": profile.safety.name(),
                "public": profile.public,
                "colour": profile.colour,
                "notes": profile.notes,
            })
        })
        .collect();
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(text, "{:#}", Value::Array(list));
    text
}
