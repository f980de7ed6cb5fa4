//! Passwords in the keyring of the operating system: there when the cargo feature `keyring` is on and a service answers. What is not
//! there is said in words; nothing else is used instead.

use crate::model::Secret;

/// The name that all entries stand under; each is further named by its profile.
#[cfg(feature = "keyring")]
const SERVICE: &str = "mqtt-tui";

/// The password of the profile named `profile`. Blocks while the keyring asks the user to unlock it.
#[cfg(feature = "keyring")]
pub(super) fn find(profile: &str) -> Result<Secret, String> {
    let password = entry(profile)?.get_password();
    password.map(Secret::new).map_err(|fault| in_words(&fault, profile))
}

/// Keeps the password of the profile named `profile` in the keyring. Blocks while the keyring asks the user to unlock it.
#[cfg(feature = "keyring")]
pub fn keep_in_keyring(profile: &str, password: &Secret) -> Result<(), String> {
    entry(profile)?.set_password(password.expose()).map_err(|fault| in_words(&fault, profile))
}

/// Moves the password of the profile named `before` to the name `after`. Blocks as [`keep_in_keyring`] does. After an error it is
/// still there under its old name.
#[cfg(feature = "keyring")]
pub fn move_in_keyring(before: &str, after: &str) -> Result<(), String> {
    keep_in_keyring(after, &find(before)?)?;
    entry(before)?.delete_credential().map_err(|fault| in_words(&fault, before))
}

#[cfg(feature = "keyring")]
fn entry(profile: &str) -> Result<keyring::Entry, String> {
    keyring::Entry::new(SERVICE, profile).map_err(|fault| in_words(&fault, profile))
}

/// The fault without what the library attaches: some of its faults carry the password.
#[cfg(feature = "keyring")]
fn in_words(fault: &keyring::Error, profile: &str) -> String {
    let elsewhere = "take the password from a prompt, a command or a file instead";
    match fault {
        keyring::Error::NoEntry => {
            format!("the keyring has no password for '{SERVICE}', '{profile}': save it there first")
        }
        keyring::Error::NoDefaultStore => format!("no keyring answers on this machine: {elsewhere}"),
        keyring::Error::NoStorageAccess(_) => "the keyring is locked: unlock it and try again".into(),
        keyring::Error::BadEncoding(_) => "the password in the keyring is not UTF-8 text".into(),
        keyring::Error::Ambiguous(_) => {
            format!("the keyring has several passwords for '{SERVICE}', '{profile}'")
        }
        _ => format!("the keyring failed: {elsewhere}"),
    }
}

/// The password of the profile named `profile`.
#[cfg(not(feature = "keyring"))]
pub(super) fn find(_profile: &str) -> Result<Secret, String> {
    Err(WITHOUT.into())
}

/// Keeps the password of the profile named `profile` in the keyring.
#[cfg(not(feature = "keyring"))]
pub fn keep_in_keyring(_profile: &str, _password: &Secret) -> Result<(), String> {
    Err(WITHOUT.into())
}

/// Moves the password of the profile named `before` to the name `after`.
#[cfg(not(feature = "keyring"))]
pub fn move_in_keyring(_before: &str, _after: &str) -> Result<(), String> {
    Err(WITHOUT.into())
}

#[cfg(not(feature = "keyring"))]
const WITHOUT: &str = "this mqtt-tui was built without the keyring (cargo feature 'keyring'): take the password from a prompt, a command or a file";
