//! Comparisons of the filter language: `<10s`, `>=1.5k`, `2`.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// Signs as written, the longer ones first.
const SIGNS: [(&str, Sign); 5] =
    [("<=", Sign::AtMost), (">=", Sign::AtLeast), ("<", Sign::Less), (">", Sign::More), ("=", Sign::Equal)];

/// What amounts are counted in, with what one of it is.
pub(super) type Units = &'static [(&'static str, f64)];

/// Seconds.
pub(super) const TIME: Units =
    &[("", 1.0), ("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3_600.0), ("d", 86_400.0)];
/// Bytes; as everywhere on screen a kilobyte is 1000 of them.
pub(super) const BYTES: Units = &[("", 1.0), ("b", 1.0), ("k", 1e3), ("kb", 1e3), ("m", 1e6), ("mb", 1e6)];
/// Plain numbers.
pub(super) const NUMBER: Units = &[("", 1.0), ("k", 1e3), ("m", 1e6)];
/// Events a second.
pub(super) const RATE: Units = &[("", 1.0), ("/s", 1.0), ("k", 1e3), ("k/s", 1e3)];

/// A sign and an amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Comparison {
    sign: Sign,
    amount: f64,
}

impl Comparison {
    /// Reads `<10s`; `None` when it is not of that form. Without a sign it means exactly that much.
    pub(super) fn parse(text: &str, units: Units) -> Option<Self> {
        let signed = SIGNS.iter().find_map(|(sign, meaning)| Some((*meaning, text.strip_prefix(sign)?)));
        let (sign, rest) = signed.unwrap_or((Sign::Equal, text));
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, unit) = rest.split_at(end);
        let number: f64 = number.parse().ok()?;
        let unit = unit.to_ascii_lowercase();
        let (_, worth) = units.iter().find(|(name, _)| *name == unit)?;
        Some(Self { sign, amount: number * worth })
    }

    /// Whether it has a sign other than "exactly".
    pub(super) fn has_direction(self) -> bool {
        self.sign != Sign::Equal
    }

    /// Whether `figure` is so.
    #[expect(clippy::float_cmp, reason = "whole numbers, which is what '=' is for, are exact")]
    pub(super) fn holds(self, figure: f64) -> bool {
        match self.sign {
            Sign::Less => figure < self.amount,
            Sign::AtMost => figure <= self.amount,
            Sign::Equal => figure == self.amount,
            Sign::AtLeast => figure >= self.amount,
            Sign::More => figure > self.amount,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_every_unit() {
        for (text, units, below, above) in [
            ("<10s", TIME, Some(9.9), 10.0),
            ("<5m", TIME, Some(299.0), 300.0),
            ("<=1.5h", TIME, Some(5_400.0), 5_401.0),
            ("<2d", TIME, Some(172_799.0), 172_800.0),
            ("<250ms", TIME, Some(0.2), 0.25),
            ("<1k", BYTES, Some(999.0), 1_000.0),
            ("<=2MB", BYTES, Some(2e6), 2_000_001.0),
            ("<1k/s", RATE, Some(999.0), 1_000.0),
            ("=1", NUMBER, Some(1.0), 2.0),
            ("1", NUMBER, Some(1.0), 2.0),
        ] {
            let read = Comparison::parse(text, units).unwrap_or_else(|| panic!("{text}"));
            assert!(below.is_none_or(|figure| read.holds(figure)), "{text}");
            assert!(!read.holds(above), "{text}");
        }
        for text in ["", "<", "s", "<s", "<10x", "<1.2.3", "<-1", "<1e3", "≤1", "< 1", "<.", "<>1"] {
            assert_eq!(Comparison::parse(text, TIME), None, "{text}");
        }
    }
}
