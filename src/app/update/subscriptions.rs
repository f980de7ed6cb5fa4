//! The subscriptions pane: adding, changing, muting, excluding, removing; and giving wide subscriptions back to a public broker when
//! nobody looks.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::backend::crossterm::EventHandler;

use super::{insert, keeping, moves};
use crate::app::subscriptions::{Choice, Entry, EntryField, EntryPurpose, SubscriptionsPane};
use crate::app::{App, Command, Connection, Effect};
use crate::model::{
    Moment, QoS, RetainHandling, SessionRequest, Severity, Subscription, SubscriptionState, TopicFilter,
};
use crate::store::TopicId;

/// A public broker is not made to send everything to somebody who has not pressed a key for this long.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Filters offered instead of a refused one.
const OFFERS: usize = 20;

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    if command == Command::ResumeSubscriptions {
        return resume(app, now);
    }
    if command == Command::KeepSubscriptions {
        return keep(app, now);
    }
    let connection = app.connection_mut();
    if command == Command::OpenSubscriptions {
        let offers = offers(connection);
        connection.subscribing = Some(Box::new(SubscriptionsPane { offers, ..SubscriptionsPane::default() }));
        return Vec::new();
    }
    match command {
        Command::AddSubscription => {
            let text = suggestion(connection);
            type_in(connection, Entry::new(EntryPurpose::Subscribe, &text));
        }
        Command::ExcludeFilter => {
            let text = suggestion(connection);
            type_in(connection, Entry::new(EntryPurpose::Exclude, &text));
        }
        Command::ApplySubscription => return apply(connection),
        Command::NextEntryField | Command::PreviousEntryField => {
            if let Some(entry) = entry(connection)
                && entry.purpose != EntryPurpose::Exclude
            {
                entry.field = entry.field.stepped(if command == Command::NextEntryField { 1 } else { -1 });
            }
        }
        _ => return on_choice(connection, command),
    }
    Vec::new()
}

/// What can be done with the selected row.
fn on_choice(connection: &mut Connection, command: Command) -> Vec<Effect> {
    let Some(pane) = &connection.subscribing else { return Vec::new() };
    let Some(choice) = pane.choice(&connection.subscriptions) else { return Vec::new() };
    match (command, choice) {
        (Command::EditSubscription, Choice::Subscribed(filter)) => {
            if let Some(view) = connection.subscriptions.find(&filter) {
                let entry = Entry::change(&view.wanted);
                type_in(connection, entry);
            }
        }
        (Command::EditSubscription, Choice::Offered(filter)) => {
            type_in(connection, Entry::new(EntryPurpose::Subscribe, filter.as_str()));
        }
        (Command::CycleSubscriptionQos, Choice::Subscribed(filter)) => {
            if let Some(mut wanted) = connection.subscriptions.find(&filter).map(|view| view.wanted.clone()) {
                wanted.qos = next_qos(wanted.qos);
                return subscribe(connection, wanted);
            }
        }
        (Command::MuteSubscription, Choice::Subscribed(filter)) => {
            let muted = connection.subscriptions.find(&filter).is_some_and(|view| view.muted);
            connection.subscriptions.set_muted(&filter, !muted);
        }
        (Command::RemoveSubscription, Choice::Subscribed(filter)) => return unsubscribe(connection, &filter),
        (Command::RemoveSubscription, Choice::Excluded(filter)) => connection.subscriptions.include(&filter),
        _ => {}
    }
    Vec::new()
}

fn next_qos(qos: QoS) -> QoS {
    QoS::from_level((qos.level() + 1) % 3).unwrap_or_default()
}

fn entry(connection: &mut Connection) -> Option<&mut Entry> {
    connection.subscribing.as_mut()?.entry.as_mut()
}

fn type_in(connection: &mut Connection, entry: Entry) {
    if let Some(pane) = &mut connection.subscribing {
        pane.entry = Some(entry);
    }
}

/// The selected topic and everything below it.
fn suggestion(connection: &Connection) -> String {
    connection.tree.selected().map_or_else(String::new, |node| format!("{}/#", connection.store.path(node)))
}

/// First levels seen so far, for when the broker refuses a filter that begins with a wildcard (C16).
fn offers(connection: &Connection) -> Vec<TopicFilter> {
    let refused = connection.subscriptions.list().iter().any(|view| {
        matches!(view.state, SubscriptionState::Refused(_))
            && view.wanted.filter.pattern().starts_with(['#', '+'])
    });
    if !refused {
        return Vec::new();
    }
    let store = &connection.store;
    let levels = store.children(TopicId::ROOT).filter(|node| !store.is_sys(*node));
    let filters = levels.filter_map(|node| TopicFilter::parse(&format!("{}/#", store.path(node))).ok());
    filters.filter(|filter| connection.subscriptions.find(filter).is_none()).take(OFFERS).collect()
}

/// Does what the entry says, or leaves it with what is wrong.
fn apply(connection: &mut Connection) -> Vec<Effect> {
    let Some(entry) = entry(connection) else { return Vec::new() };
    let Ok(wanted) = entry.subscription() else {
        entry.tried = true;
        return Vec::new();
    };
    let purpose = entry.purpose.clone();
    if let Some(pane) = &mut connection.subscribing {
        pane.entry = None;
        pane.offers.retain(|offer| *offer != wanted.filter);
    }
    let filter = wanted.filter.clone();
    let effects = match purpose {
        EntryPurpose::Exclude => {
            connection.subscriptions.exclude(filter.clone());
            Vec::new()
        }
        EntryPurpose::Change(before) if before != filter => {
            let mut effects = unsubscribe(connection, &before);
            effects.extend(subscribe(connection, wanted));
            effects
        }
        EntryPurpose::Subscribe | EntryPurpose::Change(_) => subscribe(connection, wanted),
    };
    select(connection, &filter);
    effects
}

fn select(connection: &mut Connection, filter: &TopicFilter) {
    let subscriptions = &connection.subscriptions;
    let subscribed = subscriptions.list().iter().map(|view| &view.wanted.filter);
    let filters = subscribed.chain(subscriptions.excluded().iter().map(|view| &view.filter));
    let place = filters.into_iter().position(|other| other == filter);
    if let (Some(pane), Some(place)) = (&mut connection.subscribing, place) {
        pane.selected = place;
    }
}

fn subscribe(connection: &mut Connection, wanted: Subscription) -> Vec<Effect> {
    if wanted.filter.is_sys() {
        connection.profile.target.sys = true;
    }
    connection.subscriptions.want(wanted.clone());
    request(connection, SessionRequest::Subscribe(wanted))
}

fn unsubscribe(connection: &mut Connection, filter: &TopicFilter) -> Vec<Effect> {
    if filter.is_sys() {
        connection.profile.target.sys = false;
    }
    if connection.begun {
        connection.subscriptions.leave(filter);
    } else {
        connection.subscriptions.remove(filter);
    }
    request(connection, SessionRequest::Unsubscribe(filter.clone()))
}

/// The session did not take the last request about `filter`.
pub(super) fn undo(connection: &mut Connection, filter: &TopicFilter) {
    connection.subscriptions.undo(filter);
    connection.resting.retain(|given_back| given_back.filter != *filter);
    let view = connection.subscriptions.find(filter);
    if filter.is_sys() {
        connection.profile.target.sys = view.is_some_and(|view| view.state != SubscriptionState::Removed);
    }
}

/// A session that has not begun will begin with what is in the list.
fn request(connection: &Connection, request: SessionRequest) -> Vec<Effect> {
    if connection.begun { vec![Effect::Request(connection.id, request)] } else { Vec::new() }
}

pub(super) fn movement(app: &mut App, command: Command) {
    let connection = app.connection_mut();
    let Some(pane) = &mut connection.subscribing else { return };
    let step = moves::rows(command, moves::PAGE);
    let last = pane.rows(&connection.subscriptions).saturating_sub(1);
    pane.selected = pane.selected.min(last).saturating_add_signed(step).min(last);
}

/// Leaves the entry, or else the pane; whether there was one.
pub(super) fn back(app: &mut App) -> bool {
    let connection = app.connection_mut();
    match &mut connection.subscribing {
        Some(pane) if pane.entry.is_some() => pane.entry = None,
        Some(_) => connection.subscribing = None,
        None => return false,
    }
    true
}

/// Keys that are no command: text for the filter and the identifier, choices for the rest.
pub(super) fn on_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Some(entry) = entry(app.connection_mut()) else { return Vec::new() };
    let forward = matches!(key.code, KeyCode::Char(' ') | KeyCode::Right);
    let turned = forward || key.code == KeyCode::Left;
    match entry.field {
        EntryField::Filter => drop(entry.filter.handle_event(&Event::Key(key))),
        EntryField::Id => drop(entry.id.handle_event(&Event::Key(key))),
        EntryField::Qos => match key.code {
            KeyCode::Char(digit @ '0'..='2') => {
                entry.qos = QoS::from_level(digit as u8 - b'0').unwrap_or_default();
            }
            _ if forward => entry.qos = next_qos(entry.qos),
            _ if turned => entry.qos = next_qos(next_qos(entry.qos)),
            _ => {}
        },
        EntryField::NoLocal if turned => entry.no_local = !entry.no_local,
        EntryField::RetainAsPublished if turned => entry.retain_as_published = !entry.retain_as_published,
        EntryField::RetainHandling if turned => {
            const ORDER: [RetainHandling; 3] =
                [RetainHandling::Always, RetainHandling::IfNew, RetainHandling::Never];
            let step = if forward { 1 } else { 2 };
            entry.retain_handling = ORDER[(entry.retain_handling as usize + step) % ORDER.len()];
        }
        _ => {}
    }
    Vec::new()
}

pub(super) fn on_paste(app: &mut App, text: &str) -> Result<(), String> {
    match entry(app.connection_mut()) {
        Some(entry) if entry.field == EntryField::Filter => insert(&mut entry.filter, text),
        Some(entry) if entry.field == EntryField::Id => insert(&mut entry.id, text),
        _ => Ok(()),
    }
}

/// Writes filters, options, muted and excluded ones into the saved profile; whatever else it says stays.
fn keep(app: &mut App, now: Moment) -> Vec<Effect> {
    let connection = app.connection();
    let views = connection.subscriptions.list();
    let kept = |filter: &&Subscription| !filter.filter.is_sys();
    let wanted = views.iter().map(|view| &view.wanted).chain(&connection.resting).filter(kept);
    let filters: Vec<_> = wanted.cloned().collect();
    let sys = connection.profile.target.sys;
    let muted = views.iter().filter(|view| view.muted).map(|view| view.wanted.filter.clone()).collect();
    let excluded = connection.subscriptions.excluded().iter().map(|view| view.filter.clone()).collect();
    let name = connection.profile.name.clone();
    let effects = keeping::change(app, |profile| {
        (profile.target.filters, profile.target.sys) = (filters, sys);
        (profile.muted, profile.excluded) = (muted, excluded);
    });
    if !effects.is_empty() {
        app.notices.push(now, Severity::Info, format!("keeping these subscriptions in the profile '{name}'"));
    }
    effects
}

/// Gives wide subscriptions back to public brokers when no key was pressed for [`PATIENCE`].
pub(super) fn rest(app: &mut App, now: Moment) -> Vec<Effect> {
    if now.since(app.last_input) < PATIENCE {
        return Vec::new();
    }
    let mut effects = Vec::new();
    for connection in app.connections.iter_mut().filter(|connection| connection.profile.public) {
        let wide: Vec<_> = connection.subscriptions.list().iter().filter(|view| is_wide(view)).collect();
        let wide: Vec<_> = wide.into_iter().map(|view| view.wanted.clone()).collect();
        for wanted in wide {
            effects.extend(unsubscribe(connection, &wanted.filter));
            let text = format!(
                "no key for {} minutes: '{}' was given back to the public broker {}; R subscribes again",
                PATIENCE.as_secs() / 60,
                wanted.filter,
                connection.profile.name
            );
            app.notices.push(now, Severity::Warning, text);
            connection.resting.push(wanted);
        }
    }
    effects
}

fn is_wide(view: &crate::app::subscriptions::SubscriptionView) -> bool {
    let active = matches!(view.state, SubscriptionState::Granted(_) | SubscriptionState::Requested(_));
    active && view.wanted.filter.pattern().starts_with(['#', '+'])
}

fn resume(app: &mut App, now: Moment) -> Vec<Effect> {
    let connection = app.connection_mut();
    let mut effects = Vec::new();
    for wanted in std::mem::take(&mut connection.resting) {
        effects.extend(subscribe(connection, wanted));
    }
    app.notices.push(now, Severity::Info, "subscribed again");
    effects
}
