//! Two Raspberry Pis: `rpi-pub` measures a temperature, `rpi-sub` switches an LED when it passes a threshold. The threshold is whatever was
//! last published to `piandmore/rpi-sub/threshold`.

use std::time::Duration;

use fastrand::Rng;

use super::Device;
use super::noise::{Drift, noise};
use super::outbox::{Outbox, Timer, earliest};
use super::world::World;
use crate::model::QoS;

const TEMP: &str = "piandmore/rpi-pub/temp";
const LED: &str = "piandmore/rpi-sub/led";
const THRESHOLD: &str = "piandmore/rpi-sub/threshold";
const ERROR: &str = "piandmore/rpi-sub/error";

/// Both Pis; the wire between them is inside.
pub(super) struct Pis {
    rng: Rng,
    drift: Drift,
    timer: Timer,
    /// Tells the threshold a moment after it changed. At once, two quick changes and the echoes of their confirmations could chase each
    /// other for ever.
    confirm: Timer,
    /// The last reading in °C.
    temp: f64,
    threshold: f64,
    led: Option<bool>,
}

impl Pis {
    pub(super) fn new(mut rng: Rng) -> Self {
        let drift = Drift::new(&mut rng, 24.0, 1.8, 75.0);
        Self {
            rng,
            drift,
            timer: Timer::every(2_000, 250),
            confirm: Timer::off(),
            temp: 24.0,
            threshold: 24.0,
            led: None,
        }
    }

    fn measure(&mut self, out: &mut Outbox) {
        let temp = self.drift.at(out.at) + noise(&mut self.rng, 0.05);
        let text = format!("{temp:.2}");
        // The other Pi compares what was published, not what was measured.
        self.temp = text.parse().unwrap_or(temp);
        out.live(TEMP, text);
        self.switch(out);
    }

    fn switch(&mut self, out: &mut Outbox) {
        let led = self.temp > self.threshold;
        if self.led.replace(led) != Some(led) {
            out.retained(LED, if led { "ON" } else { "OFF" }, QoS::AtLeastOnce);
        }
    }

    fn tell_threshold(&self, out: &mut Outbox) {
        out.retained(THRESHOLD, self.threshold.to_string(), QoS::AtLeastOnce);
    }
}

/// A plausible temperature in °C.
fn parse(payload: &[u8]) -> Option<f64> {
    let number: f64 = std::str::from_utf8(payload).ok()?.trim().parse().ok()?;
    (-60.0..=150.0).contains(&number).then_some(number)
}

impl Device for Pis {
    fn births(&mut self, _world: &World, out: &mut Outbox) {
        self.tell_threshold(out);
        self.measure(out);
    }

    fn due(&self) -> Duration {
        earliest([&self.timer, &self.confirm])
    }

    fn act(&mut self, _world: &World, out: &mut Outbox) {
        if self.timer.rings(out.at) {
            self.measure(out);
        }
        if self.confirm.rings(out.at) {
            self.confirm = Timer::off();
            self.tell_threshold(out);
        }
    }

    fn receive(&mut self, topic: &str, payload: &[u8], _world: &World, out: &mut Outbox) {
        // An empty payload clears a retained message: nothing to measure by.
        if payload.is_empty() {
            return;
        }
        match (topic, parse(payload)) {
            (TEMP, Some(temp)) => {
                self.temp = temp;
                self.switch(out);
            }
            // The same number again is the echo of this Pi's own message.
            (THRESHOLD, Some(threshold)) if threshold.to_bits() != self.threshold.to_bits() => {
                self.threshold = threshold;
                self.confirm.set_in(out.at, 0.2);
                self.switch(out);
            }
            (THRESHOLD, None) => {
                out.live(
                    ERROR,
                    "the threshold is a number of °C from -60 to 150, as in 23.5; kept the old one",
                );
                self.confirm.set_in(out.at, 0.2);
            }
            _ => {}
        }
    }
}
