//! Saving in processes of their own, which are killed, run out of disk, or have an open umask. Each is this test binary again, told by the
//! environment to play [`a_process_of_its_own`].
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::*;

/// Environment: the file to save to, and what to do.
const FILE: &str = "MQTT_TUI_TEST_FILE";
const ROLE: &str = "MQTT_TUI_TEST_ROLE";
/// Environment: how often to kill instead of [`KILLS`].
const TIMES: &str = "MQTT_TUI_TEST_KILLS";
const KILLS: usize = 60;
/// Long enough that a file written in pieces would be seen in pieces.
const LENGTH: usize = 100_000;

#[test]
fn a_process_of_its_own() {
    let (Ok(path), Ok(role)) = (std::env::var(FILE), std::env::var(ROLE)) else { return };
    let mut book = ProfileBook::load(Path::new(&path));
    let long = |letter: &str| Profile { notes: Some(letter.repeat(LENGTH)), ..profile("busy") };
    match role.as_str() {
        "loop" => {
            let mut saved = book.find("busy").map(|busy| busy.name.clone());
            for letter in ["a", "b", "c", "d"].iter().cycle() {
                let kept = book.save(long(letter), saved.as_deref()).expect("saved");
                assert!(matches!(kept, Kept::File(_)), "{kept}");
                saved = Some("busy".into());
                println!("saved");
            }
        }
        "full disk" => {
            let kept = book.save(long("a"), None).expect("kept");
            println!("{kept}");
            assert!(matches!(kept, Kept::Memory { .. }), "{kept}");
            assert!(book.find("busy").is_some());
        }
        "umask" => drop(book.save(profile("new"), None).expect("saved")),
        other => panic!("{other}"),
    }
}

/// This binary as the process of `role`, begun by a shell that runs `before`.
fn start(role: &str, path: &Path, before: &str) -> Child {
    Command::new("sh")
        .args(["-c", &format!("{before} exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().expect("this binary"))
        .args(["--exact", "--nocapture", "config::book::tests::processes::a_process_of_its_own"])
        .env(FILE, path)
        .env(ROLE, role)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started")
}

#[test]
fn g01_killed_at_any_moment_the_old_file_or_the_new_is_there() {
    let place = Place::with(BY_HAND);
    let times = std::env::var(TIMES).ok().and_then(|times| times.parse().ok()).unwrap_or(KILLS);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..times {
        let mut child = start("loop", &place.path, "");
        let mut lines = BufReader::new(child.stdout.take().expect("output")).lines();
        // It is in the middle of saving from here on.
        assert!(
            lines.any(|line| line.is_ok_and(|line| line.contains("saved"))),
            "the process ended by itself"
        );
        std::thread::sleep(Duration::from_micros(fastrand::u64(..8_000)));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let book = place.load();
        assert_eq!(book.faults(), []);
        let notes = book.find("busy").and_then(|busy| busy.notes.as_deref()).expect("saved once");
        let letter = notes.chars().next().expect("a letter");
        assert_eq!(notes, letter.to_string().repeat(LENGTH));
        seen.insert(letter);
        assert!(place.text().starts_with(BY_HAND.trim_end_matches("# the end\n")));
    }
    assert!(seen.len() > 1, "it was always killed at the same moment");
    let mut book = place.load();
    book.remove("busy").expect("removed");
    let remains = fs::read_dir(place.path.parent().expect("folder")).expect("folder").count();
    assert_eq!((remains, place.text().as_str()), (2, BY_HAND), "the file and its lock are left");
}

#[test]
fn g08_on_a_full_disk_the_old_file_stays() {
    let place = Place::with(BY_HAND);
    // Writing beyond the limit fails as on a full disk once the signal is ignored.
    let child = start("full disk", &place.path, "trap '' XFSZ; ulimit -f 16;");
    let output = child.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("not saved"), "{said}");
    assert_eq!(place.text(), BY_HAND);
    let remains = fs::read_dir(place.path.parent().expect("folder")).expect("folder").count();
    assert_eq!(remains, 2, "the file and its lock are left");
}

#[test]
fn g03_even_with_an_open_umask_nobody_else_can_read() {
    let place = Place::empty();
    let path = place.path.with_file_name("new").join("profiles.toml");
    let output = start("umask", &path, "umask 000;").wait_with_output().expect("ended");
    assert!(output.status.success());
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().expect("folder"))), (0o600, 0o700));
    for entry in fs::read_dir(path.parent().expect("folder")).expect("folder") {
        let path = entry.expect("entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
