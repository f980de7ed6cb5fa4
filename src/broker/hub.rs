//! The hub: one task that owns every session, the retained messages and `$SYS`. It never waits for a client; connections
//! and in-process clients wait for it. This file has the task, who comes and who goes; `routing` has what they send.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hashbrown::HashMap;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::misbehaviour::Misbehaviour;
use super::packet::{Connect, Inbound, Outgoing, RetainHandling, Wanted, Will, reason};
use super::retained::Retained;
use super::session::{Link, Session};
use super::subscriptions::{Match, SessionKey, Subscriptions};
use super::sys::{Counters, Snapshot, SysTree};
use super::{Stats, packet};
use crate::model::{Protocol, Publication, QoS, TopicFilter};

/// Commands handled between two looks at the clock.
const TURN: usize = 32;
/// Room for the batches under way and a last one with DISCONNECT.
const BATCHES: usize = 3;
/// How often retained messages that expired are forgotten, in any case.
const SWEEP: Duration = Duration::from_secs(60);

/// Names one connection, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LinkId(u64);

impl LinkId {
    pub(super) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What connections and in-process clients tell the hub.
#[derive(Debug)]
pub(super) enum Command {
    /// A socket was accepted.
    Accepted,
    /// A client wants in.
    Attach(Box<Attach>),
    /// A client sent packets; `bytes` were read from its socket for them.
    Packets { link: LinkId, packets: Vec<Inbound>, bytes: usize },
    /// A batch went out, in so many bytes.
    Written { link: LinkId, bytes: usize },
    /// A connection ended without DISCONNECT.
    Closed { link: LinkId, end: End },
    /// An in-process client publishes.
    LocalPublish { link: LinkId, publication: Publication },
    /// Somebody wants the counters.
    Stats(oneshot::Sender<Stats>),
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The client is gone: its will is due.
    Lost,
    /// An in-process client left in order: no will.
    Left,
    /// It broke the rules (MQTT 5 reason code): it is told, its will is due.
    Fault(u8),
}

/// A client that wants in, its login accepted.
#[derive(Debug)]
pub(super) struct Attach {
    pub(super) link: LinkId,
    connect: Connect,
    batches: mpsc::Sender<Vec<Outgoing>>,
    closing: CancellationToken,
    /// The subscriptions of an in-process client.
    local: Option<Vec<TopicFilter>>,
}

impl Attach {
    /// With the receiver of everything the hub sends to it.
    pub(super) fn new(
        connect: Connect,
        closing: CancellationToken,
        local: Option<Vec<TopicFilter>>,
    ) -> (Self, mpsc::Receiver<Vec<Outgoing>>) {
        let (batches, taken) = mpsc::channel(BATCHES);
        (Self { link: LinkId::next(), connect, batches, closing, local }, taken)
    }
}

/// The state behind the broker.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) sessions: Vec<Option<Session>>,
    free: Vec<SessionKey>,
    by_client_id: HashMap<String, SessionKey>,
    links: HashMap<LinkId, SessionKey>,
    pub(super) subscriptions: Subscriptions,
    pub(super) retained: Retained,
    pub(super) counters: Counters,
    pub(super) faults: watch::Receiver<Misbehaviour>,
    pub(super) queue_bytes: usize,
    pub(super) dirty: Vec<SessionKey>,
    /// Kept to spare an allocation for each message.
    pub(super) matches: Vec<Match>,
    /// When sessions that are away have a will due or expire.
    timers: BTreeSet<(Instant, SessionKey)>,
    sys: SysTree,
    sys_interval: Duration,
    next_sys: Instant,
    names_given: u64,
}

/// Runs the hub until `stop`.
pub(super) async fn run(mut hub: Hub, mut inbox: mpsc::Receiver<Command>, stop: CancellationToken) {
    loop {
        hub.on_time(Instant::now());
        hub.flush(Instant::now());
        let wake = hub.wake();
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            command = inbox.recv() => {
                let Some(command) = command else { break };
                let now = Instant::now();
                hub.handle(command, now);
                hub.flush(now);
                for _ in 1..TURN {
                    let Ok(command) = inbox.try_recv() else { break };
                    hub.handle(command, now);
                    hub.flush(now);
                }
            }
            () = sleep_until(wake) => {}
        }
    }
    hub.say_goodbye();
}

impl Hub {
    pub(super) fn new(
        sys_interval: Duration,
        queue_bytes: usize,
        faults: watch::Receiver<Misbehaviour>,
    ) -> Self {
        let now = Instant::now();
        Self {
            sessions: Vec::new(),
            free: Vec::new(),
            by_client_id: HashMap::new(),
            links: HashMap::new(),
            subscriptions: Subscriptions::new(),
            retained: Retained::default(),
            counters: Counters::default(),
            faults,
            queue_bytes,
            dirty: Vec::new(),
            matches: Vec::new(),
            timers: BTreeSet::new(),
            sys: SysTree::new(now),
            sys_interval,
            next_sys: now,
            names_given: 0,
        }
    }

    /// Handles one command. Messages it causes wait for [`Hub::flush`].
    pub(super) fn handle(&mut self, command: Command, now: Instant) {
        match command {
            Command::Accepted => self.counters.sockets += 1,
            Command::Attach(attach) => self.attach(*attach, now),
            Command::Packets { link, packets, bytes } => {
                self.counters.bytes_received += bytes as u64;
                for packet in packets {
                    // Looked up every time: a packet may end its own connection.
                    let Some(key) = self.links.get(&link).copied() else { return };
                    self.counters.packets_received += 1;
                    self.packet(key, packet, now);
                }
            }
            Command::Written { link, bytes } => {
                self.counters.bytes_sent += bytes as u64;
                if let Some(key) = self.links.get(&link).copied()
                    && let Some(session) = &mut self.sessions[key]
                    && let Some(link) = &mut session.link
                {
                    link.under_way -= 1;
                    self.mark(key);
                }
            }
            Command::Closed { link, end } => {
                let Some(key) = self.links.get(&link).copied() else { return };
                match end {
                    End::Lost => self.detach(key, true, now),
                    End::Left => self.detach(key, false, now),
                    End::Fault(reason) => self.close(key, reason, now),
                }
            }
            Command::LocalPublish { link, publication } => {
                let Some(key) = self.links.get(&link).copied() else { return };
                self.counters.packets_received += 1;
                self.counters.count_received(&publication);
                self.route(publication, Some(key), now);
            }
            Command::Stats(reply) => {
                // Whoever asked may have stopped waiting.
                let _ = reply.send(self.stats());
            }
        }
    }

    /// Hands waiting packets to the connections that have room.
    pub(super) fn flush(&mut self, now: Instant) {
        while let Some(key) = self.dirty.pop() {
            let Some(session) = &mut self.sessions[key] else { continue };
            session.is_dirty = false;
            if !session.flush(&self.retained, &mut self.counters, now) {
                self.detach(key, true, now);
            }
        }
    }

    /// Has the session flushed.
    pub(super) fn mark(&mut self, key: SessionKey) {
        if let Some(session) = &mut self.sessions[key]
            && !session.is_dirty
        {
            session.is_dirty = true;
            self.dirty.push(key);
        }
    }

    fn attach(&mut self, attach: Attach, now: Instant) {
        let Attach { link: id, mut connect, batches, closing, local } = attach;
        let assigned = connect.client_id.is_empty().then(|| self.new_client_id());
        let client_id = assigned.clone().unwrap_or_else(|| std::mem::take(&mut connect.client_id));
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
        let greeting = Outgoing::ConnAck { session_present: resumed.is_some(), assigned, max_qos };
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
        self.cut(key, Some(reason::SESSION_TAKEN_OVER));
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
    pub(super) fn close(&mut self, key: SessionKey, reason: u8, now: Instant) {
        self.cut(key, Some(reason));
        self.detach(key, true, now);
    }

    /// Closes the connection of a session, after telling why if there is a reason.
    pub(super) fn cut(&mut self, key: SessionKey, reason: Option<u8>) {
        let Some(session) = &mut self.sessions[key] else { return };
        let mut last = session.take_answers();
        let Some(link) = session.link.take() else { return };
        self.links.remove(&link.id);
        last.extend(reason.map(|reason| Outgoing::Disconnect { reason }));
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
    fn end_what_is_due(&mut self, key: SessionKey, now: Instant) {
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

    /// Does everything whose time has come.
    pub(super) fn on_time(&mut self, now: Instant) {
        while let Some((at, key)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.timers.remove(&(at, key));
            // The session may have been resumed, or another may be in its place: it knows what is due.
            if self.sessions[key].as_ref().is_some_and(|session| session.link.is_none()) {
                self.end_what_is_due(key, now);
            }
        }
        if self.next_sys <= now {
            self.retained.expire(now);
            if self.sys_interval.is_zero() {
                self.next_sys = now + SWEEP;
            } else {
                self.next_sys = now + self.sys_interval;
                self.publish_sys(now);
            }
        }
    }

    fn publish_sys(&mut self, now: Instant) {
        let (mut held, mut held_bytes) = (self.retained.count(), self.retained.bytes());
        for session in self.sessions.iter().flatten() {
            let (count, bytes) = session.held();
            held += count;
            held_bytes += bytes;
        }
        let snapshot = Snapshot {
            clients_total: self.by_client_id.len(),
            clients_connected: self.links.len(),
            held,
            held_bytes,
            subscriptions: self.subscriptions.count(),
            shared_subscriptions: self.subscriptions.shared(),
            retained: self.retained.count(),
            counters: self.counters,
        };
        for (topic, value) in self.sys.changes(&snapshot, now) {
            let publication = Publication {
                topic,
                payload: value.into(),
                // As mosquitto does.
                qos: QoS::ExactlyOnce,
                retain: true,
                properties: None,
            };
            self.route(publication, None, now);
        }
    }

    fn wake(&self) -> Instant {
        self.timers.first().map_or(self.next_sys, |(at, _)| self.next_sys.min(*at))
    }

    fn stats(&self) -> Stats {
        let counters = &self.counters;
        Stats {
            clients_connected: self.links.len(),
            clients_total: self.by_client_id.len(),
            subscriptions: self.subscriptions.count(),
            retained: self.retained.count(),
            packets_received: counters.packets_received,
            packets_sent: counters.packets_sent,
            publishes_received: counters.publishes_received,
            publishes_sent: counters.publishes_sent,
            publishes_dropped: counters.publishes_dropped,
            payload_bytes_received: counters.payload_bytes_received,
            payload_bytes_sent: counters.payload_bytes_sent,
            bytes_received: counters.bytes_received,
            bytes_sent: counters.bytes_sent,
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

    fn say_goodbye(&mut self) {
        for key in 0..self.sessions.len() {
            self.cut(key, Some(packet::reason::SERVER_SHUTTING_DOWN));
        }
    }

    /// The protocol version of a session's client.
    pub(super) fn protocol(&self, key: SessionKey) -> Option<Protocol> {
        self.sessions[key].as_ref().map(|session| session.protocol)
    }
}
