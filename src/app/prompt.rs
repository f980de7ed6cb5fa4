//! One line that a command asks for, over the screen: what it is for, what is typed, what is wrong with it.

use tui_input::Input;

/// What a line is typed for. Each has one owner among the files of `update`, which takes what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be found in the payload; follows each key.
    Find,
    /// A jq filter for the payload.
    Jq,
    /// What to take the payload for.
    DecodeAs,
    /// A filter for the history; follows each key.
    FilterHistory,
    /// A time in the history of the topic.
    JumpToTime,
    /// A time at which to show everything.
    TravelTo,
    /// The name of a saved filter.
    NameFilter,
    /// A field to chart.
    ChartField,
    /// A file for the payload.
    SaveTo,
    /// A file for an export.
    ExportTo,
    /// A shell command.
    Pipe,
}

impl Purpose {
    /// Title of the line.
    pub fn title(self) -> &'static str {
        match self {
            Self::Find => "Find in the payload",
            Self::Jq => "Filter the payload by jq",
            Self::DecodeAs => "Take the payload for",
            Self::FilterHistory => "Filter the history",
            Self::JumpToTime => "Go to the message at",
            Self::TravelTo => "Show everything as it was at",
            Self::NameFilter => "Save the filter as",
            Self::ChartField => "Field to chart",
            Self::SaveTo => "Save the payload to",
            Self::ExportTo => "Export to",
            Self::Pipe => "Pipe the payload through",
        }
    }

    /// What may be typed.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Find => "text · /regular expression/ · 0x1f8b for bytes in hex",
            Self::Jq => ".temperature · .lights[] | select(.on) · nothing shows the whole payload",
            Self::DecodeAs => "cbor · protobuf:meter.proto:pkg.Meter · array:i16le · cbor for home/+/raw",
            Self::FilterHistory => "words · /regular expression/ · qos:1 · retain · dup · !not",
            Self::JumpToTime | Self::TravelTo => "14:03 · 14:03:20.5 · -5m · 2026-11-20 14:03",
            Self::NameFilter => "a name",
            Self::ChartField => "/temperature · /lights/0/level · size · gap",
            Self::SaveTo => "a file; one that exists is asked about first",
            Self::ExportTo => "a file; .csv for CSV, anything else is JSON lines",
            Self::Pipe => "jq .temperature · xxd | head; Up brings back the last ones",
        }
    }

    /// Whether what is typed counts at once, key by key.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Find | Self::FilterHistory)
    }
}

/// A line being typed.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What for.
    pub purpose: Purpose,
    /// What is typed.
    pub input: Input,
    /// Byte from which it is a proposal: the first text that is typed takes its place.
    pub proposal: Option<usize>,
    /// What is wrong with it, after it was tried; for a live one also what it found.
    pub remark: Option<Result<String, String>>,
}

impl Prompt {
    /// A line that begins with `text`.
    pub fn new(purpose: Purpose, text: impl Into<String>) -> Self {
        Self { purpose, input: Input::new(text.into()), proposal: None, remark: None }
    }
}
