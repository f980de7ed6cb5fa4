//! What a frame, a key and a letter of the filter cost with a million topics, all open, on a screen of 200 x 60.
//! Run with `cargo bench --bench draw [-- NAME]`. The goal of every `frame` is 2 ms; each `key` includes its frame.
#![allow(missing_docs, reason = "the macros of criterion make public functions")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use mqtt_tui::app::{self, Action, App, Command, Settings, Sort, arrange_fully, update};
use mqtt_tui::config::{Colours, Look, Profile, Themes};
use mqtt_tui::model::{ConnectionId, Message, Moment, QoS, SessionEvent, Target};
use mqtt_tui::store::{Limits, TopicId};
use mqtt_tui::ui::{self, Appearance, Cache};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SCREEN: (u16, u16) = (200, 60);
const PAYLOAD: &[u8] =
    br#"{"temperature":20.4,"humidity":48,"battery":97,"linkquality":112,"state":"ON","last":"2026-11-20"}"#;

/// The program without broker and terminal, at a moment of its own.
struct Bench {
    app: App,
    now: Moment,
    themes: Themes,
    appearance: Appearance,
    cache: Cache,
    terminal: Terminal<TestBackend>,
    /// Topics that came after the first ones.
    topics: usize,
}

impl Bench {
    /// A program that has received one message on each of `topics`.
    fn new(topics: impl Iterator<Item = String>) -> Self {
        let look = Look { colours: Colours::True, ascii: false };
        let (themes, _) = Themes::load(None, look.colours);
        let settings = Settings {
            read_only: false,
            themes: themes.names().map(str::to_owned).collect(),
            limits: Limits { bytes: 512 << 20, ..Limits::default() },
        };
        let mut app = App::new(settings);
        drop(app.open(Profile::new("bench", target())));
        app.size = SCREEN;
        let now = Moment { mono_us: 5_000_000, wall_ms: 1_800_000_000_000 };
        let Ok(terminal) = Terminal::new(TestBackend::new(SCREEN.0, SCREEN.1));
        let appearance = Appearance { look, zone: TimeZone::UTC };
        let mut bench = Self { app, now, themes, appearance, cache: Cache::default(), terminal, topics: 0 };
        for topic in topics {
            bench.now = bench.now.plus(Duration::from_micros(20));
            bench.receive(topic);
        }
        bench.frame();
        bench
    }

    /// A frame for a hundred topics more under the branch of [`flat`].
    fn newcomers(&mut self, count: usize) {
        for _ in 0..100 {
            self.topics += 1;
            self.receive(format!("devices/{:07}x{}", self.topics * 7_919 % count, self.topics));
        }
        self.frame();
    }

    fn receive(&mut self, topic: String) {
        self.receive_payload(topic, Bytes::from_static(PAYLOAD));
    }

    fn receive_payload(&mut self, topic: String, payload: Bytes) {
        let message = Message {
            topic,
            payload,
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            properties: None,
            received: self.now,
        };
        update(&mut self.app, Action::Session(ConnectionId(0), SessionEvent::Message(message)), self.now);
    }

    /// Opens every branch.
    fn open_all(mut self) -> Self {
        let connection = self.app.connection_mut();
        let first: Vec<TopicId> = connection.store.children(TopicId::ROOT).collect();
        for node in first {
            connection.tree.set_open_below(node, true, &connection.store);
        }
        self.frame();
        self
    }

    fn run(&mut self, command: Command) {
        update(&mut self.app, Action::Run(command), self.now);
        self.frame();
    }

    /// Puts text into the line that is typed, without looking at the screen between two letters.
    fn type_in(&mut self, text: &str) {
        update(&mut self.app, Action::Paste(text.to_owned()), self.now);
    }

    fn letter(&mut self, letter: char) {
        let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
        update(&mut self.app, Action::Key(key), self.now);
        self.frame();
    }

    /// Sets out for the moment after this part of all messages.
    fn jump(&mut self, part: f64) {
        let store = &mut self.app.connection_mut().store;
        let Some(span) = store.span() else { return };
        let (first, last) = (span.first.1.mono_us as f64, span.last.1.mono_us as f64);
        let until = (first + (last - first) * part) as u64;
        if let Some(to) = store.message_at(|at| at.mono_us <= until) {
            store.travel(to);
        }
    }

    /// Does all the work that waits.
    fn arrive(&mut self) {
        while self.app.has_work() {
            app::work(&mut self.app);
        }
    }

    /// What the runtime does for a frame, 33 ms after the last one.
    fn frame(&mut self) {
        self.now = self.now.plus(Duration::from_millis(33));
        drop(arrange_fully(&mut self.app, self.now));
        let Self { app, now, themes, appearance, cache, terminal, .. } = self;
        if let Some(theme) = themes.get(0) {
            let Ok(_) = terminal.draw(|frame| ui::view(app, theme, appearance, *now, cache, frame));
        }
        app::after_view(app, &cache.measured);
    }
}

fn target() -> Target {
    Target::new("127.0.0.1", 1883, "bench")
}

/// A million topics over 20 sites, 50 lines and 1,000 devices each.
fn plant() -> impl Iterator<Item = String> + Clone {
    (0..1_000_000).map(|n| format!("plant/site{:02}/line{:02}/device{:03}", n % 20, n / 20 % 50, n / 1_000))
}

/// `count` topics under one branch.
fn flat(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |n| format!("devices/{:07}", n * 7_919 % count))
}

fn frames(c: &mut Criterion) {
    let mut group = c.benchmark_group("frame");
    let mut bench = Bench::new(plant()).open_all();
    for (name, command) in [("top", Command::Top), ("bottom", Command::Bottom), ("middle", Command::PageUp)] {
        bench.run(command);
        group.bench_function(format!("1 M open, {name}"), |b| b.iter(|| bench.frame()));
    }
    group.bench_function("1 M open, while messages come", |b| {
        let mut topics = plant().cycle();
        b.iter(|| {
            topics.by_ref().take(100).for_each(|topic| bench.receive(topic));
            bench.frame();
        });
    });
    let before = bench.now;
    group.bench_function("1 M open, arrange only", |b| b.iter(|| arrange_fully(&mut bench.app, before)));
    drop(bench);

    let mut bench = Bench::new(plant());
    group.bench_function("1 M closed", |b| b.iter(|| bench.frame()));
    drop(bench);

    for (name, count) in [("100 k siblings", 100_000), ("1 M siblings", 1_000_000)] {
        let mut bench = Bench::new(flat(count)).open_all();
        group.bench_function(format!("{name}, 100 new ones a frame"), |b| {
            b.iter(|| bench.newcomers(count));
        });
        bench.run(Command::FilterTree);
        bench.letter('1');
        group.bench_function(format!("{name} filtered, 100 new ones a frame"), |b| {
            b.iter(|| bench.newcomers(count));
        });
    }
}

/// One topic with a million messages.
fn history(c: &mut Criterion) {
    let mut group = c.benchmark_group("history");
    let mut bench = Bench::new(std::iter::repeat_n("load/device".to_owned(), 1_000_000)).open_all();
    bench.run(Command::Down);
    group.bench_function("the newest of 1 M", |b| b.iter(|| bench.frame()));
    bench.run(Command::PreviousPane);
    for command in [Command::Bottom, Command::PageUp, Command::Up, Command::Top] {
        group.bench_function(format!("{command:?} of 1 M"), |b| b.iter(|| bench.run(command)));
    }
    bench.run(Command::Bottom);
    group.bench_function("the oldest of 1 M, while messages come", |b| {
        b.iter(|| {
            (0..100).for_each(|_| bench.receive("load/device".to_owned()));
            bench.frame();
        });
    });
}

fn keys(c: &mut Criterion) {
    let mut group = c.benchmark_group("key");
    for (shape, mut bench) in [
        ("1 M open", Box::new(Bench::new(plant()).open_all())),
        ("1 M siblings", Box::new(Bench::new(flat(1_000_000)).open_all())),
    ] {
        for (name, command) in [
            ("down", Command::Down),
            ("page down", Command::PageDown),
            ("bottom", Command::Bottom),
            ("up", Command::Up),
            ("page up", Command::PageUp),
            ("top", Command::Top),
        ] {
            group.bench_function(format!("{shape}: {name}"), |b| b.iter(|| bench.run(command)));
        }
        group.bench_function(format!("{shape}: bottom and top"), |b| {
            b.iter(|| {
                bench.run(Command::Bottom);
                bench.run(Command::Top);
            });
        });
        bench.run(Command::Top);
        group.bench_function(format!("{shape}: close and open all below"), |b| {
            b.iter(|| {
                bench.run(Command::CollapseBelow);
                bench.run(Command::ExpandBelow);
            });
        });
    }
}

fn filter(c: &mut Criterion) {
    let mut group = c.benchmark_group("filter");
    group.sample_size(20);
    let mut bench = Bench::new(plant()).open_all();
    bench.run(Command::FilterTree);
    // Each typed at the end of what stands there already; taking it away is not measured.
    for (name, before, letter) in [
        ("every topic matches", "d", 'e'),
        ("one in ten", "device1", '2'),
        ("few", "line07/device12", '3'),
        ("words", "site07 line device1 ", '2'),
        ("a pattern", "plant/+/line07/", '#'),
        ("an expression", "/site0[1-3].*device\\d*7", '/'),
        ("a heavy expression", r"/([a-z0-9]+\d[a-z]*/){2,9}.*(line|site)[^/]*\w{2,3}", '/'),
        ("a payload", "payload:humid", 'i'),
        ("a payload by expression", "payload:/temp.*48", '/'),
        ("a negation", "!device99", '9'),
        ("an age", "age:<60", 's'),
    ] {
        // The key itself; then, of the pieces that follow it, the longest one; then all of them.
        for (part, pick) in [
            ("", (|key, _, _| key) as fn(Duration, Duration, Duration) -> Duration),
            (", longest piece", |_, longest, _| longest),
            (", to the end", |_, _, all| all),
        ] {
            group.bench_function(format!("1 M: {name}{part}"), |b| {
                b.iter_custom(|times| {
                    (0..times)
                        .map(|_| {
                            bench.run(Command::ClearFilter);
                            bench.run(Command::FilterTree);
                            bench.type_in(before);
                            let begun = Instant::now();
                            bench.letter(letter);
                            let key = begun.elapsed();
                            let mut longest = Duration::ZERO;
                            while bench.app.has_work() {
                                let begun = Instant::now();
                                app::work(&mut bench.app);
                                longest = longest.max(begun.elapsed());
                            }
                            // A bench must not read zero.
                            pick(key, longest.max(Duration::from_nanos(1)), begun.elapsed())
                        })
                        .sum()
                });
            });
        }
    }
    group.bench_function("1 M: a frame while filtered", |b| b.iter(|| bench.frame()));
}

fn sorting(c: &mut Criterion) {
    let mut group = c.benchmark_group("sort");
    group.sample_size(20);
    let mut bench = Bench::new(flat(100_000)).open_all();
    for sort in [Sort::Name, Sort::Messages, Sort::Rate, Sort::Last] {
        group.bench_function(format!("100 k siblings by {}", sort.label()), |b| {
            b.iter_batched(
                || (),
                |()| {
                    bench.app.connection_mut().tree.set_sort(sort);
                    bench.frame();
                },
                BatchSize::PerIteration,
            );
        });
    }
}

/// Six lines of 200,000 points each: as many as are kept one by one.
fn chart(c: &mut Criterion) {
    const LINES: usize = 6;
    let mut group = c.benchmark_group("chart");
    let mut bench = Bench::new((0..LINES).map(|line| format!("load/device{line}"))).open_all();
    let mut noise = 0_u64;
    let mut feed = |bench: &mut Bench, messages: usize| {
        for message in 0..messages {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            bench.now = bench.now.plus(Duration::from_millis(3));
            let payload = format!("{{\"id\":{message},\"temperature\":{}.25}}", noise >> 57);
            bench.receive_payload(format!("load/device{}", message % LINES), Bytes::from(payload));
        }
    };
    feed(&mut bench, LINES * 200_000);
    // The second number in the menu; what it takes to read the line.
    let add = |bench: &mut Bench| {
        bench.run(Command::ChartNumber);
        bench.run(Command::Down);
        bench.run(Command::ChooseItem);
        let begun = std::time::Instant::now();
        while bench.app.has_work() {
            drop(app::work(&mut bench.app));
        }
        begun.elapsed()
    };
    for _ in 0..LINES {
        bench.run(Command::Down);
        add(&mut bench);
        bench.run(Command::CloseChart);
    }
    group.bench_function("reading 200 k messages into a line", |b| {
        b.iter_custom(|times| {
            let again = |_| {
                bench.run(Command::ChartNumber);
                bench.run(Command::Down);
                bench.run(Command::ChooseItem);
                bench.run(Command::RemoveSeries);
                bench.run(Command::CloseChart);
                let took = add(&mut bench);
                bench.run(Command::CloseChart);
                took
            };
            (0..times).map(again).sum()
        });
    });
    add(&mut bench);
    group.bench_function("frame, all of 6 x 200 k points", |b| b.iter(|| bench.frame()));
    bench.run(Command::ZoomPane);
    group.bench_function("frame, all of them over the whole screen", |b| b.iter(|| bench.frame()));
    bench.run(Command::ZoomIn);
    group.bench_function("frame, half of them", |b| b.iter(|| bench.frame()));
    group.bench_function("key: cursor to the point before", |b| b.iter(|| bench.run(Command::ChartLeft)));
    bench.run(Command::ChartLive);
    group.bench_function("100 messages and a frame", |b| {
        b.iter(|| {
            feed(&mut bench, 100);
            bench.frame();
        });
    });
}

/// The topic of the nth message.
type TopicOf = Box<dyn Fn(usize) -> String>;

/// A million messages on a hundred thousand topics, four levels deep or all under one branch, looked at in the past.
fn travel(c: &mut Criterion) {
    let mut group = c.benchmark_group("travel");
    group.sample_size(20);
    let spread =
        |n: usize| format!("plant/site{:02}/line{:02}/device{:03}", n % 20, n / 20 % 50, n / 1_000 % 100);
    let shapes: [(&str, TopicOf); 2] = [
        ("100 k topics", Box::new(spread)),
        ("100 k siblings", Box::new(|n| format!("devices/{:06}", n * 7_919 % 100_000))),
    ];
    for (shape, topic) in shapes {
        let mut bench = Bench::new((0..1_000_000).map(topic)).open_all();
        bench.run(Command::Pause);
        bench.arrive();
        bench.run(Command::StepBack);
        for (name, part) in [("near the end", 0.9), ("in the middle", 0.5), ("near the start", 0.05)] {
            bench.jump(part);
            bench.arrive();
            group.bench_function(format!("{shape}, {name}: frame"), |b| b.iter(|| bench.frame()));
            let mut back = false;
            group.bench_function(format!("{shape}, {name}: step and frame"), |b| {
                b.iter(|| {
                    back = !back;
                    bench.run(if back { Command::StepBack } else { Command::StepForward });
                });
            });
            bench.arrive();
        }
        group.bench_function(format!("{shape}: a piece of a far jump"), |b| {
            b.iter_batched(
                || (),
                |()| {
                    if !bench.app.has_work() {
                        bench.app.connection_mut().store.end_travel();
                        bench.jump(0.05);
                    }
                    app::work(&mut bench.app);
                },
                BatchSize::PerIteration,
            );
        });
        group.bench_function(format!("{shape}: a jump over 950 k messages"), |b| {
            b.iter(|| {
                bench.app.connection_mut().store.end_travel();
                bench.jump(0.05);
                bench.arrive();
            });
        });
        let past =
            |bench: &Bench| bench.app.connection().store.span().map(|span| (span.first.1, span.last.1));
        group.bench_function(format!("{shape}: the bar of the scrubber"), |b| {
            b.iter(|| {
                let (first, last) = past(&bench)?;
                Some(bench.app.connection().store.density(160, first.mono_us, last.mono_us))
            });
        });
    }
}

criterion_group!(benches, frames, history, keys, filter, sorting, travel, chart);
criterion_main!(benches);
