//! Reads JSON from start to end and checks its grammar (RFC 8259), keeping nothing but one bit a level. Called by the
//! checker, the printer, `structure`, `field` and `shape`.

use std::ops::Range;

use super::{JsonReason, MAX_DEPTH};

/// What the reader finds; commas, colons and whitespace are checked and left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::payload) enum Event {
    /// `{` or `[`.
    Open(char),
    /// `}` or `]`.
    Close(char),
    /// A key with its quotes, as a range of the text.
    Key(Range<usize>),
    /// A string with its quotes, a number, `true`, `false` or `null`.
    Scalar(Range<usize>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ItemOrClose,
    KeyOrClose,
    CommaOrClose,
    Nothing,
}

/// Reads a JSON text from start to end, checking its grammar.
pub(in crate::payload) struct Reader<'a> {
    bytes: &'a [u8],
    /// Offset of the next byte to read.
    pub(in crate::payload) at: usize,
    /// One bit a level: set for an object.
    objects: [u64; MAX_DEPTH / 64],
    depth: usize,
    expect: Expect,
}

/// Byte offset, and what is wrong there.
pub(in crate::payload) type Fault = (usize, JsonReason);

impl<'a> Reader<'a> {
    pub(in crate::payload) fn new(text: &'a str) -> Self {
        let objects = [0; MAX_DEPTH / 64];
        Self { bytes: text.as_bytes(), at: 0, objects, depth: 0, expect: Expect::Value }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn in_object(&self) -> bool {
        let level = self.depth - 1;
        self.objects[level / 64] >> (level % 64) & 1 == 1
    }

    /// The next event, or `None` after the last.
    pub(in crate::payload) fn next(&mut self) -> Result<Option<Event>, Fault> {
        self.skip_whitespace();
        let byte = match (self.peek(), self.expect) {
            (None, Expect::Nothing) => return Ok(None),
            (None, _) => return Err((self.at, JsonReason::Ends)),
            (Some(_), Expect::Nothing) => return Err((self.at, JsonReason::Trailing)),
            (Some(byte), _) => byte,
        };
        match self.expect {
            Expect::KeyOrClose if byte == b'}' => Ok(Some(self.close(byte))),
            Expect::ItemOrClose if byte == b']' => Ok(Some(self.close(byte))),
            Expect::KeyOrClose => self.key().map(Some),
            Expect::CommaOrClose => self.after_value(byte),
            _ => self.value(byte).map(Some),
        }
    }

    fn after_value(&mut self, byte: u8) -> Result<Option<Event>, Fault> {
        let object = self.in_object();
        match byte {
            b',' => {
                self.at += 1;
                self.skip_whitespace();
                match self.peek() {
                    None => Err((self.at, JsonReason::Ends)),
                    Some(_) if object => self.key().map(Some),
                    Some(byte) => self.value(byte).map(Some),
                }
            }
            b'}' if object => Ok(Some(self.close(byte))),
            b']' if !object => Ok(Some(self.close(byte))),
            _ => Err((self.at, JsonReason::ExpectedComma)),
        }
    }

    fn close(&mut self, byte: u8) -> Event {
        self.at += 1;
        self.depth -= 1;
        self.value_ended();
        Event::Close(char::from(byte))
    }

    fn value_ended(&mut self) {
        self.expect = if self.depth == 0 { Expect::Nothing } else { Expect::CommaOrClose };
    }

    fn open(&mut self, byte: u8) -> Result<Event, Fault> {
        if self.depth == MAX_DEPTH {
            return Err((self.at, JsonReason::TooDeep));
        }
        let (word, bit) = (self.depth / 64, 1 << (self.depth % 64));
        if byte == b'{' {
            self.objects[word] |= bit;
            self.expect = Expect::KeyOrClose;
        } else {
            self.objects[word] &= !bit;
            self.expect = Expect::ItemOrClose;
        }
        self.depth += 1;
        self.at += 1;
        Ok(Event::Open(char::from(byte)))
    }

    fn key(&mut self) -> Result<Event, Fault> {
        if self.peek() != Some(b'"') {
            return Err((self.at, JsonReason::ExpectedKey));
        }
        let key = self.string()?;
        self.skip_whitespace();
        match self.peek() {
            Some(b':') => self.at += 1,
            None => return Err((self.at, JsonReason::Ends)),
            Some(_) => return Err((self.at, JsonReason::ExpectedColon)),
        }
        self.expect = Expect::Value;
        Ok(Event::Key(key))
    }

    fn value(&mut self, byte: u8) -> Result<Event, Fault> {
        let range = match byte {
            b'{' | b'[' => return self.open(byte),
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => self.word(b"null")?,
            _ => return Err((self.at, JsonReason::ExpectedValue)),
        };
        self.value_ended();
        Ok(Event::Scalar(range))
    }

    fn word(&mut self, word: &[u8]) -> Result<Range<usize>, Fault> {
        let start = self.at;
        let rest = &self.bytes[start..];
        if rest.starts_with(word) {
            self.at += word.len();
            Ok(start..self.at)
        } else if word.starts_with(rest) {
            Err((self.bytes.len(), JsonReason::Ends))
        } else {
            Err((start, JsonReason::BadWord))
        }
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        match self.peek() {
            _ if self.at > start => Ok(()),
            None => Err((self.at, JsonReason::Ends)),
            Some(_) => Err((self.at, JsonReason::BadNumber)),
        }
    }

    fn number(&mut self) -> Result<Range<usize>, Fault> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        match self.peek() {
            Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'+' | b'-') => {
                Err((self.at, JsonReason::BadNumber))
            }
            _ => Ok(start..self.at),
        }
    }

    /// A string; `at` is on its opening quote.
    fn string(&mut self) -> Result<Range<usize>, Fault> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = &self.bytes[self.at..];
            let Some(run) = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f)) else {
                return Err((self.bytes.len(), JsonReason::Ends));
            };
            self.at += run;
            match rest[run] {
                b'"' => {
                    self.at += 1;
                    return Ok(start..self.at);
                }
                b'\\' => self.escape()?,
                _ => return Err((self.at, JsonReason::ControlInString)),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let length = match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..self.at + 6);
                match digits.map(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    Some(true) => 6,
                    Some(false) => return Err((self.at, JsonReason::BadEscape)),
                    None => return Err((self.bytes.len(), JsonReason::Ends)),
                }
            }
            Some(_) => return Err((self.at, JsonReason::BadEscape)),
            None => return Err((self.bytes.len(), JsonReason::Ends)),
        };
        self.at += length;
        Ok(())
    }
}
