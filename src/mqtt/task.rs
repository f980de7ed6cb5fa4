//! The session's own task: attempt, live connection, wait, rest, and again, until it is closed. It owns everything about one
//! connection; nothing else polls the wire. The connected part is in `live`.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::connect;
use super::explain::{Fault, explain};
use super::outlet::Outlet;
use super::publishes::{Ids, Publishes};
use super::subscriptions::Subscriptions;
use super::timing::Timing;
use super::wire::Wire;
use crate::model::{
    Clock, LinkState, Protocol, PublishId, PublishState, SessionEvent, SessionRequest, Severity, Target,
    Trouble,
};

/// Far enough away to mean never.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// What the session does next.
#[derive(Debug)]
pub(super) enum Next {
    /// Connect now.
    Attempt,
    /// Wait for the back-off, then connect.
    Retry(Trouble),
    /// Stay offline until asked.
    Stop(Option<Trouble>),
    /// End the task.
    Close,
}

/// State of one session.
pub(super) struct Task {
    pub(super) target: Target,
    pub(super) clock: Clock,
    pub(super) timing: Timing,
    pub(super) requests: mpsc::Receiver<SessionRequest>,
    pub(super) closing: CancellationToken,
    pub(super) outlet: Outlet,
    pub(super) subscriptions: Subscriptions,
    pub(super) publishes: Publishes,
    pub(super) ids: Ids,
    backoff: Backoff,
    history: History,
    /// The wire of a session that is to be kept, with what is in flight on it.
    kept: Option<Wire>,
}

/// What happened on earlier connections, as far as it changes what to do now.
#[derive(Debug, Default)]
struct History {
    /// The last fault and how often it came in a row.
    fault: Option<(Fault, u32)>,
    /// When the broker last closed the connection without visible reason.
    hang_up: Option<Instant>,
}

impl Task {
    pub(super) fn new(
        target: Target,
        clock: Clock,
        timing: Timing,
        requests: mpsc::Receiver<SessionRequest>,
        closing: CancellationToken,
        outlet: Outlet,
    ) -> Self {
        Self {
            subscriptions: Subscriptions::new(&target),
            publishes: Publishes::default(),
            ids: Ids::new(),
            backoff: Backoff::new(&timing),
            history: History::default(),
            kept: None,
            target,
            clock,
            timing,
            requests,
            closing,
            outlet,
        }
    }

    pub(super) async fn run(mut self) {
        let mut next = match connect::check(&self.target) {
            Ok(()) => Next::Attempt,
            Err(fault) => self.failed(fault),
        };
        loop {
            next = match next {
                Next::Attempt => self.attempt().await,
                Next::Retry(trouble) => self.wait(trouble).await,
                Next::Stop(trouble) => self.rest(trouble).await,
                Next::Close => break,
            };
        }
        // What became of the last publishes, if anybody still listens and there is room.
        self.outlet.flush();
    }

    /// Connects, lives through the connection, and says what comes after it.
    async fn attempt(&mut self) -> Next {
        let mut wire = self.kept.take().unwrap_or_else(|| Wire::new(&self.target, &self.timing));
        let next = match self.connect(&mut wire).await {
            Ok(session_present) => self.live(&mut wire, session_present).await,
            Err(next) => next,
        };
        if !self.target.clean_session {
            self.kept = Some(wire);
        }
        next
    }

    /// Opens the connection; requests are answered meanwhile, and may call it off at any time (C02).
    async fn connect(&mut self, wire: &mut Wire) -> Result<bool, Next> {
        let attempt = self.backoff.attempt();
        let first = connect::first_step(&self.target);
        self.tell(LinkState::Connecting { attempt, step: first.clone() });
        let (step, mut steps) = watch::channel(first);
        let (target, timing, clock) = (self.target.clone(), self.timing, self.clock);
        let establishing = connect::establish(wire, &target, &timing, &clock, &step);
        tokio::pin!(establishing);
        loop {
            self.outlet.flush();
            tokio::select! {
                biased;
                () = self.closing.cancelled() => return Err(Next::Close),
                request = self.requests.recv() => match request {
                    None => return Err(Next::Close),
                    Some(SessionRequest::Disconnect) => return Err(Next::Stop(None)),
                    Some(SessionRequest::Reconnect) => return Err(self.afresh()),
                    Some(request) => self.accept(request, false),
                },
                done = &mut establishing => return done.map_err(|fault| {
                    self.history.hang_up = None;
                    self.failed(fault)
                }),
                Ok(()) = steps.changed() => {
                    let step = steps.borrow_and_update().clone();
                    self.tell(LinkState::Connecting { attempt, step });
                }
                () = self.outlet.changed() => if self.outlet.is_closed() {
                    return Err(Next::Close);
                },
            }
        }
    }

    /// Waits for the back-off.
    async fn wait(&mut self, trouble: Trouble) -> Next {
        let delay = self.backoff.failed(fastrand::f64());
        let attempt = self.backoff.attempt();
        let until = self.clock.now().plus(delay);
        self.tell(LinkState::Waiting { attempt, until, trouble });
        self.idle(Some(Instant::now() + delay)).await
    }

    /// Stays offline.
    async fn rest(&mut self, trouble: Option<Trouble>) -> Next {
        self.tell(LinkState::Stopped { trouble });
        self.idle(None).await
    }

    async fn idle(&mut self, until: Option<Instant>) -> Next {
        let until = until.unwrap_or_else(|| Instant::now() + NEVER);
        loop {
            self.outlet.flush();
            tokio::select! {
                biased;
                () = self.closing.cancelled() => return Next::Close,
                request = self.requests.recv() => match request {
                    None => return Next::Close,
                    Some(SessionRequest::Disconnect) => return Next::Stop(None),
                    Some(SessionRequest::Reconnect) => return self.afresh(),
                    Some(request) => self.accept(request, false),
                },
                () = self.outlet.changed() => if self.outlet.is_closed() {
                    return Next::Close;
                },
                () = sleep_until(until) => return Next::Attempt,
            }
        }
    }

    /// The user wants a connection now, whatever happened before. A target that cannot work still does not.
    pub(super) fn afresh(&mut self) -> Next {
        self.backoff.reset();
        self.history = History::default();
        self.subscriptions.forgive();
        match connect::check(&self.target) {
            Ok(()) => Next::Attempt,
            Err(fault) => self.failed(fault),
        }
    }

    /// Notes a publish, subscription or its removal.
    pub(super) fn accept(&mut self, request: SessionRequest, connected: bool) {
        match request {
            SessionRequest::Publish(id, publication) => {
                let state = self.publishes.accept(id, publication);
                self.published(id, state);
            }
            SessionRequest::Subscribe(wanted) => {
                let event = self.subscriptions.add(wanted.filter, wanted.qos);
                self.outlet.push(event);
            }
            SessionRequest::Unsubscribe(filter) => {
                let kept = !self.target.clean_session;
                if let Some(event) = self.subscriptions.remove(filter, connected, kept) {
                    self.outlet.push(event);
                }
            }
            SessionRequest::Withdraw(id) => {
                if let Some(state) = self.publishes.withdraw(id) {
                    self.published(id, state);
                }
            }
            // The callers act on these two themselves.
            SessionRequest::Disconnect | SessionRequest::Reconnect => {}
        }
    }

    pub(super) fn tell(&mut self, state: LinkState) {
        self.outlet.push(SessionEvent::Link(state));
    }

    pub(super) fn published(&mut self, id: PublishId, state: PublishState) {
        self.outlet.push(SessionEvent::Publish(id, state));
    }

    /// CONNACK with success: says so and makes the subscriptions due.
    pub(super) fn connected(&mut self, session_present: bool) {
        let kept = session_present && !self.target.clean_session;
        if !kept {
            self.lose("the broker did not keep the session");
        }
        if self.target.clean_session {
            self.ids = Ids::new();
        } else {
            // The same wire goes on counting; only what is still in flight holds its id.
            let publishes = &self.publishes;
            self.ids.retain(|id| publishes.is_in_flight(id));
        }
        let since = self.clock.now();
        self.tell(LinkState::Connected {
            since,
            session_present,
            protocol: Protocol::V4,
            welcome: Box::default(),
        });
        for event in self.subscriptions.connected(kept) {
            self.outlet.push(event);
        }
    }

    /// Gives up all publishes in flight.
    pub(super) fn lose(&mut self, reason: &str) {
        for (id, state) in self.publishes.lose(reason) {
            self.published(id, state);
        }
    }

    /// A connection that began at `since` ended with `fault`; `quiet` when nothing the client did explains a hang-up.
    pub(super) fn judge(&mut self, fault: Fault, since: Instant, quiet: bool) -> Next {
        let now = Instant::now();
        if now.saturating_duration_since(since) >= self.timing.stable {
            self.backoff.reset();
            self.history.fault = None;
        }
        let over_subscribe = fault.is_hang_up() || matches!(fault, Fault::Malformed(Some("SUBACK"), _));
        if over_subscribe && let Some(events) = self.subscriptions.dropped(now, self.timing.blame) {
            for event in events {
                self.outlet.push(event);
            }
            return Next::Attempt;
        }
        if fault.is_hang_up() && quiet {
            let before = self.history.hang_up.replace(now);
            if before.is_some_and(|before| now.saturating_duration_since(before) <= self.timing.takeover) {
                return self.failed(Fault::TakenOver);
            }
        }
        self.failed(fault)
    }

    /// Explains `fault` and decides whether to try again.
    fn failed(&mut self, fault: Fault) -> Next {
        let times = match self.history.fault.take() {
            Some((last, times)) if last == fault => times + 1,
            _ => 1,
        };
        let advice = explain(&fault, &self.target, times);
        if fault.is_protocol_error() {
            self.outlet.push(SessionEvent::Notice(Severity::Error, advice.trouble.cause.clone()));
        }
        self.history.fault = Some((fault, times));
        if advice.retry { Next::Retry(advice.trouble) } else { Next::Stop(Some(advice.trouble)) }
    }
}
