//! Beginning a session, and asking for user and password where it takes them. A refused login is never tried again by itself (C12).

use crossterm::event::{Event, KeyEvent};
use tui_input::backend::crossterm::EventHandler;

use super::insert;
use crate::app::{App, Command, Connection, Effect, Login, LoginField};
use crate::config::PasswordSource;
use crate::model::{ConnectionId, LinkState, SessionRequest, Trouble, TroubleKind};

/// Begins a session for `connection`, or asks for the password first when the profile wants that. What a session before it had not
/// settled is settled.
pub(in crate::app) fn begin(connection: &mut Connection) -> Vec<Effect> {
    connection.publish.settle();
    connection.take_next();
    connection.start += 1;
    connection.awaits_password = false;
    let known = connection.credentials.is_some() || connection.profile.target.password.is_some();
    if connection.profile.password == PasswordSource::Prompt && !known {
        let had_session = std::mem::take(&mut connection.begun);
        connection.link = LinkState::Stopped {
            trouble: Some(Trouble {
                cause: "not connected: the password is asked for each time".to_owned(),
                remedy: String::new(),
                kind: TroubleKind::Login,
                refused: None,
            }),
        };
        open(connection, "the password of this connection is not saved");
        return if had_session { vec![Effect::Close(connection.id)] } else { Vec::new() };
    }
    connection.link = LinkState::Idle;
    connection.begun = true;
    let source = if known { PasswordSource::None } else { connection.profile.password.clone() };
    connection.awaits_password = source != PasswordSource::None;
    vec![Effect::Connect(connection.id, Box::new(connection.target()), source)]
}

/// Disconnects, or connects again now.
pub(super) fn reconnect(app: &mut App) -> Vec<Effect> {
    let Some(connection) = app.subject().and_then(|id| app.connection_by_id(id)) else { return Vec::new() };
    let refused = matches!(
        &connection.link,
        LinkState::Stopped { trouble: Some(Trouble { kind: TroubleKind::Login, .. }) }
    );
    if connection.link.is_connected() {
        vec![Effect::Request(connection.id, SessionRequest::Disconnect)]
    } else if !connection.begun || connection.awaits_password || connection.next.is_some() {
        begin(connection)
    } else if refused {
        // The same user and password would be refused again.
        open_because_refused(connection);
        Vec::new()
    } else {
        vec![Effect::Request(connection.id, SessionRequest::Reconnect)]
    }
}

/// Disconnects for as long as nothing else is asked for; a session whose password is still looked for does not begin.
pub(super) fn stay_offline(app: &mut App) -> Vec<Effect> {
    let Some(connection) = app.subject().and_then(|id| app.connection_by_id(id)) else { return Vec::new() };
    if !std::mem::take(&mut connection.awaits_password) {
        return vec![Effect::Request(connection.id, SessionRequest::Disconnect)];
    }
    connection.begun = false;
    connection.link = LinkState::Stopped { trouble: None };
    vec![Effect::Close(connection.id)]
}

pub(super) fn run(app: &mut App, command: Command) -> Vec<Effect> {
    let connection = app.connection_mut();
    match command {
        Command::OpenLogin => open_because_refused(connection),
        Command::NextLoginField => {
            if let Some(login) = &mut connection.login {
                login.field = match login.field {
                    LoginField::User => LoginField::Password,
                    LoginField::Password => LoginField::User,
                };
            }
        }
        Command::SendLogin => {
            if let Some(login) = connection.login.take() {
                connection.credentials = Some(login.credentials());
                return begin(connection);
            }
        }
        // An empty client id means a new random one.
        _ => {
            connection.client_id.clear();
            return begin(connection);
        }
    }
    Vec::new()
}

fn open(connection: &mut Connection, reason: &str) {
    let typed = connection.credentials.as_ref().map(|typed| typed.user.as_deref());
    let user = typed.unwrap_or(connection.profile.target.user.as_deref());
    connection.login = Some(Box::new(Login::new(user, reason)));
}

fn open_because_refused(connection: &mut Connection) {
    let reason = match &connection.link {
        LinkState::Stopped { trouble: Some(trouble) } if trouble.kind == TroubleKind::Login => {
            match connection.refusals {
                0 | 1 => trouble.cause.clone(),
                // Else the same words would look as if nothing had been tried.
                times => format!("Refused again ({times} times in a row). {}", trouble.cause),
            }
        }
        _ => "The connection is begun anew with what is typed here.".to_owned(),
    };
    open(connection, &reason);
}

/// The broker refused the login of connection `id`: asks for another one, unless the user is typing something else just now; the banner
/// names the key.
pub(super) fn refused(app: &mut App, id: ConnectionId) {
    if app.connection().id == id && app.context().takes_text() {
        return;
    }
    if let Some(connection) = app.connection_by_id(id) {
        open_because_refused(connection);
    }
}

/// Closes the prompt; whether there was one.
pub(super) fn cancel(app: &mut App) -> bool {
    app.connection_mut().login.take().is_some()
}

pub(super) fn on_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    if let Some(login) = &mut app.connection_mut().login {
        login.input().handle_event(&Event::Key(key));
    }
    Vec::new()
}

pub(super) fn on_paste(app: &mut App, text: &str) -> Result<(), String> {
    match &mut app.connection_mut().login {
        Some(login) => insert(login.input(), text),
        None => Ok(()),
    }
}
