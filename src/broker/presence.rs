//! Who comes and who goes: sessions begin, are taken over, wait for their client, and end; wills become due.

use std::time::Duration;

use tokio::time::Instant;

use super::command::Attach;
use super::hub::Hub;
use super::misbehaviour::{Announced, Farewell};
use super::packet::{Outgoing, RetainHandling, Wanted, Will, reason};
use super::session::{Link, Session};
use super::subscriptions::SessionKey;
use crate::model::{Protocol, QoS};

impl Hub {
    pub(super) fn attach(&mut self, attach: Attach, now: Instant) {
        let Attach { link: id, mut connect, batches, closing, local } = attach;
        let is_told = local.is_none() && connect.protocol == Protocol::V5;
        let mut announced =
            if is_told { self.faults.borrow().announced.clone() } else { Announced::default() };
        let assigned = announced
            .assigned_client_id
            .clone()
            .or_else(|| connect.client_id.is_empty().then(|| self.new_client_id()));
        let client_id = assigned.clone().unwrap_or_else(|| std::mem::take(&mut connect.client_id));
        announced.assigned_client_id = assigned;
        connect.session_expiry = announced.session_expiry.unwrap_or(connect.session_expiry);
        if let Some(key) = self.by_client_id.get(&client_id).copied() {
            self.take_over(key, connect.clean, now);
        }
        let resumed = self.by_client_id.get(&client_id).copied();
        let key = resumed.unwrap_or_else(|| self.insert(Session::new(client_id, &connect)));
        let max_qos = self.faults.borrow().max_qos;
        let Some(session) = &mut self.sessions[key] else { return };
        session.protocol = connect.protocol;
        session.expiry = connect.session_expiry;
        session.link = Some(Link::new(id, batches, closing, local.is_some(), &connect));
        session.will = connect.will.take();
        self.counters.packets_received += 1;
        self.counters.connections += 1;
        self.links.insert(id, key);
        let session_present = resumed.is_some();
        let greeting = Outgoing::ConnAck { session_present, max_qos, announced: Box::new(announced) };
        let raw = self.faults.borrow().after_connack.clone();
        session.greet(greeting);
        if !raw.is_empty() {
            session.answer(Outgoing::Raw(raw));
        }
        self.mark(key);
        self.counters.clients_maximum = self.counters.clients_maximum.max(self.by_client_id.len());
        for filter in local.into_iter().flatten() {
            let wanted = Wanted {
                filter: filter.as_str().to_owned(),
                qos: QoS::AtMostOnce,
                no_local: false,
                retain_as_published: false,
                retain_handling: RetainHandling::Always,
            };
            self.subscribe(key, &filter, &wanted, QoS::AtMostOnce, None);
        }
    }

    /// A client with the id of session `key` comes: the present connection ends, and the session with it unless it is to
    /// be resumed (MQTT 5.0, 3.1.4).
    fn take_over(&mut self, key: SessionKey, clean: bool, now: Instant) {
        let Some(session) = &mut self.sessions[key] else { return };
        let resumes = !clean && session.expiry > 0;
        let was_connected = session.link.is_some();
        // A delayed will is cancelled when the session goes on (3.1.2.5); one without delay was due at once.
        let will = session.will.take().filter(|will| !resumes || (was_connected && will.delay == 0));
        self.cancel_timers(key);
        self.cut(key, Some(reason::SESSION_TAKEN_OVER.into()));
        if let Some(session) = &mut self.sessions[key] {
            session.go_offline();
        }
        if !resumes {
            self.remove(key);
        }
        if let Some(will) = will {
            self.route(will.publication, None, now);
        }
    }

    /// Ends a connection because of what the client did or wants.
    pub(super) fn close(&mut self, key: SessionKey, farewell: impl Into<Farewell>, now: Instant) {
        self.cut(key, Some(farewell.into()));
        self.detach(key, true, now);
    }

    /// Closes the connection of a session, after a farewell if there is one.
    pub(super) fn cut(&mut self, key: SessionKey, farewell: Option<Farewell>) {
        let Some(session) = &mut self.sessions[key] else { return };
        let mut last = session.take_answers();
        let Some(link) = session.link.take() else { return };
        self.links.remove(&link.id);
        last.extend(farewell.map(|farewell| Outgoing::Disconnect(Box::new(farewell))));
        self.counters.count_sent(&last);
        // A connection that is gone has nobody to tell.
        let _ = link.batches.try_send(last);
        link.closing.cancel();
    }

    /// The client of a session is gone.
    pub(super) fn detach(&mut self, key: SessionKey, with_will: bool, now: Instant) {
        let Some(session) = &mut self.sessions[key] else { return };
        if let Some(link) = session.link.take() {
            self.links.remove(&link.id);
        }
        session.go_offline();
        if !with_will {
            session.will = None;
        }
        let expiry = session.expiry;
        let delay = session.will.as_ref().map(|will| will.delay.min(expiry));
        let after = |seconds: u32| now + Duration::from_secs(seconds.into());
        session.will_at = delay.map(after);
        // `u32::MAX` is for ever (MQTT 5.0, 3.1.2.11.2).
        session.expires_at = (expiry < u32::MAX).then(|| after(expiry));
        self.timers.extend(session.will_at.map(|at| (at, key)));
        self.timers.extend(session.expires_at.map(|at| (at, key)));
        self.end_what_is_due(key, now);
    }

    /// Publishes the will and ends the session of a client that is away, if their time has come.
    pub(super) fn end_what_is_due(&mut self, key: SessionKey, now: Instant) {
        let Some(session) = &mut self.sessions[key] else { return };
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let expired = is_due(session.expires_at);
        let will = if is_due(session.will_at) || expired { session.will.take() } else { None };
        if expired {
            // One that was to end with its connection did not expire.
            self.counters.clients_expired += u64::from(session.expiry > 0);
            self.remove(key);
        }
        if let Some(Will { publication, .. }) = will {
            self.route(publication, None, now);
        }
    }

    /// Ends the connection of every client that came over the network.
    pub(super) fn dismiss(&mut self, farewell: &Farewell, now: Instant) {
        for key in 0..self.sessions.len() {
            let link = self.sessions[key].as_ref().and_then(|session| session.link.as_ref());
            if link.is_some_and(|link| !link.is_local) {
                self.close(key, farewell.clone(), now);
            }
        }
    }

    fn new_client_id(&mut self) -> String {
        loop {
            self.names_given += 1;
            let name = format!("auto-{}", self.names_given);
            if !self.by_client_id.contains_key(&name) {
                return name;
            }
        }
    }

    fn insert(&mut self, session: Session) -> SessionKey {
        let client_id = session.client_id.clone();
        let key = if let Some(key) = self.free.pop() {
            self.sessions[key] = Some(session);
            key
        } else {
            self.sessions.push(Some(session));
            self.sessions.len() - 1
        };
        self.by_client_id.insert(client_id, key);
        key
    }

    fn remove(&mut self, key: SessionKey) {
        self.cancel_timers(key);
        let Some(session) = self.sessions[key].take() else { return };
        for filter in &session.filters {
            self.subscriptions.remove(key, filter);
        }
        self.by_client_id.remove(&session.client_id);
        self.free.push(key);
    }

    /// Forgets when the will and the end of a session are due: a client that comes and goes would pile them up.
    fn cancel_timers(&mut self, key: SessionKey) {
        let Some(session) = &mut self.sessions[key] else { return };
        for at in [session.will_at.take(), session.expires_at.take()].into_iter().flatten() {
            self.timers.remove(&(at, key));
        }
    }
}
