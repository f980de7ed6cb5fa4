use std::fs;
use std::path::PathBuf;

use super::*;
use crate::config::Safety;
use crate::model::{Protocol, QoS, Subscription, Target, TopicFilter};

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("profiles.toml");
        Self { _folder: folder, path }
    }

    fn with(text: impl AsRef<[u8]>) -> Self {
        let place = Self::empty();
        fs::write(&place.path, text).expect("write");
        place
    }

    fn load(&self) -> ProfileBook {
        ProfileBook::load(&self.path)
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.path).expect("read")
    }

    fn copy(&self) -> PathBuf {
        self.path.with_file_name("profiles.copy.toml")
    }
}

fn profile(name: &str) -> Profile {
    Profile::new(name, Target::new("broker.lan", 1883, ""))
}

fn names(book: &ProfileBook) -> Vec<&str> {
    book.profiles().iter().map(|profile| profile.name.as_str()).collect()
}

const BY_HAND: &str = r#"# my brokers

# the one in the cellar
[[profile]]
url  = "mqtts://broker.lan"   # renewed in May
name = "home"
keep_alive = 30               # as it would be anyway
filters = [
    "home/#",                 # all of it
    { filter = "zigbee2mqtt/#", qos = 1 }, # lights
]
wishes = "kept"
password = { command = "pass show mqtt/home" }

[profile.tls]
ca = "ca.pem"  # ours
shape = "round"

# at work
[[profile]]
name = "work"
url = "ws://work.example/mqtt"
# the end
"#;

#[test]
fn g05_comments_order_and_unknown_keys_survive_a_save() {
    let place = Place::with(BY_HAND);
    let mut book = place.load();
    assert_eq!(book.faults(), []);
    let warned: Vec<_> =
        book.warnings().iter().map(|warning| (warning.place, warning.reason.as_str())).collect();
    assert_eq!((warned[0].0, warned[1].0), (Some((12, 1)), Some((17, 1))));
    assert!(warned[0].1.contains("'wishes'") && warned[1].1.contains("'shape'"), "{warned:?}");

    let mut home = book.find("home").expect("home").clone();
    assert_eq!(home.target.port, 8883);
    assert_eq!(home.target.tls.ca_file, Some(place.path.with_file_name("ca.pem")));
    home.safety = Safety::Confirm;
    home.target
        .filters
        .push(Subscription::new(TopicFilter::parse("new/#").expect("filter"), QoS::AtMostOnce));
    home.target.tls.server_name = Some("broker".into());
    let kept = book.save(home.clone(), Some("home")).expect("saved");
    assert_eq!(kept, Kept::File(place.path.clone()));
    assert_eq!(book.find("home"), Some(&home));
    let wanted = BY_HAND
        .replace(
            "{ filter = \"zigbee2mqtt/#\", qos = 1 }, # lights\n",
            "{ filter = \"zigbee2mqtt/#\", qos = 1 }, # lights\n    \"new/#\",\n",
        )
        .replace("mqtt/home\" }\n", "mqtt/home\" }\nsafety = \"confirm\"\n")
        .replace("shape = \"round\"\n", "shape = \"round\"\nserver_name = \"broker\"\n");
    assert_eq!(place.text(), wanted);
}

#[test]
fn remember_is_cheap() {
    let place = Place::with(BY_HAND);
    let mut book = place.load();
    book.remember_protocol("work", Protocol::V4).expect("saved");
    assert_eq!(place.load().find("work").expect("work").remembered, Some(Protocol::V4));
    assert_eq!(place.text(), BY_HAND.replace("/mqtt\"\n", "/mqtt\"\nremembered = \"3.1.1\"\n"));
}
