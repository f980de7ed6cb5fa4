//! Journeys: what a user does and sees, as key presses, clicks and messages on one side and screen, state and effects on the
//! other. No terminal, no broker, no clock: time passes when a journey says so.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]

mod browsing;
mod chart_figures;
mod charting;
mod connections;
mod copying;
mod depths;
mod emptiness;
mod filtering;
mod finding;
mod form;
mod hostile;
mod images;
mod language;
mod leaving;
mod link;
mod messages;
mod mouse;
mod overdue;
mod overlays;
mod pausing;
mod pinning;
mod properties;
mod publishing;
mod quiet;
mod quitting;
mod reading;
mod remembering;
mod safety;
mod searching;
mod sizes;
mod story;
mod subscribing;
mod tabs;
mod travelling;
mod tree;
mod wandering;
