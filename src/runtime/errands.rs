//! What is under way beside the sessions: passwords being looked for, changes of the profiles file, the doctor's visit to a broker.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::lending::Lent;
use super::profiles::{Change, keep};
use super::{files, pipe};
use crate::app::out::{ExportNews, ExportStep, Pipe, Save};
use crate::app::{Done, Job, Loaded, TestEnd, TestNews};
use crate::config::{PasswordSource, ProfileBook, environment_proxy, find_password};
use crate::model::{ConnectionId, SchemaName, Secret, SessionId, Target};
use crate::mqtt::doctor::{self, Diagnosis, DoctorOptions};
use crate::payload::Schemas;

/// The doctor's lines that may wait to be shown.
const LINES: usize = 16;
/// Changes of the profiles that may wait. Each is a key press of the user, or a first connect.
const CHANGES: usize = 16;
/// Steps of an export that may wait. The next one is asked for when the one before is done.
const STEPS: usize = 2;
/// [`Errands::close`] returns within this time.
const CLOSE_WITHIN: Duration = Duration::from_millis(300);

/// The ways to the tasks that do them.
#[derive(Debug, Default)]
pub struct Errands {
    profiles: Option<Sender<Change>>,
    /// Dropping one calls the errand off.
    visit: Option<DropGuard>,
    searches: HashMap<ConnectionId, DropGuard>,
    pipe: Option<DropGuard>,
    /// The export under way; no more steps means that it is given up.
    export: Option<(u64, Sender<ExportStep>)>,
    /// The terminal is in the hands of an editor.
    pub(super) lent: Option<Lent>,
    tasks: JoinSet<()>,
}

impl Errands {
    /// Hands on a change of the profiles; false when too many wait already. `book` is what the first one begins with.
    pub(super) fn change(&mut self, change: Change, book: &ProfileBook, done: &Sender<Done>) -> bool {
        let keeper = self.profiles.get_or_insert_with(|| {
            let (sender, changes) = channel(CHANGES);
            self.tasks.spawn(keep(book.clone(), changes, done.clone()));
            sender
        });
        keeper.try_send(change).is_ok()
    }

    /// Looks for the password of the profile named `name` and puts it into `target`; what became of it comes back as
    /// [`Done::PasswordFound`]. A search for the same connection before it is called off.
    pub(super) fn find(
        &mut self,
        session: SessionId,
        name: String,
        mut target: Box<Target>,
        password: PasswordSource,
        done: &Sender<Done>,
    ) {
        let called_off = CancellationToken::new();
        self.searches.insert(session.connection, called_off.clone().drop_guard());
        let done = done.clone();
        self.spawn(async move {
            let found = look(password, name, called_off).await.map(|found| {
                target.password = found;
                target
            });
            // Nobody listens any more when the program is ending.
            let _ = done.send(Done::PasswordFound(session, found)).await;
        });
    }

    /// Nobody waits for the password of this connection any more.
    pub(super) fn end_search(&mut self, id: ConnectionId) {
        self.searches.remove(&id);
    }

    /// Computes something on a thread of its own; what it finds comes back as [`Done::Job`].
    pub(super) fn compute(&mut self, job: Job, done: &Sender<Done>) {
        let done = done.clone();
        self.spawn(async move {
            let result = match tokio::task::spawn_blocking(move || job.perform(super::jq::run)).await {
                Ok(found) => Done::Job(found),
                Err(_) => Done::Failed("a computation failed: please report it".to_owned()),
            };
            // Nobody listens any more when the program is ending.
            let _ = done.send(result).await;
        });
    }

    /// Compiles schemas, whose files may lie in a network folder; what became of them comes back as [`Done::SchemasLoaded`].
    pub(super) fn load_schemas(
        &mut self,
        id: ConnectionId,
        names: Vec<SchemaName>,
        folder: PathBuf,
        done: &Sender<Done>,
    ) {
        let done = done.clone();
        self.spawn(async move {
            let loading = tokio::task::spawn_blocking(move || Schemas::load(&names, &folder));
            let result = match loading.await {
                Ok((schemas, faults)) => {
                    Done::SchemasLoaded(id, Loaded { schemas: Arc::new(schemas), faults })
                }
                Err(_) => Done::Failed("the schemas could not be compiled: please report it".to_owned()),
            };
            // Nobody listens any more when the program is ending.
            let _ = done.send(result).await;
        });
    }

    /// Sends the doctor to `target`, away from where he is.
    pub(super) fn visit(&mut self, visit: Visit, done: &Sender<Done>) {
        let called_off = CancellationToken::new();
        self.visit = Some(called_off.clone().drop_guard());
        self.spawn(visit.make(called_off, done.clone()));
    }

    /// Calls the doctor back.
    pub(super) fn end_visit(&mut self) {
        self.visit = None;
    }

    /// Lets the changes of the profiles reach the file and calls everything else off, commands that were to print a password included.
    /// Returns within 300 ms whatever happens (C27).
    pub(super) async fn close(self) {
        let Self { profiles, visit, searches, pipe, export, lent, mut tasks } = self;
        drop((profiles, visit, searches, pipe, export, lent));
        let ended = async { while tasks.join_next().await.is_some() {} };
        // A folder in the network that does not answer is not waited for.
        let _ = timeout(CLOSE_WITHIN, ended).await;
    }

    /// Writes a file; what became of it comes back.
    pub(super) fn save(&mut self, save: Save, done: &Sender<Done>) {
        let done = done.clone();
        self.spawn(async move {
            let path = save.path.clone();
            let saving = tokio::task::spawn_blocking(move || files::save(save)).await;
            let saved =
                saving.unwrap_or_else(|_| Done::Failed(format!("not written: {path}: saving failed")));
            // Nobody listens any more when the program is ending.
            let _ = done.send(saved).await;
        });
    }

    /// Hands a step of an export on; the first begins another one.
    pub(super) fn export(&mut self, id: u64, step: ExportStep, done: &Sender<Done>) {
        if step == ExportStep::Drop {
            self.export = None;
            return;
        }
        if matches!(step, ExportStep::Open { .. }) {
            let (sender, steps) = channel(STEPS);
            self.export = Some((id, sender));
            let done = done.clone();
            self.spawn(async move {
                // A file that was begun is taken away by whoever wrote it, a fault included.
                let _ = tokio::task::spawn_blocking(move || files::export(id, steps, &done)).await;
            });
        }
        let taken = self.export.as_ref().is_some_and(|(_, steps)| steps.try_send(step).is_ok());
        if !taken {
            let failed = ExportNews::Failed("the export was lost: please report it".to_owned());
            // A full report channel means that more is going on than anybody reads.
            let _ = done.try_send(Done::Export(id, failed));
        }
    }

    /// Runs a shell command, in place of the one before.
    pub(super) fn pipe(&mut self, pipe: Pipe, done: &Sender<Done>) {
        let called_off = CancellationToken::new();
        self.pipe = Some(called_off.clone().drop_guard());
        let done = done.clone();
        self.spawn(async move {
            let id = pipe.id;
            let end = pipe::run(pipe, called_off).await;
            // Nobody listens any more when the program is ending.
            let _ = done.send(Done::Piped(id, end)).await;
        });
    }

    /// Ends the shell command.
    pub(super) fn end_pipe(&mut self) {
        self.pipe = None;
    }

    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        while self.tasks.try_join_next().is_some() {}
        self.tasks.spawn(task);
    }
}

/// Looks for a password off the loop: a command or a network folder may take its time. Called off, it ends the command.
async fn look(
    password: PasswordSource,
    name: String,
    called_off: CancellationToken,
) -> Result<Option<Secret>, String> {
    let looking = tokio::task::spawn_blocking(move || {
        find_password(&password, &name, |name| std::env::var(name).ok(), &called_off)
    });
    looking.await.unwrap_or_else(|_| Err("no password: looking for it failed".to_owned()))
}

/// Has `target` gone to through the proxy that the environment names, unless it has one of its own: whoever sets out, session or doctor.
pub(super) fn through_proxy(target: &mut Target) -> Result<(), String> {
    if let Some(proxy) = environment_proxy(target, |name| std::env::var(name).ok())? {
        target.proxy = Some(proxy);
    }
    Ok(())
}

/// A visit of the doctor.
pub(super) struct Visit {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) target: Box<Target>,
    pub(super) password: PasswordSource,
}

impl Visit {
    async fn make(self, called_off: CancellationToken, done: Sender<Done>) {
        let id = self.id;
        let tell = async |news| drop(done.send(Done::Test(id, news)).await);
        let target = match self.ready(called_off.clone()).await {
            Ok(target) => target,
            Err(reason) => return tell(TestNews::End(TestEnd::NotBegun(reason))).await,
        };
        // A key press is no leave to publish: that takes `mqtt-tui doctor --publish`.
        let options = DoctorOptions { publish: false, own_id: false };
        let (sender, mut lines) = channel(LINES);
        let telling = async {
            while let Some(line) = lines.recv().await {
                tell(TestNews::Line(line)).await;
            }
        };
        let visit = Box::pin(async { tokio::join!(doctor::run(target, options, sender), telling).0 });
        let Some(diagnosis) = called_off.run_until_cancelled(visit).await else { return };
        let end = if diagnosis == Diagnosis::Sound { TestEnd::Sound } else { TestEnd::Unsound };
        tell(TestNews::End(end)).await;
    }

    /// The target with its password and its proxy.
    async fn ready(&self, called_off: CancellationToken) -> Result<Target, String> {
        let mut target = (*self.target).clone();
        if target.password.is_none() {
            target.password = look(self.password.clone(), self.name.clone(), called_off).await?;
        }
        through_proxy(&mut target)?;
        Ok(target)
    }
}
