//! `mqtt-tui profile import`: connections of other programs become profiles; what could not be taken over is said.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output;
use super::profile::FAILED;
use crate::config::{Consent, ImportKind, Imported, Kept, ProfileBook, import};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Settings of MQTT Explorer, an export of MQTTX, a configuration of mqtt-spy, or an options file of mosquitto
    file: PathBuf,
    /// Which program it is of: mqtt-explorer, mqttx, mqtt-spy or mosquitto [default: found out]
    #[arg(long, value_parser = parse_kind)]
    kind: Option<ImportKind>,
    /// Save the passwords too, in plain text; otherwise they are asked for
    #[arg(long)]
    with_passwords: bool,
    /// Group to list them under
    #[arg(long)]
    group: Option<String>,
    /// Replace profiles of the same names, instead of leaving them alone
    #[arg(long)]
    replace: bool,
}

fn parse_kind(text: &str) -> Result<ImportKind, String> {
    ImportKind::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = ImportKind::ALL.into_iter().map(ImportKind::name).collect();
        format!("use {}", names.join(", "))
    })
}

pub(super) fn run(args: &ImportArgs, book: &mut ProfileBook) -> ExitCode {
    let imported = match import(&args.file, args.kind, args.with_passwords) {
        Ok(imported) => imported,
        Err(fault) => return output::fail(FAILED, &fault.to_string()),
    };
    let Imported { kind, profiles, notes } = imported;
    for note in notes {
        output::warn(&note);
    }
    let found = profiles.len();
    let mut saved = 0;
    for mut profile in profiles {
        let name = profile.name.clone();
        let taken = book.find(&name).is_some();
        if taken && !args.replace {
            output::warn(&format!(
                "profile '{name}': there is one already, it is left alone (see --replace)"
            ));
            continue;
        }
        profile.group = args.group.clone().or(profile.group);
        let consent = Consent { password: args.with_passwords, insecure: false };
        let (profile, left_out) = profile.for_saving(consent);
        for sentence in left_out {
            output::warn(&format!("profile '{name}': {sentence}"));
        }
        match book.save(profile, taken.then_some(name.as_str())) {
            Ok(Kept::File(_)) => saved += 1,
            Ok(kept) => output::warn(&format!("profile '{name}': {kept}")),
            Err(fault) => output::warn(&format!("profile '{name}': {fault}")),
        }
    }
    let printed = output::print(&format!("{saved} of {found} connections of {} imported\n", kind.name()));
    if saved == found { printed } else { ExitCode::from(FAILED) }
}
