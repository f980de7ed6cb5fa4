//! Every flag and what may not stand there: exit code 2, the name of the flag, what it takes.

use crate::usage::{program, run, text};

/// A command line, and what the complaint must name.
type Wrong = (&'static [&'static str], &'static [&'static str]);

const TARGETS: &[Wrong] = &[
    (&["connect", "localhost:0"], &["port", "1 to 65535"]),
    (&["connect", "localhost:99999"], &["port", "1 to 65535"]),
    (&["connect", "localhost:"], &["1 to 65535"]),
    (&["connect", "localhost:mqtt"], &["port", "1 to 65535"]),
    (&["connect", ":1883"], &["no host"]),
    (&["connect", ""], &["no host"]),
    (&["connect", "mqtt://"], &["no host"]),
    (&["connect", "a b"], &["'a b'", "no host name"]),
    (&["connect", "a:b:1"], &["brackets", "[::1]:1883"]),
    (&["connect", "[::1"], &["']'"]),
    (&["connect", "[::1]1883"], &["']'", "':'"]),
    (&["connect", "[localhost]:1"], &["localhost", "IPv6"]),
    (&["connect", "http://localhost"], &["http://", "ws://"]),
    (&["connect", "https://localhost"], &["https://", "wss://"]),
    (&["connect", "amqp://localhost"], &["scheme", "mqtt://"]),
    (&["connect", "localhost/home/#"], &["path", "filters"]),
    (&["connect", "mqtts://localhost/home"], &["path", "wss://"]),
    (&["connect", "ws://localhost/a b"], &["percent-encode"]),
    (&["connect", "ws://localhost/#"], &["%23"]),
    (&["connect", "unix:"], &["path of the socket"]),
    (&["connect", "unix://run/x"], &["unix:///run/x"]),
    (&["connect", "mqtt://u:%ff@h"], &["password", "UTF-8"]),
    (&["connect", "mqtt://u%00@h"], &["user name", "NUL"]),
];

const FILTERS: &[Wrong] = &[
    (&["connect", "localhost", "a/#/b"], &["FILTERS", "a/#/b", "#"]),
    (&["connect", "localhost", "a#"], &["FILTERS", "a#"]),
    (&["connect", "localhost", "+a"], &["FILTERS", "+a"]),
    (&["connect", "localhost", ""], &["FILTERS"]),
    (&["connect", "localhost", "$share/g"], &["FILTERS", "$share/g"]),
    (&["connect", "-t", "a/b+"], &["--topic", "a/b+"]),
    (&["connect", "-t", "$share//x"], &["--topic", "$share//x"]),
    (&["connect", "-t"], &["--topic"]),
    (&["connect", "-T", "a#"], &["--filter-out", "a#"]),
    (&["connect", "--filter-out", ""], &["--filter-out"]),
    (&["connect", "-q", "3"], &["--qos", "'3'", "0..=2"]),
    (&["connect", "-q", "-1"], &["-1"]),
    (&["connect", "-q", "one"], &["--qos", "one"]),
    (&["connect", "--retain-handling", "often"], &["--retain-handling", "often", "always", "new", "never"]),
    (&["connect", "--retain-handling"], &["--retain-handling"]),
    (&["connect", "--no-local=1"], &["--no-local"]),
    (&["connect", "--no-local", "-V", "311"], &["--no-local", "MQTT 5"]),
    (&["connect", "--retain-as-published", "-V", "311"], &["--retain-as-published", "MQTT 5"]),
    (&["connect", "--retain-handling", "new", "-V", "3.1.1"], &["--retain-handling", "MQTT 5"]),
    (&["connect", "h", "$share/g/a", "--no-local"], &["--no-local", "$share/g/a"]),
    (&["connect", "--no-sys=yes"], &["--no-sys"]),
];

const WAYS: &[Wrong] = &[
    (&["connect", "-p", "0"], &["--port", "1 to 65535"]),
    (&["connect", "-p", "70000"], &["--port", "1 to 65535"]),
    (&["connect", "-p", "mqtt"], &["--port", "1 to 65535"]),
    (&["connect", "-p"], &["--port"]),
    (&["connect", "localhost:1883", "-p", "1884"], &["1883", "-p", "1884"]),
    (&["connect", "localhost", "-h", "other"], &["TARGET", "--host"]),
    (&["connect", "-h", "two words"], &["-h", "two words"]),
    (&["connect", "-h", "h:0"], &["-h", "1 to 65535"]),
    (&["connect", "-L", "localhost"], &["-L", "mqtt(s)://"]),
    (&["connect", "-L", "mqtt://localhost"], &["-L", "topic"]),
    (&["connect", "-L", "mqtt://localhost/a%2Fb%23"], &["-L", "topic"]),
    (&["connect", "-L", "wss://localhost/a"], &["-L", "TARGET"]),
    (&["connect", "-L", "mqtt://h/a", "other"], &["--url", "TARGET"]),
    (&["connect", "-L", "mqtt://h/a", "-h", "other"], &["--url", "--host"]),
    (&["connect", "--unix", "/run/x", "-p", "1"], &["--unix", "--port"]),
    (&["connect", "--unix", "/run/x", "-h", "h"], &["--unix", "--host"]),
    (&["connect", "--unix", "/run/x", "h"], &["--unix", "TARGET"]),
    (&["connect", "--unix"], &["--unix"]),
    (&["connect", "unix:/run/x", "-p", "1"], &["-p", "Unix socket"]),
    (&["connect", "--proxy", "socks5h://p:1080"], &["--proxy", "SOCKS"]),
    (&["connect", "--proxy", "https://p"], &["--proxy", "HTTP"]),
    (&["connect", "--proxy", "p:0"], &["--proxy", "1 to 65535"]),
    (&["connect", "--proxy", "http://p/path"], &["--proxy", "host[:port]"]),
    (&["connect", "--proxy", ""], &["--proxy"]),
    (&["connect", "/run/x", "--proxy", "p"], &["--proxy", "Unix socket"]),
    (&["connect", "--ws-header", "no colon"], &["--ws-header", "Name: value"]),
    (&["connect", "--ws-header", "two words: x"], &["--ws-header", "letters"]),
    (&["connect", "--ws-header", "Host: x"], &["--ws-header", "Host", "handshake"]),
    (&["connect", "--ws-header", "X: \u{e9}"], &["--ws-header", "ASCII"]),
    (&["connect", "localhost", "--ws-header", "A: b"], &["--ws-header", "ws://"]),
];

const TLS_AND_LOGIN: &[Wrong] = &[
    (&["connect", "--cafile"], &["--cafile"]),
    (&["connect", "mqtt://h", "--cafile", "x"], &["--cafile", "mqtts://"]),
    (&["connect", "ws://h", "--insecure"], &["--insecure", "wss://"]),
    (&["connect", "/run/x", "--insecure"], &["--insecure", "unix://"]),
    (&["connect", "mqtt://h", "--cert", "c", "--key", "k"], &["--cert", "mqtts://"]),
    (&["connect", "h", "--cert", "c"], &["--key"]),
    (&["connect", "h", "--key", "k"], &["--cert"]),
    (&["connect", "--insecure=yes"], &["--insecure"]),
    (&["connect", "--tls-alpn", ""], &["--tls-alpn"]),
    (&["connect", "mqtt://h", "--tls-alpn", "mqtt"], &["--tls-alpn", "mqtts://"]),
    (&["connect", "--server-name", "a b"], &["--server-name", "host name"]),
    (&["connect", "--server-name", "a:1"], &["--server-name", "without port"]),
    (&["connect", "mqtts://h", "--tls-keylog"], &["--tls-keylog", "SSLKEYLOGFILE"]),
    (&["connect", "mqtt://h", "--tls-keylog"], &["--tls-keylog", "mqtts://"]),
    (&["connect", "-u"], &["--user"]),
    (&["connect", "-P"], &["--password"]),
    (&["connect", "-P", "x", "--password-file", "f"], &["--password", "--password-file"]),
    (&["connect", "-P", "x", "--password-command", "c"], &["--password", "--password-command"]),
    (
        &["connect", "--password-file", "f", "--password-command", "c"],
        &["--password-file", "--password-command"],
    ),
    (&["connect", "--password-file"], &["--password-file"]),
    (&["connect", "-P", "x", "-V", "311"], &["-u", "3.1.1"]),
];

const SESSION_AND_WILL: &[Wrong] = &[
    (&["connect", "-i"], &["--id"]),
    (&["connect", "-c"], &["-c", "-i"]),
    (&["connect", "-k", "65536"], &["--keepalive", "65536", "65535"]),
    (&["connect", "-k", "70000"], &["--keepalive", "70000", "65535"]),
    (&["connect", "-k", "soon"], &["--keepalive", "soon"]),
    (&["connect", "-k", "-1"], &["-1"]),
    (&["connect", "-V", "4"], &["--protocol-version", "mqttv5", "mqttv311"]),
    (&["connect", "-V", "mqttv31"], &["--protocol-version", "MQTT 3.1 "]),
    (&["connect", "-V", ""], &["--protocol-version"]),
    (&["connect", "-x", "-2"], &["--session-expiry-interval", "4294967294"]),
    (&["connect", "-x", "4294967296"], &["--session-expiry-interval", "4294967294"]),
    (&["connect", "-x", "1h"], &["--session-expiry-interval", "seconds"]),
    (&["connect", "-x", "5", "-V", "311"], &["-x", "MQTT 5"]),
    (&["connect", "--max-packet-size", "0"], &["--max-packet-size", "1k to 256M"]),
    (&["connect", "--max-packet-size", "257M"], &["--max-packet-size", "1k to 256M"]),
    (&["connect", "--max-packet-size", "big"], &["--max-packet-size", "big"]),
    (&["connect", "--will-topic", "a/#"], &["--will-topic", "'#'"]),
    (&["connect", "--will-topic", ""], &["--will-topic"]),
    (&["connect", "--will-payload", "x"], &["--will-topic"]),
    (&["connect", "--will-qos", "1"], &["--will-topic"]),
    (&["connect", "--will-retain"], &["--will-topic"]),
    (&["connect", "--will-topic", "a", "--will-qos", "3"], &["--will-qos", "0..=2"]),
];

const THE_REST: &[Wrong] = &[
    (&["connect", "--memory", "lots"], &["--memory", "lots", "64M"]),
    (&["connect", "--memory", "1k"], &["--memory", "1k", "from 1M on"]),
    (&["connect", "--color", "pink"], &["--color", "pink", "never"]),
    (&["connect", "--theme"], &["--theme"]),
    (&["connect", "--read-only=no"], &["--read-only"]),
    (&["connect", "--ascii=no"], &["--ascii"]),
    (&["connect", "--safety", "high"], &["--safety", "high", "normal", "confirm", "read-only"]),
    (&["connect", "--save"], &["--save"]),
    (&["connect", "--no-such-flag"], &["--no-such-flag"]),
    (&["connect", "-Z"], &["-Z"]),
    (&["demo", "--seed", "dice"], &["--seed", "dice"]),
    (&["demo", "--memory", "1"], &["--memory", "from 1M on"]),
    (&["demo", "extra"], &["extra"]),
    (&["broker", "--bind", "localhost"], &["--bind", "localhost"]),
    (&["broker", "-p", "65536"], &["--port", "65536"]),
    (&["broker", "--sys-interval", "-1"], &["-1"]),
    (&["conect"], &["conect", "connect"]),
    (&["keys", "--html"], &["--html"]),
    (&["profile"], &["list", "add"]),
    (&["profile", "lst"], &["lst", "list"]),
    (&["profile", "show"], &["NAME"]),
    (&["profile", "remove"], &["NAME"]),
    (&["profile", "add"], &["NAME"]),
    (&["profile", "add", "-h", "host"], &["name", "NAME"]),
    (&["profile", "add", "a/b", "localhost"], &["'/'"]),
    (&["profile", "add", "a:1", "localhost"], &["':'"]),
    (&["profile", "add", "", "localhost"], &["name"]),
    (&["profile", "add", "x", "localhost:0"], &["1 to 65535"]),
    (&["profile", "add", "x", "localhost", "--colour", "loud"], &["--colour"]),
    (&["profile", "list", "--yaml"], &["--yaml"]),
    (&["config"], &["path", "check"]),
    (&["config", "chek"], &["chek", "check"]),
    (&["config", "check", "-k", "70000"], &["--keepalive", "65535"]),
    (&["config", "check", "host:0"], &["1 to 65535"]),
];

#[test]
fn h01_what_is_wrong_is_named() {
    let wrong = [TARGETS, FILTERS, WAYS, TLS_AND_LOGIN, SESSION_AND_WILL, THE_REST].concat();
    assert!(wrong.len() >= 100, "{} rows", wrong.len());
    for (arguments, words) in wrong {
        let output = run(arguments);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        for word in words {
            assert!(errors.contains(word), "{arguments:?} does not say {word:?}: {errors}");
        }
        assert!(!errors.contains('\x1b'), "{arguments:?}: escapes into a pipe: {errors}");
        assert!(!errors.contains("needs a terminal"), "{arguments:?} was taken for right: {errors}");
    }
}

#[test]
fn h01_a_filter_that_is_too_long_is_named() {
    let errors = text(&run(&["connect", "localhost", &"x".repeat(65_536)]).stderr);
    assert!(errors.contains("FILTERS") && errors.contains("65,535"), "{}", &errors[errors.len() - 200..]);
}

#[test]
fn c23_every_keep_alive_that_fits_two_bytes_is_taken() {
    for seconds in ["0", "1", "65535"] {
        let errors = text(&run(&["connect", "localhost", "-k", seconds]).stderr);
        assert!(errors.contains("needs a terminal"), "{seconds}: {errors}");
    }
}

#[test]
fn h01_what_is_right_is_taken() {
    for arguments in [
        &["connect", "mqtts://u:p@[::1]:1/"][..],
        &["connect", "unix:/run/mosquitto.sock"],
        &["connect", "-L", "mqtt://localhost/home/#"],
        &["connect", "-h", "localhost", "-p", "1", "-t", "a", "-t", "b", "-q", "1", "-T", "c/#"],
        &["connect", "wss://h/mqtt", "--ws-header", "Authorization: Bearer x", "--proxy", "http://p:3128"],
        &[
            "connect",
            "h",
            "--cafile",
            "a",
            "--cert",
            "b",
            "--key",
            "c",
            "--tls-alpn",
            "mqtt",
            "--server-name",
            "n",
        ],
        &["connect", "h", "-V", "mqttv5", "-i", "me", "-c", "-x", "∞", "-k", "60", "--max-packet-size", "1M"],
        &["connect", "h", "--will-topic", "t", "--will-payload", "", "--will-qos", "2", "--will-retain"],
        &["connect", "h", "--no-local", "--retain-as-published", "--retain-handling", "never", "--no-sys"],
        &["connect", "h", "-u", "u", "-P", "-p", "--safety", "confirm", "--insecure"],
        &["connect", "h", "-u", "u", "--password-command", "pass show x", "--memory", "64M", "--ascii"],
    ] {
        let errors = text(&run(arguments).stderr);
        assert!(errors.contains("needs a terminal"), "{arguments:?}: {errors}");
    }
}

#[test]
fn h01_a_wrong_variable_is_named_and_not_quoted() {
    for (name, value, words) in [
        ("MQTT_TUI_PORT", "hidden", "65535"),
        ("MQTT_TUI_HOST", "http://hidden", "ws://"),
        ("MQTT_TUI_PROTOCOL", "hidden", "mqttv311"),
        ("MQTT_TUI_PROXY", "socks://u:hidden@p", "HTTP"),
        ("MQTT_TUI_MEMORY", "1k", "64M"),
        ("MQTT_TUI_COLOR", "hidden", "never"),
        ("MQTT_TUI_ASCII", "hidden", "yes or no"),
        ("MQTT_TUI_READ_ONLY", "hidden", "yes or no"),
    ] {
        let output = program(&["connect"]).env(name, value).output().unwrap();
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {errors}");
        assert!(errors.contains(name) && errors.contains(words), "{name}: {errors}");
        assert!(!errors.contains("hidden"), "{name}: {errors}");
    }
}
