//! Which of several sources a value came from, kept for `config check`.

use crate::config::{Chosen, ProfileBook, Source};

/// A value in effect, as text without secrets, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Effective {
    /// What is set: "keep alive".
    pub(in crate::cli) setting: &'static str,
    /// To what. May quote files and the command line: sanitise before showing.
    pub(in crate::cli) value: String,
    /// By whom.
    pub(in crate::cli) from: Source,
}

/// Takes down each choice.
pub(super) struct Trace<'a> {
    book: &'a ProfileBook,
    /// The profile that everything begins with.
    profile: Option<String>,
    pub(super) values: Vec<Effective>,
}

impl<'a> Trace<'a> {
    pub(super) fn new(book: &'a ProfileBook, profile: Option<String>) -> Self {
        Self { book, profile, values: Vec::new() }
    }

    /// Whether everything begins with a saved profile.
    pub(super) fn begins_with_profile(&self) -> bool {
        self.profile.is_some()
    }

    /// Where the profile says `key`, if it does.
    pub(super) fn in_profile(&self, key: &str) -> Option<Source> {
        self.book.source(self.profile.as_deref()?, key)
    }

    /// Takes down a value.
    pub(super) fn note(&mut self, setting: &'static str, value: impl Into<String>, from: Source) {
        self.values.push(Effective { setting, value: value.into(), from });
    }

    /// Takes down a value that stands as the profile, or else the program, has it.
    pub(super) fn keep(&mut self, setting: &'static str, key: &str, value: impl Into<String>) {
        let from = self.in_profile(key).unwrap_or(Source::Default);
        self.note(setting, value, from);
    }

    /// Settles what is in `slot`, which holds what the profile or the program says: `stronger` choices go before the profile,
    /// `weaker` ones go before what the program does by itself. Returns where the value came from.
    pub(super) fn settle<T: Clone>(
        &mut self,
        (setting, key): (&'static str, &str),
        slot: &mut T,
        stronger: impl IntoIterator<Item = Option<Chosen<T>>>,
        weaker: Option<Chosen<T>>,
        show: impl Fn(&T) -> String,
    ) -> Source {
        let own = self.in_profile(key);
        self.choose(setting, own, slot, stronger, weaker, show)
    }

    /// The same for one key of a table. Of tables only the first line is known, so what is `usual` counts as not said there.
    pub(super) fn settle_part<T: Clone + PartialEq>(
        &mut self,
        (setting, table): (&'static str, &str),
        slot: &mut T,
        usual: &T,
        stronger: impl IntoIterator<Item = Option<Chosen<T>>>,
        show: impl Fn(&T) -> String,
    ) -> Source {
        let own = self.in_profile(table).filter(|_| slot != usual);
        self.choose(setting, own, slot, stronger, None, show)
    }

    fn choose<T: Clone>(
        &mut self,
        setting: &'static str,
        own: Option<Source>,
        slot: &mut T,
        stronger: impl IntoIterator<Item = Option<Chosen<T>>>,
        weaker: Option<Chosen<T>>,
        show: impl Fn(&T) -> String,
    ) -> Source {
        let own = Chosen::file(slot.clone(), own);
        let chosen = Chosen::first(stronger.into_iter().chain([own, weaker]), slot.clone());
        *slot = chosen.value;
        self.note(setting, show(slot), chosen.from.clone());
        chosen.from
    }
}
