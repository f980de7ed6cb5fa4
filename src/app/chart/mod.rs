//! The chart: its series, and which stretch of time is on screen.

/// State of the chart.
#[derive(Debug, Default)]
pub struct Chart {}
