//! Files of the user's own, read with care and written whole or not at all: a lock against other instances, a temporary file beside
//! the real one, renamed over it when it is safely on the disk.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Largest file that is read, in bytes: a file of settings is not longer.
const LONGEST: u64 = 4 << 20;

/// How often and how long apart the lock of another instance is tried.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Bytes of the file at `path`; `None` when there is none. The error is in words, without the path.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let link = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(format!("this cannot be read: {fault}")),
    };
    if link.is_symlink() {
        may_follow(path, &link, true)?;
    }
    let unread = |fault: io::Error| format!("this cannot be read: {fault}");
    // Asked before it is opened: opening a pipe waits for a writer.
    let metadata = fs::metadata(path).map_err(unread)?;
    if !metadata.is_file() {
        return Err("this is no ordinary file".into());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)).map_err(unread)?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("this holds more than {} MiB: it is not read", LONGEST >> 20));
    }
    Ok(Some(bytes))
}

/// Whether others on this machine may read the file.
pub(super) fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        // Access lists are inherited from the user's own folder there.
        let _ = path;
        false
    }
}

/// The file that is meant by `path`: itself, or what the user's own link leads to. The error is in words.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, String> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => {
            may_follow(path, &metadata, false)?;
            fs::canonicalize(path)
                .map_err(|fault| format!("{} is a link to nowhere: {fault}", path.display()))
        }
        _ => Ok(path.to_owned()),
    }
}

/// A link of somebody else, or to a file of somebody else, could make the program read or write what it should not. What root owns may
/// be read: that is how some systems hand out configuration.
fn may_follow(path: &Path, link: &fs::Metadata, to_read: bool) -> Result<(), String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let own = rustix::process::geteuid().as_raw();
        let there = fs::metadata(path).map_err(|fault| format!("this is a link to nowhere: {fault}"))?;
        let trusted = |owner: u32| owner == own || (to_read && owner == 0);
        if !trusted(link.uid()) || !trusted(there.uid()) {
            return Err(format!("{} is a link of or to another user's file: not followed", path.display()));
        }
    }
    let _ = (path, link, to_read);
    Ok(())
}

/// Held while a file is read, changed and written. Goes with the process, whatever becomes of it.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Locks the file at `path` against other instances, by a file beside it; its folder is made when it is missing.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        make_folder(folder(path))?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(beside(path, "lock"))?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
                Err(TryLockError::Error(fault)) => return Err(fault),
            }
        }
        Err(io::Error::other("another mqtt-tui is writing and does not end"))
    }
}

/// Replaces the file at `path` by `text`, readable by its owner only. Whatever happens, the old or the new is there, whole. To be
/// called under the [`Lock`] of that file.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = folder(path);
    remove_remains(path);
    let prefix = format!(".{}.", file_name(path));
    let mut file = tempfile::Builder::new().prefix(&prefix).suffix(".new").tempfile_in(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The builder's own mode gives way to the umask.
        file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|fault| fault.error)?;
    // The rename itself is on the disk only when the folder is. Windows cannot open one.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// Takes away what killed instances left behind. Nobody else writes: the lock is held.
fn remove_remains(path: &Path) {
    let prefix = format!(".{}.", file_name(path));
    let Ok(entries) = fs::read_dir(folder(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(".new") {
            // It is tried again at the next save.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The folder a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    folder(path).join(format!(".{}.{extension}", file_name(path)))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
