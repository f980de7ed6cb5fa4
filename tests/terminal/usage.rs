//! The command line: what is wrong with it is said, by name, with exit code 2; help is exit code 0.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output, Stdio};

use crate::harness::PROGRAM;

/// The program with these arguments, without a terminal, a home and variables of its own.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).env_clear().env("TERM", "xterm-256color").stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn e03_a_bad_filter_is_pointed_at() {
    for (filter, place) in [("home/#/light", '#'), ("küche/#/licht", '#'), ("部屋/+x", '+')] {
        let errors = text(&run(&["connect", "localhost", filter]).stderr);
        let mut lines = errors.lines().skip_while(|line| line.trim() != filter);
        let (shown, caret) = (lines.next().expect(&errors), lines.next().expect(&errors));
        let before = &shown[..shown.find(place).unwrap()];
        assert_eq!(
            caret,
            format!("{}^", " ".repeat(unicode_width::UnicodeWidthStr::width(before))),
            "{errors}"
        );
    }
}

#[test]
fn h07_help_is_no_error() {
    for arguments in [
        &["--help"][..],
        &["help"],
        &["connect", "--help"],
        &["connect", "-h"],
        &["demo", "--help"],
        &["doctor", "-h"],
        &["doctor", "--help"],
        &["pub", "-h"],
        &["pub", "--help"],
        &["broker", "--help"],
        &["keys", "--help"],
        &["config", "--help"],
        &["config", "check", "-h"],
        &["config", "check", "--help"],
        &["profile", "--help"],
        &["profile", "add", "-h"],
        &["profile", "add", "--help"],
        &["--version"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        assert!(text(&output.stdout).contains("mqtt-tui"), "{arguments:?}");
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
    let help = text(&run(&["connect", "-h"]).stdout);
    for flag in ["--port", "--qos", "--topic", "--user", "--password", "--keepalive", "--memory"] {
        assert!(help.contains(flag), "{flag}: {help}");
    }
}

#[test]
fn h06_a_filter_that_is_no_utf8_is_an_error() {
    let filter = OsStr::from_bytes(b"home/\xff/#");
    let output = Command::new(PROGRAM).arg("connect").arg("localhost").arg(filter).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("UTF-8"), "{}", text(&output.stderr));
}

#[test]
fn d10_a_password_on_the_command_line_is_in_no_message() {
    for arguments in [
        &["connect", "mqtt://bob:hunter2@localhost:x"][..],
        &["connect", "http://bob:hunter2@localhost"],
        &["connect", "mqtt://bob:hunter2@localhost/home"],
        &["connect", "mqtt://bob:12/hunter2@localhost"],
        &["connect", "-L", "mqtt://bob:hunter2@localhost"],
        &["connect", "-L", "ws://bob:hunter2@localhost/x"],
        &["connect", "-h", "bob:hunter2@localhost:x"],
        &["connect", "--proxy", "socks5://bob:hunter2@proxy"],
        &["connect", "--proxy", "bob:hunter2@proxy:x"],
        &["connect", "--ws-header", "hunter2"],
        &["connect", "--ws-header", "Authorization hunter2"],
        &["connect", "--ws-header=X: hunter2\r\n"],
        &["connect", "-P", "hunter2", "--password-file", "x"],
        &["connect", "--pasword=hunter2", "localhost"],
        &["connect", "-P", "-hunter2", "-V", "311"],
        &["connect", "mqtt://bob:hunter2"],
        &["connect", "bob:hunter2:1"],
        &["bob:hunter2@localhost"],
        &["mqtt://bob:hunter2@localhost"],
        &["demo", "mqtts://bob:hunter2@localhost"],
        &["profile", "add", "x", "mqtt://bob:hunter2@localhost:x"],
        &["config", "check", "mqtt://bob:hunter2@localhost:x"],
        &["connect", "mqtt://bob:hunter2@localhost:1883", "-p", "1884"],
        &["connect", "bob:hunter2@localhost:1:2"],
        &["connect", "-P", "hunter2", "-p", "0"],
        &["connect", "h", "-u", "bob", "-p", "hunter2"],
        &["connect", "h", "-u", "bob", "-phunter2"],
        &["doctor", "h", "--port=hunter2"],
        &["mqtt://bob:my hunter2@localhost"],
        &["mqtt://bob:my\nhunter2@localhost"],
        &["mqtt://bob:hunter2 more@localhost"],
        &["mqtt://bob:it's hunter2@localhost"],
        &["bob:my hunter2@localhost"],
        &["mqtt://bob:hunter2"],
        &["bob:hunter2"],
        &["demo", "mqtt://bob:my hunter2@localhost"],
        &["demo", "mqtt://bob:hunter2"],
        &["connect", "localhost", "mqtt://bob:my hunter2@localhost/#x"],
        &["connect", "--memory", "mqtt://bob:my hunter2@localhost"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!text(&output.stderr).contains("hunter2"), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn f09_without_a_terminal_the_explorer_says_so() {
    for arguments in [&[][..], &["demo"], &["connect", "localhost"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}: no escapes into a pipe");
        let errors = text(&output.stderr);
        assert!(errors.contains("needs a terminal"), "{errors}");
        assert!(!errors.contains('\x1b'), "{errors}");
    }
    assert!(text(&run(&[]).stderr).contains("Usage: mqtt-tui"), "bare, it says what else there is");
}

#[test]
fn h01_a_complaint_about_a_port_names_the_range_and_where_a_password_goes() {
    let errors = text(&run(&["connect", "h", "-u", "bob", "-p", "48291377"]).stderr);
    assert!(errors.contains("--port") && errors.contains("1 to 65535") && errors.contains("-P"), "{errors}");
    assert!(!errors.contains("48291377"), "{errors}");
}
