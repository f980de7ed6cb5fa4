//! What several integration tests need: the mosquitto tools of this machine, a real mosquitto, and a client that speaks in
//! raw bytes. Each test binary uses a part of it.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "helpers of tests")]

pub(crate) mod brokers;
pub(crate) mod client;
pub(crate) mod mosquitto;
pub(crate) mod raw;
pub(crate) mod transports;

use std::path::PathBuf;
use std::time::Duration;

/// Longer than anything here should take, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where a program is, in `PATH` or where servers are put.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&folders).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    places.map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Says that `what` is missing: a test that gets this `None` is to return. Where `CI` is set, it is a failure instead.
pub(crate) fn missing<T>(what: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "{what} is not installed, and CI must not skip this test");
    eprintln!("SKIPPED: {what} is not installed");
    None
}

/// Where a program of the mosquitto package is: `mosquitto`, `mosquitto_pub`, `mosquitto_sub`; see [`missing`].
pub(crate) fn mosquitto_tool(name: &str) -> Option<PathBuf> {
    find_program(name).or_else(|| missing(&format!("{name} (of mosquitto and mosquitto-clients)")))
}

/// Waits until `condition` holds; fails after [`PATIENCE`].
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !condition().await {
        assert!(tokio::time::Instant::now() < deadline, "did not happen: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
