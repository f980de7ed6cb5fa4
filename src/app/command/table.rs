//! The rows of the command table.

use super::super::enabled::{
    always, can_open, can_save_filter, filter_shown, has_branches, has_browsed, has_chart, has_connection,
    has_file, has_filter, has_forms, has_found, has_history, has_message, has_output, has_path, has_profile,
    has_queued, has_response_topic, has_saved_profile, has_selection, has_tabs, is_asked, is_listing,
    is_logging_in, is_offline, is_paused, is_publishing, is_resting, is_saved, is_searching, is_writing,
    sees_subscriptions, types_subscription,
};
use super::Row;
use super::context::Context::{
    Ask, Browse, Chart, Connections, Filter, Form, History, Login, Menu, MenuFind, Message, Output, Overdue,
    Palette, Prompt, Publish, Search, SearchEntry, SubscriptionEntry, Subscriptions, Topics,
};
use super::context::{
    ALL_SCREENS, ALWAYS, ANYWHERE, EXPLORER, FOUND, LISTS_AND_MENUS, LISTS_AND_PALETTE, OVERLAYS, READING,
    SCREENS, TABS, TREE,
};

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
    FilterTree, "topics.filter", "Filter the tree as you type", &[Topics], ["/"], Some("filter"), false, always;
    OpenNode, "topics.open", "Expand or collapse; on a topic, read its message", &[Topics], ["enter"], Some("open"), false, has_selection;
    OpenPublish, "publish.open", "Publish a message (topic from the selection)", SCREENS, ["p"], Some("publish"), true, always;
    NextView, "message.view", "Next view of the payload: pretty, tree, raw, hex, diff", READING, ["v"], Some("view"), false, has_message;
    Pause, "view.pause", "Pause the view; receiving goes on", SCREENS, ["space"], Some("pause"), false, always;
    NextSort, "topics.sort", "Sort the tree by name, messages, rate, last received", TREE, ["S"], Some("sort"), false, always;
    ExpandBelow, "topics.expand-below", "Open everything below the selection", TREE, ["o"], None, false, has_selection;
    CollapseBelow, "topics.collapse-below", "Close everything below the selection", TREE, ["O"], None, false, has_selection;
    ExpandAll, "topics.expand-all", "Open every branch", TREE, ["+"], None, false, always;
    CollapseAll, "topics.collapse-all", "Close every branch", TREE, ["-"], None, false, always;
    Expand, "topics.expand", "Expand, or go to the first topic below", &[Topics], ["right", "l"], None, false, has_selection;
    Collapse, "topics.collapse", "Collapse, or go to the branch above", &[Topics], ["left", "h"], None, false, has_selection;
    NextMatch, "topics.next-match", "Next topic that matches the filter", TREE, ["n"], None, false, has_filter;
    PreviousMatch, "topics.previous-match", "Previous topic that matches the filter", TREE, ["N"], None, false, has_filter;
    ApplyFilter, "filter.apply", "Keep the filter and go back to the tree", &[Filter], ["enter"], Some("keep"), false, filter_shown;
    ClearFilter, "filter.clear", "Clear the filter", &[Filter], ["esc"], Some("clear"), false, filter_shown;

    LatestMessage, "message.latest", "Back to the latest message, and follow it", &[Message, History], ["esc"], None, false, always;
    ToggleWrap, "message.wrap", "Wrap long lines of the payload", READING, ["w"], None, false, always;
    FindInPayload, "message.find", "Find text in the payload", &[Message], ["/"], Some("find"), false, has_message;
    NextFound, "message.next-found", "Next place where the text was found", &[Message], ["n"], None, false, has_found;
    PreviousFound, "message.previous-found", "Previous place where the text was found", &[Message], ["N"], None, false, has_found;
    ToggleNode, "message.fold", "Open or close a branch of the payload, in the tree view", &[Message], ["enter"], None, false, has_branches;
    OpenNodes, "message.unfold-all", "Open every branch of the payload, in the tree view", &[Message], ["+"], None, false, has_branches;
    CloseNodes, "message.fold-all", "Close every branch of the payload, in the tree view", &[Message], ["-"], None, false, has_branches;
    ShowDiff, "message.diff", "What changed since the message before or the marked one; once more for the other", READING, ["D"], Some("diff"), false, has_message;
    MarkMessage, "message.mark", "Mark the message, to compare others with it; on the marked one: unmark", READING, ["m"], None, false, has_message;
    FilterByJq, "message.jq", "Filter the payload by jq; kept for the topic", READING, ["J"], None, false, has_message;
    DecodeAs, "message.decode", "Take the payload for something else: once, for the topic, for a filter", READING, ["i"], None, false, has_message;
    ZoomPane, "pane.zoom", "The pane over the whole screen, or back in its place", EXPLORER, ["z"], None, false, always;
    ScrollLeft, "message.left", "Scroll the payload left", &[Message], ["left", "h"], None, false, always;
    ScrollRight, "message.right", "Scroll the payload right", &[Message], ["right", "l"], None, false, always;
    CopyPayload, "copy.payload", "Copy the payload, byte for byte", READING, ["y"], Some("copy"), false, has_message;
    CopyTopic, "copy.topic", "Copy the topic", EXPLORER, ["Y"], None, false, has_selection;
    CopyAs, "copy.as", "Copy as a command, a path, a value…", EXPLORER, ["ctrl-y"], None, false, has_selection;
    SavePayload, "payload.save", "Save the payload to a file, byte for byte", READING, ["W"], None, false, has_message;
    EditPayload, "payload.edit", "Open the payload in $EDITOR", READING, ["e"], None, false, has_message;
    PipePayload, "payload.pipe", "Pipe the payload through a shell command", READING, ["|"], None, false, has_message;
    Export, "export.open", "Export history, results or chart as JSON lines or CSV", EXPLORER, ["ctrl-e"], None, false, has_selection;
    CopyOutput, "output.copy", "Copy what the command printed, byte for byte", &[Output], ["y"], Some("copy"), false, has_output;
    PublishAgain, "publish.again", "Publish the shown message again: it opens in the publish pane", READING, ["P"], None, true, has_message;
    OlderMessage, "message.older", "Older message of this topic", READING, ["["], Some("older"), false, has_history;
    NewerMessage, "message.newer", "Newer message of this topic", READING, ["]"], Some("newer"), false, has_history;

    OnlyChanges, "history.changes", "Only messages that changed more than clocks, or all", READING, ["="], None, false, has_history;
    FilterHistory, "history.filter", "Filter the history: text, qos:1, retain, dup", &[History], ["/"], Some("filter"), false, has_history;
    JumpToTime, "history.jump", "Go to the message at a time", &[History], ["@"], Some("time"), false, has_history;
    ReadMessage, "history.read", "Read the selected message", &[History], ["enter"], None, false, has_history;
    SelectMessages, "history.select", "Begin or end a selection of messages, to export them", &[History], ["V"], None, false, has_history;

    OpenSearch, "search.open", "Search everything: topics and payloads in the history", EXPLORER, ["F"], Some("search"), false, has_tabs;
    EditSearch, "search.edit", "Change the search", &[Search], ["/"], Some("change"), false, always;
    RunSearch, "search.run", "Search", &[SearchEntry], ["enter"], Some("search"), false, always;
    NextSearchMode, "search.mode", "Search by text, regular expression or jq condition", &[Search, SearchEntry], ["ctrl-t"], Some("how"), false, always;
    NextSearchScope, "search.scope", "Search everywhere, below the selection, or in the browse set", &[Search, SearchEntry], ["ctrl-o"], Some("where"), false, always;
    StopSearch, "search.stop", "Stop searching, or taking in new messages; again: go on", &[Search, SearchEntry], ["ctrl-k"], Some("stop"), false, is_searching;
    GoToFound, "list.go", "Go to it in the tree", FOUND, ["enter"], Some("go there"), false, always;
    CloseList, "list.close", "Close the list: back to where one was", &[Search, SearchEntry, Browse, Overdue], ["esc"], Some("back"), false, always;
    ToggleBrowsed, "browse.toggle", "Add to the browse set, or take out", READING, ["b"], None, false, has_selection;
    ShowBrowsed, "browse.show", "Messages of the browse set, merged by time", EXPLORER, ["B"], None, false, has_tabs;
    EmptyBrowsed, "browse.clear", "Empty the browse set", &[Browse], ["delete"], Some("empty"), false, has_browsed;
    ShowOverdue, "overdue.show", "Topics that are silent for longer than usual", EXPLORER, ["~"], None, false, has_tabs;
    TogglePin, "topics.pin", "Pin above the tree, or unpin; in the tree of a payload, watch the field", READING, ["*"], None, false, has_path;
    ToggleMute, "topics.mute", "Mute in the tree: grey and never news; or unmute", READING, ["M"], None, false, has_path;
    OpenFilters, "topics.filters", "Saved filters", &[Topics], ["f"], None, false, always;
    SaveFilter, "filter.save", "Save the filter under a name", &[Filter], ["ctrl-s"], Some("save"), false, can_save_filter;

    ChartNumber, "chart.add", "Chart the selected number, or add it to the chart", READING, ["c"], Some("chart"), false, has_selection;
    ChartField, "chart.field", "Add a series to the chart by its field", &[Chart], ["a"], Some("add"), false, has_chart;
    RemoveSeries, "chart.remove", "Take the selected series out of the chart", &[Chart], ["d", "delete"], Some("remove"), false, has_chart;
    ChartLeft, "chart.left", "Cursor to the point before", &[Chart], ["left", "h"], None, false, has_chart;
    ChartRight, "chart.right", "Cursor to the next point", &[Chart], ["right", "l"], None, false, has_chart;
    ChartEarlier, "chart.earlier", "Pan to earlier", &[Chart], ["[", "H"], Some("earlier"), false, has_chart;
    ChartLater, "chart.later", "Pan to later", &[Chart], ["]"], Some("later"), false, has_chart;
    ZoomIn, "chart.zoom-in", "Zoom in", &[Chart], ["+"], Some("zoom in"), false, has_chart;
    ZoomOut, "chart.zoom-out", "Zoom out", &[Chart], ["-"], Some("zoom out"), false, has_chart;
    ChartLive, "chart.live", "Back to now, and the whole span", &[Chart], ["0"], None, false, has_chart;
    NextDrawing, "chart.drawing", "Draw with dots, blocks or ASCII", &[Chart], ["v"], None, false, has_chart;
    NextHeights, "chart.heights", "One scale for all lines, one for each, or as it fits", &[Chart], ["A"], None, false, has_chart;
    ToggleTable, "chart.table", "Table of values beside the chart, or not", &[Chart], ["w"], None, false, has_chart;
    CloseChart, "chart.close", "Back to the message; the chart stays as it is", &[Chart], ["esc"], Some("message"), false, has_chart;

    StepBack, "travel.back", "One message back in time, everywhere", EXPLORER, [","], None, false, has_tabs;
    StepForward, "travel.forward", "One message forward in time", EXPLORER, ["."], None, false, is_paused;
    TimeBack, "travel.time-back", "A step of time back", EXPLORER, ["{"], None, false, has_tabs;
    TimeForward, "travel.time-forward", "A step of time forward", EXPLORER, ["}"], None, false, is_paused;
    ShorterStep, "travel.shorter", "Shorter steps of time", EXPLORER, ["("], None, false, has_tabs;
    LongerStep, "travel.longer", "Longer steps of time", EXPLORER, [")"], None, false, has_tabs;
    TravelTo, "travel.to", "Show everything as it was at a time", &[Topics, Message, Search, Browse, Overdue, Chart], ["@"], None, false, has_tabs;
    TravelHere, "travel.here", "Show everything as it was when this message came", READING, ["'"], None, false, has_message;

    RespondToMessage, "message.respond", "Publish an answer to the message's response topic", READING, ["a"], None, true, has_response_topic;

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

    AcceptPrompt, "entry.accept", "Take what is typed", &[Prompt], ["enter"], Some("ok"), false, always;
    NextForm, "entry.form", "The payload as sent, decoded, or what jq makes of it", &[Prompt], ["ctrl-t"], None, false, has_forms;
    ClosePrompt, "entry.close", "Leave it", &[Prompt], ["esc"], Some("leave"), false, always;
    FindItem, "menu.find", "Find an item as you type", &[Menu], ["/"], Some("find"), false, always;
    LeaveFinding, "menu.leave-finding", "Back to all items", &[MenuFind], ["esc"], Some("all"), false, always;
    ChooseItem, "menu.choose", "Choose", &[Menu, MenuFind], ["enter"], Some("choose"), false, always;

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
    Top, "move.top", "To the top", LISTS_AND_MENUS, ["g", "home"], None, false, always;
    Bottom, "move.bottom", "To the bottom", LISTS_AND_MENUS, ["G", "end"], None, false, always;

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
