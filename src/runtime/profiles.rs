//! Changes of the profiles file, one after the other: each begins with what the one before left, and none holds up the loop.

use tokio::sync::mpsc::{Receiver, Sender};

use crate::app::{Done, SaveId};
use crate::config::{Kept, PasswordSource, Profile, ProfileBook, move_in_keyring};
use crate::model::{Protocol, Severity};

/// A change of the profiles file.
#[derive(Debug)]
pub(super) enum Change {
    /// Write a profile, in place of the one of that name.
    Save(Box<Profile>, Option<String>, SaveId),
    /// Take one out.
    Remove(String),
    /// Write down what a broker speaks.
    Remember(String, Protocol),
    /// Read the file again; the user asked for it, or not.
    Read(bool),
}

impl Change {
    /// The number under which a profile is saved.
    pub(super) fn id(&self) -> Option<SaveId> {
        match self {
            Self::Save(.., id) => Some(*id),
            Self::Remove(_) | Self::Remember(..) | Self::Read(_) => None,
        }
    }
}

/// Makes the changes in `book` and in its file, until there can be no more.
pub(super) async fn keep(mut book: ProfileBook, mut changes: Receiver<Change>, done: Sender<Done>) {
    while let Some(change) = changes.recv().await {
        let id = change.id();
        let read = if let Change::Read(asked) = change { Some(asked) } else { None };
        // A slow disk or a network folder may take its time.
        let changed = tokio::task::spawn_blocking(move || {
            let (severity, text) = make(&mut book, change).unwrap_or_else(|reason| (Severity::Error, reason));
            (book, severity, text)
        });
        let Ok((after, severity, text)) = changed.await else { return };
        book = after;
        // Nobody listens any more when the program is ending: what was asked for before is still written.
        let known = Box::new(book.clone());
        let report = match read {
            Some(asked) => Done::ProfilesRead(known, asked),
            None => Done::Profiles(known, severity, text, id),
        };
        let _ = done.send(report).await;
    }
}

/// Makes one change; a sentence for the user, empty when there is nothing to tell.
fn make(book: &mut ProfileBook, change: Change) -> Result<(Severity, String), String> {
    let told = |kept: &Kept, text: String| match kept {
        Kept::File(_) => (Severity::Success, text),
        Kept::Copy { .. } | Kept::Memory { .. } => (Severity::Warning, text),
    };
    match change {
        Change::Save(profile, replacing, _) => {
            let name = profile.name.clone();
            let renamed =
                replacing.clone().filter(|before| *before != name && in_keyring(book, before, &profile));
            let kept = book.save(*profile, replacing.as_deref())?;
            if let Some(before) = renamed
                && let Err(fault) = match &kept {
                    Kept::File(_) => move_in_keyring(&before, &name),
                    // The next start finds the profile under its old name.
                    Kept::Copy { .. } | Kept::Memory { .. } => Err("it is not renamed in the file".into()),
                }
            {
                let text = format!(
                    "{name} {kept}. The keyring still has its password under '{before}': keep it there under '{name}' too ({fault})"
                );
                return Ok((Severity::Warning, text));
            }
            Ok(told(&kept, format!("{name} {kept}")))
        }
        Change::Remove(name) => {
            let kept = book.remove(&name)?;
            let text = match &kept {
                Kept::File(_) => format!("{name} deleted"),
                Kept::Copy { path, reason } => format!(
                    "{name} deleted from the copy {}, because the file is broken: {reason}",
                    path.display()
                ),
                Kept::Memory { reason } => format!("{name} deleted until the program ends: {reason}"),
            };
            Ok(told(&kept, text))
        }
        Change::Remember(name, protocol) => {
            book.remember_protocol(&name, protocol).map(|_| (Severity::Info, String::new()))
        }
        Change::Read(_) => {
            book.read_again();
            Ok((Severity::Info, String::new()))
        }
    }
}

/// Whether the password of the profile `before`, which becomes `after`, is in the keyring and stays there.
fn in_keyring(book: &ProfileBook, before: &str, after: &Profile) -> bool {
    let known = book.find(before).map(|known| &known.password);
    known == Some(&PasswordSource::Keyring) && after.password == PasswordSource::Keyring
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Target;

    #[test]
    #[cfg(not(feature = "keyring"))]
    fn g04_a_profile_that_is_renamed_leaves_no_password_behind_in_the_keyring_unsaid() {
        let folder = tempfile::tempdir().expect("folder");
        let mut book = ProfileBook::load(&folder.path().join("profiles.toml"));
        let mut profile = Profile::new("home", Target::new("broker.lan", 1883, ""));
        profile.password = PasswordSource::Keyring;
        let mut save = |name: &str, of: Option<&str>| {
            let named = Profile { name: name.to_owned(), ..profile.clone() };
            make(&mut book, Change::Save(Box::new(named), of.map(str::to_owned), SaveId(1))).expect("saved")
        };
        assert_eq!(save("home", None).0, Severity::Success);
        assert_eq!(save("home", Some("home")).0, Severity::Success);
        let (severity, text) = save("cellar", Some("home"));
        assert_eq!(severity, Severity::Warning);
        assert!(text.contains("keyring") && text.contains("'home'") && text.contains("'cellar'"), "{text}");
    }
}
