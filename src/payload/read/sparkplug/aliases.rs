//! Names and types of Sparkplug metrics, learned from births: data messages carry numbers instead (Sparkplug 3.0, 6.4.6).
//!
//! A birth of the node gives every number anew. What was said before it stays for the messages before it, which are told by the
//! timestamps of sender and birth: both are of the node's own clock.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::super::unwrap::{Limits, marked, unwrap};
use super::super::wire::Fields;
use super::{Metric, NAMESPACE, Place, compressed, fields};

/// Names and aliases kept for one connection, at most: 200,000 metrics that have both.
const MOST_ENTRIES: usize = 400_000;
/// Bytes of names kept for one connection, at most.
const MOST_BYTES: usize = 32 << 20;
/// Content of a compressed birth that is learned from; it is unwrapped as it comes.
const LARGEST_BIRTH: Limits = Limits { content: 4 << 20, ..Limits::GLANCE };

/// What births said, of one connection. Bounded; what does not fit is counted.
#[derive(Debug, Clone, Default)]
pub struct SparkplugAliases {
    /// By `group/node`: aliases are a node's own, its devices' included.
    nodes: HashMap<String, Arc<Names>>,
    entries: usize,
    bytes: usize,
    dropped: u64,
}

/// What one node and its devices said.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    aliases: HashMap<u64, Born>,
    /// By device, which is empty for the node itself, and name.
    types: HashMap<(Arc<str>, Arc<str>), Born>,
    /// Bytes of all that, without what was said before.
    bytes: usize,
    /// Timestamp of the birth that ended what was said before; 0 when nothing was.
    since: u64,
    former: Option<Arc<Names>>,
}

/// A metric as it was born.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Born {
    pub(super) name: Arc<str>,
    pub(super) datatype: u32,
    /// Timestamp of the device's birth that gave the number to this metric; 0 when no other had it.
    since: u64,
}

impl Born {
    fn is(&self, name: &str, datatype: u32) -> bool {
        &*self.name == name && self.datatype == datatype
    }
}

impl Names {
    /// What held for a message with this timestamp, if that is still known; without one, what holds now.
    pub(super) fn at(&self, timestamp: Option<u64>) -> Option<&Self> {
        match timestamp.filter(|at| *at < self.since) {
            Some(at) => self.former.as_deref().filter(|former| at >= former.since),
            None => Some(self),
        }
    }

    /// The metric that had this number in a message with this timestamp.
    pub(super) fn by_alias(&self, alias: u64, timestamp: Option<u64>) -> Option<&Born> {
        self.aliases.get(&alias).filter(|born| timestamp.is_none_or(|at| at >= born.since))
    }

    pub(super) fn by_name(&self, device: &str, name: &str) -> Option<&Born> {
        self.types.get(&(Arc::from(device), Arc::from(name)))
    }
}

impl SparkplugAliases {
    /// Learns from a message; anything but a birth is left at once. Call it for each message whose topic starts with `spBv1.0/`.
    pub fn learn(&mut self, topic: &str, payload: &[u8]) {
        let Some(place) = Place::of(topic) else { return };
        let is_of_node = match (place.message, place.device) {
            ("NBIRTH", "") => true,
            ("DBIRTH", device) if !device.is_empty() => false,
            _ => return,
        };
        let payload = whole(payload);
        let fields = || Fields::new(&payload).map_while(Result::ok);
        let timestamp = fields().find(|field| field.number == 1).and_then(|field| fields::number(field).ok());
        // The birth of a node ends what was said before, by its devices too.
        if is_of_node {
            self.end(&place, timestamp);
        }
        let device: Arc<str> = Arc::from(place.device);
        for metric in fields().filter(|field| field.number == 2) {
            let metric = fields::bytes(metric).and_then(Metric::read);
            if let Ok(Metric { name: Some(name), alias, datatype: Some(datatype), .. }) = metric {
                let born = Born { name: Arc::from(name), datatype: datatype as u32, since: 0 };
                self.keep(&place, &device, alias, born, timestamp.unwrap_or_default());
            }
        }
    }

    fn keep(
        &mut self,
        place: &Place<'_>,
        device: &Arc<str>,
        alias: Option<u64>,
        mut born: Born,
        timestamp: u64,
    ) {
        let key = node_key(place);
        let bytes = born.name.len() + device.len();
        let lacks_room =
            |all: &Self| all.entries >= MOST_ENTRIES || all.bytes + bytes + key.len() > MOST_BYTES;
        if lacks_room(self) {
            self.forget_former(&key);
        }
        if lacks_room(self) {
            self.dropped += 1;
            return;
        }
        let length = key.len();
        let names = Arc::make_mut(self.nodes.entry(key).or_insert_with(|| {
            self.bytes += length;
            Arc::new(Names { bytes: length, ..Names::default() })
        }));
        if let Some(other) = alias.and_then(|alias| names.aliases.get(&alias)) {
            born.since = if other.is(&born.name, born.datatype) { other.since } else { timestamp };
        }
        let alias = alias.is_some_and(|alias| names.aliases.insert(alias, born.clone()).is_none());
        let name = names.types.insert((device.clone(), born.name.clone()), born).is_none();
        self.entries += usize::from(alias) + usize::from(name);
        if alias || name {
            names.bytes += bytes;
            self.bytes += bytes;
        }
    }

    /// Ends what is known of a node. It stays for the messages before `timestamp`, where that tells them apart.
    fn end(&mut self, place: &Place<'_>, timestamp: Option<u64>) {
        let key = node_key(place);
        self.forget_former(&key);
        let Some(names) = self.nodes.remove(&key) else { return };
        match timestamp.filter(|timestamp| *timestamp > names.since) {
            Some(since) => {
                self.bytes += key.len();
                let names = Names { bytes: key.len(), since, former: Some(names), ..Names::default() };
                self.nodes.insert(key, Arc::new(names));
            }
            None => self.release(&names),
        }
    }

    fn forget_former(&mut self, key: &str) {
        let names = self.nodes.get_mut(key).filter(|names| names.former.is_some());
        if let Some(former) = names.and_then(|names| Arc::make_mut(names).former.take()) {
            self.release(&former);
        }
    }

    /// Counts `names` no more.
    fn release(&mut self, names: &Names) {
        self.entries -= names.types.len() + names.aliases.len();
        self.bytes -= names.bytes;
    }

    pub(super) fn names(&self, place: &Place<'_>) -> Option<&Names> {
        self.nodes.get(&node_key(place)).map(Arc::as_ref)
    }

    /// What is known for `topic` alone, for a worker. Costs next to nothing.
    #[must_use]
    pub fn of_topic(&self, topic: &str) -> Self {
        let place = Place::of(topic).filter(|_| topic.starts_with(NAMESPACE));
        let entry = place.and_then(|place| self.nodes.get_key_value(&node_key(&place)));
        let nodes = entry.map(|(key, names)| (key.clone(), names.clone())).into_iter().collect();
        Self { nodes, ..Self::default() }
    }

    /// Metrics that were not learned because there were too many.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// The payload itself, or what is in it when it is compressed.
fn whole(payload: &[u8]) -> Cow<'_, [u8]> {
    let unwrapped = compressed(payload).and_then(|body| unwrap(marked(body)?, body, LARGEST_BIRTH).ok());
    unwrapped
        .filter(|unwrapped| unwrapped.whole)
        .map_or(Cow::Borrowed(payload), |unwrapped| Cow::Owned(unwrapped.bytes))
}

fn node_key(place: &Place<'_>) -> String {
    format!("{}/{}", place.group, place.node)
}
