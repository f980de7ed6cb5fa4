//! Finding in the payload (`/` with the message focused): in lines, branches, bytes and differences.

use crate::language::Journey;

#[test]
fn found_text_is_lit_counted_and_gone_to() {
    let text = (1..=300)
        .map(|line| format!("line {line} is {}", if line % 100 == 7 { "Red" } else { "blue" }))
        .collect::<Vec<_>>()
        .join("\n")
        + "\n";
    let mut journey = Journey::knowing(&[("t", &text)]);
    journey.keys("<tab>/re").sees("1 of 3").keys("d<enter>").sees("line 7 is Red").sees("red: 1 of 3");
    journey.keys("n").sees("line 107 is Red").sees("2 of 3").keys("nn").sees("line 7 is Red");
    journey.keys("N").sees("line 207 is Red").keys("<esc>").does_not_see("3 of 3");
    assert_eq!(journey.app.connection().focus, mqtt_tui::app::Pane::Message, "Esc only ends the search");
    journey.keys("/RED").sees("not found").keys("<esc>").keys("//[rb]ed.$<enter>").does_not_see(" of 3 ");
    journey.keys("<esc>//(").sees("unclosed group").keys("<esc>");
}

#[test]
fn text_far_to_the_right_is_scrolled_to() {
    let text = format!("{}needle{}", "abcdefgh".repeat(200), "x".repeat(500));
    let mut journey = Journey::knowing(&[("t", &text)]);
    journey.keys("<tab>/needle<enter>").sees("needle").sees("1 of 1");
    journey.keys("w").keys("n").sees("needle");
}

#[test]
fn what_is_found_in_the_tree_is_selected_and_the_way_to_it_opened() {
    let payload =
        r#"{"rooms":[{"name":"hall","lamp":{"level":70}},{"name":"attic","lamp":{"level":7}}],"lamps":2}"#;
    let mut journey = Journey::knowing(&[("t", payload)]);
    journey.keys("v<tab>-").sees("{2 keys}").does_not_see("attic");
    journey
        .keys("/lamp")
        .sees("1 of 3")
        .sees("\"lamp\": {1 key}")
        .keys("<enter>")
        .sees("lamp: 1 of 3")
        .sees("/rooms/0/lamp");
    journey
        .keys("n")
        .sees("lamp: 2 of 3")
        .sees("/rooms/1/lamp")
        .keys("n")
        .sees("/lamps")
        .keys("n")
        .sees("1 of 3");
    journey.keys("N").sees("3 of 3").sees("/lamps");
    assert_eq!(journey.lit(), ["lamp", "lamp", "lamp"], "{}", journey.screen());
    journey.keys("/<ctrl-u>70").sees("1 of 1").keys("<enter>").sees("/rooms/0/lamp/level");
    assert_eq!(journey.lit(), ["70"]);
    journey.keys("<esc>").does_not_see("1 of 1").sees("/rooms/0/lamp/level");
    assert!(journey.lit().is_empty(), "{}", journey.screen());
    // The search holds for the next message.
    journey
        .keys("/attic<enter>")
        .sees("/rooms/1/name")
        .message("t", r#"{"rooms":["attic"]}"#)
        .sees("attic: 1 of 1");
}

#[test]
fn what_is_found_in_the_tree_of_xml_is_what_it_shows() {
    let mut journey = Journey::new();
    journey
        .message("x", "<meter id=\"7\"><who unit=\"kWh\">Stadtwerke &amp; Co</who></meter>")
        .keys("v<tab>-");
    journey.keys("/werke & co<enter>").sees("1 of 1").sees("/meter/who/text()");
    journey.keys("/<ctrl-u>kwh<enter>").sees("1 of 1").sees("/meter/who/@unit");
}

#[test]
fn bytes_are_found_as_text_and_by_their_digits() {
    let mut payload = vec![0_u8; 4_000];
    payload[100..104].copy_from_slice(b"Lamp");
    payload[3_001..3_007].copy_from_slice(b"\x1f\x8blamp");
    let mut journey = Journey::new();
    journey.bytes("t", &payload).keys("vv<tab>").sees(" hex ");
    journey.keys("/lamp").sees("1 of 2").keys("<enter>").sees("lamp: 1 of 2").sees("Lamp");
    assert_eq!(journey.lit(), ["4c 61 6d 70", "Lamp"]);
    journey.keys("n").sees("2 of 2").sees("..lamp");
    journey.keys("/<ctrl-u>0x1f8").sees("1 of 1").keys("b<enter>").sees("0x1f8b: 1 of 1");
    assert_eq!(journey.lit(), ["1f 8b", ".."], "{}", journey.screen());
    journey.keys("/<ctrl-u>0x1f8b00").sees("not found").keys("<esc>").keys("/<ctrl-u>0xfg").sees("not found");
}

#[test]
fn differences_are_found_by_place_and_by_value() {
    let object = |number: usize| {
        let fields: Vec<String> = (0..100).map(|key| format!("\"key{key}\":\"{number} of {key}\"")).collect();
        format!("{{{}}}", fields.join(","))
    };
    let mut journey = Journey::knowing(&[("t", &object(1)), ("t", &object(2))]);
    journey.keys("D<tab>").sees("100 differences").does_not_see("key77");
    journey.keys("/key77").sees("1 of 1").sees("~ key77").keys("<enter>").sees("key77: 1 of 1");
    assert_eq!(journey.lit(), ["key77"]);
    journey.keys("/<ctrl-u>of 7<enter>").sees("1 of 11").keys("N").sees("11 of 11").sees("~ key79");
    journey.keys("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk");
    journey.does_not_see("~ key79").keys("n").sees("1 of 11").sees("~ key7 ");
}

#[test]
fn what_is_looked_for_is_looked_for_in_the_next_view_too() {
    let mut journey = Journey::knowing(&[("t", r#"{"lamp":"on"}"#), ("t", r#"{"lamp":"off"}"#)]);
    journey.keys("<tab>/lamp<enter>").sees("lamp: 1 of 1");
    for _ in 0..5 {
        journey.keys("v").sees("lamp: 1 of 1");
    }
    journey.sees(" pretty ");
}

#[test]
fn b06_large_payloads_are_looked_through_beside_the_loop_and_gone_to_when_that_is_done() {
    let item = r#"{"name":"sensor","temperature":20.4}"#;
    let json = format!("[{},\"needle\"]", vec![item; 40_000].join(","));
    let mut journey = Journey::new();
    journey.message("big", &json);
    for view in [" pretty ", " tree ", " raw ", " hex "] {
        journey.sees(view).keys("g<tab>").slowly();
        journey.keys("/needle").sees("looking…").does_not_see("1 of 1");
        assert!(journey.finish_jobs() >= 1, "not while a frame waits");
        journey.keys("<enter>").sees("needle: 1 of 1");
        assert!(journey.lit().concat().contains("needle"), "{view}: {}", journey.screen());
        journey.keys("<esc><esc>").quickly().keys("v");
    }
}

#[test]
fn where_nothing_is_shown_nothing_is_looked_for() {
    let mut journey = Journey::knowing(&[("t", "")]);
    journey.keys("<tab>/x").sees("nothing on screen to be looked through").keys("<esc>");
}
