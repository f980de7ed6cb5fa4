//! What the user may set: themes now; profiles, keys and settings later. Reads files and environment once, at start;
//! everything after that is plain data.

mod look;
mod paths;
mod theme;
mod themes;

pub use look::{Colours, Look};
pub use paths::config_dir;
pub use theme::{Role, Theme, ThemeFault, ThemeKind};
pub use themes::{ThemeNotice, Themes, embedded};
