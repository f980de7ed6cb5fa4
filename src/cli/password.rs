//! The password of a command that runs without the explorer: from where the profile says, or asked for at the terminal.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::output;
use crate::config::{PasswordSource, Profile, find_password, password_warning};
use crate::model::{Secret, Target};
use crate::runtime::{Signal, Signals};

/// Exit code when somebody would have to be asked and nobody is there (D11).
const NOBODY_TO_ASK: u8 = 4;

/// How long the end of a password command is waited for.
const CLOSE_WITHIN: Duration = Duration::from_millis(300);

/// Runs `work` on a profile whose password is known by then, until a signal ends it; the exit code.
pub(super) fn run_with(mut profile: Profile, work: impl AsyncFnOnce(Target) -> ExitCode) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return output::fail(1, &format!("the program cannot start: {fault}")),
    };
    let code = runtime.block_on(async {
        let mut signals = match Signals::listen() {
            Ok(signals) => signals,
            Err(fault) => return output::fail(1, &format!("signals cannot be listened to: {fault}")),
        };
        if let Err(code) = obtain(&mut profile, &mut signals).await {
            return code;
        }
        tokio::select! {
            code = work(profile.target) => code,
            code = end(&mut signals) => code,
        }
    });
    // A name look-up that hangs must not hold the exit.
    runtime.shutdown_background();
    code
}

/// Puts the password of `profile` into its target. On failure the fault is told, and this is the exit code.
async fn obtain(profile: &mut Profile, signals: &mut Signals) -> Result<(), ExitCode> {
    if profile.target.password.is_some() {
        return Ok(());
    }
    if let Some(warning) = password_warning(&profile.password) {
        output::warn(&format!("warning: {warning}"));
    }
    if profile.password == PasswordSource::Prompt {
        profile.target.password = Some(ask(profile, signals).await?);
        return Ok(());
    }
    let (source, name) = (profile.password.clone(), profile.name.clone());
    // A command or a network folder may take its time, and must not keep a signal waiting.
    let called_off = CancellationToken::new();
    let waiting = called_off.clone();
    let mut finding = tokio::task::spawn_blocking(move || {
        find_password(&source, &name, |name| std::env::var(name).ok(), &waiting)
    });
    profile.target.password = tokio::select! {
        found = &mut finding => found
            .unwrap_or_else(|_| Err("no password: looking for it failed".to_owned()))
            .map_err(|fault| output::fail(1, &fault))?,
        code = end(signals) => {
            // A command is not left behind.
            called_off.cancel();
            let _ = tokio::time::timeout(CLOSE_WITHIN, finding).await;
            return Err(code);
        }
    };
    Ok(())
}

/// Waits for a signal that ends the program; its exit code.
async fn end(signals: &mut Signals) -> ExitCode {
    loop {
        match signals.next().await {
            Signal::End(code) => return ExitCode::from(u8::try_from(code).unwrap_or(1)),
            // Nothing is on screen that would have to be put away first.
            Signal::Suspend => {
                let _ = crate::runtime::stop_group();
            }
            Signal::Continue => {}
        }
    }
}

/// Asks at the terminal, without echo. An empty answer is an empty password (D12).
async fn ask(profile: &Profile, signals: &mut Signals) -> Result<Secret, ExitCode> {
    let whose = match &profile.target.user {
        Some(user) => format!("{user} at {}", profile.target.address()),
        None => profile.target.address(),
    };
    if !io::stdin().is_terminal() {
        let fault = format!(
            "a password is needed for {whose}, and there is no terminal to ask at: \
             use MQTT_TUI_PASSWORD, --password-file or --password-command"
        );
        return Err(output::fail(NOBODY_TO_ASK, &fault));
    }
    let modes = Modes::of_terminal();
    let question = output::clean(&format!("Password of {whose}: "));
    let asking = tokio::task::spawn_blocking(move || rpassword::prompt_password(question));
    let answer = tokio::select! {
        // Ctrl-C comes as a signal too; that one says how to end.
        biased;
        code = end(signals) => Err(code),
        answer = asking => Ok(answer.unwrap_or_else(|fault| Err(io::Error::other(fault)))),
    };
    modes.restore();
    match answer? {
        Ok(password) => Ok(Secret::new(password)),
        Err(fault) if fault.kind() == io::ErrorKind::Interrupted => Err(end(signals).await),
        Err(fault) => Err(output::fail(NOBODY_TO_ASK, &format!("the password cannot be asked for: {fault}"))),
    }
}

/// The terminal's modes before the question: the echo must be back however it ends.
struct Modes {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl Modes {
    fn of_terminal() -> Self {
        Self {
            #[cfg(unix)]
            before: rustix::termios::tcgetattr(io::stdin()).ok(),
        }
    }

    fn restore(&self) {
        #[cfg(unix)]
        if let Some(before) = &self.before {
            // A terminal that is gone has no modes.
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, before);
        }
    }
}
