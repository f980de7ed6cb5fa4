//! Plugs and a boiler sensor as Tasmota firmware would publish them: `tele/…`, `stat/…`, obeying `cmnd/<device>/POWER`. The garage plug
//! sits at the edge of the Wi-Fi: every minute or so its connection dies and its last will says Offline.

use std::fmt::Write as _;
use std::time::Duration;

use fastrand::Rng;

use super::noise::{Walk, seconds};
use super::outbox::{Outbox, Timer, earliest, publication};
use super::world::World;
use super::{Device, FleetEvent, Testator};
use crate::model::QoS;

/// What a device measures.
enum Meter {
    /// Power drawn while on, in W, and energy so far in kWh.
    Energy { power: Walk, total: f64 },
    /// Water temperature in °C: heats while on, cools while off.
    Water { celsius: Walk },
}

/// One device and its connection.
struct Plug {
    name: &'static str,
    client: &'static str,
    on: bool,
    meter: Meter,
    rssi: Walk,
    /// When it last connected.
    since: Duration,
    connects: u32,
    alive: bool,
    /// Ends its life or its death; never rings for devices with good reception.
    fate: Timer,
    sensor: Timer,
    state: Timer,
}

impl Plug {
    fn will(&self) -> crate::model::Publication {
        publication(format!("tele/{}/LWT", self.name), "Offline", QoS::AtLeastOnce, true)
    }

    /// What the firmware says right after connecting.
    fn come_online(&mut self, world: &World, out: &mut Outbox) {
        self.alive = true;
        self.since = out.at;
        self.connects += 1;
        out.retained(format!("tele/{}/LWT", self.name), "Online", QoS::AtLeastOnce);
        out.retained(format!("stat/{}/POWER", self.name), self.power_word(), QoS::AtMostOnce);
        self.tell_state(world, out);
        self.tell_sensor(world, out);
    }

    fn power_word(&self) -> &'static str {
        if self.on { "ON" } else { "OFF" }
    }

    fn tell_state(&mut self, world: &World, out: &mut Outbox) {
        let up = out.at.saturating_sub(self.since).as_secs() + 5;
        let rssi = self.rssi.step().clamp(8.0, 100.0).round();
        let mut json = format!(r#"{{"Time":"{}","#, world.bare_stamp(out.at));
        let uptime = format!("{}T{:02}:{:02}:{:02}", up / 86_400, up / 3_600 % 24, up / 60 % 60, up % 60);
        let _ = write!(
            json,
            r#""Uptime":"{uptime}","UptimeSec":{up},"Heap":26,"SleepMode":"Dynamic","Sleep":50,"#
        );
        let _ =
            write!(json, r#""LoadAvg":19,"MqttCount":{},"POWER":"{}","#, self.connects, self.power_word());
        let _ = write!(
            json,
            r#""Wifi":{{"AP":1,"SSId":"workshop","BSSId":"02:00:5E:10:00:01","Channel":6,"Mode":"11n","RSSI":{rssi},"Signal":{:.0},"LinkCount":{},"Downtime":"0T00:00:03"}}}}"#,
            rssi / 2.0 - 100.0,
            self.connects,
        );
        out.live(format!("tele/{}/STATE", self.name), json);
    }

    fn tell_sensor(&mut self, world: &World, out: &mut Outbox) {
        let time = world.bare_stamp(out.at);
        let json = match &mut self.meter {
            Meter::Energy { power, total } => {
                let watts = if self.on { power.step().max(0.5) } else { 0.0 };
                let before = *total;
                *total += watts * 8.0 / 3_600_000.0;
                let volts = 231.0 - watts / 400.0;
                format!(
                    r#"{{"Time":"{time}","ENERGY":{{"TotalStartTime":"2026-01-03T09:12:44","Total":{total:.3},"Yesterday":1.207,"Today":{:.3},"Period":{:.0},"Power":{watts:.0},"ApparentPower":{:.0},"ReactivePower":{:.0},"Factor":{},"Voltage":{volts:.0},"Current":{:.3}}}}}"#,
                    *total % 1.5,
                    (*total - before) * 1_000.0,
                    watts / 0.93,
                    watts * 0.39,
                    if self.on { "0.93" } else { "0.00" },
                    watts / 0.93 / volts,
                )
            }
            Meter::Water { celsius } => {
                celsius.centre = if self.on { 64.0 } else { 46.0 };
                let celsius = celsius.step();
                // The thermostat of the boiler; somebody may still overrule it with cmnd/boiler/POWER.
                let id = "01131B5C77A1";
                format!(
                    r#"{{"Time":"{time}","DS18B20":{{"Id":"{id}","Temperature":{celsius:.1}}},"TempUnit":"C"}}"#
                )
            }
        };
        out.live(format!("tele/{}/SENSOR", self.name), json);
    }

    /// Answers `cmnd/<name>/<command>`.
    fn obey(&mut self, command: &str, payload: &[u8], out: &mut Outbox) {
        let result = format!("stat/{}/RESULT", self.name);
        if !command.eq_ignore_ascii_case("POWER") {
            return out.live(result, r#"{"Command":"Unknown"}"#);
        }
        let word = String::from_utf8_lossy(payload).trim().to_ascii_uppercase();
        self.on = match word.as_str() {
            // An empty payload asks.
            "" => self.on,
            "ON" | "1" | "TRUE" => true,
            "OFF" | "0" | "FALSE" => false,
            "TOGGLE" | "2" => !self.on,
            _ => return out.live(result, r#"{"Command":"Error"}"#),
        };
        self.tell_power(out);
    }

    fn tell_power(&self, out: &mut Outbox) {
        let power = self.power_word();
        out.live(format!("stat/{}/RESULT", self.name), format!(r#"{{"POWER":"{power}"}}"#));
        out.retained(format!("stat/{}/POWER", self.name), power, QoS::AtMostOnce);
    }

    /// Switches itself at the limits of the boiler's thermostat.
    fn regulate(&mut self, out: &mut Outbox) {
        let Meter::Water { celsius } = &self.meter else { return };
        let wanted = if celsius.value() > 60.0 { false } else { self.on || celsius.value() < 50.0 };
        if wanted != self.on {
            self.on = wanted;
            self.tell_power(out);
        }
    }
}

/// All devices with this firmware.
pub(super) struct Tasmota {
    rng: Rng,
    plugs: Vec<Plug>,
}

impl Tasmota {
    pub(super) fn new(mut rng: Rng) -> Self {
        let power = Walk::new(&mut rng, 38.0, 0.15, 6.0);
        let garage = Meter::Energy { power, total: 37.204 };
        let power = Walk::new(&mut rng, 92.0, 0.1, 11.0);
        let desk = Meter::Energy { power, total: 212.861 };
        let water = Meter::Water { celsius: Walk::new(&mut rng, 55.0, 0.06, 0.3) };
        let mut plug = |name, client, meter, rssi, offset, fate| Plug {
            name,
            client,
            on: true,
            meter,
            rssi: Walk::new(&mut rng, rssi, 0.2, 5.0),
            since: Duration::ZERO,
            connects: 0,
            alive: true,
            fate,
            sensor: Timer::every(8_000, offset),
            state: Timer::every(24_000, offset + 900),
        };
        let plugs = vec![
            plug("garage_plug", "tasmota-garage", garage, 24.0, 800, Timer::once(41_000)),
            plug("desk_plug", "tasmota-desk", desk, 78.0, 3_300, Timer::off()),
            plug("boiler", "tasmota-boiler", water, 62.0, 5_700, Timer::off()),
        ];
        Self { rng, plugs }
    }
}

impl Device for Tasmota {
    fn births(&mut self, world: &World, out: &mut Outbox) {
        for plug in &mut self.plugs {
            plug.come_online(world, out);
        }
    }

    fn due(&self) -> Duration {
        earliest(self.plugs.iter().flat_map(|plug| [&plug.fate, &plug.sensor, &plug.state]))
    }

    fn act(&mut self, world: &World, out: &mut Outbox) {
        for plug in &mut self.plugs {
            if plug.fate.rings(out.at) {
                let (client, will) = (plug.client, plug.will());
                if plug.alive {
                    plug.alive = false;
                    out.push(FleetEvent::Dies { client, will });
                    plug.fate.set_in(out.at, seconds(&mut self.rng, 8.0, 15.0));
                } else {
                    out.push(FleetEvent::Returns { client, will });
                    plug.come_online(world, out);
                    plug.fate.set_in(out.at, seconds(&mut self.rng, 45.0, 75.0));
                }
            }
            let (sensor, state) = (plug.sensor.rings(out.at), plug.state.rings(out.at));
            if sensor && plug.alive {
                plug.tell_sensor(world, out);
                plug.regulate(out);
            }
            if state && plug.alive {
                plug.tell_state(world, out);
            }
        }
    }

    fn receive(&mut self, topic: &str, payload: &[u8], _world: &World, out: &mut Outbox) {
        let Some((name, command)) = topic.strip_prefix("cmnd/").and_then(|rest| rest.split_once('/')) else {
            return;
        };
        // A dead device hears nothing.
        if let Some(plug) = self.plugs.iter_mut().find(|plug| plug.name == name && plug.alive) {
            plug.obey(command, payload, out);
        }
    }

    fn wills(&self) -> Vec<Testator> {
        self.plugs.iter().map(|plug| Testator { client: plug.client, will: plug.will() }).collect()
    }
}
