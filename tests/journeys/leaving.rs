//! In which form a payload leaves: as sent, decoded, or as what jq made of it.

use std::io::Write;

use bytes::Bytes;
use mqtt_tui::app::out::{Edit, ExportNews, Pipe, Save};
use mqtt_tui::app::{Done, Effect, Overlay};

use crate::language::Journey;

/// `{"temperature":21}` in CBOR.
const CBOR: &[u8] = b"\xa1\x6btemperature\x15";

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).expect("packed");
    packer.finish().expect("packed")
}

fn piped(journey: &mut Journey) -> (String, Bytes) {
    match journey.effects().pop() {
        Some(Effect::Pipe(Pipe { command, payload, .. })) => (command, payload),
        other => panic!("no command but {other:?}"),
    }
}

fn saved(journey: &mut Journey) -> (String, Bytes) {
    match journey.effects().pop() {
        Some(Effect::Save(Save { path, bytes, .. })) => (path, bytes),
        other => panic!("no file but {other:?}"),
    }
}

#[test]
fn d05_what_is_no_text_is_piped_decoded_and_as_sent_when_told_so() {
    let mut journey = Journey::new();
    journey.bytes("a", CBOR).keys("|").sees("Pipe the decoded payload through").sees("Ctrl-T");
    journey.keys("jq .temperature<enter>").sees("decoded payload | jq .temperature");
    assert_eq!(piped(&mut journey).1, r#"{"temperature":21}"#);
    journey.keys("<esc>|<ctrl-t>").sees("Pipe the payload as sent through").keys("xxd<enter>");
    journey.sees("payload as sent | xxd");
    assert_eq!(piped(&mut journey).1, CBOR);
    journey.keys("<esc>").message("b", "{}").keys("j|");
    journey.sees("Pipe the payload through").does_not_see("Ctrl-T").keys("<ctrl-t>cat<enter>");
    assert_eq!(piped(&mut journey), ("cat".into(), Bytes::from_static(b"{}")));
}

#[test]
fn d05_text_in_base64_is_text_and_is_piped_as_sent() {
    let mut journey = Journey::new();
    journey.message("a", "eyJ0ZW1wZXJhdHVyZSI6MjEuNSwiaHVtaWRpdHkiOjQwfQ==").keys("|");
    journey
        .sees("Pipe the payload as sent through")
        .keys("<ctrl-t>")
        .sees("Pipe the decoded payload through");
}

#[test]
fn e11_a_payload_is_saved_as_sent_or_decoded_and_the_name_fits() {
    let mut journey = Journey::new();
    journey.bytes("a", &gzip("{\"on\":true}")).keys("W").sees("Save the payload as sent to").sees("Z.bin");
    journey.keys("<ctrl-t>").sees("Save the decoded payload to").sees("Z.json").keys("<enter>");
    let (path, bytes) = saved(&mut journey);
    assert!(path.ends_with("Z.json"), "{path}");
    assert_eq!(bytes, "{\"on\":true}");
    journey.keys("W<ctrl-t><ctrl-t>").sees("Save the payload as sent to").keys("<ctrl-u>mine<ctrl-t><enter>");
    assert_eq!(saved(&mut journey).0, "mine", "a name that was typed stays");
}

#[test]
fn the_editor_gets_what_can_be_read_and_nothing_is_encoded_again() {
    let mut journey = Journey::new();
    journey.bytes("a", CBOR).keys("e");
    let Some(Effect::Edit(Edit { publication, extension, decoded, .. })) = journey.effects().pop() else {
        panic!("no editor")
    };
    assert_eq!((extension, decoded.as_deref()), ("json", Some(&br#"{"temperature":21}"#[..])));
    assert_eq!(publication.payload, CBOR);
    journey.sees("not encoded again");
    journey.done(Done::Edited(publication.clone(), Ok(publication.payload.clone()))).does_not_see("Ctrl-S");
    journey.bytes("a", b"\0\xff\xfe").keys("e");
    let Some(Effect::Edit(Edit { decoded, .. })) = journey.effects().pop() else { panic!("no editor") };
    assert_eq!(decoded, None, "there is no text of it");
}

#[test]
fn what_jq_made_of_a_payload_can_be_copied_saved_and_piped() {
    let mut journey = Journey::new();
    journey.message("a", r#"{"t":21,"h":[1,2]}"#).keys("J.t, .h<enter>");
    journey.keys("<ctrl-y>").sees("jq result");
    journey.keys("<down><enter>");
    match &journey.effects()[..] {
        [Effect::Copy { what: "jq result", bytes }] => assert_eq!(bytes, b"21\n[1,2]"),
        other => panic!("not the result but {other:?}"),
    }
    journey
        .keys("|")
        .sees("Pipe the payload as sent through")
        .keys("<ctrl-t>wc<enter>")
        .sees("jq result | wc");
    assert_eq!(piped(&mut journey).1, "21\n[1,2]\n");
    journey.keys("<esc>W<ctrl-t>").sees("Save the jq result to").keys("<enter>");
    assert_eq!(saved(&mut journey).1, "21\n[1,2]\n");
}

#[test]
fn an_error_of_jq_among_its_values_says_that_it_is_one() {
    let mut journey = Journey::new();
    journey.message("a", r#"{"t":21}"#).keys("J.t, error(\"x\")<enter>");
    journey.sees("jq: error: x").sees("21").sees("1 value;");
}

/// The items of the open menu.
fn items(journey: &Journey) -> Vec<String> {
    match &journey.app.overlay {
        Overlay::Menu(menu) => menu.items.iter().map(|item| item.text.clone()).collect(),
        _ => panic!("no menu in\n{}", journey.screen()),
    }
}

#[test]
fn b12_what_has_the_focus_is_exported_first() {
    let mut journey = Journey::knowing(&[("t", "1"), ("t", "2")]);
    journey.keys("gc<ctrl-e>");
    assert_eq!(items(&journey), ["chart", "history of this topic"]);
    journey.keys("<esc><tab><ctrl-e>");
    assert_eq!(items(&journey), ["history of this topic", "chart"]);
    journey.keys("<esc>F1<enter><ctrl-e>");
    assert_eq!(items(&journey)[0], "search results");
}

#[test]
fn b12_cells_that_begin_like_a_formula_are_counted_and_left_as_they_are() {
    let mut journey = Journey::knowing(&[("t", "=1+1"), ("t", "-1"), ("t", "@x"), ("t", "1")]);
    journey.keys("<ctrl-e><enter>").keys("<ctrl-u>t.csv<enter>");
    let Some(Effect::Export(id, _)) = journey.effects().pop() else { panic!("no export") };
    journey.done(Done::Export(id, ExportNews::Ready)).done(Done::Export(id, ExportNews::Ready));
    journey.done(Done::Export(id, ExportNews::Ended("t.csv".into(), 99)));
    journey.sees("4 messages exported to t.csv, 99 B; 2 cells begin like a formula");
}

#[test]
fn e11_a_missing_folder_is_said_where_its_name_was_typed() {
    let mut journey = Journey::new();
    journey.bytes("a", CBOR).keys("W<ctrl-t><ctrl-u>/x/y.json<enter>");
    let Some(Effect::Save(save)) = journey.effects().pop() else { panic!("no file") };
    let reason = "the folder /x does not exist";
    journey.done(Done::NotSaved(Box::new(save.clone()), reason.into())).sees(reason).sees("/x/y.json");
    journey.sees("Save the decoded payload to").keys("<left><left><left><left><left><left><left>");
    journey.keys("<backspace>tmp<enter>");
    assert_eq!(saved(&mut journey), ("/tmp/y.json".into(), save.bytes.clone()));
    journey.wait(1.0).keys("j").done(Done::NotSaved(Box::new(save), reason.into()));
    journey.sees(reason).does_not_see("Save the");
    journey.keys("<ctrl-e><enter>").keys("<ctrl-u>/x/y<enter>");
    let Some(Effect::Export(id, _)) = journey.effects().pop() else { panic!("no export") };
    journey.done(Done::Export(id, ExportNews::Failed(reason.into()))).sees("Export to").sees(reason);
    journey.keys("<ctrl-u>/tmp/y<enter>");
    assert!(matches!(journey.effects().pop(), Some(Effect::Export(..))));
}
