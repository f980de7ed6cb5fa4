//! The chart as CSV (RFC 4180): received, topic, field, value, series after series, each from old to new. Values are the text that was sent
//! as long as the history holds it, and the number as the chart keeps it after that. Written piece by piece; called by the export.

use super::series::Series;
use crate::app::Connection;
use crate::model::Moment;
use crate::payload::field::Field;
use crate::payload::json::unquote;
use crate::payload::record::{quoted, stamp};
use crate::payload::structure::Structure;
use crate::payload::{Hints, read};
use crate::store::{MessageRef, Seq, Store};

/// Rows of a piece, at most.
const PIECE: usize = 2_048;

/// What stands in each column.
pub const TITLES: &str = "received,topic,field,value\n";

/// A CSV file being written: [`Csv::piece`] gives it in order.
#[derive(Debug, Clone)]
pub struct Csv {
    /// Newer messages came after it was begun.
    until: Seq,
    begun: bool,
    /// The series being written.
    place: usize,
    /// The newest of its messages that was written, and the time of the newest value.
    upto: (Seq, Option<u64>),
}

impl Csv {
    /// The beginning of a file; messages after `until` are left out.
    pub fn new(until: Seq) -> Self {
        Self { until, begun: false, place: 0, upto: Default::default() }
    }

    /// The next piece, which may be empty; `None` at the end. A series that is taken out in between is not written any further.
    pub fn piece(&mut self, connection: &Connection) -> Option<String> {
        if !self.begun {
            self.begun = true;
            return Some(TITLES.to_owned());
        }
        let series = connection.chart.series().get(self.place)?;
        let mut out = String::new();
        let gone = self.points(series, connection, &mut out);
        if gone < PIECE && self.messages(series, connection, &mut out) == 0 {
            self.place += 1;
            self.upto = Default::default();
        }
        Some(out)
    }

    /// Values whose messages have left the history; how many.
    fn points(&mut self, series: &Series, connection: &Connection, out: &mut String) -> usize {
        let store = &connection.store;
        let stored = store.history_len(series.topic);
        if store.index_of(series.topic, self.upto.0) < stored {
            return 0;
        }
        let oldest = stored.checked_sub(1).and_then(|last| store.nth_newest(series.topic, last));
        // The gap before the oldest message there is ended with it, and began with one that is gone.
        let own = u64::from(series.field == Field::Gap);
        let shown = connection.paused.map_or(u64::MAX, |paused| paused.mono_us);
        let until = oldest.map_or(shown, |oldest| oldest.received.mono_us + own);
        let mut written = 0;
        for point in series.points.newer_than(self.upto.1).take_while(|point| point.at.mono_us < until) {
            // Values of one moment stay together: the next piece begins after it.
            if written >= PIECE && self.upto.1 != Some(point.at.mono_us) {
                break;
            }
            self.upto.1 = Some(point.at.mono_us);
            row(store, series, point.at, &point.value.to_string(), out);
            written += 1;
        }
        written
    }

    /// Values of messages that are in the history; how many messages.
    fn messages(&mut self, series: &Series, connection: &Connection, out: &mut String) -> usize {
        let store = &connection.store;
        let chosen = connection.decoding_of(series.topic, Seq::default());
        let hints = connection.hints(series.topic, chosen.as_ref());
        let left = store.index_of(series.topic, self.upto.0);
        let piece = left.min(PIECE);
        let messages: Vec<MessageRef<'_>> =
            store.history_from(series.topic, left - piece).take(piece).collect();
        let messages = messages.iter().rev().take_while(|message| message.seq <= self.until);
        let mut looked_at = 0;
        for message in messages {
            self.upto = (message.seq, Some(message.received.mono_us));
            looked_at += 1;
            if let Some(value) = as_sent(series, store, message, &hints) {
                row(store, series, message.received, &value, out);
            }
        }
        looked_at
    }
}

/// One row.
fn row(store: &Store, series: &Series, at: Moment, value: &str, out: &mut String) {
    let (received, field) = (stamp(at), series.field.to_string());
    let cells = [&received, store.path(series.topic), &field, value].map(quoted);
    out.push_str(&cells.join(","));
    out.push('\n');
}

/// The value in a message as it was written there. `None` where there is no number.
fn as_sent(series: &Series, store: &Store, message: &MessageRef<'_>, hints: &Hints<'_>) -> Option<String> {
    match &series.field {
        Field::Size => return Some(message.payload.len().to_string()),
        Field::Gap => {
            let before = store.older(series.topic, message.seq)?;
            return Some(message.received.since(before.received).as_secs_f64().to_string());
        }
        _ => {}
    }
    let content_type = message.properties().and_then(|properties| properties.content_type);
    let reading = read(message.payload, &Hints { content_type: content_type.as_deref(), ..*hints });
    let text = reading.text(message.payload)?;
    let number = series.number_in(text)?;
    let written = match &series.field {
        Field::Whole => Some(text.trim().to_owned()),
        Field::Pointer(pointer) => Structure::of_json(text).ok().and_then(|structure| {
            let raw = structure.value(structure.at_pointer(pointer).ok()??);
            Some(if raw.starts_with('"') { unquote(raw).into_owned() } else { raw.to_owned() })
        }),
        Field::XPath(path) => Structure::of_xml(text).ok().and_then(|structure| {
            let node = structure.at_xpath(path).ok()??;
            Some(structure.content(node)?.trim().to_owned())
        }),
        _ => None,
    };
    // What cannot be found as text is at least the number that is drawn.
    Some(written.unwrap_or_else(|| number.to_string()))
}
