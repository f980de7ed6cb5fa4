//! What leaves the program, as state: what is being saved or exported, what a shell command printed, which commands were typed. The
//! doing is in `update/out` and, outside of the pure core, in `runtime`.

pub mod commands;
mod export;
mod forms;
mod piped;
pub mod shell;

use std::collections::VecDeque;

use bytes::Bytes;

pub(in crate::app) use export::message as export_message;
pub use export::{Export, ExportNews, ExportOf, ExportStep, Format};
pub use forms::{Outgoing, PayloadForm};
pub use piped::{PipeEnd, Piped};

use crate::model::{Moment, Publication};
use crate::store::{Seq, TopicId};

/// Commands that Up brings back.
const COMMANDS: usize = 50;

/// A file to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Save {
    /// Where, as typed: `~` is the home folder, and what does not begin at the root begins in the current folder.
    pub path: String,
    /// What, byte for byte.
    pub bytes: Bytes,
    /// Whether a file that is there already gives way.
    pub replace: bool,
}

/// A payload for the user's editor.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The message it belongs to.
    pub publication: Box<Publication>,
    /// What the file's name ends with, so that the editor knows what it is: `json`, `txt`, `bin`.
    pub extension: &'static str,
    /// What is in the file in place of the payload where that is no text. What is changed in it goes nowhere: it is not encoded again.
    pub decoded: Option<Bytes>,
    /// Variables that the editor must not get.
    pub without: Vec<String>,
}

/// A payload for a shell command.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipe {
    /// Names this run.
    pub id: u64,
    /// As typed.
    pub command: String,
    /// Its input.
    pub payload: Bytes,
    /// Variables that it must not get.
    pub without: Vec<String>,
}

/// What a choice in the menu copies of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyWhat {
    /// The exact payload.
    Payload,
    /// The topic.
    Topic,
    /// The payload as hexadecimal digits.
    Hex,
    /// The payload as base64.
    Base64,
    /// The whole message as one JSON line.
    Json,
    /// A `mosquitto_pub` command that publishes the same.
    MosquittoPub,
    /// A `mqtt-tui pub` command that publishes the same.
    OwnPub,
    /// A `mosquitto_sub` command for the topic.
    MosquittoSub,
}

/// Something to be copied: of which topic, and of which of its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copying {
    /// What of it.
    pub what: CopyWhat,
    /// The topic.
    pub topic: TopicId,
    /// The message; `None` where only the topic counts.
    pub message: Option<Seq>,
}

/// What is going on.
#[derive(Debug, Default)]
pub struct Out {
    /// The payload that a file name or a command is being typed for.
    pub outgoing: Option<Outgoing>,
    /// What a file name is being typed for, when it is an export.
    pub(in crate::app) exporting: Option<ExportOf>,
    /// When the last file was asked for.
    pub(in crate::app) asked: Moment,
    /// The export under way.
    pub(in crate::app) export: Option<Box<Export>>,
    /// Commands as typed, newest last.
    pub(in crate::app) commands: VecDeque<String>,
    /// How far Up went in them.
    pub(in crate::app) recalled: usize,
    /// The last number given to a run or an export.
    pub(in crate::app) last_id: u64,
}

impl Out {
    /// A number for another run or export.
    pub(in crate::app) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Remembers a command as the newest.
    pub(in crate::app) fn remember(&mut self, command: &str) {
        self.commands.retain(|known| known != command);
        if self.commands.len() == COMMANDS {
            self.commands.pop_front();
        }
        self.commands.push_back(command.to_owned());
    }
}
