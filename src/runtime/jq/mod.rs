//! jq programs away from this process. A program can ask for more memory than there is within one step, and nest what it
//! builds deeper than any stack; both end a process, so it is not this one. The child is ourselves, started as
//! `mqtt-tui jq-worker`; it reads requests from its standard input, keeps running, and is killed when it is late.
//!
//! Programs that are `is_plain` can do no such thing and are run here, on a thread of their own.

mod serve;
mod wire;

use std::fmt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::payload::jq::{Ended, JqOutcome, Limits, Program};
pub use serve::serve;
use wire::{Reply, Request};

/// Name of the hidden subcommand.
pub const SUBCOMMAND: &str = "jq-worker";

/// How long after its own deadline a child is waited for. It stops by itself first, if it can.
const SPARE: Duration = Duration::from_millis(500);
/// How long a child that closed its output may take to end.
const ENDING: Duration = Duration::from_secs(1);
/// What is read of a dying child's last words, in bytes.
const LAST_WORDS: u64 = 4096;
/// What a child gets of the environment.
const KEPT: &[&str] = &["TZ", "SystemRoot"];
/// Texts that are sent before their answers are read. Few, so that one that kills the child costs little.
const BATCH: usize = 64;

/// Runs a program on JSON texts, an outcome for each: a plain one here, any other in a child of its own. For threads of
/// `tokio::task::spawn_blocking`: blocks for as long as the runs take, each [`Limits::time`] and half a second at most.
pub fn run(program: &Program, texts: &[&str], limits: &Limits) -> Vec<JqOutcome> {
    if program.is_plain() {
        return texts.iter().map(|text| program.run(text, limits)).collect();
    }
    let failed =
        |fault: &dyn fmt::Display| vec![JqOutcome::failed(format!("jq cannot be run: {fault}")); texts.len()];
    match (Handle::try_current(), JqRunner::new()) {
        (Ok(handle), Ok(mut runner)) => handle.block_on(runner.run(program, texts, *limits)),
        (Err(fault), _) => failed(&fault),
        (_, Err(fault)) => failed(&fault),
    }
}

/// Runs jq programs. Keeps one child for as long as the program stays the same and nothing kills it; dropping it kills
/// the child.
#[derive(Debug)]
pub struct JqRunner {
    executable: PathBuf,
    child: Option<Running>,
}

#[derive(Debug)]
struct Running {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    errors: ChildStderr,
    /// What it was told to run.
    program: (String, Limits),
}

impl JqRunner {
    /// A runner whose children are this very program.
    pub fn new() -> std::io::Result<Self> {
        // The path of a program that was replaced meanwhile leads nowhere; this one does.
        let own = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
        Ok(Self::with(own))
    }

    /// A runner whose children are `executable`, a build of this program.
    pub fn with(executable: PathBuf) -> Self {
        Self { executable, child: None }
    }

    /// Runs a program on JSON texts in a child, an outcome for each. A child that dies takes the text with it that it was at, and the next
    /// one goes on.
    pub async fn run(&mut self, program: &Program, texts: &[&str], limits: Limits) -> Vec<JqOutcome> {
        let mut outcomes = Vec::with_capacity(texts.len());
        while outcomes.len() < texts.len() {
            let batch = &texts[outcomes.len()..texts.len().min(outcomes.len() + BATCH)];
            let stopped = match self.child_for(program, limits).await {
                Ok(child) => child.ask(batch, limits, &mut outcomes).await.err(),
                Err(fault) => {
                    outcomes.push(JqOutcome::failed(format!("jq cannot be run: {fault}")));
                    None
                }
            };
            if let (Some(stopped), Some(child)) = (stopped, self.child.take_if(|_| stopped.is_some())) {
                outcomes.push(JqOutcome::cut_off(Vec::new(), child.end(stopped).await, &limits));
            }
        }
        outcomes
    }

    /// The child that runs this program within these limits, started if there is none.
    async fn child_for(&mut self, program: &Program, limits: Limits) -> std::io::Result<&mut Running> {
        let wanted = (program.text().to_owned(), limits);
        let child = match self.child.take().filter(|child| child.program == wanted) {
            Some(child) => child,
            None => Running::start(&self.executable, wanted).await?,
        };
        Ok(self.child.insert(child))
    }
}

impl Running {
    async fn start(executable: &std::path::Path, program: (String, Limits)) -> std::io::Result<Self> {
        let mut command = Command::new(executable);
        // Of the environment it needs the time zone; what it does not have it cannot tell.
        command
            .arg(SUBCOMMAND)
            .env_clear()
            .envs(KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        // Away from the keys that are meant for the explorer.
        #[cfg(unix)]
        command.process_group(0);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(mut to), Some(from), Some(errors)) =
            (process.stdin.take(), process.stdout.take(), process.stderr.take())
        else {
            return Err(std::io::Error::other("the child has no pipes"));
        };
        to.write_all(&Request::Program(program.1, program.0.as_str()).encoded()).await?;
        Ok(Self { process, to, from: BufReader::new(from), errors, program })
    }

    /// Adds the outcome of each text, until the child is late or gone.
    async fn ask(
        &mut self,
        texts: &[&str],
        limits: Limits,
        outcomes: &mut Vec<JqOutcome>,
    ) -> Result<(), Stopped> {
        let requests: Vec<u8> = texts.iter().flat_map(|text| Request::Run(text).encoded()).collect();
        let (to, from) = (&mut self.to, &mut self.from);
        let read = async {
            for _ in texts {
                let answer = timeout(limits.time + SPARE, read_outcome(from)).await;
                outcomes.push(answer.map_err(|_| Stopped::Late)?.ok_or(Stopped::Gone)?);
            }
            Ok(())
        };
        let write = async {
            // A child that does not read any more is found out by its silence.
            let _ = to.write_all(&requests).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            result = read => result,
            () = write => Ok(()),
        }
    }

    /// Kills the child and says what ended the run.
    async fn end(mut self, stopped: Stopped) -> Ended {
        if stopped == Stopped::Late {
            return Ended::Deadline;
        }
        let mut words = String::new();
        let mut errors = self.errors.take(LAST_WORDS);
        let _ = timeout(ENDING, errors.read_to_string(&mut words)).await;
        match timeout(ENDING, self.process.wait()).await {
            Ok(Ok(status)) => cause(status, &words),
            _ => Ended::Failed,
        }
    }
}

/// Why a child gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopped {
    /// Its time ran out.
    Late,
    /// It closed its output, or speaks nonsense.
    Gone,
}

/// What ended a child, by what the runtime of Rust says when memory or stack is at its end.
fn cause(status: ExitStatus, words: &str) -> Ended {
    if status.code() == Some(serve::LATE) {
        Ended::Deadline
    } else if words.contains("overflowed its stack") {
        Ended::TooDeep
    } else if words.contains("memory allocation") {
        Ended::Memory
    } else {
        Ended::Failed
    }
}

/// Reads one run's outputs and its end. `None` when the child closed its output or speaks nonsense.
async fn read_outcome(from: &mut BufReader<ChildStdout>) -> Option<JqOutcome> {
    let mut outputs = Vec::new();
    loop {
        let tag = from.read_u8().await.ok()?;
        let length = from.read_u32_le().await.ok()?;
        let mut text = Vec::new();
        let read = from.take(u64::from(length)).read_to_end(&mut text).await.ok()?;
        if read as u64 != u64::from(length) {
            return None;
        }
        match Reply::decoded(tag, String::from_utf8(text).ok()?)? {
            Reply::Output(text) => outputs.push(text),
            Reply::End(ended, error) => return Some(JqOutcome { outputs, ended, error }),
        }
    }
}
