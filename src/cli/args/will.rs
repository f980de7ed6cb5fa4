//! The last will.

use std::ffi::OsString;

use clap::Args;

use super::values::parse_topic;

/// What the broker publishes when the connection breaks.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Last will")]
pub(in crate::cli) struct WillArgs {
    /// Topic of the message the broker publishes when the connection breaks
    #[arg(id = "will_topic", long = "will-topic", value_name = "TOPIC", value_parser = parse_topic)]
    pub(in crate::cli) topic: Option<String>,
    /// Its payload [default: empty]
    #[arg(long = "will-payload", value_name = "PAYLOAD", requires = "will_topic")]
    pub(in crate::cli) payload: Option<OsString>,
    /// Its QoS, 0 to 2 [default: 0]
    #[arg(id = "will_qos", long = "will-qos", value_name = "QOS", requires = "will_topic", value_parser = clap::value_parser!(u8).range(0..=2))]
    pub(in crate::cli) qos: Option<u8>,
    /// It is retained
    #[arg(long = "will-retain", requires = "will_topic")]
    pub(in crate::cli) retain: bool,
}
