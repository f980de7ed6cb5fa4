//! The shape of the crate, kept by reading its source: imports between rooms go one way, one client library is named in two
//! rooms only, every file says what it is for and stays short enough to be read at once.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("payload", &["model"]),
    ("store", &["model", "payload"]),
    ("sys", &["model", "payload", "store"]),
    ("config", &["model"]),
    ("mqtt", &["model", "config"]),
    ("broker", &["model"]),
    ("app", &["model", "payload", "store", "sys", "config"]),
    ("ui", &["model", "payload", "store", "sys", "config", "app"]),
    ("runtime", &["model", "payload", "store", "sys", "config", "app", "ui", "mqtt"]),
    ("cli", &["model", "payload", "store", "sys", "config", "app", "ui", "mqtt", "broker", "runtime"]),
];

/// The rooms that may name the client library.
const NAME_RUMQTTC: &[&str] = &["mqtt", "broker"];

/// Lines of code in a file, its tests not counted.
const LONGEST: usize = 400;

/// Files that are longer than that for now. A file that has become short must leave this list.
const STILL_TOO_LONG: &[&str] = &[];

struct Source {
    /// From the root of the repository.
    path: String,
    /// The folder under `src`, or the file's own name without `.rs`.
    room: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = vec![root.join("src")];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("the file can be read");
                let path =
                    path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                let room = path.split('/').nth(1).expect("below src").trim_end_matches(".rs").to_owned();
                found.push(Source { path, room, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 50, "only {} files: the test reads the wrong folder", found.len());
    found
}

/// Tests that stand in files of their own; the module they belong to says what they are about.
fn is_test(source: &Source) -> bool {
    source.path.contains("/tests/") || source.path.ends_with("/tests.rs")
}

/// The source without comments, on which paths are looked for.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| line.find("//").map_or(line, |at| &line[..at]));
    lines.collect::<Vec<_>>().join("\n")
}

/// Rooms that `code` names by `crate::room` or in `crate::{room, …}`.
fn rooms_named(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    let word =
        |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut item_begins = true;
            for (index, letter) in group.char_indices() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => item_begins = true,
                    letter if letter.is_whitespace() => {}
                    _ if item_begins && depth == 0 => {
                        named.insert(word(&group[index..]));
                        item_begins = false;
                    }
                    _ => {}
                }
            }
        } else {
            named.insert(word(rest));
        }
    }
    named
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let source = "use crate::model::{A, b::C};\nuse crate::{store::{Store, self}, ui};\nlet x = crate::payload::width(y);";
    let named: Vec<String> = rooms_named(source).into_iter().collect();
    assert_eq!(named, ["model", "payload", "store", "ui"]);
    assert_eq!(code("a // crate::cli\nb"), "a \nb");
}

#[test]
fn imports_between_rooms_go_one_way() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(room, _)| *room == source.room) else {
            // The two roots of the crate stand above all rooms.
            assert!(matches!(source.room.as_str(), "lib" | "main"), "{} is in no known room", source.path);
            continue;
        };
        for named in rooms_named(&code(&source.text)) {
            let is_room = MAY_IMPORT.iter().any(|(room, _)| *room == named);
            if is_room && named != source.room && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{}: {} may not import {named}", source.path, source.room));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn only_the_session_and_the_bundled_broker_name_the_client_library() {
    let names = |source: &Source| code(&source.text).contains("rumqttc");
    let wrong: Vec<String> = sources()
        .into_iter()
        .filter(|source| !NAME_RUMQTTC.contains(&source.room.as_str()) && names(source))
        .map(|source| source.path)
        .collect();
    assert!(wrong.is_empty(), "these name rumqttc: {wrong:?}");
}

#[test]
fn every_file_opens_by_saying_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|source| !is_test(source) && !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    assert!(silent.is_empty(), "no opening `//!` line: {silent:?}");
}

#[test]
fn files_are_short_enough_to_be_read_at_once() {
    let mut wrong = Vec::new();
    for source in sources() {
        let own = source.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().lines().count();
        let excused = STILL_TOO_LONG.contains(&source.path.as_str());
        if own > LONGEST && !is_test(&source) && !excused {
            wrong.push(format!("{}: {own} lines of code, at most {LONGEST} are wanted", source.path));
        }
        if excused && own <= LONGEST {
            wrong.push(format!("{}: short enough now, take it off the list", source.path));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
