//! Home Assistant discovery: retained `homeassistant/<component>/<object>/config` messages that describe entities of the other
//! devices of the fleet, with the topics those really use.

use std::time::Duration;

use serde_json::{Value, json};

use super::Device;
use super::outbox::Outbox;
use super::world::World;
use super::zigbee::DEVICES;
use crate::model::QoS;

/// One sensor entity: object id, device, name, state topic, field of its JSON ("" for a plain number), unit, device class.
const SENSORS: [(&str, &str, &str, &str, &str, &str, &str); 7] = [
    (
        "bathroom_temperature",
        "bathroom_climate",
        "Temperature",
        "zigbee2mqtt/bathroom_climate",
        "temperature",
        "°C",
        "temperature",
    ),
    (
        "bathroom_humidity",
        "bathroom_climate",
        "Humidity",
        "zigbee2mqtt/bathroom_climate",
        "humidity",
        "%",
        "humidity",
    ),
    ("dishwasher_power", "dishwasher_plug", "Power", "zigbee2mqtt/dishwasher_plug", "power", "W", "power"),
    ("garage_plug_power", "garage_plug", "Power", "tele/garage_plug/SENSOR", "ENERGY.Power", "W", "power"),
    (
        "boiler_temperature",
        "boiler",
        "Water",
        "tele/boiler/SENSOR",
        "DS18B20.Temperature",
        "°C",
        "temperature",
    ),
    ("kitchen_temperature", "kitchen", "Temperature", "home/kitchen/temperature", "", "°C", "temperature"),
    ("house_power", "energy", "Power", "home/energy/power", "", "W", "power"),
];

/// Publishes once and then rests.
pub(super) struct Discovery;

impl Device for Discovery {
    fn births(&mut self, _world: &World, out: &mut Outbox) {
        for (object, device, name, topic, field, unit, class) in SENSORS {
            let template = if field.is_empty() {
                "{{ value }}".to_owned()
            } else {
                format!("{{{{ value_json.{field} }}}}")
            };
            let mut config = json!({
                "device": describe(device), "device_class": class, "name": name, "state_class": "measurement",
                "state_topic": topic, "unique_id": object, "unit_of_measurement": unit, "value_template": template,
            });
            add_availability(&mut config, device, topic);
            publish(out, "sensor", object, &config);
        }
        for light in ["living_room_lamp", "kitchen_spots"] {
            let mut config = json!({
                "brightness": true, "brightness_scale": 254, "command_topic": format!("zigbee2mqtt/{light}/set"),
                "device": describe(light), "name": null, "schema": "json", "state_topic": format!("zigbee2mqtt/{light}"),
                "supported_color_modes": ["color_temp"], "unique_id": light,
            });
            add_availability(&mut config, light, "zigbee2mqtt/");
            publish(out, "light", light, &config);
        }
        let mut config = json!({
            "command_topic": "cmnd/garage_plug/POWER", "device": describe("garage_plug"), "name": null, "payload_off": "OFF",
            "payload_on": "ON", "state_topic": "stat/garage_plug/POWER", "unique_id": "garage_plug_relay",
        });
        add_availability(&mut config, "garage_plug", "tele/");
        publish(out, "switch", "garage_plug", &config);
    }

    fn due(&self) -> Duration {
        Duration::MAX
    }

    fn act(&mut self, _world: &World, _out: &mut Outbox) {}
}

fn publish(out: &mut Outbox, component: &str, object: &str, config: &Value) {
    out.retained(format!("homeassistant/{component}/{object}/config"), config.to_string(), QoS::AtLeastOnce);
}

/// Where the entity learns that its device is gone, by the convention of whoever publishes `topic`.
fn add_availability(config: &mut Value, device: &str, topic: &str) {
    if topic.starts_with("zigbee2mqtt/") {
        config["availability_topic"] = json!(format!("zigbee2mqtt/{device}/availability"));
        config["availability_template"] = json!("{{ value_json.state }}");
    } else if topic.starts_with("tele/") {
        config["availability_topic"] = json!(format!("tele/{device}/LWT"));
        config["payload_available"] = json!("Online");
        config["payload_not_available"] = json!("Offline");
    }
}

fn describe(device: &str) -> Value {
    match DEVICES.iter().find(|(name, ..)| *name == device) {
        Some((name, address, model, vendor, ..)) => {
            json!({ "identifiers": [format!("zigbee2mqtt_{address}")], "manufacturer": vendor, "model": model, "name": name })
        }
        None => json!({ "identifiers": [device], "name": device }),
    }
}
