//! What comes back for subscriptions: SUBACK, UNSUBACK, silence, and the link being dropped over one of them.

use std::time::Duration;

use tokio::time::Instant;

use super::{Entry, Sent, Stage, Subscriptions, removed};
use crate::model::{Protocol, QoS, SessionEvent, Severity, Subscription, SubscriptionState, TopicFilter};
use crate::mqtt::explain::Stated;
use crate::mqtt::wire::Answers;

/// Drops after which nothing untried is asked for.
const MAX_DROPS: u32 = 2;

impl Subscriptions {
    /// SUBSCRIBE went out under packet id `id`. Before it, `stable` is a long calm.
    pub(in crate::mqtt) fn sent_subscribe(
        &mut self,
        id: u16,
        wanted: Vec<Subscription>,
        at: Instant,
        stable: Duration,
    ) {
        self.calm_down(at, stable);
        self.calm = None;
        let filters = wanted.into_iter().map(|one| one.filter).collect();
        self.sent.push(Sent { id, filters, at, overdue: false });
    }

    /// These cannot be asked for.
    pub(in crate::mqtt) fn refuse(&mut self, wanted: &[Subscription], reason: &str) -> Vec<SessionEvent> {
        let mut events = Vec::new();
        for entry in
            self.entries.iter_mut().filter(|entry| wanted.iter().any(|one| one.filter == *entry.filter()))
        {
            entry.stage = Stage::Refused;
            events.push(entry.event(SubscriptionState::Refused(reason.to_owned())));
        }
        events
    }

    /// UNSUBSCRIBE went out under packet id `id`.
    pub(in crate::mqtt) fn sent_unsubscribe(&mut self, id: u16, filter: TopicFilter) {
        self.left.push((id, filter));
    }

    /// SUBACK: what became of each filter (C16).
    pub(in crate::mqtt) fn suback(
        &mut self,
        answers: &Answers,
        protocol: Protocol,
        now: Instant,
    ) -> Vec<SessionEvent> {
        self.settled = false;
        let Some(position) = self.sent.iter().position(|sent| sent.id == answers.id) else {
            return vec![SessionEvent::Notice(
                Severity::Warning,
                format!("the broker answered a SUBSCRIBE that was not sent (SUBACK {})", answers.id),
            )];
        };
        let mut events = Vec::new();
        let filters = self.sent.remove(position).filters;
        for (index, filter) in filters.into_iter().enumerate() {
            let code = answers.codes.get(index).copied();
            let Some(entry) = self.entries.iter_mut().find(|entry| *entry.filter() == filter) else {
                continue;
            };
            if let Some(qos) = code.and_then(QoS::from_level) {
                entry.stage = Stage::Granted;
                entry.proven = true;
                events.push(entry.event(SubscriptionState::Granted(qos)));
                continue;
            }
            entry.stage = Stage::Refused;
            let reason = match (code, protocol) {
                (None, _) => "SUBACK has no answer for it".to_owned(),
                (Some(_), Protocol::V4) => "the broker denied it".to_owned(),
                (Some(code), Protocol::V5) => {
                    Stated { code, text: answers.text.clone(), server: None }.advised()
                }
            };
            events.push(entry.event(SubscriptionState::Refused(reason)));
        }
        if !self.entries.iter().any(|entry| matches!(entry.stage, Stage::Wanted | Stage::Asked)) {
            self.calm = Some(now);
        }
        events
    }

    /// UNSUBACK. A broker that refuses goes on sending, which is said.
    pub(in crate::mqtt) fn unsuback(&mut self, answers: &Answers) -> Vec<SessionEvent> {
        let Some(position) = self.left.iter().position(|(left, _)| *left == answers.id) else {
            return Vec::new();
        };
        let filter = self.left.remove(position).1;
        let mut events = Vec::new();
        let code = answers.codes.first().copied().unwrap_or_default();
        let stated = Stated { code, text: answers.text.clone(), server: None };
        if stated.is_failure() {
            events.push(SessionEvent::Notice(
                Severity::Warning,
                format!("broker did not end the subscription '{filter}': {}", stated.advised()),
            ));
        }
        events.push(removed(filter));
        events
    }

    /// When the next answer is overdue.
    pub(in crate::mqtt) fn deadline(&self, patience: Duration) -> Option<Instant> {
        self.sent.iter().filter(|sent| !sent.overdue).map(|sent| sent.at + patience).min()
    }

    /// Answers that are overdue (C17).
    pub(in crate::mqtt) fn overdue(&mut self, now: Instant, patience: Duration) -> Vec<SessionEvent> {
        let mut events = Vec::new();
        for sent in self.sent.iter_mut().filter(|sent| !sent.overdue && sent.at + patience <= now) {
            sent.overdue = true;
            self.settled = false;
            for filter in &sent.filters {
                let asked = |entry: &&mut Entry| entry.filter() == filter && entry.stage == Stage::Asked;
                let Some(entry) = self.entries.iter_mut().find(asked) else { continue };
                entry.stage = Stage::Unanswered;
                events.push(SessionEvent::Notice(
                    Severity::Warning,
                    format!("no answer to the subscription '{filter}' within {} s", patience.as_secs_f32()),
                ));
                events.push(entry.event(SubscriptionState::Unanswered));
            }
        }
        events
    }

    /// After a calm of `stable` the drops before it have nothing to do with what comes. What they taught stays: a broker that
    /// cannot take many filters at once never will, and a filter that was left out stays so.
    pub(in crate::mqtt) fn calm_down(&mut self, now: Instant, stable: Duration) {
        if self.calm.is_some_and(|since| now.saturating_duration_since(since) >= stable) {
            self.drops = 0;
        }
    }

    /// The broker dropped the link (C15). `None` when no SUBSCRIBE written within `blame` explains it; otherwise what to
    /// tell, and the next connection knows better.
    pub(in crate::mqtt) fn dropped(&mut self, now: Instant, blame: Duration) -> Option<Vec<SessionEvent>> {
        let fresh: Vec<&TopicFilter> =
            self.sent.iter().filter(|sent| sent.at + blame >= now).flat_map(|sent| &sent.filters).collect();
        let suspect =
            |entry: &Entry| entry.stage == Stage::Asked && !entry.proven && fresh.contains(&entry.filter());
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
            events.push(self.leave_out(only, "the broker closes the connection over it"));
        } else {
            events.push(SessionEvent::Notice(
                Severity::Warning,
                "the broker closed the connection right after SUBSCRIBE; trying one filter at a time".into(),
            ));
        }
        if self.drops >= MAX_DROPS {
            for at in 0..self.entries.len() {
                if !self.entries[at].proven && self.entries[at].stage != Stage::LeftOut {
                    events.push(self.leave_out(
                        at,
                        "not tried: the broker has closed the connection twice over subscriptions",
                    ));
                }
            }
        }
        Some(events)
    }

    fn leave_out(&mut self, at: usize, reason: &str) -> SessionEvent {
        let entry = &mut self.entries[at];
        entry.stage = Stage::LeftOut;
        entry.event(SubscriptionState::Refused(reason.to_owned()))
    }
}
