//! Whether a command can run now, and if not, why: in a few words for the palette and the status line.

use super::command::Disabled;
use super::{App, Choice, Overlay, Purpose, Right, Screen, Shown, Stage};

#[expect(clippy::unnecessary_wraps, reason = "the table wants one signature")]
pub(super) fn always(_: &App) -> Result<(), Disabled> {
    Ok(())
}

pub(super) fn has_selection(app: &App) -> Result<(), Disabled> {
    app.connection().tree.selected().map(|_| ()).ok_or("no topic is selected")
}

/// A pinned topic need not exist.
pub(super) fn has_path(app: &App) -> Result<(), Disabled> {
    app.connection().selected_path().map(|_| ()).ok_or("no topic is selected")
}

pub(super) fn can_save_filter(app: &App) -> Result<(), Disabled> {
    if app.screen() == Screen::Connections {
        return Err("only filters of the tree are saved");
    }
    has_filter(app)?;
    let faulty = app.connection().tree.filter_fault().is_some();
    if faulty { Err("there is something wrong with the filter as it stands") } else { Ok(()) }
}

pub(super) fn has_message(app: &App) -> Result<(), Disabled> {
    app.connection().shown_message().map(|_| ()).ok_or("no message is shown")
}

pub(super) fn has_branches(app: &App) -> Result<(), Disabled> {
    let shown = app.connection().shown();
    shown.and_then(Shown::structure).map(|_| ()).ok_or("branches are in the tree view: press v")
}

pub(super) fn has_found(app: &App) -> Result<(), Disabled> {
    app.connection().message.find.as_ref().map(|_| ()).ok_or("nothing is looked for: press /")
}

pub(super) fn has_forms(app: &App) -> Result<(), Disabled> {
    let asked = matches!(&app.overlay, Overlay::Prompt(prompt) if matches!(prompt.purpose, Purpose::SaveTo | Purpose::Pipe));
    match app.out.outgoing.as_ref().filter(|_| asked) {
        Some(outgoing) if outgoing.next().is_some() => Ok(()),
        Some(_) => Err("there is only the payload as sent"),
        None => Err("no payload is saved or piped: press W or |"),
    }
}

pub(super) fn has_output(app: &App) -> Result<(), Disabled> {
    match &app.overlay {
        Overlay::Output(piped) if piped.end.is_some() => Ok(()),
        Overlay::Output(_) => Err("the command still runs"),
        _ => Err("no command was run: press |"),
    }
}

/// Nothing is sent, and no field changed, that is not on the screen.
pub(super) fn is_publishing(app: &App) -> Result<(), Disabled> {
    if app.connection().publish.open { Ok(()) } else { Err("the publish pane is not open: press p") }
}

pub(super) fn has_chart(app: &App) -> Result<(), Disabled> {
    let shown = app.connection().right == Right::Chart;
    if shown { Ok(()) } else { Err("the chart is not on screen: press c on a number") }
}

/// From a message that was evicted the way to the others stays open.
pub(super) fn has_history(app: &App) -> Result<(), Disabled> {
    let connection = app.connection();
    let messages = connection.tree.selected().map_or(0, |topic| connection.store.history_len(topic));
    if messages > 0 { Ok(()) } else { Err("this topic has no messages in the history") }
}

pub(super) fn filter_shown(app: &App) -> Result<(), Disabled> {
    if app.filter_shown() { Ok(()) } else { Err("the tree is not filtered: press /") }
}

pub(super) fn is_searching(app: &App) -> Result<(), Disabled> {
    match app.connection().search.report() {
        None => Err("nothing is searched for"),
        Some(report) if report.stage == Stage::Stopped => {
            Err("the search was stopped: Enter in its entry searches again")
        }
        Some(_) => Ok(()),
    }
}

pub(super) fn has_browsed(app: &App) -> Result<(), Disabled> {
    if app.connection().browse.marks().is_empty() {
        Err("the browse set is empty: b adds to it")
    } else {
        Ok(())
    }
}

pub(super) fn has_filter(app: &App) -> Result<(), Disabled> {
    if app.connection().tree.filter_text().is_empty() {
        Err("the tree is not filtered: press /")
    } else {
        Ok(())
    }
}

pub(super) fn is_listing(app: &App) -> Result<(), Disabled> {
    if app.screen() == Screen::Connections { Ok(()) } else { Err("only among the connections: press C") }
}

pub(super) fn has_profile(app: &App) -> Result<(), Disabled> {
    is_listing(app)?;
    if app.chosen_profile().is_some() { Ok(()) } else { Err("no connection is selected") }
}

pub(super) fn has_file(app: &App) -> Result<(), Disabled> {
    is_listing(app)?;
    if app.book.path().is_some() { Ok(()) } else { Err("there is no folder for a file of connections") }
}

pub(super) fn can_open(app: &App) -> Result<(), Disabled> {
    is_listing(app)?;
    match app.choice() {
        Some(Choice::New) | None => Err("no connection is selected"),
        Some(_) => Ok(()),
    }
}

pub(super) fn has_saved_profile(app: &App) -> Result<(), Disabled> {
    is_listing(app)?;
    if app.chosen_saved().is_some() { Ok(()) } else { Err("the selected connection is not saved") }
}

pub(super) fn has_connection(app: &App) -> Result<(), Disabled> {
    if app.subject().is_some() { Ok(()) } else { Err("there is no connection") }
}

pub(super) fn has_tabs(app: &App) -> Result<(), Disabled> {
    if app.connections().is_empty() { Err("no connection is open") } else { Ok(()) }
}

pub(super) fn is_paused(app: &App) -> Result<(), Disabled> {
    has_tabs(app)?;
    if app.connection().paused.is_some() {
        Ok(())
    } else {
        Err("this is the present: press , or { to go back")
    }
}

pub(super) fn has_response_topic(app: &App) -> Result<(), Disabled> {
    let properties = app.connection().shown_message().and_then(|message| message.properties());
    let wanted = properties.is_some_and(|properties| properties.response_topic.is_some());
    if wanted { Ok(()) } else { Err("the message on screen names no response topic") }
}

pub(super) fn has_queued(app: &App) -> Result<(), Disabled> {
    let waits = app.connection().publish.queued().is_some();
    if waits { Ok(()) } else { Err("no message waits to be sent") }
}

pub(super) fn sees_subscriptions(app: &App) -> Result<(), Disabled> {
    if app.connection().subscribing.is_some() {
        Ok(())
    } else {
        Err("the subscriptions are not open: press s")
    }
}

pub(super) fn types_subscription(app: &App) -> Result<(), Disabled> {
    let typing = app.connection().subscribing.as_ref().is_some_and(|pane| pane.entry.is_some());
    if typing { Ok(()) } else { Err("no subscription is being typed: press s, then a") }
}

pub(super) fn is_saved(app: &App) -> Result<(), Disabled> {
    sees_subscriptions(app)?;
    if app.saved_profile().is_some() { Ok(()) } else { Err("this connection is not a saved profile") }
}

pub(super) fn is_resting(app: &App) -> Result<(), Disabled> {
    if app.connection().resting.is_empty() { Err("nothing was given back") } else { Ok(()) }
}

pub(super) fn is_logging_in(app: &App) -> Result<(), Disabled> {
    if app.connection().login.is_some() { Ok(()) } else { Err("no login is asked for: press L") }
}

pub(super) fn is_offline(app: &App) -> Result<(), Disabled> {
    has_tabs(app)?;
    if app.connection().link.is_connected() { Err("connected: the client id is in use") } else { Ok(()) }
}

pub(super) fn is_asked(app: &App) -> Result<(), Disabled> {
    if matches!(app.overlay, Overlay::Ask(_)) { Ok(()) } else { Err("nothing is asked") }
}

pub(super) fn is_writing(app: &App) -> Result<(), Disabled> {
    if app.form.is_some() { Ok(()) } else { Err("no connection is being edited") }
}
