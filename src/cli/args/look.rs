//! How the explorer itself behaves, whatever it is connected to.

use clap::Args;

use crate::config::parse_memory;

/// Flags of everything that opens the explorer.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Explorer")]
pub(in crate::cli) struct LookArgs {
    /// Bytes of history to keep, such as 64M or 1G [default: 256M]
    #[arg(long, value_name = "BYTES", value_parser = parse_memory)]
    pub(in crate::cli) memory: Option<usize>,
    /// Refuse everything that would change something at a broker
    #[arg(long)]
    pub(in crate::cli) read_only: bool,
    /// Theme to start with; see `mqtt-tui themes`
    #[arg(long)]
    pub(in crate::cli) theme: Option<String>,
    /// Colours: auto or never [default: auto]
    #[arg(long, value_name = "WHEN", value_parser = ["auto", "never"], hide_possible_values = true)]
    pub(in crate::cli) color: Option<String>,
    /// Draw frames and marks with ASCII only
    #[arg(long)]
    pub(in crate::cli) ascii: bool,
}
