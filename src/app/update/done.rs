//! What became of effects: passwords found, sessions begun, requests refused, profiles written.

use super::{connections, form, session, test};
use crate::app::{App, Done, Effect, SessionRequestName};
use crate::config::PasswordSource;
use crate::model::{
    ConnectionId, LinkState, Moment, PublishState, SessionEvent, Severity, Trouble, TroubleKind,
};

pub(super) fn on_done(app: &mut App, done: Done, now: Moment) -> Vec<Effect> {
    match done {
        Done::PasswordFound(id, Ok(target)) => {
            return vec![Effect::Connect(id, target, PasswordSource::None)];
        }
        Done::PasswordFound(id, Err(reason)) => {
            let trouble = Trouble {
                cause: reason,
                remedy: "check where the profile says the password comes from".to_owned(),
                kind: TroubleKind::Login,
            };
            not_begun(app, id, trouble, now);
        }
        Done::NotBegun(id, trouble) => not_begun(app, id, trouble, now),
        Done::Begun(id, client_id) => {
            if let Some(connection) = app.connection_by_id(id) {
                connection.client_id = client_id;
            }
        }
        Done::Profiles(book, severity, text) => {
            app.book = *book;
            return form::saved(app, severity, text, now);
        }
        Done::ProfilesRead(book, asked) => connections::read_again(app, *book, asked, now),
        Done::Test(id, news) => test::news(app, id, news),
        Done::DemoRuns(Ok(target)) => return connections::demo_runs(app, target),
        Done::DemoRuns(Err(reason)) => {
            app.list.awaits_demo = false;
            app.notices.push(now, Severity::Error, reason);
        }
        Done::Copied(text) => app.notices.push(now, Severity::Success, text),
        Done::Failed(text) => app.notices.push(now, Severity::Error, text),
        Done::RequestRefused(id, name, reason) => {
            if let (SessionRequestName::Publish(publish), Some(connection)) = (name, app.connection_by_id(id))
            {
                connection.publish.resolve(publish, PublishState::Failed(reason.clone()));
            }
            app.notices.push(now, Severity::Error, reason);
        }
    }
    Vec::new()
}

/// A connection stays without a session until it is asked for again.
fn not_begun(app: &mut App, id: ConnectionId, trouble: Trouble, now: Moment) {
    if let Some(connection) = app.connection_by_id(id) {
        connection.begun = false;
    }
    session::on_event(app, id, SessionEvent::Link(LinkState::Stopped { trouble: Some(trouble) }), now);
}
