//! What `update` asked for is done here: sessions begin and end and get their requests, the clipboard is filled, the program stops for
//! the shell. Results come back as [`Action::Done`].

use std::io;

use crossterm::event::Event;
use futures_util::Stream;
use ratatui::backend::Backend;
use tokio::sync::mpsc::Sender;

use super::clipboard::Clipboard;
use super::errands::Visit;
use super::event_loop::{Drawing, EventLoop, Outcome};
use super::profiles::Change;
use super::signals::has_shell;
use crate::app::{Action, Done, Effect, SessionRequestName, update};
use crate::config::{PasswordSource, environment_proxy, find_password};
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
                Effect::Close(id) => self.close_session(id),
                Effect::SaveProfile(profile, replacing) => {
                    self.change(Change::Save(profile, replacing), done);
                }
                Effect::RemoveProfile(name) => self.change(Change::Remove(name), done),
                Effect::RememberProtocol(name, protocol) => {
                    self.change(Change::Remember(name, protocol), done);
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

    /// Begins a session, or has its password looked for first.
    fn connect(
        &mut self,
        id: ConnectionId,
        mut target: Box<Target>,
        password: PasswordSource,
        done: &Sender<Done>,
    ) {
        if password == PasswordSource::None || target.password.is_some() {
            if target.client_id.is_empty() {
                target.client_id = random_client_id();
            }
            match environment_proxy(&target, |name| std::env::var(name).ok()) {
                Ok(None) => {}
                Ok(proxy) => target.proxy = proxy,
                Err(cause) => {
                    let remedy = "only HTTP proxies are gone through".to_owned();
                    let not_begun = Done::NotBegun(id, Trouble { cause, remedy, ..Trouble::default() });
                    update(&mut self.app, Action::Done(not_begun), self.clock.now());
                    return;
                }
            }
            let begun = Done::Begun(id, target.client_id.clone());
            update(&mut self.app, Action::Done(begun), self.clock.now());
            let session = Session::start(id, *target, self.clock, self.sender.clone());
            if let Some(before) = self.sessions.insert(id, session) {
                tokio::spawn(before.close());
            }
            return;
        }
        let done = done.clone();
        let name = self.app.connection_by_id(id).map(|open| open.profile.name.clone()).unwrap_or_default();
        tokio::spawn(async move {
            // A command or a network folder may take its time.
            let found = tokio::task::spawn_blocking(move || {
                find_password(&password, &name, |name| std::env::var(name).ok()).map(|found| {
                    target.password = found;
                    target
                })
            });
            let found = found.await.unwrap_or_else(|_| Err("no password: looking for it failed".to_owned()));
            // Nobody listens any more when the program is ending.
            let _ = done.send(Done::PasswordFound(id, found)).await;
        });
    }

    /// Hands a change of the profiles to their keeper.
    fn change(&mut self, change: Change, done: &Sender<Done>) {
        if !self.errands.change(change, &self.app.book, done) {
            let reason = "not saved: changes before it are still being written".to_owned();
            let _ = done.try_send(Done::Profiles(Box::new(self.app.book.clone()), Severity::Error, reason));
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

    fn close_session(&mut self, id: ConnectionId) {
        if let Some(session) = self.sessions.remove(&id) {
            tokio::spawn(session.close());
        }
    }

    fn request(&self, id: ConnectionId, request: SessionRequest) -> Option<Done> {
        let name = match &request {
            SessionRequest::Publish(publish, _) => SessionRequestName::Publish(*publish),
            _ => SessionRequestName::Other,
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
