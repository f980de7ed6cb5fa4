//! What became of effects: passwords found, sessions begun, requests refused, profiles written.

use super::{connections, form, out, search, session, subscriptions, test};
use crate::app::{App, Connection, Done, Effect, JobDone, Loaded, Overlay, SessionRequestName};
use crate::config::PasswordSource;
use crate::model::{
    ConnectionId, LinkState, Moment, PublishState, SessionEvent, SessionId, Severity, Target, Trouble,
    TroubleKind,
};

pub(super) fn on_done(app: &mut App, done: Done, now: Moment) -> Vec<Effect> {
    match done {
        Done::PasswordFound(session, found) => return password_found(app, session, found, now),
        Done::NotBegun(id, trouble) => not_begun(app, id, trouble, now),
        Done::Begun(id, client_id) => {
            if let Some(connection) = app.connection_by_id(id) {
                connection.client_id = client_id;
            }
        }
        Done::Profiles(book, severity, text, id) => {
            app.book = *book;
            app.note_saved(id);
            return form::saved(app, severity, text, id, now);
        }
        Done::ProfilesRead(book, asked) => connections::read_again(app, *book, asked, now),
        Done::Test(id, news) => test::news(app, id, news),
        Done::DemoRuns(Ok(target)) => return connections::demo_runs(app, target, now),
        Done::DemoRuns(Err(reason)) => {
            app.list.awaits_demo = false;
            app.notices.push(now, Severity::Error, reason);
        }
        Done::Copied(text) => app.notices.push(now, Severity::Success, text),
        Done::Saved(text) => {
            // Unless another line is being typed for it.
            app.out.outgoing = app.out.outgoing.take().filter(|_| !matches!(app.overlay, Overlay::None));
            app.notices.push(now, Severity::Success, text);
        }
        Done::NotSaved(save, reason) => out::not_saved(app, &save, reason, now),
        Done::FileExists(save) => out::file_exists(app, *save, now),
        Done::Edited(publication, edited) => out::edited(app, *publication, edited, now),
        Done::Piped(id, end) => out::piped(app, id, end),
        Done::Export(id, news) => out::export_news(app, id, news, now),
        Done::Failed(text) => app.notices.push(now, Severity::Error, text),
        Done::Job(done) => return job_done(app, done),
        Done::SchemasLoaded(id, loaded) => schemas_loaded(app, id, loaded, now),
        Done::RequestRefused(id, name, reason) => {
            let text = request_refused(app, id, &name, &reason);
            app.notices.push(now, Severity::Error, text);
        }
    }
    Vec::new()
}

/// Hands what a job found to whoever asked for it; a tab that was closed since needs nothing.
fn job_done(app: &mut App, done: JobDone) -> Vec<Effect> {
    match done {
        JobDone::Read(id, shown) => {
            if let Some(connection) = app.connection_by_id(id) {
                connection.message_read(shown);
            }
        }
        JobDone::Found(done) => {
            if let Some(connection) = app.connection_by_id(done.connection) {
                connection.text_found(&done.text, done.of, done.found);
            }
        }
        JobDone::Wrapped(id, document, index) => {
            if let Some(connection) = app.connection_by_id(id) {
                connection.rows_counted(document, index);
            }
        }
        JobDone::Scaled(id, painting) => {
            if let Some(connection) = app.connection_by_id(id) {
                connection.image_scaled(painting);
            }
        }
        JobDone::Asked(answer) => return search::answered(app, answer),
    }
    Vec::new()
}

fn schemas_loaded(app: &mut App, id: ConnectionId, loaded: Loaded, now: Moment) {
    let Some(connection) = app.connection_by_id(id) else { return };
    connection.message.schemas.load(loaded.schemas);
    for fault in loaded.faults {
        app.notices.push(now, Severity::Error, fault.to_string());
    }
}

/// Takes back what counted on the request; what is said of it.
fn request_refused(app: &mut App, id: ConnectionId, name: &SessionRequestName, reason: &str) -> String {
    let Some(connection) = app.connection_by_id(id) else { return reason.to_owned() };
    match name {
        SessionRequestName::Publish(publish) => {
            connection.publish.resolve(*publish, PublishState::Failed(reason.to_owned()));
        }
        SessionRequestName::Subscribe(filter) => {
            subscriptions::undo(connection, filter);
            return format!("'{filter}' was not asked for: {reason}");
        }
        SessionRequestName::Unsubscribe(filter) => {
            subscriptions::undo(connection, filter);
            return format!("'{filter}' is still subscribed to: {reason}");
        }
        SessionRequestName::Other => {}
    }
    reason.to_owned()
}

/// Goes on with beginning a session, unless nobody waits for its password any more: the tab was closed, or the connection begun anew.
fn password_found(
    app: &mut App,
    session: SessionId,
    found: Result<Box<Target>, String>,
    now: Moment,
) -> Vec<Effect> {
    let id = session.connection;
    let waits = |open: &&mut Connection| open.awaits_password && open.session() == session;
    let Some(connection) = app.connection_by_id(id).filter(waits) else { return Vec::new() };
    connection.awaits_password = false;
    match found {
        Ok(target) => vec![Effect::Connect(id, target, PasswordSource::None)],
        Err(reason) => {
            let trouble = Trouble {
                cause: reason,
                remedy: "check where the profile says the password comes from".to_owned(),
                kind: TroubleKind::Login,
                refused: None,
            };
            not_begun(app, id, trouble, now);
            Vec::new()
        }
    }
}

/// A connection stays without a session until it is asked for again.
fn not_begun(app: &mut App, id: ConnectionId, trouble: Trouble, now: Moment) {
    if let Some(connection) = app.connection_by_id(id) {
        connection.begun = false;
    }
    session::on_event(app, id, SessionEvent::Link(LinkState::Stopped { trouble: Some(trouble) }), now);
}
