//! The payload in the user's editor: the terminal is lent and comes back, whatever the editor does; nothing is sent by itself.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use crate::harness::{Launch, Terminal};
use crate::stage::Stage;

/// An explorer on a stage with one retained topic, whose editor is this script of `sh`; `$1` is the file.
struct Editing {
    stage: Stage,
    terminal: Terminal,
    folder: tempfile::TempDir,
}

impl Editing {
    fn with(script: &str) -> Self {
        Self::started(Some(script), &[])
    }

    fn started(script: Option<&str>, flags: &[&str]) -> Self {
        let stage = Stage::start();
        stage.publish("lamp/set", b"{\"on\":true}", true);
        let folder = tempfile::tempdir().unwrap();
        let editor = folder.path().join("my editor");
        if let Some(script) = script {
            std::fs::write(&editor, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let target = stage.target();
        let arguments = [&["connect", &target], flags].concat();
        // A blank in the path, and a flag: the words of the command are the shell's.
        let terminal = Launch::new(&arguments)
            .variable("EDITOR", &format!("'{}' -w", editor.display()))
            .variable("NOTES", folder.path().to_str().unwrap())
            .variable("TMPDIR", folder.path().to_str().unwrap())
            .variable("MQTT_TUI_PASSWORD", "hunter2")
            .start();
        terminal.wait_for("lamp");
        let mut editing = Self { stage, terminal, folder };
        editing.terminal.keys("G");
        editing.terminal.wait_for("\"on\"");
        editing
    }

    fn note(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the editor wrote into this note, once it is there.
    fn noted(&self, name: &str) -> String {
        let path = self.note(name);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            match std::fs::read_to_string(&path) {
                Ok(text) if text.ends_with('\n') => return text,
                _ => assert!(std::time::Instant::now() < deadline, "no note {name}"),
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// The explorer has its screen again and takes keys; no file of the editor is left.
    fn is_back(&mut self) {
        self.terminal.wait_until("the program's screen", |screen| {
            screen.alternate_screen() && screen.bracketed_paste() && screen.contents().contains("Topics")
        });
        self.terminal.wait_for_raw_mode();
        let left = private_folders(self.folder.path());
        assert_eq!(left, Vec::<PathBuf>::new(), "a file of the editor is left");
    }

    fn quit(mut self) {
        self.terminal.keys("q");
        let ended = self.terminal.wait_for_end();
        assert_eq!(ended.code, 0);
        assert!(ended.restored, "modes of the terminal");
    }
}

fn private_folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("mqtt-tui-")))
        .collect()
}

#[test]
fn f15_the_editor_has_the_terminal_and_what_it_changed_waits_to_be_sent() {
    let script = r#"
printf '%s\n' "$1" > "$NOTES/flag"
printf '%s\n' "<$MQTT_TUI_PASSWORD>" > "$NOTES/secret"
cp "$2" "$NOTES/payload"; echo >> "$NOTES/payload"
stat -c '%a' "$2" "$(dirname "$2")" > "$NOTES/modes"
stty -a > "$NOTES/tty"
echo "what shall it be?"
read -r answer
printf '%s\n' "$answer" > "$2""#;
    let mut editing = Editing::with(script);
    editing.terminal.keys("e");
    editing.terminal.wait_for("what shall it be?");
    editing.terminal.look(|screen| assert!(!screen.alternate_screen() && !screen.hide_cursor()));
    assert_eq!(editing.noted("flag"), "-w\n");
    assert_eq!(editing.noted("secret"), "<>\n");
    assert_eq!(editing.noted("payload"), "{\"on\":true}\n");
    assert_eq!(editing.noted("modes"), "600\n700\n");
    assert!(editing.noted("tty").contains(" icanon"), "the terminal is as the shell had it");
    // Every key is the editor's, those that would quit the explorer, too.
    editing.terminal.keys("quite?:\r");
    editing.is_back();
    editing.terminal.wait_for("quite?:");
    editing.terminal.wait_for("Publish");
    editing.terminal.keys("\x13");
    editing.terminal.wait_for("sent (no answer");
    let first = editing.stage.receive("lamp/set").payload;
    assert_eq!(first, "{\"on\":true}", "the one that was there before");
    assert_eq!(editing.stage.receive("lamp/set").payload, "quite?:");
    editing.terminal.escape();
    editing.quit();
}

#[test]
fn f15_an_editor_that_fails_changes_nothing_and_the_terminal_is_back() {
    for (script, words) in [
        ("exit 3", "exit code 3"),
        ("kill -9 $$", "signal 9"),
        ("rm \"$2\"", "left no file"),
        ("rm -r \"$(dirname \"$2\")\"", "left no file"),
        ("stty raw -echo; printf '\\033[?1049h\\033[?25l'; kill -9 $$", "signal 9"),
        ("true", "nothing was changed"),
        ("touch \"$2\"", "nothing was changed"),
        ("echo >> \"$2\"", "nothing was changed"),
    ] {
        let mut editing = Editing::with(script);
        editing.terminal.keys("e");
        editing.terminal.wait_for(words);
        editing.is_back();
        editing.terminal.wait_for("\"on\"");
        editing.quit();
    }
}

#[test]
fn f15_an_editor_that_is_not_there_is_said() {
    let mut editing = Editing::started(None, &[]);
    editing.terminal.keys("e");
    editing.terminal.wait_for("was not found");
    editing.is_back();
    editing.quit();
    let stage = Stage::start();
    stage.publish("lamp/set", b"x", true);
    let mut terminal = Launch::new(&["connect", &stage.target()]).start();
    terminal.wait_for("lamp");
    terminal.keys("Ge");
    terminal.wait_for("no editor is named");
    terminal.quit();
}

#[test]
fn f15_ctrl_c_in_the_editor_is_the_editors() {
    let script = r#"
trap 'echo interrupted > "$NOTES/interrupted"; exit 0' INT
echo "in the editor"
while :; do sleep 0.05; done"#;
    let mut editing = Editing::with(script);
    editing.terminal.keys("e");
    editing.terminal.wait_for("in the editor");
    editing.terminal.keys("\x03");
    assert_eq!(editing.noted("interrupted"), "interrupted\n");
    editing.is_back();
    editing.terminal.wait_for("nothing was changed");
    // From here on it is the explorer's again.
    editing.terminal.keys("\x03");
    assert_eq!(editing.terminal.wait_for_end().code, 0);
}

#[test]
fn c19_messages_and_keep_alive_go_on_while_the_editor_is_open() {
    let script = "echo \"in the editor\"\nread -r answer\nexit 1";
    let mut editing = Editing::started(Some(script), &["-k", "1"]);
    editing.terminal.keys("e");
    editing.terminal.wait_for("in the editor");
    // The broker gives up a client that keeps silent for one and a half keep alives (MQTT 5.0, 3.1.2.10).
    std::thread::sleep(std::time::Duration::from_secs(4));
    editing.stage.publish("came/meanwhile", b"1", false);
    editing.terminal.resize(100, 30);
    editing.terminal.keys("\r");
    editing.is_back();
    editing.terminal.wait_for("came");
    editing.terminal.keys("!");
    editing.terminal.wait_for("exit code 1");
    assert!(!editing.terminal.screen().contains("connection lost"), "{}", editing.terminal.screen());
    editing.terminal.escape();
    editing.quit();
}

#[test]
fn f03_a_deadly_signal_ends_the_program_with_the_editor_open() {
    let script = "trap 'echo gone > \"$NOTES/gone\"; exit 1' HUP\necho \"in the editor\"\nwhile :; do sleep 0.05; done";
    let mut editing = Editing::with(script);
    editing.terminal.keys("e");
    editing.terminal.wait_for("in the editor");
    rustix::process::kill_process(editing.terminal.pid, Signal::TERM).unwrap();
    let ended = editing.terminal.wait_for_child();
    assert_eq!(ended.code, 143);
    assert!(ended.restored, "modes of the terminal");
    assert_eq!(editing.noted("gone"), "gone\n");
    assert_eq!(private_folders(editing.folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn f06_ctrl_z_in_the_editor_stops_both_and_fg_goes_on_with_the_editor() {
    let script = "echo \"in the editor\"\nread -r answer\nexit 1";
    let stage = Stage::start();
    stage.publish("lamp/set", b"x", true);
    let folder = tempfile::tempdir().unwrap();
    let editor = folder.path().join("editor");
    std::fs::write(&editor, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let target = stage.target();
    let mut terminal = Launch::new(&["connect", &target])
        .variable("EDITOR", editor.to_str().unwrap())
        .script("set -m; \"$@\"; echo \"status $?\"; read answer; fg; echo \"ended $?\"")
        .start();
    terminal.wait_for("lamp");
    terminal.keys("Ge");
    terminal.wait_for("in the editor");
    terminal.keys("\x1a");
    // The word alone may stand in a payload of the explorer, too.
    terminal.wait_until("the shell's word", |screen| {
        !screen.alternate_screen() && screen.contents().contains("status")
    });
    terminal.keys("\r");
    terminal.wait_for("{@}");
    terminal.keys("\r");
    terminal.wait_until("the program's screen", |screen| {
        screen.alternate_screen() && screen.contents().contains("exit code 1")
    });
    terminal.wait_for_raw_mode();
    terminal.keys("q");
    assert_eq!(terminal.wait_for_end().code, 0);
    assert!(terminal.screen().contains("ended 0"), "{}", terminal.screen());
}

#[test]
fn f15_keys_that_come_at_once_start_one_editor_and_not_two() {
    let mut editing = Editing::with("printf 'begun\\n' >> \"$NOTES/begun\"; read -r answer");
    editing.terminal.keys("eeee");
    assert_eq!(editing.noted("begun"), "begun\n");
    editing.terminal.keys("\r");
    editing.is_back();
    assert_eq!(editing.noted("begun"), "begun\n", "another editor was begun over the first");
    editing.quit();
}

#[test]
fn decoded_text_is_read_in_the_editor_and_what_is_changed_in_it_goes_nowhere() {
    let script = r#"
cp "$2" "$NOTES/payload"; echo >> "$NOTES/payload"
stat -c '%a' "$2" > "$NOTES/modes"
chmod u+w "$2"; echo changed > "$2""#;
    let mut editing = Editing::with(script);
    editing.stage.publish("a", b"\xa1\x6btemperature\x15", true);
    editing.terminal.wait_for("CBOR");
    editing.terminal.keys("g");
    editing.terminal.wait_for("\"temperature\": 21");
    editing.terminal.keys("e");
    assert_eq!(editing.noted("payload"), "{\"temperature\":21}\n");
    assert_eq!(editing.noted("modes"), "400\n");
    editing.is_back();
    editing.terminal.wait_for("goes nowhere");
    editing.quit();
}
