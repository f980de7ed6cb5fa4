//! `mqtt-tui themes`: the themes at hand, and the roles a theme file must name.

use std::fmt::Write;
use std::process::ExitCode;

use super::output;
use crate::config::{Colours, Role, Themes, config_dir};
use crate::payload::sanitise;

pub(super) fn run() -> ExitCode {
    let folder = config_dir().map(|folder| folder.join("themes"));
    let (themes, faults) = Themes::load(folder.as_deref(), Colours::True);
    let mut text = String::new();
    for name in themes.names() {
        let _ = writeln!(text, "{}", sanitise(name));
    }
    let place = folder.map_or_else(|| "(no home folder)".to_owned(), |folder| folder.display().to_string());
    let _ = writeln!(
        text,
        "\nOwn themes: *.toml in {place}; one with the name of a built-in theme takes its place."
    );
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    let _ = writeln!(text, "Roles that a theme gives a style: {}.", roles.join(", "));
    for fault in faults {
        output::warn(&fault);
    }
    output::print(&text)
}
