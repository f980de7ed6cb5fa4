//! A few things to choose from, over the screen.

use bytes::Bytes;
use tui_input::Input;

use super::Command;
use super::out::{Copying, ExportOf};
use crate::model::{Decoding, TopicFilter};
use crate::payload::field::Field;
use crate::store::TopicId;

/// What choosing an item does.
#[derive(Debug, Clone, PartialEq)]
pub enum Pick {
    /// Runs a command.
    Run(Command),
    /// Filters the tree by this.
    UseFilter(String),
    /// Lists the saved filters, to delete one.
    DeleteFilters,
    /// Deletes the saved filter of this name.
    DeleteFilter(String),
    /// Copies something of a message.
    Copy(Copying),
    /// Copies this; what the notice calls it.
    CopyBytes(&'static str, Bytes),
    /// Asks where to export to.
    Export(ExportOf),
    /// Gives up the export under way.
    StopExport,
    /// Changes nothing.
    GoOn,
    /// Takes payloads for this; which ones is asked next.
    TakeFor(String),
    /// Takes these payloads for this.
    Decode(Decoding, DecodeFor),
    /// Charts a field of a topic.
    ChartField(TopicId, Field),
}

/// Which payloads are taken for something.
#[derive(Debug, Clone, PartialEq)]
pub enum DecodeFor {
    /// That of the shown message.
    Once,
    /// Those of a filter, while the program runs.
    Filter(TopicFilter),
    /// Those of a filter, from now on: the profile keeps it.
    Kept(TopicFilter),
    /// Those of a filter that is still to be typed.
    Asked,
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
#[derive(Debug, Clone)]
pub struct Menu {
    /// What is chosen.
    pub title: String,
    /// The things.
    pub items: Vec<MenuItem>,
    /// Index of the selected one.
    pub selected: usize,
    /// What is typed to find an item, while one is looked for.
    pub finding: Option<Input>,
}

impl Menu {
    /// A menu with its first item selected that can be chosen.
    pub fn new(title: impl Into<String>, items: Vec<MenuItem>) -> Self {
        let selected = items.iter().position(|item| item.pick.is_ok()).unwrap_or_default();
        Self { title: title.into(), items, selected, finding: None }
    }

    /// Indices of the items that are shown: those in which all words typed to find one are, in any order.
    pub fn shown(&self) -> Vec<usize> {
        let typed = self.finding.as_ref().map_or_else(String::new, |input| input.value().to_lowercase());
        let fits = |item: &MenuItem| {
            let text = format!("{} {}", item.text, item.detail).to_lowercase();
            typed.split_whitespace().all(|word| text.contains(word))
        };
        (0..self.items.len()).filter(|index| fits(&self.items[*index])).collect()
    }

    /// Place of the selected item among those shown.
    pub fn place(&self, shown: &[usize]) -> usize {
        shown.iter().position(|index| *index == self.selected).unwrap_or_default()
    }

    /// Place of the first row on screen when `rows` fit.
    pub fn top(&self, rows: usize) -> usize {
        self.place(&self.shown()).saturating_sub(rows.saturating_sub(1))
    }

    /// What is typed has changed: the selection stays if it is still shown, otherwise it goes to the first that can be chosen.
    pub(super) fn narrow(&mut self) {
        let shown = self.shown();
        if !shown.contains(&self.selected) {
            let can = shown.iter().copied().find(|index| self.items[*index].pick.is_ok());
            self.selected = can.or(shown.first().copied()).unwrap_or(self.selected);
        }
    }
}
