//! How the explorer itself is to behave, whatever it is connected to.

use super::trace::Effective;
use crate::cli::args::LookArgs;
use crate::cli::environment::Environment;
use crate::config::{Chosen, SettingsFile, Source, parse_memory};

/// Bytes of history unless told otherwise.
const MEMORY: usize = 256 << 20;

/// The explorer's own settings, each with where it came from.
pub(in crate::cli) struct LookChoice {
    /// Theme to start with; none is the first.
    pub(in crate::cli) theme: Chosen<Option<String>>,
    /// No colours.
    pub(in crate::cli) never_colour: Chosen<bool>,
    /// Frames and marks in ASCII only.
    pub(in crate::cli) ascii: Chosen<bool>,
    /// Bytes of history to keep.
    pub(in crate::cli) memory: Chosen<usize>,
    /// Refuse what changes something at a broker.
    pub(in crate::cli) read_only: Chosen<bool>,
}

/// Settles them. The error names the variable that is wrong and says what may stand there.
pub(in crate::cli) fn look(
    args: &LookArgs,
    environment: &Environment,
    settings: &SettingsFile,
) -> Result<LookChoice, String> {
    let first =
        |flag, variable, file: &Option<Chosen<bool>>| Chosen::first([flag, variable, file.clone()], false);
    let theme = [
        Chosen::flag("--theme", args.theme.clone()),
        environment.chosen("MQTT_TUI_THEME", |text| Ok(text.to_owned()))?,
        settings.theme.clone(),
    ];
    let memory = [
        Chosen::flag("--memory", args.memory),
        environment.chosen("MQTT_TUI_MEMORY", parse_memory)?,
        settings.memory.clone(),
    ];
    let never = |text: &str| match text {
        "auto" => Ok(false),
        "never" => Ok(true),
        _ => Err("it is auto or never".to_owned()),
    };
    Ok(LookChoice {
        theme: Chosen::first(theme.map(|choice| choice.map(|theme| theme.map(Some))), None),
        never_colour: first(
            Chosen::flag("--color", args.color.as_deref().map(|when| when == "never")),
            environment.chosen("MQTT_TUI_COLOR", never)?,
            &settings.never_colour,
        ),
        ascii: first(
            Chosen::flag("--ascii", args.ascii.then_some(true)),
            environment.chosen("MQTT_TUI_ASCII", yes_or_no)?,
            &settings.ascii,
        ),
        memory: Chosen::first(memory, MEMORY),
        read_only: first(
            Chosen::flag("--read-only", args.read_only.then_some(true)),
            environment.chosen("MQTT_TUI_READ_ONLY", yes_or_no)?,
            &settings.read_only,
        ),
    })
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err("it is yes or no".to_owned()),
    }
}

impl LookChoice {
    /// As rows for `config check`.
    pub(in crate::cli) fn values(&self) -> Vec<Effective> {
        let yes = |value: bool| if value { "yes" } else { "no" }.to_owned();
        let row = |setting, value: String, from: &Source| Effective { setting, value, from: from.clone() };
        let theme = self.theme.value.clone().unwrap_or_else(|| "(the first)".into());
        let colours = if self.never_colour.value { "never" } else { "auto" }.to_owned();
        vec![
            row("theme", theme, &self.theme.from),
            row("colours", colours, &self.never_colour.from),
            row("ASCII only", yes(self.ascii.value), &self.ascii.from),
            row("memory", format!("{} MiB", self.memory.value >> 20), &self.memory.from),
            row("read-only", yes(self.read_only.value), &self.read_only.from),
        ]
    }
}
