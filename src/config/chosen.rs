//! A value and where it came from: a flag wins over the environment, that over the profile, that over the settings file, and that over
//! what the program does by itself.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from, the strongest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag, or the target on the command line; holds its name: `--keepalive`, `TARGET`.
    Flag(&'static str),
    /// An environment variable; holds its name.
    Variable(&'static str),
    /// A profile.
    Profile {
        /// Its name.
        name: String,
        /// The profiles file.
        path: PathBuf,
        /// Line of the key, from 1.
        line: usize,
    },
    /// The settings file.
    Settings {
        /// The file.
        path: PathBuf,
        /// Line of the key, from 1.
        line: usize,
    },
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "command line, {name}"),
            Self::Variable(name) => write!(f, "environment, {name}"),
            Self::Profile { name, path, line } => {
                write!(f, "profile '{name}', {} line {line}", path.display())
            }
            Self::Settings { path, line } => write!(f, "{} line {line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub from: Source,
}

impl<T> Chosen<T> {
    /// What a flag says, if it was given.
    pub fn flag(name: &'static str, value: Option<T>) -> Option<Self> {
        value.map(|value| Self { value, from: Source::Flag(name) })
    }

    /// What an environment variable says, if it is set.
    pub fn variable(name: &'static str, value: Option<T>) -> Option<Self> {
        value.map(|value| Self { value, from: Source::Variable(name) })
    }

    /// What stands in a file, if `from` says that it does.
    pub fn file(value: T, from: Option<Source>) -> Option<Self> {
        from.map(|from| Self { value, from })
    }

    /// The first of `choices` that says something, or `otherwise`. Give the strongest first.
    pub fn first(choices: impl IntoIterator<Item = Option<Self>>, otherwise: T) -> Self {
        let chosen = choices.into_iter().flatten().next();
        chosen.unwrap_or(Self { value: otherwise, from: Source::Default })
    }

    /// The same source with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Chosen<U> {
        Chosen { value: change(self.value), from: self.from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_that_says_something_wins_and_is_named() {
        let variable = || Chosen::variable("MQTT_TUI_PORT", Some(1884));
        let profile = || {
            let source = Source::Profile { name: "home".into(), path: "/p.toml".into(), line: 7 };
            Chosen::file(1885, Some(source))
        };
        let all = Chosen::first([Chosen::flag("--port", Some(1883)), variable(), profile()], 1);
        assert_eq!((all.value, all.from.to_string().as_str()), (1883, "command line, --port"));
        let all = Chosen::first([Chosen::flag("--port", None), variable(), profile()], 1);
        assert_eq!((all.value, all.from.to_string().as_str()), (1884, "environment, MQTT_TUI_PORT"));
        let all = Chosen::first([None, profile()], 1);
        assert_eq!((all.value, all.from.to_string().as_str()), (1885, "profile 'home', /p.toml line 7"));
        assert_eq!(Chosen::first([None, None], 1).from, Source::Default);
    }
}
