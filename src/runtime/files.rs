//! Files that the user asked for, written whole or not at all: beside the place under another name first, then put in its place. What
//! goes wrong on the way leaves nothing behind.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use tempfile::NamedTempFile;
use tokio::sync::mpsc::{Receiver, Sender};

use crate::app::Done;
use crate::app::out::{ExportNews, ExportStep, Format, Save};
use crate::payload::{format, record};

/// Why a file was not written.
#[derive(Debug)]
enum Fault {
    /// One is there already, and was not to give way.
    Exists,
    /// In words, with the path.
    Said(String),
}

/// A file on its way.
struct Draft {
    place: PathBuf,
    file: BufWriter<NamedTempFile>,
    replace: bool,
    written: u64,
}

impl Draft {
    /// Begins a file at `path` as typed.
    fn begin(path: &str, replace: bool) -> Result<Self, Fault> {
        let mut place = located(path)?;
        let said = |place: &Path, fault: &io::Error| Fault::Said(not_written(place, fault));
        // What the user's mask leaves of it, as with any file that a program writes.
        #[cfg(unix)]
        let mut mode = 0o666;
        if let Ok(there) = fs::metadata(&place) {
            if there.is_dir() {
                let text = format!("not written: {} is a folder; add the name of a file", place.display());
                return Err(Fault::Said(text));
            }
            if !there.is_file() {
                return Err(Fault::Said(format!("not written: {} is no ordinary file", place.display())));
            }
            if !replace {
                return Err(Fault::Exists);
            }
            #[cfg(unix)]
            {
                // What nobody else may read, nobody else may read while it is written either.
                mode &= std::os::unix::fs::PermissionsExt::mode(&there.permissions());
            }
            // Where a link stands, what it leads to gives way.
            place = place.canonicalize().map_err(|fault| said(&place, &fault))?;
        }
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".mqtt-tui-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(mode | 0o600));
        }
        let folder = folder.unwrap_or(Path::new("."));
        if !folder.exists() {
            return Err(Fault::Said(format!("the folder {} does not exist", folder.display())));
        }
        let file = builder.tempfile_in(folder).map_err(|fault| said(&place, &fault))?;
        Ok(Self { place, file: BufWriter::new(file), replace, written: 0 })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.written += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|fault| self.said(&fault))
    }

    /// Puts the file in its place; where that is, and how many bytes.
    fn finish(self) -> Result<(PathBuf, u64), Fault> {
        let Self { place, file, replace, written } = self;
        let said = |fault: &io::Error| Fault::Said(not_written(&place, fault));
        let file = file.into_inner().map_err(|fault| said(fault.error()))?;
        // Some file systems tell only now that there is no room.
        file.as_file().sync_all().map_err(|fault| said(&fault))?;
        if replace {
            if let Ok(before) = fs::metadata(&place) {
                keep_mode(file.as_file(), &before).map_err(|fault| said(&fault))?;
            }
            file.persist(&place).map_err(|fault| said(&fault.error))?;
        } else {
            file.persist_noclobber(&place).map_err(|fault| match fault.error.kind() {
                io::ErrorKind::AlreadyExists => Fault::Exists,
                _ => said(&fault.error),
            })?;
        }
        Ok((place, written))
    }

    fn said(&self, fault: &io::Error) -> Fault {
        Fault::Said(not_written(&self.place, fault))
    }
}

fn not_written(place: &Path, fault: &io::Error) -> String {
    // What a fault says beyond its kind is the number of the system and the name that the file has until it is whole.
    let kind = fault.kind().to_string();
    let reason = if kind.starts_with("uncategorized") { fault.to_string() } else { kind };
    format!("not written: {}: {reason}", place.display())
}

/// Who may read a file that gives way may read the new one.
fn keep_mode(file: &File, before: &fs::Metadata) -> io::Result<()> {
    file.set_permissions(before.permissions())
}

/// The path as typed: `~` or `$HOME` in front is the home folder.
fn located(path: &str) -> Result<PathBuf, Fault> {
    let home = || match BaseDirs::new() {
        Some(dirs) => Ok(dirs.home_dir().to_owned()),
        None => Err(Fault::Said("not written: there is no home folder that ~ could mean".to_owned())),
    };
    match path.strip_prefix("$HOME").or_else(|| path.strip_prefix('~')) {
        Some("") => home(),
        Some(rest) if rest.starts_with('/') => Ok(home()?.join(rest.trim_start_matches('/'))),
        _ => Ok(PathBuf::from(path)),
    }
}

/// Writes one file: what became of it.
pub(super) fn save(save: Save) -> Done {
    let write = || {
        let mut draft = Draft::begin(&save.path, save.replace)?;
        draft.write(&save.bytes)?;
        draft.finish()
    };
    match write() {
        Ok((place, bytes)) => Done::Saved(format!("saved to {}, {}", place.display(), format::bytes(bytes))),
        Err(Fault::Exists) => Done::FileExists(Box::new(save)),
        Err(Fault::Said(text)) => Done::NotSaved(Box::new(save), text),
    }
}

/// Writes the export of this number, step by step, until it ends or nobody asks for more. Blocks.
pub(super) fn export(id: u64, mut steps: Receiver<ExportStep>, done: &Sender<Done>) {
    // Nobody listens any more when the program is ending.
    let tell = |news| drop(done.blocking_send(Done::Export(id, news)));
    let news = match write_export(&mut steps, || tell(ExportNews::Ready)) {
        Ok(Some((place, bytes))) => ExportNews::Ended(place.display().to_string(), bytes),
        Ok(None) => return,
        Err(Fault::Exists) => ExportNews::Exists,
        Err(Fault::Said(text)) => ExportNews::Failed(text),
    };
    tell(news);
}

fn write_export(steps: &mut Receiver<ExportStep>, ready: impl Fn()) -> Result<Option<(PathBuf, u64)>, Fault> {
    let mut open: Option<(Draft, Format)> = None;
    while let Some(step) = steps.blocking_recv() {
        match (step, &mut open) {
            (ExportStep::Open { path, format, replace }, _) => {
                let mut draft = Draft::begin(&path, replace)?;
                if format == Format::Csv {
                    draft.write(record::CSV_HEADER.as_bytes())?;
                }
                open = Some((draft, format));
            }
            (ExportStep::Write(messages), Some((draft, format))) => {
                for message in &messages {
                    let line = match format {
                        Format::JsonLines => record::json_line(message),
                        Format::Csv => record::csv_row(message),
                        Format::Text => String::new(),
                    };
                    draft.write(line.as_bytes())?;
                }
            }
            (ExportStep::WriteText(text), Some((draft, _))) => draft.write(text.as_bytes())?,
            (ExportStep::End, _) => return open.map(|(draft, _)| draft.finish()).transpose(),
            (ExportStep::Fail(reason), _) => return Err(Fault::Said(reason)),
            (ExportStep::Write(_) | ExportStep::WriteText(_), None) | (ExportStep::Drop, _) => {
                return Ok(None);
            }
        }
        ready();
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Message, Moment, QoS};

    fn saving(path: &Path, bytes: &'static [u8], replace: bool) -> Done {
        save(Save { path: path.display().to_string(), bytes: Bytes::from_static(bytes), replace })
    }

    #[test]
    fn e11_a_file_holds_the_exact_bytes() {
        let folder = tempfile::tempdir().expect("folder");
        for (name, bytes) in [("empty", &b""[..]), ("bytes", b"\0\xff\r\n"), ("line", b"21.5\n")] {
            let path = folder.path().join(name);
            assert!(matches!(saving(&path, bytes, false), Done::Saved(text) if text.contains(name)));
            assert_eq!(fs::read(&path).expect("written"), bytes);
        }
    }

    #[test]
    fn a_file_that_is_there_gives_way_only_when_told_so() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("there");
        fs::write(&path, "before").expect("written");
        let Done::FileExists(asked) = saving(&path, b"after", false) else { panic!("asked first") };
        assert_eq!(fs::read(&path).expect("there"), b"before");
        assert!(matches!(save(Save { replace: true, ..*asked }), Done::Saved(_)));
        assert_eq!(fs::read(&path).expect("there"), b"after");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1, "nothing else is left");
    }

    #[test]
    fn the_home_folder_has_two_names() {
        let at = |path| located(path).ok();
        assert!(at("~/x").is_some_and(|place| place.is_absolute()));
        assert_eq!(at("$HOME/x"), at("~/x"));
        assert_eq!(at("$HOME"), at("~"));
        assert_eq!(at("$HOMER/x"), Some(PathBuf::from("$HOMER/x")));
    }

    #[test]
    fn what_is_wrong_with_a_place_is_said() {
        let folder = tempfile::tempdir().expect("folder");
        let missing = folder.path().join("no/such");
        assert!(
            matches!(saving(&missing, b"x", false), Done::NotSaved(_, text) if text == format!("the folder {} does not exist", missing.parent().expect("above").display()))
        );
        assert!(
            matches!(saving(folder.path(), b"x", true), Done::NotSaved(_, text) if text.contains("folder"))
        );
        #[cfg(unix)]
        {
            let device = Path::new("/dev/null");
            assert!(
                matches!(saving(device, b"x", true), Done::NotSaved(_, text) if text.contains("ordinary"))
            );
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_stays_and_what_it_leads_to_gives_way_with_its_mode() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "before").expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("mode");
        symlink(&file, &link).expect("link");
        assert!(matches!(saving(&link, b"after", true), Done::Saved(_)));
        assert_eq!(fs::read(&file).expect("there"), b"after");
        assert!(fs::symlink_metadata(&link).expect("link").is_symlink());
        assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    #[cfg(unix)]
    fn g03_what_takes_the_place_of_a_private_file_is_private_while_it_is_written() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("private");
        fs::write(&path, "before").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
        let draft = Draft::begin(&path.display().to_string(), true).expect("begun");
        let mode = draft.file.get_ref().as_file().metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn b12_an_export_that_is_given_up_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("x.jsonl").display().to_string();
        let (steps, received) = tokio::sync::mpsc::channel(4);
        let open = ExportStep::Open { path, format: Format::JsonLines, replace: false };
        steps.try_send(open).expect("room");
        steps.try_send(ExportStep::Write(Vec::new())).expect("room");
        steps.try_send(ExportStep::Drop).expect("room");
        let (done, mut told) = tokio::sync::mpsc::channel(4);
        export(7, received, &done);
        assert_eq!(told.try_recv(), Ok(Done::Export(7, ExportNews::Ready)));
        assert_eq!(told.try_recv(), Ok(Done::Export(7, ExportNews::Ready)));
        assert!(told.try_recv().is_err(), "nothing more is told");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn e11_whatever_is_saved_is_read_back(bytes in vec(any::<u8>(), 0..5_000)) {
            let folder = tempfile::tempdir().expect("folder");
            let path = folder.path().join("any");
            let save = Save { path: path.display().to_string(), bytes: bytes.clone().into(), replace: false };
            prop_assert!(matches!(super::save(save), Done::Saved(_)));
            prop_assert_eq!(fs::read(&path).expect("written"), bytes);
        }

        #[test]
        fn whatever_is_exported_stands_in_the_file_as_it_is_written(
            payloads in vec(vec(any::<u8>(), 0..200), 0..40),
            batch in 1..10usize,
        ) {
            let folder = tempfile::tempdir().expect("folder");
            let messages: Vec<Message> = payloads.into_iter().map(message).collect();
            for (name, format) in [("x.jsonl", Format::JsonLines), ("x.csv", Format::Csv)] {
                let path = folder.path().join(name);
                let (steps, received) = tokio::sync::mpsc::channel(100);
                let open = ExportStep::Open { path: path.display().to_string(), format, replace: false };
                let writes = messages.chunks(batch).map(|batch| ExportStep::Write(batch.to_vec()));
                let all = [open].into_iter().chain(writes).chain([ExportStep::End]);
                all.for_each(|step| steps.try_send(step).expect("room"));
                let (done, mut told) = tokio::sync::mpsc::channel(100);
                export(1, received, &done);
                let written = fs::read_to_string(&path).expect("written");
                let expected: String = match format {
                    Format::JsonLines => messages.iter().map(record::json_line).collect(),
                    Format::Text => String::new(),
                    Format::Csv => {
                        record::CSV_HEADER.to_owned() + &messages.iter().map(record::csv_row).collect::<String>()
                    }
                };
                prop_assert_eq!(&written, &expected);
                let mut last = None;
                while let Ok(news) = told.try_recv() {
                    last = Some(news);
                }
                let bytes = written.len() as u64;
                prop_assert!(matches!(
                    last,
                    Some(Done::Export(1, ExportNews::Ended(place, size))) if size == bytes && place.ends_with(name)
                ));
            }
        }
    }

    fn message(payload: Vec<u8>) -> Message {
        Message {
            topic: "a".into(),
            payload: payload.into(),
            qos: QoS::default(),
            retain: false,
            dup: false,
            properties: None,
            received: Moment::default(),
        }
    }
}
