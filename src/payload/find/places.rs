//! Where something stands in what a view shows: in lines, in branches, in bytes, in differences.

use std::ops::Range;
use std::sync::Arc;

use super::Finder;
use crate::payload::Document;
use crate::payload::diff::{Diff, DiffRow};
use crate::payload::structure::{Name, NodeId, Structure};

/// One place in a [`Document`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Line, from 0.
    pub line: usize,
    /// Bytes of that line.
    pub range: Range<usize>,
}

/// What is looked through. Can go to a worker.
#[derive(Debug, Clone)]
pub enum Searched {
    /// Lines of text.
    Lines(Arc<Document>),
    /// Branches: names and values of nodes.
    Nodes(Arc<Structure>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// Differences that are listed: where, and both values.
    Rows(Arc<Diff>),
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a line.
    Line(Match),
    /// A node that is named so, or has such a value.
    Node(NodeId),
    /// Bytes.
    Bytes(Range<usize>),
    /// A difference, from 0.
    Row(usize),
}

/// The places found, each kind in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Places {
    /// In the order of the text; none goes over the end of a line.
    Lines(Vec<Match>),
    /// In the order of the text.
    Nodes(Vec<NodeId>),
    /// From front to end; none overlap.
    Bytes(Vec<Range<usize>>),
    /// From first to last.
    Rows(Vec<usize>),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    /// Where.
    pub places: Places,
    /// There are more than were asked for.
    pub more: bool,
}

impl Searched {
    /// Bytes that are looked through, about.
    pub fn size(&self) -> usize {
        match self {
            Self::Lines(document) => document.as_str().len(),
            Self::Nodes(structure) => structure.text().len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Rows(diff) => diff.rows.iter().flat_map(texts).map(str::len).sum(),
        }
    }
}

impl Places {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Lines(all) => all.len(),
            Self::Nodes(all) => all.len(),
            Self::Bytes(all) => all.len(),
            Self::Rows(all) => all.len(),
        }
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Place `index`, from 0.
    pub fn get(&self, index: usize) -> Option<Place> {
        match self {
            Self::Lines(all) => all.get(index).cloned().map(Place::Line),
            Self::Nodes(all) => all.get(index).copied().map(Place::Node),
            Self::Bytes(all) => all.get(index).cloned().map(Place::Bytes),
            Self::Rows(all) => all.get(index).copied().map(Place::Row),
        }
    }

    /// How many stand before `place`: before its line, where it is one in lines.
    pub fn before(&self, place: &Place) -> usize {
        match (self, place) {
            (Self::Lines(all), Place::Line(from)) => all.partition_point(|at| at.line < from.line),
            (Self::Nodes(all), Place::Node(from)) => all.partition_point(|at| at < from),
            (Self::Bytes(all), Place::Bytes(from)) => all.partition_point(|at| at.start < from.start),
            (Self::Rows(all), Place::Row(from)) => all.partition_point(|at| at < from),
            _ => 0,
        }
    }
}

impl Finder {
    /// The first `most` places that are not empty.
    pub fn find(&self, searched: &Searched, most: usize) -> Matches {
        match searched {
            Searched::Lines(document) => {
                let line = |line| self.all_in(document.line(line)).map(move |range| Match { line, range });
                let all = (0..document.lines()).flat_map(line).filter(|place| !place.range.is_empty());
                first(all, most, Places::Lines)
            }
            Searched::Nodes(structure) => {
                first(structure.nodes().filter(|node| self.is_at(structure, *node)), most, Places::Nodes)
            }
            Searched::Bytes(bytes) => {
                let all = self.wanted.find_iter(bytes).map(|found| found.range());
                first(all.filter(|range| !range.is_empty()), most, Places::Bytes)
            }
            Searched::Rows(diff) => {
                let says = |(_, row): &(usize, &DiffRow)| texts(row).any(|text| self.stands_in(text));
                first(diff.rows.iter().enumerate().filter(says).map(|(index, _)| index), most, Places::Rows)
            }
        }
    }

    /// Whether a node is named so, or has such a value.
    fn is_at(&self, structure: &Structure, node: NodeId) -> bool {
        let named = match structure.name(node) {
            Name::Key(name) | Name::Tag(name) => self.stands_in(name),
            Name::Item(_) | Name::None => false,
        };
        named || (!structure.kind(node).is_container() && self.stands_in(&structure.shown_value(node)))
    }

    fn stands_in(&self, text: &str) -> bool {
        self.all_in(text).any(|range| !range.is_empty())
    }
}

fn first<T>(all: impl Iterator<Item = T>, most: usize, places: impl FnOnce(Vec<T>) -> Places) -> Matches {
    let mut all = all.fuse();
    let found: Vec<T> = all.by_ref().take(most).collect();
    Matches { places: places(found), more: all.next().is_some() }
}

/// What a difference says.
fn texts(row: &DiffRow) -> impl Iterator<Item = &str> {
    let parts = [&row.old, &row.new].into_iter().flatten();
    std::iter::once(row.label.as_str()).chain(parts.map(|part| part.text.as_str()))
}
