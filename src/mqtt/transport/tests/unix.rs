//! Unix sockets (C25).

use std::os::unix::fs::PermissionsExt;

use tokio::net::UnixListener;

use super::*;

fn socket(path: &std::path::Path) -> Target {
    Target { transport: Transport::Unix, ..Target::new(path.to_str().unwrap(), 0, "tester") }
}

#[tokio::test]
async fn c25_a_unix_socket_opens_and_is_the_peer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let serve = tokio::spawn(async move { echo(listener.accept().await.unwrap().0).await });
    let mut opened = opening(&socket(&path)).await.unwrap();
    echoes(&mut *opened.stream).await;
    assert_eq!(opened.facts.peer, path.to_str().unwrap());
    drop(opened);
    serve.await.unwrap();
}

#[tokio::test]
async fn c25_a_path_that_is_missing_or_something_else_or_unused_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (missing, _) = trouble(&socket(&at("missing"))).await;
    assert!(missing.cause.contains("there is no Unix socket"), "{missing:?}");

    std::fs::write(at("file"), "").unwrap();
    let (file, retry) = trouble(&socket(&at("file"))).await;
    assert!(!retry && file.cause.contains("is not a socket"), "{file:?}");

    drop(UnixListener::bind(at("left")).unwrap());
    let (left, retry) = trouble(&socket(&at("left"))).await;
    assert!(retry && left.cause.contains("nobody listens"), "{left:?}");

    let long = at(&"x".repeat(200));
    let (long, _) = trouble(&socket(&long)).await;
    assert!(long.cause.contains("cannot open the Unix socket"), "{long:?}");
}

#[tokio::test]
async fn c25_a_socket_of_somebody_else_is_permission_denied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broker.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
    // Root may open everything: then there is nothing to see.
    if let Err(fault) = opening(&socket(&path)).await {
        let (trouble, retry) = told(&fault, &socket(&path));
        assert!(!retry && trouble.cause.contains("permission denied"), "{trouble:?}");
    }
    let denied = Fault::from(crate::mqtt::explain::SocketFault::Denied);
    assert!(told(&denied, &socket(&path)).0.cause.contains("permission denied"));
}
