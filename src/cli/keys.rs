//! `mqtt-tui keys`: the command table as text. The README's table is its Markdown form.

use std::fmt::Write;
use std::process::ExitCode;

use super::{KeysArgs, output};
use crate::app::command::{Row, TABLE};
use crate::app::key_label;

pub(super) fn run(args: &KeysArgs) -> ExitCode {
    output::print(&if args.markdown { markdown() } else { plain() })
}

fn keys(row: &Row, separator: &str, wrap: &str) -> String {
    let keys: Vec<String> = row.keys.iter().map(|key| format!("{wrap}{}{wrap}", key_label(key))).collect();
    keys.join(separator)
}

fn places(row: &Row) -> String {
    if row.contexts.len() > 4 {
        return "everywhere".to_owned();
    }
    let places: Vec<String> = row.contexts.iter().map(|context| context.title().to_lowercase()).collect();
    places.join(", ")
}

fn plain() -> String {
    let mut text = String::new();
    for row in TABLE {
        let _ =
            writeln!(text, "{:<18} {:<24} {:<28} {}", keys(row, "  ", ""), row.name, places(row), row.title);
    }
    text
}

/// The table of the README.
pub(super) fn markdown() -> String {
    let mut text = String::from("| key | does | where |\n|---|---|---|\n");
    for row in TABLE {
        let _ = writeln!(text, "| {} | {} | {} |", keys(row, " ", "`"), row.title, places(row));
    }
    text
}
