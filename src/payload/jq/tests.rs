use proptest::prelude::*;

use super::*;

const LIMITS: Limits = Limits { time: Duration::from_millis(200), outputs: 1000, output_bytes: 100_000 };

fn program(text: &str) -> Program {
    Program::compile(text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

fn outputs(text: &str, json: &str) -> Vec<String> {
    let outcome = program(text).run(json, &LIMITS);
    assert_eq!((outcome.ended, outcome.error), (Ended::Complete, None), "{text}");
    outcome.outputs
}

#[test]
fn programs_put_out_json_text() {
    let json = r#"{"b": 20.10, "a": [1, {"x": "é\n"}], "big": 123456789012345678901234567890}"#;
    for (text, expected) in [
        (".", vec![r#"{"b":20.10,"a":[1,{"x":"é\n"}],"big":123456789012345678901234567890}"#]),
        (".a[1].x", vec![r#""é\n""#]),
        (".a[]", vec!["1", r#"{"x":"é\n"}"#]),
        (".big + 1", vec!["123456789012345678901234567891"]),
        ("keys", vec![r#"["a","b","big"]"#]),
        ("[.a[] | type]", vec![r#"["number","object"]"#]),
        ("[range(3)], [range(3; 0; -2)]", vec!["[0,1,2]", "[3,1]"]),
        ("nan, infinite", vec!["null", "1.7976931348623157e308"]),
        ("empty", vec![]),
        ("first(range(1e18))", vec!["0"]),
        ("[limit(3; repeat(1))]", vec!["[1,1,1]"]),
        (".a[1].x | test(\"é\")", vec!["true"]),
    ] {
        assert_eq!(outputs(text, json), expected, "{text}");
    }
}

#[test]
fn faults_are_told_in_one_line_with_their_column() {
    for (text, told) in [
        (".a |", "expected term at column 5"),
        ("a b", "something follows the program at column 3"),
        (".a | foo", "there is no foo/0 here at column 6"),
        ("é", "expected token at column 1"),
        (".[", "expected closing bracket at column 3"),
        ("\"", "expected closing quote at column 2"),
        (".a | $x", "there is no variable $x here at column 6"),
        ("include \"x\"; .", "other files cannot be read here at column 10"),
        ("env", "there is no env/0 here at column 1"),
        ("$ENV.HOME", "there is no variable $ENV here at column 1"),
        ("halt", "there is no halt/0 here at column 1"),
        (". | halt_error", "there is no halt_error/0 here at column 5"),
        ("input", "there is no input/0 here at column 1"),
        ("[inputs]", "there is no inputs/0 here at column 2"),
        ("debug", "there is no debug/0 here at column 1"),
        ("stderr", "there is no stderr/0 here at column 1"),
        ("input_filename", "there is no input_filename/0 here at column 1"),
    ] {
        assert_eq!(Program::compile(text).expect_err(text).to_string(), told, "{text}");
    }
    assert!(Program::compile(&"(".repeat(MAX_PROGRAM)).is_err());
    assert!(Program::compile(&"-".repeat(MAX_PROGRAM)).is_err());
    assert!(Program::compile(&" ".repeat(MAX_PROGRAM + 1)).is_err());
    assert!(Program::compile(&format!("{}1{}", "[".repeat(2000), "]".repeat(2000))).is_ok());
}

#[test]
fn errors_of_a_run_keep_what_was_put_out_before() {
    let outcome = program(".[] | . + 1").run(r#"[1, "x", 3]"#, &LIMITS);
    assert_eq!((outcome.outputs, outcome.ended), (vec!["2".to_owned()], Ended::Failed));
    assert_eq!(outcome.error.as_deref(), Some("cannot calculate \"x\" + 1"));
    let long = format!("[\"{}\"]", "é\n".repeat(500).replace('\n', "\\n"));
    let outcome = program(".[0] + 1").run(&long, &LIMITS);
    assert!(outcome.error.is_some_and(|error| error.len() <= MAX_ERROR && !error.contains('\n')));
    assert_eq!(program(".").run("{", &LIMITS).ended, Ended::Failed);
}

#[test]
fn a_program_that_never_ends_is_stopped() {
    for text in [
        "def f: f; f",
        "[range(1e18)] | length",
        "last(range(1e15))",
        "last(repeat(1))",
        "[limit(1e15; repeat(1))] | length",
        "until(false; . + 1)",
        "[recurse(. + 1)] | length",
        "reduce range(1e18) as $i (0; . + 1)",
        "range(1e18) | empty",
        "try (def f: f; f) catch 1",
        "label $out | range(1e18) | empty",
        "0 | while(true; . + 1) | empty",
        "path(repeat(.)) | empty",
        "range(0; 1; 0) | empty",
    ] {
        let limits = Limits { time: Duration::from_millis(20), ..LIMITS };
        let outcome = program(text).run("0", &limits);
        assert_eq!(outcome.ended, Ended::Deadline, "{text}: {:?}", outcome.error);
        assert_eq!(outcome.error.as_deref(), Some("stopped: it did not end within 20 ms"));
    }
}

#[test]
fn a_program_that_calls_itself_for_ever_is_stopped_and_does_not_crash() {
    for text in ["def f: 1 + f; f", "def f: [f]; f", "def f: f | f; f", "def f: f, 1; f", "[recurse(., .)]"] {
        let limits = Limits { time: Duration::from_millis(100), ..LIMITS };
        let outcome = program(text).run("0", &limits);
        assert!(matches!(outcome.ended, Ended::TooDeep | Ended::Deadline), "{text}: {outcome:?}");
    }
    let outcome = program("def f: 1 + f; f").run("0", &Limits { time: Duration::from_secs(60), ..LIMITS });
    let told = "stopped: it calls itself too often, or nests too deeply";
    assert_eq!((outcome.ended, outcome.error.as_deref()), (Ended::TooDeep, Some(told)));
}

#[test]
fn output_is_limited_in_number_bytes_and_depth() {
    let outcome = program("repeat(1)").run("0", &LIMITS);
    assert_eq!((outcome.outputs.len(), outcome.ended), (LIMITS.outputs, Ended::TooMuch));
    let outcome = program("repeat(\"0123456789\" * 1000)").run("0", &LIMITS);
    assert_eq!((outcome.outputs.len(), outcome.ended), (9, Ended::TooMuch));
    // Forty doublings share what they double; written out they would fill a disk.
    let outcome = program("reduce range(40) as $i (1; [., .])").run("0", &LIMITS);
    assert_eq!((outcome.outputs.len(), outcome.ended), (0, Ended::TooMuch));
    let outcome = program("reduce range(1000) as $i (1; [.])").run("0", &LIMITS);
    assert_eq!(outcome.ended, Ended::TooDeep);
}

#[test]
fn payloads_that_the_engine_cannot_read_without_harm_are_refused() {
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    let outcome = program(".").run(&deep, &LIMITS);
    assert_eq!(outcome.error.as_deref(), Some("nested deeper than 256 levels"));
    let outcome = program(".").run(&"1".repeat(100_000), &LIMITS);
    assert_eq!(outcome.error.as_deref(), Some("a number of 100000 digits is more than jq is given"));
    let outcome = program(".").run("NaN", &LIMITS);
    assert_eq!(outcome.error.as_deref(), Some("not JSON: expected a value at line 1 column 1"));
}

#[test]
fn a_condition_is_the_first_output() {
    let texts = [r#"{"t":20}"#, r#"{"t":5}"#, r#"{"t":null}"#, "{", "[]"];
    let conditions = program(".t | if . == null then empty else . > 10 end").conditions(&texts, &LIMITS);
    assert_eq!(conditions, [Some(true), Some(false), Some(false), None, None]);
    assert_eq!(program("select(.t > 10)").condition(texts[1], &LIMITS), Some(false), "no output is no");
    assert_eq!(program(".t").condition(texts[2], &LIMITS), Some(false), "null is not true");
    assert_eq!(program("true, error").condition("0", &LIMITS), Some(true), "nothing after the first counts");
}

#[test]
fn programs_that_only_look_are_plain() {
    for text in [
        ".",
        ".a.b[0]",
        ".a[]?.b",
        r#"."odd key"["x"][1:3]"#,
        ".t > 20 and .h <= 40.5",
        ".[] | select(.on == true and (.x | not))",
        "any(.[]; .x == -5)",
        "if .a then .b elif .c then 1 else null end",
        ".a // \"x\"",
        ".name | ascii_downcase | contains(\"k\")",
        ".state | startswith(\"O\") or test(\"^x\")",
        "first(.[] | select(.a | has(\"b\")))",
        ".a | length",
        ".a.and",
        "keys",
    ] {
        assert!(program(text).is_plain(), "{text}");
    }
    for text in [
        "..",
        "[.[]]",
        "{a}",
        ".a + 1",
        ".a * 2",
        "\"\\(.)\"",
        ".a = 1",
        ".a |= .",
        "def f: f; f",
        "reduce .[] as $x (0; $x)",
        "range(9)",
        "repeat(1)",
        ".a | contains(.b)",
        "test(.a)",
        ". as $x | $x",
        "tonumber",
        "tojson",
        "@base64",
        "recurse",
        "if . then [1] else 2 end",
        "keys | map(.)",
        "limit(3; .[])",
        ".a - .b",
        "-.a",
        "try error catch .",
        "label $x | .",
        "path(.a)",
        "input_line_number?//1",
    ] {
        assert!(!Program::compile(text).is_ok_and(|program| program.is_plain()), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_compiles_or_is_told_why(text in r#"[.|\[\]{}()a-d$:;,?"\\@0-9 +*/=<>&~é-]{0,24}"#) {
        if let Err(fault) = Program::compile(&text) {
            prop_assert!(fault.column >= 1 && fault.column <= text.chars().count() + 1);
        }
    }

    #[test]
    fn what_goes_in_comes_out(text in any::<String>(), number in any::<i64>(), float in any::<f64>()) {
        let value = serde_json::json!({"text": text, "numbers": [number, float], "none": null});
        let outcome = program(".").run(&value.to_string(), &LIMITS);
        prop_assert_eq!(outcome.ended, Ended::Complete);
        let back: serde_json::Value = serde_json::from_str(&outcome.outputs[0]).expect("JSON");
        prop_assert_eq!(back, serde_json::from_str::<serde_json::Value>(&value.to_string()).expect("JSON"));
    }
}
