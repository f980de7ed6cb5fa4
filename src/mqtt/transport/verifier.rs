//! The check of the server's certificate: rustls's own, but what it saw and found is kept, so that a failure can name issuer,
//! names and dates, and `--insecure` can still show the chain.

use std::sync::{Arc, OnceLock};

use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::certificate;
use crate::model::CertificateFacts;

/// What the server presented.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The chain, the server's own certificate first; empty when none came.
    pub chain: Vec<CertificateFacts>,
}

/// Checks one server, once.
#[derive(Debug)]
pub(super) struct Verifier {
    /// `None` when there is nothing to trust, which is allowed with `insecure` only.
    rules: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates the user named as trusted: one of them may be the server's own.
    named: Vec<CertificateDer<'static>>,
    insecure: bool,
    algorithms: WebPkiSupportedAlgorithms,
    seen: OnceLock<Seen>,
}

impl Verifier {
    /// Trusts `roots`, and the very certificates in `named`; with `insecure`, everything.
    pub(super) fn new(
        roots: RootCertStore,
        named: Vec<CertificateDer<'static>>,
        insecure: bool,
        provider: &Arc<CryptoProvider>,
    ) -> Self {
        let rules = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        Self {
            rules: rules.build().ok(),
            named,
            insecure,
            algorithms: provider.signature_verification_algorithms,
            seen: OnceLock::new(),
        }
    }

    /// What the server presented; empty when it did not come to that.
    pub(super) fn seen(&self) -> Seen {
        self.seen.get().cloned().unwrap_or_default()
    }

    fn check(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.named.iter().any(|named| named == end_entity) {
            // The server's own certificate was named as trusted, as is usual for self-signed ones: it needs no issuer.
            check_dates(end_entity, now)?;
            return verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name);
        }
        let rules = self.rules.as_ref().ok_or(CertificateError::UnknownIssuer)?;
        rules.verify_server_cert(end_entity, intermediates, server_name, &[], now).map(|_| ())
    }
}

fn check_dates(der: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let (_, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateError::BadEncoding)?;
    let validity = certificate.validity();
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if seconds > validity.not_after.timestamp() {
        return Err(CertificateError::Expired.into());
    }
    if seconds < validity.not_before.timestamp() {
        return Err(CertificateError::NotValidYet.into());
    }
    Ok(())
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.seen.get_or_init(|| {
            let mut chain = vec![certificate::read(end_entity)];
            chain.extend(certificate::read_chain(intermediates));
            Seen { chain }
        });
        if !self.insecure {
            self.check(end_entity, intermediates, server_name, now)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
