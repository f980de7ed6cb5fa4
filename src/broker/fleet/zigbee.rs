//! A Zigbee bridge as `Zigbee2MQTT` would publish it: JSON on `zigbee2mqtt/<name>`, availability, a big device list; two lights and a plug
//! obey `zigbee2mqtt/<name>/set`, and what cannot be obeyed is answered on `zigbee2mqtt/bridge/logging`.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use super::noise::{Walk, noise, round, seconds};
use super::outbox::{Outbox, Timer, earliest, publication};
use super::world::{Room, World};
use super::{Device, Testator};
use crate::model::QoS;

/// The devices behind the bridge: name, IEEE address, model, vendor, description, power source.
pub(super) const DEVICES: [(&str, &str, &str, &str, &str, &str); 5] = [
    (
        "living_room_lamp",
        "0x00124b0022aa0001",
        "LED-E27-W",
        "Lumenwerk",
        "E27 bulb, tunable white",
        "Mains (single phase)",
    ),
    (
        "kitchen_spots",
        "0x00124b0022aa0002",
        "GU10-3",
        "Lumenwerk",
        "GU10 spots, tunable white",
        "Mains (single phase)",
    ),
    (
        "dishwasher_plug",
        "0x00124b0022aa0003",
        "PLUG-16A",
        "Nordstrom",
        "Plug with power meter",
        "Mains (single phase)",
    ),
    ("hallway_motion", "0x00124b0022aa0004", "PIR-2", "Nordstrom", "Motion and light sensor", "Battery"),
    (
        "bathroom_climate",
        "0x00124b0022aa0005",
        "THP-1",
        "Nordstrom",
        "Temperature, humidity, pressure",
        "Battery",
    ),
];

/// A light or plug that can be switched.
struct Actuator {
    name: &'static str,
    on: bool,
    /// Brightness (0 to 254) and colour temperature (in mired) of a light.
    light: Option<(u8, u16)>,
    linkquality: Walk,
    timer: Timer,
}

impl Actuator {
    /// Obeys a payload of `…/set`; the error is a sentence for the user.
    fn obey(&mut self, payload: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(payload).map_err(|_| "payload is not UTF-8".to_owned())?.trim();
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(wishes)) => {
                for (key, value) in &wishes {
                    self.obey_one(key, value)?;
                }
                Ok(())
            }
            // Not JSON, or a bare JSON string: a plain state.
            Ok(Value::String(state)) => self.switch(&state),
            _ => self.switch(text),
        }
    }

    fn obey_one(&mut self, key: &str, value: &Value) -> Result<(), String> {
        let number = |low: u64, high: u64| {
            let found = value.as_f64().map(f64::round).filter(|n| (low as f64..=high as f64).contains(n));
            found
                .map(|n| n as u16)
                .ok_or_else(|| format!("{key} must be a number from {low} to {high}, not {value}"))
        };
        match (key, &mut self.light) {
            ("state", _) => self.switch(value.as_str().unwrap_or_default()),
            ("brightness", Some((brightness, _))) => {
                *brightness = number(0, 254)? as u8;
                self.on = *brightness > 0;
                Ok(())
            }
            ("color_temp", Some((_, color_temp))) => {
                *color_temp = number(153, 500)?;
                Ok(())
            }
            // Accepted, as the real bridge does; this light changes at once.
            ("transition", Some(_)) => Ok(()),
            _ => Err(format!("no converter available for '{key}'")),
        }
    }

    fn switch(&mut self, state: &str) -> Result<(), String> {
        self.on = match state.to_ascii_uppercase().as_str() {
            "ON" => true,
            "OFF" => false,
            "TOGGLE" => !self.on,
            _ => return Err("state must be ON, OFF or TOGGLE".to_owned()),
        };
        Ok(())
    }
}

/// The bridge and everything behind it.
pub(super) struct Zigbee {
    rng: Rng,
    actuators: Vec<Actuator>,
    plug_energy: f64,
    battery: f64,
    climate: Timer,
    motion: Timer,
    availability: Timer,
    away: Timer,
    log: Timer,
    pressure: Walk,
    occupancy: bool,
}

impl Zigbee {
    pub(super) fn new(mut rng: Rng) -> Self {
        let mut actuator = |name, on, light, timer| Actuator {
            name,
            on,
            light,
            linkquality: Walk::new(&mut rng, 112.0, 0.1, 12.0),
            timer,
        };
        let actuators = vec![
            actuator("living_room_lamp", true, Some((180, 370)), Timer::every(10_000, 900)),
            actuator("kitchen_spots", true, Some((254, 250)), Timer::every(25_000, 6_100)),
            actuator("dishwasher_plug", true, None, Timer::every(4_000, 300)),
        ];
        Self {
            actuators,
            plug_energy: 231.47,
            battery: 87.0,
            climate: Timer::every(9_000, 2_600),
            motion: Timer::every(2_000, 1_200),
            availability: Timer::once(47_000),
            away: Timer::off(),
            log: Timer::every(60_000, 31_000),
            pressure: Walk::new(&mut rng, 1_013.2, 0.02, 0.2),
            occupancy: false,
            rng,
        }
    }

    fn report(&mut self, index: usize, out: &mut Outbox) {
        let Some(actuator) = self.actuators.get_mut(index) else { return };
        let linkquality = actuator.linkquality.step().clamp(20.0, 255.0).round();
        let state = if actuator.on { "ON" } else { "OFF" };
        let topic = format!("zigbee2mqtt/{}", actuator.name);
        let Some((brightness, color_temp)) = actuator.light else {
            let power = if actuator.on { dishwasher_power(out.at) + noise(&mut self.rng, 2.0) } else { 0.0 };
            let power = power.max(0.0);
            let voltage = 231.0 + noise(&mut self.rng, 1.5) - power / 900.0;
            self.plug_energy += power * 4.0 / 3_600_000.0;
            let reading = json!({
                "current": round(power / voltage, 2), "energy": round(self.plug_energy, 3), "linkquality": linkquality as i64,
                "power": round(power, 1), "state": state, "voltage": voltage.round() as i64,
            });
            return out.live(topic, reading.to_string());
        };
        let reading = json!({
            "brightness": brightness, "color_mode": "color_temp", "color_temp": color_temp,
            "linkquality": linkquality as i64, "power_on_behavior": "previous", "state": state,
            "update": { "installed_version": 587_806_257, "latest_version": 587_806_257, "state": "idle" },
        });
        out.retained(topic, reading.to_string(), QoS::AtLeastOnce);
    }

    fn report_climate(&mut self, world: &World, out: &mut Outbox) {
        self.battery = (self.battery - 0.003).max(12.0);
        let reading = json!({
            "battery": self.battery.round() as i64,
            "humidity": round(world.humidity(Room::Bathroom, out.at) + noise(&mut self.rng, 0.4), 2),
            "linkquality": 84 + self.rng.i64(-6..=6),
            "pressure": round(self.pressure.step(), 1),
            "temperature": round(world.temperature(Room::Bathroom, out.at) + noise(&mut self.rng, 0.05), 2),
            "voltage": 2_900 + (self.battery as i64),
        });
        out.live("zigbee2mqtt/bathroom_climate", reading.to_string());
    }

    fn report_motion(&mut self, world: &World, out: &mut Outbox) {
        let reading = json!({
            "battery": 100, "illuminance": (world.illuminance(out.at) / 180.0).round() as i64,
            "linkquality": 61 + self.rng.i64(-4..=4), "occupancy": self.occupancy,
        });
        out.retained("zigbee2mqtt/hallway_motion", reading.to_string(), QoS::AtMostOnce);
    }

    fn complain(out: &mut Outbox, message: &str) {
        out.live("zigbee2mqtt/bridge/logging", json!({ "level": "error", "message": message }).to_string());
    }
}

impl Device for Zigbee {
    fn births(&mut self, world: &World, out: &mut Outbox) {
        out.retained("zigbee2mqtt/bridge/state", r#"{"state":"online"}"#, QoS::AtLeastOnce);
        out.retained("zigbee2mqtt/bridge/info", bridge_info().to_string(), QoS::AtMostOnce);
        out.retained("zigbee2mqtt/bridge/devices", device_list().to_string(), QoS::AtMostOnce);
        for (name, ..) in DEVICES {
            availability(out, name, true);
        }
        for index in 0..self.actuators.len() {
            self.report(index, out);
        }
        self.report_climate(world, out);
        self.report_motion(world, out);
    }

    fn due(&self) -> Duration {
        let own = [&self.climate, &self.motion, &self.availability, &self.away, &self.log];
        earliest(self.actuators.iter().map(|actuator| &actuator.timer).chain(own))
    }

    fn act(&mut self, world: &World, out: &mut Outbox) {
        for index in 0..self.actuators.len() {
            if self.actuators[index].timer.rings(out.at) {
                self.report(index, out);
            }
        }
        if self.climate.rings(out.at) {
            self.report_climate(world, out);
        }
        if self.motion.rings(out.at) {
            let moves = world.somebody_moves(out.at);
            if moves != self.occupancy {
                self.occupancy = moves;
                self.report_motion(world, out);
            }
        }
        // A battery sensor at the edge of the mesh is lost now and then. Nobody's will: the bridge notices.
        if self.availability.rings(out.at) {
            availability(out, "bathroom_climate", false);
            self.away.set_in(out.at, seconds(&mut self.rng, 5.0, 20.0));
        }
        if self.away.rings(out.at) {
            self.away = Timer::off();
            availability(out, "bathroom_climate", true);
            self.availability.set_in(out.at, seconds(&mut self.rng, 120.0, 300.0));
        }
        if self.log.rings(out.at) {
            let line = json!({ "level": "info", "message": "z2m: Successfully backed up the coordinator" });
            out.live("zigbee2mqtt/bridge/logging", line.to_string());
        }
    }

    fn receive(&mut self, topic: &str, payload: &[u8], _world: &World, out: &mut Outbox) {
        let Some((name, verb)) = topic.strip_prefix("zigbee2mqtt/").and_then(|rest| rest.split_once('/'))
        else {
            return;
        };
        if !matches!(verb, "set" | "get") {
            return;
        }
        let Some(index) = self.actuators.iter().position(|actuator| actuator.name == name) else {
            let known = DEVICES.iter().any(|(device, ..)| *device == name);
            let fault = if known { "cannot be set" } else { "is unknown" };
            return Self::complain(out, &format!("z2m: Entity '{name}' {fault}"));
        };
        let obeyed = if verb == "set" { self.actuators[index].obey(payload) } else { Ok(()) };
        match obeyed {
            Ok(()) => self.report(index, out),
            Err(fault) => Self::complain(out, &format!("z2m: Publish 'set' to '{name}' failed: '{fault}'")),
        }
    }

    fn wills(&self) -> Vec<Testator> {
        let will = publication("zigbee2mqtt/bridge/state", r#"{"state":"offline"}"#, QoS::AtLeastOnce, true);
        vec![Testator { client: "zigbee2mqtt", will }]
    }
}

fn availability(out: &mut Outbox, name: &str, online: bool) {
    let state = if online { r#"{"state":"online"}"# } else { r#"{"state":"offline"}"# };
    out.retained(format!("zigbee2mqtt/{name}/availability"), state, QoS::AtLeastOnce);
}

/// A wash programme of seven minutes: fill, heat, wash, heat again, dry, then idle.
fn dishwasher_power(at: Duration) -> f64 {
    match at.as_secs_f64().rem_euclid(420.0) {
        t if t < 20.0 => 14.0,
        t if t < 110.0 => 1_920.0,
        t if t < 230.0 => 64.0 + 18.0 * (t / 3.0).sin(),
        t if t < 290.0 => 1_935.0,
        t if t < 350.0 => 48.0,
        _ => 1.2,
    }
}

fn bridge_info() -> Value {
    json!({
        "version": "2.6.3", "commit": "demo", "permit_join": false, "log_level": "info", "restart_required": false,
        "coordinator": { "ieee_address": "0x00124b0022aa0000", "type": "zStack3x0", "meta": { "revision": 20_240_710 } },
        "network": { "channel": 15, "extended_pan_id": "0xdddddddddddddddd", "pan_id": 6754 },
    })
}

/// One feature of a device as the bridge exposes it.
fn exposed(property: &str, kind: &str, unit: &str, access: u8, description: &str) -> Value {
    json!({ "access": access, "description": description, "label": property, "name": property, "property": property, "type": kind, "unit": unit })
}

fn device_list() -> Value {
    let mut list = vec![json!({
        "disabled": false, "friendly_name": "Coordinator", "ieee_address": "0x00124b0022aa0000", "interview_completed": true,
        "network_address": 0, "supported": true, "type": "Coordinator", "definition": null,
        "endpoints": { "1": { "bindings": [], "clusters": { "input": [], "output": [] }, "configured_reportings": [], "scenes": [] } },
    })];
    for (index, (name, address, model, vendor, description, power)) in DEVICES.into_iter().enumerate() {
        let exposes = match name {
            "dishwasher_plug" => vec![
                exposed("state", "binary", "", 7, "On/off state of the switch"),
                exposed("power", "numeric", "W", 5, "Instantaneous measured power"),
                exposed("current", "numeric", "A", 5, "Instantaneous measured current"),
                exposed("energy", "numeric", "kWh", 5, "Sum of consumed energy"),
            ],
            "hallway_motion" => vec![
                exposed("occupancy", "binary", "", 1, "Whether the device detected occupancy"),
                exposed("illuminance", "numeric", "lx", 1, "Measured illuminance"),
            ],
            "bathroom_climate" => vec![
                exposed("temperature", "numeric", "°C", 1, "Measured temperature"),
                exposed("humidity", "numeric", "%", 1, "Measured relative humidity"),
                exposed("pressure", "numeric", "hPa", 1, "Measured atmospheric pressure"),
            ],
            _ => vec![json!({ "type": "light", "features": [
                exposed("state", "binary", "", 7, "On/off state of this light"),
                exposed("brightness", "numeric", "", 7, "Brightness of this light, 0 to 254"),
                exposed("color_temp", "numeric", "mired", 7, "Color temperature of this light, 153 to 500"),
            ]})],
        };
        let is_mains = power != "Battery";
        list.push(json!({
            "date_code": "20250311", "disabled": false, "friendly_name": name, "ieee_address": address,
            "interview_completed": true, "manufacturer": vendor, "model_id": model, "network_address": 10_240 + 7 * index,
            "power_source": power, "software_build_id": "2.3.087", "supported": true,
            "type": if is_mains { "Router" } else { "EndDevice" },
            "definition": { "description": description, "exposes": exposes, "model": model, "options": [], "supports_ota": is_mains, "vendor": vendor },
            "endpoints": { "1": { "bindings": [{ "cluster": "genOnOff", "target": { "endpoint": 1, "ieee_address": "0x00124b0022aa0000", "type": "endpoint" } }],
                "clusters": { "input": ["genBasic", "genIdentify", "genOnOff"], "output": ["genOta"] },
                "configured_reportings": [{ "attribute": "onOff", "cluster": "genOnOff", "maximum_report_interval": 3600, "minimum_report_interval": 0, "reportable_change": 0 }], "scenes": [] } },
        }));
    }
    Value::Array(list)
}
