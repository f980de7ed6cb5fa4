//! Questions: when one is asked before a command runs, and what an answer does.

use super::{form, out, run_now};
use crate::app::{App, Ask, Command, Effect, Overlay, Then};
use crate::config::Safety;
use crate::model::{LinkState, Moment};
use crate::payload::format;

/// What has to be asked before `command` runs: on a connection marked so, before anything changes at the broker.
pub(super) fn confirmation(app: &App, command: Command) -> Option<Ask> {
    let connection = app.connection();
    let name = &connection.profile.name;
    if !command.row().danger || connection.profile.safety != Safety::Confirm {
        return None;
    }
    match command {
        // Opening the pane sends nothing.
        Command::OpenPublish | Command::RespondToMessage | Command::PublishAgain => None,
        Command::SendPublish => {
            // What cannot be sent is refused in place, without a question.
            let publication = connection.publish.publication().ok()?;
            if matches!(connection.link, LinkState::Stopped { .. }) {
                return None;
            }
            let retain = if publication.retain { ", retained" } else { "" };
            let size = format::bytes(publication.payload.len() as u64);
            let lines =
                vec![format!("to {}", publication.topic), format!("QoS {}{retain}, {size}", publication.qos)];
            Some(Ask::new(format!("Publish on {name}?"), lines, "Send", Then::Run(command)))
        }
        _ => {
            let lines = vec![command.row().title.to_owned()];
            Some(Ask::new(format!("Change something on {name}?"), lines, "Do it", Then::Run(command)))
        }
    }
}

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    let Overlay::Ask(ask) = &mut app.overlay else { return Vec::new() };
    let yes = match command {
        Command::SwitchAnswer => {
            ask.chosen = !ask.chosen;
            return Vec::new();
        }
        Command::AnswerYes => true,
        Command::AnswerNo => false,
        _ => ask.chosen,
    };
    let Overlay::Ask(ask) = std::mem::take(&mut app.overlay) else { return Vec::new() };
    match ask.then {
        _ if !yes => Vec::new(),
        Then::Run(command) => run_now(app, command, now),
        Then::Perform(effects) => effects,
        Then::CloseTab(id) => app.close(id),
        Then::ConnectAgain(id) => app.connect_again(id),
        Then::LeaveForm => {
            app.form = None;
            Vec::new()
        }
        Then::Refill(publication, from) => {
            out::refill(app, *publication, from);
            Vec::new()
        }
        Then::Export(connection, of, path) => out::begin_export(app, connection, *of, &path, true),
        Then::SaveInsecure(then) => {
            if let Some(form) = &mut app.form {
                form.insecure_confirmed = true;
            }
            form::save(app, then)
        }
        Then::SaveSecrets(then) => {
            if let Some(form) = &mut app.form {
                form.secrets_confirmed = true;
            }
            form::save(app, then)
        }
    }
}
