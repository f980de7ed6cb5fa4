//! The explorer as a program: sessions, terminal and loop put together, and taken apart again on every way out.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::mpsc::channel;
use tokio_util::sync::CancellationToken;

use super::known::Known;
use super::resolve::LookChoice;
use super::{USAGE, output};
use crate::app::{App, Settings};
use crate::broker::fleet::DEMO_SEED;
use crate::broker::{Broker, BrokerOptions, demo};
use crate::config::{Look, Profile, Themes, config_dir, starters};
use crate::model::{Clock, Severity, Target};
use crate::runtime::{self, Demo, EVENT_CAPACITY, Errands, EventLoop, Input, Outcome, Signals};
use crate::store::Limits;
use crate::ui::Appearance;

/// A broker and fleet of our own to explore.
pub(super) struct Bundled {
    pub(super) seed: u64,
}

/// What the explorer begins with.
pub(super) enum Start {
    /// The connections screen.
    Connections,
    /// A connection of this profile. An empty client id becomes a random one.
    Open(Box<Profile>),
}

/// What the explorer is given beside.
pub(super) struct Launch {
    pub(super) known: Known,
    pub(super) look: LookChoice,
    /// Lines to begin with, after those about the user's files.
    pub(super) notices: Vec<(Severity, String)>,
}

/// Runs the explorer until it is left.
pub(super) fn run(start: Start, launch: Launch, bundled: Option<Bundled>) -> ExitCode {
    if let Err(fault) = runtime::require_terminal() {
        return output::fail(USAGE, &fault);
    }
    runtime::install_panic_hook();
    // One thread: handing batches of messages to another costs more than it gains.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(explore(start, launch, bundled));
            // Blocked name look-ups and the like must not hold the exit.
            runtime.shutdown_background();
            result
        }
        Err(fault) => Err(fault),
    };
    runtime::leave();
    match result {
        Ok(Outcome::Quit) => ExitCode::SUCCESS,
        Ok(Outcome::Signal(code)) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Ok(Outcome::TerminalGone) => ExitCode::from(129),
        Err(fault) => output::fail(1, &fault.to_string()),
    }
}

async fn explore(mut start: Start, launch: Launch, bundled: Option<Bundled>) -> io::Result<Outcome> {
    let choice = launch.look;
    let variable = |name: &str| std::env::var(name).ok();
    let look = Look::detect(variable, choice.never_colour.value, choice.ascii.value);
    let folder = config_dir().map(|folder| folder.join("themes"));
    let (themes, faults) = Themes::load(folder.as_deref(), look.colours);
    let clock = Clock::start();
    let stop = CancellationToken::new();
    let own = match (bundled, &mut start) {
        (Some(bundled), Start::Open(profile)) => {
            Some(start_bundled(bundled, &mut profile.target, stop.clone()).await?)
        }
        _ => None,
    };
    let limits = Limits { bytes: choice.memory.value, ..Limits::default() };
    let read_only = choice.read_only.value;
    let settings = Settings { read_only, themes: themes.names().map(str::to_owned).collect(), limits };
    let mut app = App::new(settings);
    app.zone = TimeZone::system();
    let faults_of_files = launch.known.faults().map(|fault| (Severity::Error, fault.to_string()));
    let warnings = launch.known.warnings().map(|warning| (Severity::Warning, warning));
    for (severity, text) in faults_of_files.chain(warnings).chain(launch.notices) {
        app.notices.push(clock.now(), severity, text);
    }
    app.book = launch.known.book;
    app.ready = starters();
    app.defaults = launch.known.settings;
    let first = match start {
        Start::Open(profile) => app.open(*profile),
        Start::Connections => Vec::new(),
    };
    for fault in faults {
        app.notices.push(clock.now(), Severity::Warning, fault);
    }
    if let Some(wanted) = &choice.theme.value {
        match themes.position(wanted) {
            Some(index) => app.theme = index,
            None => app.notices.push(clock.now(), Severity::Warning, format!("there is no theme '{wanted}'")),
        }
    }
    let (sender, events) = channel(EVENT_CAPACITY);
    // Before the terminal is taken: from then on no signal may find its default, which would leave it raw.
    let signals = Signals::listen()?;
    let (terminal, output) = runtime::enter().map_err(terminal_fault)?;
    let mut event_loop = EventLoop {
        app,
        output: Some(output),
        terminal,
        input: Input::start()?,
        sessions: HashMap::new(),
        sender,
        events,
        first,
        demo: Some(demo_starter(stop.clone())),
        errands: Errands::default(),
        clock,
        themes,
        appearance: Appearance { look, zone: TimeZone::system() },
        signals: Some(signals),
        real_terminal: true,
    };
    tokio::spawn(async { runtime::panic_if_asked("task") });
    let outcome = event_loop.run().await.map_err(terminal_fault);
    // The screen is given back first: saying goodbye to a broker may take a moment.
    runtime::leave();
    Box::pin(event_loop.close()).await;
    stop.cancel();
    if let Some(own) = own {
        let _ = tokio::time::timeout(Duration::from_millis(300), own).await;
    }
    outcome
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn terminal_fault(fault: io::Error) -> io::Error {
    io::Error::new(fault.kind(), format!("the terminal failed: {fault}"))
}

/// Starts the bundled broker from the connections screen. It ends with the program.
fn demo_starter(stop: CancellationToken) -> Demo {
    Box::new(move || {
        let stop = stop.clone();
        Box::pin(async move {
            let mut target = Target { filters: Profile::everything(), ..Target::new("127.0.0.1", 0, "") };
            let started = start_bundled(Bundled { seed: DEMO_SEED }, &mut target, stop).await;
            started.map(|_| target).map_err(|fault| format!("the bundled broker does not start: {fault}"))
        })
    })
}

/// Starts the bundled broker and the fleet; the task ends when told to stop.
async fn start_bundled(
    bundled: Bundled,
    target: &mut Target,
    stop: CancellationToken,
) -> io::Result<tokio::task::JoinHandle<()>> {
    let options = BrokerOptions { port: 0, sys_interval: Duration::from_secs(1), ..BrokerOptions::default() };
    let broker = Broker::start(options).await.map_err(|fault| io::Error::other(fault.to_string()))?;
    let address: SocketAddr = broker.address();
    target.host = address.ip().to_string();
    target.port = address.port();
    Ok(tokio::spawn(async move {
        // A fleet that stops leaves the broker; the explorer shows what it shows.
        let _ = demo::run(&broker, bundled.seed, stop.clone()).await;
        stop.cancelled().await;
        broker.stop().await;
    }))
}
