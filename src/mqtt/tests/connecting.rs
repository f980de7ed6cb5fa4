//! From the first attempt to CONNACK: every way it fails, and that it can be called off.

use super::*;

/// A port nobody listens on.
async fn free_port() -> u16 {
    Fake::bind().await.port
}

#[tokio::test]
async fn c01_a_refused_port_is_said_and_tried_again() {
    let port = free_port().await;
    let mut client = Client::start(target(port));
    let trouble = client.waiting().await;
    assert_eq!(trouble.cause, format!("Connection refused by 127.0.0.1:{port}"));
    client.waiting().await;
    let attempts: Vec<u32> = client
        .seen
        .iter()
        .filter_map(|event| match event {
            SessionEvent::Link(LinkState::Connecting { attempt, .. }) => Some(*attempt),
            _ => None,
        })
        .collect();
    assert_eq!(attempts, [1, 2]);
}

#[tokio::test]
async fn c02_c27_resolving_and_connecting_can_be_called_off() {
    let (_fillers, dead) = black_hole().await;
    for host in ["no-such-host.invalid", "127.0.0.1"] {
        let mut target = target(dead.port());
        target.host = host.into();
        let mut client = Client::start_with(target.clone(), Timing::default(), 64);
        client.ask(SessionRequest::Disconnect);
        assert_eq!(client.stopped().await, None);
        client.ask(SessionRequest::Reconnect);
        client.until(|e| matches!(e, SessionEvent::Link(LinkState::Connecting { .. })).then_some(())).await;
        timeout(Duration::from_secs(5), client.session.close()).await.expect("close hangs");
    }
}

#[tokio::test]
async fn c05_a_server_that_accepts_and_says_nothing_is_told_from_a_dead_host() {
    let silent = Fake::bind().await;
    let mut client = Client::start_with(target(silent.port), impatient(), 64);
    let hold = tokio::spawn(async move {
        let mut peers = Vec::new();
        loop {
            peers.push(silent.accept().await);
        }
    });
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("server accepted TCP but did not speak MQTT"), "{trouble:?}");
    assert!(client.seen.iter().any(|event| matches!(
        event,
        SessionEvent::Link(LinkState::Connecting { step, .. }) if step == "waiting for CONNACK (MQTT 3.1.1)"
    )));
    hold.abort();
}

#[tokio::test]
async fn c03_no_answer_to_tcp_is_a_timeout() {
    let (_fillers, dead) = black_hole().await;
    let mut client = Client::start_with(target(dead.port()), impatient(), 64);
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("the TCP connection timed out"), "{trouble:?}");
}

#[tokio::test]
async fn c06_a_web_server_and_an_ssh_server_are_named() {
    let web = Fake::bind().await;
    let mut client = Client::start(target(web.port));
    let mut peer = web.accept().await;
    peer.packet().await;
    let page = format!("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n{}", "<p>no</p>".repeat(20));
    peer.send(page.as_bytes()).await;
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("not an MQTT broker") && trouble.cause.contains("HTTP"), "{trouble:?}");

    let ssh = Fake::bind().await;
    let mut client = Client::start_with(target(ssh.port), impatient(), 64);
    let hold = tokio::spawn(async move {
        let mut peers = Vec::new();
        loop {
            let mut peer = ssh.accept().await;
            peer.send(b"SSH-2.0-OpenSSH_9.6\r\n").await;
            peers.push(peer);
        }
    });
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("SSH-2.0-OpenSSH_9.6"), "{trouble:?}");
    hold.abort();
}

#[tokio::test]
async fn c07_a_late_connack_connects_and_requests_do_not_disturb_it() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    let mut peer = broker.accept().await;
    for id in 0..5 {
        client.publish(id, QoS::AtMostOnce);
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    peer.connack(0, 0).await;
    client.connected().await;
    for id in 0..5 {
        assert_eq!(peer.publish().await.2, id.to_string().into_bytes());
    }
}

#[tokio::test]
async fn c12_bad_credentials_stop_until_asked() {
    let broker = Fake::bind().await;
    let mut with_password = target(broker.port);
    with_password.user = Some("bob".into());
    with_password.password = Some("hunter2".into());
    let mut client = Client::start(with_password);
    broker.accept().await.connack(0, 5).await;
    let trouble = client.stopped().await.expect("a reason");
    assert!(trouble.cause.contains("bad user/password or not allowed"), "{trouble:?}");
    assert!(timeout(Duration::from_millis(300), broker.listener.accept()).await.is_err(), "tried again");
    client.ask(SessionRequest::Reconnect);
    broker.welcome().await;
    client.connected().await;
    assert!(!format!("{:?}", client.seen).contains("hunter2"));
}

#[tokio::test]
async fn c13_each_connack_code_is_explained_and_only_3_is_retried() {
    for (code, words) in [(1, "3.1.1"), (2, "rejected the client id"), (4, "bad user"), (77, "CONNACK 77")] {
        let broker = Fake::bind().await;
        let mut client = Client::start(target(broker.port));
        broker.accept().await.connack(0, code).await;
        let trouble = client.stopped().await.expect("a reason");
        assert!(trouble.cause.contains(words), "{trouble:?}");
    }
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    broker.accept().await.connack(0, 3).await;
    assert!(client.waiting().await.cause.contains("CONNACK 3"));
    broker.welcome().await;
    client.connected().await;
}

#[tokio::test]
async fn c21_a_broker_that_comes_later_is_found() {
    let port = free_port().await;
    let mut client = Client::start(target(port));
    client.waiting().await;
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let late = Fake { listener, port };
    late.welcome().await;
    client.connected().await;
}

#[tokio::test]
async fn c23_keep_alive_0_and_65535_go_out_as_they_are() {
    for keep_alive in [0, 1, 65_535] {
        let broker = Fake::bind().await;
        let mut target = target(broker.port);
        target.keep_alive = keep_alive;
        let mut client = Client::start(target);
        let connect = broker.accept().await.connack(0, 0).await;
        assert_eq!(connect[8..10], keep_alive.to_be_bytes());
        client.connected().await;
    }
}

#[tokio::test]
async fn c23_a_target_that_cannot_work_stops_with_the_reason() {
    let mut target = target(1);
    target.password = Some("x".into());
    let mut client = Client::start(target);
    let trouble = client.stopped().await.expect("a reason");
    assert!(trouble.cause.contains("password without a user name"), "{trouble:?}");
}

#[tokio::test]
async fn an_ipv6_address_is_connected_to() {
    let Ok(listener) = TcpListener::bind(("::1", 0)).await else { return };
    let port = listener.local_addr().unwrap().port();
    let broker = Fake { listener, port };
    let mut target = target(port);
    target.host = "::1".into();
    let mut client = Client::start(target);
    broker.welcome().await;
    client.connected().await;
}

#[test]
fn random_client_ids_differ_and_are_valid_everywhere() {
    let (one, two) = (crate::mqtt::random_client_id(), crate::mqtt::random_client_id());
    assert_ne!(one, two);
    assert!(one.starts_with("mqtt-tui-") && one.len() == 17, "{one}");
    assert!(crate::mqtt::is_random_client_id(&one));
    for chosen in ["", "tester", "mqtt-tui-", "mqtt-tui-kitchen", "mqtt-tui-0badcafe1"] {
        assert!(!crate::mqtt::is_random_client_id(chosen), "{chosen}");
    }
}
