//! Why the broker cannot do what was asked, with what to do about it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::tls::TlsError;
use crate::model::TopicFault;

/// Why the broker cannot do what was asked.
#[derive(Debug)]
pub enum BrokerError {
    /// The address cannot be listened on.
    Listen {
        /// Where it tried to listen.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The Unix socket cannot be listened on.
    Unix {
        /// Where it was to be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no certificate, or none that can be used.
    Tls(TlsError),
    /// The broker was stopped.
    Stopped,
    /// The topic of a publication is not one.
    Topic(TopicFault),
}

impl fmt::Display for BrokerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, source } => {
                write!(f, "cannot listen on {address}: {source}; ")?;
                f.write_str(match source.kind() {
                    io::ErrorKind::AddrInUse => {
                        "another program uses that port: stop it, or choose another (0 takes any)"
                    }
                    io::ErrorKind::PermissionDenied => {
                        "ports below 1024 need more rights: choose a higher one"
                    }
                    io::ErrorKind::AddrNotAvailable => {
                        "no network interface here has that address: 127.0.0.1 always works"
                    }
                    _ => "choose another address or port",
                })
            }
            Self::Unix { path, source } => {
                write!(f, "cannot listen on {}: {source}; ", path.display())?;
                f.write_str(match source.kind() {
                    io::ErrorKind::AddrInUse => {
                        "another program listens there, or it is no socket: choose another path"
                    }
                    io::ErrorKind::Unsupported => "leave it out",
                    _ => "choose a path in a folder you may write to, of less than 100 bytes",
                })
            }
            Self::Tls(fault) => fault.fmt(f),
            Self::Stopped => f.write_str("the bundled broker was stopped"),
            Self::Topic(fault) => write!(f, "cannot publish: {fault}"),
        }
    }
}

impl std::error::Error for BrokerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen { source, .. } | Self::Unix { source, .. } => Some(source),
            Self::Tls(fault) => Some(fault),
            Self::Topic(fault) => Some(fault),
            Self::Stopped => None,
        }
    }
}
