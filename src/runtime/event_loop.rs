//! The one loop: keys first, traffic last, a frame only when something changed. Generic over the screen and the input, so that tests
//! run it on a buffer with scripted keys and paused time.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::process::ExitStatus;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::{Event, MouseButton, MouseEventKind};
use futures_util::{Stream, StreamExt};
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::clipboard::Clipboard;
use super::errands::Errands;
use super::lending::Lent;
use super::output::OutputState;
use super::signals::{Signal, Signals, terminal_gone};
use crate::app::{self, Action, App, Done, Effect, arrange, update};
use crate::config::Themes;
use crate::model::{Clock, ConnectionId, SessionEvent, SessionId, Target};
use crate::mqtt::Session;
use crate::ui::{self, Appearance, Cache};

/// Shortest time between two frames that only traffic asks for. A key is answered with a frame at once.
pub const FRAME_INTERVAL: Duration = Duration::from_millis(33);
/// Events that may wait between the sessions and the loop; beyond, TCP slows the broker down.
pub const EVENT_CAPACITY: usize = 8_192;
/// Events taken in between two looks at the keyboard.
const BATCH: usize = 1_024;
/// Keys taken in before a frame, when they come faster than frames.
const KEYS_A_FRAME: usize = 64;
/// Batches in a row that must be full before the header says "behind".
const BEHIND_AFTER: u32 = 32;

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The user quit.
    Quit,
    /// A signal asked for it; the exit code to end with.
    Signal(i32),
    /// The terminal went away.
    TerminalGone,
}

/// Starts the bundled broker with its fleet and tells the way to it. The broker is beyond this room: whoever starts the loop hands it in.
pub type Demo = Box<dyn FnMut() -> Pin<Box<dyn Future<Output = Result<Target, String>> + Send>> + Send>;

/// Everything the loop works on.
pub struct EventLoop<B: Backend, I> {
    /// The state.
    pub app: App,
    /// Where it is drawn.
    pub terminal: Terminal<B>,
    /// Terminal input.
    pub input: I,
    /// Sessions by connection.
    pub sessions: HashMap<ConnectionId, Session>,
    /// Where sessions put their news.
    pub sender: Sender<(SessionId, SessionEvent)>,
    /// News from all sessions.
    pub events: Receiver<(SessionId, SessionEvent)>,
    /// What is to be done before anything else: the first connections.
    pub first: Vec<Effect>,
    /// Starts the bundled broker.
    pub demo: Option<Demo>,
    /// What is under way beside the sessions.
    pub errands: Errands,
    /// Where moments come from.
    pub clock: Clock,
    /// The themes at hand.
    pub themes: Themes,
    /// How things are shown, beside the theme.
    pub appearance: Appearance,
    /// Signals, when there are any to listen to.
    pub signals: Option<Signals>,
    /// Whether the screen is a real terminal that can go away and be suspended.
    pub real_terminal: bool,
    /// How far the writing to the terminal has come, when a thread of its own writes.
    pub output: Option<Arc<OutputState>>,
}

/// What is known about the picture on screen.
#[derive(Default)]
pub(super) struct Drawing {
    cache: Cache,
    /// Something changed that a frame must show.
    pub(super) dirty: bool,
    /// A key asked for the frame: it does not wait for its turn.
    asked: bool,
    last: Option<Instant>,
    cost: Duration,
    frames: u64,
    /// What the last turn asked for: performed before the loop waits again.
    wanted: Vec<Effect>,
}

impl Drawing {
    /// When the next frame is due that no key asked for.
    fn due(&self, clock: &Clock) -> Option<Instant> {
        let Some(last) = self.last else { return Some(Instant::now()) };
        if self.asked {
            return Some(last);
        }
        // Drawing may take a tenth of the time at most. A slow link makes frames fewer in `due_frame`.
        let earliest = last + FRAME_INTERVAL.max(self.cost * 10);
        if self.dirty {
            return Some(earliest);
        }
        self.cache.next_change_us.map(|at| clock.instant(at).max(earliest))
    }
}

impl<B, I> EventLoop<B, I>
where
    B: Backend<Error = io::Error> + io::Write,
    I: Stream<Item = io::Result<Event>> + Unpin,
{
    /// Runs until the user quits, a signal comes or the terminal goes away. Sessions are still open afterwards.
    pub async fn run(&mut self) -> io::Result<Outcome> {
        match self.run_on_terminal().await {
            // Whatever failed, this is why.
            Err(_) if self.real_terminal && terminal_gone() => Ok(Outcome::TerminalGone),
            ended => ended,
        }
    }

    async fn run_on_terminal(&mut self) -> io::Result<Outcome> {
        let (done_sender, mut done) = channel::<Done>(64);
        let mut clipboard = Clipboard::new(|name| std::env::var_os(name), done_sender.clone());
        let mut drawing = Drawing { dirty: true, ..Drawing::default() };
        let mut batch = Vec::with_capacity(BATCH);
        let mut full_batches = 0u32;
        // The last turn was a piece of work: traffic comes next.
        let mut worked = false;
        let mut tick = interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let first = std::mem::take(&mut self.first);
        if let Some(outcome) = self.perform(first, &mut clipboard, &done_sender, &mut drawing)? {
            return Ok(outcome);
        }
        self.draw(&mut drawing)?;
        loop {
            let wanted = std::mem::take(&mut drawing.wanted);
            if let Some(outcome) = self.perform(wanted, &mut clipboard, &done_sender, &mut drawing)? {
                return Ok(outcome);
            }
            // While an editor has the terminal, neither a frame nor a key is ours.
            let is_ours = self.errands.lent.is_none();
            let due = if is_ours { drawing.due(&self.clock) } else { None };
            let action = tokio::select! {
                biased;
                signal = next_signal(&mut self.signals) => match self.on_signal(signal, &mut drawing)? {
                    Some(outcome) => return Ok(outcome),
                    None => continue,
                },
                status = editor_end(&mut self.errands.lent) => {
                    self.take_back(status, &mut drawing).await?;
                    continue;
                }
                input = self.input.next(), if is_ours => {
                    let Some(input) = input else { return Ok(Outcome::TerminalGone) };
                    match self.on_input(input?, &mut clipboard, &done_sender, &mut drawing).await? {
                        Some(outcome) => return Ok(outcome),
                        None => continue,
                    }
                }
                Some(done) = done.recv() => Action::Done(done),
                () = due_frame(due, self.output.as_deref()), if due.is_some() => {
                    self.draw(&mut drawing)?;
                    continue;
                }
                _ = tick.tick() => {
                    if self.real_terminal && terminal_gone() {
                        return Ok(Outcome::TerminalGone);
                    }
                    if full_batches > 0 && self.events.is_empty() {
                        // The flood ended with a full batch.
                        drawing.dirty |= full_batches >= BEHIND_AFTER;
                        full_batches = 0;
                        app::ingest(&mut self.app, &mut batch, false, self.clock.now());
                    }
                    // Nothing on screen follows from a second alone: the view says itself when it changes.
                    let effects = update(&mut self.app, Action::Tick, self.clock.now());
                    if effects.is_empty() {
                        continue;
                    }
                    drawing.dirty = true;
                    drawing.wanted.extend(effects);
                    continue;
                }
                // A piece of work and a batch of traffic take turns: neither starves the other.
                () = std::future::ready(()), if self.app.has_work() && !worked => {
                    worked = true;
                    let effects = app::work(&mut self.app);
                    drawing.dirty = true;
                    drawing.wanted.extend(effects);
                    continue;
                }
                () = tokio::task::yield_now(), if worked && self.events.is_empty() => {
                    worked = false;
                    continue;
                }
                // The loop holds a sender of its own: it waits here when every session has ended.
                count = self.events.recv_many(&mut batch, BATCH) => {
                    worked = false;
                    full_batches = if count == BATCH { full_batches.saturating_add(1) } else { 0 };
                    let behind = full_batches >= BEHIND_AFTER;
                    let effects = app::ingest(&mut self.app, &mut batch, behind, self.clock.now());
                    drawing.dirty = true;
                    drawing.wanted.extend(effects);
                    continue;
                }
            };
            let effects = update(&mut self.app, action, self.clock.now());
            drawing.dirty = true;
            drawing.wanted.extend(effects);
        }
    }

    fn on_signal(&mut self, signal: Signal, drawing: &mut Drawing) -> io::Result<Option<Outcome>> {
        match signal {
            Signal::End(code) => return Ok(Some(Outcome::Signal(code))),
            Signal::Suspend => self.suspend(drawing)?,
            Signal::Continue => self.resume(drawing)?,
        }
        Ok(None)
    }

    /// Takes in one input and those that wait behind it, then shows the result at once.
    async fn on_input(
        &mut self,
        first: Event,
        clipboard: &mut Clipboard,
        done: &Sender<Done>,
        drawing: &mut Drawing,
    ) -> io::Result<Option<Outcome>> {
        let mut next = Some(first);
        let (mut taken, mut changed) = (0, false);
        while let Some(input) = next {
            if let Some(action) = action_of(input) {
                changed = true;
                let effects = update(&mut self.app, action, self.clock.now());
                if let Some(outcome) = self.perform(effects, clipboard, done, drawing)? {
                    return Ok(Some(outcome));
                }
            }
            if self.errands.lent.is_some() {
                // What was typed behind is meant for the editor.
                return Ok(None);
            }
            taken += 1;
            if taken == KEYS_A_FRAME {
                break;
            }
            next = waiting(&mut self.input).await.transpose()?;
        }
        if !changed {
            return Ok(None);
        }
        if self.output.as_ref().is_none_or(|output| output.is_idle()) {
            self.draw(drawing)?;
        } else {
            // The terminal still takes the last frame: this one follows as soon as it has.
            drawing.asked = true;
        }
        Ok(None)
    }

    pub(super) fn draw(&mut self, drawing: &mut Drawing) -> io::Result<()> {
        let begun = Instant::now();
        let now = self.clock.now();
        self.terminal.autoresize()?;
        let area = self.terminal.get_frame().area();
        self.app.size = (area.width, area.height);
        let wanted = arrange(&mut self.app, now);
        drawing.wanted.extend(wanted);
        let Self { app, themes, appearance, terminal, .. } = self;
        // `draw` asks for the size once more. When it is another one, the next frame is for it.
        let mut outdated = false;
        if let Some(theme) = themes.get(app.theme) {
            terminal.draw(|frame| {
                outdated = frame.area() != area;
                if !outdated {
                    ui::view(app, theme, appearance, now, &mut drawing.cache, frame);
                }
                if drawing.frames == 1 {
                    super::panic_if_asked("view");
                }
            })?;
        }
        app::after_view(app, &drawing.cache.measured);
        drawing.dirty = outdated;
        drawing.asked = false;
        drawing.last = Some(Instant::now());
        drawing.cost = begun.elapsed();
        drawing.frames += 1;
        Ok(())
    }

    /// Says goodbye to every broker and lets changed profiles reach their file, for at most a moment each, all at once.
    pub async fn close(self) {
        let closing = self.sessions.into_values().map(Session::close);
        tokio::join!(futures_util::future::join_all(closing), self.errands.close());
    }
}

fn action_of(input: Event) -> Option<Action> {
    match input {
        Event::Key(key) => Some(Action::Key(key)),
        Event::Paste(text) => Some(Action::Paste(text)),
        // Terminals report every move of the mouse too: without the left button nothing follows from it.
        Event::Mouse(mouse)
            if matches!(mouse.kind, MouseEventKind::Moved)
                || matches!(mouse.kind, MouseEventKind::Drag(button) if button != MouseButton::Left) =>
        {
            None
        }
        Event::Mouse(mouse) => Some(Action::Mouse(mouse)),
        Event::Resize(columns, rows) => Some(Action::Resize(columns, rows)),
        Event::FocusGained | Event::FocusLost => None,
    }
}

/// Waits until a frame is due and the terminal has taken the last one.
async fn due_frame(due: Option<Instant>, output: Option<&OutputState>) {
    sleep_until(due.unwrap_or_else(Instant::now)).await;
    if let Some(output) = output {
        output.idle().await;
    }
}

/// Waits for the end of the editor that has the terminal. Cancel-safe.
async fn editor_end(lent: &mut Option<Lent>) -> io::Result<ExitStatus> {
    match lent {
        Some(lent) => lent.ended().await,
        None => std::future::pending().await,
    }
}

async fn next_signal(signals: &mut Option<Signals>) -> Signal {
    match signals {
        Some(signals) => signals.next().await,
        None => std::future::pending().await,
    }
}

/// The next input, if one waits already. Asked with the waker of this task: an input that keeps the first waker it is given until a key
/// comes (crossterm's own stream does) would otherwise wake nobody, and the loop would sleep through that key.
pub(super) async fn waiting<S: Stream + Unpin>(input: &mut S) -> Option<S::Item> {
    poll_fn(|context| match input.poll_next_unpin(context) {
        Poll::Ready(input) => Poll::Ready(input),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Mutex;
    use std::task::{Context, Waker};

    use super::*;

    /// Like crossterm's input: the first waker is kept until there is input, later ones are not looked at.
    #[derive(Default, Clone)]
    struct Keyboard(Arc<Mutex<(Option<Waker>, Option<char>)>>);

    impl Keyboard {
        fn press(&self, key: char) {
            let mut state = self.0.lock().expect("lock");
            state.1 = Some(key);
            if let Some(waker) = state.0.take() {
                waker.wake();
            }
        }
    }

    impl Stream for Keyboard {
        type Item = char;

        fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<char>> {
            let mut state = self.0.lock().expect("lock");
            if let Some(key) = state.1.take() {
                return Poll::Ready(Some(key));
            }
            state.0.get_or_insert_with(|| context.waker().clone());
            Poll::Pending
        }
    }

    #[tokio::test]
    async fn a_look_for_more_keys_does_not_sleep_through_the_next_one() {
        let mut keyboard = Keyboard::default();
        assert_eq!(waiting(&mut keyboard).await, None);
        let typist = keyboard.clone();
        let pressing = async {
            tokio::task::yield_now().await;
            typist.press('j');
            // Nothing else wakes this task from here on.
            std::future::pending::<()>().await;
        };
        let key = tokio::select! {
            biased;
            // Before the keyboard: when only this wakes the task, the key has been slept through.
            () = tokio::time::sleep(Duration::from_secs(5)) => None,
            key = keyboard.next() => key,
            () = pressing => None,
        };
        assert_eq!(key, Some('j'));
    }
}
