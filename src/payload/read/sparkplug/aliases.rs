//! Names and types of Sparkplug metrics, learned from births: data messages carry numbers instead (Sparkplug 3.0, 6.4.6).

use std::collections::HashMap;
use std::sync::Arc;

use super::super::wire::Fields;
use super::{Metric, NAMESPACE, Place, fields};

/// Names and aliases kept for one connection, at most: 200,000 metrics that have both.
const MOST_ENTRIES: usize = 400_000;
/// Bytes of names kept for one connection, at most.
const MOST_BYTES: usize = 32 << 20;

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
    bytes: usize,
}

/// A metric as it was born.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Born {
    pub(super) name: Arc<str>,
    pub(super) datatype: u32,
}

impl Names {
    pub(super) fn by_alias(&self, alias: u64) -> Option<&Born> {
        self.aliases.get(&alias)
    }

    pub(super) fn by_name(&self, device: &str, name: &str) -> Option<&Born> {
        self.types.get(&(Arc::from(device), Arc::from(name)))
    }
}

impl SparkplugAliases {
    /// Learns from a message; anything but a birth is left at once. Call it for each message whose topic starts with `spBv1.0/`.
    pub fn learn(&mut self, topic: &str, payload: &[u8]) {
        let Some(place) = Place::of(topic) else { return };
        match (place.message, place.device) {
            // The birth of a node ends what was said before, by its devices too.
            ("NBIRTH", "") => self.forget(&place),
            ("DBIRTH", device) if !device.is_empty() => {}
            _ => return,
        }
        let device: Arc<str> = Arc::from(place.device);
        let metrics = Fields::new(payload).map_while(Result::ok).filter(|field| field.number == 2);
        for metric in metrics {
            let metric = fields::bytes(metric).and_then(Metric::read);
            if let Ok(Metric { name: Some(name), alias, datatype: Some(datatype), .. }) = metric {
                self.keep(&place, &device, name, alias, datatype as u32);
            }
        }
    }

    fn keep(&mut self, place: &Place<'_>, device: &Arc<str>, name: &str, alias: Option<u64>, datatype: u32) {
        let key = node_key(place);
        let bytes = name.len() + device.len();
        if self.entries >= MOST_ENTRIES || self.bytes + bytes + key.len() > MOST_BYTES {
            self.dropped += 1;
            return;
        }
        let length = key.len();
        let names = Arc::make_mut(self.nodes.entry(key).or_insert_with(|| {
            self.bytes += length;
            Arc::new(Names { bytes: length, ..Names::default() })
        }));
        let born = Born { name: Arc::from(name), datatype };
        let alias = alias.is_some_and(|alias| names.aliases.insert(alias, born.clone()).is_none());
        let name = names.types.insert((device.clone(), born.name.clone()), born).is_none();
        self.entries += usize::from(alias) + usize::from(name);
        if alias || name {
            names.bytes += bytes;
            self.bytes += bytes;
        }
    }

    fn forget(&mut self, place: &Place<'_>) {
        if let Some(names) = self.nodes.remove(&node_key(place)) {
            self.entries -= names.types.len() + names.aliases.len();
            self.bytes -= names.bytes;
        }
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

fn node_key(place: &Place<'_>) -> String {
    format!("{}/{}", place.group, place.node)
}
