//! What is wrong in a payload, and at which byte.

use std::borrow::Cow;
use std::fmt;

use super::super::format;

/// Why bytes are not what they were taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Offset of the byte, in the bytes inside of the wrappings taken off before.
    pub(super) offset: usize,
    /// What is wrong there.
    pub(super) reason: Cow<'static, str>,
}

impl Fault {
    pub(super) fn new(offset: usize, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { offset, reason: reason.into() }
    }

    /// The bytes end in the middle of something.
    pub(super) fn ends(offset: usize) -> Self {
        Self::new(offset, "ends in the middle")
    }

    /// The text form has become too long.
    pub(super) fn too_long(offset: usize) -> Self {
        Self::new(offset, "too long as text")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}", self.reason, format::grouped(self.offset as u64))
    }
}
