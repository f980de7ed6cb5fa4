//! Bytes to frames: cuts the stream into packets and steps over those larger than we accept. Used by the wire alone.

use bytes::{Buf, Bytes, BytesMut};

use super::decode;
use super::packet::Incoming;
use super::{MAX_PACKET, READ_SIZE};
use crate::model::{Moment, Protocol};
use crate::mqtt::explain::Fault;

/// Why [`Frames::next`] never sees more than the first bytes of a packet it steps over: they hold topic and packet id.
const LARGEST_PUBLISH_START: usize = 2 + 65_535 + 2;

/// Received bytes that are not decoded yet.
#[derive(Debug)]
pub(super) struct Frames {
    buffer: BytesMut,
    /// Bytes of a packet that are still to be thrown away.
    skipping: usize,
    /// Largest packet accepted, in bytes, fixed header included.
    limit: usize,
}

/// The fixed header of a packet (MQTT 3.1.1, 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FixedHeader {
    first: u8,
    length: usize,
    remaining: usize,
}

impl Frames {
    /// Accepts packets of `limit` bytes.
    pub(super) fn new(limit: Option<u32>) -> Self {
        let limit = limit.map_or(MAX_PACKET, |limit| MAX_PACKET.min(limit as usize));
        Self { buffer: BytesMut::new(), skipping: 0, limit }
    }

    /// Room to read into. Grows with what has come, not with what a header promises.
    pub(super) fn room(&mut self) -> &mut BytesMut {
        if self.buffer.capacity() - self.buffer.len() < READ_SIZE / 4 {
            let more = READ_SIZE.max(self.buffer.len());
            let missing = match fixed_header(&self.buffer) {
                Ok(Some(header)) => (header.length + header.remaining).saturating_sub(self.buffer.len()),
                _ => 0,
            };
            self.buffer.reserve(if missing > READ_SIZE { more.min(missing) } else { READ_SIZE });
        }
        &mut self.buffer
    }

    /// The first bytes, as they are.
    pub(super) fn peek(&self) -> &[u8] {
        &self.buffer
    }

    /// Takes the next packet; `None` until more has come.
    pub(super) fn next(&mut self, protocol: Protocol, now: Moment) -> Result<Option<Incoming>, Fault> {
        let skip = self.skipping.min(self.buffer.len());
        self.buffer.advance(skip);
        self.skipping -= skip;
        let Some(header) = fixed_header(&self.buffer)? else { return Ok(None) };
        let size = header.length + header.remaining;
        if size > self.limit {
            return self.skip(header);
        }
        if self.buffer.len() < size {
            return Ok(None);
        }
        self.buffer.advance(header.length);
        let body: Bytes = self.buffer.split_to(header.remaining).freeze();
        decode::packet(protocol, header.first, body, size, now).map(Some)
    }

    /// A packet over the limit: once its start is there, the rest is thrown away as it comes (B07).
    fn skip(&mut self, header: FixedHeader) -> Result<Option<Incoming>, Fault> {
        let size = header.length + header.remaining;
        let start = &self.buffer[header.length..];
        let start = &start[..start.len().min(LARGEST_PUBLISH_START).min(header.remaining)];
        let Some(skipped) = decode::too_large(header.first, start, size)? else {
            return if start.len() < header.remaining.min(LARGEST_PUBLISH_START) {
                Ok(None)
            } else {
                Err(Fault::Malformed(Some("PUBLISH"), "its topic is longer than the packet".into()))
            };
        };
        self.skipping = size;
        Ok(Some(Incoming::Skipped(skipped)))
    }
}

/// Reads the fixed header; `None` until it is complete.
fn fixed_header(buffer: &[u8]) -> Result<Option<FixedHeader>, Fault> {
    let Some(&first) = buffer.first() else { return Ok(None) };
    let mut remaining = 0;
    for (index, byte) in buffer.iter().skip(1).take(4).enumerate() {
        remaining |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some(FixedHeader { first, length: 2 + index, remaining }));
        }
    }
    if buffer.len() > 4 {
        return Err(Fault::Malformed(
            decode::name(first),
            "its remaining length is longer than four bytes".into(),
        ));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(limit: Option<u32>, bytes: &[u8]) -> Frames {
        let mut frames = Frames::new(limit);
        frames.room().extend_from_slice(bytes);
        frames
    }

    fn next(frames: &mut Frames) -> Result<Option<Incoming>, Fault> {
        frames.next(Protocol::V4, Moment::default())
    }

    #[test]
    fn a_fixed_header_is_read_from_its_first_bytes() {
        let read = |bytes: &[u8]| fixed_header(bytes).map(|header| header.map(|h| (h.length, h.remaining)));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[0x30]), Ok(None));
        assert_eq!(read(&[0x30, 0x80]), Ok(None));
        assert_eq!(read(&[0xC0, 0]), Ok(Some((2, 0))));
        assert_eq!(read(&[0x30, 0x80, 0x01]), Ok(Some((3, 128))));
        assert_eq!(read(&[0x30, 0xFF, 0xFF, 0xFF, 0x7F]), Ok(Some((5, 268_435_455))));
        assert!(read(&[0x30, 0xFF, 0xFF, 0xFF, 0xFF]).is_err());
    }

    #[test]
    fn a_packet_that_comes_in_pieces_waits_for_its_last_byte() {
        let bytes = [0x30, 4, 0, 1, b'a', b'x', 0xD0, 0];
        for cut in 1..6 {
            let mut frames = frames(None, &bytes[..cut]);
            assert!(next(&mut frames).unwrap().is_none(), "{cut}");
            frames.room().extend_from_slice(&bytes[cut..]);
            assert!(matches!(next(&mut frames), Ok(Some(Incoming::Publish(p))) if p.message.payload == "x"));
            assert!(matches!(next(&mut frames), Ok(Some(Incoming::PingResp))));
        }
    }

    #[test]
    fn b07_a_packet_over_the_limit_is_stepped_over_wherever_it_is_cut() {
        let large = [&[0x32, 24, 0, 1, b'a', 0, 9][..], &[7; 19], &[0xD0, 0]].concat();
        for cut in 1..large.len() {
            let mut frames = frames(Some(20), &large[..cut]);
            let mut seen = Vec::new();
            seen.extend(next(&mut frames).unwrap());
            frames.room().extend_from_slice(&large[cut..]);
            while let Some(packet) = next(&mut frames).unwrap() {
                seen.push(packet);
            }
            let [Incoming::Skipped(skipped), Incoming::PingResp] = &seen[..] else {
                panic!("{cut}: {seen:?}")
            };
            assert_eq!((skipped.topic.as_str(), skipped.size, skipped.id), ("a", 26, 9));
        }
    }

    #[test]
    fn b07_room_grows_with_what_came_and_not_with_what_a_header_promises() {
        let mut frames = frames(None, &[0x30, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1, b'a']);
        assert!(next(&mut frames).unwrap().is_none());
        assert!(frames.room().capacity() < 4 * READ_SIZE);
    }

    #[test]
    fn c20_a_packet_over_the_limit_that_is_no_publish_is_a_fault() {
        assert!(next(&mut frames(Some(20), &[0x90, 30, 0, 1])).is_err());
        assert!(next(&mut frames(Some(20), &[0x30, 30, 0xFF])).unwrap().is_none());
    }
}
