//! HTTP proxies.

use tokio::io::copy_bidirectional;
use tokio::sync::mpsc;

use super::*;
use crate::model::Proxy;

fn through(port: u16, mut target: Target) -> Target {
    let host = "127.0.0.1".into();
    target.proxy = Some(Proxy { host, port, user: Some("bob".into()), password: Some("hunter2".into()) });
    target
}

#[tokio::test]
async fn a_proxy_connects_to_a_name_that_only_it_knows_and_the_steps_say_so() {
    let (broker, _broker) = server(echo).await;
    let (heard, mut requests) = mpsc::channel(1);
    let (port, _proxy) = server(move |mut stream| {
        let heard = heard.clone();
        async move {
            heard.send(head(&mut stream).await).await.unwrap();
            let mut onward = TcpStream::connect(("127.0.0.1", broker)).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n").await.unwrap();
            let _ = copy_bidirectional(&mut stream, &mut onward).await;
        }
    })
    .await;
    let mut target = through(port, target(Transport::Tcp, 1883));
    target.host = "broker.invalid".into();
    let (step, steps) = watch::channel(String::new());
    let mut opened = open(&target, &Timing::default(), Instant::now() + PATIENCE, &step).await.unwrap();
    echoes(&mut *opened.stream).await;
    let request = requests.recv().await.unwrap();
    assert!(request.starts_with("CONNECT broker.invalid:1883 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("Proxy-Authorization: Basic Ym9iOmh1bnRlcjI=\r\n"), "{request}");
    assert_eq!(*steps.borrow(), format!("asking the proxy 127.0.0.1:{port} for broker.invalid:1883"));
    assert!(opened.facts.proxy_took.is_some());
}

#[tokio::test]
async fn a_proxy_that_refuses_is_quoted_and_the_password_never_shown() {
    for (answer, words, retry) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407 Proxy Authentication Required", false),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "403 Forbidden", false),
        ("HTTP/1.0 502 Bad Gateway\r\n\r\n", "502 Bad Gateway", true),
        ("SSH-2.0-OpenSSH_9.6\r\n", "is no HTTP proxy", true),
        ("", "is no HTTP proxy: it hung up without an answer", true),
    ] {
        let target = through(answering(answer).await, target(Transport::Tcp, 1883));
        let (trouble, again) = trouble(&target).await;
        assert!(
            trouble.cause.contains(words) && trouble.cause.contains("the proxy 127.0.0.1"),
            "{trouble:?}"
        );
        assert!(!format!("{trouble:?} {target:?}").contains("hunter2"));
        assert_eq!(again, retry, "{answer}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named_instead_of_the_broker() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (trouble, _) = trouble(&through(free, target(Transport::Tcp, 1883))).await;
    assert_eq!(trouble.cause, format!("Connection refused by the proxy 127.0.0.1:{free}"));
    assert!(trouble.remedy.contains("is the proxy running?"), "{trouble:?}");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_without_end() {
    let (port, _proxy) = server(|mut stream| async move {
        head(&mut stream).await;
        while stream.write_all(b"HTTP/1.1 200 OK and so on ").await.is_ok() {}
    })
    .await;
    let (trouble, _) = trouble(&through(port, target(Transport::Tcp, 1883))).await;
    assert!(trouble.cause.contains("its answer does not end"), "{trouble:?}");
}
