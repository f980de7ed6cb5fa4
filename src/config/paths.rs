//! Where the user's files live, by the platform's convention.

use std::path::PathBuf;

use directories::ProjectDirs;

/// The folder of the user's own configuration (`$XDG_CONFIG_HOME/mqtt-tui` on Linux); `None` without a home.
pub fn config_dir() -> Option<PathBuf> {
    ProjectDirs::from("", "", "mqtt-tui").map(|dirs| dirs.config_dir().to_owned())
}
