//! Two texts compared line by line, and the words that differ within a line.

use std::ops::Range;

use super::pairs::{Pair, Room, pair};
use super::{By, DiffRow, Found, Mark, Part, Place};

const IN_PLACE: &str = "many lines differ: compared line by line, in place";
/// Unchanged lines shown before and after a change.
const CONTEXT: usize = 3;
/// Words of a line that are compared at most.
const MAX_WORDS: usize = 300;

/// By line, with some unchanged lines around each change.
pub(super) fn compare(old: &str, new: &str) -> Found {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let paired = pair(&old, &new, &mut Room::default());
    let mut found = Found { by: By::Line, ..Found::default() };
    if paired.in_place {
        found.note = Some(IN_PLACE);
    }
    let same = |(a, b): &Pair| a.is_some() && a.map(|a| old[a]) == b.map(|b| new[b]);
    let pairs = &paired.pairs;
    // Until which pair unchanged lines are shown, and from where on they may be.
    let (mut until, mut shown) = (0, 0);
    for at in 0..pairs.len() {
        if same(&pairs[at]) {
            if at < until {
                push(&mut found, Mark::Same, pairs[at], &old, &new);
                shown = at + 1;
            }
            continue;
        }
        let first = at.saturating_sub(CONTEXT).max(shown);
        for before in &pairs[first..at] {
            push(&mut found, Mark::Same, *before, &old, &new);
        }
        let mark = match pairs[at] {
            (Some(_), None) => Mark::Removed,
            (None, _) => Mark::Added,
            (Some(_), Some(_)) => Mark::Changed,
        };
        push(&mut found, mark, pairs[at], &old, &new);
        (until, shown) = (at + 1 + CONTEXT, at + 1);
    }
    found
}

fn push(found: &mut Found, mark: Mark, (old_at, new_at): Pair, old: &[&str], new: &[&str]) {
    if found.rows.len() >= super::MAX_ROWS {
        found.more += usize::from(mark != Mark::Same);
        return;
    }
    let (old, new) = match (old_at, new_at) {
        (Some(old_at), Some(new_at)) if mark == Mark::Changed => {
            let (mut old, mut new) = Part::both(old[old_at], new[new_at]);
            emphasise(&mut old, &mut new);
            (Some(old), Some(new))
        }
        _ => (old_at.map(|at| Part::of(old[at])), new_at.map(|at| Part::of(new[at]))),
    };
    found.rows.push(DiffRow { mark, place: Place::Line(old_at, new_at), label: String::new(), old, new });
}

/// Marks the words of two parts that are not in the other. Marks nothing when no word is in both.
pub(super) fn emphasise(old: &mut Part, new: &mut Part) {
    let (olds, news) = (words(&old.text), words(&new.text));
    let (old_words, new_words): (Vec<&str>, Vec<&str>) = (
        olds.iter().map(|range| &old.text[range.clone()]).collect(),
        news.iter().map(|range| &new.text[range.clone()]).collect(),
    );
    if olds.len() > MAX_WORDS || news.len() > MAX_WORDS {
        return;
    }
    let (mut old_marks, mut new_marks) = (Vec::new(), Vec::new());
    let mut kept = false;
    for (a, b) in pair(&old_words, &new_words, &mut Room::default()).pairs {
        if a.map(|a| old_words[a]) == b.map(|b| new_words[b]) {
            kept |= a.is_some_and(|a| !old_words[a].trim().is_empty());
            continue;
        }
        mark(&mut old_marks, a.map(|a| olds[a].clone()));
        mark(&mut new_marks, b.map(|b| news[b].clone()));
    }
    if kept {
        (old.emphasis, new.emphasis) = (old_marks, new_marks);
    }
}

/// Adds a range, joined to the one before when they touch.
fn mark(marks: &mut Vec<Range<usize>>, range: Option<Range<usize>>) {
    let Some(range) = range else { return };
    match marks.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => marks.push(range),
    }
}

/// Words, runs of blanks, and other characters alone, as ranges that together are the text.
fn words(text: &str) -> Vec<Range<usize>> {
    let class = |letter: char| match letter {
        letter if letter.is_alphanumeric() || matches!(letter, '_' | '.') => 1,
        letter if letter.is_whitespace() => 2,
        _ => 0,
    };
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut last = 0;
    for (at, letter) in text.char_indices() {
        let (end, this) = (at + letter.len_utf8(), class(letter));
        match words.last_mut() {
            Some(word) if this != 0 && this == last => word.end = end,
            _ => words.push(at..end),
        }
        last = this;
    }
    words
}
