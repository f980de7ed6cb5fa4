//! `mqtt-tui config`: where the settings are, what is in effect, and why.

use std::process::ExitCode;

use clap::Subcommand;

use super::args::ConnectArgs;
use super::known::Known;
use super::resolve::{self, Effective};
use super::{USAGE, output, print_help};
use crate::config::{CONFIG_DIR_VARIABLE, config_dir, config_dir_notice};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the folder of config.toml, profiles.toml and themes
    Path,
    /// Check the files, and say each value in effect for a target and where it came from
    Check(Box<ConnectArgs>),
}

pub(super) fn run(command: &ConfigCommand) -> ExitCode {
    match command {
        ConfigCommand::Path => path(),
        ConfigCommand::Check(args) if args.flags.asks_for_help() => print_help(&["config", "check"]),
        ConfigCommand::Check(args) => check(args),
    }
}

fn path() -> ExitCode {
    if let Some(notice) = config_dir_notice() {
        output::warn(&notice);
    }
    match config_dir() {
        Some(folder) => output::print(&output::clean(&format!("{}\n", folder.display()))),
        None => output::fail(1, &format!("there is no folder for it: set HOME or {CONFIG_DIR_VARIABLE}")),
    }
}

fn check(args: &ConnectArgs) -> ExitCode {
    let known = match Known::load() {
        Ok(known) => known,
        Err(fault) => return output::fail(USAGE, &fault),
    };
    let resolved = resolve::resolve(args.request(), known.sources());
    let look = resolve::look(&args.look, &known.environment, &known.settings);
    known.faults().for_each(|fault| output::warn(&fault.to_string()));
    known.warnings().for_each(|warning| output::warn(&format!("warning: {warning}")));
    let (resolved, look) = match (resolved, look) {
        (Ok(resolved), Ok(look)) => (resolved, look),
        (Err(fault), _) | (_, Err(fault)) => return output::fail(USAGE, &fault),
    };
    resolved.notices.iter().for_each(|notice| output::warn(&format!("warning: {notice}")));
    let values = resolved.values.into_iter().chain(look.values());
    let rows: Vec<[String; 3]> = values
        .map(|Effective { setting, value, from }| [setting.to_owned(), value, from.to_string()])
        .collect();
    let printed = output::print(&output::columns(&rows));
    if known.faults().next().is_some() { ExitCode::FAILURE } else { printed }
}
