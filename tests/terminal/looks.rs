//! Terminals of every size and ability: tiny, huge, without UTF-8, without colours, without a standard input.

use rustix::process::Signal;

use crate::harness::{Launch, Terminal};
use crate::strict::{self, Written};

fn demo(launch: Launch) -> Terminal {
    let terminal = launch.start();
    terminal.wait_for_topics(100);
    terminal
}

/// Waits for a frame that fills this size to its last column and row.
fn wait_for_frame(terminal: &Terminal, columns: u16, rows: u16) {
    terminal.wait_until(&format!("a frame of {columns} by {rows}"), |screen| {
        let lines: Vec<String> = screen.rows(0, columns).collect();
        let width = lines[1].trim_end().chars().count();
        lines[usize::from(rows) - 1].contains("filter")
            && lines[1].starts_with('╭')
            && width == usize::from(columns)
    });
}

#[test]
fn f08_any_size_is_survived_and_a_small_one_says_so() {
    let terminal = demo(Launch::new(&["demo"]));
    for (columns, rows) in
        [(1, 1), (5, 3), (20, 5), (39, 10), (40, 9), (500, 200), (2, 60), (300, 1), (40, 10)]
    {
        let before = terminal.bytes().len();
        terminal.resize(columns, rows);
        terminal.wait_for_bytes_beyond(before);
    }
    terminal.wait_for("Topics");
    terminal.resize(39, 12);
    terminal.wait_for("39 x 12 is too small");
    terminal.wait_for("40 x 10 will do");
    terminal.resize(40, 10);
    terminal.wait_for("Topics");
    terminal.resize(500, 200);
    terminal.wait_for("History");
    terminal.resize(20, 5);
    terminal.wait_for("too small");
    strict::read(&terminal.quit());
}

#[test]
fn f08_a_terminal_without_a_size_gets_one_later() {
    let mut terminal = Launch::new(&["demo"]).size(0, 0).start();
    terminal.wait_for_raw_mode();
    terminal.resize(100, 30);
    terminal.wait_for("Topics");
    terminal.resize(0, 0);
    terminal.resize(90, 25);
    wait_for_frame(&terminal, 90, 25);
    terminal.keys("?");
    terminal.wait_for("Help");
    terminal.escape();
    strict::read(&terminal.quit());
}

#[test]
fn f08_q_quits_a_small_terminal_whatever_lies_under_it() {
    for keys in ["p", "/", ":", "?", "2"] {
        let mut terminal = demo(Launch::new(&["demo"]));
        let before = terminal.bytes().len();
        terminal.keys(keys);
        terminal.wait_for_bytes_beyond(before);
        terminal.resize(20, 5);
        terminal.wait_for("q quits");
        terminal.quit();
    }
}

#[test]
fn f08_a_storm_of_resizes_ends_in_the_last_size() {
    let mut terminal = demo(Launch::new(&["demo"]));
    for step in 0..1_000u16 {
        terminal.resize(30 + step % 170, 3 + step % 57);
        terminal.signal(Signal::WINCH);
    }
    terminal.resize(90, 25);
    wait_for_frame(&terminal, 90, 25);
    terminal.keys("?");
    terminal.wait_for("Help");
    terminal.escape();
    strict::read(&terminal.quit());
}

/// Sees most of the program: tree, payloads of all sorts, help, palette, broker, publish pane.
fn tour(launch: Launch) -> (Vec<u8>, Written) {
    let mut terminal = demo(launch.size(100, 40));
    for filter in ["edge", "hostile", "formats"] {
        terminal.keys(&format!("/\x15{filter}\r"));
        terminal.wait_for("matches");
        terminal.keys("gog");
        for _ in 0..20 {
            let before = terminal.bytes().len();
            terminal.keys("jv");
            terminal.wait_for_bytes_beyond(before);
        }
    }
    for (keys, text) in [("?", "Help"), (":", "Commands"), ("!", "Notices"), ("p", "Publish")] {
        terminal.keys(keys);
        terminal.wait_for(text);
        terminal.escape();
    }
    terminal.keys("2");
    terminal.wait_for("Clients");
    let bytes = terminal.quit();
    let written = strict::read(&bytes);
    (bytes, written)
}

#[test]
fn f11_without_utf8_only_ascii_is_written() {
    for (name, value) in [("LANG", "C"), ("TERM", "dumb"), ("TERM", ""), ("LC_ALL", "POSIX")] {
        let (bytes, _) = tour(Launch::new(&["demo"]).variable(name, value));
        let foreign = bytes.iter().position(|byte| !byte.is_ascii());
        let around =
            foreign.map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(40)..at + 20]).into_owned());
        assert_eq!(around, None, "{name}={value}");
    }
}

#[test]
fn f12_no_color_leaves_modifiers_only_and_the_selection_visible() {
    for launch in [
        Launch::new(&["demo"]).variable("NO_COLOR", "1"),
        Launch::new(&["demo"]).variable("NO_COLOR", "1").variable("COLORTERM", "truecolor"),
        Launch::new(&["demo", "--color", "never"]),
        Launch::new(&["demo"]).variable("TERM", "dumb"),
    ] {
        let (_, written) = tour(launch);
        assert_eq!(written.colours(), Vec::<&Vec<u16>>::new());
        assert!(written.sgr.iter().any(|codes| codes.contains(&7)), "something is reversed");
    }
    let mut terminal = demo(Launch::new(&["demo"]).variable("NO_COLOR", "1"));
    terminal.keys("gj");
    terminal.wait_until("one row of the tree stands out", |screen| {
        let marked = |row: u16| {
            screen.cell(row, 10).is_some_and(|cell| cell.inverse() || cell.underline() || cell.bold())
        };
        let first = |row: u16| screen.cell(row, 1).map(|cell| cell.contents().to_owned()).unwrap_or_default();
        let rows: Vec<u16> = (3..20).filter(|row| marked(*row)).collect();
        rows.len() == 1 && first(rows[0]) == "▌"
    });
    terminal.quit();
}

#[test]
fn colours_are_there_when_the_terminal_has_them() {
    let (_, written) = tour(Launch::new(&["demo"]));
    assert!(!written.colours().is_empty());
    assert!(
        written.sgr.iter().all(|codes| !codes.starts_with(&[38, 2])),
        "no 24-bit colour on a 256-colour terminal"
    );
}

#[test]
fn f10_keys_are_read_from_the_terminal_when_standard_input_is_something_else() {
    let mut terminal = demo(Launch::new(&["demo"]).script("echo quit? no | \"$@\""));
    terminal.keys("?");
    terminal.wait_for("Help");
    terminal.escape();
    terminal.quit();
}

#[test]
fn f10_without_any_terminal_to_read_from_the_program_says_so() {
    // In a session without a terminal there is no /dev/tty either.
    let mut terminal = Launch::new(&["demo"]).script("setsid --wait \"$@\" </dev/null").start();
    let ended = terminal.wait_for_end();
    assert_eq!(ended.code, 2, "{}", terminal.screen());
    assert!(terminal.screen().contains("needs a terminal"), "{}", terminal.screen());
    let written = strict::read(&terminal.bytes());
    assert!(written.modes.is_empty(), "nothing was drawn: {:?}", written.modes);
}
