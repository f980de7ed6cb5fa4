//! A question that lies over everything until it is answered: what would be done, to what, and yes or no. No is chosen at first.

use super::out::ExportOf;
use super::{AfterSaving, Command, Effect, HeldFrom};
use crate::model::{ConnectionId, Publication};

/// A question with what follows from a yes.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The question, in a few words.
    pub title: String,
    /// What would happen, a line each. May quote the wire or the user.
    pub lines: Vec<String>,
    /// The word on the button that does it: "Send", "Delete".
    pub yes: &'static str,
    /// The button that Enter presses: yes when true.
    pub chosen: bool,
    /// What a yes does.
    pub then: Then,
}

/// What a yes does.
#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// Runs a command that asked first.
    Run(Command),
    /// Has these effects performed.
    Perform(Vec<Effect>),
    /// Closes a connection and its tab.
    CloseTab(ConnectionId),
    /// Begins a connection anew.
    ConnectAgain(ConnectionId),
    /// Leaves the form without saving.
    LeaveForm,
    /// Saves the form although it accepts any certificate.
    SaveInsecure(AfterSaving),
    /// Saves the form with the secrets it began with.
    SaveSecrets(AfterSaving),
    /// Puts a message into the publish pane, in place of what is there.
    Refill(Box<Publication>, HeldFrom),
    /// Exports to a file that is there already.
    Export(ConnectionId, Box<ExportOf>, String),
}

impl Ask {
    /// A question with No chosen.
    pub fn new(title: impl Into<String>, lines: Vec<String>, yes: &'static str, then: Then) -> Self {
        Self { title: title.into(), lines, yes, chosen: false, then }
    }
}
