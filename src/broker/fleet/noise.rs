//! Values that look measured: smooth drift, mean-reverting walks, and the noise of a cheap sensor. Used by every device of the fleet.

use std::f64::consts::TAU;
use std::time::Duration;

use fastrand::Rng;

/// A value that drifts smoothly around a mean. A pure function of time, so several devices can measure the same one.
pub(super) struct Drift {
    mean: f64,
    swing: f64,
    /// Period in seconds and phase in turns of three waves, the slowest first.
    waves: [(f64, f64); 3],
}

impl Drift {
    /// Stays within `mean` ± `swing`; its slowest wave takes about `period` seconds.
    pub(super) fn new(rng: &mut Rng, mean: f64, swing: f64, period: f64) -> Self {
        // Periods without a common multiple: the sum does not visibly repeat.
        let waves = [1.0, 0.437, 0.191].map(|part| (period * part * (0.9 + 0.2 * rng.f64()), rng.f64()));
        Self { mean, swing, waves }
    }

    /// The value at `at`.
    pub(super) fn at(&self, at: Duration) -> f64 {
        let weights = [0.55, 0.3, 0.15];
        let sum: f64 = self
            .waves
            .iter()
            .zip(weights)
            .map(|((period, phase), weight)| weight * (TAU * (at.as_secs_f64() / period + phase)).sin())
            .sum();
        self.mean + self.swing * sum
    }
}

/// A random walk that is pulled back to its centre, one step a reading.
pub(super) struct Walk {
    rng: Rng,
    value: f64,
    /// Where it is pulled to; may be moved.
    pub(super) centre: f64,
    pull: f64,
    step: f64,
}

impl Walk {
    /// Starts at `centre`; each step goes `pull` (0 to 1) of the way back and up to about `step` in either direction.
    pub(super) fn new(rng: &mut Rng, centre: f64, pull: f64, step: f64) -> Self {
        Self { rng: rng.fork(), value: centre, centre, pull, step }
    }

    /// Takes one step and gives the value there.
    pub(super) fn step(&mut self) -> f64 {
        self.value += (self.centre - self.value) * self.pull + noise(&mut self.rng, self.step);
        self.value
    }

    /// The value without a step.
    pub(super) fn value(&self) -> f64 {
        self.value
    }
}

/// Bell-shaped noise within ± `size`.
pub(super) fn noise(rng: &mut Rng, size: f64) -> f64 {
    (rng.f64() + rng.f64() + rng.f64() - 1.5) / 1.5 * size
}

/// A time between `low` and `high` seconds.
pub(super) fn seconds(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.f64()
}

/// `value` with that many decimals, for JSON numbers.
pub(super) fn round(value: f64, decimals: i32) -> f64 {
    let factor = 10_f64.powi(decimals);
    let rounded = (value * factor).round() / factor;
    // No sensor prints "-0".
    if rounded == 0.0 { 0.0 } else { rounded }
}
