//! Fields that a jq condition wants to be less than something. In jq null is less than every number, and a field that is not there is null:
//! `.temperature < 20` is true of messages that have no temperature, which is seldom meant and has to be told.

use crate::payload::jq::{Limits, Program};

/// The paths on the left of `<` and `<=` in a condition, as written.
pub(super) fn compared(condition: &str) -> Vec<&str> {
    let mut paths = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in condition.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => paths.extend(path_before(&condition[..at])),
            _ => {}
        }
    }
    paths
}

/// The path at the end of a text: `.a.b`, `.a[0].b`.
fn path_before(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let of_path = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '[' | ']');
    let start = text.char_indices().rev().take_while(|(_, letter)| of_path(*letter)).last()?.0;
    let path = &text[start..];
    (path.len() > 1 && path.starts_with('.')).then_some(path)
}

/// Asks messages whether such a field is not there.
#[derive(Debug)]
pub(super) struct Missing(Option<Program>);

impl Missing {
    /// For the fields that `condition` compares so.
    pub(super) fn of(condition: &str) -> Self {
        let asked: Vec<String> = compared(condition).iter().map(|path| format!("{path} == null")).collect();
        let program = Program::compile(&asked.join(" or ")).ok();
        Self(program.filter(|program| !asked.is_empty() && program.is_plain()))
    }

    /// How many of these texts have no such field.
    pub(super) fn count(&self, texts: &[&str], limits: &Limits) -> u64 {
        let Some(program) = &self.0 else { return 0 };
        program.conditions(texts, limits).into_iter().filter(|answer| *answer == Some(true)).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_that_has_to_be_less_is_found_in_the_condition() {
        for (condition, paths) in [
            (".x < 170", &[".x"][..]),
            (".a.b[0].c<=3 and .d > 1", &[".a.b[0].c"]),
            (".a == 1 or .b < 2 and .c < 3", &[".b", ".c"]),
            (r#".name == ".x < 3""#, &[]),
            ("(.a + .b) < 3", &[]),
            ("3 < .x", &[]),
            (".x > 3", &[]),
        ] {
            assert_eq!(compared(condition), paths, "{condition}");
        }
    }

    #[test]
    fn messages_without_the_field_are_counted() {
        let limits = Limits::CONDITION;
        let texts = [r#"{"x":1}"#, r#"{"y":1}"#, r#"{"x":null}"#, "[]"];
        assert_eq!(Missing::of(".x < 170").count(&texts, &limits), 2);
        assert_eq!(Missing::of(".x > 170").count(&texts, &limits), 0);
    }
}
