//! `mqtt-tui demo`: the bundled broker with the fleet on a free loopback port, and the explorer on it.

use std::process::ExitCode;

use super::explore::{self, Bundled, Launch, Start};
use super::known::Known;
use super::{DemoArgs, USAGE, output, resolve};
use crate::config::Profile;
use crate::model::Target;

pub(super) fn run(args: &DemoArgs) -> ExitCode {
    let launch = Known::load().and_then(|known| {
        let look = resolve::look(&args.look, &known.environment, &known.settings)?;
        Ok(Launch { known, look, notices: Vec::new() })
    });
    // The port is filled in once the broker has found a free one.
    let target = Target { filters: Profile::everything(), ..Target::new("127.0.0.1", 0, "") };
    let start = Start::Open(Box::new(Profile::new("demo", target)));
    match launch {
        Ok(launch) => explore::run(start, launch, Some(Bundled { seed: args.seed })),
        Err(fault) => output::fail(USAGE, &fault),
    }
}
