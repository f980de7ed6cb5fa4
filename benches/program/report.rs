//! Figures beside their goals.

use std::time::Duration;

/// What a figure is to be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    Below(f64),
    /// Only for comparison.
    None,
}

/// Prints one figure.
pub(crate) fn figure(what: &str, value: f64, unit: &str, goal: Goal) {
    let (goal, met) = match goal {
        Goal::AtMost(goal) => (format!("goal: at most {goal}"), Some(value <= goal)),
        Goal::Below(goal) => (format!("goal: below {goal}"), Some(value < goal)),
        Goal::None => (String::new(), None),
    };
    let verdict = met.map_or("", |met| if met { "  met" } else { "  NOT MET" });
    let measured = format!("{value:.2} {unit}");
    println!("    {what:<44}{measured:>20}   {goal}{verdict}");
}

/// Prints one span of time.
pub(crate) fn milliseconds(what: &str, span: Duration, goal: Goal) {
    figure(what, span.as_secs_f64() * 1e3, "ms", goal);
}

/// The middle of `values`.
pub(crate) fn median<T: Copy + PartialOrd>(values: &[T]) -> T {
    at(values, 1, 2)
}

/// What 99 of 100 do not exceed.
pub(crate) fn ninety_ninth<T: Copy + PartialOrd>(values: &[T]) -> T {
    at(values, 99, 100)
}

fn at<T: Copy + PartialOrd>(values: &[T], part: usize, whole: usize) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    sorted[(sorted.len() * part / whole).min(sorted.len() - 1)]
}
