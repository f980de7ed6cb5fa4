//! The options file of `mosquitto_sub` and `mosquitto_pub` (`~/.config/mosquitto_sub`): one option a line, and what stands after the
//! first space is its value, spaces and quotes included.

use std::path::PathBuf;

use bytes::Bytes;

use super::super::fault::{FileFault, Origin};
use super::super::{Profile, file, paths};
use super::{Import, UNVERIFIED};
use crate::model::{
    Address, Protocol, ProtocolChoice, Publication, QoS, RetainHandling, Target, TopicFilter, Transport, Will,
};

/// Options that say how messages are printed, sent or counted: nothing of a connection.
const OF_NO_CONNECTION: &[&str] = &[
    "-C",
    "-d",
    "--debug",
    "-E",
    "-F",
    "-N",
    "-M",
    "--nodelay",
    "--pretty",
    "--quiet",
    "--random-filter",
    "--remove-retained",
    "--retained-only",
    "-U",
    "--unsubscribe",
    "-v",
    "--verbose",
    "-W",
    "-w",
    "--watch",
    "-m",
    "--message",
    "-n",
    "--null-message",
    "-r",
    "--retain",
    "-f",
    "--file",
    "-l",
    "--stdin-line",
    "-s",
    "--stdin-file",
    "--repeat",
    "--repeat-delay",
    "-e",
];

/// The options as they come; put together when all are known.
#[derive(Default)]
struct Options {
    address: Address,
    tls: bool,
    no_tls: bool,
    websocket: bool,
    password: String,
    filters: Vec<String>,
    qos: QoS,
    keep_retain: bool,
    never_retain: bool,
    no_local: bool,
    will_topic: String,
    will_payload: String,
    will_qos: QoS,
    will_retain: bool,
    not_taken: Vec<String>,
}

pub(super) fn read(origin: Origin<'_>, import: &mut Import) -> Result<(), FileFault> {
    let mut profile = Profile::new("", Target::new("", 0, ""));
    let mut options = Options::default();
    let mut start = 0;
    for line in origin.text.split_inclusive('\n') {
        let span = start..start + line.len();
        start = span.end;
        let line = line.trim_end_matches(['\r', '\n']);
        let (option, value) = line.trim_start_matches(' ').split_once(' ').unwrap_or((line, ""));
        if option.is_empty() || line.starts_with('#') {
            continue;
        }
        if !option.starts_with('-') {
            return Err(
                origin.fault(Some(span), "a line begins with an option such as -h, or with # for a comment")
            );
        }
        let wrong = |reason: String| origin.fault(Some(span.clone()), format!("{option}: {reason}"));
        match take(option, value, &mut options, &mut profile, file::folder(origin.path)) {
            Ok(true) => {}
            Ok(false) => options.not_taken.push(option.to_owned()),
            Err(reason) => return Err(wrong(reason)),
        }
    }
    finish(options, profile, import);
    Ok(())
}

/// Takes one option; false when profiles have no place for it.
fn take(
    option: &str,
    value: &str,
    options: &mut Options,
    profile: &mut Profile,
    folder: &std::path::Path,
) -> Result<bool, String> {
    let target = &mut profile.target;
    let path =
        |value: &str| -> Result<Option<PathBuf>, String> { Ok(Some(paths::expand(needed(value)?, folder))) };
    match option {
        "-h" | "--host" => needed(value)?.clone_into(&mut options.address.host),
        "-p" | "--port" => options.address.port = Some(number(value, 1, 65_535)?),
        "-u" | "--username" => target.user = Some(needed(value)?.to_owned()),
        "-P" | "--pw" => needed(value)?.clone_into(&mut options.password),
        "-i" | "--id" => needed(value)?.clone_into(&mut target.client_id),
        "-k" | "--keepalive" => target.keep_alive = number(value, 0, 65_535)?,
        "-c" | "--disable-clean-session" => target.clean_session = false,
        "-x" | "-X" => target.session_expiry = Some(session_expiry(value)?),
        "-V" | "--protocol-version" => target.protocol = ProtocolChoice::Only(protocol(value)?),
        "-L" | "--url" => {
            let (address, topic) = Address::parse_with_topic(needed(value)?)?;
            options.tls |= address.transport == Some(Transport::Tls);
            target.user = address.user.clone().or(target.user.take());
            if let Some(password) = &address.password {
                password.expose().clone_into(&mut options.password);
            }
            options.filters.push(topic);
            options.address = address;
        }
        "--unix" => {
            options.address = Address {
                transport: Some(Transport::Unix),
                host: needed(value)?.into(),
                ..Address::default()
            };
        }
        "--ws" => options.websocket = true,
        "--cafile" => {
            target.tls.ca_file = path(value)?;
            options.tls = true;
        }
        "--cert" => target.tls.cert_file = path(value)?,
        "--key" => target.tls.key_file = path(value)?,
        "--tls-alpn" => target.tls.alpn = vec![needed(value)?.to_owned()],
        "--tls-use-os-certs" => options.tls = true,
        "--no-tls" => options.no_tls = true,
        "--insecure" => target.tls.insecure = true,
        "-t" | "--topic" => options.filters.push(needed(value)?.to_owned()),
        "-T" | "--filter-out" => {
            let filter = TopicFilter::parse(needed(value)?).map_err(|fault| fault.to_string())?;
            profile.excluded.push(filter);
        }
        "-q" | "--qos" => options.qos = qos(value)?,
        "-R" => options.never_retain = true,
        "--retain-as-published" => options.keep_retain = true,
        "--no-local" => options.no_local = true,
        "--will-topic" => needed(value)?.clone_into(&mut options.will_topic),
        "--will-payload" => value.clone_into(&mut options.will_payload),
        "--will-qos" => options.will_qos = qos(value)?,
        "--will-retain" => options.will_retain = true,
        _ => return Ok(false),
    }
    Ok(true)
}

fn finish(options: Options, mut profile: Profile, import: &mut Import) {
    let target = &mut profile.target;
    let host =
        if options.address.host.is_empty() { "localhost".to_owned() } else { options.address.host.clone() };
    let name = host.as_str();
    let tls = !options.no_tls && (options.tls || options.address.port == Some(8883));
    target.transport = match options.address.transport {
        Some(Transport::Unix) => Transport::Unix,
        _ if options.websocket && tls => Transport::SecureWebSocket,
        _ if options.websocket => Transport::WebSocket,
        _ if tls => Transport::Tls,
        _ => Transport::Tcp,
    };
    let usual = match target.transport {
        Transport::Unix => 0,
        // mosquitto's own clients use these for WebSockets too.
        _ if tls => 8883,
        _ => 1883,
    };
    target.port = options.address.port.unwrap_or(usual);
    target.host.clone_from(&host);
    if std::mem::take(&mut target.tls.insecure) {
        import.note(name, UNVERIFIED);
    }
    target.sys = false;
    for filter in &options.filters {
        let Some(index) = import.subscribe(name, target, filter, options.qos) else { continue };
        let Some(subscription) = target.filters.get_mut(index) else { continue };
        subscription.retain_as_published = options.keep_retain;
        subscription.no_local = options.no_local;
        if options.never_retain {
            subscription.retain_handling = RetainHandling::Never;
        }
    }
    if import.accepts_will(name, &options.will_topic) {
        let publication = Publication {
            topic: options.will_topic,
            payload: Bytes::from(options.will_payload),
            qos: options.will_qos,
            retain: options.will_retain,
            properties: None,
        };
        target.will = Some(Will { publication, delay: 0 });
    }
    let (printing, rest): (Vec<_>, Vec<_>) =
        options.not_taken.into_iter().partition(|option| OF_NO_CONNECTION.contains(&option.as_str()));
    if !printing.is_empty() {
        import.note(name, format!("{} left out: nothing of a connection", printing.join(" ")));
    }
    for option in rest {
        import.note(name, format!("{option} left out: it cannot be set here"));
    }
    profile.password = import.password(name, &options.password);
    import.push(name, profile);
}

fn needed(value: &str) -> Result<&str, String> {
    if value.is_empty() { Err("this option needs a value".into()) } else { Ok(value) }
}

fn number(value: &str, least: u16, most: u16) -> Result<u16, String> {
    let number = value.trim().parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("this needs a number from {least} to {most}"))
}

fn qos(value: &str) -> Result<QoS, String> {
    let level = value.trim().parse().ok().and_then(QoS::from_level);
    level.ok_or_else(|| "this needs 0, 1 or 2".into())
}

fn session_expiry(value: &str) -> Result<u32, String> {
    match value.trim() {
        "∞" | "-1" => Ok(u32::MAX),
        seconds => {
            seconds.parse().map_err(|_| "this needs seconds from 0 to 4294967295, or -1 for ever".into())
        }
    }
}

fn protocol(value: &str) -> Result<Protocol, String> {
    match value.trim() {
        "5" | "mqttv5" => Ok(Protocol::V5),
        "311" | "mqttv311" => Ok(Protocol::V4),
        _ => Err("this needs 5 or 311: other versions are not spoken here".into()),
    }
}
