//! Where passwords come from, and getting them. Blocking: called off the loop.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::{PasswordSource, file, keyring, password_command};
use crate::model::Secret;

/// Longest line that is read as a password, in bytes: an MQTT password holds at most 65,535 (MQTT 5.0, 3.1.3.6), and what is longer must
/// be seen to be.
pub(super) const LONGEST: usize = 65_536;

/// Gets the password that `source` names for the profile named `profile`; `None` when the source is none, or the user who is to be
/// asked. Waits for a command and for the keyring; the command is
/// killed when it is `called_off`. The error says what, where and what to do, and holds no secret.
pub fn find_password(
    source: &PasswordSource,
    profile: &str,
    variable: impl Fn(&str) -> Option<String>,
    called_off: &CancellationToken,
) -> Result<Option<Secret>, String> {
    let found = match source {
        PasswordSource::None | PasswordSource::Prompt => return Ok(None),
        PasswordSource::Saved(password) => Ok(password.clone()),
        PasswordSource::Environment(name) => variable(name)
            .map(Secret::new)
            .ok_or_else(|| format!("the environment variable {name} is not set")),
        PasswordSource::File(path) => read_file(path).map_err(|fault| format!("{}: {fault}", path.display())),
        PasswordSource::Command(command) => password_command::run(command, called_off),
        PasswordSource::Keyring => keyring::find(profile),
    };
    found.map(Some).map_err(|fault| format!("no password: {fault}"))
}

/// What is unsafe about where the password comes from, if anything.
pub fn password_warning(source: &PasswordSource) -> Option<String> {
    match source {
        PasswordSource::File(path) if file::is_open_to_others(path) => Some(format!(
            "other users of this machine can read the password in {}: chmod 600 it",
            path.display()
        )),
        _ => None,
    }
}

fn read_file(path: &Path) -> Result<Secret, String> {
    let unread = |fault: std::io::Error| format!("this cannot be read: {fault}");
    // A pipe is allowed, as in <(pass show broker); a folder is not.
    if std::fs::metadata(path).map_err(unread)?.is_dir() {
        return Err("this is a folder".into());
    }
    first_line(File::open(path).map_err(unread)?)
}

/// The first line, without its end.
pub(super) fn first_line(from: impl Read) -> Result<Secret, String> {
    let mut line = Vec::new();
    let mut from = BufReader::new(from).take(LONGEST as u64 + 2);
    from.read_until(b'\n', &mut line).map_err(|fault| format!("this cannot be read: {fault}"))?;
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    match std::str::from_utf8(text) {
        Ok("") => Err("its first line is empty".into()),
        Ok(text) => Ok(Secret::new(text)),
        Err(_) => Err("its first line is not UTF-8 text".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &PasswordSource) -> Result<String, String> {
        let variable = |name: &str| (name == "KNOWN").then(|| "from the environment".to_owned());
        find_password(source, "home", variable, &CancellationToken::new())
            .map(|found| found.expect("one").expose().to_owned())
    }

    #[test]
    fn g04_a_password_is_the_first_line_of_a_file() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("password");
        let source = PasswordSource::File(path.clone());
        for (text, password) in [
            ("hidden\n", "hidden"),
            ("hidden\r\nmore", "hidden"),
            (" hidden ", " hidden "),
            ("pässwört\n\n", "pässwört"),
        ] {
            std::fs::write(&path, text).expect("write");
            assert_eq!(found(&source), Ok(password.to_owned()), "{text:?}");
        }
        for (text, words) in [(&b""[..], "empty"), (b"\nhidden", "empty"), (b"hidden\xff", "UTF-8")] {
            std::fs::write(&path, text).expect("write");
            let fault = found(&source).expect_err("none");
            assert!(fault.contains(words) && fault.contains("password:"), "{fault}");
            assert!(!fault.contains("hidden"), "{fault}");
        }
        let missing = found(&PasswordSource::File(folder.path().join("missing"))).expect_err("none");
        assert!(missing.contains("missing: this cannot be read"), "{missing}");
        let folder_given = found(&PasswordSource::File(folder.path().into())).expect_err("none");
        assert!(folder_given.contains("folder"), "{folder_given}");
    }

    #[test]
    fn d15_a_line_without_end_is_read_only_so_far_that_it_is_seen_to_be_too_long() {
        let read = first_line(std::io::repeat(b'x')).expect("a line");
        assert!(read.expose().len() > 65_535 && read.expose().len() < 70_000);
    }

    #[test]
    #[cfg(unix)]
    fn g03_a_password_file_that_others_can_read_is_warned_about() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("password");
        std::fs::write(&path, "hidden").expect("write");
        let source = PasswordSource::File(path.clone());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("mode");
        let warning = password_warning(&source).expect("a warning");
        assert!(warning.contains("chmod 600") && !warning.contains("hidden"), "{warning}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("mode");
        assert_eq!(password_warning(&source), None);
    }

    #[test]
    fn g04_a_variable_that_is_not_set_is_named() {
        assert_eq!(found(&PasswordSource::Environment("KNOWN".into())), Ok("from the environment".into()));
        let fault = found(&PasswordSource::Environment("UNKNOWN".into())).expect_err("none");
        assert_eq!(fault, "no password: the environment variable UNKNOWN is not set");
    }

    #[test]
    fn d11_nobody_is_asked_here() {
        for source in [PasswordSource::None, PasswordSource::Prompt] {
            assert_eq!(find_password(&source, "home", |_| None, &CancellationToken::new()), Ok(None));
        }
    }

    #[test]
    #[cfg(not(feature = "keyring"))]
    fn g04_without_a_keyring_it_is_said_what_to_do() {
        let fault = found(&PasswordSource::Keyring).expect_err("none");
        assert!(fault.contains("built without") && fault.contains("password"), "{fault}");
    }
}
