mod any;
mod faults;
mod processes;

pub(in crate::config) use any::every_key;

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::config::{Safety, SavedFilter};
use crate::model::{Protocol, ProtocolChoice, QoS, Subscription, Target, TopicFilter};

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
fn g05_a_profile_that_goes_leaves_what_does_not_belong_to_it() {
    let place = Place::with(BY_HAND);
    let mut book = place.load();
    book.remove("home").expect("removed");
    assert_eq!(names(&book), ["work"]);
    assert_eq!(
        place.text(),
        "# my brokers\n\n# at work\n[[profile]]\nname = \"work\"\nurl = \"ws://work.example/mqtt\"\n# the end\n"
    );
    book.remove("work").expect("removed");
    assert_eq!(place.text(), "# my brokers\n\n# the end\n");
    assert_eq!(book.remove("work"), Err("there is no profile 'work'".into()));
}

#[test]
fn g05_a_file_of_a_later_version_is_used_and_not_written() {
    let text = format!("schema = 2\nfuture = {{ x = 1 }}\n{BY_HAND}");
    let place = Place::with(&text);
    let mut book = place.load();
    assert_eq!(names(&book), ["home", "work"]);
    assert!(
        book.warnings()
            .iter()
            .any(|warning| warning.place == Some((1, 10)) && warning.reason.contains("later version"))
    );
    let kept = book.save(profile("new"), None).expect("kept");
    assert!(matches!(&kept, Kept::Memory { reason } if reason.contains("later version")), "{kept:?}");
    assert!(kept.to_string().contains("not saved"), "{kept}");
    assert_eq!(names(&book), ["home", "work", "new"]);
    assert_eq!(place.text(), text);
}

#[test]
fn a_name_stands_for_one_profile() {
    let place = Place::with(BY_HAND);
    let mut book = place.load();
    let taken = book.save(profile("work"), None).expect_err("taken");
    assert!(taken.contains("'work'"), "{taken}");
    let taken = book.save(profile("work"), Some("home")).expect_err("taken");
    assert!(taken.contains("'work'"), "{taken}");
    assert_eq!(place.text(), BY_HAND);

    let renamed = Profile { name: "cellar".into(), ..book.find("home").expect("home").clone() };
    book.save(renamed, Some("home")).expect("saved");
    assert_eq!(names(&book), ["cellar", "work"]);
    assert_eq!(place.text(), BY_HAND.replace("name = \"home\"", "name = \"cellar\""));
    assert_eq!(names(&place.load()), ["cellar", "work"]);
}

#[test]
fn g09_a_profile_that_could_not_be_read_back_is_not_saved() {
    let place = Place::empty();
    let mut book = place.load();
    let mut odd = profile("odd");
    odd.target.host = "two words".into();
    let refused = book.save(odd, None).expect_err("refused");
    assert!(refused.contains("two words"), "{refused}");
    let refused = book.save(profile("a/b"), None).expect_err("refused");
    assert!(refused.contains("'/'"), "{refused}");
    let colourful = Profile { colour: Some("plaid".into()), ..profile("odd") };
    let refused = book.save(colourful, None).expect_err("refused");
    assert!(refused.contains("colour"), "{refused}");
    assert!(!place.path.exists() && book.profiles().is_empty());
}

#[test]
fn what_a_broker_speaks_is_remembered_until_the_profile_points_elsewhere() {
    let place = Place::with(BY_HAND);
    let mut book = place.load();
    book.remember_protocol("work", Protocol::V4).expect("saved");
    let work = place.load().find("work").expect("work").clone();
    assert_eq!(work.protocol(), ProtocolChoice::Only(Protocol::V4));
    assert_eq!(place.text(), BY_HAND.replace("/mqtt\"\n", "/mqtt\"\nremembered = \"3.1.1\"\n"));
    let written = fs::metadata(&place.path).expect("file").modified().expect("time");
    book.remember_protocol("work", Protocol::V4).expect("nothing to do");
    assert_eq!(fs::metadata(&place.path).expect("file").modified().expect("time"), written);

    let mut moved = work;
    moved.target.host = "elsewhere".into();
    book.save(moved, Some("work")).expect("saved");
    assert_eq!(place.load().find("work").expect("work").remembered, None);
}

#[test]
fn d10_a_login_in_the_address_gets_keys_of_its_own() {
    let place = Place::with("[[profile]]\nname = \"x\"\nurl = \"mqtt://bob:p%40ss@h\" # here\n");
    let mut book = place.load();
    let found = book.find("x").expect("x").clone();
    assert_eq!(
        (found.target.user.as_deref(), &found.password),
        (Some("bob"), &PasswordSource::Saved("p@ss".into()))
    );
    assert!(!format!("{found:?}").contains("p@ss"));
    let mut moved = found;
    moved.target.host = "i".into();
    book.save(moved, Some("x")).expect("saved");
    let wanted = "[[profile]]\nname = \"x\"\nurl = \"mqtt://i:1883\" # here\nuser = \"bob\"\npassword = { saved = \"p@ss\" }\n";
    assert_eq!(place.text(), wanted);
}

#[test]
fn where_a_value_stands_can_be_told() {
    let place = Place::with(BY_HAND);
    let book = place.load();
    let source = book.source("home", "keep_alive").expect("set").to_string();
    assert_eq!(source, format!("profile 'home', {} line 7", place.path.display()));
    assert_eq!(book.source("work", "keep_alive"), None);
}

#[test]
fn d10_shown_profiles_hold_no_secret() {
    let mut profile = any::full();
    profile.target.websocket.path = "/mqtt?token=hidden".into();
    let shown = profile_text(&profile, true);
    assert!(!shown.contains("hidden"), "{shown}");
    assert_eq!(shown.matches("***").count(), 4, "{shown}");
    assert_eq!(profile_text(&profile, false).matches("hidden").count(), 4);
}

#[test]
fn g05_pins_and_saved_filters_change_and_the_comments_beside_them_stay() {
    const TEXT: &str = r#"[[profile]]
name = "home"
url = "mqtt://h"
pins = [
    "home/door", # the front one
    "home/lamp",
]
saved_filters = [
    # those that are cold
    { name = "cold", filter = "payload:/1\\d\\./" }, # in winter
] # mine
quiet = ["home/camera"] # too chatty
"#;
    let place = Place::with(TEXT);
    let mut book = place.load();
    assert_eq!((book.faults(), book.warnings()), (&[][..], &[][..]));
    let mut home = book.find("home").expect("home").clone();
    assert_eq!(home.saved_filters[0].text, r"payload:/1\d\./");
    home.pins = vec!["home/door".into(), "a \"b\"".into()];
    home.saved_filters.push(SavedFilter { name: "new".into(), text: "x".into() });
    home.quiet.clear();
    book.save(home.clone(), Some("home")).expect("saved");
    let wanted = TEXT
        .replace("    \"home/lamp\",\n", "    'a \"b\"',\n")
        .replace("# in winter\n", "# in winter\n    { name = \"new\", filter = \"x\" },\n")
        .replace("quiet = [\"home/camera\"] # too chatty\n", "");
    assert_eq!(place.text(), wanted);
    assert_eq!(place.load().find("home"), Some(&home));
}

#[test]
fn g02_pins_and_saved_filters_that_cannot_be_are_faults_with_their_place() {
    for (line, at, word) in [
        ("pins = [\"home/+\"]", 9, "without wildcards"),
        ("pins = [\"home/#\"]", 9, "without wildcards"),
        ("pins = [\"home/+#/battery\"]", 9, "without wildcards"),
        ("quiet = [7]", 10, "text in quotes"),
        ("saved_filters = [\"x\"]", 18, "{ name = "),
        ("saved_filters = [{ name = \"x\" }]", 18, "{ name = "),
    ] {
        let book = Place::with(format!("[[profile]]\nname = \"x\"\nurl = \"mqtt://h\"\n{line}\n")).load();
        let fault = &book.faults()[0];
        assert_eq!(fault.place, Some((4, at)), "{line}: {fault:?}");
        assert!(fault.reason.contains(word), "{line}: {}", fault.reason);
    }
}
