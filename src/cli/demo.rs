//! `mqtt-tui demo`: the bundled broker with the fleet on a free loopback port, and the explorer on it.

use std::process::ExitCode;

use super::DemoArgs;
use super::explore::{self, Bundled};
use crate::config::Profile;
use crate::model::Target;
use crate::mqtt::random_client_id;

pub(super) fn run(args: &DemoArgs) -> ExitCode {
    // The port is filled in once the broker has found a free one.
    let target = Target { filters: Profile::everything(), ..Target::new("127.0.0.1", 0, random_client_id()) };
    explore::run(Profile::new("demo", target), &args.look, Some(Bundled { seed: args.seed }))
}
