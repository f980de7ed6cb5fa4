//! The TLS handshake against servers with good and bad certificates.

use std::io::Write;
use std::sync::Arc;

use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{DEFAULT_VERSIONS, ServerConfig, SupportedProtocolVersion};

use super::authority::{Authority, Doing, Identity, self_signed};
use super::*;
use crate::model::Clock;
use crate::mqtt::connect;
use crate::mqtt::explain::TlsFault;

const OLD: &[&SupportedProtocolVersion] = &[&TLS12];
const NEW: &[&SupportedProtocolVersion] = &[&TLS13];

fn doing(identity: &Identity) -> Doing<'_> {
    Doing { identity, clients_of: None, demanded: true, versions: DEFAULT_VERSIONS, alpn: &[] }
}

/// A TLS server that echoes; its port.
async fn tls_server(config: Arc<ServerConfig>) -> u16 {
    let serve = move |stream| {
        let acceptor = TlsAcceptor::from(Arc::clone(&config));
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                echo(stream).await;
            }
        }
    };
    server(serve).await.0
}

pub(super) fn file(content: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file
}

/// A target that trusts what is in `ca`.
fn trusting(port: u16, ca: &NamedTempFile) -> Target {
    let mut target = target(Transport::Tls, port);
    target.tls.ca_file = Some(ca.path().to_path_buf());
    target
}

#[tokio::test]
async fn a_good_certificate_connects_with_both_versions_and_its_facts_are_kept() {
    let authority = Authority::new("Test CA");
    let identity = authority.issue(&["127.0.0.1", "broker.lan"]);
    let ca = file(&authority.pem());
    for (versions, name) in [(OLD, "TLS 1.2"), (NEW, "TLS 1.3")] {
        let server = Doing { versions, alpn: &["mqtt"], ..doing(&identity) };
        let mut target = trusting(tls_server(server.config()).await, &ca);
        target.tls.alpn = vec!["mqtt".into()];
        let mut opened = opening(&target).await.unwrap();
        echoes(&mut *opened.stream).await;
        let tls = opened.facts.tls.unwrap();
        assert_eq!((tls.version.as_str(), tls.alpn.as_deref(), tls.verified), (name, Some("mqtt"), true));
        assert!(tls.cipher.starts_with("TLS"), "{}", tls.cipher);
        assert_eq!(tls.chain[0].names, ["127.0.0.1", "broker.lan"]);
        assert!(tls.chain[0].issuer.contains("CN=Test CA"), "{:?}", tls.chain);
        assert_eq!(tls.chain[0].not_before, 1_577_836_800);
        assert!(opened.facts.tls_took.is_some());
    }
}

#[tokio::test]
async fn d01_an_unknown_ca_is_named_with_the_ways_out() {
    let identity = Authority::new("Backyard CA").issue(&["127.0.0.1"]);
    let ca = file(&Authority::new("Other CA").pem());
    let (trouble, retry) = trouble(&trusting(tls_server(doing(&identity).config()).await, &ca)).await;
    assert!(trouble.cause.contains("certificate issued by unknown CA Backyard CA"), "{trouble:?}");
    assert!(trouble.remedy.contains("--cafile FILE") && trouble.remedy.contains("(unsafe) --insecure"));
    assert!(!retry);
}

#[tokio::test]
async fn d01_a_self_signed_certificate_is_said_to_be_one_and_can_be_named_as_trusted() {
    for is_authority in [false, true] {
        let identity = self_signed(&["127.0.0.1"], is_authority);
        let port = tls_server(doing(&identity).config()).await;
        let other = file(&Authority::new("Other CA").pem());
        let fault = opening(&trusting(port, &other)).await.err().unwrap();
        let (trouble, _) = told(&fault, &trusting(port, &other));
        assert!(trouble.cause.contains("self-signed by lonely"), "{trouble:?}");
        assert!(trouble.remedy.contains("--cafile FILE"), "{trouble:?}");

        let own = file(&identity.certificate);
        let mut opened = opening(&trusting(port, &own)).await.unwrap();
        echoes(&mut *opened.stream).await;
    }
}

#[tokio::test]
async fn d01_a_certificate_named_as_trusted_still_needs_the_right_name() {
    let identity = self_signed(&["broker.lan"], false);
    let own = file(&identity.certificate);
    let (trouble, _) = trouble(&trusting(tls_server(doing(&identity).config()).await, &own)).await;
    assert!(trouble.cause.contains("certificate is for broker.lan"), "{trouble:?}");
}

#[tokio::test]
async fn d02_expired_and_not_yet_valid_say_the_date_and_the_clock() {
    let authority = Authority::new("Test CA");
    let ca = file(&authority.pem());
    for (from, to, words) in [(2010, 2012, "expired on 201"), (2110, 2112, "is not valid before 21")] {
        let identity = authority.issue_between(&["127.0.0.1"], from, to);
        let (trouble, retry) = trouble(&trusting(tls_server(doing(&identity).config()).await, &ca)).await;
        assert!(trouble.cause.contains(words), "{trouble:?}");
        assert!(!retry && trouble.remedy.contains("check the clock"), "{trouble:?}");
    }
}

#[tokio::test]
async fn d03_a_certificate_for_another_name_says_both_names() {
    let authority = Authority::new("Test CA");
    let identity = authority.issue(&["localhost"]);
    let ca = file(&authority.pem());
    let port = tls_server(doing(&identity).config()).await;
    let (trouble, retry) = trouble(&trusting(port, &ca)).await;
    assert_eq!(trouble.cause, "certificate is for localhost, you connected to 127.0.0.1");
    assert!(!retry);

    let mut named = trusting(port, &ca);
    named.tls.server_name = Some("localhost".into());
    let mut opened = opening(&named).await.unwrap();
    echoes(&mut *opened.stream).await;
}

#[tokio::test]
async fn d04_a_plain_port_is_said_to_speak_no_tls() {
    // A broker hangs up on what is no CONNECT; a web server says so in plain text.
    let hanging_up = server(|mut stream| async move {
        stream.read_u8().await.unwrap();
    });
    let (port, _server) = hanging_up.await;
    let (silent, retry) = trouble(&unchecked(port)).await;
    assert!(retry && silent.cause.contains("that port does not speak TLS"), "{silent:?}");
    assert_eq!(silent.remedy, "try mqtt:// or port 8883");

    let web = server(|mut stream| async move {
        stream.read_u8().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        echo(stream).await;
    });
    let (port, _server) = web.await;
    let (talking, _) = trouble(&unchecked(port)).await;
    assert_eq!(talking.cause, format!("127.0.0.1:{port}: that port does not speak TLS"));
}

#[tokio::test]
async fn d04_plain_mqtt_to_a_tls_port_is_recognised_by_the_alert() {
    let identity = self_signed(&["127.0.0.1"], false);
    let port = tls_server(doing(&identity).config()).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream
        .write_all(&[0x10, 16, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 30, 0, 4, b't', b'e', b's', b't'])
        .await
        .unwrap();
    let mut first = [0; 7];
    timeout(PATIENCE, stream.read_exact(&mut first)).await.expect("an alert").unwrap();
    let fault = crate::mqtt::transport::foreign(&first).expect("recognised");
    let (trouble, _) = told(&fault, &target(Transport::Tcp, port));
    assert!(trouble.cause.contains("that port speaks TLS"), "{trouble:?}");
    assert_eq!(trouble.remedy, "try mqtts:// or port 1883");
}

#[tokio::test]
async fn d05_insecure_connects_whatever_the_certificate_and_says_that_nothing_was_verified() {
    let identity = Authority::new("Backyard CA").issue_between(&["elsewhere.lan"], 2010, 2012);
    let target = unchecked(tls_server(doing(&identity).config()).await);
    let mut opened = opening(&target).await.unwrap();
    echoes(&mut *opened.stream).await;
    let tls = opened.facts.tls.unwrap();
    assert!(!tls.verified);
    assert_eq!(tls.chain[0].names, ["elsewhere.lan"]);
}

#[tokio::test]
async fn d07_a_server_that_wants_a_client_certificate_is_explained_with_both_versions() {
    let authority = Authority::new("Test CA");
    let identity = authority.issue(&["127.0.0.1"]);
    let ca = file(&authority.pem());
    for versions in [OLD, NEW] {
        let server = Doing { clients_of: Some(&authority), versions, ..doing(&identity) };
        let target = trusting(tls_server(server.config()).await, &ca);
        let fault = match opening(&target).await {
            Err(fault) => fault,
            // With TLS 1.3 the refusal comes as the answer to the first bytes.
            Ok(mut opened) => {
                let _ = opened.stream.write_all(&[0x10, 0]).await;
                let end = timeout(PATIENCE, opened.stream.read_u8()).await.expect("an end").unwrap_err();
                opened.facts.late_fault(Some(&end)).expect("the end is explained")
            }
        };
        assert!(
            matches!(&fault, Fault::Transport(fault) if *fault == TlsFault::ClientCertificateWanted { said: true }.into()),
            "{fault:?}"
        );
        let (trouble, retry) = told(&fault, &target);
        assert!(!retry && trouble.cause.contains("wants a client certificate"), "{trouble:?}");
        assert!(trouble.remedy.contains("--cert FILE and --key FILE"), "{trouble:?}");
    }
}

#[tokio::test]
async fn d07_a_silent_close_after_asking_for_a_certificate_is_explained_but_tried_again() {
    let facts = super::super::Facts { owes_certificate: true, ..Default::default() };
    let fault = facts.late_fault(None).expect("explained");
    let (trouble, retry) = told(&fault, &target(Transport::Tls, 8883));
    assert!(retry && trouble.cause.contains("wants a client certificate"), "{trouble:?}");
    assert_eq!(super::super::Facts::default().late_fault(None), None);
}

#[tokio::test]
async fn d06_a_client_certificate_that_fits_is_accepted_and_another_authoritys_is_not() {
    let authority = Authority::new("Test CA");
    let identity = authority.issue(&["127.0.0.1"]);
    let server = Doing { clients_of: Some(&authority), versions: OLD, ..doing(&identity) };
    let ca = file(&authority.pem());
    let mut target = trusting(tls_server(server.config()).await, &ca);
    let use_identity = |target: &mut Target, identity: &Identity| {
        let (certificate, key) = (file(&identity.certificate), file(&identity.key));
        target.tls.cert_file = Some(certificate.path().to_path_buf());
        target.tls.key_file = Some(key.path().to_path_buf());
        (certificate, key)
    };
    let _files = use_identity(&mut target, &authority.issue(&["me"]));
    let mut opened = opening(&target).await.unwrap();
    assert!(!opened.facts.owes_certificate);
    echoes(&mut *opened.stream).await;

    let _files = use_identity(&mut target, &Authority::new("Other CA").issue(&["me"]));
    let (trouble, retry) = trouble(&target).await;
    assert!(!retry && trouble.cause.contains("does not accept the client certificate"), "{trouble:?}");
}

/// Speaks MQTT 3.1.1 if `knows_v4`, hangs up on anything else, and asks for a client certificate without demanding one.
async fn server_that_hangs_up(knows_v4: bool) -> u16 {
    let authority = Authority::new("Test CA");
    let identity = authority.issue(&["127.0.0.1"]);
    let config = Doing { clients_of: Some(&authority), demanded: false, ..doing(&identity) }.config();
    let serve = move |stream| {
        let acceptor = TlsAcceptor::from(Arc::clone(&config));
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            let mut connect = [0; 1024];
            let count = stream.read(&mut connect).await.unwrap();
            if knows_v4 && connect[..count].starts_with(&[0x10, connect[1], 0, 4, b'M', b'Q', b'T', b'T', 4])
            {
                stream.write_all(&[0x20, 2, 0, 0]).await.unwrap();
                stream.flush().await.unwrap();
                // To the end of the connection.
                let _ = stream.read(&mut connect).await;
            }
        }
    };
    server(serve).await.0
}

async fn establishing(port: u16) -> Result<Option<String>, Fault> {
    let (target, timing) = (unchecked(port), Timing::default());
    let versions = connect::versions(&target, None);
    connect::establish(&target, versions, &timing, &Clock::start(), &(), 0)
        .await
        .map(|connected| connected.fell_back)
}

#[tokio::test]
async fn c13_d07_a_broker_without_mqtt_5_that_would_take_a_client_certificate_is_reached_with_3_1_1() {
    let fell_back = establishing(server_that_hangs_up(true).await).await.unwrap();
    assert!(fell_back.is_some_and(|why| why.contains("closed the connection without answering")));
}

#[tokio::test]
async fn d07_a_client_certificate_is_said_to_be_wanted_once_both_versions_ended_without_a_word() {
    let fault = establishing(server_that_hangs_up(false).await).await.unwrap_err();
    assert_eq!(fault, TlsFault::ClientCertificateWanted { said: false }.into());
}

#[tokio::test]
async fn d08_a_stalled_handshake_ends_with_the_time() {
    let (port, _server) = server(|mut stream| async move {
        let mut bytes = [0; 1024];
        while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let target = unchecked(port);
    let fault = opening_within(&target, Duration::from_millis(500)).await.err().unwrap();
    assert_eq!(fault, TlsFault::Timeout.into());
    assert!(told(&fault, &target).0.cause.contains("did not finish the TLS handshake in time"));
}

#[tokio::test]
async fn an_application_protocol_the_server_does_not_speak_is_named() {
    let authority = Authority::new("Test CA");
    let identity = authority.issue(&["127.0.0.1"]);
    let server = Doing { alpn: &["h2"], ..doing(&identity) };
    let ca = file(&authority.pem());
    let mut target = trusting(tls_server(server.config()).await, &ca);
    target.tls.alpn = vec!["mqtt".into()];
    let (trouble, retry) = trouble(&target).await;
    assert!(
        !retry && trouble.cause.ends_with("none of the application protocols offered: mqtt"),
        "{trouble:?}"
    );
}
