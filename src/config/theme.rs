//! A theme: one style for each role of meaning. Read from TOML; panes ask for roles and never for colours.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::Colours;

macro_rules! roles {
    ($($variant:ident = $name:literal, $doc:literal;)*) => {
        /// What a piece of the screen means. Themes give each a style.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Role { $(#[doc = $doc] $variant,)* }

        impl Role {
            /// Every role, in the order of the theme files.
            pub const ALL: &'static [Role] = &[$(Role::$variant,)*];

            /// The name used in theme files.
            pub fn name(self) -> &'static str {
                match self { $(Role::$variant => $name,)* }
            }
        }
    };
}

roles! {
    Text = "text", "Topic levels, values, anything that is simply data.";
    Muted = "text.muted", "Counts, ages, labels: the first grey.";
    Faint = "text.faint", "Separators, indentation, what is only structure: the second grey.";
    Border = "border", "Frame of a pane.";
    BorderFocus = "border.focus", "Frame of the pane that has the keys.";
    Title = "title", "Title of a pane.";
    TitleFocus = "title.focus", "Title of the pane that has the keys.";
    Selection = "selection", "The selected row of the pane that has the keys.";
    SelectionIdle = "selection.idle", "The selected row of another pane.";
    Key = "key", "A key's name in the footer and the help.";
    Match = "match", "The part of a text that a filter found.";
    Retain = "retain", "The retained mark.";
    Fresh = "age.fresh", "What changed just now.";
    Placeholder = "placeholder", "Stands for a character that must not reach the terminal, or for nothing.";
    ValueKey = "value.key", "A name in a JSON object.";
    ValueString = "value.string", "A string in a payload.";
    ValueNumber = "value.number", "A number in a payload.";
    ValueBoolean = "value.boolean", "true and false.";
    ValueNull = "value.null", "null.";
    ValuePunctuation = "value.punctuation", "Brackets, commas and colons of a payload.";
    Good = "state.good", "Connected, acknowledged.";
    Warning = "state.warning", "Waiting, behind, evicted, dangerous.";
    Error = "state.error", "Failed, refused, lost.";
    Added = "diff.added", "What came into a payload.";
    Removed = "diff.removed", "What went out of a payload.";
    Changed = "diff.changed", "What became something else.";
    Series1 = "series.1", "The first line of a chart.";
    Series2 = "series.2", "The second line of a chart.";
    Series3 = "series.3", "The third line of a chart.";
    Series4 = "series.4", "The fourth line of a chart.";
    Series5 = "series.5", "The fifth line of a chart.";
    Series6 = "series.6", "The sixth line of a chart.";
    Accent = "accent", "The name of the connection, the current screen, a live chart line.";
}

/// What a theme is made for. Decides what its contrast is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeKind {
    /// The terminal's own sixteen colours, on whatever background it has.
    Terminal,
    /// Its own dark background.
    Dark,
    /// Its own light background.
    Light,
}

/// One style for each role.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Name as shown and as given to `--theme`.
    pub name: String,
    /// What it is made for.
    pub kind: ThemeKind,
    /// Background of the whole screen; `Color::Reset` is the terminal's own.
    pub background: Color,
    styles: Vec<Style>,
}

/// What is wrong with a theme file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeFault(pub String);

impl fmt::Display for ThemeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ThemeFault {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    kind: ThemeKind,
    #[serde(default)]
    background: Option<String>,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    roles: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Colour(String),
    Full(Full),
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Full {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    bold: bool,
    #[serde(default)]
    dim: bool,
    #[serde(default)]
    italic: bool,
    #[serde(default)]
    underline: bool,
    #[serde(default)]
    reverse: bool,
}

impl Theme {
    /// Parses a theme file. Every role must be there: a missing one would show as something it does not mean.
    pub fn parse(text: &str) -> Result<Self, ThemeFault> {
        let file: File = toml::from_str(text).map_err(|fault| ThemeFault(fault.to_string()))?;
        let colour = |name: &str| {
            let name = file.palette.get(name).map_or(name, String::as_str);
            Color::from_str(name).map_err(|_| ThemeFault(format!("'{name}' is no colour: use \"#rrggbb\", a name such as \"lightblue\", or an entry of [palette]")))
        };
        if let Some(unknown) =
            file.roles.keys().find(|name| !Role::ALL.iter().any(|role| role.name() == *name))
        {
            return Err(ThemeFault(format!("'{unknown}' is no role; see `mqtt-tui themes`")));
        }
        let mut styles = Vec::with_capacity(Role::ALL.len());
        for role in Role::ALL {
            let entry = file
                .roles
                .get(role.name())
                .ok_or_else(|| ThemeFault(format!("[roles] has no '{}'", role.name())))?;
            styles.push(match entry {
                Entry::Colour(name) => Style::new().fg(colour(name)?),
                Entry::Full(full) => full.style(&colour)?,
            });
        }
        let background = file.background.as_deref().map_or(Ok(Color::Reset), colour)?;
        Ok(Self { name: file.name, kind: file.kind, background, styles })
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The same theme brought down to what the terminal can show.
    #[must_use]
    pub fn reduced(mut self, colours: Colours) -> Self {
        self.background = reduced(self.background, colours);
        for (style, role) in self.styles.iter_mut().zip(Role::ALL) {
            style.fg = style.fg.map(|colour| reduced(colour, colours));
            style.bg = style.bg.map(|colour| reduced(colour, colours));
            if colours == Colours::None {
                without_colour(style, *role);
            }
        }
        self
    }
}

impl Full {
    fn style(&self, colour: &impl Fn(&str) -> Result<Color, ThemeFault>) -> Result<Style, ThemeFault> {
        let mut style = Style::new();
        if let Some(fg) = &self.fg {
            style = style.fg(colour(fg)?);
        }
        if let Some(bg) = &self.bg {
            style = style.bg(colour(bg)?);
        }
        for (on, modifier) in [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
        ] {
            if on {
                style = style.add_modifier(modifier);
            }
        }
        Ok(style)
    }
}

/// The colour of that name, brought down to what the terminal can show; `None` for no colour.
pub fn shown_colour(text: &str, colours: Colours) -> Option<Color> {
    Color::from_str(text).ok().map(|colour| reduced(colour, colours))
}

/// A colour brought down to what the terminal can show.
pub fn reduced(colour: Color, colours: Colours) -> Color {
    match (colours, colour) {
        (Colours::None, _) => Color::Reset,
        (Colours::Cube, Color::Rgb(r, g, b)) => Color::Indexed(nearest_of_cube(r, g, b)),
        (Colours::Sixteen, Color::Rgb(r, g, b)) => nearest_of_sixteen(r, g, b),
        (Colours::Sixteen, Color::Indexed(16..)) => Color::Reset,
        (_, colour) => colour,
    }
}

/// Without colour, roles that colour told apart are told apart by weight.
fn without_colour(style: &mut Style, role: Role) {
    style.fg = None;
    style.bg = None;
    let modifier = match role {
        Role::Selection => Modifier::REVERSED,
        Role::SelectionIdle | Role::Match => Modifier::UNDERLINED,
        Role::Faint | Role::Border => Modifier::DIM,
        Role::BorderFocus
        | Role::TitleFocus
        | Role::Key
        | Role::Fresh
        | Role::Error
        | Role::Warning
        | Role::Accent => Modifier::BOLD,
        _ => return,
    };
    style.add_modifier |= modifier;
}

/// Index in the 6x6x6 cube (16–231) or the grey ramp (232–255) nearest to a 24-bit colour.
fn nearest_of_cube(r: u8, g: u8, b: u8) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let nearest = |value: u8| (0..6u8).min_by_key(|i| LEVELS[usize::from(*i)].abs_diff(value)).unwrap_or(0);
    let (cr, cg, cb) = (nearest(r), nearest(g), nearest(b));
    let level = |i: u8| LEVELS[usize::from(i)];
    let cube = (level(cr), level(cg), level(cb));
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let step = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey = 8 + step * 10;
    if distance((r, g, b), (grey, grey, grey)) < distance((r, g, b), cube) {
        232 + step
    } else {
        16 + 36 * cr + 6 * cg + cb
    }
}

/// The terminal colour nearest in hue and lightness, by the usual sixteen.
fn nearest_of_sixteen(r: u8, g: u8, b: u8) -> Color {
    const SIXTEEN: [(Color, (u8, u8, u8)); 16] = [
        (Color::Black, (0, 0, 0)),
        (Color::Red, (170, 0, 0)),
        (Color::Green, (0, 170, 0)),
        (Color::Yellow, (170, 85, 0)),
        (Color::Blue, (0, 0, 170)),
        (Color::Magenta, (170, 0, 170)),
        (Color::Cyan, (0, 170, 170)),
        (Color::Gray, (170, 170, 170)),
        (Color::DarkGray, (85, 85, 85)),
        (Color::LightRed, (255, 85, 85)),
        (Color::LightGreen, (85, 255, 85)),
        (Color::LightYellow, (255, 255, 85)),
        (Color::LightBlue, (85, 85, 255)),
        (Color::LightMagenta, (255, 85, 255)),
        (Color::LightCyan, (85, 255, 255)),
        (Color::White, (255, 255, 255)),
    ];
    SIXTEEN
        .iter()
        .min_by_key(|(_, rgb)| distance((r, g, b), *rgb))
        .map_or(Color::Reset, |(colour, _)| *colour)
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    square(a.0, b.0) * 3 + square(a.1, b.1) * 4 + square(a.2, b.2) * 2
}
