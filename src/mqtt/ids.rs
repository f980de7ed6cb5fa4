//! Packet ids: which are in use by PUBLISH, SUBSCRIBE and UNSUBSCRIBE, and which comes next (MQTT 5.0, 2.2.1). Used by the live
//! link.

use std::collections::HashSet;

/// Packet ids in use.
#[derive(Debug, Default)]
pub(super) struct Ids {
    last: u16,
    in_use: HashSet<u16>,
}

impl Ids {
    /// The next free id, in use from now on; `None` when all 65,535 are.
    pub(super) fn take(&mut self) -> Option<u16> {
        if self.in_use.len() == usize::from(u16::MAX) {
            return None;
        }
        loop {
            self.last = self.last.checked_add(1).unwrap_or(1);
            if self.in_use.insert(self.last) {
                return Some(self.last);
            }
        }
    }

    /// Notes that `id` is done.
    pub(super) fn done(&mut self, id: u16) {
        self.in_use.remove(&id);
    }

    /// A connection begins: only `in_flight` are still in use.
    pub(super) fn keep_only(&mut self, in_flight: impl Iterator<Item = u16>) {
        self.in_use = in_flight.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_in_use_is_not_given_again_when_the_ring_comes_round() {
        let mut ids = Ids::default();
        for expected in 1..=u16::MAX {
            assert_eq!(ids.take(), Some(expected));
            if expected != 3 {
                ids.done(expected);
            }
        }
        assert_eq!((ids.take(), ids.take(), ids.take()), (Some(1), Some(2), Some(4)), "0 and 3 are left out");
    }

    #[test]
    fn when_all_are_in_use_there_is_none_until_one_is_done() {
        let mut ids = Ids::default();
        for _ in 1..=u16::MAX {
            assert!(ids.take().is_some());
        }
        assert_eq!(ids.take(), None);
        ids.done(7);
        assert_eq!(ids.take(), Some(7));
        ids.keep_only([1, 2].into_iter());
        assert_eq!(ids.take(), Some(8));
    }
}
