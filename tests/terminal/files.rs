//! Files that the explorer writes: exact bytes, the usual mode, nothing left behind where there is no room.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::harness::{Launch, Terminal};
use crate::stage::Stage;

/// An explorer that looks at a retained payload of 20,000 bytes.
fn looking(launch: impl FnOnce(&str) -> Launch) -> (Stage, Terminal, Vec<u8>) {
    let stage = Stage::start();
    let payload: Vec<u8> = (0..=255).cycle().take(20_000).collect();
    stage.publish("big/one", &payload, true);
    let mut terminal = launch(&stage.target()).start();
    terminal.wait_for("big");
    terminal.keys("G");
    terminal.wait_for("20 kB");
    (stage, terminal, payload)
}

/// Types the name of a file in place of the proposal.
fn name(terminal: &mut Terminal, name: &str) {
    terminal.keys("\x15");
    terminal.keys(name);
    terminal.wait_for(name);
    terminal.keys("\r");
}

fn files(terminal: &Terminal) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(terminal.home()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).collect()
}

#[test]
fn e11_a_payload_and_an_export_are_written_where_they_were_asked_for() {
    let (_stage, mut terminal, payload) =
        looking(|target| Launch::new(&["connect", target]).script("umask 027; \"$@\""));
    terminal.keys("W");
    terminal.wait_for("Save the payload to");
    name(&mut terminal, "~/one.bin");
    terminal.wait_for("saved to");
    let path = terminal.home().join("one.bin");
    assert_eq!(std::fs::read(&path).unwrap(), payload);
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640,
        "as the user's mask has it"
    );
    terminal.keys("W");
    terminal.wait_for("Save the payload to");
    name(&mut terminal, "one.bin");
    terminal.wait_for("Replace the file?");
    terminal.keys("y");
    terminal.wait_without("Replace the file?");
    terminal.keys("\x05");
    terminal.wait_for("history of this topic");
    terminal.keys("\r");
    terminal.wait_for("Export to");
    name(&mut terminal, "out.csv");
    terminal.wait_for("1 message exported");
    let table = std::fs::read_to_string(terminal.home().join("out.csv")).unwrap();
    assert!(table.starts_with("received,topic,") && table.lines().count() == 2, "{table}");
    assert_eq!(files(&terminal).len(), 2, "nothing else is left");
    terminal.quit();
}

#[test]
fn b12_where_there_is_no_room_it_is_said_and_nothing_is_left_behind() {
    // A limit of 4 KiB on every file stands for a full disk.
    let script = "trap '' XFSZ; ulimit -f 8; \"$@\"";
    let (_stage, mut terminal, _) = looking(|target| Launch::new(&["connect", target]).script(script));
    terminal.keys("W");
    terminal.wait_for("Save the payload to");
    name(&mut terminal, "one.bin");
    terminal.wait_for("not written");
    terminal.wait_for("too large");
    assert_eq!(files(&terminal), Vec::<PathBuf>::new());
    terminal.escape();
    terminal.wait_without("Save the payload to");
    terminal.keys("\x05");
    terminal.wait_for("history of this topic");
    terminal.keys("\r");
    terminal.wait_for("Export to");
    name(&mut terminal, "out.jsonl");
    terminal.wait_for("not written: out.jsonl");
    assert_eq!(files(&terminal), Vec::<PathBuf>::new());
    terminal.escape();
    terminal.wait_without("Export to");
    terminal.quit();
}
