//! Subscriptions on the wire: packing, order, answers, refusals, and brokers that hang up over them.

use super::*;

fn subscribing(port: u16, filters: &[&str], sys: bool) -> Target {
    let mut target = target(port);
    target.filters = filters.iter().map(|text| Subscription::new(filter(text), QoS::AtMostOnce)).collect();
    target.sys = sys;
    target
}

fn granted(state: &SubscriptionState) -> bool {
    matches!(state, SubscriptionState::Granted(_))
}

fn refused(state: &SubscriptionState) -> bool {
    matches!(state, SubscriptionState::Refused(_))
}

#[tokio::test]
async fn sys_is_subscribed_apart_and_each_suback_finds_its_filters() {
    let broker = Fake::bind().await;
    let mut client = Client::start(subscribing(broker.port, &["a", "b/#"], true));
    let mut peer = broker.welcome().await;
    assert_eq!(peer.suback(&[1, 0]).await, ["a", "b/#"]);
    assert_eq!(peer.suback(&[0]).await, ["$SYS/#"]);
    client.subscription("a", |state| *state == SubscriptionState::Granted(QoS::AtLeastOnce)).await;
    client.subscription("b/#", granted).await;
    client.subscription("$SYS/#", granted).await;
    client.ask(SessionRequest::Subscribe(Subscription::new(filter("c"), QoS::ExactlyOnce)));
    assert_eq!(peer.suback(&[2]).await, ["c"]);
    client.subscription("c", |state| *state == SubscriptionState::Granted(QoS::ExactlyOnce)).await;
    client.ask(SessionRequest::Unsubscribe(filter("a")));
    let body = peer.expect(0xa0).await;
    peer.send(&[0xb0, 2, body[0], body[1]]).await;
    client.subscription("a", |state| *state == SubscriptionState::Removed).await;
}

#[tokio::test]
async fn a_hundred_filters_and_a_hundred_more_are_all_granted() {
    let broker = Fake::bind().await;
    let names: Vec<String> = (0..100).map(|n| format!("f/{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut client = Client::start(subscribing(broker.port, &names, false));
    let mut peer = broker.welcome().await;
    assert_eq!(peer.suback(&[0; 100]).await.len(), 100);
    for n in 0..100 {
        client.ask(SessionRequest::Subscribe(Subscription::new(filter(&format!("g/{n}")), QoS::AtMostOnce)));
    }
    let mut more = 0;
    while more < 100 {
        let body = peer.expect(0x80).await;
        let filters = subscribe_filters(&body);
        more += filters.len();
        let mut suback = vec![0x90, 2 + filters.len() as u8, body[0], body[1]];
        suback.resize(suback.len() + filters.len(), 0);
        peer.send(&suback).await;
    }
    client.subscription("g/99", granted).await;
    let all = client
        .seen
        .iter()
        .filter(|event| matches!(event, SessionEvent::Subscription(_, SubscriptionState::Granted(_))))
        .count();
    assert_eq!(all, 200);
}

#[tokio::test]
async fn c15_a_broker_that_hangs_up_on_sys_is_used_without_it() {
    let broker = Fake::bind().await;
    let mut client = Client::start(subscribing(broker.port, &["#"], true));
    let mut peer = broker.welcome().await;
    peer.suback(&[0]).await;
    assert_eq!(peer.hang_up_on_subscribe().await, ["$SYS/#"]);
    client.subscription("$SYS/#", refused).await;
    let mut peer = broker.welcome().await;
    assert_eq!(peer.suback(&[0]).await, ["#"]);
    client.connected().await;
    client.publish(1, QoS::AtMostOnce);
    assert_eq!(peer.publish().await.2, b"1", "nothing else is asked for");
}

#[tokio::test]
async fn c15_the_one_filter_that_makes_a_broker_hang_up_costs_two_connections() {
    let broker = Fake::bind().await;
    let mut client = Client::start(subscribing(broker.port, &["a", "bad"], true));
    assert_eq!(broker.welcome().await.hang_up_on_subscribe().await, ["a", "bad"]);
    let mut peer = broker.welcome().await;
    assert_eq!(peer.suback(&[0]).await, ["a"]);
    assert_eq!(peer.hang_up_on_subscribe().await, ["bad"]);
    client.subscription("bad", refused).await;
    client.subscription("$SYS/#", refused).await;
    let mut peer = broker.welcome().await;
    assert_eq!(peer.suback(&[0]).await, ["a"]);
    client.connected().await;
    client.publish(1, QoS::AtMostOnce);
    assert_eq!(peer.publish().await.2, b"1");
}

#[tokio::test]
async fn c16_a_denied_filter_is_not_taken_for_silence() {
    let broker = Fake::bind().await;
    let mut client = Client::start(subscribing(broker.port, &["#"], false));
    let mut peer = broker.welcome().await;
    peer.suback(&[0x80]).await;
    client.subscription("#", refused).await;
}

#[tokio::test]
async fn c17_a_subscription_without_answer_is_said_and_sys_follows_all_the_same() {
    let broker = Fake::bind().await;
    let mut client = Client::start_with(subscribing(broker.port, &["#"], true), impatient(), 64);
    let mut peer = broker.welcome().await;
    let late = peer.expect(0x80).await;
    client.subscription("#", |state| *state == SubscriptionState::Unanswered).await;
    assert_eq!(peer.suback(&[0]).await, ["$SYS/#"]);
    peer.send(&[0x90, 3, late[0], late[1], 0]).await;
    client.subscription("#", granted).await;
}

#[tokio::test]
async fn c08_everything_is_subscribed_again_on_a_new_session() {
    let broker = Fake::bind().await;
    let mut client = Client::start(subscribing(broker.port, &["#"], false));
    let mut peer = broker.welcome().await;
    peer.suback(&[0]).await;
    client.subscription("#", granted).await;
    client.ask(SessionRequest::Subscribe(Subscription::new(filter("later"), QoS::AtMostOnce)));
    peer.suback(&[0]).await;
    client.subscription("later", granted).await;
    drop(peer);
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("closed the connection"), "{trouble:?}");
    client.ask(SessionRequest::Unsubscribe(filter("#")));
    let mut peer = broker.welcome().await;
    // The removal may come before or after the new SUBSCRIBE; `later` is asked for either way.
    let filters = peer.suback(&[0, 0]).await;
    assert!(filters.contains(&"later".to_owned()), "{filters:?}");
    client.subscription("later", granted).await;
}
