//! What can be wrong with a server's certificate, in sentences that name issuer, names and dates (D01–D03).

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{CertificateFacts, Target};

/// Names of a certificate that a sentence lists.
const LISTED: usize = 3;
/// Letters of a name that a sentence shows.
const LONGEST: usize = 100;

/// A certificate that is not good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) struct CertificateFault {
    pub problem: CertificateProblem,
    /// The name or address that was asked for.
    pub asked: String,
    /// The chain as presented, the server's own first.
    pub chain: Vec<CertificateFacts>,
}

/// What is wrong with it. Times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mqtt) enum CertificateProblem {
    /// No trusted authority issued it.
    UnknownIssuer,
    /// It, or one that it depends on, is no longer valid; since when.
    Expired(Option<i64>),
    /// It, or one that it depends on, is not valid yet; until when.
    NotYetValid(Option<i64>),
    /// It is for another name.
    WrongName,
    /// It is not for servers.
    WrongPurpose,
    /// It is an authority's own certificate.
    IsAuthority,
    /// It cannot be read.
    Unreadable,
    /// Its signature is wrong.
    BadSignature,
    /// It was revoked.
    Revoked,
    /// Something else; the library's words.
    Other(String),
}

impl CertificateFault {
    pub(super) fn explain(&self, target: &Target) -> (bool, String, String) {
        let at = target.address();
        let (cause, remedy) = match &self.problem {
            CertificateProblem::UnknownIssuer => self.unknown_issuer(target),
            CertificateProblem::IsAuthority if self.is_self_signed() => self.unknown_issuer(target),
            CertificateProblem::IsAuthority => (
                format!("{at}: the certificate is an authority's own, used for a server"),
                "if you trust it, name that very certificate with --cafile FILE, or (unsafe) use --insecure"
                    .to_owned(),
            ),
            CertificateProblem::Expired(time) => {
                let time = time.or_else(|| self.chain.first().map(|own| own.not_after));
                (
                    format!("{at}: the {} expired on {}", self.which(time), local_time(time)),
                    "it must be renewed at the broker; if the date seems right to you, check the clock of this machine"
                        .to_owned(),
                )
            }
            CertificateProblem::NotYetValid(time) => {
                let time = time.or_else(|| self.chain.first().map(|own| own.not_before));
                (
                    format!("{at}: the {} is not valid before {}", self.which(time), local_time(time)),
                    "check the clock of this machine".to_owned(),
                )
            }
            CertificateProblem::WrongName => self.wrong_name(),
            CertificateProblem::WrongPurpose => (
                format!("{at}: the certificate is not for servers"),
                "the broker needs a certificate with the purpose 'server authentication'".to_owned(),
            ),
            CertificateProblem::Unreadable => (
                format!("{at}: the certificate cannot be read"),
                "it is damaged or of an outdated form (version 1): the broker needs another one".to_owned(),
            ),
            CertificateProblem::BadSignature => self.bad_signature(target),
            CertificateProblem::Revoked => {
                (format!("{at}: the certificate was revoked"), "it must be replaced at the broker".to_owned())
            }
            CertificateProblem::Other(words) => (
                format!("{at}: the certificate is not accepted: {words}"),
                "ask whoever runs the broker; --insecure (unsafe) accepts it".to_owned(),
            ),
        };
        (false, cause, remedy)
    }

    fn unknown_issuer(&self, target: &Target) -> (String, String) {
        let at = target.address();
        let last = self.chain.last().cloned().unwrap_or_default();
        if self.is_self_signed() {
            return (
                format!("{at}: the certificate is self-signed by {}", short(&last.subject)),
                "if you trust it, name that very certificate with --cafile FILE, or (unsafe) use --insecure"
                    .into(),
            );
        }
        let cause = format!("{at}: certificate issued by unknown CA {}", short(&last.issuer));
        let remedy = match &target.tls.ca_file {
            None => "use --cafile FILE with that CA's certificate, or (unsafe) --insecure".into(),
            Some(file) => format!(
                "the CA in {} did not issue it: use --cafile FILE with the right one, or (unsafe) --insecure",
                file.display()
            ),
        };
        (cause, remedy)
    }

    /// Mostly an authority that was made anew under its old name.
    fn bad_signature(&self, target: &Target) -> (String, String) {
        let at = target.address();
        let Some(file) = &target.tls.ca_file else {
            return (
                format!("{at}: the certificate is forged or damaged: its signature is wrong"),
                "ask whoever runs the broker; do not log in".into(),
            );
        };
        let issuer = self.chain.last().map(|last| short(&last.issuer)).unwrap_or_default();
        (
            format!("{at}: certificate issued by another CA {issuer} than the one in {}", file.display()),
            "that file is of an older or another CA of the same name: use --cafile FILE with the right one, or (unsafe) --insecure"
                .into(),
        )
    }

    fn is_self_signed(&self) -> bool {
        matches!(&self.chain[..], [own] if own.subject == own.issuer)
    }

    fn wrong_name(&self) -> (String, String) {
        let own = self.chain.first().cloned().unwrap_or_default();
        let Some(first) = own.names.first() else {
            return (
                format!(
                    "certificate is for no host by the rules of today (its subject is {}), you connected to {}",
                    short(&own.subject),
                    self.asked
                ),
                "the broker needs a certificate with a subject alternative name; --insecure (unsafe) accepts it"
                    .into(),
            );
        };
        let listed: Vec<&str> = own.names.iter().take(LISTED).map(|name| clip(name)).collect();
        let more = own.names.len().saturating_sub(LISTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (
            format!("certificate is for {}{more}, you connected to {}", listed.join(", "), self.asked),
            format!("connect to {}, or set the server name to it if this is the right broker", clip(first)),
        )
    }

    /// The server's own certificate, or the one of the chain that ends or begins at `time`.
    fn which(&self, time: Option<i64>) -> String {
        let is_it =
            |facts: &&CertificateFacts| time == Some(facts.not_after) || time == Some(facts.not_before);
        match self.chain.iter().position(|facts| is_it(&facts)) {
            Some(place) if place > 0 => {
                format!("certificate of the CA {}", short(&self.chain[place].subject))
            }
            _ => "certificate".into(),
        }
    }
}

/// The common name of a distinguished name, or all of it.
fn short(name: &str) -> &str {
    let common = name.split(", ").find_map(|part| part.strip_prefix("CN="));
    clip(common.unwrap_or(name))
}

fn clip(name: &str) -> &str {
    name.char_indices().nth(LONGEST).map_or(name, |(end, _)| &name[..end])
}

/// A time as this machine's clock shows it.
fn local_time(seconds: Option<i64>) -> String {
    let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or_else(
        || "an unknown date".into(),
        |time| time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M %Z").to_string(),
    )
}
