//! TLS and WebSocket for the client in raw bytes, on the crates that the program uses.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use async_tungstenite::WebSocketStream;
use async_tungstenite::tokio::{TokioAdapter, client_async};
use async_tungstenite::tungstenite::Error;
use async_tungstenite::tungstenite::client::IntoClientRequest;
use async_tungstenite::tungstenite::http::HeaderValue;
use mqtt_tui::broker::Identity;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// What a client of TLS knows and shows.
pub(crate) struct TlsClient {
    /// PEM of the authority it trusts.
    pub(crate) authority: String,
    pub(crate) identity: Option<Identity>,
    pub(crate) alpn: Vec<&'static str>,
    /// The name it expects the broker to have.
    pub(crate) name: &'static str,
}

impl TlsClient {
    /// Trusts `authority`, expects localhost, shows nothing.
    pub(crate) fn new(authority: &str) -> Self {
        Self { authority: authority.to_owned(), identity: None, alpn: Vec::new(), name: "localhost" }
    }

    /// Connects and shakes hands.
    pub(crate) async fn connect(&self, address: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let chain = CertificateDer::pem_slice_iter(identity.certificate.as_bytes());
                let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
                builder.with_client_auth_cert(chain.map(Result::unwrap).collect(), key).unwrap()
            }
        };
        config.alpn_protocols = self.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from(self.name).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(address).await?).await
    }
}

/// Asks for a WebSocket on `path`; when it is refused, returns status and text.
pub(crate) async fn web_socket<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    path: &str,
    subprotocols: &str,
) -> Result<WebSocketStream<TokioAdapter<S>>, (u16, String)> {
    let mut request = format!("ws://localhost{path}").into_client_request().unwrap();
    if !subprotocols.is_empty() {
        let offer = HeaderValue::from_str(subprotocols).unwrap();
        request.headers_mut().insert("Sec-WebSocket-Protocol", offer);
    }
    match client_async(request, stream).await {
        Ok((socket, response)) => {
            assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "mqtt", "the subprotocol is echoed");
            Ok(socket)
        }
        Err(Error::Http(response)) => {
            let text = response.body().as_ref().map(|body| String::from_utf8_lossy(body).into_owned());
            Err((response.status().as_u16(), text.unwrap_or_default()))
        }
        Err(fault) => panic!("neither a WebSocket nor a refusal: {fault}"),
    }
}
