//! The settings file, `config.toml`: what the flags of the explorer are when nobody gives them.

use std::path::Path;

use super::book::{parse, protocol_choice, text_of};
use super::decoders::decoders;
use super::fault::{FileFault, Origin};
use super::proxy::proxy_url;
use super::section::Section;
use super::{Chosen, Profile, Source, file, paths};
use crate::model::{DecoderRule, ProtocolChoice, Proxy, Target, Transport};

/// The version of the file's shape.
const SCHEMA: u32 = 1;

/// The settings file, read. Each value is there only when the file sets it, with its line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SettingsFile {
    /// Theme to start with.
    pub theme: Option<Chosen<String>>,
    /// No colours.
    pub never_colour: Option<Chosen<bool>>,
    /// Frames and marks in ASCII only.
    pub ascii: Option<Chosen<bool>>,
    /// Bytes of history to keep.
    pub memory: Option<Chosen<usize>>,
    /// Refuse what changes something at a broker.
    pub read_only: Option<Chosen<bool>>,
    /// Subscribe to `$SYS/#`.
    pub sys: Option<Chosen<bool>>,
    /// Keep alive in seconds.
    pub keep_alive: Option<Chosen<u16>>,
    /// Protocol versions to speak.
    pub protocol: Option<Chosen<ProtocolChoice>>,
    /// Largest packet to accept, in bytes.
    pub max_packet: Option<Chosen<u32>>,
    /// Proxy to go through.
    pub proxy: Option<Chosen<Proxy>>,
    /// What payloads are to be taken for, on every connection; after the rules of a profile. The first that matches a topic counts.
    pub decoders: Vec<DecoderRule>,
    faults: Vec<FileFault>,
    warnings: Vec<FileFault>,
}

impl SettingsFile {
    /// Reads the user's own settings; without a home there are none.
    pub fn of_user() -> Self {
        paths::settings_path().map(|path| Self::load(&path)).unwrap_or_default()
    }

    /// Reads the settings at `path`. Never fails: a value that cannot be read counts as not set and is among the faults; only
    /// `read_only` counts as set then, since a protection must not end unseen.
    pub fn load(path: &Path) -> Self {
        let mut settings = Self::default();
        let text = match file::read(path) {
            Ok(None) => return settings,
            Ok(Some(bytes)) => text_of(path, bytes),
            Err(reason) => Err(Origin::whole(path, reason)),
        };
        match text {
            Ok(text) => settings.read(Origin { path, text: &text }),
            Err(fault) => settings.protect(fault),
        }
        let has_secret = settings.proxy.as_ref().is_some_and(|proxy| proxy.value.password.is_some());
        if has_secret && file::is_open_to_others(path) {
            let reason = "this holds a password, and other users of this machine can read it: chmod 600 it";
            settings.warnings.push(Origin::whole(path, reason));
        }
        settings
    }

    /// Sets in `profile` what these settings say and the profile does not; `says` tells by its key what it says itself.
    pub fn fill(&self, profile: &mut Profile, says: impl Fn(&str) -> bool) {
        fn set<T: Clone>(slot: &mut T, setting: Option<T>, said: bool) {
            if let Some(value) = setting.filter(|_| !said) {
                *slot = value;
            }
        }
        let target = &mut profile.target;
        set(&mut target.sys, self.sys.as_ref().map(|chosen| chosen.value), says("sys"));
        set(&mut target.keep_alive, self.keep_alive.as_ref().map(|chosen| chosen.value), says("keep_alive"));
        set(&mut target.protocol, self.protocol.as_ref().map(|chosen| chosen.value), says("protocol"));
        set(
            &mut target.max_packet,
            self.max_packet.as_ref().map(|chosen| Some(chosen.value)),
            says("max_packet"),
        );
        if target.transport != Transport::Unix {
            set(
                &mut target.proxy,
                self.proxy.as_ref().map(|chosen| Some(chosen.value.clone())),
                says("proxy"),
            );
        }
    }

    /// What could not be read. Stays to be seen until the file is mended; the file is never written.
    pub fn faults(&self) -> &[FileFault] {
        &self.faults
    }

    /// What is odd and does no harm.
    pub fn warnings(&self) -> &[FileFault] {
        &self.warnings
    }

    /// Takes `fault` to hide `read_only = true`, and says so.
    fn protect(&mut self, mut fault: FileFault) {
        let (path, line) = (fault.path.clone(), fault.place.map_or(1, |(line, _)| line));
        self.read_only = Some(Chosen { value: true, from: Source::Settings { path, line } });
        fault.reason.push_str("; everything is read-only until this is mended");
        self.faults.push(fault);
    }

    fn read(&mut self, origin: Origin<'_>) {
        let document = match parse(origin) {
            Ok(document) => document,
            Err(fault) => return self.protect(fault),
        };
        let mut top = Section::new(origin, document.as_table());
        let lines: Vec<(String, usize)> = top.lines().map(|(key, line)| (key.to_owned(), line)).collect();
        let mut reading = Reading { path: origin.path, lines, faults: &mut self.faults };
        let schema = reading.take("schema", top.number("schema", 0..=u32::MAX));
        if let Some(schema) = schema.filter(|schema| schema.value > SCHEMA) {
            let reason =
                format!("{} is of a later version: what this one does not know is left out", schema.value);
            self.warnings.push(top.fault("schema", reason));
        }
        self.theme = reading.take("theme", top.text("theme")).map(|theme| theme.map(str::to_owned));
        self.never_colour = reading.take("color", top.parsed("color", never_colour));
        self.ascii = reading.take("ascii", top.flag("ascii"));
        self.memory = reading.take("memory", top.parsed("memory", parse_memory));
        let read_only = top.flag("read_only");
        let unread = read_only.as_ref().err().cloned();
        self.read_only = reading.take("read_only", read_only.or(Ok(None)));
        self.sys = reading.take("sys", top.flag("sys"));
        let keep_alive = reading.take("keep_alive", top.number("keep_alive", 0..=65_535));
        self.keep_alive =
            keep_alive.map(|chosen| chosen.map(|seconds| u16::try_from(seconds).unwrap_or(u16::MAX)));
        self.protocol = reading.take("protocol", top.parsed("protocol", protocol_choice));
        self.max_packet =
            reading.take("max_packet", top.number("max_packet", Target::LEAST_PACKET..=u32::MAX));
        self.proxy = reading.take("proxy", top.parsed("proxy", proxy_url));
        match decoders(origin, &mut top, &mut self.warnings) {
            Ok(rules) => self.decoders = rules,
            Err(fault) => reading.faults.push(fault),
        }
        for later in ["keys", "history"] {
            top.ignore(later);
        }
        top.close(&mut self.warnings);
        if let Some(fault) = unread {
            self.protect(fault);
        }
        self.faults.sort_by_key(|fault| fault.place);
    }
}

/// One fault does not take the other settings with it.
struct Reading<'a> {
    path: &'a Path,
    lines: Vec<(String, usize)>,
    faults: &'a mut Vec<FileFault>,
}

impl Reading<'_> {
    fn take<T>(&mut self, key: &str, read: Result<Option<T>, FileFault>) -> Option<Chosen<T>> {
        match read {
            Ok(value) => {
                let line = self.lines.iter().find(|(known, _)| known == key).map_or(1, |(_, line)| *line);
                Some(Chosen { value: value?, from: Source::Settings { path: self.path.to_owned(), line } })
            }
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }
}

fn never_colour(text: &str) -> Result<bool, String> {
    match text {
        "auto" => Ok(false),
        "never" => Ok(true),
        _ => Err("this should be \"auto\" or \"never\"".into()),
    }
}

/// Bytes as `64M`, `1G`, `512k`, `1048576`; powers of 1024, from 1 MiB on.
pub fn parse_memory(text: &str) -> Result<usize, String> {
    const LEAST: usize = 1 << 20;
    let wrong = || format!("'{text}' is no amount of memory: use for example 64M, 1G (from 1M on)");
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_end_matches("ib").trim_end_matches('b');
    let (digits, unit) = match digits.char_indices().last() {
        Some((at, 'k')) => (&digits[..at], 1usize << 10),
        Some((at, 'm')) => (&digits[..at], 1 << 20),
        Some((at, 'g')) => (&digits[..at], 1 << 30),
        _ => (digits, 1),
    };
    let number: usize = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(unit).filter(|bytes| *bytes >= LEAST).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &[u8]) -> (SettingsFile, String) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).expect("write");
        let settings = SettingsFile::load(&path);
        assert_eq!(std::fs::read(&path).expect("read"), text, "the file was written");
        (settings, path.display().to_string())
    }

    #[test]
    fn each_value_says_the_line_it_came_from() {
        let (settings, path) =
            loaded(b"# mine\ntheme = \"paper\"\n\nmemory = \"64M\"\nkeep_alive = 0\ncolor = \"never\"\n");
        assert_eq!(settings.faults(), []);
        let theme = settings.theme.expect("set");
        assert_eq!((theme.value.as_str(), theme.from.to_string()), ("paper", format!("{path} line 2")));
        let memory = settings.memory.expect("set");
        assert_eq!((memory.value, memory.from.to_string()), (64 << 20, format!("{path} line 4")));
        assert_eq!(settings.keep_alive.map(|chosen| chosen.value), Some(0));
        assert_eq!(settings.never_colour.map(|chosen| chosen.value), Some(true));
        assert_eq!(settings.read_only, None);
    }

    #[test]
    fn g02_a_wrong_value_is_named_by_place_and_the_others_count() {
        let (settings, path) = loaded(b"keep_alive = 70000\nascii = true\ntheme = 3\n");
        assert_eq!(settings.ascii.map(|chosen| chosen.value), Some(true));
        assert_eq!((settings.keep_alive, settings.theme), (None, None));
        let faults: Vec<_> = settings.faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                format!(
                    "{path}, line 1, column 14: keep_alive: this should be a whole number from 0 to 65535"
                ),
                format!("{path}, line 3, column 9: theme: this should be text in quotes"),
            ]
        );
    }

    #[test]
    fn a_largest_packet_that_could_not_be_connected_with_is_a_fault_here_already() {
        let (settings, _) = loaded(b"max_packet = 15\n");
        assert!(settings.faults()[0].reason.contains("from 16"), "{}", settings.faults()[0]);
        assert_eq!(loaded(b"max_packet = 16\n").0.max_packet.map(|chosen| chosen.value), Some(16));
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("profiles.toml");
        std::fs::write(&path, "[[profile]]\nname = \"a\"\nurl = \"h\"\nmax_packet = 15\n").expect("write");
        let book = crate::config::ProfileBook::load(&path);
        assert!(book.faults()[0].reason.contains("from 16"), "{}", book.faults()[0]);
    }

    #[test]
    fn g02_a_broken_file_gives_the_defaults_and_a_fault() {
        for (text, place) in [
            (&b""[..], (1, 1)),
            (b"theme = \"paper", (1, 15)),
            (b"ascii = true\nt\xff", (2, 2)),
            (b"ascii = true\n\0\0\0", (2, 4)),
        ] {
            let (settings, _) = loaded(text);
            assert_eq!(settings.ascii, None);
            assert_eq!(settings.faults().len(), 1, "{text:?}");
            assert_eq!(settings.faults()[0].place, Some(place), "{}", settings.faults()[0]);
        }
    }

    #[test]
    fn g05_an_unknown_key_is_a_warning_and_one_of_a_later_version_is_none() {
        let (settings, path) = loaded(b"ascii = true\ncolour = \"never\"\n[history]\n");
        assert_eq!(settings.faults(), []);
        let warnings: Vec<_> = settings.warnings.iter().map(ToString::to_string).collect();
        let wanted =
            format!("{path}, line 2, column 1: unknown key 'colour': it is kept, and without effect");
        assert_eq!(warnings, [wanted]);
    }

    #[test]
    fn the_settings_count_where_a_profile_says_nothing() {
        let (settings, _) = loaded(b"keep_alive = 60\nsys = false\nproxy = \"proxy.lan\"\n");
        let target = crate::model::Target::new("broker.lan", 1883, "");
        let mut profile = Profile::new("home", target.clone());
        settings.fill(&mut profile, |key| key == "keep_alive");
        assert_eq!((profile.target.keep_alive, profile.target.sys), (target.keep_alive, false));
        assert_eq!(profile.target.proxy.as_ref().map(|proxy| proxy.host.as_str()), Some("proxy.lan"));
        let mut socket =
            Profile::new("socket", crate::model::Target { transport: Transport::Unix, ..target });
        settings.fill(&mut socket, |_| false);
        assert_eq!((socket.target.keep_alive, socket.target.proxy), (60, None));
    }

    #[test]
    fn memory_is_given_as_people_write_it() {
        assert_eq!(parse_memory("64M"), Ok(64 << 20));
        assert_eq!(parse_memory("1GiB"), Ok(1 << 30));
        assert_eq!(parse_memory("2048k"), Ok(2 << 20));
        assert_eq!(parse_memory("1048576"), Ok(1 << 20));
        for wrong in ["", "M", "lots", "-1M", "1T", "1023k", "99999999999G"] {
            assert!(parse_memory(wrong).is_err(), "{wrong}");
        }
    }
}
