//! JSON of other programs: read without trust in what its fields hold.

use serde_json::Value;

use super::super::fault::{FileFault, Origin};

/// The JSON of a file. Says the place of a fault; the message does not quote the file, which may hold passwords.
pub(super) fn parse(origin: Origin<'_>) -> Result<Value, FileFault> {
    serde_json::from_str(origin.text).map_err(|fault| FileFault {
        path: origin.path.to_owned(),
        place: Some((fault.line(), fault.column().max(1))),
        reason: format!("this is not JSON: {}", without_place(&fault.to_string())),
    })
}

/// An object that holds one connection.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Value);

impl<'a> Fields<'a> {
    /// Text; an absent field, and one of another kind, is empty.
    pub(super) fn text(self, key: &str) -> &'a str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn flag(self, key: &str) -> Option<bool> {
        self.0.get(key).and_then(Value::as_bool)
    }

    /// A number, also when it is written as text.
    pub(super) fn number<T: TryFrom<u64>>(self, key: &str) -> Option<T> {
        let value = self.0.get(key)?;
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))?;
        T::try_from(number).ok()
    }

    pub(super) fn list(self, key: &str) -> impl Iterator<Item = &'a Value> {
        self.0.get(key).and_then(Value::as_array).into_iter().flatten()
    }

    /// An object below; one without fields when it is absent.
    pub(super) fn below(self, key: &str) -> Self {
        Self(self.0.get(key).unwrap_or(&Value::Null))
    }
}

fn without_place(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message)
}
