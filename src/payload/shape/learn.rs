//! Judging a message by a shape, and learning from it.

use super::walk::{Found, Walk};
use super::{Key, MAX_BYTES, MAX_KEYS, MAX_ODDITIES, Oddity, Range, SETTLED, Shape, ValueType};
use crate::payload::json;
use crate::payload::structure::token_text;

impl Shape {
    /// What is odd about a message by what was learned so far: nothing about the first, and nothing when `text` is no JSON.
    /// At most [`MAX_ODDITIES`]; missing keys come last.
    pub fn judge(&self, text: &str) -> Vec<Oddity> {
        if self.messages == 0 { Vec::new() } else { self.judged(text).unwrap_or_default() }
    }

    fn judged(&self, text: &str) -> Result<Vec<Oddity>, ()> {
        let mut oddities = Vec::new();
        let mut present = [false; MAX_KEYS];
        let mut walk = Walk::new(text);
        let mut guess = 0;
        while let Some(found) = walk.next()? {
            let known = self.find(&found, guess);
            match known {
                Some(at) => {
                    guess = at + 1;
                    present[at] = true;
                    self.push_oddities(at, &found, &mut oddities);
                }
                None if !self.full && oddities.len() < MAX_ODDITIES => {
                    let name = found.raw_key.map(json::unquote).unwrap_or_default();
                    let oddity = Oddity::NewKey(self.pointer_of(found.parent) + &token_text(&name, 1));
                    if !oddities.contains(&oddity) {
                        oddities.push(oddity);
                    }
                }
                None => {}
            }
            if found.value_type == ValueType::Object {
                walk.enter(known)?;
            }
        }
        let missing = |at: &usize| {
            present[usize::from(self.keys[*at].parent)] && !present[*at] && self.is_always_there(*at)
        };
        oddities
            .extend((1..self.keys.len()).filter(missing).map(|at| Oddity::MissingKey(self.pointer_of(at))));
        oddities.truncate(MAX_ODDITIES);
        Ok(oddities)
    }

    fn push_oddities(&self, at: usize, found: &Found<'_>, oddities: &mut Vec<Oddity>) {
        let key = &self.keys[at];
        if oddities.len() >= MAX_ODDITIES {
            return;
        }
        if key.types & found.value_type as u8 == 0 {
            let (was, is) = (key.last, found.value_type);
            oddities.push(Oddity::TypeChanged { pointer: self.pointer_of(at), was, is });
        }
        let Some(value) = found.number else { return };
        if key.numbers.is_odd(&key.name, value) {
            let (min, max) = key.numbers.usual();
            oddities.push(Oddity::OutOfRange { pointer: self.pointer_of(at), value, min, max });
        }
    }

    /// Whether a key was in every message that had its object since it was first seen, often enough to be missed.
    fn is_always_there(&self, at: usize) -> bool {
        let key = &self.keys[at];
        let chances = self.keys[usize::from(key.parent)].count.saturating_sub(key.since);
        key.count >= SETTLED && key.count == chances
    }

    /// Takes a message into the shape. Does nothing when `text` is no JSON.
    pub fn learn(&mut self, text: &str) {
        // A text that ends in the middle must leave no trace.
        if json::check(text).is_ok() {
            self.messages = self.messages.saturating_add(1);
            // Checked already: it cannot fail.
            let _ = self.take_in(text);
        }
    }

    fn take_in(&mut self, text: &str) -> Result<(), ()> {
        let mut walk = Walk::new(text);
        let mut guess = 0;
        while let Some(found) = walk.next()? {
            let at = self.find(&found, guess).or_else(|| self.add(&found));
            if let Some(at) = at {
                guess = at + 1;
                self.keys[at].take_in(&found, self.messages);
            }
            if found.value_type == ValueType::Object {
                walk.enter(at)?;
            }
        }
        Ok(())
    }

    /// Where the shape knows a value. `guess` is looked at first: devices send their keys in one order.
    fn find(&self, found: &Found<'_>, guess: usize) -> Option<usize> {
        let Some(raw) = found.raw_key else { return (!self.keys.is_empty()).then_some(0) };
        let name = json::unquote(raw);
        let is_it = |key: &Key| usize::from(key.parent) == found.parent && *key.name == *name;
        if guess > 0 && self.keys.get(guess).is_some_and(is_it) {
            return Some(guess);
        }
        self.keys.iter().skip(1).position(is_it).map(|at| at + 1)
    }

    /// A new key, when there is room.
    fn add(&mut self, found: &Found<'_>) -> Option<usize> {
        let name = found.raw_key.map(json::unquote).unwrap_or_default();
        if self.keys.len() >= MAX_KEYS || self.bytes + name.len() > MAX_BYTES {
            self.full = true;
            return None;
        }
        self.bytes += name.len();
        // The object that it is in has counted this message already.
        let since = self.keys.get(found.parent).map_or(0, |parent| parent.count.saturating_sub(1));
        self.keys.push(Key {
            name: name.into(),
            parent: u16::try_from(found.parent).unwrap_or_default(),
            types: 0,
            last: found.value_type,
            count: 0,
            since,
            seen_in: 0,
            numbers: Range::default(),
        });
        Some(self.keys.len() - 1)
    }
}

impl Key {
    fn take_in(&mut self, found: &Found<'_>, message: u32) {
        // A key that occurs twice in a message is there once.
        if self.seen_in != message {
            self.seen_in = message;
            self.count = self.count.saturating_add(1);
        }
        self.types |= found.value_type as u8;
        self.last = found.value_type;
        if let Some(number) = found.number {
            self.numbers.take_in(&self.name, number);
        }
    }
}
