//! The command palette: every command by name, found by a few letters of it.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use tui_input::Input;

use super::App;
use super::command::{Command, TABLE};

/// State of the palette.
#[derive(Debug, Default)]
pub struct PaletteState {
    /// What is typed.
    pub input: Input,
    /// Index of the selected row among the found ones.
    pub selected: usize,
    /// Commands that could run where the palette was opened: they come first.
    usable: Vec<Command>,
}

impl PaletteState {
    /// The palette over what is on screen now.
    pub(super) fn over(app: &App) -> Self {
        let context = app.context();
        let usable =
            TABLE.iter().filter(|row| row.contexts.contains(&context) && row.command.check(app).is_ok());
        Self { usable: usable.map(|row| row.command).collect(), ..Self::default() }
    }

    /// Commands that have every word that is typed in their titles or names, all of them when nothing is typed: those first that can
    /// run here, of these the best first, otherwise in table order.
    pub fn found(&self) -> Vec<Command> {
        let listed = TABLE.iter().filter(|row| {
            !matches!(
                row.command,
                Command::RunSelected | Command::OpenPalette | Command::Close | Command::GoToTab
            )
        });
        let text = self.input.value().trim();
        let pattern = Pattern::new(text, CaseMatching::Ignore, Normalization::Smart, AtomKind::Substring);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, Command)> = listed
            .filter_map(|row| {
                let line = format!("{} {}", row.title, row.name);
                let score = pattern.score(Utf32Str::new(&line, &mut buffer), &mut matcher)?;
                Some((score, row.command))
            })
            .collect();
        scored.sort_by_key(|(score, command)| (!self.usable.contains(command), std::cmp::Reverse(*score)));
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
