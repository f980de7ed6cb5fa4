//! The one command table. It feeds key dispatch, the footer, `?`, `:`, `mqtt-tui keys` and the README.

use super::App;
use super::enabled::{
    always, can_open, filter_shown, has_connection, has_file, has_filter, has_history, has_message,
    has_profile, has_queued, has_response_topic, has_saved_profile, has_selection, has_tabs, is_asked,
    is_listing, is_logging_in, is_offline, is_publishing, is_resting, is_saved, is_writing,
    sees_subscriptions, types_subscription,
};

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
}

impl Context {
    /// Whether printable keys are text here.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Filter | Self::Publish | Self::Palette | Self::Form | Self::Login | Self::SubscriptionEntry
        )
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
        }
    }
}

/// Why a command cannot run now, in a few words for the palette and the status line.
pub type Disabled = &'static str;

/// One row of the table.
pub struct Row {
    /// The command.
    pub command: Command,
    /// Its name: area, dot, verb.
    pub name: &'static str,
    /// What it does, as a phrase.
    pub title: &'static str,
    /// Where its keys work.
    pub contexts: &'static [Context],
    /// Its keys; the first is the one shown.
    pub keys: &'static [&'static str],
    /// Its word in the footer, if it is one of the few that matter there.
    pub footer: Option<&'static str>,
    /// Changes something outside of this program: refused when read-only.
    pub danger: bool,
    /// Whether it can run now.
    pub enabled: fn(&App) -> Result<(), Disabled>,
}

use Context::{
    Ask, Broker, Connections, Filter, Form, Help, History, Login, Message, Notices, Palette, Publish,
    SubscriptionEntry, Subscriptions, Topics,
};

/// Contexts that take no text: letter keys work in all of them.
const ANYWHERE: &[Context] = &[Topics, Message, History, Broker, Connections, Help, Notices, Subscriptions];
const ALWAYS: &[Context] = &[
    Topics,
    Message,
    History,
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
];
const EXPLORER: &[Context] = &[Topics, Message, History];
const OVERLAYS: &[Context] = &[Publish, Help, Palette, Notices, Login, Subscriptions, SubscriptionEntry];
/// The screens of a connection.
const SCREENS: &[Context] = &[Topics, Message, History, Broker];
const ALL_SCREENS: &[Context] = &[Topics, Message, History, Broker, Connections];
/// Where a key with Alt means no text and nothing lies on top.
const TABS: &[Context] = &[Topics, Message, History, Filter, Publish, Broker, Connections];
const LISTS: &[Context] = &[Topics, Message, History, Broker, Connections, Help, Notices, Subscriptions];
const LISTS_AND_PALETTE: &[Context] =
    &[Topics, Message, History, Filter, Broker, Connections, Help, Notices, Palette, Subscriptions];

macro_rules! commands {
    ($($variant:ident, $name:literal, $title:literal, $contexts:expr, [$($key:literal),*], $footer:expr, $danger:literal, $enabled:expr;)*) => {
        /// Everything a user can ask for by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Command { $(#[doc = $title] $variant,)* }

        /// The table, in the order of the help.
        pub const TABLE: &[Row] = &[$(Row {
            command: Command::$variant,
            name: $name,
            title: $title,
            contexts: $contexts,
            keys: &[$($key),*],
            footer: $footer,
            danger: $danger,
            enabled: $enabled,
        },)*];
    };
}

commands! {
    FilterTree, "topics.filter", "Filter the tree as you type", EXPLORER, ["/"], Some("filter"), false, always;
    OpenNode, "topics.open", "Expand or collapse; on a topic, read its message", &[Topics], ["enter"], Some("open"), false, has_selection;
    OpenPublish, "publish.open", "Publish a message (topic from the selection)", SCREENS, ["p"], Some("publish"), true, always;
    NextView, "message.view", "Next view of the payload: pretty, text, hex", EXPLORER, ["v"], Some("view"), false, has_message;
    Pause, "view.pause", "Pause the view; receiving goes on", SCREENS, ["space"], Some("pause"), false, always;
    NextSort, "topics.sort", "Sort the tree by name, messages, rate, last received", EXPLORER, ["S"], Some("sort"), false, always;
    ExpandBelow, "topics.expand-below", "Open everything below the selection", EXPLORER, ["o"], None, false, has_selection;
    CollapseBelow, "topics.collapse-below", "Close everything below the selection", EXPLORER, ["O"], None, false, has_selection;
    ExpandAll, "topics.expand-all", "Open every branch", EXPLORER, ["+"], None, false, always;
    CollapseAll, "topics.collapse-all", "Close every branch", EXPLORER, ["-"], None, false, always;
    Expand, "topics.expand", "Expand, or go to the first topic below", &[Topics], ["right", "l"], None, false, has_selection;
    Collapse, "topics.collapse", "Collapse, or go to the branch above", &[Topics], ["left", "h"], None, false, has_selection;
    NextMatch, "topics.next-match", "Next topic that matches the filter", EXPLORER, ["n"], None, false, has_filter;
    PreviousMatch, "topics.previous-match", "Previous topic that matches the filter", EXPLORER, ["N"], None, false, has_filter;
    ApplyFilter, "filter.apply", "Keep the filter and go back to the tree", &[Filter], ["enter"], Some("keep"), false, filter_shown;
    ClearFilter, "filter.clear", "Clear the filter", &[Filter], ["esc"], Some("clear"), false, filter_shown;

    LatestMessage, "message.latest", "Back to the latest message, and follow it", &[Message, History], ["esc"], None, false, always;
    ToggleWrap, "message.wrap", "Wrap long lines of the payload", EXPLORER, ["w"], None, false, always;
    ScrollLeft, "message.left", "Scroll the payload left", &[Message], ["left", "h"], None, false, always;
    ScrollRight, "message.right", "Scroll the payload right", &[Message], ["right", "l"], None, false, always;
    CopyPayload, "copy.payload", "Copy the payload, byte for byte", EXPLORER, ["y"], Some("copy"), false, has_message;
    CopyTopic, "copy.topic", "Copy the topic", EXPLORER, ["Y"], None, false, has_selection;
    OlderMessage, "message.older", "Older message of this topic", EXPLORER, ["["], Some("older"), false, has_history;
    NewerMessage, "message.newer", "Newer message of this topic", EXPLORER, ["]"], Some("newer"), false, has_history;

    RespondToMessage, "message.respond", "Publish an answer to the message's response topic", EXPLORER, ["a"], None, true, has_response_topic;

    SendPublish, "publish.send", "Send the message", &[Publish], ["ctrl-s", "alt-enter"], Some("send"), true, is_publishing;
    NextField, "publish.next-field", "Next field", &[Publish], ["tab"], Some("field"), false, is_publishing;
    PreviousField, "publish.previous-field", "Previous field", &[Publish], ["backtab"], None, false, is_publishing;
    CycleQos, "publish.qos", "QoS 0, 1, 2", &[Publish], ["ctrl-q"], Some("QoS"), false, is_publishing;
    ToggleRetain, "publish.retain", "Retain on or off", &[Publish], ["ctrl-r"], Some("retain"), false, is_publishing;
    ClearPayload, "publish.clear", "Clear the payload", &[Publish], ["ctrl-l"], None, false, is_publishing;
    ToggleProperties, "publish.properties", "Show or hide the MQTT 5 properties to send", &[Publish], ["ctrl-p"], Some("properties"), false, is_publishing;
    WithdrawPublish, "publish.withdraw", "Withdraw the newest message that still waits to be sent", &[Publish], ["alt-w"], None, false, has_queued;

    OpenSubscriptions, "subscriptions.open", "Subscriptions: add, change, mute, exclude, remove", SCREENS, ["s"], Some("subscriptions"), false, has_tabs;
    AddSubscription, "subscriptions.add", "Add a subscription", &[Subscriptions], ["a"], Some("add"), false, sees_subscriptions;
    EditSubscription, "subscriptions.edit", "Change QoS and options of the subscription", &[Subscriptions], ["enter", "e"], Some("change"), false, sees_subscriptions;
    MuteSubscription, "subscriptions.mute", "Mute: stay subscribed, hide its messages; or show them again", &[Subscriptions], ["m"], Some("mute"), false, sees_subscriptions;
    RemoveSubscription, "subscriptions.remove", "Unsubscribe, or end the exclusion", &[Subscriptions], ["d"], Some("remove"), false, sees_subscriptions;
    ExcludeFilter, "subscriptions.exclude", "Exclude topics: messages that match a filter are not kept", &[Subscriptions], ["x"], Some("exclude"), false, sees_subscriptions;
    CycleSubscriptionQos, "subscriptions.qos", "QoS 0, 1, 2 of the subscription", &[Subscriptions], ["c"], Some("QoS"), false, sees_subscriptions;
    KeepSubscriptions, "subscriptions.keep", "Keep these subscriptions in the profile", &[Subscriptions], ["ctrl-s"], Some("keep"), false, is_saved;
    ApplySubscription, "subscription.apply", "Subscribe as typed", &[SubscriptionEntry], ["enter"], Some("subscribe"), false, types_subscription;
    NextEntryField, "subscription.next-field", "Next field", &[SubscriptionEntry], ["tab", "down"], Some("field"), false, types_subscription;
    PreviousEntryField, "subscription.previous-field", "Previous field", &[SubscriptionEntry], ["backtab", "up"], None, false, types_subscription;
    ResumeSubscriptions, "subscriptions.resume", "Subscribe again to what was given back while nobody looked", SCREENS, ["R"], None, false, is_resting;

    OpenLogin, "login.open", "Log in with another user or password", SCREENS, ["L"], None, false, has_tabs;
    SendLogin, "login.send", "Log in", &[Login], ["enter"], Some("log in"), false, is_logging_in;
    NextLoginField, "login.next-field", "Next field", &[Login], ["tab", "backtab", "down", "up"], Some("field"), false, is_logging_in;
    NewClientId, "connection.new-client-id", "Connect with a new random client id", SCREENS, ["I"], None, false, is_offline;
    Answer, "ask.answer", "Press the chosen button", &[Ask], ["enter"], Some("choose"), false, is_asked;
    SwitchAnswer, "ask.switch", "The other button", &[Ask], ["tab", "backtab", "left", "right"], Some("other"), false, is_asked;
    AnswerYes, "ask.yes", "Yes", &[Ask], ["y"], Some("yes"), false, is_asked;
    AnswerNo, "ask.no", "No", &[Ask], ["n", "esc", "q"], Some("no"), false, is_asked;

    OpenProfile, "connections.open", "Connect, or go to its tab", &[Connections], ["enter"], Some("connect"), false, is_listing;
    OpenAnother, "connections.open-another", "Connect once more, in another tab", &[Connections], ["o"], None, false, can_open;
    NewProfile, "connections.new", "New connection", &[Connections], ["n"], Some("new"), false, always;
    EditProfile, "connections.edit", "Edit the selected connection", &[Connections], ["e"], Some("edit"), false, has_profile;
    DuplicateProfile, "connections.duplicate", "New connection like the selected one", &[Connections], ["d"], Some("duplicate"), false, has_profile;
    TestProfile, "connections.test", "Test the selected connection, step by step", &[Connections], ["T"], Some("test"), false, has_profile;
    DeleteProfile, "connections.delete", "Delete the selected connection", &[Connections], ["D", "delete"], Some("delete"), false, has_saved_profile;
    ReadProfiles, "connections.read", "Read the file of the connections again", &[Connections], ["r"], None, false, has_file;
    FilterProfiles, "connections.filter", "Find a connection as you type", &[Connections], ["/"], Some("find"), false, is_listing;

    SaveProfile, "form.save", "Save the connection", &[Form], ["ctrl-s"], Some("save"), false, is_writing;
    SaveAndConnect, "form.connect", "Save and connect", &[Form], ["alt-enter", "ctrl-o"], Some("save and connect"), false, is_writing;
    NextFormField, "form.next-field", "Next field", &[Form], ["tab"], Some("field"), false, is_writing;
    PreviousFormField, "form.previous-field", "Previous field", &[Form], ["backtab"], None, false, is_writing;
    CloseForm, "form.close", "Leave without saving", &[Form], ["esc"], Some("leave"), false, is_writing;

    Up, "move.up", "Up", LISTS_AND_PALETTE, ["up", "k"], None, false, always;
    Down, "move.down", "Down", LISTS_AND_PALETTE, ["down", "j"], None, false, always;
    PageUp, "move.page-up", "A page up", LISTS_AND_PALETTE, ["pageup", "ctrl-b"], None, false, always;
    PageDown, "move.page-down", "A page down", LISTS_AND_PALETTE, ["pagedown", "ctrl-f"], None, false, always;
    Top, "move.top", "To the top", LISTS, ["g", "home"], None, false, always;
    Bottom, "move.bottom", "To the bottom", LISTS, ["G", "end"], None, false, always;

    NextPane, "focus.next", "Next pane", EXPLORER, ["tab"], None, false, always;
    PreviousPane, "focus.previous", "Previous pane", EXPLORER, ["backtab"], None, false, always;
    ShowExplorer, "screen.explorer", "Explorer", ALL_SCREENS, ["1"], None, false, has_tabs;
    ShowBroker, "screen.broker", "Broker: what it says of itself under $SYS", ALL_SCREENS, ["2"], None, false, has_tabs;
    ShowConnections, "screen.connections", "Connections: saved ones, new ones, the demo", ALL_SCREENS, ["C"], None, false, always;
    NextTab, "tabs.next", "Next connection", ALL_SCREENS, [">"], None, false, has_tabs;
    PreviousTab, "tabs.previous", "Previous connection", ALL_SCREENS, ["<"], None, false, has_tabs;
    GoToTab, "tabs.go", "Connection 1 to 9", TABS, ["alt-1..9"], None, false, has_tabs;
    CloseTab, "tabs.close", "Close the connection and its tab", ALL_SCREENS, ["ctrl-w"], None, false, has_connection;
    EditConnection, "connection.edit", "Edit this connection", SCREENS, ["E"], None, false, has_tabs;
    Reconnect, "connection.toggle", "Disconnect, or connect again now", ALL_SCREENS, ["x"], None, false, has_connection;
    StayOffline, "connection.stop", "Disconnect and stay offline: no more attempts", ALL_SCREENS, ["X"], None, false, has_connection;
    NextTheme, "look.theme", "Next theme", ANYWHERE, ["t"], None, false, always;
    ShowNotices, "notices.open", "Past notices", ANYWHERE, ["!"], None, false, always;
    OpenPalette, "palette.open", "Every command, by name", ANYWHERE, [":"], Some("commands"), false, always;
    RunSelected, "palette.run", "Run the selected command", &[Palette], ["enter"], Some("run"), false, always;
    OpenHelp, "help.open", "Help for this screen", ALWAYS, ["?", "f1"], Some("help"), false, always;
    Close, "close", "Close what lies on top", OVERLAYS, ["esc", "q"], Some("close"), false, always;
    Back, "back", "Back", ALL_SCREENS, ["esc"], None, false, always;
    Suspend, "suspend", "Suspend to the shell", ALWAYS, ["ctrl-z"], None, false, always;
    Quit, "quit", "Quit", ALL_SCREENS, ["q"], None, false, always;
    QuitNow, "quit.now", "Quit from anywhere", ALWAYS, ["ctrl-c"], None, false, always;
}

impl Command {
    /// The table row of this command.
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// Whether it can run now; when not, the reason.
    pub fn check(self, app: &App) -> Result<(), Disabled> {
        let row = self.row();
        if row.danger && app.is_read_only() {
            return Err("refused: this connection is read-only");
        }
        (row.enabled)(app)
    }

    /// Why it cannot run now, for the status line: the word that matters first, since the end may be cut.
    pub(super) fn refusal(self, app: &App) -> Option<String> {
        let reason = self.check(app).err()?;
        let row = self.row();
        if row.danger && app.is_read_only() {
            let (_, own) = row.name.rsplit_once('.').unwrap_or_default();
            return Some(format!("read-only: {} refused", row.footer.unwrap_or(own)));
        }
        Some(format!("{reason} ({})", row.title))
    }
}

#[cfg(test)]
mod tests {
    use super::super::keymap::{NTH, parse_key};
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn no_key_means_two_things_in_one_place_except_back() {
        let mut seen: HashMap<(Context, &str), Command> = HashMap::new();
        for row in TABLE {
            assert!(row.keys[0] == NTH || parse_key(row.keys[0]).is_some(), "{}", row.name);
            for key in row.keys {
                for context in row.contexts {
                    if row.command == Command::Back {
                        continue;
                    }
                    let other = seen.insert((*context, key), row.command);
                    assert_eq!(other, None, "{key} in {context:?}: {}", row.name);
                }
            }
        }
    }

    #[test]
    fn rows_stand_at_the_place_of_their_command() {
        for row in TABLE {
            assert_eq!(row.command.row().name, row.name);
        }
    }
}
