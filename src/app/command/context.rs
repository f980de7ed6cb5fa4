//! Where the keys go, and the groups of places in which a command may work.

/// Where the keys go: the pane or overlay that has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// The topic tree.
    Topics,
    /// The message pane.
    Message,
    /// The history pane.
    History,
    /// The tree filter is being typed.
    Filter,
    /// The publish pane.
    Publish,
    /// The broker (`$SYS`) screen.
    Broker,
    /// The list of saved and open connections.
    Connections,
    /// A connection being written or changed.
    Form,
    /// The help overlay.
    Help,
    /// The command palette.
    Palette,
    /// The list of past notices.
    Notices,
    /// A question with yes and no.
    Ask,
    /// User and password are being typed.
    Login,
    /// The subscriptions.
    Subscriptions,
    /// One subscription is being typed.
    SubscriptionEntry,
    /// What a search found, in place of the tree.
    Search,
    /// A search is being typed.
    SearchEntry,
    /// Messages of the browse set, in place of the tree.
    Browse,
    /// Topics that are silent for longer than usual, in place of the tree.
    Overdue,
    /// The chart, in place of the message.
    Chart,
    /// One line that a command asks for.
    Prompt,
    /// A few things to choose from.
    Menu,
    /// What a shell command printed.
    Output,
}

impl Context {
    /// Whether printable keys are text here.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Filter
                | Self::Publish
                | Self::Palette
                | Self::Form
                | Self::Login
                | Self::SubscriptionEntry
                | Self::SearchEntry
                | Self::Prompt
        )
    }

    /// Whether a list stands in the place of the tree.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Search | Self::Browse | Self::Overdue)
    }

    /// Heading in the help and in the list of keys.
    pub fn title(self) -> &'static str {
        match self {
            Self::Topics => "Topics",
            Self::Message => "Message",
            Self::History => "History",
            Self::Filter => "Filter",
            Self::Publish => "Publish",
            Self::Broker => "Broker",
            Self::Connections => "Connections",
            Self::Form => "Form",
            Self::Help => "Help",
            Self::Palette => "Commands",
            Self::Notices => "Notices",
            Self::Ask => "Question",
            Self::Login => "Login",
            Self::Subscriptions => "Subscriptions",
            Self::SubscriptionEntry => "Subscription",
            Self::Search => "Search",
            Self::SearchEntry => "Search entry",
            Self::Browse => "Browse set",
            Self::Overdue => "Overdue",
            Self::Chart => "Chart",
            Self::Prompt => "Entry",
            Self::Menu => "Menu",
            Self::Output => "Output",
        }
    }
}

use Context::{
    Ask, Broker, Browse, Chart, Connections, Filter, Form, Help, History, Login, Menu, Message, Notices,
    Output, Overdue, Palette, Prompt, Publish, Search, SearchEntry, SubscriptionEntry, Subscriptions, Topics,
};

/// Contexts that take no text: letter keys work in all of them.
pub(super) const ANYWHERE: &[Context] = &[
    Topics,
    Message,
    History,
    Search,
    Browse,
    Overdue,
    Chart,
    Broker,
    Connections,
    Help,
    Notices,
    Subscriptions,
];
pub(super) const ALWAYS: &[Context] = &[
    Topics,
    Message,
    History,
    Search,
    SearchEntry,
    Browse,
    Overdue,
    Chart,
    Filter,
    Publish,
    Broker,
    Connections,
    Form,
    Help,
    Palette,
    Notices,
    Ask,
    Login,
    Subscriptions,
    SubscriptionEntry,
    Prompt,
    Menu,
    Output,
];
/// Where a message is shown.
pub(super) const EXPLORER: &[Context] = &[Topics, Message, History, Search, Browse, Overdue, Chart];
/// The explorer without the chart, which has meanings of its own for some keys.
pub(super) const READING: &[Context] = &[Topics, Message, History, Search, Browse, Overdue];
/// The tree and what stands beside it without keys of its own for the same.
pub(super) const TREE: &[Context] = &[Topics, History];
/// Lists in place of the tree.
pub(super) const FOUND: &[Context] = &[Search, Browse, Overdue];
pub(super) const OVERLAYS: &[Context] =
    &[Publish, Help, Palette, Notices, Login, Subscriptions, SubscriptionEntry, Menu, Output];
/// The screens of a connection.
pub(super) const SCREENS: &[Context] = &[Topics, Message, History, Search, Browse, Overdue, Chart, Broker];
pub(super) const ALL_SCREENS: &[Context] =
    &[Topics, Message, History, Search, Browse, Overdue, Chart, Broker, Connections];
/// Where a key with Alt means no text and nothing lies on top.
pub(super) const TABS: &[Context] = &[
    Topics,
    Message,
    History,
    Search,
    SearchEntry,
    Browse,
    Overdue,
    Chart,
    Filter,
    Publish,
    Broker,
    Connections,
];
pub(super) const LISTS: &[Context] = &[
    Topics,
    Message,
    History,
    Search,
    Browse,
    Overdue,
    Broker,
    Connections,
    Help,
    Notices,
    Subscriptions,
    Output,
];
/// Lists, and the text that the arrows scroll.
pub(super) const LISTS_AND_PALETTE: &[Context] = &[
    Topics,
    Message,
    History,
    Search,
    Browse,
    Overdue,
    Chart,
    Filter,
    SearchEntry,
    Broker,
    Connections,
    Help,
    Notices,
    Palette,
    Subscriptions,
    Menu,
    Output,
];
