//! From key presses to commands, by the command table alone.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::command::{Command, Context, TABLE};

/// Parses a key as written in the table: `q`, `S`, `ctrl-s`, `alt-enter`, `pageup`, `space`, `f1`.
pub fn parse_key(text: &str) -> Option<(KeyCode, KeyModifiers)> {
    let (modifiers, name) = match text.split_once('-') {
        Some(("ctrl", name)) => (KeyModifiers::CONTROL, name),
        Some(("alt", name)) => (KeyModifiers::ALT, name),
        _ => (KeyModifiers::NONE, text),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "delete" => KeyCode::Delete,
        "backspace" => KeyCode::Backspace,
        "f1" => KeyCode::F(1),
        _ => {
            let mut letters = name.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) => KeyCode::Char(letter),
                _ => return None,
            }
        }
    };
    Some((code, modifiers))
}

/// Whether a key as written in the table is this one. `alt-1..9` stands for nine of them.
fn is_key(text: &str, code: KeyCode, modifiers: KeyModifiers) -> bool {
    if text == NTH {
        return modifiers == KeyModifiers::ALT && matches!(code, KeyCode::Char('1'..='9'));
    }
    parse_key(text) == Some((code, modifiers))
}

/// The nine keys that go to a tab by its number.
pub(super) const NTH: &str = "alt-1..9";

/// A key of the table as it is shown: `Ctrl-S`, `PgUp`, `Space`, `S`.
pub fn key_label(text: &str) -> String {
    if let Some(rest) = text.strip_prefix("ctrl-") {
        return format!("Ctrl-{}", rest.to_uppercase());
    }
    if let Some(rest) = text.strip_prefix("alt-") {
        return format!("Alt-{}", key_label(rest));
    }
    match text {
        "enter" => "Enter".into(),
        "esc" => "Esc".into(),
        "tab" => "Tab".into(),
        "backtab" => "Shift-Tab".into(),
        "space" => "Space".into(),
        "up" => "↑".into(),
        "down" => "↓".into(),
        "left" => "←".into(),
        "right" => "→".into(),
        "pageup" => "PgUp".into(),
        "pagedown" => "PgDn".into(),
        "home" => "Home".into(),
        "end" => "End".into(),
        "delete" => "Del".into(),
        "f1" => "F1".into(),
        other => other.into(),
    }
}

/// The command that a key means in a context. Shift is part of the letter, so it is not compared.
pub fn command_for(context: Context, key: KeyEvent) -> Option<Command> {
    let modifiers = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
    let plain_letter = matches!(key.code, KeyCode::Char(_)) && modifiers.is_empty();
    if plain_letter && context.takes_text() {
        return None;
    }
    let code = match key.code {
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        code => code,
    };
    TABLE
        .iter()
        .filter(|row| row.contexts.contains(&context))
        .find(|row| row.keys.iter().any(|text| is_key(text, code, modifiers)))
        .map(|row| row.command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn a_letter_is_a_command_in_the_tree_and_text_in_a_field() {
        let q = key(KeyCode::Char('q'), KeyModifiers::NONE);
        assert_eq!(command_for(Context::Topics, q), Some(Command::Quit));
        assert_eq!(command_for(Context::Publish, q), None);
        assert_eq!(command_for(Context::Filter, q), None);
        let ctrl_c = key(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(command_for(Context::Publish, ctrl_c), Some(Command::QuitNow));
    }

    #[test]
    fn shift_is_part_of_the_letter() {
        assert_eq!(
            command_for(Context::Topics, key(KeyCode::Char('S'), KeyModifiers::SHIFT)),
            Some(Command::NextSort)
        );
        assert_eq!(
            command_for(Context::Topics, key(KeyCode::BackTab, KeyModifiers::SHIFT)),
            Some(Command::PreviousPane)
        );
    }
}
