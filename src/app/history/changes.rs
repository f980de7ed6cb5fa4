//! What changed between two messages of a topic, for its row and for leaving out what changed nothing. Small payloads are decoded and
//! compared by content, larger ones by their bytes.

use super::RowChange;
use crate::app::Connection;
use crate::app::message::side;
use crate::payload::diff::{Diff, Form, Side, Verdict};
use crate::payload::find::Finder;
use crate::payload::{Hints, Reading, format, read_small};
use crate::store::MessageRef;

/// Bytes up to which a payload is looked into.
const LOOKED_INTO: usize = 64 * 1024;

/// How the content of a message differs from that of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// Not at all.
    None,
    /// Only time passed.
    Clocks,
    /// In something.
    Content,
}

impl Connection {
    /// How the content of `newer` differs from that of `older`.
    pub(super) fn difference(&self, older: &MessageRef<'_>, newer: &MessageRef<'_>) -> Difference {
        if older.payload == newer.payload {
            return Difference::None;
        }
        if is_plain(older.payload) && is_plain(newer.payload) {
            return Difference::Content;
        }
        match self.diff(older, newer) {
            Some(diff) if diff.verdict != Verdict::Differs => Difference::None,
            Some(diff) if diff.is_only_clocks() => Difference::Clocks,
            _ => Difference::Content,
        }
    }

    /// What changed from `older` to `newer`, in a line of about `columns`; what is `wanted` comes first, by its JSON pointer.
    pub(super) fn change_in_words(
        &self,
        older: &MessageRef<'_>,
        newer: &MessageRef<'_>,
        columns: usize,
        wanted: Option<&str>,
    ) -> RowChange {
        if older.payload == newer.payload {
            return RowChange::Same("same".to_owned());
        }
        if let Some(diff) = self.diff(older, newer) {
            return match diff.verdict {
                // That other bytes say it is of no interest in a row.
                Verdict::Same | Verdict::SameContent => RowChange::Same("same content".to_owned()),
                Verdict::Differs if wanted.is_none() && diff.is_only_clocks() => {
                    RowChange::Same(diff.summary(columns, None))
                }
                Verdict::Differs => RowChange::Words(diff.summary(columns, wanted)),
            };
        }
        let (old, new) = (older.payload.len() as u64, newer.payload.len() as u64);
        RowChange::Words(if old == new {
            "changed, as long as before".to_owned()
        } else {
            format!("changed, {} → {}", format::bytes(old), format::bytes(new))
        })
    }

    /// `None` for payloads that are too large to be looked into.
    fn diff(&self, older: &MessageRef<'_>, newer: &MessageRef<'_>) -> Option<Diff> {
        if older.payload.len().max(newer.payload.len()) > LOOKED_INTO {
            return None;
        }
        let (before, after) = (self.read_small(older), self.read_small(newer));
        Some(Diff::between(side_of(&before, older.payload), side_of(&after, newer.payload)))
    }

    /// Reads a payload as the message pane does; of much content the beginning.
    pub fn read_small(&self, message: &MessageRef<'_>) -> Reading {
        let decoding = self.decoding_of(message.topic, message.seq);
        let content_type = message.properties().and_then(|all| all.content_type);
        let hints = self.hints(message.topic, decoding.as_ref());
        read_small(message.payload, &Hints { content_type: content_type.as_deref(), ..hints })
    }

    /// Whether the payload, or what is inside of it where it is no text, has what `finder` looks for in its first `reach` bytes.
    pub(super) fn payload_has(&self, message: &MessageRef<'_>, finder: &Finder, reach: usize) -> bool {
        let payload = message.payload;
        if finder.is_in(&payload[..payload.len().min(reach)]) {
            return true;
        }
        let is_binary = !payload.is_ascii() && std::str::from_utf8(payload).is_err();
        is_binary
            && payload.len() <= LOOKED_INTO
            && self
                .read_small(message)
                .text(payload)
                .is_some_and(|text| finder.is_in(&text.as_bytes()[..text.len().min(reach)]))
    }
}

/// A word or number that says the same only in the same bytes: too short to be anything wrapped, and nothing with fields.
fn is_plain(payload: &[u8]) -> bool {
    let first = payload.trim_ascii_start().first();
    payload.len() < 16 && payload.is_ascii() && !first.is_some_and(|first| b"{[<\"".contains(first))
}

/// What is compared of a payload. Of one that was not unwrapped to its end, only the bytes as received tell.
fn side_of<'a>(reading: &'a Reading, payload: &'a [u8]) -> Side<'a> {
    if reading.layers.last().is_some_and(|layer| layer.size >= LOOKED_INTO) {
        return Side { bytes: payload, form: Form::Bytes };
    }
    side(reading, payload)
}
