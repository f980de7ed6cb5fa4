//! The heights: from the lowest to the highest value on screen, with round numbers beside.

use crate::app::chart::place;
use crate::payload::format;

/// Most round numbers, whatever the height.
const MOST_TICKS: usize = 24;
/// A line keeps to the scale of all while it takes this share of the height at least.
const OWN_SCALE_BELOW: f64 = 0.08;

/// Lowest and highest value, and the round numbers between.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// Round numbers, lowest first, as written.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Scale {
    /// From `low` to `high`, or a little more, with some `wanted` round numbers.
    pub(super) fn new(low: f64, high: f64, wanted: usize) -> Self {
        let (low, high) = if low < high { (low, high) } else { around(low) };
        let wanted = wanted.clamp(2, MOST_TICKS / 2);
        // By way of quarters: the largest numbers there are must not overflow.
        let step = round_step((high / 4.0 - low / 4.0) / wanted as f64 * 4.0);
        // To the quarter of a step, so that most of the height is the line's; to a whole one where too few numbers would be left.
        let scales = [step / 4.0, step].map(|unit| {
            let (bottom, top) = ((low / unit).floor() * unit, (high / unit).ceil() * unit);
            (bottom, top, round_numbers(bottom, top, step))
        });
        let sound = |(bottom, top, ticks): &(f64, f64, Vec<f64>)| {
            let distinct = ticks.windows(2).all(|pair| pair[0] < pair[1]);
            bottom.is_finite() && top.is_finite() && distinct && ticks.len() > 1
        };
        let Some((bottom, top, ticks)) = scales.into_iter().find(sound) else {
            let ticks = [low, high].map(|value| (value, format::number(value, 4))).into();
            return Self { low, high, ticks };
        };
        let largest = low.abs().max(high.abs());
        let ticks = ticks.into_iter().map(|value| (value, label(value, step, largest))).collect();
        Self { low: bottom, high: top, ticks }
    }

    /// For what is on or off.
    pub(super) fn of_switch() -> Self {
        Self { low: 0.0, high: 1.0, ticks: vec![(0.0, "0".to_owned()), (1.0, "1".to_owned())] }
    }

    /// The row of a value among `rows`, from the top; between two rows, too.
    pub(super) fn row(&self, value: f64, rows: usize) -> f64 {
        (1.0 - place(value, self.low, self.high)) * rows.saturating_sub(1) as f64
    }
}

/// The multiples of a step from one number to another, at most [`MOST_TICKS`].
fn round_numbers(bottom: f64, top: f64, step: f64) -> Vec<f64> {
    let first = (bottom / step - 1e-9).ceil();
    let all = (0..MOST_TICKS).map(|nth| (first + nth as f64) * step);
    all.take_while(|at| *at <= top + step * 1e-9).collect()
}

/// A stretch for values that are all the same.
fn around(value: f64) -> (f64, f64) {
    let pad = if value == 0.0 { 1.0 } else { value.abs() * 0.1 };
    (value - pad, value + pad)
}

/// 1, 2 or 5 times a power of ten, not below `least`.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power);
    steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(least)
}

/// As short as the step allows: `20.5`, `12.5k`, `3M`.
fn label(value: f64, step: f64, largest: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    if largest >= 1e15 || step < 1e-6 {
        return format::number(value, 4);
    }
    let (unit, suffix) = UNITS
        .into_iter()
        .find(|(unit, _)| largest >= unit * 10.0 && step >= *unit / 10.0)
        .unwrap_or((1.0, ""));
    let decimals = (-(step / unit).log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{:.decimals$}", value / unit);
    // A nought has neither sign nor unit.
    if text.trim_start_matches('-').chars().all(|letter| matches!(letter, '0' | '.')) {
        return "0".to_owned();
    }
    format!("{text}{suffix}")
}

/// Whether lines with these lowest and highest values need a scale each: on one for all, some would be next to flat.
pub(super) fn needs_own(extremes: &[(f64, f64)]) -> bool {
    let low = extremes.iter().map(|(low, _)| *low).fold(f64::INFINITY, f64::min);
    let high = extremes.iter().map(|(_, high)| *high).fold(f64::NEG_INFINITY, f64::max);
    let share = |(from, to): &(f64, f64)| place(*to, low, high) - place(*from, low, high);
    let moving = extremes.iter().filter(|(low, high)| low < high);
    extremes.len() > 1
        && low < high
        && (moving.clone().count() == 0 || moving.map(share).any(|share| share < OWN_SCALE_BELOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, wanted: usize) -> Vec<String> {
        Scale::new(low, high, wanted).ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn numbers_beside_the_lines_are_round_and_short() {
        assert_eq!(labels(18.3, 22.7, 5), ["19", "20", "21", "22"]);
        assert_eq!(labels(20.41, 20.47, 3), ["20.42", "20.44", "20.46"]);
        assert_eq!(labels(0.0, 1.0, 2), ["0", "0.5", "1.0"]);
        assert_eq!(labels(-3.0, 12.0, 3), ["0", "5", "10"]);
        assert_eq!(labels(0.0, 48_000.0, 3), ["0", "20k", "40k"]);
        assert_eq!(labels(1_204_000.0, 1_204_900.0, 3), ["1204.0k", "1204.5k", "1205.0k"]);
        assert_eq!(labels(0.0, 1e12, 2), ["0", "500G", "1000G"]);
        assert_eq!(labels(2e-9, 8e-9, 3), ["2e-9", "4e-9", "6e-9", "8e-9"]);
    }

    #[test]
    fn every_range_has_a_scale_on_which_its_ends_lie() {
        let ends = [
            (5.0, 5.0),
            (0.0, 0.0),
            (-7.0, -7.0),
            (f64::MIN, f64::MAX),
            (5e-324, 1e-323),
            (1e15, 1e15 + 0.25),
            (f64::MAX, f64::MAX),
            (-1e308, 1e-308),
        ];
        for (low, high) in ends {
            let scale = Scale::new(low, high, 4);
            assert!(scale.ticks.len() >= 2 && scale.ticks.len() <= MOST_TICKS, "{low} {high}: {scale:?}");
            let (bottom, top) = (scale.row(low, 9), scale.row(high, 9));
            assert!(
                (0.0..=8.0).contains(&top) && (0.0..=8.0).contains(&bottom) && top <= bottom,
                "{low} {high}: {top} {bottom}"
            );
        }
        assert_eq!(labels(18.9, 21.1, 2), ["18", "20", "22"], "two numbers at least");
        let scale = Scale::new(18.0, 22.0, 4);
        assert_eq!((scale.row(22.0, 9), scale.row(18.0, 9), scale.row(20.0, 9)), (0.0, 8.0, 4.0));
    }

    #[test]
    fn lines_far_apart_get_a_scale_each() {
        assert!(!needs_own(&[(18.0, 22.0)]));
        assert!(!needs_own(&[(18.0, 22.0), (19.0, 25.0)]));
        assert!(needs_own(&[(18.0, 22.0), (900.0, 1_100.0)]));
        assert!(needs_own(&[(0.0, 1.0), (40.0, 60.0)]));
        assert!(!needs_own(&[(5.0, 5.0), (3.0, 9.0)]), "a constant among them does no harm");
        assert!(needs_own(&[(5.0, 5.0), (900.0, 900.0)]));
    }
}
