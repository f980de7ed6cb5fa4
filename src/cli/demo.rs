//! `mqtt-tui demo`: the bundled broker with the fleet on a free loopback port, and the explorer on it.

use std::process::ExitCode;

use super::DemoArgs;
use super::explore::{self, Bundled};
use crate::model::{QoS, Target, TopicFilter};
use crate::mqtt::random_client_id;

pub(super) fn run(args: &DemoArgs) -> ExitCode {
    let filters = TopicFilter::parse("#").map(|all| vec![(all, QoS::AtMostOnce)]).unwrap_or_default();
    // The port is filled in once the broker has found a free one.
    let target = Target { filters, ..Target::new("127.0.0.1", 0, random_client_id()) };
    explore::run("demo", target, &args.look, Some(Bundled { seed: args.seed }))
}
