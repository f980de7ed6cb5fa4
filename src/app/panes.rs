//! What stands where: the screens, the explorer's panes, the tree or a list on the left, the message or the chart on the right, and what
//! lies over everything.

use super::out::Piped;
use super::{Ask, Context, Menu, PaletteState, Prompt};

/// The screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screen {
    /// Tree, message, history.
    #[default]
    Explorer,
    /// What the broker says of itself.
    Broker,
    /// Every connection, saved or open. It belongs to none of them.
    Connections,
}

/// The panes of the explorer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// Topic tree.
    #[default]
    Topics,
    /// Message.
    Message,
    /// History.
    History,
}

/// What lies over the screen.
#[derive(Debug, Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// Help, over what lies there.
    Help(Help),
    /// The command palette.
    Palette(PaletteState),
    /// Past notices.
    Notices,
    /// A question.
    Ask(Ask),
    /// A line that a command asks for.
    Prompt(Prompt),
    /// A few things to choose from.
    Menu(Menu),
    /// What a shell command printed.
    Output(Box<Piped>),
}

/// The help.
#[derive(Debug)]
pub struct Help {
    /// Where it was called.
    pub of: Context,
    /// First row on screen.
    pub scroll: usize,
    /// What it lies over, and what comes back: a line that is being typed, a command that runs.
    pub(super) under: Box<Overlay>,
}

impl Overlay {
    /// The command whose output lies there, under the help as well.
    pub(super) fn output(&mut self) -> Option<&mut Piped> {
        match self {
            Self::Output(piped) => Some(piped),
            Self::Help(help) => help.under.output(),
            _ => None,
        }
    }
}

/// What stands in the place of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Left {
    /// The topic tree.
    #[default]
    Tree,
    /// What a search found.
    Search,
    /// Messages of the browse set.
    Browse,
    /// Topics that are silent for longer than usual.
    Overdue,
}

/// What stands in the place of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Right {
    /// The message.
    #[default]
    Message,
    /// The chart.
    Chart,
}
