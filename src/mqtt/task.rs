//! The session's own task: attempt, live connection, wait, rest, and again, until it is closed. It owns everything about one
//! connection. The connected part is in `live`.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::connect::{self, Connected};
use super::deliveries::Deliveries;
use super::explain::{Fault, Stated, explain};
use super::ids::Ids;
use super::is_random_client_id;
use super::link::Link;
use super::outlet::Outlet;
use super::publishes::Publishes;
use super::resume::Wakefulness;
use super::subscriptions::Subscriptions;
use super::timing::Timing;
use super::transport;
use crate::model::{
    Clock, LinkState, Protocol, PublishId, PublishState, SessionEvent, SessionRequest, Severity, Target,
    Trouble, Welcome, Will,
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
    pub(super) deliveries: Deliveries,
    pub(super) ids: Ids,
    /// Messages that could not be taken in, so far.
    pub(super) skipped: u64,
    /// The last topic that nobody was subscribed to.
    pub(super) unheard: Option<String>,
    backoff: Backoff,
    history: History,
    /// The protocol version that worked, and why it is not the first choice.
    worked: Option<(Protocol, Option<String>)>,
}

/// What happened on earlier connections, as far as it changes what to do now.
#[derive(Debug, Default)]
struct History {
    /// The last fault and how often it came in a row.
    fault: Option<(Fault, u32)>,
    /// When the broker last ended the connection for another client with our id, or without visible reason.
    takeover: Option<Instant>,
    /// Attempts that ended in a hang-up on CONNECT.
    unanswered: u32,
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
            deliveries: Deliveries::default(),
            ids: Ids::default(),
            skipped: 0,
            unheard: None,
            backoff: Backoff::new(&timing),
            history: History::default(),
            worked: None,
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
        match self.connect().await {
            Ok(connected) => {
                let link = self.connected(connected);
                self.live(link).await
            }
            Err(next) => next,
        }
    }

    /// Opens the connection; requests are answered meanwhile, and may call it off at any time (C02).
    async fn connect(&mut self) -> Result<Connected, Next> {
        let attempt = self.backoff.attempt();
        let first = transport::first_step(&self.target);
        self.tell(LinkState::Connecting { attempt, step: first.clone() });
        let (step, mut steps) = watch::channel(first);
        let (target, timing, clock) = (self.target.clone(), self.timing, self.clock);
        let versions = connect::versions(&target, self.worked.as_ref().map(|(protocol, _)| *protocol));
        let establishing =
            connect::establish(&target, versions, &timing, &clock, &step, self.history.unanswered);
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
                    self.history.takeover = None;
                    self.history.unanswered += u32::from(fault.is_unanswered());
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
        let mut awake = Wakefulness::new(self.clock.now(), self.timing.jump);
        loop {
            self.outlet.flush();
            // After a sleep the network may be back: no use in waiting for the rest of the back-off (C10).
            if until.is_some() && awake.slept(self.clock.now()) {
                return Next::Attempt;
            }
            let now = Instant::now();
            let wake = until.map_or(now + NEVER, |until| until.min(now + self.timing.heartbeat));
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
                () = sleep_until(wake) => if until.is_some_and(|until| until <= Instant::now()) {
                    return Next::Attempt;
                },
            }
        }
    }

    /// The user wants a connection now, whatever happened before. A target that cannot work still does not.
    pub(super) fn afresh(&mut self) -> Next {
        self.backoff.reset();
        self.history = History::default();
        self.worked = None;
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
                let event = self.subscriptions.add(wanted);
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

    /// CONNACK with success: says so, makes the subscriptions due, and sends again what a kept session has in flight.
    fn connected(&mut self, connected: Connected) -> Link {
        let Connected { wire, connack, facts, fell_back } = connected;
        let protocol = wire.protocol();
        let kept = connack.session_present && !self.target.clean_session;
        if let Some(id) = &connack.limits.assigned_client_id {
            self.target.client_id.clone_from(id);
        }
        if !kept {
            self.lose("the broker did not keep the session");
            self.deliveries.forget();
        }
        self.ids.keep_only(self.publishes.flights().iter().map(|flight| flight.packet));
        self.publishes.connected(connack.limits.receive_maximum);
        self.speak(protocol, fell_back);
        let welcome = Welcome {
            peer: facts.peer,
            tls: facts.tls,
            limits: connack.limits.clone(),
            fell_back: self.worked.as_ref().and_then(|(_, why)| why.clone()),
        };
        let since = self.clock.now();
        let session_present = connack.session_present;
        self.tell(LinkState::Connected { since, session_present, protocol, welcome: Box::new(welcome) });
        for event in self.subscriptions.connected(kept, &connack.limits) {
            self.outlet.push(event);
        }
        let mut link = Link::new(wire, connack.limits, session_present, self.target.keep_alive);
        self.resend(&mut link);
        link
    }

    /// Remembers the version that works, and says what it cannot do.
    fn speak(&mut self, protocol: Protocol, fell_back: Option<String>) {
        if self.worked.as_ref().is_some_and(|(worked, _)| *worked == protocol) {
            return;
        }
        if let Some(why) = &fell_back {
            let text = format!("speaking {protocol}: {why}");
            self.outlet.push(SessionEvent::Notice(Severity::Info, text));
        }
        let more_will = |will: &Will| will.delay > 0 || will.publication.properties.is_some();
        if protocol == Protocol::V4 && self.target.will.as_ref().is_some_and(more_will) {
            let text =
                "MQTT 3.1.1 cannot carry the delay and the properties of the last will: it goes without them";
            self.outlet.push(SessionEvent::Notice(Severity::Warning, text.into()));
        }
        self.worked = Some((protocol, fell_back));
    }

    /// Gives up all publishes in flight.
    pub(super) fn lose(&mut self, reason: &str) {
        for (id, state) in self.publishes.lose(reason) {
            self.published(id, state);
        }
    }

    /// A connection ended with `fault`; `quiet` when nothing the client did explains a hang-up.
    pub(super) fn judge(&mut self, fault: Fault, link: &Link, quiet: bool) -> Next {
        let now = Instant::now();
        if now.saturating_duration_since(link.since) >= self.timing.stable {
            self.backoff.reset();
            self.history.fault = None;
        }
        self.subscriptions.calm_down(now, self.timing.stable);
        if is_over_subscribe(&fault)
            && let Some(events) = self.subscriptions.dropped(now, self.timing.blame)
        {
            for event in events {
                self.outlet.push(event);
            }
            return Next::Attempt;
        }
        // MQTT 5 has a word for it, but mosquitto just hangs up, as every 3.1.1 broker does (C11). Nobody shares a random id:
        // then only the word counts.
        let taken_over = match &fault {
            Fault::Disconnected(stated) => stated.code == SESSION_TAKEN_OVER,
            fault => fault.is_hang_up() && quiet && !is_random_client_id(&self.target.client_id),
        };
        if taken_over {
            let before = self.history.takeover.replace(now);
            if before.is_some_and(|before| now.saturating_duration_since(before) <= self.timing.takeover) {
                return self.failed(Fault::TakenOver);
            }
        }
        if fault == Fault::Asleep {
            // Not the broker's doing: no reason to wait. Should connecting fail, the back-off goes on from there.
            return Next::Attempt;
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

/// DISCONNECT of MQTT 5: another client with the same id has connected.
const SESSION_TAKEN_OVER: u8 = 0x8E;

/// Whether the end of a connection may be the answer to a SUBSCRIBE (C15).
fn is_over_subscribe(fault: &Fault) -> bool {
    match fault {
        // Not authorized, topic filter invalid, and what a broker does not support; or it takes SUBSCRIBE for an error.
        Fault::Disconnected(Stated { code, .. }) => {
            matches!(code, 0x80..=0x83 | 0x87 | 0x8F | 0x97 | 0x98 | 0x9E | 0xA1 | 0xA2)
        }
        Fault::Malformed(Some("SUBACK"), _) => true,
        fault => fault.is_hang_up(),
    }
}
