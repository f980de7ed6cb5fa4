//! Leaving the program loses nothing by a slip of the finger.

use mqtt_tui::app::Effect;

use crate::language::Journey;

#[test]
fn q_asks_before_it_loses_what_took_long_or_was_written_and_never_sent() {
    let quits = |journey: &mut Journey| journey.effects().contains(&Effect::Quit);
    let mut journey = Journey::knowing(&[("a", "1")]);
    journey.effects();
    assert!(quits(journey.wait(60.0).keys("q")), "a minute is soon there again");
    journey
        .wait(600.0)
        .keys("q")
        .sees("Quit?")
        .sees("here: 1 message received, the oldest 11m ago: forgotten.");
    assert!(!quits(&mut journey));
    journey.keys("q").does_not_see("Quit?");
    assert!(!quits(&mut journey), "a q too many is no yes");
    assert!(quits(journey.keys("qy")));
    assert!(quits(journey.keys("<ctrl-c>")), "from anywhere, at once");
    let mut journey = Journey::knowing(&[("a", "1")]);
    journey.keys("p").paste("half a mess").keys("<esc>q").sees("a message was written and never sent");
    assert!(!quits(&mut journey));
    journey.keys("n");
    assert!(!quits(&mut journey));
    journey.resize(30, 8).keys("q");
    assert!(quits(&mut journey), "where nothing can be asked");
}
