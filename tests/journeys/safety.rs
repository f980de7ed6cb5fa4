//! What keeps a user from harm: logins that are asked for, questions before a publish, takeovers, insecure links, read-only connections.

use mqtt_tui::app::{Done, Effect};
use mqtt_tui::config::{PasswordSource, Profile, Safety};
use mqtt_tui::model::{
    CertificateFacts, ConnectionId, LinkState, Protocol, Proxy, PublishState, Secret, SessionRequest,
    Severity, Target, TlsFacts, TlsOptions, Transport, Trouble, TroubleKind, Welcome,
};

use crate::language::{HERE, Journey};

fn target() -> Target {
    Target { user: Some("bob".into()), ..Target::new("here", 1883, "journey") }
}

fn refused(kind: TroubleKind) -> LinkState {
    let cause = match kind {
        TroubleKind::TakenOver => "another client uses the id journey",
        _ => "bad user or password",
    };
    let trouble = Trouble { cause: cause.into(), remedy: "Look again.".into(), kind, refused: None };
    LinkState::Stopped { trouble: Some(trouble) }
}

/// The only effect, which must begin a session.
#[track_caller]
fn begun(journey: &mut Journey) -> (Target, PasswordSource) {
    match &journey.effects()[..] {
        [Effect::Connect(HERE, target, source)] => ((**target).clone(), source.clone()),
        other => panic!("not one session but {other:?}"),
    }
}

#[test]
fn d12_a_password_that_is_asked_for_is_asked_before_connecting() {
    let profile = Profile { password: PasswordSource::Prompt, ..Profile::new("here", target()) };
    let mut journey = Journey::opening(profile);
    assert_eq!(journey.effects(), [], "nothing is tried without the password");
    journey.sees("Log in to here").sees("bob").keys("hunter2q?").sees("*********").does_not_see("hunter2");
    journey.keys("<enter>").does_not_see("Log in to here");
    let (target, source) = begun(&mut journey);
    assert_eq!((target.user.as_deref(), target.password), (Some("bob"), Some(Secret::new("hunter2q?"))));
    assert_eq!(source, PasswordSource::None);
    assert!(!format!("{:?}", journey.app).contains("hunter2"), "D10: not in Debug");
}

#[test]
fn d12_an_empty_password_is_allowed_and_esc_cancels() {
    let profile = Profile { password: PasswordSource::Prompt, ..Profile::new("here", target()) };
    let mut journey = Journey::opening(profile);
    journey.keys("<esc>").does_not_see("Log in to here").sees("L asks for user and password.");
    assert_eq!(journey.effects(), []);
    journey.keys("x").sees("Log in to here").keys("<enter>");
    let (target, source) = begun(&mut journey);
    assert_eq!((target.password, source), (None, PasswordSource::None));
}

/// Connected with a password that was typed, then saved again with what `change` makes of the way there.
fn changed(change: fn(&mut Target)) -> Journey {
    let before = Profile { password: PasswordSource::Prompt, ..Profile::new("here", target()) };
    let mut after = before.clone();
    change(&mut after.target);
    let mut journey = Journey::opening(before.clone());
    journey.know_profiles(vec![before]);
    journey.keys("hunter2<enter>").connect().keys("E<ctrl-s>").effects();
    journey.saved(vec![after], Severity::Success, "saved");
    journey
}

#[test]
fn d12_a_password_typed_for_one_broker_goes_to_no_other() {
    let elsewhere: [fn(&mut Target); 4] = [
        |target| target.host = "elsewhere".into(),
        |target| target.port = 1884,
        |target| target.transport = Transport::WebSocket,
        |target| {
            target.proxy = Some(Proxy { host: "proxy".into(), port: 3128, user: None, password: None });
        },
    ];
    for change in elsewhere {
        let mut journey = changed(change);
        journey.keys("y");
        let begins = |effect: &Effect| matches!(effect, Effect::Connect(..));
        assert!(!journey.effects().iter().any(begins), "it is asked for anew");
        journey.keys("<esc>").sees("Log in to here");
        let mut journey = changed(change);
        journey.keys("nT");
        let effects = journey.effects();
        let [Effect::Test { target, password: PasswordSource::Prompt, .. }] = &effects[..] else {
            panic!("not a test that asks but {effects:?}")
        };
        assert_eq!(target.password, None);
    }
}

#[test]
fn d12_what_was_typed_lasts_while_the_broker_is_the_same() {
    let mut journey = changed(|target| target.keep_alive = 77);
    journey.keys("nT");
    assert!(matches!(&journey.effects()[..], [Effect::Test { target, .. }] if target.password.is_some()));
    let mut journey = changed(|target| target.keep_alive = 77);
    journey.keys("y");
    assert_eq!(begun(&mut journey).0.password, Some(Secret::new("hunter2")));
}

#[test]
fn c12_a_refused_login_asks_for_user_and_password_and_begins_anew() {
    let mut journey = Journey::on(Profile::new("here", target()));
    journey.link(refused(TroubleKind::Login)).sees("Log in to here").sees("bad user or password");
    journey.keys("<tab><ctrl-u>alice<tab>secret<enter>");
    let (target, _) = begun(&mut journey);
    assert_eq!((target.user.as_deref(), target.password), (Some("alice"), Some(Secret::new("secret"))));
    journey.link(refused(TroubleKind::Login)).sees("alice").does_not_see("*");
    journey.sees("Refused again (2 times in a row). bad user or password");
    journey.keys("right<enter>").connect();
    journey.link(refused(TroubleKind::Login)).sees("bad user or password").does_not_see("Refused again");
}

#[test]
fn a_refused_login_does_not_take_the_keys_of_somebody_who_types() {
    let mut journey = Journey::on(Profile::new("here", target()));
    journey.keys("pa/topic").link(refused(TroubleKind::Login)).keys("/x");
    journey.sees("a/topic/x").does_not_see("Log in to here").sees("L asks for user and password");
    journey.keys("<esc>L").sees("Log in to here");
}

#[test]
fn a13_a_pasted_password_loses_its_line_end() {
    let profile = Profile { password: PasswordSource::Prompt, ..Profile::new("here", target()) };
    let mut journey = Journey::opening(profile);
    journey.paste("secret\n").keys("<enter>");
    assert_eq!(begun(&mut journey).0.password, Some(Secret::new("secret")));
}

/// A connection whose password a command is to print, and the target that it is to be put into.
fn looking() -> (Journey, Box<Target>) {
    let source = PasswordSource::Command("pass show here".into());
    let mut journey = Journey::opening(Profile { password: source, ..Profile::new("here", target()) });
    let wanted = begun(&mut journey).0;
    (journey, Box::new(wanted))
}

#[test]
fn g04_a_password_found_for_a_closed_tab_begins_nothing() {
    let (mut journey, wanted) = looking();
    let session = journey.session();
    journey.keys("<ctrl-w>");
    assert_eq!(journey.effects(), [Effect::Close(HERE)]);
    journey.done(Done::PasswordFound(session, Ok(wanted)));
    assert_eq!(journey.effects(), []);
}

#[test]
fn g04_a_password_is_not_waited_for_once_the_connection_is_to_stay_offline() {
    let (mut journey, wanted) = looking();
    let session = journey.session();
    journey.keys("X").sees("disconnected");
    assert_eq!(journey.effects(), [Effect::Close(HERE)]);
    journey.done(Done::PasswordFound(session, Ok(wanted)));
    assert_eq!(journey.effects(), []);
    // Until it is wanted again.
    journey.keys("x");
    begun(&mut journey);
}

#[test]
fn g04_of_two_searches_for_a_password_the_later_one_counts() {
    let (mut journey, wanted) = looking();
    let first = journey.session();
    journey.keys("x");
    begun(&mut journey);
    let second = journey.session();
    journey.done(Done::PasswordFound(first, Ok(wanted.clone())));
    assert_eq!(journey.effects(), [], "it may be an old password");
    journey.done(Done::PasswordFound(second, Ok(wanted)));
    assert_eq!(begun(&mut journey).1, PasswordSource::None);
}

#[test]
fn a_password_that_cannot_be_found_can_be_looked_for_again() {
    let source = PasswordSource::Environment("BROKER_PASSWORD".into());
    let mut journey = Journey::on(Profile { password: source.clone(), ..Profile::new("here", target()) });
    let session = journey.session();
    journey.done(Done::PasswordFound(session, Err("BROKER_PASSWORD is not set".into())));
    journey.sees("BROKER_PASSWORD is not set").keys("<esc>x");
    assert_eq!(begun(&mut journey).1, source);
}

#[test]
fn c11_a_takeover_offers_a_new_client_id_and_never_tries_by_itself() {
    let mut journey = Journey::on(Profile::new("here", target()));
    journey.link(refused(TroubleKind::TakenOver)).sees("I takes a new random client id").wait(600.0);
    assert_eq!(journey.effects(), []);
    journey.keys("I");
    assert_eq!(begun(&mut journey).0.client_id, "", "the session gets a random one");
    journey.done(Done::Begun(HERE, "mqtt-tui-12345678".into())).connect().keys("2").sees("mqtt-tui-12345678");
}

#[test]
fn what_was_not_settled_before_a_new_session_says_so() {
    let mut journey = Journey::on(Profile::new("here", target()));
    journey.keys("pa<tab>first<ctrl-q><ctrl-s>");
    let (first, _) = journey.published();
    journey.publish_became(first, PublishState::Sent).keys("<ctrl-s>");
    journey.link(refused(TroubleKind::TakenOver)).keys("<esc>I").keys("p");
    journey.sees("failed: a new session began").sees("may be lost: a new session began");
}

#[test]
fn a_queued_publish_is_withdrawn() {
    let mut journey = Journey::new();
    journey.keys("pa<alt-w>");
    assert_eq!(journey.effects(), []);
    journey.lose_link(2, 5).keys("<ctrl-s>");
    let (id, _) = journey.published();
    journey.keys("<alt-w>");
    assert_eq!(journey.effects(), [Effect::Request(HERE, SessionRequest::Withdraw(id))]);
}

#[test]
fn on_a_connection_that_confirms_a_publish_is_asked_about_first() {
    let mut journey = Journey::on(Profile { safety: Safety::Confirm, ..Profile::new("plant", target()) });
    journey.sees("asks first").keys("pvalve/1<tab>open<ctrl-r><ctrl-s>");
    journey.sees("Publish on plant?").sees("to valve/1").sees("QoS 0, retained, 4 B");
    assert_eq!(journey.effects(), []);
    journey.keys("<enter>").does_not_see("Publish on plant?");
    assert_eq!(journey.effects(), [], "Enter alone means no");
    journey.keys("<ctrl-s>y");
    assert_eq!(journey.published().1.topic, "valve/1");
    journey.keys("<ctrl-s>").click_on("Send  y");
    assert_eq!(journey.published().1.topic, "valve/1");
    journey.keys("<ctrl-s>").click_on("No  n").does_not_see("Publish on plant?");
    assert_eq!(journey.effects(), []);
}

#[test]
fn e07_the_send_button_asks_and_is_refused_like_the_key() {
    for key in ["<enter>", "<space>"] {
        let mut journey = Journey::on(Profile { safety: Safety::Confirm, ..Profile::new("plant", target()) });
        journey.keys("pvalve/1<tab>open<tab><tab><tab>").keys(key).sees("Publish on plant?");
        assert_eq!(journey.effects(), []);
        journey.keys("y");
        assert_eq!(journey.published().1.topic, "valve/1");
    }
    // It became read-only while the pane was open.
    let mut journey = Journey::on(Profile::new("plant", target()));
    journey.keys("pvalve/1<tab>open<tab><tab><tab>");
    journey.app.settings.read_only = true;
    journey.keys("<enter>");
    assert_eq!(journey.effects(), []);
    assert!(journey.notice().contains("read-only"), "{}", journey.notice());
}

#[test]
fn e01_what_cannot_be_sent_is_refused_without_a_question() {
    let mut journey = Journey::on(Profile { safety: Safety::Confirm, ..Profile::new("plant", target()) });
    journey.keys("pa/#<ctrl-s>").sees("not sent").does_not_see("Publish on plant?");
}

#[test]
fn e07_a_read_only_profile_refuses_to_publish_but_not_to_subscribe() {
    let mut journey = Journey::on(Profile { safety: Safety::ReadOnly, ..Profile::new("plant", target()) });
    journey.sees("read-only").keys("p").does_not_see("╭ Publish");
    assert!(journey.notice().contains("read-only"), "{}", journey.notice());
    journey.keys("saa/#<enter>");
    assert_eq!(journey.effects().len(), 1);
}

/// A connection opened with `opened`, whose profile says `before` and, after a visit to the form, `after`.
fn edited(opened: Safety, before: Safety, after: Safety) -> Journey {
    let profile = |safety| Profile { safety, ..Profile::new("plant", target()) };
    let mut journey = Journey::on(profile(opened));
    journey.know_profiles(vec![profile(before)]);
    journey.keys("E<ctrl-s>").effects();
    journey.saved(vec![profile(after)], Severity::Success, "saved").keys("<esc>");
    journey
}

#[test]
fn e07_what_the_command_line_said_of_safety_outlasts_an_edit_of_the_profile() {
    let mut journey = edited(Safety::ReadOnly, Safety::Normal, Safety::Normal);
    assert!(journey.app.is_read_only());
    assert!(journey.notice().contains("was opened read-only and stays so"), "{}", journey.notice());
    // And the next one. The first Esc was for a question.
    journey.keys("<esc>E<ctrl-s>").effects();
    let saved = Profile { safety: Safety::Confirm, ..Profile::new("plant", target()) };
    journey.saved(vec![saved], Severity::Success, "saved");
    assert!(journey.app.is_read_only());
    // Stricter it may become.
    let journey = edited(Safety::Confirm, Safety::Normal, Safety::ReadOnly);
    assert!(journey.app.is_read_only());
    // What only the profile said is the profile's to change.
    let journey = edited(Safety::ReadOnly, Safety::ReadOnly, Safety::Normal);
    assert!(!journey.app.is_read_only());
    assert_eq!(journey.notice(), "saved");
}

fn secured(insecure: bool) -> (Target, Welcome) {
    let target = Target {
        transport: Transport::Tls,
        tls: TlsOptions { insecure, ..TlsOptions::default() },
        ..Target::new("here", 8883, "journey")
    };
    let own = CertificateFacts {
        subject: "CN=here".into(),
        issuer: "CN=Our \u{1b}[31mAuthority".into(),
        names: vec!["here.lan".into(), "10.0.0.1".into()],
        not_before: 0,
        // 2026-12-24 14:00:00 UTC.
        not_after: 1_798_120_800,
    };
    let tls = TlsFacts {
        version: "TLS 1.3".into(),
        cipher: "TLS13_AES_256_GCM_SHA384".into(),
        alpn: None,
        verified: !insecure,
        chain: vec![own],
    };
    (target, Welcome { peer: "10.0.0.1:8883".into(), tls: Some(tls), ..Welcome::default() })
}

fn welcomed(journey: &mut Journey, welcome: Welcome) {
    let since = journey.now;
    journey.link(LinkState::Connected {
        since,
        session_present: false,
        protocol: Protocol::V5,
        welcome: Box::new(welcome),
    });
}

#[test]
fn what_handshake_and_connack_said_is_on_the_broker_screen() {
    let (target, mut welcome) = secured(false);
    welcome.limits.maximum_packet = Some(1_048_576);
    welcome.limits.retain_available = Some(false);
    let mut journey = Journey::on(Profile::new("here", target));
    welcomed(&mut journey, welcome);
    journey.sees("· TLS").keys("2");
    journey.sees("TLS 1.3").sees("TLS13_AES_256_GCM_SHA384").sees("verified").sees("here.lan, 10.0.0.1");
    journey.sees("2026-12-24 14:00:00, 33 days left").sees("1,048,576 B").sees("not available");
    journey.sees("10.0.0.1:8883").sees("␛[31mAuthority");
}

#[test]
fn why_the_older_protocol_is_spoken_is_said() {
    let mut journey = Journey::new();
    welcomed(
        &mut journey,
        Welcome { fell_back: Some("the broker refused MQTT 5".into()), ..Welcome::default() },
    );
    journey.keys("2").sees("the broker refused MQTT 5");
}

#[test]
fn d05_an_insecure_connection_has_a_badge_that_stays() {
    let (target, welcome) = secured(true);
    let mut journey = Journey::opening(Profile::new("here", target));
    journey.sees("INSECURE");
    welcomed(&mut journey, welcome);
    journey.sees("INSECURE").keys("2").sees("INSECURE").sees("NOT VERIFIED");
    journey.lose_link(2, 5).sees("INSECURE").resize(60, 20).sees("INSECURE");
}

#[test]
fn a_second_connection_asks_for_its_password_by_itself() {
    let mut journey = Journey::new();
    let profile = Profile { password: PasswordSource::Prompt, ..Profile::new("there", target()) };
    assert_eq!(journey.app.open(profile), []);
    journey.wait(1.0).sees("Log in to there").keys("pw<enter>");
    let effects = journey.effects();
    assert!(
        matches!(&effects[..], [Effect::Connect(ConnectionId(1), target, _)] if target.password.is_some()),
        "{effects:?}"
    );
}

#[test]
fn c21_a_first_connection_that_fails_leaves_the_explorer_with_the_way_to_edit_it() {
    let mut journey = Journey::opening(Profile::new("here", target()));
    journey.lose_link(2, 5).sees("E edits this connection.").sees("Not connected").keys("E").sees("journey");
    let mut journey = Journey::on(Profile::new("here", target()));
    journey.lose_link(2, 5).does_not_see("E edits this connection.");
}
