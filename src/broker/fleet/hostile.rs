//! What careless or hostile senders put on a broker. On `edge/…`: legal topics that are easily got wrong (empty levels, two spellings of
//! one word, a leaf that is also a branch). On `hostile/…`: payloads and topics that try to act on the terminal or to deceive the eye.

use std::time::Duration;

use super::Device;
use super::outbox::{Outbox, Timer, earliest};
use super::world::World;
use crate::model::QoS;

/// Legal, and easily got wrong.
const EDGE: [(&str, &[u8]); 14] = [
    ("/", b"the topic '/' has two empty levels"),
    ("edge", b"edge is a leaf and a branch"),
    ("edge//double", b"an empty level in the middle"),
    ("edge/trailing/", b"an empty level at the end"),
    ("edge/ spaced out ", b" spaces around "),
    ("edge/deep/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", b"sixteen levels down"),
    ("edge/\u{1f600}/\u{1f469}\u{200d}\u{1f680}", "an emoji \u{1f680}, a family \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}, a flag \u{1f1fa}\u{1f1f3}, a heart \u{2764}\u{fe0f}".as_bytes()),
    ("edge/温度/室内", "全角文字は二桁幅です 21.4℃".as_bytes()),
    ("edge/cafe\u{301}", "e and a combining accent (NFD)".as_bytes()),
    ("edge/caf\u{e9}", "one letter (NFC)".as_bytes()),
    ("edge/combining", "Z\u{351}\u{36b}\u{343}\u{36a}\u{302}\u{36b}\u{33d}\u{34f}\u{334}\u{319}\u{324}a\u{341}\u{300}\u{301}l\u{358}\u{360}g\u{33f}\u{305}o\u{30b}\u{312}".as_bytes()),
    ("edge/invalid_utf8", b"caf\xe9 in Latin-1, then \xff\xfe and a cut \xe2\x82"),
    ("edge/nul", b"a\0b\0\0c"),
    ("edge/lines", b"first\r\nsecond\n\n\tfourth, after a tab\rover\x0c\x0b"),
];

/// Tries to act on the terminal or to deceive the eye.
const HOSTILE: [(&str, &[u8]); 14] = [
    ("hostile/osc52_clipboard", b"\x1b]52;c;cHduZWQ=\x07 sets the clipboard"),
    ("hostile/osc0_title", b"\x1b]0;pwned\x07 sets the window title"),
    ("hostile/osc8_link", b"\x1b]8;;https://example.invalid/\x1b\\click here\x1b]8;;\x1b\\ hides a link"),
    ("hostile/csi_clear", b"\x1b[2J\x1b[H\x1b[31mclears the screen\x1bc"),
    ("hostile/csi_reports", b"\x1b[6n\x1b[c\x1b[>q\x1b]11;?\x07 asks the terminal to type"),
    ("hostile/dcs_unterminated", b"\x1bP$q swallows what follows"),
    ("hostile/osc_unterminated", b"swallows what follows \x1b]2;"),
    ("hostile/c1", "\u{9b}31m\u{9d}0;c1\u{9c}\u{90}x \u{7f} 8-bit controls".as_bytes()),
    ("hostile/bidi", "balance: \u{202e}000,1 RUE\u{202c} and \u{2066}isolated\u{2069}\u{200f}".as_bytes()),
    ("hostile/zero_width", "ad\u{200b}min\u{feff} sec\u{ad}ret\u{2060}".as_bytes()),
    ("hostile/door", b"two topics that look the same: this is 'door'"),
    ("hostile/do\u{200b}or", b"two topics that look the same: this one has a zero-width space"),
    ("hostile/safe-\u{202e}exe.txt", b"a topic that reads backwards"),
    ("hostile/wide\u{2028}line", b"a line separator in the topic"),
];

/// Asks for [`ESCAPES_IN_TOPIC`].
pub(super) const CONTROL: &str = "demo/control/hostile";

/// A topic that would clear the screen, set title and clipboard, and leave a device control string open. Legal, but some clients close the
/// connection over control characters in topics (MQTT 3.1.1, 1.5.3 lets them), so it is published only when asked for, and never retained:
/// a retained one would lock mosquitto's clients out of `#`.
pub(super) const ESCAPES_IN_TOPIC: &str =
    "hostile/\u{1b}]0;pwned\u{7}\u{1b}[2J\u{1b}]52;c;cHduZWQ=\u{7}\u{9b}31m\u{1b}P";

/// Publishes all of it retained, and goes round one topic after the other.
pub(super) struct Hostile {
    benign: Timer,
    attack: Timer,
    turn: usize,
}

impl Hostile {
    pub(super) fn new() -> Self {
        Self { benign: Timer::every(10_000, 450), attack: Timer::every(15_000, 850), turn: 0 }
    }
}

fn send(out: &mut Outbox, topic: &str, payload: &'static [u8]) {
    // Some of each.
    let qos = if topic.len().is_multiple_of(3) { QoS::ExactlyOnce } else { QoS::AtMostOnce };
    out.retained(topic, payload, qos);
}

impl Device for Hostile {
    fn births(&mut self, _world: &World, out: &mut Outbox) {
        for (topic, payload) in EDGE.into_iter().chain(HOSTILE) {
            send(out, topic, payload);
        }
        let long = format!("edge/{}", "long".repeat(60));
        out.retained(long, "a level of 240 characters", QoS::AtMostOnce);
    }

    fn due(&self) -> Duration {
        earliest([&self.benign, &self.attack])
    }

    fn act(&mut self, _world: &World, out: &mut Outbox) {
        if self.benign.rings(out.at) {
            self.turn += 1;
            let (topic, payload) = EDGE[self.turn % EDGE.len()];
            send(out, topic, payload);
            // Not retained, and nothing in it: a legal message.
            out.live("edge/empty_payload", "");
        }
        if self.attack.rings(out.at) {
            let (topic, payload) = HOSTILE[self.turn % HOSTILE.len()];
            send(out, topic, payload);
        }
    }

    fn receive(&mut self, topic: &str, payload: &[u8], _world: &World, out: &mut Outbox) {
        if topic == CONTROL && !payload.is_empty() {
            out.live(ESCAPES_IN_TOPIC, "the topic is the attack");
        }
    }
}
