//! The values of a message that a shape looks at, one by one, with the object that each is in.

use super::ValueType;
use crate::payload::json::reader::{Event, Reader};

/// Levels of objects that are looked into.
pub const MAX_LEVELS: usize = 8;

/// A value in a message.
pub(super) struct Found<'a> {
    /// The object it is in, as whoever walks numbers objects; 0 for the root itself.
    pub(super) parent: usize,
    /// Its key as sent, with quotes; `None` for the root.
    pub(super) raw_key: Option<&'a str>,
    pub(super) value_type: ValueType,
    /// When it is a number that an `f64` can hold.
    pub(super) number: Option<f64>,
}

/// Walks over a message. After each object that was found, [`Walk::enter`] says whether its values are wanted.
pub(super) struct Walk<'a> {
    text: &'a str,
    reader: Reader<'a>,
    /// The numbers of the open objects.
    open: [usize; MAX_LEVELS],
    levels: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, reader: Reader::new(text), open: [0; MAX_LEVELS], levels: 0 }
    }

    /// The next value; `Ok(None)` at the end, `Err` where the text is no JSON.
    pub(super) fn next(&mut self) -> Result<Option<Found<'a>>, ()> {
        let mut raw_key = None;
        loop {
            let parent = self.levels.checked_sub(1).map_or(0, |level| self.open[level]);
            let found = |value_type, number| Ok(Some(Found { parent, raw_key, value_type, number }));
            match self.reader.next().map_err(|_| ())? {
                None => return Ok(None),
                Some(Event::Key(range)) => raw_key = self.text.get(range),
                Some(Event::Close(_)) => self.levels = self.levels.saturating_sub(1),
                Some(Event::Open('{')) => return found(ValueType::Object, None),
                Some(Event::Open(_)) => {
                    self.skip()?;
                    return found(ValueType::Array, None);
                }
                Some(Event::Scalar(range)) => {
                    let raw = self.text.get(range).unwrap_or_default();
                    let (value_type, number) = scalar(raw);
                    return found(value_type, number);
                }
            }
        }
    }

    /// After an object was found: its values come next, in the object that the walker numbers `number`; `None` leaves them
    /// out, and so does an object below too many others.
    pub(super) fn enter(&mut self, number: Option<usize>) -> Result<(), ()> {
        match number.filter(|_| self.levels < MAX_LEVELS) {
            Some(number) => {
                self.open[self.levels] = number;
                self.levels += 1;
                Ok(())
            }
            None => self.skip(),
        }
    }

    /// Reads over the rest of the container that was just opened.
    fn skip(&mut self) -> Result<(), ()> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.reader.next().map_err(|_| ())? {
                Some(Event::Open(_)) => depth += 1,
                Some(Event::Close(_)) => depth -= 1,
                Some(_) => {}
                None => return Err(()),
            }
        }
        Ok(())
    }
}

fn scalar(raw: &str) -> (ValueType, Option<f64>) {
    match raw.as_bytes().first() {
        Some(b'"') => (ValueType::String, None),
        Some(b't' | b'f') => (ValueType::Boolean, None),
        Some(b'n') => (ValueType::Null, None),
        _ => (ValueType::Number, raw.parse().ok().filter(|number: &f64| number.is_finite())),
    }
}
