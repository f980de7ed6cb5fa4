//! JSON, lossless: a validating reader that keeps no tree, and a pretty printer on it. Order of keys, duplicate keys, the
//! text of numbers and the escapes in strings stay exactly as sent; only whitespace between tokens changes.
//! Iterative, so that depth in the data is never depth on the stack. Called by `kind`, `preview` and `view`.

use std::fmt;
use std::ops::Range;

use super::Document;
use super::sanitise::prefix;

/// Containers nested deeper than this are not laid out: the payload is shown as text.
pub const MAX_DEPTH: usize = 512;
/// Pretty text may be this many times as long as the payload, so that `[[[[1,1,1…` cannot ask for gigabytes of spaces.
const MAX_GROWTH: usize = 8;
const GROWTH_FLOOR: usize = 1024 * 1024;
const INDENT: usize = 2;

/// Why and where a text is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonFault {
    /// Byte offset.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: JsonReason,
}

/// What is wrong with a JSON text (RFC 8259), or with showing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonReason {
    /// The text ends in the middle.
    Ends,
    /// A value is missing.
    ExpectedValue,
    /// An object needs a string as key here.
    ExpectedKey,
    /// No `:` after a key.
    ExpectedColon,
    /// Neither `,` nor the end of the array or object.
    ExpectedComma,
    /// Something follows the value.
    Trailing,
    /// A control character in a string.
    ControlInString,
    /// A backslash followed by something it cannot escape.
    BadEscape,
    /// Not a number as JSON writes it.
    BadNumber,
    /// Neither `true` nor `false` nor `null`.
    BadWord,
    /// More than [`MAX_DEPTH`] levels. May be valid.
    TooDeep,
    /// Laid out, it would be many times as long as it is. Is valid so far.
    TooWide,
}

impl fmt::Display for JsonReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ends => "ends in the middle",
            Self::ExpectedValue => "expected a value",
            Self::ExpectedKey => "expected a key in double quotes",
            Self::ExpectedColon => "expected ':'",
            Self::ExpectedComma => "expected ',' or the closing bracket",
            Self::Trailing => "something follows the value",
            Self::ControlInString => "control character in a string",
            Self::BadEscape => "bad escape in a string",
            Self::BadNumber => "bad number",
            Self::BadWord => "unknown word",
            Self::TooDeep => "nested deeper than 512 levels",
            Self::TooWide => "more than 8 times as long when laid out",
        })
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.reason, self.line, self.column)
    }
}

impl std::error::Error for JsonFault {}

impl JsonFault {
    fn at(text: &str, offset: usize, reason: JsonReason) -> Self {
        let before = prefix(text, offset);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = 1 + memchr::memchr_iter(b'\n', before.as_bytes()).count();
        Self { offset, line, column: 1 + before[line_start..].chars().count(), reason }
    }
}

/// What the reader finds; commas, colons and whitespace are checked and left out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
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
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// One bit a level: set for an object.
    objects: [u64; MAX_DEPTH / 64],
    depth: usize,
    expect: Expect,
}

type Fault = (usize, JsonReason);

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
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
    fn next(&mut self) -> Result<Option<Event>, Fault> {
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

/// Checks that `text` is one JSON value, in one pass and without keeping anything.
pub fn check(text: &str) -> Result<(), JsonFault> {
    let mut reader = Reader::new(text);
    loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err((offset, reason)) => return Err(JsonFault::at(text, offset, reason)),
        }
    }
}

/// Lays out `text` with one key or item a line, indented by two columns a level. Nothing but whitespace between tokens
/// changes.
pub fn pretty(text: &str) -> Result<Document, JsonFault> {
    let mut printer = Printer::new(text);
    let mut reader = Reader::new(text);
    loop {
        match reader.next() {
            Ok(Some(event)) => printer.print(&event),
            Ok(None) => return Ok(Document::laid_out(printer.out, printer.line_starts)),
            Err((offset, reason)) => return Err(JsonFault::at(text, offset, reason)),
        }
        if printer.out.len() > printer.limit {
            return Err(JsonFault::at(text, reader.at, JsonReason::TooWide));
        }
    }
}

struct Printer<'a> {
    text: &'a str,
    out: String,
    line_starts: Vec<u32>,
    limit: usize,
    depth: usize,
    /// The open container has no item yet.
    fresh: bool,
    /// A key was printed; its value comes on the same line.
    keyed: bool,
}

impl<'a> Printer<'a> {
    fn new(text: &'a str) -> Self {
        let out = String::with_capacity(text.len() + text.len() / 2);
        let limit = text.len().saturating_mul(MAX_GROWTH).max(GROWTH_FLOOR).min(u32::MAX as usize / 2);
        Self { text, out, line_starts: vec![0], limit, depth: 0, fresh: true, keyed: false }
    }

    fn print(&mut self, event: &Event) {
        match event {
            Event::Open(bracket) => {
                self.begin_item();
                self.out.push(*bracket);
                self.depth += 1;
                self.fresh = true;
            }
            Event::Close(bracket) => {
                self.depth -= 1;
                if !self.fresh {
                    self.new_line();
                }
                self.out.push(*bracket);
                self.fresh = false;
            }
            Event::Key(range) => {
                self.begin_item();
                self.out.push_str(&self.text[range.clone()]);
                self.out.push_str(": ");
                self.keyed = true;
            }
            Event::Scalar(range) => {
                self.begin_item();
                self.out.push_str(&self.text[range.clone()]);
            }
        }
    }

    fn begin_item(&mut self) {
        if std::mem::take(&mut self.keyed) || self.depth == 0 {
            return;
        }
        if !self.fresh {
            self.out.push(',');
        }
        self.fresh = false;
        self.new_line();
    }

    fn new_line(&mut self) {
        const BLANK: &str = "                                                                ";
        self.out.push('\n');
        self.line_starts.push(self.out.len() as u32);
        let mut columns = self.depth * INDENT;
        while columns > 0 {
            let part = columns.min(BLANK.len());
            self.out.push_str(&BLANK[..part]);
            columns -= part;
        }
    }
}

#[cfg(test)]
mod tests;
