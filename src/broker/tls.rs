//! The TLS side of the listeners: which certificate they show, what they ask of clients. Always with the ring provider,
//! given explicitly: the process default belongs to the program, not to a library's broker.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};

use super::certificates::Identity;

/// Certificate and demands of the listeners over TLS.
#[derive(Debug, Clone)]
pub struct ServerTls {
    /// What the broker shows.
    pub identity: Identity,
    /// PEM of the authorities one of which must have signed the certificate of a client; `None` asks for none.
    pub client_authority: Option<String>,
    /// Protocols the listeners agree to (RFC 7301), best first. With none, whatever a client offers is passed over; else a
    /// client that offers only others is turned away.
    pub alpn: Vec<String>,
    /// Speak TLS 1.2 and nothing newer, for tests.
    pub only_tls_1_2: bool,
}

impl ServerTls {
    /// Shows `identity`, asks nothing of clients.
    pub fn new(identity: Identity) -> Self {
        Self { identity, client_authority: None, alpn: Vec::new(), only_tls_1_2: false }
    }
}

/// Why there is no certificate to show, or none that can be shown.
#[derive(Debug)]
pub enum TlsError {
    /// A certificate could not be made.
    Generate(rcgen::Error),
    /// A file is there already and is not overwritten.
    Exists(PathBuf),
    /// A file cannot be read or written.
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something holds no such thing in PEM form.
    Pem {
        /// What was looked for.
        wanted: &'static str,
        /// Where, when that is a file.
        path: Option<PathBuf>,
    },
    /// Certificates that cannot be used, such as a key that belongs to another.
    Unusable(String),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generate(fault) => write!(f, "cannot make a certificate: {fault}"),
            Self::Exists(path) => write!(
                f,
                "{} is there already and is not overwritten: remove it, or choose another folder",
                path.display()
            ),
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Pem { wanted, path: Some(path) } => {
                write!(f, "{} holds no {wanted} in PEM form (-----BEGIN …)", path.display())
            }
            Self::Pem { wanted, path: None } => write!(f, "there is no {wanted} in PEM form (-----BEGIN …)"),
            Self::Unusable(fault) => {
                write!(f, "the certificates cannot be used: {fault}; does the key belong to the certificate?")
            }
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Generate(fault) => Some(fault),
            Self::File { source, .. } => Some(source),
            Self::Exists(_) | Self::Pem { .. } | Self::Unusable(_) => None,
        }
    }
}

impl From<rcgen::Error> for TlsError {
    fn from(fault: rcgen::Error) -> Self {
        Self::Generate(fault)
    }
}

/// The certificates in `pem`; fails when there are none. `path` is where they came from, for the error.
pub(super) fn certificates(pem: &str, path: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or_else(|| missing("certificate", path))
}

/// The first private key in `pem`: PKCS#8, SEC1 or PKCS#1, not encrypted.
pub(super) fn key(pem: &str, path: Option<&Path>) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| missing("private key (one without a passphrase)", path))
}

fn missing(wanted: &'static str, path: Option<&Path>) -> TlsError {
    TlsError::Pem { wanted, path: path.map(Path::to_path_buf) }
}

/// What rustls needs to serve as `options` says.
pub(super) fn server_config(options: &ServerTls) -> Result<ServerConfig, TlsError> {
    let unusable = |fault: rustls::Error| TlsError::Unusable(fault.to_string());
    let provider = Arc::new(ring::default_provider());
    let versions: &[_] = if options.only_tls_1_2 { &[&TLS12] } else { &[&TLS13, &TLS12] };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(unusable)?;
    let builder = match &options.client_authority {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(pem, None)? {
                roots.add(certificate).map_err(unusable)?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .map_err(|fault| TlsError::Unusable(fault.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let identity = &options.identity;
    let chain = certificates(&identity.certificate, None)?;
    let mut config = builder.with_single_cert(chain, key(&identity.key, None)?).map_err(unusable)?;
    config.alpn_protocols = options.alpn.iter().map(|name| name.clone().into_bytes()).collect();
    Ok(config)
}
