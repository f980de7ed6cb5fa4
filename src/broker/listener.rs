//! Accepts sockets and gives each its task, in which it first agrees on what is below MQTT: TLS, a WebSocket, both or
//! nothing. One for each address; started by `Broker::start`, ends with the broker.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::command::Command;
use super::connection::{self, Door, LAST_WORDS};
use super::websocket;

#[cfg(unix)]
use super::unix;

/// Connections at a time, over all listeners; further ones wait in the system's queue.
pub(super) const MAX_CONNECTIONS: usize = 10_000;
/// What a client may take to agree on TLS and WebSocket.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Where connections come from.
pub(super) enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(unix::Socket),
}

enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

impl Socket {
    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(socket) => socket.accept().await.map(|(stream, _)| Stream::Tcp(stream)),
            #[cfg(unix)]
            Self::Unix(socket) => socket.accept().await.map(Stream::Unix),
        }
    }
}

/// What is between the socket and MQTT.
#[derive(Clone)]
pub(super) struct Layers {
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) web_socket: bool,
}

impl Layers {
    pub(super) const NONE: Self = Self { tls: None, web_socket: false };
}

/// Accepts until the broker stops, then waits for the connections to end. `room` is shared with the other listeners.
pub(super) async fn run(socket: Socket, layers: Layers, room: Arc<Semaphore>, door: Door) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await.ok()?;
            Some((place, socket.accept().await))
        };
        tokio::select! {
            () = door.stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = accepted => match accepted {
                Some((place, Ok(stream))) => {
                    let (door, layers) = (door.clone(), layers.clone());
                    if door.commands.send(Command::Accepted).await.is_err() {
                        break;
                    }
                    connections.spawn(async move {
                        serve(stream, layers, door).await;
                        drop(place);
                    });
                }
                // Too many open files, or a client that left already: both pass.
                Some((_, Err(_))) => tokio::time::sleep(Duration::from_millis(50)).await,
                None => break,
            }
        }
    }
    drop(socket);
    while connections.join_next().await.is_some() {}
}

async fn serve(stream: Stream, layers: Layers, door: Door) {
    let stream = match stream {
        Stream::Tcp(stream) => stream,
        #[cfg(unix)]
        Stream::Unix(stream) => {
            let (read, write) = stream.into_split();
            return connection::serve(read, write, door).await;
        }
    };
    // Without it small packets wait for acknowledgements; a socket that cannot do it is slower, not wrong.
    let _ = stream.set_nodelay(true);
    match layers {
        Layers { tls: None, web_socket: false } => {
            let (read, write) = stream.into_split();
            connection::serve(read, write, door).await;
        }
        // Boxed, or a plain connection would take the room of these.
        Layers { tls: None, web_socket: true } => Box::pin(serve_web_socket(stream, door)).await,
        Layers { tls: Some(acceptor), web_socket } => {
            Box::pin(serve_tls(stream, acceptor, web_socket, door)).await;
        }
    }
}

async fn serve_tls(stream: TcpStream, acceptor: TlsAcceptor, web_socket: bool, door: Door) {
    let handshake = timeout(HANDSHAKE_TIME, acceptor.accept(stream).into_fallible());
    let accepted = tokio::select! {
        () = door.stop.cancelled() => return,
        accepted = handshake => accepted,
    };
    match accepted {
        Ok(Ok(stream)) if web_socket => serve_web_socket(stream, door).await,
        Ok(Ok(stream)) => {
            let (read, write) = split(stream);
            connection::serve(read, write, door).await;
        }
        Ok(Err((_, stream))) => part(stream, "").await,
        Err(_) => {}
    }
}

async fn serve_web_socket<S: AsyncRead + AsyncWrite + Unpin + Send>(mut stream: S, door: Door) {
    let handshake = timeout(HANDSHAKE_TIME, websocket::accept(&mut stream));
    let accepted = tokio::select! {
        () = door.stop.cancelled() => return,
        accepted = handshake => accepted,
    };
    let answer = match accepted {
        Ok(Ok(socket)) => {
            let (read, write) = split(socket);
            return connection::serve(read, write, door).await;
        }
        Ok(Err(answer)) => answer,
        Err(_) => return,
    };
    part(stream, &answer).await;
}

/// Ends a connection whose client was told why, with `answer` if that is still to be told. One closed with unread bytes is
/// reset, and the client may never see it.
async fn part<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, answer: &str) {
    let goodbye = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut (&mut stream).take(LEFT_UNREAD), &mut tokio::io::sink()).await
    };
    // All of it may fail: the client need not wait for it.
    let _ = timeout(LAST_WORDS, goodbye).await;
}

/// Bytes a client that was turned away may still send.
const LEFT_UNREAD: u64 = 1 << 20;
