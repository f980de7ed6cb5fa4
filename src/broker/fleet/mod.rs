//! The demo fleet: a house, a plant line, vehicles and a shelf of odd messages, simulated. It does no I/O and reads no clock: the same
//! seed, start and inputs give the same bytes, so it drives the demo (`broker::demo`), snapshots, screenshots and the README alike.
//! Each file here simulates one kind of device behind the `Device` trait; this one keeps them in step.

mod discovery;
mod flood;
mod formats;
mod hostile;
mod house;
mod meters;
mod noise;
mod outbox;
mod pis;
mod plant;
mod tasmota;
#[cfg(test)]
mod tests;
mod trucks;
mod world;
mod zigbee;

use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;

use crate::model::{Publication, TopicFilter};

pub use flood::MAX_RATE as MAX_FLOOD_RATE;
use outbox::Outbox;
use world::World;

/// The seed behind the demo, the snapshots and the screenshots.
pub const DEMO_SEED: u64 = 20;

/// The fixed start of snapshots and screenshots: 2026-11-20T14:00:00Z.
pub const SCENE_START: Timestamp = Timestamp::constant(1_795_183_200, 0);

/// What the fleet wants to receive: commands to its devices.
const FILTERS: [&str; 6] = [
    "zigbee2mqtt/+/set",
    "zigbee2mqtt/+/get",
    "cmnd/+/+",
    "piandmore/rpi-pub/temp",
    "piandmore/rpi-sub/threshold",
    "demo/control/#",
];

/// Something the fleet does.
#[derive(Debug, Clone, PartialEq)]
pub enum FleetEvent {
    /// A device publishes this.
    Publish(Publication),
    /// The connection of this device breaks without DISCONNECT: the broker publishes its last will.
    Dies {
        /// Client id, one of those in [`Fleet::wills`].
        client: &'static str,
        /// The last will, as in [`Fleet::wills`]: what subscribers will see.
        will: Publication,
    },
    /// A device that died connects again. What it publishes then follows as [`FleetEvent::Publish`].
    Returns {
        /// Client id, one of those in [`Fleet::wills`].
        client: &'static str,
        /// The last will it connects with.
        will: Publication,
    },
}

impl FleetEvent {
    /// What subscribers see of it: what is published, by the device or as its last will.
    pub fn into_publication(self) -> Option<Publication> {
        match self {
            Self::Publish(publication) | Self::Dies { will: publication, .. } => Some(publication),
            Self::Returns { .. } => None,
        }
    }
}

/// Something the fleet does, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// Time since the start of the demo.
    pub at: Duration,
    /// What happens.
    pub event: FleetEvent,
}

/// A device that connects with a last will, as a client of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Testator {
    /// Client id.
    pub client: &'static str,
    /// The last will it connects with.
    pub will: Publication,
}

/// One kind of simulated device. Its state changes only in [`Device::act`], at the times it asked for, and in [`Device::receive`]:
/// that is what makes the result independent of how often the fleet is asked to advance.
trait Device: Send {
    /// Publishes what is there when the demo starts.
    fn births(&mut self, world: &World, out: &mut Outbox);

    /// When it next wants to act.
    fn due(&self) -> Duration;

    /// Acts at `out.at`, which is the time [`Device::due`] named; afterwards `due` lies later.
    fn act(&mut self, world: &World, out: &mut Outbox);

    /// Takes a message that matches one of [`Fleet::filters`]; most devices do not care.
    fn receive(&mut self, _topic: &str, _payload: &[u8], _world: &World, _out: &mut Outbox) {}

    /// The clients with a last will.
    fn wills(&self) -> Vec<Testator> {
        Vec::new()
    }
}

/// The simulated devices of the demo.
pub struct Fleet {
    world: World,
    devices: Vec<Box<dyn Device>>,
}

impl Fleet {
    /// A fleet whose values all follow from `seed`; stamps inside payloads count from `start`.
    pub fn new(seed: u64, start: Timestamp) -> Self {
        let mut rng = Rng::with_seed(seed);
        let world = World::new(&mut rng, start);
        // The order decides who goes first when several are due at once, and who draws which numbers.
        let devices: Vec<Box<dyn Device>> = vec![
            Box::new(house::House::new(rng.fork())),
            Box::new(zigbee::Zigbee::new(rng.fork())),
            Box::new(tasmota::Tasmota::new(rng.fork())),
            Box::new(discovery::Discovery),
            Box::new(plant::Plant::new(rng.fork())),
            Box::new(meters::Meters::new(rng.fork())),
            Box::new(pis::Pis::new(rng.fork())),
            Box::new(trucks::Trucks::new(rng.fork())),
            Box::new(formats::Formats::new(rng.fork())),
            Box::new(hostile::Hostile::new()),
            Box::new(flood::Flood::new()),
        ];
        Self { world, devices }
    }

    /// What is there at time zero: retained state, discovery, the first readings.
    pub fn births(&mut self) -> Vec<FleetEvent> {
        let mut out = Outbox::new(Duration::ZERO);
        for device in &mut self.devices {
            device.births(&self.world, &mut out);
        }
        out.events.into_iter().map(|dated| dated.event).collect()
    }

    /// Everything due up to and including `to` (time since the start of the demo) that was not handed out before, in order of time.
    /// Holds all of it at once: with a flood going on, take small steps.
    pub fn advance(&mut self, to: Duration) -> Vec<Dated> {
        let mut out = Outbox::new(Duration::ZERO);
        while let Some(device) = self.devices.iter_mut().min_by_key(|device| device.due()) {
            out.at = device.due();
            if out.at > to {
                break;
            }
            device.act(&self.world, &mut out);
        }
        out.events
    }

    /// When something happens next, as time since the start of the demo: no need to call [`Fleet::advance`] before.
    pub fn due(&self) -> Duration {
        self.devices.iter().map(|device| device.due()).min().unwrap_or(Duration::MAX)
    }

    /// Answers a message that arrived `at` (time since the start of the demo). The devices hear their own messages too, as a client
    /// on a broker does; what they have themselves said changes nothing.
    pub fn receive(&mut self, at: Duration, topic: &str, payload: &[u8]) -> Vec<FleetEvent> {
        let mut out = Outbox::new(at);
        for device in &mut self.devices {
            device.receive(topic, payload, &self.world, &mut out);
        }
        out.events.into_iter().map(|dated| dated.event).collect()
    }

    /// The filters of everything the fleet answers to.
    pub fn filters() -> Vec<TopicFilter> {
        FILTERS.iter().filter_map(|filter| TopicFilter::parse(filter).ok()).collect()
    }

    /// The devices that connect as clients of their own because they have a last will. All of them live at the start.
    pub fn wills(&self) -> Vec<Testator> {
        self.devices.iter().flat_map(|device| device.wills()).collect()
    }
}
