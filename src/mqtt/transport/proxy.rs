//! Asking an HTTP proxy for a connection to the broker, with CONNECT (RFC 9110, 9.3.6).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::{Facts, system_words};
use crate::model::{Proxy, Secret, Target};
use crate::mqtt::explain::ProxyFault;

/// Longest answer that is read.
const MAX_HEAD: usize = 16 << 10;

/// Asks `proxy`, at the other end of `stream`, to connect it to `target` before `deadline`.
pub(super) async fn ask(
    stream: &mut TcpStream,
    proxy: &Proxy,
    target: &Target,
    deadline: Instant,
    facts: &mut Facts,
) -> Result<(), ProxyFault> {
    let at = format!("the proxy {}", proxy.address());
    let began = Instant::now();
    let head = timeout_at(deadline, exchange(stream, &request(proxy, target)))
        .await
        .map_err(|_| ProxyFault::Timeout { at: at.clone() })?
        .map_err(|words| ProxyFault::NotHttp { at: at.clone(), words })?;
    match status(&head) {
        None => Err(ProxyFault::NotHttp { at, words: "it answers with something else than HTTP".into() }),
        Some((200..300, _)) => {
            facts.proxy_took = Some(began.elapsed());
            Ok(())
        }
        Some((status, reason)) => Err(ProxyFault::Status { at, status, reason }),
    }
}

fn request(proxy: &Proxy, target: &Target) -> String {
    let to = target.address();
    let login = proxy.user.as_ref().map(|user| {
        let password = proxy.password.as_ref().map(Secret::expose).unwrap_or_default();
        let both = BASE64_STANDARD.encode(format!("{user}:{password}"));
        format!("Proxy-Authorization: Basic {both}\r\n")
    });
    format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n{}\r\n", login.unwrap_or_default())
}

/// Sends the request; the head of the answer. Not a byte after it is read, since that is the broker's.
async fn exchange(stream: &mut TcpStream, request: &str) -> Result<Vec<u8>, String> {
    stream.write_all(request.as_bytes()).await.map_err(|error| system_words(&error))?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MAX_HEAD {
            return Err("its answer does not end".into());
        }
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            // What came before the end may still be a status line to be shown.
            Err(_) if head.contains(&b'\n') => break,
            Err(error) if head.is_empty() && error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err("it hung up without an answer".into());
            }
            Err(error) => return Err(system_words(&error)),
        }
    }
    Ok(head)
}

/// Status and reason of the first line (RFC 9112, 4).
fn status(head: &[u8]) -> Option<(u16, String)> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let mut words = line.trim_end().splitn(3, ' ');
    let is_http = words.next()?.starts_with("HTTP/1.");
    let status = words.next()?.parse().ok()?;
    let reason = words.next().unwrap_or_default().chars().take(100).collect();
    is_http.then_some((status, reason))
}
