//! A strict reader of what was written to the terminal. It knows the few sequences that a full-screen program needs and fails on
//! anything else, so that nothing from the wire can reach the terminal as a command without a test noticing.

use std::collections::BTreeMap;

/// Private modes that the program may set and reset.
const MODES: [u16; 9] = [25, 1000, 1002, 1003, 1006, 1015, 1049, 2004, 2026];

/// What was written, once it proved harmless.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Printable text in order, without positions.
    pub(crate) text: String,
    /// Private modes as they were left.
    pub(crate) modes: BTreeMap<u16, bool>,
    /// Parameters of each SGR sequence.
    pub(crate) sgr: Vec<Vec<u16>>,
    /// The base64 of each OSC 52.
    pub(crate) copied: Vec<String>,
}

impl Written {
    /// Whether a mode is on at the end.
    pub(crate) fn is_on(&self, mode: u16) -> bool {
        self.modes.get(&mode).copied().unwrap_or(mode == 25)
    }

    /// SGR parameters that choose a colour. Going back to the default colour chooses none.
    pub(crate) fn colours(&self) -> Vec<&Vec<u16>> {
        let chooses = |code: &u16| matches!(code, 30..=38 | 40..=48 | 58 | 90..=97 | 100..=107);
        self.sgr.iter().filter(|codes| codes.iter().any(chooses)).collect()
    }
}

/// Reads all of `bytes`; panics at the first byte that does not belong there, with what stands around it.
pub(crate) fn read(bytes: &[u8]) -> Written {
    let mut written = Written::default();
    let mut at = 0;
    while at < bytes.len() {
        match element(&bytes[at..], &mut written) {
            Ok(length) => at += length,
            Err(fault) => {
                let from = at.saturating_sub(60);
                let around = bytes[from..bytes.len().min(at + 60)].escape_ascii();
                panic!("byte {at}: {fault}; around it: {around}");
            }
        }
    }
    written
}

fn element(bytes: &[u8], written: &mut Written) -> Result<usize, String> {
    match bytes[0] {
        0x1B => match bytes.get(1) {
            Some(b'[') => csi(bytes, written),
            Some(b']') => osc(bytes, written),
            other => Err(format!("ESC followed by {other:?}")),
        },
        0x20..=0x7E => {
            written.text.push(char::from(bytes[0]));
            Ok(1)
        }
        // Only the lines of the other screen end with these.
        b'\r' | b'\n' if !written.is_on(1049) => {
            written.text.push(char::from(bytes[0]));
            Ok(1)
        }
        byte if byte < 0x20 || byte == 0x7F => Err(format!("control character {byte:#04x}")),
        _ => letter(bytes, written),
    }
}

fn letter(bytes: &[u8], written: &mut Written) -> Result<usize, String> {
    let length = match bytes[0] {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        byte => return Err(format!("byte {byte:#04x} begins no character")),
    };
    let letter = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or("no UTF-8")?;
    match letter.chars().next() {
        Some('\u{80}'..='\u{9F}') => Err(format!("C1 control {letter:?}")),
        Some('\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{61C}') => {
            Err(format!("bidi control {letter:?}"))
        }
        Some('\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' | '\u{2028}' | '\u{2029}') => {
            Err(format!("invisible {letter:?}"))
        }
        _ => {
            written.text.push_str(letter);
            Ok(length)
        }
    }
}

fn csi(bytes: &[u8], written: &mut Written) -> Result<usize, String> {
    let end =
        bytes[2..].iter().position(|byte| !(0x30..=0x3F).contains(byte)).ok_or("a CSI without an end")? + 2;
    let parameters = std::str::from_utf8(&bytes[2..end]).unwrap();
    let (private, parameters) = match parameters.strip_prefix('?') {
        Some(rest) => (true, rest),
        None => (false, parameters),
    };
    let numbers: Vec<u16> = parameters
        .split([';', ':'])
        .map(|number| if number.is_empty() { Ok(0) } else { number.parse() })
        .collect::<Result<_, _>>()
        .map_err(|_| format!("CSI parameters {parameters:?}"))?;
    match (private, bytes[end]) {
        (false, b'm') => written.sgr.push(numbers),
        (false, b'A'..=b'D' | b'G' | b'H' | b'J' | b'K') => {}
        (true, action @ (b'h' | b'l')) => {
            for mode in numbers {
                if !MODES.contains(&mode) {
                    return Err(format!("private mode {mode}"));
                }
                written.modes.insert(mode, action == b'h');
            }
        }
        (private, last) => {
            return Err(format!("CSI {}{parameters} {:?}", if private { "?" } else { "" }, char::from(last)));
        }
    }
    Ok(end + 1)
}

fn osc(bytes: &[u8], written: &mut Written) -> Result<usize, String> {
    let body = bytes.strip_prefix(b"\x1b]52;c;").ok_or("an OSC that is no OSC 52")?;
    let length = body.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"+/=".contains(byte)));
    let length = length.ok_or("an OSC 52 without an end")?;
    if !body[length..].starts_with(b"\x1b\\") {
        return Err("an OSC 52 that does not end with ST".to_owned());
    }
    written.copied.push(String::from_utf8_lossy(&body[..length]).into_owned());
    Ok(b"\x1b]52;c;".len() + length + 2)
}

#[test]
fn what_does_not_belong_is_noticed() {
    for hostile in [
        &b"\x1b]0;title\x07"[..],
        b"\x1b]52;c;cHduZWQ=\x07",
        b"\x1b]8;;url\x1b\\",
        b"\x1bPq\x1b\\",
        b"\x1b_x\x1b\\",
        b"\x1bc",
        b"\x1b[6n",
        b"\x1b[c",
        b"\x1b[>q",
        b"\x1b[?1048h",
        b"\x1b[2 q",
        b"\x9b31m",
        "\u{9b}31m".as_bytes(),
        "\u{202e}".as_bytes(),
        b"\x07",
        b"\x7f",
        b"\x1b[?1049h\n",
        b"cut \x1b",
        b"cut \x1b[1",
    ] {
        let hostile = hostile.to_vec();
        let shown = hostile.escape_ascii().to_string();
        let result = std::panic::catch_unwind(|| read(&hostile).text);
        assert!(result.is_err(), "let through: {shown}");
    }
    let fine =
        read("\x1b[?1049h\x1b[2;5H\x1b[1;38;5;4mgrüße\x1b[0m\x1b]52;c;aGk=\x1b\\\x1b[?1049l\r\n".as_bytes());
    assert_eq!((fine.text.as_str(), fine.copied.len(), fine.colours().len()), ("grüße\r\n", 1, 1));
}
