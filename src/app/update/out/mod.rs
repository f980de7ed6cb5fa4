//! What leaves the program: copies, files, commands, and messages to be published again. Each file here has one of them.

mod again;
mod copying;
mod editing;
mod exporting;
mod piping;
mod saving;

pub(super) use again::refill;
pub(super) use copying::picked as picked_copy;
pub(super) use editing::edited;
pub(in crate::app) use exporting::work as work_on_export;
pub(super) use exporting::{
    begin as begin_export, export_to, news as export_news, picked as picked_export, stop as stop_export,
};
pub(super) use piping::{copy_output, ended as piped, movement, pipe_through, recall};
pub(super) use saving::{exists as file_exists, not_saved, save_to};

use crate::app::out::{Outgoing, export_message};
use crate::app::{App, Ask, Command, Connection, Effect, Overlay, Prompt, Purpose, Then};
use crate::config::PasswordSource;
use crate::model::{Message, Moment, Properties, Publication, Severity};

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    match command {
        Command::CopyAs => copying::open(app),
        Command::SavePayload => saving::open(app),
        Command::EditPayload => return editing::open(app, now),
        Command::PipePayload => piping::open(app),
        Command::Export => exporting::open(app),
        Command::PublishAgain => again::open(app),
        Command::NextForm => next_form(app),
        _ => {}
    }
    Vec::new()
}

/// Nothing is wanted of what a line was asked for.
pub(super) fn dropped(app: &mut App, purpose: Purpose) {
    match purpose {
        Purpose::SaveTo | Purpose::Pipe => app.out.outgoing = None,
        Purpose::ExportTo => app.out.exporting = None,
        _ => {}
    }
}

/// A file is there already: the user decides. When a key was pressed since the file was asked for, the next ones are meant for something
/// else, and none of them may be the answer.
fn ask_to_replace(app: &mut App, path: &str, by: &str, then: Then, now: Moment) {
    if app.last_input == app.out.asked {
        let lines = vec![path.to_owned(), format!("It gives way to {by}.")];
        app.ask(Ask::new("Replace the file?", lines, "Replace", then));
    } else {
        let text = format!("not written: {path} is there already; write it again to be asked");
        app.notices.push(now, Severity::Warning, text);
    }
}

/// A file could not be written: the line for its name comes back with the reason, unless a key was pressed since, which was meant for
/// something else. Whether it came back.
fn ask_again(app: &mut App, purpose: Purpose, path: &str, reason: &str) -> bool {
    let waits = app.last_input == app.out.asked && matches!(app.overlay, Overlay::None);
    if waits {
        let remark = Some(Err(reason.to_owned()));
        app.overlay = Overlay::Prompt(Prompt { remark, ..Prompt::new(purpose, path) });
    }
    waits
}

/// The message on screen, kept apart from the store.
fn shown(connection: &Connection) -> Option<Message> {
    let message = connection.shown_message()?;
    export_message(&connection.store, message.topic, message.seq)
}

/// The message on screen, and its payload in all its forms.
fn outgoing(connection: &Connection) -> Option<(Message, Outgoing)> {
    let seq = connection.shown_message()?.seq;
    let message = shown(connection)?;
    let outgoing = Outgoing::of(connection, seq, message.payload.clone());
    Some((message, outgoing))
}

/// The payload in its next form; a name that was proposed for a file follows.
fn next_form(app: &mut App) {
    let (Overlay::Prompt(prompt), Some(outgoing)) = (&mut app.overlay, &mut app.out.outgoing) else { return };
    let before = extension(outgoing.bytes());
    outgoing.switch();
    prompt.remark = None;
    let name = prompt.input.value().strip_suffix(before).filter(|name| name.ends_with('.'));
    if let Some(name) = name.filter(|_| prompt.purpose == Purpose::SaveTo) {
        prompt.input = tui_input::Input::new(format!("{name}{}", extension(outgoing.bytes())));
    }
}

/// What it takes to send `message` again. Ids of subscriptions are the broker's, not the sender's (MQTT 5.0, 3.3.4).
fn publication(message: Message) -> Publication {
    let properties = message.properties.map(|mut properties| {
        properties.subscription_ids.clear();
        properties
    });
    Publication {
        topic: message.topic,
        payload: message.payload,
        qos: message.qos,
        retain: message.retain,
        properties: properties.filter(|properties| **properties != Properties::default()),
    }
}

/// Variables of the environment that may hold a password: programs that are started here do not get them.
fn secret_variables(app: &App) -> Vec<String> {
    let profiles = app.profiles().iter().chain(app.connections().iter().map(|open| &open.profile));
    let named = profiles.filter_map(|profile| match &profile.password {
        PasswordSource::Environment(name) => Some(name.clone()),
        _ => None,
    });
    ["MQTT_TUI_PASSWORD", "MQTT_TUI_PROXY"].into_iter().map(str::to_owned).chain(named).collect()
}

/// A name for a file about `topic`: what may not stand in one, or would not be seen, becomes `-`.
fn file_name(topic: &str, moment: Option<Moment>, end: &str) -> String {
    const LONGEST: usize = 80;
    let plain = |c: char| if c.is_alphanumeric() || "._+=@".contains(c) { c } else { '-' };
    let mut name: String = topic.chars().map(plain).take(LONGEST).collect();
    name = name.trim_matches(['-', '.']).to_owned();
    if name.is_empty() {
        "message".clone_into(&mut name);
    }
    let stamp = moment.map(crate::payload::record::stamp);
    // Colons are no good in names of files: 2026-11-20T14.03.20.114Z.
    let stamp = stamp.map(|stamp| format!("-{}", stamp.replace(':', "."))).unwrap_or_default();
    format!("{name}{stamp}.{end}")
}

/// What the name of a file with this payload ends with.
fn extension(payload: &[u8]) -> &'static str {
    use crate::payload::{Kind, preview_kind};
    match preview_kind(payload) {
        Kind::Json => "json",
        _ if payload.trim_ascii_start().starts_with(b"<") && std::str::from_utf8(payload).is_ok() => "xml",
        _ if std::str::from_utf8(payload).is_ok() => "txt",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_file_is_no_path_and_can_be_seen() {
        let at = Moment { mono_us: 0, wall_ms: 1_795_183_400_114 };
        assert_eq!(
            file_name("home/Küche/../x\u{202e}", Some(at), "json"),
            "home-Küche-..-x-2026-11-20T14.03.20.114Z.json"
        );
        assert_eq!(file_name("/../", None, "jsonl"), "message.jsonl");
        assert!(file_name(&"a/".repeat(4_000), None, "csv").len() < 100);
    }
}
