//! Names, addresses and TCP.

use std::net::SocketAddr;

use super::super::address;
use super::*;
use crate::mqtt::explain::TcpFault;
use crate::mqtt::tests::black_hole;
use crate::mqtt::transport::Facts;

#[tokio::test]
async fn a_plain_way_opens_and_tells_its_steps() {
    let (port, _server) = server(echo).await;
    let target = target(Transport::Tcp, port);
    let mut opened = opening(&target).await.unwrap();
    echoes(&mut *opened.stream).await;
    assert_eq!(opened.facts.peer, format!("127.0.0.1:{port}"));
    assert_eq!((opened.facts.dns_took, opened.facts.tls), (None, None));

    let (step, steps) = watch::channel(String::new());
    let soon = Instant::now() + PATIENCE;
    open(&target, &Timing::default(), soon, &step).await.unwrap();
    assert_eq!(*steps.borrow(), format!("connecting to 127.0.0.1:{port}"));
}

#[tokio::test]
async fn a_name_is_resolved_and_its_addresses_are_known() {
    let (port, _server) = server(echo).await;
    let mut named = target(Transport::Tcp, port);
    named.host = "localhost".into();
    let opened = opening(&named).await.unwrap();
    assert!(opened.facts.dns.contains(&"127.0.0.1".parse().unwrap()), "{:?}", opened.facts);
    assert!(opened.facts.dns_took.is_some());
}

#[tokio::test]
async fn c01_a_refused_port_is_said() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (trouble, retry) = trouble(&target(Transport::Tcp, free)).await;
    assert_eq!(trouble.cause, format!("Connection refused by 127.0.0.1:{free}"));
    assert!(retry && trouble.remedy.contains("is a broker listening there?"), "{trouble:?}");
}

#[tokio::test]
async fn c02_a_name_that_does_not_exist_has_words_of_its_own() {
    let mut nowhere = target(Transport::Tcp, 1883);
    nowhere.host = "no-such-host.invalid".into();
    let (trouble, retry) = trouble(&nowhere).await;
    assert!(trouble.cause.contains("no-such-host.invalid"), "{trouble:?}");
    assert!(retry && trouble.remedy.contains("DNS"), "{trouble:?}");
}

#[tokio::test]
async fn c03_an_address_that_does_not_answer_uses_up_the_time_and_no_more() {
    let (_fillers, dead) = black_hole().await;
    let target = target(Transport::Tcp, dead.port());
    let fault = opening_within(&target, Duration::from_millis(600)).await.err().unwrap();
    assert_eq!(fault, Fault::from(TcpFault::Timeout { at: dead.to_string() }));
    assert!(told(&fault, &target).0.cause.contains("timed out"));
}

async fn first_of(addresses: &[SocketAddr]) -> Result<SocketAddr, TcpFault> {
    let (step, _steps) = watch::channel(String::new());
    let soon = Instant::now() + Duration::from_secs(5);
    let mut facts = Facts::default();
    let timing = Timing::default();
    let stream = address::connect(addresses, "broker.lan:1", &timing, soon, &step, &mut facts).await?;
    assert_eq!(facts.peer, stream.peer_addr().unwrap().to_string());
    Ok(stream.peer_addr().unwrap())
}

#[tokio::test]
async fn c04_a_dead_address_is_passed_by_the_next_one_while_it_hangs() {
    let (_fillers, dead) = black_hole().await;
    let (port, _server) = server(echo).await;
    let live = SocketAddr::from(([127, 0, 0, 1], port));
    // Waiting for the dead one would use up the time.
    assert_eq!(first_of(&[dead, live]).await, Ok(live));
}

#[tokio::test]
async fn c04_a_refusal_passes_to_the_next_address_and_is_told_when_none_is_left() {
    let refusing = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (port, _server) = server(echo).await;
    let live = SocketAddr::from(([127, 0, 0, 1], port));
    assert_eq!(first_of(&[refusing, live]).await, Ok(live));
    assert_eq!(first_of(&[refusing]).await, Err(TcpFault::Refused { at: "broker.lan:1".into() }));
}

#[tokio::test]
async fn c22_an_ipv6_address_and_one_with_a_zone_are_understood() {
    let (step, _steps) = watch::channel(String::new());
    let soon = Instant::now() + PATIENCE;
    let mut facts = Facts::default();
    let found = address::resolve("::1", 1883, soon, &step, &mut facts).await.unwrap();
    assert_eq!(found, ["[::1]:1883".parse().unwrap()]);
    if cfg!(target_os = "linux") {
        // The interface lo is there on every Linux, with index 1.
        let found = address::resolve("fe80::1%lo", 1883, soon, &step, &mut facts).await.unwrap();
        assert_eq!(found, ["[fe80::1%1]:1883".parse().unwrap()]);
        let unknown = address::resolve("fe80::1%nonesuch", 1883, soon, &step, &mut facts).await.unwrap_err();
        let (trouble, _) = told(&unknown.into(), &target(Transport::Tcp, 1));
        assert!(trouble.remedy.contains("'nonesuch'"), "{trouble:?}");
    }
    assert_eq!(facts.dns_took, None, "an address is not a name");
}

#[tokio::test]
async fn c02_giving_up_half_way_closes_what_is_open() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // TLS with a server that says nothing: the handshake hangs.
    let target = unchecked(listener.local_addr().unwrap().port());
    let opening = tokio::spawn(async move { opening(&target).await.map(|opened| opened.facts) });
    let (mut stream, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    stream.read_u8().await.unwrap();
    opening.abort();
    let mut rest = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("the socket is closed").unwrap();
}
