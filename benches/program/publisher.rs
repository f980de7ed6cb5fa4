//! A publisher that costs next to nothing: packets made beforehand and written in batches, paced by the millisecond. It counts
//! what it wrote, and goes only when the broker has read all of it. MQTT 3.1.1, QoS 0.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use crate::Result;

const PINGREQ: [u8; 2] = [0xc0, 0];
const PINGRESP: [u8; 2] = [0xd0, 0];
const CONNACK: [u8; 4] = [0x20, 2, 0, 0];
/// Batches are this far apart.
const BEAT: Duration = Duration::from_millis(1);

/// A PUBLISH of QoS 0.
pub(crate) fn packet(topic: &str, payload: &str, retain: bool) -> Vec<u8> {
    let mut packet = vec![0x30 | u8::from(retain)];
    let mut length = 2 + topic.len() + payload.len();
    loop {
        let low = (length % 128) as u8;
        length /= 128;
        packet.push(if length > 0 { low | 0x80 } else { low });
        if length == 0 {
            break;
        }
    }
    packet.extend((topic.len() as u16).to_be_bytes());
    packet.extend(topic.as_bytes());
    packet.extend(payload.as_bytes());
    packet
}

/// A connected client that only publishes.
pub(crate) struct Publisher(TcpStream);

impl Publisher {
    /// Connects with a clean session, no keep alive and a client id given by the broker.
    pub(crate) fn connect(port: u16) -> Result<Self> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.write_all(&[0x10, 12, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 0, 0, 0])?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer)?;
        if answer == CONNACK { Ok(Self(stream)) } else { Err(format!("CONNACK {answer:?}").into()) }
    }

    /// Leaves one retained message on each of `topics` and waits until the broker has them.
    pub(crate) fn retain(&mut self, topics: impl Iterator<Item = String>, payload: &str) -> Result<()> {
        let bytes: Vec<u8> = topics.flat_map(|topic| packet(&topic, payload, true)).collect();
        self.0.write_all(&bytes)?;
        self.settle()
    }

    /// Publishes `packets` round and round at `rate` a second until told to stop; how many.
    fn flood(&mut self, packets: &[Vec<u8>], rate: u64, length: Duration, stop: &AtomicBool) -> Result<u64> {
        let begun = Instant::now();
        let (mut sent, mut batch) = (0u64, Vec::new());
        let whole = length.as_millis() as u64 * rate / 1_000;
        while sent < whole && !stop.load(Ordering::Relaxed) {
            let due = (begun.elapsed().as_micros() as u64 * rate / 1_000_000).min(whole);
            batch.clear();
            for number in sent..due {
                batch.extend_from_slice(&packets[number as usize % packets.len()]);
            }
            self.0.write_all(&batch)?;
            sent = due;
            sleep(BEAT);
        }
        self.settle()?;
        Ok(sent)
    }

    /// A broker answers a ping after everything that came before it.
    fn settle(&mut self) -> Result<()> {
        self.0.write_all(&PINGREQ)?;
        let mut answer = [0; 2];
        self.0.read_exact(&mut answer)?;
        if answer == PINGRESP { Ok(()) } else { Err(format!("no PINGRESP but {answer:?}").into()) }
    }
}

/// A flood from a thread of its own.
pub(crate) struct Flood {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<std::result::Result<u64, String>>,
}

impl Flood {
    /// Begins to publish `packets` round and round, `rate` a second, for `length` at most.
    pub(crate) fn start(port: u16, packets: Vec<Vec<u8>>, rate: u64, length: Duration) -> Result<Self> {
        let mut publisher = Publisher::connect(port)?;
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread =
            spawn(move || publisher.flood(&packets, rate, length, &seen).map_err(|fault| fault.to_string()));
        Ok(Self { stop, thread })
    }

    /// Waits for the end; how many were sent.
    pub(crate) fn join(self) -> Result<u64> {
        Ok(self.thread.join().map_err(|_| "the publisher's thread panicked")??)
    }

    /// Ends it now; how many were sent.
    pub(crate) fn stop(self) -> Result<u64> {
        self.stop.store(true, Ordering::Relaxed);
        self.join()
    }
}
