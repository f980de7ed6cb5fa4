//! Where to connect: TARGET as the name of a profile or as an address, `-h`, `-L`, `--unix`, the environment, or this machine.

use std::path::Path;

use super::trace::Trace;
use super::{Request, Sources};
use crate::cli::similar;
use crate::config::{Chosen, Profile, Source};
use crate::model::{Address, Target, TopicFilter, Transport, WebSocketOptions};

/// The port that says TLS by itself.
const TLS_PORT: u16 = 8883;

/// What names the place.
#[derive(Debug)]
pub(super) struct Place {
    /// A saved profile.
    pub(super) base: Option<Profile>,
    /// Or an address.
    pub(super) address: Address,
    /// Who named it.
    pub(super) from: Source,
    /// The filter that came with the address (`-L`).
    pub(super) topic: Option<TopicFilter>,
    pub(super) notices: Vec<String>,
}

impl Place {
    fn at(address: Address, from: Source) -> Self {
        Self { base: None, address, from, topic: None, notices: Vec::new() }
    }
}

/// Finds out who names the place, and reads it.
pub(super) fn find(request: Request<'_>, sources: Sources<'_>) -> Result<Place, String> {
    let way = &request.flags.way;
    if let Some(path) = &way.unix {
        return Ok(Place::at(socket(path)?, Source::Flag("--unix")));
    }
    if let Some(url) = &way.url {
        let (address, topic) = Address::parse_with_topic(url).map_err(|fault| format!("-L: {fault}"))?;
        let topic = TopicFilter::parse(&topic).map_err(|fault| format!("-L: the topic: {fault}"))?;
        return Ok(Place { topic: Some(topic), ..Place::at(address, Source::Flag("--url")) });
    }
    if let Some(host) = &way.host {
        let address = Address::parse(host).map_err(|fault| format!("-h: {fault}"))?;
        return Ok(Place::at(address, Source::Flag("--host")));
    }
    if let Some(text) = request.target {
        return named(text, Source::Flag("TARGET"), sources);
    }
    match sources.environment.get("MQTT_TUI_HOST") {
        Some(text) => named(text, Source::Variable("MQTT_TUI_HOST"), sources)
            .map_err(|fault| format!("the variable MQTT_TUI_HOST: {fault}")),
        None => Ok(Place::at(Address { host: "localhost".into(), ..Address::default() }, Source::Default)),
    }
}

/// Whether the login of the environment is meant for `host`: it is for any, unless `MQTT_TUI_HOST` names another one.
pub(super) fn is_meant_by_environment(host: &str, sources: Sources<'_>) -> bool {
    let Some(text) = sources.environment.get("MQTT_TUI_HOST") else { return true };
    let meant = named(text, Source::Variable("MQTT_TUI_HOST"), sources);
    meant.is_ok_and(|place| place.host().eq_ignore_ascii_case(host))
}

/// A profile of that name, which wins over a host of the same name; else an address.
fn named(text: &str, from: Source, sources: Sources<'_>) -> Result<Place, String> {
    if let Some(profile) = sources.book.find(text) {
        return Ok(Place { base: Some(profile.clone()), ..Place::at(Address::default(), from) });
    }
    if let Some(fault) = sources.book.hides(text) {
        return Err(format!(
            "'{text}' may be a profile that cannot be read: {fault}; mend the file, or name a host with -h"
        ));
    }
    let names = || sources.book.profiles().iter().map(|profile| profile.name.as_str());
    let near = similar::nearest(text, names());
    let address = Address::parse(text).map_err(|fault| match near {
        Some(near) => format!("{fault}; did you mean the profile '{near}'?"),
        None => fault,
    })?;
    let mut place = Place::at(address, from);
    if let Some(near) = near.filter(|_| !text.contains(['.', ':', '@'])) {
        place
            .notices
            .push(format!("no profile '{text}'; did you mean '{near}'? Connecting to the host '{text}'"));
    }
    Ok(place)
}

fn socket(path: &Path) -> Result<Address, String> {
    let host = path.to_str().ok_or("--unix: the path is not UTF-8")?.to_owned();
    Ok(Address { transport: Some(Transport::Unix), host, ..Address::default() })
}

impl Place {
    fn host(&self) -> &str {
        self.base.as_ref().map_or(&self.address.host, |base| &base.target.host)
    }

    /// The profile to begin with: way, host, port and path are settled in it.
    pub(super) fn profile(
        &self,
        request: &Request<'_>,
        sources: &Sources<'_>,
        trace: &mut Trace<'_>,
        notices: &mut Vec<String>,
    ) -> Result<Profile, String> {
        let way = &request.flags.way;
        let port_flag = Chosen::flag("--port", way.port);
        if let Some(base) = &self.base {
            let mut profile = base.clone();
            let target = &mut profile.target;
            if target.filters.is_empty() && trace.in_profile("filters").is_none() {
                target.filters = Profile::everything();
            }
            if way.port.is_some() && target.transport == Transport::Unix {
                return Err(format!("the profile '{}' is a Unix socket: it has no port", base.name));
            }
            trace.note("profile", &base.name, self.from.clone());
            trace.keep("transport", "url", target.transport.scheme());
            trace.keep("host", "url", &target.host);
            if target.transport != Transport::Unix {
                trace.settle(("port", "url"), &mut target.port, [port_flag], None, u16::to_string);
            }
            if target.transport.is_websocket() {
                trace.keep("WebSocket path", "url", shown_path(target));
            }
            if profile.target.url() != base.target.url() {
                // It was found out about another broker.
                profile.remembered = None;
            }
            return Ok(profile);
        }
        if let (Some(named), Some(flag)) = (self.address.port, way.port)
            && named != flag
        {
            return Err(format!("the target says port {named}, -p says {flag}: give one of them"));
        }
        if way.port.is_some() && self.address.transport == Some(Transport::Unix) {
            return Err("-p: a Unix socket has no port".into());
        }
        let named = self.address.port.map(|value| Chosen { value, from: self.from.clone() });
        let port = [port_flag, named, sources.environment.chosen("MQTT_TUI_PORT", read_port)?];
        let port = port.into_iter().flatten().next();
        let transport = self.transport(request, port.as_ref(), notices);
        let mut target = Target::new(self.address.host.clone(), 0, "");
        target.transport = transport.value;
        target.filters = Profile::everything();
        trace.note("transport", target.transport.scheme(), transport.from);
        trace.note("host", &target.host, self.from.clone());
        if target.transport != Transport::Unix {
            let port = Chosen::first([port], target.transport.default_port());
            target.port = port.value;
            trace.note("port", port.value.to_string(), port.from);
        }
        if let Some(path) = &self.address.path {
            target.websocket = WebSocketOptions { path: path.clone(), ..WebSocketOptions::default() };
        }
        if target.transport.is_websocket() {
            let from = self.address.path.as_ref().map_or(Source::Default, |_| self.from.clone());
            trace.note("WebSocket path", shown_path(&target), from);
        }
        Ok(Profile::new("", target))
    }

    /// What the scheme says; without one, TLS when a flag of TLS or its port is given, as `mosquitto_sub` has it.
    fn transport(
        &self,
        request: &Request<'_>,
        port: Option<&Chosen<u16>>,
        notices: &mut Vec<String>,
    ) -> Chosen<Transport> {
        if let Some(value) = self.address.transport {
            return Chosen { value, from: self.from.clone() };
        }
        if let Some(flag) = request.flags.tls.first_flag() {
            return Chosen { value: Transport::Tls, from: Source::Flag(flag) };
        }
        match port {
            Some(port) if port.value == TLS_PORT => {
                notices.push(format!(
                    "port {TLS_PORT} is taken for TLS; without TLS it is mqtt://{}:{TLS_PORT}",
                    self.address.host
                ));
                Chosen { value: Transport::Tls, from: port.from.clone() }
            }
            _ => Chosen { value: Transport::Tcp, from: Source::Default },
        }
    }
}

/// The path without its query, which may be a token.
fn shown_path(target: &Target) -> &str {
    target.websocket.path.split('?').next().unwrap_or_default()
}

fn read_port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| "a port is a number from 1 to 65535".into())
}
