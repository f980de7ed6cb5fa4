//! The flags of everything that leads to a broker, in groups as `--help` shows them. Names and meanings are those of
//! `mosquitto_sub` where it has them. `resolve` turns them into a profile.

mod login;
mod look;
mod publication;
mod session;
mod subscriptions;
mod tls;
mod values;
mod way;
mod will;

use clap::{ArgAction, Args};

pub(super) use login::LoginArgs;
pub(super) use look::LookArgs;
pub(super) use publication::{Message, PropertyArgs, PubArgs};
pub(super) use session::SessionArgs;
pub(super) use subscriptions::SubscriptionArgs;
pub(super) use tls::TlsArgs;
pub(super) use values::{parse_filter, parse_protocol};
pub(super) use way::WayArgs;
pub(super) use will::WillArgs;

use crate::config::Safety;
use crate::model::TopicFilter;

/// Where the help puts the flags about profiles.
pub(super) const PROFILE: &str = "Profile";

/// What stands at the end of the help of `connect`.
const ENVIRONMENT: &str = "\
Environment (a flag wins over it; it wins over a profile and config.toml):
  MQTT_TUI_HOST           TARGET, when none is given
  MQTT_TUI_PORT           port of a target that names none
  MQTT_TUI_USER           as --user, unless the target names one
  MQTT_TUI_PASSWORD       the password; other users cannot see it here.
                          With MQTT_TUI_HOST set, both are for that host alone
  MQTT_TUI_PASSWORD_FILE  as --password-file
  MQTT_TUI_ID             as --id
  MQTT_TUI_PROTOCOL       as --protocol-version
  MQTT_TUI_CAFILE, MQTT_TUI_CERT, MQTT_TUI_KEY
                          as --cafile, --cert, --key, where TLS is used
  MQTT_TUI_PROXY          as --proxy
  MQTT_TUI_THEME, MQTT_TUI_MEMORY, MQTT_TUI_COLOR, MQTT_TUI_ASCII, MQTT_TUI_READ_ONLY
                          as the flags; yes or no for the last two
  MQTT_TUI_CONFIG_DIR     folder of config.toml, profiles.toml and themes

'mqtt-tui config check TARGET' says which value is in effect, and where it came from.";

/// `connect` and `config check`: a target with everything that can be said about it.
#[derive(Debug, Args)]
#[command(disable_help_flag = true, after_help = ENVIRONMENT)]
pub(super) struct ConnectArgs {
    /// A profile, `host[:port]`, `[::1]:1883`, the path of a Unix socket, or a URL with mqtt://, mqtts://, ws://, wss:// or unix:
    /// [default: localhost]
    pub(super) target: Option<String>,
    /// Filters to subscribe to [default: those of the profile, else #]
    #[arg(value_parser = parse_filter)]
    pub(super) filters: Vec<TopicFilter>,
    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
    #[command(flatten)]
    pub(super) flags: TargetArgs,
    /// Save all of this as a profile, then connect
    #[arg(long, value_name = "NAME", help_heading = PROFILE)]
    pub(super) save: Option<String>,
    #[command(flatten)]
    pub(super) look: LookArgs,
}

/// Everything about a target beside its name and its filters.
#[derive(Debug, Args)]
pub(super) struct TargetArgs {
    #[command(flatten)]
    pub(super) way: WayArgs,
    #[command(flatten)]
    pub(super) tls: TlsArgs,
    #[command(flatten)]
    pub(super) login: LoginArgs,
    #[command(flatten)]
    pub(super) session: SessionArgs,
    #[command(flatten)]
    pub(super) will: WillArgs,
    #[command(flatten)]
    pub(super) subscriptions: SubscriptionArgs,
    /// What may change something at the broker: normal, confirm (asks first) or read-only (nothing)
    #[arg(long, value_enum, hide_possible_values = true, help_heading = PROFILE)]
    safety: Option<SafetyName>,
    /// When this is saved as a profile, save the password of -P or of the URL in it, in plain text
    #[arg(long, help_heading = PROFILE)]
    pub(super) save_password: bool,
}

impl TargetArgs {
    /// The safety that was asked for.
    pub(super) fn safety(&self) -> Option<Safety> {
        self.safety.map(|name| match name {
            SafetyName::Normal => Safety::Normal,
            SafetyName::Confirm => Safety::Confirm,
            SafetyName::ReadOnly => Safety::ReadOnly,
        })
    }

    /// Whether `-h` stands there without a host, which asks for help.
    pub(super) fn asks_for_help(&self) -> bool {
        self.way.host.as_deref() == Some("")
    }
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum SafetyName {
    Normal,
    Confirm,
    ReadOnly,
}
