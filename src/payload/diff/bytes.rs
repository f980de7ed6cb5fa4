//! Two payloads compared byte by byte. When their lengths differ, what is the same at both ends is left out, and what is
//! between is compared from its start.

use std::fmt::Write as _;

use super::{By, DiffRow, Found, Mark, Part, Place};

/// Bytes of a row.
const ROW_BYTES: usize = 16;
/// Bytes that are the same and still stand in one row between two that are not.
const JOINED: usize = 3;

/// By byte: the runs that differ, each in rows of 16 bytes.
pub(super) fn compare(old: &[u8], new: &[u8]) -> Found {
    let mut found = Found { by: By::Byte, ..Found::default() };
    let head = common(old.iter(), new.iter());
    let tail =
        if old.len() == new.len() { 0 } else { common(old[head..].iter().rev(), new[head..].iter().rev()) };
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let both = old_end.min(new_end);
    let mut at = head;
    while at < both {
        if old[at] == new[at] {
            at += 1;
            continue;
        }
        let end = run_end(&old[..both], &new[..both], at);
        push_run(&mut found, at, &old[at..end], &new[at..end]);
        at = end;
    }
    push_run(&mut found, both, &old[both..old_end], &[]);
    push_run(&mut found, both, &[], &new[both..new_end]);
    found
}

fn common<'a>(old: impl Iterator<Item = &'a u8>, new: impl Iterator<Item = &'a u8>) -> usize {
    old.zip(new).take_while(|(a, b)| a == b).count()
}

/// The end of the run of differing bytes that starts at `at`.
fn run_end(old: &[u8], new: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    for next in at + 1..old.len() {
        if old[next] != new[next] {
            end = next + 1;
        } else if next >= end + JOINED {
            break;
        }
    }
    end
}

fn push_run(found: &mut Found, start: usize, old: &[u8], new: &[u8]) {
    let length = old.len().max(new.len());
    for from in (0..length).step_by(ROW_BYTES) {
        if !found.has_room() {
            continue;
        }
        let piece = |bytes: &'_ [u8]| -> Option<Vec<u8>> {
            let piece = bytes.get(from..bytes.len().min(from + ROW_BYTES))?;
            (!piece.is_empty()).then(|| piece.to_vec())
        };
        let (old, new) = (piece(old), piece(new));
        let mark = match (&old, &new) {
            (Some(_), Some(_)) => Mark::Changed,
            (Some(_), None) => Mark::Removed,
            _ => Mark::Added,
        };
        let other = |bytes: &Option<Vec<u8>>| bytes.clone().unwrap_or_default();
        let (old_part, new_part) = (
            old.as_ref().map(|bytes| hex(bytes, &other(&new))),
            new.as_ref().map(|bytes| hex(bytes, &other(&old))),
        );
        let place = Place::Offset(start + from);
        found.rows.push(DiffRow { mark, place, label: String::new(), old: old_part, new: new_part });
    }
}

/// Bytes in hex, those emphasised that are not the same in `other`.
fn hex(bytes: &[u8], other: &[u8]) -> Part {
    let mut part = Part::default();
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            part.text.push(' ');
        }
        if other.get(at).is_some_and(|there| there != byte) {
            part.emphasis.push(part.text.len()..part.text.len() + 2);
        }
        let _ = write!(part.text, "{byte:02x}");
    }
    part
}
