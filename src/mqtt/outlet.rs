//! The way out of the session: events wait here until the program's bounded channel has room. Fed by the task; says when
//! the program is behind so that the task reads less.

use std::collections::VecDeque;

use tokio::sync::mpsc;

use crate::model::{SessionEvent, SessionId};

/// Events on their way to the program, in order.
#[derive(Debug)]
pub(super) struct Outlet {
    id: SessionId,
    events: mpsc::Sender<(SessionId, SessionEvent)>,
    /// Bounded by the task: while anything waits here it reads from the wire only once a breath.
    waiting: VecDeque<SessionEvent>,
}

impl Outlet {
    pub(super) fn new(id: SessionId, events: mpsc::Sender<(SessionId, SessionEvent)>) -> Self {
        Self { id, events, waiting: VecDeque::new() }
    }

    /// Adds an event; [`Outlet::flush`] sends it.
    pub(super) fn push(&mut self, event: SessionEvent) {
        self.waiting.push_back(event);
    }

    /// Sends what fits in the channel now, all of it with one reservation.
    pub(super) fn flush(&mut self) {
        if self.events.is_closed() {
            self.waiting.clear();
        }
        while !self.waiting.is_empty() {
            let fits = self.waiting.len().min(self.events.capacity());
            if fits == 0 {
                return;
            }
            // Other sessions share the channel: losing a race here only means trying again.
            if let Ok(permits) = self.events.try_reserve_many(fits) {
                for (permit, event) in permits.zip(self.waiting.drain(..fits)) {
                    permit.send((self.id, event));
                }
            } else if self.events.is_closed() {
                self.waiting.clear();
            }
        }
    }

    /// Events not sent yet; after a flush, those the channel has no room for.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody listens any more.
    pub(super) fn is_closed(&self) -> bool {
        self.events.is_closed()
    }

    /// Waits until there is reason to flush: room in the channel when events wait, or nobody listening.
    pub(super) async fn changed(&self) {
        if self.waiting.is_empty() {
            self.events.closed().await;
        } else {
            // Closed is a change too; the permit is given back and `flush` takes all it can.
            let _ = self.events.reserve().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ConnectionId;

    const SESSION: SessionId = SessionId { connection: ConnectionId(7), start: 1 };
    use crate::model::Severity;

    fn note(n: usize) -> SessionEvent {
        SessionEvent::Notice(Severity::Info, n.to_string())
    }

    #[tokio::test]
    async fn nothing_is_dropped_or_reordered_when_the_program_is_behind() {
        let (tx, mut rx) = mpsc::channel(3);
        let mut outlet = Outlet::new(SESSION, tx);
        for n in 0..8 {
            outlet.push(note(n));
        }
        outlet.flush();
        assert_eq!(outlet.waiting(), 5);
        for n in 0..8 {
            assert_eq!(rx.recv().await, Some((SESSION, note(n))));
            if outlet.waiting() > 0 {
                outlet.changed().await;
            }
            outlet.flush();
        }
        assert_eq!(outlet.waiting(), 0);
    }

    #[tokio::test]
    async fn nothing_is_kept_for_a_program_that_is_gone() {
        let (tx, rx) = mpsc::channel(1);
        let mut outlet = Outlet::new(SESSION, tx);
        outlet.push(note(0));
        outlet.push(note(1));
        outlet.flush();
        drop(rx);
        outlet.changed().await;
        outlet.flush();
        assert!(outlet.is_closed() && outlet.waiting() == 0);
    }
}
