//! mqtt-tui: a terminal explorer for MQTT.
pub mod broker;
pub mod model;
pub mod mqtt;
pub mod payload;
pub mod store;
