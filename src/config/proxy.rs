//! Proxies as people write them, and the one that the environment names for a WebSocket, as other programs understand its
//! variables. Read once, where a target is put together; a proxy set for the target itself comes before it.

use std::net::IpAddr;

use crate::model::{Address, Proxy, Target, Transport};

/// An HTTP proxy: `[http://][user[:password]@]host[:port]`, port 3128 when there is none. The error quotes no login.
pub fn proxy_url(text: &str) -> Result<Proxy, String> {
    const FORM: &str = "[http://][user[:password]@]host[:port]";
    const DEFAULT_PORT: u16 = 3128;
    let rest = text.strip_prefix("http://").unwrap_or(text);
    if rest.contains("://") || rest.starts_with('/') || rest.starts_with("unix:") {
        return Err(format!("only HTTP proxies are spoken to, neither SOCKS nor HTTPS: write {FORM}"));
    }
    let Address { host, port, user, password, .. } =
        Address::parse(rest).map_err(|fault| format!("{fault}; write {FORM}"))?;
    Ok(Proxy { host, port: port.unwrap_or(DEFAULT_PORT), user, password })
}

/// The variables that are read, each also in small letters, which come first.
pub const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"];

/// The proxy for `target` by the environment: `HTTPS_PROXY` for `wss://`, `HTTP_PROXY` for `ws://`, `ALL_PROXY` for both, unless
/// the host is this machine or `NO_PROXY` lists it. The other transports are no business of web proxies: for them, and where
/// the target has a proxy already, there is none. The error names the variable and quotes no login.
pub fn environment_proxy(
    target: &Target,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>, String> {
    let own = match target.transport {
        Transport::WebSocket => "HTTP_PROXY",
        Transport::SecureWebSocket => "HTTPS_PROXY",
        Transport::Tcp | Transport::Tls | Transport::Unix => return Ok(None),
    };
    let read = |name: &'static str| {
        let found = variable(&name.to_lowercase()).or_else(|| variable(name));
        found.filter(|value| !value.trim().is_empty()).map(|value| (name, value))
    };
    let exempt = read("NO_PROXY").is_some_and(|(_, list)| is_listed(&target.host, target.port, &list));
    if target.proxy.is_some() || is_this_machine(&target.host) || exempt {
        return Ok(None);
    }
    let Some((name, value)) = read(own).or_else(|| read("ALL_PROXY")) else { return Ok(None) };
    let proxy = proxy_url(value.trim().trim_end_matches('/'));
    proxy.map(Some).map_err(|fault| format!("{name}: {fault}; set it right, or list the host in NO_PROXY"))
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether `NO_PROXY` lists the host: itself, a domain it is in (with or without the dot before it), either with a port, or `*`.
fn is_listed(host: &str, port: u16, list: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        let entry = match entry.rsplit_once(':') {
            // An IPv6 address has more colons and no port, unless in brackets.
            Some((name, number)) if !name.contains(':') || name.ends_with(']') => match number.parse::<u16>()
            {
                Ok(number) if number != port => return false,
                _ => name,
            },
            _ => entry.as_str(),
        };
        let name = entry.trim_matches(['[', ']']).trim_start_matches("*.").trim_start_matches('.');
        entry == "*" || host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(transport: Transport, host: &str) -> Target {
        Target { transport, ..Target::new(host, 443, "x") }
    }

    fn host_of(target: &Target, variables: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        environment_proxy(target, variable)
            .expect("readable")
            .map(|proxy| format!("{}:{}", proxy.host, proxy.port))
    }

    #[test]
    fn c24_each_websocket_has_its_variable_and_small_letters_come_first() {
        let (plain, secure) =
            (target(Transport::WebSocket, "broker.lan"), target(Transport::SecureWebSocket, "broker.lan"));
        let both = [
            ("HTTPS_PROXY", "http://s.lan:3128/"),
            ("http_proxy", "p.lan:8080"),
            ("HTTP_PROXY", "big.lan:1"),
        ];
        assert_eq!(host_of(&secure, &both).as_deref(), Some("s.lan:3128"));
        assert_eq!(host_of(&plain, &both).as_deref(), Some("p.lan:8080"));
        assert_eq!(host_of(&plain, &[("ALL_PROXY", "a.lan:1")]).as_deref(), Some("a.lan:1"));
        assert_eq!(host_of(&plain, &[("HTTPS_PROXY", "s.lan:1")]), None);
        assert_eq!(host_of(&plain, &[("HTTP_PROXY", " ")]), None);
    }

    #[test]
    fn c24_mqtt_itself_this_machine_and_a_target_with_a_proxy_are_left_alone() {
        let all = [("ALL_PROXY", "a.lan:1")];
        for transport in [Transport::Tcp, Transport::Tls, Transport::Unix] {
            assert_eq!(host_of(&target(transport, "broker.lan"), &all), None);
        }
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert_eq!(host_of(&target(Transport::WebSocket, host), &all), None);
        }
        let mut own = target(Transport::WebSocket, "broker.lan");
        own.proxy = Some(Proxy { host: "mine.lan".into(), port: 1, user: None, password: None });
        assert_eq!(host_of(&own, &all), None);
    }

    #[test]
    fn c24_no_proxy_lists_hosts_domains_ports_and_everything() {
        for (list, host, listed) in [
            ("*", "broker.lan", true),
            ("a.lan, broker.lan", "broker.lan", true),
            ("lan", "broker.lan", true),
            (".lan", "Broker.LAN.", true),
            ("*.lan", "broker.lan", true),
            ("oker.lan", "broker.lan", false),
            ("broker.lan:443", "broker.lan", true),
            ("broker.lan:80", "broker.lan", false),
            ("10.0.0.7", "10.0.0.7", true),
            ("fd00::7", "fd00::7", true),
            ("[fd00::7]:443", "fd00::7", true),
            ("", "broker.lan", false),
        ] {
            assert_eq!(is_listed(host, 443, list), listed, "{list} for {host}");
        }
    }

    #[test]
    fn d10_a_proxy_of_another_kind_is_refused_by_the_name_of_its_variable_without_its_login() {
        let variable =
            |name: &str| (name == "ALL_PROXY").then(|| "socks5://bob:hunter2@s.lan:1080".to_owned());
        let fault =
            environment_proxy(&target(Transport::WebSocket, "broker.lan"), variable).expect_err("refused");
        assert!(fault.starts_with("ALL_PROXY: ") && fault.contains("NO_PROXY"), "{fault}");
        assert!(!fault.contains("hunter2"), "{fault}");
    }

    #[test]
    fn a_proxy_speaks_http() {
        let proxy = proxy_url("http://bob:p%40ss@proxy.lan:3128/").expect("valid");
        assert_eq!(
            (proxy.host.as_str(), proxy.port, proxy.user.as_deref()),
            ("proxy.lan", 3128, Some("bob"))
        );
        assert_eq!(proxy.password.as_ref().map(crate::model::Secret::expose), Some("p@ss"));
        assert_eq!(proxy_url("proxy").map(|proxy| proxy.port), Ok(3128));
        for wrong in ["socks5h://secret@h", "https://u:secret@h", "u:secret@h:x", "", "/run/x", "http://h/x"]
        {
            let fault = proxy_url(wrong).expect_err(wrong);
            assert!(fault.contains("host[:port]") && !fault.contains("secret"), "{wrong}: {fault}");
        }
    }
}
