//! The loop with paused time: how often it draws, that a key is answered before more traffic, that nothing keeps it from
//! ending. The screen is a buffer that counts frames, the input a channel.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use crossterm::event::{Event, KeyEvent};
use futures_util::Stream;
use jiff::tz::TimeZone;
use mqtt_tui::app::{App, Effect, SaveId, Settings, parse_key};
use mqtt_tui::config::{Colours, Look, PasswordSource, Profile, ProfileBook, Themes};
use mqtt_tui::model::{
    Clock, ConnectionId, LinkState, Message, Protocol, QoS, SessionEvent, SessionId, Target,
};
use mqtt_tui::runtime::{EVENT_CAPACITY, Errands, EventLoop, Outcome};
use mqtt_tui::store::Limits;
use mqtt_tui::ui::Appearance;
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance, sleep};

const HERE: SessionId = SessionId { connection: ConnectionId(0), start: 1 };

/// What the screen showed, to be read while the loop runs.
#[derive(Debug, Default)]
struct Shown {
    frames: AtomicUsize,
    text: std::sync::Mutex<String>,
}

/// A screen in memory that can be written to and counts its frames.
struct CountingScreen {
    inner: TestBackend,
    shown: Arc<Shown>,
}

fn infallible<T>(result: Result<T, std::convert::Infallible>) -> io::Result<T> {
    result.map_err(|never| match never {})
}

impl Backend for CountingScreen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        infallible(self.inner.draw(content))?;
        self.shown.frames.fetch_add(1, Ordering::SeqCst);
        let text = self.inner.buffer().content.iter().map(Cell::symbol).collect();
        *self.shown.text.lock().expect("nobody panicked") = text;
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        infallible(self.inner.hide_cursor())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        infallible(self.inner.show_cursor())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        infallible(self.inner.get_cursor_position())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        infallible(self.inner.set_cursor_position(position))
    }

    fn clear(&mut self) -> io::Result<()> {
        infallible(self.inner.clear())
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        infallible(self.inner.clear_region(region))
    }

    fn size(&self) -> io::Result<Size> {
        infallible(self.inner.size())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        infallible(self.inner.window_size())
    }

    fn flush(&mut self) -> io::Result<()> {
        infallible(Backend::flush(&mut self.inner))
    }
}

impl io::Write for CountingScreen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keys as they are pressed.
struct Keys(Receiver<Event>);

impl Stream for Keys {
    type Item = io::Result<Event>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}

/// A loop at work, and everything that reaches it from outside.
struct Running {
    keys: Sender<Event>,
    events: Sender<(SessionId, SessionEvent)>,
    shown: Arc<Shown>,
    ended: JoinHandle<io::Result<Outcome>>,
}

type Loop = EventLoop<CountingScreen, Keys>;

impl Running {
    fn start() -> Self {
        let (running, mut event_loop) = Self::prepared(App::new(settings()));
        // The news comes from the test, not from a session.
        drop(event_loop.app.open(Profile::new("here", target())));
        let ended = tokio::spawn(async move { event_loop.run().await });
        Self { ended, ..running }
    }

    /// Like [`Running::start`], with `app` and what is to be done first; and ended as the program ends it.
    fn start_and_close(app: App, first: Vec<Effect>) -> Self {
        let (running, event_loop) = Self::prepared(app);
        let mut event_loop = EventLoop { first, ..event_loop };
        let ended = tokio::spawn(async move {
            let outcome = event_loop.run().await;
            Box::pin(event_loop.close()).await;
            outcome
        });
        Self { ended, ..running }
    }

    fn prepared(app: App) -> (Self, Loop) {
        let (keys, input) = channel(256);
        let (events, receiver) = channel(EVENT_CAPACITY);
        let shown = Arc::new(Shown::default());
        let look = Look { colours: Colours::True, ascii: false };
        let (themes, _) = Themes::load(None, look.colours);
        let screen = CountingScreen { inner: TestBackend::new(100, 30), shown: Arc::clone(&shown) };
        let event_loop = EventLoop {
            demo: None,
            errands: Errands::default(),
            app,
            terminal: Terminal::new(screen).expect("the screen has a size"),
            input: Keys(input),
            sessions: HashMap::new(),
            sender: events.clone(),
            events: receiver,
            first: Vec::new(),
            clock: Clock::start(),
            themes,
            appearance: Appearance { look, zone: TimeZone::UTC },
            signals: None,
            real_terminal: false,
            output: None,
        };
        let ended = tokio::spawn(std::future::pending());
        (Self { keys, events, shown, ended }, event_loop)
    }

    fn frames(&self) -> usize {
        self.shown.frames.load(Ordering::SeqCst)
    }

    fn shows(&self, text: &str) -> bool {
        self.shown.text.lock().expect("nobody panicked").contains(text)
    }

    async fn press(&self, key: &str) {
        let (code, modifiers) = parse_key(key).expect("a key");
        self.keys.send(Event::Key(KeyEvent::new(code, modifiers))).await.expect("the loop runs");
    }

    async fn connect(&self) {
        let since = Clock::start().now();
        let link = LinkState::Connected {
            since,
            session_present: false,
            protocol: Protocol::V5,
            welcome: Box::default(),
        };
        self.events.send((HERE, SessionEvent::Link(link))).await.expect("the loop runs");
    }

    async fn outcome(self) -> Outcome {
        self.ended.await.expect("the loop does not panic").expect("the screen does not fail")
    }
}

fn settings() -> Settings {
    let (themes, _) = Themes::load(None, Colours::True);
    Settings {
        read_only: false,
        themes: themes.names().map(str::to_owned).collect(),
        limits: Limits { bytes: 4 << 20, ..Limits::default() },
    }
}

fn target() -> Target {
    Target { filters: Profile::everything(), ..Target::new("here", 1883, "loop") }
}

fn message(number: usize) -> (SessionId, SessionEvent) {
    let message = Message {
        topic: format!("flood/{}", number % 100),
        payload: Bytes::from_static(b"{\"value\":1}"),
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        properties: None,
        received: Clock::start().now(),
    };
    (HERE, SessionEvent::Message(message))
}

/// Messages without a pause, `a_millisecond` of them in each: until nobody takes them any more.
fn flood(events: Sender<(SessionId, SessionEvent)>, a_millisecond: usize) -> JoinHandle<usize> {
    tokio::spawn(async move {
        let mut number = 0;
        loop {
            for _ in 0..a_millisecond {
                if events.send(message(number)).await.is_err() {
                    return number;
                }
                number += 1;
            }
            sleep(Duration::from_millis(1)).await;
        }
    })
}

#[tokio::test(start_paused = true)]
async fn b05_a_flood_is_all_taken_in_and_drawn_at_most_33_times_a_second() {
    let running = Running::start();
    let flood = flood(running.events.clone(), 50);
    sleep(Duration::from_secs(1)).await;
    let before = running.frames();
    sleep(Duration::from_secs(4)).await;
    let frames = running.frames() - before;
    assert!(frames <= 4 * 33, "{frames} frames in 4 s");
    assert!(frames >= 4 * 20, "and it is drawn: {frames} frames in 4 s");
    running.press("q").await;
    assert_eq!(running.outcome().await, Outcome::Quit);
    assert!(flood.await.expect("no panic") > 100_000, "all was taken in");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_drawn_when_nothing_changes() {
    let running = Running::start();
    running.connect().await;
    sleep(Duration::from_secs(10)).await;
    let before = running.frames();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(running.frames(), before, "an idle screen draws nothing");
    running.press("q").await;
    assert_eq!(running.outcome().await, Outcome::Quit);
}

#[tokio::test(start_paused = true)]
async fn when_only_ages_change_there_is_at_most_a_frame_a_second() {
    let running = Running::start();
    running.connect().await;
    for number in 0..100 {
        running.events.send(message(number)).await.expect("the loop runs");
        sleep(Duration::from_millis(7)).await;
    }
    // What is new fades for two seconds.
    sleep(Duration::from_secs(12)).await;
    let before = running.frames();
    sleep(Duration::from_secs(20)).await;
    let frames = running.frames() - before;
    assert!((1..=21).contains(&frames), "{frames} frames in 20 s");
    sleep(Duration::from_secs(120)).await;
    let before = running.frames();
    sleep(Duration::from_secs(60)).await;
    let frames = running.frames() - before;
    assert!(frames <= 3, "ages in minutes change once a minute: {frames} frames in 60 s");
}

#[tokio::test(start_paused = true)]
async fn a_paused_view_without_traffic_draws_nothing() {
    let running = Running::start();
    for number in 0..100 {
        running.events.send(message(number)).await.expect("the loop runs");
    }
    sleep(Duration::from_secs(5)).await;
    running.press("space").await;
    sleep(Duration::from_secs(10)).await;
    assert!(running.shows("PAUSED"));
    let before = running.frames();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(running.frames(), before);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_answered_with_a_frame_before_more_traffic() {
    let running = Running::start();
    let flood = flood(running.events.clone(), 200);
    sleep(Duration::from_millis(500)).await;
    for _ in 0..20 {
        // Right after a frame, when the next one that traffic asks for is far.
        let seen = running.frames();
        while running.frames() == seen {
            sleep(Duration::from_millis(1)).await;
        }
        let (before, pressed) = (running.frames(), Instant::now());
        running.press("t").await;
        while running.frames() == before {
            tokio::task::yield_now().await;
        }
        assert!(pressed.elapsed() <= Duration::from_millis(2), "answered after {:?}", pressed.elapsed());
    }
    running.press("ctrl-c").await;
    assert_eq!(running.outcome().await, Outcome::Quit);
    drop(flood);
}

#[tokio::test(start_paused = true)]
async fn many_keys_at_once_are_one_frame() {
    let running = Running::start();
    sleep(Duration::from_secs(1)).await;
    let before = running.frames();
    for _ in 0..50 {
        running.press("t").await;
    }
    sleep(Duration::from_millis(1)).await;
    let frames = running.frames() - before;
    assert!((1..=3).contains(&frames), "{frames} frames for 50 keys that waited");
}

#[tokio::test(start_paused = true)]
async fn quitting_works_while_the_channel_is_full() {
    let running = Running::start();
    let events = running.events.clone();
    // Never waits for time: the channel is as full as it gets.
    let flood = tokio::spawn(async move {
        let mut number = 0;
        while events.send(message(number)).await.is_ok() {
            number += 1;
            if number % 10_000 == 0 {
                advance(Duration::from_millis(1)).await;
            }
        }
        number
    });
    running.press("j").await;
    running.press("q").await;
    assert_eq!(running.outcome().await, Outcome::Quit);
    flood.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn behind_is_said_while_batches_stay_full_and_no_longer() {
    let running = Running::start();
    running.connect().await;
    let mut number = 0;
    let mut seen = false;
    for _ in 0..100 {
        // As much as fits, before the loop has its turn.
        while running.events.try_send(message(number)).is_ok() {
            number += 1;
        }
        advance(Duration::from_millis(40)).await;
        seen |= running.shows("behind");
    }
    assert!(seen, "it falls behind after {number} messages without a gap");
    // Nothing more comes, and the last batch was a full one.
    sleep(Duration::from_secs(2)).await;
    assert!(!running.shows("behind"), "and says no longer so once it has caught up");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_input_ends_the_loop() {
    let running = Running::start();
    sleep(Duration::from_secs(1)).await;
    let Running { keys, events, ended, .. } = running;
    drop(keys);
    let outcome = ended.await.expect("no panic").expect("no error");
    assert_eq!(outcome, Outcome::TerminalGone);
    drop(events);
}

#[tokio::test(start_paused = true)]
async fn when_the_last_session_has_ended_keys_still_work() {
    let running = Running::start();
    let Running { keys, events, shown, ended } = running;
    drop(events);
    sleep(Duration::from_secs(1)).await;
    let press = |name: &str| {
        let (code, modifiers) = parse_key(name).expect("a key");
        Event::Key(KeyEvent::new(code, modifiers))
    };
    keys.send(press("?")).await.expect("the loop runs");
    sleep(Duration::from_secs(1)).await;
    assert!(shown.text.lock().expect("nobody panicked").contains("Help"));
    keys.send(press("esc")).await.expect("the loop runs");
    keys.send(press("q")).await.expect("the loop runs");
    let outcome = tokio::time::timeout(Duration::from_secs(60), ended).await.expect("it ends");
    assert_eq!(outcome.expect("no panic").expect("no error"), Outcome::Quit);
}

#[tokio::test]
async fn g01_what_was_saved_just_before_quitting_is_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("profiles.toml");
    let mut app = App::new(settings());
    app.book = ProfileBook::load(&path);
    let save = |name: &str| Effect::SaveProfile(Box::new(Profile::new(name, target())), None, SaveId(0));
    let running = Running::start_and_close(app, vec![save("lab"), save("home"), Effect::Quit]);
    assert_eq!(running.outcome().await, Outcome::Quit);
    let text = std::fs::read_to_string(&path).expect("the file is there");
    assert!(text.contains("\"lab\"") && text.contains("\"home\""), "{text}");
}

/// A command that would print a password much later, and holds a lock on a file as long as it runs.
#[cfg(unix)]
struct SlowCommand {
    folder: tempfile::TempDir,
}

#[cfg(unix)]
impl SlowCommand {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn held(&self) -> std::path::PathBuf {
        self.folder.path().join("held")
    }

    fn source(&self) -> PasswordSource {
        let held = self.held();
        let held = held.display();
        // A child of the command holds the lock, as an agent's helper would.
        PasswordSource::Command(format!("(flock 9; echo held >&9; sleep 600) 9>'{held}' & wait"))
    }

    async fn runs(&self) {
        while !std::fs::read_to_string(self.held()).is_ok_and(|text| !text.is_empty()) {
            sleep(Duration::from_millis(5)).await;
        }
    }

    fn is_gone(&self) -> bool {
        let file = std::fs::File::open(self.held()).expect("the command ran");
        file.try_lock().is_ok()
    }
}

#[cfg(unix)]
#[tokio::test]
async fn g04_quitting_leaves_no_password_command_behind() {
    let command = SlowCommand::new();
    let mut app = App::new(settings());
    let first = app.open(Profile { password: command.source(), ..Profile::new("here", target()) });
    let running = Running::start_and_close(app, first);
    command.runs().await;
    running.press("q").await;
    assert_eq!(running.outcome().await, Outcome::Quit);
    // On a busy machine the kill may take longer than quitting waits for it.
    while !command.is_gone() {
        sleep(Duration::from_millis(5)).await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn g04_closing_the_tab_ends_the_password_command() {
    let command = SlowCommand::new();
    let mut app = App::new(settings());
    let first = app.open(Profile { password: command.source(), ..Profile::new("here", target()) });
    let running = Running::start_and_close(app, first);
    command.runs().await;
    running.press("ctrl-w").await;
    while !command.is_gone() {
        sleep(Duration::from_millis(5)).await;
    }
    running.press("q").await;
    assert_eq!(running.outcome().await, Outcome::Quit);
}
