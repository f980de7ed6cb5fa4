//! Which stretch of time is on screen: the whole of it or a part, following the newest or standing still.

use super::points::Grid;

/// Shortest stretch on screen, in microseconds.
const SHORTEST: u64 = 10_000;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// Its length in microseconds; `None` is the whole span.
    pub span_us: Option<u64>,
    /// Where it ends, in monotonic microseconds; `None` follows the moment that is shown.
    pub end_us: Option<u64>,
}

impl Window {
    /// Whether it follows the moment that is shown.
    pub fn is_live(self) -> bool {
        self.end_us.is_none()
    }

    /// The columns on screen, when the oldest point is at `first_us` and `shown_us` is shown. They lie on a grid of their own length, so that
    /// a line keeps its shape while it moves; and the length changes by small steps, so that it rarely does while the span grows.
    pub fn grid(self, first_us: u64, shown_us: u64, columns: usize) -> Grid {
        let columns = columns.clamp(2, usize::from(u16::MAX)) as u64;
        let span = self.span_us.unwrap_or_else(|| shown_us.saturating_sub(first_us)).max(SHORTEST);
        let column_us = rounded_up(span.div_ceil(columns - 1));
        let end = self.end_us.unwrap_or(shown_us);
        let past_last = (end / column_us + 1).saturating_mul(column_us);
        let from_us =
            i64::try_from(past_last).unwrap_or(i64::MAX).saturating_sub_unsigned(columns * column_us);
        Grid { from_us, column_us, columns: columns as usize }
    }

    /// Shows a stretch half or twice as long, with `centre_us` at the same place in it. `whole` is first and last of what there is.
    #[must_use]
    pub fn zoomed(self, into: bool, centre_us: Option<u64>, whole: (u64, u64)) -> Self {
        let longest = whole.1.saturating_sub(whole.0).max(SHORTEST);
        let before = self.span_us.unwrap_or(longest);
        let span = if into { (before / 2).max(SHORTEST) } else { before.saturating_mul(2) };
        if span >= longest {
            return Self::default();
        }
        let end_us = match centre_us {
            Some(centre) => {
                let end = self.end_us.unwrap_or(whole.1);
                let after = end.saturating_sub(centre);
                let after = if into { after / 2 } else { after.saturating_mul(2) };
                Some(centre.saturating_add(after))
            }
            None => self.end_us,
        };
        Self { span_us: Some(span), end_us }.kept_inside(whole)
    }

    /// A quarter of its length earlier or later. At the end it follows again.
    #[must_use]
    pub fn panned(self, later: bool, whole: (u64, u64)) -> Self {
        let Some(span) = self.span_us else { return self };
        let (end, step) = (self.end_us.unwrap_or(whole.1), (span / 4).max(1));
        let end = if later { end.saturating_add(step) } else { end.saturating_sub(step) };
        Self { end_us: (end < whole.1).then_some(end), ..self }.kept_inside(whole)
    }

    /// Moved so far that `at_us` is in it.
    #[must_use]
    pub fn around(self, at_us: u64, whole: (u64, u64)) -> Self {
        let Some(span) = self.span_us else { return self };
        let end = self.end_us.unwrap_or(whole.1);
        let end = end.clamp(at_us, at_us.saturating_add(span));
        Self { end_us: Some(end), ..self }
    }

    /// Nothing is to be seen before the first point.
    fn kept_inside(self, whole: (u64, u64)) -> Self {
        let Some(span) = self.span_us else { return self };
        let earliest = whole.0.saturating_add(span);
        Self { end_us: self.end_us.map(|end| end.max(earliest)).filter(|end| *end < whole.1), ..self }
    }
}

/// Up to the next of some sixteen steps to the power of two.
fn rounded_up(value: u64) -> u64 {
    let value = value.max(1);
    let step = 1_u64 << value.ilog2().saturating_sub(4);
    value.div_ceil(step).saturating_mul(step)
}
