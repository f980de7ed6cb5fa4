//! The two files of the user, with every key explained: what `mqtt-tui config example` prints.

/// `profiles.toml` with every key.
pub const PROFILES_EXAMPLE: &str = include_str!("examples/profiles.toml");
/// `config.toml` with every key, each at what it is without the file.
pub const SETTINGS_EXAMPLE: &str = include_str!("examples/config.toml");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ProfileBook, SettingsFile};

    fn written(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("file.toml");
        std::fs::write(&path, text).expect("write");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("mode");
        }
        (folder, path)
    }

    /// The text with the keys that stand in comments, as `# key = value`, switched on.
    fn switched_on(text: &str) -> String {
        let is_key = |line: &str| {
            let name = line.split('=').next().unwrap_or_default().trim();
            line.contains('=') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        };
        let lines = text.lines().map(|line| match line.strip_prefix("# ") {
            Some(rest) if is_key(rest) => rest,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_example_of_profiles_is_read_without_a_word_and_knows_every_key() {
        let (_folder, path) = written(PROFILES_EXAMPLE);
        let book = ProfileBook::load(&path);
        assert_eq!((book.faults(), book.warnings().len()), (&[][..], 0), "{:?}", book.warnings());
        let (_folder, path) = written(&PROFILES_EXAMPLE.replace(" = ", "x = "));
        let book = ProfileBook::load(&path);
        assert!(book.profiles().is_empty(), "keys that are all wrong are still read");
        for key in crate::config::book::every_key() {
            let found = PROFILES_EXAMPLE.contains(&format!("{key} = "))
                || PROFILES_EXAMPLE.contains(&format!("[profile.{key}]"));
            assert!(found, "{key} is not explained");
        }
    }

    #[test]
    fn the_example_of_settings_is_read_without_a_word_and_sets_what_is_so_anyway() {
        let (_folder, path) = written(SETTINGS_EXAMPLE);
        let settings = SettingsFile::load(&path);
        assert_eq!((settings.faults(), settings.warnings()), (&[][..], &[][..]));
        assert_eq!(settings.theme, None);
        let (_folder, path) = written(&switched_on(SETTINGS_EXAMPLE));
        let settings = SettingsFile::load(&path);
        assert_eq!((settings.faults(), settings.warnings()), (&[][..], &[][..]));
        assert_eq!(settings.memory.map(|chosen| chosen.value), Some(256 << 20));
        assert_eq!(settings.keep_alive.map(|chosen| chosen.value), Some(crate::model::Target::KEEP_ALIVE));
        assert!(settings.proxy.is_some() && settings.max_packet.is_some() && settings.theme.is_some());
    }
}
