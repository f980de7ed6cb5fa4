//! Pairing the items of two sequences, lines or array items: which stayed, which went, which came.

use std::hash::Hash;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Items that may differ, of both sides together, before they are paired by place: the work grows with the square.
const MAX_DIFFERING: usize = 2000;

/// What may be spent on pairing in one comparison. The work grows with the square of the items that differ, and an array may hold
/// hundreds of arrays.
#[derive(Debug)]
pub(super) struct Room(usize);

impl Default for Room {
    /// For two sequences as long as any that are paired; some 50 ms.
    fn default() -> Self {
        Self(2 * MAX_DIFFERING * MAX_DIFFERING)
    }
}

impl Room {
    /// Whether so many differing items can be paired; if so, that is spent.
    fn take(&mut self, differing: usize) -> bool {
        let left = self.0.checked_sub(differing.saturating_mul(differing));
        let fits = differing <= MAX_DIFFERING && left.is_some();
        self.0 = left.filter(|_| fits).unwrap_or(self.0);
        fits
    }
}

/// The places of a pair in the older and in the newer sequence.
pub(super) type Pair = (Option<usize>, Option<usize>);

/// Pairs in the order of the newer sequence.
pub(super) struct Pairs {
    pub(super) pairs: Vec<Pair>,
    /// There were so many differences that items were paired by place.
    pub(super) in_place: bool,
}

/// Pairs the items of two sequences so that as many equal ones as possible meet. Unequal items that stand in each other's
/// place are paired too, and all that differ once there is no room.
pub(super) fn pair<T: Eq + Hash + Ord>(old: &[T], new: &[T], room: &mut Room) -> Pairs {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let in_place = !room.take(old_end + new_end - 2 * head);

    let mut pairs: Vec<Pair> = (0..head).map(|at| (Some(at), Some(at))).collect();
    if in_place {
        push_places(&mut pairs, head..old_end, head..new_end);
    } else {
        for op in capture_diff_slices(Algorithm::Myers, &old[head..old_end], &new[head..new_end]) {
            let (_, olds, news) = op.as_tag_tuple();
            let (olds, news) = (olds.start + head..olds.end + head, news.start + head..news.end + head);
            debug_assert!(!matches!(op, DiffOp::Equal { .. }) || olds.len() == news.len());
            push_places(&mut pairs, olds, news);
        }
    }
    push_places(&mut pairs, old_end..old.len(), new_end..new.len());
    Pairs { pairs, in_place }
}

/// Pairs by place; what is left over on one side stands alone.
fn push_places(pairs: &mut Vec<Pair>, old: std::ops::Range<usize>, new: std::ops::Range<usize>) {
    let longer = old.len().max(new.len());
    pairs.extend((0..longer).map(|at| {
        let of = |range: &std::ops::Range<usize>| (at < range.len()).then_some(range.start + at);
        (of(&old), of(&new))
    }));
}
