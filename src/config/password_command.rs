//! Running the command that prints a password, such as `pass show mqtt/home`. It cannot ask anything: it has no input, and the terminal
//! belongs to the explorer.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::secret::first_line;
use crate::model::Secret;

/// How long a command may take: an agent may ask the user for a passphrase in a window of its own.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long output may come after the command has ended.
const AFTER: Duration = Duration::from_secs(1);
/// How often it is looked whether the command has ended.
const PAUSE: Duration = Duration::from_millis(5);
/// What is quoted of a command's complaint, in characters.
const QUOTED: usize = 200;

/// The first line that `command` prints; it is run by the shell of the platform, and killed when `called_off`.
pub(super) fn run(command: &str, called_off: &CancellationToken) -> Result<Secret, String> {
    run_within(command, DEADLINE, called_off)
}

fn run_within(command: &str, deadline: Duration, called_off: &CancellationToken) -> Result<Secret, String> {
    let mut child = shell(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|fault| format!("the password command cannot be run: {fault}"))?;
    let (sender, password) = mpsc::sync_channel(1);
    if let Some(mut output) = child.stdout.take() {
        thread::spawn(move || {
            // Nobody listens any more when the deadline has passed.
            let _ = sender.send(first_line(&mut output));
            // A command that prints more must not wait for a reader.
            let _ = std::io::copy(&mut output, &mut std::io::sink());
        });
    }
    let (sender, complaint) = mpsc::sync_channel(1);
    if let Some(mut errors) = child.stderr.take() {
        thread::spawn(move || {
            let mut text = Vec::new();
            let _ = errors.by_ref().take(64 << 10).read_to_end(&mut text);
            let _ = sender.send(String::from_utf8_lossy(&text).into_owned());
            let _ = std::io::copy(&mut errors, &mut std::io::sink());
        });
    }
    let Some(status) = wait(&mut child, deadline, called_off)? else {
        if called_off.is_cancelled() {
            return Err("the password command was killed: nobody waits for it any more".to_owned());
        }
        let seconds = deadline.as_secs();
        return Err(format!("the password command did not end within {seconds} s and was killed"));
    };
    if !status.success() {
        let complaint = complaint.recv_timeout(AFTER).unwrap_or_default();
        return Err(format!("the password command failed ({status}){}", quoted(&complaint)));
    }
    match password.recv_timeout(AFTER) {
        Ok(Ok(password)) => Ok(password),
        Ok(Err(fault)) => Err(format!("the password command was run, but of what it printed {fault}")),
        Err(_) => Err("the password command ended without printing a line".into()),
    }
}

fn shell(command: &str) -> Command {
    #[cfg(unix)]
    {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command);
        // In a group of its own it can be ended with all its children, and does not get the keys meant for the explorer.
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
        // With this an agent would ask for its passphrase across the screen of the explorer.
        shell.env_remove("GPG_TTY");
        shell
    }
    #[cfg(windows)]
    {
        let mut shell = Command::new("cmd");
        shell.arg("/C").arg(command);
        shell
    }
}

/// Waits for the end; `None` when the deadline passed or nobody waits any more, and the command was killed.
fn wait(
    child: &mut Child,
    deadline: Duration,
    called_off: &CancellationToken,
) -> Result<Option<ExitStatus>, String> {
    let begun = Instant::now();
    loop {
        let ended = child.try_wait().map_err(|fault| format!("the password command was lost: {fault}"))?;
        if ended.is_some() {
            return Ok(ended);
        }
        if called_off.is_cancelled() || begun.elapsed() >= deadline {
            kill(child);
            return Ok(None);
        }
        thread::sleep(PAUSE);
    }
}

fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // It may have ended meanwhile.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// The last line of a complaint, shortened and on one line; it is made safe for the screen where it is shown.
fn quoted(complaint: &str) -> String {
    let Some(last) = complaint.lines().rev().find(|line| !line.trim().is_empty()) else {
        return String::new();
    };
    let last: String = last.trim().chars().take(QUOTED).collect();
    format!(": {}", last.replace(char::is_control, "\u{fffd}"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn printed(command: &str) -> Result<String, String> {
        run(command, &CancellationToken::new()).map(|password| password.expose().to_owned())
    }

    #[test]
    fn g04_the_first_line_of_a_command_is_the_password() {
        assert_eq!(printed("printf 'hidden\\nmore\\n'"), Ok("hidden".into()));
        assert_eq!(printed("printf hidden; echo chatter >&2"), Ok("hidden".into()));
        assert_eq!(printed("echo hidden; yes | head -c 300000"), Ok("hidden".into()));
    }

    #[test]
    fn g04_a_command_that_fails_is_quoted_and_its_output_is_not() {
        let fault = printed("echo hidden; echo 'no such entry\u{1b}[2J' >&2; exit 3").expect_err("failed");
        assert!(fault.contains("exit status: 3") && fault.contains("no such entry\u{fffd}[2J"), "{fault}");
        assert!(!fault.contains("hidden"), "{fault}");
        let fault = printed("true").expect_err("nothing printed");
        assert!(fault.contains("first line is empty"), "{fault}");
    }

    #[test]
    fn g04_a_command_has_no_input_and_no_terminal_of_its_agent() {
        assert_eq!(printed("cat; echo \"<$GPG_TTY>\""), Ok("<>".into()));
    }

    #[test]
    fn g04_a_command_that_hangs_is_killed_with_its_children() {
        let folder = tempfile::tempdir().expect("folder");
        let held = folder.path().join("held");
        // The child holds a lock on the file as long as it lives.
        let command = format!("(flock 9; echo held; sleep 600) 9>'{}' & wait", held.display());
        let fault =
            run_within(&command, Duration::from_millis(300), &CancellationToken::new()).expect_err("hangs");
        assert!(fault.contains("killed"), "{fault}");
        let file = std::fs::File::create(&held).expect("create");
        file.lock().expect("nobody holds it any more");
    }
}
