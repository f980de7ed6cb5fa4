use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn diff(old: &str, new: &str) -> Diff {
    Diff::between(Side::of(old.as_bytes()), Side::of(new.as_bytes()))
}

/// Each row as `mark place old → new`.
fn rows(diff: &Diff) -> Vec<String> {
    let line = |row: &DiffRow| {
        let mark = match row.mark {
            Mark::Added => '+',
            Mark::Removed => '-',
            Mark::Changed => '~',
            Mark::Same => ' ',
        };
        let place = match &row.place {
            Place::Pointer(path) | Place::XPath(path) => path.clone(),
            Place::Line(old, new) => format!("{old:?}:{new:?}").replace("Some", "").replace("None", "-"),
            Place::Offset(offset) => offset.to_string(),
        };
        let part = |part: &Option<Part>| part.as_ref().map_or("", |part| part.text.as_str()).to_owned();
        format!("{mark} {place} {} | {}", part(&row.old), part(&row.new))
    };
    diff.rows.iter().map(line).collect()
}

fn line(old: &str, new: &str, columns: usize) -> String {
    summary(Side::of(old.as_bytes()), Side::of(new.as_bytes()), columns)
}

#[test]
fn fields_are_compared_in_the_order_of_the_newer() {
    let old = r#"{"gone":[1, 2],"t":20.1,"deep":{"a":"x","b":null},"same":{"x":1}}"#;
    let new = r#"{"t":20.10,"deep":{"b":{"c":1},"a":"y"},"same":{ "x" : 1 },"more":"z"}"#;
    let found = diff(old, new);
    assert_eq!(
        rows(&found),
        [
            "~ /t 20.1 | 20.10",
            "~ /deep/b null | {\"c\":1}",
            "~ /deep/a \"x\" | \"y\"",
            "+ /more  | \"z\"",
            "- /gone [1,2] | "
        ]
    );
    assert_eq!((found.by, found.verdict), (By::Field, Verdict::Differs));
    assert_eq!(found.rows[1].label, "deep.b");
}

#[test]
fn b09_many_siblings_and_many_long_arrays_are_compared_at_once() {
    let object = |from: usize| {
        let keys: Vec<String> = (0..20_000).map(|n| format!("\"k{n}\":{}", usize::from(n >= from))).collect();
        format!("{{{}}}", keys.join(","))
    };
    let found = diff(&object(20_000), &object(19_000));
    assert_eq!((found.rows.len(), found.more), (1_000, 0));
    assert_eq!(found.rows[999].place, Place::Pointer("/k19999".to_owned()));
    let xml =
        |from: usize| (0..20_000).map(|n| if n < from { "<a>0</a>" } else { "<a>1</a>" }).collect::<String>();
    let found = diff(&format!("<r>{}</r>", xml(20_000)), &format!("<r>{}</r>", xml(19_000)));
    assert_eq!(found.rows[999].place, Place::XPath("/r/a[20000]/text()".to_owned()));
    let arrays = |count: usize, step: usize| {
        let array = |k: usize| {
            let items: Vec<String> = (0..count).map(|n| ((n * step + k * 7) % 1009).to_string()).collect();
            format!("[{}]", items.join(","))
        };
        format!("[{}]", (0..200).map(array).collect::<Vec<_>>().join(","))
    };
    let found = diff(&arrays(900, 31), &arrays(901, 57));
    assert!(found.note.is_some_and(|note| note.contains("in place")), "the square of all that is too much");
    assert!(found.rows.len() + found.more >= 200 * 901, "and yet each item is told of");
}

#[test]
fn halves_of_surrogate_pairs_are_not_all_the_same() {
    assert_eq!(rows(&diff(r#"{"a":"\ud83d"}"#, r#"{"a":"\ud83e"}"#)), [r#"~ /a "\ud83d" | "\ud83e""#]);
    assert_eq!(diff(r#"["\u0061"]"#, r#"["a"]"#).verdict, Verdict::SameContent);
}

#[test]
fn another_order_of_keys_and_other_whitespace_is_the_same_content() {
    for (old, new) in [
        (r#"{"a":1,"b":[1,2]}"#, "{ \"b\": [ 1,2 ],\n \"a\": 1 }"),
        (r#"{"a":"é/"}"#, r#"{"\u0061":"\u00e9\/"}"#),
        ("<a b='1' c='2'> x </a>", "<a c=\"2\" b=\"1\">x</a>"),
    ] {
        let found = diff(old, new);
        assert_eq!((found.verdict, rows(&found).len()), (Verdict::SameContent, 0), "{old}");
        assert_eq!(found.summary(40, None), "same content, other bytes");
    }
    let zipped = Side { bytes: b"\x1f\x8b", form: Form::Json("{\"a\":1}") };
    let plain = Side::of(b"{\"a\":1}");
    assert_eq!(Diff::between(zipped, plain).verdict, Verdict::SameContent, "decoded from other bytes");
}

#[test]
fn an_item_put_in_or_taken_out_is_one_row() {
    let found = diff(r#"[{"a":1},{"a":2},{"a":3}]"#, r#"[{"a":0},{"a":1},{"a":2},{"a":3}]"#);
    assert_eq!(rows(&found), ["+ /0  | {\"a\":0}"]);
    let found = diff("[1,2,3,4]", "[1,3,5]");
    assert_eq!(rows(&found), ["- /1 2 | ", "~ /2 4 | 5"]);
    let found = diff("[1,2]", "[2,1]");
    assert_eq!(rows(&found), ["~ /0 1 | 2", "~ /1 2 | 1"], "place by place when lengths are the same");
}

#[test]
fn repeated_keys_are_paired_by_their_turn() {
    let found = diff(r#"{"a":1,"a":2,"a":3}"#, r#"{"a":1,"a":5}"#);
    assert_eq!(rows(&found), ["~ /a~#2 2 | 5", "- /a~#3 3 | "]);
}

#[test]
fn xml_is_compared_by_node() {
    let old = "<m id='1'><r>20.1</r><r>5</r><old/></m>";
    let new = "<m id='2'>\n  <r>20.4</r>\n  <r>5</r>\n  <new/>\n</m>";
    let found = diff(old, new);
    assert_eq!(
        rows(&found),
        ["~ /m/@id 1 | 2", "~ /m/r[1]/text() 20.1 | 20.4", "+ /m/new  | <new/>", "- /m/old <old/> | "]
    );
    assert_eq!(found.summary(80, None), "+ m/new, − m/old, m/@id 1 → 2, m/r[1]/text() 20.1 → 20.4");
}

#[test]
fn text_is_compared_by_line_with_what_stands_around() {
    let old = "a\nb\nc\nd\ne\nthe quick fox\ng\nh\ni\nj\nk";
    let new = "a\nb\nc\nd\ne\nthe slow fox\ng\nh\ni\nj\nk\nl";
    let found = diff(old, new);
    assert_eq!(found.by, By::Line);
    assert_eq!(
        rows(&found),
        [
            "  (2):(2) c | c",
            "  (3):(3) d | d",
            "  (4):(4) e | e",
            "~ (5):(5) the quick fox | the slow fox",
            "  (6):(6) g | g",
            "  (7):(7) h | h",
            "  (8):(8) i | i",
            "  (9):(9) j | j",
            "  (10):(10) k | k",
            "+ -:(11)  | l"
        ]
    );
    let changed = &found.rows[3];
    let emphasis = |part: &Option<Part>| part.as_ref().map(|part| part.emphasis.clone()).unwrap_or_default();
    assert_eq!([emphasis(&changed.old), emphasis(&changed.new)].concat(), [4..9, 4..8]);
    assert_eq!(found.summary(40, None), "1 line changed, 1 added");
}

#[test]
fn anything_else_is_compared_by_byte() {
    let found = Diff::between(
        Side::of(b"\xff\0\x01\x02\x03\x04\x05\x06\x07"),
        Side::of(b"\xff\0\x09\x02\x08\x04\x05\x06\x07"),
    );
    assert_eq!(rows(&found), ["~ 2 01 02 03 | 09 02 08"]);
    assert_eq!(found.rows[0].new.as_ref().map(|part| part.emphasis.clone()), Some(vec![0..2, 6..8]));
    assert_eq!(found.summary(40, None), "9 B, other bytes from offset 2");
    let found = Diff::between(Side::of(b"\xff\0\x01\x02end"), Side::of(b"\xff\0end"));
    assert_eq!(rows(&found), ["- 2 01 02 | "]);
    let (old, new) = (vec![0xff; 1204], vec![0xfe; 1310]);
    assert_eq!(Diff::between(Side::of(&old), Side::of(&new)).summary(40, None), "1,204 → 1,310 B");
}

#[test]
fn a_summary_says_what_fits_into_its_columns() {
    let old = r#"{"temperature":20.1,"humidity":47,"battery":97,"linkquality":112}"#;
    let new = r#"{"temperature":20.4,"humidity":48,"battery":96,"error":"low"}"#;
    assert_eq!(
        line(old, new, 100),
        "+ error, − linkquality, temperature 20.1 → 20.4, humidity 47 → 48, battery 97 → 96"
    );
    assert_eq!(line(old, new, 51), "+ error, − linkquality, temperature 20.1 → 20.4, +2");
    assert_eq!(line(old, new, 50), "+ error, − linkquality, humidity 47 → 48, +2", "what is shorter fits");
    assert_eq!(line(old, new, 15), "+ error, +4");
    assert_eq!(line(old, new, 3), "+ error, +4", "one is always said");
    assert_eq!(line(old, old, 3), "same");
    assert_eq!(line("20.1", "20.4", 40), "20.1 → 20.4");
    assert_eq!(line("ON", "OFF", 40), "ON → OFF");
    assert_eq!(line("[1,2]", "[1,2,3]", 40), "+ [2]");
    assert_eq!(line("{\"a\":1}", "ON", 40), "{\"a\":1} → ON");
    assert_eq!(line("", "ON", 40), "(empty) → ON");
}

#[test]
fn a_summary_tells_what_happened_before_what_was_measured_and_the_time_last() {
    let state = |second: u32, power: &str, load: u32| {
        format!(
            r#"{{"Time":"2026-11-20T18:44:{second:02}","UptimeSec":{second},"LoadAvg":{load},"POWER":"{power}","Ip":"x"}}"#
        )
    };
    let (old, new) = (state(4, "ON", 19), state(14, "OFF", 20));
    let whole = "POWER ON → OFF, LoadAvg 19 → 20, Time \"2026-11-20T18:44:04\" → \"2026-11-20T18:44:14\", UptimeSec 4 → 14";
    assert_eq!(line(&old, &new, 200), whole);
    assert_eq!(line(&old, &new, 60), "POWER ON → OFF, LoadAvg 19 → 20, UptimeSec 4 → 14, +1");
    assert_eq!(line(&old, &new, 22), "POWER ON → OFF, +3", "it does not give way to something shorter");
    assert_eq!(line(&old, &new, 30), "POWER ON → OFF, +3");
    let string = |value: &str| format!(r#"{{"a":"{value}"}}"#);
    assert_eq!(line(&string("on"), r#"{"a":true}"#, 40), "a on → true");
    assert_eq!(
        line(&string("true"), r#"{"a":true}"#, 40),
        "a \"true\" → true",
        "where quotes tell something, they stay"
    );
    assert_eq!(line(&string(""), &string("20.4"), 40), "a \"\" → \"20.4\"");
    let idle = state(14, "ON", 19);
    assert_eq!(line(&old, &idle, 40), "same but Time, UptimeSec");
    assert_eq!(line(&old, &idle, 20), "same but Time, +1");
    assert_eq!(line(&old, &idle, 5), "same but clocks");
    assert!(diff(&old, &idle).is_only_clocks() && !diff(&old, &new).is_only_clocks());
    assert!(!diff(&idle, &old).is_only_clocks(), "time does not go back");
    let found = diff(&old, &new);
    assert_eq!(
        rows(&found)[0],
        "~ /Time \"2026-11-20T18:44:04\" | \"2026-11-20T18:44:14\"",
        "as in the document"
    );
    assert_eq!(found.summary(30, Some("/LoadAvg")), "LoadAvg 19 → 20, +3", "what was asked for comes first");
}

#[test]
fn a_long_path_gives_way_to_its_values() {
    let old = r#"{"hydraulics":{"filter_dp_bar":2.19,"pressure_bar":155.4},"a":{"b.c":1}}"#;
    let new = r#"{"hydraulics":{"filter_dp_bar":2.27,"pressure_bar":153.7},"a":{"b.c":2}}"#;
    let whole = "hydraulics.filter_dp_bar 2.19 → 2.27, hydraulics.pressure_bar 155.4 → 153.7, a.b.c 1 → 2";
    assert_eq!(line(old, new, 100), whole);
    assert_eq!(line(old, new, 70), "hydraulics.filter_dp_bar 2.19 → 2.27, …pressure_bar 155.4 → 153.7, +1");
    assert_eq!(line(old, new, 31), "…filter_dp_bar 2.19 → 2.27, +2");
    assert_eq!(line(old, new, 3), "…filter_dp_bar 2.19 → 2.27, +2", "the first is always said");
    assert_eq!(line(r#"{"a":{"b.c":1}}"#, r#"{"a":{"b.c":2}}"#, 3), "…b.c 1 → 2");
    assert_eq!(
        line(r#"{"a":{"b/c":[1]}}"#, r#"{"a":{"b/c":[2]}}"#, 3),
        "a.b/c[0] 1 → 2",
        "an item is none of its own"
    );
}

#[test]
fn what_is_long_is_cut_and_what_is_many_is_counted() {
    let old = format!("[{}]", vec!["1"; 5000].join(","));
    let new = format!("[{}]", vec!["2"; 5000].join(","));
    let found = diff(&old, &new);
    assert_eq!((found.rows.len(), found.more), (MAX_ROWS, 3000));
    assert_eq!(found.summary(12, None), "[0] 1 → 2, +4999");
    let found = diff(&old, &format!("[{}]", vec!["2"; 6000].join(",")));
    assert!(found.note.is_some_and(|note| note.contains("in place")));
    let found = diff("{}", &format!("{{\"a\":\"{}\"}}", "x".repeat(5000)));
    let part = found.rows[0].new.clone().expect("added");
    assert!(part.cut && part.text.len() <= MAX_PART);
}

#[test]
fn a_difference_far_on_in_a_long_value_is_kept() {
    let long = |value: &str| format!("{}é {value} {}", "x ".repeat(3_000), "y".repeat(3_000));
    for (old, new) in [
        (long("20.1"), long("20.4")),
        (format!("{{\"a\":\"{}\"}}", long("20.1")), format!("{{\"a\":\"{}\"}}", long("20.4"))),
    ] {
        let found = diff(&old, &new);
        let (old, new) = (found.rows[0].old.clone().expect("old"), found.rows[0].new.clone().expect("new"));
        assert!(old.text.contains("é 20.1 y") && new.text.contains("é 20.4 y"), "{old:?} {new:?}");
        assert_eq!(old.skipped, new.skipped);
        assert!(new.skipped > 5_000 && new.cut && new.text.len() <= MAX_PART);
        assert!(line(&format!("{:?}", old.text), &format!("{:?}", new.text), 200).contains("20.4"));
    }
    let (old, new) = (long("20.1"), long("20.4"));
    assert!(line(&old, &new, 80).contains("20.4"), "{}", line(&old, &new, 80));
}

#[test]
fn b09_deep_and_broken_payloads_are_compared_by_line() {
    let deep = |middle: &str| format!("{}{middle}{}", "[".repeat(100_000), "]".repeat(100_000));
    let found = diff(&deep("1"), &deep("2"));
    assert_eq!((found.by, found.rows.len()), (By::Line, 1));
    assert_eq!(diff("{\"a\":1", "{\"a\":2").by, By::Line);
}

fn any_value() -> impl Strategy<Value = Value> {
    let scalar =
        prop_oneof![(0..4_i32).prop_map(Value::from), Just(Value::Null), "[a-b]{0,2}".prop_map(Value::from)];
    scalar.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-d/~]{0,2}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn split(pointer: &str) -> (&str, String) {
    let (parent, token) = pointer.rsplit_once('/').expect("below the root");
    (parent, token.replace("~1", "/").replace("~0", "~"))
}

/// Makes the newer value of the older one by its rows alone.
fn applied(mut value: Value, rows: &[DiffRow]) -> Value {
    let pointer = |row: &DiffRow| match &row.place {
        Place::Pointer(pointer) => pointer.clone(),
        other => panic!("{other:?}"),
    };
    let new = |row: &DiffRow| -> Value {
        serde_json::from_str(&row.new.as_ref().expect("a new value").text).expect("JSON")
    };
    let mut removed: Vec<String> = rows.iter().filter(|row| row.mark == Mark::Removed).map(pointer).collect();
    // Later items first, so that the places of earlier ones hold.
    removed.sort_by_key(|pointer| {
        let (parent, token) = split(pointer);
        (parent.to_owned(), token.parse::<usize>().unwrap_or(0))
    });
    for pointer in removed.iter().rev() {
        let (parent, token) = split(pointer);
        match value.pointer_mut(parent).expect("its parent") {
            Value::Array(items) => drop(items.remove(token.parse().expect("a place"))),
            Value::Object(map) => drop(map.remove(&token)),
            other => panic!("{other}"),
        }
    }
    for row in rows.iter().filter(|row| row.mark == Mark::Added) {
        let pointer = pointer(row);
        let (parent, token) = split(&pointer);
        match value.pointer_mut(parent).expect("its parent") {
            Value::Array(items) => items.insert(token.parse().expect("a place"), new(row)),
            Value::Object(map) => drop(map.insert(token, new(row))),
            other => panic!("{other}"),
        }
    }
    for row in rows.iter().filter(|row| row.mark == Mark::Changed) {
        *value.pointer_mut(&pointer(row)).expect("the value") = new(row);
    }
    value
}

proptest! {
    #[test]
    fn a_payload_is_the_same_as_itself(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let found = Diff::between(Side::of(&bytes), Side::of(&bytes));
        prop_assert_eq!(found.verdict, Verdict::Same);
        prop_assert_eq!(found.summary(20, None), "same");
    }

    #[test]
    fn any_two_payloads_can_be_compared(
        old in prop::collection::vec(any::<u8>(), 0..60),
        new in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let found = Diff::between(Side::of(&old), Side::of(&new));
        prop_assert_eq!(found.verdict == Verdict::Same, old == new);
        prop_assert!(!found.summary(20, None).is_empty());
    }

    #[test]
    fn the_rows_lead_from_the_older_to_the_newer(old in any_value(), new in any_value()) {
        let found = diff(&old.to_string(), &new.to_string());
        // Scalars alone are plain text and compared as a line.
        if found.by == By::Field {
            prop_assert_eq!(applied(old, &found.rows), new);
        }
    }

    #[test]
    fn equal_content_never_differs(value in any_value()) {
        let laid_out = serde_json::to_string_pretty(&value).expect("JSON");
        let found = diff(&value.to_string(), &laid_out);
        prop_assert!(found.verdict != Verdict::Differs || found.by == By::Line);
    }

    #[test]
    fn lines_come_back_from_their_rows(old in "[ab\n]{0,12}", new in "[ab\n]{0,12}") {
        let found = lines::compare(&old, &new);
        let count = |mark: Mark| found.rows.iter().filter(|row| row.mark == mark).count() as isize;
        let lines = |text: &str| text.split('\n').count() as isize;
        prop_assert_eq!(lines(&new) - lines(&old), count(Mark::Added) - count(Mark::Removed));
        prop_assert_eq!(old == new, found.rows.is_empty());
    }
}
