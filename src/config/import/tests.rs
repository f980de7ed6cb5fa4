use super::*;
use crate::model::{Protocol, ProtocolChoice, RetainHandling, Transport};

fn file(text: impl AsRef<[u8]>) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("file");
    std::fs::write(&path, text).expect("write");
    (folder, path)
}

fn imported(text: &str, with_passwords: bool) -> Imported {
    let (_folder, path) = file(text);
    import(&path, None, with_passwords).unwrap_or_else(|fault| panic!("{fault}"))
}

fn refused(text: impl AsRef<[u8]>, kind: Option<ImportKind>) -> FileFault {
    let (_folder, path) = file(text);
    import(&path, kind, true).expect_err("a fault")
}

fn filters(profile: &Profile) -> Vec<(&str, u8)> {
    profile.target.filters.iter().map(|wanted| (wanted.filter.as_str(), wanted.qos.level())).collect()
}

/// That `notes` hold one with all of `words`.
fn assert_noted(import: &Imported, words: &[&str]) {
    let found = import.notes.iter().any(|note| words.iter().all(|word| note.contains(word)));
    assert!(found, "{words:?} not in {:#?}", import.notes);
}

const EXPLORER: &str = r#"{
  "ConnectionManager_connections": {
    "b1": {
      "configVersion": 1, "certValidation": false, "clientId": "mqtt-explorer-1a2b3c4d", "id": "b1", "name": "attic",
      "encryption": true, "password": "s3cret", "username": "bob",
      "subscriptions": [{ "topic": "attic/#", "qos": 1 }, { "topic": "$SYS/#", "qos": 0 }, { "topic": "a#", "qos": 0 }],
      "type": "mqtt", "host": "attic.lan", "port": 8883, "protocol": "mqtt", "order": 2,
      "selfSignedCertificate": { "name": "attic-ca.crt", "data": "LS0tLS1CRUdJTg==" }
    },
    "b2": {
      "configVersion": 1, "certValidation": true, "clientId": "mine", "id": "b2", "name": "web: shop",
      "encryption": false, "subscriptions": ["shop/#"], "type": "mqtt", "host": "shop.lan", "port": 9001,
      "protocol": "ws", "basePath": "mqtt/ws", "order": 1
    },
    "b3": { "configVersion": 1, "name": "nowhere", "host": "", "order": 3 }
  },
  "Settings": { "topicFilter": "x" }
}"#;

#[test]
fn mqtt_explorer_connections_become_profiles() {
    let import = imported(EXPLORER, false);
    assert_eq!(import.kind, ImportKind::MqttExplorer);
    let [shop, attic] = import.profiles.as_slice() else { panic!("{:#?}", import.profiles) };
    assert_eq!((shop.name.as_str(), shop.target.url().as_str()), ("web- shop", "ws://shop.lan:9001/mqtt/ws"));
    assert_eq!((filters(shop), shop.target.sys), (vec![("shop/#", 0)], false));
    assert_eq!(shop.target.client_id, "mine");
    assert_eq!((attic.name.as_str(), attic.target.url().as_str()), ("attic", "mqtts://attic.lan:8883"));
    assert_eq!((filters(attic), attic.target.sys), (vec![("attic/#", 1)], true));
    assert_eq!((attic.target.user.as_deref(), attic.target.client_id.as_str()), (Some("bob"), ""));
    assert_eq!(attic.password, PasswordSource::Prompt);
    assert!(!attic.target.tls.insecure, "d05: not taken over unasked");
    assert_noted(&import, &["attic", "password", "--with-passwords"]);
    assert_noted(&import, &["attic", "did not verify", "insecure = true"]);
    assert_noted(&import, &["attic", "attic-ca.crt", "'ca'"]);
    assert_noted(&import, &["attic", "'a#'", "left out"]);
    assert_noted(&import, &["web: shop", "'web- shop'"]);
    assert_noted(&import, &["nowhere", "no host"]);
    assert!(!import.notes.concat().contains("s3cret"));

    let import = imported(EXPLORER, true);
    assert_eq!(import.profiles[1].password, PasswordSource::Saved("s3cret".into()));
}

const MQTTX: &str = r#"[
  {
    "id": "c-1", "isCollection": true, "name": "Plant", "children": [
      {
        "clientId": "line-4", "name": "line", "clean": false, "protocol": "wss", "host": "plant.example", "port": 8084,
        "keepalive": 45, "connectTimeout": 10, "reconnect": true, "username": "eve", "password": "s3cret",
        "path": "/mqtt", "ssl": true, "certType": "self", "rejectUnauthorized": true, "ca": "/c/ca.pem", "cert": "/c/c.pem",
        "key": "/c/c.key", "mqttVersion": "5.0",
        "properties": { "sessionExpiryInterval": 600, "maximumPacketSize": 1024, "userProperties": { "a": "b" } },
        "subscriptions": [
          { "topic": "line/#", "qos": 2, "nl": true, "rap": true, "rh": 2, "subscriptionIdentifier": 9 },
          { "topic": "$SYS/#", "qos": 0 },
          { "topic": "off/#", "qos": 0, "disabled": true }
        ],
        "messages": [{ "topic": "line/1", "payload": "x" }],
        "will": {
          "lastWillTopic": "line/gone", "lastWillPayload": "bye", "lastWillQos": 1, "lastWillRetain": true,
          "properties": { "willDelayInterval": 7, "contentType": "text/plain" }
        }
      }
    ]
  },
  { "clientId": "mqttx_0a1b2c3d", "name": "line", "clean": true, "protocol": "mqtt", "host": "plant.example", "port": 1883,
    "keepalive": 60, "username": "", "password": "", "path": "", "ssl": false, "certType": "self", "ca": "/left/over",
    "mqttVersion": "3.1.1", "subscriptions": [], "messages": [],
    "will": { "lastWillTopic": "", "lastWillPayload": "" } }
]"#;

#[test]
fn mqttx_connections_become_profiles_with_their_options() {
    let import = imported(MQTTX, false);
    assert_eq!(import.kind, ImportKind::Mqttx);
    let [line, plain] = import.profiles.as_slice() else { panic!("{:#?}", import.profiles) };
    assert_eq!((line.name.as_str(), line.group.as_deref()), ("line", Some("Plant")));
    assert_eq!(line.target.url(), "wss://plant.example:8084/mqtt");
    assert_eq!((line.target.keep_alive, line.target.clean_session), (45, false));
    assert_eq!((line.target.session_expiry, line.target.max_packet), (Some(600), Some(1024)));
    assert_eq!(line.target.tls.key_file.as_deref(), Some(Path::new("/c/c.key")));
    let [wanted] = line.target.filters.as_slice() else { panic!("{:?}", line.target.filters) };
    assert!(wanted.no_local && wanted.retain_as_published && wanted.qos == QoS::ExactlyOnce);
    assert_eq!((wanted.retain_handling, wanted.id), (RetainHandling::Never, Some(9)));
    assert!(line.target.sys);
    let will = line.target.will.as_ref().expect("a will");
    assert_eq!(
        (will.publication.topic.as_str(), &will.publication.payload[..], will.delay),
        ("line/gone", &b"bye"[..], 7)
    );
    let properties = will.publication.properties.as_ref().expect("properties");
    assert_eq!(properties.content_type.as_deref(), Some("text/plain"));
    assert_eq!(line.password, PasswordSource::Prompt);
    for words in [["userProperties", ""], ["off/#", "disabled"], ["messages", "not taken"]] {
        let words = [words[0].replace("userProperties", "user properties"), words[1].to_owned()];
        assert_noted(&import, &["line", &words[0], &words[1]]);
    }
    assert_eq!((plain.name.as_str(), plain.target.transport), ("line 2", Transport::Tcp));
    assert_eq!(plain.target.protocol, ProtocolChoice::Only(Protocol::V4));
    assert_eq!((plain.target.client_id.as_str(), plain.target.user.as_deref()), ("", None));
    assert_eq!((&plain.target.will, &plain.target.tls.ca_file), (&None, &None));
    assert_eq!(plain.password, PasswordSource::None);
    assert_eq!(filters(plain), [("#", 0)]);

    let one = imported(r#"{ "name": "one", "host": "h", "port": 1, "mqttVersion": "5.0" }"#, false);
    assert_eq!(one.profiles[0].target.url(), "mqtt://h:1");
}

const SPY: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ns2:MqttSpyConfiguration xmlns:ns2="http://baczkowicz.pl/mqtt-spy-configuration">
  <ConnectionGroups><ID>default</ID><Name>All connections</Name></ConnectionGroups>
  <ConnectionGroups><ID>g1</ID><Name>Lab</Name><Connections><Reference>con1</Reference></Connections></ConnectionGroups>
  <ns2:Connectivity>
    <ConnectionV2>
      <ID>con1</ID>
      <Name>bench &amp; co</Name>
      <Protocol>MQTT 3.1.1</Protocol>
      <ServerURI>bench.lan:8884</ServerURI>
      <ServerURI>spare.lan</ServerURI>
      <ClientID>spy</ClientID>
      <UserCredentials><Username>bob</Username><Password>czNjcmV0</Password></UserCredentials>
      <LastWillAndTestament topic="spy/gone" qos="1" retained="true">Z29uZQ==</LastWillAndTestament>
      <CleanSession>false</CleanSession>
      <KeepAliveInterval>15</KeepAliveInterval>
      <SSL><Mode>SERVER_AND_CLIENT</Mode><CertificateAuthorityFile>/c/ca.pem</CertificateAuthorityFile>
        <ClientCertificateFile>/c/c.pem</ClientCertificateFile><ClientKeyFile>/c/c.key</ClientKeyFile>
        <ClientKeyPassword>x</ClientKeyPassword></SSL>
      <Subscription createTab="true" topic="bench/&lt;1&gt;/#" qos="2"/>
      <SearchScripts>dir</SearchScripts>
    </ConnectionV2>
    <ConnectionV2>
      <ID>con2</ID><Name>web</Name><ServerURI>ws://web.lan:8080/ws</ServerURI><ClientID/>
      <SSL><Mode>SERVER_KEYSTORE</Mode></SSL>
    </ConnectionV2>
  </ns2:Connectivity>
</ns2:MqttSpyConfiguration>
"#;

#[test]
fn mqtt_spy_connections_become_profiles() {
    let import = imported(SPY, true);
    assert_eq!(import.kind, ImportKind::MqttSpy);
    let [bench, web] = import.profiles.as_slice() else { panic!("{:#?}", import.profiles) };
    assert_eq!((bench.name.as_str(), bench.group.as_deref()), ("bench & co", Some("Lab")));
    assert_eq!(bench.target.url(), "mqtts://bench.lan:8884");
    assert_eq!(bench.target.protocol, ProtocolChoice::Only(Protocol::V4));
    assert_eq!(
        (bench.target.user.as_deref(), &bench.password),
        (Some("bob"), &PasswordSource::Saved("s3cret".into()))
    );
    assert_eq!((bench.target.keep_alive, bench.target.clean_session, bench.target.sys), (15, false, false));
    assert_eq!(bench.target.tls.ca_file.as_deref(), Some(Path::new("/c/ca.pem")));
    assert_eq!(filters(bench), [("bench/<1>/#", 2)]);
    let will = bench.target.will.as_ref().expect("a will");
    assert_eq!((&will.publication.payload[..], will.publication.retain), (&b"gone"[..], true));
    for words in [["addresses", "first"], ["key has a password", "openssl"], ["scripts", "not taken"]] {
        assert_noted(&import, &["bench & co", words[0], words[1]]);
    }
    assert_eq!((web.target.url().as_str(), web.group.as_deref()), ("wss://web.lan:8080/ws", None));
    assert_noted(&import, &["web", "keystores", "PEM"]);
    assert_eq!(imported(SPY, false).profiles[0].password, PasswordSource::Prompt);
}

const MOSQUITTO: &str = "# my broker\n-h broker.lan\n-u bob smith\n-P s3 cret\n-t home/#\n-t $SYS/#\n-T home/camera/#\n-q 1\n\n\
--cafile ca.pem\n--insecure\n-i me\n-c\n-x -1\n-V mqttv5\n-k 20\n-R\n--will-topic gone\n--will-payload good bye\n-v\n-C 3\n--psk abcd\n";

#[test]
fn a_mosquitto_options_file_becomes_one_profile() {
    let (folder, path) = file(MOSQUITTO);
    let import = import(&path, None, true).expect("read");
    assert_eq!(import.kind, ImportKind::Mosquitto);
    let [profile] = import.profiles.as_slice() else { panic!("{:#?}", import.profiles) };
    let target = &profile.target;
    assert_eq!((profile.name.as_str(), target.url().as_str()), ("broker.lan", "mqtts://broker.lan:8883"));
    assert_eq!(
        (target.user.as_deref(), &profile.password),
        (Some("bob smith"), &PasswordSource::Saved("s3 cret".into()))
    );
    assert_eq!((filters(profile), target.sys), (vec![("home/#", 1)], true));
    assert_eq!(target.filters[0].retain_handling, RetainHandling::Never);
    assert_eq!(profile.excluded[0].as_str(), "home/camera/#");
    assert_eq!(target.tls.ca_file, Some(folder.path().join("ca.pem")));
    assert!(!target.tls.insecure, "d05: not taken over unasked");
    assert_eq!((target.session_expiry, target.clean_session, target.keep_alive), (Some(u32::MAX), false, 20));
    assert_eq!(target.protocol, ProtocolChoice::Only(Protocol::V5));
    assert_eq!(&target.will.as_ref().expect("a will").publication.payload[..], b"good bye");
    assert_noted(&import, &["broker.lan", "-v -C", "nothing of a connection"]);
    assert_noted(&import, &["broker.lan", "--psk", "cannot be set"]);
    assert_noted(&import, &["broker.lan", "did not verify"]);

    let url = imported("-L mqtt://u:p%40@h:1884/a/b\n", true);
    assert_eq!(url.profiles[0].target.url(), "mqtt://h:1884");
    assert_eq!(url.profiles[0].password, PasswordSource::Saved("p@".into()));
    let socket = imported("--unix /run/m.sock\n", true);
    assert_eq!(socket.profiles[0].target.url(), "unix:///run/m.sock");
}

#[test]
fn g02_a_bad_file_is_refused_with_its_place() {
    use ImportKind::{Mosquitto, MqttExplorer, MqttSpy, Mqttx};
    for (text, kind, place, words) in [
        (&b""[..], None, (1, 1), "empty"),
        (b"hello", None, (1, 1), "--kind"),
        (b"{ \"mqttVersion\": \"5.0\",\n  \"password\": \"s3cret\" x }", None, (2, 24), "not JSON"),
        (b"{\"ConnectionManager_connections\": {", Some(MqttExplorer), (1, 35), "not JSON"),
        (b"[\n\xff]", Some(Mqttx), (2, 1), "UTF-8"),
        (b"<a>\n<b></c>", Some(MqttSpy), (2, 4), "not XML"),
        (b"<MqttSpyConfiguration>\n<Connectivity>", Some(MqttSpy), (2, 15), "in the middle"),
        (b"<svg></svg>", None, (1, 1), "mqtt-spy"),
        (b"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", Some(MqttSpy), (1, 34), "entity"),
        (b"-h x\n-p 70000", None, (2, 1), "1 to 65535"),
        (b"-h x\n-P\n", None, (2, 1), "needs a value"),
        (b"-h x\nhost", Some(Mosquitto), (2, 1), "begins with an option"),
        (b"-V 31", None, (1, 1), "5 or 311"),
    ] {
        let fault = refused(text, kind);
        assert_eq!(fault.place, Some(place), "{fault}");
        assert!(fault.reason.contains(words), "{fault}");
        assert!(!fault.reason.contains("s3cret"), "{fault}");
    }
    let deep = "<a>".repeat(100_000);
    assert!(refused(deep, Some(MqttSpy)).reason.contains("too deep"));
    let deep = "[".repeat(100_000);
    assert!(refused(deep, Some(Mqttx)).reason.contains("not JSON"));
    let missing = import(Path::new("/nowhere/at/all"), None, false).expect_err("missing");
    assert!(missing.reason.contains("no such file"), "{missing}");
}
