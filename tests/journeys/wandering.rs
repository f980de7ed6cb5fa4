//! A user who presses anything, on a terminal of any size, while anything arrives: nothing panics and the picture stays whole.

use crossterm::event::{MouseButton, MouseEventKind};
use mqtt_tui::app::layout;
use mqtt_tui::model::{LinkState, PublishId, PublishState, SubscriptionState};
use proptest::prelude::*;

use crate::language::Journey;

#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    Message(u8, u8),
    Sys(u8),
    Retained(u8),
    Click(u16, u16),
    Wheel(bool, u16, u16),
    Resize(u16, u16),
    Wait(u8),
    Paste(String),
    Lost,
    Connected,
    Stopped,
    Refused,
    Publish(u8, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let keys = vec![
        "j",
        "k",
        "h",
        "l",
        "g",
        "G",
        "o",
        "O",
        "/",
        "n",
        "N",
        "p",
        "v",
        "w",
        "S",
        "t",
        "!",
        ":",
        "?",
        "1",
        "2",
        "x",
        "[",
        "]",
        "y",
        "Y",
        "<space>",
        "<enter>",
        "<esc>",
        "<tab>",
        "<backtab>",
        "<up>",
        "<down>",
        "<left>",
        "<right>",
        "<pageup>",
        "<pagedown>",
        "<home>",
        "<end>",
        "<ctrl-s>",
        "<ctrl-q>",
        "<ctrl-r>",
        "<ctrl-l>",
        "<ctrl-b>",
        "a",
        "$",
    ];
    prop_oneof![
        12 => proptest::sample::select(keys).prop_map(Step::Key),
        6 => (any::<u8>(), any::<u8>()).prop_map(|(topic, size)| Step::Message(topic, size)),
        1 => any::<u8>().prop_map(Step::Sys),
        1 => any::<u8>().prop_map(Step::Retained),
        2 => (0..150_u16, 0..50_u16).prop_map(|(x, y)| Step::Click(x, y)),
        2 => (any::<bool>(), 0..150_u16, 0..50_u16).prop_map(|(down, x, y)| Step::Wheel(down, x, y)),
        1 => (0..150_u16, 0..50_u16).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        1 => (0..9_u8).prop_map(Step::Wait),
        1 => "\\PC{0,20}".prop_map(Step::Paste),
        1 => Just(Step::Lost),
        1 => Just(Step::Connected),
        1 => Just(Step::Stopped),
        1 => Just(Step::Refused),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(id, state)| Step::Publish(id, state)),
    ]
}

fn take(journey: &mut Journey, step: &Step) {
    match step {
        Step::Key("<space>") => drop(journey.keys(" ")),
        Step::Key(key) => drop(journey.keys(key)),
        Step::Message(topic, size) => {
            let path = format!("{}/{}/{}", topic % 3, topic % 7, topic);
            // Large enough that a small history evicts.
            journey
                .bytes(&path[..path.len() - usize::from(topic % 2)], &vec![b'x'; usize::from(*size) * 300]);
        }
        Step::Sys(value) => drop(journey.message("$SYS/broker/clients/connected", &value.to_string())),
        Step::Retained(topic) => drop(journey.retained(&format!("kept/{}", topic % 4), "r")),
        Step::Click(x, y) => drop(journey.mouse(MouseEventKind::Down(MouseButton::Left), *x, *y)),
        Step::Wheel(true, x, y) => drop(journey.wheel_down(*x, *y)),
        Step::Wheel(false, x, y) => drop(journey.wheel_up(*x, *y)),
        Step::Resize(columns, rows) => drop(journey.resize(*columns, *rows)),
        Step::Wait(seconds) => drop(journey.wait(f64::from(*seconds))),
        Step::Paste(text) => drop(journey.paste(text)),
        Step::Lost => drop(journey.lose_link(2, 4)),
        Step::Connected => drop(journey.connect()),
        Step::Stopped => drop(journey.link(LinkState::Stopped { trouble: None })),
        Step::Refused => drop(journey.subscription("#", SubscriptionState::Refused("no".into()))),
        Step::Publish(id, state) => {
            let state = match state % 4 {
                0 => PublishState::Sent,
                1 => PublishState::Acknowledged(std::time::Duration::ZERO),
                2 => PublishState::Failed("no".into()),
                _ => PublishState::Lost("gone".into()),
            };
            journey.publish_became(PublishId(u64::from(id % 4)), state);
        }
    }
}

fn check(journey: &Journey, scrolled: bool) {
    let app = &journey.app;
    let areas = layout::areas(app);
    let tree = &app.connection().tree;
    assert!(tree.rows().len() <= layout::tree_rows(app, &areas), "no more rows than fit");
    let mut nodes: Vec<_> = tree.rows().iter().map(|row| row.node).collect();
    nodes.sort();
    nodes.dedup();
    assert_eq!(nodes.len(), tree.rows().len(), "no row twice");
    if !scrolled && !tree.rows().is_empty() {
        assert!(
            journey.selected_row().is_some(),
            "{} is selected but not among {:?}",
            journey.selected(),
            journey.tree()
        );
    }
    assert_eq!(tree.rows().is_empty(), tree.selected().is_none() || layout::tree_rows(app, &areas) == 0);
    let history = &app.connection().history;
    assert!(
        history.height == 0 || history.selected_row < history.height,
        "the row of the history is on the screen"
    );
    let totals = app.connection().store.totals();
    assert!(totals.history_bytes <= totals.history_budget, "the budget is kept");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_pressed_the_picture_stays_whole(steps in proptest::collection::vec(step(), 1..80)) {
        let mut journey = Journey::with_history(512 << 10, 2);
        let mut scrolled = false;
        for step in &steps {
            take(&mut journey, step);
            // The wheel may turn the selection off the screen, until a key is pressed.
            match step {
                // So may a new order: its top is what was asked for.
                Step::Wheel(..) | Step::Key("S") => scrolled = true,
                Step::Key("j" | "k" | "g" | "G") if journey.app.context() == mqtt_tui::app::Context::Topics => scrolled = false,
                _ => {}
            }
            check(&journey, scrolled);
        }
    }
}
