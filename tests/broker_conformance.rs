//! The bundled broker as mosquitto's own clients see it, with MQTT 3.1.1 and with MQTT 5.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use bytes::Bytes;
use common::{PATIENCE, eventually, mosquitto_tool};
use mqtt_tui::broker::{Broker, BrokerOptions, LocalOptions};
use mqtt_tui::model::{Publication, QoS, TopicFilter};
use tokio::process::{Child, Command};

const VERSIONS: [&str; 2] = ["mqttv311", "mqttv5"];

struct Bench {
    broker: Broker,
    publish: PathBuf,
    subscribe: PathBuf,
}

impl Bench {
    async fn start() -> Option<Self> {
        Self::with(|_| {}).await
    }

    async fn with(adjust: impl FnOnce(&mut BrokerOptions)) -> Option<Self> {
        let (publish, subscribe) = (mosquitto_tool("mosquitto_pub")?, mosquitto_tool("mosquitto_sub")?);
        let mut options = BrokerOptions { port: 0, ..BrokerOptions::default() };
        adjust(&mut options);
        let broker = Broker::start(options).await.unwrap();
        Some(Self { broker, publish, subscribe })
    }

    fn command(&self, program: &PathBuf, version: &str, arguments: &str) -> Command {
        let mut command = Command::new(program);
        command.args(["-h", "127.0.0.1", "-p", &self.broker.address().port().to_string(), "-V", version]);
        command.args(arguments.split_whitespace());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Publishes and waits until the broker has it: the end of `mosquitto_pub` does not tell.
    async fn publish(&self, version: &str, arguments: &str) {
        let before = self.broker.stats().await.unwrap().publishes_received;
        let output = self.command(&self.publish, version, arguments).output().await.unwrap();
        assert!(output.status.success(), "mosquitto_pub {arguments}: {output:?}");
        eventually("the publish", || async {
            self.broker.stats().await.unwrap().publishes_received > before
        })
        .await;
    }

    /// Starts a subscriber and waits until its subscriptions are in force.
    async fn subscribe(&self, version: &str, arguments: &str) -> Child {
        let before = self.broker.stats().await.unwrap().subscribes_received;
        let child = self.command(&self.subscribe, version, arguments).spawn().unwrap();
        eventually("the SUBSCRIBE", || async {
            self.broker.stats().await.unwrap().subscribes_received > before
        })
        .await;
        child
    }

    /// What a subscriber prints until it ends by itself.
    async fn read(&self, version: &str, arguments: &str) -> String {
        lines(self.command(&self.subscribe, version, arguments).spawn().unwrap()).await
    }

    async fn wait_for_clients(&self, total: usize) {
        eventually("the number of clients", || async {
            self.broker.stats().await.unwrap().clients_total == total
        })
        .await;
    }
}

async fn finish(child: Child) -> Output {
    tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("the client ends").unwrap()
}

async fn lines(child: Child) -> String {
    String::from_utf8(finish(child).await.stdout).unwrap()
}

fn publication(topic: &str, payload: &str, retain: bool) -> Publication {
    let payload = Bytes::copy_from_slice(payload.as_bytes());
    Publication { topic: topic.to_owned(), payload, qos: QoS::AtMostOnce, retain, properties: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pair_of_qos_is_delivered_with_the_lower_one() {
    let Some(bench) = Bench::start().await else { return };
    for version in VERSIONS {
        for granted in 0..3 {
            let arguments = format!("-t q/# -q {granted} -C 3 -F %t:%q:%r:%p");
            let subscriber = bench.subscribe(version, &arguments).await;
            for sent in 0..3 {
                bench.publish(version, &format!("-t q/{sent} -q {sent} -m hello")).await;
            }
            let expected = [0, 1, 2].map(|sent| format!("q/{sent}:{}:0:hello\n", granted.min(sent))).concat();
            assert_eq!(lines(subscriber).await, expected, "{version}, granted {granted}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e10_an_empty_retained_payload_deletes_and_an_empty_plain_one_does_not() {
    let Some(bench) = Bench::start().await else { return };
    for version in VERSIONS {
        let now_retained = async || bench.read(version, "-t r/# -F %t:%r:%p -W 1").await;
        bench.publish(version, "-t r/a -r -m first").await;
        bench.publish(version, "-t r/a -r -q 2 -m second").await;
        bench.publish(version, "-t r/b -m plain").await;
        bench.publish(version, "-t r/a -n").await;
        assert_eq!(now_retained().await, "r/a:1:second\n");
        bench.publish(version, "-t r/a -r -n").await;
        assert_eq!(now_retained().await, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wildcards_keep_out_of_dollar_topics() {
    let Some(bench) = Bench::start().await else { return };
    for version in VERSIONS {
        let subscriber = bench.subscribe(version, "-t # -t +/x -t $own/# -C 4 -F %t").await;
        for topic in ["a", "b/x", "$own/x", "$other/x", "/x"] {
            bench.publish(version, &format!("-t {topic} -m m")).await;
        }
        // Subscriptions that overlap make one delivery.
        assert_eq!(lines(subscriber).await, "a\nb/x\n$own/x\n/x\n", "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sys_topics_have_the_names_and_formats_of_mosquitto() {
    let Some(bench) = Bench::with(|options| options.sys_interval = Duration::from_millis(200)).await else {
        return;
    };
    bench.publish("mqttv311", "-t somewhere -m 12345").await;
    let subscriber = bench.subscribe("mqttv5", "-t $SYS/# -v -W 2").await;
    let text = lines(subscriber).await;
    let last = |name: &str| {
        let prefix = format!("$SYS/broker/{name} ");
        let value = text.lines().rev().find_map(|line| line.strip_prefix(&prefix));
        value.unwrap_or_else(|| panic!("{name} is missing in\n{text}")).to_owned()
    };
    assert!(last("version").starts_with("mqtt-tui broker "));
    assert!(last("uptime").ends_with(" seconds"));
    assert_eq!(last("clients/connected"), "1");
    assert_eq!(last("clients/maximum"), "1");
    assert_eq!(last("subscriptions/count"), "1");
    assert_eq!(last("publish/messages/received"), "1");
    assert_eq!(last("publish/bytes/received"), "5");
    assert_eq!(last("retained messages/count"), last("messages/stored"));
    assert!(last("bytes/received").parse::<u64>().unwrap() > 5);
    for load in ["load/messages/received/1min", "load/publish/dropped/15min", "load/connections/5min"] {
        let value = last(load);
        assert!(value.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 2), "{load} {value}");
    }
    let versions = text.lines().filter(|line| line.starts_with("$SYS/broker/version")).count();
    assert_eq!(versions, 1, "what does not change is not sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_cannot_publish_to_sys_and_mqtt_5_says_so() {
    let Some(bench) = Bench::start().await else { return };
    bench.publish("mqttv311", "-t $SYS/broker/version -r -q 1 -m fake").await;
    let mut attempt = bench.command(&bench.publish, "mqttv5", "-t $SYS/broker/version -r -q 1 -m fake");
    let refused = attempt.output().await.unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("Not authorized"), "{refused:?}");
    let version = bench.read("mqttv311", "-t $SYS/broker/version -C 1").await;
    assert!(version.starts_with("mqtt-tui broker"), "{version}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c28_a_will_is_published_for_the_dead_and_not_for_those_who_leave() {
    let Some(bench) = Bench::start().await else { return };
    for version in VERSIONS {
        let watcher = bench.subscribe(version, "-t will/# -C 2 -F %t:%q:%r:%p -q 2").await;
        let will = "-t x --will-payload gone --will-qos 1 --will-retain";
        let leaving = bench.subscribe(version, &format!("{will} --will-topic will/left -C 1")).await;
        bench.publish(version, "-t x -m leave").await;
        finish(leaving).await;
        bench.wait_for_clients(1).await;
        let mut dying = bench.subscribe(version, &format!("{will} --will-topic will/died")).await;
        dying.kill().await.unwrap();
        bench.wait_for_clients(1).await;
        bench.publish(version, "-t will/end -m end").await;
        assert_eq!(lines(watcher).await, "will/died:1:0:gone\nwill/end:0:0:end\n", "{version}");
        assert_eq!(bench.read(version, "-t will/died -C 1 -F %r:%p").await, "1:gone\n");
        bench.publish(version, "-t will/died -r -n").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_will_waits_and_is_cancelled_by_a_return_in_time() {
    let Some(bench) = Bench::start().await else { return };
    let watcher = bench.subscribe("mqttv5", "-t will/# -C 1 -F %p").await;
    let client = |id: &str, delay: u32| {
        format!(
            "-i {id} -c -x 600 -t {id} -q 1 --will-topic will/{id} --will-payload {id} -D will will-delay-interval {delay}"
        )
    };
    for (id, delay) in [("back", 2), ("away", 2)] {
        let mut child = bench.subscribe("mqttv5", &client(id, delay)).await;
        child.kill().await.unwrap();
    }
    eventually("both are away", || async { bench.broker.stats().await.unwrap().clients_connected == 1 })
        .await;
    let _back = bench.command(&bench.subscribe, "mqttv5", &client("back", 2)).spawn().unwrap();
    assert_eq!(lines(watcher).await, "away\n");
    let late = bench.read("mqttv5", "-t will/# -W 3").await;
    assert_eq!(late, "", "the will of a client that came back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persistent_session_collects_what_comes_while_it_is_away() {
    let Some(bench) = Bench::start().await else { return };
    for version in VERSIONS {
        let id = format!("-i keeper-{version} -c -q 2 -t p/#");
        finish(bench.subscribe(version, &format!("{id} -E")).await).await;
        eventually("it is away", || async { bench.broker.stats().await.unwrap().clients_connected == 0 })
            .await;
        for qos in 0..3 {
            bench.publish(version, &format!("-t p/{qos} -q {qos} -m waiting")).await;
        }
        // QoS 0 is not kept for those who are away.
        assert_eq!(
            bench.read(version, &format!("{id} -C 2 -F %t:%q:%p")).await,
            "p/1:1:waiting\np/2:2:waiting\n"
        );
        // A clean start throws it away.
        assert_eq!(bench.read(version, &format!("-i keeper-{version} -t none -W 1")).await, "");
        bench.publish(version, "-t p/1 -q 1 -m lost").await;
        assert_eq!(bench.read(version, &format!("-i keeper-{version} -c -t none -W 1")).await, "");
        bench.read(version, &format!("-i keeper-{version} -t none -E")).await;
        bench.wait_for_clients(0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_its_expiry_says_so() {
    let Some(bench) = Bench::start().await else { return };
    let id = "-i short -c -x 1 -q 1 -t e/#";
    finish(bench.subscribe("mqttv5", &format!("{id} -E")).await).await;
    bench.wait_for_clients(0).await;
    assert_eq!(bench.broker.stats().await.unwrap().subscriptions, 0);
    bench.publish("mqttv5", "-t e/1 -q 1 -m nobody").await;
    assert_eq!(bench.read("mqttv5", &format!("{id} -W 1")).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_subscription_deals_messages_out() {
    let Some(bench) = Bench::start().await else { return };
    for version in VERSIONS {
        let one = bench.subscribe(version, "-t $share/team/s/# -C 5 -F %p").await;
        let two = bench.subscribe(version, "-t $share/team/s/# -C 5 -F %p").await;
        let all = bench.subscribe(version, "-t s/# -C 10 -F %p").await;
        for number in 0..10 {
            bench.publish(version, &format!("-t s/x -m {number}")).await;
        }
        let (one, two) = (lines(one).await, lines(two).await);
        let mut dealt: Vec<_> = one.lines().chain(two.lines()).collect();
        dealt.sort_unstable();
        assert_eq!(dealt.join("\n") + "\n", lines(all).await, "{version}: {one:?} {two:?}");
        bench.wait_for_clients(0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mqtt_5_properties_pass_through() {
    let Some(bench) = Bench::start().await else { return };
    let format = "%C|%R|%D|%P|%E|%p";
    let subscriber = bench
        .subscribe("mqttv5", &format!("-t v5 -C 1 -F {format}|%S -D subscribe subscription-identifier 4711"))
        .await;
    let properties = "-D publish content-type text/plain -D publish response-topic answer/here \
        -D publish correlation-data id-7 -D publish user-property a 1 -D publish user-property a 2 \
        -D publish message-expiry-interval 900 -D publish payload-format-indicator 1";
    bench.publish("mqttv5", &format!("-t v5 -r -m body {properties}")).await;
    let text = lines(subscriber).await;
    let expected = "text/plain|answer/here|id-7|a:1 a:2|900|body|4711\n";
    assert_eq!(text, expected);
    let retained = bench.read("mqttv5", &format!("-t v5 -C 1 -F {format}")).await;
    assert!(retained.starts_with("text/plain|answer/here|id-7|a:1 a:2|"), "{retained}");
    assert_eq!(bench.read("mqttv311", "-t v5 -C 1").await, "body\n", "3.1.1 gets the payload alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_message_is_not_delivered_and_a_waiting_one_loses_seconds() {
    let Some(bench) = Bench::start().await else { return };
    let id = "-i sleeper -c -q 1 -t x/#";
    finish(bench.subscribe("mqttv5", &format!("{id} -E")).await).await;
    for seconds in [1, 100] {
        let expiry = format!("-D publish message-expiry-interval {seconds}");
        bench.publish("mqttv5", &format!("-t x/{seconds} -q 1 -r -m m {expiry}")).await;
    }
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    for arguments in [format!("{id} -C 1 -F %t:%E"), "-t x/# -C 1 -F %t:%E".to_owned()] {
        let text = bench.read("mqttv5", &arguments).await;
        let left: u32 =
            text.trim().strip_prefix("x/100:").unwrap_or_else(|| panic!("{text}")).parse().unwrap();
        assert!((1..=98).contains(&left), "{left} s left of 100 after two");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_retained_messages_are_delivered_in_full() {
    // A queue bound far below what is retained: it must not matter.
    let Some(bench) = Bench::with(|options| options.queue_bytes = 10_000).await else { return };
    let feeder = bench.broker.attach(LocalOptions::default()).await.unwrap();
    for number in 0..100_000 {
        let topic = format!("plant/{}/{}/{number}", number % 10, number % 100);
        feeder.publish(publication(&topic, &number.to_string(), true)).await.unwrap();
    }
    for (version, qos) in [("mqttv311", 0), ("mqttv5", 2)] {
        let text = bench.read(version, &format!("-t # -q {qos} -C 100000 -W 120 -F %r:%p")).await;
        let mut numbers: Vec<u32> =
            text.lines().map(|line| line.strip_prefix("1:").unwrap().parse().unwrap()).collect();
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq(0..100_000), "{version}: {} messages", numbers.len());
    }
    assert_eq!(bench.broker.stats().await.unwrap().publishes_dropped, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn b06_a_large_payload_arrives_as_it_was_sent() {
    let Some(bench) = Bench::start().await else { return };
    let file = tempfile::NamedTempFile::new().unwrap();
    let payload: Vec<u8> =
        (0..5_000_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::fs::write(file.path(), &payload).unwrap();
    for version in VERSIONS {
        let subscriber = bench.subscribe(version, "-t big -q 1 -C 1 -N").await;
        bench.publish(version, &format!("-t big -q 1 -r -f {}", file.path().display())).await;
        assert!(finish(subscriber).await.stdout == payload, "{version}: live");
        let retained = bench.command(&bench.subscribe, version, "-t big -C 1 -N").spawn().unwrap();
        assert!(finish(retained).await.stdout == payload, "{version}: retained");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retain_as_published_is_honoured() {
    let Some(bench) = Bench::start().await else { return };
    let plain = bench.subscribe("mqttv5", "-t f -C 1 -F %r").await;
    let as_published = bench.subscribe("mqttv5", "-t f -C 1 -F %r --retain-as-published").await;
    bench.publish("mqttv5", "-t f -r -m m").await;
    assert_eq!((lines(plain).await, lines(as_published).await), ("0\n".to_owned(), "1\n".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn c12_users_get_in_with_their_password_only() {
    let users = Some(vec![("bob".to_owned(), "secret".into())]);
    let Some(bench) = Bench::with(|options| options.users = users).await else { return };
    for (version, login, code) in [
        ("mqttv311", "-u bob -P secret", 0),
        ("mqttv311", "-u bob -P wrong", 4),
        ("mqttv311", "", 5),
        ("mqttv5", "-u bob -P secret", 0),
        ("mqttv5", "-u bob -P wrong", 134),
        ("mqttv5", "", 135),
    ] {
        let mut attempt = bench.command(&bench.publish, version, &format!("-t t -m m -q 1 {login}"));
        let output = attempt.output().await.unwrap();
        assert_eq!(output.status.code(), Some(code), "{version} {login}: {output:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_in_process_client_is_a_client_like_any_other() {
    let Some(bench) = Bench::start().await else { return };
    bench.publish("mqttv5", "-t in/retained -r -m old -D publish user-property k v").await;
    let options = LocalOptions {
        client_id: "fleet-1".to_owned(),
        will: Some(publication("status/fleet-1", "offline", true)),
        filters: vec![TopicFilter::parse("in/#").unwrap()],
    };
    let mut local = bench.broker.attach(options.clone()).await.unwrap();
    let message = local.receive().await.unwrap();
    assert_eq!(
        (message.topic.as_str(), &message.payload[..], message.retain),
        ("in/retained", &b"old"[..], true)
    );
    assert_eq!(message.properties.unwrap().user_properties, [("k".to_owned(), "v".to_owned())]);
    for number in 0..3_000 {
        local.publish(publication("in/loop", &number.to_string(), false)).await.unwrap();
    }
    for number in 0..3_000 {
        assert_eq!(local.receive().await.unwrap().payload, number.to_string());
    }
    let watcher = bench.subscribe("mqttv311", "-t status/# -t end -C 2 -F %t:%p").await;
    local.die().await;
    let local = bench.broker.attach(options).await.unwrap();
    local.leave().await;
    bench.publish("mqttv311", "-t end -m end").await;
    assert_eq!(lines(watcher).await, "status/fleet-1:offline\nend:end\n");
}
