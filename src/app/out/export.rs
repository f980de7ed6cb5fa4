//! An export under way: which messages go out, in which order, and how far it has come. Messages of several topics come in the order
//! of their arrival; those that come while it is written are left out.
//!
//! Nothing is copied ahead: the next messages are looked up when the last ones are written, so that an export takes no memory to speak
//! of, and what gives way meanwhile is told.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::app::Connection;
use crate::app::chart::Csv;
use crate::model::{ConnectionId, Message, TopicFilter};
use crate::payload::record;
use crate::store::{Seq, Store, TopicId};

/// Messages handed over at once, at most.
const BATCH: usize = 500;
/// Bytes of payload after which no more are handed over at once.
const BATCH_BYTES: usize = 1 << 20;
/// Nodes looked at in one piece of work while topics are gathered.
const NODES: usize = 2_000;

/// What is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportOf {
    /// The history of these topics.
    Topics(Vec<TopicId>),
    /// The history of this node and of all below.
    Below(TopicId),
    /// The history of all topics that one of these matches.
    Filters(Vec<TopicFilter>),
    /// The values of the chart.
    Chart,
    /// These messages, in this order.
    Messages(Vec<(TopicId, Seq)>),
}

impl ExportOf {
    /// How it is written to a file of this name.
    pub fn format(&self, path: &str) -> Format {
        if *self == Self::Chart { Format::Text } else { Format::of(path) }
    }

    /// What it is counted in.
    pub fn unit(&self) -> &'static str {
        if *self == Self::Chart { "row" } else { "message" }
    }

    /// These messages, oldest first.
    pub fn of_messages(mut messages: Vec<(Seq, TopicId)>) -> Self {
        messages.sort_unstable();
        Self::Messages(messages.into_iter().map(|(seq, topic)| (topic, seq)).collect())
    }
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// A table.
    Csv,
    /// Text that comes as it is to be written.
    Text,
}

impl Format {
    /// By the end of the file's name: CSV for `.csv`, else JSON lines.
    pub fn of(path: &str) -> Self {
        let end = path.rsplit('.').next().unwrap_or_default();
        if end.eq_ignore_ascii_case("csv") { Self::Csv } else { Self::JsonLines }
    }
}

/// What is asked of whoever writes the file.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportStep {
    /// Begin a file.
    Open {
        /// Where, as typed.
        path: String,
        /// How messages are written.
        format: Format,
        /// Whether a file that is there already gives way.
        replace: bool,
    },
    /// Write these.
    Write(Vec<Message>),
    /// Write this.
    WriteText(String),
    /// Put the file in its place.
    End,
    /// Leave nothing behind; why, for the user.
    Fail(String),
    /// Leave nothing behind.
    Drop,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportNews {
    /// The file can be written to, or the messages are written: more may come.
    Ready,
    /// A file is there already.
    Exists,
    /// It is done: where, and how many bytes.
    Ended(String, u64),
    /// It failed, and nothing was left behind; why.
    Failed(String),
}

/// Where the next messages come from.
#[derive(Debug)]
enum Source {
    /// Nodes still to be looked at, and the topics gathered so far.
    Gathering(Vec<TopicId>),
    /// The next message of each topic, oldest first.
    Topics,
    /// The chart, from where it was written up to.
    Chart(Box<Csv>),
    /// A list, and the place in it.
    List(Vec<(TopicId, Seq)>, usize),
}

/// An export under way.
#[derive(Debug)]
pub struct Export {
    /// Names it.
    pub id: u64,
    /// Where to, as typed.
    pub path: String,
    /// Messages handed over so far; of a chart, rows below the first.
    pub written: u64,
    /// Cells of text that begin like a formula of a spreadsheet.
    pub formulas: u64,
    /// Messages there were when their topics were gathered, or in the list.
    there: u64,
    pub(in crate::app) of: ExportOf,
    pub(in crate::app) connection: ConnectionId,
    /// The broker that it is about: with another one the store is another one.
    pub(in crate::app) address: String,
    source: Source,
    next: BinaryHeap<Reverse<(Seq, TopicId)>>,
    /// Newer messages came after the export began.
    pub(in crate::app) until: Seq,
    /// The writer is ready for more.
    ready: bool,
}

impl Export {
    /// An export that begins once its file is open.
    pub fn new(
        id: u64,
        connection: ConnectionId,
        address: &str,
        path: &str,
        of: ExportOf,
        until: Seq,
    ) -> Self {
        let source = match &of {
            ExportOf::Topics(topics) => Source::Gathering(topics.clone()),
            ExportOf::Filters(_) => Source::Gathering(vec![TopicId::ROOT]),
            ExportOf::Below(node) => Source::Gathering(vec![*node]),
            ExportOf::Chart => Source::Chart(Box::default()),
            ExportOf::Messages(list) => Source::List(list.clone(), 0),
        };
        let there = if let ExportOf::Messages(list) = &of { list.len() as u64 } else { 0 };
        Self {
            id,
            path: path.to_owned(),
            written: 0,
            formulas: 0,
            there,
            of,
            connection,
            address: address.to_owned(),
            source,
            next: BinaryHeap::new(),
            until,
            ready: false,
        }
    }

    /// Whether a piece of work waits.
    pub fn has_work(&self) -> bool {
        self.ready
    }

    /// Messages that gave way before they could be written, once all others are.
    pub fn gone(&self) -> u64 {
        self.there.saturating_sub(self.written)
    }

    /// The writer is ready for more.
    pub fn go_on(&mut self) {
        self.ready = true;
    }

    /// The next step to be asked for, if this piece of work comes to one.
    pub fn work(&mut self, connection: &Connection) -> Option<ExportStep> {
        let store = &connection.store;
        if let Source::Chart(csv) = &mut self.source {
            let piece = csv.piece(connection);
            // An empty one lies between two series.
            self.ready = piece.as_ref().is_some_and(String::is_empty);
            (self.written, self.formulas) = (csv.rows, csv.formulas);
            return match piece {
                None => Some(ExportStep::End),
                Some(text) if text.is_empty() => None,
                Some(text) => Some(ExportStep::WriteText(text)),
            };
        }
        if let Source::Gathering(pending) = &mut self.source {
            let gathered = gather(store, pending, &self.of, self.until);
            self.there += gathered.there;
            self.next.extend(gathered.oldest.into_iter().map(Reverse));
            if pending.is_empty() {
                self.source = Source::Topics;
            }
            return None;
        }
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for _ in 0..BATCH {
            let Some((topic, seq)) = self.step(store) else {
                self.ready = false;
                return Some(if batch.is_empty() { ExportStep::End } else { self.write(batch) });
            };
            if let Some(message) = message(store, topic, seq) {
                bytes += message.payload.len() + message.topic.len();
                batch.push(message);
            }
            if bytes > BATCH_BYTES {
                break;
            }
        }
        (!batch.is_empty()).then(|| self.write(batch))
    }

    /// It cannot go on.
    pub(in crate::app) fn fail(&mut self, why: &str) -> ExportStep {
        self.ready = false;
        ExportStep::Fail(format!("export stopped: {why}; {} was not written", self.path))
    }

    fn write(&mut self, batch: Vec<Message>) -> ExportStep {
        self.ready = false;
        self.written += batch.len() as u64;
        if self.of.format(&self.path) == Format::Csv {
            self.formulas += batch.iter().map(record::formulas).sum::<usize>() as u64;
        }
        ExportStep::Write(batch)
    }

    /// The message that comes next.
    fn step(&mut self, store: &Store) -> Option<(TopicId, Seq)> {
        if let Source::List(list, at) = &mut self.source {
            let next = list.get(*at).copied();
            *at += 1;
            return next;
        }
        let Reverse((seq, topic)) = self.next.pop()?;
        if let Some(newer) = store.newer(topic, seq).filter(|newer| newer.seq <= self.until) {
            self.next.push(Reverse((newer.seq, topic)));
        }
        Some((topic, seq))
    }
}

/// What was found in some topics.
#[derive(Default)]
struct Gathered {
    /// The oldest message of each.
    oldest: Vec<(Seq, TopicId)>,
    /// How many messages there are in all.
    there: u64,
}

/// Looks at some of the `pending` topics, for messages up to and with `until`.
fn gather(store: &Store, pending: &mut Vec<TopicId>, of: &ExportOf, until: Seq) -> Gathered {
    let mut gathered = Gathered::default();
    // Each filter is tried on each node.
    let filters = if let ExportOf::Filters(filters) = of { filters.len() } else { 1 };
    for _ in 0..NODES / filters.clamp(1, NODES / 50) {
        let Some(node) = pending.pop() else { break };
        if matches!(of, ExportOf::Below(_) | ExportOf::Filters(_)) {
            pending.extend(store.children(node));
        }
        if let ExportOf::Filters(filters) = of
            && !filters.iter().any(|filter| filter.matches(store.path(node)))
        {
            continue;
        }
        let stored = store.history_len(node);
        let oldest = stored.checked_sub(1).and_then(|last| store.nth_newest(node, last));
        if let Some(oldest) = oldest.filter(|oldest| oldest.seq <= until) {
            gathered.oldest.push((oldest.seq, node));
            gathered.there += stored.saturating_sub(store.index_of(node, until)) as u64;
        }
    }
    gathered
}

/// A message as it came, to be kept apart from the store.
pub(in crate::app) fn message(store: &Store, topic: TopicId, seq: Seq) -> Option<Message> {
    let message = store.message(topic, seq)?;
    Some(Message {
        topic: store.path(topic).to_owned(),
        payload: bytes::Bytes::copy_from_slice(message.payload),
        qos: message.qos,
        retain: message.retain,
        dup: message.dup,
        properties: message.properties().map(Box::new),
        received: message.received,
    })
}
