//! A small plant line on `plant/line1/…`: nested JSON, a counter, an oven, and an alarm now and then. The cause of the alarm shows first in
//! another value: the filter of the press clogs, its differential pressure climbs, the hydraulic pressure sinks, then the alarm comes.

use std::time::Duration;

use fastrand::Rng;
use serde_json::json;

use super::Device;
use super::noise::{Walk, noise, round, seconds};
use super::outbox::{Outbox, Timer, content_type, earliest, publication};
use super::world::World;
use crate::model::{Properties, QoS};

/// Below this hydraulic pressure the press stops, in bar.
const MINIMUM_BAR: f64 = 155.0;

/// How the press fares.
#[derive(Clone, Copy, PartialEq)]
enum Condition {
    Healthy,
    /// The filter clogs since then.
    Clogging(Duration),
    /// Stopped by the alarm since then.
    Alarmed(Duration),
}

/// The line.
pub(super) struct Plant {
    rng: Rng,
    condition: Condition,
    /// Starts clogging, then ends an alarm.
    fate: Timer,
    press: Timer,
    cycle: Timer,
    conveyor: Timer,
    oven: Timer,
    shift: Timer,
    parts: u64,
    rejects: u64,
    cycle_ms: u64,
    oil: Walk,
    filter_bar: f64,
    zones: [Walk; 3],
}

impl Plant {
    pub(super) fn new(mut rng: Rng) -> Self {
        Self {
            condition: Condition::Healthy,
            fate: Timer::once(70_000),
            press: Timer::every(1_000, 150),
            cycle: Timer::every(2_400, 1_000),
            conveyor: Timer::every(3_000, 500),
            oven: Timer::every(5_000, 1_700),
            shift: Timer::every(60_000, 20_000),
            parts: 184_302,
            rejects: 211,
            cycle_ms: 2_400,
            oil: Walk::new(&mut rng, 46.0, 0.05, 0.3),
            filter_bar: 0.42,
            zones: [182.0, 205.0, 176.0].map(|celsius| Walk::new(&mut rng, celsius, 0.1, 0.6)),
            rng,
        }
    }

    fn is_running(&self) -> bool {
        !matches!(self.condition, Condition::Alarmed(_))
    }

    /// Differential pressure over the filter and the hydraulic pressure it leaves, both in bar.
    fn measure(&mut self, at: Duration) -> (f64, f64) {
        let clogged = match self.condition {
            Condition::Healthy => 0.0,
            Condition::Clogging(since) => at.saturating_sub(since).as_secs_f64() / 25.0,
            Condition::Alarmed(_) => 1.1,
        };
        self.filter_bar = 0.42 + 1.7 * clogged + noise(&mut self.rng, 0.03);
        // The pump makes up for it at first.
        let loss = 34.0 * (clogged - 0.25).max(0.0);
        (self.filter_bar, 182.0 - loss + noise(&mut self.rng, 0.9))
    }

    fn report_press(&mut self, world: &World, out: &mut Outbox) {
        let (filter, pressure) = self.measure(out.at);
        let running = self.is_running();
        self.oil.centre = if filter > 1.0 { 54.0 } else { 46.0 };
        let current = if running { 21.5 + noise(&mut self.rng, 1.8) } else { 3.1 };
        let status = json!({
            "line": 1, "machine": "press", "ts": world.stamp(out.at), "state": if running { "running" } else { "stopped" },
            "hydraulics": { "filter_dp_bar": round(filter, 2), "oil_temp_c": round(self.oil.step(), 1), "pressure_bar": round(pressure, 1) },
            "motor": { "current_a": round(current, 1), "rpm": if running { 1_480 + self.rng.i64(-6..=6) } else { 0 } },
            "cycle": { "count": self.parts, "last_ms": self.cycle_ms, "rejects": self.rejects },
        });
        let mut message = publication("plant/line1/press/status", status.to_string(), QoS::AtMostOnce, true);
        message.properties = Some(Box::new(self.properties()));
        out.publish(message);
        if running && pressure < MINIMUM_BAR {
            self.condition = Condition::Alarmed(out.at);
            self.fate.set_in(out.at, seconds(&mut self.rng, 14.0, 28.0));
            self.report_alarm(world, out);
        }
    }

    fn properties(&self) -> Properties {
        let shift = if self.is_running() { "late" } else { "late, halted" };
        Properties {
            payload_format: Some(1),
            message_expiry: Some(3_600),
            user_properties: vec![("plant".into(), "lineside-1".into()), ("shift".into(), shift.into())],
            ..content_type("application/json")
        }
    }

    fn report_alarm(&self, world: &World, out: &mut Outbox) {
        let alarm = match self.condition {
            Condition::Alarmed(since) => json!({
                "active": true, "code": "HYD-017", "severity": "high", "since": world.stamp(since), "text": "Hydraulic pressure low, press stopped",
            }),
            _ => json!({ "active": false, "code": null, "severity": "none", "since": null, "text": "" }),
        };
        out.retained("plant/line1/press/alarm", alarm.to_string(), QoS::ExactlyOnce);
    }

    fn turn_of_fate(&mut self, world: &World, out: &mut Outbox) {
        match self.condition {
            Condition::Healthy => {
                self.condition = Condition::Clogging(out.at);
                self.fate = Timer::off();
            }
            Condition::Alarmed(_) => {
                self.condition = Condition::Healthy;
                out.live(
                    "plant/line1/press/log",
                    "filter element changed, alarm HYD-017 acknowledged, restart",
                );
                self.report_alarm(world, out);
                self.fate.set_in(out.at, seconds(&mut self.rng, 90.0, 240.0));
            }
            Condition::Clogging(_) => {}
        }
    }

    fn finish_part(&mut self, out: &mut Outbox) {
        if !self.is_running() {
            return;
        }
        // A weak press is a slow press.
        let slow = ((self.filter_bar - 0.5).max(0.0) * 180.0) as u64;
        self.cycle_ms = 2_380 + slow + self.rng.u64(0..60);
        self.parts += 1;
        self.rejects += u64::from(self.rng.u64(0..60) == 0);
        out.retained("plant/line1/press/count", self.parts.to_string(), QoS::AtLeastOnce);
    }

    fn report_oven(&mut self, out: &mut Outbox) {
        let zones = self.zones.each_mut().map(|zone| round(zone.step(), 1));
        out.live(
            "plant/line1/oven/temperatures",
            json!({ "setpoints": [182, 205, 176], "unit": "C", "zones": zones }).to_string(),
        );
    }

    fn report_conveyor(&mut self, out: &mut Outbox) {
        let speed = if self.is_running() { 0.42 + noise(&mut self.rng, 0.01) } else { 0.0 };
        out.live("plant/line1/conveyor/speed", format!("{speed:.3} m/s"));
    }

    fn report_shift(&self, world: &World, out: &mut Outbox) {
        let good = self.parts - self.rejects;
        let quality = round(good as f64 / self.parts as f64 * 100.0, 2);
        let report = json!({ "at": world.stamp(out.at), "good": good, "quality_pct": quality, "rejects": self.rejects, "shift": "late" });
        out.retained("plant/line1/shift", report.to_string(), QoS::AtLeastOnce);
    }
}

impl Device for Plant {
    fn births(&mut self, world: &World, out: &mut Outbox) {
        self.report_press(world, out);
        self.report_alarm(world, out);
        self.report_conveyor(out);
        self.report_oven(out);
        self.report_shift(world, out);
        out.retained("plant/line1/press/count", self.parts.to_string(), QoS::AtLeastOnce);
    }

    fn due(&self) -> Duration {
        earliest([&self.fate, &self.press, &self.cycle, &self.conveyor, &self.oven, &self.shift])
    }

    fn act(&mut self, world: &World, out: &mut Outbox) {
        if self.fate.rings(out.at) {
            self.turn_of_fate(world, out);
        }
        if self.press.rings(out.at) {
            self.report_press(world, out);
        }
        if self.cycle.rings(out.at) {
            self.finish_part(out);
        }
        if self.conveyor.rings(out.at) {
            self.report_conveyor(out);
        }
        if self.oven.rings(out.at) {
            self.report_oven(out);
        }
        if self.shift.rings(out.at) {
            self.report_shift(world, out);
        }
    }
}
