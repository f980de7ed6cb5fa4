//! What to do about a refused login, by what of it was sent.

use crate::model::{Secret, Target};

/// The remedy; it names nothing of what was sent.
pub(super) fn remedy(target: &Target) -> String {
    let user = target.user.as_deref().is_some_and(|user| !user.is_empty());
    let password = target.password.as_ref().map(Secret::expose).is_some_and(|password| !password.is_empty());
    let checked = match (user, password) {
        (true, true) => "check user and password",
        (true, false) => "no password was sent: give it",
        (false, true) => "no user name was sent: give it",
        (false, false) => "no user name and no password were sent: give both",
    };
    format!("{checked}, and check whether the broker allows this client")
}
