//! `mqtt-tui config`: where the settings are, what is in effect, and why.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::args::ConnectArgs;
use super::known::Known;
use super::resolve::{self, Effective};
use super::{USAGE, output, print_help};
use crate::config::{
    CONFIG_DIR_VARIABLE, PROFILES_EXAMPLE, SETTINGS_EXAMPLE, config_dir, config_dir_notice, password_warning,
};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the folder of config.toml, profiles.toml and themes
    Path,
    /// Print both files with every key explained
    Example(ExampleArgs),
    /// Check the files, and say each value in effect for a target and where it came from
    Check(Box<ConnectArgs>),
}

#[derive(Debug, Args)]
pub(super) struct ExampleArgs {
    /// Which of the two: config or profiles [default: both]
    #[arg(value_parser = ["config", "profiles"], hide_possible_values = true)]
    file: Option<String>,
}

pub(super) fn run(command: &ConfigCommand) -> ExitCode {
    match command {
        ConfigCommand::Path => path(),
        ConfigCommand::Example(args) => example(args.file.as_deref()),
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

fn example(file: Option<&str>) -> ExitCode {
    match file {
        Some("config") => output::print(SETTINGS_EXAMPLE),
        Some(_) => output::print(PROFILES_EXAMPLE),
        None => {
            let rule = |name: &str| format!("# ---- {name} ----\n");
            let (config, profiles) = (rule("config.toml"), rule("profiles.toml"));
            output::print(&format!("{config}{SETTINGS_EXAMPLE}\n{profiles}{PROFILES_EXAMPLE}"))
        }
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
    let unsafe_file = password_warning(&resolved.profile.password);
    let notices = resolved.notices.iter().chain(&unsafe_file);
    notices.for_each(|notice| output::warn(&format!("warning: {notice}")));
    let values = resolved.values.into_iter().chain(look.values());
    let rows: Vec<[String; 3]> = values
        .map(|Effective { setting, value, from }| [setting.to_owned(), value, from.to_string()])
        .collect();
    let printed = output::print(&output::columns(&rows));
    if known.faults().next().is_some() { ExitCode::FAILURE } else { printed }
}
