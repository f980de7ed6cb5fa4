//! The program in a pseudo-terminal: keys go in, the screen is read back as a terminal would show it.

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::spawn;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::Result;

/// The program under measure, built as for a release.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_mqtt-tui");
const COLUMNS: u16 = 220;
const ROWS: u16 = 60;
/// How long anything on the screen may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program, running.
pub(crate) struct Program {
    pub(crate) pid: u32,
    /// When it was started.
    pub(crate) started: Instant,
    shown: Arc<Shown>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    // The terminal is gone when this is dropped.
    _master: Box<dyn MasterPty + Send>,
}

/// What is on the screen, kept up to date by a thread that reads the terminal.
struct Shown {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    screen: Screen,
    /// When the last bytes came.
    at: Instant,
}

impl Program {
    /// Starts it on the broker at `port`.
    pub(crate) fn start(port: u16) -> Result<Self> {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(BINARY);
        command.args(["connect", &format!("127.0.0.1:{port}")]);
        command.env("TERM", "xterm-256color");
        // Nobody's own connections and settings.
        command.env("MQTT_TUI_CONFIG_DIR", "/nonexistent");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "C.UTF-8");
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let state = State { screen: Screen(vt100::Parser::new(ROWS, COLUMNS, 0)), at: started };
        let shown = Arc::new(Shown { state: Mutex::new(state), changed: Condvar::new() });
        let reader = pair.master.try_clone_reader()?;
        let seen = Arc::clone(&shown);
        spawn(move || follow(reader, &seen));
        let pid = child.process_id().ok_or("the program has no process id")?;
        Ok(Self { pid, started, shown, keys: pair.master.take_writer()?, child, _master: pair.master })
    }

    /// Types `keys`.
    pub(crate) fn press(&mut self, keys: &str) -> Result<()> {
        self.keys.write_all(keys.as_bytes())?;
        Ok(self.keys.flush()?)
    }

    /// Waits until the screen is as wanted; when the bytes came that made it so.
    pub(crate) fn until(&self, wanted: impl Fn(&Screen) -> bool) -> Result<Instant> {
        let begun = Instant::now();
        let mut state = self.shown.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if wanted(&state.screen) {
                return Ok(state.at);
            }
            let Some(left) = PATIENCE.checked_sub(begun.elapsed()) else {
                return Err(format!("waited in vain; on the screen:\n{}", state.screen.text()).into());
            };
            state = self.shown.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Looks at the screen as it is.
    pub(crate) fn look<T>(&self, at: impl Fn(&Screen) -> T) -> T {
        at(&self.shown.state.lock().unwrap_or_else(PoisonError::into_inner).screen)
    }

    /// Opens everything below the first row, which is `branch`.
    pub(crate) fn open_all(&mut self, branch: &str) -> Result<()> {
        self.press("go")?;
        let open = format!("▾ {branch}");
        self.until(|screen| screen.text().contains(&open))?;
        Ok(())
    }

    /// Quits it as a user would.
    pub(crate) fn quit(mut self) -> Result<()> {
        self.press("q")?;
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > Duration::from_secs(2) {
                return Err("the program does not quit".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has usually quit.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(mut reader: Box<dyn Read + Send>, shown: &Shown) {
    let mut buffer = vec![0; 64 << 10];
    // Ends with an error when the program is gone.
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        let at = Instant::now();
        let mut state = shown.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.screen.0.process(&buffer[..count]);
        state.at = at;
        shown.changed.notify_all();
    }
}

/// The screen as a terminal would show it.
pub(crate) struct Screen(vt100::Parser);

impl Screen {
    pub(crate) fn text(&self) -> String {
        self.0.screen().contents()
    }

    /// The header names the protocol.
    pub(crate) fn connected(&self) -> bool {
        self.line(0).contains("MQTT ")
    }

    /// `1,204 topics` of the header.
    pub(crate) fn topics(&self) -> Option<u64> {
        let line = self.line(0);
        let words: Vec<&str> = line.split_whitespace().collect();
        words.windows(2).find(|pair| pair[1] == "topics").and_then(|pair| number(pair[0]))
    }

    /// `messages   1,204` of a selected branch.
    pub(crate) fn messages(&self) -> Option<u64> {
        (0..ROWS).find_map(|row| {
            let line = self.line(row);
            let words: Vec<&str> = line.split_whitespace().collect();
            words.windows(2).find(|pair| pair[0] == "messages").and_then(|pair| number(pair[1]))
        })
    }

    /// The line with the mark of the selection.
    pub(crate) fn cursor_row(&self) -> Option<u16> {
        (0..ROWS).find(|row| self.0.screen().cell(*row, 1).is_some_and(|cell| cell.contents() == "▌"))
    }

    fn line(&self, row: u16) -> String {
        self.0.screen().contents_between(row, 0, row, COLUMNS)
    }
}

fn number(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}
