//! The publish pane: what is filled in, refused, sent, and what became of it.

use std::time::Duration;

use mqtt_tui::app::Done;
use mqtt_tui::app::{Action, Effect, Field, SessionRequestName, update};
use mqtt_tui::model::{PublishId, PublishState, QoS, Severity};

use crate::language::{HERE, Journey};

fn lamp() -> Journey {
    let mut journey = Journey::knowing(&[("home/lamp/set", "off"), ("home/lamp/state", "off")]);
    journey.keys("gjj");
    assert_eq!(journey.selected(), "home/lamp/set");
    journey
}

/// What the row of the newest sent message says.
fn fate(journey: &Journey) -> PublishState {
    journey.app.connection().publish.sent().next().expect("something was sent").state.clone()
}

#[test]
fn the_topic_comes_from_the_selection_and_the_bytes_go_out_as_typed() {
    let mut journey = lamp();
    journey.keys("p").sees("home/lamp/set");
    journey.keys("{\"on\":true}<enter>  second line ü<ctrl-s>");
    let (_, publication) = journey.published();
    assert_eq!(publication.topic, "home/lamp/set");
    assert_eq!(&publication.payload[..], "{\"on\":true}\n  second line ü".as_bytes());
    assert_eq!((publication.qos, publication.retain), (QoS::AtMostOnce, false));
}

#[test]
fn nothing_is_sent_before_the_user_says_so() {
    let mut journey = lamp();
    journey.keys("pon<enter><tab><tab><tab><esc>");
    assert_eq!(journey.effects(), []);
}

#[test]
fn an_edited_topic_is_kept_for_the_same_selection_and_replaced_for_another() {
    let mut journey = lamp();
    journey.keys("p<backtab>/edited<esc>p");
    assert_eq!(journey.app.connection().publish.topic.value(), "home/lamp/set/edited");
    journey.keys("<esc>jp");
    assert_eq!(journey.app.connection().publish.topic.value(), "home/lamp/state");
}

#[test]
fn the_payload_is_kept_when_the_pane_is_closed_and_opened() {
    let mut journey = lamp();
    journey.keys("pon<esc>p");
    assert_eq!(journey.app.connection().publish.payload_text(), "on");
    journey.keys("<ctrl-l>");
    assert_eq!(journey.app.connection().publish.payload_text(), "");
}

#[test]
fn qos_and_retain_are_set_by_keys_and_in_their_fields() {
    let mut journey = lamp();
    journey.keys("pon<ctrl-q><ctrl-r><ctrl-s>");
    let (_, publication) = journey.published();
    assert_eq!((publication.qos, publication.retain), (QoS::AtLeastOnce, true));
    journey.keys("<ctrl-q><ctrl-q>");
    assert_eq!(journey.app.connection().publish.qos, QoS::AtMostOnce, "round and round");
    journey.keys("<tab>2<tab> <tab><enter>");
    let (_, publication) = journey.published();
    assert_eq!((publication.qos, publication.retain), (QoS::ExactlyOnce, false));
}

#[test]
fn letters_and_q_are_text_in_the_pane() {
    let mut journey = lamp();
    journey.keys("pq? :1x t");
    assert_eq!(journey.app.connection().publish.payload_text(), "q? :1x t");
    assert_eq!(journey.effects(), []);
}

#[test]
fn e01_topics_that_cannot_be_published_are_refused_in_place_with_the_reason() {
    for (topic, reason) in [
        ("a/+/b", "'+' is a wildcard"),
        ("a/#", "'#' is a wildcard"),
        ("", "a topic needs at least one character"),
    ] {
        let mut journey = Journey::new();
        journey.keys("p").paste(topic).keys("<tab>hello<ctrl-s>");
        assert_eq!(journey.effects(), [], "{topic}");
        journey.sees("not sent").sees(reason);
        assert_eq!(journey.app.connection().publish.field, Field::Topic, "the cursor is where the fault is");
    }
    let mut journey = Journey::new();
    journey.keys("p").paste(&"x".repeat(65_536)).keys("<ctrl-s>");
    assert_eq!(journey.effects(), []);
    journey.sees("65,535 bytes");
}

#[test]
fn e01_a_topic_of_exactly_the_longest_length_is_sent() {
    let mut journey = Journey::new();
    journey.keys("p").paste(&"x".repeat(65_535)).keys("<ctrl-s>");
    assert_eq!(journey.published().1.topic.len(), 65_535);
}

#[test]
fn e02_a_topic_with_a_dollar_is_asked_about_first() {
    let mut journey = Journey::new();
    journey.keys("p$SYS/x<tab>1<ctrl-s>").sees("not sent yet").sees("send again to try");
    assert_eq!(journey.effects(), []);
    journey.keys("<ctrl-s>");
    assert_eq!(journey.published().1.topic, "$SYS/x");
    journey.keys("<backtab>/y<ctrl-s>").sees("not sent yet");
    assert_eq!(journey.effects(), [], "another topic is another question");
}

#[test]
fn e10_an_empty_retained_payload_warns_that_it_deletes() {
    let mut journey = lamp();
    journey.keys("p<ctrl-r>").sees("deletes the retained message");
    journey.keys("x").does_not_see("deletes the retained message");
    journey.keys("<ctrl-l><ctrl-s>");
    let (_, publication) = journey.published();
    assert!(publication.retain && publication.payload.is_empty(), "warned, not forbidden");
}

#[test]
fn e09_every_state_of_a_publish_is_shown() {
    let mut journey = lamp();
    journey.keys("p<ctrl-q>on<ctrl-s>").sees("queued");
    let (id, _) = journey.published();
    journey.publish_became(id, PublishState::Sent).sees("sent, not yet acknowledged");
    journey
        .publish_became(id, PublishState::Acknowledged(Duration::from_millis(3)))
        .sees("acknowledged in 3.0 ms");
    journey.keys("<ctrl-s>");
    let (id, _) = journey.published();
    journey.publish_became(id, PublishState::Failed("not authorized".into())).sees("failed: not authorized");
    assert!(journey.notice().contains("home/lamp/set") && journey.notice().contains("not authorized"));
    journey.keys("<ctrl-s>");
    let (id, _) = journey.published();
    journey
        .publish_became(id, PublishState::Sent)
        .publish_became(id, PublishState::Lost("the link broke".into()));
    journey.sees("may be lost: the link broke");
    journey.keys("<ctrl-q><ctrl-q><ctrl-s>");
    let (id, _) = journey.published();
    journey.publish_became(id, PublishState::Sent).sees("sent (no answer at QoS 0)");
}

#[test]
fn e09_a_final_state_is_never_taken_back_nor_told_twice() {
    let mut journey = lamp();
    journey.keys("p<ctrl-q>on<ctrl-s>");
    let (id, _) = journey.published();
    journey.publish_became(id, PublishState::Failed("quota exceeded".into()));
    let notices = journey.notices();
    for late in [PublishState::Queued, PublishState::Sent, PublishState::Acknowledged(Duration::ZERO)] {
        journey.publish_became(id, late);
        assert_eq!(fate(&journey), PublishState::Failed("quota exceeded".into()));
    }
    assert_eq!(journey.notices(), notices, "one failure, one notice: {}", journey.notice());
}

#[test]
fn e09_a_failure_is_told_even_when_many_were_sent_since() {
    let mut journey = lamp();
    journey.keys("p<ctrl-q>on<ctrl-s>");
    let (first, _) = journey.published();
    for _ in 0..60 {
        journey.keys("<ctrl-s>");
        let (id, _) = journey.published();
        journey.publish_became(id, PublishState::Acknowledged(Duration::ZERO));
    }
    journey.publish_became(first, PublishState::Lost("the link broke".into()));
    assert!(journey.notice().contains("the link broke"), "{}", journey.notice());
}

#[test]
fn e09_a_request_that_did_not_reach_the_session_is_a_failure() {
    let mut journey = lamp();
    journey.keys("pon<ctrl-s>");
    let (id, _) = journey.published();
    let refused = Done::RequestRefused(HERE, SessionRequestName::Publish(id), "the session has ended".into());
    update(&mut journey.app, Action::Done(refused), journey.now);
    assert_eq!(fate(&journey), PublishState::Failed("the session has ended".into()));
}

#[test]
fn an_acknowledgement_is_a_notice_when_the_pane_is_closed() {
    let mut journey = lamp();
    journey.keys("p<ctrl-q>on<ctrl-s><esc>");
    let (id, _) = journey.published();
    journey.publish_became(id, PublishState::Acknowledged(Duration::from_millis(12)));
    assert!(journey.notice().contains("acknowledged in 12 ms"), "{}", journey.notice());
}

#[test]
fn ids_are_not_used_twice() {
    let mut journey = lamp();
    let mut seen: Vec<PublishId> = Vec::new();
    journey.keys("pon");
    for _ in 0..5 {
        journey.keys("<ctrl-s>");
        let (id, _) = journey.published();
        assert!(!seen.contains(&id));
        seen.push(id);
    }
}

#[test]
fn sending_while_not_connected_says_that_it_waits() {
    let mut journey = lamp();
    journey.lose_link(2, 5).keys("pon<ctrl-s>");
    assert!(journey.notice().contains("not connected"), "{}", journey.notice());
    journey.published();
}

#[test]
fn read_only_refuses_to_publish_and_says_why() {
    let mut journey = Journey::read_only();
    journey.message("a", "1").keys("p");
    assert!(!journey.app.connection().publish.open);
    journey.sees("read-only");
    assert!(journey.notice().contains("read-only"), "{}", journey.notice());
    journey.keys(":send<enter>");
    assert_eq!(journey.effects(), []);
    assert!(journey.notice().contains("read-only"), "{}", journey.notice());
}

#[test]
fn nothing_is_sent_from_a_pane_that_is_not_on_screen() {
    let mut journey = lamp();
    journey.keys("pon<esc>:send the message<enter>");
    assert_eq!(journey.effects(), [], "the palette must not send what nobody looks at");
    let newest = journey.app.notices.newest_first().next().expect("it is said why");
    assert_eq!(newest.severity, Severity::Warning);
}

#[test]
fn a13_what_is_pasted_goes_into_the_field_and_triggers_nothing() {
    let mut journey = lamp();
    journey.keys("p").paste("q\nline\r\n\x1b]52;c;AAAA\x07\ttab\x03");
    assert_eq!(journey.app.connection().publish.payload_text(), "q\nline\n]52;c;AAAA\ttab");
    assert_eq!(journey.effects(), []);
    journey.keys("<backtab>").paste("/x\ny\x1b");
    assert_eq!(journey.app.connection().publish.topic.value(), "home/lamp/set/xy");
}

#[test]
fn a13_what_is_pasted_outside_of_fields_does_nothing() {
    let mut journey = lamp();
    journey.paste("q\nppp:quit\n");
    assert_eq!(journey.effects(), []);
    assert!(!journey.app.connection().publish.open);
    journey.keys("?").paste("q").keys("<esc>!").paste("q");
    assert_eq!(journey.effects(), []);
}

#[test]
fn e14_what_is_too_much_for_the_editor_is_refused_in_words() {
    let mut journey = lamp();
    journey.keys("p").paste(&"x".repeat(1 << 20)).sees("the editor holds at most");
    assert_eq!(journey.app.connection().publish.payload_text(), "");
    journey.paste(&"\n".repeat(5_000)).sees("the editor holds at most");
    journey.keys("<backtab>").paste(&"t".repeat(1 << 20)).sees("not pasted: a line holds at most 128 KiB");
    assert_eq!(journey.app.connection().publish.topic.value(), "home/lamp/set");
    journey.keys("<left><left><left>").paste("re").keys("-");
    assert_eq!(journey.app.connection().publish.topic.value(), "home/lamp/re-set", "at the cursor");
}

#[test]
fn a_send_from_the_button_respects_the_same_checks() {
    let mut journey = Journey::new();
    journey.keys("pa/#<tab><tab><tab><tab><enter>").sees("not sent");
    assert!(!journey.effects().iter().any(|effect| matches!(effect, Effect::Request(..))));
}

#[test]
fn what_was_written_and_not_sent_keeps_its_topic_and_what_was_sent_goes_where_one_looks() {
    let mut journey = Journey::knowing(&[("a", "1"), ("b", "2")]);
    journey.keys("gp").paste("for a").keys("<esc>jp").sees("not sent yet: still for a").keys("<ctrl-s>");
    assert_eq!(journey.published().1.topic, "a");
    journey.keys("<esc>p<ctrl-s>");
    assert_eq!(journey.published().1.topic, "b", "sent once, it may be sent to the others");
    journey.keys("<esc>gP<esc>jp").sees("still for a").keys("<ctrl-l><esc>p").paste("for b").keys("<ctrl-s>");
    assert_eq!(journey.published().1.topic, "b");
}

#[test]
fn while_the_past_is_shown_the_pane_says_that_this_goes_out_now() {
    let mut journey = Journey::knowing(&[("a", "1"), ("b", "2")]);
    journey.keys("p").does_not_see("goes out now").keys("<esc>").wait(1.0).keys(",p");
    journey
        .sees("you look at the past; this goes out now")
        .keys("<esc><space>p")
        .does_not_see("goes out now");
}
