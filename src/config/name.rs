//! Names of profiles: what may be one. `connect NAME` looks for a profile first, so a name wins over a host of the same name.

/// Longest name, in characters.
pub const MAX_NAME: usize = 64;

/// Checks that `name` may name a profile: 1 to 64 characters; no slash, backslash or colon, which would make it a path, a URL or
/// `host:port`; nothing that cannot be seen. The error says what is wrong.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("a profile needs a name".into());
    }
    if name.chars().count() > MAX_NAME {
        return Err(format!("a profile's name holds at most {MAX_NAME} characters"));
    }
    if name.chars().any(is_unseen) {
        return Err("a profile's name cannot hold control or invisible characters".into());
    }
    if let Some(wrong) = name.chars().find(|c| matches!(c, '/' | '\\' | ':')) {
        return Err(format!("a profile's name cannot hold '{wrong}': it would read as a path or an address"));
    }
    if name.contains("..") || name == "." {
        return Err("a profile's name cannot hold '..' or be '.'".into());
    }
    if name.starts_with('-') {
        return Err("a profile's name cannot begin with '-': it would read as a flag".into());
    }
    if name.trim() != name {
        return Err("a profile's name cannot begin or end with a space".into());
    }
    Ok(())
}

/// A name made of `text`, which came from elsewhere: what may not stand in a name becomes `-`.
pub(super) fn fit_name(text: &str) -> String {
    let seen = text.chars().map(|c| if is_unseen(c) || "/\\:".contains(c) { '-' } else { c });
    let mut name: String = seen.collect::<String>().replace("..", "--");
    name = name.trim().trim_start_matches('-').chars().take(MAX_NAME).collect();
    let name = name.trim().to_owned();
    if check_name(&name).is_ok() { name } else { "imported".into() }
}

/// Control characters, and those that have no width or turn the direction of writing.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g09_names_that_would_mislead_are_refused_with_the_reason() {
        let long = "x".repeat(65);
        for (name, words) in [
            ("", "needs a name"),
            ("a/b", "'/'"),
            ("a\\b", "'\\'"),
            ("broker:1883", "':'"),
            ("mqtt://x", "':'"),
            ("..", "'..'"),
            (".", "'.'"),
            ("a..b", "'..'"),
            ("a\nb", "invisible"),
            ("\u{1b}]0;x", "invisible"),
            ("safe\u{202e}exe", "invisible"),
            ("a\u{200b}", "invisible"),
            ("-h", "flag"),
            (" a", "space"),
            ("a ", "space"),
            (&long, "64"),
        ] {
            let reason = check_name(name).expect_err(name);
            assert!(reason.contains(words), "{name:?}: {reason}");
        }
        for name in ["home", "Küche 2", "名前", "broker.lan", "a@b", "😀", &"ü".repeat(64)] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn g09_names_from_elsewhere_are_made_fit() {
        for (text, name) in [
            ("mqtt.eclipse.org", "mqtt.eclipse.org"),
            ("tcp://host:1883", "tcp---host-1883"),
            ("../../etc", "etc"),
            ("", "imported"),
            ("\u{1b}[31m", "[31m"),
        ] {
            assert_eq!(fit_name(text), name, "{text:?}");
        }
        for text in ["--", "...", " . ", "a\u{202e}b", &"x:".repeat(99), "- -", "....x"] {
            assert_eq!(check_name(&fit_name(text)), Ok(()), "{text:?}");
        }
    }
}
