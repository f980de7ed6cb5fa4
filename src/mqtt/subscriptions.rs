//! Which filters are wanted, asked for and granted. Packs them into few SUBSCRIBEs; `answers` maps each SUBACK to its request and
//! finds the filter over which a broker drops the link. Used by the task (requests) and the live link (sending, answers).
//!
//! Ordinary filters go together, `$SYS` filters one by one after everything else is answered: several brokers refuse them or
//! drop the link over them. After such a drop the next connection is careful, one filter at a time; a filter that did it is
//! left out, and after the second drop nothing untried is asked for any more (C15: never more than two disconnects).

mod answers;

use std::collections::VecDeque;

use tokio::time::Instant;

use crate::model::{QoS, ServerLimits, SessionEvent, Subscription, SubscriptionState, Target, TopicFilter};

/// Filters in one SUBSCRIBE at most.
const MAX_FILTERS: usize = 100;
/// Bytes of filters in one SUBSCRIBE at most; one longer filter goes alone.
const MAX_FILTER_BYTES: usize = 60_000;
/// Bytes of a SUBSCRIBE beside its filters at most: fixed header, packet id, subscription id.
const SUBSCRIBE_OVERHEAD: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// To be asked for on this or the next connection.
    Wanted,
    /// Handed to the wire or sent; no SUBACK yet.
    Asked,
    /// Sent, and no SUBACK in time.
    Unanswered,
    Granted,
    /// SUBACK with a failure; asked for again on the next connection.
    Refused,
    /// The broker dropped the link over it, or might; asked for again only when the user says so.
    LeftOut,
}

#[derive(Debug)]
struct Entry {
    wanted: Subscription,
    stage: Stage,
    /// Granted at some time: never to blame for a drop.
    proven: bool,
}

impl Entry {
    fn filter(&self) -> &TopicFilter {
        &self.wanted.filter
    }

    fn is_apart(&self) -> bool {
        self.filter().as_str().starts_with('$') && self.filter().shared().is_none()
    }

    fn event(&self, state: SubscriptionState) -> SessionEvent {
        SessionEvent::Subscription(self.filter().clone(), state)
    }
}

/// A SUBSCRIBE that was written.
#[derive(Debug)]
struct Sent {
    id: u16,
    filters: Vec<TopicFilter>,
    at: Instant,
    overdue: bool,
}

/// What to hand to the wire next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// One SUBSCRIBE with these filters. They have the same subscription id, or none.
    Subscribe(Vec<Subscription>),
    /// One UNSUBSCRIBE.
    Unsubscribe(TopicFilter),
}

/// All filters of a session.
#[derive(Debug)]
pub(super) struct Subscriptions {
    entries: Vec<Entry>,
    sent: Vec<Sent>,
    /// To be unsubscribed from on the next occasion.
    leaving: VecDeque<TopicFilter>,
    left: Vec<(u16, TopicFilter)>,
    careful: bool,
    /// Drops blamed on a SUBSCRIBE, since the last long calm.
    drops: u32,
    /// Since when nothing is left to be asked for or answered on this connection.
    calm: Option<Instant>,
    /// What the broker offers on this connection.
    limits: ServerLimits,
    /// Nothing to ask for until something changes: spares looking through all filters at every read.
    settled: bool,
}

impl Subscriptions {
    pub(super) fn new(target: &Target) -> Self {
        let mut subscriptions = Self {
            entries: Vec::new(),
            sent: Vec::new(),
            leaving: VecDeque::new(),
            left: Vec::new(),
            careful: false,
            drops: 0,
            calm: None,
            limits: ServerLimits::default(),
            settled: false,
        };
        for wanted in &target.filters {
            subscriptions.want(wanted.clone());
        }
        if target.sys {
            subscriptions.want(Subscription::new(TopicFilter::sys(), QoS::AtMostOnce));
        }
        subscriptions
    }

    /// Wants this from now on, or with these options.
    pub(super) fn add(&mut self, wanted: Subscription) -> SessionEvent {
        self.leaving.retain(|leaving| *leaving != wanted.filter);
        let (filter, qos) = (wanted.filter.clone(), wanted.qos);
        let refused = self.unavailable(&filter);
        let entry = self.want(wanted);
        if let Some(reason) = refused {
            entry.stage = Stage::Refused;
            return SessionEvent::Subscription(filter, SubscriptionState::Refused(reason.into()));
        }
        SessionEvent::Subscription(filter, SubscriptionState::Requested(qos))
    }

    fn want(&mut self, wanted: Subscription) -> &mut Entry {
        self.settled = false;
        let known = self.entries.iter().position(|entry| *entry.filter() == wanted.filter);
        let at = known.unwrap_or_else(|| {
            self.entries.push(Entry { wanted: wanted.clone(), stage: Stage::Wanted, proven: false });
            self.entries.len() - 1
        });
        let entry = &mut self.entries[at];
        entry.wanted = wanted;
        entry.stage = Stage::Wanted;
        entry
    }

    /// Why this broker cannot grant `filter`, as far as CONNACK said so.
    fn unavailable(&self, filter: &TopicFilter) -> Option<&'static str> {
        if self.limits.shared_available == Some(false) && filter.shared().is_some() {
            return Some("this broker offers no shared subscriptions");
        }
        let wild = filter.as_str().split('/').any(|level| matches!(level, "+" | "#"));
        (self.limits.wildcards_available == Some(false) && wild)
            .then_some("this broker offers no wildcard subscriptions: subscribe to topics without + and #")
    }

    /// Wants `filter` no longer. The event when nothing needs to be sent for it: `connected` or a kept session needs an
    /// UNSUBSCRIBE, if it was ever asked for.
    pub(super) fn remove(
        &mut self,
        filter: TopicFilter,
        connected: bool,
        kept: bool,
    ) -> Option<SessionEvent> {
        self.settled = false;
        let asked = self.entries.iter().any(|entry| {
            *entry.filter() == filter
                && (entry.proven || !matches!(entry.stage, Stage::Wanted | Stage::LeftOut))
        });
        self.entries.retain(|entry| *entry.filter() != filter);
        if asked && (connected || kept) {
            self.leaving.push_back(filter);
            return None;
        }
        Some(SessionEvent::Subscription(filter, SubscriptionState::Removed))
    }

    /// A connection begins, to a broker with these `limits`. With a session the broker kept, what was granted still is.
    pub(super) fn connected(&mut self, kept: bool, limits: &ServerLimits) -> Vec<SessionEvent> {
        self.settled = false;
        self.limits = limits.clone();
        let mut events = Vec::new();
        for at in 0..self.entries.len() {
            let refused = self.unavailable(self.entries[at].filter());
            let entry = &mut self.entries[at];
            if entry.stage == Stage::LeftOut || (kept && entry.stage == Stage::Granted) {
                continue;
            }
            entry.stage = if refused.is_some() { Stage::Refused } else { Stage::Wanted };
            events.push(entry.event(match refused {
                Some(reason) => SubscriptionState::Refused(reason.into()),
                None => SubscriptionState::Requested(entry.wanted.qos),
            }));
        }
        if !kept {
            events.extend(self.leaving.drain(..).map(removed));
        }
        events
    }

    /// The connection ended. What was being unsubscribed is gone with the session, or is asked for again.
    pub(super) fn disconnected(&mut self, kept: bool) -> Vec<SessionEvent> {
        self.settled = false;
        self.calm = None;
        self.limits = ServerLimits::default();
        self.sent.clear();
        let left = self.left.drain(..).map(|(_, filter)| filter);
        if kept {
            self.leaving.extend(left);
            return Vec::new();
        }
        left.chain(self.leaving.drain(..)).map(removed).collect()
    }

    /// The user asks for a fresh start: what was left out is tried again.
    pub(super) fn forgive(&mut self) {
        self.settled = false;
        self.careful = false;
        self.drops = 0;
        for entry in self.entries.iter_mut().filter(|entry| entry.stage == Stage::LeftOut) {
            entry.stage = Stage::Wanted;
        }
    }

    /// What to send next, if anything. What it returns counts as asked for.
    pub(super) fn next(&mut self) -> Option<Ask> {
        if self.settled {
            return None;
        }
        let ask = self.choose();
        self.settled = ask.is_none();
        ask
    }

    fn choose(&mut self) -> Option<Ask> {
        if let Some(filter) = self.leaving.pop_front() {
            return Some(Ask::Unsubscribe(filter));
        }
        let asking = self.entries.iter().any(|entry| entry.stage == Stage::Asked);
        if self.careful && asking {
            return None;
        }
        let mut wanted = self.together();
        if wanted.is_empty() && !asking {
            let apart = self.entries.iter_mut().find(|entry| entry.stage == Stage::Wanted)?;
            apart.stage = Stage::Asked;
            wanted.push(apart.wanted.clone());
        }
        (!wanted.is_empty()).then_some(Ask::Subscribe(wanted))
    }

    /// Ordinary filters that fit into one SUBSCRIBE, which has one subscription id at most (MQTT 5.0, 3.8.2.1.2).
    fn together(&mut self) -> Vec<Subscription> {
        let most = if self.careful { 1 } else { MAX_FILTERS };
        let most_bytes = self.limits.maximum_packet.map_or(MAX_FILTER_BYTES, |bytes| {
            MAX_FILTER_BYTES.min((bytes as usize).saturating_sub(SUBSCRIBE_OVERHEAD))
        });
        let mut wanted: Vec<Subscription> = Vec::new();
        let mut bytes = 0;
        for entry in self.entries.iter_mut().filter(|e| e.stage == Stage::Wanted && !e.is_apart()) {
            if wanted.first().is_some_and(|first| first.id != entry.wanted.id) {
                continue;
            }
            bytes += entry.wanted.filter.as_str().len() + 3;
            if wanted.len() == most || (bytes > most_bytes && !wanted.is_empty()) {
                break;
            }
            entry.stage = Stage::Asked;
            wanted.push(entry.wanted.clone());
        }
        wanted
    }

    /// Takes back what [`Subscriptions::next`] returned: the wire had no room.
    pub(super) fn untake(&mut self, ask: Ask) {
        self.settled = false;
        match ask {
            Ask::Subscribe(wanted) => {
                for entry in self.entries.iter_mut().filter(|entry| entry.stage == Stage::Asked) {
                    if wanted.iter().any(|one| one.filter == *entry.filter()) {
                        entry.stage = Stage::Wanted;
                    }
                }
            }
            Ask::Unsubscribe(filter) => self.leaving.push_front(filter),
        }
    }
}

fn removed(filter: TopicFilter) -> SessionEvent {
    SessionEvent::Subscription(filter, SubscriptionState::Removed)
}
