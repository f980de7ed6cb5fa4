//! The publish pane: filling the fields, sending.

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::insert;
use crate::app::{Answers, App, Command, Effect, Field, MAX_EDITOR_BYTES, MAX_EDITOR_LINES, Sent};
use crate::model::{LinkState, Moment, PublishId, PublishState, QoS, SessionRequest, Severity};

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    if command == Command::OpenPublish {
        open(app);
        return Vec::new();
    }
    if command == Command::RespondToMessage {
        respond(app);
        return Vec::new();
    }
    if command == Command::SendPublish {
        return send(app, now);
    }
    if command == Command::WithdrawPublish {
        let connection = app.connection();
        let queued = connection.publish.queued().map(|sent| sent.id);
        return queued
            .map_or_else(Vec::new, |id| vec![Effect::Request(connection.id, SessionRequest::Withdraw(id))]);
    }
    let pane = &mut app.connection_mut().publish;
    match command {
        Command::NextField => pane.field = pane.field.stepped(1, pane.written.open),
        Command::PreviousField => pane.field = pane.field.stepped(-1, pane.written.open),
        Command::ToggleProperties => {
            pane.written.open = !pane.written.open;
            if pane.written.open {
                pane.field = Field::ContentType;
            } else if pane.field.is_property() {
                pane.field = Field::Payload;
            }
        }
        Command::CycleQos => cycle_qos(&mut pane.qos, 1),
        Command::ToggleRetain => pane.retain = !pane.retain,
        _ => {
            pane.clear_payload();
        }
    }
    Vec::new()
}

/// Opens the pane. The topic is that of the selection, unless the field was edited since for this same selection.
fn open(app: &mut App) {
    let connection = app.connection_mut();
    let selected = connection.tree.selected();
    let pane = &mut connection.publish;
    let keeps = pane.unsent && pane.has_payload() && !pane.topic.value().is_empty();
    pane.kept_topic = keeps && (pane.kept_topic || pane.opened_on != selected);
    if !keeps
        && (pane.topic.value().is_empty() || pane.opened_on != selected)
        && let Some(selected) = selected
    {
        let before = pane.topic.value().to_owned();
        pane.topic = Input::new(connection.store.path(selected).to_string());
        // What was meant for one topic must not be retained on another by accident.
        pane.retain = false;
        pane.draft_from = (!before.is_empty() && pane.has_payload()).then_some(before);
    }
    pane.opened_on = selected;
    pane.open = true;
    pane.refusal = None;
    pane.field = if pane.topic.value().is_empty() { Field::Topic } else { Field::Payload };
}

/// Opens the pane on the response topic of the message on screen, with its correlation data to be sent back.
fn respond(app: &mut App) {
    let connection = app.connection_mut();
    let Some(asked) = connection.shown_message().and_then(|message| message.properties()) else { return };
    let Some(topic) = asked.response_topic else { return };
    let selected = connection.tree.selected();
    let pane = &mut connection.publish;
    if pane.topic.value() != topic {
        let before = pane.topic.value().to_owned();
        pane.retain = false;
        pane.draft_from = (!before.is_empty() && pane.has_payload()).then_some(before);
    }
    pane.topic = Input::new(topic.clone());
    pane.answers = Some(Answers { topic, correlation: asked.correlation_data });
    pane.opened_on = selected;
    pane.open = true;
    pane.refusal = None;
    pane.field = Field::Payload;
}

fn cycle_qos(qos: &mut QoS, steps: u8) {
    *qos = QoS::from_level((qos.level() + steps) % 3).unwrap_or_default();
}

/// Keys that are no command: text for the focused field, or what a button makes of Enter and Space.
pub(super) fn on_key(app: &mut App, key: KeyEvent, now: Moment) -> Vec<Effect> {
    let pane = &mut app.connection_mut().publish;
    pane.refusal = None;
    if let Some(input) = pane.written.input(pane.field) {
        match key.code {
            KeyCode::Enter | KeyCode::Down => pane.field = pane.field.stepped(1, true),
            KeyCode::Up => pane.field = pane.field.stepped(-1, true),
            _ => drop(input.handle_event(&Event::Key(key))),
        }
        return Vec::new();
    }
    match (pane.field, key.code) {
        (Field::UserProperties, _) => {
            if has_room(pane.written.user.lines(), 1, 1) {
                pane.written.user.input(key);
            } else {
                pane.refusal = Some(too_long());
            }
        }
        (Field::Topic, KeyCode::Enter | KeyCode::Down) => pane.field = Field::Payload,
        (Field::Topic, _) => drop(pane.topic.handle_event(&Event::Key(key))),
        (Field::Payload, KeyCode::Up) if pane.payload.cursor().0 == 0 => pane.field = Field::Topic,
        (Field::Payload, KeyCode::Down) if pane.payload.cursor().0 + 1 >= pane.payload.lines().len() => {
            pane.field = Field::Qos;
        }
        (Field::Payload, _) if pane.held.is_some() => pane.refusal = Some(is_held()),
        (Field::Payload, _) => {
            let grows = matches!(key.code, KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab);
            if grows && !has_room(pane.payload.lines(), 1, usize::from(key.code == KeyCode::Enter)) {
                pane.refusal = Some(too_long());
            } else {
                pane.is_draft |= pane.payload.input(key);
                pane.unsent |= pane.is_draft;
            }
        }
        (Field::Qos, KeyCode::Char(' ') | KeyCode::Right | KeyCode::Enter) => cycle_qos(&mut pane.qos, 1),
        (Field::Qos, KeyCode::Left) => cycle_qos(&mut pane.qos, 2),
        (Field::Qos, KeyCode::Char(digit @ '0'..='2')) => {
            pane.qos = QoS::from_level(digit as u8 - b'0').unwrap_or_default();
        }
        (Field::Retain, KeyCode::Char(' ') | KeyCode::Enter) => pane.retain = !pane.retain,
        // The button is the command: what is refused or asked about by its key is so here.
        (Field::Send, KeyCode::Enter | KeyCode::Char(' ')) => {
            return super::run(app, Command::SendPublish, now);
        }
        (Field::Retain, KeyCode::Left) => pane.field = Field::Qos,
        (Field::Retain, KeyCode::Right) | (Field::Qos, KeyCode::Down) => pane.field = Field::Send,
        (Field::Send, KeyCode::Left) => pane.field = Field::Retain,
        (Field::Qos | Field::Retain | Field::Send, KeyCode::Up) => pane.field = Field::Payload,
        (Field::Qos | Field::Retain | Field::Send, KeyCode::Char(letter)) if letter != ' ' => {
            // Whoever types means the payload.
            pane.field = Field::Payload;
            return on_key(app, key, now);
        }
        _ => {}
    }
    Vec::new()
}

pub(super) fn on_paste(app: &mut App, text: &str) {
    let pane = &mut app.connection_mut().publish;
    if let Some(input) = pane.written.input(pane.field) {
        pane.refusal = insert(input, text).err();
        return;
    }
    match pane.field {
        Field::Topic => pane.refusal = insert(&mut pane.topic, text).err(),
        Field::Payload if pane.held.is_some() => pane.refusal = Some(is_held()),
        Field::Payload | Field::UserProperties => {
            let properties = pane.field == Field::UserProperties;
            let editor = if properties { &mut pane.written.user } else { &mut pane.payload };
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let clean: String =
                text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
            let lines = clean.bytes().filter(|byte| *byte == b'\n').count();
            if has_room(editor.lines(), clean.len(), lines) {
                editor.insert_str(clean);
                pane.is_draft |= !properties;
                pane.unsent |= pane.is_draft;
            } else {
                pane.refusal = Some(too_long());
            }
        }
        _ => {}
    }
}

fn has_room(lines: &[String], more_bytes: usize, more_lines: usize) -> bool {
    let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
    bytes + more_bytes <= MAX_EDITOR_BYTES && lines.len() + more_lines <= MAX_EDITOR_LINES
}

fn is_held() -> String {
    "not typed in: it is sent byte for byte; Ctrl-L clears it".to_owned()
}

fn too_long() -> String {
    format!("the editor holds at most {} KiB and {MAX_EDITOR_LINES} lines", MAX_EDITOR_BYTES / 1024)
}

fn send(app: &mut App, now: Moment) -> Vec<Effect> {
    let id = PublishId(app.next_publish);
    let connection = app.connection_mut();
    let stopped = matches!(connection.link, LinkState::Stopped { .. });
    let pane = &mut connection.publish;
    pane.refusal = None;
    if stopped {
        // It would lie in wait for hours and reach a device when nobody thinks of it any more.
        pane.refusal = Some("not sent: the connection is stopped; connect again with x first".into());
        return Vec::new();
    }
    let publication = match pane.publication() {
        Ok(publication) => publication,
        Err(reason) => {
            pane.refusal = Some(format!("not sent: {reason}"));
            pane.field = if pane.properties_fault().is_none() { Field::Topic } else { Field::ContentType };
            pane.written.open |= pane.field.is_property();
            return Vec::new();
        }
    };
    if publication.topic.starts_with('$') && pane.confirmed.as_deref() != Some(&publication.topic) {
        pane.refusal = Some("not sent yet: brokers may ignore $ topics; send again to try".into());
        pane.confirmed = Some(publication.topic);
        return Vec::new();
    }
    pane.is_draft = false;
    pane.let_topic_go();
    pane.remember(Sent {
        id,
        topic: publication.topic.clone(),
        qos: publication.qos,
        retain: publication.retain,
        bytes: publication.payload.len(),
        at: now,
        state: PublishState::Queued,
    });
    let effect = Effect::Request(connection.id, SessionRequest::Publish(id, publication));
    if !connection.link.is_connected() {
        app.notices.push_here(
            now,
            Severity::Info,
            "not connected: the message waits and is sent once connected",
        );
    }
    app.next_publish += 1;
    vec![effect]
}
