//! Who logs in, and where the password comes from.

use std::path::PathBuf;

use clap::Args;

use super::values::parse_secret;
use crate::model::Secret;

/// User name and password.
#[derive(Debug, Args)]
#[command(next_help_heading = "Login")]
pub(in crate::cli) struct LoginArgs {
    /// User name
    #[arg(short, long, allow_hyphen_values = true)]
    pub(in crate::cli) user: Option<String>,
    /// Password; other users of this machine can see it here: rather one of the next two, or `MQTT_TUI_PASSWORD`
    #[arg(short = 'P', long, value_parser = parse_secret, allow_hyphen_values = true, conflicts_with_all = ["password_file", "password_command"])]
    pub(in crate::cli) password: Option<Secret>,
    /// File whose first line is the password
    #[arg(long, value_name = "FILE", conflicts_with = "password_command")]
    pub(in crate::cli) password_file: Option<PathBuf>,
    /// Command whose first line of output is the password
    #[arg(long, value_name = "COMMAND")]
    pub(in crate::cli) password_command: Option<String>,
}
