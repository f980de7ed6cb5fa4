//! What is said of the link, of subscriptions, and of an empty tree.

use mqtt_tui::app::{Effect, banner};
use mqtt_tui::model::{
    LinkState, Protocol, QoS, SessionEvent, SessionRequest, Severity, SubscriptionState, Trouble, TroubleKind,
};

use crate::language::{HERE, Journey};

#[test]
fn c08_a_lost_link_shows_a_banner_with_a_countdown_and_keeps_what_was_received() {
    let mut journey = Journey::knowing(&[("a", "still readable")]);
    assert!(banner(&journey.app).is_none());
    journey.lose_link(2, 5).sees("Connection refused by here:1883").sees("Attempt 2 in 5 s");
    assert!(journey.notice().contains("connection lost"), "{}", journey.notice());
    journey.sees("not connected").sees("still readable");
    journey.wait(2.0).sees("Attempt 2 in 3 s");
    journey.link(LinkState::Connecting { attempt: 2, step: "resolving".into() }).sees("Attempt 2: resolving");
    journey.connect().does_not_see("Attempt").sees("MQTT 5");
    assert!(journey.notice().contains("connected to"), "{}", journey.notice());
}

#[test]
fn the_same_trouble_again_is_one_notice() {
    let mut journey = Journey::new();
    journey.lose_link(2, 1);
    let notices = journey.notices();
    for attempt in 3..10 {
        journey.link(LinkState::Connecting { attempt, step: "connecting".into() }).lose_link(attempt, 1);
    }
    assert_eq!(journey.notices(), notices, "the banner tells; the list is not flooded: {}", journey.notice());
}

#[test]
fn c12_a_refused_login_stops_and_says_what_to_do() {
    let mut journey = Journey::new();
    let trouble = Trouble {
        cause: "The broker refused the login".into(),
        remedy: "Check user and password.".into(),
        kind: TroubleKind::Login,
        refused: None,
    };
    journey.link(LinkState::Stopped { trouble: Some(trouble) });
    journey
        .sees("The broker refused the login")
        .sees("Check user and password. L asks for user and password.");
    journey.sees("Log in to here").keys("<esc>").does_not_see("Log in to here").wait(600.0);
    assert_eq!(journey.effects(), [], "nothing is tried by itself");
    journey.keys("x").sees("Log in to here");
    assert_eq!(journey.effects(), [], "the same password would be refused again");
}

#[test]
fn x_disconnects_and_connects_again() {
    let mut journey = Journey::new();
    journey.keys("x");
    assert_eq!(journey.effects(), [Effect::Request(HERE, SessionRequest::Disconnect)]);
    journey.link(LinkState::Stopped { trouble: None }).sees("Press x to connect again.");
    journey.keys("x");
    assert_eq!(journey.effects(), [Effect::Request(HERE, SessionRequest::Reconnect)]);
}

#[test]
fn c16_a_refused_filter_is_a_notice_and_the_reason_why_the_tree_is_empty() {
    let mut journey = Journey::new();
    journey.subscription("#", SubscriptionState::Requested(QoS::AtMostOnce)).sees("asked for, no answer yet");
    journey.subscription("#", SubscriptionState::Refused("not authorized".into()));
    assert!(
        journey.notice().contains("refused the filter '#': not authorized (EMQX"),
        "{}",
        journey.notice()
    );
    journey.wait(30.0).sees("refused: not authorized").sees("#");
}

#[test]
fn c17_an_unanswered_filter_is_a_warning() {
    let mut journey = Journey::new();
    journey.subscription("#", SubscriptionState::Unanswered);
    let notice = journey.app.notices.newest_first().next().expect("a notice").clone();
    assert_eq!(notice.severity, Severity::Warning);
    assert!(notice.text.contains("no SUBACK"), "{}", notice.text);
    journey.sees("did not answer");
}

#[test]
fn an_empty_tree_says_what_was_granted() {
    let mut journey = Journey::new();
    journey.subscription("#", SubscriptionState::Granted(QoS::AtMostOnce));
    journey.sees("No message has come yet").sees("granted at QoS 0");
    journey.message("a", "1").does_not_see("No message has come yet");
}

#[test]
fn before_the_first_connection_the_tree_says_what_goes_on() {
    let mut journey = Journey::new();
    journey.link(LinkState::Connecting { attempt: 1, step: "waiting for CONNACK".into() });
    journey.sees("Connecting: waiting for CONNACK").sees("connecting");
    journey.lose_link(2, 4).sees("Not connected");
}

#[test]
fn a_removed_filter_is_forgotten() {
    let mut journey = Journey::new();
    journey.subscription("a/#", SubscriptionState::Granted(QoS::AtMostOnce));
    assert_eq!(journey.app.connection().subscriptions.list().len(), 1);
    journey.subscription("a/#", SubscriptionState::Removed);
    assert_eq!(journey.app.connection().subscriptions.list().len(), 0);
}

#[test]
fn the_protocol_spoken_is_shown() {
    let mut journey = Journey::new();
    let since = journey.now;
    journey
        .link(LinkState::Connected {
            since,
            session_present: false,
            protocol: Protocol::V4,
            welcome: Box::default(),
        })
        .sees("MQTT 3.1.1");
}

#[test]
fn falling_behind_is_said_and_ends() {
    let mut journey = Journey::new();
    let message = SessionEvent::Message(journey.plain("a", b"1"));
    let mut batch = vec![(journey.session(), message)];
    mqtt_tui::app::ingest(&mut journey.app, &mut batch, true, journey.now);
    journey.keys("").wait(1.0).sees("behind");
    mqtt_tui::app::ingest(&mut journey.app, &mut batch, false, journey.now);
    journey.wait(1.0).does_not_see("behind");
}

#[test]
fn what_an_earlier_session_left_behind_is_no_news_of_this_one() {
    let mut journey = Journey::new();
    let earlier = journey.session();
    let refused = |cause: &str| {
        let trouble = Trouble { cause: cause.into(), kind: TroubleKind::Login, ..Trouble::default() };
        LinkState::Stopped { trouble: Some(trouble) }
    };
    let mut late = vec![
        (earlier, SessionEvent::Message(journey.plain("earlier", b"1"))),
        (earlier, SessionEvent::Link(refused("refused again"))),
    ];
    // A refused login is begun anew with another one.
    journey.link(refused("not authorised")).keys("bob<tab>secret<enter>");
    assert!(matches!(&journey.effects()[..], [Effect::Connect(HERE, ..)]));
    mqtt_tui::app::ingest(&mut journey.app, &mut late, false, journey.now);
    journey.connect().does_not_see("refused again").does_not_see("earlier");
    let mut news = vec![(journey.session(), SessionEvent::Message(journey.plain("now", b"1")))];
    mqtt_tui::app::ingest(&mut journey.app, &mut news, false, journey.now);
    journey.wait(1.0).sees("now");
}

#[test]
fn the_broker_screen_says_why_it_is_empty() {
    let mut journey = Journey::new();
    journey.keys("2").sees("$SYS/# is not subscribed to");
    journey.subscription("$SYS/#", SubscriptionState::Refused("denied by ACL".into())).sees("denied by ACL");
    journey.message("$SYS/broker/version", "mosquitto version 2.0.11").sees("mosquitto version 2.0.11");
}

#[test]
fn with_only_sys_in_the_tree_it_still_says_why_there_is_nothing_else() {
    let mut journey = Journey::new();
    journey.subscription("nothing/here", SubscriptionState::Granted(QoS::AtMostOnce));
    journey.subscription("$SYS/#", SubscriptionState::Granted(QoS::AtMostOnce)).sees("$SYS/#  granted");
    journey.message("$SYS/broker/uptime", "5 seconds").sees("▸ $SYS").does_not_see("$SYS/#  granted");
    journey.sees("No message has come yet").sees("nothing/here").sees("granted at QoS 0");
    journey.message("a", "1").does_not_see("No message has come yet");
}

#[test]
fn what_happened_is_told_whole_on_a_narrow_terminal() {
    let mut journey = Journey::new();
    let cause =
        "the server's certificate was issued by an authority that is not trusted here: some authority";
    let remedy = "use --cafile FILE with that authority's certificate";
    let trouble = Trouble { cause: cause.into(), remedy: remedy.into(), ..Trouble::default() };
    journey.resize(80, 24).link(LinkState::Stopped { trouble: Some(trouble) });
    journey.sees("not trusted").sees("some authority.").sees("that authority's certificate");
}

#[test]
fn giving_up_keeps_the_reason() {
    let mut journey = Journey::new();
    journey.lose_link(2, 4).link(LinkState::Stopped { trouble: None });
    journey.sees("Given up: Connection refused by here:1883").sees("Press x to connect again.");
    journey.connect().link(LinkState::Stopped { trouble: None }).sees("Disconnected.");
}
