//! What stands on which row of the form: drawing, scrolling and the mouse share it.

use super::{Form, FormField, Kind};

/// Rows that an editor of some lines takes at most.
const MOST_LINES: u16 = 6;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormRow {
    /// Between sections.
    Blank,
    /// Name of a section.
    Heading(&'static str),
    /// A row of a field, counted from its first.
    Field(FormField, u16),
    /// What to know while the field is filled in.
    Hint(FormField),
    /// The text at fault, with its caret on the row below.
    AtFault(FormField),
    /// What is wrong with the field.
    Fault(FormField),
}

impl FormRow {
    /// The field that the row belongs to.
    pub fn field(&self) -> Option<FormField> {
        match self {
            Self::Blank | Self::Heading(_) => None,
            Self::Field(field, _) | Self::Hint(field) | Self::AtFault(field) | Self::Fault(field) => {
                Some(*field)
            }
        }
    }
}

impl Form {
    /// Every row, from the top.
    pub fn rows(&self) -> Vec<FormRow> {
        let mut rows = Vec::new();
        let mut section = "";
        for field in self.fields() {
            if field.row().section != section {
                section = field.row().section;
                if !rows.is_empty() {
                    rows.push(FormRow::Blank);
                }
                rows.push(FormRow::Heading(section));
            }
            rows.extend((0..self.height(field)).map(|line| FormRow::Field(field, line)));
            if self.told_fault(field).is_some() {
                if self.caret(field).is_some() {
                    rows.push(FormRow::AtFault(field));
                }
                rows.push(FormRow::Fault(field));
            } else if field == self.focus && !self.hint(field).is_empty() {
                rows.push(FormRow::Hint(field));
            }
        }
        rows
    }

    /// Rows of a field.
    pub fn height(&self, field: FormField) -> u16 {
        match field.row().kind {
            Kind::Lines => self.lines(field).map_or(1, |area| area.lines().len() as u16).clamp(1, MOST_LINES),
            _ => 1,
        }
    }

    /// Scrolls so that the focused field and what is said of it are within `height` rows.
    pub(in crate::app) fn arrange(&mut self, height: usize) {
        let rows = self.rows();
        let own = |row: &FormRow| row.field() == Some(self.focus);
        let (Some(mut first), Some(last)) = (rows.iter().position(own), rows.iter().rposition(own)) else {
            return;
        };
        if first == 1 {
            // With its heading.
            first = 0;
        }
        self.top =
            self.top.min(first).max((last + 1).saturating_sub(height)).min(rows.len().saturating_sub(height));
    }
}
