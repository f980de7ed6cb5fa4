//! What the user may set: themes now; profiles, keys and settings later. Reads files and environment once, at start;
//! everything after that is plain data.

mod look;
mod paths;
mod profile;
mod secret;
mod theme;
mod themes;

pub use look::{Colours, Look};
pub use paths::config_dir;
pub use profile::{PasswordSource, Profile, Safety};
pub use secret::find_password;
pub use theme::{Role, Theme, ThemeFault, ThemeKind};
pub use themes::{ThemeNotice, Themes, embedded};
