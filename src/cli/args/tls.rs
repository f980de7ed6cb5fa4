//! How TLS is done.

use std::path::PathBuf;

use clap::Args;

use super::values::{parse_protocol_name, parse_server_name};

/// TLS. Each of these flags asks for TLS where the target does not say.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS (any of these asks for it; so does port 8883)")]
pub(in crate::cli) struct TlsArgs {
    /// PEM file of the authorities to trust instead of the system's
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) cafile: Option<PathBuf>,
    /// PEM file of the client's certificate (needs --key)
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(in crate::cli) cert: Option<PathBuf>,
    /// PEM file of the client's key (needs --cert)
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(in crate::cli) key: Option<PathBuf>,
    /// Accept any certificate: whoever sits in between can read and change everything
    #[arg(long)]
    pub(in crate::cli) insecure: bool,
    /// Application protocol to offer; may be given more than once
    #[arg(long, value_name = "PROTOCOL", value_parser = parse_protocol_name)]
    pub(in crate::cli) tls_alpn: Vec<String>,
    /// Name to ask for and to verify instead of the host
    #[arg(long, value_name = "NAME", value_parser = parse_server_name)]
    pub(in crate::cli) server_name: Option<String>,
    /// Append the session keys to the file named by SSLKEYLOGFILE, for a look with Wireshark
    #[arg(long)]
    pub(in crate::cli) tls_keylog: bool,
}

impl TlsArgs {
    /// The first flag given that makes sense with TLS only.
    pub(in crate::cli) fn first_flag(&self) -> Option<&'static str> {
        [
            (self.cafile.is_some(), "--cafile"),
            (self.cert.is_some(), "--cert"),
            (self.key.is_some(), "--key"),
            (self.insecure, "--insecure"),
            (!self.tls_alpn.is_empty(), "--tls-alpn"),
            (self.server_name.is_some(), "--server-name"),
            (self.tls_keylog, "--tls-keylog"),
        ]
        .into_iter()
        .find_map(|(given, flag)| given.then_some(flag))
    }
}
