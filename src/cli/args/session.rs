//! The session at the broker and what CONNECT says of it.

use clap::Args;

use super::values::{parse_expiry, parse_packet_size, parse_protocol};
use crate::model::{ProtocolChoice, Target};

/// Client id, protocol version, keep alive, session.
#[derive(Debug, Args)]
#[command(next_help_heading = "Session")]
pub(in crate::cli) struct SessionArgs {
    /// Client id [default: mqtt-tui- and 8 random hex digits]
    #[arg(short = 'i', long = "id")]
    pub(in crate::cli) client_id: Option<String>,
    /// auto (5, else 3.1.1), mqttv5 or 5, mqttv311 or 311 [default: auto]
    #[arg(short = 'V', long, value_name = "VERSION", value_parser = parse_protocol)]
    pub(in crate::cli) protocol_version: Option<ProtocolChoice>,
    /// Keep alive in seconds, 0 to 65535; 0 is off [default: 30]
    #[arg(short, long, value_name = "SECONDS", value_parser = clap::value_parser!(u16))]
    pub(in crate::cli) keepalive: Option<u16>,
    /// Keep the session at the broker (needs -i)
    #[arg(short = 'c', long = "disable-clean-session")]
    pub(in crate::cli) keep_session: bool,
    /// How long the broker keeps the session, MQTT 5: 0 to 4294967294, -1 is for ever [default: -1 with -c]
    #[arg(short = 'x', long, value_name = "SECONDS", value_parser = parse_expiry, allow_hyphen_values = true)]
    pub(in crate::cli) session_expiry_interval: Option<u32>,
    /// Largest packet to accept, such as 64k or 1M [default: 256M, what MQTT allows]
    #[arg(long, value_name = "BYTES", value_parser = parse_packet_size)]
    pub(in crate::cli) max_packet_size: Option<u32>,
}

const _: () = assert!(Target::KEEP_ALIVE == 30, "the help says 30");
