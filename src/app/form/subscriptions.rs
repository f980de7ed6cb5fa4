//! How subscriptions are written in the form: one a line, the filter first, options after it:
//! `zigbee2mqtt/# qos=1 no-local retain-as-published retain-handling=2 id=7`. A filter may hold blanks, so options are read from
//! the end; one that itself ends like an option stands in quotation marks.

use crate::model::{FilterFault, QoS, RetainHandling, Subscription, TopicFilter};

/// A line that is no subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LineFault {
    /// Number of the line, from 1.
    pub(super) number: usize,
    /// The filter as written.
    pub(super) filter: String,
    /// What is wrong with it, and where.
    pub(super) fault: FilterFault,
}

/// Reads every line that is not empty.
pub(super) fn parse_all(text: &str) -> Result<Vec<Subscription>, LineFault> {
    each_line(text, parse)
}

/// Reads lines that are a filter and nothing else.
pub(super) fn filters(text: &str) -> Result<Vec<TopicFilter>, LineFault> {
    each_line(text, |line| TopicFilter::parse(line).map_err(|fault| (line.to_owned(), fault)))
}

fn each_line<T>(
    text: &str,
    read: impl Fn(&str) -> Result<T, (String, FilterFault)>,
) -> Result<Vec<T>, LineFault> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            read(line.trim()).map_err(|(filter, fault)| LineFault { number: index + 1, filter, fault })
        })
        .collect()
}

/// Reads one line; the filter as written comes back with its fault.
fn parse(line: &str) -> Result<Subscription, (String, FilterFault)> {
    let (filter, wanted) = quoted(line).unwrap_or_else(|| {
        let (mut filter, mut wanted) = (line, Options::default());
        while let Some((rest, word)) = filter.rsplit_once(' ') {
            if rest.trim().is_empty() || !wanted.take(word) {
                break;
            }
            filter = rest.trim_end();
        }
        (filter, wanted)
    });
    let parsed = TopicFilter::parse(filter).map_err(|fault| (filter.to_owned(), fault))?;
    let mut subscription = Subscription::new(parsed, wanted.qos.unwrap_or_default());
    subscription.no_local = wanted.no_local;
    subscription.retain_as_published = wanted.retain_as_published;
    subscription.retain_handling = wanted.retain_handling.unwrap_or_default();
    subscription.id = wanted.id;
    Ok(subscription)
}

/// A filter in quotation marks with nothing but options behind it.
fn quoted(line: &str) -> Option<(&str, Options)> {
    let (filter, rest) = line.strip_prefix('"')?.rsplit_once('"')?;
    let mut wanted = Options::default();
    let all =
        (rest.is_empty() || rest.starts_with(' ')) && rest.split_whitespace().all(|word| wanted.take(word));
    all.then_some((filter, wanted))
}

/// Writes a subscription so that [`parse_all`] reads the same.
pub(super) fn write(subscription: &Subscription) -> String {
    let filter = subscription.filter.as_str();
    let plain = line(filter, subscription);
    if parse(&plain).as_ref() == Ok(subscription) {
        plain
    } else {
        line(&format!("\"{filter}\""), subscription)
    }
}

fn line(filter: &str, subscription: &Subscription) -> String {
    let mut line = filter.to_owned();
    let mut push = |option: String| {
        line.push(' ');
        line.push_str(&option);
    };
    if subscription.qos != QoS::AtMostOnce {
        push(format!("qos={}", subscription.qos));
    }
    if subscription.no_local {
        push("no-local".to_owned());
    }
    if subscription.retain_as_published {
        push("retain-as-published".to_owned());
    }
    if subscription.retain_handling != RetainHandling::Always {
        push(format!("retain-handling={}", subscription.retain_handling as u8));
    }
    if let Some(id) = subscription.id {
        push(format!("id={id}"));
    }
    line
}

#[derive(Default)]
struct Options {
    qos: Option<QoS>,
    no_local: bool,
    retain_as_published: bool,
    retain_handling: Option<RetainHandling>,
    id: Option<u32>,
}

impl Options {
    /// Takes `word` if it is an option that was not given yet.
    fn take(&mut self, word: &str) -> bool {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        match name {
            "qos" if self.qos.is_none() => {
                self.qos = value.parse().ok().and_then(QoS::from_level);
                self.qos.is_some()
            }
            "no-local" if value.is_empty() && !self.no_local => {
                self.no_local = true;
                true
            }
            "retain-as-published" if value.is_empty() && !self.retain_as_published => {
                self.retain_as_published = true;
                true
            }
            "retain-handling" if self.retain_handling.is_none() => {
                self.retain_handling = match value {
                    "0" => Some(RetainHandling::Always),
                    "1" => Some(RetainHandling::IfNew),
                    "2" => Some(RetainHandling::Never),
                    _ => None,
                };
                self.retain_handling.is_some()
            }
            "id" if self.id.is_none() => {
                // MQTT 5.0, 3.8.2.1.2.
                self.id = value.parse().ok().filter(|id| (1..=268_435_455).contains(id));
                self.id.is_some()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(filter: &str) -> Subscription {
        Subscription::new(TopicFilter::parse(filter).expect("a filter"), QoS::AtMostOnce)
    }

    #[test]
    fn what_is_written_reads_the_same_however_the_filter_looks() {
        for filter in [
            "#",
            "a b/#",
            "a qos=1",
            "a no-local",
            "no-local",
            "\"a\"",
            "\"a\" qos=1",
            "a\"",
            "\"",
            "qos=2",
            "a  b",
        ] {
            let plain = subscription(filter);
            let full = Subscription {
                qos: QoS::ExactlyOnce,
                no_local: true,
                retain_as_published: true,
                retain_handling: RetainHandling::Never,
                id: Some(7),
                ..plain.clone()
            };
            for wanted in [plain, full] {
                assert_eq!(parse_all(&write(&wanted)), Ok(vec![wanted.clone()]), "{}", write(&wanted));
            }
        }
    }

    #[test]
    fn e03_a_fault_names_line_and_place() {
        let fault = parse_all("home/#\n\n a#b qos=1").expect_err("a fault");
        assert_eq!((fault.number, fault.filter.as_str(), fault.fault.at), (3, "a#b", 1));
        let fault = parse_all("a qos=3 qos=x").expect("no option, so part of the filter");
        assert_eq!(fault[0].filter.as_str(), "a qos=3 qos=x");
    }
}
