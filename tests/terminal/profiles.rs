//! Profiles and settings from the shell: what is saved is found again, broken files are told by place, and no secret is shown.

use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::harness::Launch;
use crate::stage::{Stage, unused_port};
use crate::usage::{program, text};

/// A folder of configuration of its own.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program(arguments)
            .env("MQTT_TUI_CONFIG_DIR", self.0.path())
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    /// Standard output of a run that must succeed.
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.0.path().join(name), content).unwrap();
    }

    fn profiles(&self) -> String {
        fs::read_to_string(self.0.path().join("profiles.toml")).unwrap_or_default()
    }
}

#[test]
fn a_profile_is_added_listed_shown_changed_and_removed() {
    let home = Home::new();
    assert!(home.ok(&["profile", "list"]).contains("profile add"), "an empty list says what would fill it");
    home.ok(&[
        "profile",
        "add",
        "home",
        "mqtts://alice@broker.lan",
        "home/#",
        "--cafile",
        "ca.pem",
        "--group",
        "House",
    ]);
    home.ok(&["profile", "add", "Küche 2", "ws://h:8080/mqtt", "--safety", "read-only"]);
    let list = home.ok(&["profile", "list"]);
    let rows: Vec<Vec<&str>> = list
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(rows[0], ["NAME", "GROUP", "ADDRESS", "USER", "SAFETY"]);
    assert_eq!(rows[1], ["home", "House", "mqtts://broker.lan:8883", "alice", "normal"]);
    assert_eq!(rows[2], ["Küche 2", "-", "ws://h:8080/mqtt", "-", "read-only"]);
    let json: serde_json::Value = serde_json::from_str(&home.ok(&["profile", "list", "--json"])).unwrap();
    assert_eq!(
        (&json[0]["url"], &json[0]["filters"][0]),
        (&"mqtts://broker.lan:8883".into(), &"home/#".into())
    );
    let shown = home.ok(&["profile", "show", "home"]);
    let ca = home.0.path().canonicalize().unwrap().join("ca.pem");
    assert!(shown.contains(&format!("{:?}", ca.display().to_string())), "paths are whole: {shown}");
    home.ok(&["profile", "add", "home", "home", "-k", "77"]);
    let shown = home.ok(&["profile", "show", "home"]);
    assert!(shown.contains("keep_alive = 77") && shown.contains("home/#"), "{shown}");
    home.ok(&["profile", "remove", "home"]);
    assert!(!home.profiles().contains("home"), "{}", home.profiles());
    assert!(home.ok(&["profile", "list"]).contains("Küche 2"));
}

#[test]
fn a_name_that_is_taken_or_missing_is_told() {
    let home = Home::new();
    home.ok(&["profile", "add", "home", "a"]);
    for (arguments, code, words) in [
        (&["profile", "add", "home", "b"][..], 2, "already"),
        (&["profile", "show", "hme"], 1, "did you mean 'home'"),
        (&["profile", "remove", "office"], 1, "profile list"),
    ] {
        let output = home.run(arguments);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
        assert!(errors.contains(words), "{arguments:?}: {errors}");
    }
    assert!(home.profiles().contains("mqtt://a:1883"), "{}", home.profiles());
}

#[test]
fn g04_d05_passwords_and_insecure_are_not_saved_unless_asked() {
    let home = Home::new();
    let line = [
        "profile",
        "add",
        "a",
        "wss://alice:hidden@h/x?token=hidden2",
        "--insecure",
        "--ws-header",
        "Cookie: hidden3",
    ];
    let output = home.run(&line);
    assert_eq!(output.status.code(), Some(0));
    let (file, errors) = (home.profiles(), text(&output.stderr));
    assert!(!file.contains("hidden\"") && !file.contains("hidden3") && !file.contains("insecure"), "{file}");
    assert!(errors.contains("password is not saved") && errors.contains("Cookie"), "{errors}");
    home.ok(&["profile", "add", "b", "mqtt://alice:hidden@h", "--save-password"]);
    assert!(home.profiles().contains("hidden\""), "{}", home.profiles());
    for arguments in [
        &["profile", "show", "b"][..],
        &["profile", "show", "a"],
        &["profile", "list"],
        &["profile", "list", "--json"],
        &["config", "check", "a"],
        &["config", "check", "b"],
    ] {
        let output = home.run(arguments);
        assert!(!text(&output.stdout).contains("hidden"), "{arguments:?}: {}", text(&output.stdout));
        assert!(!text(&output.stderr).contains("hidden"), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn g12_config_check_says_each_value_and_where_it_came_from() {
    let home = Home::new();
    home.write(
        "profiles.toml",
        "[[profile]]\nname = \"home\"\nurl = \"mqtt://broker.lan\"\nkeep_alive = 45\n",
    );
    home.write("config.toml", "theme = \"paper\"\nsys = false\n");
    let output = program(&["config", "check", "home", "-q", "1", "x/#", "-u", "bob"])
        .env("MQTT_TUI_CONFIG_DIR", home.0.path())
        .env("MQTT_TUI_PROTOCOL", "311")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    let at = |name: &str| home.0.path().join(name).display().to_string();
    for (setting, value, from) in [
        ("profile", "home", "command line, TARGET".to_owned()),
        ("host", "broker.lan", format!("profile 'home', {} line 3", at("profiles.toml"))),
        ("keep alive", "45 s", format!("profile 'home', {} line 4", at("profiles.toml"))),
        ("user", "bob", "command line, --user".to_owned()),
        ("protocol", "MQTT 3.1.1", "environment, MQTT_TUI_PROTOCOL".to_owned()),
        ("filters", "x/# (QoS 1)", "command line, FILTER".to_owned()),
        ("$SYS/# too", "no", format!("{} line 2", at("config.toml"))),
        ("theme", "paper", format!("{} line 1", at("config.toml"))),
        ("memory", "256 MiB", "default".to_owned()),
    ] {
        let found = shown
            .lines()
            .any(|line| line.starts_with(setting) && line.contains(value) && line.ends_with(&from));
        assert!(found, "no '{setting}' '{value}' from '{from}' in\n{shown}");
    }
}

#[test]
fn g02_a_broken_file_is_told_by_place_and_left_alone() {
    let broken = "[[profile]]\nname = \"home\"\nurl = \"mqtt://h\"\npassword = \"hidden\n";
    let home = Home::new();
    home.write("profiles.toml", broken);
    home.write("config.toml", "ascii = maybe\n");
    for arguments in [&["config", "check"][..], &["profile", "list"]] {
        let output = home.run(arguments);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {errors}");
        assert!(errors.contains("profiles.toml, line 4, column"), "{arguments:?}: {errors}");
        assert!(!errors.contains("hidden"), "{errors}");
    }
    assert!(text(&home.run(&["config", "check"]).stderr).contains("config.toml, line 1, column 9"));
    let output = home.run(&["profile", "add", "x", "localhost"]);
    assert_eq!(output.status.code(), Some(1), "it is in a copy, and that is said");
    assert!(text(&output.stderr).contains("copy"), "{}", text(&output.stderr));
    assert_eq!(home.profiles(), broken);
}

#[test]
fn nothing_a_file_says_acts_on_the_terminal() {
    let home = Home::new();
    home.write(
        "profiles.toml",
        "[[profile]]\nname = \"home\"\nurl = \"mqtt://h\"\nuser = \"\\u001b]0;x\\u0007\\u202e\"\ngroup = \"a\\nb\"\nodd\\u001b = 1\n",
    );
    for arguments in [&["profile", "list"][..], &["profile", "show", "home"], &["config", "check", "home"]] {
        let output = home.run(arguments);
        for shown in [text(&output.stdout), text(&output.stderr)] {
            assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{arguments:?}: {shown:?}");
        }
    }
    home.write("profiles.toml", "[[profile]]\nname = \"home\"\nurl = \"mqtt://h\"\nuser = \"\\u001b]0;x\\u0007\\u202e\"\ngroup = \"a\\nb\"\n");
    assert_eq!(home.ok(&["profile", "list"]).lines().count(), 2, "one row, whatever stands in it");
}

#[test]
fn g07_without_a_home_nothing_is_saved_and_that_is_said() {
    let output = program(&["profile", "add", "x", "localhost"])
        .env("MQTT_TUI_CONFIG_DIR", "relative")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("not saved"), "{}", text(&output.stderr));
    assert!(!Path::new("relative").exists());
    assert_eq!(
        program(&["config", "path"]).env("MQTT_TUI_CONFIG_DIR", "/a/b").output().unwrap().stdout,
        b"/a/b\n"
    );
}

#[test]
fn a_saved_profile_is_used_by_name_in_the_explorer() {
    let stage = Stage::start();
    let home = Home::new();
    let folder = home.0.path().display().to_string();
    let mut terminal = Launch::new(&["connect", &stage.target(), "kitchen/#", "--save", "cellar"])
        .variable("MQTT_TUI_CONFIG_DIR", &folder)
        .start();
    terminal.wait_for("cellar");
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
    assert!(home.profiles().contains("kitchen/#"), "{}", home.profiles());
    let mut terminal = Launch::new(&["connect", "cellar"]).variable("MQTT_TUI_CONFIG_DIR", &folder).start();
    terminal.wait_for("No message has come yet");
    stage.publish("kitchen/temperature", b"21", false);
    terminal.wait_for("temperature");
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
}

#[test]
fn d09_a_password_in_argv_is_warned_about_on_screen_and_not_shown() {
    let stage = Stage::start();
    let mut terminal = Launch::new(&["connect", &stage.target(), "-u", "bob", "-P", "hunter2"]).start();
    terminal.wait_for("other users of this machine can see -P");
    assert!(!terminal.screen().contains("hunter2"), "{}", terminal.screen());
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
}

#[test]
fn bare_it_opens_the_connections_screen_with_what_is_saved() {
    let home = Home::new();
    let folder = home.0.path().display().to_string();
    let start = || Launch::new(&[]).variable("MQTT_TUI_CONFIG_DIR", &folder).start();
    let mut terminal = start();
    terminal.wait_for("test.mosquitto.org");
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
    home.ok(&["profile", "add", "cellar", "mqtts://broker.lan:8884"]);
    let mut terminal = start();
    terminal.wait_for("cellar");
    terminal.wait_for("mqtts://broker.lan:8884");
    home.ok(&["profile", "add", "attic", "mqtts://attic.lan"]);
    terminal.keys("r");
    terminal.wait_for("mqtts://attic.lan");
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
}

#[test]
fn the_settings_file_counts_on_the_connections_screen_too() {
    let stage = Stage::start();
    let home = Home::new();
    home.ok(&["profile", "add", "cellar", &stage.target()]);
    home.write("config.toml", "sys = false\n");
    let folder = home.0.path().display().to_string();
    let mut terminal = Launch::new(&[]).variable("MQTT_TUI_CONFIG_DIR", &folder).start();
    terminal.wait_for("cellar");
    terminal.keys("\r");
    terminal.wait_for("No message has come yet");
    terminal.keys("s");
    terminal.wait_for("granted");
    assert!(!terminal.screen().contains("$SYS/#"), "{}", terminal.screen());
    terminal.keys("\u{3}");
    assert_eq!(terminal.wait_for_end().code, 0);
}

#[test]
fn connections_of_other_programs_are_imported_without_their_passwords() {
    let home = Home::new();
    home.write("mosquitto_sub", "-h broker.lan\n-u bob\n-P hidden\n-t home/#\n");
    let output = home.run(&["profile", "import", "mosquitto_sub", "--group", "Old"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("1 of 1"), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("password"), "{}", text(&output.stderr));
    assert!(!home.profiles().contains("hidden") && home.profiles().contains("Old"), "{}", home.profiles());
    let output = home.run(&["profile", "import", "mosquitto_sub"]);
    assert_eq!(output.status.code(), Some(1), "one of that name is there");
    assert!(text(&output.stderr).contains("--replace"), "{}", text(&output.stderr));
    home.ok(&["profile", "import", "mosquitto_sub", "--replace", "--with-passwords"]);
    assert!(home.profiles().contains("hidden"), "{}", home.profiles());
    home.write("other", "{\"not\": ");
    let output = home.run(&["profile", "import", "other", "--kind", "mqttx"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("other, line 1, column"), "{}", text(&output.stderr));
}

#[test]
fn the_examples_are_files_that_are_read_without_a_fault() {
    let home = Home::new();
    let (config, profiles) =
        (home.ok(&["config", "example", "config"]), home.ok(&["config", "example", "profiles"]));
    let both = home.ok(&["config", "example"]);
    assert!(both.contains(&config) && both.contains(&profiles));
    home.write("config.toml", &config);
    home.write("profiles.toml", &profiles);
    assert_eq!(home.run(&["config", "check"]).status.code(), Some(0));
}

#[test]
fn c24_the_test_of_a_connection_goes_through_the_proxy_of_the_environment() {
    let home = Home::new();
    home.write("profiles.toml", "[[profile]]\nname = \"far\"\nurl = \"ws://broker.invalid/mqtt\"\n");
    let port = unused_port();
    let mut terminal = Launch::new(&[])
        .variable("MQTT_TUI_CONFIG_DIR", &home.0.path().display().to_string())
        .variable("HTTP_PROXY", &format!("http://127.0.0.1:{port}"))
        .start();
    terminal.wait_for("broker.invalid");
    terminal.keys("T");
    terminal.wait_for("Connection refused");
    terminal.wait_for(&format!("127.0.0.1:{port}"));
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
}

#[test]
fn g02_a_profile_with_a_fault_is_not_taken_for_a_host() {
    let home = Home::new();
    let profile =
        |name: &str, more: &str| format!("[[profile]]\nname = \"{name}\"\nurl = \"mqtts://h\"\n{more}\n");
    for broken in [
        profile("prod.eu", "keep_alive = -1") + &profile("home", ""),
        profile("prod.eu", "password = \"hidden"),
    ] {
        home.write("profiles.toml", &broken);
        let output = home.run(&["config", "check", "prod.eu", "-u", "bob"]);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert_eq!(text(&output.stdout), "", "nothing would be connected to");
        assert!(errors.contains("'prod.eu'") && errors.contains("profiles.toml, line 4"), "{errors}");
        assert!(errors.contains("-h") && !errors.contains("hidden"), "{errors}");
        let shown = text(&home.run(&["config", "check", "-h", "prod.eu"]).stdout);
        assert!(shown.contains("prod.eu"), "-h is always a host: {shown}");
        assert!(text(&home.run(&["config", "check", "other.lan"]).stdout).contains("other.lan"));
    }
    // In a file that cannot be read as a whole any name may stand.
    for unread in ["", "[[profile]]\nnam", "[[profile]]\nurl = \"mqtt://h\"\n"] {
        home.write("profiles.toml", unread);
        let output = home.run(&["config", "check", "prod"]);
        assert_eq!(output.status.code(), Some(2), "{unread:?}: {}", text(&output.stdout));
        assert_eq!(home.run(&["config", "check", "localhost"]).status.code(), Some(1), "this machine");
        assert!(!text(&home.run(&["config", "check", "mqtt://prod"]).stdout).is_empty(), "a URL is no name");
    }
}

#[test]
fn g02_what_a_broken_settings_file_may_protect_stays_protected() {
    let home = Home::new();
    for (broken, is_protected) in [
        ("read_only = true\ntheme = \"paper", true),
        ("read_only = \"yes\"\n", true),
        ("", true),
        ("read_only = true\ntheme = 3\n", true),
        ("read_only = false\ntheme = 3\n", false),
        ("theme = 3\n", false),
    ] {
        home.write("config.toml", broken);
        let output = home.run(&["config", "check"]);
        let shown = text(&output.stdout);
        let row = shown.lines().find(|line| line.starts_with("read-only")).expect("the row");
        assert_eq!(row.contains("yes"), is_protected, "{broken:?}: {row}");
        let is_said = text(&output.stderr).contains("read-only until");
        assert_eq!(is_said, is_protected && row.contains("yes") && !broken.contains("= 3"), "{broken:?}");
    }
}

#[test]
fn g04_what_the_surroundings_say_is_not_saved_with_a_connection() {
    let stage = Stage::start();
    let home = Home::new();
    home.write("config.toml", "keep_alive = 77\nproxy = \"settings.lan\"\n");
    let (host, port) = stage.target().rsplit_once(':').map(|(h, p)| (h.to_owned(), p.to_owned())).unwrap();
    let mut terminal = Launch::new(&["connect", &host, "kitchen/#", "--save", "cellar", "-q", "1"])
        .variable("MQTT_TUI_CONFIG_DIR", &home.0.path().display().to_string())
        .variable("MQTT_TUI_PORT", &port)
        .variable("MQTT_TUI_ID", "only-today")
        .variable("MQTT_TUI_PROTOCOL", "311")
        .variable("MQTT_TUI_PASSWORD", "hidden")
        .variable("MQTT_TUI_USER", "alice")
        .start();
    terminal.wait_for("cellar");
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
    let saved = home.profiles();
    assert!(saved.contains("kitchen/#") && saved.contains("qos = 1"), "{saved}");
    assert!(saved.contains(&format!(":{port}")), "the place is the one that was connected to: {saved}");
    for word in ["77", "settings.lan", "only-today", "3.1.1", "alice", "MQTT_TUI", "proxy"] {
        assert!(!saved.contains(word) || port.contains(word), "{word} is in\n{saved}");
    }
}

#[test]
fn g04_a_copy_does_not_have_the_keyrings_password_of_the_other_and_that_is_said() {
    let home = Home::new();
    home.write(
        "profiles.toml",
        "[[profile]]\nname = \"home\"\nurl = \"mqtt://h\"\npassword = { keyring = true }\n",
    );
    let output = home.run(&["profile", "add", "cellar", "home"]);
    assert!(text(&output.stderr).contains("keyring under 'cellar'"), "{}", text(&output.stderr));
    let output = home.run(&["profile", "add", "home", "home", "-k", "9"]);
    assert_eq!(text(&output.stderr), "", "it has one");
}

#[test]
fn g12_config_path_is_the_folder_of_the_files() {
    let home = Home::new();
    home.write("config.toml", "theme = \"paper\"\n");
    let folder = home.ok(&["config", "path"]);
    let text = fs::read_to_string(Path::new(folder.trim_end()).join("config.toml")).unwrap();
    assert!(text.contains("paper"));
}
