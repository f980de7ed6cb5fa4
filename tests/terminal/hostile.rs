//! Content that tries to act on the terminal: whatever is selected, and in whatever view, the bytes written stay harmless.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::explorer::demo_at;
use crate::harness::{Launch, Terminal};
use crate::stage::Stage;
use crate::strict;

/// Every way into a terminal's parser, and every way to stay in it.
const ATTACKS: [&str; 24] = [
    "\x1b]52;c;cHduZWQ=\x07",
    "\x1b]0;pwned\x07",
    "\x1b]2;pwned\x1b\\",
    "\x1b]8;;https://example.invalid/\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]11;?\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1bPq#0;2;0;0;0\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1b_Gi=1;AAAA\x1b\\",
    "\x1b^privacy\x1b\\",
    "\x1bXstring\x1b\\",
    "\x1bc",
    "\x1b[2J\x1b[H",
    "\x1b[6n\x1b[c\x1b[>q",
    "\x1b[?1049l\x1b[?25h",
    "\x1b#8\x1b(0lqqk\x0e\x0f",
    "\u{9b}31m\u{9d}0;pwned\u{9c}\u{90}x\u{9f}",
    "\x7f\x08\x08\x08\x0b\x0c\r\n\t\x05",
    "\u{202e}gpj.exe\u{202c}\u{2066}x\u{2069}\u{200f}",
    "zero\u{200b}\u{2060}\u{feff}\u{ad}width",
    "line\u{2028}and\u{2029}paragraph",
    "ends in ESC \x1b",
    "ends in OSC \x1b]",
    "ends in CSI \x1b[",
];

/// Walks down the whole tree, looking at each topic in every view.
fn look_at_everything(terminal: &mut Terminal, rows: usize) {
    terminal.keys("og");
    for _ in 0..rows {
        let before = terminal.bytes().len();
        terminal.keys("vvvwwj");
        terminal.wait_for_bytes_beyond(before);
    }
}

#[test]
fn a01_a02_a03_a04_hostile_payloads_are_inert_and_visible() {
    let stage = Stage::start();
    for (index, attack) in ATTACKS.iter().enumerate() {
        stage.publish(&format!("attack/{index:02}"), format!("{attack}text").as_bytes(), true);
        stage.publish(
            &format!("json/{index:02}"),
            format!("{{\"{attack}\": \"{attack}\"}}").as_bytes(),
            true,
        );
        stage.publish(&format!("raw/{index:02}"), &[attack.as_bytes(), b"\xff\x9b\x9d0;x"].concat(), true);
    }
    let mut terminal = Launch::new(&["connect", &stage.target()]).size(110, 40).start();
    terminal.wait_for("attack");
    terminal.wait_for("72 topics");
    look_at_everything(&mut terminal, 80);
    // The last one: an unterminated sequence does not swallow what follows it.
    terminal.keys("/attack/23\r");
    terminal.wait_for("1 match");
    terminal.keys("G");
    terminal.wait_for("ends in CSI ␛[text");
    terminal.wait_for("History");
    let written = strict::read(&terminal.quit());
    assert!(written.text.contains("␛]52;c;cHduZWQ=␇"), "shown, not hidden");
    assert!(written.copied.is_empty());
}

#[test]
fn a05_hostile_topics_are_inert_in_every_pane() {
    let stage = Stage::start();
    for (index, attack) in ATTACKS.iter().enumerate() {
        let attack = attack.replace(['#', '+'], "=");
        stage.publish(&format!("t{index:02}{attack}/leaf{attack}"), b"x", true);
    }
    let mut terminal = Launch::new(&["connect", &stage.target()]).size(110, 60).start();
    terminal.wait_for("t00");
    terminal.wait_for("24 topics");
    look_at_everything(&mut terminal, 50);
    // In the filter, in the publish pane (topic of the selection), in its list of sent messages, in the notices.
    terminal.keys("/leaf\r");
    terminal.wait_for("24 matches");
    for index in [0, 6, 16, 21] {
        terminal.keys(&format!("/\x15t{index:02}\r"));
        terminal.wait_for("1 match");
        terminal.keys("G");
        terminal.keys("p");
        terminal.wait_for("Publish");
        terminal.keys("\x13");
        terminal.wait_for("sent (");
        terminal.escape();
        terminal.keys("!");
        terminal.wait_for("Notices");
        terminal.escape();
    }
    terminal.keys("2");
    terminal.keys("1");
    strict::read(&terminal.quit());
}

#[test]
fn a01_a11_the_demos_hostile_and_odd_topics_keep_every_column_in_place() {
    let mut terminal = Launch::new(&["demo"]).size(100, 40).start();
    terminal.wait_for_topics(100);
    for branch in ["hostile/", "edge/"] {
        terminal.keys(&format!("/\x15{branch}\r"));
        terminal.wait_for("matches");
        terminal.keys("gog");
        for _ in 0..32 {
            let before = terminal.bytes().len();
            terminal.keys("jv");
            terminal.wait_for_bytes_beyond(before);
        }
        assert_frames_stand(&terminal);
    }
    // The topic that is itself an attack comes when asked for.
    terminal.keys("/\x15demo/control/status\r");
    terminal.wait_for("1 match");
    terminal.keys("Gp");
    terminal.wait_for("Publish");
    terminal.keys("\x1b[A\x15demo/control/hostile\t");
    terminal.wait_for("demo/control/hostile");
    terminal.keys("now\x13");
    terminal.wait_for("sent (");
    terminal.escape();
    terminal.keys("/\x15pwned\r");
    terminal.wait_for("␛]0;pwned␇");
    assert_frames_stand(&terminal);
    strict::read(&terminal.quit());
}

/// Once the screen rests, the frame's outer sides are where they belong, whatever stands between them.
fn assert_frames_stand(terminal: &Terminal) {
    terminal.wait_until("straight frames", |screen| {
        let (rows, columns) = screen.size();
        (2..rows - 2).all(|row| {
            [0, columns - 1].iter().all(|column| {
                screen
                    .cell(row, *column)
                    .is_some_and(|cell| "│╮╯╰╭┤├▌".contains(cell.contents()) && cell.has_contents())
            })
        })
    });
}

#[test]
fn a11_ten_thousand_combining_marks_and_wide_letters_do_no_harm() {
    let stage = Stage::start();
    let zalgo = format!("Z{}end", "\u{301}\u{316}\u{489}".repeat(3_334));
    stage.publish("odd/zalgo", zalgo.as_bytes(), true);
    stage.publish("odd/wide", "全角".repeat(300).as_bytes(), true);
    stage.publish("odd/heart", "❤️☎️1️⃣🇺🇳".repeat(100).as_bytes(), true);
    stage.publish(&format!("odd/{}", "名\u{301}".repeat(200)), b"a long wide name", true);
    let mut terminal = Launch::new(&["connect", &stage.target()]).size(100, 30).start();
    terminal.wait_for("zalgo");
    terminal.keys("og");
    for _ in 0..8 {
        let before = terminal.bytes().len();
        terminal.keys("jvvvw");
        terminal.wait_for_bytes_beyond(before);
        assert_frames_stand(&terminal);
    }
    strict::read(&terminal.quit());
}

#[test]
fn a14_the_copy_is_the_exact_payload_and_comes_only_when_asked_for() {
    let stage = Stage::start();
    let payload = b"\x1b]52;c;cHduZWQ=\x07 \xff\x00 tail\r\n";
    stage.publish("copy/me", payload, true);
    let mut terminal = Launch::new(&["connect", &stage.target()]).start();
    terminal.wait_for("copy");
    terminal.keys("/me\r");
    terminal.wait_for("1 match");
    terminal.keys("G");
    terminal.wait_for("copy/me");
    assert!(strict::read(&terminal.bytes()).copied.is_empty());
    terminal.keys("y");
    terminal.wait_for("payload sent to the terminal's clipboard");
    terminal.keys("Y");
    terminal.wait_for("topic sent to the terminal's clipboard");
    let copied = strict::read(&terminal.quit()).copied;
    let copied: Vec<Vec<u8>> = copied.iter().map(|base64| STANDARD.decode(base64).unwrap()).collect();
    assert_eq!(copied, [payload.to_vec(), b"copy/me".to_vec()]);
}

#[test]
fn a15_messages_outside_of_the_screen_are_inert_too() {
    for arguments in [
        &["connect", "\x1b]0;pwned\x07"][..],
        &["connect", "host:\x1b[2J"],
        &["connect", "localhost", "a/\x1b]0;pwned\x07#/b"],
        &["connect", "-p", "\x1b]0;pwned\x07"],
        &["connect", "--\x1b]0;pwned\x07"],
        &["\x1bc"],
    ] {
        let mut terminal = Launch::new(arguments).start();
        assert_eq!(terminal.wait_for_end().code, 2, "{arguments:?}");
        let written = strict::read(&terminal.bytes());
        assert!(!written.text.is_empty(), "{arguments:?}");
    }
}

#[test]
fn hostile_demo_topics_are_named_as_they_are() {
    let terminal = demo_at(Launch::new(&["demo"]).start(), "hostile/c1");
    terminal.wait_for("U+009B");
    strict::read(&terminal.quit());
}
