//! Exports: what, where to, how far, and how they end. Written in pieces, so that keys and traffic go on.

use super::super::{menu, prompt};
use super::saving::check_path;
use super::{ask_again, ask_to_replace, file_name};
use crate::app::out::{Export, ExportNews, ExportOf, ExportStep};
use crate::app::{App, Connection, Context, Effect, MenuItem, Pick, Purpose, Then};
use crate::model::{ConnectionId, Moment, Severity, TopicFilter};
use crate::payload::format;

/// What can be exported here; while an export is under way, how far it is.
pub(super) fn open(app: &mut App) {
    if let Some(export) = &app.out.export {
        let (written, unit) = (format::grouped(export.written), export.of.unit());
        let detail = format!("{written} {unit}s so far, to {}", export.path);
        let item = |text: &str, detail: String, pick| MenuItem { text: text.into(), detail, pick: Ok(pick) };
        let items = vec![
            item("go on", detail, Pick::GoOn),
            item("stop", "nothing is left behind".to_owned(), Pick::StopExport),
        ];
        return menu::open(app, "An export is under way", items);
    }
    let connection = app.connection();
    let Some(topic) = connection.tree.selected() else { return };
    let store = &connection.store;
    let path = store.path(topic);
    let kept = store.history_len(topic) as u64;
    let of_topic = MenuItem {
        text: "history of this topic".to_owned(),
        detail: format!("{} of {path}", format::messages(kept)),
        pick: match kept {
            0 => Err("this topic has no messages in the history".to_owned()),
            _ => Ok(Pick::Export(ExportOf::Topics(vec![topic]))),
        },
    };
    let topics = u64::from(store.stats(topic).topics_below);
    let mut items: Vec<MenuItem> = selected(connection).into_iter().collect();
    items.push(of_topic);
    if store.child_count(topic) > 0 {
        let detail = format!("{} topics, in the order of arrival", format::grouped(topics));
        items.push(item("history of all below", detail, ExportOf::Below(topic)));
    }
    items.extend(lists(connection));
    let first = match app.context() {
        Context::Chart => Some("chart"),
        Context::History => Some("history of this topic"),
        Context::Search => Some("search results"),
        Context::Browse => Some("browse set"),
        _ => None,
    };
    // What has the focus comes first; a stretch selected in the history is what its owner is at.
    items.sort_by_key(|item| Some(item.text.as_str()) != first && item.text != "selected messages");
    menu::open(app, "Export as JSON lines or CSV", items);
}

/// The stretch that is selected in the history.
fn selected(connection: &Connection) -> Option<MenuItem> {
    let shown = connection.shown_message()?;
    let messages = connection.history.selected_messages(&connection.store, shown.topic, shown.seq)?;
    let count = messages.as_ref().map_or(0, Vec::len);
    Some(MenuItem {
        text: "selected messages".to_owned(),
        detail: format!("{} of the history pane", format::messages(count as u64)),
        pick: messages.map(|messages| Pick::Export(ExportOf::Messages(messages))),
    })
}

/// What was found and what is browsed, where there is such.
fn lists(connection: &Connection) -> Vec<MenuItem> {
    let mut items = Vec::new();
    let found: Vec<_> = connection.search.hits_from(0).map(|hit| (hit.seq, hit.topic)).collect();
    if !found.is_empty() {
        let detail =
            format!("the {} messages listed, in the order of arrival", format::grouped(found.len() as u64));
        items.push(item("search results", detail, ExportOf::of_messages(found)));
    }
    let series = connection.chart.series().len();
    if series > 0 {
        let detail = format!("every value of {series} series, as CSV");
        items.push(item("chart", detail, ExportOf::Chart));
    }
    let marks = connection.browse.marks();
    if !marks.is_empty() {
        let filters: Vec<&str> = marks.iter().map(TopicFilter::as_str).collect();
        items.push(item("browse set", filters.join("  "), ExportOf::Filters(marks.to_vec())));
    }
    items
}

fn item(text: &str, detail: String, of: ExportOf) -> MenuItem {
    MenuItem { text: text.to_owned(), detail, pick: Ok(Pick::Export(of)) }
}

/// Asks where to.
pub(in crate::app::update) fn picked(app: &mut App, of: ExportOf) {
    let connection = app.connection();
    let topic = match &of {
        ExportOf::Topics(topics) => topics.first().copied(),
        ExportOf::Below(node) => Some(*node),
        ExportOf::Filters(_) | ExportOf::Chart => None,
        ExportOf::Messages(list) => list.first().map(|(topic, _)| *topic),
    };
    let topic = topic.map(|topic| connection.store.path(topic)).unwrap_or_default();
    let name = match of {
        ExportOf::Chart => "chart.csv".to_owned(),
        _ => file_name(topic, None, "jsonl"),
    };
    app.out.exporting = Some(of);
    prompt::open(app, Purpose::ExportTo, name);
}

/// Takes the name that was typed.
pub(in crate::app::update) fn export_to(app: &mut App, path: &str) -> Result<Vec<Effect>, String> {
    check_path(path)?;
    if app.out.export.is_some() {
        return Err("an export is under way: let it end, or stop it with Ctrl-E".to_owned());
    }
    let Some(of) = app.out.exporting.take() else { return Ok(Vec::new()) };
    app.out.asked = app.last_input;
    let connection = app.connection().id;
    Ok(begin(app, connection, of, path, false))
}

/// Begins an export. Its messages follow once the file is open.
pub(in crate::app::update) fn begin(
    app: &mut App,
    connection: ConnectionId,
    of: ExportOf,
    path: &str,
    replace: bool,
) -> Vec<Effect> {
    let id = app.out.next_id();
    let Some(open) = app.connection_by_id(connection) else { return Vec::new() };
    let format = of.format(path);
    let export = Export::new(id, connection, &open.address, path, of, open.store.shown_until());
    app.out.export = Some(Box::new(export));
    let step = ExportStep::Open { path: path.to_owned(), format, replace };
    vec![Effect::Export(id, step)]
}

/// Hands over the next messages.
pub(in crate::app) fn work(app: &mut App) -> Vec<Effect> {
    let Some(mut export) = app.out.export.take_if(|export| export.has_work()) else { return Vec::new() };
    let open = app.connections.iter().find(|open| open.id == export.connection);
    let step = match open {
        None => Err("its connection was closed"),
        // Another broker, and with it other topics.
        Some(open) if open.address != export.address => Err("its connection leads to another broker now"),
        Some(open) if open.store.shown_until() < export.until => Err("an earlier moment is shown now"),
        Some(open) => Ok(export.work(open)),
    };
    let step = step.unwrap_or_else(|why| Some(export.fail(why)));
    let id = export.id;
    app.out.export = Some(export);
    step.map(|step| Effect::Export(id, step)).into_iter().collect()
}

/// Gives an export up.
pub(in crate::app::update) fn stop(app: &mut App, now: Moment) -> Vec<Effect> {
    let Some(export) = app.out.export.take() else { return Vec::new() };
    app.notices.push(now, Severity::Info, format!("export stopped: {} was not written", export.path));
    vec![Effect::Export(export.id, ExportStep::Drop)]
}

/// What became of a step.
pub(in crate::app::update) fn news(app: &mut App, id: u64, news: ExportNews, now: Moment) {
    let Some(export) = app.out.export.as_mut().filter(|export| export.id == id) else { return };
    match news {
        ExportNews::Ready => export.go_on(),
        ExportNews::Exists => {
            if let Some(export) = app.out.export.take() {
                let Export { connection, of, path, .. } = *export;
                let then = Then::Export(connection, Box::new(of), path.clone());
                ask_to_replace(app, &path, "the export", then, now);
            }
        }
        ExportNews::Ended(path, bytes) => {
            let (written, gone, formulas) = (export.written, export.gone(), export.formulas);
            let plural = if written == 1 { "" } else { "s" };
            let unit = export.of.unit();
            app.out.export = None;
            let size = format::bytes(bytes);
            let told = match formulas {
                0 => String::new(),
                1 => "; 1 cell begins like a formula".to_owned(),
                _ => format!("; {} cells begin like a formula", format::grouped(formulas)),
            };
            let text =
                format!("{} {unit}{plural} exported to {path}, {size}{told}", format::grouped(written));
            if gone == 0 && formulas > 0 {
                // Spreadsheets would run what others have sent.
                app.notices.push(now, Severity::Warning, text);
            } else if gone == 0 {
                app.notices.push(now, Severity::Success, text);
            } else {
                let gone = format::grouped(gone);
                app.notices.push(
                    now,
                    Severity::Warning,
                    format!("{text}; {gone} gave way before they could be"),
                );
            }
        }
        ExportNews::Failed(reason) => {
            let Some(export) = app.out.export.take() else { return };
            let here = export.written == 0 && export.connection == app.connection().id;
            if here && ask_again(app, Purpose::ExportTo, &export.path, &reason) {
                app.out.exporting = Some(export.of);
            } else {
                app.notices.push(now, Severity::Error, reason);
            }
        }
    }
}
