//! Which filters are wanted, asked for and granted. Packs them into few SUBSCRIBEs, maps each SUBACK to its request, and
//! finds the filter over which a broker drops the link. Used by the task (requests) and the live link (sending, answers).
//!
//! Ordinary filters go together, `$SYS` filters one by one after everything else is answered: several brokers refuse them or
//! drop the link over them. After such a drop the next connection is careful, one filter at a time; a filter that did it is
//! left out, and after the second drop nothing untried is asked for any more (C15: never more than two disconnects).

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::{QoS, SessionEvent, Severity, SubscriptionState, Target, TopicFilter};

/// Filters in one SUBSCRIBE at most.
const MAX_FILTERS: usize = 100;
/// Bytes of filters in one SUBSCRIBE at most; one longer filter goes alone.
const MAX_FILTER_BYTES: usize = 60_000;
/// Drops after which nothing untried is asked for.
const MAX_DROPS: u32 = 2;

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
    filter: TopicFilter,
    qos: QoS,
    stage: Stage,
    /// Granted at some time: never to blame for a drop.
    proven: bool,
}

impl Entry {
    fn is_apart(&self) -> bool {
        self.filter.as_str().starts_with('$') && self.filter.shared().is_none()
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
    /// One SUBSCRIBE with these filters.
    Subscribe(Vec<(TopicFilter, QoS)>),
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
    drops: u32,
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
            settled: false,
        };
        for wanted in &target.filters {
            subscriptions.want(wanted.filter.clone(), wanted.qos);
        }
        if target.sys
            && let Ok(sys) = TopicFilter::parse("$SYS/#")
        {
            subscriptions.want(sys, QoS::AtMostOnce);
        }
        subscriptions
    }

    /// Wants `filter` from now on.
    pub(super) fn add(&mut self, filter: TopicFilter, qos: QoS) -> SessionEvent {
        self.leaving.retain(|leaving| *leaving != filter);
        self.want(filter.clone(), qos);
        SessionEvent::Subscription(filter, SubscriptionState::Requested(qos))
    }

    fn want(&mut self, filter: TopicFilter, qos: QoS) {
        self.settled = false;
        match self.entries.iter_mut().find(|entry| entry.filter == filter) {
            Some(entry) => {
                entry.qos = qos;
                entry.stage = Stage::Wanted;
            }
            None => self.entries.push(Entry { filter, qos, stage: Stage::Wanted, proven: false }),
        }
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
            entry.filter == filter && (entry.proven || !matches!(entry.stage, Stage::Wanted | Stage::LeftOut))
        });
        self.entries.retain(|entry| entry.filter != filter);
        if asked && (connected || kept) {
            self.leaving.push_back(filter);
            return None;
        }
        Some(SessionEvent::Subscription(filter, SubscriptionState::Removed))
    }

    /// A connection begins. With a session the broker kept, what was granted still is.
    pub(super) fn connected(&mut self, kept: bool) -> Vec<SessionEvent> {
        self.settled = false;
        let mut events = Vec::new();
        for entry in &mut self.entries {
            if entry.stage == Stage::LeftOut || (kept && entry.stage == Stage::Granted) {
                continue;
            }
            entry.stage = Stage::Wanted;
            events.push(SessionEvent::Subscription(
                entry.filter.clone(),
                SubscriptionState::Requested(entry.qos),
            ));
        }
        if !kept {
            events.extend(self.leaving.drain(..).map(removed));
        }
        events
    }

    /// The connection ended. What was being unsubscribed is gone with the session, or is asked for again.
    pub(super) fn disconnected(&mut self, kept: bool) -> Vec<SessionEvent> {
        self.settled = false;
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
        let most = if self.careful { 1 } else { MAX_FILTERS };
        let mut filters = Vec::new();
        let mut bytes = 0;
        for entry in self.entries.iter_mut().filter(|e| e.stage == Stage::Wanted && !e.is_apart()) {
            bytes += entry.filter.as_str().len() + 3;
            if filters.len() == most || (bytes > MAX_FILTER_BYTES && !filters.is_empty()) {
                break;
            }
            entry.stage = Stage::Asked;
            filters.push((entry.filter.clone(), entry.qos));
        }
        if filters.is_empty() && !asking {
            let apart = self.entries.iter_mut().find(|entry| entry.stage == Stage::Wanted)?;
            apart.stage = Stage::Asked;
            filters.push((apart.filter.clone(), apart.qos));
        }
        (!filters.is_empty()).then_some(Ask::Subscribe(filters))
    }

    /// Takes back what [`Subscriptions::next`] returned: the wire had no room.
    pub(super) fn untake(&mut self, ask: Ask) {
        self.settled = false;
        match ask {
            Ask::Subscribe(filters) => {
                for entry in self.entries.iter_mut().filter(|entry| entry.stage == Stage::Asked) {
                    if filters.iter().any(|(filter, _)| *filter == entry.filter) {
                        entry.stage = Stage::Wanted;
                    }
                }
            }
            Ask::Unsubscribe(filter) => self.leaving.push_front(filter),
        }
    }

    /// SUBSCRIBE went out under packet id `id`.
    pub(super) fn sent_subscribe(&mut self, id: u16, filters: Vec<(TopicFilter, QoS)>, at: Instant) {
        self.sent.retain(|sent| sent.id != id);
        let filters = filters.into_iter().map(|(filter, _)| filter).collect();
        self.sent.push(Sent { id, filters, at, overdue: false });
    }

    /// UNSUBSCRIBE went out under packet id `id`.
    pub(super) fn sent_unsubscribe(&mut self, id: u16, filter: TopicFilter) {
        self.left.push((id, filter));
    }

    /// SUBACK: what became of each filter (C16).
    pub(super) fn suback(&mut self, id: u16, granted: &[Option<QoS>]) -> Vec<SessionEvent> {
        self.settled = false;
        let Some(position) = self.sent.iter().position(|sent| sent.id == id) else {
            return vec![SessionEvent::Notice(
                Severity::Warning,
                format!("the broker answered a SUBSCRIBE that was not sent (SUBACK {id})"),
            )];
        };
        let mut events = Vec::new();
        let filters = self.sent.remove(position).filters;
        for (index, filter) in filters.into_iter().enumerate() {
            let Some(entry) = self.entries.iter_mut().find(|entry| entry.filter == filter) else { continue };
            if let Some(Some(qos)) = granted.get(index) {
                entry.stage = Stage::Granted;
                entry.proven = true;
                events.push(SessionEvent::Subscription(filter, SubscriptionState::Granted(*qos)));
                continue;
            }
            entry.stage = Stage::Refused;
            let answered = index < granted.len();
            let reason = if answered { "the broker denied it" } else { "SUBACK has no answer for it" };
            events.push(SessionEvent::Notice(Severity::Warning, denial(&filter, answered)));
            events.push(SessionEvent::Subscription(filter, SubscriptionState::Refused(reason.into())));
        }
        events
    }

    /// UNSUBACK.
    pub(super) fn unsuback(&mut self, id: u16) -> Option<SessionEvent> {
        let position = self.left.iter().position(|(left, _)| *left == id)?;
        Some(removed(self.left.remove(position).1))
    }

    /// When the next answer is overdue.
    pub(super) fn deadline(&self, patience: Duration) -> Option<Instant> {
        self.sent.iter().filter(|sent| !sent.overdue).map(|sent| sent.at + patience).min()
    }

    /// Answers that are overdue (C17): events, and packet ids that need not be kept free any longer.
    pub(super) fn overdue(&mut self, now: Instant, patience: Duration) -> (Vec<SessionEvent>, Vec<u16>) {
        let (mut events, mut ids) = (Vec::new(), Vec::new());
        for sent in self.sent.iter_mut().filter(|sent| !sent.overdue && sent.at + patience <= now) {
            sent.overdue = true;
            self.settled = false;
            ids.push(sent.id);
            for filter in &sent.filters {
                let asked = |entry: &&mut Entry| entry.filter == *filter && entry.stage == Stage::Asked;
                let Some(entry) = self.entries.iter_mut().find(asked) else { continue };
                entry.stage = Stage::Unanswered;
                events.push(SessionEvent::Notice(
                    Severity::Warning,
                    format!("no answer to the subscription '{filter}' within {} s", patience.as_secs_f32()),
                ));
                events.push(SessionEvent::Subscription(filter.clone(), SubscriptionState::Unanswered));
            }
        }
        (events, ids)
    }

    /// The broker dropped the link (C15). `None` when no SUBSCRIBE written within `blame` explains it; otherwise what to
    /// tell, and the next connection knows better.
    pub(super) fn dropped(&mut self, now: Instant, blame: Duration) -> Option<Vec<SessionEvent>> {
        let fresh: Vec<&TopicFilter> =
            self.sent.iter().filter(|sent| sent.at + blame >= now).flat_map(|sent| &sent.filters).collect();
        let suspect =
            |entry: &Entry| entry.stage == Stage::Asked && !entry.proven && fresh.contains(&&entry.filter);
        let suspects: Vec<usize> =
            self.entries.iter().enumerate().filter(|(_, entry)| suspect(entry)).map(|(at, _)| at).collect();
        if suspects.is_empty() {
            return None;
        }
        self.drops += 1;
        self.careful = true;
        let mut events = Vec::new();
        if let [only] = suspects[..]
            && (self.entries[only].is_apart() || self.drops >= MAX_DROPS)
        {
            events.extend(self.leave_out(only, "the broker closes the connection over it"));
        } else {
            events.push(SessionEvent::Notice(
                Severity::Warning,
                "the broker closed the connection right after SUBSCRIBE; trying one filter at a time".into(),
            ));
        }
        if self.drops >= MAX_DROPS {
            for at in 0..self.entries.len() {
                if !self.entries[at].proven && self.entries[at].stage != Stage::LeftOut {
                    events.extend(self.leave_out(
                        at,
                        "not tried: the broker has closed the connection twice over subscriptions",
                    ));
                }
            }
        }
        Some(events)
    }

    fn leave_out(&mut self, at: usize, reason: &str) -> [SessionEvent; 2] {
        let entry = &mut self.entries[at];
        entry.stage = Stage::LeftOut;
        let filter = entry.filter.clone();
        [
            SessionEvent::Notice(
                Severity::Warning,
                format!("broker refused '{filter}': {reason}; going on without it"),
            ),
            SessionEvent::Subscription(filter, SubscriptionState::Refused(reason.to_owned())),
        ]
    }
}

fn removed(filter: TopicFilter) -> SessionEvent {
    SessionEvent::Subscription(filter, SubscriptionState::Removed)
}

fn denial(filter: &TopicFilter, answered: bool) -> String {
    let hint = match filter.as_str() {
        _ if !answered => ": its SUBACK does not mention it",
        "#" => " (EMQX's default ACL does): subscribe to a narrower filter",
        _ => "",
    };
    format!("Broker denied subscription '{filter}'{hint}")
}
