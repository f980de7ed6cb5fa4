//! Trees as deep and as wide as the protocol allows.

use crate::language::Journey;

#[test]
fn b10_a_topic_of_32767_levels_can_be_opened_walked_and_clicked() {
    let deep = "/".repeat(32_766) + "x";
    let mut journey = Journey::new();
    journey.message(&deep, "at the bottom").message("shallow", "1");
    journey.keys("g").keys("o").keys("<pagedown><pagedown>").keys("jjj").click(10, 20).click(10, 20);
    journey.keys("o").resize(80, 24).click(10, 5).wheel_down(10, 5).resize(140, 45);
    journey.keys("/x<enter>n");
    assert_eq!(journey.selected().len(), deep.len());
    assert_eq!(journey.payload(), "at the bottom");
    journey.click(10, 20).click(10, 10).keys("<esc>O");
    journey.sees("shallow");
}

#[test]
fn b10_a_level_of_65535_bytes_keeps_the_columns_in_place() {
    let long = "x".repeat(65_535);
    let mut journey = Journey::new();
    journey.message(&long, "1").message("b", "2");
    let border = |line: &String| line.chars().nth(75);
    let lines = journey.lines();
    let row = lines.iter().find(|line| line.contains("xxx")).expect("its row");
    assert!(row.contains('…'), "cut, and said so: {row}");
    assert_eq!(border(row), border(&lines[20]), "the border of the pane stays where it is");
}

#[test]
fn a_hundred_thousand_topics_draw_and_move_like_ten() {
    let mut journey = Journey::new();
    let topics: Vec<String> = (0..100_000).map(|number| format!("wide/{number:06}")).collect();
    journey.messages(topics.iter().map(|topic| (topic.as_str(), &b"1"[..])));
    journey.keys("<enter>G");
    assert_eq!(journey.selected(), "wide/099999");
    journey.keys("<pageup>kkk").message("wide/0", "x");
    journey.keys("S").wait(5.0).keys("g/099<enter>n").sees("1,000 matches".trim_start_matches("1,000 "));
}
