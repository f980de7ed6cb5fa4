//! `demo/control/flood`: publishes as many messages a second as asked for, spread over `demo/flood/00` to `demo/flood/99`, until asked for
//! 0; answers on `demo/control/status`. And `demo/readme`, which says what can be tried.

use std::time::Duration;

use super::Device;
use super::outbox::{Outbox, Timer, earliest};
use super::world::World;
use crate::model::QoS;

/// The most messages a second that `demo/control/flood` gives.
pub const MAX_RATE: u32 = 200_000;

/// Topics the flood is spread over.
const TOPICS: u64 = 100;

const CONTROL: &str = "demo/control/";
const STATUS: &str = "demo/control/status";

const README: &str = "\
This is a simulated fleet: publish to it and it answers.
  zigbee2mqtt/living_room_lamp/set   ON, OFF, TOGGLE or {\"brightness\":40}
  cmnd/desk_plug/POWER               ON, OFF or TOGGLE
  piandmore/rpi-sub/threshold        a temperature such as 23.5: the LED on piandmore/rpi-sub/led follows
  demo/control/flood                 messages a second, up to 200000; 0 stops
  demo/control/hostile               anything: answers on a topic made of escape sequences
tele/garage_plug/LWT goes Offline and Online by itself: a last will at work.
plant/line1/press/alarm comes on now and then: the cause is in plant/line1/press/status shortly before.
formats/ holds one reading in many encodings, edge/ and hostile/ what a careful client must survive.
";

/// The flood.
pub(super) struct Flood {
    /// Messages a second; 0 is off.
    rate: u32,
    since: Duration,
    /// Messages sent since then.
    sent: u64,
    heartbeat: Timer,
}

impl Flood {
    pub(super) fn new() -> Self {
        Self { rate: 0, since: Duration::ZERO, sent: 0, heartbeat: Timer::every(10_000, 200) }
    }

    /// When message `sent + 1` is due: the nth comes n/rate seconds after the start, so that any second holds exactly `rate` of them.
    fn next(&self) -> Duration {
        if self.rate == 0 {
            return Duration::MAX;
        }
        let nanos = u128::from(self.sent + 1) * 1_000_000_000 / u128::from(self.rate);
        self.since.saturating_add(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }

    fn send(&mut self, world: &World, out: &mut Outbox) {
        self.sent += 1;
        let n = self.sent;
        let ms = world.wall(out.at).as_millisecond();
        let value = 50 + (n * 7_919 % 1_000) / 10;
        let payload = format!(
            r#"{{"n":{n:>9},"at":{ms},"rate":{:>6},"value":{value:>3},"from":"flood","note":"until demo/control/flood is 0"}}"#,
            self.rate
        );
        out.live(format!("demo/flood/{:02}", n % TOPICS), payload);
    }

    /// Starts with `asked` messages a second, or with [`MAX_RATE`] if that is less, or stops at 0.
    fn start(&mut self, asked: u64, out: &mut Outbox) {
        let rate = u32::try_from(asked).unwrap_or(MAX_RATE).min(MAX_RATE);
        let capped = if u64::from(rate) < asked { ", the most there is," } else { "" };
        let status = match (rate, self.rate) {
            (0, 0) => "flood is off; publish a number of messages a second to demo/control/flood".to_owned(),
            (0, _) => format!("flood is off; it sent {} messages", self.sent),
            _ => format!(
                "flood of {rate} messages a second{capped} on demo/flood/00 to demo/flood/99; publish 0 to stop it"
            ),
        };
        self.rate = rate;
        self.since = out.at;
        self.sent = 0;
        Self::answer(out, status);
    }

    fn answer(out: &mut Outbox, status: String) {
        out.retained(STATUS, status, QoS::AtLeastOnce);
    }
}

/// The rate asked for, which may be above [`MAX_RATE`], or a sentence that says what is wrong with it.
fn parse(payload: &[u8]) -> Result<u64, String> {
    let text = std::str::from_utf8(payload).map_err(|_| "the rate is not UTF-8 text".to_owned())?.trim();
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(20).collect();
        format!("'{shown}' is no rate: publish a whole number of messages a second, 0 to {MAX_RATE}")
    })
}

impl Device for Flood {
    fn births(&mut self, _world: &World, out: &mut Outbox) {
        out.retained("demo/readme", README, QoS::AtLeastOnce);
        self.start(0, out);
    }

    fn due(&self) -> Duration {
        self.next().min(earliest([&self.heartbeat]))
    }

    fn act(&mut self, world: &World, out: &mut Outbox) {
        if self.heartbeat.rings(out.at) {
            out.live("demo/uptime", format!("{} s", out.at.as_secs()));
        }
        if self.next() <= out.at {
            self.send(world, out);
        }
    }

    fn receive(&mut self, topic: &str, payload: &[u8], _world: &World, out: &mut Outbox) {
        match topic.strip_prefix(CONTROL) {
            // An empty payload only clears what was retained.
            Some("flood") if payload.is_empty() => {}
            Some("flood") => match parse(payload) {
                Ok(rate) => self.start(rate, out),
                Err(fault) => Self::answer(out, fault),
            },
            // The fleet's own answers come by here too, and what other devices answer.
            None | Some("status" | "lag" | "hostile") => {}
            Some(_) => Self::answer(
                out,
                "there is nothing to control by this topic; there are demo/control/flood and demo/control/hostile".to_owned(),
            ),
        }
    }
}
