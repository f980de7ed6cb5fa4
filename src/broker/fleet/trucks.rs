//! Three vehicles and their gateway on `fleet/…`: positions in the manner of `OwnTracks`, moving along closed routes, and engine data.

use std::time::Duration;

use fastrand::Rng;
use serde_json::json;

use super::Device;
use super::noise::{Walk, noise, round};
use super::outbox::{Outbox, Timer, earliest};
use super::world::World;
use crate::model::QoS;

/// Corners of a route as latitude and longitude; the last leads back to the first.
type Route = &'static [(f64, f64)];

const HARBOUR: Route =
    &[(53.5441, 9.9662), (53.5398, 9.9900), (53.5333, 10.0120), (53.5204, 10.0031), (53.5267, 9.9702)];
const MOTORWAY: Route =
    &[(53.4520, 9.9810), (53.3310, 9.9790), (53.2480, 10.0460), (53.3120, 10.1900), (53.4290, 10.1210)];
const CENTRE: Route = &[(53.5511, 9.9937), (53.5571, 10.0042), (53.5620, 9.9890), (53.5560, 9.9790)];

/// Metres in a degree of latitude.
const METRES_PER_DEGREE: f64 = 111_195.0;

struct Vehicle {
    name: &'static str,
    route: Route,
    /// The corner it comes from, and the metres driven since.
    leg: usize,
    metres: f64,
    speed: Walk,
    fuel_pct: f64,
    odometer_km: f64,
    coolant_c: f64,
    position: Timer,
    engine: Timer,
}

impl Vehicle {
    /// Length in metres and course in degrees of the leg it is on, and its two ends.
    fn leg(&self) -> (f64, f64, (f64, f64), (f64, f64)) {
        let from = self.route[self.leg % self.route.len()];
        let to = self.route[(self.leg + 1) % self.route.len()];
        let north = (to.0 - from.0) * METRES_PER_DEGREE;
        let east = (to.1 - from.1) * METRES_PER_DEGREE * from.0.to_radians().cos();
        (north.hypot(east), east.atan2(north).to_degrees().rem_euclid(360.0), from, to)
    }

    fn drive(&mut self, seconds: f64) {
        let kmh = self.speed.step().clamp(0.0, 130.0);
        let metres = kmh / 3.6 * seconds;
        self.metres += metres;
        self.odometer_km += metres / 1_000.0;
        // A full tank lasts an hour here, so that the line is worth a chart; then it is filled up.
        self.fuel_pct = if self.fuel_pct < 8.0 { 98.0 } else { self.fuel_pct - seconds / 36.0 };
        self.coolant_c += (88.0 + kmh / 40.0 - self.coolant_c) * 0.05;
        let (length, ..) = self.leg();
        if self.metres >= length {
            self.metres -= length;
            self.leg += 1;
        }
    }

    fn report_position(&self, world: &World, out: &mut Outbox) {
        let (length, course, from, to) = self.leg();
        let part = (self.metres / length).clamp(0.0, 1.0);
        let tracker = &self.name[self.name.len() - 2..];
        let location = json!({
            "_type": "location", "acc": 6, "alt": 14, "batt": 100, "cog": course.round() as i64, "conn": "m",
            "lat": round(from.0 + (to.0 - from.0) * part, 6), "lon": round(from.1 + (to.1 - from.1) * part, 6),
            "tid": tracker, "tst": world.wall(out.at).as_second(), "vel": self.speed.value().clamp(0.0, 130.0).round() as i64,
        });
        out.retained(format!("fleet/{}/position", self.name), location.to_string(), QoS::AtLeastOnce);
    }

    fn report_engine(&self, rng: &mut Rng, out: &mut Outbox) {
        let rpm = 750.0 + self.speed.value().max(0.0) * 14.0 + noise(rng, 40.0);
        let engine = json!({
            "coolant_c": round(self.coolant_c, 1), "fuel_pct": round(self.fuel_pct, 1), "odometer_km": round(self.odometer_km, 2),
            "rpm": rpm.round() as i64,
        });
        out.live(format!("fleet/{}/engine", self.name), engine.to_string());
    }
}

/// All vehicles.
pub(super) struct Trucks {
    rng: Rng,
    vehicles: Vec<Vehicle>,
    gateway: Timer,
}

impl Trucks {
    pub(super) fn new(mut rng: Rng) -> Self {
        let mut vehicle = |name, route, kmh, odometer_km, first_ms| Vehicle {
            name,
            route,
            leg: 0,
            metres: 0.0,
            speed: Walk::new(&mut rng, kmh, 0.08, kmh / 5.0),
            fuel_pct: 40.0 + 50.0 * rng.f64(),
            odometer_km,
            coolant_c: 71.0,
            position: Timer::every(4_000, first_ms),
            engine: Timer::every(6_000, first_ms + 1_100),
        };
        let vehicles = vec![
            vehicle("truck-07", HARBOUR, 42.0, 218_440.7, 550),
            vehicle("truck-12", MOTORWAY, 84.0, 96_012.3, 1_900),
            vehicle("van-03", CENTRE, 27.0, 41_877.0, 3_050),
        ];
        Self { rng, vehicles, gateway: Timer::every(30_000, 12_000) }
    }

    fn report_gateway(&mut self, world: &World, out: &mut Outbox) {
        let status = json!({
            "connected": self.vehicles.len(), "firmware": "4.12.0", "signal_dbm": -71 + self.rng.i64(-6..=6), "ts": world.stamp(out.at),
            "uptime_s": 86_400 + out.at.as_secs(),
        });
        out.retained("fleet/gateway/status", status.to_string(), QoS::AtMostOnce);
    }
}

impl Device for Trucks {
    fn births(&mut self, world: &World, out: &mut Outbox) {
        for vehicle in &self.vehicles {
            vehicle.report_position(world, out);
            vehicle.report_engine(&mut self.rng, out);
        }
        self.report_gateway(world, out);
    }

    fn due(&self) -> Duration {
        earliest(
            self.vehicles
                .iter()
                .flat_map(|vehicle| [&vehicle.position, &vehicle.engine])
                .chain([&self.gateway]),
        )
    }

    fn act(&mut self, world: &World, out: &mut Outbox) {
        for vehicle in &mut self.vehicles {
            if vehicle.position.rings(out.at) {
                vehicle.drive(4.0);
                vehicle.report_position(world, out);
            }
            if vehicle.engine.rings(out.at) {
                vehicle.report_engine(&mut self.rng, out);
            }
        }
        if self.gateway.rings(out.at) {
            self.report_gateway(world, out);
        }
    }
}
