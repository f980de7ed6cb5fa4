use proptest::prelude::*;

use super::*;
use crate::payload::{Style, slice};

#[test]
fn each_payload_is_shown_in_its_best_form() {
    let json = Prepared::of(b"{\"a\":1}");
    assert_eq!((json.kind, json.document().map(Document::lines), json.note), (Kind::Json, Some(3), None));
    let text = Prepared::of(b"20.40\n");
    assert_eq!((text.kind, text.document().map(Document::as_str)), (Kind::Number, Some("20.40\n")));
    assert_eq!(Prepared::of(b"").content, Content::Empty);
    assert_eq!(Prepared::of(b"\0\0\x01\x02").content, Content::Hex);
}

#[test]
fn e12_broken_json_is_shown_as_sent_with_the_place_of_the_fault() {
    let broken = Prepared::of(b"{\n  \"a\": 1,\n  \"b\": oops\n}");
    assert_eq!(broken.kind, Kind::Text);
    assert_eq!(broken.note.as_deref(), Some("not valid JSON: expected a value at line 3 column 8"));
    assert_eq!(broken.document().map(|document| document.line(2)), Some("  \"b\": oops"));
}

#[test]
fn b09_deep_json_is_shown_as_text_with_a_note() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let shown = Prepared::of(deep.as_bytes());
    assert_eq!((shown.kind, shown.document().map(Document::as_str)), (Kind::Json, Some(&*deep)));
    assert_eq!(
        shown.note.as_deref(),
        Some("JSON shown as sent: nested deeper than 512 levels at line 1 column 513")
    );
}

#[test]
fn a08_invalid_utf8_is_shown_as_hex_with_a_note() {
    let shown = Prepared::of(b"caf\xe9 \xff\xfe");
    assert_eq!((shown.kind, &shown.content), (Kind::Binary, &Content::Hex));
    assert_eq!(shown.note.as_deref(), Some("not UTF-8 text: 3 invalid bytes, the first at offset 3"));
    let large = [vec![b'a'; 2_000], vec![0xff; 3_000_000]].concat();
    let note = Prepared::of(&large).note.expect("a note");
    assert_eq!(note, "not UTF-8 text: at least 1,048,576 invalid bytes, the first at offset 2,000");
}

#[test]
fn b06_b08_of_a_huge_text_the_first_part_is_shown_and_the_note_says_so() {
    let huge = "é".repeat(VIEW_LIMIT);
    let shown = Prepared::of(huge.as_bytes());
    assert_eq!(shown.note.as_deref(), Some("first 16 MB of 33 MB, as sent; the hex view has all"));
    assert_eq!(shown.document().map(|document| document.as_str().len()), Some(VIEW_LIMIT));
}

proptest! {
    #[test]
    fn any_bytes_can_be_shown(bytes: Vec<u8>, text in "[{}\\[\\]\",:a-z0-9\u{1b}\u{202e}\n ]{0,60}") {
        for payload in [&bytes[..], text.as_bytes()] {
            let prepared = Prepared::of(payload);
            prop_assert_eq!(prepared.kind, detect(payload));
            if let Some(document) = prepared.document() {
                let rows = slice(document, 0, 0, 100, 100, Style::VIEW);
                prop_assert_eq!(rows.len(), document.lines().min(100));
                prop_assert!(rows.iter().all(|row| !row.text().contains(char::is_control)));
            }
            if let Content::Text(document) = &prepared.content {
                prop_assert_eq!(document.as_str().as_bytes(), payload);
            }
        }
    }
}
