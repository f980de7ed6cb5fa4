//! What the first bytes of a server say about it, when they are no MQTT (C06, D04).

use crate::mqtt::explain::{Fault, TlsFault};

/// Bytes of a foreign server's greeting that are worth quoting.
const QUOTED: usize = 64;

/// What the server is, judged by the first bytes it sent; `None` when they could be MQTT, or there are none.
pub(in crate::mqtt) fn foreign(first: &[u8]) -> Option<Fault> {
    // A TLS record: alert or handshake, then the major version 3 (RFC 8446, 5.1). MQTT has no packet type 0x15, and 0x16 has
    // the type of CONNECT, which no broker sends.
    if matches!(first, [0x15 | 0x16, 3, ..]) {
        return Some(TlsFault::PortSpeaksTls.into());
    }
    let line = first_line(first)?;
    if line.starts_with("HTTP/") {
        return Some(Fault::WebServer(line));
    }
    let kind = if line.starts_with("SSH-") {
        "an SSH server"
    } else if line.starts_with("-ERR") || line.starts_with("-NOAUTH") || line.starts_with("-DENIED") {
        "a Redis server"
    } else if line.starts_with("220 ") || line.starts_with("220-") {
        "a mail or FTP server"
    } else if line.starts_with("AMQP") {
        "an AMQP server"
    } else if line.starts_with("INFO {") {
        "a NATS server on its own protocol's port"
    } else {
        "a server of another kind"
    };
    Some(Fault::NotMqtt(Some(format!("'{line}', as {kind} does"))))
}

/// The first line, when it is plain text.
fn first_line(bytes: &[u8]) -> Option<String> {
    let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let line = &line[..line.len().min(QUOTED)];
    let is_text = line.iter().all(|byte| (0x20..0x7f).contains(byte));
    (line.len() >= 3 && is_text).then(|| String::from_utf8_lossy(line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(first: &[u8]) -> Option<String> {
        match foreign(first) {
            Some(Fault::NotMqtt(words)) => words,
            Some(Fault::WebServer(line)) => Some(format!("{line} of a web server")),
            None => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn c06_servers_of_other_kinds_are_named_by_their_first_line() {
        for (first, kind) in [
            ("HTTP/1.1 400 Bad Request\r\nServer: x", "a web server"),
            ("SSH-2.0-OpenSSH_9.6\r\n", "an SSH server"),
            ("-ERR unknown command\r\n", "a Redis server"),
            ("220 mail.lan ESMTP\r\n", "a mail or FTP server"),
            ("hello there\n", "a server of another kind"),
        ] {
            let words = words(first.as_bytes()).expect(first);
            assert!(words.contains(kind), "{words}");
            assert!(words.contains(first.lines().next().unwrap()), "{words}");
        }
    }

    #[test]
    fn c06_only_plain_text_is_quoted() {
        assert_eq!(words(b"\x1b]52;c;x\x07"), None);
        assert_eq!(words(b""), None);
        assert!(words(&[b'x'; 4_000]).unwrap().len() < 200);
    }

    #[test]
    fn what_a_broker_sends_is_not_taken_for_something_else() {
        for connack in [&[0x20u8, 2, 0, 0][..], &[0x20, 2, 0, 5], &[0x20, 9, 0, 0, 6, 34, 0, 10, 33, 0, 20]] {
            assert_eq!(foreign(connack), None);
        }
    }

    #[test]
    fn d04_a_tls_alert_is_recognised() {
        assert_eq!(foreign(&[0x15, 3, 1, 0, 2, 2, 70]), Some(TlsFault::PortSpeaksTls.into()));
    }
}
