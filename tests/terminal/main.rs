//! The real program in a real pseudo-terminal, looked at through a terminal emulator: starting, browsing, publishing, every way to
//! end, hostile content, brokers that come and go. `harness` starts it and types; `strict` judges every byte it wrote.
//! Linux only: the tests look at processes through /proc.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests, also outside of #[test] functions")]

#[path = "../common/mod.rs"]
mod common;
mod doctor;
mod editor;
mod ending;
mod explorer;
mod files;
mod flags;
mod harness;
mod hostile;
mod input;
mod links;
mod looks;
mod profiles;
mod publish;
mod stage;
mod strict;
mod suspend;
mod usage;
