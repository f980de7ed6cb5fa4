use proptest::prelude::*;

use super::*;

fn learned(messages: &[&str]) -> Shape {
    let mut shape = Shape::new();
    for message in messages {
        shape.learn(message);
    }
    shape
}

/// What is odd about `message`, in words.
fn odd(shape: &Shape, message: &str) -> Vec<String> {
    shape.judge(message).iter().map(Oddity::to_string).collect()
}

#[test]
fn in_brief_an_oddity_keeps_name_and_value() {
    let pointer = || "/hydraulics/pressure_bar".to_owned();
    let far = Oddity::OutOfRange { pointer: pointer(), value: 153.7, min: 155.4, max: 182.8 };
    let other = Oddity::TypeChanged { pointer: pointer(), was: ValueType::Number, is: ValueType::Null };
    assert_eq!(far.brief(), "pressure_bar 153.7, not 155.4 … 182.8");
    assert_eq!(other.brief(), "pressure_bar is null");
    assert_eq!(Oddity::NewKey(pointer()).brief(), "new key pressure_bar");
    assert_eq!(Oddity::MissingKey(pointer()).brief(), "no pressure_bar");
    let whole = Oddity::OutOfRange { pointer: String::new(), value: 9.0, min: 1.0, max: 2.0 };
    assert_eq!(whole.brief(), "value 9, not 1 … 2");
}

#[test]
fn a_new_key_is_odd_once() {
    let mut shape = Shape::new();
    assert_eq!(odd(&shape, r#"{"a":1}"#), [""; 0], "nothing is known of the first");
    shape.learn(r#"{"a":1,"deep":{"b":[{"c":1}]}}"#);
    let message = r#"{"a":1,"deep":{"b":[{"x":1}],"n/w":{"inner":1}}}"#;
    assert_eq!(
        odd(&shape, message),
        ["new key /deep/n~1w"],
        "items are data, and what is in a new object is new with it"
    );
    shape.learn(message);
    assert_eq!(odd(&shape, message), [""; 0]);
    assert_eq!((shape.messages(), shape.key_count(), shape.is_full()), (2, 5, false));
}

#[test]
fn a_new_key_that_occurs_twice_is_told_once() {
    assert_eq!(odd(&learned(&["{}"]), r#"{"x":1,"x":2}"#), ["new key /x"]);
}

#[test]
fn another_type_is_odd_until_it_is_known() {
    let mut shape = learned(&[r#"{"t":20.1,"on":true}"#]);
    let message = r#"{"t":null,"on":"ON"}"#;
    assert_eq!(
        odd(&shape, message),
        ["/t is null instead of a number", "/on is a string instead of a boolean"]
    );
    shape.learn(message);
    assert_eq!(odd(&shape, message), [""; 0]);
    assert_eq!(odd(&shape, r#"{"t":1,"on":{}}"#), ["/on is an object instead of a string"]);
    assert_eq!(odd(&shape, "[1]"), ["the value is an array instead of an object"]);
}

#[test]
fn a_number_well_outside_of_those_seen_is_odd() {
    let mut shape = Shape::new();
    for n in (0..SETTLED).map(|n| n * 7 % SETTLED) {
        assert_eq!(odd(&shape, &format!("{{\"t\":{n}}}")), [""; 0], "too few to know");
        shape.learn(&format!("{{\"t\":{n}}}"));
    }
    assert_eq!(odd(&shape, "{\"t\":-12}"), [""; 0], "within another span");
    assert_eq!(odd(&shape, "{\"t\":85}"), ["/t is 85, outside of 0 … 19"]);
    assert_eq!(odd(&shape, "{\"t\":-3e1}"), ["/t is -30, outside of 0 … 19"]);
    let constant = learned(&["{\"v\":230}"; 20]);
    assert_eq!(odd(&constant, "{\"v\":240}"), [""; 0]);
    assert_eq!(odd(&constant, "{\"v\":12}"), ["/v is 12, outside of 230 … 230"]);
}

#[test]
fn a_value_that_drifts_is_not_odd_each_time() {
    let mut shape = Shape::new();
    let mut cries = 0;
    for n in 0..10_000 {
        let message = format!("{{\"uptime\":{}}}", n * 60);
        cries += shape.judge(&message).len();
        shape.learn(&message);
    }
    assert_eq!(cries, 0);
}

#[test]
fn a_key_that_was_always_there_is_missed_once() {
    let mut shape = learned(&[r#"{"a":1,"b":{"c":1}}"#; 20]);
    assert_eq!(odd(&shape, r#"{"a":1}"#), ["/b is missing"], "not what was in it as well");
    assert_eq!(odd(&shape, r#"{"b":{}}"#), ["/a is missing", "/b/c is missing"]);
    shape.learn(r#"{"a":1}"#);
    assert_eq!(odd(&shape, r#"{"a":1}"#), [""; 0], "it is not always there");
    let few = learned(&[r#"{"a":1}"#; 19]);
    assert_eq!(odd(&few, "{}"), [""; 0]);
    let mut late = learned(&["{}"; 30]);
    for _ in 0..20 {
        late.learn(r#"{"late":1}"#);
    }
    assert_eq!(odd(&late, "{}"), ["/late is missing"], "in every message since it came");
}

#[test]
fn what_is_no_json_teaches_nothing() {
    let shape = learned(&[r#"{"a":1"#, "ON", ""]);
    assert_eq!((shape.messages(), shape.key_count()), (0, 0));
    let shape = learned(&[r#"{"a":1}"#]);
    assert_eq!(odd(&shape, r#"{"b":1"#), [""; 0]);
    assert_eq!(odd(&shape, "\"text\""), ["the value is a string instead of an object"]);
}

#[test]
fn a_shape_takes_bounded_memory_and_says_when_it_is_full() {
    let wide: Vec<String> = (0..1000).map(|n| format!("\"key {n}\":{n}")).collect();
    let mut shape = learned(&[&format!("{{{}}}", wide.join(","))]);
    assert!(shape.is_full() && shape.key_count() == MAX_KEYS - 1);
    assert_eq!(odd(&shape, r#"{"another":1}"#), [""; 0], "it may have been there");
    for n in 0..1000 {
        shape.learn(&format!("{{\"{}{n}\":1}}", "x".repeat(1000)));
    }
    assert!(shape.memory() < 64 * 1024, "{}", shape.memory());
    let long = format!("{{\"{}\":1}}", "x".repeat(MAX_BYTES));
    assert!(learned(&[&long, &long]).memory() < 64 * 1024);
    let deep = format!("{}1{}", "{\"a\":".repeat(20), "}".repeat(20));
    assert_eq!(learned(&[&deep]).key_count(), MAX_LEVELS);
}

#[test]
fn of_many_oddities_some_are_told() {
    let keys = |value: &str| (0..100).map(|n| format!("\"{n}\":{value}")).collect::<Vec<_>>().join(",");
    let shape = learned(&[&format!("{{{}}}", keys("1"))]);
    assert_eq!(shape.judge(&format!("{{{}}}", keys("null"))).len(), MAX_ODDITIES);
}

proptest! {
    #[test]
    fn nothing_is_odd_about_what_was_just_learned(texts in prop::collection::vec(r#"\{("[a-c]":([1-9][0-9]{0,2}|"x"|null|\{\}|\[1\]),){0,4}"z":1\}"#, 1..30)) {
        let mut shape = Shape::new();
        for text in &texts {
            shape.learn(text);
            prop_assert_eq!(shape.judge(text), []);
        }
        prop_assert_eq!(shape.messages() as usize, texts.len());
    }

    #[test]
    fn any_text_can_be_judged(texts in prop::collection::vec(r#"[{}\[\]":,a0-9]{0,30}"#, 1..20)) {
        let mut shape = Shape::new();
        for text in &texts {
            let _ = shape.judge(text);
            shape.learn(text);
        }
    }
}
