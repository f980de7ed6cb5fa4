//! Compiling a program, and what is wrong with one in a line with its column.

use jaq_core::Compiler;
use jaq_core::compile::Undefined;
use jaq_core::load::{self, Arena, File, Loader, span};

use super::JqFault;
use super::engine::{Engine, definitions, functions};

/// Lexes, parses and compiles `text`. On a large stack: the parser calls itself for each level of the program.
pub(super) fn compile(text: &str) -> Result<Engine, JqFault> {
    let arena = Arena::default();
    let loader = Loader::new(definitions());
    let modules = loader.load(&arena, File { code: text, path: () }).map_err(|errors| {
        let first = errors.into_iter().next().map(|(_, error)| error);
        first.map_or_else(|| fault(text, "", "no jq program".to_owned()), |error| load_fault(text, error))
    })?;
    let filter = Compiler::default().with_funs(functions()).compile(modules).map_err(|errors| {
        let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
        first.map_or_else(
            || fault(text, "", "no jq program".to_owned()),
            |(name, kind)| undefined(text, name, &kind),
        )
    })?;
    Ok(Engine::new(filter))
}

fn load_fault(text: &str, error: load::Error<&str>) -> JqFault {
    match error {
        load::Error::Io(paths) => {
            let path = paths.first().map_or("", |(path, _)| *path);
            fault(text, path, "other files cannot be read here".to_owned())
        }
        load::Error::Lex(errors) => match errors.into_iter().next() {
            Some((expected, at)) => fault(text, at, format!("expected {}", expected.as_str())),
            None => fault(text, "", "no jq program".to_owned()),
        },
        load::Error::Parse(errors) => match errors.into_iter().next() {
            Some((load::parse::Expect::Nothing, at)) => {
                fault(text, at, "something follows the program".to_owned())
            }
            Some((expected, at)) => fault(text, at, format!("expected {}", expected.as_str())),
            None => fault(text, "", "no jq program".to_owned()),
        },
    }
}

fn undefined(text: &str, name: &str, kind: &Undefined) -> JqFault {
    let message = match kind {
        Undefined::Filter(arguments) => format!("there is no {name}/{arguments} here"),
        other => format!("there is no {} {name} here", other.as_str()),
    };
    fault(text, name, message)
}

/// A fault at `part`, a part of `text`; at its end when it is none.
fn fault(text: &str, part: &str, message: String) -> JqFault {
    let inside = text.as_bytes().as_ptr_range();
    let offset = if inside.contains(&part.as_ptr()) { span(text, part).start } else { text.len() };
    let before = text.get(..offset).unwrap_or(text);
    JqFault { column: 1 + before.chars().count(), message }
}
