//! Where the user's files live, by the platform's convention, and what paths in those files mean.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

/// Environment variable that names another folder of configuration, whole from the root.
pub const CONFIG_DIR_VARIABLE: &str = "MQTT_TUI_CONFIG_DIR";

/// The folder of the user's own configuration (`$XDG_CONFIG_HOME/mqtt-tui` on Linux, or what `MQTT_TUI_CONFIG_DIR` says); `None`
/// without a home.
pub fn config_dir() -> Option<PathBuf> {
    located().0
}

/// What is odd about the place of the configuration, in one sentence; most users have nothing to hear.
pub fn config_dir_notice() -> Option<String> {
    located().1
}

/// The file of the saved connections.
pub fn profiles_path() -> Option<PathBuf> {
    config_dir().map(|folder| folder.join("profiles.toml"))
}

/// The file of the settings.
pub fn settings_path() -> Option<PathBuf> {
    config_dir().map(|folder| folder.join("config.toml"))
}

fn located() -> (Option<PathBuf>, Option<String>) {
    let usual = ProjectDirs::from("", "", "mqtt-tui").map(|dirs| dirs.config_dir().to_owned());
    locate(|name| std::env::var_os(name), usual)
}

/// `usual` is the platform's place. A relative path would mean another folder for each place the program is started in.
fn locate(
    variable: impl Fn(&str) -> Option<OsString>,
    usual: Option<PathBuf>,
) -> (Option<PathBuf>, Option<String>) {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(own) = set(CONFIG_DIR_VARIABLE) {
        return if own.is_absolute() {
            (Some(own), None)
        } else {
            // Not the usual folder either: whoever sets this wants that one left alone.
            let words = "is not a whole path from the root: nothing is read or saved";
            (None, Some(format!("{CONFIG_DIR_VARIABLE} {words}")))
        };
    }
    let usual = usual.filter(|path| path.is_absolute());
    let relative = cfg!(all(unix, not(target_os = "macos")))
        && set("XDG_CONFIG_HOME").is_some_and(|path| !path.is_absolute());
    match usual {
        None => (None, Some("there is no home folder: nothing is saved".into())),
        Some(path) if relative => {
            let notice =
                format!("XDG_CONFIG_HOME is not a whole path from the root: {} is used", path.display());
            (Some(path), Some(notice))
        }
        Some(path) => (Some(path), None),
    }
}

/// What `path` in a file of `folder` means: `~/` is the home folder, and what does not begin at the root begins at the file.
pub(super) fn expand(path: &str, folder: &Path) -> PathBuf {
    let home = path.strip_prefix("~/").and_then(|rest| Some(BaseDirs::new()?.home_dir().join(rest)));
    home.unwrap_or_else(|| folder.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(pairs: &[(&str, &str)], usual: Option<&str>) -> (Option<PathBuf>, String) {
        let variable =
            |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
        let (path, notice) = locate(variable, usual.map(PathBuf::from));
        (path, notice.unwrap_or_default())
    }

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn g07_a_relative_path_and_a_missing_home_are_said() {
        let usual = Some("/home/a/.config/mqtt-tui");
        assert_eq!(located(&[], usual), (usual.map(PathBuf::from), String::new()));
        let (path, notice) = located(&[("XDG_CONFIG_HOME", "relative")], usual);
        assert_eq!(path, usual.map(PathBuf::from));
        assert!(notice.contains("XDG_CONFIG_HOME") && notice.contains("/home/a"), "{notice}");
        let (path, notice) = located(&[], None);
        assert!(path.is_none() && notice.contains("no home"), "{notice}");
        let (path, notice) = located(&[], Some("relative/home"));
        assert!(path.is_none() && notice.contains("no home"), "{notice}");
        assert_eq!(located(&[(CONFIG_DIR_VARIABLE, "/tmp/x")], usual).0, Some("/tmp/x".into()));
        let (path, notice) = located(&[(CONFIG_DIR_VARIABLE, "x")], usual);
        assert!(path.is_none() && notice.contains(CONFIG_DIR_VARIABLE), "{notice}");
    }

    #[test]
    fn paths_in_a_file_begin_at_the_file() {
        assert_eq!(expand("ca.pem", Path::new("/etc/x")), Path::new("/etc/x/ca.pem"));
        assert_eq!(expand("/ca.pem", Path::new("/etc/x")), Path::new("/ca.pem"));
    }
}
