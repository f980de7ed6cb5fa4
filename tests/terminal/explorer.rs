//! The demo as a newcomer meets it: start, look around, read, publish, leave.

use crate::harness::{Launch, Terminal};
use crate::strict;

/// The demo with the lamp selected and its branch found through the filter.
pub(crate) fn demo_at(mut terminal: Terminal, topic: &str) -> Terminal {
    terminal.wait_for_topics(100);
    terminal.keys(&format!("/{topic}\r"));
    terminal.wait_for(topic.rsplit('/').next().unwrap());
    terminal.wait_for("match");
    terminal.keys("gn");
    terminal
}

#[test]
fn demo_is_browsed_filtered_and_left() {
    let mut terminal = Launch::new(&["demo"]).start();
    terminal.wait_for_topics(100);
    terminal.wait_for("MQTT 5");
    terminal.wait_for("Topics");
    terminal.wait_for("History");
    assert!(terminal.look(vt100::Screen::alternate_screen));
    assert!(!terminal.modes_restored(), "raw mode while the program runs");
    // Move to the last branch and open it, then close it again.
    terminal.keys("G");
    terminal.keys("/living_room_lamp");
    terminal.wait_for("match");
    terminal.wait_without("factory");
    terminal.keys("\r");
    terminal.escape();
    terminal.wait_without("match");
    let written = strict::read(&terminal.quit());
    for mode in [1049, 1000, 1002, 1003, 1006, 1015, 2004] {
        assert_eq!(written.modes.get(&mode), Some(&false), "mode {mode} is undone");
    }
    assert!(written.is_on(25), "the cursor is shown");
}

#[test]
fn a_publish_to_the_lamp_turns_it_off() {
    let mut terminal = demo_at(Launch::new(&["demo"]).start(), "zigbee2mqtt/living_room_lamp");
    terminal.wait_for("\"state\": \"ON\"");
    terminal.keys("p");
    terminal.wait_for("Publish");
    // From the payload to the topic, which is that of the selection.
    terminal.keys("\x1b[A/set\t");
    terminal.keys("OFF");
    terminal.wait_for("zigbee2mqtt/living_room_lamp/set");
    terminal.keys("\x13");
    terminal.wait_for("sent (");
    terminal.wait_for("\"state\": \"OFF\"");
    terminal.escape();
    terminal.wait_for("History");
    strict::read(&terminal.quit());
}

#[test]
fn the_message_pane_shows_the_selection_in_every_view() {
    let mut terminal = demo_at(Launch::new(&["demo"]).start(), "zigbee2mqtt/living_room_lamp");
    terminal.wait_for("\"state\": \"ON\"");
    terminal.keys("v");
    terminal.wait_for("{7 keys}");
    terminal.keys("v");
    terminal.wait_for(" raw ");
    terminal.keys("v");
    terminal.wait_for("7b 22");
    terminal.keys("?");
    terminal.wait_for("Help");
    terminal.escape();
    terminal.keys("2");
    terminal.wait_for("As the broker counts");
    terminal.keys("1");
    terminal.wait_for("7b 22");
    terminal.quit();
}

#[test]
fn quitting_restores_the_terminal() {
    let mut terminal = Launch::new(&["demo"]).start();
    terminal.wait_for_topics(100);
    terminal.keys("\x03");
    let ended = terminal.wait_for_end();
    assert_eq!(ended.code, 0);
    assert!(ended.restored, "modes of the terminal");
    terminal.look(|screen| {
        assert!(!screen.alternate_screen());
        assert!(!screen.hide_cursor());
        assert!(!screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(screen.contents().trim(), "", "nothing is left on the user's screen");
    });
}
