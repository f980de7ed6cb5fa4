//! TLS of the bundled broker: its certificates with and without mistakes, what it asks of clients, the files it writes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::mosquitto_tool;
use common::raw::{Raw, connect};
use common::transports::TlsClient;
use mqtt_tui::broker::{
    Authority, Broker, BrokerOptions, CertificateOptions, Certificates, Identity, KeyForm, Listener,
    ListenerKind, LocalOptions, ServerTls, TlsError,
};
use mqtt_tui::model::TopicFilter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn broker(tls: ServerTls) -> (Broker, SocketAddr) {
    let options = BrokerOptions {
        port: 0,
        listeners: vec![Listener::local(ListenerKind::Tls)],
        tls: Some(tls),
        sys_interval: Duration::ZERO,
        ..BrokerOptions::default()
    };
    let broker = Broker::start(options).await.unwrap();
    let address = broker.address_of(ListenerKind::Tls).unwrap();
    (broker, address)
}

/// Connects as MQTT over TLS; the error is what the client's side of TLS says.
async fn log_in(client: &TlsClient, address: SocketAddr) -> io::Result<()> {
    let mut stream = client.connect(address).await?;
    // With TLS 1.3 a client learns only now that its certificate is refused.
    stream.write_all(&connect(4, "c", true, 0, 0)).await?;
    stream.flush().await?;
    let mut connack = [0; 4];
    stream.read_exact(&mut connack).await?;
    assert_eq!(connack, [0x20, 2, 0, 0]);
    Ok(())
}

async fn fault(client: &TlsClient, address: SocketAddr) -> String {
    log_in(client, address).await.expect_err("no way in").to_string()
}

#[tokio::test]
async fn d01_d02_d03_certificates_have_the_mistakes_that_were_asked_for() {
    let authority = Authority::new("our test authority").unwrap();
    let other = Authority::new("another authority").unwrap();
    let issue = |names: &[&str], days: RangeInclusive<i32>| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        authority.issue(&CertificateOptions { names, days, ..CertificateOptions::server() }).unwrap()
    };
    let good = issue(&["localhost"], -1..=1);
    let cases = [
        (good, authority.pem(), None),
        (issue(&["localhost"], -20..=-10), authority.pem(), Some("expired")),
        (issue(&["localhost"], 10..=20), authority.pem(), Some("not valid yet")),
        (issue(&["elsewhere.example", "10.0.0.7"], -1..=1), authority.pem(), Some("not valid for name")),
        (issue(&["localhost"], -1..=1), other.pem(), Some("UnknownIssuer")),
    ];
    for (identity, trusted, expected) in cases {
        let (_broker, address) = broker(ServerTls::new(identity)).await;
        let outcome = log_in(&TlsClient::new(trusted), address).await;
        match expected {
            None => outcome.unwrap(),
            Some(words) => {
                let text = outcome.expect_err("refused by the client").to_string();
                assert!(text.contains(words), "{text}, expected: {words}");
            }
        }
    }
}

#[tokio::test]
async fn keys_come_in_every_usual_form() {
    let authority = Authority::new("authority").unwrap();
    let rsa = include_str!("fixtures/keys/rsa-2048.pem");
    for (key, key_form, label) in [
        (None, KeyForm::Pkcs8, "-----BEGIN PRIVATE KEY-----"),
        (None, KeyForm::Own, "-----BEGIN EC PRIVATE KEY-----"),
        (Some(rsa), KeyForm::Pkcs8, "-----BEGIN PRIVATE KEY-----"),
        (Some(rsa), KeyForm::Own, "-----BEGIN RSA PRIVATE KEY-----"),
    ] {
        let key = key.map(str::to_owned);
        let identity =
            authority.issue(&CertificateOptions { key, key_form, ..CertificateOptions::server() }).unwrap();
        assert!(identity.key.starts_with(label), "{}", identity.key);
        assert!(!format!("{identity:?}").contains("PRIVATE KEY"), "the key is no matter for Debug");
        let (_broker, address) = broker(ServerTls::new(identity)).await;
        log_in(&TlsClient::new(authority.pem()), address).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_of_another_certificate_is_refused_at_the_start() {
    let certificates = Certificates::generate(&[]).unwrap();
    let mixed = Identity { key: certificates.client.key, ..certificates.server };
    let options = BrokerOptions {
        port: 0,
        listeners: vec![Listener::local(ListenerKind::Tls)],
        tls: Some(ServerTls::new(mixed)),
        ..BrokerOptions::default()
    };
    let text = Broker::start(options).await.unwrap_err().to_string();
    assert!(text.contains("does the key belong to the certificate?"), "{text}");
}

#[tokio::test]
async fn d07_where_clients_must_show_a_certificate_only_those_of_the_authority_get_in() {
    let certificates = Certificates::generate(&[]).unwrap();
    let stranger = Certificates::generate(&[]).unwrap();
    for only_tls_1_2 in [false, true] {
        let mut tls = ServerTls::new(certificates.server.clone());
        tls.client_authority = Some(certificates.authority.pem().to_owned());
        tls.only_tls_1_2 = only_tls_1_2;
        let (_broker, address) = broker(tls).await;
        let mut client = TlsClient::new(certificates.authority.pem());
        let without = fault(&client, address).await;
        assert!(without.contains("CertificateRequired"), "{without}");
        client.identity = Some(stranger.client.clone());
        let foreign = fault(&client, address).await;
        // Both authorities bear one name, so only the signature tells them apart.
        assert!(foreign.contains("DecryptError") || foreign.contains("UnknownCA"), "{foreign}");
        client.identity = Some(certificates.client.clone());
        log_in(&client, address).await.unwrap();
    }
}

#[tokio::test]
async fn versions_and_application_protocols_are_as_told() {
    let certificates = Certificates::generate(&[]).unwrap();
    let mut tls = ServerTls::new(certificates.server.clone());
    tls.alpn = vec!["mqtt".to_owned(), "x-other".to_owned()];
    tls.only_tls_1_2 = true;
    let (_broker, address) = broker(tls).await;
    let mut client = TlsClient::new(certificates.authority.pem());
    client.alpn = vec!["x-other", "mqtt"];
    let stream = client.connect(address).await.unwrap();
    let (_, session) = stream.get_ref();
    assert_eq!(session.alpn_protocol(), Some(&b"mqtt"[..]), "the broker's order counts");
    assert_eq!(format!("{:?}", session.protocol_version()), "Some(TLSv1_2)");
    client.alpn = vec!["h2"];
    let text = fault(&client, address).await;
    assert!(text.contains("NoApplicationProtocol"), "{text}");
    client.alpn = Vec::new();
    log_in(&client, address).await.unwrap();
}

#[tokio::test]
async fn d04_plain_mqtt_on_a_tls_port_and_tls_on_a_plain_port_are_closed() {
    let certificates = Certificates::generate(&[]).unwrap();
    let (broker, address) = broker(ServerTls::new(certificates.server.clone())).await;
    let mut raw = Raw::open(address).await;
    raw.send(&connect(4, "plain", true, 0, 0)).await;
    let mut answer = Vec::new();
    raw.socket.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer.first(), Some(&0x15), "a TLS alert: {answer:?}");
    let client = TlsClient::new(certificates.authority.pem());
    assert!(log_in(&client, broker.address()).await.is_err());
    log_in(&client, address).await.unwrap();
    let mut silent = TcpStream::connect(address).await.unwrap();
    silent.shutdown().await.unwrap();
    log_in(&client, address).await.unwrap();
}

#[test]
fn g03_the_certificates_are_written_for_the_user_alone_and_never_over_others() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("certificates");
    let certificates = Certificates::generate(&["broker.example".to_owned()]).unwrap();
    certificates.write(&folder).unwrap();
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["ca.pem", "client.key", "client.pem", "server.key", "server.pem"]);
    #[cfg(unix)]
    for (name, mode) in [("server.key", 0o600), ("client.key", 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777, mode, "{name}");
    }
    let read = Identity::read(&folder.join("server.pem"), &folder.join("server.key")).unwrap();
    assert_eq!(read, certificates.server);
    assert_eq!(fs::read_to_string(folder.join("ca.pem")).unwrap(), certificates.authority.pem());

    let again = Certificates::generate(&[]).unwrap();
    fs::remove_file(folder.join("ca.pem")).unwrap();
    let fault = again.write(&folder).unwrap_err();
    assert!(matches!(&fault, TlsError::Exists(path) if path.ends_with("server.pem")), "{fault}");
    assert!(!folder.join("ca.pem").exists(), "nothing was written");

    let swapped = Identity::read(&folder.join("server.key"), &folder.join("server.pem")).unwrap_err();
    assert!(swapped.to_string().contains("server.key holds no certificate"), "{swapped}");
    let keyless = Identity::read(&folder.join("server.pem"), &folder.join("server.pem")).unwrap_err();
    assert!(keyless.to_string().contains("server.pem holds no private key"), "{keyless}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mosquittos_own_client_publishes_over_tls_with_a_certificate() {
    let Some(program) = mosquitto_tool("mosquitto_pub") else { return };
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::generate(&[]).unwrap();
    certificates.write(folder.path()).unwrap();
    let mut tls = ServerTls::new(certificates.server.clone());
    tls.client_authority = Some(certificates.authority.pem().to_owned());
    let (broker, address) = broker(tls).await;
    let filters = vec![TopicFilter::parse("t").unwrap()];
    let mut local = broker.attach(LocalOptions { filters, ..LocalOptions::default() }).await.unwrap();
    let publish = |with_certificate: bool| {
        let mut command = Command::new(&program);
        command.args([
            "-h",
            "localhost",
            "-p",
            &address.port().to_string(),
            "-t",
            "t",
            "-m",
            "over TLS",
            "-q",
            "1",
        ]);
        command.arg("--cafile").arg(folder.path().join("ca.pem"));
        if with_certificate {
            command.arg("--cert").arg(folder.path().join("client.pem"));
            command.arg("--key").arg(folder.path().join("client.key"));
        }
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
    };
    assert!(tokio::task::block_in_place(|| publish(true)).success());
    assert_eq!(local.receive().await.unwrap().payload, "over TLS");
    assert!(!tokio::task::block_in_place(|| publish(false)).success());
}
