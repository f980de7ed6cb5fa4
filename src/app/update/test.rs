//! Testing a connection: the doctor is sent, his lines are taken in, and he is called back when nobody waits for him any more.

use crate::app::{App, Effect, Test, TestNews};

/// Begins a test of the selected connection, in place of the one before.
pub(super) fn begin(app: &mut App) -> Vec<Effect> {
    let Some(choice) = app.choice() else { return Vec::new() };
    let Some(profile) = app.profile_of(&choice).cloned() else { return Vec::new() };
    let profile = super::connections::with_defaults(app, profile);
    let id = app.next_test;
    app.next_test += 1;
    let mut target = profile.target;
    if let Some(open) = app.opened(&choice).first() {
        let known = open.target();
        target.protocol = known.protocol;
        if known.password.is_some() && open.logs_in_alike(&target, &profile.password) {
            // What was typed for this run need not be typed again.
            (target.user, target.password) = (known.user, known.password);
        }
    }
    app.list.test = Some(Test::new(id, choice, profile.name.clone()));
    vec![Effect::Test { id, name: profile.name, target: Box::new(target), password: profile.password }]
}

/// News of test `id`; of one that is not on the screen any more it is too late.
pub(super) fn news(app: &mut App, id: u64, news: TestNews) {
    if let Some(test) = app.list.test.as_mut().filter(|test| test.id == id) {
        test.take(news);
    }
}

/// Takes the test off the screen; the effect that ends it, when it still goes on.
pub(super) fn leave(app: &mut App) -> Vec<Effect> {
    match app.list.test.take() {
        Some(test) if test.end.is_none() => vec![Effect::EndTest],
        _ => Vec::new(),
    }
}
