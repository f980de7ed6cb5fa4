//! The whole program against mosquitto: what it costs, how fast it answers, and `mosquitto_sub` beside it in the same run.
//!
//! ```text
//! cargo bench --bench program                 everything, about three minutes
//! cargo bench --bench program -- flood keys   only these: size start idle keys tabs flood retained
//! ```
//!
//! Needs Linux, and `mosquitto` and `mosquitto_sub` installed. Brokers are started on free loopback ports and end with the run. The
//! program runs in a pseudo-terminal of 220 x 60. CPU is what the kernel accounts to all threads of a process. On a busy
//! machine trust the ratios, which are taken at the same time, more than the absolute figures.
#![allow(clippy::print_stdout, reason = "a measuring program prints what it measured")]

mod broker;
mod process;
mod publisher;
mod report;
mod terminal;

use std::error::Error;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use broker::{Mosquitto, Subscriber};
use process::Usage;
use publisher::{Flood, Publisher, packet};
use report::{Goal, median, ninety_ninth};
use terminal::{Program, Screen};

/// A name to ask for it by, and a measurement.
type Measurement = (&'static str, fn() -> Result<()>);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Messages a second of the flood.
const RATE: u64 = 50_000;
/// Topics of the flood.
const FLOOD_TOPICS: usize = 1_000;
/// Topics of the large tree.
const MANY: usize = 100_000;
const JSON: &str =
    r#"{"temperature":20.4,"humidity":48,"battery":9,"linkquality":112,"state":"ON","updated":"2026-11-20"}"#;

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let all: [Measurement; 7] = [
        ("size", size),
        ("start", start),
        ("idle", idle),
        ("keys", keys),
        ("tabs", tabs),
        ("flood", flood),
        ("retained", retained),
    ];
    println!("load of this machine: {}", std::fs::read_to_string("/proc/loadavg")?.trim());
    for (name, measure) in all {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            println!("\n{name}");
            measure()?;
        }
    }
    Ok(())
}

fn size() -> Result<()> {
    let bytes = std::fs::metadata(terminal::BINARY)?.len();
    report::figure("binary", bytes as f64 / 1e6, "MB", Goal::Below(10.0));
    Ok(())
}

/// From starting the process to a first whole frame, on a broker that never answers.
fn start() -> Result<()> {
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let port = silent.local_addr()?.port();
    let mut times = Vec::new();
    for _ in 0..20 {
        let program = Program::start(port)?;
        let at = program.until(|screen| screen.text().contains("? help"))?;
        times.push(at - program.started);
        program.quit()?;
    }
    report::milliseconds("start to first frame, median of 20", median(&times), Goal::AtMost(20.0));
    Ok(())
}

/// CPU while nothing comes.
fn idle() -> Result<()> {
    for (what, sys_interval, goal) in [
        ("idle, connected, no traffic", 0, Goal::AtMost(0.1)),
        ("idle, only $SYS every 10 s", 10, Goal::None),
    ] {
        let broker = Mosquitto::start(sys_interval)?;
        let program = Program::start(broker.port)?;
        program.until(Screen::connected)?;
        sleep(Duration::from_secs(3));
        idle_share(what, &program, goal)?;
        program.quit()?;
    }
    Ok(())
}

fn idle_share(what: &str, program: &Program, goal: Goal) -> Result<()> {
    let (before, begun) = (Usage::of(program.pid)?, Instant::now());
    sleep(Duration::from_secs(10));
    let spent = Usage::of(program.pid)?.since(&before);
    let share = spent.cpu.as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0;
    report::figure(what, share, "% of a core", goal);
    println!("      {} context switches in 10 s", spent.switches);
    Ok(())
}

/// From a key to the moved selection.
fn keys() -> Result<()> {
    let broker = Mosquitto::start(10)?;
    let mut publisher = Publisher::connect(broker.port)?;
    publisher.retain((0..20).map(|n| format!("home/room{n}/climate")), JSON)?;
    let mut program = Program::start(broker.port)?;
    program.until(|screen| screen.topics() == Some(20))?;
    key_times("keys, idle", &mut program)?;
    program.quit()?;
    drop(broker);

    let broker = Mosquitto::start(10)?;
    let flood = Flood::start(broker.port, flood_packets(), RATE, Duration::from_secs(60))?;
    let mut program = Program::start(broker.port)?;
    program.until(|screen| screen.topics() == Some(FLOOD_TOPICS as u64))?;
    program.open_all("load")?;
    key_times(&format!("keys, {RATE} msg/s coming in"), &mut program)?;
    flood.stop()?;
    program.quit()?;
    drop(broker);

    let broker = Mosquitto::start(10)?;
    Publisher::connect(broker.port)?.retain(many(), JSON)?;
    let mut program = Program::start(broker.port)?;
    program.until(|screen| screen.topics() == Some(MANY as u64))?;
    program.open_all("plant")?;
    key_times(&format!("keys, {MANY} topics expanded"), &mut program)?;
    program.quit()
}

fn key_times(what: &str, program: &mut Program) -> Result<()> {
    let mut times = Vec::new();
    for sample in 0..200u64 {
        // Out of step with frames and seconds.
        sleep(Duration::from_millis(20 + sample * 7 % 23));
        let row = program.look(Screen::cursor_row).ok_or("nothing is selected")?;
        let key = if sample % 2 == 0 { "j" } else { "k" };
        let begun = Instant::now();
        program.press(key)?;
        let moved = program.until(|screen| screen.cursor_row().is_some_and(|now| now != row))?;
        times.push(moved - begun);
    }
    report::milliseconds(&format!("{what}, median"), median(&times), Goal::AtMost(5.0));
    report::milliseconds(&format!("{what}, 99th of 100"), ninety_ninth(&times), Goal::None);
    Ok(())
}

/// Ten connections in one program, each of them busy.
fn tabs() -> Result<()> {
    const TABS: usize = 10;
    const EACH: u64 = 5_000;
    let broker = Mosquitto::start(10)?;
    let flood = Flood::start(broker.port, flood_packets(), EACH, Duration::from_secs(120))?;
    let mut program = Program::start(broker.port)?;
    for tab in 2..=TABS {
        program.press("Co")?;
        program.until(|screen| screen.text().contains(&format!("127.0.0.1:{} ({tab})", broker.port)))?;
        program.until(|screen| screen.topics() == Some(FLOOD_TOPICS as u64))?;
    }
    program.open_all("load")?;
    let before = Usage::of(program.pid)?;
    let begun = Instant::now();
    key_times(&format!("keys, {TABS} connections with {EACH} msg/s each"), &mut program)?;
    let mut times = Vec::new();
    for sample in 0..100 {
        sleep(Duration::from_millis(20 + sample * 7 % 23));
        let first_line = |screen: &Screen| screen.text().lines().next().map(str::to_owned);
        let from = program.look(first_line).unwrap_or_default();
        let name = from.split(" · ").next().unwrap_or_default().to_owned();
        let pressed = Instant::now();
        program.press(">")?;
        let moved = program
            .until(|screen| first_line(screen).is_some_and(|line| !line.starts_with(&format!("{name} ·"))))?;
        times.push(moved - pressed);
    }
    report::milliseconds("to the next connection, median", median(&times), Goal::AtMost(50.0));
    report::milliseconds("to the next connection, 99th of 100", ninety_ninth(&times), Goal::AtMost(50.0));
    let spent = Usage::of(program.pid)?.since(&before);
    let share = spent.cpu.as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0;
    report::figure("CPU of the program meanwhile", share, "% of a core", Goal::None);
    let memory = process::memory(program.pid)?;
    report::figure("resident", memory.resident_mb, "MB", Goal::None);
    flood.stop()?;
    program.quit()
}

/// A flood taken in by the program and by `mosquitto_sub` at the same time.
fn flood() -> Result<()> {
    const ROUNDS: usize = 5;
    const LENGTH: Duration = Duration::from_secs(6);
    let broker = Mosquitto::start(10)?;
    let mut program = Program::start(broker.port)?;
    let subscriber = Subscriber::start(broker.port)?;
    program.until(Screen::connected)?;
    let (mut sent, mut ratios, mut own, mut other, mut lags) = (0, vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let (program_before, subscriber_before) = (Usage::of(program.pid)?, Usage::of(subscriber.pid())?);
        let flood = Flood::start(broker.port, flood_packets(), RATE, LENGTH)?;
        if sent == 0 {
            program.until(|screen| screen.topics() == Some(FLOOD_TOPICS as u64))?;
            program.press("g")?;
        }
        let here = flood.join()?;
        let ended = Instant::now();
        sent += here;
        let Ok(at) = program.until(|screen| screen.messages() == Some(sent)) else {
            let counted = program.look(Screen::messages);
            return Err(format!("sent {sent}, the program counts {counted:?}").into());
        };
        lags.push(at.saturating_duration_since(ended));
        sleep(Duration::from_millis(200));
        let micros = |spent: Usage| spent.cpu.as_secs_f64() * 1e6 / here as f64;
        own.push(micros(Usage::of(program.pid)?.since(&program_before)));
        other.push(micros(Usage::of(subscriber.pid())?.since(&subscriber_before)));
        ratios.push(own[own.len() - 1] / other[other.len() - 1]);
    }
    println!("    sent {sent} in {ROUNDS} rounds of {} s, counted {sent}", LENGTH.as_secs());
    report::figure("messages lost", 0.0, "", Goal::AtMost(0.0));
    report::milliseconds("behind when the last was sent, median", median(&lags), Goal::None);
    report::figure("CPU a message", median(&own), "us", Goal::None);
    report::figure("CPU a message, mosquitto_sub", median(&other), "us", Goal::None);
    report::figure("ratio to mosquitto_sub, median of rounds", median(&ratios), "", Goal::AtMost(0.9));
    let memory = process::memory(program.pid)?;
    report::figure("resident, everything received kept", memory.resident_mb, "MB", Goal::None);
    program.quit()
}

/// A broker with many retained topics.
fn retained() -> Result<()> {
    let broker = Mosquitto::start(0)?;
    Publisher::connect(broker.port)?.retain(many(), JSON)?;
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let program = Program::start(broker.port)?;
        let at = program.until(|screen| screen.topics() == Some(MANY as u64))?;
        own.push(at - program.started);
        program.quit()?;
        let begun = Instant::now();
        let port = broker.port.to_string();
        Command::new("mosquitto_sub")
            .args(["-p", &port, "-t", "#", "-C", &MANY.to_string()])
            .stdout(Stdio::null())
            .status()?;
        other.push(begun.elapsed());
    }
    report::milliseconds("start to 100,000 topics, median of 5", median(&own), Goal::AtMost(1000.0));
    report::milliseconds("mosquitto_sub, start to its end", median(&other), Goal::None);

    let mut program = Program::start(broker.port)?;
    program.until(|screen| screen.topics() == Some(MANY as u64))?;
    sleep(Duration::from_secs(3));
    idle_share("idle after 100,000 topics, collapsed", &program, Goal::AtMost(0.2))?;
    program.open_all("plant")?;
    sleep(Duration::from_secs(3));
    idle_share("idle after 100,000 topics, expanded", &program, Goal::AtMost(0.2))?;
    let memory = process::memory(program.pid)?;
    report::figure("resident", memory.resident_mb, "MB", Goal::AtMost(80.0));
    report::figure("resident at most", memory.peak_mb, "MB", Goal::AtMost(80.0));
    program.quit()
}

fn flood_packets() -> Vec<Vec<u8>> {
    (0..FLOOD_TOPICS).map(|n| packet(&format!("load/device{n:04}"), JSON, false)).collect()
}

fn many() -> impl Iterator<Item = String> {
    (0..MANY).map(|n| format!("plant/site{:02}/line{:02}/device{:03}", n % 20, n / 20 % 50, n / 1_000))
}
