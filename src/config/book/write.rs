//! From a profile to its `[[profile]]` table, and into a table that is there already: only what changed is touched, so that comments,
//! order and keys of others stay.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use toml_edit::{Array, Decor, InlineTable, Item, RawString, Table, TableLike, Value, value};

use super::super::{PasswordSource, Profile, Safety, SavedFilter};
use crate::model::{
    DecoderRule, Properties, Protocol, ProtocolChoice, Proxy, QoS, RetainHandling, Secret, Subscription,
    Target, TlsOptions, Transport, Will,
};

/// What the path of a Unix socket cannot hold in a URL.
const PATH: &AsciiSet = &CONTROLS.add(b'%');

/// The table of `profile`: what is as it would be anyway is left out.
pub(super) fn table(profile: &Profile) -> Table {
    let target = &profile.target;
    let mut table = Table::new();
    table.insert("name", value(profile.name.as_str()));
    table.insert("url", value(full_url(target)));
    insert_text(&mut table, "group", profile.group.as_deref());
    insert_text(&mut table, "colour", profile.colour.as_deref());
    insert_text(&mut table, "notes", profile.notes.as_deref());
    insert_text(
        &mut table,
        "safety",
        Some(profile.safety.name()).filter(|_| profile.safety != Safety::default()),
    );
    insert_flag(&mut table, "public", profile.public);
    insert_text(&mut table, "user", target.user.as_deref());
    if let Some(source) = password(&profile.password) {
        table.insert("password", value(source));
    }
    insert_text(&mut table, "client_id", Some(target.client_id.as_str()).filter(|id| !id.is_empty()));
    if let ProtocolChoice::Only(protocol) = target.protocol {
        table.insert("protocol", value(protocol_name(protocol)));
    }
    insert_text(&mut table, "remembered", profile.remembered.map(protocol_name));
    if target.keep_alive != Target::KEEP_ALIVE {
        table.insert("keep_alive", value(i64::from(target.keep_alive)));
    }
    insert_number(&mut table, "max_packet", target.max_packet);
    if !target.sys {
        table.insert("sys", value(false));
    }
    insert_list(&mut table, "filters", target.filters.iter().map(subscription));
    insert_list(&mut table, "exclude", profile.excluded.iter().map(|filter| filter.as_str().into()));
    insert_list(&mut table, "mute", profile.muted.iter().map(|filter| filter.as_str().into()));
    insert_list(&mut table, "saved_filters", profile.saved_filters.iter().map(saved_filter));
    insert_list(&mut table, "pins", profile.pins.iter().map(Value::from));
    insert_list(&mut table, "quiet", profile.quiet.iter().map(Value::from));
    insert_list(&mut table, "browse", profile.browsed.iter().map(|filter| filter.as_str().into()));
    insert_list(&mut table, "decoders", profile.decoders.iter().map(decoder));
    insert_table(&mut table, "tls", tls(&target.tls));
    let mut websocket = Table::new();
    let headers = target.websocket.headers.iter();
    insert_list(
        &mut websocket,
        "headers",
        headers.map(|(name, text)| format!("{name}: {}", text.expose()).into()),
    );
    insert_table(&mut table, "websocket", websocket);
    insert_table(&mut table, "proxy", target.proxy.as_ref().map(proxy).unwrap_or_default());
    insert_table(&mut table, "session", session(target));
    insert_table(&mut table, "will", target.will.as_ref().map(will).unwrap_or_default());
    table
}

/// Does to `file` what leads from `before` to `after`, both made by [`table`]; what is the same in both is not touched, whatever the
/// file says there.
pub(super) fn merge(file: &mut dyn TableLike, before: &dyn TableLike, after: &dyn TableLike) {
    for (key, _) in before.iter().filter(|(key, _)| !after.contains_key(key)) {
        file.remove(key);
    }
    for (key, wanted) in after.iter() {
        let known = before.get(key);
        if known.is_some_and(|known| known.to_string() == wanted.to_string()) {
            continue;
        }
        match (file.get_mut(key), wanted) {
            (Some(Item::Value(Value::Array(list))), Item::Value(Value::Array(wanted))) => {
                merge_list(list, wanted);
            }
            (Some(there), wanted) => match (there.as_table_like_mut(), wanted.as_table_like()) {
                (Some(there), Some(wanted)) => {
                    let nothing = Table::new();
                    merge(there, known.and_then(Item::as_table_like).unwrap_or(&nothing), wanted);
                }
                _ => replace(there, wanted),
            },
            (None, wanted) => {
                file.insert(key, wanted.clone());
            }
        }
    }
}

/// Puts `wanted` where `there` is, with the white space and the comment around it.
fn replace(there: &mut Item, wanted: &Item) {
    let mut wanted = wanted.clone();
    if let (Some(before), Some(after)) = (there.as_value(), wanted.as_value_mut()) {
        *after.decor_mut() = before.decor().clone();
    }
    *there = wanted;
}

/// An element of a list with the white space and comments that are its own.
struct Element {
    /// From the end of the line before to the value.
    before: String,
    value: Value,
    /// From the comma to the end of the line.
    after: String,
}

/// Makes `list` hold what `wanted` holds; elements that stay keep their comments.
fn merge_list(list: &mut Array, wanted: &Array) {
    let (mut old, end) = elements(list);
    // One element a line stays one element a line.
    let indent = old.last().map(|last| last.before.clone()).unwrap_or_default();
    let indent = indent.rfind('\n').map_or_else(String::new, |at| indent[at..].to_owned());
    let separate = |before: &str, is_first: bool| {
        if before.is_empty() && !is_first { " ".to_owned() } else { before.to_owned() }
    };
    list.clear();
    let mut after = String::new();
    for value in wanted {
        let mut value = value.clone();
        value.decor_mut().clear();
        let kept = old.iter().position(|old| is_same(&old.value, &value)).map(|at| old.remove(at));
        let element = kept.unwrap_or_else(|| Element { before: indent.clone(), value, after: String::new() });
        let mut value = element.value;
        let before = separate(&element.before, list.is_empty());
        *value.decor_mut() = Decor::new(format!("{after}{before}"), "");
        list.push_formatted(value);
        after = element.after;
    }
    list.set_trailing_comma(end.contains('\n') && !list.is_empty());
    list.set_trailing(format!("{after}{end}"));
}

/// The elements of `list`, and what stands between the last of them and the bracket, from the end of its line on.
fn elements(list: &Array) -> (Vec<Element>, String) {
    let text = |raw: Option<&RawString>| raw.and_then(RawString::as_str).unwrap_or_default().to_owned();
    let mut found: Vec<Element> = Vec::new();
    let end_line = |found: &mut Vec<Element>, space: String| {
        let Some(last) = found.last_mut() else { return space };
        let line = space.find('\n').unwrap_or(space.len());
        last.after.push_str(&space[..line]);
        space[line..].to_owned()
    };
    for value in list {
        let (prefix, suffix) = (text(value.decor().prefix()), text(value.decor().suffix()));
        let before = end_line(&mut found, prefix);
        let mut value = value.clone();
        value.decor_mut().clear();
        found.push(Element { before, value, after: suffix.trim_end().to_owned() });
    }
    let end = end_line(&mut found, text(Some(list.trailing())));
    // A comment before the bracket on the line of the last element would swallow the bracket.
    let has_comment = found.last().is_some_and(|last| last.after.contains('#'));
    (found, if has_comment && !end.contains('\n') { format!("\n{end}") } else { end })
}

/// Whether two elements say the same, however they are written.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.value() == other.value(),
        (Value::Integer(one), Value::Integer(other)) => one.value() == other.value(),
        (Value::Boolean(one), Value::Boolean(other)) => one.value() == other.value(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::InlineTable(one), Value::InlineTable(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| is_same(one, other)))
        }
        _ => false,
    }
}

/// The URL that is read back: unlike [`Target::url`] with the query of a WebSocket, so not for the screen.
fn full_url(target: &Target) -> String {
    let (scheme, address) = (target.transport.scheme(), target.address());
    match target.transport {
        Transport::Unix if address.starts_with('/') => {
            format!("{scheme}://{}", utf8_percent_encode(&address, PATH))
        }
        Transport::Unix => format!("{scheme}:{address}"),
        transport if transport.is_websocket() => format!("{scheme}://{address}{}", target.websocket.path),
        _ => format!("{scheme}://{address}"),
    }
}

fn insert_text(table: &mut Table, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        table.insert(key, value(text));
    }
}

fn insert_flag(table: &mut Table, key: &str, flag: bool) {
    if flag {
        table.insert(key, value(true));
    }
}

fn insert_number(table: &mut Table, key: &str, number: Option<u32>) {
    if let Some(number) = number {
        table.insert(key, value(i64::from(number)));
    }
}

fn insert_table(table: &mut Table, key: &str, below: Table) {
    if !below.is_empty() {
        table.insert(key, Item::Table(below));
    }
}

/// Long lists are written with one element a line.
fn insert_list(table: &mut Table, key: &str, elements: impl Iterator<Item = Value>) {
    let mut list: Array = elements.collect();
    if list.is_empty() {
        return;
    }
    if list.to_string().chars().count() > 80 {
        for element in list.iter_mut() {
            element.decor_mut().set_prefix("\n    ");
        }
        list.set_trailing("\n");
        list.set_trailing_comma(true);
    }
    table.insert(key, value(list));
}

fn subscription(wanted: &Subscription) -> Value {
    let filter = Value::from(wanted.filter.as_str());
    if *wanted == Subscription::new(wanted.filter.clone(), QoS::default()) {
        return filter;
    }
    let mut options = InlineTable::new();
    options.insert("filter", filter);
    if wanted.qos != QoS::default() {
        options.insert("qos", i64::from(wanted.qos.level()).into());
    }
    if wanted.no_local {
        options.insert("no_local", true.into());
    }
    if wanted.retain_as_published {
        options.insert("retain_as_published", true.into());
    }
    match wanted.retain_handling {
        RetainHandling::Always => {}
        RetainHandling::IfNew => drop(options.insert("retain_handling", "if-new".into())),
        RetainHandling::Never => drop(options.insert("retain_handling", "never".into())),
    }
    if let Some(id) = wanted.id {
        options.insert("id", i64::from(id).into());
    }
    options.into()
}

fn saved_filter(saved: &SavedFilter) -> Value {
    InlineTable::from_iter([("name", saved.name.as_str()), ("filter", saved.text.as_str())]).into()
}

fn decoder(rule: &DecoderRule) -> Value {
    let parts = [("filter", rule.filter.as_str().to_owned()), ("as", rule.decoding.to_string())];
    InlineTable::from_iter(parts).into()
}

fn password(source: &PasswordSource) -> Option<InlineTable> {
    let (key, value): (&str, Value) = match source {
        PasswordSource::None => return None,
        PasswordSource::Prompt => ("prompt", true.into()),
        PasswordSource::Saved(password) => ("saved", password.expose().into()),
        PasswordSource::Environment(name) => ("env", name.into()),
        PasswordSource::File(path) => ("file", path.to_string_lossy().as_ref().into()),
        PasswordSource::Command(command) => ("command", command.into()),
        PasswordSource::Keyring => ("keyring", true.into()),
    };
    Some(InlineTable::from_iter([(key, value)]))
}

fn tls(options: &TlsOptions) -> Table {
    let mut table = Table::new();
    for (key, path) in [("ca", &options.ca_file), ("cert", &options.cert_file), ("key", &options.key_file)] {
        insert_text(&mut table, key, path.as_ref().map(|path| path.to_string_lossy()).as_deref());
    }
    insert_list(&mut table, "alpn", options.alpn.iter().map(Value::from));
    insert_text(&mut table, "server_name", options.server_name.as_deref());
    insert_flag(&mut table, "insecure", options.insecure);
    insert_flag(&mut table, "key_log", options.key_log);
    table
}

fn proxy(proxy: &Proxy) -> Table {
    let mut table = Table::new();
    table.insert("url", value(format!("http://{}", proxy.address())));
    insert_text(&mut table, "user", proxy.user.as_deref());
    insert_text(&mut table, "password", proxy.password.as_ref().map(Secret::expose));
    table
}

fn session(target: &Target) -> Table {
    let mut table = Table::new();
    insert_flag(&mut table, "keep", !target.clean_session);
    match target.session_expiry {
        Some(u32::MAX) => insert_text(&mut table, "expiry", Some("never")),
        seconds => insert_number(&mut table, "expiry", seconds),
    }
    table
}

fn will(will: &Will) -> Table {
    let mut table = Table::new();
    let publication = &will.publication;
    table.insert("topic", value(publication.topic.as_str()));
    match std::str::from_utf8(&publication.payload) {
        Ok("") => {}
        Ok(text) => insert_text(&mut table, "payload", Some(text)),
        Err(_) => insert_text(&mut table, "payload_base64", Some(&BASE64.encode(&publication.payload))),
    }
    if publication.qos != QoS::default() {
        table.insert("qos", value(i64::from(publication.qos.level())));
    }
    insert_flag(&mut table, "retain", publication.retain);
    insert_number(&mut table, "delay", Some(will.delay).filter(|delay| *delay > 0));
    if let Some(properties) = &publication.properties {
        insert_properties(&mut table, properties);
    }
    table
}

fn insert_properties(table: &mut Table, properties: &Properties) {
    insert_number(table, "payload_format", properties.payload_format.map(u32::from));
    insert_number(table, "message_expiry", properties.message_expiry);
    insert_text(table, "content_type", properties.content_type.as_deref());
    insert_text(table, "response_topic", properties.response_topic.as_deref());
    let correlation = properties.correlation_data.as_ref().map(|data| BASE64.encode(data));
    insert_text(table, "correlation_base64", correlation.as_deref());
    let pairs = properties.user_properties.iter();
    insert_list(table, "user_properties", pairs.map(|(name, text)| Array::from_iter([name, text]).into()));
}

pub(super) fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::V4 => "3.1.1",
        Protocol::V5 => "5",
    }
}

/// Every key that a profile can have, the names of the tables below it included.
#[cfg(test)]
pub(super) fn keys(profile: &Profile) -> Vec<String> {
    let mut found = Vec::new();
    for (key, item) in &table(profile) {
        found.push(key.to_owned());
        let below =
            item.as_table_like().into_iter().flat_map(|below| below.iter().map(|(key, _)| key.to_owned()));
        found.extend(below.collect::<Vec<_>>());
    }
    found
}
