//! What comes in beside keys: pastes, and answers of the terminal to questions that other programs asked.

use crate::harness::{Launch, Terminal};
use crate::stage::Stage;

/// Answers as terminals give them: background colour (both ends), palette, attributes, position, version, a setting, graphics.
const ANSWERS: [&str; 8] = [
    "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    "\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
    "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    "\x1b[?62;22;52c",
    "\x1b[12;40R",
    "\x1bP>|XTerm(379)\x1b\\",
    "\x1bP1+r544e=787465726d\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
];

fn paste(terminal: &mut Terminal, text: &str) {
    terminal.keys(&format!("\x1b[200~{text}\x1b[201~"));
}

fn connected(stage: &Stage) -> Terminal {
    let terminal = Launch::new(&["connect", &stage.target()]).start();
    terminal.wait_for("some");
    terminal
}

#[test]
fn a12_late_answers_of_the_terminal_are_not_typed() {
    let stage = Stage::start();
    stage.publish("some/topic", b"x", true);
    let mut terminal = connected(&stage);
    // In the tree: no command runs, the screen stays as it is.
    for answer in ANSWERS {
        terminal.keys(answer);
    }
    // In a field: nothing is added to what is typed.
    terminal.keys("/top");
    for answer in ANSWERS {
        terminal.keys(answer);
        terminal.keys(".");
    }
    terminal.wait_for(&format!("/ top{}", ".".repeat(ANSWERS.len())));
    terminal.escape();
    terminal.keys("p");
    terminal.wait_for("Publish");
    terminal.keys("abc");
    for answer in ANSWERS {
        terminal.keys(answer);
    }
    terminal.keys("def");
    terminal.wait_for("abcdef");
    // Ctrl-L: what was written and not sent would be asked about.
    terminal.keys("\x0c");
    terminal.escape();
    terminal.wait_for("History");
    terminal.quit();
}

#[test]
fn a13_a_paste_goes_into_the_field_and_nowhere_else() {
    let mut stage = Stage::start();
    stage.publish("some/topic", b"x", true);
    let mut terminal = connected(&stage);
    // Outside of fields it does nothing: no quit, no help, no palette, no publish pane.
    paste(&mut terminal, "q:?p\r\x1b\x03\x1a");
    terminal.keys("/some/topic\r");
    terminal.wait_for("1 match");
    terminal.keys("Gp");
    terminal.wait_for("Publish");
    terminal.keys("start ");
    paste(&mut terminal, "q\r\nsecond \x1b[31mline\x1b\x07\x13\x03\ttab");
    terminal.wait_for("second [31mline");
    terminal.keys("\x13");
    terminal.wait_for("sent (");
    let received = loop {
        let message = stage.receive("some/topic");
        if message.payload != "x" {
            break message;
        }
    };
    assert_eq!(received.payload, "start q\nsecond [31mline\ttab");
    // Into a field of one line: line ends go, too.
    terminal.keys("\t\t\t\t");
    paste(&mut terminal, "/more\r\n/levels\x1b");
    terminal.wait_for("some/topic/more/levels");
    terminal.escape();
    terminal.quit();
}

#[test]
fn the_mouse_anywhere_and_bytes_that_are_no_keys_do_no_harm() {
    let stage = Stage::start();
    stage.publish("some/topic", b"x", true);
    let mut terminal = connected(&stage);
    for (column, row) in [(1, 1), (65_535, 65_535), (1, 65_535), (65_535, 1), (60, 20), (120, 36)] {
        for button in [0, 1, 2, 32, 35, 64, 65, 66, 67, 128, 255] {
            terminal.keys(&format!("\x1b[<{button};{column};{row}M\x1b[<{button};{column};{row}m"));
        }
    }
    terminal.keys("\x1b[<0;1M\x1b[<;;M\x1b[999999;999999R\x1b[1;99Z\x1b[200000~\x1bO\x1b[I\x1b[O\x00");
    terminal.escape();
    // Wherever that led, the keys work.
    terminal.escape();
    terminal.keys("?");
    terminal.wait_for("Help");
    terminal.escape();
    terminal.quit();
}
