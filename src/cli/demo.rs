//! `mqtt-tui demo`: the bundled broker with the fleet on a free loopback port, and the explorer on it.

use std::process::ExitCode;

use super::DemoArgs;
use super::explore::{self, Bundled};
use crate::model::{Protocol, QoS, Target, TopicFilter};
use crate::mqtt::random_client_id;

pub(super) fn run(args: &DemoArgs) -> ExitCode {
    let filters = TopicFilter::parse("#").map(|all| vec![(all, QoS::AtMostOnce)]).unwrap_or_default();
    let target = Target {
        host: "127.0.0.1".to_owned(),
        // Filled in once the broker has found a free one.
        port: 0,
        user: None,
        password: None,
        client_id: random_client_id(),
        keep_alive: 30,
        clean_session: true,
        protocol: Protocol::V4,
        filters,
        sys: true,
    };
    explore::run("demo", target, &args.look, Some(Bundled { seed: args.seed }))
}
