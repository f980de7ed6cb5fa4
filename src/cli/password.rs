//! The password of a command that runs without the explorer: from where the profile says, or asked for at the terminal.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use super::output;
use crate::config::{PasswordSource, Profile, find_password, password_warning};
use crate::model::Secret;

/// Exit code when somebody would have to be asked and nobody is there (D11).
const NOBODY_TO_ASK: u8 = 4;
/// Exit code of a program ended by Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Puts the password of `profile` into its target. On failure the fault is told, and this is the exit code.
pub(super) fn obtain(profile: &mut Profile) -> Result<(), ExitCode> {
    if profile.target.password.is_some() {
        return Ok(());
    }
    if let Some(warning) = password_warning(&profile.password) {
        output::warn(&format!("warning: {warning}"));
    }
    profile.target.password = match &profile.password {
        PasswordSource::Prompt => Some(ask(profile)?),
        source => find_password(source, &profile.name, |name| std::env::var(name).ok())
            .map_err(|fault| output::fail(1, &fault))?,
    };
    Ok(())
}

/// Asks at the terminal, without echo. An empty answer is an empty password (D12).
fn ask(profile: &Profile) -> Result<Secret, ExitCode> {
    let whose = match &profile.target.user {
        Some(user) => format!("{user} at {}", profile.target.address()),
        None => profile.target.address(),
    };
    if !io::stdin().is_terminal() {
        let fault = format!(
            "a password is needed for {whose}, and there is no terminal to ask at: use MQTT_TUI_PASSWORD, --password-file or --password-command"
        );
        return Err(output::fail(NOBODY_TO_ASK, &fault));
    }
    rpassword::prompt_password(output::clean(&format!("Password of {whose}: "))).map(Secret::new).map_err(
        |fault| match fault.kind() {
            io::ErrorKind::Interrupted => ExitCode::from(INTERRUPTED),
            _ => output::fail(NOBODY_TO_ASK, &format!("the password cannot be asked for: {fault}")),
        },
    )
}
