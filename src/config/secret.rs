//! Where passwords come from, and getting them. Blocking: called off the loop.

use std::fs;

use super::PasswordSource;
use crate::model::Secret;

/// Gets the password that `source` names; `None` when the source is none. The error says what, where and what to do, and holds no
/// secret.
pub fn find_password(
    source: &PasswordSource,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Secret>, String> {
    match source {
        PasswordSource::None | PasswordSource::Prompt => Ok(None),
        PasswordSource::Saved(password) => Ok(Some(password.clone())),
        PasswordSource::Environment(name) => variable(name)
            .map(|password| Some(Secret::new(password)))
            .ok_or_else(|| format!("no password: the environment variable {name} is not set")),
        PasswordSource::File(path) => fs::read_to_string(path)
            .map(|text| Some(Secret::new(text.lines().next().unwrap_or_default())))
            .map_err(|fault| format!("no password: {} cannot be read: {fault}", path.display())),
        PasswordSource::Command(_) => Err("no password: commands are not run yet".to_owned()),
        PasswordSource::Keyring => Err("no password: this build has no keyring".to_owned()),
    }
}
