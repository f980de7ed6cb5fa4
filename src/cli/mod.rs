//! The command line: its definition, and one file per subcommand. The definition feeds `--help`, and later the man page and
//! the completions.

mod broker;
mod broker_options;
mod connect;
mod demo;
mod explore;
mod keys;
mod output;
pub mod scene;
mod screenshots;
mod target;
mod themes;

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgAction, ArgGroup, Args, CommandFactory, Parser, Subcommand};

use crate::model::{Target, TopicFilter};
use crate::payload::sanitise::sanitise;
use crate::payload::width;

/// Exit code for a wrong command line.
const USAGE: u8 = 2;

/// A terminal explorer for MQTT: browse the live topic tree and $SYS, read messages, publish tests.
#[derive(Debug, Parser)]
#[command(name = "mqtt-tui", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Explore a broker: topic tree, messages, history, publish, $SYS
    #[command(disable_help_flag = true)]
    Connect(ConnectArgs),
    /// Explore a simulated fleet on a bundled broker: no network, no set-up
    Demo(DemoArgs),
    /// Run the bundled test broker in the foreground
    Broker(BrokerArgs),
    /// List every command with its keys
    Keys(KeysArgs),
    /// List the themes
    Themes,
    /// Draw the README's pictures from the demo at a fixed moment
    #[command(hide = true)]
    Screenshots(ScreenshotsArgs),
}

#[derive(Debug, Args)]
struct ConnectArgs {
    /// `host`, `host:port`, `[::1]:1883` or `mqtt://user@host:port`
    target: Option<String>,
    /// Filters to subscribe to [default: #]
    #[arg(value_parser = parse_filter)]
    filters: Vec<TopicFilter>,
    /// Host to connect to; alone, -h prints help
    #[arg(short = 'h', long, num_args = 0..=1, default_missing_value = "", conflicts_with = "target")]
    host: Option<String>,
    /// Port [default: 1883]
    #[arg(short, long, value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// A filter to subscribe to; may be given more than once
    #[arg(short = 't', long = "topic", value_name = "FILTER", value_parser = parse_filter)]
    topics: Vec<TopicFilter>,
    /// QoS of the subscriptions
    #[arg(short, long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    qos: u8,
    /// User name [env: `MQTT_TUI_USER`, unless the target names one]
    #[arg(short, long)]
    user: Option<String>,
    /// Password; other users of this machine can see it here, not so in [env: `MQTT_TUI_PASSWORD`]
    #[arg(short = 'P', long)]
    password: Option<String>,
    /// Client id [default: mqtt-tui- and 8 random hex digits]
    #[arg(short = 'i', long = "id")]
    client_id: Option<String>,
    /// Keep alive in seconds; 0 is off
    #[arg(short, long, default_value_t = Target::KEEP_ALIVE, value_parser = clap::value_parser!(u16))]
    keepalive: u16,
    /// Keep the session at the broker (needs -i)
    #[arg(short = 'c', long = "disable-clean-session", requires = "client_id")]
    keep_session: bool,
    /// Do not subscribe to $SYS/#
    #[arg(long)]
    no_sys: bool,
    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
    #[command(flatten)]
    look: LookArgs,
}

/// Flags of everything that opens the explorer.
#[derive(Debug, Args)]
struct LookArgs {
    /// Bytes of history to keep, such as 64M or 1G
    #[arg(long, default_value = "256M", value_parser = parse_memory)]
    memory: usize,
    /// Refuse everything that would change something at the broker
    #[arg(long)]
    read_only: bool,
    /// Theme to start with; see `mqtt-tui themes`
    #[arg(long)]
    theme: Option<String>,
    /// Colours: auto or never
    #[arg(long, default_value = "auto", value_parser = ["auto", "never"])]
    color: String,
    /// Draw frames and marks with ASCII only
    #[arg(long)]
    ascii: bool,
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
        Err(error) => return report(&error),
    };
    match cli.command {
        Some(Command::Connect(args)) if args.host.as_deref() == Some("") => print_help(Some("connect")),
        Some(Command::Connect(args)) => connect::run(&args),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Broker(args)) => broker::run(&args),
        Some(Command::Keys(args)) => keys::run(&args),
        Some(Command::Themes) => themes::run(),
        Some(Command::Screenshots(args)) => screenshots::run(&args),
        None => print_help(None),
    }
}

/// Says what clap found. Help and version come here too, with exit code 0; faults quote the command line, so they are made safe.
fn report(error: &clap::Error) -> ExitCode {
    if error.exit_code() == 0 {
        // Without standard output there is nobody to tell.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    output::complain(&output::redacted(&error.render().to_string()));
    if error.kind() == ErrorKind::InvalidSubcommand {
        output::warn("to explore a broker: mqtt-tui connect TARGET");
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE))
}

fn print_help(subcommand: Option<&str>) -> ExitCode {
    let mut command = Cli::command();
    // The subcommands get their global flags and full names only now.
    command.build();
    let help = match subcommand.and_then(|name| command.find_subcommand_mut(name)) {
        Some(found) => found.render_help(),
        None => command.render_help(),
    };
    output::print(&help.to_string())
}

/// A filter; when it is none, the reason with a caret under the place.
fn parse_filter(text: &str) -> Result<TopicFilter, String> {
    const CARET_UP_TO: usize = 100;
    TopicFilter::parse(text).map_err(|fault| match text.get(..fault.at) {
        Some(before) if !text.is_empty() && text.len() <= CARET_UP_TO => {
            let column = width(&sanitise(before));
            format!("{}\n\n  {}\n  {:column$}^", fault.reason, sanitise(text), "")
        }
        _ => fault.to_string(),
    })
}

/// Bytes as `64M`, `1G`, `512k`, `1048576`; powers of 1024.
fn parse_memory(text: &str) -> Result<usize, String> {
    const LEAST: usize = 1 << 20;
    let wrong = || format!("'{text}' is no amount of memory: use for example 64M, 1G (from 1M on)");
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_end_matches("ib").trim_end_matches('b');
    let (digits, unit) = match digits.char_indices().last() {
        Some((at, 'k')) => (&digits[..at], 1usize << 10),
        Some((at, 'm')) => (&digits[..at], 1 << 20),
        Some((at, 'g')) => (&digits[..at], 1 << 30),
        _ => (digits, 1),
    };
    let number: usize = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(unit).filter(|bytes| *bytes >= LEAST).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn memory_is_given_as_people_write_it() {
        assert_eq!(parse_memory("64M"), Ok(64 << 20));
        assert_eq!(parse_memory("1GiB"), Ok(1 << 30));
        assert_eq!(parse_memory("2048k"), Ok(2 << 20));
        assert_eq!(parse_memory("1048576"), Ok(1 << 20));
        for wrong in ["", "M", "lots", "-1M", "1T", "1023k", "99999999999G"] {
            assert!(parse_memory(wrong).is_err(), "{wrong}");
        }
    }
}
