//! Which area does what a command asks for.

use super::{
    ask, back, broker, browse, chart, clear_filter, connections, copy, filters, focus, form, history, lists,
    login, menu, message, next_theme, out, overdue, overlay, pins, prompt, publish, quit, search, show,
    subscriptions, tabs, topics, travel, zoom,
};
use crate::app::{App, Command, Context, Effect, Screen};
use crate::model::Moment;

/// Runs a command that may run.
#[expect(
    clippy::too_many_lines,
    reason = "a table in the shape of a match: the compiler sees that no command is forgotten"
)]
pub(super) fn run_now(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    match command {
        Command::Quit => quit::run(app, now),
        Command::QuitNow => vec![Effect::Quit],
        Command::Suspend => vec![Effect::Suspend],
        Command::NextTheme => {
            next_theme(app, now);
            Vec::new()
        }
        Command::ShowExplorer => show(app, Screen::Explorer),
        Command::ShowBroker => show(app, Screen::Broker),
        Command::NextPane => focus(app, 1),
        Command::PreviousPane => focus(app, 2),
        Command::Pause => travel::pause(app, now),
        Command::Reconnect => login::reconnect(app),
        Command::StayOffline => login::stay_offline(app),
        Command::ShowConnections | Command::NextTab | Command::PreviousTab | Command::CloseTab => {
            tabs::run(app, command)
        }
        // Only its keys say which.
        Command::GoToTab => Vec::new(),
        Command::OpenProfile
        | Command::OpenAnother
        | Command::NewProfile
        | Command::EditProfile
        | Command::EditConnection
        | Command::DuplicateProfile
        | Command::TestProfile
        | Command::ReadProfiles
        | Command::DeleteProfile
        | Command::FilterProfiles => connections::run(app, command),
        Command::SaveProfile
        | Command::SaveAndConnect
        | Command::NextFormField
        | Command::PreviousFormField
        | Command::CloseForm => form::run(app, command),
        Command::OpenPublish
        | Command::SendPublish
        | Command::NextField
        | Command::PreviousField
        | Command::CycleQos
        | Command::ToggleRetain
        | Command::ClearPayload
        | Command::WithdrawPublish
        | Command::ToggleProperties
        | Command::RespondToMessage => publish::run(app, command, now),
        Command::Answer | Command::SwitchAnswer | Command::AnswerYes | Command::AnswerNo => {
            ask::run(app, command, now)
        }
        Command::OpenLogin | Command::SendLogin | Command::NextLoginField | Command::NewClientId => {
            login::run(app, command)
        }
        Command::OpenSubscriptions
        | Command::AddSubscription
        | Command::EditSubscription
        | Command::CycleSubscriptionQos
        | Command::MuteSubscription
        | Command::ExcludeFilter
        | Command::RemoveSubscription
        | Command::KeepSubscriptions
        | Command::ApplySubscription
        | Command::NextEntryField
        | Command::PreviousEntryField
        | Command::ResumeSubscriptions => subscriptions::run(app, command, now),
        Command::OpenHelp | Command::OpenPalette | Command::RunSelected | Command::ShowNotices => {
            overlay::run(app, command, now)
        }
        Command::Back | Command::Close => back(app),
        Command::AcceptPrompt | Command::ClosePrompt => prompt::run(app, command, now),
        Command::ChooseItem => menu::choose(app, now),
        Command::FindItem | Command::LeaveFinding => {
            menu::find(app, command == Command::FindItem);
            Vec::new()
        }
        Command::ZoomPane => zoom(app),
        Command::CopyPayload | Command::CopyTopic => copy(app, command),
        Command::CopyAs
        | Command::SavePayload
        | Command::EditPayload
        | Command::PipePayload
        | Command::Export
        | Command::PublishAgain
        | Command::NextForm => out::run(app, command, now),
        Command::CopyOutput => out::copy_output(app),
        Command::OnlyChanges
        | Command::FilterHistory
        | Command::JumpToTime
        | Command::ReadMessage
        | Command::SelectMessages => history::run(app, command, now),
        Command::OpenSearch
        | Command::EditSearch
        | Command::RunSearch
        | Command::NextSearchMode
        | Command::NextSearchScope
        | Command::StopSearch => search::run(app, command, now),
        Command::ToggleBrowsed | Command::ShowBrowsed | Command::EmptyBrowsed => {
            browse::run(app, command, now)
        }
        Command::GoToFound | Command::CloseList => lists::run(app, command, now),
        Command::ShowOverdue => overdue::run(app, command, now),
        Command::ChartNumber
        | Command::ChartField
        | Command::RemoveSeries
        | Command::ChartLeft
        | Command::ChartRight
        | Command::ChartEarlier
        | Command::ChartLater
        | Command::ZoomIn
        | Command::ZoomOut
        | Command::ChartLive
        | Command::NextDrawing
        | Command::NextHeights
        | Command::ToggleTable
        | Command::CloseChart => chart::run(app, command, now),
        Command::StepBack
        | Command::StepForward
        | Command::TimeBack
        | Command::TimeForward
        | Command::ShorterStep
        | Command::LongerStep
        | Command::TravelTo
        | Command::TravelHere => travel::run(app, command, now),
        Command::NextView
        | Command::FindInPayload
        | Command::NextFound
        | Command::PreviousFound
        | Command::ToggleNode
        | Command::OpenNodes
        | Command::CloseNodes
        | Command::ShowDiff
        | Command::MarkMessage
        | Command::FilterByJq
        | Command::DecodeAs
        | Command::OlderMessage
        | Command::NewerMessage
        | Command::LatestMessage
        | Command::ToggleWrap
        | Command::ScrollLeft
        | Command::ScrollRight => message::run(app, command, now),
        Command::Up
        | Command::Down
        | Command::PageUp
        | Command::PageDown
        | Command::Top
        | Command::Bottom => {
            movement(app, command, now);
            Vec::new()
        }
        Command::ApplyFilter => {
            if app.screen() == Screen::Connections {
                *app.filter_input_slot() = None;
            } else {
                topics::keep_filter(app);
            }
            Vec::new()
        }
        Command::ClearFilter => {
            clear_filter(app);
            Vec::new()
        }
        Command::FilterTree
        | Command::OpenNode
        | Command::NextSort
        | Command::ExpandBelow
        | Command::CollapseBelow
        | Command::ExpandAll
        | Command::CollapseAll
        | Command::Expand
        | Command::Collapse
        | Command::NextMatch
        | Command::PreviousMatch => {
            topics::run(app, command, now);
            Vec::new()
        }
        Command::TogglePin | Command::ToggleMute => pins::run(app, command, now),
        Command::OpenFilters => {
            filters::open(app);
            Vec::new()
        }
        Command::SaveFilter => {
            filters::ask_name(app);
            Vec::new()
        }
    }
}

/// Up, down and their kin mean the list or text that has the keys.
fn movement(app: &mut App, command: Command, now: Moment) {
    match app.context() {
        Context::Connections | Context::Filter if app.screen() == Screen::Connections => {
            connections::movement(app, command);
        }
        Context::Topics | Context::Filter => topics::movement(app, command, now),
        Context::Message => message::movement(app, command),
        Context::History => history::movement(app, command),
        Context::Broker => broker::movement(app, command),
        Context::Search | Context::SearchEntry => search::movement(app, command, now),
        Context::Browse => browse::movement(app, command),
        Context::Overdue => overdue::movement(app, command),
        Context::Chart => chart::movement(app, command, now),
        Context::Help
        | Context::Palette
        | Context::Notices
        | Context::Menu
        | Context::MenuFind
        | Context::Output => {
            overlay::movement(app, command);
        }
        Context::Subscriptions => subscriptions::movement(app, command),
        Context::Publish
        | Context::Ask
        | Context::Login
        | Context::SubscriptionEntry
        | Context::Form
        | Context::Prompt
        | Context::Connections => {}
    }
}
