//! The connected part of the session task: its loop, its timers, and its end. What comes in is taken in by `receiving`, what
//! goes out is handed over by `sending`.
//!
//! Not reading for a moment is how the flood is slowed down: by `pacing` for a few milliseconds, and altogether while the
//! program is behind, so that TCP slows the broker. PINGREQ goes out meanwhile, so the connection survives a program that
//! stands still (C19).

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::explain::Fault;
use super::link::{Link, Unsent};
use super::resume::Wakefulness;
use super::task::{Next, Task};
use super::wire::Turn;
use crate::model::SessionRequest;

/// A hang-up this soon after a publish may be the broker's answer to it.
const PUBLISH_BLAME: Duration = Duration::from_secs(2);

/// Why the connection ends.
pub(super) enum End {
    Fault(Fault),
    /// DISCONNECT was sent, or given up on.
    Left,
}

impl Task {
    /// Lives through a connection that was just opened; what comes after it.
    pub(super) async fn live(&mut self, mut link: Link) -> Next {
        let mut awake = Wakefulness::new(self.clock.now(), self.timing.jump);
        let mut end = self.read(&mut link, false).err();
        while end.is_none() {
            self.attend(&mut link);
            if awake.slept(self.clock.now()) && link.leaving.is_none() && !link.behind {
                link.woke(self.timing.probe);
                // What came meanwhile is read before any timer is believed.
                link.paused = None;
            } else if let Some(over) = self.due(&mut link) {
                end = Some(over);
                break;
            }
            let reading = link.paused.is_none() && !link.behind;
            let open = link.leaving.is_none();
            let wake = self.wake(&link);
            tokio::select! {
                biased;
                turn = link.wire.turn(reading) => end = match turn {
                    Ok(turn) => self.turned(&mut link, turn).err(),
                    Err(lost) => Some(End::Fault(Fault::from(&lost))),
                },
                () = self.closing.cancelled(), if open => {}
                request = self.requests.recv(), if open => self.ask(&mut link, request),
                () = self.outlet.changed(), if open => {}
                () = sleep_until(wake) => {}
            }
        }
        self.ended(link, end.unwrap_or(End::Left)).await
    }

    /// Something was written or read.
    fn turned(&mut self, link: &mut Link, turn: Turn) -> Result<(), End> {
        self.sent(link);
        if link.left() {
            return Err(End::Left);
        }
        match turn {
            Turn::Wrote => Ok(()),
            Turn::Read { full } => self.read(link, full),
        }
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
        self.outlet.flush();
        let behind = self.outlet.waiting() > 0;
        if link.behind && !behind {
            link.paused = None;
            link.heard = Instant::now();
        }
        link.behind = behind;
    }

    fn ask(&mut self, link: &mut Link, request: Option<SessionRequest>) {
        let next = match request {
            None => Next::Close,
            Some(SessionRequest::Disconnect) => Next::Stop(None),
            Some(SessionRequest::Reconnect) => self.afresh(),
            Some(request) => {
                link.paused = None;
                self.accept(request, true);
                return;
            }
        };
        link.leave(next, self.timing.leave);
    }

    /// Timers that have run out; the end of the connection when one of them is that.
    fn due(&mut self, link: &mut Link) -> Option<End> {
        let now = Instant::now();
        let over = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if over(link.paused) {
            link.paused = None;
        }
        if let Some(leaving) = &link.leaving {
            return (leaving.until <= now).then_some(End::Left);
        }
        if over(self.subscriptions.deadline(self.timing.suback)) {
            for event in self.subscriptions.overdue(now, self.timing.suback) {
                self.outlet.push(event);
            }
        }
        if over(link.ping_due()) {
            link.wire.ping();
            link.pinging = true;
        }
        if over(link.probe) && !link.behind {
            return Some(End::Fault(Fault::Asleep));
        }
        if over(link.silent_at(self.timing.silence_grace)) {
            let (span, keep_alive) = (link.alive().elapsed(), link.keep_alive);
            return Some(End::Fault(Fault::Silent { span, keep_alive }));
        }
        over(link.stalled_at(self.timing.stall)).then_some(End::Fault(Fault::Stalled))
    }

    /// When to look at the timers again.
    fn wake(&self, link: &Link) -> Instant {
        let times = [
            link.paused,
            link.leaving.as_ref().map(|leaving| leaving.until),
            self.subscriptions.deadline(self.timing.suback),
            link.ping_due(),
            link.probe.filter(|_| !link.behind),
            link.silent_at(self.timing.silence_grace),
            link.stalled_at(self.timing.stall),
        ];
        let heartbeat = Instant::now() + self.timing.heartbeat;
        times.into_iter().flatten().fold(heartbeat, Instant::min)
    }

    /// The connection is over: settles the books and says what comes next.
    async fn ended(&mut self, mut link: Link, end: End) -> Next {
        self.sent(&mut link);
        let leaving = link.leaving.take();
        let quiet = self.publishes.flights().is_empty()
            && link.published.is_none_or(|at| at.elapsed() > PUBLISH_BLAME);
        let next = match end {
            End::Left => None,
            // The fault may have come while leaving: leaving wins.
            End::Fault(_) if leaving.is_some() => None,
            End::Fault(fault) => Some(self.judge(fault, &link, quiet)),
        };
        let until = leaving.as_ref().map(|leaving| leaving.until);
        let next = next.or(leaving.map(|leaving| leaving.next)).unwrap_or(Next::Close);
        self.settle(std::mem::take(&mut link.unsent), &next);
        if let Some(until) = until {
            link.wire.finish(until).await;
        }
        next
    }

    /// Publishes that never left wait again; those that did are lost with a clean session.
    fn settle(&mut self, unsent: impl IntoIterator<Item = (u64, Unsent)>, next: &Next) {
        let mut back = Vec::new();
        for (_, unsent) in unsent {
            match unsent {
                Unsent::Once(id, publication) => back.push((id, publication)),
                Unsent::Flight(packet, _) => back.extend(self.publishes.take_back(packet)),
            }
        }
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
