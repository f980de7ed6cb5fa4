//! Changing the profiles file: lock, read again, change one profile, write whole. Blocking: called off the loop.

use std::fmt;
use std::path::{Path, PathBuf};

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::super::file::{self, Lock};
use super::super::name::check_name;
use super::super::{PasswordSource, Profile};
use super::{ProfileBook, write};
use crate::model::{Properties, Protocol, Transport, WebSocketOptions};

/// What a file of ours begins with.
const HEAD: &str = "# Connections of mqtt-tui; `mqtt-tui config example` explains every key.\nschema = 1\n";

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It is in the file.
    File(PathBuf),
    /// The file is broken: it is in a copy beside it.
    Copy {
        /// The copy.
        path: PathBuf,
        /// What is wrong with the file.
        reason: String,
    },
    /// It lasts as long as the program runs.
    Memory {
        /// Why it could not be written.
        reason: String,
    },
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "saved to {}", path.display()),
            Self::Copy { path, reason } => {
                write!(f, "saved to the copy {}, because the file is broken: {reason}", path.display())
            }
            Self::Memory { reason } => write!(f, "not saved, kept until the program ends: {reason}"),
        }
    }
}

/// Why a change was not made.
enum Refusal {
    /// What was asked for makes no sense: the user is to do something else.
    Asked(String),
    /// The file could not be written.
    Failed(String),
}

impl ProfileBook {
    /// Saves `profile`, in place of the one named `replacing` or as a new one, and reads the file again: what other instances saved is
    /// then here too. What is not to be written must be gone already: see [`Profile::for_saving`]. The error says what about the
    /// profile is wrong; when the file cannot be written the profile is kept in memory.
    pub fn save(&mut self, profile: Profile, replacing: Option<&str>) -> Result<Kept, String> {
        check_name(&profile.name)?;
        let profile = self.tidied(profile, replacing);
        let taken = |book: &Self| book.find(&profile.name).is_some() && replacing != Some(&profile.name);
        if self.is_in_memory(replacing.unwrap_or(&profile.name)) && taken(self) {
            return Err(name_taken(&profile.name));
        }
        let is_saved = |name: &&str| !self.unsaved.iter().any(|unsaved| unsaved == name);
        // What never was in the file says nothing about what was changed since.
        let known = replacing.filter(is_saved).and_then(|name| self.find(name)).cloned();
        let unsaved = self.unsaved.clone();
        self.unsaved.retain(|name| *name != profile.name && Some(name.as_str()) != replacing);
        let kept = self.change(|file, document| {
            if taken(file) {
                return Err(Refusal::Asked(name_taken(&profile.name)));
            }
            let there = replacing.and_then(|name| file.find(name));
            put(file, document, &profile, there, known.as_ref().or(there))?;
            Ok(true)
        });
        match &kept {
            Ok(Kept::Memory { .. }) => self.keep_in_memory(profile, replacing),
            // The broken file still has it under the name before.
            Ok(Kept::Copy { .. }) => {
                let is_former =
                    |known: &Profile| replacing == Some(&known.name) && known.name != profile.name;
                self.profiles.retain(|known| !is_former(known));
            }
            Ok(Kept::File(_)) => {}
            Err(_) => self.unsaved = unsaved,
        }
        kept
    }

    fn keep_in_memory(&mut self, profile: Profile, replacing: Option<&str>) {
        self.unsaved.push(profile.name.clone());
        let place = replacing.unwrap_or(&profile.name);
        match self.profiles.iter_mut().find(|known| known.name == place) {
            Some(known) => *known = profile,
            None => self.profiles.push(profile),
        }
    }

    /// Removes the profile `name`. The error says that there is none.
    pub fn remove(&mut self, name: &str) -> Result<Kept, String> {
        if self.find(name).is_none() {
            return Err(format!("there is no profile '{name}'"));
        }
        let kept = if self.unsaved.iter().any(|unsaved| unsaved == name) {
            Kept::Memory { reason: "it never was saved".into() }
        } else {
            self.change(|_, document| Ok(take(document, name)))?
        };
        self.unsaved.retain(|unsaved| unsaved != name);
        self.profiles.retain(|profile| profile.name != name);
        Ok(kept)
    }

    /// Remembers what the broker of the profile `name` was found to speak; see [`Profile::protocol`]. Writes only when that is new.
    pub fn remember_protocol(&mut self, name: &str, protocol: Protocol) -> Result<Kept, String> {
        let known = self.find(name).ok_or_else(|| format!("there is no profile '{name}'"))?;
        if known.remembered == Some(protocol)
            && let Some(path) = &self.path
        {
            return Ok(Kept::File(path.clone()));
        }
        let profile = Profile { remembered: Some(protocol), ..known.clone() };
        self.save(profile, Some(name))
    }

    fn is_in_memory(&self, name: &str) -> bool {
        self.sealed.is_some() || self.unsaved.iter().any(|unsaved| unsaved == name)
    }

    /// The profile as a file can hold it: the session's own password and what was found out about another broker go.
    fn tidied(&self, mut profile: Profile, replacing: Option<&str>) -> Profile {
        let target = &mut profile.target;
        target.password = None;
        if !target.transport.is_websocket() {
            target.websocket.path = WebSocketOptions::default().path;
        }
        if target.transport == Transport::Unix {
            target.port = 0;
        }
        for path in [&mut target.tls.ca_file, &mut target.tls.cert_file, &mut target.tls.key_file] {
            make_absolute(path.as_mut());
        }
        if let Some(will) = &mut target.will
            && will.publication.properties.as_deref() == Some(&Properties::default())
        {
            will.publication.properties = None;
        }
        if let PasswordSource::File(path) = &mut profile.password {
            make_absolute(Some(path));
        }
        let before = replacing.and_then(|name| self.find(name));
        if before.is_some_and(|before| before.target.url() != profile.target.url()) {
            profile.remembered = None;
        }
        profile
    }

    /// Lets `edit` change the file as it is now, and reads it again; `edit` says whether there was something to change. What cannot be
    /// written is said in the result.
    fn change(
        &mut self,
        edit: impl Fn(&Self, &mut DocumentMut) -> Result<bool, Refusal>,
    ) -> Result<Kept, String> {
        let Some(path) = self.path.clone().filter(|_| self.sealed.is_none()) else {
            let reason = self.sealed.clone().unwrap_or_else(|| "there is no folder for it".into());
            return Ok(Kept::Memory { reason });
        };
        match change_file(&path, edit) {
            Ok(kept) => {
                self.take_in(Self::load(&path));
                Ok(kept)
            }
            Err(Refusal::Asked(reason)) => Err(reason),
            Err(Refusal::Failed(reason)) => Ok(Kept::Memory { reason }),
        }
    }

    /// Reads the file again: what was changed elsewhere counts from here on.
    pub fn read_again(&mut self) {
        if let Some(path) = self.path.clone() {
            self.take_in(Self::load(&path));
        }
    }

    /// Goes by the file as it is now. What is in memory only stays, and while the file is broken what was read of it before.
    fn take_in(&mut self, mut fresh: Self) {
        fresh.notices = std::mem::take(&mut self.notices);
        let is_broken = !fresh.faults.is_empty();
        for known in std::mem::take(&mut self.profiles) {
            let there = fresh.profiles.iter_mut().find(|there| there.name == known.name);
            match (self.unsaved.contains(&known.name), there) {
                (true, Some(there)) => *there = known,
                (false, None) if is_broken => {
                    let lines = self.lines.iter().filter(|(name, ..)| *name == known.name);
                    fresh.lines.extend(lines.cloned());
                    fresh.profiles.push(known);
                }
                (true, None) => fresh.profiles.push(known),
                (false, _) => {}
            }
        }
        fresh.unsaved = std::mem::take(&mut self.unsaved);
        *self = fresh;
    }
}

/// The file that is written while the one at `path` is broken.
pub(super) fn copy_of(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}.copy.toml"))
}

fn change_file(
    path: &Path,
    edit: impl Fn(&ProfileBook, &mut DocumentMut) -> Result<bool, Refusal>,
) -> Result<Kept, Refusal> {
    let failed =
        |path: &Path, fault: &dyn fmt::Display| Refusal::Failed(format!("{}: {fault}", path.display()));
    let _lock = Lock::of(path).map_err(|fault| failed(path, &fault))?;
    let broken = ProfileBook::load_alone(path);
    let reason = broken.faults.first().map(ToString::to_string);
    let meant = if reason.is_some() { copy_of(path) } else { path.to_owned() };
    let real = file::resolve(&meant).map_err(Refusal::Failed)?;
    let current = ProfileBook::load_alone(&real);
    if let Some(fault) = current.faults.first() {
        return Err(Refusal::Failed(format!("{} (its copy is broken too: {fault})", path.display())));
    }
    if let Some(sealed) = &current.sealed {
        return Err(Refusal::Failed(sealed.clone()));
    }
    let before = file::read(&real).map_err(Refusal::Failed)?;
    let before = before.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let mut document: DocumentMut =
        before.as_deref().unwrap_or(HEAD).parse().map_err(|fault| failed(&real, &fault))?;
    let edited = edit(&current, &mut document)?;
    if let Some(reason) = reason.as_ref().filter(|_| !edited) {
        return Err(Refusal::Failed(format!("the file is broken: {reason}")));
    }
    let text = document.to_string();
    if edited && before.as_deref() != Some(text.as_str()) {
        file::write(&real, &text).map_err(|fault| failed(&real, &fault))?;
    }
    Ok(match reason {
        Some(reason) => Kept::Copy { path: real, reason },
        None => Kept::File(path.to_owned()),
    })
}

/// Puts `profile` into the document: in the place of `there`, if it is in the file, and then only in what differs from `known`, the
/// profile it was made from, so that what another instance changed meanwhile stays. Makes sure that the profile is read back.
fn put(
    file: &ProfileBook,
    document: &mut DocumentMut,
    profile: &Profile,
    there: Option<&Profile>,
    known: Option<&Profile>,
) -> Result<(), Refusal> {
    let after = write::table(profile);
    let tables = document.entry("profile").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let tables =
        tables.as_array_of_tables_mut().ok_or_else(|| Refusal::Failed("'profile' is no list".into()))?;
    let named = there.and_then(|there| tables.iter_mut().find(|table| is_named(table, &there.name)));
    if let (Some(table), Some(known)) = (named, known) {
        let mut before = write::table(known);
        let has_login = table.get("url").and_then(Item::as_str).is_some_and(|url| url.contains('@'));
        if has_login {
            // The login leaves the address and gets keys of its own.
            for key in ["url", "user", "password"] {
                before.remove(key);
            }
        }
        write::merge(table, &before, &after);
    } else {
        let mut table = after;
        table.decor_mut().set_prefix("\n");
        tables.push(table);
    }
    let mut read_back = ProfileBook { path: file.path.clone(), ..ProfileBook::default() };
    let text = document.to_string();
    let path = file.path.as_deref().unwrap_or(Path::new("profiles.toml"));
    read_back.read(super::Origin { path, text: &text });
    if let Some(fault) = read_back.faults.first() {
        return Err(Refusal::Asked(format!("the profile cannot be saved: {}", fault.reason)));
    }
    let changed_elsewhere = there.is_some() && there != known;
    if !changed_elsewhere && read_back.find(&profile.name) != Some(profile) {
        return Err(Refusal::Asked("the profile cannot be saved: it holds what a text file cannot".into()));
    }
    Ok(())
}

/// Takes the profile `name` out of the document; whether it was there. Comments above it that an empty line sets apart stay.
fn take(document: &mut DocumentMut, name: &str) -> bool {
    let Some(tables) = document.get_mut("profile").and_then(Item::as_array_of_tables_mut) else {
        return false;
    };
    let Some(index) = tables.iter().position(|table| is_named(table, name)) else { return false };
    let removed = tables.remove(index);
    let above = removed.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    let Some((kept, _)) = above.rsplit_once("\n\n") else { return true };
    if kept.trim().is_empty() {
        return true;
    }
    let joined = |below: Option<&str>| {
        let below = below.unwrap_or_default();
        format!("{kept}\n{}{below}", if below.starts_with('\n') { "" } else { "\n" })
    };
    if let Some(next) = tables.get_mut(index) {
        let text = joined(next.decor().prefix().and_then(|prefix| prefix.as_str()));
        next.decor_mut().set_prefix(text);
    } else {
        let text = joined(document.trailing().as_str());
        document.set_trailing(text);
    }
    true
}

fn is_named(table: &Table, name: &str) -> bool {
    table.get("name").and_then(Item::as_str) == Some(name)
}

fn name_taken(name: &str) -> String {
    format!("there is a profile '{name}' already: choose another name")
}

/// A path that was typed begins at the folder the program was started in, one in the file would begin at the file.
fn make_absolute(path: Option<&mut PathBuf>) {
    if let Some(path) = path
        && let Ok(absolute) = std::path::absolute(&*path)
    {
        *path = absolute;
    }
}
