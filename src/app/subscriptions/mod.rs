//! The filters of a connection: what was wanted, what the broker granted, how much came for each, what is muted and excluded.
//!
//! A message that matches a muted or excluded filter is received and counted, and neither shown nor kept. `counting` finds the filters of a
//! topic, `pane` is the state of the pane that shows and changes all this.

mod counting;
mod pane;

use std::collections::VecDeque;

use counting::Counting;
pub use pane::{Choice, Entry, EntryFault, EntryField, EntryPurpose, SubscriptionsPane};

use crate::config::Profile;
use crate::model::{QoS, Subscription, SubscriptionState, TopicFilter};
use crate::store::TopicId;

/// Seconds over which the rate of a filter is measured.
const RATE_SECONDS: usize = 5;

/// A filter with what the broker made of it and what came for it.
#[derive(Debug, Clone)]
pub struct SubscriptionView {
    /// What is asked for.
    pub wanted: Subscription,
    /// What became of it.
    pub state: SubscriptionState,
    /// Its messages are counted only.
    pub muted: bool,
    /// What came for it.
    pub traffic: Traffic,
    /// What was asked for and what became of it before the user last changed that; `None` when it is new.
    before: Option<(Subscription, SubscriptionState)>,
}

/// A filter whose messages are not kept, whatever is subscribed to.
#[derive(Debug, Clone)]
pub struct ExcludedView {
    /// The filter.
    pub filter: TopicFilter,
    /// What was not kept because of it.
    pub traffic: Traffic,
}

/// Messages of one filter, and how many a second.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// Messages so far.
    pub messages: u64,
    /// Messages so far at the last seconds: monotonic microseconds and count.
    samples: VecDeque<(u64, u64)>,
}

impl Traffic {
    fn sample(&mut self, now_us: u64) {
        if self.samples.len() > RATE_SECONDS {
            self.samples.pop_front();
        }
        self.samples.push_back((now_us, self.messages));
    }

    /// Messages a second over the last five seconds, as of the last full second.
    pub fn rate(&self) -> f64 {
        let (Some((from, before)), Some((to, after))) = (self.samples.front(), self.samples.back()) else {
            return 0.0;
        };
        let seconds = to.saturating_sub(*from) as f64 / 1e6;
        if seconds > 0.0 { (after - before) as f64 / seconds } else { 0.0 }
    }
}

/// All filters of a connection.
#[derive(Debug, Default)]
pub struct Subscriptions {
    list: Vec<SubscriptionView>,
    excluded: Vec<ExcludedView>,
    /// Messages that matched a muted or excluded filter, `$SYS` apart.
    hidden: u64,
    counting: Counting,
}

impl Subscriptions {
    /// The filters of a profile, not asked for yet.
    pub(super) fn of(profile: &Profile) -> Self {
        let mut subscriptions = Self::default();
        for wanted in &profile.target.filters {
            subscriptions.want(wanted.clone());
        }
        for filter in &profile.muted {
            subscriptions.set_muted(filter, true);
        }
        for filter in &profile.excluded {
            subscriptions.exclude(filter.clone());
        }
        subscriptions
    }

    /// The subscriptions, in the order asked for.
    pub fn list(&self) -> &[SubscriptionView] {
        &self.list
    }

    /// The excluded filters, in the order named.
    pub fn excluded(&self) -> &[ExcludedView] {
        &self.excluded
    }

    /// Messages received, counted and not kept: those that match a muted or excluded filter. Without those of `$SYS`.
    pub fn hidden(&self) -> u64 {
        self.hidden
    }

    /// The subscription to exactly this filter.
    pub fn find(&self, filter: &TopicFilter) -> Option<&SubscriptionView> {
        self.list.iter().find(|view| view.wanted.filter == *filter)
    }

    /// Number of filters that the broker refused.
    pub fn refused(&self) -> usize {
        self.list.iter().filter(|view| matches!(view.state, SubscriptionState::Refused(_))).count()
    }

    /// Notes a filter as wanted; one that is there gets the new options.
    pub(super) fn want(&mut self, wanted: Subscription) {
        let state = SubscriptionState::Requested(wanted.qos);
        if let Some(view) = self.list.iter_mut().find(|view| view.wanted.filter == wanted.filter) {
            view.before = Some((std::mem::replace(&mut view.wanted, wanted), view.state.clone()));
            view.state = state;
            return;
        }
        let traffic = Traffic::default();
        self.list.push(SubscriptionView { wanted, state, muted: false, traffic, before: None });
        self.counting.forget();
    }

    /// What became of `filter`. One that was not known is added: `$SYS/#` is asked for by the session itself.
    pub(super) fn became(&mut self, filter: TopicFilter, state: SubscriptionState) {
        if state == SubscriptionState::Removed {
            // Asked for again before the broker had confirmed the removal: that stands.
            if !self.find(&filter).is_some_and(|view| matches!(view.state, SubscriptionState::Requested(_))) {
                self.remove(&filter);
            }
        } else if let Some(view) = self.list.iter_mut().find(|view| view.wanted.filter == filter) {
            view.state = state;
        } else {
            let qos = match state {
                SubscriptionState::Requested(qos) | SubscriptionState::Granted(qos) => qos,
                _ => QoS::default(),
            };
            self.want(Subscription::new(filter, qos));
            if let Some(view) = self.list.last_mut() {
                view.state = state;
            }
        }
    }

    /// The user wants `filter` no longer; it stays in the list until the broker has answered.
    pub(super) fn leave(&mut self, filter: &TopicFilter) {
        if let Some(view) = self.list.iter_mut().find(|view| view.wanted.filter == *filter) {
            view.before = Some((view.wanted.clone(), view.state.clone()));
            view.state = SubscriptionState::Removed;
        }
    }

    /// The session did not take what was last asked of it for `filter`: all is as it was before.
    pub(super) fn undo(&mut self, filter: &TopicFilter) {
        let Some(view) = self.list.iter_mut().find(|view| view.wanted.filter == *filter) else { return };
        match view.before.take() {
            Some(before) => (view.wanted, view.state) = before,
            None => self.remove(filter),
        }
    }

    pub(super) fn remove(&mut self, filter: &TopicFilter) {
        self.list.retain(|view| view.wanted.filter != *filter);
        self.counting.forget();
    }

    /// Hides or shows the messages of a subscription from now on.
    pub(super) fn set_muted(&mut self, filter: &TopicFilter, muted: bool) {
        if let Some(view) = self.list.iter_mut().find(|view| view.wanted.filter == *filter) {
            view.muted = muted;
            self.counting.forget();
        }
    }

    /// Keeps no message that matches `filter` from now on. False if that was so before.
    pub(super) fn exclude(&mut self, filter: TopicFilter) -> bool {
        let new = self.excluded.iter().all(|view| view.filter != filter);
        if new {
            self.excluded.push(ExcludedView { filter, traffic: Traffic::default() });
            self.counting.forget();
        }
        new
    }

    /// Keeps them again from now on.
    pub(super) fn include(&mut self, filter: &TopicFilter) {
        self.excluded.retain(|view| view.filter != *filter);
        self.counting.forget();
    }

    /// Whether a message on `topic` is only counted; then it is counted here.
    pub(super) fn hides(&mut self, topic: &str) -> bool {
        let excluded = self.excluded.iter_mut().find(|view| view.filter.matches(topic));
        let muted = excluded.is_none()
            && self.list.iter().any(|view| view.muted && view.wanted.filter.matches(topic));
        if let Some(view) = excluded {
            view.traffic.messages += 1;
        } else if !muted {
            return false;
        }
        for view in self.list.iter_mut().filter(|view| view.wanted.filter.matches(topic)) {
            view.traffic.messages += 1;
        }
        // What `$SYS` says is apart from the user's traffic.
        self.hidden += u64::from(!topic.starts_with("$SYS/"));
        true
    }

    /// Counts a message that was kept, for every filter it matches. `node` is its place in the tree, if it has one.
    pub(super) fn count(&mut self, topic: &str, node: Option<TopicId>) {
        self.counting.count(topic, node, &mut self.list);
    }

    /// A second went by.
    pub(super) fn sample(&mut self, now_us: u64) {
        let excluded = self.excluded.iter_mut().map(|view| &mut view.traffic);
        self.list.iter_mut().map(|view| &mut view.traffic).chain(excluded).for_each(|traffic| {
            traffic.sample(now_us);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> TopicFilter {
        TopicFilter::parse(text).expect("a filter")
    }

    fn subscriptions(filters: &[&str]) -> Subscriptions {
        let mut subscriptions = Subscriptions::default();
        for text in filters {
            subscriptions.want(Subscription::new(filter(text), QoS::AtMostOnce));
        }
        subscriptions
    }

    fn counts(subscriptions: &Subscriptions) -> Vec<u64> {
        subscriptions.list().iter().map(|view| view.traffic.messages).collect()
    }

    #[test]
    fn a_muted_filter_wins_over_a_wide_one_and_both_count() {
        let mut subscriptions = subscriptions(&["#", "a/#"]);
        subscriptions.set_muted(&filter("a/#"), true);
        assert!(subscriptions.hides("a/b"));
        assert!(!subscriptions.hides("b"));
        assert_eq!((counts(&subscriptions), subscriptions.hidden()), (vec![1, 1], 1));
        subscriptions.set_muted(&filter("a/#"), false);
        assert!(!subscriptions.hides("a/b"));
    }

    #[test]
    fn an_excluded_filter_counts_what_it_keeps_out() {
        let mut subscriptions = subscriptions(&["#"]);
        assert!(subscriptions.exclude(filter("+/noise")));
        assert!(!subscriptions.exclude(filter("+/noise")), "it is there already");
        assert!(subscriptions.hides("a/noise") && !subscriptions.hides("a/b"));
        assert_eq!(subscriptions.excluded()[0].traffic.messages, 1);
        subscriptions.include(&filter("+/noise"));
        assert!(!subscriptions.hides("a/noise"));
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut traffic = Traffic::default();
        assert!(traffic.rate() < 0.01);
        for second in 0..20u64 {
            traffic.sample(second * 1_000_000);
            traffic.messages += if second < 10 { 100 } else { 4 };
        }
        assert!((traffic.rate() - 4.0).abs() < 0.01, "{}", traffic.rate());
    }
}
