//! CBOR and MessagePack have one shape: heads with a type and a length, and items that follow. Each has a reader that gives items one by
//! one; what is here puts them together as JSON text. Iterative: depth in the data is never depth on the stack.

use std::borrow::Cow;

use super::super::json::MAX_DEPTH;
use super::fault::Fault;
use super::writer::Writer;

/// One head, with its content where that is not further items.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item<'a> {
    /// An array of so many items, or of as many as come before [`Item::Break`].
    Array(Option<u64>),
    /// A map of so many pairs.
    Map(Option<u64>),
    /// The end of an array or map without a length.
    Break,
    /// A tag on the item that follows (RFC 8949, 3.4).
    Tag(u64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
    Integer(i128),
    /// An integer of more bits, as digits.
    Digits(String),
    Float(f32),
    /// A float of 64 bits, or of 16: encoders shorten what is the same in fewer, so that all its digits count.
    Double(f64),
    /// `true`, `false` or `null`.
    Word(&'static str),
    /// A simple value without a JSON word, `undefined` among them (RFC 8949, 3.3).
    Simple(u8),
    /// A MessagePack extension.
    Extension(i8, &'a [u8]),
}

/// A reader of one of the formats.
pub(super) trait Items<'a> {
    /// The next head.
    fn next(&mut self) -> Result<Item<'a>, Fault>;
    /// Offset of the next byte.
    fn at(&self) -> usize;
    /// Bytes that are left.
    fn left(&self) -> usize;
}

/// What was seen: whether bytes that nobody called CBOR or MessagePack are likely to be that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    /// The outermost item, when it is an array or map.
    outermost: Option<Container>,
    /// The keys of the outermost map.
    keys: Keys,
    /// How many they are.
    key_count: usize,
    /// Those among them that are texts of two characters or more.
    names: usize,
    /// There is a text of two characters or more.
    text: bool,
    /// There is a text of four letters or digits or more.
    word: bool,
    /// There is a float.
    float: bool,
    /// There is a map within, with a text as key.
    inner_map: bool,
    /// All texts are printable, floats of a common size, keys texts or integers; nothing is reserved.
    sound: bool,
}

/// What all keys of a map have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    None,
    Texts,
    /// Integers in rising order, and the last of them.
    Rising(i128),
    Mixed,
}

impl Traits {
    const NONE: Self = Self {
        outermost: None,
        keys: Keys::None,
        key_count: 0,
        names: 0,
        text: false,
        word: false,
        float: false,
        inner_map: false,
        sound: true,
    };

    /// False alarms are worse than hexadecimal: packed numbers pass for short arrays of integers all too often.
    pub(super) fn are_plausible(self) -> bool {
        self.sound
            && match (self.outermost, self.keys) {
                (Some(Container::Map), Keys::Texts) => self.text || self.float || self.key_count > 1,
                (Some(Container::Map), Keys::Rising(_)) => self.key_count > 1 && (self.text || self.float),
                (Some(Container::Map), Keys::Mixed) => self.names > 1,
                (Some(Container::Array), _) => self.word || self.inner_map,
                _ => false,
            }
    }

    fn see_text(&mut self, text: &str) {
        self.text |= text.chars().nth(1).is_some();
        self.word |= text.len() >= 4
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' '));
        self.sound &= !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    }

    fn see_float(&mut self, float: f64) {
        self.float = true;
        self.sound &= float == 0.0 || (1e-9..1e15).contains(&float.abs()) || !float.is_finite();
    }

    /// A key of a map `depth` levels in; the outermost is 1.
    fn see_key(&mut self, key: &Item<'_>, depth: usize) {
        self.inner_map |= depth > 1 && matches!(key, Item::Text(_));
        if depth == 1 {
            self.key_count += 1;
            self.names += usize::from(matches!(key, Item::Text(name) if name.chars().nth(1).is_some()));
            self.keys = match (self.keys, key) {
                (Keys::None | Keys::Texts, Item::Text(_)) => Keys::Texts,
                (Keys::None, Item::Integer(key)) => Keys::Rising(*key),
                (Keys::Rising(last), Item::Integer(key)) if *key > last => Keys::Rising(*key),
                _ => Keys::Mixed,
            };
        }
        self.sound &= matches!(key, Item::Text(_) | Item::Integer(_));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    Array,
    Map,
    Tag,
}

struct Level {
    container: Container,
    /// Items still to come, key and value being two; `None` until a break.
    left: Option<u64>,
    /// The next item of this map is a key.
    wants_key: bool,
    /// Where a key that is no text begins in the output.
    key: Option<usize>,
}

/// Writes all items of `items` as one JSON value.
pub(super) fn render<'a>(items: &mut impl Items<'a>, writer: &mut Writer) -> Result<Traits, Fault> {
    let mut renderer = Renderer { writer, open: Vec::new(), traits: Traits::NONE };
    loop {
        let at = items.at();
        let item = items.next()?;
        renderer.item(item, at, items.left())?;
        renderer.close_full();
        if renderer.writer.is_full() {
            return Err(Fault::too_long(at));
        }
        if renderer.open.is_empty() {
            break;
        }
    }
    if items.left() > 0 {
        return Err(Fault::new(items.at(), format!("{} bytes follow the value", items.left())));
    }
    Ok(renderer.traits)
}

struct Renderer<'w> {
    writer: &'w mut Writer,
    open: Vec<Level>,
    traits: Traits,
}

impl Renderer<'_> {
    fn item(&mut self, item: Item<'_>, at: usize, bytes_left: usize) -> Result<(), Fault> {
        if item == Item::Break {
            return self.stop(at);
        }
        if let Item::Text(text) = &item {
            self.traits.see_text(text);
        }
        let depth = self.open.len();
        if let Some(level) = self.open.last_mut() {
            level.left = level.left.map(|left| left.saturating_sub(1));
            let is_key = level.wants_key;
            level.wants_key = level.container == Container::Map && !is_key;
            if is_key {
                self.traits.see_key(&item, depth);
                if let Item::Text(key) = &item {
                    self.writer.key(key);
                    return Ok(());
                }
                level.key = Some(self.writer.begin_key());
            }
        }
        match item {
            Item::Array(length) => self.push(Container::Array, length, at, bytes_left),
            Item::Map(length) => self.push(Container::Map, length, at, bytes_left),
            Item::Tag(tag) => {
                self.push(Container::Tag, Some(1), at, bytes_left)?;
                self.writer.key("@tag");
                self.writer.plain(tag);
                self.writer.key("value");
                Ok(())
            }
            scalar => {
                self.scalar(scalar);
                self.item_ended();
                Ok(())
            }
        }
    }

    fn push(
        &mut self,
        container: Container,
        length: Option<u64>,
        at: usize,
        bytes_left: usize,
    ) -> Result<(), Fault> {
        if self.open.len() == MAX_DEPTH {
            return Err(Fault::new(at, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let items = if container == Container::Map { 2 } else { 1 };
        let left = length.map(|length| length.saturating_mul(items));
        // An item takes a byte at least: a length that lies is found before anything is kept for it.
        if left.is_some_and(|left| left > bytes_left as u64) {
            let length = length.unwrap_or_default();
            return Err(Fault::new(at, format!("{length} items announced, {bytes_left} bytes left")));
        }
        if self.open.is_empty() {
            self.traits.outermost = Some(container).filter(|_| left != Some(0));
        }
        self.writer.open(if container == Container::Array { '[' } else { '{' });
        self.open.push(Level { container, left, wants_key: container == Container::Map, key: None });
        Ok(())
    }

    /// Closes the levels that have all their items.
    fn close_full(&mut self) {
        while self.open.last().is_some_and(|level| level.left == Some(0)) {
            self.close();
        }
    }

    fn close(&mut self) {
        if let Some(level) = self.open.pop() {
            self.writer.close(if level.container == Container::Array { ']' } else { '}' });
            self.item_ended();
        }
    }

    fn stop(&mut self, at: usize) -> Result<(), Fault> {
        match self.open.last() {
            Some(level)
                if level.left.is_none() && (level.container == Container::Array || level.wants_key) =>
            {
                self.close();
                Ok(())
            }
            _ => Err(Fault::new(at, "a break with nothing to end")),
        }
    }

    /// An item of the innermost open level was written whole.
    fn item_ended(&mut self) {
        if let Some(start) = self.open.last_mut().and_then(|level| level.key.take()) {
            self.writer.end_key(start);
        }
    }

    fn scalar(&mut self, item: Item<'_>) {
        let writer = &mut *self.writer;
        match item {
            Item::Text(text) => writer.text(&text),
            Item::Bytes(bytes) => writer.bytes(&bytes),
            Item::Integer(value) => writer.plain(value),
            Item::Digits(digits) => writer.plain(digits),
            Item::Float(value) => {
                self.traits.see_float(f64::from(value));
                writer.float32(value);
            }
            Item::Double(value) => {
                self.traits.see_float(value);
                writer.float(value);
            }
            Item::Word(word) => writer.plain(word),
            Item::Simple(value) => {
                self.traits.sound &= value == 23;
                writer.open('{');
                writer.key("@simple");
                writer.plain(value);
                writer.close('}');
            }
            Item::Extension(kind, bytes) => {
                writer.open('{');
                writer.key("@ext");
                writer.plain(kind);
                if let Some(time) = timestamp(kind, bytes) {
                    writer.key("time");
                    writer.text(&time.to_string());
                }
                writer.key("value");
                writer.bytes(bytes);
                writer.close('}');
            }
            Item::Array(_) | Item::Map(_) | Item::Tag(_) | Item::Break => {}
        }
    }
}

/// The time in MessagePack's extension -1: seconds in four bytes; nanoseconds in 30 bits and seconds in 34; or both in twelve bytes.
fn timestamp(kind: i8, bytes: &[u8]) -> Option<jiff::Timestamp> {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    let (seconds, nanoseconds) = match (kind, bytes.len()) {
        (-1, 4) => (number(bytes) as i64, 0),
        (-1, 8) => ((number(bytes) & 0x3_ffff_ffff) as i64, number(bytes) >> 34),
        (-1, 12) => (number(&bytes[4..]) as i64, number(&bytes[..4])),
        _ => return None,
    };
    let nanoseconds = i32::try_from(nanoseconds).ok().filter(|nanoseconds| *nanoseconds < 1_000_000_000)?;
    jiff::Timestamp::new(seconds, nanoseconds).ok()
}
