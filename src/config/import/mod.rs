//! Connections from other programs: their files are read into profiles, and what cannot be taken over is said, not dropped. Nothing is
//! written here.

mod json;
mod mosquitto;
mod mqtt_explorer;
mod mqtt_spy;
mod mqttx;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::book::text_of;
use super::fault::{FileFault, Origin};
use super::name::{MAX_NAME, fit_name};
use super::{PasswordSource, Profile, file};
use crate::model::{QoS, Subscription, Target, TopicFilter, check_topic};

/// Most connections taken from one file.
const MOST: usize = 1000;

/// Which program wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// MQTT Explorer: `settings.json`.
    MqttExplorer,
    /// MQTTX: its export as JSON.
    Mqttx,
    /// mqtt-spy: its XML configuration.
    MqttSpy,
    /// `mosquitto_sub`, `mosquitto_pub`: the options file, one option a line.
    Mosquitto,
}

impl ImportKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::MqttExplorer, Self::Mqttx, Self::MqttSpy, Self::Mosquitto];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::MqttExplorer => "mqtt-explorer",
            Self::Mqttx => "mqttx",
            Self::MqttSpy => "mqtt-spy",
            Self::Mosquitto => "mosquitto",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What an import gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Which program the file was of.
    pub kind: ImportKind,
    /// The profiles; their names differ from each other, but may be taken in the user's own book.
    pub profiles: Vec<Profile>,
    /// What was not taken over and why, one sentence each. Quotes the file: sanitise before showing.
    pub notes: Vec<String>,
}

/// Reads the connections in the file at `path`; the kind is recognised when none is given. Passwords are taken over only
/// `with_passwords`, and are asked for otherwise. Blocks while the file is read.
pub fn import(path: &Path, kind: Option<ImportKind>, with_passwords: bool) -> Result<Imported, FileFault> {
    let bytes = file::read(path).map_err(|reason| Origin::whole(path, reason))?;
    let text = text_of(path, bytes.ok_or_else(|| Origin::whole(path, "there is no such file"))?)?;
    // Editors on Windows begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let origin = Origin { path, text };
    let kind = kind.or_else(|| recognised(text)).ok_or_else(|| {
        origin.fault(
            Some(0..0),
            "this is no file of MQTT Explorer, MQTTX, mqtt-spy or mosquitto; if it is, say of which with --kind",
        )
    })?;
    let mut import = Import { with_passwords, ..Import::default() };
    match kind {
        ImportKind::MqttExplorer => mqtt_explorer::read(origin, &mut import)?,
        ImportKind::Mqttx => mqttx::read(origin, &mut import)?,
        ImportKind::MqttSpy => mqtt_spy::read(origin, &mut import)?,
        ImportKind::Mosquitto => mosquitto::read(origin, &mut import)?,
    }
    if import.profiles.is_empty() && import.notes.is_empty() {
        import.notes.push("there are no connections in the file".into());
    }
    Ok(Imported { kind, profiles: import.profiles, notes: import.notes })
}

fn recognised(text: &str) -> Option<ImportKind> {
    let begins = text.trim_start();
    match begins.chars().next()? {
        '<' => Some(ImportKind::MqttSpy),
        '{' | '[' if text.contains("\"mqttVersion\"") => Some(ImportKind::Mqttx),
        '{' | '[' if text.contains("ConnectionManager_connections") || text.contains("\"configVersion\"") => {
            Some(ImportKind::MqttExplorer)
        }
        // Comments and empty lines may stand before the first option.
        _ => text
            .lines()
            .find(|line| !line.starts_with('#') && !line.trim().is_empty())
            .filter(|line| line.starts_with('-'))
            .map(|_| ImportKind::Mosquitto),
    }
}

/// Profiles and notes as they come together.
#[derive(Default)]
struct Import {
    with_passwords: bool,
    profiles: Vec<Profile>,
    notes: Vec<String>,
}

impl Import {
    /// Says something about the connection called `name`.
    fn note(&mut self, name: &str, text: impl AsRef<str>) {
        self.notes.push(format!("{name}: {}", text.as_ref()));
    }

    /// Takes a profile; `name` is what the other program called it.
    fn push(&mut self, name: &str, mut profile: Profile) {
        if self.profiles.len() >= MOST {
            return self.note(name, format!("left out: at most {MOST} connections are taken from one file"));
        }
        let wanted = fit_name(name);
        let mut free = wanted.clone();
        let mut number = 2;
        while self.profiles.iter().any(|known| known.name == free) {
            let short: String = wanted.chars().take(MAX_NAME - 8).collect();
            free = format!("{short} {number}");
            number += 1;
        }
        if free != name {
            self.note(name, format!("is called '{free}' here"));
        }
        profile.name = free;
        if profile.target.filters.is_empty() {
            profile.target.filters = Profile::everything();
        }
        self.profiles.push(profile);
    }

    /// The password of the connection called `name`, as far as the user wants it saved.
    fn password(&mut self, name: &str, password: &str) -> PasswordSource {
        if password.is_empty() {
            return PasswordSource::None;
        }
        if self.with_passwords {
            return PasswordSource::Saved(password.into());
        }
        self.note(name, "its password is not taken over and will be asked for (--with-passwords saves it)");
        PasswordSource::Prompt
    }

    /// Subscribes to `filter`; `$SYS/#` is a setting of its own here.
    fn subscribe(&mut self, name: &str, target: &mut Target, filter: &str, qos: QoS) -> Option<usize> {
        if filter == TopicFilter::SYS {
            target.sys = true;
            return None;
        }
        match TopicFilter::parse(filter) {
            Ok(filter) => {
                target.filters.push(Subscription::new(filter, qos));
                Some(target.filters.len() - 1)
            }
            Err(fault) => {
                self.note(name, format!("the filter '{filter}' is left out: {fault}"));
                None
            }
        }
    }

    /// Whether a will can be published to `topic`.
    fn accepts_will(&mut self, name: &str, topic: &str) -> bool {
        if topic.is_empty() {
            return false;
        }
        let checked = check_topic(topic);
        if let Err(fault) = checked {
            self.note(name, format!("its last will is left out: {fault}"));
        }
        checked.is_ok()
    }
}

/// Said where the other program does not verify certificates.
const UNVERIFIED: &str = "it did not verify certificates; here they are verified, unless 'insecure = true' is set in its tls table";

/// Whether `id` is `prefix` and hexadecimal digits: made up by the other program. Such an id is left out, so that the two do not throw
/// each other off the broker.
fn is_made_up(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix).is_some_and(|rest| rest.len() >= 6 && rest.chars().all(|c| c.is_ascii_hexdigit()))
}
