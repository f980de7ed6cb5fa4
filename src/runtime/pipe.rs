//! A shell command with a payload as its input, away from the loop: what it prints is taken up to a limit, and it is ended with all its
//! children when it takes too long or nobody waits for it any more.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use crate::app::out::{Pipe, PipeEnd};
use crate::payload::format;

/// How long a command may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// Bytes of output that are taken; a command that prints more is ended.
const OUTPUT: usize = 1 << 20;
/// Bytes of complaints that are taken; more are read and thrown away.
const ERRORS: usize = 64 << 10;

/// Runs the command to its end.
pub(super) async fn run(pipe: Pipe, called_off: CancellationToken) -> PipeEnd {
    run_within(pipe, DEADLINE, called_off).await
}

/// Why it was not waited for any longer.
enum Cut {
    Output,
    Deadline,
    CalledOff,
}

async fn run_within(pipe: Pipe, deadline: Duration, called_off: CancellationToken) -> PipeEnd {
    let mut child = match shell(&pipe).spawn() {
        Ok(child) => child,
        Err(fault) => {
            return ended(Vec::new(), Vec::new(), format!("the shell cannot be run: {fault}"), false);
        }
    };
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let waited = {
        let work = work(&mut child, &pipe, &mut output, &mut errors);
        tokio::select! {
            waited = work => waited,
            () = tokio::time::sleep(deadline) => Err(Cut::Deadline),
            () = called_off.cancelled() => Err(Cut::CalledOff),
        }
    };
    let cut = match waited {
        Ok(status) => return ended(output, errors, how(status), status.success()),
        Err(cut) => cut,
    };
    kill(&mut child).await;
    let how = match cut {
        Cut::Output => {
            format!("ended: it printed more than {}; this is the first of it", format::bytes(OUTPUT as u64))
        }
        Cut::Deadline => format!("ended: it took longer than {} s", deadline.as_secs()),
        Cut::CalledOff => "ended: nobody waits for it any more".to_owned(),
    };
    ended(output, errors, how, false)
}

fn ended(output: Vec<u8>, errors: Vec<u8>, how: String, good: bool) -> PipeEnd {
    PipeEnd { output: output.into(), errors: errors.into(), how, good }
}

/// Feeds the command and reads what it prints, until it has ended or printed too much.
async fn work(
    child: &mut Child,
    pipe: &Pipe,
    output: &mut Vec<u8>,
    errors: &mut Vec<u8>,
) -> Result<ExitStatus, Cut> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A command need not read all of it: `head -1` does not.
            let _ = stdin.write_all(&pipe.payload).await;
        }
        Ok(())
    };
    let read = async { if take(stdout, output, OUTPUT).await.is_some() { Err(Cut::Output) } else { Ok(()) } };
    let complain = async {
        if let Some(mut rest) = take(stderr, errors, ERRORS).await {
            let _ = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
        }
        Ok(())
    };
    tokio::try_join!(feed, read, complain)?;
    // It can be waited for: it is our child, and nobody else waits for it.
    child.wait().await.map_err(|_| Cut::CalledOff)
}

/// Reads up to `limit` bytes; the source again when there are more.
async fn take<R: AsyncRead + Unpin>(source: Option<R>, into: &mut Vec<u8>, limit: usize) -> Option<R> {
    let mut source = source?;
    let mut limited = (&mut source).take(limit as u64 + 1);
    // What was read before a fault is shown, too.
    let _ = limited.read_to_end(into).await;
    if into.len() <= limit {
        return None;
    }
    into.truncate(limit);
    Some(source)
}

/// `exit code 0`, `ended by signal 9`.
pub(super) fn how(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("ended by signal {signal}");
    }
    status.code().map_or_else(|| status.to_string(), |code| format!("exit code {code}"))
}

/// The user's shell.
fn shell(pipe: &Pipe) -> Command {
    #[cfg(unix)]
    let mut command = {
        let own = std::env::var_os("SHELL").filter(|shell| std::path::Path::new(shell).is_absolute());
        let mut command = Command::new(own.unwrap_or_else(|| "sh".into()));
        command.arg("-c");
        // In a group of its own it can be ended with all its children, and does not get the keys meant for the explorer.
        command.process_group(0);
        // With this an agent would ask for its passphrase across the screen of the explorer.
        command.env_remove("GPG_TTY");
        command
    };
    #[cfg(not(unix))]
    let mut command = {
        let mut command = Command::new("cmd");
        command.arg("/C");
        command
    };
    command.arg(&pipe.command);
    for name in &pipe.without {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) =
        child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
    {
        // It may have ended meanwhile.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill().await;
}

#[cfg(all(test, unix))]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn pipe(command: &str, payload: &[u8]) -> Pipe {
        let (payload, without) = (Bytes::copy_from_slice(payload), vec!["CARGO_MANIFEST_DIR".to_owned()]);
        Pipe { id: 1, command: command.to_owned(), payload, without }
    }

    #[tokio::test]
    async fn a_command_gets_the_exact_bytes_and_its_output_comes_back() {
        let payload: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let end = run(pipe("cat", &payload), CancellationToken::new()).await;
        assert_eq!((end.how.as_str(), end.good), ("exit code 0", true));
        assert_eq!(end.output, payload);
    }

    #[tokio::test]
    async fn complaints_and_exit_code_are_kept() {
        let end = run(pipe("echo no >&2; exit 3", b"unread"), CancellationToken::new()).await;
        assert_eq!((end.how.as_str(), end.good, &end.errors[..]), ("exit code 3", false, &b"no\n"[..]));
        let end = run(pipe("kill -9 $$", b""), CancellationToken::new()).await;
        assert_eq!(end.how, "ended by signal 9");
    }

    #[tokio::test]
    async fn a_command_that_prints_without_end_is_cut_and_ended() {
        let end = run(pipe("yes", b""), CancellationToken::new()).await;
        assert_eq!((end.output.len(), end.good), (OUTPUT, false));
        assert!(end.how.contains("more than 1.0 MB"), "{}", end.how);
    }

    #[tokio::test]
    async fn a_command_that_hangs_is_ended_with_its_children_and_what_it_printed_is_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let held = folder.path().join("held");
        // The child holds a lock on the file as long as it lives.
        let command = format!("(flock 9; echo held; sleep 600) 9>'{}' & wait", held.display());
        let end = run_within(pipe(&command, b""), Duration::from_secs(1), CancellationToken::new()).await;
        assert!(end.how.contains("longer than 1 s"), "{}", end.how);
        assert_eq!(&end.output[..], b"held\n");
        let file = std::fs::File::create(&held).expect("create");
        tokio::task::spawn_blocking(move || file.lock())
            .await
            .expect("joined")
            .expect("nobody holds it any more");
    }

    #[tokio::test]
    async fn a_command_that_nobody_waits_for_is_ended() {
        let called_off = CancellationToken::new();
        called_off.cancel();
        let end = run(pipe("sleep 600", b""), called_off).await;
        assert!(!end.good && end.how.contains("nobody"), "{}", end.how);
    }

    #[tokio::test]
    async fn a_command_gets_no_variable_that_is_held_back() {
        let end = run(pipe("echo \"<$CARGO_MANIFEST_DIR>\"", b""), CancellationToken::new()).await;
        assert_eq!(&end.output[..], b"<>\n");
    }
}
