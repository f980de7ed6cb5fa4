//! The themes at hand: those built in, then the user's own files, which may override a built-in one by its name.

use std::path::Path;

use super::{Colours, Theme};

const EMBEDDED: &[(&str, &str)] = &[
    ("terminal", include_str!("../../themes/terminal.toml")),
    ("midnight", include_str!("../../themes/midnight.toml")),
    ("ember", include_str!("../../themes/ember.toml")),
    ("paper", include_str!("../../themes/paper.toml")),
];

/// The built-in theme files, by name.
pub fn embedded() -> impl Iterator<Item = (&'static str, &'static str)> {
    EMBEDDED.iter().copied()
}

/// A user's theme file that could not be used, in words.
pub type ThemeNotice = String;

/// All themes that can be switched through. Never empty.
#[derive(Debug, Clone)]
pub struct Themes {
    themes: Vec<Theme>,
}

impl Themes {
    /// The built-in themes and `folder/*.toml`, brought down to `colours`. A file that does not parse is left out and said.
    pub fn load(folder: Option<&Path>, colours: Colours) -> (Self, Vec<ThemeNotice>) {
        let mut notices = Vec::new();
        let mut themes: Vec<Theme> = Vec::new();
        for (name, text) in EMBEDDED {
            match Theme::parse(text) {
                Ok(theme) => themes.push(theme),
                Err(fault) => notices.push(format!("built-in theme {name}: {fault}")),
            }
        }
        for path in folder.map(theme_files).unwrap_or_default() {
            let parsed = std::fs::read_to_string(&path)
                .map_err(|fault| fault.to_string())
                .and_then(|text| Theme::parse(&text).map_err(|fault| fault.to_string()));
            match parsed {
                Ok(theme) => match themes.iter_mut().find(|known| known.name == theme.name) {
                    Some(known) => *known = theme,
                    None => themes.push(theme),
                },
                Err(fault) => notices.push(format!("theme {} left out: {fault}", path.display())),
            }
        }
        let themes = themes.into_iter().map(|theme| theme.reduced(colours)).collect();
        (Self { themes }, notices)
    }

    /// The theme at `index`, counted round and round.
    pub fn get(&self, index: usize) -> Option<&Theme> {
        self.themes.get(index % self.themes.len().max(1))
    }

    /// Index of the theme called `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.themes.iter().position(|theme| theme.name == name)
    }

    /// Names in switching order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.themes.iter().map(|theme| theme.name.as_str())
    }
}

/// Theme files of a folder, in the order of their names; an unreadable or missing folder has none.
fn theme_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Role, ThemeKind};
    use ratatui::style::Color;

    /// Relative luminance (WCAG 2.1).
    fn luminance(colour: Color) -> f64 {
        let Color::Rgb(r, g, b) = colour else { panic!("{colour:?} is not 24-bit") };
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
    }

    fn contrast(a: Color, b: Color) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn every_role_of_every_theme_can_be_read() {
        for (name, text) in embedded() {
            let theme = Theme::parse(text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            assert_eq!(theme.name, name);
            if theme.kind == ThemeKind::Terminal {
                // Black, white and their greys vanish on one background or the other.
                for role in Role::ALL {
                    let style = theme.style(*role);
                    let bare = style.bg.is_none()
                        && matches!(style.fg, Some(Color::Black | Color::White | Color::Gray));
                    assert!(!bare, "{name}: {} vanishes on some background", role.name());
                }
                continue;
            }
            for role in Role::ALL {
                let style = theme.style(*role);
                let least = match role {
                    Role::Faint | Role::Border => 1.9,
                    Role::Muted | Role::Placeholder | Role::ValuePunctuation | Role::ValueNull => 4.0,
                    _ => 4.5,
                };
                let text = theme.style(Role::Text).fg.expect("text has a colour");
                let (fg, bg) = (style.fg.unwrap_or(text), style.bg.unwrap_or(theme.background));
                let found = contrast(fg, bg);
                assert!(found >= least, "{name}: {} has contrast {found:.2}, wants {least}", role.name());
                let selected = theme.style(Role::Selection).bg.expect("selection has a background");
                if style.bg.is_none() && !matches!(role, Role::Faint | Role::Border | Role::BorderFocus) {
                    let found = contrast(fg, selected);
                    assert!(found >= 3.0, "{name}: {} on the selection has {found:.2}", role.name());
                }
            }
        }
    }

    #[test]
    fn a_theme_file_with_a_fault_is_left_out_and_named() {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("broken.toml"), "name = \"broken\"\nkind = 3\n").expect("write");
        let own = embedded().next().expect("one").1.replace("name = \"terminal\"", "name = \"own\"");
        std::fs::write(folder.path().join("own.toml"), own).expect("write");
        let (themes, notices) = Themes::load(Some(folder.path()), Colours::True);
        assert!(themes.position("own").is_some());
        assert!(themes.position("broken").is_none());
        assert_eq!(notices.len(), 1);
        assert!(notices[0].contains("broken.toml") && notices[0].contains("line 2"), "{}", notices[0]);
    }

    #[test]
    fn f12_without_colour_no_role_sets_one() {
        let (themes, _) = Themes::load(None, Colours::None);
        for index in 0..4 {
            let theme = themes.get(index).expect("theme");
            for role in Role::ALL {
                let style = theme.style(*role);
                assert_eq!((style.fg, style.bg), (None, None), "{}", role.name());
            }
        }
    }
}
