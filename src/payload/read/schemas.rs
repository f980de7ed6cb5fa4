//! Protobuf schemas: `.proto` files compiled once, at start and after changes. The only part of reading that reads files; never called
//! while a payload is read.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use prost_reflect::{DescriptorPool, MessageDescriptor};

use crate::model::SchemaName;

/// Names of messages that a fault lists, at most.
const MOST_NAMES: usize = 12;

/// Why a schema cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFault {
    /// The `.proto` file.
    pub file: PathBuf,
    /// Line and column in it, from 1, where there is such a place.
    pub place: Option<(usize, usize)>,
    /// What is wrong and what to do, in one line.
    pub reason: String,
}

impl fmt::Display for SchemaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ", line {line}, column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for SchemaFault {}

/// The schemas that rules name, compiled, or why they are not.
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    messages: HashMap<SchemaName, Result<MessageDescriptor, SchemaFault>>,
}

impl Schemas {
    /// Compiles the files that `names` need; relative paths begin at `folder`, those with `~/` at the user's home, imports at
    /// the folder of the file itself. Reads files:
    /// never call it where a frame waits. A schema that cannot be used is told now, and again by each reading that needs it.
    pub fn load<'a>(
        names: impl IntoIterator<Item = &'a SchemaName>,
        folder: &Path,
    ) -> (Self, Vec<SchemaFault>) {
        let mut files: HashMap<PathBuf, Result<DescriptorPool, SchemaFault>> = HashMap::new();
        let (mut schemas, mut faults) = (Self::default(), Vec::new());
        for name in names {
            if schemas.messages.contains_key(name) {
                continue;
            }
            let path = located(&name.file, folder);
            let pool = files
                .entry(path.clone())
                .or_insert_with(|| compile(&path).inspect_err(|fault| faults.push(fault.clone())));
            let message = match pool {
                Ok(pool) => message(pool, name, &path).inspect_err(|fault| faults.push(fault.clone())),
                Err(fault) => Err(fault.clone()),
            };
            schemas.messages.insert(name.clone(), message);
        }
        (schemas, faults)
    }

    /// The message of that name, or why there is none.
    pub(super) fn message(&self, name: &SchemaName) -> Result<&MessageDescriptor, String> {
        match self.messages.get(name) {
            Some(Ok(message)) => Ok(message),
            Some(Err(fault)) => Err(fault.to_string()),
            None => Err(format!("{name} is not loaded")),
        }
    }
}

fn located(file: &str, folder: &Path) -> PathBuf {
    let at_home = file.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    at_home.unwrap_or_else(|| folder.join(file))
}

/// The file and what it imports.
fn compile(path: &Path) -> Result<DescriptorPool, SchemaFault> {
    let fault = |error: &protox::Error| fault(path, error);
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut compiler = protox::Compiler::new([folder]).map_err(|error| fault(&error))?;
    compiler.include_imports(true);
    compiler.open_file(path).map_err(|error| fault(&error))?;
    Ok(compiler.descriptor_pool())
}

/// What protox says, with the place it says it of. Its `Debug` is `file:line:column: reason` where it knows a place.
fn fault(path: &Path, error: &protox::Error) -> SchemaFault {
    let folder = path.parent().unwrap_or(Path::new(""));
    let file = error.file().map_or_else(|| path.to_owned(), |file| folder.join(file));
    let text = format!("{error:?}");
    let after_file = error.file().and_then(|file| text.strip_prefix(file)?.strip_prefix(':'));
    let mut parts = after_file.unwrap_or_default().splitn(3, ':');
    let mut number = || parts.next().and_then(|part| part.trim().parse().ok());
    let place = number().zip(number());
    let mut reason = if error.is_file_not_found() && place.is_none() {
        "there is no such file".to_owned()
    } else {
        error.to_string()
    };
    if error.is_file_not_found() && place.is_some() {
        reason.push_str("; imports begin at the folder of the file");
    }
    SchemaFault { file, place, reason: reason.replace('\n', " ") }
}

fn message(pool: &DescriptorPool, name: &SchemaName, path: &Path) -> Result<MessageDescriptor, SchemaFault> {
    if let Some(message) = pool.get_message_by_name(&name.message) {
        return Ok(message);
    }
    let own = pool
        .all_messages()
        .filter(|message| !message.is_map_entry() && !message.full_name().starts_with("google.protobuf."));
    let names: Vec<String> = own.map(|message| message.full_name().to_owned()).collect();
    let more = if names.len() > MOST_NAMES { ", …" } else { "" };
    let listed = names.iter().take(MOST_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    let reason = if names.is_empty() {
        format!("there is no message {}, nor any other", name.message)
    } else {
        format!("there is no message {}; there is {listed}{more}", name.message)
    };
    Err(SchemaFault { file: path.to_owned(), place: None, reason })
}
