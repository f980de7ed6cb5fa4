//! Which of the things said go together. Each refusal names the flags and says what to do.

use super::place::Place;
use crate::cli::args::TargetArgs;
use crate::cli::environment::Environment;
use crate::config::{PasswordSource, Profile};
use crate::model::{Protocol, ProtocolChoice, Transport};

/// What can be told from the flags and the place alone.
pub(super) fn before(flags: &TargetArgs, place: &Place) -> Result<(), String> {
    let transport = place.base.as_ref().map(|base| base.target.transport).or(place.address.transport);
    let Some(transport) = transport else { return Ok(()) };
    let scheme = transport.scheme();
    match flags.tls.first_flag() {
        Some(flag) if !transport.is_tls() => {
            Err(format!("{flag} needs TLS, and {scheme}:// has none: use mqtts:// or wss://"))
        }
        _ => Ok(()),
    }
}

/// What can be told once everything is settled.
pub(super) fn after(profile: &Profile, flags: &TargetArgs, environment: &Environment) -> Result<(), String> {
    let target = &profile.target;
    let v4_only = target.protocol == ProtocolChoice::Only(Protocol::V4);
    let subscriptions = &flags.subscriptions;
    let fault = if !flags.way.ws_header.is_empty() && !target.transport.is_websocket() {
        format!(
            "--ws-header needs a WebSocket, and {}:// is none: use ws:// or wss://",
            target.transport.scheme()
        )
    } else if flags.way.proxy.is_some() && target.transport == Transport::Unix {
        "--proxy: there is no proxy on the way to a Unix socket".into()
    } else if !target.clean_session && target.client_id.is_empty() {
        "-c keeps the session under the client id: name one with -i".into()
    } else if v4_only && flags.session.session_expiry_interval.is_some() {
        "-x exists in MQTT 5 only: leave out -x, or -V mqttv311".into()
    } else if v4_only && (subscriptions.no_local || subscriptions.retain_as_published) {
        "--no-local and --retain-as-published exist in MQTT 5 only: leave them out, or -V mqttv311".into()
    } else if v4_only && subscriptions.retain_handling().is_some() {
        "--retain-handling exists in MQTT 5 only: leave it out, or -V mqttv311".into()
    } else if v4_only && target.user.is_none() && has_password(profile) {
        "MQTT 3.1.1 has no password without a user name: give -u too, or leave out -V mqttv311".into()
    } else if subscriptions.no_local
        && let Some(shared) = target.filters.iter().find(|wanted| wanted.filter.shared().is_some())
    {
        // MQTT 5.0, 3.8.3.1.
        format!("--no-local and the shared subscription '{}' exclude each other", shared.filter.as_str())
    } else if flags.tls.tls_keylog && environment.get("SSLKEYLOGFILE").is_none() {
        "--tls-keylog needs the variable SSLKEYLOGFILE: the file to append to".into()
    } else {
        return Ok(());
    };
    Err(fault)
}

fn has_password(profile: &Profile) -> bool {
    profile.target.password.is_some() || profile.password != PasswordSource::None
}
