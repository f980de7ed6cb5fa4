//! The child's side: `mqtt-tui jq-worker`. Limits itself first, then answers requests until its input ends.

use std::io::{BufReader, Write, stdin, stdout};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use super::wire::{Asked, Reply, read_request};
use crate::payload::jq::{JqOutcome, Program, on_large_stack};

/// Exit code when a run could not be stopped in another way.
pub(super) const LATE: i32 = 3;
/// Memory that the child may have. Of addresses: what is reserved and not used counts.
#[cfg(unix)]
const MEMORY: u64 = 1 << 30;
/// How long after the deadline the child ends itself, when the engine's guard did not stop the run.
const SPARE: Duration = Duration::from_millis(100);

/// Answers requests from standard input until it ends.
pub fn serve() -> ExitCode {
    limit();
    // Faults of the engine are answers here; last words are for what cannot be caught.
    std::panic::set_hook(Box::new(|_| {}));
    // One word before and one after a run: the channel holds two at most.
    let (begun, runs) = sync_channel(2);
    std::thread::spawn(move || watch(&runs));
    on_large_stack(move || answer_all(&begun)).unwrap_or(ExitCode::FAILURE)
}

fn answer_all(begun: &SyncSender<Option<Duration>>) -> ExitCode {
    let mut from = BufReader::new(stdin().lock());
    let mut to = stdout().lock();
    let mut program = None;
    loop {
        match read_request(&mut from) {
            None => return ExitCode::SUCCESS,
            Some(Asked::Program(limits, text)) => {
                program = Program::compile(&text).ok().map(|program| (program, limits));
            }
            Some(Asked::Run(text)) => {
                let Some((program, limits)) = &program else { return ExitCode::FAILURE };
                // The watcher lives as long as the process.
                let _ = begun.send(Some(limits.time));
                let outcome = program.run_here(&text, limits);
                let _ = begun.send(None);
                if answer(&mut to, outcome).is_err() {
                    return ExitCode::FAILURE;
                }
            }
        }
    }
}

/// Sends an outcome at once: the next run may be the last.
fn answer(to: &mut impl Write, outcome: JqOutcome) -> std::io::Result<()> {
    let mut frames: Vec<u8> =
        outcome.outputs.into_iter().flat_map(|output| Reply::Output(output).encoded()).collect();
    frames.extend(Reply::End(outcome.ended, outcome.error).encoded());
    to.write_all(&frames)?;
    to.flush()
}

/// Ends the process when a run does not end. Also when nobody is there any more to kill it.
fn watch(runs: &Receiver<Option<Duration>>) {
    while let Ok(begun) = runs.recv() {
        let Some(time) = begun else { continue };
        match runs.recv_timeout(time + SPARE) {
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => std::process::exit(LATE),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// No more memory than [`MEMORY`], and no core file. Where the system has no such limits, the deadline is the only one.
fn limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let most = |most| Rlimit { current: Some(most), maximum: Some(most) };
        // A lower limit that is there already stays.
        let _ = setrlimit(Resource::As, most(MEMORY));
        let _ = setrlimit(Resource::Core, most(0));
    }
}
