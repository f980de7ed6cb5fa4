//! What stands on which row of the form: drawing, scrolling and the mouse share it.

use super::{Form, FormField, Kind};
use crate::payload::{sanitise, width, wrap};

/// Rows that an editor of some lines takes at most.
const MOST_LINES: u16 = 6;
/// Rows that is said of a field takes at most.
const MOST_SAID: usize = 4;
/// Characters shown before a fault of a long filter.
const BEFORE_FAULT: usize = 24;
/// Columns that what is wrong has at least, however far to the right its caret stands.
const LEAST_COLUMNS: usize = 24;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormRow {
    /// Between sections.
    Blank,
    /// Name of a section.
    Heading(&'static str),
    /// A row of a field, counted from its first.
    Field(FormField, u16),
    /// A row of what to know while the field is filled in, from its first.
    Hint(FormField, u16),
    /// The text at fault, with its caret on the row below.
    AtFault(FormField),
    /// A row of what is wrong with the field, from its first.
    Fault(FormField, u16),
}

impl FormRow {
    /// The field that the row belongs to.
    pub fn field(&self) -> Option<FormField> {
        match self {
            Self::Blank | Self::Heading(_) => None,
            Self::Field(field, _) | Self::Hint(field, _) | Self::AtFault(field) | Self::Fault(field, _) => {
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
            let faults = self.fault_lines(field).len() as u16;
            if faults > 0 {
                if self.caret(field).is_some() {
                    rows.push(FormRow::AtFault(field));
                }
                rows.extend((0..faults).map(|line| FormRow::Fault(field, line)));
            } else if field == self.focus && !self.hint(field).is_empty() {
                let hints = self.hint_lines(field).len() as u16;
                rows.extend((0..hints).map(|line| FormRow::Hint(field, line)));
            }
        }
        rows
    }

    /// What to know while the field is filled in, in lines that fit.
    pub fn hint_lines(&self, field: FormField) -> Vec<String> {
        wrap(self.hint(field), usize::from(self.columns), MOST_SAID)
    }

    /// What is wrong with the field, in lines that fit: behind the caret, if it has one.
    pub fn fault_lines(&self, field: FormField) -> Vec<String> {
        let Some(fault) = self.told_fault(field) else { return Vec::new() };
        let fault = sanitise(&fault);
        let columns = usize::from(self.columns);
        let Some((filter, at)) = self.caret(field) else { return wrap(&fault, columns, MOST_SAID) };
        let before: String =
            filter.chars().skip(at.saturating_sub(BEFORE_FAULT)).take(at.min(BEFORE_FAULT)).collect();
        let blanks = width(&sanitise(&before));
        let lines = wrap(&fault, columns.saturating_sub(blanks + 2).max(LEAST_COLUMNS), MOST_SAID);
        let mark = |line: usize| if line == 0 { '^' } else { ' ' };
        lines.iter().enumerate().map(|(line, text)| format!("{:blanks$}{} {text}", "", mark(line))).collect()
    }

    /// The text at fault, from a little before its caret on.
    pub fn text_at_fault(&self, field: FormField) -> String {
        let Some((filter, at)) = self.caret(field) else { return String::new() };
        filter.chars().skip(at.saturating_sub(BEFORE_FAULT)).collect()
    }

    /// Rows of a field.
    pub fn height(&self, field: FormField) -> u16 {
        match field.row().kind {
            Kind::Lines => self.lines(field).map_or(1, |area| area.lines().len() as u16).clamp(1, MOST_LINES),
            _ => 1,
        }
    }

    /// Scrolls so that the focused field and what is said of it are within `height` rows, with `columns` for values.
    pub(in crate::app) fn arrange(&mut self, height: usize, columns: u16) {
        self.columns = columns;
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
