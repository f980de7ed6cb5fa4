//! mosquitto as broker and `mosquitto_sub` as yardstick, each a child process that ends with its value. Used by every measurement.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Result;

/// A mosquitto on a free loopback port that drops nothing and keeps nothing.
pub(crate) struct Mosquitto {
    pub(crate) port: u16,
    child: Child,
    _folder: TempDir,
}

impl Mosquitto {
    /// Starts one that publishes `$SYS` every `sys_interval` seconds (0: never) and waits until it listens.
    pub(crate) fn start(sys_interval: u32) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("mosquitto.conf");
        let settings = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\n\
             max_queued_messages 0\nmax_queued_bytes 0\nmax_inflight_messages 0\nsys_interval {sys_interval}\n"
        );
        std::fs::write(&file, settings)?;
        let child = Self::spawn("mosquitto", &file).or_else(|_| Self::spawn("/usr/sbin/mosquitto", &file))?;
        let broker = Self { port, child, _folder: folder };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > Duration::from_secs(5) {
                return Err("mosquitto does not listen".into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(broker)
    }

    fn spawn(program: &str, file: &std::path::Path) -> io::Result<Child> {
        Command::new(program).arg("-c").arg(file).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// `mosquitto_sub -t '#' > /dev/null`.
pub(crate) struct Subscriber(Child);

impl Subscriber {
    pub(crate) fn start(port: u16) -> io::Result<Self> {
        let port = port.to_string();
        Command::new("mosquitto_sub").args(["-p", &port, "-t", "#"]).stdout(Stdio::null()).spawn().map(Self)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}
