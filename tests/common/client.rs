//! A session under test, with words for what tests wait for.

use bytes::Bytes;
use mqtt_tui::model::{
    Clock, ConnectionId, LinkState, Message, Protocol, Publication, PublishId, PublishState, QoS,
    SessionEvent, SessionId, SessionRequest, SubscriptionState, Target, Trouble, Welcome,
};
use mqtt_tui::mqtt::{RequestRefused, Session};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::PATIENCE;

const SESSION: SessionId = SessionId { connection: ConnectionId(1), start: 1 };

/// A session with everything it says.
pub(crate) struct Client {
    /// The session.
    pub(crate) session: Session,
    events: mpsc::Receiver<(SessionId, SessionEvent)>,
}

impl Client {
    /// Starts a session on `target`.
    pub(crate) fn start(target: Target) -> Self {
        let (tx, events) = mpsc::channel(1024);
        Self { session: Session::start(SESSION, target, Clock::start(), tx), events }
    }

    /// Waits for the first event that `wanted` makes something of.
    pub(crate) async fn until<T>(&mut self, mut wanted: impl FnMut(SessionEvent) -> Option<T>) -> T {
        timeout(PATIENCE, async {
            loop {
                let (_, event) = self.events.recv().await.expect("the session ended");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        })
        .await
        .expect("the awaited event did not come")
    }

    /// Waits until both `#` and `$SYS/#` are granted.
    pub(crate) async fn subscribed(&mut self) {
        let mut granted = 0;
        self.until(|event| {
            granted +=
                usize::from(matches!(event, SessionEvent::Subscription(_, SubscriptionState::Granted(_))));
            (granted == 2).then_some(())
        })
        .await;
    }

    /// Waits for a message on `topic`.
    pub(crate) async fn message_on(&mut self, topic: &str) -> Message {
        self.until(|event| match event {
            SessionEvent::Message(message) if message.topic == topic => Some(message),
            _ => None,
        })
        .await
    }

    /// Waits for the next connection; its version, and what was found out about it.
    pub(crate) async fn connected(&mut self) -> (Protocol, Box<Welcome>) {
        self.until(|event| match event {
            SessionEvent::Link(LinkState::Connected { protocol, welcome, .. }) => Some((protocol, welcome)),
            _ => None,
        })
        .await
    }

    /// Waits for the end of publish `id`.
    pub(crate) async fn fate(&mut self, id: u64, qos: QoS) -> PublishState {
        self.until(|event| match event {
            SessionEvent::Publish(PublishId(which), state) if which == id && state.is_final(qos) => {
                Some(state)
            }
            _ => None,
        })
        .await
    }

    /// Waits until the session stops for good; why it did.
    pub(crate) async fn stopped(&mut self) -> Trouble {
        self.until(|event| match event {
            SessionEvent::Link(LinkState::Stopped { trouble }) => Some(trouble.expect("a reason")),
            _ => None,
        })
        .await
    }

    /// Asks for a publish.
    pub(crate) fn publish(
        &self,
        id: u64,
        topic: &str,
        payload: Bytes,
        qos: QoS,
        retain: bool,
    ) -> Result<(), RequestRefused> {
        let publication = Publication { topic: topic.into(), payload, qos, retain, properties: None };
        self.session.request(SessionRequest::Publish(PublishId(id), publication))
    }

    /// Publishes and waits for the end of it.
    pub(crate) async fn publish_and_wait(&mut self, id: u64, topic: &str, payload: &'static str, qos: QoS) {
        self.publish(id, topic, Bytes::from_static(payload.as_bytes()), qos, false)
            .expect("room for a request");
        let state = self.fate(id, qos).await;
        assert!(matches!(state, PublishState::Sent | PublishState::Acknowledged(_)), "{state:?}");
    }
}
