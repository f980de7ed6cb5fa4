//! The terminal given away and taken back: to the shell while the program is stopped, and to the user's editor while it goes on. While
//! an editor has it nothing is drawn, no key is read, and Ctrl-C is the editor's; messages and keep alives go on.

use std::io;
use std::process::ExitStatus;

use crossterm::event::Event;
use futures_util::Stream;
use ratatui::backend::Backend;
use ratatui::layout::Rect;
use tokio::sync::mpsc::Sender;

use super::editor::Editor;
use super::event_loop::{Drawing, EventLoop, waiting};
use super::input::{self, Pause};
use super::signals::{lend_interrupts, stop_group};
use super::terminal;
use crate::app::out::Edit;
use crate::app::{Action, Done, update};

/// The terminal in the hands of an editor.
#[derive(Debug)]
pub(super) struct Lent {
    editor: Editor,
    _loan: Loan,
}

/// As long as it lasts no key is read, and Ctrl-C means whoever has the terminal.
#[derive(Debug)]
struct Loan {
    #[cfg(unix)]
    modes: Option<rustix::termios::Termios>,
    _pause: Pause,
}

impl Loan {
    /// Gives the terminal out of hand.
    fn begin() -> Self {
        let pause = input::pause();
        terminal::leave();
        lend_interrupts(true);
        Self {
            #[cfg(unix)]
            modes: rustix::termios::tcgetattr(io::stdout()).ok(),
            _pause: pause,
        }
    }
}

impl Lent {
    /// Waits for the end of the editor. Cancel-safe.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.editor.wait().await
    }

    /// The editor has ended: the terminal is put in order, keys are read again.
    fn end(self, status: io::Result<ExitStatus>) -> Done {
        let (publication, payload) = self.editor.result(status);
        Done::Edited(publication, payload)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        lend_interrupts(false);
        #[cfg(unix)]
        if let Some(modes) = &self.modes {
            // An editor that was killed leaves its own. A terminal that is gone has none.
            let _ = rustix::termios::tcsetattr(io::stdout(), rustix::termios::OptionalActions::Now, modes);
        }
    }
}

impl<B, I> EventLoop<B, I>
where
    B: Backend<Error = io::Error> + io::Write,
    I: Stream<Item = io::Result<Event>> + Unpin,
{
    /// Gives the terminal to the user's editor.
    pub(super) fn lend(&mut self, edit: Edit, done: &Sender<Done>, drawing: &mut Drawing) -> io::Result<()> {
        // A full report channel means that more is going on than anybody reads.
        let refuse = |reason: String| drop(done.try_send(Done::Failed(reason)));
        if !self.real_terminal {
            refuse("there is no terminal to lend to an editor".to_owned());
            return Ok(());
        }
        let loan = Loan::begin();
        match Editor::start(edit) {
            Ok(editor) => {
                self.errands.lent = Some(Lent { editor, _loan: loan });
                Ok(())
            }
            Err(reason) => {
                drop(loan);
                terminal::enter_again()?;
                refuse(reason);
                self.redraw_all(drawing)
            }
        }
    }

    /// Takes the terminal back from an editor that has ended; what came of it.
    pub(super) async fn take_back(
        &mut self,
        status: io::Result<ExitStatus>,
        drawing: &mut Drawing,
    ) -> io::Result<()> {
        let Some(lent) = self.errands.lent.take() else { return Ok(()) };
        let done = lent.end(status);
        // What was typed before the editor had the keys was meant for it.
        while waiting(&mut self.input).await.is_some() {}
        terminal::enter_again()?;
        // It asks for nothing to be done outside.
        update(&mut self.app, Action::Done(done), self.clock.now());
        self.redraw_all(drawing)
    }

    /// Goes on after a stop that came without warning.
    pub(super) fn resume(&mut self, drawing: &mut Drawing) -> io::Result<()> {
        if self.errands.lent.is_some() {
            return Ok(());
        }
        if self.real_terminal {
            terminal::take_back()?;
        }
        self.redraw_all(drawing)
    }

    /// Gives the terminal back, stops, and takes it again when continued. With an editor in it the terminal is not ours to touch.
    pub(super) fn suspend(&mut self, drawing: &mut Drawing) -> io::Result<()> {
        if self.errands.lent.is_some() {
            return stop_group();
        }
        if !self.real_terminal {
            return Ok(());
        }
        terminal::leave();
        let stopped = stop_group();
        terminal::enter_again()?;
        if let Err(fault) = stopped {
            let text = format!("cannot suspend: {fault}");
            self.app.notices.push(self.clock.now(), crate::model::Severity::Error, text);
        }
        self.redraw_all(drawing)
    }

    fn redraw_all(&mut self, drawing: &mut Drawing) -> io::Result<()> {
        // Not `clear`: that asks the terminal for the cursor's position and fails when no answer comes.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))?;
        self.draw(drawing)
    }
}
