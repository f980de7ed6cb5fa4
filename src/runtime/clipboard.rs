//! The clipboard, by two ways at once: the desktop's own where there is one, and OSC 52, which also works over SSH.

use std::sync::mpsc::{SyncSender, sync_channel};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::mpsc::Sender;

use crate::app::Done;

/// Raw bytes that OSC 52 can carry: many terminals take at most 100,000 characters of base64.
pub(super) const OSC_52_LIMIT: usize = 74_994;

/// A copy for the desktop's clipboard, with the words for its success.
struct DesktopCopy {
    text: String,
    success: String,
    /// Words if the desktop refuses: the terminal's clipboard may have it all the same.
    fallback: Result<String, String>,
}

/// Copies to the desktop's clipboard through a thread that owns it: on X11 and Wayland what was copied lives only as long as its
/// owner, and a slow desktop must not stop the screen.
pub(super) struct Clipboard {
    desktop: Option<SyncSender<DesktopCopy>>,
    in_tmux: bool,
    reports: Sender<Done>,
}

impl Clipboard {
    /// Reports of how each copy ended go to `reports`.
    pub(super) fn new(variable: impl Fn(&str) -> Option<std::ffi::OsString>, reports: Sender<Done>) -> Self {
        let has = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let display = cfg!(any(windows, target_os = "macos")) || has("DISPLAY") || has("WAYLAND_DISPLAY");
        let desktop = display.then(|| start_desktop(reports.clone())).flatten();
        Self { desktop, in_tmux: has("TMUX"), reports }
    }

    /// Copies exactly `bytes`. Returns what must be written to the terminal for it, if it fits there.
    pub(super) fn copy(&mut self, what: &str, bytes: &[u8]) -> Option<String> {
        let size = crate::payload::format::bytes(bytes.len() as u64);
        let sequence = (bytes.len() <= OSC_52_LIMIT).then(|| osc_52(bytes, self.in_tmux));
        let fallback = if sequence.is_some() {
            Ok(format!("{what} sent to the terminal's clipboard (OSC 52), {size}"))
        } else {
            Err(format!(
                "{what} not copied: {size} is more than a terminal's clipboard takes ({OSC_52_LIMIT} bytes), and no desktop clipboard took it"
            ))
        };
        if let (Some(desktop), Ok(text)) = (&self.desktop, std::str::from_utf8(bytes)) {
            let success = format!("{what} copied, {size}");
            let copy = DesktopCopy { text: text.to_owned(), success, fallback: fallback.clone() };
            if desktop.try_send(copy).is_ok() {
                return sequence;
            }
        }
        // A full report channel means that more is going on than anybody reads.
        let _ = self.reports.try_send(report(fallback));
        sequence
    }
}

fn report(result: Result<String, String>) -> Done {
    match result {
        Ok(text) => Done::Copied(text),
        Err(text) => Done::Failed(text),
    }
}

fn start_desktop(reports: Sender<Done>) -> Option<SyncSender<DesktopCopy>> {
    let (sender, receiver) = sync_channel::<DesktopCopy>(1);
    std::thread::Builder::new()
        .name("clipboard".into())
        .spawn(move || {
            let mut clipboard: Option<arboard::Clipboard> = None;
            while let Ok(copy) = receiver.recv() {
                if clipboard.is_none() {
                    clipboard = arboard::Clipboard::new().ok();
                }
                let done = clipboard.as_mut().is_some_and(|open| open.set_text(copy.text).is_ok());
                if !done {
                    clipboard = None;
                }
                let _ = reports.blocking_send(report(if done { Ok(copy.success) } else { copy.fallback }));
            }
        })
        .ok()
        .map(|_| sender)
}

/// The OSC 52 sequence for `bytes`, ended by ST. Inside tmux also wrapped, since tmux swallows what it does not pass on.
fn osc_52(bytes: &[u8], in_tmux: bool) -> String {
    let plain = format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(bytes));
    if in_tmux { format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")) } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a14_osc_52_carries_the_exact_bytes_and_ends_with_st() {
        let (reports, mut received) = tokio::sync::mpsc::channel(4);
        let mut clipboard = Clipboard::new(|_| None, reports);
        let sequence = clipboard.copy("payload", b"\x00\xffhi\n");
        assert_eq!(sequence.as_deref(), Some("\x1b]52;c;AP9oaQo=\x1b\\"));
        assert!(matches!(received.try_recv(), Ok(Done::Copied(_))));
    }

    #[test]
    fn a14_too_large_for_the_terminal_is_said() {
        let (reports, mut received) = tokio::sync::mpsc::channel(4);
        let mut clipboard = Clipboard::new(|_| None, reports);
        assert!(clipboard.copy("payload", &vec![0; OSC_52_LIMIT]).is_some());
        assert!(matches!(received.try_recv(), Ok(Done::Copied(_))));
        assert!(clipboard.copy("payload", &vec![0; OSC_52_LIMIT + 1]).is_none());
        assert!(matches!(received.try_recv(), Ok(Done::Failed(text)) if text.contains("74994")));
    }

    #[test]
    fn a14_inside_tmux_the_sequence_is_also_wrapped() {
        assert_eq!(osc_52(b"a", false), "\x1b]52;c;YQ==\x1b\\");
        assert_eq!(osc_52(b"a", true), "\x1b]52;c;YQ==\x1b\\\x1bPtmux;\x1b\x1b]52;c;YQ==\x1b\x1b\\\x1b\\");
    }
}
