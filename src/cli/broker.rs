//! `mqtt-tui broker`: the bundled test broker in the foreground, until a signal.

use std::process::ExitCode;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{BrokerArgs, output};
use crate::broker::{Broker, BrokerOptions, demo, exposure_warning, fleet::DEMO_SEED};
use crate::runtime::{self, Signal, Signals};

pub(super) fn run(args: &BrokerArgs) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return output::fail(1, &format!("cannot start: {fault}")),
    };
    runtime.block_on(serve(args))
}

async fn serve(args: &BrokerArgs) -> ExitCode {
    let options = BrokerOptions {
        bind: args.bind,
        port: args.port,
        sys_interval: Duration::from_secs(args.sys_interval),
        ..BrokerOptions::default()
    };
    let (broker, mut signals) = match (Broker::start(options).await, Signals::listen()) {
        (Ok(broker), Ok(signals)) => (broker, signals),
        (Err(fault), _) => return output::fail(1, &fault.to_string()),
        (_, Err(fault)) => return output::fail(1, &format!("cannot listen to signals: {fault}")),
    };
    for warning in broker.listeners().iter().filter_map(|listener| exposure_warning(listener, true)) {
        output::warn(&warning);
    }
    let address = broker.address();
    let fleet = if args.demo { ", with the demo fleet" } else { "" };
    output::print(&format!(
        "listening on {address}{fleet}; MQTT 3.1.1 and 5; Ctrl-C stops\nexplore it: mqtt-tui connect {address}\n"
    ));
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
