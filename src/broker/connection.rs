//! One connection: CONNECT and login, then packets in and batches out until either side ends it. Knows bytes and time; what
//! packets mean is the hub's business.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::command::{Attach, Command, End, LinkId};
use super::decode::{self, Fault};
use super::encode::{encode, refusal};
use super::greeting::{self, Greeting};
use super::misbehaviour::{Announced, ConnackFault, Misbehaviour};
use super::packet::{Connect, Inbound, MAX_PACKET, Outgoing, reason};
use crate::model::{Protocol, Secret};

/// A client that says nothing for this long is none.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// What a connection that is to end may still take to write what it was given.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(1);
/// Bytes collected before they are written.
const WRITE_AT: usize = 64 << 10;
/// Bytes of a large payload written at a time: over a WebSocket they make one frame, and clients limit those.
const WRITE_AT_MOST: usize = 1 << 20;
/// Bytes read at a time, at least.
const READ_ROOM: usize = 16 << 10;
/// Packets handed to the hub at a time.
const PACKETS: usize = 512;
/// Answers a client may leave unread before it is not read any more. More than a batch of packets can ask for.
const UNREAD_ANSWERS: usize = 4 * PACKETS;

/// What every connection needs to know.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) users: Option<Arc<Vec<(String, Secret)>>>,
    pub(super) misbehaviour: watch::Receiver<Misbehaviour>,
    pub(super) stop: CancellationToken,
}

/// Serves one client from its first byte to its last.
pub(super) async fn serve<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(read: R, mut write: W, door: Door) {
    let mut input = Input { read, buffer: BytesMut::new(), taken: 0, max_packet: MAX_PACKET };
    let connect = tokio::select! {
        () = door.stop.cancelled() => return,
        connect = greet(&mut input, &mut write, &door) => connect,
    };
    let Some(connect) = connect else { return };
    let protocol = connect.protocol;
    let keep_alive = keep_to_announced(&mut input, &connect, &door);
    let closing = CancellationToken::new();
    let (attach, batches) = Attach::new(connect, closing.clone(), None);
    let link = attach.link;
    if door.commands.send(Command::Attach(Box::new(attach))).await.is_err() {
        return;
    }
    let unread = Arc::new(Semaphore::new(UNREAD_ANSWERS));
    let output =
        Output { write, protocol, link, commands: door.commands.clone(), unread: Arc::clone(&unread) };
    let reader = Reader { input, protocol, keep_alive, link, door, unread };
    tokio::join!(read_until_closed(reader, closing.clone()), write_until_closed(output, batches, closing));
}

/// Limits the client to what CONNACK will tell it; returns the keep alive in force, in seconds.
fn keep_to_announced<R>(input: &mut Input<R>, connect: &Connect, door: &Door) -> u16 {
    let misbehaviour = door.misbehaviour.borrow();
    if connect.protocol == Protocol::V4 {
        return connect.keep_alive;
    }
    if let Some(bytes) = misbehaviour.announced.maximum_packet_size {
        input.max_packet = bytes as usize;
    }
    misbehaviour.announced.server_keep_alive.unwrap_or(connect.keep_alive)
}

/// Reads CONNECT and checks the login. `None` when the connection is to be closed, told or not.
async fn greet<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    input: &mut Input<R>,
    write: &mut W,
    door: &Door,
) -> Option<Connect> {
    let frame = timeout(CONNECT_TIME, input.first_frame()).await.ok()??;
    let connect = match greeting::read(frame.freeze()) {
        Ok(Greeting::Connect(connect)) => connect,
        Ok(Greeting::Refuse(protocol, code)) => {
            return refuse(write, protocol, code, &Announced::default()).await;
        }
        Err(_) => return None,
    };
    let protocol = connect.protocol;
    let (fault, announced) = {
        let misbehaviour = door.misbehaviour.borrow();
        let hits = misbehaviour.connack_for.is_none_or(|only| only == protocol);
        let fault = if hits { misbehaviour.connack.clone() } else { ConnackFault::None };
        (fault, misbehaviour.announced.clone())
    };
    match fault {
        ConnackFault::None => {}
        ConnackFault::Refuse(code) => return refuse(write, protocol, code, &announced).await,
        ConnackFault::RefuseAs(protocol, code) => return refuse(write, protocol, code, &announced).await,
        ConnackFault::Delay(time) => sleep(time).await,
        ConnackFault::Close => return None,
        ConnackFault::Never => return input.ignore().await,
        ConnackFault::Bytes(bytes) => {
            write.write_all(&bytes).await.ok()?;
            write.flush().await.ok()?;
            return input.ignore().await;
        }
    }
    match login_fault(door.users.as_deref().map(Vec::as_slice), &connect) {
        None => Some(*connect),
        Some(code) => refuse(write, protocol, code, &announced).await,
    }
}

/// The code to refuse a login with, if it is to be refused.
fn login_fault(users: Option<&[(String, Secret)]>, connect: &Connect) -> Option<u8> {
    let users = users?;
    let name = connect.user.as_deref().unwrap_or_default();
    let password = connect.password.as_ref().map_or("", Secret::expose);
    let is_known = users.iter().any(|(user, secret)| user == name && secret.expose() == password);
    let is_anonymous = name.is_empty();
    match (is_known, connect.protocol) {
        (true, _) => None,
        (_, Protocol::V4) => Some(if is_anonymous { 5 } else { 4 }),
        (_, Protocol::V5) if is_anonymous => Some(reason::NOT_AUTHORIZED),
        (_, Protocol::V5) => Some(reason::BAD_USER_OR_PASSWORD),
    }
}

async fn refuse<T>(
    write: &mut (impl AsyncWrite + Unpin),
    protocol: Protocol,
    code: u8,
    announced: &Announced,
) -> Option<T> {
    let mut bytes = BytesMut::new();
    refusal(&mut bytes, protocol, code, announced);
    write.write_all(&bytes).await.ok()?;
    write.shutdown().await.ok()?;
    None
}

/// The reading half of a stream, in frames.
struct Input<R> {
    read: R,
    buffer: BytesMut,
    /// Bytes of the frames taken since the hub was told.
    taken: usize,
    /// Bytes in the largest packet the client may send.
    max_packet: usize,
}

impl<R: AsyncRead + Unpin> Input<R> {
    /// The next frame, when all of it has been read.
    fn ready(&mut self) -> Result<Option<BytesMut>, Fault> {
        match decode::frame_length(&self.buffer)? {
            Some(length) if length > self.max_packet => Err(Fault(reason::PACKET_TOO_LARGE)),
            Some(length) if length <= self.buffer.len() => {
                self.taken += length;
                Ok(Some(self.buffer.split_to(length)))
            }
            _ => Ok(None),
        }
    }

    /// Reads what is there. The buffer grows with what came, not with what was announced.
    async fn fill(&mut self) -> io::Result<()> {
        self.buffer.reserve(READ_ROOM.max(self.buffer.len() / 2));
        match self.read.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// The first frame; `None` when it is no CONNECT or will not come.
    async fn first_frame(&mut self) -> Option<BytesMut> {
        loop {
            self.fill().await.ok()?;
            // Another protocol would have to be waited for: its "length" means nothing.
            if self.buffer.first() != Some(&greeting::CONNECT) {
                return None;
            }
            if let Some(frame) = self.ready().ok()? {
                return Some(frame);
            }
        }
    }

    /// Reads and forgets until the client goes away.
    async fn ignore<T>(&mut self) -> Option<T> {
        loop {
            self.buffer.clear();
            self.fill().await.ok()?;
        }
    }
}

/// What the reading side of a connected client needs.
struct Reader<R> {
    input: Input<R>,
    protocol: Protocol,
    keep_alive: u16,
    link: LinkId,
    door: Door,
    /// Answers the client may still ask for before it reads some.
    unread: Arc<Semaphore>,
}

async fn read_until_closed<R: AsyncRead + Unpin>(mut reader: Reader<R>, closing: CancellationToken) {
    let end = tokio::select! {
        // By the hub, which then knows, or by the writing half, which could not write.
        () = closing.cancelled() => Some(End::Lost),
        end = reader.packets() => end,
    };
    if let Some(end) = end {
        // A hub that is gone needs no telling.
        let _ = reader.door.commands.send(Command::Closed { link: reader.link, end }).await;
    }
    closing.cancel();
    // A socket closed with unread bytes is reset, and the client may never see why: read on while it gets the last words.
    let _ = timeout(LAST_WORDS, reader.input.ignore::<()>()).await;
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Hands packets to the hub until the connection is to end; `None` when the hub knows that already.
    async fn packets(&mut self) -> Option<End> {
        let limit = Duration::from_millis(u64::from(self.keep_alive) * 1_500);
        let mut count = 0;
        loop {
            let (packets, end) = self.parse(&mut count);
            let has_left = matches!(packets.last(), Some(Inbound::Disconnect { .. }));
            let was_full = packets.len() == PACKETS;
            self.hand_over(packets).await?;
            if has_left {
                return None;
            }
            if end.is_some() {
                return end;
            }
            if was_full {
                continue;
            }
            tokio::select! {
                read = self.input.fill() => if read.is_err() { return Some(End::Lost) },
                () = dropped(&mut self.door.misbehaviour, count) => return Some(End::Lost),
                () = sleep(limit), if !limit.is_zero() => return Some(End::Fault(reason::KEEP_ALIVE_TIMEOUT)),
            }
        }
    }

    /// The packets that have been read, up to a DISCONNECT, a fault or the packet after which the link is dropped.
    fn parse(&mut self, count: &mut u64) -> (Vec<Inbound>, Option<End>) {
        let mut packets = Vec::new();
        let drop_after = self.door.misbehaviour.borrow().drop_after;
        while packets.len() < PACKETS {
            let frame = match self.input.ready() {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(Fault(reason)) => return (packets, Some(End::Fault(reason))),
            };
            match decode::packet(self.protocol, frame) {
                Ok(packet) => {
                    let is_last = matches!(packet, Inbound::Disconnect { .. });
                    packets.push(packet);
                    *count += 1;
                    if is_last {
                        break;
                    }
                }
                Err(Fault(reason)) => return (packets, Some(End::Fault(reason))),
            }
            if drop_after.is_some_and(|limit| *count >= limit) {
                return (packets, Some(End::Lost));
            }
        }
        (packets, None)
    }

    /// Waits until the client has read enough of its answers and the hub has room. `None` when the hub is gone.
    async fn hand_over(&mut self, packets: Vec<Inbound>) -> Option<()> {
        if packets.is_empty() {
            return Some(());
        }
        let answers = packets.iter().filter(|packet| packet.is_answered()).count();
        self.unread.acquire_many(answers as u32).await.ok()?.forget();
        let bytes = std::mem::take(&mut self.input.taken);
        self.door.commands.send(Command::Packets { link: self.link, packets, bytes }).await.ok()
    }
}

/// Comes when the link is to be dropped after the `count` packets it has sent.
async fn dropped(misbehaviour: &mut watch::Receiver<Misbehaviour>, count: u64) {
    let is_hit = |misbehaviour: &Misbehaviour| misbehaviour.drop_after.is_some_and(|limit| count >= limit);
    if misbehaviour.wait_for(is_hit).await.is_err() {
        // The broker is going down: that is told another way.
        pending::<()>().await;
    }
}

/// The writing half of a connected client's stream.
struct Output<W> {
    write: W,
    protocol: Protocol,
    link: LinkId,
    commands: mpsc::Sender<Command>,
    unread: Arc<Semaphore>,
}

async fn write_until_closed<W: AsyncWrite + Unpin>(
    mut output: Output<W>,
    mut batches: mpsc::Receiver<Vec<Outgoing>>,
    closing: CancellationToken,
) {
    let overtime = async {
        closing.cancelled().await;
        sleep(LAST_WORDS).await;
    };
    tokio::select! {
        _ = output.batches(&mut batches) => {}
        () = overtime => {}
    }
    // The client may be gone already.
    let _ = timeout(LAST_WORDS, output.write.shutdown()).await;
    closing.cancel();
}

impl<W: AsyncWrite + Unpin> Output<W> {
    /// Writes batches until there are no more.
    async fn batches(&mut self, batches: &mut mpsc::Receiver<Vec<Outgoing>>) -> io::Result<()> {
        let mut buffer = BytesMut::new();
        while let Some(batch) = batches.recv().await {
            let bytes = self.write_batch(&batch, &mut buffer).await?;
            self.unread.add_permits(batch.iter().filter(|packet| packet.is_answer()).count());
            // The hub may be gone; what it sent before is still to be written.
            let _ = self.commands.send(Command::Written { link: self.link, bytes }).await;
        }
        Ok(())
    }

    /// Writes many packets with few calls; returns how many bytes they took.
    async fn write_batch(&mut self, batch: &[Outgoing], buffer: &mut BytesMut) -> io::Result<usize> {
        let now = Instant::now();
        let mut bytes = 0;
        for packet in batch {
            let large = encode(buffer, self.protocol, packet, now);
            if large.is_some() || buffer.len() >= WRITE_AT {
                bytes += buffer.len();
                self.write.write_all(buffer).await?;
                buffer.clear();
            }
            if let Some(payload) = large {
                bytes += payload.len();
                for part in payload.chunks(WRITE_AT_MOST) {
                    self.write.write_all(part).await?;
                }
            }
        }
        bytes += buffer.len();
        self.write.write_all(buffer).await?;
        buffer.clear();
        // TLS keeps back what did not fit into the socket.
        self.write.flush().await?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c12_a_login_is_refused_with_the_code_of_its_version() {
        let users = vec![("bob".to_owned(), Secret::from("secret"))];
        let attempt = |protocol, user: &str, password: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let password = some(password).map(Secret::from);
            let connect = Connect { user: some(user), password, ..Connect::clean(protocol) };
            login_fault(Some(&users), &connect)
        };
        for (user, password, v4, v5) in [
            ("bob", "secret", None, None),
            ("bob", "wrong", Some(4), Some(0x86)),
            ("eve", "secret", Some(4), Some(0x86)),
            ("", "", Some(5), Some(0x87)),
        ] {
            assert_eq!(attempt(Protocol::V4, user, password), v4, "{user}:{password}");
            assert_eq!(attempt(Protocol::V5, user, password), v5, "{user}:{password}");
        }
        assert_eq!(login_fault(None, &Connect::clean(Protocol::V4)), None);
    }
}
