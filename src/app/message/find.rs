//! Finding text in the payload: what is looked for, where it was found, which place is the present one.

use std::sync::Arc;

use crate::payload::find::{FindFault, Finder, Match, Matches};
use crate::payload::{Document, format};

/// Places that are counted and lit at most.
pub(super) const MOST: usize = 10_000;

/// Something looked for.
#[derive(Debug)]
pub struct Find {
    /// As typed.
    pub text: String,
    finder: Finder,
    /// Where it was found, and in what.
    found: Option<(Arc<Document>, Matches)>,
    /// A job is looking.
    pub(super) is_looking: bool,
    /// Which of the places is the present one.
    current: usize,
}

impl Find {
    /// Looks for `text`: as it stands, or between slashes a regular expression.
    pub(in crate::app) fn new(text: &str) -> Result<Self, FindFault> {
        let expression = text.strip_prefix('/').filter(|rest| !rest.is_empty());
        let finder = match expression {
            Some(expression) => Finder::regex(expression.strip_suffix('/').unwrap_or(expression))?,
            None => Finder::text(text)?,
        };
        Ok(Self { text: text.to_owned(), finder, found: None, is_looking: false, current: 0 })
    }

    /// What looks for it.
    pub(super) fn finder(&self) -> &Finder {
        &self.finder
    }

    /// Takes in where it was found. The present place is the first one from `line` on.
    pub(super) fn found(&mut self, document: Arc<Document>, matches: Matches, line: usize) {
        let next = matches.places.partition_point(|place| place.line < line);
        self.current = if next == matches.places.len() { 0 } else { next };
        self.found = Some((document, matches));
    }

    /// Whether it is known where it stands in `document`.
    pub(super) fn knows(&self, document: &Arc<Document>) -> bool {
        self.found.as_ref().is_some_and(|(known, _)| Arc::ptr_eq(known, document))
    }

    /// The places in `document`, in the order of the text.
    pub fn places(&self, document: &Arc<Document>) -> &[Match] {
        self.found.as_ref().filter(|_| self.knows(document)).map_or(&[], |(_, matches)| &matches.places)
    }

    /// Goes `steps` places further, round at the ends; the place, when there is one.
    pub(in crate::app) fn step(&mut self, steps: isize) -> Option<Match> {
        let places = &self.found.as_ref()?.1.places;
        let count = places.len();
        self.current = (self.current as isize + steps).rem_euclid(count.max(1) as isize) as usize;
        places.get(self.current).cloned()
    }

    /// `3 of 17`, or that there is nothing.
    pub fn summary(&self) -> String {
        match &self.found {
            None => "looking…".to_owned(),
            Some((_, matches)) if matches.places.is_empty() => "not found".to_owned(),
            Some((_, matches)) => {
                let (at, all) = (self.current as u64 + 1, matches.places.len() as u64);
                let more = if matches.more { "more than " } else { "" };
                format!("{} of {more}{}", format::grouped(at), format::grouped(all))
            }
        }
    }
}
