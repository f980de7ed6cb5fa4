//! How to reach the broker: host, port, socket, proxy, WebSocket headers.

use std::path::PathBuf;

use clap::Args;

use super::values::{parse_header, parse_port};
use crate::config::proxy_url;
use crate::model::{Proxy, Secret};

/// The way to the broker, where it is not said by TARGET.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(in crate::cli) struct WayArgs {
    /// Host to connect to, never a profile; alone, -h prints help
    #[arg(short = 'h', long, num_args = 0..=1, default_missing_value = "", conflicts_with = "target")]
    pub(in crate::cli) host: Option<String>,
    /// Port [default: 1883; 8883 with TLS, 80 for ws://, 443 for wss://]
    #[arg(short, long, value_parser = parse_port)]
    pub(in crate::cli) port: Option<u16>,
    /// Target and topic as one: mqtt(s)://[user[:password]@]host[:port]/topic
    #[arg(short = 'L', long, conflicts_with_all = ["target", "host"])]
    pub(in crate::cli) url: Option<String>,
    /// Unix socket to connect to
    #[arg(long, value_name = "PATH", conflicts_with_all = ["target", "host", "url", "port"])]
    pub(in crate::cli) unix: Option<PathBuf>,
    /// HTTP proxy to go through: [http://][user[:password]@]host[:port], port 3128 unless told
    #[arg(long, value_name = "URL", value_parser = proxy_url)]
    pub(in crate::cli) proxy: Option<Proxy>,
    /// Header of the WebSocket request; may be given more than once
    #[arg(long, value_name = "NAME: VALUE", value_parser = parse_header)]
    pub(in crate::cli) ws_header: Vec<(String, Secret)>,
}
