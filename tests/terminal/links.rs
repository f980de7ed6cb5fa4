//! Brokers that are there, go away, come back, or never were; the bundled one in this process and a real mosquitto.

use std::cell::RefCell;
use std::collections::HashSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::mosquitto::Mosquitto;
use crate::common::mosquitto_tool;
use crate::harness::{Ended, Launch, Terminal};
use crate::stage::{Stage, unused_port};

/// Far more than it takes, even on a busy machine.
const QUICK: Duration = Duration::from_secs(5);

fn connect(target: &str) -> Terminal {
    Launch::new(&["connect", target]).start()
}

/// The row of a topic's level as its columns, from the level on.
fn row(terminal: &Terminal, level: &str) -> String {
    let screen = terminal.screen();
    let line = screen.lines().find(|line| line.contains(level)).unwrap_or_default().to_owned();
    line.split(level).nth(1).and_then(|rest| rest.split('│').next()).unwrap_or_default().trim().to_owned()
}

fn wait_for_row(terminal: &Terminal, level: &str, words: &[&str]) {
    terminal.wait_until(&format!("{words:?} in the row of {level}"), |screen| {
        screen.contents().lines().any(|line| {
            let line = line.split_once(level).map_or("", |(_, rest)| rest);
            words.iter().all(|word| line.split_whitespace().any(|other| other == *word))
        })
    });
}

fn quit(terminal: &mut Terminal) -> Ended {
    terminal.keys("q");
    let ended = terminal.wait_for_end();
    assert_eq!(ended.code, 0);
    ended
}

/// Number of the attempt and seconds left, as the banner tells them.
fn countdown(screen: &str) -> Option<(u32, u32)> {
    let (_, rest) = screen.split_once("Attempt ")?;
    let (attempt, rest) = rest.split_once(" in ")?;
    let (seconds, _) = rest.split_once(" s")?;
    Some((attempt.parse().ok()?, seconds.parse().ok()?))
}

#[test]
fn c08_a_broker_that_dies_and_comes_back() {
    let mut stage = Stage::start();
    let mut terminal = connect(&stage.target());
    terminal.wait_for("No message has come yet");
    for number in 0..37 {
        stage.publish("kitchen/temperature", format!("{number} degrees").as_bytes(), false);
    }
    for number in 0..5 {
        stage.publish("kitchen/door", format!("moved {number}").as_bytes(), false);
    }
    // On the branch, so that the name of no topic is a title.
    terminal.wait_for("door");
    terminal.keys("g");
    terminal.wait_for("No message on this level");
    wait_for_row(&terminal, "temperature", &["37"]);
    wait_for_row(&terminal, "door", &["5"]);
    wait_for_row(&terminal, "kitchen", &["42", "2", "topics"]);
    assert!(row(&terminal, "temperature").starts_with("36 degrees"), "{}", row(&terminal, "temperature"));

    stage.kill();
    terminal.wait_for("not connected");
    // By the end of the connection, not by the silence after it: that would take longer than is waited for here.
    terminal.wait_for("ended the connection: Server shutting down");
    // A countdown to the next attempt, which goes down.
    let seen = RefCell::new(HashSet::new());
    terminal.wait_until("a countdown", |screen| {
        let mut seen = seen.borrow_mut();
        let Some((attempt, seconds)) = countdown(&screen.contents()) else { return false };
        seen.insert((attempt, seconds));
        seen.contains(&(attempt, seconds + 1))
    });
    // What came is still there, and can be read.
    wait_for_row(&terminal, "temperature", &["37"]);
    terminal.keys("G");
    terminal.wait_for("36 degrees");

    stage.open();
    // Not waiting for the countdown.
    terminal.keys("x");
    terminal.wait_without("not connected");
    terminal.wait_for("MQTT 5");
    terminal.wait_without("Attempt");
    // Published until the new subscription carries it.
    let deadline = Instant::now() + Duration::from_secs(20);
    while !terminal.screen().contains("news") {
        assert!(Instant::now() < deadline, "{}", terminal.screen());
        stage.publish("kitchen/news", b"back again", false);
        std::thread::sleep(Duration::from_millis(50));
    }
    wait_for_row(&terminal, "temperature", &["37"]);
    quit(&mut terminal);
}

#[test]
fn c08_a_broker_that_comes_back_is_found_without_a_key() {
    let mut stage = Stage::start();
    let mut terminal = connect(&stage.target());
    terminal.wait_for("No message has come yet");
    stage.kill();
    terminal.wait_for("not connected");
    stage.open();
    stage.publish("retained/while/away", b"here", true);
    terminal.wait_for("MQTT 5");
    terminal.wait_for("away");
    quit(&mut terminal);
}

#[test]
fn c21_c01_without_a_broker_the_explorer_opens_and_says_so() {
    let port = unused_port();
    let mut terminal = connect(&format!("127.0.0.1:{port}"));
    terminal.wait_for("not connected");
    terminal.wait_for("Connection refused");
    terminal.wait_for("Is a broker listening there?");
    terminal.wait_for("Topics");
    // C27: nothing holds the exit up.
    let ended = quit(&mut terminal);
    assert!(ended.after < QUICK, "{:?}", ended.after);
}

#[test]
fn c27_leaving_a_broker_that_never_answers_is_quick() {
    // A listener whose backlog takes the connection, and never a byte.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut terminal = connect(&format!("127.0.0.1:{port}"));
    terminal.wait_for("CONNACK");
    let ended = quit(&mut terminal);
    assert!(ended.after < QUICK, "{:?}", ended.after);
}

fn publish(port: u16, topic: &str, payload: &str) {
    let program = mosquitto_tool("mosquitto_pub").expect("comes with mosquitto");
    let port = port.to_string();
    let arguments = ["-h", "127.0.0.1", "-p", &port, "-r", "-t", topic, "-m", payload];
    assert!(Command::new(program).args(arguments).status().unwrap().success());
}

#[test]
fn every_way_to_name_a_mosquitto_shows_its_topics() {
    let Some(mosquitto) = Mosquitto::start_with_sys_interval(1) else { return };
    publish(mosquitto.port, "workshop/lathe/speed", "1200 rpm");
    let port = mosquitto.port.to_string();
    let ways: [&[&str]; 4] = [
        &["connect", "localhost", "-p", &port],
        &["connect", &format!("localhost:{port}")],
        &["connect", &format!("mqtt://localhost:{port}")],
        &["connect", "-h", "localhost", "-p", &port, "-t", "workshop/#"],
    ];
    for way in ways {
        let mut terminal = Launch::new(way).start();
        terminal.wait_for("workshop");
        terminal.wait_for("1200 rpm");
        terminal.wait_for("$SYS");
        quit(&mut terminal);
    }
}

#[test]
fn c08_a_mosquitto_that_is_killed_and_started_again() {
    let Some(mut mosquitto) = Mosquitto::start() else { return };
    publish(mosquitto.port, "workshop/lathe/speed", "1200 rpm");
    let mut terminal = connect(&format!("localhost:{}", mosquitto.port));
    terminal.wait_for("1200 rpm");
    mosquitto.kill();
    terminal.wait_for("not connected");
    terminal.wait_for("1200 rpm");
    mosquitto.restart();
    publish(mosquitto.port, "workshop/drill/speed", "3000 rpm");
    terminal.wait_for("3000 rpm");
    terminal.wait_for("1200 rpm");
    terminal.wait_for("MQTT 5");
    quit(&mut terminal);
}

#[test]
fn a_message_published_from_the_pane_arrives_as_it_was_written() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    let mut listener = Subscriber::start(mosquitto.port, "workshop/#");
    let target = format!("localhost:{}", mosquitto.port);
    let mut terminal = Launch::new(&["connect", &target, "--no-sys"]).start();
    terminal.wait_for("No message has come yet");
    // Nothing is selected: the pane opens on the topic.
    terminal.keys("p");
    terminal.wait_for("Publish");
    terminal.keys("workshop/lathe/set\t");
    terminal.keys("on, 1200");
    // QoS 2, retained.
    terminal.keys("\x11\x11\x12");
    terminal.wait_for("[2]");
    terminal.wait_for("[x]");
    terminal.keys("\x13");
    terminal.wait_for("acknowledged in");
    assert_eq!(listener.line(), "workshop/lathe/set 2 0 on, 1200");
    let mut late = Subscriber::start(mosquitto.port, "workshop/lathe/set");
    assert_eq!(late.line(), "workshop/lathe/set 2 1 on, 1200", "retained for those who come later");
    terminal.escape();
    terminal.wait_for("lathe");
    quit(&mut terminal);
}

/// A `mosquitto_sub` that waits for one message.
struct Subscriber {
    process: Child,
}

impl Subscriber {
    fn start(port: u16, filter: &str) -> Self {
        let program = mosquitto_tool("mosquitto_sub").expect("comes with mosquitto");
        let port = port.to_string();
        let arguments = [
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-q",
            "2",
            "-t",
            filter,
            "-F",
            "%t %q %r %p",
            "-C",
            "1",
            "-W",
            "30",
        ];
        let process = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        // It says nothing when it is subscribed; a retained probe would change what the tests look at.
        std::thread::sleep(Duration::from_millis(300));
        Self { process }
    }

    fn line(&mut self) -> String {
        let mut text = String::new();
        std::io::Read::read_to_string(self.process.stdout.as_mut().unwrap(), &mut text).unwrap();
        self.process.wait().unwrap();
        text.trim_end().to_owned()
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
