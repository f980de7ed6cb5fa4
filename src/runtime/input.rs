//! Terminal input as a stream: a thread reads, the loop takes. crossterm's own stream reads in the loop's task, where half a sequence
//! blocks it and a terminal that hung up spins it. Late answers of the terminal to questions of other programs are dropped here.

use std::io;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::mpsc::{self, SyncSender, sync_channel};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::Stream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Events that may wait for the loop.
const CAPACITY: usize = 256;
/// How long the thread outlives its stream at most. Not shorter: crossterm spends the last millisecond of each wait polling without
/// a pause, and four times a second that is most of what the idle program takes.
const LOOK_UP: Duration = Duration::from_secs(10);

/// The way to the thread that reads. There is one terminal, and one thread that reads it.
static READER: Mutex<Option<SyncSender<Asked>>> = Mutex::new(None);
/// How long the thread is waited for until it stands still. Longer only when it waits for the loop, and then it reads nothing either.
const STANDSTILL: Duration = Duration::from_millis(500);
/// How often it is woken meanwhile.
const AGAIN: Duration = Duration::from_millis(20);

/// The thread is asked to stand still: it says so by the one, and goes on when nobody holds the other.
struct Asked {
    stands: SyncSender<()>,
    until: mpsc::Receiver<()>,
}

/// Nothing is read from the terminal as long as this is there.
#[derive(Debug)]
pub(super) struct Pause {
    _until: Option<SyncSender<()>>,
}

/// Leaves the terminal's input to somebody else.
pub(super) fn pause() -> Pause {
    let Some(reader) = READER.lock().ok().and_then(|reader| reader.clone()) else {
        return Pause { _until: None };
    };
    let (stands, standing) = sync_channel(1);
    let (pause, until) = sync_channel(0);
    if reader.try_send(Asked { stands, until }).is_err() {
        return Pause { _until: None };
    }
    let begun = Instant::now();
    while begun.elapsed() < STANDSTILL {
        wake();
        if standing.recv_timeout(AGAIN).is_ok() {
            break;
        }
    }
    Pause { _until: Some(pause) }
}

/// Has the thread look up from its waiting: it does for a change of the terminal's size, and one that changes nothing does no harm.
fn wake() {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::WINCH);
}

/// What comes from keyboard, mouse and terminal. Dropping it ends the reading within some seconds.
#[derive(Debug)]
pub struct Input(Receiver<io::Result<Event>>);

impl Input {
    /// Starts reading.
    pub fn start() -> io::Result<Self> {
        let (sender, receiver) = channel(CAPACITY);
        let (asking, asked) = sync_channel(1);
        thread::Builder::new().name("input".into()).spawn(move || read(&sender, &asked))?;
        if let Ok(mut reader) = READER.lock() {
            *reader = Some(asking);
        }
        Ok(Self(receiver))
    }
}

impl Stream for Input {
    type Item = io::Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

fn read(sender: &Sender<io::Result<Event>>, asked: &mpsc::Receiver<Asked>) {
    let mut answers = Answers::default();
    while !sender.is_closed() {
        if let Ok(Asked { stands, until }) = asked.try_recv() {
            // Nobody may wait for it any more.
            let _ = stands.try_send(());
            let _ = until.recv();
            continue;
        }
        let event = match event::poll(LOOK_UP) {
            Ok(false) => continue,
            Ok(true) => event::read(),
            Err(fault) => Err(fault),
        };
        if let Ok(event) = &event
            && answers.take(event, Instant::now())
        {
            continue;
        }
        let failed = event.is_err();
        if sender.blocking_send(event).is_err() || failed {
            return;
        }
    }
}

/// Recognises answers in the form of control strings (`ESC ] … BEL`, `ESC P … ESC \`, `ESC _ … ESC \`): colours, versions, settings.
/// crossterm makes keys of them, which would type into fields and trigger commands. Nobody types that fast.
#[derive(Debug, Default)]
struct Answers {
    /// When the last piece of an answer came, and how many did.
    inside: Option<(Instant, usize)>,
}

impl Answers {
    /// Pieces of one answer come in one go.
    const GAP: Duration = Duration::from_millis(100);
    /// No answer is longer.
    const LONGEST: usize = 4_096;

    /// Whether the event is a piece of an answer and to be dropped.
    fn take(&mut self, event: &Event, now: Instant) -> bool {
        let Event::Key(key) = event else {
            return false;
        };
        if let Some((last, count)) = self.inside
            && now.saturating_duration_since(last) < Self::GAP
            && count < Self::LONGEST
        {
            self.inside = (!ends(key)).then_some((now, count + 1));
            return true;
        }
        self.inside = begins(key).then_some((now, 1));
        self.inside.is_some()
    }
}

/// `ESC ]`, `ESC P`, `ESC _`, `ESC ^`, `ESC X`: each looks like Alt and a letter.
fn begins(key: &KeyEvent) -> bool {
    key.modifiers.contains(KeyModifiers::ALT)
        && matches!(key.code, KeyCode::Char(']' | 'P' | '_' | '^' | 'X'))
}

/// BEL looks like Ctrl-G, ST like Alt-\.
fn ends(key: &KeyEvent) -> bool {
    match key.code {
        KeyCode::Char('g') => key.modifiers.contains(KeyModifiers::CONTROL),
        KeyCode::Char('\\') => key.modifiers.contains(KeyModifiers::ALT),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(letter: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(letter), modifiers))
    }

    fn plain(letter: char) -> Event {
        key(letter, KeyModifiers::NONE)
    }

    #[test]
    fn a12_an_answer_is_dropped_from_its_first_byte_to_its_last() {
        let now = Instant::now();
        for end in [key('g', KeyModifiers::CONTROL), key('\\', KeyModifiers::ALT)] {
            let mut answers = Answers::default();
            assert!(!answers.take(&plain('q'), now));
            assert!(answers.take(&key(']', KeyModifiers::ALT), now));
            for letter in "11;rgb:1e1e/q".chars() {
                assert!(answers.take(&plain(letter), now));
            }
            assert!(answers.take(&end, now));
            assert!(!answers.take(&plain('q'), now), "what follows is typed");
        }
    }

    #[test]
    fn a12_an_answer_without_an_end_takes_no_later_key() {
        let now = Instant::now();
        let mut answers = Answers::default();
        assert!(answers.take(&key('P', KeyModifiers::ALT | KeyModifiers::SHIFT), now));
        assert!(answers.take(&plain('>'), now));
        assert!(!answers.take(&plain('q'), now + Duration::from_secs(1)));
    }

    #[test]
    fn other_keys_with_alt_are_keys() {
        let mut answers = Answers::default();
        assert!(!answers.take(&key('1', KeyModifiers::ALT), Instant::now()));
        assert!(!answers.take(&plain(']'), Instant::now()));
    }
}
