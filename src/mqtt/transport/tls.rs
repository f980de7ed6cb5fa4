//! The TLS handshake over an open stream: TLS 1.2 and 1.3 by rustls, trust from the system or from `--cafile` alone. What goes
//! wrong is turned into faults that say what the certificate is, and what the server's alert means.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::{ResolvesClientCert, Resumption};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{
    AlertDescription, CertificateError, ClientConfig, Error, KeyLogFile, ProtocolVersion, RootCertStore,
    SignatureScheme,
};

use super::verifier::Verifier;
use super::{Facts, Stream, files, system_words};
use crate::model::{Target, TlsFacts, TlsOptions};
use crate::mqtt::explain::{CertificateFault, CertificateProblem, TlsFault};

/// All that is needed for one handshake.
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    verifier: Arc<Verifier>,
    client: Arc<ClientCertificate>,
    name: ServerName<'static>,
    verified: bool,
}

/// Reads the files, off the runtime's threads, and finds whatever is wrong with them and with the server's name.
pub(super) async fn prepare(target: &Target, deadline: Instant) -> Result<Tls, TlsFault> {
    let text = target.tls.server_name.as_deref().unwrap_or(&target.host);
    // A zone (`fe80::1%eth0`) means something on this machine alone, and a final dot to the resolver alone.
    let text = text.split('%').next().unwrap_or(text).trim_end_matches('.').to_owned();
    let name = ServerName::try_from(text.clone()).map_err(|_| TlsFault::BadName { name: text })?;
    let options = target.tls.clone();
    let reading = tokio::task::spawn_blocking(move || build(&options, name));
    let failed = |words: &str| TlsFault::Other { words: words.to_owned() };
    // A file may be a pipe that nobody writes to.
    timeout_at(deadline, reading)
        .await
        .map_err(|_| failed("reading certificates and keys took too long"))?
        .map_err(|_| failed("reading certificates and keys failed"))?
}

fn build(options: &TlsOptions, name: ServerName<'static>) -> Result<Tls, TlsFault> {
    let provider = Arc::new(ring::default_provider());
    let (roots, named) = trusted(options)?;
    let verifier = Arc::new(Verifier::new(roots, named, options.insecure, &provider));
    let client = Arc::new(ClientCertificate {
        own: files::client_certificate(options.cert_file.as_deref(), options.key_file.as_deref(), &provider)?
            .map(Arc::new),
        owed: AtomicBool::new(false),
    });
    let config = configure(options, &provider, &verifier, &client)
        .map_err(|error| TlsFault::Other { words: error.to_string() })?;
    Ok(Tls { config: Arc::new(config), verifier, client, name, verified: !options.insecure })
}

fn configure(
    options: &TlsOptions,
    provider: &Arc<CryptoProvider>,
    verifier: &Arc<Verifier>,
    client: &Arc<ClientCertificate>,
) -> Result<ClientConfig, Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(verifier) as _)
        .with_client_cert_resolver(Arc::clone(client) as _);
    config.alpn_protocols = options.alpn.iter().map(|protocol| protocol.clone().into_bytes()).collect();
    // Each connection shows its certificate anew.
    config.resumption = Resumption::disabled();
    if options.key_log {
        config.key_log = Arc::new(KeyLogFile::new());
    }
    Ok(config)
}

/// The authorities, and the certificates the user named himself.
fn trusted(options: &TlsOptions) -> Result<(RootCertStore, Vec<CertificateDer<'static>>), TlsFault> {
    let mut roots = RootCertStore::empty();
    let Some(path) = &options.ca_file else {
        if options.insecure {
            return Ok((roots, Vec::new()));
        }
        // Single certificates of the system that cannot be read are left out, as every program does.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(TlsFault::NothingTrusted);
        }
        return Ok((roots, Vec::new()));
    };
    let named = files::authorities(path)?;
    for (index, certificate) in named.iter().enumerate() {
        roots.add(certificate.clone()).map_err(|_| files::unusable_authority(path, index + 1))?;
    }
    Ok((roots, named))
}

impl Tls {
    /// The name asked for, as the step tells it.
    pub(super) fn name(&self) -> String {
        self.name.to_str().into_owned()
    }

    /// Does the handshake before `deadline`, which a server that stalls uses up (D08).
    pub(super) async fn handshake(
        self,
        stream: Box<dyn Stream>,
        deadline: Instant,
        facts: &mut Facts,
    ) -> Result<Box<dyn Stream>, TlsFault> {
        let began = Instant::now();
        let connecting = TlsConnector::from(Arc::clone(&self.config)).connect(self.name.clone(), stream);
        let result = timeout_at(deadline, connecting).await;
        facts.owes_certificate = self.client.owed.load(Ordering::Relaxed);
        let stream = match result {
            Err(_) => return Err(TlsFault::Timeout),
            Ok(Err(error)) => return Err(self.fault(&error, facts.owes_certificate)),
            Ok(Ok(stream)) => stream,
        };
        facts.tls_took = Some(began.elapsed());
        facts.tls = Some(self.found(&stream));
        Ok(Box::new(stream))
    }

    fn found(&self, stream: &TlsStream<Box<dyn Stream>>) -> TlsFacts {
        let (_, connection) = stream.get_ref();
        TlsFacts {
            version: match connection.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".into(),
                Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".into(),
                other => format!("{other:?}"),
            },
            cipher: connection
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .unwrap_or_default()
                .into(),
            alpn: connection.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
            verified: self.verified,
            chain: self.verifier.seen().chain,
        }
    }

    fn fault(&self, error: &io::Error, owed: bool) -> TlsFault {
        let chain = self.verifier.seen().chain;
        match rustls_error(error) {
            Some(Error::InvalidCertificate(problem)) => TlsFault::Certificate(Box::new(CertificateFault {
                problem: certificate_problem(problem),
                asked: self.name(),
                chain,
            })),
            Some(Error::AlertReceived(alert)) => alert_fault(*alert, owed),
            Some(Error::InvalidMessage(_) | Error::InappropriateMessage { .. }) if chain.is_empty() => {
                TlsFault::NotTls { hung_up: false }
            }
            Some(other) => TlsFault::Other { words: other.to_string() },
            None if owed => TlsFault::ClientCertificateWanted { said: false },
            None if chain.is_empty() => TlsFault::NotTls { hung_up: true },
            None => TlsFault::Other { words: system_words(error) },
        }
    }
}

fn rustls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref::<Error>()
}

fn certificate_problem(error: &CertificateError) -> CertificateProblem {
    let seconds = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
    match error {
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        CertificateError::ExpiredContext { not_after, .. } => {
            CertificateProblem::Expired(Some(seconds(not_after.as_secs())))
        }
        CertificateError::Expired => CertificateProblem::Expired(None),
        CertificateError::NotValidYetContext { not_before, .. } => {
            CertificateProblem::NotYetValid(Some(seconds(not_before.as_secs())))
        }
        CertificateError::NotValidYet => CertificateProblem::NotYetValid(None),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateProblem::WrongName
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            CertificateProblem::WrongPurpose
        }
        CertificateError::BadEncoding => CertificateProblem::Unreadable,
        CertificateError::BadSignature => CertificateProblem::BadSignature,
        CertificateError::Revoked => CertificateProblem::Revoked,
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            CertificateProblem::IsAuthority
        }
        other => CertificateProblem::Other(other.to_string()),
    }
}

/// What an alert of the server means. `owed`: it asked for a certificate and got none.
fn alert_fault(alert: AlertDescription, owed: bool) -> TlsFault {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => TlsFault::ClientCertificateWanted { said: true },
        Alert::HandshakeFailure | Alert::BadCertificate | Alert::CertificateUnknown | Alert::AccessDenied
            if owed =>
        {
            TlsFault::ClientCertificateWanted { said: true }
        }
        Alert::BadCertificate => TlsFault::ClientCertificateRefused { why: "bad certificate" },
        Alert::UnsupportedCertificate => {
            TlsFault::ClientCertificateRefused { why: "unsupported certificate" }
        }
        Alert::CertificateRevoked => TlsFault::ClientCertificateRefused { why: "revoked" },
        Alert::CertificateExpired => TlsFault::ClientCertificateRefused { why: "expired" },
        Alert::CertificateUnknown => TlsFault::ClientCertificateRefused { why: "certificate unknown" },
        Alert::UnknownCA => TlsFault::ClientCertificateRefused { why: "unknown CA" },
        Alert::AccessDenied => TlsFault::ClientCertificateRefused { why: "access denied" },
        Alert::DecryptError => TlsFault::ClientCertificateRefused { why: "its signature is wrong" },
        Alert::NoApplicationProtocol => TlsFault::NoAlpn,
        Alert::UnrecognisedName => TlsFault::NameUnknown,
        Alert::ProtocolVersion => TlsFault::Version,
        other => TlsFault::Other { words: format!("the server sent the alert {other:?}") },
    }
}

/// What an error of an open stream means, when TLS gave it.
pub(super) fn late_fault(error: &io::Error, owed: bool) -> Option<TlsFault> {
    match rustls_error(error)? {
        Error::AlertReceived(AlertDescription::CloseNotify) => None,
        Error::AlertReceived(alert) => Some(alert_fault(*alert, owed)),
        other => Some(TlsFault::Other { words: other.to_string() }),
    }
}

/// The client's certificate, if any, and whether the server asked for one that there was not.
#[derive(Debug)]
struct ClientCertificate {
    own: Option<Arc<CertifiedKey>>,
    owed: AtomicBool,
}

impl ResolvesClientCert for ClientCertificate {
    fn resolve(&self, _issuers: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        if self.own.is_none() {
            self.owed.store(true, Ordering::Relaxed);
        }
        self.own.clone()
    }

    fn has_certs(&self) -> bool {
        self.own.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d16_session_keys_are_logged_only_when_asked_for() {
        for key_log in [false, true] {
            let options = TlsOptions { key_log, insecure: true, ..TlsOptions::default() };
            let tls = build(&options, ServerName::try_from("broker.lan").unwrap()).unwrap();
            assert_eq!(tls.config.key_log.will_log("CLIENT_RANDOM"), key_log);
        }
    }
}
