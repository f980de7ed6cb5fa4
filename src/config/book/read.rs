//! From a `[[profile]]` table to a profile. The first fault ends the reading of that profile: half of one would connect to the wrong
//! place, or as the wrong user.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use toml_edit::Value;

use super::super::decoders::decoders;
use super::super::fault::{FileFault, Origin};
use super::super::header::parse_header;
use super::super::name::check_name;
use super::super::paths::expand;
use super::super::proxy::proxy_url;
use super::super::section::Section;
use super::super::{PasswordSource, Profile, Safety, SavedFilter};
use crate::model::{
    Address, Properties, Protocol, ProtocolChoice, Proxy, Publication, QoS, RetainHandling, Secret,
    Subscription, Target, TlsOptions, TopicFilter, Will, check_topic,
};

/// Reads one profile; unknown keys go to `warnings`. `folder` is where relative paths begin.
pub(super) fn profile(
    origin: Origin<'_>,
    mut table: Section<'_>,
    folder: &Path,
    warnings: &mut Vec<FileFault>,
) -> Result<Profile, FileFault> {
    let name = table.text("name")?.ok_or_else(|| table.fault("name", "a profile needs a name"))?;
    check_name(name).map_err(|reason| table.fault("name", reason))?;
    let address = table
        .parsed("url", Address::parse)?
        .ok_or_else(|| table.fault("url", "a profile needs an address"))?;
    let transport = address.transport.unwrap_or_default();
    let port = address.port.unwrap_or(transport.default_port());
    let mut target = Target::new(address.host, port, table.text("client_id")?.unwrap_or_default());
    target.transport = transport;
    if let Some(path) = address.path {
        target.websocket.path = path;
    }
    let mut profile = Profile::new(name, target);
    let target = &mut profile.target;
    target.user = table.text("user")?.map(str::to_owned).or(address.user);
    target.protocol = table.parsed("protocol", protocol_choice)?.unwrap_or_default();
    if let Some(seconds) = table.number("keep_alive", 0..=65_535)? {
        target.keep_alive = u16::try_from(seconds).unwrap_or(u16::MAX);
    }
    target.max_packet = table.number("max_packet", Target::LEAST_PACKET..=u32::MAX)?;
    target.sys = table.flag("sys")?.unwrap_or(true);
    target.filters = filters(origin, &mut table, warnings)?;
    if let Some(section) = table.section("tls")? {
        target.tls = tls(section, folder, warnings)?;
    }
    if let Some(mut section) = table.section("websocket")? {
        target.websocket.headers = section.parsed_list("headers", parse_header)?;
        section.close(warnings);
    }
    if let Some(section) = table.section("proxy")? {
        target.proxy = Some(proxy(section, warnings)?);
    }
    if let Some(section) = table.section("session")? {
        session(section, target, warnings)?;
    }
    if let Some(section) = table.section("will")? {
        target.will = Some(will(origin, section, warnings)?);
    }
    profile.password = match table.section("password")? {
        Some(section) => password(section, folder, warnings)?,
        None => address.password.map(PasswordSource::Saved).unwrap_or_default(),
    };
    profile.group = table.text("group")?.map(str::to_owned);
    profile.colour = table.parsed("colour", colour)?;
    profile.notes = table.text("notes")?.map(str::to_owned);
    profile.safety = table.parsed("safety", safety)?.unwrap_or_default();
    profile.public = table.flag("public")?.unwrap_or_default();
    profile.excluded = table.parsed_list("exclude", filter)?;
    profile.muted = table.parsed_list("mute", filter)?;
    profile.saved_filters = saved_filters(origin, &mut table, warnings)?;
    profile.pins = table.parsed_list("pins", pin)?;
    profile.quiet = table.parsed_list("quiet", node)?;
    profile.browsed = table.parsed_list("browse", filter)?;
    profile.remembered = table.parsed("remembered", protocol)?;
    profile.decoders = decoders(origin, &mut table, warnings)?;
    table.close(warnings);
    Ok(profile)
}

fn filters(
    origin: Origin<'_>,
    table: &mut Section<'_>,
    warnings: &mut Vec<FileFault>,
) -> Result<Vec<Subscription>, FileFault> {
    table.list("filters")?.into_iter().map(|value| subscription(origin, value, warnings)).collect()
}

/// `"home/#"`, or a table with the filter and its options.
fn subscription(
    origin: Origin<'_>,
    value: &Value,
    warnings: &mut Vec<FileFault>,
) -> Result<Subscription, FileFault> {
    let wrong = |reason: String| origin.fault(value.span(), reason);
    if let Some(text) = value.as_str() {
        return filter(text).map(|filter| Subscription::new(filter, QoS::default())).map_err(wrong);
    }
    let options = value
        .as_inline_table()
        .ok_or_else(|| wrong("a filter is text, or a table: { filter = \"home/#\", qos = 1 }".into()))?;
    let mut section = Section::new(origin, options);
    let topics = section.parsed("filter", filter)?;
    let topics = topics.ok_or_else(|| wrong("the key 'filter' is missing: which filter?".into()))?;
    let mut wanted = Subscription::new(topics, qos(&mut section)?);
    wanted.no_local = section.flag("no_local")?.unwrap_or_default();
    wanted.retain_as_published = section.flag("retain_as_published")?.unwrap_or_default();
    wanted.retain_handling = section.parsed("retain_handling", retain_handling)?.unwrap_or_default();
    wanted.id = section.number("id", 1..=268_435_455)?;
    section.close(warnings);
    Ok(wanted)
}

/// Each a table with a name and what the filter says. What is wrong with a filter is told when it is used.
fn saved_filters(
    origin: Origin<'_>,
    table: &mut Section<'_>,
    warnings: &mut Vec<FileFault>,
) -> Result<Vec<SavedFilter>, FileFault> {
    let read = |value: &Value| {
        let wanted =
            || origin.fault(value.span(), "a saved filter is { name = \"warm\", filter = \"temp age:<1m\" }");
        let mut section = Section::new(origin, value.as_inline_table().ok_or_else(wanted)?);
        let (name, text) = (section.text("name")?, section.text("filter")?);
        section.close(warnings);
        let saved = name.zip(text).filter(|(name, text)| !name.is_empty() && !text.is_empty());
        saved
            .map(|(name, text)| SavedFilter { name: name.to_owned(), text: text.to_owned() })
            .ok_or_else(wanted)
    };
    table.list("saved_filters")?.into_iter().map(read).collect()
}

/// A topic or branch, or `topic#field`, the field of its payloads that is watched.
fn pin(text: &str) -> Result<String, String> {
    match text.split_once('#') {
        // `home/#` is a filter.
        Some((path, field)) if !field.is_empty() && !path.ends_with('/') => {
            node(path).map(|_| text.to_owned())
        }
        _ => node(text),
    }
}

/// The path of a topic or of a branch. A first level without text is a branch like any other.
fn node(path: &str) -> Result<String, String> {
    match path.chars().find(|c| matches!(c, '+' | '#' | '\0')) {
        Some(_) => Err("this is the path of a topic or of a branch, without wildcards".into()),
        None => Ok(path.to_owned()),
    }
}

fn qos(section: &mut Section<'_>) -> Result<QoS, FileFault> {
    let level = section.number("qos", 0..=2)?.unwrap_or_default();
    Ok(u8::try_from(level).ok().and_then(QoS::from_level).unwrap_or_default())
}

fn tls(
    mut section: Section<'_>,
    folder: &Path,
    warnings: &mut Vec<FileFault>,
) -> Result<TlsOptions, FileFault> {
    let read = |text: Option<&str>| text.map(|path| expand(path, folder));
    let options = TlsOptions {
        ca_file: read(section.text("ca")?),
        cert_file: read(section.text("cert")?),
        key_file: read(section.text("key")?),
        alpn: section.parsed_list("alpn", |text| Ok(text.to_owned()))?,
        server_name: section.text("server_name")?.map(str::to_owned),
        insecure: section.flag("insecure")?.unwrap_or_default(),
        key_log: section.flag("key_log")?.unwrap_or_default(),
    };
    section.close(warnings);
    Ok(options)
}

fn proxy(mut section: Section<'_>, warnings: &mut Vec<FileFault>) -> Result<Proxy, FileFault> {
    let proxy = section.parsed("url", proxy_url)?;
    let mut proxy =
        proxy.ok_or_else(|| section.fault("url", "a proxy needs an address: \"http://proxy.lan:3128\""))?;
    if let Some(user) = section.text("user")? {
        proxy.user = Some(user.to_owned());
    }
    if let Some(password) = section.text("password")? {
        proxy.password = Some(Secret::new(password));
    }
    section.close(warnings);
    Ok(proxy)
}

fn session(
    mut section: Section<'_>,
    target: &mut Target,
    warnings: &mut Vec<FileFault>,
) -> Result<(), FileFault> {
    target.clean_session = !section.flag("keep")?.unwrap_or_default();
    target.session_expiry = match section.item("expiry") {
        None => None,
        Some(item) if item.as_str() == Some("never") => Some(u32::MAX),
        Some(item) => {
            let seconds = item.as_integer().and_then(|seconds| u32::try_from(seconds).ok());
            let wanted = "this should be seconds from 0 to 4294967295, or \"never\"";
            Some(seconds.ok_or_else(|| section.fault("expiry", wanted))?)
        }
    };
    section.close(warnings);
    Ok(())
}

fn will(
    origin: Origin<'_>,
    mut section: Section<'_>,
    warnings: &mut Vec<FileFault>,
) -> Result<Will, FileFault> {
    let topic = section.text("topic")?.ok_or_else(|| section.fault("topic", "a will needs a topic"))?;
    check_topic(topic).map_err(|fault| section.fault("topic", fault.to_string()))?;
    let binary =
        |text: &str| BASE64.decode(text).map(Bytes::from).map_err(|_| "this is no base64".to_owned());
    let payload = match (section.text("payload")?, section.parsed("payload_base64", binary)?) {
        (Some(_), Some(_)) => return Err(section.fault("payload", "give this or payload_base64, not both")),
        (Some(text), None) => Bytes::from(text.to_owned()),
        (None, bytes) => bytes.unwrap_or_default(),
    };
    let properties = Properties {
        payload_format: section.number("payload_format", 0..=1)?.map(|format| u8::from(format == 1)),
        message_expiry: section.number("message_expiry", 0..=u32::MAX)?,
        content_type: section.text("content_type")?.map(str::to_owned),
        response_topic: section.text("response_topic")?.map(str::to_owned),
        correlation_data: section.parsed("correlation_base64", binary)?,
        subscription_ids: Vec::new(),
        user_properties: section
            .list("user_properties")?
            .into_iter()
            .map(|pair| user_property(pair).map_err(|reason| origin.fault(pair.span(), reason)))
            .collect::<Result<_, _>>()?,
    };
    let publication = Publication {
        topic: topic.to_owned(),
        payload,
        qos: qos(&mut section)?,
        retain: section.flag("retain")?.unwrap_or_default(),
        properties: Some(Box::new(properties)).filter(|given| **given != Properties::default()),
    };
    let delay = section.number("delay", 0..=u32::MAX)?.unwrap_or_default();
    section.close(warnings);
    Ok(Will { publication, delay })
}

fn user_property(pair: &Value) -> Result<(String, String), &'static str> {
    let texts: Option<Vec<&str>> =
        pair.as_array().map(|pair| pair.iter().filter_map(Value::as_str).collect());
    match texts.as_deref() {
        Some([name, value]) => Ok(((*name).to_owned(), (*value).to_owned())),
        _ => Err("a user property is a pair of texts: [\"name\", \"value\"]"),
    }
}

fn password(
    mut section: Section<'_>,
    folder: &Path,
    warnings: &mut Vec<FileFault>,
) -> Result<PasswordSource, FileFault> {
    let wanted = "one of { prompt = true }, { command = \"…\" }, { file = \"…\" }, { env = \"…\" }, { keyring = true }, { saved = \"…\" }";
    let sources = [
        section.flag("prompt")?.filter(|wanted| *wanted).map(|_| PasswordSource::Prompt),
        section.text("command")?.map(|command| PasswordSource::Command(command.to_owned())),
        section.text("file")?.map(|path| PasswordSource::File(expand(path, folder))),
        section.text("env")?.map(|name| PasswordSource::Environment(name.to_owned())),
        section.flag("keyring")?.filter(|wanted| *wanted).map(|_| PasswordSource::Keyring),
        section.text("saved")?.map(|password| PasswordSource::Saved(password.into())),
    ];
    let mut sources = sources.into_iter().flatten();
    let (Some(source), None) = (sources.next(), sources.next()) else {
        return Err(section.fault("password", wanted));
    };
    section.close(warnings);
    Ok(source)
}

fn filter(text: &str) -> Result<TopicFilter, String> {
    TopicFilter::parse(text).map_err(|fault| format!("this is no topic filter: {fault}"))
}

fn safety(text: &str) -> Result<Safety, String> {
    Safety::from_name(text).ok_or_else(|| "this should be \"normal\", \"confirm\" or \"read-only\"".into())
}

fn retain_handling(text: &str) -> Result<RetainHandling, String> {
    match text {
        "always" => Ok(RetainHandling::Always),
        "if-new" => Ok(RetainHandling::IfNew),
        "never" => Ok(RetainHandling::Never),
        _ => Err("this should be \"always\", \"if-new\" or \"never\"".into()),
    }
}

fn protocol(text: &str) -> Result<Protocol, String> {
    match text {
        "5" => Ok(Protocol::V5),
        "3.1.1" => Ok(Protocol::V4),
        _ => Err("this should be \"5\" or \"3.1.1\"".into()),
    }
}

pub(in crate::config) fn protocol_choice(text: &str) -> Result<ProtocolChoice, String> {
    if text == "auto" {
        return Ok(ProtocolChoice::Auto);
    }
    protocol(text).map(ProtocolChoice::Only).map_err(|_| "this should be \"auto\", \"5\" or \"3.1.1\"".into())
}

fn colour(text: &str) -> Result<String, String> {
    super::super::profile::check_colour(text).map(|()| text.to_owned())
}
