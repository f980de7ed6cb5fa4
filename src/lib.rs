//! mqtt-tui: a terminal explorer for MQTT.
//!
//! ```text
//!  broker ──▶ session task (owns the open stream and MQTT's books; rumqttc is its codec)
//!               │ bounded channel of SessionEvent      ▲ SessionRequest (publish, subscribe, disconnect)
//!               ▼                                      │
//!  runtime task: select! { signals · keys · results of effects · a frame that is due · a second · events.recv_many }
//!               │ ingest(batch)       │ update(&mut App, Action, now) -> Vec<Effect>     │ arrange(&mut App), view(&App, …)
//!               ▼                     ▼                                                  ▼
//!             Store                 App (pure)                                         ratatui, only when something changed
//! ```
//!
//! One task owns the whole state: no locks, no copies for drawing. Keys come before traffic and are answered with a frame at once;
//! traffic alone draws at most 30 frames a second; the channel is bounded, so when the screen falls behind TCP slows the broker down.
//! `update` and `view` do no I/O and read no clock; what is to be done outside is a value that `runtime` performs.
//!
//! | room | what lives there |
//! |---|---|
//! | [`model`] | topics and filters, messages, link state, what sessions and program say to each other: plain data |
//! | [`payload`] | bytes to kind to document, printers, previews, number formats, the one sanitiser |
//! | [`store`] | topic tree with counters, history under a byte budget, hold, any past moment, search |
//! | [`sys`] | what a broker says of itself under `$SYS`, as one model |
//! | [`config`] | saved connections, settings, imports, secrets, themes, what the terminal can show, paths |
//! | [`mqtt`] | the session: connecting, back-off, subscriptions, publishes, reasons explained |
//! | [`broker`] | the bundled test broker and the demo fleet |
//! | [`app`] | state, command table, keymap, update by area, layout |
//! | [`ui`] | one file per pane, themes' roles in use, SVG pictures |
//! | [`runtime`] | the loop, the terminal, signals, the clipboard |
//! | [`cli`] | command line, one file per subcommand |
//!
//! Imports go one way: `model ← payload ← store ← sys ← app ← ui ← runtime ← cli`; `config`, `mqtt` and `broker` stand beside that
//! line and know `model` (and `mqtt` `config`) only. `tests/import_direction.rs` keeps it so.

pub mod app;
pub mod broker;
pub mod cli;
pub mod config;
pub mod model;
pub mod mqtt;
pub mod payload;
pub mod runtime;
pub mod store;
pub mod sys;
pub mod ui;
