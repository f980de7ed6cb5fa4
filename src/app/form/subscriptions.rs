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
    const ALONE: &str = "filters alone stand here: what is not kept has no options";
    let is_one = |part: &str| TopicFilter::parse(part).is_ok();
    each_line(text, |line| {
        TopicFilter::parse(line)
            .map_err(|fault| (line.to_owned(), in_line(line, is_one, ALONE).unwrap_or(fault)))
    })
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

/// Reads one line; what is wrong comes back with the text that it is in.
fn parse(line: &str) -> Result<Subscription, (String, FilterFault)> {
    let (filter, wanted) = match quoted(line) {
        Some(read) => read,
        None => plain(line).map_err(|fault| (line.to_owned(), fault))?,
    };
    let parsed = TopicFilter::parse(filter).map_err(|fault| {
        let is_one = |part: &str| parse(part).is_ok();
        (filter.to_owned(), in_line(filter, is_one, UNKNOWN).unwrap_or(fault))
    })?;
    let mut subscription = Subscription::new(parsed, wanted.qos.unwrap_or_default());
    subscription.no_local = wanted.no_local;
    subscription.retain_as_published = wanted.retain_as_published;
    subscription.retain_handling = wanted.retain_handling.unwrap_or_default();
    subscription.id = wanted.id;
    Ok(subscription)
}

/// A filter without quotation marks and the options behind it, or the option that is none.
fn plain(line: &str) -> Result<(&str, Options), FilterFault> {
    let (mut filter, mut wanted) = (line, Options::default());
    while let Some((rest, word)) = filter.rsplit_once(' ') {
        let at = rest.len() + 1;
        if rest.trim().is_empty() || !wanted.take(word).map_err(|reason| FilterFault { at, reason })? {
            break;
        }
        filter = rest.trim_end();
    }
    Ok((filter, wanted))
}

/// What is wrong with a text that is no filter, where it was meant as more than one.
fn in_line(text: &str, is_one: impl Fn(&str) -> bool, behind: &'static str) -> Option<FilterFault> {
    if let Some(at) = text.find(',')
        && text.split(',').all(|part| is_one(part.trim()))
    {
        return Some(FilterFault { at, reason: "one filter a line" });
    }
    // Nothing of a filter comes after '#'.
    let hash = text.find("# ").filter(|hash| TopicFilter::parse(&text[..=*hash]).is_ok());
    hash.and_then(|_| text.rfind(' ')).map(|blank| FilterFault { at: blank + 1, reason: behind })
}

/// A filter in quotation marks with nothing but options behind it.
fn quoted(line: &str) -> Option<(&str, Options)> {
    let (filter, rest) = line.strip_prefix('"')?.rsplit_once('"')?;
    let mut wanted = Options::default();
    let all = (rest.is_empty() || rest.starts_with(' '))
        && rest.split_whitespace().all(|word| wanted.take(word) == Ok(true));
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

const UNKNOWN: &str = "unknown option: there are qos=1, no-local, retain-as-published, retain-handling=2, id=7; \
                       a filter that ends like one stands in quotation marks";
const TWICE: &str = "this option is there twice; a filter that ends like one stands in quotation marks";

impl Options {
    /// Takes `word` if it is an option; false when it is part of the filter. The error says what is wrong with it as an option.
    fn take(&mut self, word: &str) -> Result<bool, &'static str> {
        match word.split_once('=') {
            None => match word {
                "no-local" => set(&mut self.no_local),
                "retain-as-published" => set(&mut self.retain_as_published),
                _ => Ok(false),
            },
            Some(("qos", value)) => {
                put(&mut self.qos, value.parse().ok().and_then(QoS::from_level), "QoS is 0 to 2")
            }
            Some(("retain-handling", value)) => {
                let handling = match value {
                    "0" => Some(RetainHandling::Always),
                    "1" => Some(RetainHandling::IfNew),
                    "2" => Some(RetainHandling::Never),
                    _ => None,
                };
                put(&mut self.retain_handling, handling, "retain-handling is 0 to 2")
            }
            Some(("id", value)) => {
                // MQTT 5.0, 3.8.2.1.2.
                let id = value.parse().ok().filter(|id| (1..=268_435_455).contains(id));
                put(&mut self.id, id, "an id is 1 to 268435455")
            }
            Some(("no-local" | "retain-as-published", _)) => Err("this option has no value"),
            Some((name, value)) => {
                let looks_like_one = !name.is_empty()
                    && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
                    && !value.contains('/');
                if looks_like_one { Err(UNKNOWN) } else { Ok(false) }
            }
        }
    }
}

fn put<T>(slot: &mut Option<T>, value: Option<T>, wrong: &'static str) -> Result<bool, &'static str> {
    if slot.is_some() {
        return Err(TWICE);
    }
    *slot = Some(value.ok_or(wrong)?);
    Ok(true)
}

fn set(flag: &mut bool) -> Result<bool, &'static str> {
    if std::mem::replace(flag, true) { Err(TWICE) } else { Ok(true) }
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
            "a x=1",
            "a qos=9",
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
    }

    #[test]
    fn e03_what_is_wrong_with_an_option_is_not_blamed_on_the_filter() {
        for (line, at, words) in [
            ("home/# qos=7", 7, "QoS is 0 to 2"),
            ("home/a qos=7 no-local", 7, "QoS is 0 to 2"),
            ("home/# qos=1 nl=1", 13, "unknown option"),
            ("home/# nl", 7, "unknown option"),
            ("a id=0", 2, "an id is 1 to"),
            ("a qos=1 qos=1", 2, "twice"),
            ("a no-local=1", 2, "no value"),
            ("a/#, b/#", 3, "one filter a line"),
            ("a/# qos=1, b/# qos=2", 9, "one filter a line"),
        ] {
            let fault = parse_all(line).expect_err(line).fault;
            assert!(fault.at == at && fault.reason.contains(words), "{line}: {fault}");
        }
        let plain = |line: &str| parse_all(line).map(|read| read[0].filter.as_str().to_owned());
        for line in ["a b=c d", "a, b", "a X=1", "a x=1/b", "room id"] {
            assert_eq!(plain(line).as_deref(), Ok(line));
        }
        let excluded = filters("a/# qos=1").expect_err("no options here").fault;
        assert!(excluded.reason.contains("no options"), "{excluded}");
        assert_eq!(filters("a/#, b/#").expect_err("two filters").fault.reason, "one filter a line");
    }

    #[test]
    fn a_filter_that_ends_like_an_option_stands_in_quotation_marks() {
        let read = parse_all("\"a qos=7\" qos=1").expect("a filter and an option");
        assert_eq!((read[0].filter.as_str(), read[0].qos), ("a qos=7", QoS::AtLeastOnce));
    }
}
