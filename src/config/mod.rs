//! What the user may set: saved connections, settings, themes; where passwords come from. Reads files and environment once, at start;
//! everything after that is plain data. What writes or waits is said to block, and is called off the loop.

mod book;
mod chosen;
mod example;
mod fault;
mod file;
mod import;
mod keyring;
mod look;
mod name;
mod password_command;
mod paths;
mod profile;
mod proxy;
mod secret;
mod section;
mod settings;
mod starters;
mod theme;
mod themes;

pub use book::{Kept, ProfileBook, profile_text, proxy_url};
pub use chosen::{Chosen, Source};
pub use example::{PROFILES_EXAMPLE, SETTINGS_EXAMPLE};
pub use fault::FileFault;
pub use import::{ImportKind, Imported, import};
pub use keyring::keep_in_keyring;
pub use look::{Colours, Look};
pub use name::{MAX_NAME, check_name};
pub use paths::{CONFIG_DIR_VARIABLE, config_dir, config_dir_notice, profiles_path, settings_path};
pub use profile::{Consent, PasswordSource, Profile, Safety, check_colour, is_credential};
pub use proxy::{PROXY_VARIABLES, environment_proxy};
pub use secret::{find_password, password_warning};
pub use settings::{SettingsFile, parse_memory};
pub use starters::starters;
pub use theme::{Role, Theme, ThemeFault, ThemeKind, shown_colour};
pub use themes::{ThemeNotice, Themes, embedded};
