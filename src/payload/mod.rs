//! What a payload is and how it is shown: bytes to kind to document, printers, previews, number formats, and the one
//! sanitiser through which everything from the wire passes before it reaches the terminal. Pure functions over bytes and
//! text; called by `app` and `ui`. Nothing here alters a payload: it makes what is shown, never what is kept.

pub mod diff;
mod document;
pub mod field;
pub mod find;
pub mod format;
pub mod hex;
pub mod jq;
pub mod json;
mod kind;
mod layout;
pub mod picture;
mod preview;
mod read;
pub mod record;
pub mod sanitise;
pub mod shape;
pub mod structure;
mod tokens;
mod view;
pub mod xml;

pub use document::Document;
pub use json::{JsonFault, JsonReason, pretty};
pub use kind::{ImageFormat, Kind, detect, number, preview_kind};
pub use layout::{Position, Row, Span, WrapIndex, column_of, row_count, row_of, rows, slice};
pub use preview::preview;
pub use read::{
    Hints, Layer, OwnedHints, Reading, SchemaFault, Schemas, SparkplugAliases, glance, read, read_small,
};
pub use sanitise::{Piece, Style, chop, fit, fit_left, is_clean, sanitise, width, wrap};
pub use tokens::{Role, Tokens, tokens};
pub use view::{Content, Prepared, VIEW_LIMIT};
