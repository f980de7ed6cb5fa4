//! The forms in which the payload on screen can leave: as it was sent, the text that it was decoded to, what the jq program makes of it.

use bytes::Bytes;

use crate::app::Connection;
use crate::store::Seq;

/// A form of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadForm {
    /// Byte for byte as received.
    AsSent,
    /// What the views show: JSON of CBOR, what is inside of gzip.
    Decoded,
    /// The values that the jq program puts out, one a line.
    JqResult,
}

impl PayloadForm {
    /// As in the title of a line that asks for a file or a command.
    pub fn label(self) -> &'static str {
        match self {
            Self::AsSent => "payload as sent",
            Self::Decoded => "decoded payload",
            Self::JqResult => "jq result",
        }
    }
}

/// A payload on its way out, in the forms it has, one of them chosen.
#[derive(Debug, Clone)]
pub struct Outgoing {
    forms: Vec<(PayloadForm, Bytes)>,
    chosen: usize,
}

impl Outgoing {
    /// The payload of message `seq` in each form that the message pane has of it.
    pub(in crate::app) fn of(connection: &Connection, seq: Seq, payload: Bytes) -> Self {
        let decoded = connection.decoded(seq, &payload).map(|bytes| (PayloadForm::Decoded, bytes));
        let result = connection.jq_result(seq).map(|text| (PayloadForm::JqResult, with_line_feed(text)));
        let forms = [Some((PayloadForm::AsSent, payload)), decoded, result];
        Self { forms: forms.into_iter().flatten().collect(), chosen: 0 }
    }

    /// With the decoded form chosen where the payload as sent is no text for people.
    pub(in crate::app) fn readable(mut self) -> Self {
        let as_sent = std::str::from_utf8(&self.forms[0].1);
        let is_text =
            as_sent.is_ok_and(|text| !text.contains(|c: char| c.is_control() && !c.is_whitespace()));
        let decoded = self.forms.iter().position(|(form, _)| *form == PayloadForm::Decoded);
        self.chosen = decoded.filter(|_| !is_text).unwrap_or(0);
        self
    }

    /// The form that is chosen.
    pub fn form(&self) -> PayloadForm {
        self.forms[self.chosen].0
    }

    /// The form that comes next; `None` when there is only one.
    pub fn next(&self) -> Option<PayloadForm> {
        (self.forms.len() > 1).then(|| self.forms[(self.chosen + 1) % self.forms.len()].0)
    }

    /// Chooses the next form.
    pub(in crate::app) fn switch(&mut self) {
        self.chosen = (self.chosen + 1) % self.forms.len();
    }

    /// The bytes in the form that is chosen.
    pub fn bytes(&self) -> &Bytes {
        &self.forms[self.chosen].1
    }
}

fn with_line_feed(text: &str) -> Bytes {
    format!("{text}\n").into()
}

impl Connection {
    /// What the message pane shows of message `seq` in place of its bytes; `None` where it shows them as they are.
    pub(in crate::app) fn decoded(&self, seq: Seq, payload: &[u8]) -> Option<Bytes> {
        let reading = &self.shown().filter(|shown| shown.of.seq == seq)?.reading;
        match &reading.text {
            Some(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
            None => reading.inner.as_ref().map(|_| Bytes::copy_from_slice(reading.bytes(payload))),
        }
    }

    /// What the jq program on screen makes of message `seq`, a value a line.
    pub(in crate::app) fn jq_result(&self, seq: Seq) -> Option<&str> {
        self.shown().filter(|shown| shown.of.seq == seq)?.result.as_deref()
    }
}
