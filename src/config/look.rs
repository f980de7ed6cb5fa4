//! How the terminal can be drawn on: colours, characters. Decided once from flags and environment.

/// How many colours may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None: `NO_COLOR`, `--color never` or a dumb terminal. Bold, dim, underline and reverse still speak.
    None,
    /// The terminal's own sixteen.
    Sixteen,
    /// The 256-colour cube; 24-bit colours are brought to the nearest.
    Cube,
    /// 24-bit.
    True,
}

/// How the terminal can be drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Colours to use.
    pub colours: Colours,
    /// Only ASCII characters for our own frames and marks.
    pub ascii: bool,
}

impl Look {
    /// Reads `NO_COLOR`, `COLORTERM`, `TERM` and the locale through `variable`. `never_colour` and `ascii` are the flags.
    pub fn detect(variable: impl Fn(&str) -> Option<String>, never_colour: bool, ascii: bool) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let dumb = term == "dumb" || (term.is_empty() && !cfg!(windows));
        let colours = if never_colour || set("NO_COLOR").is_some() || dumb {
            Colours::None
        } else if set("COLORTERM").is_some_and(|v| v == "truecolor" || v == "24bit")
            || term.ends_with("-direct")
        {
            Colours::True
        } else if term.contains("256") {
            Colours::Cube
        } else {
            Colours::Sixteen
        };
        let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
        let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8") || cfg!(windows);
        Self { colours, ascii: ascii || !utf8 || dumb }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(pairs: &[(&str, &str)]) -> Look {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        Look::detect(|name| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()), false, false)
    }

    #[test]
    fn f12_no_color_and_dumb_terminals_take_the_colour_away() {
        assert_eq!(look(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]).colours, Colours::None);
        assert_eq!(look(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]).colours, Colours::Cube);
        assert_eq!(look(&[("TERM", "dumb")]).colours, Colours::None);
        assert_eq!(look(&[("TERM", "xterm"), ("COLORTERM", "truecolor")]).colours, Colours::True);
        assert_eq!(look(&[("TERM", "linux")]).colours, Colours::Sixteen);
    }

    #[test]
    fn f11_without_a_utf8_locale_only_ascii_is_drawn() {
        assert!(look(&[("TERM", "xterm"), ("LANG", "C")]).ascii);
        assert!(look(&[("TERM", "xterm")]).ascii);
        assert!(!look(&[("TERM", "xterm"), ("LANG", "en_GB.UTF-8")]).ascii);
        assert!(look(&[("TERM", "xterm"), ("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")]).ascii);
    }
}
