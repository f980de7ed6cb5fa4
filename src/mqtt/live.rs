//! The connected part of the session task: reads, answers requests, keeps the books, and notices when the link dies.
//!
//! The wire's poll is pinned and kept until it is done, whatever else happens meanwhile; not polling it for a moment is how
//! reading is slowed down, by `pacing` for a few milliseconds and, when the program is behind, for a breath at a time. Each
//! breath lets the wire answer the keep alive, so the connection survives a program that stands still (C19).

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::explain::Fault;
use super::link::{Handed, Link};
use super::subscriptions::Ask;
use super::task::{Next, Task};
use super::wire::{CHANNEL_ROOM, READ_MOST, Wire, WireEvent};
use crate::model::{Moment, Publication, PublishState, QoS, SessionEvent, SessionRequest};

/// A hang-up this soon after a publish may be the broker's answer to it.
const PUBLISH_BLAME: Duration = Duration::from_secs(2);
/// A short keep alive shortens the breath to this part of it.
const BREATHS_PER_KEEP_ALIVE: u32 = 8;

/// Events collected over full reads before the program is told.
const MAX_BURST: usize = 512;

/// Why the connection ends.
enum End {
    Fault(Fault),
    /// DISCONNECT was sent, or given up on.
    Left,
}

impl Task {
    /// Lives through a connection that `wire` has just opened; what comes after it.
    pub(super) async fn live(&mut self, wire: &mut Wire, session_present: bool) -> Next {
        let clock = self.clock;
        let mut link = Link::new(wire.sender());
        let mut batch = Vec::with_capacity(2 * READ_MOST);
        self.connected(session_present);
        let end = loop {
            let polled = {
                let poll = wire.poll(&clock, &mut batch);
                tokio::pin!(poll);
                loop {
                    self.attend(&mut link);
                    if let Some(end) = self.due(&mut link) {
                        break Err(end);
                    }
                    let (reading, open) = (link.paused.is_none(), link.leaving.is_none());
                    let wake = self.wake(&link);
                    tokio::select! {
                        biased;
                        polled = &mut poll, if reading => break polled.map_err(End::Fault),
                        () = std::future::ready(()), if link.burst => link.burst = false,
                        () = self.closing.cancelled(), if open => {}
                        request = self.requests.recv(), if open => self.ask(&mut link, request),
                        () = self.outlet.changed(), if open => {}
                        () = sleep_until(wake) => {}
                    }
                }
            };
            let left = self.absorb(&mut link, &mut batch);
            match polled {
                Ok(()) if left => break End::Left,
                Ok(()) => {}
                Err(end) => break end,
            }
            if link.behind {
                wire.excuse_missing_ping_response();
            }
        };
        self.ended(wire, link, end)
    }

    /// Everything that needs no waiting: requests, sending, events out.
    fn attend(&mut self, link: &mut Link) {
        if link.leaving.is_none() && (self.closing.is_cancelled() || self.outlet.is_closed()) {
            link.leave(Next::Close, self.timing.leave);
        }
        while link.leaving.is_none()
            && let Ok(request) = self.requests.try_recv()
        {
            self.ask(link, Some(request));
        }
        self.feed(link);
        if link.burst {
            return;
        }
        self.outlet.flush();
        if link.behind && self.outlet.waiting() == 0 {
            link.behind = false;
            link.paused = None;
            link.heard = Instant::now();
        }
    }

    fn ask(&mut self, link: &mut Link, request: Option<SessionRequest>) {
        let next = match request {
            None => Next::Close,
            Some(SessionRequest::Disconnect) => Next::Stop(None),
            Some(SessionRequest::Reconnect) => self.afresh(),
            Some(request) => {
                if !link.behind {
                    link.paused = None;
                }
                self.accept(request, true);
                return;
            }
        };
        link.leave(next, self.timing.leave);
    }

    /// Hands to the wire what it has room for: DISCONNECT, subscriptions, publishes.
    fn feed(&mut self, link: &mut Link) {
        if let Some(leaving) = &mut link.leaving {
            if !leaving.handed {
                leaving.handed = link.sender.disconnect();
            }
            return;
        }
        while link.handed.len() < CHANNEL_ROOM {
            let with_id = self.ids.has_room(link.handed_ids());
            if with_id && let Some(ask) = self.subscriptions.next() {
                let handed = match &ask {
                    Ask::Subscribe(filters) => link.sender.subscribe(filters),
                    Ask::Unsubscribe(filter) => link.sender.unsubscribe(filter),
                };
                if !handed {
                    self.subscriptions.untake(ask);
                    return;
                }
                link.handed.push_back(match ask {
                    Ask::Subscribe(filters) => Handed::Subscribe(filters),
                    Ask::Unsubscribe(filter) => Handed::Unsubscribe(filter),
                });
                continue;
            }
            match self.publishes.next_qos(link.handed_publishes()) {
                Some(QoS::AtMostOnce) => {}
                Some(_) if with_id => {}
                _ => return,
            }
            let Some((id, publication)) = self.publishes.take() else { return };
            let qos = publication.qos;
            if let Err(publication) = link.sender.publish(publication) {
                self.publishes.put_back(std::iter::once((id, publication)));
                return;
            }
            link.handed.push_back(Handed::Publish(id, qos));
        }
    }

    /// Timers that have run out; the end of the connection when one of them is that.
    fn due(&mut self, link: &mut Link) -> Option<End> {
        let now = Instant::now();
        if link.paused.is_some_and(|until| until <= now) {
            link.paused = None;
        }
        if let Some(leaving) = &link.leaving {
            return (leaving.until <= now).then_some(End::Left);
        }
        if self.subscriptions.deadline(self.timing.suback).is_some_and(|at| at <= now) {
            let (events, ids) = self.subscriptions.overdue(now, self.timing.suback);
            for event in events {
                self.outlet.push(event);
            }
            for id in ids {
                self.ids.done(id);
            }
        }
        let silent = self.silence().is_some_and(|limit| !link.behind && link.heard + limit <= now);
        silent.then_some(End::Fault(Fault::Silent(Duration::ZERO)))
    }

    /// When to look at the timers again.
    fn wake(&self, link: &Link) -> Instant {
        let silent = self.silence().map(|limit| link.heard + limit).filter(|_| !link.behind);
        let times = [
            link.paused,
            link.leaving.as_ref().map(|leaving| leaving.until),
            self.subscriptions.deadline(self.timing.suback),
            silent,
        ];
        times.into_iter().flatten().min().unwrap_or_else(|| Instant::now() + Duration::from_secs(3600))
    }

    /// How long a healthy peer is silent at most (C09); the library alone would take twice the keep alive.
    fn silence(&self) -> Option<Duration> {
        let keep_alive = Duration::from_secs(u64::from(self.target.keep_alive));
        (!keep_alive.is_zero()).then(|| keep_alive * 3 / 2 + self.timing.silence_grace)
    }

    /// Takes in what the wire reported and sets the pace; whether DISCONNECT went out.
    fn absorb(&mut self, link: &mut Link, batch: &mut Vec<WireEvent>) -> bool {
        let (mut messages, mut left) = (0, false);
        let stamp = self.clock.now();
        let now = Instant::now();
        for event in batch.drain(..) {
            match event {
                WireEvent::Message(message) => {
                    messages += 1;
                    self.outlet.push(SessionEvent::Message(message));
                }
                WireEvent::SentDisconnect => left = true,
                WireEvent::SentPublish { .. }
                | WireEvent::SentSubscribe { .. }
                | WireEvent::SentUnsubscribe { .. } => {
                    self.sent(link, &event, now, stamp);
                    continue;
                }
                other => self.answered(&other, stamp),
            }
            link.heard = now;
        }
        let full = messages >= READ_MOST;
        let pause = link.pacing.read(now, messages, !full);
        link.burst = full && !link.behind && self.outlet.waiting() < MAX_BURST;
        if !link.burst {
            self.outlet.flush();
            link.behind = self.outlet.waiting() > 0;
        }
        link.paused = match pause {
            _ if link.leaving.is_some() => None,
            _ if link.behind => Some(now + self.breath()),
            pause => pause.map(|pause| now + pause),
        };
        left
    }

    fn breath(&self) -> Duration {
        match self.target.keep_alive {
            0 => self.timing.breath,
            seconds => {
                self.timing.breath.min(Duration::from_secs(u64::from(seconds)) / BREATHS_PER_KEEP_ALIVE)
            }
        }
    }

    /// A request was written: it is the oldest one handed over, unless the library repeats an old publish by itself.
    fn sent(&mut self, link: &mut Link, event: &WireEvent, now: Instant, stamp: Moment) {
        let (WireEvent::SentPublish { id }
        | WireEvent::SentSubscribe { id }
        | WireEvent::SentUnsubscribe { id }) = *event
        else {
            return;
        };
        if matches!(event, WireEvent::SentPublish { .. }) && self.publishes.is_in_flight(id) {
            return;
        }
        if id != 0 {
            self.ids.used(id);
        }
        match link.handed.pop_front() {
            Some(Handed::Publish(publish, qos)) => {
                link.published = Some(now);
                if qos != QoS::AtMostOnce {
                    self.publishes.sent(id, publish, qos, stamp);
                }
                self.published(publish, PublishState::Sent);
            }
            Some(Handed::Subscribe(filters)) => self.subscriptions.sent_subscribe(id, filters, now),
            Some(Handed::Unsubscribe(filter)) => self.subscriptions.sent_unsubscribe(id, filter),
            None => {}
        }
    }

    /// The broker answered.
    fn answered(&mut self, event: &WireEvent, stamp: Moment) {
        match event {
            WireEvent::PubAck { id } => self.acknowledged(*id, QoS::AtLeastOnce, stamp),
            WireEvent::PubComp { id } => self.acknowledged(*id, QoS::ExactlyOnce, stamp),
            WireEvent::SubAck { id, granted } => {
                self.ids.done(*id);
                for event in self.subscriptions.suback(*id, granted) {
                    self.outlet.push(event);
                }
            }
            WireEvent::UnsubAck { id } => {
                self.ids.done(*id);
                if let Some(event) = self.subscriptions.unsuback(*id) {
                    self.outlet.push(event);
                }
            }
            _ => {}
        }
    }

    fn acknowledged(&mut self, id: u16, ack: QoS, stamp: Moment) {
        if let Some((publish, state)) = self.publishes.done(id, ack, stamp) {
            self.ids.done(id);
            self.published(publish, state);
        }
    }

    /// The connection is over: settles the books and says what comes next.
    fn ended(&mut self, wire: &mut Wire, mut link: Link, end: End) -> Next {
        let mut batch = Vec::new();
        let unsent = wire.abandon(self.clock.now(), &mut batch);
        self.absorb(&mut link, &mut batch);
        let quiet =
            self.publishes.in_flight() == 0 && link.published.is_none_or(|at| at.elapsed() > PUBLISH_BLAME);
        let next = match end {
            End::Left => link.leaving.take().map_or(Next::Close, |leaving| leaving.next),
            End::Fault(fault) => {
                let fault = match fault {
                    Fault::Silent(_) => Fault::Silent(link.heard.elapsed()),
                    fault => fault,
                };
                let next = self.judge(fault, link.since, quiet);
                // The fault may have come while leaving: leaving wins.
                link.leaving.take().map_or(next, |leaving| leaving.next)
            }
        };
        self.settle(link, unsent, &next);
        next
    }

    /// Publishes that never left wait again; those that did are lost with a clean session.
    fn settle(&mut self, link: Link, unsent: Vec<Publication>, next: &Next) {
        let handed = link.handed.into_iter().filter_map(|handed| match handed {
            Handed::Publish(id, _) => Some(id),
            _ => None,
        });
        let back: Vec<_> = handed.zip(unsent).collect();
        self.publishes.put_back(back.into_iter());
        if self.target.clean_session {
            let why = match next {
                Next::Retry(trouble) | Next::Stop(Some(trouble)) => trouble.cause.as_str(),
                _ => "disconnected",
            };
            self.lose(&format!("{why}, before the acknowledgement"));
        }
        for event in self.subscriptions.disconnected(!self.target.clean_session) {
            self.outlet.push(event);
        }
    }
}
