//! The rows of the history on screen: which message stands in each, and what changed in it. Worded once for each row that comes on
//! screen, so many bytes at a time.

use super::HistoryView;
use crate::app::{Chosen, Connection};
use crate::store::{MessageRef, Seq, TopicId};

/// Bytes of payload that are compared for rows in one piece: some milliseconds of JSON.
const PIECE_BYTES: usize = 256 * 1024;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// Its message.
    pub seq: Seq,
    /// The message before it on the topic, listed or not: what changed is said against it.
    pub older: Option<Seq>,
    /// The message in the row below.
    pub listed_before: Option<Seq>,
    /// What changed in it.
    pub change: RowChange,
    /// What it was taken for when it was compared.
    decoding: Option<Chosen>,
    /// What is odd in it comes first: a JSON pointer.
    odd: Option<String>,
}

/// What changed since the message before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowChange {
    /// There is none before in the history.
    First,
    /// Not compared yet.
    Pending,
    /// Nothing, or nothing but clocks: that in words.
    Same(String),
    /// In words. Like the above, it quotes the payload and is not sanitised.
    Words(String),
}

impl HistoryRow {
    pub(super) fn is_pending(&self) -> bool {
        self.change == RowChange::Pending
    }
}

/// The columns of a row, from the left; what came in the message has the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryColumns {
    /// When it came.
    pub time: u16,
    /// Time since the one before.
    pub gap: u16,
    /// QoS, retain, DUP.
    pub flags: u16,
    /// Bytes of the payload.
    pub size: u16,
    /// What changed; all of the rest where there is no room for both.
    pub change: u16,
    /// The payload from its beginning.
    pub preview: u16,
}

impl HistoryColumns {
    /// Columns for a pane so wide, its frame included.
    pub fn of(width: u16) -> Self {
        let roomy = Self { time: 13, gap: 10, flags: 6, size: 9, change: 0, preview: 0 };
        // Frame, and a blank at either side.
        let rest = |columns: Self| {
            width.saturating_sub(4 + columns.time + columns.gap + columns.flags + columns.size)
        };
        let columns = if rest(roomy) < 32 { Self { gap: 9, size: 8, ..roomy } } else { roomy };
        let rest = rest(columns);
        if rest < 64 {
            return Self { change: rest, ..columns };
        }
        let change = (rest / 2).min(60);
        Self { change, preview: rest - change - 2, ..columns }
    }

    /// Columns for what changed in a message in which something is odd, beside the mark.
    pub fn of_odd(self) -> u16 {
        (self.change + self.preview / 2).saturating_sub(2)
    }
}

impl HistoryView {
    /// Finds the rows on screen and words what is new among them.
    pub(super) fn arrange_rows(&mut self, connection: &Connection, topic: Option<TopicId>, width: u16) {
        let worded = (HistoryColumns::of(width), connection.message.schemas.generation());
        let mut known = std::mem::take(&mut self.rows);
        if Some(worded) != self.worded {
            known.clear();
            self.worded = Some(worded);
        }
        let Some(topic) = topic else { return };
        self.rows = self.on_screen(connection, topic);
        for row in &mut self.rows {
            row.decoding = connection.decoding_of(topic, row.seq);
            let oddities = connection.oddities(topic, row.seq);
            row.odd = oddities.first().map(|oddity| oddity.pointer().to_owned());
            let same = |known: &&HistoryRow| {
                (known.seq, known.older, &known.decoding, &known.odd)
                    == (row.seq, row.older, &row.decoding, &row.odd)
            };
            if let Some(known) = known.iter().find(same) {
                row.change = known.change.clone();
            }
        }
        self.word_rows(connection);
    }

    fn on_screen(&self, connection: &Connection, topic: TopicId) -> Vec<HistoryRow> {
        let store = &connection.store;
        let row = |seq: Seq, older: Option<Seq>, listed_before: Option<Seq>| HistoryRow {
            seq,
            older,
            listed_before,
            odd: None,
            change: if older.is_some() { RowChange::Pending } else { RowChange::First },
            decoding: None,
        };
        if let Some(listing) = &self.listing {
            let on_screen = self.top..self.top + self.height;
            let listed = on_screen.map_while(|index| Some((listing.get(index)?, listing.get(index + 1))));
            let older = |seq: Seq| store.older(topic, seq).map(|older| older.seq);
            return listed.map(|(seq, before)| row(seq, older(seq), before)).collect();
        }
        let mut messages = store.history_from(topic, self.top).take(self.height + 1).peekable();
        let mut rows = Vec::with_capacity(self.height);
        while let Some(message) = messages.next().filter(|_| rows.len() < self.height) {
            let older = messages.peek().map(|older| older.seq);
            rows.push(row(message.seq, older, older));
        }
        rows
    }

    /// Words some of the rows that are not yet.
    pub(super) fn word_rows(&mut self, connection: &Connection) {
        let Some(topic) = connection.tree.selected() else {
            self.rows.clear();
            return;
        };
        let Some((columns, _)) = self.worded else { return };
        let mut bytes = 0;
        for row in self.rows.iter_mut().filter(|row| row.is_pending()) {
            let message = |seq: Seq| connection.store.message(topic, seq);
            let both: Option<(MessageRef<'_>, MessageRef<'_>)> =
                row.older.and_then(message).zip(message(row.seq));
            row.change = match &both {
                Some((older, newer)) => {
                    bytes += older.payload.len() + newer.payload.len();
                    let columns = if row.odd.is_some() { columns.of_odd() } else { columns.change };
                    connection.change_in_words(older, newer, usize::from(columns), row.odd.as_deref())
                }
                // It gave way meanwhile.
                None => RowChange::First,
            };
            if bytes > PIECE_BYTES {
                break;
            }
        }
    }
}
