//! What to publish, and the way to the broker: `mqtt-tui pub`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, ArgGroup, Args};

use super::values::parse_topic;
use super::{LoginArgs, SessionArgs, SubscriptionArgs, TargetArgs, TlsArgs, WayArgs, WillArgs};

/// What stands at the end of the help.
const MEANING: &str = "\
The exit code is 0 when the message was sent (QoS 0) or acknowledged with success (QoS 1 and 2), 1 when it was not, 2 when the \
command line is wrong, 4 when a password would have to be asked for and there is no terminal, and the code of CONNACK when the \
broker refuses it.
The client id is a random one unless -i says otherwise; there is no last will. Environment and profiles are those of \
'mqtt-tui connect'.";

/// A message and the way to its broker.
#[derive(Debug, Args)]
#[command(disable_help_flag = true, after_help = MEANING)]
#[command(group = ArgGroup::new("source").args(["message", "file", "stdin", "null"]))]
pub(in crate::cli) struct PubArgs {
    /// A profile, `host[:port]`, or a URL, as for connect [default: localhost]
    pub(in crate::cli) target: Option<String>,
    /// Topic to publish to
    #[arg(short, long, value_parser = parse_topic, allow_hyphen_values = true)]
    pub(in crate::cli) topic: Option<String>,
    /// Payload as it stands here
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(in crate::cli) message: Option<OsString>,
    /// Payload from a file, byte for byte
    #[arg(short, long)]
    pub(in crate::cli) file: Option<PathBuf>,
    /// Payload from standard input, all of it, byte for byte
    #[arg(short, long = "stdin-file")]
    pub(in crate::cli) stdin: bool,
    /// An empty payload; with -r it deletes the retained message
    #[arg(short, long = "null-message")]
    pub(in crate::cli) null: bool,
    /// QoS, 0 to 2
    #[arg(short, long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub(in crate::cli) qos: u8,
    /// Have the broker keep it
    #[arg(short, long)]
    pub(in crate::cli) retain: bool,
    /// Publish although the profile asks before anything changes at the broker
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
    #[command(flatten)]
    pub(in crate::cli) properties: PropertyArgs,
    #[command(flatten)]
    way: WayArgs,
    #[command(flatten)]
    tls: TlsArgs,
    #[command(flatten)]
    login: LoginArgs,
    #[command(flatten)]
    session: SessionArgs,
}

/// Properties of the message, by their names in the specification (MQTT 5.0, 2.2.2.2).
#[derive(Debug, Args)]
#[command(next_help_heading = "Properties (MQTT 5)")]
pub(in crate::cli) struct PropertyArgs {
    /// 1 says that the payload is UTF-8 text
    #[arg(long, value_name = "0|1", value_parser = clap::value_parser!(u8).range(0..=1))]
    pub(in crate::cli) payload_format_indicator: Option<u8>,
    /// Seconds after which brokers drop the message
    #[arg(long, value_name = "SECONDS")]
    pub(in crate::cli) message_expiry_interval: Option<u32>,
    /// What the payload is, by convention a MIME type
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(in crate::cli) content_type: Option<String>,
    /// Where an answer is wanted
    #[arg(long, value_name = "TOPIC", value_parser = parse_topic, allow_hyphen_values = true)]
    pub(in crate::cli) response_topic: Option<String>,
    /// Ties an answer to its request
    #[arg(long, value_name = "DATA", allow_hyphen_values = true)]
    pub(in crate::cli) correlation_data: Option<OsString>,
    /// A user property; may be given more than once
    #[arg(long, num_args = 2, value_names = ["NAME", "VALUE"], allow_hyphen_values = true)]
    pub(in crate::cli) user_property: Vec<String>,
}

impl PubArgs {
    /// The way to the broker as other commands have it.
    pub(in crate::cli) fn into_parts(self) -> (Message, TargetArgs) {
        let Self { target, topic, message: text, file, stdin, null, qos, retain, yes, properties, .. } = self;
        let flags = TargetArgs {
            way: self.way,
            tls: self.tls,
            login: self.login,
            session: self.session,
            will: WillArgs::default(),
            subscriptions: SubscriptionArgs::default(),
            safety: None,
            save_password: false,
        };
        (Message { target, topic, text, file, stdin, null, qos, retain, yes, properties }, flags)
    }

    /// Whether `-h` stands there without a host, which asks for help.
    pub(in crate::cli) fn asks_for_help(&self) -> bool {
        self.way.host.as_deref() == Some("")
    }
}

/// What to publish, and where.
pub(in crate::cli) struct Message {
    pub(in crate::cli) target: Option<String>,
    pub(in crate::cli) topic: Option<String>,
    /// The payload as it stood there.
    pub(in crate::cli) text: Option<OsString>,
    pub(in crate::cli) file: Option<PathBuf>,
    pub(in crate::cli) stdin: bool,
    pub(in crate::cli) null: bool,
    pub(in crate::cli) qos: u8,
    pub(in crate::cli) retain: bool,
    pub(in crate::cli) yes: bool,
    pub(in crate::cli) properties: PropertyArgs,
}
