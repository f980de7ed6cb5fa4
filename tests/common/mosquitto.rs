//! A real mosquitto on a loopback port of its own, for tests against a broker that is not ours.

use std::io::Write;
use std::process::Command;

use super::brokers::{Server, free_port};
use super::mosquitto_tool;

/// A running mosquitto, killed when dropped.
pub(crate) struct Mosquitto {
    /// Port on 127.0.0.1.
    pub(crate) port: u16,
    config: tempfile::NamedTempFile,
    server: Option<Server>,
}

impl Mosquitto {
    /// Starts one that publishes `$SYS` every 10 s; `None` when mosquitto is not installed.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with_sys_interval(10)
    }

    /// Starts one that publishes `$SYS` every `seconds`; 0 turns it off.
    pub(crate) fn start_with_sys_interval(seconds: u32) -> Option<Self> {
        let port = free_port();
        let lines = format!("listener {port} 127.0.0.1\nallow_anonymous true\nsys_interval {seconds}");
        Self::start_with(port, &lines)
    }

    /// Starts one by the lines of a configuration file, with a listener on `port` among them. No persistence, no log, no bound
    /// on queued messages.
    pub(crate) fn start_with(port: u16, lines: &str) -> Option<Self> {
        mosquitto_tool("mosquitto")?;
        let mut config = tempfile::NamedTempFile::new().unwrap();
        writeln!(config, "{lines}\npersistence false\nmax_queued_messages 0\nlog_type none").unwrap();
        let mut mosquitto = Self { port, config, server: None };
        mosquitto.restart();
        Some(mosquitto)
    }

    /// Kills it without a goodbye, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.server = None;
    }

    /// Starts it again on the same port, empty.
    pub(crate) fn restart(&mut self) {
        self.kill();
        let program = mosquitto_tool("mosquitto").expect("it was there a moment ago");
        let mut command = Command::new(program);
        command.arg("-c").arg(self.config.path());
        self.server = Some(Server::start(command, &[self.port]));
    }
}
