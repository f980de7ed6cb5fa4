//! The command line: what is wrong with it is said, by name, with exit code 2; help is exit code 0.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Output, Stdio};

use crate::harness::PROGRAM;

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .env("TERM", "xterm-256color")
        .env_remove("MQTT_TUI_USER")
        .env_remove("MQTT_TUI_PASSWORD")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn h01_what_is_wrong_is_named() {
    let long_topic = "x".repeat(65_536);
    let wrong: &[(&[&str], &[&str])] = &[
        (&["connect", "-p", "0"], &["--port", "'0'", "1..=65535"]),
        (&["connect", "-p", "70000"], &["--port", "70000", "1..=65535"]),
        (&["connect", "-p", "mqtt"], &["--port", "mqtt"]),
        (&["connect", "-p"], &["--port"]),
        (&["connect", "localhost:0"], &["'0'", "1 to 65535"]),
        (&["connect", "localhost:99999"], &["99999", "1 to 65535"]),
        (&["connect", "localhost:1883", "-p", "1884"], &["1883", "-p", "1884"]),
        (&["connect", "localhost", "-h", "other"], &["TARGET", "--host"]),
        (&["connect", ""], &["no host"]),
        (&["connect", "wss://localhost"], &["wss://", "not supported"]),
        (&["connect", "mqtts://localhost"], &["mqtts://", "not supported"]),
        (&["connect", "http://localhost"], &["http://", "mqtt://"]),
        (&["connect", "localhost/home/#"], &["path", "filters"]),
        (&["connect", "localhost", "a/#/b"], &["FILTERS", "a/#/b", "#"]),
        (&["connect", "localhost", "a#"], &["FILTERS", "a#"]),
        (&["connect", "localhost", "+a"], &["FILTERS", "+a"]),
        (&["connect", "localhost", ""], &["FILTERS"]),
        (&["connect", "localhost", &long_topic], &["FILTERS", "65,535"]),
        (&["connect", "-t", "a/b+"], &["--topic", "a/b+"]),
        (&["connect", "-t", "$share//x"], &["--topic", "$share//x"]),
        (&["connect", "-q", "3"], &["--qos", "'3'", "0..=2"]),
        (&["connect", "-q", "-1"], &["-1"]),
        (&["connect", "-k", "70000"], &["--keepalive", "70000"]),
        (&["connect", "-k", "soon"], &["--keepalive", "soon"]),
        (&["connect", "-c"], &["--id"]),
        (&["connect", "--memory", "lots"], &["--memory", "lots", "64M"]),
        (&["connect", "--memory", "1k"], &["--memory", "1k", "from 1M on"]),
        (&["connect", "--color", "pink"], &["--color", "pink", "never"]),
        (&["connect", "--no-such-flag"], &["--no-such-flag"]),
        (&["connect", "-Z"], &["-Z"]),
        (&["demo", "--seed", "dice"], &["--seed", "dice"]),
        (&["demo", "extra"], &["extra"]),
        (&["broker", "--bind", "localhost"], &["--bind", "localhost"]),
        (&["broker", "-p", "65536"], &["--port", "65536"]),
        (&["broker", "--sys-interval", "-1"], &["-1"]),
        (&["conect"], &["conect", "connect"]),
        (&["keys", "--html"], &["--html"]),
    ];
    for (arguments, words) in wrong {
        let shown: Vec<String> =
            arguments.iter().map(|argument| argument.chars().take(40).collect()).collect();
        let output = run(arguments);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{shown:?}: {errors}");
        assert_eq!(text(&output.stdout), "", "{shown:?}");
        for word in *words {
            assert!(errors.contains(word), "{shown:?} does not say {word:?}: {errors}");
        }
        assert!(!errors.contains('\x1b'), "{shown:?}: escapes into a pipe: {errors}");
    }
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
        &["broker", "--help"],
        &["keys", "--help"],
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
        &["connect", "wss://bob:hunter2@localhost"],
        &["connect", "mqtt://bob:hunter2@localhost/home"],
        &["connect", "mqtt://bob:hunter2@localhost:1883", "-p", "1884"],
        &["connect", "bob:hunter2@localhost:1:2"],
        &["connect", "-P", "hunter2", "-p", "0"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!text(&output.stderr).contains("hunter2"), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn f09_without_a_terminal_the_explorer_says_so() {
    for arguments in [&["demo"][..], &["connect", "localhost"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}: no escapes into a pipe");
        let errors = text(&output.stderr);
        assert!(errors.contains("needs a terminal"), "{errors}");
        assert!(!errors.contains('\x1b'), "{errors}");
    }
}
