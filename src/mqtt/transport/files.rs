//! Certificates and keys out of the files the user named. Whatever is wrong with one is said with its name, before anything is
//! connected (D06).

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::system_words;
use crate::mqtt::explain::TlsFault;

/// A bundle of all public authorities has a quarter of a megabyte.
const MAX_BYTES: u64 = 4 << 20;

/// A file with what it is for: `--cafile`, `--cert` or `--key`.
struct Named<'a> {
    option: &'static str,
    path: &'a Path,
}

impl Named<'_> {
    fn fault(&self, what: impl Into<String>, remedy: impl Into<String>) -> TlsFault {
        TlsFault::File {
            option: self.option,
            path: self.path.to_path_buf(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    fn read(&self) -> Result<Vec<u8>, TlsFault> {
        let unreadable = |error: &std::io::Error| {
            self.fault(
                format!("cannot be read: {}", system_words(error)),
                "check its name and its permissions",
            )
        };
        let file = File::open(self.path).map_err(|error| unreadable(&error))?;
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(self.fault("is larger than 4 MB: that is no PEM file", "name the right file"));
        }
        Ok(bytes)
    }

    /// Faults of a file that has nothing of what is wanted in it.
    fn without(&self, wanted: &str, bytes: &[u8]) -> TlsFault {
        let path = self.path.display();
        let labels = labels(bytes);
        let has = |label: &str| labels.iter().any(|found| found.ends_with(label));
        match der_kind(bytes) {
            Some(Der::Pkcs12) => self.fault(
                "is a PKCS#12 file (.p12, .pfx), and PEM is wanted",
                format!("convert it: openssl pkcs12 -in {path} -nodes -out both.pem, then use both.pem for --cert and --key"),
            ),
            Some(Der::Certificate) => self.fault(
                "is a certificate in DER, and PEM is wanted",
                format!("convert it: openssl x509 -inform der -in {path} -out certificate.pem"),
            ),
            Some(Der::Key) => self.fault(
                "is a key in DER, and PEM is wanted",
                format!("convert it: openssl pkey -inform der -in {path} -out key.pem"),
            ),
            None if labels.is_empty() => {
                let what = if bytes.is_empty() { "is empty" } else { "is no PEM file: it has no -----BEGIN line" };
                self.fault(what, "name the right file")
            }
            None if has("OPENSSH PRIVATE KEY") => self.fault(
                "is an SSH key, which TLS does not use",
                "name the private key that belongs to the certificate",
            ),
            None if has("TRUSTED CERTIFICATE") => self.fault(
                "is a certificate in OpenSSL's own form",
                format!("convert it: openssl x509 -in {path} -out certificate.pem"),
            ),
            None => self.fault(
                format!("has no {wanted} in it, only {}", labels.join(", ")),
                "are --cert and --key swapped? Name the right file",
            ),
        }
    }

    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
        let bytes = self.read()?;
        let mut found = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(&bytes) {
            found.push(certificate.map_err(|_| self.damaged(found.len() + 1))?);
        }
        if found.is_empty() { Err(self.without("certificate", &bytes)) } else { Ok(found) }
    }

    fn damaged(&self, number: usize) -> TlsFault {
        self.fault(format!("is damaged at certificate {number}"), "get the file again, whole")
    }

    fn key(&self) -> Result<PrivateKeyDer<'static>, TlsFault> {
        let bytes = self.read()?;
        let is_encrypted = labels(&bytes).iter().any(|label| label == "ENCRYPTED PRIVATE KEY")
            || find(&bytes, b"Proc-Type: 4,ENCRYPTED");
        if is_encrypted {
            let path = self.path.display();
            let remedy =
                format!("decrypt it: openssl pkey -in {path} -out plain.pem (and keep that file private)");
            return Err(self.fault("is an encrypted key", remedy));
        }
        if !labels(&bytes)
            .iter()
            .any(|label| matches!(label.as_str(), "PRIVATE KEY" | "EC PRIVATE KEY" | "RSA PRIVATE KEY"))
        {
            return Err(self.without("private key", &bytes));
        }
        PrivateKeyDer::from_pem_slice(&bytes)
            .map_err(|_| self.fault("is damaged: the key cannot be read", "get the file again, whole"))
    }
}

/// The certificates of `--cafile`.
pub(super) fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    Named { option: "--cafile", path }.certificates()
}

/// The fault of an authority, the `number`th of the file, that cannot be used.
pub(super) fn unusable_authority(path: &Path, number: usize) -> TlsFault {
    Named { option: "--cafile", path }.damaged(number)
}

/// The client's certificate and key. Without a key file, the key is in the certificate's file.
pub(super) fn client_certificate(
    certificate: Option<&Path>,
    key: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<CertifiedKey>, TlsFault> {
    let Some(certificate) = certificate else {
        return match key {
            None => Ok(None),
            Some(path) => Err(Named { option: "--key", path }
                .fault("is a key without a certificate", "name the certificate too, with --cert FILE")),
        };
    };
    let certificate = Named { option: "--cert", path: certificate };
    let key = Named { option: "--key", path: key.unwrap_or(certificate.path) };
    let chain = certificate.certificates()?;
    let private = key.key()?;
    let signing = provider.key_provider.load_private_key(private).map_err(|_| {
        key.fault(
            "is a key of a kind that TLS cannot use here",
            "use a key on the curves P-256 or P-384, Ed25519, or RSA with 2048 to 4096 bits",
        )
    })?;
    let fits = |first: &CertificateDer<'static>| {
        CertifiedKey::new(vec![first.clone()], Arc::clone(&signing)).keys_match().is_ok()
    };
    match chain.iter().position(fits) {
        Some(0) => Ok(Some(CertifiedKey::new(chain, signing))),
        Some(place) => Err(certificate.fault(
            format!("has its certificates in the wrong order: the key belongs to number {}", place + 1),
            "put the client's own certificate first, then those that lead to its authority",
        )),
        None => Err(key.fault(
            format!("does not belong to the certificate in {}", certificate.path.display()),
            "name the key that the certificate was made for",
        )),
    }
}

/// The labels of a file's PEM sections.
fn labels(bytes: &[u8]) -> Vec<String> {
    let lines = bytes.split(|byte| matches!(byte, b'\r' | b'\n'));
    let begins =
        lines.filter_map(|line| line.trim_ascii().strip_prefix(b"-----BEGIN ")?.strip_suffix(b"-----"));
    begins.take(10).map(|label| String::from_utf8_lossy(label).into_owned()).collect()
}

fn find(bytes: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(bytes, wanted).is_some()
}

/// What is in a file that is DER instead of PEM.
enum Der {
    Pkcs12,
    Certificate,
    Key,
}

/// Judged by what comes first in the outer SEQUENCE: the version 3 (RFC 7292, 4), another SEQUENCE (RFC 5280, 4.1), or the
/// versions 0 and 1 (RFC 5958, 2, RFC 8017, A.1.2 and RFC 5915, 3).
fn der_kind(bytes: &[u8]) -> Option<Der> {
    let (0x30, length) = (*bytes.first()?, *bytes.get(1)?) else { return None };
    let header = if length > 0x80 { 2 + usize::from(length & 0x7f) } else { 2 };
    match bytes.get(header..)? {
        [2, 1, 3, ..] => Some(Der::Pkcs12),
        [2, 1, 0 | 1, ..] => Some(Der::Key),
        [0x30, ..] => Some(Der::Certificate),
        _ => None,
    }
}
