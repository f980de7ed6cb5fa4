//! The history pane: moving in it shows that message; which messages it lists; going to a time; selecting a stretch.

use super::{moves, prompt, set_focus};
use crate::app::{App, Command, Connection, Criteria, Effect, HistoryFilter, Pane, Purpose, Right, when};
use crate::model::{Moment, Severity};
use crate::store::{Store, TopicId};

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    match command {
        Command::OnlyChanges => {
            let history = &mut app.connection_mut().history;
            let criteria = history.criteria().clone();
            history.set_criteria(Criteria { only_changes: !criteria.only_changes, ..criteria });
        }
        Command::FilterHistory => {
            let filter = app.connection().history.criteria().filter.as_ref();
            let text = filter.map_or_else(String::new, |filter| filter.text().to_owned());
            prompt::open(app, Purpose::FilterHistory, text);
        }
        Command::JumpToTime => prompt::open(app, Purpose::JumpToTime, ""),
        Command::ReadMessage => {
            app.connection_mut().right = Right::Message;
            set_focus(app, Pane::Message);
        }
        _ => select(app, now),
    }
    Vec::new()
}

/// Has the filter count as far as it is typed; what is wrong with it.
pub(super) fn follow(app: &mut App, text: &str) -> Option<Result<String, String>> {
    let history = &mut app.connection_mut().history;
    match HistoryFilter::parse(text) {
        Ok(filter) => {
            let criteria = history.criteria().clone();
            history.set_criteria(Criteria { filter, ..criteria });
            None
        }
        Err(fault) => Some(Err(fault)),
    }
}

/// Keeps the filter as it was typed.
pub(super) fn accept(app: &mut App, text: &str) -> Result<(), String> {
    match follow(app, text) {
        Some(Err(fault)) => Err(fault),
        _ => Ok(()),
    }
}

/// Takes the filter away.
pub(super) fn forget_filter(app: &mut App) {
    let history = &mut app.connection_mut().history;
    let criteria = history.criteria().clone();
    history.set_criteria(Criteria { filter: None, ..criteria });
}

/// Lets go of the selected stretch, else of the filter; whether there was one.
pub(super) fn let_go(connection: &mut Connection) -> bool {
    let topic = connection.tree.selected();
    connection.focus == Pane::History && connection.history.let_go(topic)
}

/// Begins a stretch at the message shown, ends it there, or lets go of it.
fn select(app: &mut App, now: Moment) {
    let connection = app.connection_mut();
    let Some(message) = connection.shown_message() else { return };
    let (topic, seq) = (message.topic, message.seq);
    let text = match (connection.history.select(topic, seq), connection.history.has_ended_stretch()) {
        (true, false) => "selecting from here: V again ends the selection, Esc drops it",
        (true, true) => "selected: Ctrl-E exports these messages, Esc drops the selection",
        (false, _) => "nothing is selected any more",
    };
    app.notices.push_here(now, Severity::Info, text.to_owned());
}

/// To the message at a time that was typed, or the one before it.
pub(super) fn jump(app: &mut App, text: &str, now: Moment) -> Result<Vec<Effect>, String> {
    let zone = app.zone.clone();
    let connection = app.connection_mut();
    let shown = connection.shown_message().map(|message| message.received);
    let wall_ms = when(text, shown.unwrap_or(connection.shown_moment(now)), now, &zone)?;
    let Connection { tree, store, history, .. } = &*connection;
    let topic = tree.selected().ok_or("no topic is selected")?;
    let newer = newer_than(store, topic, wall_ms);
    let kept = store.history_len(topic);
    let oldest = kept.checked_sub(1).ok_or("this topic has no messages in the history")?;
    let found = store.nth_newest(topic, newer.min(oldest)).map(|message| message.seq);
    // Where not all are listed, the next one before it; before the first, that one.
    let found = found.and_then(|seq| history.at_or_before(store, topic, seq).or(Some(seq)));
    let newest = store.nth_newest(topic, 0).map(|message| message.seq);
    connection.message.at = found.filter(|seq| Some(*seq) != newest);
    connection.message.reset();
    if newer == kept {
        let text = "before the oldest message of this topic that is kept: this is that one";
        app.notices.push_here(now, Severity::Info, text.to_owned());
    }
    Ok(Vec::new())
}

/// How many stored messages of a topic came after a time of the wall clock.
fn newer_than(store: &Store, topic: TopicId, wall_ms: i64) -> usize {
    let (mut low, mut high) = (0, store.history_len(topic));
    while low < high {
        let middle = low.midpoint(high);
        let later = store.nth_newest(topic, middle).is_some_and(|message| message.received.wall_ms > wall_ms);
        if later {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Moves by `rows`, to older messages when positive.
pub(super) fn step(app: &mut App, rows: isize) {
    let connection = app.connection_mut();
    let Some(topic) = connection.tree.selected() else { return };
    let before = connection.message.at;
    let at = connection.history.step(&connection.store, topic, before, rows);
    if at != before {
        connection.message.at = at;
        connection.message.reset();
    }
}

/// Looks at the message on a row of the screen.
pub(super) fn select_row(app: &mut App, row: usize) {
    let connection = app.connection_mut();
    let Some(topic) = connection.tree.selected() else { return };
    let Some(seq) = connection.history.rows().get(row).map(|row| row.seq) else { return };
    let newest = connection.store.nth_newest(topic, 0).map(|message| message.seq);
    let at = Some(seq).filter(|seq| Some(*seq) != newest);
    connection.history.selected_row = row;
    if at != connection.message.at {
        connection.message.at = at;
        connection.message.reset();
    }
}

pub(super) fn movement(app: &mut App, command: Command) {
    let page = app.connection().history.height.saturating_sub(1).max(1) as isize;
    step(app, moves::rows(command, page));
}
