//! News from the sessions: messages into the store, states into the connection, what matters into the notices.

use super::login;
use crate::app::{App, Connection, Effect};
use crate::model::{
    ConnectionId, LinkState, Message, Moment, PublishId, PublishState, SessionEvent, SessionId, Severity,
    SubscriptionState, TopicFilter, TroubleKind,
};

/// Takes in a batch of events in order; those of a session that was replaced are passed over. `full` says that batches stay as long as they get: more is waiting, from the connections
/// that this one holds something of.
pub fn ingest(
    app: &mut App,
    batch: &mut Vec<(SessionId, SessionEvent)>,
    full: bool,
    now: Moment,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    for connection in &mut app.connections {
        connection.behind = false;
    }
    for (id, event) in batch.drain(..) {
        // What an earlier session left in the channel is not about this one.
        let Some(connection) = app.connection_by_id(id.connection).filter(|open| open.session() == id) else {
            continue;
        };
        connection.behind |= full;
        effects.extend(on_event(app, id.connection, event, now));
    }
    effects
}

pub(super) fn on_event(app: &mut App, id: ConnectionId, event: SessionEvent, now: Moment) -> Option<Effect> {
    let connection = app.connection_by_id(id)?;
    match event {
        SessionEvent::Message(message) => on_message(connection, &message),
        SessionEvent::Link(state) => {
            let learnt = fallback(app, id, &state);
            on_link(app, id, state, now);
            return learnt;
        }
        SessionEvent::Subscription(filter, state) => on_subscription(app, id, filter, state, now),
        SessionEvent::Publish(publish, state) => on_publish(app, id, publish, state, now),
        SessionEvent::Notice(severity, text) => tell(app, id, now, severity, &text),
    }
    None
}

/// A notice about a connection; it is named when there are others.
fn tell(app: &mut App, id: ConnectionId, now: Moment, severity: Severity, text: &str) {
    let text = named(app, id, text);
    app.notices.push(now, severity, text);
}

/// A notice about the link of a connection, until that is well again.
fn tell_trouble(app: &mut App, id: ConnectionId, now: Moment, text: &str) {
    let text = named(app, id, text);
    app.notices.push_trouble(id, now, text);
}

fn named(app: &mut App, id: ConnectionId, text: &str) -> String {
    let several = app.connections.len() > 1;
    let title = app.connection_by_id(id).filter(|_| several).map(|connection| connection.title.clone());
    title.map_or_else(|| text.to_owned(), |title| format!("{title}: {text}"))
}

/// What a saved profile should know: its broker, and not another one that flags led to, says that it does not speak MQTT 5, and speaks
/// 3.1.1. One that only kept silent may have been slow.
fn fallback(app: &mut App, id: ConnectionId, state: &LinkState) -> Option<Effect> {
    let LinkState::Connected { protocol, welcome, .. } = state else { return None };
    if !welcome.lacks_mqtt_5 {
        return None;
    }
    let profile = &app.connection_by_id(id)?.profile;
    let (name, url) = (profile.name.clone(), profile.target.url());
    let saved = app.book.find(&name).filter(|saved| saved.target.url() == url);
    saved.map(|_| Effect::RememberProtocol(name, *protocol))
}

fn on_message(connection: &mut Connection, message: &Message) {
    if message.topic.starts_with("$SYS/") {
        connection.sys.update(&message.topic, &message.payload, message.received);
    }
    if connection.subscriptions.hides(&message.topic) {
        return;
    }
    if message.topic.starts_with("spBv1.0/") {
        connection.sparkplug.learn(&message.topic, &message.payload);
    }
    let place = connection.store.ingest(message);
    connection.subscriptions.count(&message.topic, place.topic);
    if let Some(topic) = place.topic {
        connection.tree.touch(topic);
    }
    if let (Some(topic), Some(seq)) = (place.topic, place.seq) {
        connection.feed_chart(topic, seq, message);
    }
    connection.list_arrival(message, place);
}

fn on_link(app: &mut App, id: ConnectionId, state: LinkState, now: Moment) {
    let Some(connection) = app.connection_by_id(id) else { return };
    let was_connected = connection.link.is_connected();
    connection.link = state.clone();
    connection.note_outage(was_connected, now);
    if let LinkState::Connected { since, .. } = state {
        connection.store.begin_gaps(since.mono_us);
    }
    if matches!(state, LinkState::Connected { session_present: false, .. }) {
        connection.store.forget_retained();
        connection.tree.doubt_filter();
    }
    if state.is_connected() {
        connection.refusals = 0;
    }
    let address = connection.address.clone();
    // The same trouble at each attempt is told once; the banner shows it all the while.
    let told = match &state {
        LinkState::Waiting { trouble, .. } => connection.told_trouble.replace(trouble.cause.clone()),
        LinkState::Connected { .. } => connection.told_trouble.take(),
        _ => None,
    };
    if matches!(&state, LinkState::Stopped { trouble: Some(trouble) } if trouble.kind == TroubleKind::Login) {
        connection.refusals += 1;
        login::refused(app, id);
    }
    match state {
        LinkState::Connected { protocol, .. } => {
            app.notices.settle(id);
            tell(app, id, now, Severity::Info, &format!("connected to {address} with {protocol}"));
        }
        LinkState::Waiting { trouble, .. } if was_connected => {
            tell_trouble(app, id, now, &format!("connection lost: {}", trouble.cause));
        }
        LinkState::Waiting { trouble, .. } if told.as_ref() != Some(&trouble.cause) => {
            tell_trouble(app, id, now, &trouble.cause);
        }
        LinkState::Stopped { trouble: Some(trouble) } => {
            tell_trouble(app, id, now, &format!("{}. {}", trouble.cause, trouble.remedy));
        }
        LinkState::Stopped { trouble: None } => tell(app, id, now, Severity::Info, "disconnected"),
        _ => {}
    }
}

/// What is said of a filter that was refused (C16).
fn refusal(filter: &TopicFilter, reason: &str) -> String {
    let advice = match filter.as_str() {
        "#" => " (EMQX's default rules do so). Press s to subscribe to a narrower filter",
        sys if sys.starts_with('$') => "; going on without it",
        _ => "; s changes what is subscribed",
    };
    format!("the broker refused the filter '{filter}': {reason}{advice}")
}

fn on_subscription(
    app: &mut App,
    id: ConnectionId,
    filter: TopicFilter,
    state: SubscriptionState,
    now: Moment,
) {
    let Some(connection) = app.connection_by_id(id) else { return };
    let news = match &state {
        SubscriptionState::Refused(reason) => Some((Severity::Warning, refusal(&filter, reason))),
        SubscriptionState::Unanswered => Some((
            Severity::Warning,
            format!("no SUBACK for '{filter}' within 5 s: the broker may be overloaded"),
        )),
        _ => None,
    };
    if !matches!(state, SubscriptionState::Requested(_) | SubscriptionState::Removed) {
        connection.answered = Some(now);
    }
    connection.subscriptions.became(filter, state);
    if let Some((severity, text)) = news {
        tell(app, id, now, severity, &text);
    }
}

fn on_publish(app: &mut App, id: ConnectionId, publish: PublishId, state: PublishState, now: Moment) {
    let Some(connection) = app.connection_by_id(id) else { return };
    let pane_open = connection.publish.open;
    let Some(sent) = connection.publish.resolve(publish, state) else { return };
    let topic = sent.topic.clone();
    match &sent.state {
        PublishState::Failed(reason) => {
            let text = format!("publish to {topic} failed: {reason}");
            tell(app, id, now, Severity::Error, &text);
        }
        PublishState::Lost(reason) => {
            let text = format!("publish to {topic} may be lost: {reason}");
            tell(app, id, now, Severity::Error, &text);
        }
        // The open pane shows it already.
        PublishState::Acknowledged(span) if !pane_open => {
            let text = format!("publish to {topic} acknowledged in {} ms", span.as_millis());
            tell(app, id, now, Severity::Success, &text);
        }
        _ => {}
    }
}
