//! The doctor: goes the whole way to a broker once, step by step, and says of each step how it went and what to do about it.
//! Called by `cli` (`mqtt-tui doctor`) and by `runtime` for the connections screen.
//!
//! ```text
//!  DNS ─▶ TCP ─▶ proxy ─▶ TLS ─▶ WebSocket ─▶ CONNACK ─▶ SUBACK … ─▶ retained ─▶ round trip
//! ```
//!
//! It looks and leaves: a client id of its own unless told otherwise, a clean session, no last will, nothing published unless
//! allowed, and then on a random topic alone.

mod dialogue;
mod findings;
mod way;

use std::collections::VecDeque;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::connect::{self, Connected};
use super::explain::{Fault, explain};
use super::random_client_id;
use super::timing::Timing;
use super::transport::{Facts, Passed, Watcher};
use crate::model::{Clock, DoctorLine, QoS, Subscription, Target, TopicFilter, Verdict};
use dialogue::Dialogue;

/// Lines of the way that may wait to be handed on: two attempts, one for each protocol version, of five steps at most.
const WAY_LINES: usize = 16;

/// What the doctor may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DoctorOptions {
    /// Publish on a random topic of its own and see it come back.
    pub publish: bool,
    /// Use the target's client id. Another client that uses it is disconnected, and a session kept under it is lost.
    pub own_id: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Diagnosis {
    /// All needed steps pass.
    Sound,
    /// A needed step fails.
    Unsound,
    /// The broker refused CONNECT with this code (MQTT 3.1.1, 3.2.2.3; MQTT 5.0, 3.2.2.2).
    Refused(u8),
}

/// Examines the way to `target`; each line goes to `lines` as soon as it is known, and waits there when nobody takes it. Ends
/// early, as unsound, when `lines` is closed. May be dropped at any time.
pub async fn run(target: Target, options: DoctorOptions, lines: mpsc::Sender<DoctorLine>) -> Diagnosis {
    let target = visitor(target, options);
    let listener = lines.clone();
    let mut examination = Examination::new(target, options, lines, Timing::default());
    let visit = async {
        let diagnosis = examination.run().await;
        examination.skip_the_rest().await;
        diagnosis
    };
    tokio::select! {
        diagnosis = visit => diagnosis,
        () = listener.closed() => Diagnosis::Unsound,
    }
}

/// The target as the doctor uses it.
fn visitor(mut target: Target, options: DoctorOptions) -> Target {
    if !options.own_id {
        target.client_id = random_client_id();
    }
    target.clean_session = true;
    target.session_expiry = None;
    target.will = None;
    target
}

/// One visit.
struct Examination {
    target: Target,
    options: DoctorOptions,
    timing: Timing,
    clock: Clock,
    lines: mpsc::Sender<DoctorLine>,
    /// Steps without a line so far, in order.
    pending: VecDeque<&'static str>,
    sound: bool,
}

/// The way could not be gone to its end; the line that says why is told.
struct Ended(Diagnosis);

impl Examination {
    fn new(target: Target, options: DoctorOptions, lines: mpsc::Sender<DoctorLine>, timing: Timing) -> Self {
        let mut pending: VecDeque<&'static str> = way::steps(&target).into();
        pending.push_back("CONNACK");
        pending.extend(wanted(&target).iter().map(|wanted| suback_step(&wanted.filter)));
        pending.extend(["retained", "round trip"]);
        Self { target, options, timing, clock: Clock::start(), lines, pending, sound: true }
    }

    async fn run(&mut self) -> Diagnosis {
        let connected = match self.connect().await {
            Ok(connected) => connected,
            Err(Ended(diagnosis)) => return diagnosis,
        };
        let mut dialogue = Dialogue::new(connected, self.clock, self.timing);
        let mut subscribed = false;
        for wanted in wanted(&self.target) {
            let answer = dialogue.subscribe(&wanted).await;
            let is_lost = answer.is_err();
            subscribed |= matches!(&answer, Ok(Some(answer)) if findings::is_granted(answer));
            self.tell(findings::suback(suback_step(&wanted.filter), &wanted.filter, answer, &self.target))
                .await;
            if is_lost {
                // Some brokers hang up on a filter they do not like: the others deserve another connection.
                match dialogue.again(&self.target).await {
                    Ok(another) => dialogue = another,
                    Err(_) => return self.diagnosis(),
                }
            }
        }
        if subscribed {
            let seen = dialogue.watch_retained().await;
            self.tell(findings::retained(seen)).await;
        }
        if self.options.publish {
            let trip = dialogue.round_trip().await;
            self.tell(findings::round_trip(trip, &self.target)).await;
        }
        dialogue.leave().await;
        self.diagnosis()
    }

    /// Goes the way to CONNACK; its lines are told while it goes on.
    async fn connect(&mut self) -> Result<Connected, Ended> {
        if let Err(fault) = connect::check(&self.target) {
            return Err(self.failed(&fault).await);
        }
        let (passed, mut lines) = mpsc::channel(WAY_LINES);
        let watcher = Lines { target: self.target.clone(), lines: passed };
        let (target, timing, clock) = (self.target.clone(), self.timing, self.clock);
        let versions = connect::versions(&target, None);
        let establishing = connect::establish(&target, versions, &timing, &clock, &watcher, 0);
        tokio::pin!(establishing);
        let mut opened = Instant::now();
        let result = loop {
            tokio::select! {
                biased;
                Some((line, at)) = lines.recv() => {
                    opened = at;
                    self.tell(line).await;
                }
                result = &mut establishing => break result,
            }
        };
        while let Ok((line, at)) = lines.try_recv() {
            opened = at;
            self.tell(line).await;
        }
        match result {
            Ok(connected) => {
                self.tell(findings::connack(&connected, &self.target, opened.elapsed())).await;
                Ok(connected)
            }
            Err(fault) => Err(self.failed(&fault).await),
        }
    }

    async fn failed(&mut self, fault: &Fault) -> Ended {
        let advice = explain(fault, &self.target, 1);
        self.tell(way::failed(fault, advice, &self.target)).await;
        Ended(match fault {
            Fault::Connack(_, stated) => Diagnosis::Refused(stated.code),
            _ => Diagnosis::Unsound,
        })
    }

    /// Tells a line, once for each step: MQTT 5 and then 3.1.1 go the same way.
    async fn tell(&mut self, line: DoctorLine) {
        let Some(place) = self.pending.iter().position(|step| *step == line.step) else { return };
        self.pending.remove(place);
        self.sound &= line.verdict != Verdict::Bad;
        // When nobody listens any more, the visit ends.
        let _ = self.lines.send(line).await;
    }

    async fn skip_the_rest(&mut self) {
        while let Some(&step) = self.pending.front() {
            let is_forbidden = step == "round trip" && self.sound && !self.options.publish;
            self.tell(if is_forbidden { findings::not_allowed() } else { findings::skipped(step) }).await;
        }
    }

    fn diagnosis(&self) -> Diagnosis {
        if self.sound { Diagnosis::Sound } else { Diagnosis::Unsound }
    }
}

/// Makes lines of the steps of the way while it is being opened.
struct Lines {
    target: Target,
    lines: mpsc::Sender<(DoctorLine, Instant)>,
}

impl Watcher for Lines {
    fn begins(&self, _step: String) {}

    fn passed(&self, step: Passed, facts: &Facts) {
        let now = jiff::Timestamp::now().as_second();
        // There is room for all of them.
        let _ = self.lines.try_send((way::passed(step, facts, &self.target, now), Instant::now()));
    }
}

/// The subscriptions to try: the target's own, or everything; and `$SYS/#`.
fn wanted(target: &Target) -> Vec<Subscription> {
    let plain = |filter| Subscription::new(filter, QoS::AtMostOnce);
    let everything = TopicFilter::parse("#").ok().filter(|_| target.filters.is_empty());
    let sys = target.sys.then(TopicFilter::sys);
    target.filters.iter().cloned().chain(everything.into_iter().chain(sys).map(plain)).collect()
}

fn suback_step(filter: &TopicFilter) -> &'static str {
    match filter.as_str() {
        "#" => "SUBACK #",
        TopicFilter::SYS => "SUBACK $SYS/#",
        _ => "SUBACK",
    }
}
