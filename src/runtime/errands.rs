//! What is under way beside the sessions: changes of the profiles file, and the doctor's visit to a broker.

use tokio::sync::mpsc::{Sender, channel};
use tokio::task::AbortHandle;

use super::profiles::{Change, keeper};
use crate::app::{Done, TestEnd, TestNews};
use crate::config::{PasswordSource, ProfileBook, find_password};
use crate::model::Target;
use crate::mqtt::doctor::{self, Diagnosis, DoctorOptions};

/// The doctor's lines that may wait to be shown.
const LINES: usize = 16;

/// The ways to the tasks that do them.
#[derive(Debug, Default)]
pub struct Errands {
    profiles: Option<Sender<Change>>,
    visit: Option<AbortHandle>,
}

impl Errands {
    /// Hands on a change of the profiles; false when too many wait already. `book` is what the first one begins with.
    pub(super) fn change(&mut self, change: Change, book: &ProfileBook, done: &Sender<Done>) -> bool {
        let keeper = self.profiles.get_or_insert_with(|| keeper(book.clone(), done.clone()));
        keeper.try_send(change).is_ok()
    }

    /// Sends the doctor to `target`, away from where he is.
    pub(super) fn visit(&mut self, visit: Visit, done: &Sender<Done>) {
        self.end_visit();
        self.visit = Some(tokio::spawn(visit.make(done.clone())).abort_handle());
    }

    /// Calls the doctor back.
    pub(super) fn end_visit(&mut self) {
        if let Some(visit) = self.visit.take() {
            visit.abort();
        }
    }
}

/// A visit of the doctor.
pub(super) struct Visit {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) target: Box<Target>,
    pub(super) password: PasswordSource,
}

impl Visit {
    async fn make(self, done: Sender<Done>) {
        let id = self.id;
        let tell = async |news| drop(done.send(Done::Test(id, news)).await);
        let mut target = *self.target;
        if target.password.is_none() {
            let (password, name) = (self.password, self.name);
            // A command or a network folder may take its time.
            let looking = tokio::task::spawn_blocking(move || {
                find_password(&password, &name, |variable| std::env::var(variable).ok())
            });
            match looking.await.unwrap_or_else(|_| Err("no password: looking for it failed".to_owned())) {
                Ok(password) => target.password = password,
                Err(reason) => return tell(TestNews::End(TestEnd::NotBegun(reason))).await,
            }
        }
        // A key press is no leave to publish: that takes `mqtt-tui doctor --publish`.
        let options = DoctorOptions { publish: false, own_id: false };
        let (sender, mut lines) = channel(LINES);
        let telling = async {
            while let Some(line) = lines.recv().await {
                tell(TestNews::Line(line)).await;
            }
        };
        let (diagnosis, ()) = tokio::join!(doctor::run(target, options, sender), telling);
        let end = if diagnosis == Diagnosis::Sound { TestEnd::Sound } else { TestEnd::Unsound };
        tell(TestNews::End(end)).await;
    }
}
