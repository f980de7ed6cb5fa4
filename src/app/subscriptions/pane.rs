//! The subscriptions pane: which row is selected, and the filter that is being typed.

use tui_input::Input;

use super::Subscriptions;
use crate::model::{FilterFault, QoS, RetainHandling, Subscription, TopicFilter};

/// State of the pane.
#[derive(Debug, Default)]
pub struct SubscriptionsPane {
    /// Selected row: subscriptions first, then excluded filters, then filters that could be asked for instead of a refused one.
    pub selected: usize,
    /// What is being typed.
    pub entry: Option<Entry>,
    /// Filters narrower than a refused one, made of what was seen so far.
    pub offers: Vec<TopicFilter>,
}

/// What the selected row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A subscription.
    Subscribed(TopicFilter),
    /// An excluded filter.
    Excluded(TopicFilter),
    /// A filter that could be asked for.
    Offered(TopicFilter),
}

impl SubscriptionsPane {
    /// Rows that can be selected.
    pub fn rows(&self, subscriptions: &Subscriptions) -> usize {
        subscriptions.list().len() + subscriptions.excluded().len() + self.offers.len()
    }

    /// The first row on screen when `height` fit.
    pub fn top(&self, subscriptions: &Subscriptions, height: usize) -> usize {
        let last = self.rows(subscriptions).saturating_sub(1);
        self.selected.min(last).saturating_sub(height.saturating_sub(1))
    }

    /// What the selected row is.
    pub fn choice(&self, subscriptions: &Subscriptions) -> Option<Choice> {
        let subscribed =
            subscriptions.list().iter().map(|view| Choice::Subscribed(view.wanted.filter.clone()));
        let excluded = subscriptions.excluded().iter().map(|view| Choice::Excluded(view.filter.clone()));
        let offered = self.offers.iter().cloned().map(Choice::Offered);
        let rows = self.rows(subscriptions);
        subscribed.chain(excluded).chain(offered).nth(self.selected.min(rows.saturating_sub(1)))
    }
}

/// What an entry is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryPurpose {
    /// A new subscription.
    Subscribe,
    /// New options for this one; another filter takes its place.
    Change(TopicFilter),
    /// An excluded filter: options do not matter.
    Exclude,
}

/// The field of an entry that has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EntryField {
    /// The filter.
    #[default]
    Filter,
    /// QoS.
    Qos,
    /// Do not send back what this client published.
    NoLocal,
    /// Leave the RETAIN flag as the publisher set it.
    RetainAsPublished,
    /// When retained messages are sent.
    RetainHandling,
    /// Subscription identifier.
    Id,
}

impl EntryField {
    const ORDER: [Self; 6] =
        [Self::Filter, Self::Qos, Self::NoLocal, Self::RetainAsPublished, Self::RetainHandling, Self::Id];

    /// The field `steps` further on, round and round.
    #[must_use]
    pub fn stepped(self, steps: isize) -> Self {
        let at = Self::ORDER.iter().position(|field| *field == self).unwrap_or(0);
        Self::ORDER[(at as isize + steps).rem_euclid(Self::ORDER.len() as isize) as usize]
    }
}

/// A filter that is being typed, with its options.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is for.
    pub purpose: EntryPurpose,
    /// The field that has the keys.
    pub field: EntryField,
    /// The filter.
    pub filter: Input,
    /// QoS to ask for.
    pub qos: QoS,
    /// See [`Subscription::no_local`].
    pub no_local: bool,
    /// See [`Subscription::retain_as_published`].
    pub retain_as_published: bool,
    /// See [`Subscription::retain_handling`].
    pub retain_handling: RetainHandling,
    /// Subscription identifier, as digits; empty is none.
    pub id: Input,
    /// Whether Enter was pressed on something that cannot be: only then an empty field is scolded.
    pub tried: bool,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryFault {
    /// The filter, with the place.
    Filter(FilterFault),
    /// No local is not allowed on a shared subscription (MQTT 5.0, 3.8.3.1).
    SharedNoLocal,
    /// The identifier is no number from 1 to 268,435,455 (MQTT 5.0, 3.8.2.1.2).
    Id,
}

impl Entry {
    /// An entry with nothing but a text in it.
    pub fn new(purpose: EntryPurpose, text: &str) -> Self {
        Self {
            purpose,
            field: EntryField::default(),
            filter: Input::new(text.to_owned()),
            qos: QoS::default(),
            no_local: false,
            retain_as_published: false,
            retain_handling: RetainHandling::default(),
            id: Input::default(),
            tried: false,
        }
    }

    /// An entry to change `wanted`.
    pub fn change(wanted: &Subscription) -> Self {
        Self {
            field: EntryField::Qos,
            qos: wanted.qos,
            no_local: wanted.no_local,
            retain_as_published: wanted.retain_as_published,
            retain_handling: wanted.retain_handling,
            id: Input::new(wanted.id.map_or_else(String::new, |id| id.to_string())),
            ..Self::new(EntryPurpose::Change(wanted.filter.clone()), wanted.filter.as_str())
        }
    }

    /// What is wrong as it stands.
    pub fn fault(&self) -> Option<EntryFault> {
        self.subscription().err()
    }

    /// The subscription as typed.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn subscription(&self) -> Result<Subscription, EntryFault> {
        let filter = TopicFilter::parse(self.filter.value()).map_err(EntryFault::Filter)?;
        if self.no_local && filter.shared().is_some() {
            return Err(EntryFault::SharedNoLocal);
        }
        let id = match self.id.value() {
            "" => None,
            digits => {
                let id = digits.parse().ok().filter(|id| (1..=268_435_455).contains(id));
                Some(id.ok_or(EntryFault::Id)?)
            }
        };
        Ok(Subscription {
            filter,
            qos: self.qos,
            no_local: self.no_local,
            retain_as_published: self.retain_as_published,
            retain_handling: self.retain_handling,
            id,
        })
    }
}
