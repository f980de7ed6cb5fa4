//! `mqtt-tui doctor` from the shell: its lines, its JSON, its exit codes, and how it asks for a password.

use std::net::TcpListener;
use std::process::Output;

use mqtt_tui::broker::{Broker, BrokerOptions};
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::harness::{Launch, Terminal};
use crate::stage::Stage;
use crate::usage::{program, run, text};

/// A broker that lets in bob alone, and a folder with a profile that asks for his password.
struct Guarded {
    _runtime: Runtime,
    _broker: Broker,
    port: u16,
    folder: TempDir,
}

impl Guarded {
    fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let users = Some(vec![("bob".to_owned(), "hunter2".into())]);
        let options = BrokerOptions { port: 0, users, ..BrokerOptions::default() };
        let broker = runtime.block_on(Broker::start(options)).unwrap();
        let port = broker.address().port();
        let folder = TempDir::new().unwrap();
        let profile = format!(
            "[[profile]]\nname = \"guarded\"\nurl = \"mqtt://127.0.0.1:{port}\"\nuser = \"bob\"\npassword = {{ prompt = true }}\n"
        );
        std::fs::write(folder.path().join("profiles.toml"), profile).unwrap();
        Self { _runtime: runtime, _broker: broker, port, folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program(arguments).env("MQTT_TUI_CONFIG_DIR", self.folder.path()).output().unwrap()
    }

    fn on_a_terminal(&self) -> Terminal {
        let folder = self.folder.path().to_str().unwrap();
        Launch::new(&["doctor", "guarded"]).variable("MQTT_TUI_CONFIG_DIR", folder).start()
    }
}

#[test]
fn a_good_way_is_exit_code_0_with_a_line_for_each_step() {
    let stage = Stage::start();
    let target = format!("127.0.0.1:{}", stage.port);
    let output = run(&["doctor", &target, "--publish"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let lines = text(&output.stdout);
    for start in ["ok    DNS ", "ok    TCP ", "ok    CONNACK ", "ok    SUBACK # ", "ok    round trip "] {
        assert!(lines.lines().any(|line| line.starts_with(start)), "no '{start}' in\n{lines}");
    }
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_step_that_fails_is_exit_code_1_in_words_and_as_json() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let target = format!("127.0.0.1:{free}");
    let output = run(&["doctor", &target]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains(&format!("FAIL  TCP           Connection refused by {target}")));

    let output = run(&["doctor", &target, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    assert_eq!(report["sound"], false);
    assert_eq!(report["target"], format!("mqtt://{target}"));
    assert_eq!(report["steps"][1]["step"], "TCP");
    assert_eq!(report["steps"][1]["verdict"], "FAIL");

    let stage = Stage::start();
    let output = run(&["doctor", &format!("127.0.0.1:{}", stage.port), "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON and nothing else");
    assert_eq!(report["steps"][2]["verdict"], "ok");
    let took = report["steps"][2]["took_ms"].as_f64().expect("a time").to_string();
    assert!(took.split_once('.').is_none_or(|(_, fraction)| fraction.len() <= 3), "{took}");
}

#[test]
fn c12_h03_a_refused_login_is_the_code_of_connack() {
    let guarded = Guarded::start();
    for (version, codes) in [("5", [134, 135]), ("311", [4, 5])] {
        let target = format!("127.0.0.1:{}", guarded.port);
        let output = guarded.run(&["doctor", &target, "-u", "bob", "-P", "wrong", "-V", version]);
        let code = output.status.code().unwrap();
        assert!(codes.contains(&code), "{code}: {}", text(&output.stdout));
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains("FAIL  CONNACK") && !said.contains("wrong"), "{said}");
    }
}

#[test]
fn d11_without_a_terminal_nobody_is_asked_and_the_exit_code_is_4() {
    let output = Guarded::start().run(&["doctor", "guarded"]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    let errors = text(&output.stderr);
    assert!(
        errors.contains("a password is needed for bob") && errors.contains("--password-file"),
        "{errors}"
    );
}

#[test]
fn d12_the_password_is_asked_for_without_echo() {
    let guarded = Guarded::start();
    let mut terminal = guarded.on_a_terminal();
    terminal.wait_for("Password of bob at 127.0.0.1");
    terminal.wait_for_no_echo();
    terminal.keys("hunter2\r");
    let ended = terminal.wait_for_end();
    assert_eq!(ended.code, 0, "{}", terminal.screen());
    assert!(ended.restored);
    assert!(!terminal.screen().contains("hunter2"), "{}", terminal.screen());
}

#[test]
fn d12_however_the_question_ends_the_echo_is_given_back() {
    let guarded = Guarded::start();
    for (keys, signal, code) in [("\u{3}", None, 130), ("secr", Some(Signal::TERM), 143)] {
        let mut terminal = guarded.on_a_terminal();
        terminal.wait_for("Password of bob at 127.0.0.1");
        terminal.wait_for_no_echo();
        terminal.keys(keys);
        if let Some(signal) = signal {
            terminal.signal(signal);
        }
        let ended = terminal.wait_for_end();
        assert!(ended.restored, "modes of the terminal after {keys:?}");
        assert_eq!(ended.code, code);
    }
}

#[test]
fn c24_a_proxy_of_another_kind_in_the_environment_is_named_without_its_login() {
    let output = program(&["doctor", "wss://broker.invalid/mqtt"])
        .env("ALL_PROXY", "socks5://bob:hunter2@127.0.0.1:9")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    assert!(errors.contains("ALL_PROXY") && !errors.contains("hunter2"), "{errors}");
}

#[test]
fn e07_a_test_from_the_connections_screen_publishes_nothing() {
    let stage = Stage::start();
    let mut terminal = Launch::new(&["connect", &stage.target()]).start();
    terminal.wait_for("No message has come yet");
    terminal.keys("CT");
    terminal.wait_for("Everything that is needed works");
    terminal.wait_for("not allowed to publish");
    // The connection that listens to everything heard nothing of it.
    terminal.keys("\x1b");
    terminal.wait_until("the test is gone", |screen| !screen.contents().contains("Test of"));
    terminal.keys("1");
    terminal.wait_for("No message has come yet");
}
