//! Looking at every stored message, the newest stretches of memory first, piece by piece: messages may come and give way between two
//! pieces. Whoever searches the history reads here.
//!
//! Eviction carries records from the oldest chunk, which the pass has not reached yet, to the newest, which it has left behind. So the
//! pass ends with a look at what was carried there meanwhile: every message that was stored all the while is met, each once.

use std::ops::Range;

use super::record::{CARRIED, DEAD, MessageRef};
use super::{History, SYS, Seq, Store, TopicId, USER};

/// A pass over the stored messages of one store, under way.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Messages that came later are passed over.
    upto: Seq,
    /// Shares still to be looked at, the next one last.
    shares: Vec<usize>,
    /// Where the pass stands in the share at hand.
    place: Option<Place>,
}

/// A place in the log of one share.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Number of the chunk to look at next, on the way down. One less than the front when there is none.
    next: u64,
    /// Number of the last chunk when the pass began.
    last: u64,
    /// The chunk that grew when the pass began, and the bytes in it. Those before and after it do not grow.
    open: (u64, usize),
}

/// Where a pass stands after a piece of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanned {
    /// There is more to look at.
    More,
    /// Everything was looked at.
    All,
    /// The history was replaced faster than it was looked at: begin again.
    Overtaken,
}

impl Store {
    /// The arrival number of the message that came last, stored or not, held or not.
    pub fn last_seq(&self) -> Seq {
        Seq(self.last_seq)
    }

    /// A pass over all messages up to and with `upto`, whatever is held; those of `$SYS` after the user's, if they are wanted.
    pub fn scan(&self, upto: Seq, with_sys: bool) -> Scan {
        Scan { upto, shares: if with_sys { vec![SYS, USER] } else { vec![USER] }, place: None }
    }

    /// Bytes of memory that a pass looks at.
    pub fn scan_bytes(&self, with_sys: bool) -> usize {
        let shares = if with_sys { &[USER, SYS][..] } else { &[USER] };
        shares.iter().map(|&share| self.logs[share].bytes()).sum()
    }

    /// Goes on with a pass until about `bytes` of memory were looked at, and a chunk at least. Hands out each message once, in no order
    /// but that newer chunks come before older ones. Returns the bytes that were looked at and where the pass stands.
    pub fn scan_on(
        &self,
        scan: &mut Scan,
        bytes: usize,
        mut look: impl FnMut(MessageRef<'_>),
    ) -> (usize, Scanned) {
        let mut looked = 0;
        while let Some(&share) = scan.shares.last() {
            let log = &self.logs[share];
            let place = *scan.place.get_or_insert_with(|| {
                let last = log.last();
                Place { next: last, last, open: log.open().unwrap_or((last, usize::MAX)) }
            });
            let (open, open_bytes) = place.open;
            // What lies below the chunk looked at last may be gone, unread, to where it is found at the end. That chunk itself may not.
            let unread_gone = place.next < log.front();
            if unread_gone && place.next + 1 < log.front() && place.next < place.last {
                return (looked, Scanned::Overtaken);
            }
            if !unread_gone {
                if looked >= bytes {
                    return (looked, Scanned::More);
                }
                let to = if place.next == open { open_bytes } else { usize::MAX };
                looked += self.look_at(share, place.next, 0..to, scan.upto, false, &mut look);
            }
            if place.next <= log.front() {
                // Nothing changes the store until this returns: what was carried since the pass began is what is unread.
                self.look_at(share, open, open_bytes..usize::MAX, scan.upto, true, &mut look);
                for chunk in place.last + 1..=log.last() {
                    self.look_at(share, chunk, 0..usize::MAX, scan.upto, true, &mut look);
                }
                scan.place = None;
                scan.shares.pop();
            } else {
                scan.place = Some(Place { next: place.next - 1, ..place });
            }
        }
        (looked, Scanned::All)
    }

    /// Stored messages of this topic that came before `seq`, newest first, as reading shows them.
    pub fn history_before(&self, topic: TopicId, seq: Seq) -> History<'_> {
        self.history_from(topic, self.index_of(topic, Seq(seq.0.saturating_sub(1))))
    }

    /// Hands out the messages that lie in these bytes of one chunk: all, or only those that were carried there. Returns the bytes of them.
    fn look_at(
        &self,
        share: usize,
        chunk: u64,
        bytes: Range<usize>,
        upto: Seq,
        only_carried: bool,
        look: &mut impl FnMut(MessageRef<'_>),
    ) -> usize {
        let mut at = bytes.start;
        for record in self.logs[share].records(chunk, bytes.start) {
            if at >= bytes.end {
                break;
            }
            at += record.size();
            if !record.has(DEAD) && (record.has(CARRIED) || !only_carried) && record.seq() <= upto {
                look(record.message());
            }
        }
        at - bytes.start
    }
}
