//! A client inside this process: publishes and receives without a socket. The demo fleet and tests use it.

use std::collections::VecDeque;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::BrokerError;
use super::command::{Attach, Command, End, LinkId};
use super::packet::{Connect, Outgoing, Will};
use crate::model::{Clock, Message, Protocol, Publication, QoS, TopicFilter, check_topic};

/// Who an in-process client is.
#[derive(Debug, Clone, Default)]
pub struct LocalOptions {
    /// Client id; the broker makes one up when it is empty. A client with the same id is taken over.
    pub client_id: String,
    /// Published when the client dies, not when it leaves.
    pub will: Option<Publication>,
    /// Subscribed to with QoS 0. Retained messages that match come first.
    pub filters: Vec<TopicFilter>,
}

/// An in-process client. Dropping it is dying: the will is published, at the latest when the next message is for it.
#[derive(Debug)]
pub struct Local {
    link: LinkId,
    commands: mpsc::Sender<Command>,
    batches: mpsc::Receiver<Vec<Outgoing>>,
    messages: VecDeque<Message>,
    /// A batch was taken and the hub does not know yet.
    owes_receipt: bool,
    clock: Clock,
    gone: bool,
}

impl Local {
    pub(super) async fn attach(
        commands: mpsc::Sender<Command>,
        clock: Clock,
        options: LocalOptions,
    ) -> Result<Self, BrokerError> {
        if let Some(will) = &options.will {
            check_topic(&will.topic).map_err(BrokerError::Topic)?;
        }
        let connect = Connect {
            client_id: options.client_id,
            will: options.will.map(|publication| Will { publication, delay: 0 }),
            ..Connect::clean(Protocol::V5)
        };
        let (attach, batches) = Attach::new(connect, CancellationToken::new(), Some(options.filters));
        let link = attach.link;
        commands.send(Command::Attach(Box::new(attach))).await.map_err(|_| BrokerError::Stopped)?;
        let messages = VecDeque::new();
        let mut local = Self { link, commands, batches, messages, owes_receipt: false, clock, gone: false };
        // The first batch holds the CONNACK: from here on the subscriptions are in force.
        if local.next_batch().await { Ok(local) } else { Err(BrokerError::Stopped) }
    }

    /// Publishes; waits while the broker is busy. Fails when the topic is not one, or when the broker stopped. A client
    /// that was taken over publishes nothing.
    pub async fn publish(&self, publication: Publication) -> Result<(), BrokerError> {
        check_topic(&publication.topic).map_err(BrokerError::Topic)?;
        let command = Command::LocalPublish { link: self.link, publication };
        self.commands.send(command).await.map_err(|_| BrokerError::Stopped)
    }

    /// The next message for the filters; `None` when the broker stopped or another client took the id over. May be
    /// cancelled without losing a message.
    pub async fn receive(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.messages.pop_front() {
                return Some(message);
            }
            if !self.next_batch().await {
                return None;
            }
        }
    }

    /// Ends as if the power went: the will is published.
    pub async fn die(mut self) {
        self.close(End::Lost).await;
    }

    /// Ends in order: no will is published.
    pub async fn leave(mut self) {
        self.close(End::Left).await;
    }

    async fn close(&mut self, end: End) {
        self.gone = true;
        // A stopped broker has forgotten this client already.
        let _ = self.commands.send(Command::Closed { link: self.link, end }).await;
    }

    /// Takes the next batch from the hub; false when there will be none.
    async fn next_batch(&mut self) -> bool {
        if self.owes_receipt {
            let Ok(permit) = self.commands.reserve().await else { return false };
            permit.send(Command::Written { link: self.link, bytes: 0 });
            self.owes_receipt = false;
        }
        let Some(batch) = self.batches.recv().await else { return false };
        self.owes_receipt = true;
        let now = tokio::time::Instant::now();
        for packet in batch {
            if let Outgoing::Publish(delivery) = packet {
                let publication = &delivery.message.publication;
                self.messages.push_back(Message {
                    topic: publication.topic.clone(),
                    payload: publication.payload.clone(),
                    qos: QoS::AtMostOnce,
                    retain: delivery.retain,
                    dup: false,
                    properties: delivery.properties(now),
                    received: self.clock.now(),
                });
            }
        }
        true
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if !self.gone {
            // When the hub is too busy for this, it notices the closed channel with the next message.
            let _ = self.commands.try_send(Command::Closed { link: self.link, end: End::Lost });
        }
    }
}
