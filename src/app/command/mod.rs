//! The one command table. It feeds key dispatch, the footer, `?`, `:`, `mqtt-tui keys` and the README.

mod context;
mod table;

use super::App;
pub use context::Context;
pub use table::{Command, TABLE};

/// Why a command cannot run now, in a few words for the palette and the status line.
pub type Disabled = &'static str;

/// One row of the table.
pub struct Row {
    /// The command.
    pub command: Command,
    /// Its name: area, dot, verb.
    pub name: &'static str,
    /// What it does, as a phrase.
    pub title: &'static str,
    /// Where its keys work.
    pub contexts: &'static [Context],
    /// Its keys; the first is the one shown.
    pub keys: &'static [&'static str],
    /// Its word in the footer, if it is one of the few that matter there.
    pub footer: Option<&'static str>,
    /// Changes something outside of this program: refused when read-only.
    pub danger: bool,
    /// Whether it can run now.
    pub enabled: fn(&App) -> Result<(), Disabled>,
}

/// Why a command that changes something cannot run where nothing may be changed.
pub(super) const READ_ONLY: Disabled = "refused: this connection is read-only";

impl Command {
    /// The table row of this command.
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// Whether it can run now; when not, the reason.
    pub fn check(self, app: &App) -> Result<(), Disabled> {
        let row = self.row();
        if row.danger && app.is_read_only() {
            return Err(READ_ONLY);
        }
        (row.enabled)(app)
    }

    /// Why it cannot run now, for the status line: the word that matters first, since the end may be cut.
    pub(super) fn refusal(self, app: &App) -> Option<String> {
        let reason = self.check(app).err()?;
        let row = self.row();
        if row.danger && app.is_read_only() {
            let (_, own) = row.name.rsplit_once('.').unwrap_or_default();
            return Some(format!("read-only: {} refused", row.footer.unwrap_or(own)));
        }
        Some(format!("{reason} ({})", row.title))
    }
}

#[cfg(test)]
mod tests {
    use super::super::keymap::{NTH, parse_key};
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn no_key_means_two_things_in_one_place_except_back() {
        let mut seen: HashMap<(Context, &str), Command> = HashMap::new();
        for row in TABLE {
            assert!(row.keys[0] == NTH || parse_key(row.keys[0]).is_some(), "{}", row.name);
            for key in row.keys {
                for context in row.contexts {
                    if row.command == Command::Back {
                        continue;
                    }
                    let other = seen.insert((*context, key), row.command);
                    assert_eq!(other, None, "{key} in {context:?}: {}", row.name);
                }
            }
        }
    }

    #[test]
    fn rows_stand_at_the_place_of_their_command() {
        for row in TABLE {
            assert_eq!(row.command.row().name, row.name);
        }
    }
}
