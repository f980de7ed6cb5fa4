//! The demo at a fixed moment, without broker or clock: the one scene behind the README's pictures and the screen snapshots.

mod several;

use std::time::Duration;

use bytes::Bytes;
use crossterm::event::KeyEvent;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::app::{
    self, Action, App, Command, Done, Effect, Overlay, Settings, arrange_fully, parse_key, update,
};
use crate::broker::fleet::{DEMO_SEED, Fleet, FleetEvent, SCENE_START};
use crate::config::{Look, Profile, Themes};
use crate::model::{
    ConnectionId, LinkState, Message, Moment, Protocol, Publication, QoS, SessionEvent, SubscriptionState,
    Target, TopicFilter, Welcome,
};
use crate::store::Limits;
use crate::ui::{self, Appearance, Cache};

/// How long the demo has run when the picture is taken.
const SCENE_LENGTH: Duration = Duration::from_secs(125);

/// A program that looks at the demo fleet after [`SCENE_LENGTH`].
pub struct Scene {
    /// Its state.
    pub app: App,
    /// The moment of the picture.
    pub now: Moment,
    themes: Themes,
    appearance: Appearance,
}

impl Scene {
    /// The scene on a terminal of `columns` by `rows`, as `look` can show it.
    pub fn new(columns: u16, rows: u16, look: Look) -> Self {
        let (themes, _) = Themes::load(None, look.colours);
        let start = moment(Duration::ZERO);
        let mut app = App::new(settings(&themes));
        // The scene has no session to begin.
        drop(app.open(Profile::new("demo", target())));
        app.size = (columns, rows);
        let link = LinkState::Connected {
            since: start,
            session_present: false,
            protocol: Protocol::V5,
            welcome: Box::new(welcome()),
        };
        send(&mut app, SessionEvent::Link(link), start);
        for filter in ["#", TopicFilter::SYS] {
            if let Ok(filter) = TopicFilter::parse(filter) {
                let granted = SubscriptionState::Granted(QoS::AtMostOnce);
                send(&mut app, SessionEvent::Subscription(filter, granted), start);
            }
        }
        play(&mut app);
        let now = moment(SCENE_LENGTH);
        drop(arrange_fully(&mut app, now));
        Self { app, now, themes, appearance: Appearance { look, zone: TimeZone::UTC } }
    }

    /// Runs a command as if its key had been pressed.
    pub fn run(&mut self, command: Command) -> &mut Self {
        update(&mut self.app, Action::Run(command), self.now);
        drop(arrange_fully(&mut self.app, self.now));
        self
    }

    /// Presses keys by their names, with blanks between: `F enter ctrl-t`. One that is no key's name is passed over.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for (code, modifiers) in keys.split_whitespace().filter_map(parse_key) {
            self.act(Action::Key(KeyEvent::new(code, modifiers)));
        }
        self
    }

    /// Pastes `text` where it would be typed.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.act(Action::Paste(text.to_owned()))
    }

    /// Takes the item called `text` of the menu that is open.
    pub fn choose(&mut self, text: &str) -> &mut Self {
        if let Overlay::Menu(menu) = &mut self.app.overlay
            && let Some(at) = menu.items.iter().position(|item| item.text == text)
        {
            menu.selected = at;
        }
        self.keys("enter")
    }

    /// Jobs are done on the spot; there is nobody to do anything else.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Job(job) = effect {
                let done = Action::Done(Done::Job(job.perform(app::run_within)));
                let effects = update(&mut self.app, done, self.now);
                self.perform(effects);
            }
        }
    }

    /// Something happens, and what follows from it is on the screen.
    fn act(&mut self, action: Action) -> &mut Self {
        let effects = update(&mut self.app, action, self.now);
        self.perform(effects);
        self.draw();
        self
    }

    /// Selects a topic.
    pub fn select(&mut self, topic: &str) -> &mut Self {
        let connection = self.app.connection_mut();
        if let Some(id) = connection.store.find(topic) {
            connection.tree.select(id, &connection.store);
        }
        drop(arrange_fully(&mut self.app, self.now));
        self
    }

    /// Uses the theme called `name`.
    pub fn theme(&mut self, name: &str) -> &mut Self {
        self.app.theme = self.themes.position(name).unwrap_or_default();
        self
    }

    /// The screen, cell by cell.
    pub fn draw(&mut self) -> Buffer {
        let (columns, rows) = self.app.size;
        let mut cache = Cache::default();
        while self.app.has_work() {
            let effects = app::work(&mut self.app);
            self.perform(effects);
        }
        drop(arrange_fully(&mut self.app, self.now));
        let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
        if let Some(theme) = self.themes.get(self.app.theme) {
            let Ok(_) = terminal.draw(|frame| {
                ui::view(&self.app, theme, &self.appearance, self.now, &mut cache, frame);
            });
        }
        app::after_view(&mut self.app, &cache.measured);
        terminal.backend().buffer().clone()
    }
}

fn settings(themes: &Themes) -> Settings {
    Settings {
        read_only: false,
        themes: themes.names().map(str::to_owned).collect(),
        limits: Limits { bytes: 64 << 20, ..Limits::default() },
    }
}

fn target() -> Target {
    Target { filters: Profile::everything(), ..Target::new("127.0.0.1", 1883, "mqtt-tui-0badcafe") }
}

fn welcome() -> Welcome {
    Welcome { peer: "127.0.0.1:1883".into(), ..Welcome::default() }
}

/// A moment of the scene. The monotonic clock starts a while before, as it would for a program that was started first.
fn moment(at: Duration) -> Moment {
    Moment { mono_us: 5_000_000, wall_ms: SCENE_START.as_millisecond() }.plus(at)
}

fn send(app: &mut App, event: SessionEvent, now: Moment) {
    update(app, Action::Session(ConnectionId(0), event), now);
}

/// Plays the fleet's first minutes, and a broker's `$SYS` once a second.
fn play(app: &mut App) {
    let mut fleet = Fleet::new(DEMO_SEED, SCENE_START);
    let births: Vec<_> = fleet.births().into_iter().filter_map(FleetEvent::into_publication).collect();
    let mut received = 0u64;
    for publication in births {
        deliver(app, publication, Duration::ZERO);
        received += 1;
    }
    for second in 1..=SCENE_LENGTH.as_secs() {
        for dated in fleet.advance(Duration::from_secs(second)) {
            if let Some(publication) = dated.event.into_publication() {
                deliver(app, publication, dated.at);
                received += 1;
            }
        }
        let at = Duration::from_secs(second);
        for (topic, payload) in sys(second, received) {
            deliver_raw(app, &topic, payload.into_bytes(), QoS::AtMostOnce, false, at);
        }
        update(app, Action::Tick, moment(at));
    }
}

fn deliver(app: &mut App, publication: Publication, at: Duration) {
    let Publication { topic, payload, qos, retain, .. } = publication;
    // A live message comes without the retain flag; what was there when the explorer subscribed comes with it.
    deliver_raw(app, &topic, payload.to_vec(), qos.min(QoS::AtMostOnce), retain && at.is_zero(), at);
}

fn deliver_raw(app: &mut App, topic: &str, payload: Vec<u8>, qos: QoS, retain: bool, at: Duration) {
    let received = moment(at);
    let message = Message {
        topic: topic.to_owned(),
        payload: Bytes::from(payload),
        qos,
        retain,
        dup: false,
        properties: None,
        received,
    };
    send(app, SessionEvent::Message(message), received);
}

/// What the bundled broker publishes of itself, with figures that follow from the scene.
fn sys(second: u64, received: u64) -> Vec<(String, String)> {
    let per_minute = |share: u64| format!("{:.2}", (received * share) as f64 * 60.0 / second as f64 / 10.0);
    let mut topics = vec![
        ("version".to_owned(), concat!("mqtt-tui broker ", env!("CARGO_PKG_VERSION")).to_owned()),
        ("uptime".to_owned(), format!("{} seconds", second + 2)),
        ("clients/connected".to_owned(), "6".to_owned()),
        ("clients/total".to_owned(), "6".to_owned()),
        ("clients/maximum".to_owned(), "6".to_owned()),
        ("clients/disconnected".to_owned(), "0".to_owned()),
        ("subscriptions/count".to_owned(), "8".to_owned()),
        ("retained messages/count".to_owned(), "97".to_owned()),
        ("messages/received".to_owned(), (received + second / 4).to_string()),
        ("messages/sent".to_owned(), (received * 2 + second * 30).to_string()),
        ("publish/messages/received".to_owned(), received.to_string()),
        ("publish/messages/sent".to_owned(), (received + second * 30).to_string()),
        ("bytes/received".to_owned(), (received * 231).to_string()),
        ("bytes/sent".to_owned(), (received * 254 + second * 1210).to_string()),
    ];
    for (name, share) in [("messages/received", 10), ("messages/sent", 14), ("publish/received", 10)] {
        for span in ["1min", "5min", "15min"] {
            topics.push((format!("load/{name}/{span}"), per_minute(share)));
        }
    }
    topics.into_iter().map(|(topic, value)| (format!("$SYS/broker/{topic}"), value)).collect()
}
