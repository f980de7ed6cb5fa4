//! jq programs that a process does not survive, run by the real program in a child: the explorer gets an answer and goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests, also outside of #[test] functions")]

use std::time::Duration;

use mqtt_tui::payload::jq::{Ended, JqOutcome, Limits, Program, condition_of};
use mqtt_tui::runtime::jq::JqRunner;

const LIMITS: Limits = Limits { time: Duration::from_secs(20), outputs: 100, output_bytes: 1_000_000 };
const SHORT: Limits = Limits { time: Duration::from_millis(200), ..LIMITS };

fn runner() -> JqRunner {
    JqRunner::with(env!("CARGO_BIN_EXE_mqtt-tui").into())
}

async fn run(runner: &mut JqRunner, program: &str, text: &str, limits: Limits) -> JqOutcome {
    let program = Program::compile(program).expect(program);
    runner.run(&program, &[text], limits).await.pop().expect("an outcome")
}

#[tokio::test]
async fn b09_outputs_and_errors_come_back() {
    let mut runner = runner();
    let done = run(&mut runner, "[.a[] * 2] | add", r#"{"a":[1,2.5]}"#, LIMITS).await;
    assert_eq!((done.ended, done.outputs), (Ended::Complete, vec!["7.0".to_owned()]));
    let done = run(&mut runner, ".a.b", r#"{"a":{"b":"é"}}"#, LIMITS).await;
    assert_eq!((done.ended, done.outputs), (Ended::Complete, vec!["\"é\"".to_owned()]));
    let done = run(&mut runner, "1, error(\"no\")", "0", LIMITS).await;
    assert_eq!(
        (done.ended, done.outputs, done.error.as_deref()),
        (Ended::Failed, vec!["1".to_owned()], Some("no"))
    );
    let large = format!("[{}]", vec!["\"0123456789\""; 60_000].join(","));
    let done = run(&mut runner, "[.[] + \"x\"] | length", &large, LIMITS).await;
    assert_eq!(done.outputs, ["60000"]);
}

#[tokio::test]
async fn b09_a_program_that_the_engine_cannot_stop_is_killed() {
    let mut runner = runner();
    // Comparing what was doubled sixty times is one step of the engine.
    let program = "reduce range(60) as $i (1; [., .]) | . == reduce range(60) as $i (1; [., .])";
    let done = run(&mut runner, program, "0", SHORT).await;
    assert_eq!((done.ended, done.outputs.len()), (Ended::Deadline, 0));
    let done = run(&mut runner, "def f: f; f", "0", SHORT).await;
    assert_eq!(done.error.as_deref(), Some("stopped: it did not end within 200 ms"));
    let done = run(&mut runner, "1 + 1", "0", LIMITS).await;
    assert_eq!(done.outputs, ["2"], "the next one runs in a child of its own");
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn b09_a_program_that_asks_for_all_memory_is_stopped() {
    let mut runner = runner();
    for program in [
        "\"a\" * 1000000000000 | length",
        "reduce range(60) as $i (\"a\"; . + .) | length",
        "[repeat(\"x\" * 100000)] | length",
    ] {
        let done = run(&mut runner, program, "0", LIMITS).await;
        assert_eq!((done.ended, done.outputs.len()), (Ended::Memory, 0), "{program}: {:?}", done.error);
    }
}

#[tokio::test]
async fn b09_a_program_that_overflows_its_stack_is_stopped() {
    let mut runner = runner();
    for program in ["reduce range(1000000) as $i (0; [.]) | tojson | length", "def f: [f]; f"] {
        let done = run(&mut runner, program, "0", LIMITS).await;
        assert!(done.ended == Ended::TooDeep, "{program}: {done:?}");
        assert_eq!(done.outputs.len(), 0);
    }
}

#[tokio::test]
async fn b09_conditions_go_on_after_one_that_killed_the_child() {
    let mut runner = runner();
    let program =
        Program::compile("if .bad then reduce range(1000000) as $i (0; [.]) | tojson else .n * 1 > 150 end")
            .expect("jq");
    let texts: Vec<String> = (0..300).map(|n| format!(r#"{{"n":{n},"bad":{}}}"#, n == 130)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let outcomes = runner.run(&program, &texts, LIMITS).await;
    let found: Vec<Option<bool>> = outcomes.iter().map(condition_of).collect();
    let expected: Vec<Option<bool>> = (0..300).map(|n| (n != 130).then_some(n > 150)).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn b09_a_child_that_cannot_be_started_is_told() {
    let mut runner = JqRunner::with("/nonexistent/mqtt-tui".into());
    let done = run(&mut runner, "1 + 1", "0", LIMITS).await;
    assert_eq!(done.ended, Ended::Failed);
    assert!(done.error.is_some_and(|error| error.starts_with("jq cannot be run: ")));
}
