//! Topics that got messages and are to be tested again: each once, and not more than can be kept up with.

use crate::app::node_set::NodeSet;
use crate::store::TopicId;

/// Topics remembered one by one; beyond, all are to be tested again.
const MOST: usize = 16_384;

/// The topics.
#[derive(Debug, Default)]
pub(super) struct Touched {
    queue: Vec<TopicId>,
    queued: NodeSet,
    lost: bool,
}

impl Touched {
    pub(super) fn push(&mut self, topic: TopicId) {
        if self.queue.len() >= MOST {
            self.lost |= !self.queued.contains(topic);
        } else if self.queued.insert(topic) {
            self.queue.push(topic);
        }
    }

    pub(super) fn pop(&mut self) -> Option<TopicId> {
        let topic = self.queue.pop()?;
        self.queued.remove(topic);
        Some(topic)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether topics were touched that are not remembered; asked once.
    pub(super) fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.lost)
    }
}
