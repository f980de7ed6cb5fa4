//! What CONNACK of MQTT 5 allows is honoured and passed on (C14, E08, E13).

use super::*;

/// A publish that is not like the others in one way.
fn publication(change: impl FnOnce(&mut Publication)) -> Publication {
    let mut publication = Publication {
        topic: "t".into(),
        payload: Bytes::from_static(b"x"),
        qos: QoS::AtMostOnce,
        retain: false,
        properties: None,
    };
    change(&mut publication);
    publication
}

async fn connected(properties: &[u8]) -> (Client, Peer) {
    let broker = Fake::bind().await;
    let client = Client::start(target_v5(broker.port));
    let peer = broker.welcome_v5(properties).await;
    (client, peer)
}

#[tokio::test]
async fn c14_everything_connack_says_is_passed_on() {
    let properties = [
        &[17, 0, 0, 0, 60, 33, 0, 10, 36, 1, 37, 0, 39, 0, 0, 4, 0, 34, 0, 5][..],
        &[18, 0, 2, b'i', b'd', 31, 0, 2, b'h', b'i', 38, 0, 1, b'k', 0, 1, b'v'],
        &[40, 0, 41, 0, 42, 0, 19, 0, 7, 26, 0, 1, b'r', 28, 0, 1, b's'],
    ]
    .concat();
    let (mut client, _peer) = connected(&properties).await;
    let (protocol, welcome) = client.welcome().await;
    let limits = welcome.limits;
    assert_eq!(protocol, Protocol::V5);
    assert!(welcome.peer.starts_with("127.0.0.1:"), "{}", welcome.peer);
    assert_eq!((limits.session_expiry, limits.receive_maximum), (Some(60), Some(10)));
    assert_eq!((limits.maximum_qos, limits.retain_available), (Some(QoS::AtLeastOnce), Some(false)));
    assert_eq!((limits.maximum_packet, limits.topic_alias_maximum), (Some(1024), Some(5)));
    assert_eq!((limits.assigned_client_id.as_deref(), limits.reason.as_deref()), (Some("id"), Some("hi")));
    assert_eq!((limits.wildcards_available, limits.shared_available), (Some(false), Some(false)));
    assert_eq!((limits.subscription_ids_available, limits.keep_alive), (Some(false), Some(7)));
    assert_eq!(
        (limits.response_information.as_deref(), limits.server_reference.as_deref()),
        (Some("r"), Some("s"))
    );
    assert_eq!(limits.user_properties, [("k".to_owned(), "v".to_owned())]);
}

#[tokio::test]
async fn e08_a_publish_above_the_highest_qos_goes_with_that_and_it_is_said_once() {
    let (mut client, mut peer) = connected(&[36, 0]).await;
    for id in 1..=2 {
        client.publish(id, QoS::ExactlyOnce);
        assert_eq!(peer.expect(0x30).await, [0, 1, b't', 0, b'0' + id as u8], "QoS 0: no packet id");
    }
    client.notice("QoS 0 at most").await;
    assert_eq!(client.published(2).await, PublishState::Queued);
    assert_eq!(client.published(2).await, PublishState::Sent);
    let told = client.seen.iter().filter(|e| matches!(e, SessionEvent::Notice(..)));
    assert_eq!(told.count(), 1);
}

#[tokio::test]
async fn e13_what_the_broker_would_not_take_fails_before_it_is_sent() {
    let (mut client, mut peer) = connected(&[37, 0, 39, 0, 0, 0, 50]).await;
    for (id, publication, words) in [
        (1, publication(|p| p.retain = true), "keeps no retained messages"),
        (2, publication(|p| p.payload = vec![0; 60].into()), "has 66 bytes; this broker accepts at most 50"),
    ] {
        client.ask(SessionRequest::Publish(PublishId(id), publication));
        assert_eq!(client.published(id).await, PublishState::Queued);
        let state = client.published(id).await;
        assert!(matches!(&state, PublishState::Failed(reason) if reason.contains(words)), "{state:?}");
    }
    client.publish(3, QoS::AtMostOnce);
    assert_eq!(peer.expect(0x30).await.last(), Some(&b'3'), "the next one goes");
}

#[tokio::test]
async fn e13_no_more_than_the_receive_maximum_are_under_way() {
    let (client, mut peer) = connected(&[33, 0, 2]).await;
    for id in 1..=3 {
        client.publish(id, QoS::AtLeastOnce);
    }
    let first = peer.publish().await.0;
    peer.publish().await;
    assert!(timeout(Duration::from_millis(200), peer.packet()).await.is_err(), "a third is under way");
    peer.ack(0x40, first).await;
    peer.publish().await;
}

#[tokio::test]
async fn c14_the_keep_alive_of_the_server_counts() {
    let (mut client, mut peer) = connected(&[19, 0, 1]).await;
    // Ours is 30 s: a ping within the patience of this test is the server's doing.
    assert_eq!(
        timeout(Duration::from_secs(15), peer.packet()).await.expect("no ping"),
        Some((0xC0, Vec::new()))
    );
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("although the keep alive is 1 s"), "{trouble:?}");
}

#[tokio::test]
async fn c14_an_assigned_client_id_is_used_again() {
    let broker = Fake::bind().await;
    let _client = Client::start(Target { client_id: String::new(), ..target_v5(broker.port) });
    drop(broker.welcome_v5(&[18, 0, 3, b'a', b'b', b'c']).await);
    let connect = broker.accept().await.expect(0x10).await;
    assert!(connect.ends_with(&[0, 3, b'a', b'b', b'c']), "{connect:?}");
}

#[tokio::test]
async fn c14_filters_the_broker_cannot_grant_are_refused_without_asking() {
    let broker = Fake::bind().await;
    let mut target = target_v5(broker.port);
    target.filters =
        ["#", "$share/g/a", "plain"].map(|text| Subscription::new(filter(text), QoS::AtMostOnce)).into();
    target.filters[2].id = Some(5);
    let mut client = Client::start(target);
    let mut peer = broker.welcome_v5(&[40, 0, 41, 0, 42, 0]).await;
    for (text, words) in [("#", "no wildcard"), ("$share/g/a", "no shared")] {
        client
            .subscription(
                text,
                |state| matches!(state, SubscriptionState::Refused(reason) if reason.contains(words)),
            )
            .await;
    }
    // No subscription id: this broker knows none.
    assert_eq!(peer.expect(0x80).await[2..], [&[0, 0, 5][..], b"plain", &[0]].concat());
    client.ask(SessionRequest::Subscribe(Subscription::new(filter("later/#"), QoS::AtMostOnce)));
    client.subscription("later/#", |state| matches!(state, SubscriptionState::Refused(_))).await;
}

#[tokio::test]
async fn b07_the_largest_packet_to_accept_is_announced() {
    let broker = Fake::bind().await;
    let _client = Client::start(Target { max_packet: Some(1_000), ..target_v5(broker.port) });
    let mut peer = broker.accept().await;
    assert_eq!(peer.connack_v5(0, 0, &[]).await[10..16], [5, 39, 0, 0, 3, 232]);
    let _client = Client::start(target_v5(broker.port));
    let mut peer = broker.accept().await;
    assert_eq!(peer.connack_v5(0, 0, &[]).await[10], 0, "the protocol's own limit goes without saying");
}

#[tokio::test]
async fn a_session_to_be_kept_is_kept_for_ever_unless_told_otherwise() {
    for (clean, expiry, sent) in [
        (true, None, &[0][..]),
        (false, None, &[5, 17, 255, 255, 255, 255]),
        (false, Some(60), &[5, 17, 0, 0, 0, 60]),
        (true, Some(60), &[5, 17, 0, 0, 0, 60]),
    ] {
        let broker = Fake::bind().await;
        let target = Target { clean_session: clean, session_expiry: expiry, ..target_v5(broker.port) };
        let _client = Client::start(target);
        let connect = broker.accept().await.expect(0x10).await;
        assert_eq!(connect[7] & 2 != 0, clean);
        assert_eq!(&connect[10..10 + sent.len()], sent);
    }
}
