//! What may happen to the program (`Action`) and what it asks the outside to do (`Effect`). Both are plain values: `update`
//! turns the one into the other, `runtime` performs effects and reports back with `Action::Done`.

use std::sync::Arc;

use bytes::Bytes;
use crossterm::event::{KeyEvent, MouseEvent};

use super::out::{Edit, ExportNews, ExportStep, Pipe, PipeEnd, Save};
use super::{Command, Job, JobDone, TestNews};
use crate::config::{PasswordSource, Profile, ProfileBook};
use crate::model::{
    ConnectionId, Protocol, Publication, SchemaName, SessionEvent, SessionId, SessionRequest, Severity,
    Target, TopicFilter, Trouble,
};
use crate::payload::{SchemaFault, Schemas};

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted (bracketed paste).
    Paste(String),
    /// The mouse was clicked, dragged or turned.
    Mouse(MouseEvent),
    /// The terminal has a new size: columns, rows.
    Resize(u16, u16),
    /// A command was chosen, by the palette or by a click.
    Run(Command),
    /// A session has news.
    Session(ConnectionId, SessionEvent),
    /// An effect came to its end.
    Done(Done),
    /// A second went by.
    Tick,
}

/// Names one saving of a profile from effect to end. Unique within the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaveId(pub u64);

/// Something to be done outside of the pure core.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Begin a session for a connection; one that it had before is closed. The password comes from `password` when the target has
    /// none: what became of it comes back as [`Done::PasswordFound`].
    Connect(ConnectionId, Box<Target>, PasswordSource),
    /// End a connection's session for good.
    Close(ConnectionId),
    /// Hand a request to a connection's session.
    Request(ConnectionId, SessionRequest),
    /// Write a profile to the file; the second is the name it had there before. The book as it is then comes back as
    /// [`Done::Profiles`] with the same number.
    SaveProfile(Box<Profile>, Option<String>, SaveId),
    /// Take the profile of this name out of the file.
    RemoveProfile(String),
    /// Write down which protocol the broker of this profile speaks.
    RememberProtocol(String, Protocol),
    /// Read the profiles file again, since others may have written it; whether the user asked for it. Comes back as
    /// [`Done::ProfilesRead`].
    ReadProfiles(bool),
    /// Start the bundled broker with its fleet, unless it runs; comes back as [`Done::DemoRuns`].
    StartDemo,
    /// Have the doctor test the way to a broker, publishing nothing; his lines come back as [`Done::Test`] with the same id. One at a time.
    Test {
        /// Names the test.
        id: u64,
        /// Name of the profile, by which a keyring knows its password.
        name: String,
        /// Where to go.
        target: Box<Target>,
        /// Where the password comes from, when the target has none.
        password: PasswordSource,
    },
    /// Call the doctor back.
    EndTest,
    /// Put bytes on the clipboard; `what` names them in the notice.
    Copy {
        /// "payload", "topic".
        what: &'static str,
        /// The exact bytes.
        bytes: Vec<u8>,
    },
    /// Write a file, whole or not at all. Comes back as [`Done::Saved`], or as [`Done::FileExists`] when one is there already.
    Save(Save),
    /// Give the terminal to the user's editor with a payload in it, and take it back after. Comes back as [`Done::Edited`].
    Edit(Edit),
    /// Run a shell command with a payload as its input; one that runs is ended. Comes back as [`Done::Piped`].
    Pipe(Pipe),
    /// End the shell command.
    EndPipe,
    /// A step of the export of this number. Comes back as [`Done::Export`].
    Export(u64, ExportStep),
    /// Compute something away from the loop. What it finds comes back as [`Done::Job`].
    Job(Job),
    /// Compile the Protobuf schemas that a connection's rules name. Comes back as [`Done::SchemasLoaded`].
    LoadSchemas(ConnectionId, Vec<SchemaName>),
    /// Stop the process until the shell brings it back.
    Suspend,
    /// Leave the program.
    Quit,
}

/// Compiled schemas.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Those that could be compiled.
    pub schemas: Arc<Schemas>,
    /// What is wrong with the others.
    pub faults: Vec<SchemaFault>,
}

/// The very same ones.
impl PartialEq for Loaded {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.schemas, &other.schemas) && self.faults == other.faults
    }
}

/// How an effect ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// The clipboard has it; the text says by which way and how much.
    Copied(String),
    /// An effect failed; the text says what, where and what to do.
    Failed(String),
    /// The password for a session was looked for: the target with it, or why there is none.
    PasswordFound(SessionId, Result<Box<Target>, String>),
    /// No session could begin; why.
    NotBegun(ConnectionId, Trouble),
    /// A session has begun with this client id.
    Begun(ConnectionId, String),
    /// The profiles after a change, and what became of the change: an error when it was not made; no text when there is nothing to tell.
    /// With the number of the change when it was to save one.
    Profiles(Box<ProfileBook>, Severity, String, Option<SaveId>),
    /// The profiles were read again; whether the user had asked for it.
    ProfilesRead(Box<ProfileBook>, bool),
    /// The bundled broker runs, and this is the way to it; or why it does not.
    DemoRuns(Result<Box<Target>, String>),
    /// News of the test with this id.
    Test(u64, TestNews),
    /// A file was written; where, and how much.
    Saved(String),
    /// The file could not be written; why.
    NotSaved(Box<Save>, String),
    /// The file that was to be written is there already.
    FileExists(Box<Save>),
    /// The user's editor has ended: the payload as it is now, or why there is none.
    Edited(Box<Publication>, Result<Bytes, String>),
    /// The shell command of this number has ended.
    Piped(u64, PipeEnd),
    /// News of the export of this number.
    Export(u64, ExportNews),
    /// A job was done.
    Job(JobDone),
    /// The schemas of a connection, and what is wrong with those that are missing.
    SchemasLoaded(ConnectionId, Loaded),
    /// A request did not reach its session.
    RequestRefused(ConnectionId, SessionRequestName, String),
}

/// Which request a refusal is about, so that its owner can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionRequestName {
    /// A publish with this id.
    Publish(crate::model::PublishId),
    /// To subscribe to this filter, or to change its options.
    Subscribe(TopicFilter),
    /// To unsubscribe from this filter.
    Unsubscribe(TopicFilter),
    /// Anything else.
    Other,
}
