//! A small certificate authority: for `mqtt-tui broker` without a certificate of the user's own, and for tests, which can have
//! certificates with every usual mistake. Nothing of it is meant to be trusted beyond that.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use x509_parser::der_parser::der::parse_der;

use super::tls::{self, TlsError};

/// A certificate, with what leads to its authority, and its private key.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// PEM of the certificate, then of those between it and the authority.
    pub certificate: String,
    /// PEM of the key: PKCS#8, SEC1 or PKCS#1.
    pub key: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads both from PEM files. Fails when one cannot be read or does not hold what it should.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let read = |path: &Path| {
            fs::read_to_string(path).map_err(|source| TlsError::File { path: path.to_path_buf(), source })
        };
        let identity = Self { certificate: read(certificate)?, key: read(key)? };
        tls::certificates(&identity.certificate, Some(certificate))?;
        tls::key(&identity.key, Some(key))?;
        Ok(identity)
    }
}

/// Who a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// One that is connected to.
    Server,
    /// One that connects.
    Client,
}

/// How a private key is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyForm {
    /// PKCS#8: `-----BEGIN PRIVATE KEY-----`.
    #[default]
    Pkcs8,
    /// The form of its kind alone: SEC1 for elliptic curves (`EC PRIVATE KEY`), PKCS#1 for RSA (`RSA PRIVATE KEY`).
    Own,
}

/// What an authority is to certify.
#[derive(Debug, Clone)]
pub struct CertificateOptions {
    /// Host names and addresses of a server; of a client, its name.
    pub names: Vec<String>,
    /// First and last day it is valid, counted from today (UTC). `-20..=-10` has expired.
    pub days: RangeInclusive<i32>,
    /// Who it is for.
    pub usage: Usage,
    /// PKCS#8 PEM of the key to certify; `None` makes a new one on the curve P-256.
    pub key: Option<String>,
    /// How the key is handed out.
    pub key_form: KeyForm,
}

/// Where the bundled broker can be reached unless it is told to listen elsewhere.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// From yesterday, since clocks differ, for two years: the longest that all systems accept.
const VALID: RangeInclusive<i32> = -1..=729;

impl CertificateOptions {
    /// For a server on this machine: localhost, `127.0.0.1` and `::1`.
    pub fn server() -> Self {
        let names = LOCAL_NAMES.map(str::to_owned).to_vec();
        Self { names, days: VALID, usage: Usage::Server, key: None, key_form: KeyForm::default() }
    }

    /// For a client of that name.
    pub fn client(name: &str) -> Self {
        Self { names: vec![name.to_owned()], usage: Usage::Client, ..Self::server() }
    }
}

/// Signs certificates. Its own key never leaves this value.
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("pem", &self.pem).finish_non_exhaustive()
    }
}

impl Authority {
    /// A new one, whose certificate bears `name`.
    pub fn new(name: &str) -> Result<Self, TlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name = common_name(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        set_days(&mut params, &VALID);
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { pem, issuer: Issuer::new(params, key) })
    }

    /// Its certificate, for those who are to trust what it signs (`--cafile`).
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Certifies what `options` says, mistakes included. Fails when a name cannot stand in a certificate or the key is none.
    pub fn issue(&self, options: &CertificateOptions) -> Result<Identity, TlsError> {
        let key = match &options.key {
            Some(pem) => KeyPair::from_pem(pem)?,
            None => KeyPair::generate()?,
        };
        let mut params = CertificateParams::new(options.names.clone())?;
        params.distinguished_name = common_name(options.names.first().map_or("nobody", String::as_str));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![match options.usage {
            Usage::Server => ExtendedKeyUsagePurpose::ServerAuth,
            Usage::Client => ExtendedKeyUsagePurpose::ClientAuth,
        }];
        params.use_authority_key_identifier_extension = true;
        set_days(&mut params, &options.days);
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        let key = match options.key_form {
            KeyForm::Pkcs8 => key.serialize_pem(),
            KeyForm::Own => own_form(&key)?,
        };
        Ok(Identity { certificate, key })
    }
}

fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn set_days(params: &mut CertificateParams, days: &RangeInclusive<i32>) {
    let today = jiff::Timestamp::now().to_zoned(TimeZone::UTC).date();
    let date = |days: i32| {
        let date = today.saturating_add(days.days());
        rcgen::date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    params.not_before = date(*days.start());
    params.not_after = date(*days.end());
}

/// What a PKCS#8 key wraps (RFC 5208, 5: version, algorithm, key), as PEM.
fn own_form(key: &KeyPair) -> Result<String, TlsError> {
    let unusable = || TlsError::Unusable("the key is no PKCS#8".to_owned());
    let der = key.serialize_der();
    let (_, wrapper) = parse_der(&der).map_err(|_| unusable())?;
    let parts = wrapper.as_sequence().map_err(|_| unusable())?;
    let inner = parts.get(2).and_then(|part| part.as_slice().ok()).ok_or_else(unusable)?;
    let label = if key.is_compatible(&rcgen::PKCS_RSA_SHA256) { "RSA PRIVATE KEY" } else { "EC PRIVATE KEY" };
    let mut text = String::new();
    for (index, letter) in BASE64_STANDARD.encode(inner).chars().enumerate() {
        if index % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    Ok(format!("-----BEGIN {label}-----{text}\n-----END {label}-----\n"))
}

/// An authority and what it signed: all that a broker and its clients need.
#[derive(Debug)]
pub struct Certificates {
    /// Signed the other two.
    pub authority: Authority,
    /// For the broker.
    pub server: Identity,
    /// For clients, where the broker wants to see a certificate.
    pub client: Identity,
}

impl Certificates {
    /// New ones, for a broker that can be reached as localhost and under `names`, host names or addresses.
    pub fn generate(names: &[String]) -> Result<Self, TlsError> {
        let authority = Authority::new("mqtt-tui test authority")?;
        let mut options = CertificateOptions::server();
        options.names.extend_from_slice(names);
        let server = authority.issue(&options)?;
        let client = authority.issue(&CertificateOptions::client("mqtt-tui"))?;
        Ok(Self { authority, server, client })
    }

    /// Writes `ca.pem`, `server.pem`, `server.key`, `client.pem` and `client.key` to `folder`, which is made when it is
    /// missing; the keys can be read by the user alone. Fails, with nothing written, when one of them is there already.
    pub fn write(&self, folder: &Path) -> Result<(), TlsError> {
        let files = [
            ("ca.pem", self.authority.pem(), 0o644),
            ("server.pem", &self.server.certificate, 0o644),
            ("server.key", &self.server.key, 0o600),
            ("client.pem", &self.client.certificate, 0o644),
            ("client.key", &self.client.key, 0o600),
        ];
        if let Some(path) = files.iter().map(|(name, ..)| folder.join(name)).find(|path| path.exists()) {
            return Err(TlsError::Exists(path));
        }
        fs::create_dir_all(folder).map_err(|source| TlsError::File { path: folder.to_path_buf(), source })?;
        for (name, text, mode) in files {
            let path = folder.join(name);
            write_new(&path, text, mode).map_err(|source| TlsError::File { path, source })?;
        }
        Ok(())
    }
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "only Unix has modes"))]
fn write_new(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    options.open(path)?.write_all(text.as_bytes())
}
