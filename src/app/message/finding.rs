//! Looks for text in what the pane shows, at once or by a job, and goes to where it stands.

use std::ops::Range;
use std::sync::Arc;

use super::find::Found;
use super::reader::LINES_AT_ONCE;
use super::{Body, FindJob, Wanted};
use crate::app::{Connection, Effect, Job};
use crate::payload::find::{Match, Place, Searched};
use crate::payload::structure::NodeId;
use crate::payload::{Style, WrapIndex, column_of, hex, row_of};

/// Columns left of a place that is scrolled to.
const MARGIN: usize = 8;
/// Bytes of a payload that are looked through at most.
const LARGEST: usize = 64 * 1024 * 1024;

impl Connection {
    /// Whether there is anything on screen to be looked through.
    pub(in crate::app) fn can_look(&self) -> bool {
        self.shown().is_some_and(|shown| !matches!(shown.body, Body::Nothing(_) | Body::Painting(_)))
    }

    /// What is shown, where it is not known yet whether what is looked for stands in it.
    fn unknown(&self) -> Option<&Wanted> {
        let of = &self.shown()?.of;
        self.message.find.as_ref().filter(|find| !find.knows(of) && !find.is_looking)?;
        Some(of)
    }

    /// The bytes that the hex views show.
    fn shown_bytes(&self) -> Option<&[u8]> {
        let shown = self.shown()?;
        let payload = self.store.message(shown.of.topic, shown.of.seq)?.payload;
        match shown.body {
            Body::Hex => Some(payload),
            Body::HexInside => Some(shown.reading.bytes(payload)),
            _ => None,
        }
    }

    /// What is looked through, and how much of it when that is not all.
    fn searched(&self) -> Option<(Searched, Option<usize>)> {
        let whole = match &self.shown()?.body {
            Body::Nothing(_) | Body::Painting(_) => return None,
            Body::Document(document) => Searched::Lines(Arc::clone(document)),
            Body::Tree(structure) => Searched::Nodes(Arc::clone(structure)),
            Body::Diff(diff) => Searched::Rows(Arc::clone(diff)),
            Body::Hex | Body::HexInside => {
                let bytes = self.shown_bytes()?;
                let within = (bytes.len() > LARGEST).then_some(LARGEST);
                return Some((Searched::Bytes(Arc::from(&bytes[..within.unwrap_or(bytes.len())])), within));
            }
        };
        Some((whole, None))
    }

    /// Looks through what is shown when that is short.
    pub(in crate::app) fn look(&mut self) {
        let is_short = || match self.shown_bytes() {
            Some(bytes) => bytes.len() <= LINES_AT_ONCE,
            None => self.searched().is_some_and(|(searched, _)| searched.size() <= LINES_AT_ONCE),
        };
        let Some(of) = self.unknown().filter(|_| is_short()).cloned() else { return };
        let Some((searched, within)) = self.searched() else { return };
        let from = self.place_on_screen();
        if let Some(find) = &mut self.message.find {
            let matches = find.finders().find(&searched);
            find.found(of, Found { matches, within }, &from);
        }
    }

    /// Has a job look through what [`Connection::look`] leaves.
    pub(super) fn look_by_job(&mut self) -> Option<Effect> {
        let of = self.unknown()?.clone();
        let (searched, within) = self.searched()?;
        let id = self.id;
        let find = self.message.find.as_mut()?;
        find.is_looking = true;
        Some(Effect::Job(Job::Find(Box::new(FindJob::new(id, find, of, searched, within)))))
    }

    /// Takes in where a job found the text, and goes there when it has just been typed.
    pub(in crate::app) fn text_found(&mut self, text: &str, of: Wanted, found: Found) {
        let from = self.place_on_screen();
        let is_shown = self.shown().is_some_and(|shown| shown.of == of);
        // What is no longer looked for, or not in this, is of no use.
        let Some(find) = self.message.find.as_mut().filter(|find| find.text == text) else { return };
        find.is_looking = false;
        if is_shown {
            let is_new = find.is_new;
            find.found(of, found, &from);
            if is_new {
                self.go_to_found(0);
            }
        }
    }

    /// Where the reader is: what is found next is found from there on.
    fn place_on_screen(&self) -> Place {
        let message = &self.message;
        let first = message.scroll().row.saturating_sub(message.above);
        match self.shown().map(|shown| &shown.body) {
            Some(Body::Document(document)) => {
                Place::Line(Match { line: message.first_line(document), range: 0..0 })
            }
            Some(Body::Tree(structure)) => {
                Place::Node(message.folding.at().unwrap_or_else(|| structure.root()))
            }
            Some(Body::Hex | Body::HexInside) => {
                let at = first.saturating_mul(self.bytes_a_row());
                Place::Bytes(at..at)
            }
            _ => Place::Row(0),
        }
    }

    fn bytes_a_row(&self) -> usize {
        hex::per_row(self.message.drawn.map_or(80, |(columns, _)| columns)).0
    }

    /// Goes `steps` places further, and brings the place on screen.
    pub(in crate::app) fn go_to_found(&mut self, steps: isize) {
        match self.message.find.as_mut().and_then(|find| find.step(steps)) {
            None => {}
            Some(Place::Line(place)) => self.see_line(&place),
            Some(Place::Node(node)) => self.see_node(node),
            Some(Place::Bytes(range)) => self.see_bytes(&range),
            Some(Place::Row(row)) => self.message.reveal = Some(row),
        }
    }

    /// From above and from the side.
    fn see_line(&mut self, place: &Match) {
        let wraps = self.wraps();
        let message = &mut self.message;
        let Some(document) = message.reader.shown().and_then(|shown| shown.document()).cloned() else {
            return;
        };
        let (columns, style) = message.drawn.unwrap_or((80, Style::VIEW));
        let above = message.above;
        if wraps {
            let within = row_of(&document, place.line, place.range.start, columns, style);
            let first = match message.reader.wrapped(&document, columns, style) {
                Some(index) => index.row(place.line),
                None => WrapIndex::of(&document, columns, style).row(place.line),
            };
            message.scroll_to(above + first + within);
            return;
        }
        message.scroll_to(above + place.line);
        let column = column_of(&document, place.line, place.range.start, style);
        let scroll = message.scroll_mut();
        if !(scroll.column..(scroll.column + columns).saturating_sub(MARGIN)).contains(&column) {
            scroll.column = if column + MARGIN < columns { 0 } else { column.saturating_sub(columns / 3) };
        }
    }

    /// Opens the branches on the way to it, and selects it.
    fn see_node(&mut self, node: NodeId) {
        let message = &mut self.message;
        let Some(structure) = message.reader.shown().and_then(|shown| shown.structure()) else { return };
        message.folding.select(structure, node);
        message.see_selected();
    }

    fn see_bytes(&mut self, range: &Range<usize>) {
        let row = self.message.above + range.start / self.bytes_a_row();
        self.message.scroll_to(row);
    }
}
