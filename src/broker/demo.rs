//! The demo in real time: attaches the fleet to a running broker, publishes what is due, brings it the commands that others publish, and lets
//! its unlucky device really die. `mqtt-tui demo` and `mqtt-tui broker --demo` call it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::fleet::{Fleet, FleetEvent};
use super::{Broker, BrokerError, Local, LocalOptions};
use crate::model::{Publication, QoS};

/// Client id of the connection that publishes for all devices of the fleet.
const CLIENT: &str = "demo-fleet";

/// Says that more was due than the broker could take.
const LAG: &str = "demo/control/lag";

/// The shortest pause: what is due within it goes out together, so that a flood does not wake up for every message.
const SLICE: Duration = Duration::from_millis(10);

/// The longest time caught up with at once. Beyond it the demo's clock is held back: after a suspend, or when a flood is more than this
/// machine can carry, nobody wants hours of messages in one go.
const CATCH_UP: Duration = Duration::from_millis(250);

/// How long to wait before taking the client id back.
const REATTACH: Duration = Duration::from_secs(1);

/// Runs the fleet on `broker`, starting now, until `stop` is cancelled; then its devices leave in order, without their wills.
/// Fails when the broker stopped.
pub async fn run(broker: &Broker, seed: u64, stop: CancellationToken) -> Result<(), BrokerError> {
    let mut demo = Demo::attach(broker, seed).await?;
    let result = tokio::select! {
        biased;
        () = stop.cancelled() => Ok(()),
        ended = demo.drive() => ended,
    };
    demo.leave().await;
    result
}

fn voice_options() -> LocalOptions {
    LocalOptions { client_id: CLIENT.to_owned(), will: None, filters: Fleet::filters() }
}

struct Demo<'a> {
    broker: &'a Broker,
    fleet: Fleet,
    /// Publishes for everybody and hears the commands.
    voice: Local,
    /// The devices with a last will, while they live.
    testators: BTreeMap<&'static str, Local>,
    started: Instant,
    /// How far the demo's clock is behind the real one.
    held_back: Duration,
    /// When that was last told, and how much it was.
    told: (Instant, Duration),
}

impl<'a> Demo<'a> {
    async fn attach(broker: &'a Broker, seed: u64) -> Result<Self, BrokerError> {
        let started = Instant::now();
        let mut demo = Self {
            broker,
            fleet: Fleet::new(seed, Timestamp::now()),
            voice: broker.attach(voice_options()).await?,
            testators: BTreeMap::new(),
            started,
            held_back: Duration::ZERO,
            told: (started, Duration::ZERO),
        };
        for testator in demo.fleet.wills() {
            demo.connect(testator.client, testator.will).await?;
        }
        Ok(demo)
    }

    /// Publishes and answers for ever; ends only when the broker does.
    async fn drive(&mut self) -> Result<(), BrokerError> {
        let births = self.fleet.births();
        self.perform(births).await?;
        let mut wake = Instant::now();
        loop {
            tokio::select! {
                // Messages last: many commands must not keep the fleet from publishing.
                biased;
                () = sleep_until(wake) => {
                    self.catch_up().await?;
                    wake = self.next_wake();
                }
                message = self.voice.receive() => {
                    let Some(message) = message else {
                        // Somebody took the id over. The pause keeps two of a kind from fighting over it at full speed.
                        sleep(REATTACH).await;
                        self.voice = self.broker.attach(voice_options()).await?;
                        continue;
                    };
                    let answers = self.fleet.receive(self.now(), &message.topic, &message.payload);
                    self.perform(answers).await?;
                    wake = wake.min(self.next_wake());
                }
            }
        }
    }

    /// Time on the demo's clock.
    fn now(&self) -> Duration {
        self.started.elapsed().saturating_sub(self.held_back)
    }

    fn next_wake(&self) -> Instant {
        let pause = self.fleet.due().saturating_sub(self.now());
        Instant::now() + pause.clamp(SLICE, Duration::from_secs(1))
    }

    async fn catch_up(&mut self) -> Result<(), BrokerError> {
        let late = self.now().saturating_sub(self.fleet.due());
        self.held_back += late.saturating_sub(CATCH_UP);
        let events = self.fleet.advance(self.now());
        self.perform(events.into_iter().map(|dated| dated.event)).await?;
        self.tell_lag().await
    }

    /// Says at most once a second that the clock was held back since it was last said.
    async fn tell_lag(&mut self) -> Result<(), BrokerError> {
        let (when, told) = self.told;
        if self.held_back == told || when.elapsed() < Duration::from_secs(1) {
            return Ok(());
        }
        let text = format!(
            "more was due than this machine could publish: the demo's clock was held back {} ms in the last {} ms",
            self.held_back.saturating_sub(told).as_millis(),
            when.elapsed().as_millis(),
        );
        self.told = (Instant::now(), self.held_back);
        let (topic, payload) = (LAG.to_owned(), text.into());
        self.voice
            .publish(Publication { topic, payload, qos: QoS::AtMostOnce, retain: false, properties: None })
            .await
    }

    async fn perform(&mut self, events: impl IntoIterator<Item = FleetEvent>) -> Result<(), BrokerError> {
        for event in events {
            match event {
                FleetEvent::Publish(publication) => self.voice.publish(publication).await?,
                FleetEvent::Dies { client, .. } => {
                    if let Some(local) = self.testators.remove(client) {
                        local.die().await;
                    }
                }
                FleetEvent::Returns { client, will } => self.connect(client, will).await?,
            }
        }
        Ok(())
    }

    async fn connect(&mut self, client: &'static str, will: Publication) -> Result<(), BrokerError> {
        let options = LocalOptions { client_id: client.to_owned(), will: Some(will), filters: Vec::new() };
        self.testators.insert(client, self.broker.attach(options).await?);
        Ok(())
    }

    async fn leave(self) {
        for local in self.testators.into_values() {
            local.leave().await;
        }
        self.voice.leave().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    use super::super::BrokerOptions;
    use super::super::fleet::DEMO_SEED;
    use super::*;
    use crate::model::{Message, TopicFilter};

    const PATIENCE: Duration = Duration::from_secs(20);

    struct Running {
        broker: Arc<Broker>,
        stop: CancellationToken,
        demo: JoinHandle<Result<(), BrokerError>>,
    }

    impl Running {
        async fn start() -> Self {
            let options = BrokerOptions { port: 0, ..BrokerOptions::default() };
            let broker = Arc::new(Broker::start(options).await.expect("a free port"));
            let stop = CancellationToken::new();
            let (hosted, token) = (Arc::clone(&broker), stop.clone());
            let demo = tokio::spawn(async move { run(&hosted, DEMO_SEED, token).await });
            Self { broker, stop, demo }
        }

        async fn stop(self) {
            self.stop.cancel();
            timeout(PATIENCE, self.demo).await.expect("in time").expect("no panic").expect("no error");
        }
    }

    async fn watch(broker: &Broker, filters: &[&str]) -> Local {
        let filters = filters.iter().map(|filter| TopicFilter::parse(filter).expect("a filter")).collect();
        broker.attach(LocalOptions { filters, ..LocalOptions::default() }).await.expect("a running broker")
    }

    /// Waits for a message that is `wanted`.
    async fn expect(client: &mut Local, what: &str, wanted: impl Fn(&Message) -> bool) -> Message {
        let search = async {
            loop {
                let message = client.receive().await.expect("a running broker");
                if wanted(&message) {
                    return message;
                }
            }
        };
        timeout(PATIENCE, search).await.unwrap_or_else(|_| panic!("never came: {what}"))
    }

    fn publication(topic: &str, payload: &'static str) -> Publication {
        let (topic, payload) = (topic.to_owned(), payload.into());
        Publication { topic, payload, qos: QoS::AtMostOnce, retain: false, properties: None }
    }

    fn holds(message: &Message, text: &str) -> bool {
        String::from_utf8_lossy(&message.payload).contains(text)
    }

    #[tokio::test]
    async fn the_lamp_answers_a_client_on_the_broker() {
        let running = Running::start().await;
        let mut client = watch(&running.broker, &["zigbee2mqtt/living_room_lamp"]).await;
        expect(&mut client, "the lamp is on", |m| holds(m, r#""state":"ON""#)).await;
        client
            .publish(publication("zigbee2mqtt/living_room_lamp/set", r#"{"state":"OFF"}"#))
            .await
            .expect("sent");
        expect(&mut client, "the lamp is off", |m| holds(m, r#""state":"OFF""#)).await;
        running.stop().await;
    }

    #[tokio::test]
    async fn a_newcomer_sees_the_whole_tree_at_once() {
        let running = Running::start().await;
        // The last birth of all.
        let mut first = watch(&running.broker, &["demo/control/status"]).await;
        expect(&mut first, "the births are out", |_| true).await;
        let mut client = watch(&running.broker, &["#"]).await;
        let mut branches = std::collections::BTreeSet::new();
        // The simulation's own tests say that every branch holds something retained.
        while branches.len() < 12 {
            let message = expect(&mut client, "a retained message", |m| m.retain).await;
            branches.insert(message.topic.split('/').next().unwrap_or_default().to_owned());
        }
        running.stop().await;
    }

    #[tokio::test]
    async fn the_flood_comes_and_goes() {
        let running = Running::start().await;
        let mut client = watch(&running.broker, &["demo/flood/#", "demo/control/status"]).await;
        expect(&mut client, "off at first", |m| holds(m, "flood is off")).await;
        client.publish(publication("demo/control/flood", "5000")).await.expect("sent");
        for _ in 0..2_000 {
            expect(&mut client, "the flood", |m| m.topic.starts_with("demo/flood/")).await;
        }
        client.publish(publication("demo/control/flood", "0")).await.expect("sent");
        expect(&mut client, "off again", |m| holds(m, "flood is off; it sent")).await;
        running.stop().await;
    }

    #[tokio::test]
    async fn devices_leave_in_order_when_the_demo_ends() {
        let running = Running::start().await;
        let mut client = watch(&running.broker, &["tele/+/LWT", "zigbee2mqtt/bridge/state"]).await;
        for _ in 0..4 {
            expect(&mut client, "online", |m| holds(m, "nline")).await;
        }
        let broker = Arc::clone(&running.broker);
        running.stop().await;
        client.publish(publication("tele/marker/LWT", "the end")).await.expect("sent");
        let next = expect(&mut client, "the marker", |_| true).await;
        assert_eq!(next.topic, "tele/marker/LWT", "no will was published before it");
        drop(broker);
    }

    #[tokio::test]
    async fn the_garage_plug_really_dies() {
        let broker =
            Broker::start(BrokerOptions { port: 0, ..BrokerOptions::default() }).await.expect("a free port");
        let mut client = watch(&broker, &["tele/garage_plug/LWT"]).await;
        let mut demo = Demo::attach(&broker, DEMO_SEED).await.expect("a running broker");
        // To the last moment before it dies.
        let most = Duration::from_millis(40_900);
        demo.fleet.advance(most);
        demo.started -= most;
        let clients = demo.testators.len();
        tokio::select! {
            ended = demo.drive() => panic!("{ended:?}"),
            message = expect(&mut client, "the last will", |m| holds(m, "Offline")) => assert!(!message.retain, "published now"),
        }
        assert_eq!(demo.testators.len(), clients - 1);
        demo.leave().await;
        broker.stop().await;
    }

    #[tokio::test]
    async fn a_client_that_takes_the_fleets_id_does_not_silence_it_for_long() {
        let running = Running::start().await;
        let mut client = watch(&running.broker, &["stat/desk_plug/RESULT", "demo/readme"]).await;
        expect(&mut client, "the births are out", |m| m.topic == "demo/readme").await;
        let options = LocalOptions { client_id: CLIENT.to_owned(), ..LocalOptions::default() };
        let mut usurper = running.broker.attach(options).await.expect("a running broker");
        let taken_back = timeout(PATIENCE, usurper.receive()).await.expect("in time");
        assert_eq!(taken_back, None);
        client.publish(publication("cmnd/desk_plug/POWER", "OFF")).await.expect("sent");
        expect(&mut client, "the plug obeys", |m| holds(m, "OFF")).await;
        running.stop().await;
    }
}
