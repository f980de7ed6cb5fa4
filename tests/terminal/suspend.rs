//! Stopping and going on: Ctrl-Z, SIGTSTP, SIGSTOP, another size meanwhile.

use rustix::process::Signal;

use crate::harness::{Launch, Terminal};
use crate::strict;

fn started() -> Terminal {
    let terminal = Launch::new(&["demo"]).start();
    terminal.wait_for_topics(100);
    terminal
}

/// Below a shell that waits for it in the same process group, as below a script.
fn started_by_a_shell() -> Terminal {
    let terminal = Launch::new(&["demo"]).script("\"$@\"; exit $?").start();
    terminal.wait_for_topics(100);
    terminal
}

/// The program is stopped, and the user has a terminal to type in.
fn assert_stopped(terminal: &Terminal) {
    terminal.wait_for_state('T');
    terminal.wait_until("the user's own screen", |screen| !screen.alternate_screen());
    assert!(terminal.modes_restored(), "modes of the terminal");
    terminal.look(|screen| {
        assert!(!screen.hide_cursor());
        assert!(!screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    });
}

/// The program goes on with a full screen that it owns.
fn assert_goes_on(terminal: &Terminal) {
    terminal.signal(Signal::CONT);
    terminal.wait_until("the program's screen", |screen| {
        screen.alternate_screen() && screen.bracketed_paste() && screen.contents().contains("Topics")
    });
    terminal.wait_until("mouse and cursor", |screen| {
        screen.hide_cursor() && screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    });
    terminal.wait_for_raw_mode();
}

#[test]
fn f06_ctrl_z_stops_and_sigcont_redraws() {
    let mut terminal = started_by_a_shell();
    for _ in 0..2 {
        terminal.keys("\x1a");
        assert_stopped(&terminal);
        assert_goes_on(&terminal);
    }
    // The connection survives, and keys work.
    terminal.keys("?");
    terminal.wait_for("Help");
    terminal.escape();
    strict::read(&terminal.quit());
}

#[test]
fn f06_without_a_shell_to_come_back_from_ctrl_z_is_refused_in_words() {
    let mut terminal = started();
    terminal.keys("\x1a");
    terminal.wait_for("no shell");
    terminal.keys("?");
    terminal.wait_for("Help");
    terminal.escape();
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
}

/// In a container without an init of its own, session and group of the parent are numbered 0.
#[test]
fn f06_without_a_shell_in_a_container_is_the_same() {
    let own = std::env::current_exe().expect("the path of this test");
    let inside = |command: &str, argument: &str| {
        // A shell in between: what is started first in there ends everything when it ends.
        let script = format!("{command} {argument}; exit $?");
        let mut unshare = std::process::Command::new("unshare");
        unshare.args(["--pid", "--fork", "--mount-proc", "sh", "-c", &script]);
        unshare.output().is_ok_and(|output| output.status.success())
    };
    if !inside("true", "") {
        println!("skipped: this user may not make a process namespace with unshare");
        return;
    }
    let test = "suspend::f06_without_a_shell_to_come_back_from_ctrl_z_is_refused_in_words --exact";
    assert!(inside(&own.display().to_string(), test), "{test} fails in a namespace of its own");
}

#[test]
fn f06_sigtstp_from_outside_is_the_same() {
    let terminal = started();
    terminal.signal(Signal::TSTP);
    assert_stopped(&terminal);
    assert_goes_on(&terminal);
    strict::read(&terminal.quit());
}

#[test]
fn f06_after_sigstop_and_a_shell_in_between_the_terminal_is_taken_again() {
    let mut terminal = started();
    terminal.signal(Signal::STOP);
    terminal.wait_for_state('T');
    // What a shell does when it gets the terminal back from a job that could not tidy up.
    terminal.restore_modes();
    assert_goes_on(&terminal);
    terminal.keys("?");
    terminal.wait_for("Help");
    terminal.escape();
    terminal.keys("q");
    let ended = terminal.wait_for_end();
    assert_eq!(ended.code, 0);
    assert!(ended.restored, "modes of the terminal");
}

#[test]
fn f07_a_resize_while_stopped_is_drawn_on_return() {
    let mut terminal = started_by_a_shell();
    terminal.keys("\x1a");
    assert_stopped(&terminal);
    terminal.resize(70, 20);
    assert_goes_on(&terminal);
    // The footer is in the new last row, and the frame ends in the new last column.
    terminal.wait_until("a frame of the new size", |screen| {
        let rows: Vec<String> = screen.rows(0, 70).collect();
        rows.len() == 20
            && rows[19].contains("filter")
            && rows.iter().any(|row| row.trim_end().ends_with('╮'))
    });
    terminal.quit();
}

#[test]
fn f06_a_shell_with_job_control_gets_its_terminal_back_and_gives_it_again() {
    let script = "set -m; \"$@\"; echo \"status $?\"; read answer; fg; echo \"ended $?\"";
    let mut terminal = Launch::new(&["demo"]).script(script).start();
    terminal.wait_for_topics(100);
    terminal.keys("\x1a");
    // The word alone may stand in a payload of the explorer, too.
    terminal.wait_until("the shell's word", |screen| {
        !screen.alternate_screen() && screen.contents().contains("status")
    });
    terminal.look(|screen| assert!(!screen.alternate_screen() && !screen.hide_cursor()));
    assert!(terminal.modes_restored(), "modes of the terminal");
    terminal.keys("\r");
    terminal.wait_until("the program's screen", |screen| {
        screen.alternate_screen()
            && screen.contents().contains("Topics")
            && screen.contents().contains("filter")
    });
    terminal.wait_for_raw_mode();
    terminal.keys("?");
    terminal.wait_for("Help");
    terminal.escape();
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
    assert!(terminal.screen().contains("ended 0"), "{}", terminal.screen());
}
