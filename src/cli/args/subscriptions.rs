//! What to subscribe to, and how.

use clap::{Args, ValueEnum};

use super::values::parse_filter;
use crate::model::{RetainHandling, TopicFilter};

/// The subscriptions.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Subscriptions")]
pub(in crate::cli) struct SubscriptionArgs {
    /// A filter to subscribe to; may be given more than once
    #[arg(short = 't', long = "topic", value_name = "FILTER", value_parser = parse_filter)]
    pub(in crate::cli) topics: Vec<TopicFilter>,
    /// QoS of the subscriptions, 0 to 2 [default: 0]
    #[arg(short, long, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub(in crate::cli) qos: Option<u8>,
    /// Do not keep messages that match this filter; may be given more than once
    #[arg(short = 'T', long, value_name = "FILTER", value_parser = parse_filter)]
    pub(in crate::cli) filter_out: Vec<TopicFilter>,
    /// Do not subscribe to $SYS/#
    #[arg(long)]
    pub(in crate::cli) no_sys: bool,
    /// MQTT 5: do not get back what is published here
    #[arg(long)]
    pub(in crate::cli) no_local: bool,
    /// MQTT 5: leave the retain flag as the publisher set it
    #[arg(long)]
    pub(in crate::cli) retain_as_published: bool,
    /// MQTT 5: get retained messages always, new (for a new subscription) or never [default: always]
    #[arg(long, value_enum, value_name = "WHEN", hide_possible_values = true)]
    retain_handling: Option<RetainHandlingName>,
}

impl SubscriptionArgs {
    /// When retained messages are wanted.
    pub(in crate::cli) fn retain_handling(&self) -> Option<RetainHandling> {
        self.retain_handling.map(|name| match name {
            RetainHandlingName::Always => RetainHandling::Always,
            RetainHandlingName::New => RetainHandling::IfNew,
            RetainHandlingName::Never => RetainHandling::Never,
        })
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RetainHandlingName {
    Always,
    New,
    Never,
}
