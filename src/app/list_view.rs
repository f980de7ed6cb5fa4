//! A list that changes while it is looked at, of messages growing at its top or of topics changing places: what is selected in it, and
//! which stretch of it is on screen. Shared by the lists that stand in the place of the tree.

use crate::store::Seq;

/// Where one looks in a list.
#[derive(Debug, Clone, Copy)]
pub struct ListView<Key = Seq> {
    /// The selected message or topic; the list shows its top while there is none.
    pub selected: Option<Key>,
    /// Index of the first row on screen.
    pub top: usize,
    /// Rows on screen.
    pub height: usize,
    /// Row of the screen on which the selection stands.
    row: usize,
    /// The newest message is on screen: others that come push it down, as long as the selection stays on screen.
    follows: bool,
}

impl<Key> Default for ListView<Key> {
    fn default() -> Self {
        Self { selected: None, top: 0, height: 0, row: 0, follows: true }
    }
}

impl<Key> ListView<Key> {
    /// At the top of a list in which this is selected, once it turns up.
    pub(super) fn on(selected: Option<Key>) -> Self {
        Self { selected, ..Self::default() }
    }

    /// Brings the stretch up to date: there are `rows`, and the selection is the one at `index`. The selection stays where it is,
    /// and on its row unless the top is being looked at.
    pub(super) fn arrange(&mut self, rows: usize, index: Option<usize>, height: usize) {
        self.height = height;
        if height == 0 {
            // Not on the screen: the row it would stand on waits until it is.
            return;
        }
        let Some(index) = index else {
            self.top = 0;
            return;
        };
        let top =
            if self.follows && index < height { 0 } else { index.saturating_sub(self.row.min(height - 1)) };
        self.top = top.min(rows.saturating_sub(height));
        self.row = index - self.top;
        self.follows = self.top == 0;
    }

    /// The index that is `by` rows further down than the selection at `index` in a list of `rows`; the screen follows. `None` in an
    /// empty list.
    pub(super) fn step(&mut self, rows: usize, index: Option<usize>, by: isize) -> Option<usize> {
        let last = rows.checked_sub(1)?;
        let Some(index) = index else {
            self.row = 0;
            return Some(if by > rows as isize { last } else { 0 });
        };
        let wanted = index.saturating_add_signed(by).min(last);
        let moved = wanted as isize - index as isize;
        self.row = self.row.saturating_add_signed(moved).min(self.height.saturating_sub(1));
        self.follows = wanted <= self.row;
        Some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(view: &mut ListView, rows: usize, index: usize) -> (usize, usize) {
        view.arrange(rows, Some(index), 10);
        (view.top, view.row)
    }

    #[test]
    fn what_comes_pushes_the_selection_down_the_screen_and_never_off_it() {
        let mut view = ListView::<Seq>::default();
        assert_eq!(arranged(&mut view, 3, 0), (0, 0));
        assert_eq!(arranged(&mut view, 8, 5), (0, 5));
        assert_eq!(arranged(&mut view, 30, 9), (0, 9));
        assert_eq!(arranged(&mut view, 31, 10), (1, 9));
        assert_eq!(arranged(&mut view, 50, 29), (20, 9));
    }

    #[test]
    fn further_down_the_selection_keeps_its_row() {
        let mut view = ListView::<Seq>::default();
        arranged(&mut view, 100, 0);
        assert_eq!(view.step(100, Some(0), 40), Some(40));
        assert_eq!(arranged(&mut view, 100, 40), (31, 9));
        assert_eq!(view.step(100, Some(40), -3), Some(37));
        assert_eq!(arranged(&mut view, 100, 37), (31, 6));
        assert_eq!(arranged(&mut view, 105, 42), (36, 6));
        assert_eq!(view.step(105, Some(42), isize::MIN / 2), Some(0));
        assert_eq!(arranged(&mut view, 105, 0), (0, 0));
        assert_eq!(view.step(105, Some(0), isize::MAX / 2), Some(104));
        assert_eq!(arranged(&mut view, 105, 104), (95, 9));
        assert_eq!(view.step(0, None, 1), None);
    }
}
