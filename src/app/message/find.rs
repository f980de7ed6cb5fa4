//! Finding text in what the pane shows: what is looked for, where it was found, which place is the present one.

use super::Wanted;
use crate::payload::find::{FindFault, Finder, Match, Matches, Place, Places, Searched};
use crate::payload::format;

/// Places that are counted and lit at most.
const MOST: usize = 10_000;

/// Something looked for.
#[derive(Debug)]
pub struct Find {
    /// As typed.
    pub text: String,
    finders: Finders,
    /// Where it was found, and in what.
    found: Option<(Wanted, Found)>,
    /// A job is looking.
    pub(super) is_looking: bool,
    /// It was typed, and its first place was not gone to yet.
    pub(super) is_new: bool,
    /// Which of the places is the present one.
    current: usize,
}

/// What looks for it.
#[derive(Debug, Clone)]
pub(super) struct Finders {
    text: Finder,
    /// In hex, where it is written in digits.
    digits: Option<Finder>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) struct Found {
    pub(super) matches: Matches,
    /// Of a payload that is too large to be looked through, the bytes that were.
    pub(super) within: Option<usize>,
}

impl Finders {
    /// Looks through `searched`.
    pub(super) fn find(&self, searched: &Searched) -> Matches {
        let digits = self.digits.as_ref().filter(|_| matches!(searched, Searched::Bytes(_)));
        digits.unwrap_or(&self.text).find(searched, MOST)
    }
}

impl Find {
    /// Looks for `text`: as it stands, or between slashes a regular expression; in hex also for bytes, written as `0x1f8b`.
    pub(in crate::app) fn new(text: &str) -> Result<Self, FindFault> {
        let expression = text.strip_prefix('/').filter(|rest| !rest.is_empty());
        let finder = match expression {
            Some(expression) => Finder::regex(expression.strip_suffix('/').unwrap_or(expression))?,
            None => Finder::text(text)?,
        };
        let finders = Finders { text: finder, digits: Finder::bytes(text) };
        Ok(Self { text: text.to_owned(), finders, found: None, is_looking: false, is_new: true, current: 0 })
    }

    /// What lights it in text.
    pub fn finder(&self) -> &Finder {
        &self.finders.text
    }

    /// What looks for it.
    pub(super) fn finders(&self) -> &Finders {
        &self.finders
    }

    /// Takes in where it was found. The present place is the first one from `place` on.
    pub(super) fn found(&mut self, of: Wanted, found: Found, place: &Place) {
        let next = found.matches.places.before(place);
        self.current = if next == found.matches.places.len() { 0 } else { next };
        self.found = Some((of, found));
    }

    /// Whether it is known where it stands in what is shown so.
    pub(super) fn knows(&self, of: &Wanted) -> bool {
        self.found.as_ref().is_some_and(|(known, _)| known == of)
    }

    fn places(&self, of: &Wanted) -> Option<&Places> {
        self.found.as_ref().filter(|(known, _)| known == of).map(|(_, found)| &found.matches.places)
    }

    /// The places in lines that are shown so.
    pub fn in_lines(&self, of: &Wanted) -> &[Match] {
        match self.places(of) {
            Some(Places::Lines(places)) => places,
            _ => &[],
        }
    }

    /// The places in bytes that are shown so.
    pub fn in_bytes(&self, of: &Wanted) -> &[std::ops::Range<usize>] {
        match self.places(of) {
            Some(Places::Bytes(places)) => places,
            _ => &[],
        }
    }

    /// Goes `steps` places further, round at the ends; the place, when there is one.
    pub(in crate::app) fn step(&mut self, steps: isize) -> Option<Place> {
        let places = &self.found.as_ref()?.1.matches.places;
        self.current = (self.current as isize + steps).rem_euclid(places.len().max(1) as isize) as usize;
        self.is_new = false;
        places.get(self.current)
    }

    /// `3 of 17`, or that there is nothing.
    pub fn summary(&self) -> String {
        let Some((_, found)) = &self.found else { return "looking…".to_owned() };
        let within = found
            .within
            .map(|bytes| format!(" in the first {}", format::bytes(bytes as u64)))
            .unwrap_or_default();
        let all = found.matches.places.len() as u64;
        if all == 0 {
            return format!("not found{within}");
        }
        let more = if found.matches.more { "more than " } else { "" };
        format!("{} of {more}{}{within}", format::grouped(self.current as u64 + 1), format::grouped(all))
    }
}
