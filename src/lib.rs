//! mqtt-tui: a terminal explorer for MQTT.
pub mod config;
pub mod model;
pub mod payload;
pub mod store;
pub mod mqtt;
pub mod broker;
