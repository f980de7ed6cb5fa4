//! The `$SYS` tree of the bundled broker beside that of a real mosquitto.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::collections::BTreeSet;

use common::mosquitto::Mosquitto;
use common::{PATIENCE, mosquitto_tool};
use mqtt_tui::broker::{Broker, BrokerOptions, LocalOptions};
use mqtt_tui::model::TopicFilter;

#[tokio::test]
async fn every_sys_topic_is_one_that_mosquitto_has() {
    let Some(subscribe) = mosquitto_tool("mosquitto_sub") else { return };
    let Some(mosquitto) = Mosquitto::start_with_sys_interval(1) else { return };
    let output = tokio::process::Command::new(subscribe)
        .args(["-h", "127.0.0.1", "-p", &mosquitto.port.to_string(), "-t", "$SYS/#", "-F", "%t", "-W", "4"])
        .output();
    let output = tokio::time::timeout(PATIENCE, output).await.expect("mosquitto_sub ends").unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut theirs: BTreeSet<&str> = text.lines().collect();
    // Not measured, hence not published.
    theirs.retain(|topic| !topic.starts_with("$SYS/broker/heap/"));

    let broker = Broker::start(BrokerOptions { port: 0, ..BrokerOptions::default() }).await.unwrap();
    let filters = vec![TopicFilter::parse("$SYS/#").unwrap()];
    let mut local = broker.attach(LocalOptions { filters, ..LocalOptions::default() }).await.unwrap();
    let mut ours = BTreeSet::new();
    let retained = broker.stats().await.unwrap().retained;
    while ours.len() < retained {
        ours.insert(local.receive().await.unwrap().topic);
    }
    let unknown: Vec<_> = ours.iter().filter(|topic| !theirs.contains(topic.as_str())).collect();
    assert!(unknown.is_empty(), "mosquitto has no {unknown:?}");
    assert!(ours.len() >= 51, "{} topics", ours.len());
}
