//! Everything that touches the outside while the explorer runs: the loop, the terminal, signals, the clipboard.

mod clipboard;
mod editor;
mod effects;
mod errands;
mod event_loop;
mod files;
mod input;
pub mod jq;
mod lending;
mod output;
mod pipe;
mod profiles;
mod signals;
mod terminal;

pub use errands::Errands;
pub use event_loop::{Demo, EVENT_CAPACITY, EventLoop, FRAME_INTERVAL, Outcome};
pub use input::Input;
pub use output::{Output, OutputState};
pub use signals::{Signal, Signals, stop_group};
pub use terminal::{Screen, enter, install_panic_hook, leave, panic_if_asked, require_terminal};
