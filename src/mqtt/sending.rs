//! What the live link sends: subscriptions and publishes as the wire has room, within what the broker allows.

use tokio::time::Instant;

use super::link::{Link, Unsent};
use super::publishes::Stage;
use super::subscriptions::Ask;
use super::task::Task;
use super::wire::{Answer, TooLarge};
use crate::model::{Protocol, Publication, PublishId, PublishState, QoS, SessionEvent, Severity};

impl Task {
    /// Sends again what a kept session has in flight, in order (MQTT 5.0, 4.4).
    pub(super) fn resend(&mut self, link: &mut Link) {
        let mut refused = Vec::new();
        for flight in self.publishes.flights() {
            match flight.stage {
                Stage::Released => link.wire.acknowledge(Answer::PubRel, flight.packet),
                Stage::Published => {
                    if link.wire.publish(&flight.publication, flight.packet, true).is_err() {
                        refused.push(flight.packet);
                    }
                }
            }
        }
        for packet in refused {
            if let Some((id, _)) = self.publishes.take_back(packet) {
                self.ids.done(packet);
                self.published(id, PublishState::Lost("the broker now accepts smaller packets only".into()));
            }
        }
    }

    /// Hands to the wire what it has room for: subscriptions, publishes.
    pub(super) fn feed(&mut self, link: &mut Link) {
        while link.leaving.is_none() && link.wire.has_room() {
            let sent = self.feed_subscription(link) || self.feed_publish(link);
            if !sent {
                return;
            }
        }
    }

    /// Whether there was something to ask for.
    fn feed_subscription(&mut self, link: &mut Link) -> bool {
        let Some(ask) = self.subscriptions.next() else { return false };
        let Some(id) = self.ids.take() else {
            self.subscriptions.untake(ask);
            return false;
        };
        match ask {
            Ask::Subscribe(wanted) => {
                let with_id = link.limits.subscription_ids_available != Some(false);
                match link.wire.subscribe(id, &wanted, with_id) {
                    Ok(()) => {
                        let (now, stable) = (Instant::now(), self.timing.stable);
                        self.subscriptions.sent_subscribe(id, wanted, now, stable);
                    }
                    Err(TooLarge(bytes)) => {
                        self.ids.done(id);
                        let reason =
                            format!("the SUBSCRIBE for it has {bytes} bytes, more than the broker accepts");
                        for event in self.subscriptions.refuse(&wanted, &reason) {
                            self.outlet.push(event);
                        }
                    }
                }
            }
            Ask::Unsubscribe(filter) => {
                // It is no larger than the SUBSCRIBE that went before it.
                if link.wire.unsubscribe(id, &filter).is_ok() {
                    self.subscriptions.sent_unsubscribe(id, filter);
                } else {
                    self.ids.done(id);
                }
            }
        }
        true
    }

    /// Whether a publish was taken.
    fn feed_publish(&mut self, link: &mut Link) -> bool {
        let Some((id, publication)) = self.publishes.next() else { return false };
        if let Some(reason) = refusal(link, &publication) {
            self.published(id, PublishState::Failed(reason));
            return true;
        }
        let publication = self.within_qos(link, publication);
        let packet = if publication.qos == QoS::AtMostOnce { Some(0) } else { self.ids.take() };
        let Some(packet) = packet else {
            self.publishes.put_back(std::iter::once((id, publication)));
            return false;
        };
        if let Err(TooLarge(bytes)) = link.wire.publish(&publication, packet, false) {
            self.ids.done(packet);
            let most = link.limits.maximum_packet.unwrap_or(u32::MAX);
            let reason = format!("the packet has {bytes} bytes; this broker accepts at most {most}");
            self.published(id, PublishState::Failed(reason));
            return true;
        }
        self.handed(link, id, packet, publication);
        true
    }

    fn handed(&mut self, link: &mut Link, id: PublishId, packet: u16, publication: Publication) {
        let unsent = if packet == 0 {
            Unsent::Once(id, publication)
        } else {
            self.publishes.began(packet, id, publication);
            Unsent::Flight(packet, id)
        };
        link.unsent.push_back((link.wire.queued(), unsent));
    }

    /// Lowers the QoS to the highest the broker accepts, and says so once (E08).
    fn within_qos(&mut self, link: &mut Link, publication: Publication) -> Publication {
        let highest = link.highest_qos();
        if publication.qos <= highest {
            return publication;
        }
        if !link.told_qos {
            link.told_qos = true;
            self.outlet.push(SessionEvent::Notice(
                Severity::Warning,
                format!("this broker accepts QoS {highest} at most: publishing with QoS {highest}"),
            ));
        }
        Publication { qos: highest, ..publication }
    }

    /// Tells of publishes that have left by now.
    pub(super) fn sent(&mut self, link: &mut Link) {
        let left = link.wire.left();
        while link.unsent.front().is_some_and(|(at, _)| *at <= left) {
            let Some((_, unsent)) = link.unsent.pop_front() else { return };
            link.published = Some(Instant::now());
            match unsent {
                Unsent::Once(id, _) => self.published(id, PublishState::Sent),
                Unsent::Flight(packet, id) => {
                    if self.publishes.left(packet, self.clock.now()) {
                        self.published(id, PublishState::Sent);
                    }
                }
            }
        }
    }
}

/// Why the broker would not take this publish, as far as it said so before (E13).
fn refusal(link: &Link, publication: &Publication) -> Option<String> {
    if publication.properties.is_some() && link.wire.protocol() == Protocol::V4 {
        return Some("MQTT 3.1.1 cannot carry properties".into());
    }
    if publication.retain && link.limits.retain_available == Some(false) {
        return Some("this broker keeps no retained messages: send it without retain".into());
    }
    None
}
