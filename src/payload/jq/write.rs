//! Values of the engine as JSON text. Stops at a number of bytes, and keeps no level on the stack: a few steps of a program
//! make a value that is gigabytes long when it is written.

use jaq_json::{Map, Num, Rc, Val};

use super::Ended;
use crate::payload::json::{MAX_DEPTH, quote};

/// A container that is being written, and its next item.
enum Open {
    Array(Rc<Vec<Val>>, usize),
    Object(Rc<Map>, usize),
}

/// `value` as JSON text of at most `most` bytes. As jq has it, NaN is `null` and an infinity the largest number there is;
/// keys that are no strings become strings, byte strings text. Calls `step` for each value.
pub(super) fn json(value: &Val, most: usize, step: impl Fn()) -> Result<String, Ended> {
    let mut out = String::new();
    let mut open = Vec::new();
    begin(&mut out, &mut open, value);
    while let Some(container) = open.last_mut() {
        step();
        if out.len() > most {
            return Err(Ended::TooMuch);
        }
        let next = match container {
            Open::Array(items, at) => items.get(*at).cloned().inspect(|_| separate(&mut out, at)),
            Open::Object(items, at) => {
                let pair = items.get_index(*at).map(|(key, value)| (key.clone(), value.clone()));
                pair.map(|(key, value)| {
                    separate(&mut out, at);
                    out.push_str(&key_text(&key));
                    out.push(':');
                    value
                })
            }
        };
        match next {
            Some(value) => begin(&mut out, &mut open, &value),
            None => out.push(if matches!(open.pop(), Some(Open::Array(..))) { ']' } else { '}' }),
        }
        if open.len() > MAX_DEPTH {
            return Err(Ended::TooDeep);
        }
    }
    if out.len() > most { Err(Ended::TooMuch) } else { Ok(out) }
}

fn separate(out: &mut String, at: &mut usize) {
    if *at > 0 {
        out.push(',');
    }
    *at += 1;
}

/// Writes a scalar, or opens a container.
fn begin(out: &mut String, open: &mut Vec<Open>, value: &Val) {
    match value {
        Val::Null => out.push_str("null"),
        Val::Bool(true) => out.push_str("true"),
        Val::Bool(false) => out.push_str("false"),
        Val::Num(number) => out.push_str(&number_text(number)),
        Val::TStr(text) | Val::BStr(text) => out.push_str(&quote(&String::from_utf8_lossy(text))),
        Val::Arr(items) => {
            out.push('[');
            open.push(Open::Array(items.clone(), 0));
        }
        Val::Obj(items) => {
            out.push('{');
            open.push(Open::Object(items.clone(), 0));
        }
    }
}

fn number_text(number: &Num) -> String {
    match number {
        Num::Float(float) if float.is_nan() => "null".to_owned(),
        Num::Float(float) if float.is_infinite() => format!("{:e}", f64::MAX.copysign(*float)),
        other => other.to_string(),
    }
}

fn key_text(key: &Val) -> String {
    match key {
        Val::TStr(text) | Val::BStr(text) => quote(&String::from_utf8_lossy(text)),
        Val::Num(number) => quote(&number_text(number)),
        Val::Null => quote("null"),
        Val::Bool(flag) => quote(&flag.to_string()),
        Val::Arr(_) | Val::Obj(_) => quote("…"),
    }
}
