//! What the hub does with the packets of connected clients: acknowledge, subscribe, and bring messages to whoever
//! subscribed to them.

use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;

use super::hub::Hub;
use super::packet::{Delivery, Inbound, Outgoing, RetainHandling, Stored, Wanted, reason};
use super::subscriptions::{Granted, Match, SessionKey};
use crate::model::{Protocol, Publication, QoS, TopicFilter, check_topic};

impl Hub {
    /// Handles a packet of the client of session `key`.
    pub(super) fn packet(&mut self, key: SessionKey, packet: Inbound, now: Instant) {
        match packet {
            Inbound::Publish { publication, pkid } => self.published(key, publication, pkid, now),
            Inbound::PubAck { pkid }
            | Inbound::PubComp { pkid }
            | Inbound::PubRec { pkid, refused: true } => {
                self.with_session(key, |session| session.inflight.acknowledged(pkid));
            }
            Inbound::PubRec { pkid, refused: false } => self.with_session(key, |session| {
                let known = session.inflight.released(pkid);
                let reason = if known { reason::SUCCESS } else { reason::PACKET_ID_NOT_FOUND };
                session.answer(Outgoing::PubRel { pkid, reason });
            }),
            Inbound::PubRel { pkid } => self.with_session(key, |session| {
                let known = session.received.remove(&pkid);
                let reason = if known { reason::SUCCESS } else { reason::PACKET_ID_NOT_FOUND };
                session.answer(Outgoing::PubComp { pkid, reason });
            }),
            Inbound::Subscribe { pkid, id, filters } => self.subscribed(key, pkid, id, &filters, now),
            Inbound::Unsubscribe { pkid, filters } => self.unsubscribed(key, pkid, &filters),
            Inbound::Ping => self.with_session(key, |session| session.answer(Outgoing::Pong)),
            Inbound::Disconnect { reason, session_expiry } => {
                self.disconnected(key, reason, session_expiry, now);
            }
        }
    }

    fn with_session(&mut self, key: SessionKey, act: impl FnOnce(&mut super::session::Session)) {
        if let Some(session) = &mut self.sessions[key] {
            act(session);
            self.mark(key);
        }
    }

    fn published(&mut self, key: SessionKey, publication: Publication, pkid: u16, now: Instant) {
        self.counters.count_received(&publication);
        let qos = publication.qos;
        let is_v5 = self.protocol(key) == Some(Protocol::V5);
        let (breach, denied) = {
            let faults = self.faults.borrow();
            (faults.breach(&publication), faults.denies_publish(&publication.topic))
        };
        if let Some(reason) = breach.filter(|_| is_v5) {
            return self.close(key, reason, now);
        }
        let answer_topic =
            publication.properties.as_ref().and_then(|properties| properties.response_topic.as_ref());
        if answer_topic.is_some_and(|topic| check_topic(topic).is_err()) {
            return self.close(key, reason::PROTOCOL_ERROR, now);
        }
        let Some(session) = &mut self.sessions[key] else { return };
        let is_repeated = qos == QoS::ExactlyOnce && session.received.contains(&pkid);
        let reason = if is_repeated {
            reason::SUCCESS
        } else if publication.topic.starts_with("$SYS/") {
            // The broker's own. 3.1.1 has no way to say so.
            reason::NOT_AUTHORIZED
        } else if let Some(reason) = denied {
            reason
        } else if self.route(publication, Some(key), now) {
            reason::SUCCESS
        } else {
            reason::NO_MATCHING_SUBSCRIBERS
        };
        self.with_session(key, |session| match qos {
            QoS::AtMostOnce => {}
            QoS::AtLeastOnce => session.answer(Outgoing::PubAck { pkid, reason }),
            QoS::ExactlyOnce => {
                if reason < 0x80 || !is_v5 {
                    session.received.insert(pkid);
                }
                session.answer(Outgoing::PubRec { pkid, reason });
            }
        });
    }

    /// Keeps a retained message and queues it for every session that subscribed to its topic; true when there was one.
    pub(super) fn route(
        &mut self,
        publication: Publication,
        origin: Option<SessionKey>,
        now: Instant,
    ) -> bool {
        let message = Arc::new(Stored::new(publication, now));
        if message.publication.retain {
            self.retained.keep(&message);
        }
        let mut matches = std::mem::take(&mut self.matches);
        let sessions = &self.sessions;
        let online = |key: SessionKey| sessions[key].as_ref().is_some_and(|session| session.link.is_some());
        self.subscriptions.matching(&message.publication.topic, online, &mut matches);
        matches.retain(|found| !(found.granted.no_local && Some(found.session) == origin));
        // Subscriptions of one client that overlap make one delivery (MQTT 3.1.1, 3.3.5).
        matches.sort_unstable_by_key(|found| (found.shared, found.session));
        for own in matches.chunk_by(|a, b| !a.shared && !b.shared && a.session == b.session) {
            self.deliver(&message, own);
        }
        let has_receiver = !matches.is_empty();
        matches.clear();
        self.matches = matches;
        has_receiver
    }

    /// Queues a message for one session, all of whose subscriptions in `own` match.
    fn deliver(&mut self, message: &Arc<Stored>, own: &[Match]) {
        let Some(first) = own.first() else { return };
        let granted = own.iter().map(|found| found.granted.qos).max().unwrap_or_default();
        let delivery = Delivery {
            message: Arc::clone(message),
            qos: message.publication.qos.min(granted),
            retain: message.publication.retain && own.iter().any(|found| found.granted.retain_as_published),
            dup: false,
            pkid: 0,
            subscription_ids: own.iter().filter_map(|found| found.granted.id).collect(),
            replayed: false,
        };
        let Some(session) = &mut self.sessions[first.session] else { return };
        if !session.offer(delivery, self.queue_bytes) {
            self.counters.publishes_dropped += 1;
        }
        self.mark(first.session);
    }

    fn subscribed(&mut self, key: SessionKey, pkid: u16, id: Option<u32>, filters: &[Wanted], now: Instant) {
        self.counters.subscribes_received += 1;
        let faults = self.faults.borrow().clone();
        let any = |listed: &[String]| filters.iter().any(|wanted| listed.contains(&wanted.filter));
        if any(&faults.disconnect_on) {
            self.cut(key, None);
            return self.detach(key, true, now);
        }
        if any(&faults.ignored) {
            return self.with_session(key, |session| session.answer(Outgoing::Raw(Bytes::new())));
        }
        if filters.iter().any(|wanted| wanted.no_local && wanted.filter.starts_with("$share/")) {
            // MQTT 5.0, 3.8.3.1.
            return self.close(key, reason::PROTOCOL_ERROR, now);
        }
        let is_v5 = self.protocol(key) == Some(Protocol::V5);
        let mut codes = Vec::with_capacity(filters.len());
        for wanted in filters {
            let excluded = || faults.announced.excludes(wanted, id).filter(|_| is_v5);
            let denial = faults.denies_subscribe(wanted).or_else(excluded);
            codes.push(match (TopicFilter::parse(&wanted.filter), denial) {
                (_, Some(reason)) => reason,
                (Err(_), _) => reason::TOPIC_FILTER_INVALID,
                (Ok(filter), _) => {
                    let qos = faults.max_qos.map_or(wanted.qos, |max| max.min(wanted.qos));
                    self.subscribe(key, &filter, wanted, qos, id);
                    qos.level()
                }
            });
        }
        self.with_session(key, |session| session.answer(Outgoing::SubAck { pkid, codes }));
    }

    /// Adds or replaces one subscription and starts sending what is retained for it.
    pub(super) fn subscribe(
        &mut self,
        key: SessionKey,
        filter: &TopicFilter,
        wanted: &Wanted,
        qos: QoS,
        id: Option<u32>,
    ) {
        let granted = Granted::new(wanted, qos, id);
        let is_new = self.subscriptions.insert(key, filter, granted);
        let Some(session) = &mut self.sessions[key] else { return };
        session.filters.insert(filter.clone());
        let is_wanted = match wanted.retain_handling {
            RetainHandling::Always => true,
            RetainHandling::WhenNew => is_new,
            RetainHandling::Never => false,
        };
        // A group gets no retained messages (MQTT 5.0, 4.8.2).
        if is_wanted && filter.shared().is_none() {
            session.replay(filter.clone(), granted);
        }
        self.mark(key);
    }

    fn unsubscribed(&mut self, key: SessionKey, pkid: u16, filters: &[String]) {
        let mut codes = Vec::with_capacity(filters.len());
        for text in filters {
            let code = match TopicFilter::parse(text) {
                Err(_) => reason::TOPIC_FILTER_INVALID,
                Ok(filter) if self.subscriptions.remove(key, &filter) => {
                    self.with_session(key, |session| {
                        session.filters.remove(&filter);
                        session.stop_replay(&filter);
                    });
                    reason::SUCCESS
                }
                Ok(_) => reason::NO_SUBSCRIPTION_EXISTED,
            };
            codes.push(code);
        }
        self.with_session(key, |session| session.answer(Outgoing::UnsubAck { pkid, codes }));
    }

    fn disconnected(&mut self, key: SessionKey, reason: u8, session_expiry: Option<u32>, now: Instant) {
        let Some(session) = &mut self.sessions[key] else { return };
        match session_expiry {
            // A session that was to end cannot be kept after all (MQTT 5.0, 3.14.2.2.2).
            Some(seconds) if seconds > 0 && session.expiry == 0 => {
                return self.close(key, reason::PROTOCOL_ERROR, now);
            }
            Some(seconds) => session.expiry = seconds,
            None => {}
        }
        // Only a normal end cancels the will (3.14.2.1); a reason other than these says something went wrong.
        let with_will = reason >= reason::DISCONNECT_WITH_WILL;
        self.detach(key, with_will, now);
    }
}
