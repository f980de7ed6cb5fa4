//! The marks of a browse set, and which topics they mean: found by looking a topic and the branches above it up, not by trying each mark.

use std::collections::HashSet;

use crate::model::TopicFilter;

/// Marks in the order in which they were set.
#[derive(Debug, Default)]
pub(super) struct Marks {
    list: Vec<TopicFilter>,
    topics: HashSet<String>,
    /// Branches of which all below is meant, and levels of the deepest.
    branches: HashSet<String>,
    deepest: usize,
    /// Filters of other forms: a profile may have any.
    others: Vec<TopicFilter>,
}

impl Marks {
    pub(super) fn of(list: Vec<TopicFilter>) -> Self {
        let mut marks = Self::default();
        for mark in &list {
            let text = mark.as_str();
            let branch = text.strip_suffix("/#");
            if branch.unwrap_or(text).contains(['+', '#']) || mark.shared().is_some() {
                marks.others.push(mark.clone());
            } else if let Some(branch) = branch {
                marks.deepest = marks.deepest.max(branch.split('/').count());
                marks.branches.insert(branch.to_owned());
            } else {
                marks.topics.insert(text.to_owned());
            }
        }
        Self { list, ..marks }
    }

    pub(super) fn list(&self) -> &[TopicFilter] {
        &self.list
    }

    /// Whether one of them means `topic`.
    pub(super) fn mean(&self, topic: &str) -> bool {
        let above = || topic.match_indices('/').take(self.deepest).map(|(at, _)| &topic[..at]);
        self.topics.contains(topic)
            || self.branches.contains(topic)
            || above().any(|branch| self.branches.contains(branch))
            || self.others.iter().any(|other| other.matches(topic))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn marks_mean_the_topics_that_their_filters_match(
            filters in prop::collection::vec("(\\$|)(a|b|)(/a|/b|/|/\\+){0,3}(/#|)|#|\\+/a", 1..6),
            topics in prop::collection::vec("(\\$|)(a|b|)(/a|/b|/){0,4}", 1..20),
        ) {
            let filters: Vec<TopicFilter> =
                filters.iter().filter_map(|filter| TopicFilter::parse(filter).ok()).collect();
            let marks = Marks::of(filters.clone());
            for topic in topics.iter().filter(|topic| !topic.is_empty()) {
                let matched = filters.iter().any(|filter| filter.matches(topic));
                prop_assert_eq!(marks.mean(topic), matched, "{} in {:?}", topic, filters);
            }
        }
    }
}
