//! Numbers, sizes, rates and times as every pane writes them: short, right-alignable, never jumping to a wrong unit.
//! Values are cut, not rounded, so that 999,999 is `999k` and never `1000k`. Called by `ui` and `cli`.

use std::time::Duration;

/// What stands for a rate of nothing.
pub const NO_RATE: &str = "–";

/// How full a budget is: `31/256 MB`, in units of 2^20 bytes.
pub fn of_budget(used: u64, budget: u64) -> String {
    let mega = |bytes: u64| bytes.div_ceil(1 << 20);
    format!("{}/{} MB", mega(used), mega(budget))
}

/// All digits, grouped: `1,204`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count in at most five characters: `7`, `1,204`, `12.4k`, `840k`, `1.2M`.
pub fn count(value: u64) -> String {
    if value < 10_000 {
        return grouped(value);
    }
    let (unit, suffix) = unit(value, ["k", "M", "G", "T", "P", "E"]);
    scaled(value, unit, suffix, 100)
}

/// A size: `132 B`, `1,204 B`, `12 kB`, `3.2 MB`. Units are powers of 1000.
pub fn bytes(value: u64) -> String {
    if value < 10_000 {
        return format!("{} B", grouped(value));
    }
    let (unit, suffix) = unit(value, [" kB", " MB", " GB", " TB", " PB", " EB"]);
    scaled(value, unit, suffix, 10)
}

/// Events per second: `8.2/s`, `842/s`, `12.4k/s`; [`NO_RATE`] for less than 0.05.
pub fn rate(per_second: f64) -> String {
    if per_second.is_nan() || per_second < 0.05 {
        NO_RATE.to_owned()
    } else if per_second < 9.95 {
        format!("{per_second:.1}/s")
    } else {
        format!("{}/s", count(per_second.round() as u64))
    }
}

/// Bytes per second: `120 B/s`, `88 kB/s`, `1.2 MB/s`; [`NO_RATE`] for less than 0.5.
pub fn byte_rate(per_second: f64) -> String {
    if per_second.is_nan() || per_second < 0.5 {
        return NO_RATE.to_owned();
    }
    let value = per_second.round() as u64;
    if value < 1000 {
        return format!("{value} B/s");
    }
    let (unit, suffix) = unit(value, [" kB/s", " MB/s", " GB/s", " TB/s", " PB/s", " EB/s"]);
    scaled(value, unit, suffix, 10)
}

/// The largest unit not above `value` and its name.
fn unit(value: u64, names: [&str; 6]) -> (u64, &str) {
    let mut unit = 1000;
    for name in &names[..5] {
        if value / 1000 < unit {
            return (unit, name);
        }
        unit *= 1000;
    }
    (unit, names[5])
}

/// `value` in `unit`, with one decimal below `decimals_below` units.
fn scaled(value: u64, unit: u64, suffix: &str, decimals_below: u64) -> String {
    let whole = value / unit;
    if whole < decimals_below {
        format!("{whole}.{}{suffix}", value % unit / (unit / 10))
    } else {
        format!("{whole}{suffix}")
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The unit an age of so many seconds is shown in.
fn age_unit(seconds: u64) -> (u64, char) {
    match seconds {
        0..MINUTE => (1, 's'),
        MINUTE..HOUR => (MINUTE, 'm'),
        HOUR..DAY => (HOUR, 'h'),
        _ => (DAY, 'd'),
    }
}

/// A measured value with at most `digits` significant ones, without noughts at its end: `20.4`, `-0.0012`, `1204567`, `6.02e23`.
/// Digits before the point are never made noughts: they all stand, or the number is written with an exponent, from 1e15 on.
pub fn number(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = digits.clamp(1, 17);
    let rounded = format!("{value:.*e}", digits - 1);
    let Some((mantissa, exponent)) = rounded.split_once('e') else { return rounded };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let trimmed = |text: &str| {
        let fraction = text.contains('.');
        (if fraction { text.trim_end_matches('0').trim_end_matches('.') } else { text }).to_owned()
    };
    if (digits as i32..15).contains(&exponent) {
        format!("{value:.0}")
    } else if (-5..15).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        let whole: f64 = rounded.parse().unwrap_or(value);
        trimmed(&format!("{whole:.decimals$}"))
    } else {
        format!("{}e{exponent}", trimmed(mantissa))
    }
}

/// [`number`] in at most `columns`, by fewer decimals, then as `123.5M`, then as `1.2e11`. A number is never cut.
pub fn number_within(value: f64, digits: usize, columns: usize) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let digits = digits.max(1);
    let fits = |text: &String| text.len() <= columns;
    let plain = || (1..=digits).rev().map(|digits| number(value, digits)).find(fits);
    let short = || {
        let (unit, suffix) =
            UNITS.into_iter().find(|(unit, _)| value.abs() >= *unit && value.abs() < 1e15)?;
        (1..=digits).rev().map(|digits| number(value / unit, digits) + suffix).find(fits)
    };
    let exponent = || (0..digits).rev().map(|digits| format!("{value:.digits$e}")).find(fits);
    plain().or_else(short).or_else(exponent).unwrap_or_else(|| format!("{value:.0e}"))
}

/// So many messages: `1 message`, `1,204 messages`.
pub fn messages(count: u64) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{} messages", grouped(count)) }
}

/// Time passed since something: `0s`, `4m`, `2h`, `3d`.
pub fn age(age: Duration) -> String {
    let (unit, suffix) = age_unit(age.as_secs());
    format!("{}{suffix}", age.as_secs() / unit)
}

/// Time until [`age`] of something that is `age` old reads differently: when to draw again. Never zero.
pub fn next_change(age: Duration) -> Duration {
    let (unit, _) = age_unit(age.as_secs());
    let next = (age.as_secs() / unit).saturating_add(1).saturating_mul(unit);
    Duration::from_secs(next).saturating_sub(age).max(Duration::from_millis(1))
}

/// Time between two messages, rounded: `+120 ms`, `+1.0 s`, `+1m 37s`, `+2h 5m`, `+3d 4h`. What comes each five seconds is to read so.
pub fn gap(gap: Duration) -> String {
    let rounded = |unit: u64| {
        let micros = u64::try_from(gap.as_micros()).unwrap_or(u64::MAX);
        micros.saturating_add(unit / 2) / unit
    };
    let (millis, tenths, seconds) = (rounded(1_000), rounded(100_000), rounded(1_000_000));
    if tenths < 10 {
        format!("+{millis} ms")
    } else if tenths < 10 * MINUTE {
        format!("+{}.{} s", tenths / 10, tenths % 10)
    } else {
        format!("+{}", lasting(Duration::from_secs(seconds)))
    }
}

/// How long something has lasted, in its two largest units: `42s`, `4m 10s`, `2h 5m`, `3d 4h`.
pub fn lasting(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m {}s", seconds / MINUTE, seconds % MINUTE),
        HOUR..DAY => format!("{}h {}m", seconds / HOUR, seconds % HOUR / MINUTE),
        _ => format!("{}d {}h", seconds / DAY, seconds % DAY / HOUR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_the_digits_before_its_point_or_says_that_it_is_short() {
        for (value, digits, text) in [
            (123_456_789.0, 4, "123456789"),
            (1_795_200_461_644.0, 12, "1795200461644"),
            (-107_321_009_248.0, 9, "-107321009248"),
            (1_234_567.891, 9, "1234567.89"),
            (20.437, 3, "20.4"),
            (99.99, 2, "100"),
            (6.022e23, 3, "6.02e23"),
        ] {
            assert_eq!(number(value, digits), text);
        }
        for (value, columns, text) in [
            (123_456_789.0, 9, "123456789"),
            (123_456_789.0, 8, "123.457M"),
            (-107_321_009_248.0, 11, "-107.32101G"),
            (-107_321_009_248.0, 5, "-107G"),
            (1_795_200_461_644.0, 8, "1.7952T"),
            (182.8, 8, "182.8"),
            (0.001_234_567_8, 8, "0.001235"),
            (6.022e23, 5, "6e23"),
            (1.7e308, 8, "1.7e308"),
        ] {
            let text_within = number_within(value, 9, columns);
            assert_eq!(text_within, text);
            assert!(text_within.len() <= columns, "{text_within}");
        }
    }

    #[test]
    fn counts_are_short_and_never_in_a_wrong_unit() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1_204, "1,204"),
            (9_999, "9,999"),
            (10_000, "10.0k"),
            (12_449, "12.4k"),
            (99_999, "99.9k"),
            (100_000, "100k"),
            (999_999, "999k"),
            (1_000_000, "1.0M"),
            (1_234_567, "1.2M"),
            (u64::MAX, "18.4E"),
        ] {
            assert_eq!(count(value), text);
        }
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn sizes_and_rates_read_as_in_the_sketch() {
        let sizes = [132, 1_204, 12_345, 3_200_000, 268_435_456].map(bytes);
        assert_eq!(sizes, ["132 B", "1,204 B", "12 kB", "3.2 MB", "268 MB"]);
        let rates = [0.0, 0.04, 0.3, 8.2, 9.97, 842.0, 12_400.0, f64::NAN, -1.0].map(rate);
        assert_eq!(rates, ["–", "–", "0.3/s", "8.2/s", "10/s", "842/s", "12.4k/s", "–", "–"]);
        let byte_rates = [0.0, 120.0, 999.4, 1_500.0, 88_000.0, 1_200_000.0].map(byte_rate);
        assert_eq!(byte_rates, ["–", "120 B/s", "999 B/s", "1.5 kB/s", "88 kB/s", "1.2 MB/s"]);
    }

    #[test]
    fn measured_values_have_the_digits_that_matter() {
        for (value, digits, text) in [
            (20.4, 6, "20.4"),
            (20.45, 3, "20.4"),
            (99.96, 3, "100"),
            (-0.001_234, 3, "-0.00123"),
            (1_204_500.0, 3, "1204500"),
            (0.1 + 0.2, 10, "0.3"),
            (6.022e23, 4, "6.022e23"),
            (-5e-324, 3, "-4.94e-324"),
            (f64::MAX, 3, "1.8e308"),
            (-0.0, 3, "0"),
        ] {
            assert_eq!(number(value, digits), text);
        }
    }

    #[test]
    fn ages_tell_when_they_change() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (299, "4m"),
            (3_599, "59m"),
            (7_200, "2h"),
            (86_399, "23h"),
            (86_400, "1d"),
            (300_000, "3d"),
        ] {
            let now = Duration::from_millis(seconds * 1000 + 250);
            assert_eq!(age(now), text);
            let change = next_change(now);
            let just_before = (now + change).saturating_sub(Duration::from_millis(1));
            assert_eq!(age(just_before), text, "{text} until then");
            assert_ne!(age(now + change), text, "another text then");
        }
        assert!(next_change(Duration::MAX) > Duration::ZERO);
    }

    #[test]
    fn gaps_and_spans_are_short() {
        let gaps = [0, 120, 949, 999, 4_951, 5_049, 12_345, 59_940, 59_960, 97_400, 3_599_600, 7_300_000]
            .map(|ms| gap(Duration::from_millis(ms)));
        assert_eq!(gaps[..6], ["+0 ms", "+120 ms", "+949 ms", "+1.0 s", "+5.0 s", "+5.0 s"]);
        assert_eq!(gaps[6..], ["+12.3 s", "+59.9 s", "+1m 0s", "+1m 37s", "+1h 0m", "+2h 1m"]);
        assert_eq!(gap(Duration::from_secs(300_000)), "+3d 11h");
        let spans = [42, 250, 7_500, 273_600].map(|s| lasting(Duration::from_secs(s)));
        assert_eq!(spans, ["42s", "4m 10s", "2h 5m", "3d 4h"]);
    }
}
