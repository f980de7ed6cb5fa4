//! The house: plain numbers and words on `home/…`, one value a topic, as self-made sensors publish them. `home/office` is a leaf and
//! a branch at once.

use std::time::Duration;

use fastrand::Rng;

use super::Device;
use super::noise::{noise, round, seconds};
use super::outbox::{Outbox, Timer, earliest};
use super::world::{Room, World};
use crate::model::QoS;

/// One sensor with one topic.
struct Sensor {
    topic: &'static str,
    timer: Timer,
    retain: bool,
    /// Noise in the unit of the value.
    noise: f64,
    decimals: usize,
    read: fn(&World, Duration) -> f64,
}

impl Sensor {
    fn new(topic: &'static str, period_ms: u64, read: fn(&World, Duration) -> f64) -> Self {
        // Sensors are not switched on together: the first readings are spread over three seconds.
        let first = topic.bytes().map(u64::from).sum::<u64>() * 37 % 3_000;
        Self { topic, timer: Timer::every(period_ms, first), retain: false, noise: 0.06, decimals: 1, read }
    }

    fn precision(mut self, decimals: usize, noise: f64) -> Self {
        self.decimals = decimals;
        self.noise = noise;
        self
    }

    fn retained(mut self) -> Self {
        self.retain = true;
        self
    }
}

/// Everything under `home/`.
pub(super) struct House {
    rng: Rng,
    sensors: Vec<Sensor>,
    energy_kwh: f64,
    meter: Timer,
    people: Timer,
    door: Timer,
    is_door_open: bool,
    motion: Option<bool>,
    occupied: Option<bool>,
}

impl House {
    pub(super) fn new(rng: Rng) -> Self {
        let sensors = vec![
            Sensor::new("home/kitchen/temperature", 4_000, |w, at| w.temperature(Room::Kitchen, at))
                .retained(),
            Sensor::new("home/kitchen/humidity", 8_000, |w, at| w.humidity(Room::Kitchen, at))
                .precision(0, 0.4),
            Sensor::new("home/living_room/temperature", 5_000, |w, at| w.temperature(Room::Lounge, at))
                .retained(),
            Sensor::new("home/living_room/humidity", 10_000, |w, at| w.humidity(Room::Lounge, at))
                .precision(0, 0.4),
            Sensor::new("home/bedroom/temperature", 6_000, |w, at| w.temperature(Room::Bedroom, at))
                .retained(),
            Sensor::new("home/office/temperature", 6_000, |w, at| w.temperature(Room::Office, at))
                .precision(2, 0.04),
            Sensor::new("home/office/co2", 7_000, World::co2).precision(0, 6.0),
            Sensor::new("home/outdoor/temperature", 12_000, World::outdoor).precision(1, 0.08).retained(),
            Sensor::new("home/outdoor/illuminance", 10_000, World::illuminance).precision(0, 0.3),
        ];
        Self {
            rng,
            sensors,
            energy_kwh: 8_412.306,
            meter: Timer::every(2_000, 400),
            people: Timer::every(1_000, 700),
            door: Timer::once(9_000),
            is_door_open: false,
            motion: None,
            occupied: None,
        }
    }

    fn read(&mut self, index: usize, world: &World, out: &mut Outbox) {
        let Some(sensor) = self.sensors.get(index) else { return };
        let value = (sensor.read)(world, out.at) + noise(&mut self.rng, sensor.noise);
        let text = format!("{:.*}", sensor.decimals, round(value, sensor.decimals as i32));
        if sensor.retain {
            out.retained(sensor.topic, text, QoS::AtMostOnce);
        } else {
            out.live(sensor.topic, text);
        }
    }

    fn read_meter(&mut self, world: &World, out: &mut Outbox) {
        let power = world.power(out.at) + noise(&mut self.rng, 3.0);
        let before = self.energy_kwh;
        self.energy_kwh += power * 2.0 / 3_600_000.0;
        out.live("home/energy/power", format!("{power:.0}"));
        // The meter shows three digits; it says something when the last one moves.
        if (before * 1_000.0).floor() < (self.energy_kwh * 1_000.0).floor() {
            out.retained("home/energy/total", format!("{:.3}", self.energy_kwh), QoS::AtLeastOnce);
        }
    }

    fn watch_people(&mut self, world: &World, out: &mut Outbox) {
        let motion = world.somebody_moves(out.at);
        if self.motion.replace(motion) != Some(motion) {
            out.retained("home/hall/motion", if motion { "ON" } else { "OFF" }, QoS::AtLeastOnce);
        }
        let occupied = world.is_office_occupied(out.at);
        if self.occupied.replace(occupied) != Some(occupied) {
            out.retained("home/office", if occupied { "occupied" } else { "empty" }, QoS::AtLeastOnce);
        }
    }

    fn report_door(&self, out: &mut Outbox) {
        let state = if self.is_door_open { "open" } else { "closed" };
        out.retained("home/hall/door", state, QoS::ExactlyOnce);
    }
}

impl Device for House {
    fn births(&mut self, world: &World, out: &mut Outbox) {
        for index in 0..self.sensors.len() {
            self.read(index, world, out);
        }
        self.watch_people(world, out);
        self.report_door(out);
        out.retained("home/energy/total", format!("{:.3}", self.energy_kwh), QoS::AtLeastOnce);
    }

    fn due(&self) -> Duration {
        earliest(self.sensors.iter().map(|sensor| &sensor.timer).chain([
            &self.meter,
            &self.people,
            &self.door,
        ]))
    }

    fn act(&mut self, world: &World, out: &mut Outbox) {
        for index in 0..self.sensors.len() {
            if self.sensors[index].timer.rings(out.at) {
                self.read(index, world, out);
            }
        }
        if self.meter.rings(out.at) {
            self.read_meter(world, out);
        }
        if self.people.rings(out.at) {
            self.watch_people(world, out);
        }
        if self.door.rings(out.at) {
            self.is_door_open = !self.is_door_open;
            self.report_door(out);
            let (low, high) = if self.is_door_open { (3.0, 12.0) } else { (20.0, 90.0) };
            self.door.set_in(out.at, seconds(&mut self.rng, low, high));
        }
    }
}
