//! Sparkplug B payloads (Eclipse Sparkplug 3.0, 6.4): metrics by name with typed values, as JSON text. Numbers of fields are those of the
//! specification's schema. Metrics are an object by name, so that a chart finds its metric wherever it stands in a message.

mod aliases;
mod fields;
mod value;

pub use aliases::SparkplugAliases;

use super::fault::Fault;
use super::protobuf::by_number;
use super::wire::{Field, Fields, Value};
use super::writer::Writer;
use aliases::Names;
use fields::{flag, number, text, wrong};
use value::Datatype;

/// Templates and property sets within each other.
const MOST_NESTED: usize = 32;
/// Marks topics of Sparkplug B.
pub(super) const NAMESPACE: &str = "spBv1.0/";

/// What a topic of Sparkplug says of its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Metrics.
    Payload,
    /// The state of a host.
    State,
}

/// The role of `topic`: `spBv1.0/group/NDATA/node`, `spBv1.0/STATE/host` (3.0) or `STATE/host` (2.2).
pub(super) fn role(topic: &str) -> Option<Role> {
    let Some(rest) = topic.strip_prefix(NAMESPACE) else {
        return topic.strip_prefix("STATE/").is_some_and(|host| !host.contains('/')).then_some(Role::State);
    };
    match rest.strip_prefix("STATE/") {
        Some(_) => Some(Role::State),
        None => Some(Role::Payload),
    }
}

/// Group, message type, node and device of a topic.
struct Place<'a> {
    message: &'a str,
    /// `group/…/node`, which aliases belong to.
    group: &'a str,
    node: &'a str,
    device: &'a str,
}

impl<'a> Place<'a> {
    fn of(topic: &'a str) -> Option<Self> {
        let mut levels = topic.strip_prefix(NAMESPACE)?.split('/');
        let (group, message, node) = (levels.next()?, levels.next()?, levels.next()?);
        Some(Self { message, group, node, device: levels.next().unwrap_or_default() })
    }
}

/// What a reader has to know beside the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen {
    /// Metrics that came with an alias no birth was seen for.
    pub(super) unnamed: usize,
}

/// Writes the payload `bytes` of `topic`; on a fault what is written is of no use.
pub(super) fn render(
    bytes: &[u8],
    topic: &str,
    aliases: Option<&SparkplugAliases>,
    writer: &mut Writer,
) -> Result<Seen, Fault> {
    let place = Place::of(topic);
    let names = place.as_ref().and_then(|place| aliases?.names(place));
    let device = place.map_or("", |place| place.device);
    let mut renderer = Renderer { writer, names, timestamp: None, device, seen: Seen::default() };
    renderer.payload(bytes)?;
    Ok(renderer.seen)
}

/// The compressed payload that the payload `bytes` is the envelope of (Tahu: a UUID that says so).
pub(super) fn compressed(bytes: &[u8]) -> Option<&[u8]> {
    let (mut says_so, mut body) = (false, None);
    for field in Fields::new(bytes) {
        match field.ok()? {
            Field { number: 4, value: Value::Bytes(uuid) } => says_so = uuid == b"SPBV1.0_COMPRESSED",
            Field { number: 5, value: Value::Bytes(bytes) } => body = Some(bytes),
            _ => {}
        }
    }
    body.filter(|_| says_so)
}

struct Renderer<'a, 'w> {
    writer: &'w mut Writer,
    names: Option<&'a Names>,
    /// When the payload was made, as it says itself.
    timestamp: Option<u64>,
    device: &'a str,
    seen: Seen,
}

/// A metric, with its fields sorted out.
#[derive(Default)]
struct Metric<'a> {
    name: Option<&'a str>,
    alias: Option<u64>,
    timestamp: Option<u64>,
    datatype: Option<u64>,
    historical: bool,
    transient: bool,
    null: bool,
    metadata: Option<&'a [u8]>,
    properties: Option<&'a [u8]>,
    value: Option<Field<'a>>,
    /// All of them.
    bytes: &'a [u8],
}

impl<'a> Metric<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut metric = Self { bytes, ..Self::default() };
        for field in Fields::new(bytes) {
            let field = field?;
            match field.number {
                1 => metric.name = Some(text(field)?),
                2 => metric.alias = Some(number(field)?),
                3 => metric.timestamp = Some(number(field)?),
                4 => metric.datatype = Some(number(field)?),
                5 => metric.historical = flag(field)?,
                6 => metric.transient = flag(field)?,
                7 => metric.null = flag(field)?,
                8 => metric.metadata = Some(fields::bytes(field)?),
                9 => metric.properties = Some(fields::bytes(field)?),
                10..=18 => metric.value = Some(field),
                _ => {}
            }
        }
        Ok(metric)
    }
}

impl Renderer<'_, '_> {
    fn payload(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        fields::check(bytes)?;
        if bytes.is_empty() {
            return Err(Fault::ends(0));
        }
        if Fields::new(bytes).flatten().all(|field| field.number > 5) {
            return Err(Fault::new(0, "no field of Sparkplug's in the message"));
        }
        self.timestamp = fields::of(bytes, 1).last().map(number).transpose()?;
        self.writer.open('{');
        self.metrics(bytes, 0)?;
        for field in Fields::new(bytes).flatten() {
            match field.number {
                1 => self.entry("timestamp", number(field)?),
                3 => self.entry("seq", number(field)?),
                4 => {
                    self.writer.key("uuid");
                    self.writer.text(text(field)?);
                }
                5 => {
                    self.writer.key("body");
                    self.writer.bytes(fields::bytes(field)?);
                }
                _ => {}
            }
        }
        by_number(bytes, |number| number > 5, self.writer, 0)?;
        self.writer.close('}');
        Ok(())
    }

    fn entry(&mut self, key: &str, value: impl std::fmt::Display) {
        self.writer.key(key);
        self.writer.plain(value);
    }

    /// The object of those of the fields `bytes` that are metrics.
    fn metrics(&mut self, bytes: &[u8], depth: usize) -> Result<(), Fault> {
        self.writer.key("metrics");
        self.writer.open('{');
        for field in fields::of(bytes, 2) {
            if self.writer.is_full() {
                return Err(Fault::too_long(0));
            }
            self.metric(&Metric::read(fields::bytes(field)?)?, depth)?;
        }
        self.writer.close('}');
        Ok(())
    }

    fn metric(&mut self, metric: &Metric<'_>, depth: usize) -> Result<(), Fault> {
        // What was stored while the node was away is sent by the numbers of now.
        let timestamp = self.timestamp.filter(|_| !metric.historical);
        let names = self.names.and_then(|names| names.at(timestamp));
        let born = names.and_then(|names| match (metric.name, metric.alias) {
            (None, Some(alias)) => names.by_alias(alias, timestamp),
            (Some(name), _) => names.by_name(self.device, name),
            (None, None) => None,
        });
        match (metric.name, metric.alias, born) {
            (Some(name), ..) => self.writer.key(name),
            (None, _, Some(born)) => self.writer.key(&born.name),
            (None, Some(alias), None) => {
                self.seen.unnamed += 1;
                self.writer.key(&format!("alias {alias}"));
            }
            (None, None, None) => self.writer.key(""),
        }
        let code = metric.datatype.or(born.map(|born| u64::from(born.datatype)));
        let datatype = code.map(Datatype);
        self.writer.open('{');
        self.writer.key("value");
        match metric.value {
            Some(value) if !metric.null => self.value(value, datatype, depth)?,
            _ => self.writer.plain("null"),
        }
        if let Some(datatype) = datatype {
            self.writer.key("type");
            self.datatype(datatype);
        }
        for (key, value) in [("alias", metric.alias), ("timestamp", metric.timestamp)] {
            if let Some(value) = value {
                self.entry(key, value);
            }
        }
        for (key, set) in [("is_historical", metric.historical), ("is_transient", metric.transient)] {
            if set {
                self.entry(key, true);
            }
        }
        if let Some(metadata) = metric.metadata {
            self.writer.key("metadata");
            fields::metadata(metadata, self.writer)?;
        }
        if let Some(properties) = metric.properties {
            self.writer.key("properties");
            value::property_set(properties, self.writer, depth + 1)?;
        }
        by_number(metric.bytes, |number| number > 18, self.writer, depth)?;
        self.writer.close('}');
        Ok(())
    }

    fn datatype(&mut self, datatype: Datatype) {
        match datatype.name() {
            Some(name) => self.writer.text(name),
            None => self.writer.plain(datatype.0),
        }
    }

    /// The value of a metric: fields 10 to 18.
    fn value(&mut self, field: Field<'_>, datatype: Option<Datatype>, depth: usize) -> Result<(), Fault> {
        match (field.number, field.value) {
            (17, Value::Bytes(bytes)) => value::data_set(bytes, self.writer),
            (18, Value::Bytes(bytes)) => self.template(bytes, depth + 1),
            (16, Value::Bytes(bytes)) => {
                value::packed(bytes, datatype, self.writer);
                Ok(())
            }
            // The plain values have the same order wherever they stand.
            (number @ 10..=15, value) => value::plain(number - 10, value, datatype, self.writer),
            _ => Err(wrong(field)),
        }
    }

    /// A definition or instance of a structure (6.4.18).
    fn template(&mut self, bytes: &[u8], depth: usize) -> Result<(), Fault> {
        if depth > MOST_NESTED {
            return Err(Fault::new(0, format!("templates nested deeper than {MOST_NESTED}")));
        }
        fields::check(bytes)?;
        self.writer.open('{');
        self.metrics(bytes, depth)?;
        for field in Fields::new(bytes).flatten() {
            match field.number {
                1 | 4 => {
                    self.writer.key(if field.number == 1 { "version" } else { "template_ref" });
                    self.writer.text(text(field)?);
                }
                5 => self.entry("is_definition", flag(field)?),
                _ => {}
            }
        }
        let mut parameters = fields::of(bytes, 3).peekable();
        if parameters.peek().is_some() {
            self.writer.key("parameters");
            self.writer.open('{');
            for field in parameters {
                value::parameter(fields::bytes(field)?, self.writer)?;
            }
            self.writer.close('}');
        }
        by_number(bytes, |number| number > 5, self.writer, depth)?;
        self.writer.close('}');
        Ok(())
    }
}

#[cfg(test)]
mod tests;
