//! The user's editor on a payload: a file of its own in a private folder, the program that `$VISUAL` or `$EDITOR` names, and what is in
//! the file after. The terminal is lent to it meanwhile: see `lending`.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use bytes::Bytes;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::pipe::how;
use crate::app::out::Edit;
use crate::model::Publication;

/// Bytes of the largest payload there can be: what fits behind the fixed header (MQTT 5.0, 2.1.4).
const LARGEST: u64 = 268_435_455;

/// An editor at work. Dropping it ends the editor and takes the file away.
#[derive(Debug)]
pub(super) struct Editor {
    child: Child,
    path: PathBuf,
    command: String,
    publication: Box<Publication>,
    decoded: Option<Bytes>,
    _folder: TempDir,
}

impl Editor {
    /// Writes the payload to a file and starts the editor on it. The terminal must be free for it. On failure the reason, for the user.
    pub(super) fn start(edit: Edit) -> Result<Self, String> {
        let command = named(|name| std::env::var(name).ok())?;
        let (folder, path) =
            lay_out(&edit).map_err(|fault| format!("the payload cannot be put into a file: {fault}"))?;
        let child = program(&command, &path, &edit.without)
            .spawn()
            .map_err(|fault| format!("the editor '{command}' cannot be run: {fault}"))?;
        Ok(Self {
            child,
            path,
            command,
            publication: edit.publication,
            decoded: edit.decoded,
            _folder: folder,
        })
    }

    /// Waits for the editor's end. Cancel-safe.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// What is in the file after, or why nothing of it counts; and the message it belongs to. The file is gone then.
    pub(super) fn result(self, status: io::Result<ExitStatus>) -> (Box<Publication>, Result<Bytes, String>) {
        let payload = self.read(status);
        (self.publication.clone(), payload)
    }

    fn read(&self, status: io::Result<ExitStatus>) -> Result<Bytes, String> {
        let unchanged = "nothing was changed";
        let status = status.map_err(|fault| format!("the editor was lost: {fault}; {unchanged}"))?;
        if status.code() == Some(127) {
            return Err(format!(
                "the editor '{}' was not found: set VISUAL or EDITOR to one that is there",
                self.command
            ));
        }
        if !status.success() {
            // A shell tells of a program that a signal ended by adding 128.
            let how = match status.code() {
                Some(code @ 129..) => format!("ended by signal {}", code - 128),
                _ => how(status),
            };
            return Err(format!("the editor: {how}; {unchanged}"));
        }
        let unread = |fault| format!("the editor left no file that can be read ({fault}); {unchanged}");
        let file = fs::File::open(&self.path).map_err(unread)?;
        let mut edited = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut edited).map_err(unread)?;
        if edited.len() as u64 > LARGEST {
            return Err(format!("the file has more than the {LARGEST} bytes that MQTT allows; {unchanged}"));
        }
        let Some(decoded) = &self.decoded else {
            return Ok(without_added_line_feed(&self.publication.payload, edited).into());
        };
        if without_added_line_feed(decoded, edited) == *decoded {
            return Ok(self.publication.payload.clone());
        }
        let reason = "what was changed goes nowhere: it was the decoded text, which is not encoded again";
        Err(reason.to_owned())
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // One that has ended has no id any more. The terminal is put in order by whoever lent it.
        #[cfg(unix)]
        if let Some(pid) =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::HUP);
        }
    }
}

/// The command of the user's editor, as for every other program.
fn named(variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.trim().is_empty()));
    named.ok_or_else(|| "no editor is named: set VISUAL or EDITOR, as in EDITOR=nano".to_owned())
}

/// The file in a folder of its own: nobody else can look into either.
fn lay_out(edit: &Edit) -> io::Result<(TempDir, PathBuf)> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("mqtt-tui-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o700));
    }
    let folder = builder.tempdir()?;
    let path = folder.path().join(format!("payload.{}", edit.extension));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if edit.decoded.is_some() { 0o400 } else { 0o600 });
    let mut file = options.open(&path)?;
    file.write_all(edit.decoded.as_ref().unwrap_or(&edit.publication.payload))?;
    Ok((folder, path))
}

/// The editor on a file. The shell takes the words of the command apart, as it does for git: `code -w`, or a path with a blank in quotes.
#[cfg(unix)]
fn program(command: &str, path: &Path, without: &[String]) -> Command {
    let mut program = Command::new("sh");
    program.arg("-c").arg(format!("{command} \"$@\"")).arg(command).arg(path);
    for name in without {
        program.env_remove(name);
    }
    program
}

#[cfg(not(unix))]
fn program(command: &str, path: &Path, without: &[String]) -> Command {
    let mut program = Command::new(command);
    program.arg(path);
    for name in without {
        program.env_remove(name);
    }
    program
}

/// Many editors end a text with a line feed whether it had one or not: where there was none before, one at the end is not the user's.
fn without_added_line_feed(before: &[u8], mut after: Vec<u8>) -> Vec<u8> {
    if !before.ends_with(b"\n") && after.ends_with(b"\n") && std::str::from_utf8(before).is_ok() {
        after.pop();
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e11_a_line_feed_that_the_editor_added_is_left_out() {
        for (before, after, kept) in [
            ("21.5", "22\n", "22"),
            ("21.5", "22\n\n", "22\n"),
            ("21.5\n", "22\n", "22\n"),
            ("21.5\n", "22", "22"),
            ("", "\n", ""),
        ] {
            assert_eq!(without_added_line_feed(before.as_bytes(), after.into()), kept.as_bytes());
        }
        assert_eq!(without_added_line_feed(b"\xff", b"\xff\n".to_vec()), b"\xff\n");
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn b06_a_file_larger_than_any_payload_is_not_read() {
        let publication = Box::new(Publication {
            topic: "a".into(),
            payload: Bytes::new(),
            qos: crate::model::QoS::default(),
            retain: false,
            properties: None,
        });
        let (folder, path) = lay_out(&Edit {
            publication: publication.clone(),
            extension: "bin",
            decoded: None,
            without: Vec::new(),
        })
        .expect("written");
        // A hole: it takes no room on the disk.
        fs::OpenOptions::new()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(LARGEST + 1))
            .expect("grown");
        let mut child = Command::new("true").spawn().expect("run");
        let status = child.wait().await;
        let editor =
            Editor { child, path, command: "true".into(), publication, decoded: None, _folder: folder };
        let (_, edited) = editor.result(status);
        assert!(edited.is_err_and(|fault| fault.contains("nothing was changed")));
    }

    #[test]
    fn visual_comes_before_editor_and_without_both_it_is_said_what_to_set() {
        let of = |visual: &'static str, editor: &'static str| {
            named(move |name| Some(if name == "VISUAL" { visual } else { editor }.to_owned()))
        };
        assert_eq!(of("code -w", "vi").as_deref(), Ok("code -w"));
        assert_eq!(of(" ", "vi").as_deref(), Ok("vi"));
        assert!(of("", "").is_err_and(|text| text.contains("EDITOR=nano")));
    }

    #[test]
    #[cfg(unix)]
    fn f15_the_file_can_be_read_by_nobody_else_and_goes_with_its_folder() {
        use std::os::unix::fs::PermissionsExt;
        let publication = Box::new(Publication {
            topic: "a".into(),
            payload: Bytes::from_static(b"\0\xff"),
            qos: crate::model::QoS::default(),
            retain: false,
            properties: None,
        });
        let edit = Edit { publication, extension: "bin", decoded: None, without: Vec::new() };
        let (folder, path) = lay_out(&edit).expect("written");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(folder.path()), mode(&path)), (0o700, 0o600));
        assert_eq!(fs::read(&path).expect("there"), b"\0\xff");
        assert!(path.to_string_lossy().ends_with("/payload.bin"));
        drop(folder);
        assert!(!path.exists());
    }
}
