//! `mqtt-tui broker` as a process: what it says when it starts is enough to reach it by every transport.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::raw::{Raw, connect, packet, text};
use common::transports::{TlsClient, web_socket};
use mqtt_tui::broker::Identity;
use tokio::net::TcpStream;
use ws_stream_tungstenite::WsStream;

/// Ends the program in any case.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqtt-tui"));
    command.arg("broker").args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts it and returns the commands it prints.
fn start(arguments: &[&str], listeners: usize) -> (Running, Vec<String>) {
    let mut child = command(arguments).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let running = Running(child);
    let lines: Vec<_> = output.lines().take(2 + listeners).map(Result::unwrap).collect();
    assert_eq!(lines[1], "explore it:");
    (running, lines[2..].iter().map(|line| line.trim_start().to_owned()).collect())
}

fn address(command: &str) -> SocketAddr {
    let url = command.split_whitespace().nth(2).unwrap();
    url.split('/').nth(2).unwrap().parse().unwrap()
}

fn log_in(password: &str) -> Vec<u8> {
    let body =
        [&text("MQTT")[..], &[4, 0b1100_0010, 0, 0], &text("c"), &text("bob"), &text(password)].concat();
    packet(0x10, &body)
}

async fn answer<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(stream: S, bytes: &[u8]) -> Vec<u8> {
    let mut raw = Raw { socket: stream };
    raw.send(bytes).await;
    raw.read().await.expect("CONNACK").body
}

#[tokio::test]
async fn the_broker_says_how_to_reach_each_of_its_listeners() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("users"), "bob:right\n").unwrap();
    let ports = ["--port", "0", "--tls-port", "0", "--ws-port", "0", "--wss-port", "0"];
    let (socket, certificates, users) = (path("m.sock"), path("certificates"), path("users"));
    let files = ["--unix", &socket, "--write-certs", &certificates, "--password-file", &users];
    let arguments = [&ports[..], &files, &["--require-client-cert"]].concat();
    let (mut running, commands) = start(&arguments, 5);

    let flags = format!(
        "--cafile {certificates}/ca.pem --cert {certificates}/client.pem --key {certificates}/client.key -u bob"
    );
    for (command, (scheme, tail)) in commands.iter().zip([
        ("mqtt", " -u bob"),
        ("mqtts", flags.as_str()),
        ("ws", "/mqtt -u bob"),
        ("wss", flags.as_str()),
        ("unix", "/m.sock -u bob"),
    ]) {
        assert!(command.starts_with(&format!("mqtt-tui connect {scheme}://")), "{command}");
        assert!(command.ends_with(tail), "{command}");
    }

    let good = log_in("right");
    let file = |name: &str| Path::new(&certificates).join(name);
    let mut tls = TlsClient::new(&fs::read_to_string(file("ca.pem")).unwrap());
    tls.identity = Some(Identity::read(&file("client.pem"), &file("client.key")).unwrap());
    assert_eq!(answer(TcpStream::connect(address(&commands[0])).await.unwrap(), &good).await, [0, 0]);
    assert_eq!(answer(TcpStream::connect(address(&commands[0])).await.unwrap(), &log_in("no")).await, [0, 4]);
    assert_eq!(answer(tls.connect(address(&commands[1])).await.unwrap(), &good).await, [0, 0]);
    let plain = TcpStream::connect(address(&commands[2])).await.unwrap();
    let web = web_socket(plain, "/mqtt", "mqtt").await.unwrap();
    assert_eq!(answer(WsStream::new(web), &good).await, [0, 0]);
    let web = web_socket(tls.connect(address(&commands[3])).await.unwrap(), "/mqtt", "mqtt").await.unwrap();
    assert_eq!(
        answer(WsStream::new(web), &connect(4, "x", true, 0, 0)).await,
        [0, 5],
        "nobody without a login"
    );
    assert_eq!(answer(tokio::net::UnixStream::connect(&socket).await.unwrap(), &good).await, [0, 0]);

    let process = rustix::process::Pid::from_child(&running.0);
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
    assert_eq!(running.0.wait().unwrap().code(), Some(143));
    assert!(!Path::new(&socket).exists(), "the socket goes with the broker");

    let again = command(&arguments).output().unwrap();
    let text = String::from_utf8(again.stderr).unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert!(text.contains("ca.pem is there already and is not overwritten"), "{text}");
}

#[test]
fn g13_a_start_that_fails_leaves_no_certificates_behind() {
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let certificates = folder.path().join("certificates");
    let arguments = ["--port", "0", "--tls-port", &port, "--write-certs", certificates.to_str().unwrap()];
    let output = command(&arguments).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{text}");
    assert!(!certificates.exists());
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = mqtt_tui::broker::Certificates::generate(&[]).unwrap();
    certificates.write(folder.path()).unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (certificate, key) = (file("server.pem"), file("server.key"));
    let arguments = ["--port", "0", "--tls-port", "0", "--cert", &certificate, "--key", &key];
    let (_running, commands) = start(&arguments, 2);
    let address = address(&commands[1]);
    assert_eq!(commands[1], format!("mqtt-tui connect mqtts://{address}"), "whom to trust is up to the user");
    let stream = TlsClient::new(certificates.authority.pem()).connect(address).await.unwrap();
    assert_eq!(answer(stream, &connect(4, "x", true, 0, 0)).await, [0, 0]);
}
