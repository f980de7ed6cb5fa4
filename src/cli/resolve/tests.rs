//! What wins over what, which things do not go together, and that no password strays.

use clap::Parser;

use super::{Resolved, Sources, resolve};
use crate::cli::environment::Environment;
use crate::cli::{Cli, Command};
use crate::config::{PasswordSource, Profile, ProfileBook, Safety, SettingsFile};
use crate::model::{Protocol, ProtocolChoice, QoS, RetainHandling, Secret, Subscription, Target, Transport};

/// Profiles file, settings file and environment of a test.
#[derive(Default)]
struct World {
    profiles: &'static str,
    settings: &'static str,
    environment: &'static [(&'static str, &'static str)],
}

impl World {
    fn try_resolve(&self, line: &[&str]) -> Result<Resolved, String> {
        let folder = tempfile::tempdir().expect("folder");
        let path = |name: &str, text: &str| {
            let path = folder.path().join(name);
            if !text.is_empty() {
                std::fs::write(&path, text).expect("write");
            }
            path
        };
        let book = ProfileBook::load(&path("profiles.toml", self.profiles));
        let settings = SettingsFile::load(&path("config.toml", self.settings));
        assert_eq!((book.faults(), settings.faults()), (&[][..], &[][..]));
        let pairs = self.environment.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let environment = Environment::of(pairs).expect("UTF-8");
        let cli =
            Cli::try_parse_from(["mqtt-tui", "connect"].iter().chain(line)).map_err(|e| e.to_string())?;
        let Some(Command::Connect(args)) = cli.command else { panic!("connect") };
        resolve(args.request(), Sources { environment: &environment, book: &book, settings: &settings })
    }

    fn resolve(&self, line: &[&str]) -> Resolved {
        self.try_resolve(line).expect("a target")
    }
}

fn target(line: &[&str]) -> Target {
    World::default().resolve(line).profile.target
}

fn password(resolved: &Resolved) -> Option<&str> {
    resolved.profile.target.password.as_ref().map(Secret::expose)
}

fn filters(target: &Target) -> Vec<&str> {
    target.filters.iter().map(|wanted| wanted.filter.as_str()).collect()
}

/// Where `setting` came from, in words.
fn from(resolved: &Resolved, setting: &str) -> String {
    let found = resolved.values.iter().find(|value| value.setting == setting);
    found.unwrap_or_else(|| panic!("no {setting} in {:?}", resolved.values)).from.to_string()
}

const HOME: &str = r#"
[[profile]]
name = "home"
url = "mqtts://broker.lan:8884"
user = "alice"
password = { saved = "hidden" }
filters = ["home/#", { filter = "zigbee2mqtt/#", qos = 1 }]
keep_alive = 45
safety = "confirm"
tls = { ca = "/etc/home.pem", server_name = "broker.home" }

[[profile]]
name = "plain"
url = "mqtt://localhost"
"#;

#[test]
fn nothing_said_is_everything_on_this_machine() {
    let resolved = World::default().resolve(&[]);
    let target = &resolved.profile.target;
    assert_eq!(target.url(), "mqtt://localhost:1883");
    assert_eq!((filters(target), target.sys, target.keep_alive), (vec!["#"], true, 30));
    assert_eq!((resolved.profile.name.as_str(), resolved.saved), ("localhost:1883", false));
    assert!(resolved.notices.is_empty(), "{:?}", resolved.notices);
}

#[test]
fn every_way_to_name_a_place_is_understood() {
    for (line, url) in [
        (&["h"][..], "mqtt://h:1883"),
        (&["h:1"], "mqtt://h:1"),
        (&["[::1]:1"], "mqtt://[::1]:1"),
        (&["::1"], "mqtt://[::1]:1883"),
        (&["mqtts://h"], "mqtts://h:8883"),
        (&["mqtts://h", "-p", "1"], "mqtts://h:1"),
        (&["ws://h"], "ws://h:80/mqtt"),
        (&["wss://h:8084/x?token=1"], "wss://h:8084/x"),
        (&["unix:///run/x"], "unix:///run/x"),
        (&["/run/x"], "unix:///run/x"),
        (&["--unix", "/run/x"], "unix:///run/x"),
        (&["-h", "h", "-p", "5"], "mqtt://h:5"),
        (&["-L", "mqtt://h/t"], "mqtt://h:1883"),
        (&["--url", "mqtts://h/t"], "mqtts://h:8883"),
        (&["h", "--cafile", "ca.pem"], "mqtts://h:8883"),
        (&["h:1", "--insecure"], "mqtts://h:1"),
        (&["h:8883"], "mqtts://h:8883"),
        (&["h", "-p", "8883"], "mqtts://h:8883"),
        (&["mqtt://h:8883"], "mqtt://h:8883"),
    ] {
        assert_eq!(target(line).url(), url, "{line:?}");
    }
    assert_eq!(target(&["wss://h/x?token=1"]).websocket.path, "/x?token=1");
    assert_eq!(target(&["--unix", "//a"]).host, "//a");
}

#[test]
fn tls_by_the_port_alone_is_told() {
    let resolved = World::default().resolve(&["h:8883"]);
    assert!(resolved.notices.concat().contains("mqtt://h:8883"), "{:?}", resolved.notices);
    assert!(World::default().resolve(&["mqtts://h"]).notices.is_empty());
}

#[test]
fn a_profile_is_taken_whole_and_flags_change_it() {
    let world = World { profiles: HOME, ..World::default() };
    let resolved = world.resolve(&["home"]);
    let target = &resolved.profile.target;
    assert_eq!((target.url().as_str(), target.user.as_deref()), ("mqtts://broker.lan:8884", Some("alice")));
    assert_eq!((filters(target), target.keep_alive), (vec!["home/#", "zigbee2mqtt/#"], 45));
    assert_eq!(resolved.profile.password, PasswordSource::Saved("hidden".into()));
    assert_eq!((resolved.profile.safety, resolved.saved), (Safety::Confirm, true));
    assert!(from(&resolved, "keep alive").contains("profile 'home'"), "{}", from(&resolved, "keep alive"));

    let resolved = world.resolve(&["home", "x/#", "-q", "2", "-k", "5", "-p", "1", "--safety", "normal"]);
    let target = &resolved.profile.target;
    assert_eq!((target.port, target.keep_alive, filters(target)), (1, 5, vec!["x/#"]));
    assert_eq!(target.filters[0].qos, QoS::ExactlyOnce);
    assert_eq!(
        (resolved.profile.safety, from(&resolved, "port").as_str()),
        (Safety::Normal, "command line, --port")
    );
    assert_eq!(filters(&world.resolve(&["plain"]).profile.target), ["#"], "no filter named is everything");
}

#[test]
fn a_profile_wins_over_a_host_of_its_name_and_h_is_always_a_host() {
    let world = World { profiles: HOME, ..World::default() };
    assert_eq!(world.resolve(&["-h", "home"]).profile.target.url(), "mqtt://home:1883");
    assert_eq!(world.resolve(&["mqtt://home"]).profile.target.url(), "mqtt://home:1883");
    let resolved = world.resolve(&["hme"]);
    assert_eq!(resolved.profile.target.host, "hme");
    assert!(resolved.notices.concat().contains("did you mean 'home'"), "{:?}", resolved.notices);
    assert!(world.resolve(&["hme.lan"]).notices.is_empty());
    let fault = world.try_resolve(&["ho me"]).expect_err("no host name");
    assert!(fault.contains("profile 'home'"), "{fault}");
}

#[test]
fn flag_environment_profile_settings_default_in_this_order() {
    const ENVIRONMENT: &[(&str, &str)] = &[("MQTT_TUI_PROTOCOL", "311"), ("MQTT_TUI_CAFILE", "/env.pem")];
    const SETTINGS: &str = "keep_alive = 60\nprotocol = \"5\"\nsys = false\n";
    let world = World { profiles: HOME, settings: SETTINGS, environment: ENVIRONMENT };
    let resolved = world.resolve(&["home", "-V", "auto"]);
    assert_eq!(resolved.profile.target.protocol, ProtocolChoice::Auto);
    assert_eq!(from(&resolved, "protocol"), "command line, --protocol-version");
    let resolved = world.resolve(&["home"]);
    let target = &resolved.profile.target;
    assert_eq!(target.protocol, ProtocolChoice::Only(Protocol::V4));
    assert_eq!(from(&resolved, "protocol"), "environment, MQTT_TUI_PROTOCOL");
    assert_eq!(target.tls.ca_file.as_deref(), Some(std::path::Path::new("/env.pem")));
    assert_eq!((target.keep_alive, target.sys), (45, false));
    assert!(
        from(&resolved, "$SYS/# too").ends_with("config.toml line 3"),
        "{}",
        from(&resolved, "$SYS/# too")
    );
    let resolved = World { environment: &[], ..world }.resolve(&["plain"]);
    let target = &resolved.profile.target;
    assert_eq!((target.keep_alive, target.protocol), (60, ProtocolChoice::Only(Protocol::V5)));
    assert_eq!(from(&resolved, "last will"), "default");
}

#[test]
fn the_environment_names_a_place_only_when_nobody_else_does() {
    const ENVIRONMENT: &[(&str, &str)] = &[("MQTT_TUI_HOST", "wss://env/x"), ("MQTT_TUI_PORT", "77")];
    let world = World { profiles: HOME, environment: ENVIRONMENT, ..World::default() };
    assert_eq!(world.resolve(&[]).profile.target.url(), "wss://env:77/x");
    assert_eq!(world.resolve(&["h"]).profile.target.url(), "mqtt://h:77");
    assert_eq!(world.resolve(&["h:1"]).profile.target.url(), "mqtt://h:1");
    assert_eq!(world.resolve(&["home"]).profile.target.url(), "mqtts://broker.lan:8884");
    let world = World { environment: &[("MQTT_TUI_HOST", "home")], ..world };
    assert!(world.resolve(&[]).saved);
    let world = World { environment: &[("MQTT_TUI_PORT", "many")], ..world };
    let fault = world.try_resolve(&["h"]).expect_err("no port");
    assert!(fault.contains("MQTT_TUI_PORT") && fault.contains("65535"), "{fault}");
}

#[test]
fn a_password_in_the_environment_gives_way_to_the_one_in_the_url() {
    const BOTH: &[(&str, &str)] = &[("MQTT_TUI_USER", "env"), ("MQTT_TUI_PASSWORD", "from-env")];
    let world = World { environment: BOTH, ..World::default() };
    let resolved = world.resolve(&["mqtt://alice:from-url@b"]);
    assert_eq!(
        (resolved.profile.target.user.as_deref(), password(&resolved)),
        (Some("alice"), Some("from-url"))
    );
    let resolved = world.resolve(&["b"]);
    assert_eq!(resolved.profile.target.user.as_deref(), Some("env"));
    assert_eq!(resolved.profile.password, PasswordSource::Environment("MQTT_TUI_PASSWORD".into()));
    let resolved = world.resolve(&["mqtt://alice:from-url@b", "-P", "flag"]);
    assert_eq!(password(&resolved), Some("flag"));
}

#[test]
fn a_password_is_not_sent_for_another_user_than_its_own() {
    const BOTH: &[(&str, &str)] = &[("MQTT_TUI_USER", "env"), ("MQTT_TUI_PASSWORD", "from-env")];
    let world = World { environment: BOTH, ..World::default() };
    for line in [&["mqtt://alice@b"][..], &["b", "-u", "alice"]] {
        let resolved = world.resolve(line);
        assert_eq!(
            (&resolved.profile.password, password(&resolved)),
            (&PasswordSource::None, None),
            "{line:?}"
        );
        assert!(resolved.notices.concat().contains("MQTT_TUI_USER"), "{:?}", resolved.notices);
    }
    let world = World { profiles: HOME, ..World::default() };
    let resolved = world.resolve(&["home", "-u", "bob"]);
    assert_eq!(resolved.profile.password, PasswordSource::None);
    assert!(resolved.notices.concat().contains("another user"), "{:?}", resolved.notices);
    // A password without a name of its own goes with any.
    let world = World { environment: &[("MQTT_TUI_PASSWORD", "x")], ..World::default() };
    let resolved = world.resolve(&["mqtt://alice@b"]);
    assert_eq!(resolved.profile.password, PasswordSource::Environment("MQTT_TUI_PASSWORD".into()));
}

#[test]
fn d09_a_password_in_argv_is_taken_and_warned_about_once() {
    let resolved = World::default().resolve(&["b", "-u", "bob", "-P", "-hunter2"]);
    assert_eq!(password(&resolved), Some("-hunter2"));
    let warned = resolved.notices.iter().filter(|notice| notice.contains("--password-file")).count();
    assert_eq!(warned, 1, "{:?}", resolved.notices);
    let resolved = World::default().resolve(&["b", "-u", "bob", "--password-file", "pw"]);
    assert_eq!(resolved.profile.password, PasswordSource::File("pw".into()));
    assert!(resolved.notices.is_empty(), "{:?}", resolved.notices);
}

#[test]
fn d10_no_value_holds_a_secret() {
    let world = World {
        profiles: HOME,
        environment: &[("MQTT_TUI_PASSWORD", "hidden"), ("MQTT_TUI_PROXY", "u:hidden@proxy")],
        ..World::default()
    };
    for line in [
        &["home"][..],
        &["b", "-P", "hidden", "-u", "u"],
        &["wss://u:hidden@b/x?token=hidden", "--ws-header", "Authorization: hidden"],
        &["b", "--password-command", "echo hidden", "--proxy", "http://u:hidden@p"],
    ] {
        let resolved = world.resolve(line);
        let shown = format!("{resolved:?}").replace("echo hidden", "");
        let values = format!("{:?} {:?}", resolved.values, resolved.notices);
        assert!(!values.contains("hidden"), "{line:?}: {values}");
        assert!(line.contains(&"wss://u:hidden@b/x?token=hidden") || !shown.contains("hidden"), "{shown}");
    }
}

#[test]
fn filters_after_the_target_and_after_t_are_all_subscribed_to() {
    assert_eq!(filters(&target(&["b"])), ["#"]);
    assert_eq!(filters(&target(&["b", "a/#", "-t", "b/#"])), ["a/#", "b/#"]);
    assert_eq!(filters(&target(&["-h", "b", "-t", "c"])), ["c"]);
    assert_eq!(filters(&target(&["-L", "mqtt://b/home/#", "-t", "c"])), ["home/#", "c"]);
}

#[test]
fn options_of_subscriptions_go_to_each_of_them() {
    let line =
        ["b", "a", "-t", "c", "-q", "1", "--no-local", "--retain-as-published", "--retain-handling", "new"];
    let wanted = target(&line).filters;
    assert_eq!(wanted.len(), 2);
    for subscription in wanted {
        let Subscription { qos, no_local, retain_as_published, retain_handling, .. } = subscription;
        assert_eq!((qos, no_local, retain_as_published), (QoS::AtLeastOnce, true, true));
        assert_eq!(retain_handling, RetainHandling::IfNew);
    }
    let profile: Profile = World::default().resolve(&["b", "-T", "x/#", "-T", "y", "--no-sys"]).profile;
    assert_eq!(
        profile.excluded.iter().map(crate::model::TopicFilter::as_str).collect::<Vec<_>>(),
        ["x/#", "y"]
    );
    assert!(!profile.target.sys);
}

#[test]
fn a_kept_session_lasts_unless_told_how_long() {
    let kept = target(&["b", "-c", "-i", "me"]);
    assert_eq!((kept.clean_session, kept.effective_expiry()), (false, Some(u32::MAX)));
    assert_eq!(target(&["b", "-c", "-i", "me", "-x", "60"]).session_expiry, Some(60));
    assert_eq!(target(&["b", "-x", "-1"]).session_expiry, Some(u32::MAX));
    assert_eq!(target(&["b", "-c", "-i", "me", "-V", "311"]).session_expiry, None);
    assert_eq!(target(&["b"]).session_expiry, None);
}

#[test]
fn a_will_is_made_of_its_flags() {
    let line = ["b", "--will-topic", "gone", "--will-payload", "yes", "--will-qos", "1", "--will-retain"];
    let will = target(&line).will.expect("a will").publication;
    assert_eq!(
        (will.topic.as_str(), &will.payload[..], will.qos.level(), will.retain),
        ("gone", &b"yes"[..], 1, true)
    );
    assert_eq!(target(&["b"]).will, None);
}

#[test]
fn tls_flags_end_up_in_the_options() {
    let tls = target(&[
        "b",
        "--cafile",
        "ca",
        "--cert",
        "c",
        "--key",
        "k",
        "--tls-alpn",
        "mqtt",
        "--tls-alpn",
        "x",
        "--server-name",
        "n",
        "--insecure",
    ])
    .tls;
    assert_eq!(tls.alpn, ["mqtt", "x"]);
    assert_eq!((tls.server_name.as_deref(), tls.insecure, tls.key_log), (Some("n"), true, false));
    assert!(tls.ca_file.is_some() && tls.cert_file.is_some() && tls.key_file.is_some());
    let world = World { environment: &[("SSLKEYLOGFILE", "/tmp/keys")], ..World::default() };
    assert!(!world.resolve(&["mqtts://b"]).profile.target.tls.key_log, "D16: only when asked");
    assert!(world.resolve(&["mqtts://b", "--tls-keylog"]).profile.target.tls.key_log);
}

#[test]
fn h01_what_does_not_go_together_is_said_with_both_names() {
    let world = World { profiles: HOME, ..World::default() };
    for (line, words) in [
        (&["h:1", "-p", "2"][..], &["1", "-p", "2"][..]),
        (&["/run/x", "-p", "2"], &["-p", "Unix socket"]),
        (&["mqtt://h", "--cafile", "x"], &["--cafile", "mqtt://", "mqtts://"]),
        (&["ws://h", "--insecure"], &["--insecure", "ws://", "wss://"]),
        (&["unix:/x", "--server-name", "x"], &["--server-name", "unix://"]),
        (&["plain", "--cafile", "x"], &["--cafile", "mqtt://"]),
        (&["h", "--ws-header", "A: b"], &["--ws-header", "ws://"]),
        (&["/run/x", "--proxy", "p"], &["--proxy", "Unix socket"]),
        (&["h", "-c"], &["-c", "-i"]),
        (&["h", "-c", "-i", ""], &["-c", "-i"]),
        (&["h", "-V", "311", "-x", "5"], &["-x", "-V"]),
        (&["h", "-V", "311", "--no-local"], &["--no-local", "-V"]),
        (&["h", "-V", "311", "--retain-as-published"], &["--retain-as-published", "-V"]),
        (&["h", "-V", "311", "--retain-handling", "new"], &["--retain-handling", "-V"]),
        (&["h", "-V", "311", "-P", "x"], &["-u", "-V"]),
        (&["h", "-V", "311", "--password-file", "x"], &["-u", "-V"]),
        (&["h", "$share/g/a", "--no-local"], &["--no-local", "$share/g/a"]),
        (&["mqtts://h", "--tls-keylog"], &["--tls-keylog", "SSLKEYLOGFILE"]),
        (&["-L", "mqtt://h"], &["-L", "topic"]),
        (&["-L", "mqtt://h/a%23"], &["-L", "topic", "#"]),
        (&["-L", "ws://h/t"], &["-L", "TARGET"]),
        (&["-h", "http://h"], &["-h", "ws://"]),
        (&["--unix", ""], &["--unix", "value is required"]),
    ] {
        let fault = world.try_resolve(line).expect_err(&line.join(" "));
        for word in words {
            assert!(fault.contains(word), "{line:?} does not say {word:?}: {fault}");
        }
    }
    let world = World { environment: &[("MQTT_TUI_CERT", "c")], ..World::default() };
    let fault = world.try_resolve(&["mqtts://h"]).expect_err("a key is missing");
    assert!(fault.contains("MQTT_TUI_KEY"), "{fault}");
}

#[test]
fn d14_a_user_without_a_password_is_fine_and_the_reverse_in_mqtt_5() {
    assert_eq!(target(&["h", "-u", "bob"]).user.as_deref(), Some("bob"));
    let resolved = World::default().resolve(&["mqtt://:token@h", "-V", "5"]);
    assert_eq!((resolved.profile.target.user.as_deref(), password(&resolved)), (None, Some("token")));
    assert_eq!(resolved.profile.target.transport, Transport::Tcp);
}

#[test]
fn the_proxy_of_the_environment_is_for_websockets_and_gives_way() {
    let world = World {
        settings: "proxy = \"set.lan\"\n",
        environment: &[("https_proxy", "http://u:hidden@env.lan:8080/")],
        ..World::default()
    };
    let host =
        |world: &World, line: &[&str]| world.resolve(line).profile.target.proxy.map(|proxy| proxy.host);
    assert_eq!(host(&world, &["wss://h"]).as_deref(), Some("set.lan"));
    let world = World { settings: "", ..world };
    assert_eq!(host(&world, &["wss://h"]).as_deref(), Some("env.lan"));
    assert_eq!(host(&world, &["wss://h", "--proxy", "flag.lan"]).as_deref(), Some("flag.lan"));
    for line in [&["h"][..], &["mqtts://h"], &["ws://h"], &["wss://localhost"]] {
        assert_eq!(host(&world, line), None, "{line:?}");
    }
    let world = World { environment: &[("HTTPS_PROXY", "socks://u:hidden@p")], ..world };
    let fault = world.try_resolve(&["wss://h"]).expect_err("no HTTP proxy");
    assert!(fault.contains("HTTPS_PROXY") && !fault.contains("hidden"), "{fault}");
    assert_eq!(host(&world, &["wss://h", "--proxy", "flag.lan"]).as_deref(), Some("flag.lan"));
}

#[test]
fn g12_the_session_expiry_shown_is_the_one_that_is_sent() {
    const KEPT: &str = "[[profile]]\nname = \"kept\"\nurl = \"h\"\nclient_id = \"me\"\nsession = { keep = true }\n\
        [[profile]]\nname = \"hour\"\nurl = \"h\"\nclient_id = \"me\"\nsession = { keep = true, expiry = 3600 }\n";
    let world = World { profiles: KEPT, ..World::default() };
    for (line, shown) in [
        (&["kept"][..], "never"),
        (&["kept", "-V", "311"], "never"),
        (&["hour"], "3600 s"),
        (&["h", "-c", "-i", "me"], "never"),
        (&["h", "-V", "311"], "at the end of the connection"),
        (&["h"], "at the end of the connection"),
    ] {
        let resolved = world.resolve(line);
        let found = resolved.values.iter().find(|value| value.setting == "session expiry").expect("a row");
        assert_eq!(found.value, shown, "{line:?}");
    }
}

#[test]
fn a_password_in_the_environment_goes_to_the_host_of_the_environment_only() {
    let world = World {
        profiles: HOME,
        environment: &[("MQTT_TUI_HOST", "plain"), ("MQTT_TUI_PASSWORD", "x"), ("MQTT_TUI_USER", "env")],
        ..World::default()
    };
    let exported = PasswordSource::Environment("MQTT_TUI_PASSWORD".into());
    for line in [&[][..], &["plain"], &["localhost"], &["mqtts://LOCALHOST"], &["-h", "localhost", "-p", "5"]]
    {
        let resolved = world.resolve(line);
        assert_eq!(resolved.profile.password, exported, "{line:?}");
        assert_eq!(resolved.profile.target.user.as_deref(), Some("env"), "{line:?}");
    }
    for line in [&["other"][..], &["-h", "plain"], &["/run/localhost"], &["other", "-u", "env"]] {
        let resolved = world.resolve(line);
        assert_eq!(resolved.profile.password, PasswordSource::None, "{line:?}");
        assert!(resolved.notices.concat().contains("MQTT_TUI_HOST"), "{line:?}: {:?}", resolved.notices);
    }
    let resolved = world.resolve(&["home"]);
    assert_eq!(resolved.profile.password, PasswordSource::Saved("hidden".into()));
    assert_eq!(resolved.profile.target.user.as_deref(), Some("alice"));
}

#[test]
fn c13_what_is_remembered_of_a_broker_does_not_count_at_another_port() {
    let profiles = "[[profile]]\nname = \"old\"\nurl = \"mqtt://h\"\nremembered = \"3.1.1\"\n";
    let world = World { profiles, ..World::default() };
    assert_eq!(world.resolve(&["old"]).profile.remembered, Some(Protocol::V4));
    assert_eq!(world.resolve(&["old", "-p", "1883"]).profile.remembered, Some(Protocol::V4));
    assert_eq!(world.resolve(&["old", "-p", "1884"]).profile.remembered, None);
}
