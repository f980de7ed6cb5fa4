//! The hub: one task that owns every session, the retained messages and `$SYS`. It never waits for a client; connections
//! and in-process clients wait for it. This file has the task and the clock; `presence` has who comes and goes, `routing`
//! what they send.

use std::collections::BTreeSet;
use std::time::Duration;

use hashbrown::HashMap;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Stats;
use super::command::{Command, End, LinkId};
use super::misbehaviour::Misbehaviour;
use super::packet::reason;
use super::retained::Retained;
use super::session::Session;
use super::subscriptions::{Match, SessionKey, Subscriptions};
use super::sys::{Counters, Snapshot, SysTree};
use crate::model::{Protocol, Publication, QoS};

/// Commands handled between two looks at the clock.
const TURN: usize = 32;
/// How often retained messages that expired are forgotten, in any case.
const SWEEP: Duration = Duration::from_secs(60);

/// The state behind the broker.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) sessions: Vec<Option<Session>>,
    pub(super) free: Vec<SessionKey>,
    pub(super) by_client_id: HashMap<String, SessionKey>,
    pub(super) links: HashMap<LinkId, SessionKey>,
    pub(super) subscriptions: Subscriptions,
    pub(super) retained: Retained,
    pub(super) counters: Counters,
    pub(super) faults: watch::Receiver<Misbehaviour>,
    pub(super) queue_bytes: usize,
    pub(super) dirty: Vec<SessionKey>,
    /// Kept to spare an allocation for each message.
    pub(super) matches: Vec<Match>,
    /// When sessions that are away have a will due or expire.
    pub(super) timers: BTreeSet<(Instant, SessionKey)>,
    sys: SysTree,
    sys_interval: Duration,
    next_sys: Instant,
    pub(super) names_given: u64,
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
                self.counters.count_local(&publication);
                self.counters.count_received(&publication);
                self.route(publication, Some(key), now);
            }
            Command::Dismiss(farewell) => self.dismiss(&farewell, now),
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
            subscribes_received: counters.subscribes_received,
            publishes_received: counters.publishes_received,
            publishes_sent: counters.publishes_sent,
            publishes_dropped: counters.publishes_dropped,
            payload_bytes_received: counters.payload_bytes_received,
            payload_bytes_sent: counters.payload_bytes_sent,
            bytes_received: counters.bytes_received,
            bytes_sent: counters.bytes_sent,
        }
    }

    fn say_goodbye(&mut self) {
        for key in 0..self.sessions.len() {
            self.cut(key, Some(reason::SERVER_SHUTTING_DOWN.into()));
        }
    }

    /// The protocol version of a session's client.
    pub(super) fn protocol(&self, key: SessionKey) -> Option<Protocol> {
        self.sessions[key].as_ref().map(|session| session.protocol)
    }
}
