//! Brokers of other makers on loopback ports, for the interoperability tests: aedes (Node.js) and the NATS server.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::{PATIENCE, find_program, missing};

/// A port of 127.0.0.1 that is free now, each time another one, and below those that systems give to outgoing connections: between
/// this look and the start of a broker nothing takes it by chance.
pub(crate) fn free_port() -> u16 {
    const FIRST: u32 = 20_000;
    const COUNT: u32 = 12_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let turn = NEXT.fetch_add(1, Ordering::Relaxed);
        // Test binaries that run at the same time begin at places of their own.
        let port = FIRST + (std::process::id().wrapping_mul(101).wrapping_add(turn)) % COUNT;
        let port = u16::try_from(port).expect("below 32,000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A program that listens, killed when dropped.
pub(crate) struct Server {
    process: Child,
}

impl Server {
    /// Starts `command` and waits until something accepts on each of `ports`.
    pub(crate) fn start(mut command: Command, ports: &[u16]) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap_or_else(|fault| panic!("{name} does not start: {fault}"));
        let deadline = Instant::now() + PATIENCE;
        for port in ports {
            while TcpStream::connect(("127.0.0.1", *port)).is_err() {
                if let Ok(Some(status)) = process.try_wait() {
                    panic!("{name} ended at once: {status}");
                }
                assert!(Instant::now() < deadline, "{name} does not listen on port {port}");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        Self { process }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// aedes, MQTT 3.1.1 over TCP and WebSocket.
pub(crate) struct Aedes {
    /// Port of MQTT over TCP.
    pub(crate) port: u16,
    /// Port of MQTT over WebSocket, path `/mqtt`.
    pub(crate) websocket_port: u16,
    _server: Server,
}

impl Aedes {
    /// Starts one; `None` when Node.js or the package is missing.
    pub(crate) fn start() -> Option<Self> {
        let node = find_program("node").or_else(|| missing("node (Node.js)"))?;
        let folder =
            aedes_folder().or_else(|| missing("aedes (npm install --prefix target/brokers aedes ws)"))?;
        let (port, websocket_port) = (free_port(), free_port());
        let mut command = Command::new(node);
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/aedes.mjs"))
            .arg(folder)
            .args([port.to_string(), websocket_port.to_string()]);
        let server = Server::start(command, &[port, websocket_port]);
        Some(Self { port, websocket_port, _server: server })
    }
}

fn aedes_folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/brokers/node_modules");
    folder.join("aedes/aedes.js").is_file().then_some(folder)
}

/// The NATS server with its MQTT 3.1.1 listener.
pub(crate) struct Nats {
    /// Port of MQTT over TCP.
    pub(crate) port: u16,
    _server: Server,
    _folder: tempfile::TempDir,
}

impl Nats {
    /// Starts one; `None` when it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let program = find_program("nats-server").or_else(|| missing("nats-server"))?;
        let folder = tempfile::tempdir().unwrap();
        let (port, own_port) = (free_port(), free_port());
        let store = folder.path().join("store");
        let config = format!(
            "server_name: test\nhost: 127.0.0.1\nport: {own_port}\njetstream {{ store_dir: \"{}\" }}\n\
             mqtt {{ host: 127.0.0.1, port: {port} }}\n",
            store.display()
        );
        let file = folder.path().join("nats.conf");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new(program);
        command.arg("-c").arg(file);
        let server = Server::start(command, &[port]);
        Some(Self { port, _server: server, _folder: folder })
    }
}
