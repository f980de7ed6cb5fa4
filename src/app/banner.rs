//! What needs lines of its own on the screen: trouble with the link, with the file of the connections, subscriptions at rest.

use super::{App, Screen};
use crate::config::ProfileBook;
use crate::model::{LinkState, Subscription};

/// What needs lines of its own on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Banner<'a> {
    /// The link is in trouble.
    Link(&'a LinkState),
    /// Something is wrong with the file of the saved connections.
    Book(&'a ProfileBook),
    /// These wide subscriptions were given back because nobody looked.
    Resting(&'a [Subscription]),
}

/// What needs lines of its own on the screen, if anything.
pub fn banner(app: &App) -> Option<Banner<'_>> {
    if app.screen() == Screen::Connections {
        return book_banner(&app.book);
    }
    let connection = app.connection();
    let link = &connection.link;
    match link {
        LinkState::Waiting { .. } | LinkState::Stopped { .. } => Some(Banner::Link(link)),
        LinkState::Connecting { attempt, .. } if *attempt > 1 => Some(Banner::Link(link)),
        _ if !connection.resting.is_empty() => Some(Banner::Resting(&connection.resting)),
        _ => None,
    }
}

fn book_banner(book: &ProfileBook) -> Option<Banner<'_>> {
    let quiet = book.faults().is_empty() && book.warnings().is_empty() && book.sealed().is_none();
    (!quiet).then_some(Banner::Book(book))
}
