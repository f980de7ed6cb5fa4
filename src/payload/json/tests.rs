use proptest::prelude::*;

use super::*;
use crate::payload::{Role, tokens};

fn laid_out(text: &str) -> String {
    pretty(text).expect(text).as_str().to_owned()
}

#[test]
fn one_key_or_item_a_line() {
    let document = pretty(r#" {"a":1,"b":[true,null,{"c":"d"}],"e":{},"f":[ ]} "#).expect("valid");
    let expected = "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null,\n    {\n      \"c\": \"d\"\n    }\n  ],\n  \"e\": {},\n  \"f\": []\n}";
    assert_eq!(document.as_str(), expected);
    let lines: Vec<_> = (0..document.lines()).map(|n| document.line(n)).collect();
    assert_eq!(lines, expected.split('\n').collect::<Vec<_>>());
}

#[test]
fn nothing_but_whitespace_changes() {
    for text in
        [r#"{"b":1,"a":2,"b":3}"#, r"[1.10,1e400,-0,123456789012345678901234567890]", r#""\u00e9\/\ud83d é""#]
    {
        let shown: String = laid_out(text).split_whitespace().collect();
        assert_eq!(shown, text.split_whitespace().collect::<String>());
    }
}

#[test]
fn faults_name_their_place() {
    for (text, line, column, reason) in [
        ("", 1, 1, JsonReason::Ends),
        ("{\"a\": 1", 1, 8, JsonReason::Ends),
        ("{\n  \"é\": 1,\n  \"b\" 2\n}", 3, 7, JsonReason::ExpectedColon),
        ("[\"é\" 1]", 1, 6, JsonReason::ExpectedComma),
        ("{a:1}", 1, 2, JsonReason::ExpectedKey),
        ("{\"a\":1,}", 1, 8, JsonReason::ExpectedKey),
        ("[1,]", 1, 4, JsonReason::ExpectedValue),
        ("[1}", 1, 3, JsonReason::ExpectedComma),
        ("{]", 1, 2, JsonReason::ExpectedKey),
        ("1 2", 1, 3, JsonReason::Trailing),
        ("\"a\nb\"", 1, 3, JsonReason::ControlInString),
        ("\"\\x\"", 1, 2, JsonReason::BadEscape),
        ("\"\\u12g4\"", 1, 2, JsonReason::BadEscape),
        ("01", 1, 2, JsonReason::BadNumber),
        ("1.", 1, 3, JsonReason::Ends),
        ("[1.]", 1, 4, JsonReason::BadNumber),
        ("-x", 1, 2, JsonReason::BadNumber),
        ("tru", 1, 4, JsonReason::Ends),
        ("nil", 1, 1, JsonReason::BadWord),
    ] {
        let fault = pretty(text).expect_err(text);
        assert_eq!((fault.line, fault.column, fault.reason), (line, column, reason), "{text:?}");
        assert_eq!(check(text), Err(fault));
    }
    let fault = pretty("[1,\n x]").expect_err("x is no value");
    assert_eq!(fault.to_string(), "expected a value at line 2 column 2");
}

#[test]
fn b09_f17_depth_is_bounded_and_never_on_the_stack() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(pretty(&nested(MAX_DEPTH)).is_ok());
    for depth in [MAX_DEPTH + 1, 100_000, 1_000_000] {
        assert_eq!(pretty(&nested(depth)).expect_err("too deep").reason, JsonReason::TooDeep);
        assert_eq!(check(&nested(depth)).expect_err("too deep").reason, JsonReason::TooDeep);
    }
    let objects = format!("{}1{}", "{\"a\":[".repeat(200), "]}".repeat(200));
    assert!(laid_out(&objects).lines().count() == 801);
}

#[test]
fn b06_a_small_payload_cannot_ask_for_gigabytes_of_spaces() {
    let hostile = format!("{}{}1{}", "[".repeat(500), "1,".repeat(1_000_000), "]".repeat(500));
    let fault = pretty(&hostile).expect_err("a thousand times as long laid out");
    assert_eq!(fault.reason, JsonReason::TooWide);
    let table = format!("[{}[0,0]]", "[0,0],".repeat(100_000));
    assert!(pretty(&table).is_ok(), "a plain table of small numbers is");
}

/// Any JSON value as text, with odd spaces, duplicate keys and numbers no `f64` holds.
fn json_text() -> impl Strategy<Value = String> {
    let space = "[ \n\t\r]{0,3}";
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).expect("a string")),
        Just(r#""\/\u0000\uD800é\\\"""#.to_owned()),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let item = (space, inner, space).prop_map(|(before, value, after)| format!("{before}{value}{after}"));
        prop_oneof![
            proptest::collection::vec(item.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec(("[a-c\\\\]{0,2}", item), 0..6).prop_map(move |items| {
                let fields = items
                    .iter()
                    .map(|(key, value)| format!(" {}\n:{value}", serde_json::to_string(key).expect("a key")));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

/// The text without whitespace outside strings.
fn significant(text: &str) -> String {
    let (mut inside, mut escaped, mut out) = (false, false, String::new());
    for c in text.chars() {
        if !inside && c.is_ascii_whitespace() {
            continue;
        }
        if c == '"' && !escaped {
            inside = !inside;
        }
        escaped = inside && c == '\\' && !escaped;
        out.push(c);
    }
    out
}

proptest! {
    #[test]
    fn laying_out_is_lossless(text in json_text()) {
        let document = pretty(&text).expect("generated JSON is valid");
        let mut parts = String::new();
        for n in 0..document.lines() {
            prop_assert!(!document.line(n).contains('\n'));
            for (role, part) in tokens(document.line(n)) {
                match role {
                    Role::Plain => prop_assert!(part.bytes().all(|b| b == b' '), "{part:?}"),
                    _ => parts.push_str(part),
                }
            }
        }
        prop_assert_eq!(parts, significant(&text));
        let again = pretty(document.as_str()).expect("still valid");
        prop_assert_eq!(again.as_str(), document.as_str());
    }

    #[test]
    fn keys_and_values_are_told_apart(text in json_text()) {
        let document = pretty(&text).expect("generated JSON is valid");
        for n in 0..document.lines() {
            let mut parts = tokens(document.line(n)).filter(|(role, _)| *role != Role::Plain).peekable();
            while let Some((role, _)) = parts.next() {
                let colon = parts.peek() == Some(&(Role::Punctuation, ":"));
                prop_assert_eq!(role == Role::Key, colon);
            }
        }
    }

    #[test]
    fn agrees_with_serde_json_on_what_is_json(text in "[\\[\\]{}:,\"\\\\0-9a-ftrulnsE.+\\- \n]{0,24}") {
        // serde_json refuses numbers beyond f64 and lone surrogates, which are legal JSON.
        if let Err(fault) = serde_json::from_str::<serde_json::Value>(&text) {
            let told = fault.to_string();
            if !told.contains("out of range") && !told.contains("surrogate") && !told.contains("hex escape") {
                prop_assert!(check(&text).is_err(), "{text:?}: {told}");
            }
        } else {
            prop_assert!(check(&text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn damaged_json_never_panics(text in json_text(), at in any::<prop::sample::Index>(), junk in any::<char>()) {
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len());
        chars[at] = junk;
        let damaged: String = chars.into_iter().collect();
        if let Err(fault) = pretty(&damaged) {
            prop_assert!(damaged.is_char_boundary(fault.offset));
            prop_assert_eq!(damaged[..fault.offset].matches('\n').count() + 1, fault.line);
        }
    }
}
