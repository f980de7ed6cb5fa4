//! Topic names and topic filters: what is legal and what matches (MQTT 3.1.1 section 4.7, MQTT 5.0 section 4.7).
//! The session, the publish pane, the subscriptions and the bundled broker all ask here.

use std::fmt;

/// A topic or filter is an MQTT string: its length travels in two bytes (MQTT 3.1.1, 1.5.3).
pub const MAX_TOPIC_BYTES: usize = 65_535;

/// Why a text is no topic name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicFault {
    /// Zero characters (4.7.3).
    Empty,
    /// U+0000 (4.7.3).
    Null,
    /// `+` or `#` in a name (3.3.2.1).
    Wildcard(char),
    /// More than [`MAX_TOPIC_BYTES`]; holds the length in bytes.
    TooLong(usize),
}

impl fmt::Display for TopicFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a topic needs at least one character"),
            Self::Null => write!(f, "a topic cannot hold the NUL character"),
            Self::Wildcard(c) => write!(f, "'{c}' is a wildcard: for filters, not for topics"),
            Self::TooLong(n) => write!(f, "a topic holds at most 65,535 bytes, not {n}"),
        }
    }
}

impl std::error::Error for TopicFault {}

/// Checks that `topic` may be published to (MQTT 3.1.1, 3.3.2.1 and 4.7.3).
pub fn check_topic(topic: &str) -> Result<(), TopicFault> {
    if topic.is_empty() {
        return Err(TopicFault::Empty);
    }
    if topic.len() > MAX_TOPIC_BYTES {
        return Err(TopicFault::TooLong(topic.len()));
    }
    match topic.chars().find(|c| matches!(c, '\0' | '+' | '#')) {
        Some('\0') => Err(TopicFault::Null),
        Some(c) => Err(TopicFault::Wildcard(c)),
        None => Ok(()),
    }
}

/// Why a text is no topic filter, and the byte offset of the fault for a caret under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterFault {
    /// Byte offset of the offending character in the filter as typed.
    pub at: usize,
    /// One sentence.
    pub reason: &'static str,
}

impl fmt::Display for FilterFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at character {})", self.reason, self.at + 1)
    }
}

impl std::error::Error for FilterFault {}

/// A valid topic filter, `$share/group/…` included.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicFilter(String);

impl TopicFilter {
    /// The text of the filter for what a broker says of itself.
    pub const SYS: &'static str = "$SYS/#";

    /// The filter [`TopicFilter::SYS`].
    pub fn sys() -> Self {
        Self(Self::SYS.to_owned())
    }

    /// Whether it is [`TopicFilter::SYS`], which profiles keep as a setting of its own.
    pub fn is_sys(&self) -> bool {
        self.0 == Self::SYS
    }

    /// Parses a filter by the rules of MQTT 5.0, 4.7.1 and 4.8.2.
    pub fn parse(text: &str) -> Result<Self, FilterFault> {
        let fault = |at, reason| Err(FilterFault { at, reason });
        if text.is_empty() {
            return fault(0, "a filter needs at least one character");
        }
        if text.len() > MAX_TOPIC_BYTES {
            return fault(MAX_TOPIC_BYTES, "a filter holds at most 65,535 bytes");
        }
        if let Some(at) = text.find('\0') {
            return fault(at, "a filter cannot hold the NUL character");
        }
        let mut start = 0;
        if let Some(rest) = text.strip_prefix("$share/") {
            let Some(slash) = rest.find('/') else {
                return fault(text.len(), "a shared subscription is $share/<group>/<filter>");
            };
            if slash == 0 {
                return fault(7, "the group of a shared subscription is empty");
            }
            if let Some(at) = rest[..slash].find(['+', '#']) {
                return fault(7 + at, "the group of a shared subscription cannot hold a wildcard");
            }
            start = 7 + slash + 1;
            if start == text.len() {
                return fault(start, "the filter after $share/<group>/ is empty");
            }
        }
        let last = text[start..].split('/').count() - 1;
        let levels = &text[start..];
        for (index, level) in levels.split('/').enumerate() {
            if let Some(at) = level.find('#') {
                if level.len() > 1 {
                    return fault(start + at, "'#' must be a whole level");
                }
                if index != last {
                    return fault(start + at, "'#' must be the last level");
                }
            }
            if let Some(at) = level.find('+')
                && level.len() > 1
            {
                return fault(start + at, "'+' must be a whole level");
            }
            start += level.len() + 1;
        }
        Ok(Self(text.to_owned()))
    }

    /// The filter as it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Group and inner filter of a shared subscription.
    pub fn shared(&self) -> Option<(&str, &str)> {
        self.0.strip_prefix("$share/")?.split_once('/')
    }

    /// The part that topics are matched against: the filter without `$share/<group>/`.
    pub fn pattern(&self) -> &str {
        self.shared().map_or(self.0.as_str(), |(_, inner)| inner)
    }

    /// Whether messages on `topic` are delivered for this filter (4.7.1, and 4.7.2 for `$` topics).
    pub fn matches(&self, topic: &str) -> bool {
        let pattern = self.pattern();
        if topic.starts_with('$') && pattern.starts_with(['+', '#']) {
            return false;
        }
        let mut levels = topic.split('/');
        for wanted in pattern.split('/') {
            match (wanted, levels.next()) {
                ("#", _) => return true,
                ("+", Some(_)) => {}
                (wanted, Some(level)) if wanted == level => {}
                _ => return false,
            }
        }
        levels.next().is_none()
    }
}

impl TopicFilter {
    /// Whether some topic matches both filters, so that a broker may deliver its messages once for each (MQTT 5.0, 3.3.4).
    pub fn overlaps(&self, other: &Self) -> bool {
        let (one, two) = (self.pattern(), other.pattern());
        // Topics that start with $ match no filter that starts with a wildcard (4.7.2).
        let reserved = |pattern: &str| pattern.starts_with('$');
        let wild = |pattern: &str| pattern.starts_with(['+', '#']);
        if reserved(one) && wild(two) || reserved(two) && wild(one) {
            return false;
        }
        let (mut one, mut two) = (one.split('/'), two.split('/'));
        loop {
            match (one.next(), two.next()) {
                (Some("#"), _) | (_, Some("#")) | (None, None) => return true,
                (Some("+"), Some(_)) | (Some(_), Some("+")) => {}
                (Some(left), Some(right)) if left == right => {}
                _ => return false,
            }
        }
    }
}

impl fmt::Display for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e01_topics_that_cannot_be_published_are_refused_with_the_reason() {
        assert_eq!(check_topic(""), Err(TopicFault::Empty));
        assert_eq!(check_topic("a/+/b"), Err(TopicFault::Wildcard('+')));
        assert_eq!(check_topic("a/#"), Err(TopicFault::Wildcard('#')));
        assert_eq!(check_topic("a\0b"), Err(TopicFault::Null));
        assert_eq!(check_topic(&"x".repeat(65_536)), Err(TopicFault::TooLong(65_536)));
        assert_eq!(check_topic(&"x".repeat(65_535)), Ok(()));
        for legal in ["/", "//", "a//b", " ", "$SYS/x", "ü/名/😀"] {
            assert_eq!(check_topic(legal), Ok(()), "{legal}");
        }
    }

    #[test]
    fn e03_invalid_filters_name_the_fault_and_its_place() {
        for (filter, at) in [
            ("", 0),
            ("a/#/b", 2),
            ("a#", 1),
            ("+a", 0),
            ("a/b+/c", 3),
            ("$share//x", 7),
            ("$share/g/", 9),
            ("$share/g", 8),
            ("$share/+/x", 7),
            ("$share/g/a#", 10),
            ("a\0", 1),
        ] {
            let fault = TopicFilter::parse(filter).expect_err(filter);
            assert_eq!(fault.at, at, "{filter}: {fault}");
        }
        for filter in ["#", "+", "+/#", "/", "a//b", "$SYS/#", "$share/g/#", "$share/g//", "a/+/b"] {
            assert!(TopicFilter::parse(filter).is_ok(), "{filter}");
        }
    }

    #[test]
    fn the_filter_for_what_the_broker_says_of_itself_is_a_valid_one() {
        assert_eq!(TopicFilter::parse("$SYS/#"), Ok(TopicFilter::sys()));
        for (text, is_sys) in [("$SYS/#", true), ("$SYS/broker/#", false), ("#", false)] {
            assert_eq!(TopicFilter::parse(text).map(|filter| filter.is_sys()), Ok(is_sys), "{text}");
        }
    }

    #[test]
    fn filters_overlap_when_one_topic_matches_both() {
        let parse = |text| TopicFilter::parse(text).expect(text);
        for (one, two, expected) in [
            ("#", "home/+/t", true),
            ("home/#", "home", true),
            ("home/#", "+", true),
            ("home/+", "+/t", true),
            ("home/a", "home/a", true),
            ("home/a", "home/b", false),
            ("home/+", "home", false),
            ("home/+/a", "home/b/+/c", false),
            ("#", "$SYS/#", false),
            ("+/a", "$SYS/a", false),
            ("$SYS/#", "$SYS/+/load", true),
            ("$share/g/a/#", "a/b", true),
        ] {
            assert_eq!(parse(one).overlaps(&parse(two)), expected, "{one} and {two}");
            assert_eq!(parse(two).overlaps(&parse(one)), expected, "{two} and {one}");
        }
    }

    #[test]
    fn filters_match_as_section_4_7_says() {
        for (filter, topic, expected) in [
            ("#", "a/b", true),
            ("#", "$SYS/a", false),
            ("+/a", "$SYS/a", false),
            ("$SYS/#", "$SYS/a", true),
            ("$SYS/#", "$SYS", true),
            ("a/#", "a", true),
            ("a/#", "ab", false),
            ("a/+", "a", false),
            ("a/+", "a/", true),
            ("+/+", "/a", true),
            ("/+", "/a", true),
            ("+", "/a", false),
            ("a/b", "a/b/c", false),
            ("$share/g/a/+", "a/b", true),
            ("$share/g/#", "$SYS/x", false),
        ] {
            let parsed = TopicFilter::parse(filter).expect(filter);
            assert_eq!(parsed.matches(topic), expected, "{filter} on {topic}");
        }
    }
}
