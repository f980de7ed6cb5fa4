//! A test of a connection: the doctor's lines as they come, on the connections screen.

use super::Choice;
use crate::model::DoctorLine;

/// Lines kept at most: the way has a dozen steps, and a filter each.
const KEPT: usize = 64;

/// What a test has found so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Names it in effects and their results.
    pub id: u64,
    /// What is tested.
    pub of: Choice,
    /// Its name, for the title.
    pub name: String,
    /// A line for each step that was made.
    pub lines: Vec<DoctorLine>,
    /// How it ended.
    pub end: Option<TestEnd>,
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestEnd {
    /// All needed steps pass.
    Sound,
    /// A needed step fails.
    Unsound,
    /// It was not begun, and why.
    NotBegun(String),
}

/// News of a test.
#[derive(Debug, Clone, PartialEq)]
pub enum TestNews {
    /// A step was made.
    Line(DoctorLine),
    /// It is over.
    End(TestEnd),
}

impl Test {
    /// A test that begins.
    pub fn new(id: u64, of: Choice, name: String) -> Self {
        Self { id, of, name, lines: Vec::new(), end: None }
    }

    /// Takes in news of it.
    pub(super) fn take(&mut self, news: TestNews) {
        match news {
            TestNews::Line(line) if self.lines.len() < KEPT => self.lines.push(line),
            TestNews::Line(_) => {}
            TestNews::End(end) => self.end = Some(end),
        }
    }
}
