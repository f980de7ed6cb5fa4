//! Messages on their way in: which acknowledgement each one gets, and which is a second copy. Kept by the task, because a kept
//! session outlives its connection; asked by the live link.

use std::collections::HashSet;

use super::wire::Answer;
use crate::model::QoS;

/// QoS 2 messages that were received and not yet released. At most one for each packet id.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    unreleased: HashSet<u16>,
}

impl Deliveries {
    /// A PUBLISH came: whether to pass it on, and how to answer. A copy with QoS 1 is passed on, DUP or not: after a reconnect it
    /// may be the only one (C18).
    pub(super) fn received(&mut self, qos: QoS, id: u16) -> (bool, Option<Answer>) {
        match qos {
            QoS::AtMostOnce => (true, None),
            QoS::AtLeastOnce => (true, Some(Answer::PubAck)),
            QoS::ExactlyOnce => (self.unreleased.insert(id), Some(Answer::PubRec)),
        }
    }

    /// PUBREL came; it is answered with PUBCOMP, whether the id is known or not, so that the broker can be done with it.
    pub(super) fn released(&mut self, id: u16) -> Answer {
        self.unreleased.remove(&id);
        Answer::PubComp
    }

    /// The broker begins a new session.
    pub(super) fn forget(&mut self) {
        self.unreleased.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c18_only_a_second_copy_with_qos_2_is_held_back() {
        let mut deliveries = Deliveries::default();
        assert_eq!(deliveries.received(QoS::AtMostOnce, 0), (true, None));
        assert_eq!(deliveries.received(QoS::AtLeastOnce, 5), (true, Some(Answer::PubAck)));
        assert_eq!(deliveries.received(QoS::AtLeastOnce, 5), (true, Some(Answer::PubAck)));
        assert_eq!(deliveries.received(QoS::ExactlyOnce, 5), (true, Some(Answer::PubRec)));
        assert_eq!(deliveries.received(QoS::ExactlyOnce, 5), (false, Some(Answer::PubRec)));
        assert_eq!(deliveries.released(5), Answer::PubComp);
        assert_eq!(deliveries.received(QoS::ExactlyOnce, 5), (true, Some(Answer::PubRec)));
        deliveries.forget();
        assert_eq!(deliveries.received(QoS::ExactlyOnce, 5), (true, Some(Answer::PubRec)));
    }
}
