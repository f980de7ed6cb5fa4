//! The profiles file: read whole into a [`ProfileBook`], which is plain data for the screens; changed one profile at a time, so that two
//! instances do not undo each other's work.
//!
//! A file with a fault is never written to: what is saved then goes to `profiles.copy.toml` beside it, and is read from there too until
//! the file is mended. Where nothing can be written the book works in memory, and each save says so.

mod read;
mod save;
#[cfg(test)]
mod tests;
mod write;

#[cfg(test)]
pub(super) use tests::every_key;

pub use save::Kept;

pub(super) use read::protocol_choice;

use std::path::{Path, PathBuf};

use toml_edit::{Document, Item};

use super::fault::{FileFault, Origin};
use super::name::check_name;
use super::section::Section;
use super::{PasswordSource, Profile, Source, file, paths};

/// The version of the file's shape that this program writes. A file that says a higher one is read and not written.
const SCHEMA: u32 = 1;

/// What the profiles file holds, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProfileBook {
    path: Option<PathBuf>,
    profiles: Vec<Profile>,
    /// Profile, key and line of each key that is set.
    lines: Vec<(String, String, usize)>,
    faults: Vec<FileFault>,
    /// Faults that keep profiles out of the book, with the name of the profile; without one it may be any.
    unread: Vec<(Option<String>, FileFault)>,
    warnings: Vec<FileFault>,
    notices: Vec<String>,
    /// Why nothing can be written.
    sealed: Option<String>,
    /// Names of profiles that are in memory only.
    unsaved: Vec<String>,
}

impl ProfileBook {
    /// The user's own book; without a home an empty one that stays in memory.
    pub fn of_user() -> Self {
        let mut book = match paths::profiles_path() {
            Some(path) => Self::load(&path),
            None => Self::in_memory("there is no folder for it"),
        };
        book.notices.extend(paths::config_dir_notice());
        book
    }

    /// An empty book that nothing is written from; `reason` is what a save says.
    pub fn in_memory(reason: impl Into<String>) -> Self {
        Self { sealed: Some(reason.into()), ..Self::default() }
    }

    /// Reads the book at `path`. Never fails: no file is an empty book, and what is wrong with a file is among the faults.
    pub fn load(path: &Path) -> Self {
        let mut book = Self::load_alone(path);
        let copy = save::copy_of(path);
        if !copy.exists() {
            return book;
        }
        if book.faults.is_empty() {
            let reason = format!(
                "this holds what was saved while {} was broken: move it over, then delete this file",
                path.display()
            );
            // Before all others: something that was saved is not in use.
            book.warnings.insert(0, Origin::whole(&copy, reason));
            return book;
        }
        let kept = Self::load_alone(&copy);
        book.faults.extend(kept.faults);
        book.unread.extend(kept.unread);
        for profile in kept.profiles {
            match book.profiles.iter_mut().find(|known| known.name == profile.name) {
                Some(known) => *known = profile,
                None => book.profiles.push(profile),
            }
        }
        book
    }

    /// Reads the one file at `path`.
    fn load_alone(path: &Path) -> Self {
        let mut book = Self { path: Some(path.to_owned()), ..Self::default() };
        match file::read(path) {
            Ok(None) => {}
            Ok(Some(bytes)) => match text_of(path, bytes) {
                Ok(text) => book.read(Origin { path, text: &text }),
                Err(fault) => book.keep_out(None, fault),
            },
            Err(reason) => book.keep_out(None, Origin::whole(path, reason)),
        }
        let holds_secrets = book.profiles.iter().any(has_secrets);
        if holds_secrets && file::is_open_to_others(path) {
            let reason = "this holds passwords, and other users of this machine can read it: chmod 600 it";
            book.warnings.push(Origin::whole(path, reason));
        }
        book
    }

    fn read(&mut self, origin: Origin<'_>) {
        let document = match parse(origin) {
            Ok(document) => document,
            Err(fault) => {
                let names = origin.text.lines().filter_map(named_on).map(|name| (Some(name), fault.clone()));
                self.unread.extend(names);
                return self.keep_out(None, fault);
            }
        };
        let mut top = Section::new(origin, document.as_table());
        match top.number("schema", 0..=u32::MAX) {
            Ok(Some(schema)) if schema > SCHEMA => {
                let reason = format!(
                    "schema {schema} is of a later version, this one knows {SCHEMA}: the file is used and not written"
                );
                self.sealed = Some(reason.clone());
                self.warnings.push(top.fault("schema", reason));
            }
            Ok(_) => {}
            Err(fault) => self.faults.push(fault),
        }
        match top.item("profile") {
            None => {}
            Some(Item::ArrayOfTables(tables)) => {
                for table in tables {
                    self.read_profile(origin, table);
                }
            }
            Some(_) => self.keep_out(None, top.fault("profile", "each profile begins with [[profile]]")),
        }
        top.close(&mut self.warnings);
        self.warnings.sort_by_key(|warning| warning.place);
    }

    fn read_profile(&mut self, origin: Origin<'_>, table: &toml_edit::Table) {
        let section = Section::new(origin, table);
        let lines: Vec<_> = section.lines().map(|(key, line)| (key.to_owned(), line)).collect();
        match read::profile(origin, section, file::folder(origin.path), &mut self.warnings) {
            Ok(profile) if self.find(&profile.name).is_some() => {
                let reason =
                    format!("there are two profiles named '{}': give one another name", profile.name);
                self.faults.push(Section::new(origin, table).fault("name", reason));
            }
            Ok(profile) => {
                self.lines.extend(lines.into_iter().map(|(key, line)| (profile.name.clone(), key, line)));
                self.profiles.push(profile);
            }
            Err(fault) => {
                let name = table.get("name").and_then(Item::as_str);
                self.keep_out(name.map(str::to_owned), fault);
            }
        }
    }

    fn keep_out(&mut self, name: Option<String>, fault: FileFault) {
        self.unread.push((name, fault.clone()));
        self.faults.push(fault);
    }

    /// The file, if there is a place for one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The profiles, in the order of the file.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// The profile of that name.
    pub fn find(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// The fault that keeps a profile of that name out of the book, or may do so: the name of a profile that cannot be read may be any
    /// but `localhost` and those with a dot, which are those of hosts.
    pub fn hides(&self, name: &str) -> Option<&FileFault> {
        if self.find(name).is_some() {
            return None;
        }
        let may_be_any = check_name(name).is_ok() && !name.contains('.') && name != "localhost";
        let named = self.unread.iter().find(|(unread, _)| unread.as_deref() == Some(name));
        let unnamed = || self.unread.iter().find(|(unread, _)| unread.is_none() && may_be_any);
        named.or_else(unnamed).map(|(_, fault)| fault)
    }

    /// What makes the file, or a profile in it, unusable. Stays to be seen until the file is mended; the file is not written to.
    pub fn faults(&self) -> &[FileFault] {
        &self.faults
    }

    /// What is odd in the file and does no harm: unknown keys, a file that others can read.
    pub fn warnings(&self) -> &[FileFault] {
        &self.warnings
    }

    /// What is odd about the place of the file.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Why nothing of this book is written, if so: no home, a file of a later version.
    pub fn sealed(&self) -> Option<&str> {
        self.sealed.as_deref()
    }

    /// Where the profile `name` sets `key`; `None` when it does not.
    pub fn source(&self, name: &str, key: &str) -> Option<Source> {
        let line = self.lines.iter().find(|(profile, known, _)| profile == name && known == key)?.2;
        Some(Source::Profile { name: name.to_owned(), path: self.path.clone()?, line })
    }
}

/// `profile` as it would stand in the file; with `masked`, secrets as `***`, for the screen.
pub fn profile_text(profile: &Profile, masked: bool) -> String {
    let mut profile = profile.clone();
    if masked {
        mask(&mut profile);
    }
    let mut tables = toml_edit::ArrayOfTables::new();
    tables.push(write::table(&profile));
    let mut document = toml_edit::DocumentMut::new();
    document.insert("profile", Item::ArrayOfTables(tables));
    document.to_string()
}

fn mask(profile: &mut Profile) {
    if let PasswordSource::Saved(password) = &mut profile.password {
        *password = "***".into();
    }
    let target = &mut profile.target;
    if let Some(password) = target.proxy.as_mut().and_then(|proxy| proxy.password.as_mut()) {
        *password = "***".into();
    }
    for (_, value) in &mut target.websocket.headers {
        *value = "***".into();
    }
    // A query often is a token.
    if let Some((path, _)) = target.websocket.path.split_once('?') {
        target.websocket.path = format!("{path}?***");
    }
}

fn has_secrets(profile: &Profile) -> bool {
    let target = &profile.target;
    matches!(profile.password, PasswordSource::Saved(_))
        || target.proxy.as_ref().is_some_and(|proxy| proxy.password.is_some())
        || !target.websocket.headers.is_empty()
}

/// The name of a profile on a line of a file that is no TOML.
fn named_on(line: &str) -> Option<String> {
    let (key, name) = line.split_once('=')?;
    let name = name.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    (key.trim() == "name").then(|| name.to_owned())
}

/// The bytes of a file as text.
pub(super) fn text_of(path: &Path, bytes: Vec<u8>) -> Result<String, FileFault> {
    if bytes.is_empty() {
        return Err(Origin { path, text: "" }
            .fault(Some(0..0), "the file is empty, 0 bytes: was it cut? Delete it to begin anew"));
    }
    String::from_utf8(bytes).map_err(|fault| {
        let valid = fault.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&fault.as_bytes()[..valid]).into_owned();
        Origin { path, text: &text }.fault(Some(valid..valid), "this is not UTF-8 text")
    })
}

/// The TOML of a file.
pub(super) fn parse(origin: Origin<'_>) -> Result<Document<&str>, FileFault> {
    Document::parse(origin.text).map_err(|fault| {
        // The message alone: with its excerpt it would quote what may be a password.
        origin.fault(
            fault.span().or(Some(0..0)),
            format!("this is not TOML: {}", fault.message().replace('\n', ", ")),
        )
    })
}
