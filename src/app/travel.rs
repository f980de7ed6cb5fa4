//! Travelling in time: which moment everything shows.

/// State of the travel.
#[derive(Debug, Default)]
pub struct Travel {}
