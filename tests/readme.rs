//! What the README shows is what the program has: the keys are the command table, the pictures are those the program draws.

#![expect(clippy::expect_used, reason = "helpers of tests may fail loudly")]

use std::fs;
use std::path::Path;
use std::process::Command;

fn program(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_mqtt-tui")).args(arguments).output().expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_keys_are_the_command_table() {
    let readme = fs::read_to_string("README.md").expect("README.md");
    let (_, rest) = readme.split_once("<!-- keys -->\n").expect("the mark before the keys");
    let (shown, _) = rest.split_once("<!-- /keys -->").expect("the mark after the keys");
    assert_eq!(
        shown,
        program(&["keys", "--markdown"]),
        "put the output of `mqtt-tui keys --markdown` between the marks"
    );
}

#[test]
fn the_pictures_are_those_the_program_draws() {
    let folder = tempfile::tempdir().expect("folder");
    program(&["screenshots", &folder.path().display().to_string()]);
    for entry in fs::read_dir(folder.path()).expect("pictures") {
        let drawn = entry.expect("picture").path();
        let name = drawn.file_name().expect("name");
        let kept = Path::new("screenshots").join(name);
        let same = fs::read(&kept).is_ok_and(|kept| Some(kept) == fs::read(&drawn).ok());
        assert!(same, "{} is stale: run `cargo run --release -- screenshots`", kept.display());
    }
}

#[test]
fn every_picture_and_file_the_readme_names_is_there() {
    let readme = fs::read_to_string("README.md").expect("README.md");
    for target in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        if !target.starts_with("http") {
            assert!(Path::new(target).exists(), "README.md names {target}");
        }
    }
}
