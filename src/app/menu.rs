//! A few things to choose from, over the screen.

use super::Command;
use super::out::{Copying, ExportOf};

/// What choosing an item does.
#[derive(Debug, Clone, PartialEq)]
pub enum Pick {
    /// Runs a command.
    Run(Command),
    /// Copies something of a message.
    Copy(Copying),
    /// Asks where to export to.
    Export(ExportOf),
    /// Gives up the export under way.
    StopExport,
    /// Changes nothing.
    GoOn,
}

/// One thing to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct MenuItem {
    /// What it is.
    pub text: String,
    /// More about it: what would be copied, where it counts.
    pub detail: String,
    /// What it does, or why it cannot be chosen.
    pub pick: Result<Pick, String>,
}

/// A menu. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Menu {
    /// What is chosen.
    pub title: String,
    /// The things.
    pub items: Vec<MenuItem>,
    /// Index of the selected one.
    pub selected: usize,
}

impl Menu {
    /// A menu with its first item selected that can be chosen.
    pub fn new(title: impl Into<String>, items: Vec<MenuItem>) -> Self {
        let selected = items.iter().position(|item| item.pick.is_ok()).unwrap_or_default();
        Self { title: title.into(), items, selected }
    }

    /// Index of the first row on screen when `rows` fit.
    pub fn top(&self, rows: usize) -> usize {
        self.selected.saturating_sub(rows.saturating_sub(1))
    }
}
