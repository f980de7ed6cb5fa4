//! The program on a pseudo-terminal: `Launch` says how it starts, `Terminal` types, waits for text, and knows how it ended.
//! A thread reads what the program writes, feeds a terminal emulator and keeps every byte.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process_group};
use rustix::termios::{LocalModes, Termios, tcgetattr};
use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_mqtt-tui");

/// Longer than anything on screen should take, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Rows and columns of the smallest emulator: smaller ones overflow. What a smaller terminal shows is in its upper left corner.
const LEAST: (u16, u16) = (4, 20);

/// `O_NOCTTY`: looking at a terminal must not make it ours.
const NO_CONTROLLING_TERMINAL: i32 = 0o400;

/// How to start the program.
pub(crate) struct Launch {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    columns: u16,
    rows: u16,
    script: Option<&'static str>,
}

impl Launch {
    /// With these arguments, on an xterm of 120 by 36 in UTF-8.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let environment = [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "UTC")];
        Self {
            arguments: arguments.iter().map(ToString::to_string).collect(),
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            columns: 120,
            rows: 36,
            script: None,
        }
    }

    /// Sets a variable; an empty value removes it.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(other, _)| other != name);
        if !value.is_empty() {
            self.environment.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn size(mut self, columns: u16, rows: u16) -> Self {
        (self.columns, self.rows) = (columns, rows);
        self
    }

    /// Through `sh -c`: in the script, `"$@"` is the program and its arguments.
    pub(crate) fn script(mut self, script: &'static str) -> Self {
        self.script = Some(script);
        self
    }

    pub(crate) fn start(self) -> Terminal {
        let size = PtySize { rows: self.rows, cols: self.columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pty");
        let home = TempDir::new().unwrap();
        let mut command = match self.script {
            Some(script) => {
                let mut shell = CommandBuilder::new("/bin/sh");
                shell.args(["-c", script, "sh", PROGRAM]);
                shell
            }
            None => CommandBuilder::new(PROGRAM),
        };
        command.args(&self.arguments);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", home.path());
        command.env("XDG_CONFIG_HOME", home.path().join("config"));
        command.cwd(home.path());
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        let place = pair.master.tty_name().expect("the terminal has a name");
        let device = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(NO_CONTROLLING_TERMINAL)
            .open(place)
            .unwrap();
        let before = tcgetattr(&device).unwrap();
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let seen = Arc::new(Seen::new(self.rows.max(LEAST.0), self.columns.max(LEAST.1)));
        let mut source = pair.master.try_clone_reader().unwrap();
        let reader = std::thread::spawn({
            let seen = Arc::clone(&seen);
            move || seen.follow(&mut *source)
        });
        Terminal {
            pid: Pid::from_raw(child.process_id().expect("a running child").cast_signed()).unwrap(),
            child,
            keyboard: Some(pair.master.take_writer().unwrap()),
            master: Some(pair.master),
            slave: Some(pair.slave),
            device: Some(device),
            before,
            seen,
            reader: Some(reader),
            home,
        }
    }
}

/// What the terminal shows and what it was sent.
struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    emulator: vt100::Parser,
    bytes: Vec<u8>,
    /// The reader takes nothing more until told to.
    stalled: bool,
    /// The reader is to end at its next chance.
    closing: bool,
}

impl Seen {
    fn new(rows: u16, columns: u16) -> Self {
        let emulator = vt100::Parser::new(rows, columns, 0);
        let state = State { emulator, bytes: Vec::new(), stalled: false, closing: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn follow(&self, source: &mut dyn Read) {
        let mut chunk = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = source.read(&mut chunk) {
            let mut state = self.lock();
            state.bytes.extend_from_slice(&chunk[..count]);
            state.emulator.process(&chunk[..count]);
            self.changed.notify_all();
            while state.stalled && !state.closing {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.closing {
                return;
            }
        }
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: u32,
    /// From the call that waited to the end.
    pub(crate) after: Duration,
    /// Whether the terminal's modes were those from before the program started.
    pub(crate) restored: bool,
}

/// The program on its terminal. Dropping it ends the program.
pub(crate) struct Terminal {
    pub(crate) pid: Pid,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Option<Box<dyn Write + Send>>,
    master: Option<Box<dyn MasterPty + Send>>,
    slave: Option<Box<dyn SlavePty + Send>>,
    /// The terminal's device, to look at its modes.
    device: Option<File>,
    before: Termios,
    seen: Arc<Seen>,
    reader: Option<JoinHandle<()>>,
    home: TempDir,
}

impl Terminal {
    /// The program's home folder.
    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Types bytes as a keyboard or terminal would send them.
    pub(crate) fn keys(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().expect("the terminal is open");
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    /// Presses Esc, and waits a moment: with the next key at once it would mean Alt and that key.
    pub(crate) fn escape(&mut self) {
        self.keys("\x1b");
        std::thread::sleep(Duration::from_millis(100));
    }

    /// The screen as text, a line a row.
    pub(crate) fn screen(&self) -> String {
        self.seen.lock().emulator.screen().contents()
    }

    /// Looks at the emulator's screen.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.lock().emulator.screen())
    }

    /// Every byte written to the terminal so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen.lock().bytes.clone()
    }

    /// Waits until the screen shows `text`.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("'{text}' on screen"), |screen| screen.contents().contains(text));
    }

    /// Waits until the header counts at least this many topics.
    pub(crate) fn wait_for_topics(&self, least: usize) {
        self.wait_until(&format!("{least} topics"), |screen| {
            let contents = screen.contents();
            let header = contents.lines().next().unwrap_or_default();
            let count = header.split_once(" topics").and_then(|(before, _)| before.split_whitespace().last());
            count.and_then(|count| count.parse().ok()).is_some_and(|count: usize| count >= least)
        });
    }

    /// Waits until the screen no longer shows `text`.
    pub(crate) fn wait_without(&self, text: &str) {
        self.wait_until(&format!("no '{text}' on screen"), |screen| !screen.contents().contains(text));
    }

    /// Waits until `condition` holds for the screen.
    pub(crate) fn wait_until(&self, what: &str, condition: impl Fn(&vt100::Screen) -> bool) {
        self.wait(what, |state| condition(state.emulator.screen()));
    }

    /// Waits until more than `count` bytes were written.
    pub(crate) fn wait_for_bytes_beyond(&self, count: usize) {
        self.wait(&format!("more than {count} bytes"), |state| state.bytes.len() > count);
    }

    fn wait(&self, what: &str, condition: impl Fn(&State) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.seen.lock();
        while !condition(&state) {
            let left = deadline.saturating_duration_since(Instant::now());
            let shown = state.emulator.screen().contents();
            assert!(!left.is_zero(), "did not come: {what}. The screen shows:\n{shown}");
            state = self.seen.changed.wait_timeout(state, left.min(Duration::from_millis(500))).unwrap().0;
        }
    }

    /// Changes the size, as dragging the window's corner does.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.seen.lock().emulator.screen_mut().set_size(rows.max(LEAST.0), columns.max(LEAST.1));
        self.master.as_ref().expect("the terminal is open").resize(size).unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process_group(self.pid, signal).expect("the program runs");
    }

    /// Whether the terminal's modes are those from before the program started.
    pub(crate) fn modes_restored(&self) -> bool {
        format!("{:?}", self.modes()) == format!("{:?}", self.before)
    }

    /// The terminal's modes.
    pub(crate) fn modes(&self) -> Termios {
        tcgetattr(self.device.as_ref().expect("the terminal is open")).unwrap()
    }

    /// Waits until the program has the terminal in raw mode.
    pub(crate) fn wait_for_raw_mode(&self) {
        self.wait_until_off(LocalModes::ICANON, "the terminal is not in raw mode");
    }

    /// Waits until what is typed is not shown.
    pub(crate) fn wait_for_no_echo(&self) {
        self.wait_until_off(LocalModes::ECHO, "what is typed would be seen");
    }

    fn wait_until_off(&self, mode: LocalModes, fault: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.modes().local_modes.contains(mode) {
            assert!(Instant::now() < deadline, "{fault}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Puts the terminal's modes back as a shell does when a job stops.
    pub(crate) fn restore_modes(&self) {
        let device = self.device.as_ref().expect("the terminal is open");
        rustix::termios::tcsetattr(device, rustix::termios::OptionalActions::Now, &self.before).unwrap();
    }

    /// The state letter of `/proc/PID/stat`: `T` is stopped.
    pub(crate) fn process_state(&self) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()).unwrap_or('?')
    }

    /// Waits until the process is in the state, as [`Self::process_state`] tells it.
    pub(crate) fn wait_for_state(&self, state: char) {
        let deadline = Instant::now() + PATIENCE;
        while self.process_state() != state {
            assert!(Instant::now() < deadline, "the process is '{}', not '{state}'", self.process_state());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Stops taking what the program writes: after a while its writes block.
    pub(crate) fn stall(&self) {
        self.seen.lock().stalled = true;
    }

    /// Waits for the end of the program, then for the last byte it wrote.
    pub(crate) fn wait_for_end(&mut self) -> Ended {
        let ended = self.wait_for_child();
        self.drain();
        ended
    }

    /// Waits for the end of the program; its last words may still be on their way.
    pub(crate) fn wait_for_child(&mut self) -> Ended {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let restored = self.device.is_some() && self.modes_restored();
                return Ended { code: status.exit_code(), after: begun.elapsed(), restored };
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "the program does not end. The screen shows:\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn drain(&mut self) {
        self.slave = None;
        // The reader comes to its end once nobody holds the terminal open.
        self.device = None;
        self.seen.lock().stalled = false;
        self.seen.changed.notify_all();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }

    /// Closes the window: the terminal goes away under the program.
    pub(crate) fn close(&mut self) {
        self.seen.lock().closing = true;
        self.seen.changed.notify_all();
        // Something to draw, so that the reader wakes up and lets go.
        self.keys("?");
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.keyboard = None;
        self.slave = None;
        self.device = None;
        self.master = None;
    }

    /// Quits with `q`, expects exit code 0, and returns every byte written.
    pub(crate) fn quit(mut self) -> Vec<u8> {
        self.keys("q");
        assert_eq!(self.wait_for_end().code, 0, "{}", self.screen());
        self.bytes()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process_group(self.pid, Signal::KILL);
            let _ = self.child.wait();
        }
        let mut state = self.seen.lock();
        state.closing = true;
        self.seen.changed.notify_all();
    }
}
