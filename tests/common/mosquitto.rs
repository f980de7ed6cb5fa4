//! A real mosquitto on a loopback port of its own, for tests against a broker that is not ours.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{PATIENCE, mosquitto_tool};

/// A running mosquitto, killed when dropped. No persistence, no login, no bound on queued messages.
pub(crate) struct Mosquitto {
    /// Port on 127.0.0.1.
    pub(crate) port: u16,
    config: tempfile::NamedTempFile,
    process: Option<Child>,
}

impl Mosquitto {
    /// Starts one that publishes `$SYS` every 10 s; `None` when mosquitto is not installed.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with_sys_interval(10)
    }

    /// Starts one that publishes `$SYS` every `seconds`; 0 turns it off.
    pub(crate) fn start_with_sys_interval(seconds: u32) -> Option<Self> {
        mosquitto_tool("mosquitto")?;
        // Free now; should another program grab it first, starting fails loudly.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut config = tempfile::NamedTempFile::new().unwrap();
        writeln!(
            config,
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\nsys_interval {seconds}\nlog_type none"
        )
        .unwrap();
        let mut mosquitto = Self { port, config, process: None };
        mosquitto.launch();
        Some(mosquitto)
    }

    /// Kills it without a goodbye, as a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again on the same port, empty.
    pub(crate) fn restart(&mut self) {
        self.kill();
        self.launch();
    }

    fn launch(&mut self) {
        let program = mosquitto_tool("mosquitto").expect("it was there a moment ago");
        let mut process = Command::new(program)
            .arg("-c")
            .arg(self.config.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mosquitto starts");
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if let Ok(Some(status)) = process.try_wait() {
                panic!("mosquitto ended at once on port {}: {status}", self.port);
            }
            assert!(Instant::now() < deadline, "mosquitto does not listen on port {}", self.port);
            std::thread::sleep(Duration::from_millis(10));
        }
        self.process = Some(process);
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.kill();
    }
}
