//! Meters that speak XML on `/home/<room>/current` (a leading slash: the first level is empty), and bathroom scales that publish JSON on
//! `medando/weightcompanion/weights/<user>/<device>`.

use std::time::Duration;

use fastrand::Rng;
use serde_json::json;

use super::Device;
use super::noise::{Walk, noise, round, seconds};
use super::outbox::{Outbox, Timer, content_type, earliest, publication};
use super::world::{Room, World};
use crate::model::QoS;

/// One person on one scale.
struct Person {
    user: &'static str,
    device: &'static str,
    height_m: f64,
    weight: Walk,
    timer: Timer,
}

/// XML meters and scales.
pub(super) struct Meters {
    rng: Rng,
    kitchen: Timer,
    office: Timer,
    people: Vec<Person>,
}

impl Meters {
    pub(super) fn new(mut rng: Rng) -> Self {
        let mut person = |user, device, height_m, kg, first_ms| Person {
            user,
            device,
            height_m,
            weight: Walk::new(&mut rng, kg, 0.05, 0.35),
            timer: Timer::once(first_ms),
        };
        let people = vec![
            person("anna", "scale-bathroom", 1.71, 64.2, 950),
            person("ben", "scale-bathroom", 1.84, 81.7, 14_000),
            person("ben", "scale-gym", 1.84, 82.1, 33_000),
        ];
        Self { rng, kitchen: Timer::every(5_000, 350), office: Timer::every(9_000, 4_400), people }
    }

    fn read(&mut self, room: Room, name: &str, world: &World, out: &mut Outbox) {
        let temp = world.temperature(room, out.at) + noise(&mut self.rng, 0.08);
        let humidity = world.humidity(room, out.at) + noise(&mut self.rng, 0.4);
        let mut power = 38.0 + noise(&mut self.rng, 2.0);
        if matches!(room, Room::Kitchen) && world.is_kettle_on(out.at) {
            power += 1_980.0;
        }
        let volts = 230.6 + noise(&mut self.rng, 1.0);
        let xml = format!(
            "<reading time=\"{}\"><temp>{temp:.1}</temp><humidity>{humidity:.0}</humidity><energy unit=\"W\">{power:.0}</energy>\
             <voltage>{volts:.1}</voltage><meter id=\"{name}-1\"><battery>97</battery></meter></reading>",
            world.stamp(out.at)
        );
        let mut message = publication(format!("/home/{name}/current"), xml, QoS::AtMostOnce, true);
        message.properties = Some(Box::new(content_type("application/xml")));
        out.publish(message);
    }

    fn weigh(&mut self, index: usize, world: &World, out: &mut Outbox) {
        let Some(person) = self.people.get_mut(index) else { return };
        let kg = person.weight.step();
        let reading = json!({
            "bmi": round(kg / person.height_m.powi(2), 1), "body_fat_pct": round(kg * 0.27 + noise(&mut self.rng, 0.3), 1),
            "device": person.device, "timestamp": world.wall(out.at).as_second(), "unit": "kg", "user": person.user,
            "weight": round(kg, 1),
        });
        let topic = format!("medando/weightcompanion/weights/{}/{}", person.user, person.device);
        out.retained(topic, reading.to_string(), QoS::AtLeastOnce);
    }
}

impl Device for Meters {
    fn births(&mut self, world: &World, out: &mut Outbox) {
        self.read(Room::Kitchen, "kitchen", world, out);
        self.read(Room::Office, "office", world, out);
        for index in 0..self.people.len() {
            self.weigh(index, world, out);
        }
    }

    fn due(&self) -> Duration {
        earliest(self.people.iter().map(|person| &person.timer).chain([&self.kitchen, &self.office]))
    }

    fn act(&mut self, world: &World, out: &mut Outbox) {
        if self.kitchen.rings(out.at) {
            self.read(Room::Kitchen, "kitchen", world, out);
        }
        if self.office.rings(out.at) {
            self.read(Room::Office, "office", world, out);
        }
        for index in 0..self.people.len() {
            if self.people[index].timer.rings(out.at) {
                self.weigh(index, world, out);
                let pause = seconds(&mut self.rng, 35.0, 80.0);
                self.people[index].timer.set_in(out.at, pause);
            }
        }
    }
}
