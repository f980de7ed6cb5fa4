use proptest::prelude::*;

use super::*;
use crate::payload::{is_clean, preview_kind, width};

fn of(bytes: &[u8], columns: usize) -> String {
    preview(bytes, preview_kind(bytes), columns, Style::LINE)
}

#[test]
fn each_kind_has_its_line() {
    assert_eq!(of(b"", 20), "");
    assert_eq!(of(b" 20.4\n", 20), "20.4");
    assert_eq!(of(b"true", 20), "true");
    assert_eq!(of(b"{\n  \"a b\": 1,\n  \"c\\\" d\": [ 2 ]\n}\n", 40), "{\"a b\":1,\"c\\\" d\":[2]}");
    assert_eq!(of(b"first\nsecond\tx\n", 40), "first␊second␉x");
    assert_eq!(of(b"\x1f\x8b\x08\x00\xff", 40), "binary, 5 B  1f 8b 08 00 ff");
    assert_eq!(of(&[0xff; 1204], 24), "binary, 1,204 B  ff ff …");
}

#[test]
fn b08_what_is_left_out_is_said() {
    assert_eq!(of(b"abcdefgh", 4), "abc…");
    assert_eq!(of(br#"{"temperature":20.4}"#, 12), "{\"temperatu…");
    let long = "x".repeat(1_000_000);
    assert!(of(long.as_bytes(), 4_000).ends_with("x…"), "even where there is room for more");
    let spaced = format!("[1,{}2]", " ".repeat(100_000));
    assert_eq!(of(spaced.as_bytes(), 20), "[1,…");
    assert_eq!(of(&vec![0xff; 100_000], 0), "");
}

#[test]
fn a_character_is_never_cut_in_two() {
    for shift in 0..4 {
        let text = format!("{}{}", "a".repeat(shift), "名😀é".repeat(5_000));
        let shown = of(text.as_bytes(), 3_000);
        assert!(!shown.contains('⟨'), "{shift}");
        let json = format!("[\"{text}\"]");
        assert!(!of(json.as_bytes(), 3_000).contains('⟨'), "{shift}");
    }
}

#[test]
fn a01_a_preview_is_safe() {
    assert_eq!(of(b"{\"a\":\"\x1b]52;c\"}", 40), "{\"a\":\"␛]52;c\"}");
    let ascii = preview("grün\u{202e}".as_bytes(), Kind::Text, 40, Style::LINE.ascii(true));
    assert_eq!(ascii, "gr<U+00FC>n<U+202E>");
}

proptest! {
    #[test]
    fn any_bytes_give_one_clean_line_that_fits(bytes: Vec<u8>, text: String, columns in 0_usize..60) {
        for payload in [&bytes[..], text.as_bytes()] {
            for kind in [preview_kind(payload), Kind::Json, Kind::Text, Kind::Binary, Kind::Number] {
                let shown = preview(payload, kind, columns, Style::VIEW);
                prop_assert!(is_clean(&shown), "{shown:?}");
                prop_assert!(width(&shown) <= columns, "{shown:?}");
            }
        }
    }
}
