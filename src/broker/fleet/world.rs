//! What surrounds the devices: wall-clock time, weather, rooms, people. All pure functions of time, so that devices which measure the
//! same thing agree with each other. Used by every device of the fleet.

use std::f64::consts::TAU;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;

use super::noise::Drift;

/// The rooms of the house.
#[derive(Debug, Clone, Copy)]
pub(super) enum Room {
    Kitchen,
    Lounge,
    Bedroom,
    Office,
    Bathroom,
}

/// The surroundings.
pub(super) struct World {
    start: Timestamp,
    weather: Drift,
    clouds: Drift,
    presence: Drift,
    kettle: Drift,
    /// In the order of [`Room`].
    rooms: [Drift; 5],
}

impl World {
    /// Surroundings that follow from `rng`, with the wall clock at `start` when the demo starts.
    pub(super) fn new(rng: &mut Rng, start: Timestamp) -> Self {
        Self {
            start,
            weather: Drift::new(rng, 0.0, 0.9, 900.0),
            clouds: Drift::new(rng, 0.6, 0.4, 240.0),
            presence: Drift::new(rng, 0.15, 1.0, 130.0),
            kettle: Drift::new(rng, 0.0, 1.0, 170.0),
            // Rooms are quicker than in life: somebody who watches for a minute should see them move.
            rooms: [(20.6, 0.9), (21.3, 0.6), (18.4, 0.5), (21.8, 0.7), (22.6, 1.1)]
                .map(|(mean, swing)| Drift::new(rng, mean, swing, 420.0)),
        }
    }

    /// Wall-clock time.
    pub(super) fn wall(&self, at: Duration) -> Timestamp {
        let ms = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
        let wall = self.start.as_millisecond().saturating_add(ms);
        Timestamp::from_millisecond(wall).unwrap_or(Timestamp::MAX)
    }

    /// Wall-clock time as `2026-11-20T14:00:00.000Z`.
    pub(super) fn stamp(&self, at: Duration) -> String {
        format!("{:.3}", self.wall(at))
    }

    /// Wall-clock time without zone, as `2026-11-20T14:00:00`.
    pub(super) fn bare_stamp(&self, at: Duration) -> String {
        self.wall(at).strftime("%Y-%m-%dT%H:%M:%S").to_string()
    }

    /// Hour of the day with its fraction, UTC.
    fn hour(&self, at: Duration) -> f64 {
        let of_day = self.wall(at).as_millisecond().rem_euclid(86_400_000);
        of_day as f64 / 3_600_000.0
    }

    /// Outdoor temperature in °C: warmest in the middle of the afternoon.
    pub(super) fn outdoor(&self, at: Duration) -> f64 {
        5.5 + 3.5 * (TAU * (self.hour(at) - 9.0) / 24.0).sin() + self.weather.at(at)
    }

    /// Outdoor light in lux: a November day with clouds.
    pub(super) fn illuminance(&self, at: Duration) -> f64 {
        let sun = (TAU * (self.hour(at) - 7.0) / 20.0).sin();
        let is_day = (7.0..17.0).contains(&self.hour(at));
        if is_day { 24_000.0 * sun * self.clouds.at(at).clamp(0.1, 1.0) } else { 0.4 }
    }

    /// Room temperature in °C.
    pub(super) fn temperature(&self, room: Room, at: Duration) -> f64 {
        let drift = self.rooms[room as usize].at(at);
        let heat = if matches!(room, Room::Kitchen) { 0.8 * self.steam(at) } else { 0.0 };
        drift + 0.05 * (self.outdoor(at) - 5.5) + heat
    }

    /// Relative humidity in %: falls as a room warms, rises with the kettle in the kitchen.
    pub(super) fn humidity(&self, room: Room, at: Duration) -> f64 {
        let wet = match room {
            Room::Kitchen => 14.0 * self.steam(at),
            Room::Bathroom => 12.0,
            _ => 0.0,
        };
        46.0 - 2.4 * (self.rooms[room as usize].at(at) - 21.0) + wet
    }

    /// CO₂ in the office in ppm: follows the people, slowly.
    pub(super) fn co2(&self, at: Duration) -> f64 {
        let before = at.saturating_sub(Duration::from_secs(15));
        620.0 + 160.0 * (self.presence.at(before) + self.presence.at(at)) / 2.0
    }

    /// Whether somebody is about in the hall.
    pub(super) fn somebody_moves(&self, at: Duration) -> bool {
        self.presence.at(at) > 0.45
    }

    /// Whether somebody works in the office.
    pub(super) fn is_office_occupied(&self, at: Duration) -> bool {
        self.presence.at(at) > -0.1
    }

    /// Whether the kettle draws power.
    pub(super) fn is_kettle_on(&self, at: Duration) -> bool {
        self.kettle.at(at) > 0.6
    }

    /// Steam of the kettle, 0 to about 1.
    fn steam(&self, at: Duration) -> f64 {
        ((self.kettle.at(at) - 0.5) * 2.0).max(0.0)
    }

    /// What the house draws in W: base load, refrigerator, kettle.
    pub(super) fn power(&self, at: Duration) -> f64 {
        let compressor = at.as_secs_f64().rem_euclid(190.0) < 70.0;
        let heating_pump = 45.0 + 4.0 * self.weather.at(at);
        186.0
            + heating_pump
            + if compressor { 92.0 } else { 0.0 }
            + if self.is_kettle_on(at) { 1_980.0 } else { 0.0 }
    }
}
