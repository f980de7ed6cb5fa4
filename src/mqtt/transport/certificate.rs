//! What a certificate says, as plain data, for faults, the broker screen and the doctor.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio_rustls::rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate, X509Name};

use crate::model::CertificateFacts;

/// Names of a certificate that are kept: some are for hundreds.
const MAX_NAMES: usize = 50;
/// Certificates of a chain that are read.
const MAX_CHAIN: usize = 10;

/// What the certificates of a chain say, the peer's own first.
pub(super) fn read_chain(chain: &[CertificateDer<'_>]) -> Vec<CertificateFacts> {
    chain.iter().take(MAX_CHAIN).map(|certificate| read(certificate)).collect()
}

/// What one certificate says; one that cannot be read says so as its subject.
pub(super) fn read(der: &[u8]) -> CertificateFacts {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return CertificateFacts { subject: "(unreadable)".into(), ..CertificateFacts::default() };
    };
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.iter().flat_map(|names| &names.value.general_names);
    CertificateFacts {
        subject: name(certificate.subject()),
        issuer: name(certificate.issuer()),
        names: names.filter_map(alternative_name).take(MAX_NAMES).collect(),
        not_before: certificate.validity().not_before.timestamp(),
        not_after: certificate.validity().not_after.timestamp(),
    }
}

fn name(name: &X509Name<'_>) -> String {
    let text = name.to_string();
    if text.is_empty() { "(no name)".into() } else { text }
}

/// A host name or address (RFC 5280, 4.2.1.6); the other kinds are not for hosts.
fn alternative_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)));
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(|bytes| IpAddr::V6(Ipv6Addr::from(bytes)))).ok()
}
