//! `mqtt-tui broker`: the bundled test broker in the foreground, until a signal.

use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::broker_options::Plan;
use super::{BrokerArgs, output};
use crate::broker::{Broker, demo, exposure_warning, fleet::DEMO_SEED};
use crate::runtime::{self, Signal, Signals};

pub(super) fn run(args: &BrokerArgs) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return output::fail(1, &format!("cannot start: {fault}")),
    };
    runtime.block_on(serve(args))
}

async fn serve(args: &BrokerArgs) -> ExitCode {
    let plan = match Plan::new(args) {
        Ok(plan) => plan,
        Err(fault) => return output::fail(1, &fault),
    };
    let started = Broker::start(plan.options.clone()).await;
    let (broker, mut signals) = match (started, Signals::listen()) {
        (Ok(broker), Ok(signals)) => (broker, signals),
        (Err(fault), _) => return output::fail(1, &fault.to_string()),
        (_, Err(fault)) => return output::fail(1, &format!("cannot listen to signals: {fault}")),
    };
    if let Err(fault) = plan.write_certificates() {
        return output::fail(1, &fault.to_string());
    }
    for listener in broker.listeners() {
        if let Some(warning) = exposure_warning(listener, plan.is_open(listener)) {
            output::warn(&warning);
        }
    }
    output::print(&plan.announcement(args, broker.listeners()));
    let stop = CancellationToken::new();
    let fleet = async {
        if args.demo {
            demo::run(&broker, DEMO_SEED, stop.clone()).await
        } else {
            stop.cancelled().await;
            Ok(())
        }
    };
    let ended = async {
        loop {
            match signals.next().await {
                Signal::End(code) => return code,
                // Stopping is up to the shell; a group that cannot be stopped goes on.
                Signal::Suspend => drop(runtime::stop_group()),
                Signal::Continue => {}
            }
        }
    };
    let code = tokio::select! {
        code = ended => if code == 130 { 0 } else { code },
        result = fleet => match result {
            Ok(()) => 0,
            Err(fault) => {
                output::warn(&format!("the fleet stopped: {fault}"));
                1
            }
        },
    };
    broker.stop().await;
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
