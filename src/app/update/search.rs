//! Searching everything.

use crate::app::{App, Command, Effect};
use crate::model::Moment;

pub(super) fn run(_app: &mut App, _command: Command, _now: Moment) -> Vec<Effect> {
    Vec::new()
}

pub(super) fn movement(_app: &mut App, _command: Command) {}
