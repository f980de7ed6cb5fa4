//! The QoS 1 and 2 messages of one session that were sent and not acknowledged to the end, in their order.

use std::collections::VecDeque;

use super::packet::{Delivery, Outgoing};
use crate::model::QoS;

#[derive(Debug)]
struct Entry {
    delivery: Delivery,
    /// PUBREC came: PUBREL is what is to be acknowledged now.
    released: bool,
    /// Sent on the present connection.
    sent: bool,
}

/// Messages under way. Its owner keeps their number within what the client takes.
#[derive(Debug, Default)]
pub(super) struct Inflight {
    entries: VecDeque<Entry>,
    last_pkid: u16,
}

impl Inflight {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.entries.iter().map(|entry| &entry.delivery)
    }

    /// Gives a delivery its packet id and remembers it as sent.
    pub(super) fn push(&mut self, delivery: &mut Delivery) {
        delivery.pkid = self.free_pkid();
        self.entries.push_back(Entry { delivery: delivery.clone(), released: false, sent: true });
    }

    /// Appends what an earlier connection left unacknowledged (MQTT 3.1.1, 4.4), at most `max` under way in all.
    pub(super) fn resend(&mut self, max: usize, batch: &mut Vec<Outgoing>) {
        let under_way = self.entries.iter().filter(|entry| entry.sent).count();
        let room = max.saturating_sub(under_way);
        for entry in self.entries.iter_mut().filter(|entry| !entry.sent).take(room) {
            entry.sent = true;
            batch.push(if entry.released {
                Outgoing::PubRel { pkid: entry.delivery.pkid, reason: 0 }
            } else {
                Outgoing::Publish(Delivery { dup: true, ..entry.delivery.clone() })
            });
        }
    }

    /// PUBACK, PUBCOMP or a refusing PUBREC: the message is done with.
    pub(super) fn acknowledged(&mut self, pkid: u16) {
        self.entries.retain(|entry| entry.delivery.pkid != pkid);
    }

    /// PUBREC: true when a QoS 2 message waits for it.
    pub(super) fn released(&mut self, pkid: u16) -> bool {
        let entry = self.entries.iter_mut().find(|entry| entry.delivery.pkid == pkid);
        entry.is_some_and(|entry| {
            entry.released = true;
            entry.delivery.qos == QoS::ExactlyOnce
        })
    }

    /// The connection ended: everything is to be sent again.
    pub(super) fn go_offline(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.sent = false);
    }

    fn free_pkid(&mut self) -> u16 {
        loop {
            self.last_pkid = self.last_pkid.checked_add(1).unwrap_or(1);
            if self.entries.iter().all(|entry| entry.delivery.pkid != self.last_pkid) {
                return self.last_pkid;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::Instant;

    use super::super::packet::Stored;
    use super::*;
    use crate::model::Publication;

    #[test]
    fn packet_ids_wrap_around_and_skip_those_in_use() {
        let qos = QoS::AtLeastOnce;
        let publication =
            Publication { topic: "t".to_owned(), payload: "x".into(), qos, retain: false, properties: None };
        let mut delivery = Delivery {
            message: Arc::new(Stored::new(publication, Instant::now())),
            qos,
            retain: false,
            dup: false,
            pkid: 0,
            subscription_ids: Vec::new(),
            replayed: false,
        };
        let mut inflight = Inflight { last_pkid: u16::MAX - 1, ..Inflight::default() };
        inflight.push(&mut delivery);
        assert_eq!(delivery.pkid, u16::MAX);
        inflight.last_pkid = u16::MAX - 1;
        inflight.push(&mut delivery);
        assert_eq!(delivery.pkid, 1, "0 is no packet id and 65,535 is in use");
    }
}
