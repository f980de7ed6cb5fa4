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
    /// A thing to choose is being found by what is typed.
    MenuFind,
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
                | Self::MenuFind
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
            Self::MenuFind => "Menu, finding",
            Self::Output => "Output",
        }
    }
}

use Context::{
    Ask, Broker, Browse, Chart, Connections, Filter, Form, Help, History, Login, Menu, MenuFind, Message,
    Notices, Output, Overdue, Palette, Prompt, Publish, Search, SearchEntry, SubscriptionEntry,
    Subscriptions, Topics,
};

/// Declares groups made of contexts and of groups.
macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident = [$($part:expr),*];)*) => {
        $($(#[$doc])* pub(super) const $name: &[Context] = {
            const PARTS: &[&[Context]] = &[$($part),*];
            &joined::<{ length(PARTS) }>(PARTS)
        };)*
    };
}

groups! {
    /// The tree and what stands beside it without keys of its own for the same.
    TREE = [&[Topics, History]];
    /// Lists in place of the tree.
    FOUND = [&[Search, Browse, Overdue]];
    /// The explorer without the chart, which has meanings of its own for some keys.
    READING = [&[Topics, Message, History], FOUND];
    /// Where a message is shown.
    EXPLORER = [READING, &[Chart]];
    /// The screens of a connection.
    SCREENS = [EXPLORER, &[Broker]];
    ALL_SCREENS = [SCREENS, &[Connections]];
    /// Contexts that take no text: letter keys work in all of them.
    ANYWHERE = [ALL_SCREENS, &[Help, Notices, Subscriptions]];
    /// Where a key with Alt means no text and nothing lies on top.
    TABS = [ALL_SCREENS, &[SearchEntry, Filter, Publish]];
    ALWAYS = [ANYWHERE, &[SearchEntry, Filter, Publish, Form, Palette, Ask, Login, SubscriptionEntry, Prompt, Menu, MenuFind, Output]];
    OVERLAYS = [&[Publish, Help, Palette, Notices, Login, Subscriptions, SubscriptionEntry, Menu, Output]];
    LISTS = [READING, &[Broker, Connections, Help, Notices, Subscriptions, Output]];
    /// Lists with ends to go to by a letter.
    LISTS_AND_MENUS = [LISTS, &[Menu]];
    /// Lists, and the text that the arrows scroll.
    LISTS_AND_PALETTE = [LISTS, &[Chart, Filter, SearchEntry, Palette, Menu, MenuFind]];
}

const fn length(parts: &[&[Context]]) -> usize {
    let (mut part, mut count) = (0, 0);
    while part < parts.len() {
        count += parts[part].len();
        part += 1;
    }
    count
}

/// All contexts of `parts`, which are `N`.
const fn joined<const N: usize>(parts: &[&[Context]]) -> [Context; N] {
    let mut all = [Topics; N];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            all[at] = parts[part][index];
            (at, index) = (at + 1, index + 1);
        }
        part += 1;
    }
    all
}
