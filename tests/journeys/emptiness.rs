//! Why a tree is empty, told in the tree.

use mqtt_tui::config::Profile;
use mqtt_tui::model::{QoS, Subscription, SubscriptionState, Target, TopicFilter};

use crate::language::Journey;

fn granted() -> SubscriptionState {
    SubscriptionState::Granted(QoS::AtMostOnce)
}

fn on(host: &str) -> Journey {
    let target = Target { filters: Profile::everything(), ..Target::new(host, 1883, "journey") };
    Journey::on(Profile::new("here", target))
}

#[test]
fn five_seconds_after_suback_an_empty_tree_says_why() {
    let mut journey = on("here");
    journey.subscription("#", granted()).wait(4.0).does_not_see("Why is it empty?");
    journey
        .wait(1.0)
        .sees("Why is it empty?")
        .sees("#  granted at QoS 0: nothing retained, nothing sent since");
    journey.sees("p publishes a test message").sees("'#' does not include topics that start with $");
    journey
        .sees("Some brokers grant a filter and then send only what their ACL")
        .message("a", "1")
        .does_not_see("Why is it empty?");
}

#[test]
fn without_an_answer_it_does_not_guess() {
    let mut journey = on("here");
    journey.wait(60.0).does_not_see("Why is it empty?").sees("asked for, no answer yet");
}

#[test]
fn c16_a_refused_filter_stays_told_with_what_to_do() {
    let mut journey = on("here");
    journey.subscription("#", SubscriptionState::Refused("not authorized".into())).wait(600.0);
    journey.sees("refused: not authorized").sees("Press s to subscribe to a narrower filter.").sees("EMQX");
    journey.sees("1 filter refused");
}

#[test]
fn the_hint_is_for_the_broker_at_hand() {
    for (host, words) in [
        ("x.iot.eu-west-1.amazonaws.com", "iot:Receive"),
        ("hub.azure-devices.net", "devicebound"),
        ("a.s1.eu.hivemq.cloud", "permissions of the credentials"),
    ] {
        on(host).subscription("#", granted()).wait(6.0).sees(words);
    }
    let mut journey = on("here");
    journey.subscription("#", granted()).message("$SYS/broker/version", "mosquitto version 2.0.20").wait(6.0);
    journey.sees("mosquitto grants a filter and then sends only what its ACL");
    journey.sees("▸ $SYS");
}

#[test]
fn what_is_muted_and_excluded_is_named_as_the_reason() {
    let mut journey = on("here");
    journey.subscription("#", granted()).keys("sm<esc>").message("a", "1").message("b", "1").wait(6.0);
    journey.sees("2 messages came and match a muted or excluded filter: press s.").sees("2 muted");
    journey.sees(": 2 messages came and are not shown").does_not_see("nothing sent");
}

#[test]
fn what_is_excluded_from_the_start_is_not_said_to_be_missing() {
    let mut journey = on("here");
    journey.keys("sxa/#<enter><esc>").subscription("#", granted()).message("a/b", "1");
    journey
        .sees("No message is shown yet.")
        .sees("1 message came and is not shown")
        .does_not_see("No message has");
}

#[test]
fn no_filter_at_all_is_named_as_the_reason() {
    let mut journey = on("here");
    journey.subscription("#", granted()).keys("sd<esc>").subscription("#", SubscriptionState::Removed);
    journey.wait(6.0).sees("No filter is subscribed to: press s to add one.");
}

#[test]
fn it_fits_a_small_screen() {
    let mut journey = on("here");
    journey.subscription("#", SubscriptionState::Refused("not authorized".into())).wait(6.0).resize(80, 24);
    journey.sees("Why is it empty?").sees("Press s to subscribe").sees("Try: p publishes");
}

#[test]
fn nothing_is_said_of_a_wildcard_that_nobody_asked_for() {
    let target =
        Target { filters: vec![subscription("home/kitchen")], ..Target::new("here", 1883, "journey") };
    let mut journey = Journey::on(Profile::new("here", target));
    journey.subscription("home/kitchen", granted()).does_not_see("start with $");
    journey.wait(6.0).sees("Why is it empty?").does_not_see("start with $");
}

#[test]
fn c16_when_every_filter_was_refused_no_message_is_waited_for() {
    let target =
        Target { filters: vec![subscription("home/kitchen")], ..Target::new("here", 1883, "journey") };
    let mut journey = Journey::on(Profile::new("here", target));
    journey.subscription("home/kitchen", SubscriptionState::Refused("not authorized".into()));
    journey.sees("nothing is subscribed to: press s").does_not_see("No message has come yet");
}

fn subscription(filter: &str) -> Subscription {
    Subscription::new(TopicFilter::parse(filter).expect("a filter"), QoS::AtMostOnce)
}
