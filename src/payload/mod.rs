//! What a payload is and how it is shown: bytes to kind to document, printers, previews, number formats, and the one
//! sanitiser through which everything from the wire passes before it reaches the terminal. Pure functions over bytes and
//! text; called by `app` and `ui`. Nothing here alters a payload: it makes what is shown, never what is kept.

mod document;
pub mod format;
pub mod hex;
pub mod json;
mod kind;
mod layout;
mod preview;
pub mod record;
pub mod sanitise;
mod tokens;
mod view;

pub use document::Document;
pub use json::{JsonFault, JsonReason, pretty};
pub use kind::{Kind, detect, number, preview_kind};
pub use layout::{Position, Row, Span, advance, bottom, row_count, rows, slice};
pub use preview::preview;
pub use sanitise::{Piece, Style, fit, fit_left, is_clean, sanitise, width, wrap};
pub use tokens::{Role, Tokens, tokens};
pub use view::{Content, Prepared, VIEW_LIMIT};
