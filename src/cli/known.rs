//! What is known beside the command line: environment, profiles, settings. Read once, at the start of a command.

use super::environment::Environment;
use super::resolve::Sources;
use crate::config::{FileFault, ProfileBook, SettingsFile};

/// Environment, profiles and settings of the user.
pub(super) struct Known {
    pub(super) environment: Environment,
    pub(super) book: ProfileBook,
    pub(super) settings: SettingsFile,
}

impl Known {
    /// Reads all of it. Broken files are among their faults; the error is about the environment.
    pub(super) fn load() -> Result<Self, String> {
        let environment = Environment::read()?;
        Ok(Self { environment, book: ProfileBook::of_user(), settings: SettingsFile::of_user() })
    }

    pub(super) fn sources(&self) -> Sources<'_> {
        Sources { environment: &self.environment, book: &self.book, settings: &self.settings }
    }

    /// What keeps the files, or a part of them, from being used.
    pub(super) fn faults(&self) -> impl Iterator<Item = &FileFault> {
        self.book.faults().iter().chain(self.settings.faults())
    }

    /// What is odd and does no harm, in sentences.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        let files = self.book.warnings().iter().chain(self.settings.warnings()).map(ToString::to_string);
        files.chain(self.book.notices().iter().cloned()).chain(self.environment.doubts())
    }
}
