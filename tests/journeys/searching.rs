//! Searching everything: by text, expression and condition, while messages come and go.

use std::io::Write;

use mqtt_tui::app::{Context, Scope, Stage};
use mqtt_tui::config::Profile;
use mqtt_tui::model::{DecoderRule, Decoding, Target, TopicFilter};

use crate::language::Journey;

/// A house on a day with an alarm.
fn house() -> Journey {
    let mut journey = Journey::new();
    for (topic, payload) in [
        ("house/kitchen/climate", r#"{"temperature": 20.1, "humidity": 47}"#),
        ("house/kitchen/light", "on"),
        ("house/Hall/door", "open"),
        ("$SYS/broker/uptime", "120 seconds"),
        ("house/kitchen/climate", r#"{"temperature": 20.4, "humidity": 47}"#),
        ("house/kitchen/smoke", r#"{"state": "Alarm", "battery": 97}"#),
        ("house/kitchen/light", "off"),
        ("house/kitchen/smoke", r#"{"state": "quiet", "battery": 97}"#),
    ] {
        journey.message(topic, payload).wait(1.0);
    }
    journey
}

/// Rows of the list: topic and payload of each message that was found.
fn found(journey: &Journey) -> Vec<String> {
    let connection = journey.app.connection();
    let row = |hit: &mqtt_tui::app::Hit| {
        let message = connection.store.message(hit.topic, hit.seq);
        let payload = message.map_or("evicted".into(), |message| String::from_utf8_lossy(message.payload));
        format!("{} {payload}", connection.store.path(hit.topic))
    };
    connection.search.hits_from(0).map(row).collect()
}

fn found_in(journey: &Journey) -> u64 {
    journey.app.connection().search.report().map_or(0, |report| report.found)
}

#[test]
fn what_is_typed_is_found_in_topics_and_payloads_with_each_key() {
    let mut journey = house();
    journey.keys("F").sees("Search").sees("text as it stands");
    journey.keys("alarm").sees("1 found in 7 messages");
    assert_eq!(found(&journey), [r#"house/kitchen/smoke {"state": "Alarm", "battery": 97}"#]);
    journey.sees("14:00:15.000").sees("house/kitchen/smoke").sees(r#"{"state": "Alarm""#);
    journey.keys("<backspace><backspace><backspace><backspace><backspace>hall");
    assert_eq!(found(&journey), ["house/Hall/door open"], "by its topic");
    for _ in 0..4 {
        journey.keys("<backspace>");
    }
    journey.keys("ALARM").sees("0 found");
    assert_eq!(found(&journey), Vec::<String>::new(), "capitals count when there is one");
}

#[test]
fn the_message_pane_says_older_only_of_an_older_message() {
    let mut journey = house();
    journey.keys("Fkitchen/climate<enter>").does_not_see("older message").does_not_see("Esc for the latest");
    journey.keys("<down>").sees("older message, 1 newer").does_not_see("Esc for the latest");
    journey.keys("<enter>").sees("older message, 1 newer: Esc for the latest");
}

#[test]
fn opened_again_the_list_shows_the_message_it_marks_and_enter_goes_to_that_one() {
    let mut journey = house();
    journey.keys("Fsmoke<enter><enter><backtab>+G");
    assert_eq!(journey.selected(), "$SYS/broker/uptime");
    journey.keys("F").sees("2 found").keys("<enter>");
    assert_eq!(
        (journey.app.context(), journey.selected().as_str()),
        (Context::Search, "house/kitchen/smoke")
    );
    journey.keys("<enter>");
    assert_eq!(
        (journey.app.context(), journey.selected().as_str()),
        (Context::Message, "house/kitchen/smoke")
    );
}

#[test]
fn opened_again_the_entry_has_the_keys_and_the_last_text_gives_way_to_what_is_typed() {
    let mut journey = house();
    let sought = |journey: &Journey| journey.app.connection().search.input.value().to_owned();
    journey.keys("Fsmoke<enter><down>");
    let marked = journey.payload();
    journey.keys("<esc>F");
    assert_eq!((journey.app.context(), sought(&journey).as_str()), (Context::SearchEntry, "smoke"));
    // Unchanged, Enter goes to the row that was marked, and so does Down.
    journey.keys("<enter>");
    assert_eq!((journey.app.context(), journey.payload()), (Context::Search, marked.clone()));
    journey.keys("<esc>F<down>");
    assert_eq!((journey.app.context(), journey.payload()), (Context::Search, marked));
    // Letters are text, whatever commands they are elsewhere.
    journey.keys("Fselect");
    assert_eq!((journey.app.context(), sought(&journey).as_str()), (Context::SearchEntry, "select"));
    journey.keys("<esc>F<left>x");
    assert_eq!(sought(&journey), "selecxt");
    journey.keys("<esc>F<backspace>");
    assert_eq!(sought(&journey), "selecx");
    journey.keys("<esc>F").paste("alarm").sees("1 found");
    assert_eq!(sought(&journey), "alarm");
    journey.keys("<esc>Falarm<enter><tab>Fopen<enter>");
    assert_eq!(journey.selected(), "house/Hall/door");
}

#[test]
fn entered_before_anything_was_found_the_first_row_is_selected_once_there_is_one() {
    let mut journey = house();
    journey.slowly().keys("F<ctrl-t><ctrl-t>").keys(".battery > 90<enter>").works(100);
    assert_eq!((journey.app.context(), found_in(&journey)), (Context::Search, 0));
    journey.finish_jobs();
    journey.sees("2 found");
    assert_eq!(journey.selected(), "house/kitchen/smoke");
    assert!(journey.payload().contains("quiet"), "{}", journey.payload());
}

#[test]
fn a_prefix_narrows_to_topics_or_to_payloads() {
    let mut journey = house();
    journey.keys("Ftopic:climate 20.4");
    assert_eq!(found(&journey).len(), 1);
    journey.keys("<esc>F").paste("x");
    journey.keys("<esc>");
    let mut journey = house();
    journey.keys("Fpayload:kitchen");
    assert_eq!(found_in(&journey), 0);
}

#[test]
fn the_message_of_the_selected_row_is_shown_beside_the_list() {
    let mut journey = house();
    journey.keys("Fkitchen/climate<enter>");
    assert_eq!(journey.app.context(), Context::Search);
    assert!(journey.payload().contains("20.4"));
    assert_eq!(journey.selected(), "house/kitchen/climate");
    journey.keys("<down>");
    assert!(journey.payload().contains("20.1"), "{}", journey.payload());
    journey.keys("<down><down>");
    assert!(journey.payload().contains("20.1"), "the end is the end");
    journey.keys("g");
    assert!(journey.payload().contains("20.4"));
}

#[test]
fn enter_goes_there_and_esc_goes_back_to_where_one_was() {
    let mut journey = house();
    journey.keys("g/door<enter>").keys("<esc>");
    journey.click_on("door");
    assert_eq!(journey.selected(), "house/Hall/door");
    journey.keys("F").keys("20.1<enter>");
    assert_eq!(journey.selected(), "house/kitchen/climate");
    journey.keys("<esc>");
    assert_eq!((journey.selected().as_str(), journey.payload().as_str()), ("house/Hall/door", "open"));
    assert!(journey.selected_row().is_some());
    journey.keys("F").sees("1 found").keys("<down><enter>");
    assert_eq!(journey.app.context(), Context::Message);
    assert!(journey.payload().contains("20.1"), "the message, not the latest of its topic");
    assert_eq!(journey.selected(), "house/kitchen/climate");
    assert!(journey.selected_row().is_some(), "{:?}", journey.tree());
}

#[test]
fn a_filter_that_hides_what_was_found_gives_way() {
    let mut journey = house();
    journey.keys("/light<enter>F").keys("quiet<enter><enter>");
    assert_eq!(journey.selected(), "house/kitchen/smoke");
    assert!(journey.notice().contains("filter"), "{}", journey.notice());
    assert!(journey.selected_row().is_some(), "{:?}", journey.tree());
}

#[test]
fn an_expression_with_a_fault_is_told_where_and_what_was_found_stays() {
    let mut journey = house();
    journey.keys("F<ctrl-t>").keys(r"temp\w+.: 20\.[1-3]");
    assert_eq!(found(&journey).len(), 1, "{}", journey.screen());
    journey.keys("(").sees("unclosed group at column");
    assert_eq!(found(&journey).len(), 1);
    journey.keys("<backspace>").does_not_see("unclosed");
    assert_eq!(found(&journey).len(), 1);
}

#[test]
fn e15_a_catastrophic_expression_ends_like_any_other() {
    let mut journey = house();
    journey.message("house/text", &"a".repeat(200_000));
    journey.keys("F<ctrl-t>").keys("(a+)+$").sees("1 found");
    journey.keys("b").sees("0 found");
}

#[test]
fn the_place_is_chosen_everywhere_sys_below_the_selection_or_the_browse_set() {
    let mut journey = house();
    journey.click_on("kitchen").keys("F").keys("o");
    journey.sees("everywhere but in $SYS");
    let everywhere = found_in(&journey);
    journey.keys("<ctrl-o>").sees("$SYS included");
    assert_eq!(found_in(&journey), everywhere + 1);
    journey.keys("<ctrl-o>").sees("in house/kitchen");
    assert_eq!(journey.app.connection().search.scope, Scope::Below(journey.node("house/kitchen")));
    assert!(found(&journey).iter().all(|row| row.starts_with("house/kitchen/")), "{:?}", found(&journey));
    journey.keys("<ctrl-o>").sees("everywhere but in $SYS");
    assert_eq!(found_in(&journey), everywhere);
    journey.keys("<esc>").click_on("door").keys("b").keys("F").keys("<ctrl-o><ctrl-o><ctrl-o>");
    journey.sees("in the browse set");
    assert_eq!(found(&journey), ["house/Hall/door open"]);
    // The set changes: so does what is found in it.
    journey.keys("b");
    assert_eq!(found(&journey), Vec::<String>::new());
}

#[test]
fn below_sys_sys_is_searched() {
    let mut journey = house();
    journey.click_on("$SYS").keys("F").keys("seconds").sees("0 found").keys("<ctrl-o><ctrl-o>");
    assert_eq!(found(&journey), ["$SYS/broker/uptime 120 seconds"]);
}

#[test]
fn new_messages_that_match_come_in_on_top_and_the_selection_stays_on_its_message() {
    let mut journey = house();
    journey.keys("Falarm<enter>");
    assert!(journey.payload().contains("Alarm"));
    journey.message("house/attic/smoke", "alarm too").message("house/attic/light", "on");
    assert_eq!(found(&journey).len(), 2);
    assert_eq!(found(&journey)[0], "house/attic/smoke alarm too");
    assert!(journey.payload().contains(r#""Alarm""#), "{}", journey.payload());
    assert_eq!(journey.selected(), "house/kitchen/smoke");
    journey.sees("2 found").keys("<up>");
    assert_eq!(journey.payload(), "alarm too");
}

#[test]
fn what_came_while_the_list_was_closed_is_found_when_it_opens_again() {
    let mut journey = house();
    journey.keys("Falarm<enter><esc>").message("house/attic/smoke", "alarm too");
    journey.keys("F").sees("2 found");
}

#[test]
fn a_paused_view_finds_nothing_newer_until_it_goes_on() {
    let mut journey = house();
    journey.keys("Falarm<enter><space>").message("house/attic/smoke", "alarm too");
    journey.sees("1 found").does_not_see("alarm too").keys("<space>").sees("2 found").sees("alarm too");
}

#[test]
fn more_is_counted_than_is_listed_and_it_is_said() {
    let mut journey = Journey::new();
    for _ in 0..12 {
        journey.messages((0..1_000).map(|_| ("a/b", &b"x"[..])));
    }
    journey.keys("Fx").sees("12,000 found").sees("the newest 10,000 are listed");
    assert_eq!(journey.app.connection().search.rows(), 10_000);
    // Before the ten thousand that are listed there are others: at that moment those are.
    journey.keys("<enter>G");
    assert_eq!(
        journey.app.connection().search.view.top,
        10_000 - journey.app.connection().search.view.height
    );
}

#[test]
fn a_search_is_stopped_and_says_how_far_it_came() {
    let mut journey = Journey::new();
    let payload = [b'x'; 4_000];
    for _ in 0..3 {
        journey.messages((0..1_000).map(|_| ("a/b", &payload[..])));
    }
    journey.slowly().keys("F").keys("x").works(1);
    let report = |journey: &Journey| journey.app.connection().search.report().expect("a search");
    assert_eq!(report(&journey).stage, Stage::Running);
    let before = report(&journey).found;
    assert!(before > 0 && before < 3_000, "{before}");
    journey.sees("searching").sees("Ctrl-K stops").keys("<ctrl-k>").works(100).sees("stopped at");
    assert_eq!((report(&journey).stage, report(&journey).found), (Stage::Stopped, before));
    journey.message("a/b", "x").keys("<enter>");
    assert_eq!(report(&journey).stage, Stage::Running, "Enter searches again");
    journey.works(100).sees("3,001 found");
}

#[test]
fn messages_that_come_while_it_runs_are_found_once() {
    let mut journey = Journey::new();
    let payload = [b'x'; 4_000];
    for _ in 0..3 {
        journey.messages((0..1_000).map(|_| ("a/b", &payload[..])));
    }
    journey.slowly().keys("Fx");
    for _ in 0..20 {
        journey.message("a/b", "x").works(1);
    }
    journey.works(100).sees("3,020 found");
}

#[test]
fn a_message_that_gave_way_is_said_to_have() {
    let mut journey = Journey::with_history(200_000, 1);
    journey.message("first", "needle in the hay").wait(1.0).message("first", "hay");
    journey.keys("Fneedle<enter>").sees("needle in the hay");
    for _ in 0..40 {
        journey.messages((0..200).map(|_| ("flood", &b"only hay, and a lot of it"[..])));
    }
    journey.sees("1 found").sees("evicted: gave way").does_not_see("needle in");
    journey.keys("<enter>");
    assert_eq!(journey.selected(), "first");
}

#[test]
fn earlier_texts_are_called_back() {
    let mut journey = house();
    journey.keys("Falarm<enter>/<end>").keys("x<enter>").keys("/").keys("yz");
    journey.sees("alarmxyz").keys("<up>").sees("0 found");
    assert_eq!(journey.app.connection().search.input.value(), "alarmx");
    journey.keys("<up>").sees("1 found");
    assert_eq!(journey.app.connection().search.input.value(), "alarm");
    journey.keys("<up><down><down>");
    assert_eq!(journey.app.connection().search.input.value(), "alarmxyz");
}

#[test]
fn a_compressed_payload_is_found_by_what_is_inside() {
    let mut journey = house();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(br#"{"meter":"M-4711","kWh":1204.5}"#).expect("in memory");
    journey.bytes("house/meter", &gzip.finish().expect("in memory"));
    journey.keys("Fm-4711").sees("1 found").sees(r#"{"meter":"M-4711""#);
    journey.keys("<esc>F").bytes("house/other", &[0xff, 0xfe, 0x00]).sees("1 found");
}

#[test]
fn a_condition_is_asked_of_every_payload_that_is_json() {
    let mut journey = house();
    journey.keys("F<ctrl-t><ctrl-t>").keys(".temperature > 20.2").sees("jq");
    assert_eq!(found_in(&journey), 0, "it waits for Enter");
    journey.keys("<enter>");
    assert_eq!(found(&journey), [r#"house/kitchen/climate {"temperature": 20.4, "humidity": 47}"#]);
    journey.sees("no JSON, or the condition failed");
    journey.message("house/attic/climate", r#"{"temperature": 30}"#);
    assert_eq!(found(&journey).len(), 2);
    journey.keys("/").keys(" |").keys("<enter>").sees("column");
    assert_eq!(journey.app.context(), Context::SearchEntry, "{}", journey.screen());
}

/// The second line of the search: what came of it.
fn said(journey: &Journey) -> String {
    journey
        .screen()
        .lines()
        .nth(3)
        .unwrap_or_default()
        .split('│')
        .nth(1)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[test]
fn once_the_past_was_searched_the_text_stands_still_while_messages_come() {
    let mut journey = house();
    journey.slowly().keys("F<ctrl-t><ctrl-t>").keys(".battery > 90<enter>").works(100);
    journey.finish_jobs();
    journey.sees("2 found in 7 messages").sees("· live");
    // A worker is at it: nothing of that is to be seen but a growing count.
    journey.wait(60.0).message("house/attic/smoke", r#"{"battery": 96}"#);
    journey.sees("in 8 messages").sees("· live").does_not_see("searching").works(100);
    journey.finish_jobs();
    journey.sees("3 found in 8 messages").sees("· live");
}

#[test]
fn ctrl_k_takes_in_no_new_messages_any_more_and_again_goes_on() {
    for go_on in ["<ctrl-k>", "<esc>F<enter>"] {
        let mut journey = house();
        journey.keys("Falarm<enter><ctrl-k>").does_not_see("no search").does_not_see("live");
        journey.sees("no new ones: Ctrl-K goes on").sees("Ctrl-K go on");
        journey.message("house/attic/smoke", "alarm too").sees("1 found");
        journey.keys(go_on).sees("2 found").sees("· live");
        journey.message("house/attic/smoke", "alarm three").sees("3 found");
    }
}

#[test]
fn bytes_grow_with_the_messages_that_come() {
    let mut journey = house();
    journey.keys("Fzzz<enter>");
    let before = said(&journey);
    journey.message("house/big", &"a".repeat(50_000));
    assert_ne!(before, said(&journey));
    let bytes = |journey: &Journey| {
        journey.app.connection().search.report().map_or(0, |report| report.figures.all_bytes)
    };
    let before = bytes(&journey);
    journey.message("house/big", &"a".repeat(50_000));
    assert!(bytes(&journey) >= before + 50_000);
}

#[test]
fn while_the_past_is_shown_it_is_said_how_many_were_found_later() {
    let mut journey = house();
    journey.keys("Fquiet<enter>").sees("1 found");
    for _ in 0..5 {
        journey.keys(",");
    }
    journey.sees("0 found in 7 messages").sees("1 later than the moment shown").does_not_see("live");
}

#[test]
fn rows_say_qos_and_retain_where_there_is_room() {
    let mut journey = house();
    let message = mqtt_tui::model::Message { retain: true, ..journey.plain("house/sign", b"needle") };
    journey.event(mqtt_tui::model::SessionEvent::Message(message));
    journey.resize(200, 40).keys("Fneedle<enter>");
    let row = |journey: &Journey| journey.screen().lines().nth(4).unwrap_or_default().to_owned();
    assert!(row(&journey).contains("Q0 R"), "{}", row(&journey));
    journey.keys("<enter>bB");
    assert!(journey.screen().contains("Q0 R"), "{}", journey.screen());
}

#[test]
fn capitals_that_keep_anything_from_being_found_are_named() {
    let mut journey = house();
    journey.keys("FALARM").sees("0 found with these capitals").keys("<ctrl-u>").keys("Alarm");
    journey.sees("1 found in").keys("<ctrl-u>").keys("nowhere").sees("0 found in");
}

#[test]
fn a_topic_filter_narrows_a_search() {
    let mut journey = house();
    journey.keys("Ftopic:house/+/climate 20.4").sees("1 found");
    journey.keys("<ctrl-u>").keys("topic:house/+").sees("0 found").keys("/#").sees("7 found");
    journey.keys("<ctrl-u>").keys("topic:a+/b").sees("at column 8");
}

#[test]
fn what_a_condition_finds_for_want_of_the_field_is_told() {
    let mut journey = house();
    journey.keys("F<ctrl-t><ctrl-t>").paste(".humidity < 50").keys("<enter>").sees("4 found");
    journey.resize(160, 30).sees("2 without .humidity, which is below all: add and .humidity != null");
    journey
        .keys("F")
        .paste(".humidity < 50 and .humidity != null")
        .keys("<enter>")
        .sees("2 found")
        .does_not_see("without");
    journey.keys("Fselect(.humidity > 40)<enter>").sees("2 found").sees("3 no JSON");
}

#[test]
fn nothing_to_seek_is_said() {
    let mut journey = house();
    journey.keys("F<enter>");
    assert!(journey.notice().contains("nothing to search for"), "{}", journey.notice());
    journey.keys("a<backspace>").does_not_see(" found");
}

#[test]
fn a01_a06_what_was_found_cannot_act_on_the_terminal() {
    let mut journey = Journey::new();
    journey.message("evil/\u{202e}exe", "before \u{1b}]0;title\u{7} needle \u{1b}[2J after\u{9b}31m");
    journey.keys("Fneedle<enter>");
    let screen = journey.screen();
    assert!(!screen.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{screen:?}");
    journey.sees("needle ␛[2J after").sees("U+202E");
}

#[test]
fn the_mouse_selects_rows_and_turns_the_list() {
    let mut journey = Journey::new();
    for number in 0..100 {
        journey.message(&format!("t/{number:03}"), "needle");
    }
    journey.keys("Fneedle<enter>");
    assert_eq!(journey.selected(), "t/099");
    journey.click_on("t/095");
    assert_eq!(journey.selected(), "t/095");
    journey.wheel_down(5, 20);
    assert_eq!(journey.selected(), "t/092");
    journey.click(5, 2);
    assert_eq!(journey.app.context(), Context::SearchEntry);
}

#[test]
fn a_pasted_text_is_sought_and_one_of_a_megabyte_is_not_pasted() {
    let mut journey = house();
    journey.keys("F").paste("alarm").sees("1 found").paste(&"x".repeat(1 << 20));
    assert!(journey.notice().contains("not pasted"), "{}", journey.notice());
}

#[test]
fn it_fits_the_smallest_terminal() {
    let mut journey = house();
    journey
        .keys("Falarm<enter>")
        .resize(40, 10)
        .sees("1 found")
        .resize(60, 20)
        .sees("Alarm")
        .resize(250, 80)
        .sees("Alarm");
}

#[test]
fn at_an_earlier_moment_nothing_newer_is_found() {
    let mut journey = house();
    journey.keys("F20.<enter>").sees("2 found");
    // Back to before the second reading of the climate: it has not been found yet.
    for _ in 0..5 {
        journey.keys(",");
    }
    journey.sees("1 found").does_not_see("20.4");
    assert_eq!(found(&journey).len(), 1);
    journey.keys("<space>").sees("2 found").sees("20.4");
}

#[test]
fn at_a_moment_before_all_that_is_listed_what_was_found_until_then_is_listed() {
    let mut journey = Journey::new();
    for round in 0..12 {
        let payload = format!("x {round}");
        journey.wait(1.0).messages((0..1_000).map(|_| ("a/b", payload.as_bytes())));
    }
    journey.keys("Fx<enter>").sees("12,000 found");
    journey.keys("@14:00:11.5<enter>").sees("1,000 found").sees("x 0").does_not_see("x 11");
    assert_eq!(found(&journey).len(), 1_000);
    journey.keys("<space>").sees("12,000 found").sees("x 11");
}

#[test]
fn a_rule_says_how_a_payload_is_read_before_it_is_searched() {
    let mut profile = Profile::new("here", Target::new("here", 1883, "journey"));
    let decoding = Decoding::parse("base64>json").expect("a decoding");
    profile.decoders = vec![DecoderRule { filter: TopicFilter::parse("meter").expect("a filter"), decoding }];
    let mut journey = Journey::on(profile);
    // {"kWh":1204.5}
    journey.message("meter", "eyJrV2giOjEyMDQuNX0=").message("other", "1204");
    journey.keys("F1204.5").sees("1 found").sees(r#"{"kWh":1204.5}"#);
    journey.keys("<esc>F<ctrl-t><ctrl-t>").keys("<end>");
    for _ in 0..6 {
        journey.keys("<backspace>");
    }
    journey.keys(".kWh > 1000<enter>").sees("1 found");
}

/// `count` lines of a log, compressed one by one.
fn compressed(count: usize, text: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    (0..count).for_each(|_| gzip.write_all(text).expect("in memory"));
    gzip.finish().expect("in memory")
}

#[test]
fn more_binary_payloads_than_are_copied_at_once_are_searched_to_the_end() {
    let mut journey = Journey::new();
    // Two mebibytes that are no text: more than may wait for a worker.
    let mut payload = vec![0xff; 16 << 10];
    payload[100..106].copy_from_slice(b"needle");
    journey.messages((0..128).map(|_| ("raw", &[0xff; 16 << 10][..]))).bytes("raw", &payload);
    journey.slowly().keys("Fneedle");
    for _ in 0..1_000 {
        journey.works(1);
        journey.finish_jobs();
    }
    assert!(!journey.app.has_work(), "it goes on for ever");
    journey.sees("1 found in 129 messages");
}

#[test]
fn b09_what_unfolds_to_very_much_is_looked_into_by_a_worker() {
    let mut journey = Journey::new();
    let bomb = compressed(10_000, &[b' '; 2 << 10]);
    assert!(bomb.len() < 32 << 10, "{}", bomb.len());
    journey.slowly().bytes("bomb", &bomb).keys("Fneedle").works(100);
    let report = |journey: &Journey| journey.app.connection().search.report().expect("a search");
    assert_eq!(report(&journey).stage, Stage::Running, "nothing was unpacked between two keys");
    assert!(!journey.app.has_work());
    assert!(journey.finish_jobs() > 0);
    assert_eq!(report(&journey).stage, Stage::Complete);
}

#[test]
fn a_condition_is_asked_of_what_came_while_the_list_was_closed() {
    let mut journey = house();
    journey.keys("F<ctrl-t><ctrl-t>").keys(".temperature > 20.2<enter>");
    assert_eq!(found_in(&journey), 1);
    journey.keys("<esc>").message("house/attic/climate", r#"{"temperature": 30}"#).keys("F");
    assert_eq!(found_in(&journey), 2, "{}", journey.screen());
    journey.does_not_see("more came since").message("house/attic/climate", r#"{"temperature": 31}"#);
    assert_eq!(found_in(&journey), 3);
    journey.keys("<esc>F");
    assert_eq!(found_in(&journey), 3, "each once");
}

#[test]
fn the_content_type_says_how_a_payload_is_read_before_it_is_searched() {
    let mut journey = Journey::new();
    let properties = mqtt_tui::model::Properties {
        content_type: Some("application/cbor".to_owned()),
        ..Default::default()
    };
    // As CBOR this is -10; as text a bracket.
    let message = journey.plain("meter", b")");
    let message = mqtt_tui::model::Message { properties: Some(Box::new(properties)), ..message };
    journey.event(mqtt_tui::model::SessionEvent::Message(message.clone()));
    journey.keys("F-10").sees("1 found");
    journey.event(mqtt_tui::model::SessionEvent::Message(message)).sees("2 found");
    journey.keys("<esc>F<ctrl-t><ctrl-t><ctrl-u>").keys(". == -10<enter>").sees("2 found");
}

#[test]
fn e15_an_expression_that_may_take_long_is_tried_by_a_worker() {
    let mut journey = house();
    journey.slowly().keys("F<ctrl-t>").keys(r"[a-z\s]{400}[cd]|Al\w+").works(100);
    let report = |journey: &Journey| journey.app.connection().search.report().expect("a search");
    assert_eq!((report(&journey).found, report(&journey).stage), (0, Stage::Running));
    journey.finish_jobs();
    assert_eq!((report(&journey).found, report(&journey).stage), (1, Stage::Complete));
    journey.sees(r#"{"state": "Alarm""#);
}
