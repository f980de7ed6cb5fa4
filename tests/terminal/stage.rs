//! Brokers for the explorer to meet: the bundled one inside this process, and a listener that notes every packet it gets.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mqtt_tui::broker::{Broker, BrokerOptions, Local, LocalOptions};
use mqtt_tui::model::{Message, Publication, QoS, TopicFilter};
use tokio::runtime::Runtime;

use crate::common::PATIENCE;

/// The bundled broker, and a client on it.
pub(crate) struct Stage {
    runtime: Runtime,
    broker: Option<Broker>,
    client: Option<Local>,
    pub(crate) port: u16,
}

impl Stage {
    /// A broker on a free port, without `$SYS`.
    pub(crate) fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut stage = Self { runtime, broker: None, client: None, port: 0 };
        stage.open();
        stage
    }

    /// Starts the broker (again, on the same port); the client subscribes to everything.
    pub(crate) fn open(&mut self) {
        let options =
            BrokerOptions { port: self.port, sys_interval: Duration::ZERO, ..BrokerOptions::default() };
        let (broker, client) = self.runtime.block_on(async {
            let broker = Broker::start(options).await.expect("the port is free");
            let filters = vec![TopicFilter::parse("#").unwrap()];
            let client = broker.attach(LocalOptions { filters, ..LocalOptions::default() }).await.unwrap();
            (broker, client)
        });
        self.port = broker.address().port();
        self.broker = Some(broker);
        self.client = Some(client);
    }

    /// Ends the broker as if its machine lost power.
    pub(crate) fn kill(&mut self) {
        self.client = None;
        if let Some(broker) = self.broker.take() {
            self.runtime.block_on(broker.stop());
        }
    }

    /// Publishes with QoS 0.
    pub(crate) fn publish(&self, topic: &str, payload: &[u8], retain: bool) {
        let publication = Publication {
            topic: topic.to_owned(),
            payload: Bytes::copy_from_slice(payload),
            qos: QoS::AtMostOnce,
            retain,
            properties: None,
        };
        let client = self.client.as_ref().expect("the broker runs");
        self.runtime.block_on(client.publish(publication)).unwrap();
    }

    /// The next message on `topic`.
    pub(crate) fn receive(&mut self, topic: &str) -> Message {
        let client = self.client.as_mut().expect("the broker runs");
        let next = async {
            loop {
                let message = client.receive().await.expect("the broker runs");
                if message.topic == topic {
                    return message;
                }
            }
        };
        self.runtime
            .block_on(async { tokio::time::timeout(PATIENCE, next).await })
            .expect("a message on the topic")
    }

    /// The target to connect to.
    pub(crate) fn target(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

/// A port nobody listens on.
pub(crate) fn unused_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A broker that says yes to everything and notes the packets of its first client.
pub(crate) struct Notary {
    pub(crate) port: u16,
    packets: Arc<Mutex<Vec<Vec<u8>>>>,
    client: JoinHandle<()>,
}

impl Notary {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let packets = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&packets);
        let client = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            while let Some(packet) = read_packet(&mut socket) {
                if let Some(answer) = answer(&packet) {
                    let _ = socket.write_all(&answer);
                }
                noted.lock().unwrap().push(packet);
            }
        });
        Self { port, packets, client }
    }

    /// Waits for the end of the connection; returns every packet that came.
    pub(crate) fn packets(self) -> Vec<Vec<u8>> {
        let deadline = Instant::now() + PATIENCE;
        while !self.client.is_finished() {
            assert!(Instant::now() < deadline, "the connection stays open");
            std::thread::sleep(Duration::from_millis(5));
        }
        self.packets.lock().unwrap().clone()
    }
}

/// The packet with its remaining length as one byte left out: first byte, then what follows.
fn read_packet(socket: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = [0; 2];
    socket.read_exact(&mut head).ok()?;
    assert!(head[1] < 128, "the explorer's packets are short in these tests");
    let mut packet = vec![0; 1 + usize::from(head[1])];
    packet[0] = head[0];
    socket.read_exact(&mut packet[1..]).ok()?;
    Some(packet)
}

fn answer(packet: &[u8]) -> Option<Vec<u8>> {
    match packet[0] >> 4 {
        1 => Some(vec![0x20, 3, 0, 0, 0]),
        8 => Some(vec![0x90, 4, packet[1], packet[2], 0, 0]),
        12 => Some(vec![0xD0, 0]),
        _ => None,
    }
}
