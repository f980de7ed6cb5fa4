//! One search under way: the pass over the history, what waits to be decoded or to be asked a jq condition, and what was found. New
//! messages are looked at as they come.

use std::time::Duration;

use super::batch::Batch;
use super::query::{Mode, Query, Scope, Wanted};
use super::question::Found;
use super::results::{Hit, Place, Results};
use super::verdicts::{Verdict, Verdicts};
use super::world::World;
use crate::model::{Message, Moment};
use crate::store::{MessageRef, Scan, Scanned, Seq, TopicId};

/// Bytes of the history looked at in one piece when text is sought, and when an expression or condition is: those take longer.
const PIECE_OF_TEXT: usize = 2 << 20;
const PIECE: usize = 512 << 10;
/// Bytes at the beginning of a payload that are looked at: one piece must not take for ever.
const LARGEST: usize = 16 << 20;
/// Largest payload that is decoded, and that an expression or a condition is tried on.
const LARGEST_DECODED: usize = 64 << 10;
const LARGEST_ASKED: usize = 1 << 20;
/// Copies that may wait before the pass waits for them; beyond four times that new messages are passed over.
const WAITING: usize = 1 << 20;

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It goes on.
    Running,
    /// The whole history was looked at.
    Complete,
    /// The user stopped it.
    Stopped,
}

/// What was looked at, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Bytes of history passed over so far, and in all.
    pub bytes: u64,
    /// See `bytes`.
    pub all_bytes: u64,
    /// Messages in the topics of the search that were looked at.
    pub messages: u64,
    /// Messages of which only the beginning was looked at, or, with a condition, nothing: they are too large.
    pub too_large: u64,
    /// Messages that are no JSON, or of which the condition cannot be asked, or takes too long.
    pub unfit: u64,
    /// Messages found of which the field is not there that has to be less than something.
    pub by_null: u64,
    /// Messages that came faster than they could be looked at.
    pub passed_over: u64,
    /// Binary messages too large to be decoded: only their bytes were looked at.
    pub undecoded: u64,
}

/// A search.
#[derive(Debug)]
pub(super) struct Run {
    /// Names it among all searches of the connection.
    pub(super) number: u64,
    query: Query,
    /// The text it was made from.
    pub(super) sought: String,
    pub(super) scope: Scope,
    /// Which browse set it is about, when it is about that.
    pub(super) browsed: u64,
    /// Nothing newer was looked at: more was found than is listed, and an earlier moment is shown.
    pub(super) limit: Option<Seq>,
    verdicts: Verdicts,
    scan: Option<Scan>,
    waiting: Batch,
    /// A batch is being looked at by a worker.
    pub(super) asked: bool,
    /// Messages that came before this one were looked at before.
    since: Option<Seq>,
    pub(super) results: Results,
    pub(super) figures: Figures,
    pub(super) begun: Moment,
    pub(super) took: Option<Duration>,
    pub(super) stopped: bool,
    /// The past was looked at to its end.
    past_done: bool,
    /// What is being looked at by a worker is the last of the past.
    last_of_past: bool,
    /// The user wants no new messages in the list.
    pub(super) closed: bool,
}

/// What a message is judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) seq: Seq,
    pub(super) topic: TopicId,
    pub(super) at: Moment,
    pub(super) payload: &'a [u8],
    properties: Properties<'a>,
}

/// Where the properties of a message are to be asked for.
#[derive(Debug, Clone, Copy)]
enum Properties<'a> {
    Stored(MessageRef<'a>),
    Come(&'a Message),
}

impl<'a> From<MessageRef<'a>> for Sight<'a> {
    fn from(message: MessageRef<'a>) -> Self {
        let MessageRef { seq, topic, received, payload, .. } = message;
        Self { seq, topic, at: received, payload, properties: Properties::Stored(message) }
    }
}

impl<'a> Sight<'a> {
    /// One that has just come.
    pub(super) fn of(message: &'a Message, topic: TopicId, seq: Seq) -> Self {
        let (at, payload) = (message.received, &message.payload);
        Self { seq, topic, at, payload, properties: Properties::Come(message) }
    }

    /// What its sender says it is, where that may tell how it is to be read.
    fn content_type(self) -> Option<String> {
        let content_type = match self.properties {
            Properties::Stored(message) => message.properties()?.content_type,
            Properties::Come(message) => message.properties.as_ref()?.content_type.clone(),
        };
        content_type
            .filter(|name| !name.starts_with("text/") && !name.contains("json") && !name.contains("xml"))
    }

    fn hit(self, place: Place) -> Hit {
        Hit { seq: self.seq, topic: self.topic, at: self.at, place }
    }
}

impl Run {
    /// Begins; nothing is looked at yet.
    pub(super) fn new(
        number: u64,
        (query, sought): (Query, String),
        scope: Scope,
        limit: Option<Seq>,
        world: World<'_>,
        now: Moment,
    ) -> Self {
        let with_sys = scope.has_sys(world.store);
        let upto = limit.unwrap_or(world.store.last_seq());
        let all_bytes = world.store.scan_bytes(with_sys) as u64;
        Self {
            number,
            query,
            sought,
            scope,
            browsed: world.browse.revision(),
            limit,
            verdicts: Verdicts::default(),
            scan: Some(world.store.scan(upto, with_sys)),
            waiting: Batch::default(),
            asked: false,
            since: None,
            results: Results::default(),
            figures: Figures { all_bytes, ..Figures::default() },
            begun: now,
            took: None,
            stopped: false,
            past_done: false,
            last_of_past: false,
            closed: false,
        }
    }

    pub(super) fn stage(&self) -> Stage {
        if self.stopped {
            Stage::Stopped
        } else if self.past_done {
            // New messages may wait for a worker now and again: that is no searching to be waited for.
            Stage::Complete
        } else {
            Stage::Running
        }
    }

    /// Notes the end of the past once all of it was looked at.
    fn note_end(&mut self) {
        let all = self.waiting.is_empty() && !self.asked;
        self.past_done |= self.scan.is_none() && all;
    }

    /// Whether new messages are taken in.
    pub(super) fn is_live(&self) -> bool {
        !self.stopped && !self.closed && self.limit.is_none()
    }

    /// Whether there is something to do here and now, or to be handed to a worker.
    pub(super) fn has_work(&self) -> bool {
        !self.waiting.is_empty() && !self.asked || self.scan.is_some() && self.waiting.bytes() < WAITING
    }

    /// Looks at what came from message `since` on and was not looked at. False when not all before it was: then the search has to begin
    /// again.
    pub(super) fn catch_up(&mut self, since: Seq, world: World<'_>, now: Moment) -> bool {
        if self.scan.is_some() || self.limit.is_some() {
            return false;
        }
        let with_sys = self.scope.has_sys(world.store);
        self.since = Some(since);
        (self.begun, self.past_done, self.last_of_past, self.closed) = (now, false, false, false);
        self.scan = Some(world.store.scan(world.store.last_seq(), with_sys));
        (self.figures.bytes, self.figures.all_bytes) = (0, world.store.scan_bytes(with_sys) as u64);
        true
    }

    /// Ends it where it stands.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
        self.scan = None;
        self.waiting = Batch::default();
        self.asked = false;
    }

    /// Does a piece of the pass. Returns false when the history was replaced faster than it was looked at: the search has to begin again.
    pub(super) fn work(&mut self, world: World<'_>) -> bool {
        let Some(mut scan) = self.scan.take_if(|_| self.waiting.bytes() < WAITING) else { return true };
        let mut found = Vec::new();
        let piece = if self.query.mode == Mode::Text { PIECE_OF_TEXT } else { PIECE };
        let since = self.since;
        let (bytes, state) = world.store.scan_on(&mut scan, piece, |message| {
            if since.is_none_or(|since| message.seq >= since) {
                self.look(message.into(), world, &mut found);
            }
        });
        self.figures.bytes += bytes as u64;
        self.results.settle(found);
        match state {
            Scanned::More => self.scan = Some(scan),
            Scanned::All => self.figures.bytes = self.figures.all_bytes,
            Scanned::Overtaken => return false,
        }
        self.note_end();
        true
    }

    /// Looks at a message that has just come.
    pub(super) fn arrived(&mut self, message: Sight<'_>, world: World<'_>) {
        if !self.is_live() {
            return;
        }
        let bytes = message.payload.len() as u64;
        (self.figures.bytes, self.figures.all_bytes) =
            (self.figures.bytes + bytes, self.figures.all_bytes + bytes);
        if self.waiting.bytes() > 4 * WAITING {
            self.figures.passed_over += 1;
            return;
        }
        let mut found = Vec::new();
        self.look(message, world, &mut found);
        self.results.settle(found);
    }

    fn look(&mut self, message: Sight<'_>, world: World<'_>, found: &mut Vec<Hit>) {
        let Self { query, scope, .. } = self;
        let verdict = self.verdicts.of(message.topic, || Verdict::of(message.topic, query, *scope, world));
        if verdict == Verdict::Outside {
            return;
        }
        self.figures.messages += 1;
        match &self.query.wanted {
            Wanted::Anything => self.results.add(message.hit(Place::Topic), found),
            Wanted::Found(..) if verdict == Verdict::Named => {
                self.results.add(message.hit(Place::Topic), found);
            }
            Wanted::Found(finder, _) => {
                let most = if self.query.mode == Mode::Text { LARGEST } else { LARGEST_ASKED };
                self.figures.too_large += u64::from(message.payload.len() > most);
                let head = &message.payload[..message.payload.len().min(most)];
                let range = if self.query.is_heavy { None } else { finder.first_in(head) };
                if let Some(range) = range {
                    self.results.add(message.hit(Place::of(&range)), found);
                    return;
                }
                let content_type = message.content_type();
                let is_coded =
                    verdict == Verdict::Ruled || content_type.is_some() || is_binary(message.payload);
                let is_small = message.payload.len() <= LARGEST_DECODED;
                self.figures.undecoded += u64::from(is_coded && !is_small);
                if is_coded && is_small {
                    self.waiting.push_coded(message, content_type, || world.hints(message.topic));
                } else if self.query.is_heavy {
                    self.waiting.push(Sight { payload: head, ..message });
                }
            }
            Wanted::Condition(_) if message.payload.len() > LARGEST_ASKED => self.figures.too_large += 1,
            Wanted::Condition(_) if message.payload.is_empty() => self.figures.unfit += 1,
            Wanted::Condition(_) => {
                let content_type = message.content_type();
                if verdict == Verdict::Ruled || content_type.is_some() || is_binary(message.payload) {
                    self.waiting.push_coded(message, content_type, || world.hints(message.topic));
                } else {
                    self.waiting.push(message);
                }
            }
        }
    }

    /// What is sought with the next batch to look at, when none is being looked at.
    pub(super) fn next_batch(&mut self) -> Option<((Mode, String), Batch)> {
        if self.asked || self.waiting.is_empty() {
            return None;
        }
        self.asked = true;
        self.last_of_past = self.scan.is_none();
        Some(((self.query.mode, self.sought.clone()), std::mem::take(&mut self.waiting)))
    }

    /// Takes in what came of a batch, and what of it is still to be asked.
    pub(super) fn answered(&mut self, found: Found, rest: Batch) {
        let Found { hits, unfit, by_null } = found;
        self.asked = false;
        self.past_done |= self.last_of_past && rest.is_empty();
        self.waiting.precede(rest);
        let mut found = Vec::new();
        for hit in hits {
            self.results.add(hit, &mut found);
        }
        self.results.settle(found);
        self.figures.unfit += unfit;
        self.figures.by_null += by_null;
        self.note_end();
    }

    /// What is sought, to mark it where it stands.
    pub(super) fn query(&self) -> &Query {
        &self.query
    }
}

/// Whether bytes are no text: what is inside of them may be.
fn is_binary(payload: &[u8]) -> bool {
    !payload.is_ascii() && std::str::from_utf8(payload).is_err()
}
