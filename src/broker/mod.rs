//! broker
pub mod fleet;
