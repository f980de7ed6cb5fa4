//! The language journeys are written in. Each step changes the app, draws it and keeps its effects; each question is put to
//! the last picture or to the state.

use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use jiff::tz::TimeZone;
use mqtt_tui::app::{
    self, Action, App, Done, Effect, Overlay, Settings, arrange, arrange_fully, parse_key, run_within, update,
};
use mqtt_tui::cli::scene::Scene;
use mqtt_tui::config::{Colours, Look, Profile, ProfileBook, Role, Themes};
use mqtt_tui::model::{
    ConnectionId, LinkState, Message, Moment, Protocol, ProtocolChoice, Publication, PublishId, PublishState,
    QoS, SessionEvent, SessionId, SessionRequest, Severity, SubscriptionState, Target, TopicFilter, Trouble,
};
use mqtt_tui::store::{Limits, TopicId};
use mqtt_tui::ui::{self, Appearance, Cache};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;

/// The one connection of a journey.
pub(crate) const HERE: ConnectionId = ConnectionId(0);

/// A program on its way.
pub(crate) struct Journey {
    pub(crate) app: App,
    pub(crate) now: Moment,
    effects: Vec<Effect>,
    themes: Themes,
    appearance: Appearance,
    cache: Cache,
    terminal: Terminal<TestBackend>,
    /// Jobs and work in slices wait until they are asked for.
    slow: bool,
}

impl Journey {
    /// Connected, on a terminal of 140 by 45, with nothing received.
    pub(crate) fn new() -> Self {
        Self::with(Limits { bytes: 16 << 20, ..Limits::default() }, false)
    }

    /// Like [`Journey::new`], and nothing may be changed on the broker.
    pub(crate) fn read_only() -> Self {
        Self::with(Limits { bytes: 16 << 20, ..Limits::default() }, true)
    }

    /// Like [`Journey::new`], with a history of `bytes` that keeps `keep_min` messages of each topic.
    pub(crate) fn with_history(bytes: usize, keep_min: usize) -> Self {
        Self::with(Limits { bytes, keep_min, ..Limits::default() }, false)
    }

    /// Like [`Journey::new`], with topics and their payloads already received.
    pub(crate) fn knowing(topics: &[(&str, &str)]) -> Self {
        let mut journey = Self::new();
        for (topic, payload) in topics {
            journey.message(topic, payload);
        }
        journey
    }

    /// On the demo's fleet, two minutes after it began.
    pub(crate) fn on_the_demo() -> Self {
        let mut journey = Self::unopened(Limits::default(), false);
        let size = journey.app.size;
        let scene = Scene::new(size.0, size.1, journey.appearance.look);
        (journey.app, journey.now) = (scene.app, scene.now);
        journey.draw();
        journey
    }

    /// Connected from this profile.
    pub(crate) fn on(profile: Profile) -> Self {
        Self::opening(profile).arrived()
    }

    /// A connection of this profile was opened, and nothing has come of it yet.
    pub(crate) fn opening(profile: Profile) -> Self {
        Self::opened(Limits { bytes: 16 << 20, ..Limits::default() }, false, profile)
    }

    fn with(limits: Limits, read_only: bool) -> Self {
        Self::opened(limits, read_only, Profile::new("here", target())).arrived()
    }

    /// Connected. The notice of the connection is gone when the journey begins.
    fn arrived(mut self) -> Self {
        self.effects.clear();
        self.connect();
        self.wait(10.0);
        self
    }

    fn opened(limits: Limits, read_only: bool, profile: Profile) -> Self {
        let mut journey = Self::unopened(limits, read_only);
        journey.open(profile);
        journey
    }

    /// At the connections screen, with these profiles saved and nothing open.
    pub(crate) fn among(profiles: Vec<Profile>) -> Self {
        let mut journey = Self::unopened(Limits { bytes: 16 << 20, ..Limits::default() }, false);
        journey.app.book = book(profiles);
        journey.draw();
        journey
    }

    fn unopened(limits: Limits, read_only: bool) -> Self {
        let look = Look { colours: Colours::True, ascii: false };
        let (themes, _) = Themes::load(None, look.colours);
        let settings = Settings { read_only, themes: themes.names().map(str::to_owned).collect(), limits };
        // 2026-11-20 14:00:00 UTC; the program was started ten seconds before.
        let now = Moment { mono_us: 10_000_000, wall_ms: 1_795_183_200_000 };
        let mut journey = Self {
            app: App::new(settings),
            now,
            effects: Vec::new(),
            themes,
            appearance: Appearance { look, zone: TimeZone::UTC },
            cache: Cache::default(),
            terminal: Terminal::new(TestBackend::new(140, 45)).expect("a test backend never fails"),
            slow: false,
        };
        journey.resize(140, 45);
        journey
    }

    fn act(&mut self, action: Action) {
        let effects = update(&mut self.app, action, self.now);
        self.perform(effects);
        while !self.slow && self.app.has_work() {
            self.work();
        }
        self.draw();
    }

    /// Jobs are done on the spot; every other effect is kept.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Job(job) if !self.slow => {
                    let done = Action::Done(Done::Job(job.perform(app::run_within)));
                    let effects = update(&mut self.app, done, self.now);
                    self.perform(effects);
                }
                effect => self.effects.push(effect),
            }
        }
    }

    /// One piece of the work that waits.
    fn work(&mut self) {
        let effects = app::work(&mut self.app);
        self.perform(effects);
    }

    fn draw(&mut self) {
        let asked = if self.slow { arrange } else { arrange_fully }(&mut self.app, self.now);
        self.effects.extend(asked);
        let theme = self.themes.get(self.app.theme).expect("a theme");
        let (app, appearance, cache) = (&self.app, &self.appearance, &mut self.cache);
        let Ok(_) = self.terminal.draw(|frame| ui::view(app, theme, appearance, self.now, cache, frame));
        app::after_view(&mut self.app, &self.cache.measured);
    }

    /// From here on the terminal shows these colours, and ASCII alone or more.
    #[cfg(feature = "images")]
    pub(crate) fn looks(&mut self, colours: Colours, ascii: bool) -> &mut Self {
        self.appearance.look = Look { colours, ascii };
        self.themes = Themes::load(None, colours).0;
        self
    }

    // What the user does.

    /// Presses keys: letters as they are, others as `<enter>`, `<ctrl-s>`, `<down>`, `<lt>`.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while let Some(letter) = rest.chars().next() {
            let (name, length) = match rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
                Some((name, _)) => (name.to_owned(), name.len() + 2),
                None => (letter.to_string(), letter.len_utf8()),
            };
            rest = &rest[length..];
            let name = if name == "lt" { "<" } else { &name };
            let (code, modifiers) = parse_key(name).unwrap_or_else(|| panic!("no key is called {name}"));
            self.act(Action::Key(KeyEvent::new(code, modifiers)));
        }
        self
    }

    pub(crate) fn paste(&mut self, text: &str) -> &mut Self {
        self.act(Action::Paste(text.to_owned()));
        self
    }

    pub(crate) fn click(&mut self, column: u16, row: u16) -> &mut Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row)
    }

    pub(crate) fn wheel_down(&mut self, column: u16, row: u16) -> &mut Self {
        self.mouse(MouseEventKind::ScrollDown, column, row)
    }

    pub(crate) fn wheel_up(&mut self, column: u16, row: u16) -> &mut Self {
        self.mouse(MouseEventKind::ScrollUp, column, row)
    }

    pub(crate) fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        self.act(Action::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        self
    }

    /// Clicks on the first place where `text` stands.
    pub(crate) fn click_on(&mut self, text: &str) -> &mut Self {
        let (column, row) = self.place_of(text);
        self.click(column, row)
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.terminal.backend_mut().resize(columns, rows);
        self.act(Action::Resize(columns, rows));
        self
    }

    /// Takes the item of the open menu that is called `text`.
    pub(crate) fn choose(&mut self, text: &str) -> &mut Self {
        let Overlay::Menu(menu) = &self.app.overlay else { panic!("no menu in\n{}", self.screen()) };
        let at = menu.items.iter().position(|item| item.text == text);
        let at = at.unwrap_or_else(|| panic!("no item {text} in\n{}", self.screen()));
        let steps = at as isize - menu.selected as isize;
        let key = if steps < 0 { "<up>" } else { "<down>" };
        self.keys(&key.repeat(steps.unsigned_abs())).keys("<enter>")
    }

    /// Does `pieces` of the work that waits, or all when there is less.
    pub(crate) fn works(&mut self, pieces: usize) -> &mut Self {
        for _ in 0..pieces {
            if self.app.has_work() {
                self.work();
            }
        }
        self.draw();
        self
    }

    // What the world does.

    /// A live message at QoS 0.
    pub(crate) fn message(&mut self, topic: &str, payload: &str) -> &mut Self {
        self.bytes(topic, payload.as_bytes())
    }

    pub(crate) fn bytes(&mut self, topic: &str, payload: &[u8]) -> &mut Self {
        let message = self.plain(topic, payload);
        self.event(SessionEvent::Message(message))
    }

    pub(crate) fn retained(&mut self, topic: &str, payload: &str) -> &mut Self {
        let message = Message { retain: true, ..self.plain(topic, payload.as_bytes()) };
        self.event(SessionEvent::Message(message))
    }

    pub(crate) fn plain(&self, topic: &str, payload: &[u8]) -> Message {
        Message {
            topic: topic.to_owned(),
            payload: Bytes::copy_from_slice(payload),
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            properties: None,
            received: self.now,
        }
    }

    /// Many messages with one picture at the end.
    pub(crate) fn messages<'a>(
        &mut self,
        messages: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> &mut Self {
        let session = self.session();
        let mut batch: Vec<_> = messages
            .into_iter()
            .map(|(topic, payload)| (session, SessionEvent::Message(self.plain(topic, payload))))
            .collect();
        let effects = app::ingest(&mut self.app, &mut batch, false, self.now);
        self.perform(effects);
        while !self.slow && self.app.has_work() {
            self.work();
        }
        self.draw();
        self
    }

    pub(crate) fn event(&mut self, event: SessionEvent) -> &mut Self {
        self.act(Action::Session(HERE, event));
        self
    }

    /// Opens another connection, in front.
    pub(crate) fn open(&mut self, profile: Profile) -> &mut Self {
        let effects = self.app.open(profile);
        self.effects.extend(effects);
        self.draw();
        self
    }

    /// News of the connection with this number, counted from 0 in the order of opening.
    pub(crate) fn event_of(&mut self, number: u32, event: SessionEvent) -> &mut Self {
        self.act(Action::Session(ConnectionId(number), event));
        self
    }

    /// A live message on the connection with this number.
    pub(crate) fn message_of(&mut self, number: u32, topic: &str, payload: &str) -> &mut Self {
        let message = self.plain(topic, payload.as_bytes());
        self.event_of(number, SessionEvent::Message(message))
    }

    /// The session of the connection in front.
    pub(crate) fn session(&self) -> SessionId {
        self.app.connection().session()
    }

    /// From here on what takes long takes until [`Journey::finish_jobs`] and [`Journey::works`].
    pub(crate) fn slowly(&mut self) -> &mut Self {
        self.slow = true;
        self
    }

    /// What takes long is done on the spot again.
    pub(crate) fn quickly(&mut self) -> &mut Self {
        self.slow = false;
        self
    }

    /// The jobs that are under way come to their end; how many there were.
    pub(crate) fn finish_jobs(&mut self) -> usize {
        let (jobs, others): (Vec<_>, Vec<_>) =
            self.effects().into_iter().partition(|effect| matches!(effect, Effect::Job(_)));
        self.effects = others;
        let count = jobs.len();
        for job in jobs {
            if let Effect::Job(job) = job {
                self.done(Done::Job(job.perform(run_within)));
            }
        }
        count
    }

    /// An effect came to its end.
    pub(crate) fn done(&mut self, done: Done) -> &mut Self {
        self.act(Action::Done(done));
        self
    }

    /// These profiles are in the file.
    pub(crate) fn know_profiles(&mut self, profiles: Vec<Profile>) -> &mut Self {
        self.done(Done::Profiles(Box::new(book(profiles)), Severity::Info, String::new(), None))
    }

    /// What the form asked for became this, and these profiles are in the file.
    pub(crate) fn saved(&mut self, profiles: Vec<Profile>, severity: Severity, text: &str) -> &mut Self {
        let id = self.app.form.as_ref().and_then(|form| form.saving).map(|(id, _)| id);
        assert!(id.is_some(), "nothing is being saved in\n{}", self.screen());
        self.done(Done::Profiles(Box::new(book(profiles)), severity, text.to_owned(), id))
    }

    pub(crate) fn link(&mut self, state: LinkState) -> &mut Self {
        self.event(SessionEvent::Link(state))
    }

    pub(crate) fn connect(&mut self) -> &mut Self {
        let since = self.now;
        self.link(LinkState::Connected {
            since,
            session_present: false,
            protocol: Protocol::V5,
            welcome: Box::default(),
        })
    }

    /// The link breaks; the next attempt comes after `seconds`.
    pub(crate) fn lose_link(&mut self, attempt: u32, seconds: u64) -> &mut Self {
        let trouble = Trouble {
            cause: "Connection refused by here:1883".to_owned(),
            remedy: "Is a broker listening there?".to_owned(),
            ..Trouble::default()
        };
        let until = self.now.plus(Duration::from_secs(seconds));
        self.link(LinkState::Waiting { attempt, until, trouble })
    }

    pub(crate) fn subscription(&mut self, filter: &str, state: SubscriptionState) -> &mut Self {
        let filter = TopicFilter::parse(filter).expect("a legal filter");
        self.event(SessionEvent::Subscription(filter, state))
    }

    pub(crate) fn publish_became(&mut self, id: PublishId, state: PublishState) -> &mut Self {
        self.event(SessionEvent::Publish(id, state))
    }

    /// Time passes, with a tick for each full second.
    pub(crate) fn wait(&mut self, seconds: f64) -> &mut Self {
        let mut left = Duration::from_secs_f64(seconds);
        while !left.is_zero() {
            let step = left.min(Duration::from_secs(1));
            self.now = self.now.plus(step);
            left -= step;
            self.act(Action::Tick);
        }
        self
    }

    // Questions.

    pub(crate) fn buffer(&self) -> &Buffer {
        self.terminal.backend().buffer()
    }

    /// The last picture, line by line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let buffer = self.buffer();
        let (width, height) = (buffer.area.width, buffer.area.height);
        let cell = |x, y| buffer.cell((x, y)).map_or(" ", |cell| cell.symbol());
        (0..height)
            .map(|y| (0..width).map(|x| cell(x, y)).collect::<String>().trim_end().to_owned())
            .collect()
    }

    pub(crate) fn screen(&self) -> String {
        self.lines().join("\n")
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.lines().iter().any(|line| line.contains(text))
    }

    #[track_caller]
    pub(crate) fn sees(&mut self, text: &str) -> &mut Self {
        assert!(self.shows(text), "nothing says {text:?} in\n{}", self.screen());
        self
    }

    #[track_caller]
    pub(crate) fn does_not_see(&mut self, text: &str) -> &mut Self {
        assert!(!self.shows(text), "something says {text:?} in\n{}", self.screen());
        self
    }

    /// Column and row of the first place where `text` stands.
    #[track_caller]
    pub(crate) fn place_of(&self, text: &str) -> (u16, u16) {
        for (row, line) in self.lines().iter().enumerate() {
            if let Some(at) = line.find(text) {
                return (line[..at].chars().count() as u16, row as u16);
            }
        }
        panic!("nothing says {text:?} in\n{}", self.screen());
    }

    /// The stretches of the picture that are lit as what was found.
    pub(crate) fn lit(&self) -> Vec<String> {
        let wanted = self.themes.get(self.app.theme).expect("a theme").style(Role::Match);
        // A selected row that is reversed has no colours.
        let is_lit = |cell: &Cell| {
            cell.modifier.contains(wanted.add_modifier)
                && (wanted.fg == Some(cell.fg) || cell.modifier.contains(Modifier::REVERSED))
        };
        let buffer = self.buffer();
        let mut found = Vec::new();
        for row in buffer.content().chunks(usize::from(buffer.area.width)) {
            let stretches = row.chunk_by(|one, next| is_lit(one) == is_lit(next));
            let lit = stretches.filter(|cells| is_lit(&cells[0]));
            found.extend(lit.map(|cells| cells.iter().map(Cell::symbol).collect::<String>()));
        }
        found
    }

    /// The selected topic or branch.
    pub(crate) fn selected(&self) -> String {
        let connection = self.app.connection();
        connection
            .tree
            .selected()
            .map_or_else(|| "nothing".to_owned(), |id| connection.store.path(id).to_owned())
    }

    /// The rows of the tree as `+ closed`, `- open`, `  leaf`, indented by depth.
    pub(crate) fn tree(&self) -> Vec<String> {
        let connection = self.app.connection();
        let row = |row: &mqtt_tui::app::TreeRow| {
            let mark = if !row.branch {
                ' '
            } else if row.open {
                '-'
            } else {
                '+'
            };
            format!("{}{mark} {}", "  ".repeat(row.depth), connection.store.level(row.node))
        };
        connection.tree.rows().iter().map(row).collect()
    }

    /// Row of the screen on which the selection stands.
    pub(crate) fn selected_row(&self) -> Option<usize> {
        let tree = &self.app.connection().tree;
        tree.rows().iter().position(|row| Some(row.node) == tree.selected())
    }

    pub(crate) fn node(&self, topic: &str) -> TopicId {
        self.app.connection().store.find(topic).unwrap_or_else(|| panic!("{topic} is not in the tree"))
    }

    /// The payload in the message pane, as text.
    pub(crate) fn payload(&self) -> String {
        let message = self.app.connection().shown_message();
        message.map_or_else(
            || "none".to_owned(),
            |message| String::from_utf8_lossy(message.payload).into_owned(),
        )
    }

    /// Effects since the last question.
    pub(crate) fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The only effect since the last question, which must be a publish.
    #[track_caller]
    pub(crate) fn published(&mut self) -> (PublishId, Publication) {
        match &self.effects()[..] {
            [Effect::Request(HERE, SessionRequest::Publish(id, publication))] => (*id, publication.clone()),
            other => panic!("not one publish but {other:?}"),
        }
    }

    /// The newest notice.
    pub(crate) fn notice(&self) -> String {
        self.app.notices.newest_first().next().map_or_else(|| "none".to_owned(), |notice| notice.text.clone())
    }

    pub(crate) fn notices(&self) -> usize {
        self.app.notices.newest_first().len()
    }
}

/// A book with these profiles and no file.
pub(crate) fn book(profiles: Vec<Profile>) -> ProfileBook {
    let mut book = ProfileBook::default();
    for profile in profiles {
        book.save(profile, None).expect("a profile");
    }
    book
}

fn target() -> Target {
    Target { protocol: ProtocolChoice::Only(Protocol::V5), ..Target::new("here", 1883, "journey") }
}
