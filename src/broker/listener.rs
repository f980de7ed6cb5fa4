//! Accepts sockets and gives each its task. Started by `Broker::start`, ends with the broker.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::command::Command;
use super::connection::{self, Door};

/// Connections at a time; further ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 10_000;

/// Accepts until the broker stops, then waits for the connections to end.
pub(super) async fn run(socket: TcpListener, door: Door) {
    let mut connections = JoinSet::new();
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await.ok()?;
            Some((place, socket.accept().await))
        };
        tokio::select! {
            () = door.stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = accepted => match accepted {
                Some((place, Ok((stream, _)))) => {
                    let door = door.clone();
                    if door.commands.send(Command::Accepted).await.is_err() {
                        break;
                    }
                    connections.spawn(async move {
                        connection::serve(stream, door).await;
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
