//! The command palette: every command by name, found by a few letters of it.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use tui_input::Input;

use super::command::{Command, TABLE};

/// State of the palette.
#[derive(Debug, Default)]
pub struct PaletteState {
    /// What is typed.
    pub input: Input,
    /// Index of the selected row among the found ones.
    pub selected: usize,
}

impl PaletteState {
    /// Commands that fit what is typed, best first; all of them, in table order, when nothing is typed.
    pub fn found(&self) -> Vec<Command> {
        let listed = TABLE.iter().filter(|row| {
            !matches!(
                row.command,
                Command::RunSelected | Command::OpenPalette | Command::Close | Command::GoToTab
            )
        });
        let text = self.input.value().trim();
        if text.is_empty() {
            return listed.map(|row| row.command).collect();
        }
        let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, Command)> = listed
            .filter_map(|row| {
                let line = format!("{} {}", row.title, row.name);
                let score = pattern.score(Utf32Str::new(&line, &mut buffer), &mut matcher)?;
                Some((score, row.command))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        scored.into_iter().map(|(_, command)| command).collect()
    }

    /// Index of the first row on screen when `rows` fit.
    pub fn top(&self, rows: usize) -> usize {
        self.selected.min(self.found().len().saturating_sub(1)).saturating_sub(rows.saturating_sub(1))
    }

    /// The selected command.
    pub fn command(&self) -> Option<Command> {
        let found = self.found();
        found.get(self.selected.min(found.len().saturating_sub(1))).copied()
    }
}
