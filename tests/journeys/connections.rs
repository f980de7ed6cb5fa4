//! The connections screen: what it lists, and what is done from there.

use std::fs;
use std::time::Duration;

use mqtt_tui::app::{Done, Effect, Screen, TestEnd, TestNews};
use mqtt_tui::config::{PasswordSource, Profile, ProfileBook, Safety};
use mqtt_tui::model::{
    DoctorLine, LinkState, Protocol, QoS, SessionEvent, SessionRequest, Severity, Subscription, Target,
    TopicFilter, Verdict, Welcome,
};

use crate::language::{HERE, Journey, book};

fn profile(name: &str, group: Option<&str>) -> Profile {
    let mut profile = Profile::new(name, Target::new(format!("{name}.lan"), 1883, ""));
    profile.group = group.map(str::to_owned);
    profile
}

fn three() -> Journey {
    let mut careful = profile("plant", Some("Work"));
    careful.safety = Safety::ReadOnly;
    careful.notes = Some("ask Ann first".to_owned());
    Journey::among(vec![profile("home", None), careful, profile("lab", Some("Work"))])
}

fn connected(protocol: Protocol, welcome: Welcome) -> SessionEvent {
    SessionEvent::Link(LinkState::Connected {
        since: mqtt_tui::model::Moment::default(),
        session_present: false,
        protocol,
        welcome: Box::new(welcome),
    })
}

#[test]
fn profiles_stand_by_group_with_what_is_to_be_minded() {
    let mut journey = three();
    assert_eq!(journey.app.screen(), Screen::Connections);
    journey.sees("Work").sees("mqtt://plant.lan:1883").sees("read-only").sees("+ New connection");
    let (_, work) = journey.place_of("Work");
    assert!(journey.place_of("plant").1 > work && journey.place_of("lab").1 > work);
    journey.keys("j").sees("ask Ann first").sees("nothing is changed");
}

#[test]
fn names_that_begin_alike_can_be_told_apart() {
    let named = |kind: &str| profile(&format!("test.mosquitto.org {kind}"), None);
    let mut journey = Journey::among(["plain", "TLS", "WebSocket", "secure WebSocket"].map(named).to_vec());
    for (columns, rows) in [(120, 36), (80, 24)] {
        journey.resize(columns, rows).sees(" test.mosquitto.org WebSocket   ");
        journey.sees("test.mosquitto.org secure WebSocket  mqtt");
    }
}

#[test]
fn enter_connects_and_later_goes_to_the_tab_that_is_there() {
    let mut journey = three();
    journey.keys("<enter>");
    let [Effect::Connect(HERE, target, PasswordSource::None)] = &journey.effects()[..] else {
        panic!("one connect")
    };
    assert_eq!(target.address(), "home.lan:1883");
    let all = Subscription::new(TopicFilter::parse("#").expect("a filter"), QoS::AtMostOnce);
    assert_eq!(target.filters, [all], "a profile without filters means everything");
    assert_eq!(journey.app.screen(), Screen::Explorer);
    journey.event(connected(Protocol::V5, Welcome::default())).keys("C").sees("● home").sees("0 msg/s");
    journey.keys("<enter>");
    assert_eq!((journey.effects(), journey.app.connections().len()), (vec![], 1));
    journey.keys("Co").sees("home (2)");
    assert_eq!(journey.app.connections().len(), 2);
}

#[test]
fn x_and_escape_work_from_the_list() {
    let mut journey = three();
    journey.keys("<esc>");
    assert_eq!(journey.app.screen(), Screen::Connections, "there is nowhere else to go");
    journey.keys("<enter>").event(connected(Protocol::V5, Welcome::default())).keys("C");
    journey.effects();
    journey.keys("x");
    assert_eq!(journey.effects(), [Effect::Request(HERE, SessionRequest::Disconnect)]);
    journey.keys("jx");
    assert_eq!(journey.effects(), [], "the one that is selected is not open");
    journey.keys("<esc>");
    assert_eq!(journey.app.screen(), Screen::Explorer);
}

#[test]
fn typing_finds_a_connection_by_name_place_group_or_notes() {
    let mut journey = three();
    journey.keys("/ann").sees("plant.lan").does_not_see("home.lan").does_not_see("New connection");
    journey.keys("<esc>").sees("home.lan").keys("/work<enter>").sees("lab.lan").does_not_see("home.lan");
    journey.keys("<enter>").sees("plant.lan:1883");
    assert_eq!(journey.app.connections().len(), 1);
    let mut journey = three();
    journey.keys("/nothing like this").sees("No connection holds this.").keys("<esc><esc>").sees("home.lan");
}

#[test]
fn the_first_run_offers_the_demo_the_ready_ones_and_a_new_one() {
    let mut journey = Journey::among(Vec::new());
    journey.app.ready = vec![profile("test.mosquitto.org", None)];
    journey.keys("g").sees("To try out").sees("demo").sees("test.mosquitto.org").sees("+ New connection");
    journey.keys("<enter>");
    assert_eq!(journey.effects(), [Effect::StartDemo]);
    let target = Target::new("127.0.0.1", 40_000, "");
    journey.done(Done::DemoRuns(Ok(Box::new(target))));
    assert!(matches!(&journey.effects()[..], [Effect::Connect(HERE, target, _)] if target.port == 40_000));
    journey.keys("Co");
    assert!(matches!(&journey.effects()[..], [Effect::Connect(..)]), "it runs already");
    journey.keys("Cjj<enter>").sees("New connection").sees("name");
}

#[test]
fn a_demo_that_does_not_start_says_why() {
    let mut journey = Journey::among(Vec::new());
    journey.keys("<enter>").done(Done::DemoRuns(Err("no port is free".to_owned())));
    assert_eq!(journey.notice(), "no port is free");
    assert_eq!(journey.app.screen(), Screen::Connections);
}

#[test]
fn deleting_asks_and_then_takes_it_out_of_the_file() {
    let mut journey = three();
    journey
        .keys("D")
        .sees("Delete home?")
        .sees("mqtt://home.lan:1883")
        .keys("<enter>")
        .does_not_see("Delete home?");
    assert_eq!(journey.effects(), [], "no is chosen at first");
    journey.keys("<delete>y");
    assert_eq!(journey.effects(), [Effect::RemoveProfile("home".to_owned())]);
    let left = Box::new(book(vec![profile("lab", None)]));
    journey
        .done(Done::Profiles(left, Severity::Success, "home deleted".to_owned(), None))
        .does_not_see("home.lan");
    assert_eq!(journey.notice(), "home deleted");
}

#[test]
fn a_connection_that_is_not_saved_stands_in_the_list_while_it_is_open() {
    let mut journey = Journey::new();
    journey.keys("C").sees("Open, not saved").sees("● here").sees("no; e looks at it and saves it");
    journey.keys("D");
    assert!(journey.notice().contains("not saved"), "{}", journey.notice());
    journey.keys("<ctrl-w>").does_not_see("Open, not saved");
    assert_eq!(journey.effects(), [Effect::Close(HERE)]);
}

#[test]
fn g02_a_broken_file_stays_told_with_its_line_and_column() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("profiles.toml");
    fs::write(&path, "schema = 1\n[[profile]]\nname = home\n").expect("written");
    let mut journey = Journey::among(Vec::new());
    journey.app.book = ProfileBook::load(&path);
    journey.wait(60.0).sees("profiles.toml, line 3, column 8").sees("a copy beside it");
    journey.keys("<enter>").resize(80, 24).sees("line 3");
}

#[test]
fn what_others_write_into_the_file_is_seen_when_the_list_comes_in_front_and_by_a_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("profiles.toml");
    fs::write(&path, "[[profile]]\nname = \"home\"\nurl = \"home.lan\"\n").expect("written");
    let mut journey = Journey::among(Vec::new());
    journey.app.book = ProfileBook::load(&path);
    journey.keys("<enter>").event(connected(Protocol::V5, Welcome::default())).effects();
    journey.keys("C");
    assert_eq!(journey.effects(), [Effect::ReadProfiles(false)]);
    fs::write(&path, "[[profile]]\nname = \"cellar\"\nurl = \"cellar.lan\"\n").expect("written");
    let read = || Box::new(ProfileBook::load(&path));
    journey.done(Done::ProfilesRead(read(), false)).sees("cellar.lan").sees("Open, not saved");
    assert!(journey.notice().contains("profiles.toml was changed"), "{}", journey.notice());
    let told = journey.notices();
    journey.keys("<esc>C").done(Done::ProfilesRead(read(), false)).effects();
    assert_eq!(journey.notices(), told, "nothing is new, and nobody asked");
    journey.keys("r");
    assert_eq!(journey.effects(), [Effect::ReadProfiles(true)]);
    journey.done(Done::ProfilesRead(read(), true));
    assert!(journey.notice().contains("nothing new"), "{}", journey.notice());
}

#[test]
fn c13_the_protocol_that_was_found_is_remembered_for_a_saved_profile_only() {
    let why = || Some("MQTT 5 was refused".to_owned());
    let fell_back = || Welcome { fell_back: why(), lacks_mqtt_5: true, ..Welcome::default() };
    let mut journey = three();
    journey.keys("<enter>").effects();
    journey.event(connected(Protocol::V4, fell_back()));
    assert_eq!(journey.effects(), [Effect::RememberProtocol("home".to_owned(), Protocol::V4)]);
    // `connect home -p 1884` is another broker.
    let mut journey = three();
    let mut elsewhere = journey.app.book.find("home").expect("saved").clone();
    elsewhere.target.port += 1;
    let _ = journey.app.open(elsewhere);
    journey.event(connected(Protocol::V4, fell_back()));
    assert_eq!(journey.effects(), []);
    let mut journey = Journey::new();
    journey.event(connected(Protocol::V4, fell_back()));
    assert_eq!(journey.effects(), []);

    let mut journey = three();
    journey.keys("<enter>").effects();
    journey.event(connected(Protocol::V4, Welcome { fell_back: why(), ..Welcome::default() }));
    assert_eq!(journey.effects(), [], "a broker that kept silent may only be slow");
}

#[test]
fn a_click_selects_and_a_second_one_connects() {
    let mut journey = three();
    journey.click_on("  lab ").sees("broker        mqtt://lab.lan:1883");
    assert_eq!(journey.effects(), []);
    journey.click_on("  lab ");
    assert!(matches!(&journey.effects()[..], [Effect::Connect(_, target, _)] if target.host == "lab.lan"));
    journey.keys("C").wheel_up(5, 5);
    journey.keys("<enter>");
    assert_eq!(journey.app.connection().profile.name, "home");
}

#[test]
fn small_terminals_keep_the_selected_line_in_sight() {
    let many = (0..40).map(|number| profile(&format!("broker-{number:02}"), None)).collect();
    let mut journey = Journey::among(many);
    journey.resize(60, 12).keys("G").sees("New connection").keys("g").sees("broker-00");
    for _ in 0..25 {
        journey.keys("j");
    }
    journey.sees("broker-25");
}

fn quick_step(step: &'static str, took: Duration) -> TestNews {
    let (verdict, found) = (Verdict::Good, "granted with QoS 0".to_owned());
    TestNews::Line(DoctorLine { step, verdict, found, advice: None, took: Some(took) })
}

fn step(step: &'static str, verdict: Verdict, found: &str, advice: Option<&str>) -> TestNews {
    TestNews::Line(DoctorLine {
        step,
        verdict,
        found: found.to_owned(),
        advice: advice.map(str::to_owned),
        took: Some(Duration::from_millis(12)),
    })
}

#[test]
fn a_test_shows_each_step_as_it_is_made_and_is_called_back_by_escape() {
    let mut journey = three();
    journey.keys("T").sees("Test of home").sees("on the way");
    let [Effect::Test { id, target, .. }] = &journey.effects()[..] else { panic!("one test") };
    assert_eq!(target.address(), "home.lan:1883");
    journey
        .done(Done::Test(*id, step("DNS", Verdict::Good, "192.0.2.7", None)))
        .sees("192.0.2.7")
        .sees("12 ms");
    journey
        .done(Done::Test(*id, quick_step("SUBACK $SYS/#", Duration::from_micros(160))))
        .sees("SUBACK $SYS/#")
        .sees(" 0.2 ms");
    journey.done(Done::Test(*id, step("TCP", Verdict::Bad, "refused", Some("is a broker listening there?"))));
    journey
        .sees("refused")
        .sees("is a broker listening there?")
        .resize(80, 24)
        .sees("is a broker listening there?");
    journey
        .done(Done::Test(*id + 1, step("TLS", Verdict::Good, "of another test", None)))
        .does_not_see("another test");
    journey.keys("<esc>").does_not_see("Test of home").sees("home.lan");
    assert_eq!(journey.effects(), [Effect::EndTest]);
    journey.done(Done::Test(*id, TestNews::End(TestEnd::Unsound))).does_not_see("does not work");
}

#[test]
fn a_test_that_came_to_its_end_says_so() {
    let mut journey = three();
    journey.keys("jT");
    let [Effect::Test { id, .. }] = &journey.effects()[..] else { panic!("one test") };
    journey.done(Done::Test(*id, TestNews::End(TestEnd::Sound))).sees("Everything that is needed works.");
    journey.keys("<esc>");
    assert_eq!(journey.effects(), [], "there is nothing to call back");
    journey.keys("GT");
    assert!(journey.notice().contains("no connection is selected"), "{}", journey.notice());
}

#[test]
fn a_demo_that_comes_late_takes_nothing_from_who_went_on() {
    let mut journey = Journey::among(Vec::new());
    journey.keys("<enter>");
    assert_eq!(journey.effects(), [Effect::StartDemo]);
    journey.keys("nhalf written").sees("half written");
    journey.done(Done::DemoRuns(Ok(Box::new(Target::new("127.0.0.1", 40_000, "")))));
    assert!(matches!(&journey.effects()[..], [Effect::Connect(..)]));
    journey.sees("half written");
    assert!(journey.notice().contains("the demo runs"), "{}", journey.notice());
    assert_eq!(journey.app.connections().len(), 1);
}
