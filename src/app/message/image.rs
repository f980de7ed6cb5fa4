//! An image in the message pane. It is decoded by the job that reads the message, and scaled there to the pane; when the pane gets
//! another size, another job scales what was decoded.

use std::sync::Arc;

use super::{Body, Shown};
use crate::app::{Connection, Effect, Job};
use crate::model::ConnectionId;
use crate::payload::Kind;
use crate::payload::picture::{Picture, decode};
use crate::store::{Seq, TopicId};

/// Notes on screen at most; the payload needs the room.
pub const NOTES: usize = 3;
/// Pixels that stand above one another in a cell, which is twice as high as wide.
pub const PIXELS_A_ROW: u32 = 2;

/// An image, as large as decoded and as large as the pane has room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Painting {
    whole: Arc<Picture>,
    scaled: Arc<Picture>,
}

impl Painting {
    fn new(picture: Picture) -> Self {
        let whole = Arc::new(picture);
        Self { scaled: Arc::clone(&whole), whole }
    }

    /// Scales it to this room.
    pub(super) fn fit(&mut self, cells: (u16, u16)) {
        self.scaled = Arc::new(self.whole.scaled(self.size(cells)));
    }

    /// Width and height in pixels in a room of so many columns and rows of cells.
    pub fn size(&self, (columns, rows): (u16, u16)) -> (u32, u32) {
        self.whole.fitting(u32::from(columns), u32::from(rows) * PIXELS_A_ROW)
    }

    /// The pixel at a place of the image, when it is drawn in this size; `None` where nothing is to be drawn.
    pub fn pixel(&self, (x, y): (u32, u32), (width, height): (u32, u32)) -> Option<[u8; 3]> {
        let (own_width, own_height) = self.scaled.size();
        // Of another size only until it is scaled: then this is the pixel itself.
        let place = |at: u32, own: u32, side: u32| (u64::from(at) * u64::from(own) / u64::from(side)) as u32;
        if x >= width || y >= height {
            return None;
        }
        self.scaled.pixel(place(x, own_width, width), place(y, own_height, height))
    }
}

/// An image to be scaled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleJob {
    connection: ConnectionId,
    whole: Arc<Picture>,
    size: (u32, u32),
}

impl ScaleJob {
    pub(in crate::app) fn perform(self) -> (ConnectionId, Painting) {
        let scaled = Arc::new(self.whole.scaled(self.size));
        (self.connection, Painting { whole: self.whole, scaled })
    }
}

/// What the pane has for an image: columns and rows below facts and properties, and the notes that tell of other things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Room {
    columns: u16,
    rows: u16,
    notes: usize,
}

impl Room {
    /// Columns and rows of cells beside so many notes of the image's own.
    pub(super) fn cells(self, notes: usize) -> (u16, u16) {
        let notes = (self.notes + notes).min(NOTES) as u16;
        (self.columns, self.rows.saturating_sub(notes))
    }
}

impl Connection {
    /// What the pane has for the image of a message.
    pub(super) fn image_room(&self, (topic, seq): (TopicId, Seq)) -> Room {
        let (columns, rows) = self.message.inside;
        let below = rows.saturating_sub(1);
        // Of many properties the image would get nothing: it scrolls with them then.
        let above = u16::try_from(self.message.above).unwrap_or(below).min(below / 2);
        let notes = usize::from(!self.oddities(topic, seq).is_empty());
        Room { columns, rows: below - above, notes }
    }

    /// Has the image on screen scaled when its room is another one.
    pub(super) fn arrange_image(&mut self) -> Option<Effect> {
        let shown = self.message.reader.shown()?;
        let Body::Painting(painting) = &shown.body else { return None };
        let cells = self.image_room((shown.of.topic, shown.of.seq)).cells(shown.notes.len());
        let size = painting.size(cells);
        let begins = painting.scaled.size() != size && !self.message.reader.scaling;
        let job = ScaleJob { connection: self.id, whole: Arc::clone(&painting.whole), size };
        self.message.room = cells;
        self.message.reader.scaling |= begins;
        begins.then_some(Effect::Job(Job::Scale(job)))
    }

    /// Takes in an image that was scaled.
    pub(in crate::app) fn image_scaled(&mut self, scaled: Painting) {
        self.message.reader.scaling = false;
        let body = self.message.reader.shown.as_mut().map(|shown| &mut shown.body);
        if let Some(Body::Painting(painting)) = body
            && Arc::ptr_eq(&painting.whole, &scaled.whole)
        {
            *painting = scaled;
        }
    }
}

/// Decodes the image that was read. Says why where it cannot.
pub(super) fn paint(shown: &mut Shown, payload: &[u8]) {
    let Kind::Image(format, width, height) = shown.reading.kind else { return };
    match decode(shown.reading.bytes(payload), format, (width, height)) {
        Ok(decoded) => {
            shown.notes.extend(decoded.note);
            shown.body = Body::Painting(Painting::new(decoded.picture));
        }
        // The facts above it have its size.
        Err(reason) => shown.notes.push(format!("not drawn: {reason}")),
    }
}
