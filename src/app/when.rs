//! A time as it is typed: `14:03`, `14:03:20.5`, `2026-11-20 14:03`, or so long before or after what is shown: `-5m`, `+90s`.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::model::Moment;

/// Reads `text` as a time in `zone`; the answer is in milliseconds since 1970-01-01 UTC on the wall clock. A time of day is of the day
/// that is shown, or of the day before when it would be later than `now`; `-5m` is before the moment that is `shown`.
///
/// # Errors
/// What is wrong with the text, and what would be right.
pub fn when(text: &str, shown: Moment, now: Moment, zone: &TimeZone) -> Result<i64, String> {
    let text = text.trim();
    if let Some((sign, span)) = text.split_at_checked(1).filter(|(sign, _)| matches!(*sign, "-" | "+")) {
        let span = span_of(span).ok_or_else(|| {
            format!("'{text}' is no span of time: type a number and ms, s, m, h or d, as in -5m or -1h30m")
        })?;
        let milliseconds = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        return Ok(if sign == "-" {
            shown.wall_ms.saturating_sub(milliseconds)
        } else {
            shown.wall_ms.saturating_add(milliseconds)
        });
    }
    let not_understood = || {
        format!(
            "'{text}' is no time: type 14:03, 14:03:20.5, 2026-11-20 14:03, or -5m for five minutes before"
        )
    };
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Ok(stamp.as_millisecond());
    }
    // Dates before times: a date with a time reads as a time as well.
    if let Ok(date) = text.parse::<DateTime>() {
        return wall_ms(date, zone).ok_or_else(not_understood);
    }
    let time = text.parse::<Time>().map_err(|_| not_understood())?;
    let day = day_of(shown, zone).ok_or_else(not_understood)?;
    let at = |day: Date| wall_ms(day.to_datetime(time), zone);
    let today = at(day).ok_or_else(not_understood)?;
    let earlier = day.yesterday().ok().and_then(at).filter(|_| today > now.wall_ms);
    Ok(earlier.unwrap_or(today))
}

fn day_of(moment: Moment, zone: &TimeZone) -> Option<Date> {
    Some(Timestamp::from_millisecond(moment.wall_ms).ok()?.to_zoned(zone.clone()).date())
}

fn wall_ms(date: DateTime, zone: &TimeZone) -> Option<i64> {
    Some(date.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

/// `5m`, `1h30m`, `2.5s`, `300ms`, `1d`.
fn span_of(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut sum = SignedDuration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        let part = SignedDuration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        sum = sum.checked_add(part)?;
        rest = tail.trim_start();
    }
    (!sum.is_zero()).then(|| sum.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20 14:00:00 UTC.
    const NOW: Moment = Moment { mono_us: 1, wall_ms: 1_795_183_200_000 };

    fn stamp(text: &str, zone: &TimeZone) -> String {
        match when(text, NOW, NOW, zone) {
            Ok(at) => Timestamp::from_millisecond(at).expect("in range").to_string(),
            Err(fault) => fault,
        }
    }

    #[test]
    fn times_are_read_as_people_type_them() {
        for (text, expected) in [
            ("13:59", "2026-11-20T13:59:00Z"),
            (" 13:59:20.5 ", "2026-11-20T13:59:20.5Z"),
            ("14:00:01", "2026-11-19T14:00:01Z"),
            ("2026-11-18 23:10", "2026-11-18T23:10:00Z"),
            ("2026-11-18T23:10:05", "2026-11-18T23:10:05Z"),
            ("2026-11-18", "2026-11-18T00:00:00Z"),
            ("2026-11-18T23:10:05+02:00", "2026-11-18T21:10:05Z"),
            ("14", "2026-11-20T14:00:00Z"),
            ("-5m", "2026-11-20T13:55:00Z"),
            ("-1h30m", "2026-11-20T12:30:00Z"),
            ("-2.5s", "2026-11-20T13:59:57.5Z"),
            (
                "+ 300 ms",
                "'+ 300 ms' is no span of time: type a number and ms, s, m, h or d, as in -5m or -1h30m",
            ),
            ("+300ms", "2026-11-20T14:00:00.3Z"),
            ("-1d", "2026-11-19T14:00:00Z"),
        ] {
            assert_eq!(stamp(text, &TimeZone::UTC), expected, "{text}");
        }
    }

    #[test]
    fn a_time_of_day_is_one_of_the_users_day() {
        let zone = TimeZone::fixed(jiff::tz::offset(10));
        // There it is midnight already.
        assert_eq!(stamp("00:00", &zone), "2026-11-20T14:00:00Z");
        assert_eq!(stamp("23:00", &zone), "2026-11-20T13:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_said_so() {
        for text in [
            "",
            "soon",
            "25:00",
            "-",
            "-5",
            "-5 weeks",
            "-m",
            "--5m",
            "-1e9d",
            "2026-13-01 10:00",
            "-9999999999999999999999d",
        ] {
            let fault = when(text, NOW, NOW, &TimeZone::UTC).expect_err(text);
            assert!(fault.contains("type "), "{fault}");
        }
    }
}
