//! The form: filling in, what is refused and where, saving, leaving.

use std::path::PathBuf;

use mqtt_tui::app::{Done, Effect, FormField, Screen};
use mqtt_tui::config::{PasswordSource, Profile, Safety};
use mqtt_tui::model::{
    ConnectionId, LinkState, Protocol, ProtocolChoice, Proxy, Publication, QoS, RetainHandling, Secret,
    Severity, Subscription, Target, TlsOptions, TopicFilter, Transport, Will,
};

use crate::language::{HERE, Journey, book};

/// The form of a new connection.
fn fresh() -> Journey {
    let mut journey = Journey::among(Vec::new());
    journey.keys("n");
    journey
}

/// Goes to `field` by its key.
fn go(journey: &mut Journey, field: FormField) -> &mut Journey {
    for _ in 0..FormField::ALL.len() {
        if journey.app.form.as_ref().is_some_and(|form| form.focus == field) {
            return journey;
        }
        journey.keys("<tab>");
    }
    panic!("{field:?} is not in\n{}", journey.screen());
}

/// The profile that the last effect saves, and the name that it replaces.
#[track_caller]
fn saved(journey: &mut Journey) -> (Profile, Option<String>) {
    match journey.effects().pop() {
        Some(Effect::SaveProfile(profile, replacing, _)) => (*profile, replacing),
        other => panic!("not saved but {other:?}\n{}", journey.screen()),
    }
}

fn filter(text: &str) -> TopicFilter {
    TopicFilter::parse(text).expect("a filter")
}

/// A profile with something in every field.
fn full() -> Profile {
    let mut target = Target::new("broker.lan", 8443, "panel-7");
    target.transport = Transport::SecureWebSocket;
    target.websocket.path = "/mqtt?room=1".into();
    target.websocket.headers = vec![("Authorization".into(), Secret::new("Bearer t0ken"))];
    target.tls = TlsOptions {
        ca_file: Some("/etc/ca.pem".into()),
        cert_file: Some("/etc/me.pem".into()),
        key_file: Some("/etc/me.key".into()),
        alpn: vec!["mqtt".into(), "x-amzn-mqtt-ca".into()],
        server_name: Some("mes.example.com".into()),
        insecure: true,
        key_log: true,
    };
    let (user, password) = (Some("p".to_owned()), Some(Secret::new("pr0xy")));
    target.proxy = Some(Proxy { host: "::1".into(), port: 3128, user, password });
    target.user = Some("alice".into());
    target.keep_alive = 45;
    target.clean_session = false;
    target.session_expiry = Some(u32::MAX);
    target.protocol = ProtocolChoice::Only(Protocol::V5);
    target.max_packet = Some(65_536);
    target.sys = false;
    target.filters = vec![
        Subscription::new(filter("home/#"), QoS::AtMostOnce),
        Subscription {
            no_local: true,
            retain_as_published: true,
            retain_handling: RetainHandling::IfNew,
            id: Some(9),
            ..Subscription::new(filter("$SYS/broker/retained messages/count"), QoS::ExactlyOnce)
        },
    ];
    let publication = Publication {
        topic: "panel/7".into(),
        payload: "gone\naway".into(),
        qos: QoS::AtLeastOnce,
        retain: true,
        properties: None,
    };
    target.will = Some(Will { publication, delay: 5 });
    let mut profile = Profile::new("panel", target);
    profile.group = Some("House".into());
    profile.colour = Some("#ff8800".into());
    profile.notes = Some("first\nsecond".into());
    profile.safety = Safety::Confirm;
    profile.public = true;
    profile.excluded = vec![filter("home/noise/#")];
    profile.muted = vec![filter("home/#")];
    profile.password = PasswordSource::Saved(Secret::new("hunter2"));
    profile
}

#[test]
fn what_is_not_changed_is_saved_as_it_was() {
    let mut sources = vec![PasswordSource::None, PasswordSource::Prompt, PasswordSource::Keyring];
    sources.push(PasswordSource::Environment("SECRET".into()));
    sources.push(PasswordSource::File(PathBuf::from("/run/secret")));
    sources.push(PasswordSource::Command("pass show mqtt".into()));
    let mut profiles = vec![full(), Profile::new("plain", Target::new("::1", 1883, ""))];
    profiles.extend(sources.into_iter().map(|password| Profile { password, ..full() }));
    let socket = Target { transport: Transport::Unix, ..Target::new("/run/m.sock", 0, "") };
    profiles.push(Profile::new("socket", socket));
    let mut binary = full();
    if let Some(will) = &mut binary.target.will {
        will.publication.payload = vec![0, 159, 146, 150].into();
    }
    profiles.push(binary);
    for profile in profiles {
        let mut journey = Journey::among(vec![profile.clone()]);
        journey.keys("e<ctrl-s>");
        let name = profile.name.clone();
        assert_eq!(saved(&mut journey), (profile, Some(name)));
    }
}

#[test]
fn a_connection_is_written_saved_and_opened_by_keys_alone() {
    let mut journey = fresh();
    journey.keys("kitchen<tab><tab><right><tab>broker.lan<tab><ctrl-s>");
    let (profile, replacing) = saved(&mut journey);
    assert_eq!((profile.target.url().as_str(), replacing), ("mqtts://broker.lan:8883", None));
    journey.sees("saving");
    journey.saved(vec![profile], Severity::Success, "kitchen saved to profiles.toml");
    journey.sees("mqtts://broker.lan:8883").does_not_see("saving");
    journey.keys("<enter>");
    assert!(
        matches!(&journey.effects()[..], [Effect::Connect(HERE, target, _)] if target.host == "broker.lan")
    );
}

#[test]
fn saving_and_connecting_is_one_key() {
    let mut journey = fresh();
    journey.keys("lab<tab><tab><tab>lab.lan<alt-enter>");
    let (profile, _) = saved(&mut journey);
    journey.saved(vec![profile], Severity::Success, "lab saved");
    assert!(matches!(&journey.effects()[..], [Effect::Connect(HERE, ..)]));
    assert_eq!(journey.app.screen(), Screen::Explorer);
}

#[test]
fn what_is_wrong_is_said_under_its_field_as_it_is_typed() {
    let mut journey = fresh();
    journey
        .does_not_see("needs a name")
        .keys("<ctrl-s>")
        .sees("a profile needs a name")
        .sees("2 fields need another look");
    assert_eq!(journey.effects(), []);
    for (field, text, words) in [
        (FormField::Name, "a/b", "cannot hold '/'"),
        (FormField::Host, "a b", "holds no ' '"),
        (FormField::Host, "lan:1883", "the port has a field of its own"),
        (FormField::Port, "70000", "a number from 1 to 65535"),
        (FormField::KeepAlive, "70000", "a number from 0 to 65535 seconds"),
        (FormField::MaxPacket, "0", "a number from 16 to 268435455 bytes"),
        (FormField::WillTopic, "a/+", "'+' is a wildcard"),
        (FormField::ProxyHost, "proxy:x", "1 to 65535"),
        (FormField::Colour, "dark", "no colour"),
    ] {
        let mut journey = fresh();
        go(&mut journey, field).keys("<ctrl-u>").keys(text).sees(words);
        journey.keys("<ctrl-u>").does_not_see(words);
    }
}

#[test]
fn e03_a_wrong_filter_has_a_caret_under_its_fault() {
    let mut journey = fresh();
    go(&mut journey, FormField::Filters).keys("<end> qos=1<enter>home/kitch#n qos=2");
    let (column, row) = journey.place_of("^ line 2: '#' must be a whole level");
    let lines = journey.lines();
    let above: Vec<char> = lines[usize::from(row) - 1].chars().collect();
    assert_eq!(above[usize::from(column)], '#', "{}", journey.screen());
    journey.keys("<backspace><backspace>");
    go(&mut journey, FormField::Excluded).keys("a/+b").sees("^ line 1: '+' must be a whole level");
}

#[test]
fn e03_an_option_that_is_none_is_told_with_its_place_and_the_hint_names_them_all() {
    let mut journey = fresh();
    go(&mut journey, FormField::Filters);
    for option in ["qos=1", "no-local", "retain-as-published", "retain-handling=2", "id=7"] {
        journey.sees(option);
    }
    journey.keys("<ctrl-u>home/# qos=7");
    let (column, row) = journey.place_of("^ line 1: QoS is 0 to 2");
    assert!(journey.lines()[usize::from(row) - 1].contains("home/# qos=7"), "{}", journey.screen());
    assert_eq!(journey.place_of("qos=7").0, column);
    journey
        .keys("<ctrl-u>home/# nl=1")
        .sees("unknown option")
        .keys("<ctrl-u>a/#, b/#")
        .sees("one filter a line");
}

#[test]
fn a_field_of_lines_begins_at_its_end_and_clears_a_line_like_any_other() {
    let mut noted = full();
    noted.target.filters.truncate(1);
    let mut journey = Journey::among(vec![noted]);
    journey.keys("e");
    go(&mut journey, FormField::Notes).keys("!<enter>third").sees("second!").sees("third");
    journey
        .keys("<ctrl-u>")
        .does_not_see("third")
        .sees("second!")
        .keys("<up><ctrl-u>")
        .does_not_see("second");
    journey.sees("first").keys("<ctrl-u>").sees("first");
    go(&mut journey, FormField::Filters).keys("<ctrl-u>a/#<ctrl-s>");
    let (profile, _) = saved(&mut journey);
    assert_eq!(profile.target.filters[0].filter.as_str(), "a/#");
    assert_eq!(profile.notes.as_deref(), Some("first\n\n"));
}

#[test]
fn where_text_is_typed_the_help_is_said_to_have_a_key_that_is_no_letter() {
    let mut journey = fresh();
    let footer = |journey: &Journey| journey.lines().pop().unwrap_or_default();
    assert!(footer(&journey).contains("F1 help"), "{}", footer(&journey));
    journey.keys("<f1>").sees("Save the connection").keys("<esc><esc>");
    assert!(footer(&journey).contains("? help"), "{}", footer(&journey));
    journey.keys("/");
    assert!(footer(&journey).contains("F1 help"), "{}", footer(&journey));
}

#[test]
fn hints_and_faults_are_read_whole_where_there_are_rows_for_them() {
    let mut journey = fresh();
    journey.resize(80, 24);
    go(&mut journey, FormField::Filters).sees("one a line, none for all").sees("id=7");
    journey.keys("<ctrl-u>home/kitchen nl=1").sees("unknown option").sees("stands in quotation marks");
    let (column, _) = journey.place_of("^ line 1");
    let (below, _) = journey.place_of("stands in");
    assert!(below > 15 && below <= column + 60, "below the value: {}", journey.screen());
    journey.keys("<ctrl-u>a<down>").click_on("excluded").keys("b");
    assert_eq!(journey.app.form.as_ref().map(|form| form.focus), Some(FormField::Excluded));
    let mut journey = Journey::among(vec![full()]);
    journey.resize(60, 14).keys("e");
    go(&mut journey, FormField::KeyFile).sees("not encrypted");
}

#[test]
fn fields_that_mean_nothing_are_not_there() {
    let mut journey = fresh();
    journey.does_not_see("TLS\n").does_not_see("ALPN").does_not_see("headers");
    go(&mut journey, FormField::Transport)
        .keys("<right><right><right>")
        .sees("ALPN")
        .sees("headers")
        .sees("443");
    journey.keys("<right>").sees("path").does_not_see(" port  ").does_not_see("ALPN");
}

#[test]
fn g04_a_password_is_masked_and_never_comes_to_light_in_another_field() {
    let mut journey = Journey::among(vec![full()]);
    journey.keys("e").sees("*******").does_not_see("hunter2").does_not_see("t0ken").does_not_see("pr0xy");
    go(&mut journey, FormField::PasswordSource).keys("<right>").sees("variable").does_not_see("hunter2");
    journey.keys("<left>").does_not_see("hunter2");
    let shown = format!("{:?}", journey.app);
    assert!(!shown.contains("hunter2") && !shown.contains("t0ken"), "secrets in Debug");
}

#[test]
fn d05_insecure_is_saved_only_after_a_question() {
    let mut journey = fresh();
    journey.keys("lab<tab><tab><right><tab>lab.lan");
    go(&mut journey, FormField::Insecure).keys(" ").sees("any certificate is accepted");
    journey.keys("<ctrl-s>").sees("Accept any certificate from now on?").keys("<enter>");
    assert_eq!(journey.effects(), []);
    journey.keys("<ctrl-s>y");
    assert!(saved(&mut journey).0.target.tls.insecure);
    // What the file says already is not asked about again.
    let mut journey = Journey::among(vec![full()]);
    journey.keys("e<ctrl-s>");
    assert!(saved(&mut journey).0.target.tls.insecure);
}

#[test]
fn g04_secrets_of_the_command_line_are_saved_only_after_a_question() {
    let mut target = full().target;
    target.tls.insecure = false;
    let opened = || Journey::on(Profile::new("here", target.clone()));
    let mut journey = opened();
    journey.keys("E<ctrl-s>").sees("Write these to the file, too?");
    journey.sees("the header Authorization").sees("the password of the proxy").keys("<enter>");
    assert_eq!(journey.effects(), [], "No is chosen at first");
    journey.does_not_see("t0ken").does_not_see("pr0xy").keys("<ctrl-o>y");
    let (profile, _) = saved(&mut journey);
    assert_eq!(profile.target.websocket.headers, target.websocket.headers);
    assert_eq!(profile.target.proxy, target.proxy);
    assert!(!profile.target.tls.key_log, "D16: that was for one run");
    journey.saved(vec![profile], Severity::Success, "saved");
    assert_eq!(journey.effects(), [], "nothing has changed that is worth a new session");
    // What was taken out is not asked about, and not saved.
    let mut journey = opened();
    journey.keys("E");
    go(&mut journey, FormField::Headers).keys("<ctrl-u>");
    go(&mut journey, FormField::ProxyPassword).keys("<ctrl-u><ctrl-s>");
    let (profile, _) = saved(&mut journey);
    assert_eq!(profile.target.websocket.headers, []);
    assert_eq!(profile.target.proxy.and_then(|proxy| proxy.password), None);
    // What is in the file already, or was typed here, is not asked about.
    let mut journey = Journey::among(vec![full()]);
    journey.keys("e<ctrl-s>");
    assert_eq!(saved(&mut journey).0.target.proxy, full().target.proxy);
    let mut journey = fresh();
    journey.keys("lab<tab><tab><right><right><tab>lab.lan");
    go(&mut journey, FormField::Headers).keys("Authorization: t0ken<ctrl-s>");
    assert_eq!(saved(&mut journey).0.target.websocket.headers.len(), 1);
}

#[test]
fn escape_asks_only_when_something_would_be_lost() {
    let mut journey = fresh();
    journey
        .keys("<esc>")
        .sees("To try out")
        .keys("nx<esc>")
        .sees("Leave without saving?")
        .keys("n")
        .sees("name");
    journey.keys("<esc>y").sees("To try out").does_not_see("Leave without");
    assert!(journey.app.form.is_none());
}

#[test]
fn a13_a_paste_goes_into_the_focused_field_and_a_url_is_spread_over_its_fields() {
    let mut journey = fresh();
    journey.paste("ki\u{1b}tch\nenq");
    go(&mut journey, FormField::Host).paste("wss://bob:s3cret@broker.lan:8084/ws?x=1\n");
    go(&mut journey, FormField::Filters).keys("<end><backspace>").paste("a/#\r\nb/#");
    journey.does_not_see("s3cret").keys("<ctrl-s>");
    let (profile, _) = saved(&mut journey);
    assert_eq!(profile.name, "kitchenq");
    assert_eq!(profile.target.url(), "wss://broker.lan:8084/ws");
    assert_eq!(profile.target.websocket.path, "/ws?x=1");
    assert_eq!((profile.target.user.as_deref(), profile.password), (Some("bob"), PasswordSource::Prompt));
    assert_eq!(profile.target.password, None, "not saved without being asked for");
    let filters: Vec<_> = profile.target.filters.iter().map(|wanted| wanted.filter.as_str()).collect();
    assert_eq!(filters, ["a/#", "b/#"]);
}

#[test]
fn a_pasted_host_with_its_port_is_split_and_what_is_no_address_shows_no_password() {
    let mut journey = fresh();
    journey.keys("lab");
    go(&mut journey, FormField::Host).paste("localhost:1999").keys("<ctrl-s>");
    assert_eq!(saved(&mut journey).0.target.url(), "mqtt://localhost:1999");
    let mut journey = fresh();
    go(&mut journey, FormField::Host).paste("mqtts://bob:s3cret@h:1/home/#").does_not_see("s3cret");
    assert!(journey.notice().starts_with("not pasted: only ws://"), "{}", journey.notice());
    journey.paste("bob:s3cret@h:x").does_not_see("s3cret").paste("[::1]:1884").sees("::1").sees("1884");
    journey.keys("<ctrl-u>").paste("broker").sees("broker").paste(".lan").sees("broker.lan");
}

#[test]
fn a_url_without_a_login_leaves_none_of_the_broker_before() {
    let mut journey = Journey::among(vec![full()]);
    journey.keys("e");
    go(&mut journey, FormField::Host).paste("mqtt://other.lan").keys("<ctrl-s>");
    let (profile, _) = saved(&mut journey);
    assert_eq!((profile.target.user, profile.password), (None, PasswordSource::None));
    for (url, user) in [("mqtt://alice@other.lan", "alice"), ("other.lan:1884", "alice")] {
        let mut journey = Journey::among(vec![full()]);
        journey.keys("e");
        go(&mut journey, FormField::Host).paste(url).keys("<ctrl-s>");
        let (profile, _) = saved(&mut journey);
        assert_eq!(profile.target.user.as_deref(), Some(user));
        assert_eq!(profile.password, full().password, "of the same user");
    }
    let mut journey = Journey::among(vec![full()]);
    journey.keys("e");
    go(&mut journey, FormField::Host).paste("mqtt://bob@other.lan").keys("<ctrl-s>");
    let (profile, _) = saved(&mut journey);
    assert_eq!((profile.target.user.as_deref(), profile.password), (Some("bob"), PasswordSource::None));
}

#[test]
fn the_largest_packet_is_written_as_on_the_command_line() {
    for (typed, bytes) in [("64k", 65_536), ("1M", 1 << 20), ("256m", 268_435_455), ("1000", 1_000)] {
        let mut journey = fresh();
        journey.keys("lab<tab><tab><tab>lab.lan");
        go(&mut journey, FormField::MaxPacket).keys(typed).keys("<ctrl-s>");
        assert_eq!(saved(&mut journey).0.target.max_packet, Some(bytes));
    }
    let mut journey = fresh();
    go(&mut journey, FormField::MaxPacket).keys("64kk").sees("64k and 1M are understood");
}

#[test]
fn what_was_typed_for_a_connection_that_is_not_saved_is_in_its_form_under_a_free_name() {
    let mut journey = Journey::among(vec![Profile::new("localhost", Target::new("other.lan", 1883, ""))]);
    let target = Target { user: Some("alice".into()), ..Target::new("localhost", 1883, "") };
    journey.open(Profile::new("localhost:1883", target));
    journey.keys("Ls3cret<enter>").effects();
    journey.keys("E").sees("localhost 2").sees("alice").sees("[ask]").does_not_see("s3cret").keys("<ctrl-s>");
    let (profile, replacing) = saved(&mut journey);
    assert_eq!((profile.name.as_str(), replacing), ("localhost 2", None));
    assert_eq!((profile.password, profile.target.password), (PasswordSource::Prompt, None));
}

#[test]
fn a_save_that_fails_keeps_the_form_and_says_why() {
    let mut journey = fresh();
    journey.keys("lab<tab><tab><tab>lab.lan<ctrl-s>").effects();
    journey.saved(Vec::new(), Severity::Error, "there is a profile 'lab' already");
    journey.sees("there is a profile 'lab' already").sees("lab.lan");
    journey.keys("<ctrl-s>");
    assert_eq!(saved(&mut journey).0.name, "lab");
}

#[test]
fn a_form_that_is_being_saved_takes_no_other_change_for_its_own() {
    let before = Profile::new("lab", Target::new("lab.lan", 1883, ""));
    let mut journey = Journey::among(vec![before.clone()]);
    journey.keys("e");
    go(&mut journey, FormField::Host).keys("<ctrl-u>lab2.lan<ctrl-s>");
    let (after, _) = saved(&mut journey);
    // What the broker of some connection speaks was written down first, or could not be.
    journey.know_profiles(vec![before.clone()]).sees("lab2.lan").sees("saving");
    let failed = "not remembered: the disk is full".to_owned();
    journey.done(Done::Profiles(Box::new(book(vec![before])), Severity::Error, failed, None));
    journey.sees("lab2.lan").sees("saving");
    journey.saved(vec![after], Severity::Success, "lab saved").does_not_see("saving");
    assert!(journey.app.form.is_none());
}

#[test]
fn changing_where_an_open_connection_leads_offers_to_connect_again_with_a_tree_of_its_own() {
    let before = Profile::new("lab", Target::new("lab.lan", 1883, ""));
    let mut journey = Journey::among(vec![before.clone()]);
    journey.keys("<enter>").message("kept", "1").message("$SYS/broker/version", "mosquitto 2.0.11");
    journey.connect().keys("2").sees("2.0.11").keys("1").effects();
    journey.keys("E");
    go(&mut journey, FormField::Host).keys("<ctrl-u>lab2.lan<ctrl-s>");
    let (after, replacing) = saved(&mut journey);
    assert_eq!(replacing.as_deref(), Some("lab"));
    journey
        .saved(vec![after.clone()], Severity::Success, "lab saved")
        .sees("Connect again with the changes now?")
        .sees("Its tree and history begin anew then")
        .sees("mqtt://lab2.lan:1883.");
    journey.keys("n");
    assert_eq!(journey.effects(), []);
    journey.keys("<esc>").sees("mqtt://lab.lan:1883").sees("kept");
    // Later, by x: down, then up with what the profile says by now.
    journey.link(LinkState::Stopped { trouble: None }).keys("x");
    assert!(
        matches!(&journey.effects()[..], [Effect::Connect(HERE, target, _)] if target.host == "lab2.lan")
    );
    journey.connect().sees("mqtt://lab2.lan:1883").does_not_see("kept").does_not_see("2.0.11");
    journey.keys("2").does_not_see("2.0.11").keys("1").message("other", "2").sees("other");
}

#[test]
fn the_tree_stays_when_the_connection_leads_where_it_led() {
    let before = Profile::new("lab", Target::new("lab.lan", 1883, ""));
    let mut journey = Journey::among(vec![before]);
    journey.keys("<enter>").message("kept", "1").connect().effects();
    journey.keys("E");
    go(&mut journey, FormField::KeepAlive).keys("<ctrl-u>77<ctrl-s>");
    let (after, _) = saved(&mut journey);
    journey.saved(vec![after], Severity::Success, "lab saved");
    journey.sees("Its tree stays either way.").keys("y").connect().keys("<esc>").sees("kept");
    assert!(matches!(&journey.effects()[..], [Effect::Connect(HERE, target, _)] if target.keep_alive == 77));
}

#[test]
fn save_and_connect_elsewhere_begins_the_tree_anew_and_says_so() {
    let before = Profile::new("lab", Target::new("lab.lan", 1883, ""));
    let mut journey = Journey::among(vec![before]);
    journey.keys("<enter>").connect().message("kept/deep", "first").keys("G").sees("first");
    // Paused, too: what is held goes with the rest.
    journey.keys("<space>E").effects();
    go(&mut journey, FormField::Host).keys("<ctrl-u>lab2.lan<ctrl-o>");
    let (after, _) = saved(&mut journey);
    journey.saved(vec![after], Severity::Success, "lab saved");
    assert!(journey.notice().contains("begin anew"), "{}", journey.notice());
    journey.connect().does_not_see("kept").does_not_see("first");
    // The first message of the first topic again: nothing of the old one shows in its place.
    journey.message("kept/deep", "second").keys("G").sees("second").does_not_see("first");
    assert_eq!(journey.payload(), "second");
}

#[test]
fn changing_what_is_not_the_way_to_the_broker_counts_at_once() {
    let mut journey = Journey::among(vec![Profile::new("lab", Target::new("lab.lan", 1883, ""))]);
    journey.keys("<enter>").connect().effects();
    journey.keys("E<ctrl-u>bench");
    go(&mut journey, FormField::Safety).keys("<right><right><ctrl-s>");
    let (after, _) = saved(&mut journey);
    journey.saved(vec![after], Severity::Success, "bench saved");
    journey.does_not_see("Connect again").keys("<esc>").sees("bench");
    journey.keys("p");
    assert!(journey.notice().contains("read-only"), "{}", journey.notice());
}

#[test]
fn an_open_connection_that_is_not_saved_is_saved_from_its_tab() {
    let mut journey = Journey::among(Vec::new());
    let target = Target { filters: Profile::everything(), ..Target::new("here", 1883, "drawn-by-lot") };
    journey.open(Profile::new("here:1883", target)).connect().effects();
    journey.keys("E").sees("New connection").keys("<ctrl-s>");
    let (profile, replacing) = saved(&mut journey);
    assert_eq!((profile.name.as_str(), replacing), ("here", None));
    journey.saved(vec![profile], Severity::Success, "here saved");
    journey.sees("Saved").does_not_see("Open, not saved").does_not_see("Connect again");
    assert_eq!(journey.app.connections()[0].id, ConnectionId(0));
}

#[test]
fn a_duplicate_begins_with_everything_but_the_name() {
    let mut journey = Journey::among(vec![full()]);
    journey.keys("d<ctrl-s>").keys("y");
    let (profile, replacing) = saved(&mut journey);
    assert_eq!((profile.name.as_str(), replacing), ("panel 2", None));
    assert_eq!(profile.target, full().target);
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let mut journey = Journey::among(vec![full(), Profile::new("lab", Target::new("lab.lan", 1883, ""))]);
    journey.keys("e<ctrl-u>lab").sees("there is another connection called lab").keys("<ctrl-s>");
    assert_eq!(journey.effects(), []);
}

#[test]
fn clicks_choose_switch_and_focus() {
    let mut journey = fresh();
    journey.click_on(" TLS ").sees("[TLS]").sees("ALPN");
    let (column, row) = journey.place_of("clean session");
    journey.click(column + 15, row);
    assert!(!journey.app.form.as_ref().is_some_and(|form| form.is_on(FormField::CleanSession)));
    journey.click_on("keep alive");
    assert_eq!(journey.app.form.as_ref().map(|form| form.focus), Some(FormField::KeepAlive));
}

#[test]
fn every_field_can_be_reached_and_seen_on_a_small_terminal() {
    let mut journey = Journey::among(vec![full()]);
    journey.resize(60, 14).keys("e");
    let fields: Vec<FormField> = journey.app.form.as_ref().expect("a form").fields().collect();
    for field in fields {
        let label = journey.app.form.as_ref().expect("a form").label(field);
        assert_eq!(journey.app.form.as_ref().map(|form| form.focus), Some(field));
        let mark = format!("▌ {label}");
        assert!(journey.shows(&mark), "{mark} is not in\n{}", journey.screen());
        journey.keys("<tab>");
    }
    assert_eq!(journey.app.form.as_ref().map(|form| form.focus), Some(FormField::Name), "round and round");
}

#[test]
fn a_largest_packet_that_could_not_be_connected_with_is_refused() {
    let mut journey = fresh();
    go(&mut journey, FormField::MaxPacket).keys("15");
    journey.sees("a number from 16 to");
}

#[test]
fn a_header_or_proxy_that_the_file_would_not_give_back_is_refused() {
    let mut profile = full();
    profile.target.websocket.headers = vec![("X-Token".into(), Secret::new("h\u{e9}"))];
    let form = mqtt_tui::app::Form::new(profile, None, Vec::new());
    assert!(form.fault(FormField::Headers).is_some_and(|fault| fault.contains("ASCII")));
    let mut journey = fresh();
    go(&mut journey, FormField::ProxyHost).keys("u:p@proxy.lan");
    journey.sees("fields of their own");
}

#[test]
fn c13_what_a_broker_was_found_to_speak_is_shown_and_forgotten_when_the_protocol_is_chosen() {
    let found = || {
        let mut journey = Journey::among(vec![Profile {
            remembered: Some(Protocol::V4),
            ..Profile::new("home", Target::new("home.lan", 1883, ""))
        }]);
        go(journey.keys("e"), FormField::Protocol);
        journey
            .sees("found: MQTT 3.1.1")
            .sees("begins with what was found")
            .sees("forget that")
            .does_not_see("changed, not saved");
        journey
    };
    let mut journey = found();
    journey.keys("<right><left>").does_not_see("found:").sees("changed, not saved").keys("<ctrl-s>");
    let (profile, replacing) = saved(&mut journey);
    assert_eq!((profile.remembered, profile.target.protocol), (None, ProtocolChoice::Auto));
    assert_eq!(replacing.as_deref(), Some("home"));

    let mut journey = found();
    go(&mut journey, FormField::KeepAlive).keys("9<ctrl-s>");
    assert_eq!(saved(&mut journey).0.remembered, Some(Protocol::V4), "untouched");
}
