//! Reading payloads: views, the tree's branches, diffs, finding, jq, what payloads are taken for, and payloads of any size.

use std::io::Write;

use mqtt_tui::app::Effect;
use mqtt_tui::config::Profile;
use mqtt_tui::model::Target;

use crate::language::Journey;

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A megabyte of JSON whose first value tells it from others.
fn megabyte(first: u32) -> String {
    let item = r#"{"name":"sensor","temperature":20.4,"state":"ON","history":[1,2,3,4]}"#;
    format!("{{\"first\":{first},\"items\":[{}]}}", vec![item; 1_048_576 / item.len()].join(","))
}

#[test]
fn what_was_taken_off_is_said_and_what_is_inside_is_shown() {
    let mut journey = Journey::new();
    let payload = gzipped(br#"{"temperature": 20.4, "humidity": 48}"#);
    journey.bytes("box", &payload).sees("gzip › JSON, 37 B ‹").sees(r#""humidity": 48"#);
    journey.keys("vvv").sees(" hex ").sees("1f 8b 08");
    journey.keys("v").sees("hex inside").sees("7b 22 74");
    assert_eq!(journey.payload(), String::from_utf8_lossy(&payload), "what is copied is what was sent");
}

#[test]
fn changed_values_stand_beside_their_lines() {
    let mut journey = Journey::new();
    journey.message("t", r#"{"temperature":20.1,"humidity":48}"#).does_not_see("→");
    journey.message("t", r#"{"temperature":20.4,"humidity":48,"battery":97}"#);
    let line = |journey: &Journey, text: &str| {
        let at = journey.place_of(text).1;
        journey.lines()[usize::from(at)].clone()
    };
    assert!(line(&journey, r#""temperature": 20.4"#).contains("20.1 → 20.4"), "{}", journey.screen());
    assert!(!line(&journey, r#""humidity": 48"#).contains('→'));
    assert!(line(&journey, r#""battery": 97"#).contains("+ new"));
}

#[test]
fn the_diff_is_a_key_away_and_back() {
    let mut journey = Journey::new();
    journey.message("t", r#"{"temperature":20.1,"unit":"C"}"#).keys("D").sees("no earlier message");
    journey.message("t", r#"{"temperature":20.4,"unit":"C"}"#);
    journey.sees("1 difference, compared by field").sees("~ temperature  20.1 → 20.4");
    journey.message("t", r#"{"temperature":20.4,"unit":"C"}"#).sees("same, byte for byte");
    journey.message("t", r#"{"unit":"C", "temperature":20.4}"#).sees("same content, other bytes");
    journey.keys("D").sees("pretty");
}

#[test]
fn a_difference_far_to_the_right_is_seen() {
    let long = |value: &str| format!("{} is {value} and {}", "word ".repeat(40), "more ".repeat(400));
    let mut journey = Journey::knowing(&[("t", &long("20.1")), ("t", &long("20.4"))]);
    journey.keys("D").sees("word  is 20.1 and more").sees("word  is 20.4 and more");
    let json = |value: &str| format!("{{\"text\":\"{}\"}}", long(value));
    journey.message("t", &json("20.1")).message("t", &json("20.4"));
    journey.sees("word  is 20.1 and more").sees("word  is 20.4 and more");
}

#[test]
fn where_there_are_no_bytes_every_view_says_so() {
    let mut journey = Journey::knowing(&[("t", "")]);
    for _ in 0..3 {
        journey.sees("empty payload").keys("v");
    }
    journey.sees(" diff ").message("t", "1").message("t", "").sees("~ 1 → (empty)");
    let mut journey = Journey::new();
    journey.bytes("t", &gzipped(b""));
    journey.keys("vv").sees(" hex ").sees("1f 8b").keys("v").sees("hex inside").sees("nothing is inside");
}

#[test]
fn a_marked_message_is_compared_with_even_of_another_topic() {
    let mut journey = Journey::new();
    journey.message("a", r#"{"x":1}"#).message("b", r#"{"x":2}"#).message("b", r#"{"x":3}"#);
    journey.keys("gm").sees("marked").keys("jD").sees("~ x  2 → 3").sees("D once more:");
    journey.keys("D").sees("~ x  1 → 3").sees("the marked message of 14:00:").sees("diff with marked");
    journey.keys("[").sees("~ x  1 → 2").sees("diff with marked");
    journey.keys("D").sees(" pretty ").keys("]DD").sees("diff with marked").sees("~ x  1 → 3");
    journey.keys("km").keys("j").sees("~ x  2 → 3");
    journey.does_not_see("marked message of").keys("D").sees(" pretty ");
}

#[test]
fn c14_the_mark_counts_on_its_own_topic_and_is_seen_and_taken_back() {
    let mut journey = Journey::new();
    journey.message("a", "1").message("a", "2").message("a", "3").message("b", "8").message("b", "9");
    journey.keys("gm<tab><tab>").wait(10.0).sees("marked").keys("<esc>").message("a", "4").message("a", "5");
    journey.keys("D").sees("diff with marked").sees("3 → 5").keys("D").sees(" pretty ");
    journey.keys("<tab><tab>[[").sees("of 5 kept");
    journey.keys(":unmark<enter>").sees("no message is marked any more").wait(10.0).does_not_see("marked");
}

#[test]
fn b08_a_marked_message_that_was_evicted_says_so() {
    let mut journey = Journey::with_history(512 << 10, 1);
    journey.message("counter", "1").keys("m").message("counter", "2");
    let big = vec![b'x'; 4_000];
    for _ in 0..500 {
        journey.messages([("flood", &big[..])]);
    }
    journey.message("counter", "3").keys("D").sees("was evicted");
    assert_eq!(journey.selected(), "counter");
}

#[test]
fn branches_fold_and_the_selected_path_is_said() {
    let mut journey = Journey::new();
    let payload = r#"{"lights":[{"on":true,"level":70},{"on":false}],"a/b":1}"#;
    journey.message("t", payload).keys("v<tab>").sees("lights").sees("\"level\": 70");
    journey.keys("jjjj").sees("/lights/0/level");
    assert_eq!(
        journey.app.connection().selected_field().map(|field| field.to_string()).as_deref(),
        Some("/lights/0/level")
    );
    journey.keys("<left>").sees(" /lights/0 ").keys("<left>").does_not_see("\"level\": 70");
    journey.keys("<enter>").sees("\"level\": 70");
    journey.keys("-").does_not_see("\"on\": ").keys("+").sees("\"level\": 70");
    journey.keys("G").sees("/a~1b");
    // The selection holds for the next message.
    journey.message("t", r#"{"a/b":2,"lights":[]}"#).sees("/a~1b");
    journey.keys("<esc>");
    assert_eq!(journey.app.connection().focus, mqtt_tui::app::Pane::Topics);
}

#[test]
fn xml_has_a_tree_too() {
    let mut journey = Journey::new();
    journey.message("x", "<meter id=\"7\"><energy unit=\"kWh\">12.5</energy></meter>").keys("v<tab>");
    journey.sees("@id = 7").sees("energy @unit=\"kWh\" 12.5").keys("jjj").sees("/meter/energy");
    journey.keys("<enter>").sees("@unit = kWh").does_not_see("@unit=\"kWh\"");
    journey.message("x", "<meter><span from='1' to='2'/></meter>").sees("▸ span @from=\"1\" @to=\"2\"");
    journey.does_not_see("2 nodes");
}

#[test]
fn xml_is_laid_out_and_its_changes_stand_beside_its_lines() {
    let mut journey = Journey::new();
    journey.message(
        "x",
        "<meter id=\"7\"><energy unit=\"kWh\">12.5</energy><note>all  <b>well</b></note></meter>",
    );
    journey.sees("  <energy unit=\"kWh\">12.5</energy>").sees("  <note>all  <b>well</b></note>");
    journey.message("x", "<meter id=\"7\"><energy unit=\"kWh\">13.0</energy><peak/></meter>");
    let line = |journey: &Journey, text: &str| {
        let at = journey.place_of(text).1;
        journey.lines()[usize::from(at)].clone()
    };
    assert!(line(&journey, "  <energy unit").contains("12.5 → 13.0"), "{}", journey.screen());
    assert!(line(&journey, "  <peak/>").contains("+ new"), "{}", journey.screen());
    journey.keys("<tab>/13.0<enter>").sees("1 of 1");
    journey
        .message("x", "<meter><energy></meter>")
        .sees("not well-formed XML: ")
        .sees("<meter><energy></meter>");
}

#[test]
fn b09_xml_of_five_megabytes_on_one_line_and_nested_deep_is_shown() {
    let mut journey = Journey::new();
    let item = "<reading unit='kWh'>18432.71</reading>";
    let many = format!("<m>{}</m>", item.repeat(5_000_000 / item.len()));
    journey.slowly().message("x", &many).sees("reading ");
    assert_eq!(journey.finish_jobs(), 1, "not while a frame waits");
    journey.sees("  <reading unit='kWh'>18432.71</reading>").keys("<tab>G").sees(" </m>");
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    journey.message("deep", &deep).keys("<tab><tab>g");
    journey.finish_jobs();
    assert_eq!(journey.selected(), "deep");
    journey.sees("XML shown as sent: nested deeper than 512 levels").sees("<a><a><a>");
}

#[test]
fn what_has_no_branches_goes_from_pretty_to_raw() {
    let mut journey = Journey::knowing(&[("t", "open")]);
    journey.keys("v").sees(" raw ").keys("v").sees(" hex ").keys("v").sees(" diff ");
}

#[test]
fn a_jq_program_is_kept_for_the_topic() {
    let mut journey = Journey::new();
    journey.message("a", r#"{"t":[20,21],"u":"C"}"#).message("b", r#"{"t":[1]}"#);
    journey.keys("gJ.t[]<enter>").sees("jq .t[]").sees("2 values").does_not_see("\"u\": ");
    journey.message("a", r#"{"t":[7]}"#).sees("1 value");
    journey.keys("j").does_not_see("jq .t[]").keys("k").sees("jq .t[]");
    journey.keys("vv").sees(r#"{"t":[7]}"#);
    journey.keys("J<ctrl-u><enter>").does_not_see("jq .t[]");
}

#[test]
fn a_jq_program_that_cannot_be_or_fails_says_so() {
    let mut journey = Journey::knowing(&[("a", r#"{"t":"x"}"#)]);
    journey.keys("J.t[<enter>").sees("column").keys("<esc>").sees(r#""t": "x""#);
    journey.keys("J.t<lt>0|error<enter>").sees("jq .t");
    journey.keys("J<ctrl-u>empty<enter>").sees("puts nothing out");
}

#[test]
fn payloads_can_be_taken_for_something_else() {
    let mut journey = Journey::new();
    journey.bytes("raw/a", &[0x01, 0x00, 0xff, 0xff]).bytes("raw/b", &[0x02, 0x00]).keys("go").keys("j");
    assert_eq!(journey.selected(), "raw/a");
    journey.sees("binary").keys("i").sees("Take the payload for").keys("<esc>");
    journey
        .keys("i<pagedown><pagedown><enter>")
        .sees("array:")
        .keys("i16le<enter>")
        .sees("Take for array:i16le");
    journey.keys("<enter>").sees("array of i16le (your choice)").sees("-1");
    journey.bytes("raw/a", &[0x03, 0x00]).does_not_see("your choice");
    journey
        .keys("i<pagedown><pagedown><enter>")
        .keys("i16le for raw/+<enter>")
        .sees("array of i16le (your choice)");
    journey.keys("j").sees("array of i16le (your choice)");
    journey.keys("k").sees("your choice").keys("i<enter>").sees("this topic").keys("j<enter>");
    journey.sees("binary (your choice)").sees("binary");
}

#[test]
fn a_choice_is_kept_in_the_profile() {
    let profile = Profile::new("plant", Target::new("here", 1883, "journey"));
    let mut journey = Journey::on(profile.clone());
    journey.know_profiles(vec![profile]);
    journey.bytes("raw", b"{}").effects();
    journey.keys("i").keys("j<enter>").sees("and kept in the profile 'plant'").keys("jj<enter>");
    let saved = journey.effects().into_iter().find_map(|effect| match effect {
        Effect::SaveProfile(profile, ..) => Some(profile.decoders),
        _ => None,
    });
    let rules = saved.expect("a profile to save");
    assert_eq!(
        rules.iter().map(|rule| format!("{} {}", rule.filter, rule.decoding)).collect::<Vec<_>>(),
        ["raw hex"]
    );
    journey.sees("binary (by a rule)").sees("7b 7d");
}

#[test]
fn the_first_enter_at_auto_undoes_the_rule_that_is_at_work() {
    let mut journey = Journey::new();
    journey.bytes("raw/a", b"{\"a\":1}").keys("go").keys("j");
    journey
        .keys("i<pagedown><pagedown><enter>")
        .keys("<ctrl-u>hex for raw/+<enter>")
        .sees("binary (your choice)");
    journey.keys("i<enter>").sees("undoes what is chosen there").keys("<enter>");
    journey.sees("JSON").does_not_see("your choice");
    journey
        .keys("i")
        .keys("j<enter>")
        .keys("<pagedown><enter>")
        .sees("hex for raw/+")
        .keys("raw/#")
        .sees("hex for raw/#");
    journey.does_not_see("raw/+").keys("<enter>").sees("your choice").keys("i<enter><enter>");
    journey.does_not_see("your choice");
}

#[test]
fn what_a_payload_is_not_is_not_said_to_be_chosen() {
    let mut journey = Journey::new();
    journey.bytes("a", b"\x1f\x8b\x08\0").keys("i").keys("jjj<enter><enter>");
    journey.sees("cannot be taken for json: no UTF-8 text at offset 1; shown");
    journey.does_not_see("your choice");
}

#[test]
fn f14_a_note_is_read_to_its_end_and_the_missing_schema_comes_before_the_looks() {
    let mut journey = Journey::new();
    let path = "/home/somebody/a/long/way/down/below/many/folders/that/all/have/names/meter.proto";
    journey.message("a", "{}").resize(80, 24).keys("i").keys("jjjjjjjj<enter>");
    journey.paste(&format!("{path}:x.Y for a")).keys("<enter>");
    journey.sees("cannot be taken for that message:").sees("meter.proto:x.Y is").sees("not loaded; shown");
    journey.does_not_see("folders/that/all").keys("<tab>z").sees("folders/that/all/have/names/meter.");
}

#[test]
fn f14_what_is_wrong_with_a_line_is_read_to_its_end() {
    let mut journey = Journey::new();
    journey.message("a", "{}").resize(60, 20).keys("i").keys("jjjjjjjj<enter>");
    journey.keys("<ctrl-u>jsn<enter>").sees("'jsn' is no form").sees("array:ELEMENT");
}

#[test]
fn a10_a_topic_that_the_title_cuts_is_read_below_it() {
    let topic = format!("plant/{}/dev31", "a-long-level/".repeat(8).trim_end_matches('/'));
    let mut journey = Journey::new();
    journey.message(&topic, "1").keys("o").keys("G");
    journey.sees("…").sees("plant/a-long-level/").sees("dev31").sees("number");
    let row = journey.lines().into_iter().position(|line| line.contains("││ plant/a-long-level/a-long"));
    assert_eq!(row, Some(2), "right below the title in\n{}", journey.screen());
    journey.message("b", "1").keys("g");
    assert_eq!(journey.selected(), "b");
    assert!(journey.lines()[2].contains("number"), "nothing is repeated that the title has room for");
}

#[test]
fn hex_has_sixteen_bytes_a_row_in_the_pane_beside_the_tree() {
    let mut journey = Journey::new();
    let bytes: Vec<u8> = (0..32).collect();
    journey.resize(158, 40).bytes("a", &bytes).keys("v").keys("v").sees("0001 0203").sees("0c0d 0e0f");
    journey.keys("<tab>/0x0506<enter>").sees("0405 0607");
}

#[test]
fn the_root_has_no_name_and_what_cannot_be_wrapped_says_so() {
    let mut journey = Journey::new();
    journey
        .message("a", r#"{"x":1}"#)
        .message("a", r#"{"x":2}"#)
        .keys("v")
        .sees(" tree ")
        .does_not_see("─ value");
    journey.keys("<tab>j").sees(" /x ").keys("D").keys("w").sees("the diff is not wrapped");
}

#[test]
fn the_declaration_of_a_namespace_has_no_xpath_to_be_copied() {
    let mut journey = Journey::new();
    journey.message("a", r#"<m xmlns="urn:x" id="1"/>"#).keys("v<tab>j").keys("<right>j").sees("@xmlns =");
    journey.keys("<ctrl-y>").sees("path as XPath").keys("jj").keys("<enter>").sees("is no attribute");
}

#[test]
fn schemas_that_a_choice_names_are_asked_for() {
    let mut journey = Journey::new();
    journey.bytes("meter", &[8, 150, 1]).effects();
    journey.keys("i").keys("jjjjjjjj<enter>").keys("meter.proto:pkg.Meter for meter<enter>");
    assert!(
        journey
            .effects()
            .iter()
            .any(|effect| matches!(effect, Effect::LoadSchemas(_, names) if names.len() == 1))
    );
}

#[test]
fn b06_a_large_message_is_read_beside_the_loop() {
    let mut journey = Journey::new();
    journey.slowly().message("big", &megabyte(1));
    journey.sees("reading 1.0 MB…").sees(r#"{"first":1,"items":[{"name""#);
    journey.keys("<tab>jjw").sees("reading 1.0 MB…");
    assert_eq!(journey.finish_jobs(), 1);
    journey.does_not_see("reading").sees(r#"  "first": 1,"#);
    journey.finish_jobs();
    journey.keys("G").sees("]").keys("g");
}

#[test]
fn b06_large_messages_in_a_row_queue_one_job_at_most() {
    let mut journey = Journey::new();
    journey.slowly();
    for number in 1..=7 {
        journey.message("big", &megabyte(number));
    }
    assert_eq!(journey.finish_jobs(), 1, "one is read");
    journey.sees(r#"  "first": 1,"#);
    journey.message("big", &megabyte(8)).sees(r#"  "first": 1,"#).does_not_see("reading");
    assert_eq!(journey.finish_jobs(), 1, "and then the one that was the newest");
    journey.sees(r#"  "first": 7,"#);
    assert_eq!(journey.finish_jobs(), 1);
    journey.sees(r#"  "first": 8,"#);
    assert_eq!(journey.finish_jobs(), 0);
}

#[test]
fn b06_what_was_read_for_another_selection_is_dropped() {
    let mut journey = Journey::new();
    journey.slowly().message("a", &megabyte(1)).message("b", &megabyte(2));
    journey.keys("gj").sees("reading");
    assert_eq!(journey.finish_jobs(), 1);
    journey.sees("reading").does_not_see(r#"  "first": 1,"#);
    assert_eq!(journey.finish_jobs(), 1);
    journey.sees(r#"  "first": 2,"#);
}

#[test]
fn b09_a_line_of_five_megabytes_and_deep_nesting_are_shown() {
    let mut journey = Journey::new();
    let long = "0123456789".repeat(500_000);
    journey.message("long", &long).keys("<tab>w").sees("0123456789").keys("G").keys("wg");
    journey.sees("0123456789").keys("<tab><tab>");
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    journey.message("deep", &deep).keys("g").sees("nested deeper than 512 levels");
    for _ in 0..6 {
        journey.keys("v").sees("[[[");
    }
}

#[test]
fn b09_a_deep_tree_is_drawn_within_its_pane() {
    let depth = 400;
    let payload = format!("{}\"end\"{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let mut journey = Journey::knowing(&[("deep", &payload)]);
    journey.keys("v<tab>+G").sees("\"end\"").sees(&"/a".repeat(20));
    journey.resize(80, 24).sees("\"end\"").keys("g").sees("{1 key}");
}
