//! The state of the program and everything that changes it. Pure: no I/O, no clock; the moment comes with each action.
//!
//! `update(&mut App, Action, now)` returns effects for `runtime` to perform. `arrange(&mut App, now)` brings what is on screen
//! up to date before a frame is drawn from `&App`; what takes too long for that is an effect, too, and is performed after the frame.

mod action;
mod ask;
mod banner;
mod browse;
pub mod chart;
pub mod command;
mod connection;
mod connections;
mod enabled;
mod filter;
mod form;
mod hints;
mod history;
mod job;
mod keymap;
pub mod layout;
mod list_view;
mod lists;
mod login;
mod menu;
mod message;
mod node_set;
mod notices;
mod odd;
pub mod out;
mod overdue;
mod palette;
mod panes;
pub mod pins;
pub mod places;
mod prompt;
mod publish;
mod publish_properties;
mod rates;
mod scrubber;
mod search;
mod siblings;
pub mod subscriptions;
mod tabs;
mod test;
mod travel;
mod tree;
mod update;
mod walk;
mod when;
mod work;

pub use action::{Action, Done, Effect, Loaded, SaveId, SessionRequestName};
pub use ask::{Ask, Then};
pub use banner::{Banner, banner};
pub use browse::{Browse, Toggled};
pub use chart::Chart;
pub use command::{Command, Context};
pub use connection::Connection;
pub use connections::{Choice, ConnectionsView, DEMO, ListLine};
pub use filter::{FilterFault, HELP as FILTER_HELP, LANGUAGE as FILTER_LANGUAGE};
pub use form::{AfterSaving, Form, FormField, FormRow, Kind};
pub use history::{Criteria, HistoryColumns, HistoryFilter, HistoryRow, HistoryView, Listed, RowChange};
pub use job::{Job, JobDone, arrange_fully};
pub use keymap::{command_for, key_label, parse_key};
pub use list_view::ListView;
pub use lists::{OVERDUE_LINES, SEARCH_LINES};
pub use login::{Credentials, Login, LoginField};
pub use menu::{DecodeFor, Menu, MenuItem, Pick};
pub use message::{
    Body, Change, Chosen, ChosenBy, Decodings, Find, FindDone, FindJob, Folding, MessageView, NOTES,
    PIXELS_A_ROW, Painting, PayloadView, Programs, ReadJob, Reader, RunJq, ScaleJob, SchemaShelf, Scroll,
    Shown, Wanted, WrapJob, run_within,
};
pub use notices::{Notices, SHOWN_FOR};
pub use odd::Shapes;
pub use overdue::{Lateness, Overdue, OverdueTopic, lateness};
pub use palette::PaletteState;
pub use panes::{Help, Left, Overlay, Pane, Right, Screen};
pub use prompt::{Prompt, Purpose};
pub use publish::{Answers, Field, Held, HeldFrom, MAX_EDITOR_BYTES, MAX_EDITOR_LINES, PublishPane, Sent};
pub use publish_properties::WrittenProperties;
pub use rates::Rates;
pub use scrubber::{PastTime, SCRUBBER_STEP, SCRUBBER_TIME, ScrubberAreas, scrubber, scrubber_rows};
pub use search::{
    Answer, Figures, Hit, MAX_LISTED, Mode, News, Place as FoundPlace, Question, Report, Scope, Search, Stage,
};
pub use siblings::Sort;
pub use test::{Test, TestEnd, TestNews};
pub use travel::{Travel, step_label};
pub use tree::{Pins, Place, Step, TreeRow, TreeView};
pub use update::{ingest, update};
pub use when::when;
pub use work::work;

use self::out::Out;
use crate::config::{Profile, ProfileBook, Safety, SettingsFile};
use crate::model::{ConnectionId, Moment, Target};
use crate::store::Limits;
use jiff::tz::TimeZone;

/// What was set from outside and does not change while running.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Refuse every command that changes something outside of this program.
    pub read_only: bool,
    /// Names of the themes that can be switched through.
    pub themes: Vec<String>,
    /// Bounds of each connection's store.
    pub limits: Limits,
}

/// The whole state of the program.
#[derive(Debug)]
pub struct App {
    connections: Vec<Connection>,
    /// Stands in while there is no connection.
    nowhere: Connection,
    active: usize,
    /// The saved profiles, and what is wrong with their file.
    pub book: ProfileBook,
    /// What profiles go by where they say nothing themselves.
    pub defaults: SettingsFile,
    /// Profiles of brokers that anybody may use, offered while nothing is saved.
    pub ready: Vec<Profile>,
    /// The connections screen.
    pub list: ConnectionsView,
    /// The way to the bundled broker, once it runs.
    pub(super) demo: Option<Box<Target>>,
    /// The connection being written or changed.
    pub form: Option<Box<Form>>,
    /// What lies over the screen.
    pub overlay: Overlay,
    /// What happened.
    pub notices: Notices,
    /// Index of the theme in use.
    pub theme: usize,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// What was set from outside.
    pub settings: Settings,
    /// Time zone of times that are typed.
    pub zone: TimeZone,
    /// When a key was last pressed, or the mouse.
    last_input: Moment,
    /// What leaves the program.
    pub(super) out: Out,
    next_connection: u32,
    next_publish: u64,
    next_test: u64,
    next_save: u64,
    /// The latest of each profile that is being written, until it is known to be.
    being_saved: Vec<(SaveId, Profile)>,
}

impl App {
    /// A program without connections.
    pub fn new(settings: Settings) -> Self {
        let nowhere = Profile::new("", Target::new("", 0, ""));
        Self {
            connections: Vec::new(),
            nowhere: Connection::new(ConnectionId(u32::MAX), nowhere, settings.limits),
            active: 0,
            book: ProfileBook::default(),
            defaults: SettingsFile::default(),
            ready: Vec::new(),
            list: ConnectionsView::default(),
            demo: None,
            form: None,
            overlay: Overlay::default(),
            notices: Notices::default(),
            theme: 0,
            size: (80, 24),
            settings,
            zone: TimeZone::UTC,
            last_input: Moment::default(),
            out: Out::default(),
            next_connection: 0,
            next_publish: 1,
            next_test: 1,
            next_save: 1,
            being_saved: Vec::new(),
        }
    }

    /// Puts a question; it lies over everything until it is answered.
    pub fn ask(&mut self, ask: Ask) {
        self.overlay = Overlay::Ask(ask);
    }

    /// A number for the next saving of a profile.
    pub(super) fn next_save(&mut self) -> SaveId {
        self.next_save += 1;
        SaveId(self.next_save)
    }

    /// Whether nothing may be changed at the broker in front.
    pub fn is_read_only(&self) -> bool {
        self.settings.read_only || self.connection().profile.safety == Safety::ReadOnly
    }

    /// The screen in front: of the connection in front, or the one that lists them all.
    pub fn screen(&self) -> Screen {
        match self.connections.get(self.active) {
            Some(connection) if !self.list.called => connection.screen,
            _ => Screen::Connections,
        }
    }

    /// The saved profiles, in the order of the file.
    pub fn profiles(&self) -> &[Profile] {
        self.book.profiles()
    }

    /// The saved profile of the connection in front, as it is in the file.
    pub fn saved_profile(&self) -> Option<&Profile> {
        self.profiles().iter().find(|profile| profile.name == self.connection().profile.name)
    }

    /// Every connection, in the order of the tabs.
    pub fn connections(&self) -> &[Connection] {
        &self.connections
    }

    /// Position of the connection in front among all.
    pub fn active(&self) -> usize {
        self.active
    }

    /// The connection in front; before the first one is opened, one that leads nowhere.
    pub fn connection(&self) -> &Connection {
        self.connections.get(self.active).unwrap_or(&self.nowhere)
    }

    /// The connection in front.
    pub fn connection_mut(&mut self) -> &mut Connection {
        self.connections.get_mut(self.active).unwrap_or(&mut self.nowhere)
    }

    /// The connection called `id`.
    pub fn connection_by_id(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|connection| connection.id == id)
    }

    /// Where the keys go.
    pub fn context(&self) -> Context {
        match self.overlay {
            Overlay::Help(..) => return Context::Help,
            Overlay::Palette(_) => return Context::Palette,
            Overlay::Notices => return Context::Notices,
            Overlay::Ask(_) => return Context::Ask,
            Overlay::Prompt(_) => return Context::Prompt,
            Overlay::Menu(ref menu) if menu.finding.is_some() => return Context::MenuFind,
            Overlay::Menu(_) => return Context::Menu,
            Overlay::Output(_) => return Context::Output,
            Overlay::None => {}
        }
        if self.screen() == Screen::Connections {
            return match (&self.form, &self.list.filter_input) {
                (Some(_), _) => Context::Form,
                (None, Some(_)) => Context::Filter,
                (None, None) => Context::Connections,
            };
        }
        if self.connection().login.is_some() {
            return Context::Login;
        }
        if let Some(pane) = &self.connection().subscribing {
            let typing = pane.entry.is_some();
            return if typing { Context::SubscriptionEntry } else { Context::Subscriptions };
        }
        if self.connection().publish.open {
            return Context::Publish;
        }
        if self.connection().filter_input.is_some() {
            return Context::Filter;
        }
        match (self.screen(), self.connection().focus) {
            (Screen::Connections, _) => Context::Connections,
            (Screen::Broker, _) => Context::Broker,
            (Screen::Explorer, Pane::Topics) => match self.connection().left {
                Left::Tree => Context::Topics,
                Left::Search if self.connection().search.typing => Context::SearchEntry,
                Left::Search => Context::Search,
                Left::Browse => Context::Browse,
                Left::Overdue => Context::Overdue,
            },
            (Screen::Explorer, Pane::Message) => match self.connection().right {
                Right::Message => Context::Message,
                Right::Chart => Context::Chart,
            },
            (Screen::Explorer, Pane::History) => Context::History,
        }
    }

    /// Whether the list or tree in front has a filter line.
    pub fn filter_shown(&self) -> bool {
        if self.screen() == Screen::Connections {
            return self.list.filter_input.is_some() || !self.list.filter.is_empty();
        }
        self.connection().filter_input.is_some() || !self.connection().tree.filter_text().is_empty()
    }
}

/// Brings what is on screen up to date. To be called before each frame; the effects, jobs above all, are performed after it.
#[must_use]
pub fn arrange(app: &mut App, now: Moment) -> Vec<Effect> {
    update::tell_travel(app, now);
    let areas = layout::areas(app);
    if app.screen() == Screen::Connections {
        places::arrange(app, areas.body);
        return Vec::new();
    }
    // A list in the place of the tree says what is selected: the tree waits as it is.
    let in_tree = app.connection().left == Left::Tree;
    let tree_rows = if in_tree { layout::tree_rows(app, &areas) } else { 0 };
    let pin_rows = areas.topics.filter(|_| in_tree).map_or(0, |topics| layout::pin_rows(app, topics));
    lists::arrange(app.connection_mut(), &areas, now);
    let defaults = app.defaults.decoders.clone();
    let connection = app.connection_mut();
    connection.message.decodings.defaults = defaults;
    let shown = connection.shown_moment(now);
    connection.arrange_marks(usize::from(pin_rows));
    connection.tree.arrange(&connection.store, tree_rows, shown.mono_us);
    let selected = connection.tree.selected();
    if selected != connection.message.of {
        connection.message.of = selected;
        connection.message.at = None;
        connection.message.reset();
        connection.history.reset();
    }
    connection.learn_shape();
    connection.arrange_history(&areas);
    // Without the frame, and a blank column beside it.
    let inside = areas.message.map(|pane| (pane.width.saturating_sub(4), pane.height.saturating_sub(2)));
    connection.message.inside = inside.unwrap_or_default();
    let on_screen = areas.message.is_some() && connection.right == Right::Message;
    connection.arrange_message(on_screen)
}

/// What drawing found out that moving needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measured {
    /// Lines of the payload in its present view, and rows of the pane for them.
    pub message: (usize, usize),
    /// Lines before those of the payload: properties.
    pub message_above: usize,
    /// Row of the screen on which the first of those lines on screen stands, and which one it is.
    pub message_rows: Option<(u16, usize)>,
    /// How the payload's lines are drawn: columns and style.
    pub message_lines: Option<(usize, crate::payload::Style)>,
    /// Some line of the payload goes on to the right of the pane.
    pub message_cut: bool,
    /// Lines of the broker screen, and rows for them.
    pub broker: (usize, usize),
    /// Lines of the help, and rows for them.
    pub help: (usize, usize),
    /// Past notices, and rows for them.
    pub notices: (usize, usize),
    /// Where the chart's lines stand.
    pub chart: chart::Plot,
    /// Rows of a command's output, and rows for them.
    pub output: (usize, usize),
}

/// Takes in what drawing found out, so that scrolling ends at the end.
pub fn after_view(app: &mut App, measured: &Measured) {
    let last = |(lines, rows): (usize, usize)| lines.saturating_sub(rows);
    app.notices.scroll = app.notices.scroll.min(last(measured.notices));
    if let Overlay::Help(help) = &mut app.overlay {
        help.scroll = help.scroll.min(last(measured.help));
    }
    if let Overlay::Output(piped) = &mut app.overlay {
        piped.scroll = piped.scroll.min(last(measured.output));
    }
    let connection = app.connection_mut();
    connection.broker_scroll = connection.broker_scroll.min(last(measured.broker));
    let message = &mut connection.message;
    (message.lines, message.height) = measured.message;
    message.cut = measured.message_cut;
    message.above = measured.message_above;
    message.drawn = measured.message_lines;
    message.rows = measured.message_rows;
    if let (Some(_), Some((_, first))) = (message.reveal.take(), measured.message_rows) {
        message.scroll_mut().row = first;
    }
    connection.chart.plot = measured.chart;
}
