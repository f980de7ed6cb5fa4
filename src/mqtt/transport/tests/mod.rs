//! The ways to a broker against scripted servers on loopback; here the helpers, one file a part of the way.

mod authority;
mod files;
mod proxy;
mod tcp;
mod tls;
#[cfg(unix)]
mod unix;
mod websocket;

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::{Opened, Stream, open};
use crate::model::{Target, Transport, Trouble};
use crate::mqtt::explain::{Fault, explain};
use crate::mqtt::timing::Timing;

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn target(transport: Transport, port: u16) -> Target {
    Target { transport, ..Target::new("127.0.0.1", port, "tester") }
}

/// A target with TLS that needs no authorities, which a machine may lack.
fn unchecked(port: u16) -> Target {
    let mut target = target(Transport::Tls, port);
    target.tls.insecure = true;
    target
}

/// Opens the way with the promised waiting times.
async fn opening(target: &Target) -> Result<Opened, Fault> {
    opening_within(target, Timing::default().connect).await
}

async fn opening_within(target: &Target, time: Duration) -> Result<Opened, Fault> {
    let (step, _steps) = watch::channel(String::new());
    let timing = Timing::default();
    let opening = open(target, &timing, Instant::now() + time, &step);
    timeout(PATIENCE, opening).await.expect("opening keeps its deadline")
}

/// Why the way cannot be opened, and whether it is tried again.
async fn trouble(target: &Target) -> (Trouble, bool) {
    match opening(target).await {
        Ok(opened) => panic!("it opened: {:?}", opened.facts),
        Err(fault) => told(&fault, target),
    }
}

fn told(fault: &Fault, target: &Target) -> (Trouble, bool) {
    let advice = explain(fault, target, 1);
    assert!(!advice.trouble.cause.is_empty() && !advice.trouble.remedy.is_empty(), "{fault:?}");
    (advice.trouble, advice.retry)
}

/// Sends `bytes` and expects them back.
async fn echoes(stream: &mut dyn Stream) {
    let sent = [0x10u8, 0, 0xff, 7];
    stream.write_all(&sent).await.unwrap();
    stream.flush().await.unwrap();
    let mut back = [0; 4];
    timeout(PATIENCE, stream.read_exact(&mut back)).await.expect("an answer").unwrap();
    assert_eq!(back, sent);
}

/// Sends back whatever comes, to its end.
async fn echo(mut stream: impl Stream) {
    let mut bytes = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
        stream.write_all(&bytes[..count]).await.unwrap();
        stream.flush().await.unwrap();
    }
}

/// A server on loopback that gives every connection to `serve`; its port.
async fn server<F: Future<Output = ()> + Send + 'static>(
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream));
        }
    });
    (port, task)
}

/// Reads a request head, to its empty line.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// A server that takes a request head, gives `answer` and hangs up.
async fn answering(answer: &'static str) -> u16 {
    let serve = move |mut stream: TcpStream| async move {
        head(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
    };
    server(serve).await.0
}
