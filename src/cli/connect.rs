//! `mqtt-tui connect`: from flags to a target, then the explorer.

use std::process::ExitCode;

use super::{ConnectArgs, USAGE, explore, output, target};
use crate::config::Profile;
use crate::model::{QoS, Secret, Subscription, Target};
use crate::mqtt::random_client_id;

const DEFAULT_PORT: u16 = 1883;

pub(super) fn run(args: &ConnectArgs) -> ExitCode {
    match resolve(args, |name| std::env::var(name).ok()) {
        Ok(profile) => explore::run(profile, &args.look, None),
        Err(fault) => output::fail(USAGE, &fault),
    }
}

/// Name to show and target to connect to. Flags win over what the target says, and that over the environment: a password exported
/// for one broker must not go to another.
fn resolve(args: &ConnectArgs, variable: impl Fn(&str) -> Option<String>) -> Result<Profile, String> {
    let text = args.host.as_deref().or(args.target.as_deref()).unwrap_or("localhost");
    let named = target::parse(text)?;
    if let (Some(port), Some(flag)) = (named.port, args.port)
        && port != flag
    {
        return Err(format!("the target says port {port}, -p says {flag}: give one of them"));
    }
    let qos = QoS::from_level(args.qos).unwrap_or_default();
    let mut filters: Vec<_> = args
        .filters
        .iter()
        .chain(&args.topics)
        .map(|filter| Subscription::new(filter.clone(), qos))
        .collect();
    if filters.is_empty() {
        filters.extend(Profile::everything().into_iter().map(|all| Subscription { qos, ..all }));
    }
    let mut target = Target::new(
        named.host,
        args.port.or(named.port).unwrap_or(DEFAULT_PORT),
        args.client_id.clone().unwrap_or_else(random_client_id),
    );
    target.user = args.user.clone().or(named.user).or_else(|| variable("MQTT_TUI_USER"));
    let password = args.password.clone().or(named.password).or_else(|| variable("MQTT_TUI_PASSWORD"));
    target.password = password.map(Secret::new);
    target.keep_alive = args.keepalive;
    target.clean_session = !args.keep_session;
    target.filters = filters;
    target.sys = !args.no_sys;
    Ok(Profile::new(target.address(), target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn resolved(line: &[&str], environment: &[(&str, &str)]) -> Target {
        let cli = Cli::try_parse_from(["mqtt-tui", "connect"].iter().chain(line)).expect("a valid line");
        let Some(Command::Connect(args)) = cli.command else { panic!("connect") };
        let variable = |name: &str| {
            environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        resolve(&args, variable).expect("a target").target
    }

    fn password(target: &Target) -> Option<&str> {
        target.password.as_ref().map(Secret::expose)
    }

    fn filters(target: &Target) -> Vec<&str> {
        target.filters.iter().map(|wanted| wanted.filter.as_str()).collect()
    }

    #[test]
    fn a_password_in_the_environment_gives_way_to_the_one_in_the_url() {
        let environment = [("MQTT_TUI_USER", "env"), ("MQTT_TUI_PASSWORD", "from-env")];
        let target = resolved(&["mqtt://alice:from-url@b"], &environment);
        assert_eq!((target.user.as_deref(), password(&target)), (Some("alice"), Some("from-url")));
        let target = resolved(&["b"], &environment);
        assert_eq!((target.user.as_deref(), password(&target)), (Some("env"), Some("from-env")));
        let target = resolved(&["mqtt://alice:from-url@b", "-P", "flag"], &environment);
        assert_eq!(password(&target), Some("flag"));
    }

    #[test]
    fn filters_after_the_target_and_after_t_are_all_subscribed_to() {
        assert_eq!(filters(&resolved(&["b"], &[])), ["#"]);
        assert_eq!(filters(&resolved(&["b", "a/#", "-t", "b/#"], &[])), ["a/#", "b/#"]);
        assert_eq!(filters(&resolved(&["-h", "b", "-t", "c"], &[])), ["c"]);
    }
}
