//! What the live link takes in: messages to the program, acknowledgements to the books, and the pace of reading.

use tokio::time::Instant;

use super::explain::Fault;
use super::link::Link;
use super::live::End;
use super::publishes::Acknowledged;
use super::task::Task;
use super::wire::{Ack, Answer, Delivery, Incoming, SkipReason, Skipped};
use crate::model::{SessionEvent, Severity};

impl Task {
    /// Takes in all packets that were read, and sets the pace. `full` when the socket may hold more.
    pub(super) fn read(&mut self, link: &mut Link, full: bool) -> Result<(), End> {
        let stamp = self.clock.now();
        let now = Instant::now();
        link.heard = now;
        link.probe = None;
        let mut messages = 0;
        loop {
            match link.wire.take(stamp) {
                Ok(Some(Incoming::Publish(delivery))) => {
                    messages += 1;
                    self.deliver(link, delivery);
                }
                Ok(Some(packet)) => self.answered(link, packet)?,
                Ok(None) => break,
                Err(fault) => return Err(End::Fault(fault)),
            }
        }
        let pause = link.pacing.read(now, messages, !full);
        if link.leaving.is_none() {
            link.paused = pause.map(|pause| now + pause);
        }
        Ok(())
    }

    fn deliver(&mut self, link: &mut Link, delivery: Delivery) {
        let (pass_on, answer) = self.deliveries.received(delivery.message.qos, delivery.id);
        if pass_on {
            self.outlet.push(SessionEvent::Message(delivery.message));
        }
        if let Some(answer) = answer {
            link.wire.acknowledge(answer, delivery.id);
        }
    }

    /// The broker answered, or ends the connection.
    fn answered(&mut self, link: &mut Link, packet: Incoming) -> Result<(), End> {
        let stamp = self.clock.now();
        match packet {
            Incoming::Publish(delivery) => self.deliver(link, delivery),
            Incoming::Skipped(skipped) => self.skipped(link, &skipped),
            Incoming::PubAck(ack) => {
                let done = self.publishes.puback(&ack, stamp);
                return self.acknowledged(link, "PUBACK", &ack, done);
            }
            Incoming::PubRec(ack) => {
                let done = self.publishes.pubrec(&ack, stamp);
                return self.acknowledged(link, "PUBREC", &ack, done);
            }
            Incoming::PubComp(ack) => {
                let done = self.publishes.pubcomp(&ack, stamp);
                return self.acknowledged(link, "PUBCOMP", &ack, done);
            }
            Incoming::PubRel(ack) => {
                let answer = self.deliveries.released(ack.id);
                link.wire.acknowledge(answer, ack.id);
            }
            Incoming::SubAck(answers) => {
                self.ids.done(answers.id);
                for event in self.subscriptions.suback(&answers, link.wire.protocol(), link.heard) {
                    self.outlet.push(event);
                }
            }
            Incoming::UnsubAck(answers) => {
                self.ids.done(answers.id);
                for event in self.subscriptions.unsuback(&answers) {
                    self.outlet.push(event);
                }
            }
            Incoming::PingResp => link.pinging = false,
            Incoming::Disconnect(stated) => return Err(End::Fault(Fault::Disconnected(stated))),
            Incoming::ConnAck(_) => {
                let what = "a second one on the same connection".to_owned();
                return Err(End::Fault(Fault::Malformed(Some("CONNACK"), what)));
            }
        }
        Ok(())
    }

    fn acknowledged(
        &mut self,
        link: &mut Link,
        kind: &'static str,
        ack: &Ack,
        done: Acknowledged,
    ) -> Result<(), End> {
        match done {
            Acknowledged::Release => link.wire.acknowledge(Answer::PubRel, ack.id),
            Acknowledged::Done { id, state, unheard } => {
                self.ids.done(ack.id);
                self.published(id, state);
                self.unheard(unheard);
            }
            // A kept session may be older than this program: the broker is helped to be done with it.
            Acknowledged::Unknown if link.session_present => {
                if kind == "PUBREC" && !ack.reason.is_failure() {
                    link.wire.acknowledge(Answer::PubRel, ack.id);
                }
            }
            Acknowledged::Unknown => return Err(End::Fault(Fault::Unsolicited(kind, ack.id))),
        }
        Ok(())
    }

    /// Says that nobody is subscribed to a topic that was published to; once until another topic turns up.
    fn unheard(&mut self, topic: Option<String>) {
        if topic.is_none() || topic == self.unheard {
            return;
        }
        if let Some(topic) = &topic {
            let text = format!("the broker took the message to '{topic}', and nobody is subscribed to it");
            self.outlet.push(SessionEvent::Notice(Severity::Info, text));
        }
        self.unheard = topic;
    }

    /// A message that cannot be taken in is answered as if it were, so that it does not come again, and told (B07): the first,
    /// then the tenth, the hundredth, …
    fn skipped(&mut self, link: &mut Link, skipped: &Skipped) {
        let (_, answer) = self.deliveries.received(skipped.qos, skipped.id);
        if let Some(answer) = answer {
            link.wire.acknowledge(answer, skipped.id);
        }
        self.skipped += 1;
        if self.skipped.ilog10() != (self.skipped - 1).checked_ilog10().unwrap_or(u32::MAX) {
            let Skipped { topic, size, .. } = skipped;
            let why = match skipped.why {
                SkipReason::TooLarge => "it is larger than --max-packet-size",
                SkipReason::TopicNotUtf8 => "its topic is not UTF-8",
                SkipReason::PropertyNotUtf8 => "one of its properties is not UTF-8",
            };
            let so_far = match self.skipped {
                1 => String::new(),
                times => format!(" ({times} skipped so far)"),
            };
            let text = format!("message of {size} bytes on '{topic}' skipped: {why}{so_far}");
            self.outlet.push(SessionEvent::Notice(Severity::Warning, text));
        }
    }
}
