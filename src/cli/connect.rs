//! `mqtt-tui connect`: from flags to a target, then the explorer.

use std::process::ExitCode;

use super::{ConnectArgs, USAGE, explore, output, target};
use crate::model::{Protocol, QoS, Target};
use crate::mqtt::random_client_id;

const DEFAULT_PORT: u16 = 1883;

pub(super) fn run(args: &ConnectArgs) -> ExitCode {
    match resolve(args) {
        Ok((name, target)) => explore::run(&name, target, &args.look, None),
        Err(fault) => output::fail(USAGE, &fault),
    }
}

/// Name to show and target to connect to. Flags win over what the target says.
fn resolve(args: &ConnectArgs) -> Result<(String, Target), String> {
    let text = args.host.as_deref().or(args.target.as_deref()).unwrap_or("localhost");
    let named = target::parse(text)?;
    if let (Some(port), Some(flag)) = (named.port, args.port)
        && port != flag
    {
        return Err(format!("the target says port {port}, -p says {flag}: give one of them"));
    }
    let qos = QoS::from_level(args.qos).unwrap_or_default();
    let filters = if args.topics.is_empty() { &args.filters } else { &args.topics };
    let target = Target {
        host: named.host,
        port: args.port.or(named.port).unwrap_or(DEFAULT_PORT),
        user: args.user.clone().or(named.user),
        password: args.password.clone().or(named.password),
        client_id: args.client_id.clone().unwrap_or_else(random_client_id),
        keep_alive: args.keepalive,
        clean_session: !args.keep_session,
        protocol: Protocol::V4,
        filters: filters.iter().map(|filter| (filter.clone(), qos)).collect(),
        sys: !args.no_sys,
    };
    Ok((target.address(), target))
}
