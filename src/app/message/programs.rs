//! The jq programs that payloads are filtered by, one a topic.

use std::sync::Arc;

/// Topics whose program is kept; the one that was set first goes when there are more.
const MOST: usize = 200;

/// Programs by topic.
#[derive(Debug, Default)]
pub struct Programs {
    /// The newest last.
    by_topic: Vec<(String, Arc<str>)>,
}

impl Programs {
    /// The program for a topic.
    pub fn of(&self, topic: &str) -> Option<Arc<str>> {
        self.by_topic.iter().find(|(known, _)| known == topic).map(|(_, program)| Arc::clone(program))
    }

    /// Sets the program of a topic; without text it has none any more.
    pub(in crate::app) fn set(&mut self, topic: &str, program: &str) {
        self.by_topic.retain(|(known, _)| known != topic);
        if program.is_empty() {
            return;
        }
        if self.by_topic.len() == MOST {
            self.by_topic.remove(0);
        }
        self.by_topic.push((topic.to_owned(), Arc::from(program)));
    }
}
