//! The subscriptions pane: adding, changing, muting, excluding, removing filters while connected.

use mqtt_tui::app::{Done, Effect, SessionRequestName, Then};
use mqtt_tui::config::Profile;
use mqtt_tui::model::{
    QoS, RetainHandling, SessionRequest, Subscription, SubscriptionState, Target, TopicFilter,
};

use crate::language::{HERE, Journey};

fn filter(text: &str) -> TopicFilter {
    TopicFilter::parse(text).expect("a legal filter")
}

fn granted() -> SubscriptionState {
    SubscriptionState::Granted(QoS::AtMostOnce)
}

/// Subscribed to everything, with the pane open.
fn open() -> Journey {
    let mut journey = Journey::new();
    journey.subscription("#", granted()).keys("s").sees("Subscriptions of here");
    journey
}

#[track_caller]
fn requests(journey: &mut Journey) -> Vec<SessionRequest> {
    let request = |effect: Effect| match effect {
        Effect::Request(HERE, request) => request,
        other => panic!("not a request: {other:?}"),
    };
    journey.effects().into_iter().map(request).collect()
}

#[test]
fn each_filter_is_shown_with_qos_state_messages_and_rate() {
    let mut journey = open();
    journey.subscription("a/#", SubscriptionState::Refused("not authorized".into()));
    for _ in 0..5 {
        journey.message("a/b", "1").wait(1.0);
    }
    let lines = journey.lines();
    let line = |text: &str| lines.iter().find(|line| line.contains(text)).expect("a line").clone();
    assert!(line("  granted  ").contains(" 5 ") && line("  granted  ").contains("1.0/s"), "{lines:#?}");
    assert!(line("refused: not authorized").contains("a/#"), "{lines:#?}");
}

#[test]
fn a_filter_is_added_with_its_options_while_connected() {
    let mut journey = open();
    journey.keys("ahome/#<tab>2<tab><space><tab> <tab><right><right><tab>42<enter>");
    let wanted = Subscription {
        no_local: true,
        retain_as_published: true,
        retain_handling: RetainHandling::Never,
        id: Some(42),
        ..Subscription::new(filter("home/#"), QoS::ExactlyOnce)
    };
    assert_eq!(requests(&mut journey), [SessionRequest::Subscribe(wanted)]);
    journey.sees("asked for, no answer yet");
    journey.subscription("home/#", SubscriptionState::Granted(QoS::AtLeastOnce));
    journey.sees("2→1").sees("No local").sees("Subscription id 42.");
}

#[test]
fn e03_an_invalid_filter_is_refused_with_a_caret_under_the_fault() {
    for (typed, at, words) in [
        ("a/#/b", 2, "must be the last level"),
        ("a#", 1, "must be a whole level"),
        ("+a", 0, "must be a whole level"),
        ("$share//x", 7, "group of a shared subscription is empty"),
        ("$share/g/", 9, "is empty"),
    ] {
        let mut journey = open();
        journey.keys("a").keys(typed).sees(words);
        let (column, row) = journey.place_of("^");
        let (start, line) = journey.place_of(&format!("filter    {typed}"));
        assert_eq!((column, row), (start + 10 + at, line + 1), "{typed}\n{}", journey.screen());
        journey.keys("<enter>").sees(words);
        assert_eq!(journey.effects(), [], "{typed}");
    }
    let mut journey = open();
    journey.keys("a").does_not_see("at least one character").keys("<enter>").sees("at least one character");
    journey.keys("<esc>").does_not_see("Subscribe to").keys("<esc>").does_not_see("Subscriptions of");
    assert_eq!(journey.effects(), []);
}

#[test]
fn an_id_out_of_range_and_no_local_on_a_shared_filter_are_refused() {
    let mut journey = open();
    journey.keys("aa<backtab>0<enter>").sees("from 1 to 268,435,455");
    journey.keys("<esc>a$share/g/x<tab><tab><space><enter>").sees("cannot be 'no local'");
    assert_eq!(journey.effects(), []);
}

#[test]
fn the_selected_topic_is_offered_with_everything_below() {
    let mut journey = Journey::knowing(&[("home/kitchen", "1")]);
    journey.keys("gsa").sees("filter    home/#");
    journey.keys("<enter>");
    let wanted = Subscription::new(filter("home/#"), QoS::AtMostOnce);
    assert_eq!(requests(&mut journey), [SessionRequest::Subscribe(wanted)]);
}

#[test]
fn qos_is_changed_by_a_new_subscribe_and_a_filter_by_two_requests() {
    let mut journey = open();
    journey.keys("c");
    let wanted = Subscription::new(filter("#"), QoS::AtLeastOnce);
    assert_eq!(requests(&mut journey), [SessionRequest::Subscribe(wanted)]);
    journey.keys("e<backtab><ctrl-u>a/+<enter>");
    let wanted = Subscription::new(filter("a/+"), QoS::AtLeastOnce);
    let expected = [SessionRequest::Unsubscribe(filter("#")), SessionRequest::Subscribe(wanted)];
    assert_eq!(requests(&mut journey), expected);
    journey.sees("being removed").subscription("#", SubscriptionState::Removed).does_not_see("being removed");
}

#[test]
fn a_removed_filter_goes_when_the_broker_has_answered() {
    let mut journey = open();
    journey.keys("d").sees("being removed");
    assert_eq!(requests(&mut journey), [SessionRequest::Unsubscribe(filter("#"))]);
    journey.subscription("#", SubscriptionState::Removed).sees("Nothing is subscribed to: a adds a filter.");
}

#[test]
fn muted_messages_are_counted_and_neither_shown_nor_kept_until_unmuted() {
    let mut journey = open();
    journey.subscription("a/#", granted()).keys("jm").sees("muted");
    journey
        .message("a/1", "hidden")
        .message("b", "shown")
        .sees("1 muted")
        .sees("1 messages muted or excluded");
    assert!(journey.app.connection().store.find("a/1").is_none());
    assert!(journey.app.connection().store.find("b").is_some());
    assert_eq!(journey.effects(), [], "the subscription stays");
    journey.keys("m").message("a/2", "shown");
    assert!(journey.app.connection().store.find("a/2").is_some());
}

#[test]
fn excluded_topics_are_counted_and_not_kept_whatever_is_subscribed_to() {
    let mut journey = open();
    journey.keys("x+/noise<enter>").sees("Excluded: messages that match are received and counted");
    assert_eq!(journey.effects(), [], "the broker is not asked");
    journey.message("a/noise", "1").message("a/signal", "2").sees("1 messages muted or excluded");
    assert!(journey.app.connection().store.find("a/noise").is_none());
    journey.keys("d").does_not_see("Excluded: messages").message("a/noise", "1");
    assert!(journey.app.connection().store.find("a/noise").is_some());
}

#[test]
fn what_a_profile_mutes_and_excludes_holds_from_the_start() {
    let target = Target { filters: Profile::everything(), ..Target::new("here", 1883, "journey") };
    let mut journey = Journey::on(Profile {
        excluded: vec![filter("x/#")],
        muted: vec![filter("#")],
        ..Profile::new("here", target)
    });
    journey.message("x/1", "1").message("y", "1");
    assert_eq!(journey.app.connection().store.totals().messages, 0);
    assert_eq!(journey.app.connection().subscriptions.hidden(), 2);
    journey.keys("s").sees("muted").sees("x/#");
}

#[test]
fn c16_a_refused_wildcard_offers_the_first_levels_seen_so_far() {
    let mut journey = Journey::knowing(&[("home/a", "1"), ("work/b", "1"), ("$SYS/x", "1")]);
    journey.subscription("#", SubscriptionState::Refused("not authorized".into()));
    journey.keys("s").sees("home/#").sees("work/#").sees("seen so far").does_not_see("$SYS/#");
    journey.keys("j<enter><enter>");
    let wanted = Subscription::new(filter("home/#"), QoS::AtMostOnce);
    assert_eq!(requests(&mut journey), [SessionRequest::Subscribe(wanted)]);
}

#[test]
fn what_is_shown_is_sanitised_and_fits_a_small_screen() {
    let mut journey = open();
    journey.resize(60, 14).keys("a\u{202e}x<enter>");
    journey.sees("U+202E");
    assert_eq!(requests(&mut journey).len(), 1);
}

#[test]
fn a_click_selects_a_row_and_one_beside_the_pane_closes_it() {
    let mut journey = open();
    journey.subscription("a/#", granted());
    let (column, titles) = journey.place_of("filter  ");
    journey.click(column, titles + 2).keys("d");
    assert_eq!(requests(&mut journey), [SessionRequest::Unsubscribe(filter("a/#"))]);
    journey.click(1, 1).does_not_see("Subscriptions of");
}

#[test]
fn c16_a_public_broker_gets_the_wide_subscription_back_when_nobody_looks() {
    let target = Target { filters: Profile::everything(), ..Target::new("here", 1883, "journey") };
    let mut journey = Journey::on(Profile { public: true, ..Profile::new("public", target) });
    journey.subscription("#", granted()).subscription("a/#", granted());
    journey.keys("j").wait(14.0 * 60.0).keys("j").wait(14.0 * 60.0 + 50.0);
    assert_eq!(journey.effects(), [], "a key was pressed less than 15 minutes ago");
    journey.wait(15.0);
    assert_eq!(requests(&mut journey), [SessionRequest::Unsubscribe(filter("#"))]);
    journey.subscription("#", SubscriptionState::Removed).sees("R subscribes again.").sees("'#'");
    journey.wait(3600.0);
    assert_eq!(journey.effects(), [], "once is enough");
    journey.keys("R").does_not_see("R subscribes again.");
    let wanted = Subscription::new(filter("#"), QoS::AtMostOnce);
    assert_eq!(requests(&mut journey), [SessionRequest::Subscribe(wanted)]);
}

#[test]
fn c16_what_the_session_did_not_take_is_not_said_to_be_given_back() {
    let target = Target { filters: Profile::everything(), ..Target::new("here", 1883, "journey") };
    let mut journey = Journey::on(Profile { public: true, ..Profile::new("public", target) });
    journey.subscription("#", granted()).wait(15.0 * 60.0 - 10.0);
    assert_eq!(requests(&mut journey), [SessionRequest::Unsubscribe(filter("#"))]);
    let refused = |name| Done::RequestRefused(HERE, name, "the connection is busy".into());
    journey.done(refused(SessionRequestName::Unsubscribe(filter("#")))).does_not_see("R subscribes again.");
    assert_eq!(journey.notice(), "'#' is still subscribed to: the connection is busy");
    journey.wait(1.0);
    assert_eq!(requests(&mut journey), [SessionRequest::Unsubscribe(filter("#"))], "and it is tried again");
}

#[test]
fn a_request_that_the_session_did_not_take_changes_nothing() {
    let mut journey = open();
    journey.subscription("#", granted());
    let refused = |name| Done::RequestRefused(HERE, name, "the connection is busy".into());
    journey.keys("d").sees("being removed");
    journey.done(refused(SessionRequestName::Unsubscribe(filter("#")))).does_not_see("being removed");
    journey.keys("a<ctrl-u>x/#<enter>").sees("x/#");
    journey.done(refused(SessionRequestName::Subscribe(filter("x/#"))));
    let connection = journey.app.connection();
    let views: Vec<_> = connection.subscriptions.list().iter().collect();
    assert_eq!(views.len(), 1, "{views:?}");
    assert_eq!((&views[0].wanted.filter, &views[0].state), (&filter("#"), &granted()));
}

#[test]
fn a_broker_that_is_not_public_is_left_alone() {
    let mut journey = open();
    journey.wait(3600.0);
    assert_eq!(journey.effects(), []);
}

#[test]
fn subscriptions_are_kept_in_a_saved_profile_and_in_no_other() {
    let mut journey = open();
    journey.keys("<ctrl-s>");
    assert_eq!(journey.effects(), []);
    assert!(journey.notice().contains("not a saved profile"), "{}", journey.notice());
    let saved = Profile::new("here", Target::new("here", 1883, ""));
    journey.know_profiles(vec![saved.clone()]).keys("mxy/#<enter><ctrl-s>");
    let target = Target { filters: Profile::everything(), ..saved.target.clone() };
    let expected = Profile { target, muted: vec![filter("#")], excluded: vec![filter("y/#")], ..saved };
    let [Effect::SaveProfile(kept, Some(name), _)] = &journey.effects()[..] else { panic!("not saved") };
    assert_eq!((&**kept, name.as_str()), (&expected, "here"));
}

#[test]
fn a_question_can_carry_effects() {
    let mut journey = Journey::new();
    let ask = || {
        mqtt_tui::app::Ask::new(
            "Quit?",
            vec!["all is saved".into()],
            "Quit",
            Then::Perform(vec![Effect::Quit]),
        )
    };
    journey.app.ask(ask());
    journey.keys("<enter>").does_not_see("Quit?");
    assert_eq!(journey.effects(), [], "No is chosen at first");
    journey.app.ask(ask());
    journey.keys("<tab>").sees("all is saved").keys("<enter>");
    assert_eq!(journey.effects(), [Effect::Quit]);
}

#[test]
fn a_filter_asked_for_again_outlives_the_answer_to_its_removal() {
    let mut journey = open();
    journey.keys("d").sees("being removed").keys("a<ctrl-u>#<enter>").does_not_see("being removed");
    journey.subscription("#", SubscriptionState::Removed).sees("asked for");
    journey.subscription("#", granted()).sees("granted at QoS 0");
}

#[test]
fn overlapping_filters_are_said_to_bring_messages_twice() {
    let mut journey = open();
    journey.does_not_see("overlaps").subscription("a/+", granted());
    journey.sees("It overlaps 'a/+'").keys("j").sees("It overlaps '#'");
    journey.subscription("$SYS/#", granted()).keys("j").sees("$SYS/#").does_not_see("overlaps");
}
