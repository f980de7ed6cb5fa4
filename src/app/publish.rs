//! The publish pane: what is being written, and what became of what was sent. Its content stays when the pane is closed.

use std::collections::VecDeque;

use bytes::Bytes;
use ratatui_textarea::{CursorMove, TextArea};
use tui_input::Input;

use super::publish_properties::WrittenProperties;
use crate::model::{Moment, Properties, Publication, PublishId, PublishState, QoS, check_topic};
use crate::payload::sanitise::is_clean;
use crate::store::TopicId;

/// Sent messages kept for the list under the form.
const KEPT: usize = 50;
/// Above this a text field is the wrong tool: the payload editor stops taking text.
pub const MAX_EDITOR_BYTES: usize = 64 * 1024;
/// See [`MAX_EDITOR_BYTES`].
pub const MAX_EDITOR_LINES: usize = 2_000;

/// The field that has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Field {
    /// Topic.
    #[default]
    Topic,
    /// Payload.
    Payload,
    /// QoS.
    Qos,
    /// Retain.
    Retain,
    /// The send button.
    Send,
    /// MQTT 5: content type.
    ContentType,
    /// MQTT 5: message expiry.
    Expiry,
    /// MQTT 5: response topic.
    ResponseTopic,
    /// MQTT 5: correlation data.
    Correlation,
    /// MQTT 5: user properties.
    UserProperties,
}

impl Field {
    const PROPERTIES: [Self; 5] =
        [Self::ContentType, Self::Expiry, Self::ResponseTopic, Self::Correlation, Self::UserProperties];

    /// The field `steps` further on, round and round; the properties stand behind the payload while they are on screen.
    #[must_use]
    pub fn stepped(self, steps: isize, properties: bool) -> Self {
        let mut order = vec![Self::Topic, Self::Payload];
        order.extend(Self::PROPERTIES.into_iter().filter(|_| properties));
        order.extend([Self::Qos, Self::Retain, Self::Send]);
        let at = order.iter().position(|field| *field == self).unwrap_or(0);
        order[(at as isize + steps).rem_euclid(order.len() as isize) as usize]
    }

    /// Whether it is one of the properties.
    pub fn is_property(self) -> bool {
        Self::PROPERTIES.contains(&self)
    }
}

/// One message sent from the pane.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// Its id.
    pub id: PublishId,
    /// Its topic.
    pub topic: String,
    /// Its QoS.
    pub qos: QoS,
    /// Whether it was to be retained.
    pub retain: bool,
    /// Payload size in bytes.
    pub bytes: usize,
    /// When it was asked for.
    pub at: Moment,
    /// What became of it.
    pub state: PublishState,
}

/// A request that is being answered (MQTT 5.0, 4.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Its response topic.
    pub topic: String,
    /// Its correlation data, to be sent back.
    pub correlation: Option<Bytes>,
}

/// Where a payload comes from that was not typed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldFrom {
    /// A message on screen.
    Received,
    /// The user's editor.
    Editor,
}

/// A payload that the fields cannot show exactly: it is sent as it is, or cleared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Every byte of it.
    pub bytes: Bytes,
    /// Where it comes from.
    pub from: HeldFrom,
}

/// State of the pane.
#[derive(Debug, Default)]
pub struct PublishPane {
    /// On screen.
    pub open: bool,
    /// The field that has the keys.
    pub field: Field,
    /// Topic.
    pub topic: Input,
    /// Payload.
    pub payload: TextArea<'static>,
    /// A payload to send instead of what is typed.
    pub held: Option<Held>,
    /// The payload was typed here, and not sent since.
    pub(super) is_draft: bool,
    /// What is in the pane, typed or put there, was not sent since: it keeps its topic.
    pub(super) unsent: bool,
    /// The pane was opened on another topic, and what is in it kept its own.
    pub kept_topic: bool,
    /// QoS.
    pub qos: QoS,
    /// Retain.
    pub retain: bool,
    /// Why the last try to send was refused in place.
    pub refusal: Option<String>,
    /// The selection it was last opened on: its topic was filled in.
    pub opened_on: Option<TopicId>,
    /// The topic that the payload was written for, when the pane was opened on another since.
    pub draft_from: Option<String>,
    /// The `$` topic the user was warned of; sending again confirms it.
    pub confirmed: Option<String>,
    /// What the message answers, while the topic is the one that asked for it.
    pub answers: Option<Answers>,
    /// MQTT 5 properties to send.
    pub written: WrittenProperties,
    sent: VecDeque<Sent>,
}

impl PublishPane {
    /// What is typed as payload: lines joined by a line feed, no line feed at the end.
    pub fn payload_text(&self) -> String {
        self.payload.lines().join("\n")
    }

    /// The payload as it would be sent.
    pub fn payload_bytes(&self) -> Bytes {
        self.held.as_ref().map_or_else(|| Bytes::from(self.payload_text()), |held| held.bytes.clone())
    }

    /// Whether there is a payload that is not empty.
    pub fn has_payload(&self) -> bool {
        match &self.held {
            Some(held) => !held.bytes.is_empty(),
            None => !self.payload.is_empty(),
        }
    }

    /// Whether a payload was typed and not sent since.
    pub fn has_draft(&self) -> bool {
        self.is_draft && !self.payload.is_empty()
    }

    /// Opens the pane with this message in it, exactly: a payload that the field cannot show is held beside it.
    pub(super) fn refill(&mut self, publication: Publication, from: HeldFrom) {
        self.topic = Input::new(publication.topic);
        (self.qos, self.retain) = (publication.qos, publication.retain);
        self.set_payload(publication.payload, from);
        self.written.fill(publication.properties.map(|properties| *properties).unwrap_or_default());
        (self.refusal, self.draft_from, self.answers, self.confirmed) = (None, None, None, None);
        (self.unsent, self.kept_topic) = (true, false);
        self.open = true;
        self.field = Field::Payload;
    }

    fn set_payload(&mut self, bytes: Bytes, from: HeldFrom) {
        (self.payload, self.held, self.is_draft) = (TextArea::default(), None, false);
        match editable(&bytes) {
            Some(text) => {
                self.payload.insert_str(text);
                self.payload.move_cursor(CursorMove::Top);
            }
            None => self.held = Some(Held { bytes, from }),
        }
    }

    /// The next message is for the topic that is looked at.
    pub(super) fn let_topic_go(&mut self) {
        self.unsent = false;
        if std::mem::take(&mut self.kept_topic) {
            self.opened_on = None;
        }
    }

    /// Leaves no payload.
    pub(super) fn clear_payload(&mut self) {
        self.payload.clear();
        (self.held, self.draft_from, self.is_draft) = (None, None, false);
        self.let_topic_go();
        // It says what the payload was.
        self.written.kept = Properties::default();
    }

    /// What is wrong with the topic as it stands; an untouched empty field is not scolded.
    pub fn topic_fault(&self) -> Option<String> {
        let topic = self.topic.value();
        if topic.is_empty() {
            return None;
        }
        check_topic(topic).err().map(|fault| fault.to_string())
    }

    /// What sending would do that the user may not expect.
    pub fn warning(&self) -> Option<&'static str> {
        if self.retain && !self.has_payload() {
            Some("empty and retained: deletes the retained message")
        } else if self.topic.value().starts_with('$') {
            Some("brokers may ignore or refuse topics that start with $")
        } else if self
            .payload
            .lines()
            .iter()
            .any(|line| !line.is_ascii() && !is_clean(&line.replace('\t', " ")))
        {
            Some("the payload holds characters that cannot be seen")
        } else {
            None
        }
    }

    /// The message to send, or the reason why it cannot be.
    pub fn publication(&self) -> Result<Publication, String> {
        check_topic(self.topic.value()).map_err(|fault| fault.to_string())?;
        Ok(Publication {
            topic: self.topic.value().to_owned(),
            payload: self.payload_bytes(),
            qos: self.qos,
            retain: self.retain,
            properties: self.properties()?,
        })
    }

    /// The request that the message as it stands answers.
    pub fn answering(&self) -> Option<&Answers> {
        self.answers.as_ref().filter(|answers| answers.topic == self.topic.value())
    }

    /// What was typed; the correlation data of the request that is answered, unless other data was typed.
    fn properties(&self) -> Result<Option<Box<Properties>>, String> {
        let mut properties = self.written.properties()?;
        if let Some(data) = self.answering().and_then(|answers| answers.correlation.clone()) {
            properties.get_or_insert_default().correlation_data.get_or_insert(data);
        }
        Ok(properties)
    }

    /// What is wrong with the properties as they stand.
    pub fn properties_fault(&self) -> Option<String> {
        self.written.properties().err()
    }

    /// Remembers a message as sent. When there are too many, the oldest whose fate is known goes first.
    pub fn remember(&mut self, sent: Sent) {
        if self.sent.len() == KEPT {
            let settled = self.sent.iter().rposition(|sent| sent.state.is_final(sent.qos));
            self.sent.remove(settled.unwrap_or(KEPT - 1));
        }
        self.sent.push_front(sent);
    }

    /// The newest message that still waits to be sent.
    pub fn queued(&self) -> Option<&Sent> {
        self.sent.iter().find(|sent| sent.state == PublishState::Queued)
    }

    /// The session ends and another begins: what had no final state gets one.
    pub(super) fn settle(&mut self) {
        for sent in self.sent.iter_mut().filter(|sent| !sent.state.is_final(sent.qos)) {
            sent.state = match sent.state {
                PublishState::Queued => PublishState::Failed("a new session began".into()),
                _ => PublishState::Lost("a new session began".into()),
            };
        }
    }

    /// Sent messages, newest first.
    pub fn sent(&self) -> impl ExactSizeIterator<Item = &Sent> {
        self.sent.iter()
    }

    /// How many messages may still be on their way.
    pub fn unsettled(&self) -> usize {
        self.sent().filter(|sent| !sent.state.is_final(sent.qos)).count()
    }

    /// Takes in what became of a message; the message, if that is news. A final state is never taken back.
    pub fn resolve(&mut self, id: PublishId, state: PublishState) -> Option<&Sent> {
        let sent = self.sent.iter_mut().find(|sent| sent.id == id)?;
        if sent.state.is_final(sent.qos) {
            return None;
        }
        sent.state = state;
        Some(sent)
    }
}

/// `bytes` as a text that the payload field shows and gives back unchanged.
fn editable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_EDITOR_BYTES)?;
    let mut lines = text.split('\n');
    let seen = |line: &str| {
        line.is_ascii() && !line.contains(|c: char| c.is_ascii_control() && c != '\t')
            || is_clean(&line.replace('\t', " "))
    };
    (text.split('\n').count() <= MAX_EDITOR_LINES && lines.all(seen)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_sent_again_byte_for_byte_whether_the_field_can_show_it_or_not() {
        let long = "x".repeat(MAX_EDITOR_BYTES + 1);
        let many = "\n".repeat(MAX_EDITOR_LINES);
        let shown: &[&[u8]] = &[b"", b"21.5", b"a\nb\n", b"\n\n", b"\ttab \xc3\xa4", b" "];
        let held: &[&[u8]] =
            &[b"\xff", b"\0", b"a\r\nb", b"\x1b[2J", "\u{202e}".as_bytes(), long.as_bytes(), many.as_bytes()];
        for (payloads, is_held) in [(shown, false), (held, true)] {
            for payload in payloads {
                let mut pane = PublishPane::default();
                let publication = Publication {
                    topic: "a".into(),
                    payload: Bytes::copy_from_slice(payload),
                    qos: QoS::AtLeastOnce,
                    retain: true,
                    properties: None,
                };
                pane.refill(publication.clone(), HeldFrom::Received);
                assert_eq!(pane.publication().as_ref(), Ok(&publication));
                assert_eq!(pane.held.is_some(), is_held, "{payload:?}");
            }
        }
    }
}
