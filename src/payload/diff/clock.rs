//! Fields that only tell that time passed, so that what happened is not lost among them. Called by the summary of a diff, by the history
//! that lists only changes, and by the shape of a topic's messages.
//!
//! A field is a clock when its value went *forward*, as a clock does, and it is one of these; a clock that goes back is a change:
//!
//! - Text that is a date and time both times: ISO 8601 in its usual and its short form, with a blank for the `T`, with or without zone;
//!   RFC 2822 and the dates of HTTP and of `ctime`; `2026/11/20 18:44:04`, `20.11.2026 18:44:04`; or a time of day with seconds.
//! - Text that is a span of days and time: `12T03:04:05`, `3 days, 03:04:05`; and any text under the name of an uptime, whose numbers
//!   read from the left grow.
//! - A number that is seconds, milliseconds, microseconds or nanoseconds since 1970 both times, of a day between 2014 and 2052.
//! - A number under one of [`NAMES`], compared without case, blanks, `_` and `-`; also one that wrapped to 0 or 1 from 2^8, 2^16 or 2^32 - 1.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;

use super::{DiffRow, Mark, Place};
use crate::payload::json;

/// Names of growing numbers that count messages or time, sorted. What counts things that happen (`count`, `counter`, `total`, `errors`)
/// is not among them.
const NAMES: [&str; 43] = [
    "alivecounter",
    "bootms",
    "boottime",
    "epoch",
    "fcnt",
    "fcntdown",
    "fcntup",
    "framecount",
    "framecounter",
    "heartbeatcounter",
    "heartbeats",
    "messagecount",
    "messagecounter",
    "messageid",
    "messagenumber",
    "micros",
    "millis",
    "msgcount",
    "msgcounter",
    "msgid",
    "msgno",
    "packetcount",
    "packetcounter",
    "packetid",
    "packetno",
    "packetnumber",
    "rollingcounter",
    "seq",
    "seqid",
    "seqnb",
    "seqno",
    "seqnr",
    "seqnum",
    "seqnumber",
    "sequence",
    "sequenceid",
    "sequenceno",
    "sequencenumber",
    "systime",
    "tick",
    "ticks",
    "timestamp",
    "ts",
];
/// Seconds since 1970 that are taken for a time: from 2014 to 2052.
const SECONDS: std::ops::Range<f64> = 1.4e9..2.6e9;
/// Bytes of the longest name, and of the longest text, that is looked into.
const LONGEST_NAME: usize = 24;
const LONGEST_TEXT: usize = 48;

impl DiffRow {
    /// Whether only time passed between its two values; see [`crate::payload::diff::clock`]. A whole payload is no field.
    pub fn is_clock(&self) -> bool {
        let (Mark::Changed, Some(old), Some(new)) = (self.mark, &self.old, &self.new) else { return false };
        let name = match &self.place {
            Place::Pointer(pointer) if !pointer.is_empty() => last_step(pointer),
            Place::XPath(path) => last_step(path.strip_suffix("/text()").unwrap_or(path)),
            _ => return false,
        };
        let is_json = matches!(self.place, Place::Pointer(_));
        if is_json && !old.text.starts_with('"') {
            return only_time_passed_in_numbers(name, &old.text, &new.text);
        }
        if old.text.len().max(new.text.len()) > LONGEST_TEXT || old.skipped + new.skipped > 0 {
            return false;
        }
        let (old, new) = if is_json {
            (json::unquote(&old.text), json::unquote(&new.text))
        } else {
            (old.text.as_str().into(), new.text.as_str().into())
        };
        only_time_passed(name, &old, &new) || (!is_json && only_time_passed_in_numbers(name, &old, &new))
    }
}

/// The name at the end of a JSON pointer or XPath.
fn last_step(path: &str) -> &str {
    let last = path.rsplit_once('/').map_or(path, |(_, last)| last);
    let last = last.split_once('[').map_or(last, |(name, _)| name);
    last.trim_start_matches('@')
}

/// Whether only time passed from one text to the other.
fn only_time_passed(name: &str, old: &str, new: &str) -> bool {
    if !old.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    if let (Some(old), Some(new)) = (moment(old), moment(new)) {
        return old <= new;
    }
    if let (Some(old), Some(new)) = (time_of_day(old), time_of_day(new)) {
        // Past midnight it begins anew.
        return old <= new || (old.hour() == 23 && new.hour() == 0);
    }
    if let (Some(old), Some(new)) = (days_and_time(old), days_and_time(new)) {
        return old <= new;
    }
    is_uptime(&squashed(name)) && numbers(old) < numbers(new)
}

fn only_time_passed_in_numbers(name: &str, old: &str, new: &str) -> bool {
    match (old.parse(), new.parse()) {
        (Ok(old), Ok(new)) => is_clock_number(name, old, new),
        _ => false,
    }
}

/// Whether a number under this name only told that time passed when it became `new`.
pub(in crate::payload) fn is_clock_number(name: &str, old: f64, new: f64) -> bool {
    if old < new {
        return is_epoch(old, new) || is_clock_name(name);
    }
    let wrapped = new <= 1.0 && [255.0, 65_535.0, 4_294_967_295.0].contains(&old);
    wrapped && is_clock_name(name)
}

/// Whether both are times since 1970 in the same unit.
fn is_epoch(old: f64, new: f64) -> bool {
    old >= SECONDS.start
        && [1.0, 1e3, 1e6, 1e9]
            .iter()
            .any(|unit| SECONDS.contains(&(old / unit)) && SECONDS.contains(&(new / unit)))
}

fn is_clock_name(name: &str) -> bool {
    let name = squashed(name);
    is_uptime(&name) || NAMES.binary_search(&name.as_str()).is_ok()
}

/// `uptime`, `UptimeSec`, `sys_uptime_ms`.
fn is_uptime(squashed: &str) -> bool {
    squashed.contains("uptime")
}

/// In small letters, without what stands between words.
fn squashed(name: &str) -> String {
    if name.len() > LONGEST_NAME {
        return String::new();
    }
    let letters = name.chars().filter(|letter| !matches!(letter, '_' | '-' | ' '));
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// A date and time; one without a zone as if it were UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let first = *text.as_bytes().first()?;
    // Nothing shorter than `20261120T184404`, and words begin no date but days of the week.
    if text.len() < 15 || !(first.is_ascii_digit() || first.is_ascii_uppercase()) {
        return None;
    }
    let at_utc = |time: DateTime| time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    if first.is_ascii_uppercase() {
        let zoned = rfc2822::parse(text).map(|zoned| zoned.timestamp()).ok();
        return zoned.or_else(|| at_utc(parsed("%a %b %e %H:%M:%S %Y", text)?));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return at_utc(time);
    }
    let format = match text.as_bytes() {
        [_, _, _, _, b'/', ..] => "%Y/%m/%d %H:%M:%S",
        [_, _, b'.', ..] => "%d.%m.%Y %H:%M:%S",
        [_, _, b'/', ..] => "%m/%d/%Y %H:%M:%S",
        [_, _, b'-', ..] => "%d-%m-%Y %H:%M:%S",
        _ => return None,
    };
    at_utc(parsed(format, text).or_else(|| parsed("%d/%m/%Y %H:%M:%S", text))?)
}

fn parsed(format: &str, text: &str) -> Option<DateTime> {
    strtime::parse(format, text).ok()?.to_datetime().ok()
}

/// `18:44:04`, `18:44:04.5`.
fn time_of_day(text: &str) -> Option<Time> {
    let is_one = matches!(text.as_bytes(), [_, _, b':', _, _, b':', ..]);
    if is_one { text.parse().ok() } else { None }
}

/// Days, hours, minutes and seconds of `12T03:04:05` or `3 days, 03:04:05`.
fn days_and_time(text: &str) -> Option<Vec<u64>> {
    let (days, time) = text.split_once('T').or_else(|| text.split_once(", "))?;
    let days = days.trim_end_matches(" days").trim_end_matches(" day");
    let is_number = !days.is_empty() && days.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = time.matches(':').count() == 2
        && time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    (is_number && is_time).then(|| numbers(text)).filter(|numbers| numbers.len() >= 4)
}

/// The numbers in a text, most significant first when it is a span; of one that has fewer, those that are missing come first.
fn numbers(text: &str) -> Vec<u64> {
    let runs = text.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty());
    let mut numbers: Vec<u64> = runs.map_while(|run| run.parse().ok()).collect();
    let missing = 8_usize.saturating_sub(numbers.len());
    numbers.splice(0..0, std::iter::repeat_n(0, missing));
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::diff::{Diff, Side};

    /// Which fields of the change from one document to the other are clocks.
    fn clocks(old: &str, new: &str) -> Vec<String> {
        let diff = Diff::between(Side::of(old.as_bytes()), Side::of(new.as_bytes()));
        diff.rows.iter().filter(|row| row.is_clock()).map(|row| row.label.clone()).collect()
    }

    fn is_clock(name: &str, old: &str, new: &str) -> bool {
        !clocks(&format!("{{\"{name}\":{old}}}"), &format!("{{\"{name}\":{new}}}")).is_empty()
    }

    #[test]
    fn the_names_are_found() {
        assert!(NAMES.is_sorted());
        for name in ["SEQ", "seq_no", "Uptime", "UptimeSec", "f_cnt_up", "sys_uptime_ms", "message-id"] {
            assert!(is_clock(name, "7", "8"), "{name}");
            assert!(!is_clock(name, "8", "7"), "{name}: a clock that goes back is a change");
        }
        for name in ["count", "counter", "MqttCount", "errors", "sequenced", "temperature", "energy_total"] {
            assert!(!is_clock(name, "7", "8"), "{name}");
        }
        assert!(is_clock("seq", "255", "0") && !is_clock("seq", "254", "0") && !is_clock("t", "255", "0"));
    }

    #[test]
    fn times_are_known_in_the_forms_that_devices_send() {
        for (old, new) in [
            ("2026-11-20T18:44:04", "2026-11-20T18:44:14"),
            ("2026-11-20T18:44:04Z", "2026-11-20T18:44:04.250Z"),
            ("2026-11-20T19:44:04+01:00", "2026-11-20T19:44:14+01:00"),
            ("2026-11-20 18:44:04", "2026-11-21 00:00:00"),
            ("2026-11-20 18:44:04.123456", "2026-11-20 18:45:04.1"),
            ("20261120T184404Z", "20261120T184405Z"),
            ("Fri, 20 Nov 2026 18:44:04 +0000", "Fri, 20 Nov 2026 18:44:05 +0000"),
            ("Fri, 20 Nov 2026 18:44:04 GMT", "Fri, 20 Nov 2026 18:44:05 GMT"),
            ("Fri Nov 20 18:44:04 2026", "Fri Nov 20 18:44:05 2026"),
            ("2026/11/20 18:44:04", "2026/11/20 18:44:05"),
            ("20.11.2026 18:44:04", "01.12.2026 00:00:00"),
            ("11/20/2026 18:44:04", "12/01/2026 18:44:04"),
            ("20/11/2026 18:44:04", "20/11/2026 18:44:05"),
            ("18:44:04", "18:44:14"),
            ("23:59:58", "00:00:08"),
            ("12T03:04:05", "12T03:04:15"),
            ("9T23:04:05", "10T00:00:00"),
            ("3 days, 03:04:05", "4 days, 00:00:01"),
        ] {
            assert!(is_clock("x", &format!("\"{old}\""), &format!("\"{new}\"")), "{old} → {new}");
            assert!(
                !is_clock("x", &format!("\"{new}\""), &format!("\"{old}\"")) || old == "23:59:58",
                "{old} back"
            );
        }
        for (old, new) in [
            ("ON", "OFF"),
            ("1.2.3", "1.2.4"),
            ("07:30", "08:00"),
            ("2026-11-20", "2026-11-21"),
            ("00:12:33", "00:12:03"),
            ("TS12", "TS13"),
            ("192.168.001.001 18:44:04", "192.168.001.002 18:44:04"),
            ("", "2026-11-20T18:44:04"),
        ] {
            assert!(!is_clock("x", &format!("\"{old}\""), &format!("\"{new}\"")), "{old} → {new}");
        }
        assert!(is_clock("uptime", "\"59m 58s\"", "\"1h 0m 2s\"") && !is_clock("left", "\"59m\"", "\"60m\""));
        assert!(!is_clock("uptime", "\"5d 3h 2m 1s\"", "\"12s\""), "it started anew");
    }

    #[test]
    fn times_since_1970_are_known_by_their_size() {
        for (old, new) in [
            ("1763664244", "1763664254"),
            ("1763664244.25", "1763664244.75"),
            ("1763664244000", "1763664254000"),
            ("1763664244000000", "1763664244000001"),
            ("1763664244000000000", "1763664254000000000"),
            ("1.763664244e9", "1763664254"),
        ] {
            assert!(is_clock("x", old, new) && !is_clock("x", new, old), "{old}");
        }
        assert!(!is_clock("x", "1763664244", "1763664244000") && !is_clock("x", "12", "13"));
        assert!(!is_clock("x", "3763664244", "3763664254"));
    }

    #[test]
    fn attributes_and_text_of_xml_are_fields_and_whole_payloads_are_none() {
        let xml = |second: u8, value: &str| {
            format!(
                "<reading time='2026-11-20T18:44:{second:02}'><v seq='{second}'>{value}</v><ts>{second}</ts></reading>"
            )
        };
        assert_eq!(
            clocks(&xml(4, "1"), &xml(5, "2")),
            ["reading/@time", "reading/v/@seq", "reading/ts/text()"]
        );
        assert_eq!(clocks("1763664244", "1763664254"), [""; 0]);
        assert_eq!(clocks("[1763664244,1]", "[1763664254,2]"), ["[0]"]);
    }
}
