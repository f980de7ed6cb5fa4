//! The shape that a topic's JSON messages have: which keys, of which types, in which range. Learned message by message, and
//! asked what is odd about a new one.
//!
//! Called by `app` for messages as they come; takes memory within [`MAX_KEYS`] and [`MAX_BYTES`].

/// Pointers that one shape knows.
pub const MAX_KEYS: usize = 256;
/// Bytes of pointers that one shape keeps.
pub const MAX_BYTES: usize = 16 * 1024;
/// Levels that are looked at.
pub const MAX_LEVELS: usize = 8;
/// Messages before a missing key or a number out of range is odd.
pub const SETTLED: u32 = 20;
