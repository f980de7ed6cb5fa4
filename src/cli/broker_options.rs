//! From the flags of `mqtt-tui broker` to a broker's options, and to the commands that reach each of its listeners.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{BrokerArgs, output};
use crate::broker::{BrokerOptions, Certificates, Identity, Listener, ListenerKind, ServerTls, TlsError};
use crate::model::Secret;

/// What is to be started, and what clients have to be told.
pub(super) struct Plan {
    pub(super) options: BrokerOptions,
    /// What comes after `mqtt-tui connect URL` where it is TLS.
    tls_flags: String,
    /// What comes after any `mqtt-tui connect URL`.
    login_flags: String,
    /// Certificates to keep, and where.
    kept: Option<(Certificates, PathBuf)>,
}

impl Plan {
    /// Reads the files the flags name, and makes certificates if there are to be some. The error says what is wrong with which.
    pub(super) fn new(args: &BrokerArgs) -> Result<Self, String> {
        let further = [
            (ListenerKind::Tls, args.tls_port),
            (ListenerKind::WebSocket, args.ws_port),
            (ListenerKind::SecureWebSocket, args.wss_port),
        ];
        let listeners: Vec<_> = further
            .into_iter()
            .filter_map(|(kind, port)| Some(Listener { kind, address: (args.bind, port?).into() }))
            .collect();
        let is_encrypted = listeners.iter().any(|listener| listener.kind.transport().is_tls());
        let tls = if is_encrypted { Some(Tls::new(args)?) } else { None };
        let users = args.password_file.as_deref().map(read_users).transpose()?;
        let first_user = users.as_ref().and_then(|users| users.first());
        let login_flags = first_user.map_or(String::new(), |(user, _)| format!(" -u {}", quoted(user)));
        let options = BrokerOptions {
            bind: args.bind,
            port: args.port,
            listeners,
            unix: args.unix.clone(),
            tls: tls.as_ref().map(|tls| tls.server.clone()),
            users,
            sys_interval: Duration::from_secs(args.sys_interval),
            ..BrokerOptions::default()
        };
        let (tls_flags, kept) = tls.map(|tls| (tls.flags, tls.kept)).unwrap_or_default();
        Ok(Self { options, tls_flags, login_flags, kept })
    }

    /// Writes the certificates that are to be kept. Once the broker listens: a start that fails must not be in the way of
    /// the next.
    pub(super) fn write_certificates(&self) -> Result<(), TlsError> {
        self.kept.as_ref().map_or(Ok(()), |(certificates, folder)| certificates.write(folder))
    }

    /// Whether anybody who reaches `listener` is let in.
    pub(super) fn is_open(&self, listener: &Listener) -> bool {
        let asks = self.options.tls.as_ref().is_some_and(|tls| tls.client_authority.is_some());
        self.options.users.is_none() && !(asks && listener.kind.transport().is_tls())
    }

    /// What is said when the broker runs on `listeners`.
    pub(super) fn announcement(&self, args: &BrokerArgs, listeners: &[Listener]) -> String {
        let fleet = if args.demo { " with the demo fleet" } else { "" };
        let mut text = format!("the broker{fleet} is ready; MQTT 3.1.1 and 5; Ctrl-C stops\nexplore it:\n");
        let mut line = |url: &str, flags: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  mqtt-tui connect {url}{flags}{}", self.login_flags);
        };
        for listener in listeners {
            let flags = if listener.kind.transport().is_tls() { &self.tls_flags } else { "" };
            line(&listener.url(), flags);
        }
        if let Some(path) = &args.unix {
            line(&format!("unix://{}", quoted_path(&absolute(path))), "");
        }
        if self.tls_flags.contains("--insecure") {
            text.push_str(
                "the certificate was made for this run; --write-certs FOLDER keeps it, for --cafile\n",
            );
        }
        text
    }
}

/// What the listeners over TLS show and ask for.
struct Tls {
    server: ServerTls,
    /// What a client needs for it.
    flags: String,
    kept: Option<(Certificates, PathBuf)>,
}

impl Tls {
    fn new(args: &BrokerArgs) -> Result<Self, String> {
        if args.require_client_cert && args.cafile.is_none() && args.write_certs.is_none() {
            return Err("--require-client-cert lets nobody in like this: add --write-certs FOLDER, which gives clients a \
                certificate, or --cafile FILE with the authority of theirs"
                .to_owned());
        }
        let mut tls = match (&args.cert, &args.key) {
            (Some(certificate), Some(key)) => {
                let identity = Identity::read(certificate, key).map_err(|fault| fault.to_string())?;
                Self { server: ServerTls::new(identity), flags: String::new(), kept: None }
            }
            _ => Self::generated(args).map_err(|fault| fault.to_string())?,
        };
        if let Some(file) = &args.cafile {
            tls.server.client_authority = Some(read(file)?);
            tls.flags.push_str(" --cert FILE --key FILE");
        }
        Ok(tls)
    }

    fn generated(args: &BrokerArgs) -> Result<Self, TlsError> {
        let is_elsewhere = !args.bind.is_loopback() && !args.bind.is_unspecified();
        let names: Vec<_> = is_elsewhere.then(|| args.bind.to_string()).into_iter().collect();
        let certificates = Certificates::generate(&names)?;
        let mut server = ServerTls::new(certificates.server.clone());
        let Some(folder) = &args.write_certs else {
            return Ok(Self { server, flags: " --insecure".to_owned(), kept: None });
        };
        let file = |name: &str| quoted_path(&absolute(folder).join(name));
        let mut flags = format!(" --cafile {}", file("ca.pem"));
        if args.require_client_cert && args.cafile.is_none() {
            server.client_authority = Some(certificates.authority.pem().to_owned());
            flags.push_str(&[" --cert ", &file("client.pem"), " --key ", &file("client.key")].concat());
        }
        Ok(Self { server, flags, kept: Some((certificates, folder.clone())) })
    }
}

/// Users and passwords, one `user:password` a line. Empty lines and those that begin with `#` are passed over.
fn read_users(path: &Path) -> Result<Vec<(String, Secret)>, String> {
    let text = read(path)?;
    warn_if_readable(path);
    let mut users = Vec::new();
    for (index, line) in
        text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
    {
        // The line may be a password: it is not quoted.
        let wrong = || format!("{}:{}: a line is user:password", path.display(), index + 1);
        let (user, password) = line.split_once(':').filter(|(user, _)| !user.is_empty()).ok_or_else(wrong)?;
        users.push((user.to_owned(), password.into()));
    }
    if users.is_empty() {
        return Err(format!("{}: names no user; a line is user:password", path.display()));
    }
    Ok(users)
}

#[cfg(unix)]
fn warn_if_readable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0) {
        output::warn(&format!("{0} can be read by others: chmod 600 {0}", path.display()));
    }
}

#[cfg(not(unix))]
fn warn_if_readable(_: &Path) {}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|fault| format!("{}: {fault}", path.display()))
}

/// As it is seen from any folder, so that the command printed works in another shell.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// `text` as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-@+,:".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn parse(line: &[&str]) -> Result<BrokerArgs, String> {
        let cli =
            Cli::try_parse_from(["mqtt-tui", "broker"].iter().chain(line)).map_err(|e| e.to_string())?;
        let Some(Command::Broker(args)) = cli.command else { panic!("broker") };
        Ok(args)
    }

    fn announced(line: &[&str]) -> Vec<String> {
        let args = parse(line).expect("a valid line");
        let plan = Plan::new(&args).expect("a plan");
        let plain = Listener { kind: ListenerKind::Tcp, address: (args.bind, args.port).into() };
        let listeners: Vec<_> =
            std::iter::once(plain).chain(plan.options.listeners.iter().copied()).collect();
        plan.announcement(&args, &listeners).lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_listener_is_named_with_the_command_that_reaches_it() {
        assert_eq!(
            announced(&[]),
            [
                "the broker is ready; MQTT 3.1.1 and 5; Ctrl-C stops",
                "explore it:",
                "  mqtt-tui connect mqtt://127.0.0.1:1883"
            ]
        );
        let folder = tempfile::tempdir().expect("a folder");
        let certificates = folder.path().join("the certs");
        let path = certificates.to_str().expect("UTF-8");
        let line = [
            "--tls-port",
            "8883",
            "--ws-port",
            "8083",
            "--wss-port",
            "8084",
            "--demo",
            "--unix",
            "/tmp/m.sock",
        ];
        let all = announced(&[&line[..], &["--write-certs", path, "--require-client-cert"]].concat());
        let flags = format!(" --cafile '{path}/ca.pem' --cert '{path}/client.pem' --key '{path}/client.key'");
        assert_eq!(all[0], "the broker with the demo fleet is ready; MQTT 3.1.1 and 5; Ctrl-C stops");
        assert_eq!(
            all[2..],
            [
                "  mqtt-tui connect mqtt://127.0.0.1:1883".to_owned(),
                format!("  mqtt-tui connect mqtts://127.0.0.1:8883{flags}"),
                "  mqtt-tui connect ws://127.0.0.1:8083/mqtt".to_owned(),
                format!("  mqtt-tui connect wss://127.0.0.1:8084/mqtt{flags}"),
                "  mqtt-tui connect unix:///tmp/m.sock".to_owned(),
            ]
        );
        let unkept = announced(&["--tls-port", "8883"]);
        assert_eq!(unkept[3], "  mqtt-tui connect mqtts://127.0.0.1:8883 --insecure");
        assert!(unkept[4].contains("--write-certs"), "{unkept:?}");
    }

    #[test]
    fn h01_flags_that_make_no_sense_are_refused_with_what_is_missing() {
        for (line, words) in [
            (&["--cert", "a"][..], "--key"),
            (&["--cert", "a", "--key", "b"], "--tls-port"),
            (&["--write-certs", "a"], "--tls-port"),
            (&["--require-client-cert"], "--wss-port"),
            (&["--cafile", "a", "--tls-port", "1"], "--require-client-cert"),
            (&["--tls-port", "1", "--write-certs", "a", "--cert", "b", "--key", "c"], "cannot be used with"),
            (&["--tls-port", "70000"], "70000"),
        ] {
            let fault = parse(line).expect_err("a fault");
            assert!(fault.contains(words), "{line:?}: {fault}");
        }
        let plan = |line: &[&str]| Plan::new(&parse(line).expect("a valid line")).err().expect("a fault");
        assert!(plan(&["--tls-port", "1", "--require-client-cert"]).contains("--write-certs FOLDER"));
        let missing = plan(&["--tls-port", "1", "--cert", "/nowhere/a", "--key", "/nowhere/b"]);
        assert!(missing.starts_with("/nowhere/a: "), "{missing}");
    }

    #[test]
    fn d10_a_password_file_is_read_and_its_faults_never_show_a_password() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let users = |text: &str| {
            fs::write(file.path(), text).expect("written");
            read_users(file.path())
        };
        let found = users("# people\nbob:p:w#1\n\neve:\n").expect("users");
        assert_eq!(found, [("bob".to_owned(), "p:w#1".into()), ("eve".to_owned(), "".into())]);
        assert!(!format!("{found:?}").contains("p:w"));
        let fault = users("bob:x\ns3cret\n").expect_err("a fault");
        assert!(fault.contains(":2: ") && !fault.contains("s3cret"), "{fault}");
        assert!(users("").expect_err("a fault").contains("names no user"));
    }
}
