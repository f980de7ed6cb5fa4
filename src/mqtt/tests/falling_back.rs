//! MQTT 5 first, 3.1.1 once after it: every way a broker shows that it does not speak 5, and what is no such way (C13).

use super::*;

fn either(port: u16) -> Target {
    Target { protocol: ProtocolChoice::Auto, ..target(port) }
}

/// The next connection; the protocol level of its CONNECT.
async fn level(broker: &Fake) -> (Peer, u8) {
    let mut peer = broker.accept().await;
    let connect = peer.expect(0x10).await;
    (peer, connect[6])
}

/// Answers CONNECT of MQTT 5 in some way; gives back a peer that is to stay open.
type Answer = fn(Peer) -> std::pin::Pin<Box<dyn Future<Output = Option<Peer>> + Send>>;

fn sends(peer: Peer, bytes: &'static [u8]) -> std::pin::Pin<Box<dyn Future<Output = Option<Peer>> + Send>> {
    Box::pin(async move {
        let mut peer = peer;
        peer.send(bytes).await;
        Some(peer)
    })
}

#[tokio::test]
async fn c13_a_broker_without_mqtt_5_is_reached_with_3_1_1_which_is_said_and_remembered() {
    let ways: [(Answer, &str); 6] = [
        (|peer| sends(peer, &[0x20, 3, 0, 0x84, 0]), "does not accept MQTT 5 (CONNACK 0x84)"),
        (|peer| sends(peer, &[0x20, 2, 0, 0x84]), "does not accept MQTT 5 (CONNACK 0x84)"),
        (|peer| sends(peer, &[0x20, 2, 0, 1]), "does not accept MQTT 5 (CONNACK 0x01)"),
        (|peer| sends(peer, &[0x20, 2, 0, 0]), "answered MQTT 5 as 3.1.1 does"),
        (
            |peer| {
                Box::pin(async {
                    drop(peer);
                    None
                })
            },
            "closed the connection without answering",
        ),
        (|peer| Box::pin(async { Some(peer) }), "gave no answer to CONNECT of MQTT 5"),
    ];
    for (answer, words) in ways {
        let broker = Fake::bind().await;
        let mut client = Client::start(either(broker.port));
        let (peer, first) = level(&broker).await;
        assert_eq!(first, 5);
        let _open = answer(peer).await;
        let (mut peer, second) = level(&broker).await;
        assert_eq!(second, 4);
        peer.send(&[0x20, 2, 0, 0]).await;
        client.notice(&format!("speaking MQTT 3.1.1: the broker {words}")).await;
        let (protocol, welcome) = client.welcome().await;
        assert_eq!(protocol, Protocol::V4);
        assert!(welcome.fell_back.as_ref().is_some_and(|why| why.contains(words)), "{welcome:?}");
        drop(peer);
        let (mut peer, third) = level(&broker).await;
        assert_eq!(third, 4, "what worked is remembered");
        peer.send(&[0x20, 2, 0, 0]).await;
        assert_eq!(client.welcome().await.1.fell_back, welcome.fell_back);
        let notices = client
            .seen
            .iter()
            .filter(|e| matches!(e, SessionEvent::Notice(_, text) if text.contains("speaking")));
        assert_eq!(notices.count(), 1, "it is said once");
    }
}

#[tokio::test]
async fn c13_a_broker_that_does_not_speak_3_1_1_either_is_not_held_to() {
    let broker = Fake::bind().await;
    let mut client = Client::start(either(broker.port));
    for expected in [5, 4, 5] {
        let (peer, level) = level(&broker).await;
        assert_eq!(level, expected);
        drop(peer);
    }
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("without answering CONNECT"), "{trouble:?}");
}

#[tokio::test]
async fn c01_c13_a_server_that_goes_on_hanging_up_is_asked_for_tls_once_and_for_3_1_1_every_second_time() {
    let broker = Fake::bind().await;
    let _client = Client::start(either(broker.port));
    let mut asked = Vec::new();
    for _ in 0..9 {
        let (mut stream, _) = timeout(PATIENCE, broker.listener.accept()).await.expect("nobody").unwrap();
        let mut first = [0; 9];
        stream.read_exact(&mut first).await.unwrap();
        asked.push(if first[0] == TLS_HANDSHAKE {
            "TLS"
        } else {
            ["3.1.1", "5"][usize::from(first[8] == 5)]
        });
    }
    assert_eq!(asked, ["5", "3.1.1", "TLS", "5", "5", "3.1.1", "5", "5", "3.1.1"]);
}

#[tokio::test]
async fn c13_a_refusal_of_mqtt_5_in_words_lets_3_1_1_be_tried_whatever_came_before() {
    let broker = Fake::bind().await;
    let mut client = Client::start(either(broker.port));
    for _ in 0..2 {
        drop(level(&broker).await);
    }
    let (mut peer, first) = level(&broker).await;
    assert_eq!(first, 5);
    peer.send(&[0x20, 2, 0, 1]).await;
    let (mut peer, second) = level(&broker).await;
    assert_eq!(second, 4);
    peer.send(&[0x20, 2, 0, 0]).await;
    assert_eq!(client.welcome().await.0, Protocol::V4);
}

#[tokio::test]
async fn c12_a_refused_login_is_not_tried_again_with_the_other_version() {
    for refusal in [&[0x20, 3, 0, 0x86, 0][..], &[0x20, 2, 0, 5]] {
        let broker = Fake::bind().await;
        let mut client = Client::start(either(broker.port));
        let (mut peer, _) = level(&broker).await;
        peer.send(refusal).await;
        let trouble = client.stopped().await.expect("a reason");
        assert_eq!(trouble.kind, crate::model::TroubleKind::Login, "{trouble:?}");
        assert!(timeout(Duration::from_millis(300), broker.listener.accept()).await.is_err(), "tried again");
    }
}

#[tokio::test]
async fn c13_a_broker_that_spoke_5_before_and_is_restarting_is_not_taken_for_an_old_one() {
    let broker = Fake::bind().await;
    let mut client = Client::start(either(broker.port));
    drop(broker.welcome_v5(&[]).await);
    assert_eq!(client.welcome().await.0, Protocol::V5);
    // A proxy in front of a broker that is down accepts and closes.
    let (peer, first) = level(&broker).await;
    drop(peer);
    let (mut peer, second) = level(&broker).await;
    assert_eq!((first, second), (5, 5));
    peer.send(&[0x20, 3, 0, 0, 0]).await;
    let (protocol, welcome) = client.welcome().await;
    assert_eq!((protocol, welcome.fell_back), (Protocol::V5, None));
}

#[tokio::test]
async fn c06_a_server_of_another_kind_is_asked_once() {
    let broker = Fake::bind().await;
    let mut client = Client::start(either(broker.port));
    let (mut peer, _) = level(&broker).await;
    peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("a web server"), "{trouble:?}");
    assert_eq!(level(&broker).await.1, 5);
}

#[tokio::test]
async fn c13_a_pinned_version_is_the_only_one_tried() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target_v5(broker.port));
    let (mut peer, first) = level(&broker).await;
    assert_eq!(first, 5);
    peer.send(&[0x20, 3, 0, 0x84, 0]).await;
    let trouble = client.stopped().await.expect("a reason");
    assert!(trouble.cause.contains("does not accept MQTT 5"), "{trouble:?}");
    assert!(trouble.remedy.contains("other protocol version"));

    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    let (mut peer, first) = level(&broker).await;
    assert_eq!(first, 4);
    peer.send(&[0x20, 2, 0, 1]).await;
    assert!(client.stopped().await.expect("a reason").cause.contains("does not accept MQTT 3.1.1"));
}
