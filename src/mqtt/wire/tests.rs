//! The wire over an in-memory stream: both directions, in pieces, and against bytes that make no sense.

use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;

use super::*;
use crate::model::QoS;

const PATIENCE: Duration = Duration::from_secs(20);

/// A wire, and the other end of its stream, which holds `room` bytes each way.
fn pair(protocol: Protocol, room: usize) -> (Wire, DuplexStream) {
    let (ours, theirs) = duplex(room);
    (Wire::new(Box::new(ours), protocol, None), theirs)
}

fn publication(payload: usize) -> Publication {
    let payload = Bytes::from(vec![b'x'; payload]);
    Publication { topic: "t".into(), payload, qos: QoS::AtMostOnce, retain: false, properties: None }
}

#[tokio::test]
async fn c19_a_peer_that_takes_nothing_does_not_keep_us_from_reading() {
    for payload in [10_000, 3_000_000] {
        reads_while_writing(payload).await;
    }
}

async fn reads_while_writing(payload: usize) {
    let (mut wire, mut peer) = pair(Protocol::V4, 64);
    wire.publish(&publication(payload), 0, false).unwrap();
    let end = wire.queued();
    assert_eq!(wire.turn(false).await.unwrap(), Turn::Wrote);
    assert!(wire.left() < end && wire.stalled().is_some());
    peer.write_all(&[0xD0, 0]).await.unwrap();
    let turn = timeout(PATIENCE, wire.turn(true)).await.expect("nothing is read").unwrap();
    assert!(matches!(turn, Turn::Read { .. }));
    assert!(matches!(wire.take(Moment::default()), Ok(Some(Incoming::PingResp))));
    // And once it takes, everything leaves.
    let mut taken = vec![0; usize::try_from(end).unwrap()];
    let taking = tokio::spawn(async move {
        peer.read_exact(&mut taken).await.unwrap();
        (peer, taken)
    });
    while wire.left() < end {
        timeout(PATIENCE, wire.turn(true)).await.expect("nothing is taken").unwrap();
    }
    let (_peer, taken) = taking.await.unwrap();
    assert_eq!(&taken[taken.len() - payload..], &vec![b'x'; payload][..]);
    assert_eq!(wire.stalled(), None);
}

#[tokio::test]
async fn c19_a_peer_that_takes_no_acknowledgements_is_read_no_further_however_large_the_request_before_them()
{
    for payload in [10, 3_000_000] {
        let (mut wire, mut peer) = pair(Protocol::V4, 64);
        wire.publish(&publication(payload), 0, false).unwrap();
        for _ in 0..WRITE_MOST / 4 + 64 {
            wire.acknowledge(Answer::PubAck, 1);
        }
        assert_eq!(wire.turn(true).await.unwrap(), Turn::Wrote);
        peer.write_all(&[0xD0, 0]).await.unwrap();
        assert!(wire.turn(true).now_or_never().is_none(), "{payload}");
    }
}

#[tokio::test]
async fn a_turn_that_is_dropped_loses_nothing() {
    let (mut wire, mut peer) = pair(Protocol::V4, 1024);
    for half in [&[0x30, 5, 0, 1][..], b"ahi"] {
        let dropped = timeout(Duration::from_millis(20), wire.turn(true)).await;
        assert!(dropped.is_err());
        peer.write_all(half).await.unwrap();
        wire.turn(true).await.unwrap();
    }
    let Ok(Some(Incoming::Publish(delivery))) = wire.take(Moment::default()) else { panic!("no message") };
    assert_eq!((delivery.message.topic.as_str(), &delivery.message.payload[..]), ("a", &b"hi"[..]));
}

#[tokio::test]
async fn what_was_received_before_writing_failed_can_still_be_read() {
    let (mut wire, mut peer) = pair(Protocol::V5, 1024);
    peer.write_all(&[0xE0, 1, 0x8B]).await.unwrap();
    drop(peer);
    wire.ping();
    assert!(matches!(wire.turn(true).await, Ok(Turn::Read { .. })));
    assert!(
        matches!(wire.take(Moment::default()), Ok(Some(Incoming::Disconnect(stated))) if stated.code == 0x8B)
    );
    assert!(matches!(wire.turn(true).await, Err(Lost::Closed)));
}

#[test]
fn e13_nothing_above_the_brokers_packet_limit_is_handed_over() {
    let (mut wire, _peer) = pair(Protocol::V5, 64);
    wire.limit_packets(20);
    assert_eq!(wire.publish(&publication(15), 0, false), Err(TooLarge(21)));
    assert_eq!(wire.queued(), 0);
    assert_eq!(wire.publish(&publication(14), 0, false), Ok(()));
    assert_eq!(wire.queued(), 20);
}

/// Has a wire read these bytes to the end or to the first fault.
fn read_all(protocol: Protocol, limit: Option<u32>, bytes: &[u8]) -> usize {
    let mut frames = Frames::new(limit);
    frames.room().extend_from_slice(bytes);
    std::iter::from_fn(|| frames.next(protocol, Moment::default()).ok().flatten()).count()
}

proptest! {
    #[test]
    fn c20_no_bytes_from_a_broker_make_it_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        limit in proptest::option::of(16u32..100),
    ) {
        for protocol in [Protocol::V4, Protocol::V5] {
            prop_assert!(read_all(protocol, limit, &bytes) <= bytes.len() / 2);
        }
    }

    #[test]
    fn c20_no_body_of_any_packet_makes_it_panic(
        first: u8,
        body in proptest::collection::vec(prop_oneof![any::<u8>(), 0u8..45], 0..100),
        limit in proptest::option::of(16u32..100),
    ) {
        let packet = [&[first, body.len() as u8][..], &body, &[0xD0, 0]].concat();
        for protocol in [Protocol::V4, Protocol::V5] {
            // Either a fault, or both it and the PINGRESP behind it: its length is never misread.
            let read = read_all(protocol, limit, &packet);
            prop_assert!(read == 0 || read == 2, "{read} of {packet:x?}");
        }
    }
}
