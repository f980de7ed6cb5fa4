use proptest::prelude::*;

use super::*;
use crate::payload::{Hints, Style, read, slice};

fn shown(bytes: &[u8]) -> (Kind, Prepared) {
    let reading = read(bytes, &Hints::default());
    (reading.kind, Prepared::of(&reading, bytes))
}

#[test]
fn each_payload_is_shown_in_its_best_form() {
    let (kind, json) = shown(b"{\"a\":1}");
    assert_eq!((kind, json.document().map(Document::lines), json.note), (Kind::Json, Some(3), None));
    let (kind, text) = shown(b"20.40\n");
    assert_eq!((kind, text.document().map(Document::as_str)), (Kind::Number, Some("20.40\n")));
    assert_eq!(shown(b"").1.content, Content::Empty);
    assert_eq!(shown(b"\0\0\x01\x02").1.content, Content::Hex);
    let results = Prepared::results(&["[1]".to_owned(), "\"x\"".to_owned()]);
    assert_eq!(results.document().map(Document::as_str), Some("[\n  1\n]\n\"x\""));
    assert_eq!(results.document().map(|document| document.line(3)), Some("\"x\""));
}

#[test]
fn e12_broken_json_is_shown_as_sent_with_the_place_of_the_fault() {
    let (kind, broken) = shown(b"{\n  \"a\": 1,\n  \"b\": oops\n}");
    assert_eq!(kind, Kind::Text);
    assert_eq!(broken.note.as_deref(), Some("not valid JSON: expected a value at line 3 column 8"));
    assert_eq!(broken.document().map(|document| document.line(2)), Some("  \"b\": oops"));
}

#[test]
fn b09_deep_json_is_shown_as_text_with_a_note() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let (kind, shown) = shown(deep.as_bytes());
    assert_eq!((kind, shown.document().map(Document::as_str)), (Kind::Json, Some(&*deep)));
    assert_eq!(
        shown.note.as_deref(),
        Some("JSON shown as sent: nested deeper than 512 levels at line 1 column 513")
    );
}

#[test]
fn a08_invalid_utf8_is_shown_as_hex_with_a_note() {
    let (kind, prepared) = shown(b"caf\xe9 \xff\xfe");
    assert_eq!((kind, &prepared.content), (Kind::Binary, &Content::Hex));
    assert_eq!(prepared.note.as_deref(), Some("not UTF-8 text: 3 invalid bytes, the first at offset 3"));
    let large = [vec![b'a'; 2_000], vec![0xff; 3_000_000]].concat();
    let note = shown(&large).1.note.expect("a note");
    assert_eq!(note, "not UTF-8 text: at least 1,048,576 invalid bytes, the first at offset 2,000");
}

#[test]
fn a08_what_is_told_to_be_text_is_shown_as_text_with_a_note() {
    let rule = crate::model::Decoding::of(crate::model::Form::Text);
    let bytes = b"12 \xb0C";
    let reading = read(bytes, &Hints { rule: Some(&rule), ..Hints::default() });
    let prepared = Prepared::of(&reading, bytes);
    assert_eq!(prepared.document().map(Document::as_str), Some("12 ⟨xB0⟩C"));
    assert_eq!(prepared.note.as_deref(), Some("not UTF-8 text: 1 invalid byte, the first at offset 3"));
}

#[test]
fn xml_is_laid_out_and_what_is_none_is_shown_as_sent() {
    let (kind, xml) = shown(b"<a><b>1</b></a>");
    assert_eq!((kind, xml.document().map(Document::as_str)), (Kind::Xml, Some("<a>\n  <b>1</b>\n</a>")));
    assert_eq!(xml.note, None);
    let (kind, broken) = shown(b"<p>line<br>line</p>");
    assert_eq!((kind, broken.document().map(Document::as_str)), (Kind::Xml, Some("<p>line<br>line</p>")));
    let note = broken.note.expect("a note");
    assert!(note.starts_with("not well-formed XML: ") && note.ends_with("at line 1 column 16"), "{note}");
    let deep = "<a>".repeat(1_000) + &"</a>".repeat(1_000);
    let note = shown(deep.as_bytes()).1.note.expect("a note");
    assert_eq!(note, "XML shown as sent: nested deeper than 512 levels at line 1 column 1534");
}

#[test]
fn b06_b08_of_a_huge_text_the_first_part_is_shown_and_the_note_says_so() {
    let huge = "é".repeat(VIEW_LIMIT);
    let (_, shown) = shown(huge.as_bytes());
    assert_eq!(shown.note.as_deref(), Some("first 16 MB of 33 MB, as sent; the hex view has all"));
    assert_eq!(shown.document().map(|document| document.as_str().len()), Some(VIEW_LIMIT));
}

#[test]
fn b08_what_a_view_leaves_out_is_said_beside_what_reading_has_to_say() {
    let deep = "[".repeat(VIEW_LIMIT + 1_000);
    let note = shown(deep.as_bytes()).1.note.expect("a note");
    assert!(
        note.contains("nested deeper")
            && note.ends_with("first 16 MB of 16 MB, as sent; the hex view has all"),
        "{note}"
    );
}

#[test]
fn a08_what_the_user_calls_text_is_shown_as_text() {
    let rule = crate::model::Decoding::parse("text").expect("rule");
    let hints = Hints { rule: Some(&rule), ..Hints::default() };
    // Latin-1; and a long text of which a part is read, cut within a letter.
    for (payload, text) in [(&b"caf\xe9"[..], "caf⟨xE9⟩"), (&"caf\u{e9}".as_bytes()[..4], "caf⟨xC3⟩")]
    {
        let prepared = Prepared::of(&read(payload, &hints), payload);
        assert_eq!(prepared.document().map(Document::as_str), Some(text));
    }
    let huge = vec![0xe9; VIEW_LIMIT + 1];
    let note = Prepared::of(&read(&huge, &hints), &huge).note;
    assert!(note.is_some_and(|note| note.contains("UTF-8") && note.contains("; first 16 MB of")));
}

proptest! {
    #[test]
    fn any_bytes_can_be_shown(bytes: Vec<u8>, text in "[{}\\[\\]\",:a-z0-9\u{1b}\u{202e}\n ]{0,60}") {
        for payload in [&bytes[..], text.as_bytes()] {
            let (_, prepared) = shown(payload);
            if let Some(document) = prepared.document() {
                let rows = slice(document, 0, 0, 100, 100, Style::VIEW, &[]);
                prop_assert_eq!(rows.len(), document.lines().min(100));
                prop_assert!(rows.iter().all(|row| !row.text().contains(char::is_control)));
            }
            if let Some(document) = Prepared::as_sent(text.as_bytes()).document() {
                prop_assert_eq!(document.as_str(), &text);
            }
        }
    }
}
