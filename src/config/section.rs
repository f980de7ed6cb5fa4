//! A table of a TOML file, read key by key: each read says what it wants, and at the end the keys nobody asked for are told.

use std::ops::RangeInclusive;

use toml_edit::{Item, TableLike, Value};

use super::fault::{FileFault, Origin};

/// One table being read.
pub(super) struct Section<'a> {
    origin: Origin<'a>,
    table: &'a dyn TableLike,
    known: Vec<&'static str>,
}

type Read<T> = Result<Option<T>, FileFault>;

impl<'a> Section<'a> {
    pub(super) fn new(origin: Origin<'a>, table: &'a dyn TableLike) -> Self {
        Self { origin, table, known: Vec::new() }
    }

    /// Lets `key` pass without a word and without reading it.
    pub(super) fn ignore(&mut self, key: &'static str) {
        self.known.push(key);
    }

    /// Text.
    pub(super) fn text(&mut self, key: &'static str) -> Read<&'a str> {
        self.typed(key, "text in quotes", Item::as_str)
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str) -> Read<bool> {
        self.typed(key, "true or false", Item::as_bool)
    }

    /// A whole number within `range`.
    pub(super) fn number(&mut self, key: &'static str, range: RangeInclusive<u32>) -> Read<u32> {
        let words = format!("a whole number from {} to {}", range.start(), range.end());
        self.typed(key, &words, |item| {
            item.as_integer().and_then(|number| u32::try_from(number).ok()).filter(|n| range.contains(n))
        })
    }

    /// Text that `parse` understands.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Read<T> {
        match self.text(key)? {
            Some(text) => parse(text).map(Some).map_err(|reason| self.fault(key, reason)),
            None => Ok(None),
        }
    }

    /// The elements of a list; none when the key is absent.
    pub(super) fn list(&mut self, key: &'static str) -> Result<Vec<&'a Value>, FileFault> {
        let list = self.typed(key, "a list in [brackets]", Item::as_array)?;
        Ok(list.into_iter().flat_map(toml_edit::Array::iter).collect())
    }

    /// A list of texts that `parse` understands.
    pub(super) fn parsed_list<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, FileFault> {
        let origin = self.origin;
        self.list(key)?
            .into_iter()
            .map(|value| {
                let text = value.as_str().ok_or_else(|| format!("{key}: each of them is text in quotes"));
                text.and_then(&parse).map_err(|reason| origin.fault(value.span(), reason))
            })
            .collect()
    }

    /// A table below this one.
    pub(super) fn section(&mut self, key: &'static str) -> Read<Section<'a>> {
        let origin = self.origin;
        let table = self.typed(key, "a table", Item::as_table_like)?;
        Ok(table.map(|table| Section::new(origin, table)))
    }

    /// What stands at `key`, whatever it is.
    pub(super) fn item(&mut self, key: &'static str) -> Option<&'a Item> {
        self.known.push(key);
        self.table.get(key).filter(|item| !item.is_none())
    }

    /// A fault at `key`, or at the table when the key is not there.
    pub(super) fn fault(&self, key: &str, reason: impl AsRef<str>) -> FileFault {
        let span = self.table.get(key).and_then(Item::span).or_else(|| self.first_span());
        self.origin.fault(span, format!("{key}: {}", reason.as_ref()))
    }

    /// Line of each key that is set, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&'a str, usize)> {
        let origin = self.origin;
        let keys = self.table.iter().map(|(name, _)| name);
        keys.filter_map(move |name| Some((name, origin.place(self.key_span(name)?.start).0)))
    }

    /// Ends the reading: keys that nobody asked for are told, not refused, so that a file of a later version can be used.
    pub(super) fn close(self, warnings: &mut Vec<FileFault>) {
        for (name, _) in self.table.iter().filter(|(name, _)| !self.known.contains(name)) {
            let reason = format!("unknown key '{name}': it is kept, and without effect");
            warnings.push(self.origin.fault(self.key_span(name), reason));
        }
    }

    fn typed<T>(&mut self, key: &'static str, wanted: &str, read: impl Fn(&'a Item) -> Option<T>) -> Read<T> {
        match self.item(key) {
            Some(item) => {
                read(item).map(Some).ok_or_else(|| self.fault(key, format!("this should be {wanted}")))
            }
            None => Ok(None),
        }
    }

    fn key_span(&self, name: &str) -> Option<std::ops::Range<usize>> {
        self.table.get_key_value(name).and_then(|(key, item)| key.span().or_else(|| item.span()))
    }

    fn first_span(&self) -> Option<std::ops::Range<usize>> {
        self.table.iter().find_map(|(name, _)| self.key_span(name))
    }
}
