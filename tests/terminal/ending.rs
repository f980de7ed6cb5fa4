//! Every way to die: signals, panics, a terminal that goes away or takes nothing more.

use std::time::Duration;

use rustix::process::Signal;

use crate::harness::{Launch, Terminal};
use crate::stage::Notary;
use crate::strict::{self, Written};

/// Far more than it takes, even on a busy machine.
const QUICK: Duration = Duration::from_secs(5);

/// The terminal as it was, as far as the emulator and the bytes can tell.
fn assert_given_back(terminal: &Terminal) -> Written {
    let written = strict::read(&terminal.bytes());
    for mode in [1049, 1000, 1002, 1003, 1006, 1015, 2004] {
        assert_eq!(written.modes.get(&mode), Some(&false), "mode {mode} is undone");
    }
    assert!(written.is_on(25), "the cursor is shown");
    terminal.look(|screen| assert!(!screen.alternate_screen()));
    written
}

fn connected_to(notary: &Notary) -> Terminal {
    let terminal = Launch::new(&["connect", &format!("127.0.0.1:{}", notary.port)]).start();
    terminal.wait_for("granted");
    terminal
}

#[test]
fn f03_a_deadly_signal_restores_the_terminal_and_says_goodbye_to_the_broker() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let notary = Notary::start();
        let mut terminal = connected_to(&notary);
        terminal.signal(signal);
        let ended = terminal.wait_for_end();
        assert_eq!(ended.code, code, "{signal:?}");
        assert!(ended.restored, "{signal:?}: modes of the terminal");
        assert!(ended.after < QUICK, "{signal:?}: {:?}", ended.after);
        assert_given_back(&terminal);
        let packets = notary.packets();
        assert_eq!(
            packets.last().map(|packet| packet[0]),
            Some(0xE0),
            "{signal:?}: DISCONNECT ends {packets:02x?}"
        );
    }
}

#[test]
fn f03_a_signal_at_any_moment_of_the_start_leaves_no_raw_terminal() {
    for delay in (0..60).step_by(4) {
        let mut terminal = Launch::new(&["demo"]).start();
        std::thread::sleep(Duration::from_millis(delay));
        terminal.signal(Signal::TERM);
        let ended = terminal.wait_for_end();
        assert!(ended.restored, "after {delay} ms: modes of the terminal");
        let written = strict::read(&terminal.bytes());
        assert!(!written.is_on(1049) && !written.is_on(2004) && !written.is_on(1003), "after {delay} ms");
        assert!(written.is_on(25), "after {delay} ms: the cursor is shown");
    }
}

/// A demo whose terminal has stopped taking what is written.
fn stalled() -> Terminal {
    let mut terminal = Launch::new(&["demo"]).size(200, 60).start();
    terminal.wait_for_topics(100);
    terminal.stall();
    // Repaints until the terminal's buffers are full, and copies on top.
    for _ in 0..100 {
        terminal.keys("tYt");
    }
    std::thread::sleep(Duration::from_secs(1));
    terminal
}

#[test]
fn f03_a_signal_is_obeyed_while_the_terminal_takes_nothing() {
    let mut terminal = stalled();
    terminal.signal(Signal::TERM);
    let ended = terminal.wait_for_child();
    assert_eq!(ended.code, 143);
    assert!(ended.after < QUICK, "{:?}", ended.after);
    assert!(ended.restored, "the modes at least are given back");
}

#[test]
fn a_terminal_that_takes_nothing_can_be_left() {
    let mut terminal = stalled();
    terminal.keys("q");
    let ended = terminal.wait_for_child();
    assert_eq!(ended.code, 0);
    assert!(ended.after < QUICK, "{:?}", ended.after);
    assert!(ended.restored, "the modes at least are given back");
}

#[cfg(debug_assertions)]
#[test]
fn f01_a_panic_while_drawing_is_an_orderly_end() {
    panic_in("view");
}

#[cfg(debug_assertions)]
#[test]
fn f02_a_panic_in_another_task_is_an_orderly_end() {
    panic_in("task");
}

#[cfg(debug_assertions)]
fn panic_in(place: &str) {
    let mut terminal = Launch::new(&["demo"]).variable("MQTT_TUI_TEST_PANIC", place).start();
    let ended = terminal.wait_for_end();
    assert_eq!(ended.code, 101);
    assert!(ended.restored, "modes of the terminal");
    let written = assert_given_back(&terminal);
    let (_, last_words) =
        written.text.rsplit_once("mqtt-tui stopped by a fault of its own").expect("the message");
    assert!(last_words.contains("asked to by a test"), "{last_words}");
    assert!(last_words.contains("/issues"), "{last_words}");
    let screen = terminal.screen();
    assert!(screen.contains("mqtt-tui stopped by a fault of its own"), "on the user's screen: {screen}");
    assert!(!screen.contains("Topics"), "nothing is drawn over it: {screen}");
}

/// Waits until the process, whoever its parent is, is no more.
fn assert_gone(pid: rustix::process::Pid, what: &str) {
    let deadline = std::time::Instant::now() + QUICK;
    while std::path::Path::new(&format!("/proc/{pid}")).exists() {
        if std::time::Instant::now() > deadline {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
            panic!("{what}: still there");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn f04_a_closed_terminal_ends_the_program() {
    let mut terminal = Launch::new(&["demo"]).script("exec \"$@\" 2>errors").start();
    terminal.wait_for_topics(100);
    terminal.close();
    let ended = terminal.wait_for_child();
    let errors = std::fs::read_to_string(terminal.home().join("errors")).unwrap();
    assert_eq!((ended.code, errors.as_str()), (129, ""));
    assert!(ended.after < QUICK, "{:?}", ended.after);
}

#[test]
fn f04_a_closed_terminal_ends_the_program_when_sighup_is_ignored() {
    let mut terminal = Launch::new(&["demo"]).script("trap '' HUP; exec \"$@\"").start();
    terminal.wait_for_topics(100);
    terminal.close();
    let ended = terminal.wait_for_child();
    assert_eq!(ended.code, 129);
    assert!(ended.after < QUICK, "{:?}", ended.after);
}

#[test]
fn f04_a_closed_terminal_ends_the_program_when_no_signal_comes() {
    // In a session of its own the program gets no SIGHUP: it has to notice by itself.
    let script = "trap '' HUP; exec 3<&0; setsid \"$@\" <&3 & echo $! >pid; wait";
    let mut terminal = Launch::new(&["demo"]).script(script).start();
    terminal.wait_for_topics(100);
    let pid = std::fs::read_to_string(terminal.home().join("pid")).unwrap();
    let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    terminal.close();
    assert_gone(pid, "the program in a session of its own");
}

#[test]
fn f05_a_reader_that_leaves_is_no_fault() {
    let script = "\"$@\" | head -1; echo done";
    let mut terminal = Launch::new(&["keys"]).script(script).start();
    assert_eq!(terminal.wait_for_end().code, 0);
    let screen = terminal.screen();
    assert_eq!(screen.lines().count(), 2, "{screen}");
    assert!(screen.contains("topics.filter") && screen.contains("done"), "{screen}");
}
