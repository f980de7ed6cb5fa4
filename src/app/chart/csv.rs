//! The chart as CSV (RFC 4180), series after series, each from old to new. Columns that messages have, too, go by the same names. Values are the text that was sent
//! as long as the history holds it, and the number as the chart keeps it after that. Written piece by piece; called by the export.

use super::series::Series;
use crate::app::Connection;
use crate::model::Moment;
use crate::payload::field::Field;
use crate::payload::json::unquote;
use crate::payload::record::{is_formula, quoted, stamp};
use crate::payload::structure::Structure;
use crate::payload::{Hints, read};
use crate::store::{MessageRef, Seq, Store};

/// Rows of a piece, at most, and bytes of messages after which it ends.
const PIECE: usize = 2_048;
const PIECE_BYTES: usize = 256 << 10;

/// A CSV file being written: [`Csv::piece`] gives it in order.
#[derive(Debug, Clone, Default)]
pub struct Csv {
    /// Rows below the first.
    pub rows: u64,
    /// Cells of text that begin like a formula of a spreadsheet.
    pub formulas: u64,
    begun: bool,
    /// The series being written.
    place: usize,
    /// Its points that were written because their messages have left the history.
    written: usize,
    /// The newest of its messages that was written; `None` while points are.
    upto: Option<Seq>,
}

impl Csv {
    /// The next piece; `None` at the end. Series that were added or taken out in between are written as they are then.
    pub fn piece(&mut self, connection: &Connection) -> Option<String> {
        if !self.begun {
            self.begun = true;
            return Some("received,topic,field,value,qos,retain,dup\r\n".to_owned());
        }
        let series = connection.chart.series().get(self.place)?;
        let mut out = String::new();
        let chosen = connection.decoding_of(series.topic, Seq::default());
        let hints = connection.hints(series.topic, chosen.as_ref());
        match self.upto {
            None => self.points(series, connection, &mut out),
            Some(upto) => self.messages(series, &connection.store, upto, &hints, &mut out),
        }
        Some(out)
    }

    /// Points whose messages have left the history.
    fn points(&mut self, series: &Series, connection: &Connection, out: &mut String) {
        let store = &connection.store;
        let stored = store.history_len(series.topic);
        let oldest = stored.checked_sub(1).and_then(|last| store.nth_newest(series.topic, last));
        let shown = connection.paused.map_or(u64::MAX, |paused| paused.mono_us);
        // The gap before the oldest message there is ended with it, and began with one that is gone.
        let own = u64::from(series.field == Field::Gap);
        let until = oldest.map_or(shown.saturating_add(1), |oldest| oldest.received.mono_us + own);
        let points = series.points.oldest_first().skip(self.written);
        let before = self.written;
        for point in points.take_while(|point| point.at.mono_us < until).take(PIECE) {
            self.written += 1;
            self.row(store, series, (point.at, None), &point.value.to_string(), out);
        }
        if self.written - before < PIECE {
            self.upto = Some(Seq::default());
        }
    }

    fn messages(&mut self, series: &Series, store: &Store, upto: Seq, hints: &Hints<'_>, out: &mut String) {
        let left = store.index_of(series.topic, upto);
        let piece = left.min(PIECE);
        let messages: Vec<MessageRef<'_>> =
            store.history_from(series.topic, left - piece).take(piece).collect();
        if messages.is_empty() {
            *self = Self { place: self.place + 1, written: 0, upto: None, ..*self };
            return;
        }
        let mut bytes = 0;
        for message in messages.iter().rev() {
            self.upto = Some(message.seq);
            if let Some(value) = as_sent(series, store, message, hints, &mut bytes) {
                self.row(store, series, (message.received, Some(message)), &value, out);
            }
            if bytes > PIECE_BYTES {
                break;
            }
        }
    }

    /// How its message was delivered is known as long as the history holds it.
    fn row(
        &mut self,
        store: &Store,
        series: &Series,
        (at, message): (Moment, Option<&MessageRef<'_>>),
        value: &str,
        out: &mut String,
    ) {
        let (path, field) = (store.path(series.topic), series.field.to_string());
        self.rows += 1;
        self.formulas += [path, &field, value].into_iter().filter(|cell| is_formula(cell)).count() as u64;
        let delivery = message.map_or_else(
            || ",,".to_owned(),
            |message| format!("{},{},{}", message.qos, message.retain, message.dup),
        );
        let cells = [stamp(at).into(), quoted(path), quoted(&field), quoted(value), delivery.into()];
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
}

/// The value in a message as it was written there. `None` where there is no number. Adds to `bytes` what was looked at.
fn as_sent(
    series: &Series,
    store: &Store,
    message: &MessageRef<'_>,
    hints: &Hints<'_>,
    bytes: &mut usize,
) -> Option<String> {
    match &series.field {
        Field::Size => return Some(message.payload.len().to_string()),
        Field::Gap => {
            let before = store.older(series.topic, message.seq)?;
            return Some(message.received.since(before.received).as_secs_f64().to_string());
        }
        _ => {}
    }
    *bytes += message.payload.len();
    if series.is_too_large && (hints.rule.is_some() || std::str::from_utf8(message.payload).is_err()) {
        // As in the chart, no more of them are unwrapped.
        return None;
    }
    let content_type = message.properties().and_then(|properties| properties.content_type);
    let reading = read(message.payload, &Hints { content_type: content_type.as_deref(), ..*hints });
    *bytes += reading.layers.iter().map(|layer| layer.size).sum::<usize>();
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
