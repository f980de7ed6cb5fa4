//! What `update` asked for is done here: sessions begin and end and get their requests, the clipboard is filled, the program stops for
//! the shell. Results come back as [`Action::Done`].

use std::io;
use std::path::Path;

use crossterm::event::Event;
use futures_util::Stream;
use ratatui::backend::Backend;
use tokio::sync::mpsc::Sender;

use super::clipboard::Clipboard;
use super::errands::{Visit, through_proxy};
use super::event_loop::{Drawing, EventLoop, Outcome};
use super::profiles::Change;
use super::signals::has_shell;
use crate::app::{Action, Done, Effect, SessionRequestName, update};
use crate::config::PasswordSource;
use crate::model::{ConnectionId, SessionRequest, Severity, Target, Trouble};
use crate::mqtt::{Session, random_client_id};

impl<B, I> EventLoop<B, I>
where
    B: Backend<Error = io::Error> + io::Write,
    I: Stream<Item = io::Result<Event>> + Unpin,
{
    /// Performs effects in order; why the loop ends, when one of them is that.
    pub(super) fn perform(
        &mut self,
        effects: Vec<Effect>,
        clipboard: &mut Clipboard,
        done: &Sender<Done>,
        drawing: &mut Drawing,
    ) -> io::Result<Option<Outcome>> {
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(Some(Outcome::Quit)),
                Effect::Suspend if self.real_terminal && !has_shell() => {
                    let text = "not suspended: there is no shell to come back from".to_owned();
                    update(&mut self.app, Action::Done(Done::Failed(text)), self.clock.now());
                    drawing.dirty = true;
                }
                Effect::Suspend => self.suspend(drawing)?,
                Effect::Copy { what, .. }
                    if self.output.as_ref().is_some_and(|output| !output.has_room()) =>
                {
                    let reason = format!("{what} not copied: the terminal takes nothing at the moment");
                    // A full report channel means that more is going on than anybody reads.
                    let _ = done.try_send(Done::Failed(reason));
                }
                Effect::Copy { what, bytes } => {
                    if let Some(sequence) = clipboard.copy(what, &bytes) {
                        let backend = self.terminal.backend_mut();
                        io::Write::write_all(backend, sequence.as_bytes())?;
                        io::Write::flush(backend)?;
                    }
                }
                Effect::Connect(id, target, password) => {
                    self.connect(id, target, password, done);
                    drawing.dirty = true;
                }
                Effect::Save(save) => self.errands.save(save, done),
                Effect::Edit(edit) => self.lend(edit, done, drawing)?,
                Effect::Pipe(pipe) => self.errands.pipe(pipe, done),
                Effect::EndPipe => self.errands.end_pipe(),
                Effect::Export(id, step) => self.errands.export(id, step, done),
                Effect::Job(job) => self.errands.compute(job, done),
                Effect::LoadSchemas(id, names) => {
                    let folder = self.app.book.path().and_then(Path::parent).map(Path::to_owned);
                    self.errands.load_schemas(id, names, folder.unwrap_or_default(), done);
                }
                Effect::Close(id) => self.close_session(id),
                Effect::SaveProfile(profile, replacing, id) => {
                    self.change(Change::Save(profile, replacing, id), done);
                }
                Effect::RemoveProfile(name) => self.change(Change::Remove(name), done),
                Effect::RememberProtocol(name, protocol) => {
                    self.change(Change::Remember(name, protocol), done);
                }
                Effect::ReadProfiles(asked) => {
                    // Where too much waits already, what comes before it reads the file again, too.
                    self.errands.change(Change::Read(asked), &self.app.book, done);
                }
                Effect::StartDemo => self.start_demo(done),
                Effect::Test { id, name, target, password } => {
                    self.errands.visit(Visit { id, name, target, password }, done);
                }
                Effect::EndTest => self.errands.end_visit(),
                Effect::Request(id, request) => {
                    if let Some(refused) = self.request(id, request) {
                        // It asks for nothing more, and must not get lost on the way.
                        update(&mut self.app, Action::Done(refused), self.clock.now());
                        drawing.dirty = true;
                    }
                }
            }
        }
        Ok(None)
    }

    /// Begins a session, or has its password looked for first. The session before it ends.
    fn connect(
        &mut self,
        id: ConnectionId,
        mut target: Box<Target>,
        password: PasswordSource,
        done: &Sender<Done>,
    ) {
        self.close_session(id);
        let Some(connection) = self.app.connection_by_id(id) else { return };
        let session = connection.session();
        if password != PasswordSource::None && target.password.is_none() {
            let name = connection.profile.name.clone();
            return self.errands.find(session, name, target, password, done);
        }
        if target.client_id.is_empty() {
            target.client_id = random_client_id();
        }
        if let Err(cause) = through_proxy(&mut target) {
            let remedy = "only HTTP proxies are gone through".to_owned();
            let not_begun = Done::NotBegun(id, Trouble { cause, remedy, ..Trouble::default() });
            update(&mut self.app, Action::Done(not_begun), self.clock.now());
            return;
        }
        let begun = Done::Begun(id, target.client_id.clone());
        update(&mut self.app, Action::Done(begun), self.clock.now());
        self.sessions.insert(id, Session::start(session, *target, self.clock, self.sender.clone()));
    }

    /// Hands a change of the profiles to their keeper.
    fn change(&mut self, change: Change, done: &Sender<Done>) {
        let id = change.id();
        if !self.errands.change(change, &self.app.book, done) {
            let reason = "not saved: changes before it are still being written".to_owned();
            let refused = Done::Profiles(Box::new(self.app.book.clone()), Severity::Error, reason, id);
            // It asks for nothing more, and a form must not wait for it for ever.
            update(&mut self.app, Action::Done(refused), self.clock.now());
        }
    }

    fn start_demo(&mut self, done: &Sender<Done>) {
        let Some(demo) = &mut self.demo else {
            let _ = done.try_send(Done::DemoRuns(Err("there is no bundled broker here".to_owned())));
            return;
        };
        let (starting, done) = (demo(), done.clone());
        tokio::spawn(async move {
            // Nobody listens any more when the program is ending.
            let _ = done.send(Done::DemoRuns(starting.await.map(Box::new))).await;
        });
    }

    /// Ends the session of a connection, or the search for its password.
    fn close_session(&mut self, id: ConnectionId) {
        self.errands.end_search(id);
        if let Some(session) = self.sessions.remove(&id) {
            tokio::spawn(session.close());
        }
    }

    fn request(&self, id: ConnectionId, request: SessionRequest) -> Option<Done> {
        let name = match &request {
            SessionRequest::Publish(publish, _) => SessionRequestName::Publish(*publish),
            SessionRequest::Subscribe(wanted) => SessionRequestName::Subscribe(wanted.filter.clone()),
            SessionRequest::Unsubscribe(filter) => SessionRequestName::Unsubscribe(filter.clone()),
            SessionRequest::Disconnect | SessionRequest::Reconnect | SessionRequest::Withdraw(_) => {
                SessionRequestName::Other
            }
        };
        let refused = |reason: String| Some(Done::RequestRefused(id, name, reason));
        match self.sessions.get(&id) {
            Some(session) => match session.request(request) {
                Ok(()) => None,
                Err(reason) => refused(reason.to_string()),
            },
            None => refused("this connection has no session".into()),
        }
    }
}
