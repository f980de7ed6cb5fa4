//! Travelling in time: steps by message and by time, to a typed time, to the message on screen, and along the scrubber.

use std::time::Duration;

use crate::app::{App, Command, Connection, Effect, PastTime, Purpose, when};
use crate::model::{Moment, Severity};
use crate::store::Seq;

/// Pauses, or goes back to the present.
pub(super) fn pause(app: &mut App, now: Moment) -> Vec<Effect> {
    let connection = app.connection_mut();
    if connection.paused.is_none() {
        connection.pause(now);
        return Vec::new();
    }
    let text = match connection.resume() {
        0 => "back to now: nothing came since".to_owned(),
        1 => "back to now: 1 message came since".to_owned(),
        count => format!("back to now: {} messages came since", crate::payload::format::grouped(count)),
    };
    app.notices.push_here(now, Severity::Info, text);
    Vec::new()
}

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    if command == Command::TravelTo {
        super::prompt::open(app, Purpose::TravelTo, "");
        return Vec::new();
    }
    let connection = app.connection_mut();
    let moved = match command {
        Command::ShorterStep | Command::LongerStep => {
            connection.travel.change_step(&connection.store, command == Command::LongerStep);
            return Vec::new();
        }
        Command::StepBack => back(connection, now, |_, before| Some(before)),
        Command::TimeBack => {
            let step = Duration::from_millis(connection.travel.step_ms(&connection.store));
            back(connection, now, |connection, before| at_time(connection, before, step))
        }
        Command::StepForward => forward(connection, None),
        Command::TimeForward => {
            let step = Duration::from_millis(connection.travel.step_ms(&connection.store));
            forward(connection, Some(step))
        }
        Command::TravelHere => here(connection, now),
        _ => Ok(()),
    };
    if let Err(refusal) = moved {
        app.notices.push_here(now, Severity::Info, refusal);
    }
    Vec::new()
}

/// Whether the steps go over messages of `$SYS`: where one of its topics is selected. Otherwise they are passed over.
fn over_sys(connection: &Connection) -> bool {
    connection.tree.selected().is_some_and(|selected| connection.store.is_sys(selected))
}

/// A step back from the moment shown: to the message before, or to where `further` leads from it.
fn back(
    connection: &mut Connection,
    now: Moment,
    further: impl FnOnce(&Connection, Seq) -> Option<Seq>,
) -> Result<(), String> {
    connection.pause(now);
    let store = &connection.store;
    let from = store.standing().map(|standing| standing.seeking.unwrap_or(standing.seq));
    // At the pause, everything has come: the message before is the last one.
    let before = match from {
        Some(from) => store.message_before(from, over_sys(connection)),
        None => store.newest_message(over_sys(connection)),
    };
    let to = before.and_then(|before| further(connection, before));
    match to {
        Some(to) => {
            connection.go_to(Some(to));
            Ok(())
        }
        None => Err("this is the oldest moment that is still known".to_owned()),
    }
}

/// The newest message that is `step` older than the moment shown, but not newer than `before`.
fn at_time(connection: &Connection, before: Seq, step: Duration) -> Option<Seq> {
    let shown = connection.shown_moment(Moment::default());
    let until = shown.mono_us.saturating_sub(u64::try_from(step.as_micros()).unwrap_or(u64::MAX));
    let found = connection.store.message_at(|at| at.mono_us <= until)?;
    Some(found.min(before))
}

/// A step forward: to the next message, or by a step of time; after the last message, to the pause.
fn forward(connection: &mut Connection, step: Option<Duration>) -> Result<(), String> {
    let Some(standing) = connection.store.standing() else {
        return Err("this is where the view was paused: Space goes on with the present".to_owned());
    };
    let from = standing.seeking.unwrap_or(standing.seq);
    let next = connection.store.message_after(from, over_sys(connection));
    let to = next.map(|next| match step {
        Some(step) => {
            let until = connection.store.moment_of(from).unwrap_or(standing.at).plus(step).mono_us;
            connection.store.message_at(|at| at.mono_us <= until).map_or(next, |found| found.max(next))
        }
        None => next,
    });
    connection.go_to(to);
    Ok(())
}

/// To the message on screen.
fn here(connection: &mut Connection, now: Moment) -> Result<(), String> {
    let Some(seq) = connection.shown_message().map(|message| message.seq) else {
        return Err("no message is shown".to_owned());
    };
    connection.pause(now);
    connection.go_to(Some(seq));
    connection.message.at = None;
    Ok(())
}

/// To a time that was typed.
pub(super) fn to_typed(app: &mut App, text: &str, now: Moment) -> Result<Vec<Effect>, String> {
    let zone = app.zone.clone();
    let connection = app.connection_mut();
    let wall_ms = when(text, connection.shown_moment(now), now, &zone)?;
    connection.pause(now);
    let Some(span) = connection.store.span() else {
        return Err("nothing has come yet, or all of it gave way".to_owned());
    };
    let target = connection.store.message_at(|at| at.wall_ms <= wall_ms);
    let paused_at = connection.paused.map_or(now.wall_ms, |paused| paused.wall_ms);
    connection.go_to(target.filter(|_| wall_ms < paused_at));
    if wall_ms < span.first.1.wall_ms {
        let text = "before the oldest message that is still known: this is that one";
        app.notices.push_here(now, Severity::Info, text);
    } else if wall_ms > paused_at {
        let text = "after the view was paused: this is that moment; Space goes on with the present";
        app.notices.push_here(now, Severity::Info, text);
    }
    Ok(Vec::new())
}

/// To the moment under the mouse, on a scrubber whose bar is `columns` wide.
pub(super) fn scrub(app: &mut App, column: u16, columns: u16) {
    let connection = app.connection_mut();
    let Some(past) = PastTime::of(connection) else { return };
    if column + 1 >= columns {
        connection.go_to(None);
        return;
    }
    let until = past.end_of(column, columns);
    let target = connection.store.message_at(|at| at.mono_us <= until);
    connection.go_to(target);
}

/// Before a frame: says what eviction did to the moment that was asked for.
pub(in crate::app) fn tell(app: &mut App, now: Moment) {
    let connection = app.connection_mut();
    if !connection.travel.away || connection.travel.told {
        return;
    }
    let text = match connection.store.standing() {
        Some(standing) if standing.pushed => {
            connection.travel.told = true;
            "the moment gave way to newer messages: this is the oldest one still known"
        }
        Some(_) => return,
        None => {
            connection.travel.away = false;
            "the whole past gave way to newer messages: this is where the view was paused"
        }
    };
    connection.follow_travel();
    app.notices.push_here(now, Severity::Warning, text);
}
