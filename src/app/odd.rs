//! What is odd about messages: the shape of each topic that is looked at is learnt from its history, oldest first, and then with each
//! message that comes; each is judged by those before it. Topics nobody looks at cost nothing.

use std::collections::VecDeque;

use hashbrown::HashMap;

use super::Connection;
use crate::model::Decoding;
use crate::payload::Kind;
use crate::payload::shape::{Oddity, Shape};
use crate::store::{MessageRef, Seq, TopicId};

/// Bytes up to which a payload is learnt from.
const LARGEST: usize = 16 * 1024;
/// Messages of a topic's history that are learnt from: the newest.
const MOST_MESSAGES: usize = 20_000;
/// Messages, and bytes of payload, in one piece: about a millisecond.
const PIECE: usize = 300;
const PIECE_BYTES: usize = 64 * 1024;
/// Messages before anything is odd: the first few show what there is.
const LEAST_MESSAGES: u32 = 5;
/// Odd messages remembered of one topic.
const MOST_ODD: usize = 200;
/// Topics whose shape is kept, and bytes of them all.
const MOST_TOPICS: usize = 1_000;
const MOST_BYTES: usize = 16 << 20;

/// The shapes of the topics that were looked at.
#[derive(Debug, Default)]
pub struct Shapes {
    topics: HashMap<TopicId, Known>,
    /// Counts the changes of the topic looked at.
    turn: u64,
    current: Option<TopicId>,
    /// There is more to be learnt of the current one.
    behind: bool,
}

/// What is known of one topic.
#[derive(Debug, Default)]
struct Known {
    /// What its messages were taken for, and by which schemas: by others they have another shape.
    decoding: Option<Decoding>,
    schemas: u32,
    shape: Shape,
    learnt: Option<Seq>,
    odd: VecDeque<(Seq, Vec<Oddity>)>,
    turn: u64,
}

impl Shapes {
    /// What is odd about a message, as far as it was learnt.
    pub fn oddities(&self, topic: TopicId, seq: Seq) -> &[Oddity] {
        let odd = self.topics.get(&topic).and_then(|known| {
            let at = known.odd.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
            known.odd.get(at)
        });
        odd.map_or(&[], |(_, oddities)| oddities)
    }

    pub(super) fn has_work(&self) -> bool {
        self.behind
    }

    /// Another topic is looked at: makes room for it.
    fn turn_to(&mut self, topic: TopicId) {
        if self.current == Some(topic) {
            return;
        }
        self.current = Some(topic);
        self.turn += 1;
        self.topics.entry(topic).or_default().turn = self.turn;
        while self.topics.len() > 1 && (self.topics.len() > MOST_TOPICS || self.bytes() > MOST_BYTES) {
            let oldest = self.topics.iter().min_by_key(|(_, known)| known.turn).map(|(topic, _)| *topic);
            let Some(oldest) = oldest else { return };
            self.topics.remove(&oldest);
        }
    }

    fn bytes(&self) -> usize {
        self.topics.values().map(|known| known.shape.memory()).sum()
    }
}

impl Known {
    fn learn(&mut self, seq: Seq, text: Option<&str>) {
        self.learnt = Some(seq);
        let Some(text) = text else { return };
        let settled = self.shape.messages() >= LEAST_MESSAGES;
        let oddities = if settled { self.shape.judge(text) } else { Vec::new() };
        self.shape.learn(text);
        if oddities.is_empty() {
            return;
        }
        if self.odd.len() == MOST_ODD {
            self.odd.pop_front();
        }
        self.odd.push_back((seq, oddities));
    }
}

impl Connection {
    /// What is odd about a message of the topic looked at; nothing about one that was not learnt from.
    pub fn oddities(&self, topic: TopicId, seq: Seq) -> &[Oddity] {
        self.shapes.oddities(topic, seq)
    }

    /// Learns a piece of the selected topic's history that is not learnt yet.
    pub(super) fn learn_shape(&mut self) {
        let topic = self.tree.selected().filter(|topic| self.store.is_topic(*topic));
        let Some(topic) = topic else {
            self.shapes.behind = false;
            return;
        };
        self.shapes.turn_to(topic);
        let Some(mut known) = self.shapes.topics.remove(&topic) else { return };
        let path = self.store.path(topic);
        let decoding = self.message.decodings.of_topic(path, &self.profile.decoders).cloned();
        let schemas = self.message.schemas.generation();
        if (&known.decoding, known.schemas) != (&decoding, schemas) {
            known = Known { decoding, schemas, turn: known.turn, ..Known::default() };
        }
        let newer = match known.learnt {
            Some(seq) => self.store.index_of(topic, seq),
            None => self.store.history_len(topic),
        };
        let newer = newer.min(MOST_MESSAGES);
        let count = newer.min(PIECE);
        let messages: Vec<MessageRef<'_>> =
            self.store.history_from(topic, newer - count).take(count).collect();
        let (mut bytes, mut done) = (0, 0);
        for message in messages.iter().rev() {
            if bytes > PIECE_BYTES {
                break;
            }
            bytes += message.payload.len().min(LARGEST);
            done += 1;
            if message.payload.len() > LARGEST {
                known.learn(message.seq, None);
                continue;
            }
            let taken_for = self.decoding_of(topic, message.seq).map(|chosen| chosen.decoding);
            if taken_for != known.decoding {
                // Chosen for this one alone.
                known.learn(message.seq, None);
                continue;
            }
            let reading = self.read_small(message);
            let is_value = reading.is_json() || matches!(reading.kind, Kind::Number | Kind::Boolean);
            known.learn(message.seq, reading.text(message.payload).filter(|_| is_value));
        }
        self.shapes.behind = done > 0 && done < newer;
        self.shapes.topics.insert(topic, known);
    }
}
