//! The command line: its definition, and one file per subcommand. The definition feeds `--help`, and later the man page and
//! the completions.

mod args;
mod broker;
mod broker_options;
mod config;
mod connect;
mod demo;
mod doctor;
mod environment;
mod explore;
mod import;
mod keys;
mod known;
mod output;
mod password;
mod profile;
mod publish;
mod resolve;
pub mod scene;
mod screenshots;
mod similar;
mod themes;

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand};

use self::args::{ConnectArgs, LookArgs};

/// Exit code for a wrong command line.
const USAGE: u8 = 2;

/// A terminal explorer for MQTT: browse the live topic tree and $SYS, read messages, publish tests.
#[derive(Debug, Parser)]
#[command(name = "mqtt-tui", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Explore a broker: topic tree, messages, history, publish, $SYS
    Connect(Box<ConnectArgs>),
    /// Explore a simulated fleet on a bundled broker: no network, no set-up
    Demo(DemoArgs),
    /// Publish one message, and say by the exit code what became of it
    Pub(Box<args::PubArgs>),
    /// Go the way to a broker step by step, and say of each step how it went and what to do
    Doctor(Box<doctor::DoctorArgs>),
    /// Run the bundled test broker in the foreground
    Broker(BrokerArgs),
    /// The saved connections: list, show, add, remove, import
    #[command(subcommand)]
    Profile(profile::ProfileCommand),
    /// The settings: where they are, what is in effect and why
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// List every command with its keys
    Keys(KeysArgs),
    /// List the themes
    Themes,
    /// Run jq programs for another process of this program, which sends them to its standard input
    #[command(hide = true, name = crate::runtime::jq::SUBCOMMAND)]
    JqWorker,
    /// Draw the README's pictures from the demo at a fixed moment
    #[command(hide = true)]
    Screenshots(ScreenshotsArgs),
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Seed of the simulation: the same seed gives the same fleet
    #[arg(long, default_value_t = crate::broker::fleet::DEMO_SEED)]
    seed: u64,
    #[command(flatten)]
    look: LookArgs,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("encrypted").args(["tls_port", "wss_port"]).multiple(true))]
struct BrokerArgs {
    /// Port to listen on
    #[arg(short, long, default_value_t = 1883)]
    port: u16,
    /// Port to listen on for TLS as well; 0 takes any free one, here and below
    #[arg(long, value_name = "PORT")]
    tls_port: Option<u16>,
    /// Port to listen on for WebSocket as well, on the path /mqtt
    #[arg(long, value_name = "PORT")]
    ws_port: Option<u16>,
    /// Port to listen on for WebSocket over TLS as well
    #[arg(long, value_name = "PORT")]
    wss_port: Option<u16>,
    /// Unix socket to listen on as well
    #[arg(long, value_name = "PATH")]
    unix: Option<PathBuf>,
    /// Address to listen on; anything but loopback lets others in
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Certificate to show, with what leads to its authority, PEM [default: one made for this run]
    #[arg(long, value_name = "FILE", requires_all = ["key", "encrypted"])]
    cert: Option<PathBuf>,
    /// Private key of that certificate, PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Folder to write what is made for this run to: ca.pem, server.pem, server.key, client.pem, client.key
    #[arg(long, value_name = "FOLDER", conflicts_with = "cert", requires = "encrypted")]
    write_certs: Option<PathBuf>,
    /// Turn away TLS clients without a certificate
    #[arg(long, requires = "encrypted")]
    require_client_cert: bool,
    /// Authorities that sign the clients' certificates, PEM [default: the one made for this run]
    #[arg(long, value_name = "FILE", requires = "require_client_cert")]
    cafile: Option<PathBuf>,
    /// Let in nobody but the users of this file: a line with user:password for each
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Seconds between two publications of $SYS; 0 is off
    #[arg(long, default_value_t = 10)]
    sys_interval: u64,
    /// Add the simulated fleet
    #[arg(long)]
    demo: bool,
}

#[derive(Debug, Args)]
struct KeysArgs {
    /// As a Markdown table
    #[arg(long)]
    markdown: bool,
}

#[derive(Debug, Args)]
struct ScreenshotsArgs {
    /// Folder to write to
    #[arg(default_value = "screenshots")]
    folder: PathBuf,
}

/// Parses the command line, runs, and returns the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return report(error),
    };
    match cli.command {
        Some(Command::Connect(args)) if args.flags.asks_for_help() => print_help(&["connect"]),
        Some(Command::Connect(args)) => connect::run(&args),
        Some(Command::Pub(args)) if args.asks_for_help() => print_help(&["pub"]),
        Some(Command::Pub(args)) => publish::run(*args),
        Some(Command::Doctor(args)) if args.flags.asks_for_help() => print_help(&["doctor"]),
        Some(Command::Doctor(args)) => doctor::run(&args),
        Some(Command::Profile(command)) => profile::run(&command),
        Some(Command::Config(command)) => config::run(&command),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Broker(args)) => broker::run(&args),
        Some(Command::Keys(args)) => keys::run(&args),
        Some(Command::Themes) => themes::run(),
        Some(Command::JqWorker) => crate::runtime::jq::serve(),
        Some(Command::Screenshots(args)) => screenshots::run(&args),
        None => connect::connections(),
    }
}

/// Flags whose values are not quoted back: they may be secrets. After `-p` people write a password, which is `-P`.
const SECRET_FLAGS: &[&str] = &["--password", "--port", "--proxy", "--url", "--ws-header"];

/// Says what clap found. Help and version come here too, with exit code 0; faults quote the command line, so they are made safe.
fn report(mut error: clap::Error) -> ExitCode {
    if error.exit_code() == 0 {
        // Without standard output there is nobody to tell.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    // What is quoted whole is redacted whole: a password may hold blanks, quotes and ends of lines.
    for kind in [ContextKind::InvalidSubcommand, ContextKind::InvalidValue, ContextKind::InvalidArg] {
        if let Some(ContextValue::String(quoted)) = error.get(kind)
            && !quoted.starts_with('-')
        {
            let redacted = output::redacted_value(quoted, kind != ContextKind::InvalidValue);
            error.insert(kind, ContextValue::String(redacted));
        }
    }
    if let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg)
        && SECRET_FLAGS.iter().any(|secret| flag.starts_with(secret))
    {
        error.insert(ContextKind::InvalidValue, ContextValue::String("***".into()));
    }
    output::complain(&output::redacted(&error.render().to_string()));
    if error.kind() == ErrorKind::InvalidSubcommand {
        output::warn("to explore a broker: mqtt-tui connect TARGET");
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE))
}

/// Says on standard error what there is; exit code 2.
fn complain_with_help() -> ExitCode {
    output::complain(&Cli::command().render_help().to_string());
    ExitCode::from(USAGE)
}

/// Prints the help of the command reached by `path`.
fn print_help(path: &[&str]) -> ExitCode {
    let mut command = Cli::command();
    // The subcommands get their global flags and full names only now.
    command.build();
    for name in path {
        if let Some(next) = command.find_subcommand(name).cloned() {
            command = next;
        }
    }
    output::print(&command.render_help().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
