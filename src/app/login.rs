//! Asking for user and password: before the first connection when the profile says so, and after a refused login. What is typed stays
//! with the connection until its tab is closed, and goes into no file.

use std::fmt;

use tui_input::Input;

use crate::model::Secret;

/// The field that has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoginField {
    /// User name.
    User,
    /// Password.
    #[default]
    Password,
}

/// What is typed so far.
#[derive(Default)]
pub struct Login {
    /// User name; empty is none.
    pub user: Input,
    /// Password; empty is none. Never drawn.
    pub password: Input,
    /// The field that has the keys.
    pub field: LoginField,
    /// Why it is asked. May quote the broker.
    pub reason: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user.value())
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

impl Login {
    /// Asks because of `reason`, with the user name known so far.
    pub fn new(user: Option<&str>, reason: impl Into<String>) -> Self {
        Self {
            user: Input::new(user.unwrap_or_default().to_owned()),
            field: if user.is_some() { LoginField::Password } else { LoginField::User },
            password: Input::default(),
            reason: reason.into(),
        }
    }

    /// What was typed, to log in with.
    pub fn credentials(&self) -> Credentials {
        let filled = |input: &Input| (!input.value().is_empty()).then(|| input.value().to_owned());
        Credentials { user: filled(&self.user), password: filled(&self.password).map(Secret::new) }
    }

    /// The input that has the keys.
    pub fn input(&mut self) -> &mut Input {
        match self.field {
            LoginField::User => &mut self.user,
            LoginField::Password => &mut self.password,
        }
    }
}

/// User and password typed on screen: they take the place of what the profile says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    /// User name, if any.
    pub user: Option<String>,
    /// Password, if any.
    pub password: Option<Secret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d10_what_is_typed_as_password_is_in_no_debug_output() {
        let mut login = Login::new(Some("bob"), "asked");
        login.password = Input::new("hunter2".to_owned());
        let shown = format!("{login:?} {:?}", login.credentials());
        assert!(shown.contains("bob") && !shown.contains("hunter2"), "{shown}");
    }
}
