//! The environment variables of this program, read once. A variable that is empty counts as not set.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::similar;
use crate::config::{Chosen, PROXY_VARIABLES};

/// Every variable that is read, beside those of the terminal.
const KNOWN: &[&str] = &[
    "MQTT_TUI_HOST",
    "MQTT_TUI_PORT",
    "MQTT_TUI_USER",
    "MQTT_TUI_PASSWORD",
    "MQTT_TUI_PASSWORD_FILE",
    "MQTT_TUI_ID",
    "MQTT_TUI_PROTOCOL",
    "MQTT_TUI_CAFILE",
    "MQTT_TUI_CERT",
    "MQTT_TUI_KEY",
    "MQTT_TUI_PROXY",
    "MQTT_TUI_THEME",
    "MQTT_TUI_MEMORY",
    "MQTT_TUI_COLOR",
    "MQTT_TUI_ASCII",
    "MQTT_TUI_READ_ONLY",
    "MQTT_TUI_CONFIG_DIR",
    "SSLKEYLOGFILE",
];

/// The variables that begin with `MQTT_TUI_`, and the few others that matter. No `Debug`: some are passwords.
#[derive(Default)]
pub(super) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The environment of this process.
    pub(super) fn read() -> Result<Self, String> {
        Self::of(std::env::vars_os())
    }

    /// Text that is no UTF-8 is refused: leaving it out would not be seen.
    pub(super) fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, String> {
        let mut kept = BTreeMap::new();
        for (name, value) in variables {
            let Ok(name) = name.into_string() else { continue };
            let is_proxy = PROXY_VARIABLES.contains(&name.to_ascii_uppercase().as_str());
            let is_ours = name.starts_with("MQTT_TUI_") || KNOWN.contains(&name.as_str());
            if !(is_ours || is_proxy) || value.is_empty() {
                continue;
            }
            let value = value.into_string().map_err(|_| format!("the variable {name} is not UTF-8"))?;
            kept.insert(name, value);
        }
        Ok(Self(kept))
    }

    /// What it says of the place to connect to, and what a flag needs beside.
    pub(super) fn of_place(&self) -> Self {
        let of_place = |name: &str| ["MQTT_TUI_HOST", "MQTT_TUI_PORT", "SSLKEYLOGFILE"].contains(&name);
        let kept = self.0.iter().filter(|(name, _)| of_place(name));
        Self(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &'static str) -> Option<&str> {
        debug_assert!(KNOWN.contains(&name), "{name} is not listed");
        self.0.get(name).map(String::as_str)
    }

    /// The value of one of the variables by which every program knows its proxy, in capitals or small letters.
    pub(super) fn proxy(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// What a variable says, as `parse` reads it. The error names the variable, and quotes the value only as far as `parse` does.
    pub(super) fn chosen<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<Chosen<T>>, String> {
        let value = self.get(name).map(parse).transpose();
        value
            .map(|value| Chosen::variable(name, value))
            .map_err(|fault| format!("the variable {name}: {fault}"))
    }

    /// Sentences about variables that are not read and look like ones that are. Others may belong to a profile.
    pub(super) fn doubts(&self) -> Vec<String> {
        let ours = self.0.keys().filter(|name| name.starts_with("MQTT_TUI_"));
        let unknown = ours.filter(|name| !KNOWN.contains(&name.as_str()));
        unknown
            .filter_map(|name| {
                let meant = similar::nearest(name, KNOWN.iter().copied())?;
                Some(format!("the variable {name} is not read; did you mean {meant}?"))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::of(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into()))).expect("UTF-8")
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        let environment = environment(&[("MQTT_TUI_HOST", ""), ("MQTT_TUI_USER", "bob"), ("HOME", "/")]);
        assert_eq!(environment.get("MQTT_TUI_HOST"), None);
        assert_eq!(environment.get("MQTT_TUI_USER"), Some("bob"));
        assert!(environment.doubts().is_empty());
    }

    #[test]
    fn a_mistyped_variable_is_told_and_one_of_a_profile_is_not() {
        let environment = environment(&[("MQTT_TUI_PASWORD", "x"), ("MQTT_TUI_CELLAR_SECRET", "x")]);
        let doubts = environment.doubts();
        assert_eq!(doubts.len(), 1, "{doubts:?}");
        assert!(doubts[0].contains("MQTT_TUI_PASWORD") && doubts[0].contains("MQTT_TUI_PASSWORD?"));
    }

    #[test]
    #[cfg(unix)]
    fn a_value_that_is_no_utf8_is_refused_by_name() {
        use std::os::unix::ffi::OsStringExt;
        let pairs = [("MQTT_TUI_PASSWORD".into(), OsString::from_vec(vec![b'x', 0xff]))];
        let fault = Environment::of(pairs).err().expect("refused");
        assert!(fault.contains("MQTT_TUI_PASSWORD") && !fault.contains("x\u{fffd}"), "{fault}");
    }
}
